//! Each way to tamper with a header or a keyring: everything is refused.

use cartable_crypto::{Code, Grant, Header, KeyError, Keyring, Secret, Suite};
use data_encoding::{BASE64, HEXLOWER};
use serde_json::{Value, json};

use crate::slots::{SAMPLE, open, passphrase};

fn sample() -> Value {
    serde_json::from_slice(&SAMPLE.published.header).unwrap()
}

/// What becomes of an altered header with the recovery code.
fn verdict(header: &Value) -> KeyError {
    let secret = &SAMPLE.recovery;
    match Header::parse(&serde_json::to_vec(header).unwrap()) {
        Err(error) => error,
        Ok(header) => match header.unlock(secret) {
            Err(error) => error,
            Ok(unlocked) => match Keyring::open(unlocked, &SAMPLE.published.keyring) {
                Err(error) => error,
                Ok(_) => panic!("an altered header opened"),
            },
        },
    }
}

/// The index of the slot that the recovery code opens.
fn own_slot(header: &Value) -> usize {
    let id = SAMPLE.ids[1].to_string();
    header["slots"].as_array().unwrap().iter().position(|slot| slot["id"] == id).unwrap()
}

#[test]
fn every_bit_of_every_value_is_covered() {
    fn flip(text: &str, encoding: &data_encoding::Encoding, bit: usize) -> String {
        let mut bytes = encoding.decode(text.as_bytes()).unwrap();
        bytes[bit / 8] ^= 1 << (bit % 8);
        encoding.encode(&bytes)
    }
    let original = sample();
    let count = original["slots"].as_array().unwrap().len();
    let mut places = vec![("/bag".to_owned(), 16), ("/keyring".to_owned(), 32), ("/signature".to_owned(), 64)];
    places.push(("/spaces/0/id".to_owned(), 16));
    for slot in 0..count {
        places.push((format!("/slots/{slot}/id"), 16));
        places.push((format!("/slots/{slot}/commitment"), 32));
        places.push((format!("/slots/{slot}/sealed"), 1247));
        let lock = &original["slots"][slot]["lock"];
        let field = if lock.get("random").is_some() { "random/tag" } else { "argon2id/salt" };
        places.push((format!("/slots/{slot}/lock/{field}"), 32));
    }
    for (place, bytes) in places {
        let encoding = if place.ends_with("sealed") || place.ends_with("signature") { BASE64 } else { HEXLOWER };
        // Every bit of the short values, one bit in each byte of the long ones.
        let step = if bytes > 64 { 9 } else { 1 };
        for bit in (0..bytes * 8).step_by(step) {
            let mut header = original.clone();
            let value = header.pointer_mut(&place).unwrap();
            *value = flip(value.as_str().unwrap(), &encoding, bit).into();
            let _ = verdict(&header);
        }
    }
}

#[test]
fn other_numbers_and_suites_are_refused() {
    let set = |place: &str, value: Value| {
        let mut header = sample();
        *header.pointer_mut(place).unwrap() = value;
        verdict(&header)
    };
    for version in [json!(2), json!(1_u64 << 63), json!(u64::MAX)] {
        assert_eq!(set("/version", version), KeyError::AlteredHeader);
    }
    for version in [json!(0), json!(-1), json!(1.0), json!("1"), json!(null), json!(1e30)] {
        assert!(matches!(set("/version", version), KeyError::Malformed(_)));
    }
    assert_eq!(set("/suite", json!("aes-256-gcm")), KeyError::AlteredSlot);
    assert!(matches!(set("/suite", json!("none")), KeyError::Malformed(_)));
    assert_eq!(set("/spaces/0/epoch", json!(2)), KeyError::AlteredHeader);
    assert!(matches!(set("/spaces/0/epoch", json!(0)), KeyError::Malformed(_)));
    assert_eq!(set("/spaces", json!([])), KeyError::AlteredHeader);
    assert_eq!(set("/cartable", json!(2)), KeyError::NewerFormat { found: 2, known: 1 });
    assert!(matches!(set("/cartable", json!(0)), KeyError::Malformed(_)));
}

#[test]
fn weak_and_absurd_argon2_is_refused_at_once() {
    let original = sample();
    let slots = original["slots"].as_array().unwrap();
    let slot = slots.iter().position(|slot| slot["lock"].get("argon2id").is_some()).unwrap();
    let started = std::time::Instant::now();
    for (memory, passes, lanes) in
        [(1_u64 << 30, 3, 4), (8 << 10, 3, 4), (u64::MAX, 3, 4), (128 << 10, 1, 1), (128 << 10, 1 << 40, 1), (0, 0, 0)]
    {
        let mut header = original.clone();
        let lock = &mut header["slots"][slot]["lock"]["argon2id"];
        lock["memory_kib"] = memory.into();
        lock["passes"] = passes.into();
        lock["lanes"] = lanes.into();
        let expected = KeyError::Cost { memory_kib: memory, passes, lanes };
        assert_eq!(verdict(&header), expected);
    }
    assert!(started.elapsed().as_millis() < 1000, "refused at once");
    // Other costs within the bounds are another lock: the passphrase no longer fits.
    let mut header = original;
    header["slots"][slot]["lock"]["argon2id"]["passes"] = 2.into();
    let header = Header::parse(&serde_json::to_vec(&header).unwrap()).unwrap();
    assert_eq!(header.unlock(&passphrase("un deux trois")).err(), Some(KeyError::WrongSecret));
}

#[test]
fn slots_can_be_neither_swapped_nor_taken_nor_added() {
    let original = sample();
    let own = own_slot(&original);
    let other = (own + 1) % 3;
    for field in ["sealed", "commitment", "lock", "id"] {
        let mut header = original.clone();
        let (a, b) = (header["slots"][own][field].clone(), header["slots"][other][field].clone());
        header["slots"][own][field] = b;
        header["slots"][other][field] = a;
        let _ = verdict(&header);
    }
    let mut fewer = original.clone();
    fewer["slots"].as_array_mut().unwrap().remove(other);
    assert_eq!(verdict(&fewer), KeyError::AlteredHeader);
    let mut none = original.clone();
    none["slots"] = json!([]);
    assert_eq!(verdict(&none), KeyError::WrongSecret);
    let mut turned = original.clone();
    turned["slots"].as_array_mut().unwrap().swap(0, 2);
    assert!(matches!(verdict(&turned), KeyError::Malformed(_)));
    let mut twice = original.clone();
    let copy = twice["slots"][own].clone();
    twice["slots"].as_array_mut().unwrap().insert(own, copy);
    assert!(matches!(verdict(&twice), KeyError::Malformed(_)));

    // A slot of another bag, and a newer slot of this bag in an older header.
    let mut stranger = Keyring::create(Suite::ChaCha20Poly1305);
    stranger.add(&SAMPLE.recovery, Grant::Bag, 0).unwrap();
    let strange: Value = serde_json::from_slice(&stranger.publish().unwrap().header).unwrap();
    let mut header = original.clone();
    header["slots"] = strange["slots"].clone();
    assert_eq!(verdict(&header), KeyError::WrongSecret);
    header["bag"] = strange["bag"].clone();
    assert_eq!(verdict(&header), KeyError::AlteredHeader);
    let next: Value = serde_json::from_slice(&SAMPLE.keyring.draft().publish().unwrap().header).unwrap();
    let mut header = original;
    header["slots"] = next["slots"].clone();
    assert_eq!(verdict(&header), KeyError::AlteredHeader);
}

#[test]
fn an_older_header_and_a_newer_keyring_don_t_mix() {
    let mut draft = SAMPLE.keyring.draft();
    let newer = draft.publish().unwrap();
    let older = &SAMPLE.published;
    assert!(open(&newer, &SAMPLE.recovery).is_ok());
    let header = Header::parse(&older.header).unwrap();
    let unlocked = header.unlock(&SAMPLE.recovery).unwrap();
    assert!(matches!(Keyring::open(unlocked, &newer.keyring).err(), Some(KeyError::AlteredKeyring(_))));
    // With the hash put right, the signature is wrong.
    let mut header: Value = serde_json::from_slice(&older.header).unwrap();
    let next: Value = serde_json::from_slice(&newer.header).unwrap();
    header["keyring"] = next["keyring"].clone();
    assert_eq!(verdict(&header), KeyError::AlteredHeader);
}

#[test]
fn every_byte_of_the_keyring_is_covered() {
    let header = Header::parse(&SAMPLE.published.header).unwrap();
    let file = &SAMPLE.published.keyring;
    for index in (0..file.len()).step_by(41) {
        let mut wrong = file.clone();
        wrong[index] ^= 1;
        for altered in [wrong.as_slice(), &file[..index]] {
            let unlocked = header.unlock(&SAMPLE.recovery).unwrap();
            assert!(matches!(Keyring::open(unlocked, altered).err(), Some(KeyError::AlteredKeyring(_))));
        }
    }
}

#[test]
fn the_header_s_text_is_read_strictly() {
    let text = String::from_utf8(SAMPLE.published.header.clone()).unwrap();
    assert!(Header::parse(text.as_bytes()).is_ok());
    let compact = serde_json::to_string(&sample()).unwrap();
    assert_eq!(Header::parse(compact.as_bytes()), Header::parse(text.as_bytes()), "spaces don't matter");
    let unknown = compact.replacen('{', "{\"more\":1,", 1);
    let repeated = compact.replacen('{', "{\"version\":1,", 1);
    let in_slot = compact.replacen("\"lock\":{", "\"lock\":{\"more\":1,", 1);
    let in_lock = compact.replacen("\"tag\":", "\"more\":1,\"tag\":", 1);
    let twice_lock = compact.replacen("\"random\":{", "\"random\":{\"tag\":\"00\",", 1);
    let in_space = compact.replacen("\"epoch\":", "\"more\":1,\"epoch\":", 1);
    let upper = text.replacen(&SAMPLE.keyring.bag().to_string(), &SAMPLE.keyring.bag().to_string().to_uppercase(), 1);
    let trailing = format!("{compact}x");
    for (what, wrong) in [
        ("unknown", unknown),
        ("repeated", repeated),
        ("in slot", in_slot),
        ("in lock", in_lock),
        ("lock twice", twice_lock),
        ("in space", in_space),
        ("upper case", upper),
        ("trailing", trailing),
        ("array", "[]".to_owned()),
        ("empty", String::new()),
        ("null", "null".to_owned()),
        ("deep", "[".repeat(100_000)),
    ] {
        assert!(matches!(Header::parse(wrong.as_bytes()), Err(KeyError::Malformed(_))), "{what}");
    }
    for cut in (0..compact.len()).step_by(17) {
        assert!(Header::parse(&compact.as_bytes()[..cut]).is_err(), "cut at {cut}");
    }
    for field in ["cartable", "bag", "version", "suite", "spaces", "slots", "keyring", "signature"] {
        let mut header = sample();
        header.as_object_mut().unwrap().remove(field);
        assert!(matches!(verdict(&header), KeyError::Malformed(_)), "{field}");
    }
    assert!(matches!(Header::parse(&vec![b' '; Header::MAX_BYTES + 1]), Err(KeyError::Malformed(_))));
    let newer = br#"{"cartable": 7, "anything": ["else"]}"#;
    assert_eq!(Header::parse(newer), Err(KeyError::NewerFormat { found: 7, known: 1 }));
}

#[test]
fn nobody_without_the_public_keys_can_put_a_slot_for_a_secret() {
    // A host that makes a header of its own does not know to which key the owner's passphrase leads: the
    // public keys are in the keyring only. So its slots open for the secrets it chose itself.
    let mut host = Keyring::create(Suite::ChaCha20Poly1305);
    host.add(&Secret::Recovery(Code::random()), Grant::Bag, 0).unwrap();
    let forged = host.publish().unwrap();
    assert_eq!(open(&forged, &SAMPLE.recovery).err(), Some(KeyError::WrongSecret));
    let text = String::from_utf8(SAMPLE.published.header.clone()).unwrap();
    assert!(!text.contains("public"));
}

#[test]
fn whatever_the_bytes_nothing_panics_and_nothing_false_opens() {
    // A fixed sequence: the same mutations each time.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let original = SAMPLE.published.header.as_slice();
    let truth = Header::parse(original).unwrap();
    let (mut parsed, mut opened) = (0, 0);
    for _ in 0..20_000 {
        let mut bytes = original.to_vec();
        for _ in 0..=random(3) {
            let at = random(bytes.len());
            match random(4) {
                0 => bytes[at] ^= 1 << random(8),
                1 => drop(bytes.drain(at..(at + 1 + random(40)).min(bytes.len()))),
                2 => bytes.insert(at, b"0123456789\"{}[],:aef"[random(20)]),
                _ => {
                    let from = random(bytes.len() - 40);
                    bytes.copy_within(from..from + random(40), at.min(original.len() / 2));
                }
            }
        }
        let Ok(header) = Header::parse(&bytes) else { continue };
        parsed += 1;
        // One in twenty is enough: opening a slot takes a millisecond.
        if header == truth || random(20) != 0 {
            continue;
        }
        opened += 1;
        assert!(header.unlock(&SAMPLE.recovery).is_err(), "another header opened");
    }
    assert!(parsed > 500 && opened > 10, "{parsed} parsed, {opened} tried");
}
