//! Ciphers as PRONOTE uses them: AES-128-CBC with PKCS7 (FIPS 197, SP 800-38A), keys and vectors by MD5 (RFC 1321), and RSA with
//! PKCS1 v1.5 (RFC 8017) around the vector.

use aes::Aes128;
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit, block_padding::Pkcs7};
use data_encoding::{BASE64, HEXLOWER, HEXLOWER_PERMISSIVE, HEXUPPER};
use md5::{Digest, Md5};
use rsa::{BoxedUint, Pkcs1v15Encrypt, PrivateKey};
use sha2::Sha256;

/// A key or a vector.
pub(crate) type Block = [u8; 16];

/// The vector before the client's own is known.
pub(crate) const ZERO: Block = [0; 16];
/// Modulus of the made-up key that stands for the one which real clients carry, in hexadecimal digits.
pub const MODULUS: &str = "9D2C8EFAD763FC1F1A066672DAD0C63B432BD26B5A828B63F2D4F27151ECA7E5E3B01853BBB02A97DCBEADC5C51429DB\
    D4FC959CF362FD5C08163016F34C78F4972ADD367DC5FBC2AF5A58CB058EA53D22C8AFEAF157DE603B6B636E462D0B4A\
    BCB4C6CC3EA51322A561DE7DE9F32BDC94586570F3C6D6D1FDFCC7CCA65E360B";
const PRIMES: [&str; 2] = [
    "b9e2990792c5f0894cd58c4d66c0dde52d709edd8088adc6827ed1ac08baf914\
     b008504e9f38f7199f58cb12d9cef507ffb3c26977670b143af5c6cce8479f23",
    "d87591045c187c3e184f7a06edcc8916c2be9dd2eb46175494847c9c21c05969\
     d07a656713d78e979e59f1c22c73e666cb2224ffc9fedee9d777e222f1df2ff9",
];
/// Public exponent that goes with [`MODULUS`].
pub(crate) const EXPONENT: u64 = 65_537;

/// MD5 of these bytes.
pub(crate) fn md5(bytes: &[u8]) -> Block {
    Md5::digest(bytes).into()
}

/// Encrypts; hexadecimal digits in lower case.
pub(crate) fn encrypt(key: &Block, iv: &Block, plain: &[u8]) -> String {
    HEXLOWER.encode(&encrypt_bytes(key, iv, plain))
}

/// Encrypts.
pub(crate) fn encrypt_bytes(key: &Block, iv: &Block, plain: &[u8]) -> Vec<u8> {
    let mut out = vec![0; plain.len() + 16];
    let written = cbc::Encryptor::<Aes128>::new(&(*key).into(), &(*iv).into())
        .encrypt_padded_b2b::<Pkcs7>(plain, &mut out)
        .map(<[u8]>::len)
        .unwrap_or_default();
    out.truncate(written);
    out
}

/// Decrypts bytes; nothing when they were made with another key.
pub(crate) fn decrypt_bytes(key: &Block, iv: &Block, sealed: &[u8]) -> Option<Vec<u8>> {
    let mut out = vec![0; sealed.len()];
    let plain = cbc::Decryptor::<Aes128>::new(&(*key).into(), &(*iv).into())
        .decrypt_padded_b2b::<Pkcs7>(sealed, &mut out)
        .ok()?;
    Some(plain.to_vec())
}

/// Decrypts hexadecimal digits.
pub(crate) fn decrypt(key: &Block, iv: &Block, sealed: &str) -> Option<Vec<u8>> {
    decrypt_bytes(key, iv, &unhex(sealed)?)
}

/// Reads hexadecimal digits, of either case.
pub(crate) fn unhex(digits: &str) -> Option<Vec<u8>> {
    HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).ok()
}

/// The key of a login: MD5 of the login, and of SHA-256 of `alea` and secret in upper case.
pub(crate) fn login_key(login: &str, alea: &str, secret: &str) -> Block {
    let digest = HEXUPPER.encode(&Sha256::digest(format!("{alea}{secret}")));
    md5(format!("{login}{digest}").as_bytes())
}

/// The vector that a client sends: 16 bytes in base64, or the same wrapped with RSA.
pub(crate) fn client_vector(uuid: &str) -> Option<Block> {
    let bytes = BASE64.decode(uuid.as_bytes()).ok()?;
    let bytes = if bytes.len() == 16 { bytes } else { private_key()?.decrypt(Pkcs1v15Encrypt, &bytes).ok()? };
    Some(md5(&bytes))
}

fn private_key() -> Option<PrivateKey> {
    let [p, q] = PRIMES.map(|prime| Some(BoxedUint::from_be_slice_vartime(&unhex(prime)?)));
    PrivateKey::from_p_q(p?, q?, BoxedUint::from(EXPONENT)).ok()
}

/// Random bytes.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).unwrap();
    bytes
}

/// Random hexadecimal digits of `N` bytes, in upper case.
pub(crate) fn random_text<const N: usize>() -> String {
    HEXUPPER.encode(&random::<N>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_request_number_is_as_clients_encrypt_it() {
        assert_eq!(encrypt(&md5(b""), &ZERO, b"1"), "3fa959b13967e0ef176069e01e23c8d7");
        assert_eq!(decrypt(&md5(b""), &ZERO, "3fa959b13967e0ef176069e01e23c8d7").unwrap(), b"1");
    }

    #[test]
    fn a_vector_comes_plain_or_wrapped() {
        let public = private_key().unwrap().to_public_key();
        let wrapped = public.encrypt(&mut rsa::rand_core::UnwrapErr(getrandom::SysRng), Pkcs1v15Encrypt, &[7; 16]);
        assert_eq!(client_vector(&BASE64.encode(&wrapped.unwrap())), Some(md5(&[7; 16])));
        assert_eq!(client_vector(&BASE64.encode(&[7; 16])), Some(md5(&[7; 16])));
        assert_eq!(client_vector("not base64!"), None);
    }
}
