//! The ciphers of PRONOTE's protocol. They keep nobody out who knows the protocol: secrecy on the way is the work of TLS.
//!
//! Everything is AES-128-CBC with PKCS #7 padding (FIPS 197, SP 800-38A, RFC 5652 section 6.3) under MD5 of a key (RFC 1321), with
//! MD5 of the 16 bytes that the client chose as initialisation vector, and zeroes before those are told.

use aes::Aes128;
use cbc::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _, block_padding::Pkcs7};
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE, HEXUPPER};
use md5::{Digest as _, Md5};
use rsa::BoxedUint;
use sha2::Sha256;
use zeroize::Zeroizing;

/// A key and an initialisation vector.
#[derive(Clone)]
pub(super) struct Cipher {
    key: Zeroizing<[u8; 16]>,
    iv: [u8; 16],
}

impl Cipher {
    /// MD5 of `key`, and no vector yet.
    pub(super) fn new(key: &[u8]) -> Self {
        Self { key: Zeroizing::new(Md5::digest(key).into()), iv: [0; 16] }
    }

    /// This cipher with the vector that follows from the client's 16 bytes.
    pub(super) fn with_vector_of(mut self, chosen: &[u8; 16]) -> Self {
        self.iv = Md5::digest(chosen).into();
        self
    }

    /// A cipher of the same vector with MD5 of another key.
    pub(super) fn with_key(&self, key: &[u8]) -> Self {
        Self { iv: self.iv, ..Self::new(key) }
    }

    /// Encrypts.
    pub(super) fn seal(&self, plain: &[u8]) -> Vec<u8> {
        let mut sealed = vec![0; plain.len().saturating_add(16)];
        let cipher = cbc::Encryptor::<Aes128>::new(&(*self.key).into(), &self.iv.into());
        // The buffer is one block longer than what is encrypted, which padding never exceeds.
        let length = cipher.encrypt_padded_b2b::<Pkcs7>(plain, &mut sealed).map_or(0, <[u8]>::len);
        sealed.truncate(length);
        sealed
    }

    /// Encrypts to hexadecimal digits in lower case.
    pub(super) fn seal_hex(&self, plain: &[u8]) -> String {
        HEXLOWER.encode(&self.seal(plain))
    }

    /// Decrypts; `None` when the padding is wrong, as it is under another key.
    pub(super) fn open(&self, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let mut plain = Zeroizing::new(vec![0; sealed.len()]);
        let cipher = cbc::Decryptor::<Aes128>::new(&(*self.key).into(), &self.iv.into());
        let length = cipher.decrypt_padded_b2b::<Pkcs7>(sealed, &mut plain).ok()?.len();
        plain.truncate(length);
        Some(plain)
    }

    /// Decrypts hexadecimal digits.
    pub(super) fn open_hex(&self, sealed: &str) -> Option<Zeroizing<Vec<u8>>> {
        self.open(&unhex(sealed)?)
    }
}

/// The cipher of a login: the key is the login and SHA-256 of `alea` and the password or token, in upper-case digits.
pub(super) fn login_cipher(session: &Cipher, login: &str, alea: &str, secret: &str) -> Cipher {
    let mut digest = Sha256::new();
    digest.update(alea);
    digest.update(secret);
    let key = Zeroizing::new(format!("{login}{}", HEXUPPER.encode(&digest.finalize())));
    session.with_key(key.as_bytes())
}

/// Answers a challenge. `None`: the secret is wrong.
///
/// A challenge is text under the login's key, with a character of chance after each of its own; the answer is that text without
/// them. From 2026 on (seen from 2026.2.4, bain3/pronotepy issues 343 and 346) it is itself the text to encrypt; such a challenge
/// does not decrypt, and a wrong secret can't be told from it.
pub(super) fn solve(challenge: &str, login: &Cipher, direct: bool) -> Option<String> {
    let plain = login.open_hex(challenge).filter(|plain| !plain.is_empty() && plain.is_ascii());
    match plain {
        Some(plain) => {
            let own: Zeroizing<Vec<u8>> = Zeroizing::new(plain.iter().copied().step_by(2).collect());
            Some(login.seal_hex(&own))
        }
        None if direct => Some(login.seal_hex(challenge.as_bytes())),
        None => None,
    }
}

/// The cipher of the session after a login: `cle` holds the key's bytes as decimal numbers with commas between.
pub(super) fn session_cipher(login: &Cipher, cle: &str) -> Option<Cipher> {
    let numbers = login.open_hex(cle)?;
    let numbers = std::str::from_utf8(&numbers).ok()?;
    let key: Option<Vec<u8>> = numbers.split(',').map(|number| number.trim().parse().ok()).collect();
    Some(login.with_key(&Zeroizing::new(key?)))
}

/// A field of a QR code, under its PIN.
pub(super) fn open_code(field: &str, pin: &str) -> Option<Zeroizing<String>> {
    let plain = Cipher::new(pin.as_bytes()).open_hex(field)?;
    let text = std::str::from_utf8(&plain).ok()?;
    (!text.is_empty()).then(|| Zeroizing::new(text.to_owned()))
}

/// Wraps the client's vector for plain HTTP: RSA with PKCS #1 v1.5 (RFC 8017 section 7.2) under the modulus and exponent given as
/// hexadecimal digits.
pub(super) fn wrap(chosen: &[u8; 16], modulus: &str, exponent: &str) -> Option<Vec<u8>> {
    let number = |digits: &str| {
        let digits = if digits.len().is_multiple_of(2) { digits.to_owned() } else { format!("0{digits}") };
        let bytes = unhex(&digits)?;
        (bytes.len() <= MAX_RSA_BYTES).then(|| BoxedUint::from_be_slice_vartime(&bytes))
    };
    rsa::PublicKey::new(number(modulus)?, number(exponent)?).ok()?.pkcs1v15_encrypt(chosen).ok()
}

/// The modulus that PRONOTE's clients carry for pages that give none.
pub(super) const MODULUS: &str = "\
    B99B77A3D72D3A29B4271FC7B7300E2F791EB8948174BE7B8024667E915446D4EEA0C2424B8D1EBF7E2DDFF94691C6E994E839225C627D14\
    0A8F1146D1B0B5F18A09BBD3D8F421CA1E3E4796B301EEBCCF80D81A32A1580121B8294433C38377083C5517D5921E8A078CDC019B157752\
    92EFDA2C30251B1CCABE812386C893E5";

/// The exponent that goes with it: 65537.
pub(super) const EXPONENT: &str = "010001";

const MAX_RSA_BYTES: usize = 1024;

/// Reads hexadecimal digits of either case.
pub(super) fn unhex(digits: &str) -> Option<Vec<u8>> {
    HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).ok()
}

#[cfg(test)]
mod tests;
