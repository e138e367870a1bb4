//! Vectors computed with pronotepy and pycryptodome.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;

const CHOSEN: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

#[test]
fn request_numbers() {
    assert_eq!(Cipher::new(b"").seal_hex(b"1"), "3fa959b13967e0ef176069e01e23c8d7");
    let session = Cipher::new(b"").with_vector_of(&CHOSEN);
    assert_eq!(session.seal_hex(b"3"), "18e4c3eb97be7e4cf58efbbe3c4a505e");
    assert_eq!(session.open_hex("18E4C3EB97BE7E4CF58EFBBE3C4A505E").unwrap().as_slice(), b"3");
}

#[test]
fn a_login_of_before_2026_and_one_after() {
    let session = Cipher::new(b"").with_vector_of(&CHOSEN);
    let login = login_cipher(&session, "a.exemple", "ALEA12", "secret-1");
    let challenge = "77830a3d5a8d89b3047c4027463f6572";
    assert_eq!(solve(challenge, &login, false).unwrap(), "e7dbebdcd83a70c29cde6ebbf540ab24");
    assert_eq!(solve(challenge, &login, true).unwrap(), "e7dbebdcd83a70c29cde6ebbf540ab24");
    let wrong = login_cipher(&session, "a.exemple", "ALEA12", "secret-2");
    assert_eq!(solve(challenge, &wrong, false), None);
    let direct = "00112233445566778899AABBCCDDEEFF";
    let answer = "fab34e129fa31682d366d3960e1627255d0af4c9e42b2ca5a0589871f5b5ae6e9ea53a4cfeb60fd6397f1a95dbcb5100";
    assert_eq!(solve(direct, &login, true).unwrap(), answer);
    let after = session_cipher(&login, "a2e820d367f0ca81f9ef4b5aca9cd6d7").unwrap();
    assert_eq!(after.seal_hex(b"7"), "465757e00cdb3febbb2d0ffd84f832a0");
    assert!(session_cipher(&wrong, "a2e820d367f0ca81f9ef4b5aca9cd6d7").is_none());
}

#[test]
fn a_code_opens_under_its_pin_only() {
    let field = "CFF7237CC567809D659FB56D267E923D";
    assert_eq!(open_code(field, "1234").unwrap().as_str(), "\u{e9}l\u{e8}ve.exemple");
    assert!(open_code(field, "1235").is_none());
    assert!(open_code("no digits", "1234").is_none());
}

#[test]
fn a_vector_is_wrapped_for_plain_http() {
    assert_eq!(wrap(&CHOSEN, MODULUS, EXPONENT).unwrap().len(), 128);
    assert!(wrap(&CHOSEN, "12", EXPONENT).is_none());
    assert!(wrap(&CHOSEN, "x", EXPONENT).is_none());
}
