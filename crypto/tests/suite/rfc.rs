//! Known answers: the crates compute what the specifications say.

use aes_gcm::Aes256Gcm;
use argon2::{Algorithm, Argon2, AssociatedData, ParamsBuilder, Version};
use chacha20poly1305::{
    ChaCha20Poly1305, KeyInit, XChaCha20Poly1305,
    aead::{Aead, Payload},
};
use ed25519_dalek::{Signer, SigningKey};
use hkdf::Hkdf;
use sha2::Sha256;

use crate::hex;

fn sealed<A: Aead + KeyInit>(key: &str, nonce: &str, aad: &str, plain: &[u8]) -> Vec<u8> {
    let aead = A::new_from_slice(&hex(key)).unwrap();
    let nonce = hex(nonce);
    let nonce = nonce.as_slice().try_into().unwrap();
    let sealed = aead.encrypt(nonce, Payload { msg: plain, aad: &hex(aad) }).unwrap();
    assert_eq!(aead.decrypt(nonce, Payload { msg: &sealed, aad: &hex(aad) }).unwrap(), plain);
    sealed
}

const SUNSCREEN: &[u8] = b"Ladies and Gentlemen of the class of '99: If I could offer you \
    only one tip for the future, sunscreen would be it.";
const KEY: &str = "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f";

#[test]
fn chacha20_poly1305_of_rfc_8439_section_2_8_2() {
    assert_eq!(
        sealed::<ChaCha20Poly1305>(KEY, "070000004041424344454647", "50515253c0c1c2c3c4c5c6c7", SUNSCREEN),
        hex("d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6
             3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36
             92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc
             3ff4def08e4b7a9de576d26586cec64b6116
             1ae10b594f09e26a7e902ecbd0600691")
    );
}

#[test]
fn xchacha20_poly1305_of_draft_irtf_cfrg_xchacha_03_appendix_a_3_1() {
    let nonce = "404142434445464748494a4b4c4d4e4f5051525354555657";
    assert_eq!(
        sealed::<XChaCha20Poly1305>(KEY, nonce, "50515253c0c1c2c3c4c5c6c7", SUNSCREEN),
        hex("bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb
             731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452
             2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9
             21f9664c97637da9768812f615c68b13b52e
             c0875924c1c7987947deafd8780acf49")
    );
}

#[test]
fn aes_256_gcm_of_the_gcm_specification_cases_14_and_16() {
    let zeros = "00".repeat(32);
    assert_eq!(
        sealed::<Aes256Gcm>(&zeros, &"00".repeat(12), "", &[0; 16]),
        hex("cea7403d4d606b6e074ec5d3baf39d18 d0d1c8a799996bf0265b98b5d48ab919")
    );
    let plain = hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72
                     1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
    assert_eq!(
        sealed::<Aes256Gcm>(
            "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
            "cafebabefacedbaddecaf888",
            "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            &plain
        ),
        hex("522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa
             8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662
             76fc6ece0f4e1768cddf8853bb2d551b")
    );
}

#[test]
fn hkdf_sha_256_of_rfc_5869_cases_1_and_3() {
    let mut out = [0; 42];
    let salt = hex("000102030405060708090a0b0c");
    Hkdf::<Sha256>::new(Some(&salt), &[0x0b; 22]).expand(&hex("f0f1f2f3f4f5f6f7f8f9"), &mut out).unwrap();
    let expected = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865";
    assert_eq!(out.to_vec(), hex(expected));
    Hkdf::<Sha256>::new(None, &[0x0b; 22]).expand(&[], &mut out).unwrap();
    let expected = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8";
    assert_eq!(out.to_vec(), hex(expected));
}

#[test]
fn argon2id_of_rfc_9106_section_5_3() {
    let mut params = ParamsBuilder::new();
    params.m_cost(32).t_cost(3).p_cost(4).data(AssociatedData::new(&[4; 12]).unwrap());
    let params = params.build().unwrap();
    let argon2 = Argon2::new_with_secret(&[3; 8], Algorithm::Argon2id, Version::V0x13, params).unwrap();
    let mut out = [0; 32];
    argon2.hash_password_into(&[1; 32], &[2; 16], &mut out).unwrap();
    assert_eq!(out.to_vec(), hex("0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"));
}

#[test]
fn ed25519_of_rfc_8032_section_7_1() {
    let cases = [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
    ];
    for (secret, public, message, signature) in cases {
        let key = SigningKey::from_bytes(&hex(secret).try_into().unwrap());
        assert_eq!(key.verifying_key().to_bytes().to_vec(), hex(public));
        assert_eq!(key.sign(&hex(message)).to_bytes().to_vec(), hex(signature));
    }
}

#[test]
fn blake3_of_its_specification() {
    let key = *b"whats the Elvish word for friend";
    assert_eq!(
        blake3::hash(b"").as_bytes().to_vec(),
        hex("af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262")
    );
    assert_eq!(
        blake3::keyed_hash(&key, b"").as_bytes().to_vec(),
        hex("92b2b75604ed3c761f9d6f62392c8a9227ad0ea3f09573e783f1498a4ed60d26")
    );
    assert_eq!(
        blake3::derive_key("BLAKE3 2019-12-27 16:29:52 test vectors context", b"").to_vec(),
        hex("2cc39783c223154fea8dfb7c1b1660f2ac2dcbd1c1de8277b0b0dd39b7e50d7d")
    );
}
