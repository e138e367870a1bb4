//! Slots, the header and the keyring: what opens what.

use std::sync::LazyLock;

use cartable_crypto::{
    AppPassword, Code, Grant, Header, Held, KeyError, Keyring, Passphrase, Published, Secret, SlotId, SlotKind,
    SlotRight, Suite, Unlocked,
};
use zeroize::Zeroizing;

pub(crate) fn passphrase(text: &str) -> Secret {
    Secret::Passphrase(Passphrase::new(Zeroizing::new(text.as_bytes().to_vec())).unwrap())
}

/// A bag with one slot of each kind; passphrases are slow, so it is made once.
pub(crate) struct Sample {
    pub(crate) keyring: Keyring,
    pub(crate) recovery: Secret,
    pub(crate) device: Secret,
    pub(crate) ids: [SlotId; 3],
    pub(crate) published: Published,
}

pub(crate) static SAMPLE: LazyLock<Sample> = LazyLock::new(|| {
    let mut keyring = Keyring::create(Suite::ChaCha20Poly1305);
    let recovery = Secret::Recovery(Code::random());
    let device = Secret::App(AppPassword::random());
    let ids = [
        keyring.add(&passphrase("un deux trois"), Grant::Bag, 1).unwrap(),
        keyring.add(&recovery, Grant::Bag, 2).unwrap(),
        keyring.add(&device, Grant::Home, 3).unwrap(),
    ];
    let published = keyring.publish().unwrap();
    Sample { keyring, recovery, device, ids, published }
});

pub(crate) fn open(published: &Published, secret: &Secret) -> Result<Keyring, KeyError> {
    let header = Header::parse(&published.header)?;
    Keyring::open(header.unlock(secret)?, &published.keyring)
}

fn error<T>(result: Result<T, KeyError>) -> KeyError {
    result.err().expect("it must fail")
}

#[test]
fn each_secret_opens_its_slot() {
    let sample = &*SAMPLE;
    let header = Header::parse(&sample.published.header).unwrap();
    assert_eq!(header.version(), 1);
    assert_eq!(header.spaces(), [(sample.keyring.home(), 1)]);
    for (secret, id) in [(&passphrase("un deux trois"), sample.ids[0]), (&sample.recovery, sample.ids[1])] {
        let unlocked = header.unlock(secret).unwrap();
        assert_eq!((unlocked.slot, unlocked.right, unlocked.until), (id, SlotRight::Own, None));
        assert_eq!(unlocked.owner, sample.keyring.owner());
        let keyring = Keyring::open(unlocked, &sample.published.keyring).unwrap();
        assert_eq!(keyring.slots(), sample.keyring.slots());
        assert_eq!(keyring.home(), sample.keyring.home());
        let pragma = |keyring: &Keyring| keyring.space_keys(&keyring.home()).unwrap().database.pragma();
        assert_eq!(*pragma(&keyring), *pragma(&sample.keyring));
    }
    for wrong in ["un deux troi", "un deux trois ", "Un deux trois"] {
        assert_eq!(error(header.unlock(&passphrase(wrong))), KeyError::WrongSecret);
    }
    assert_eq!(error(header.unlock(&Secret::Recovery(Code::random()))), KeyError::WrongSecret);
    assert_eq!(error(header.unlock(&Secret::App(AppPassword::random()))), KeyError::WrongSecret);
}

#[test]
fn a_device_has_home_and_nothing_else() {
    let sample = &*SAMPLE;
    let header = Header::parse(&sample.published.header).unwrap();
    let unlocked: Unlocked<'_> = header.unlock(&sample.device).unwrap();
    assert_eq!(unlocked.right, SlotRight::Edit);
    let Held::Space { space, key } = &unlocked.held else { panic!("a device holds a space") };
    assert_eq!((*space, key.epoch()), (sample.keyring.home(), 1));
    let keys = key.derive(header.suite(), &header.bag(), space);
    assert_eq!(*keys.database.pragma(), *sample.keyring.space_keys(space).unwrap().database.pragma());
    assert_eq!(error(Keyring::open(unlocked, &sample.published.keyring)), KeyError::NotOwner);
}

#[test]
fn a_login_and_its_password_go_together() {
    let header = Header::parse(&SAMPLE.published.header).unwrap();
    let Secret::App(app) = &SAMPLE.device else { panic!("an app") };
    let copy = || Code::parse(&app.password.text()).unwrap();
    let other = AppPassword { login: AppPassword::random().login, password: copy() };
    assert_eq!(error(header.unlock(&Secret::App(other))), KeyError::WrongSecret);
    // Nor is an app's password a recovery code.
    assert_eq!(error(header.unlock(&Secret::Recovery(copy()))), KeyError::WrongSecret);
    let typed = cartable_crypto::Login::parse(&app.login.to_string().to_uppercase()).unwrap();
    assert!(header.unlock(&Secret::App(AppPassword { login: typed, password: copy() })).is_ok());
}

#[test]
fn the_header_names_nobody_and_hides_kinds() {
    let json = String::from_utf8(SAMPLE.published.header.clone()).unwrap();
    let Secret::App(app) = &SAMPLE.device else { panic!("an app") };
    assert!(!json.contains(&app.login.to_string()));
    for word in ["recovery", "device", "guest", "owner", "home", "label", "right", "until"] {
        assert!(!json.contains(word), "{word}");
    }
    let again = Header::parse(&SAMPLE.published.header).unwrap();
    assert_eq!(again.to_json(), SAMPLE.published.header, "read and written, it is the same");
}

#[test]
fn who_may_hold_what() {
    let mut keyring = Keyring::create(Suite::Aes256Gcm);
    let home = keyring.home();
    let space = keyring.add_space().unwrap();
    let guest = Grant::Space { space, right: SlotRight::GuestRead, until: Some(9) };
    let owning = Grant::Space { space, right: SlotRight::Own, until: None };
    let at_home = Grant::Space { space: home, right: SlotRight::GuestRead, until: None };
    let app = Secret::App(AppPassword::random());
    let code = Secret::Recovery(Code::random());
    let refused = [(&app, Grant::Bag), (&code, Grant::Home), (&code, guest), (&app, owning), (&app, at_home)];
    for (secret, grant) in refused {
        assert!(matches!(keyring.add(secret, grant, 0), Err(KeyError::BadSecret(_))), "{grant:?}");
    }
    let unknown = Grant::Space { space: cartable_crypto::SpaceId::random(), right: SlotRight::GuestRead, until: None };
    assert_eq!(keyring.add(&app, unknown, 0), Err(KeyError::NoSuchSpace));
    keyring.add(&app, guest, 5).unwrap();
    keyring.add(&code, Grant::Bag, 5).unwrap();
    let published = keyring.publish().unwrap();
    let header = Header::parse(&published.header).unwrap();
    let unlocked = header.unlock(&app).unwrap();
    assert_eq!((unlocked.right, unlocked.until), (SlotRight::GuestRead, Some(9)));
    let kinds: Vec<_> = open(&published, &code).unwrap().slots().iter().map(|slot| slot.kind).collect();
    assert_eq!(kinds, [SlotKind::Guest, SlotKind::Recovery]);
}

#[test]
fn removing_an_owner_slot_rotates_everything() {
    let sample = &*SAMPLE;
    let mut draft = sample.keyring.draft();
    let space = draft.add_space().unwrap();
    draft.publish().unwrap();
    let before = draft.draft();
    let old_keys = draft.space_keys(&space).unwrap();
    let new_code = Secret::Recovery(Code::random());
    draft.add(&new_code, Grant::Bag, 4).unwrap();
    let rotated = draft.remove(&sample.ids[1]).unwrap();
    let spaces: Vec<_> = rotated.iter().map(|rotated| (rotated.space, rotated.from, rotated.to)).collect();
    assert_eq!(spaces, [(draft.home(), 1, 2), (space, 1, 2)]);
    let published = draft.publish().unwrap();
    assert_eq!(published.version, 3);
    assert_ne!(draft.owner(), before.owner());
    assert_ne!(draft.owner_wrap(), before.owner_wrap());
    let new_keys = draft.space_keys(&space).unwrap();
    assert_ne!(*new_keys.database.pragma(), *old_keys.database.pragma());

    // The old secret opens nothing of the new header; the others still do, without having been asked for.
    assert_eq!(error(open(&published, &sample.recovery)), KeyError::WrongSecret);
    let reopened = open(&published, &new_code).unwrap();
    let all = reopened.space_keys_of_all_epochs(&space).unwrap();
    assert_eq!(all.iter().map(|keys| keys.epoch).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(*all[0].database.pragma(), *old_keys.database.pragma());
    assert_eq!(*all[1].database.pragma(), *new_keys.database.pragma());
    let header = Header::parse(&published.header).unwrap();
    let device = header.unlock(&sample.device).unwrap();
    assert!(matches!(device.held, Held::Space { key, .. } if key.epoch() == 2));
}

#[test]
fn removing_a_device_rotates_home_and_what_home_leads_to() {
    let mut draft = SAMPLE.keyring.draft();
    let other = draft.add_space().unwrap();
    let owner = draft.owner();
    let rotated = draft.remove(&SAMPLE.ids[2]).unwrap();
    let rotated: Vec<_> = rotated.iter().map(|rotated| (rotated.space, rotated.from, rotated.to)).collect();
    assert_eq!(rotated, [(draft.home(), 1, 2), (other, 1, 2)]);
    assert_eq!(draft.owner(), owner);
    let published = draft.publish().unwrap();
    let header = Header::parse(&published.header).unwrap();
    assert_eq!(error(header.unlock(&SAMPLE.device)), KeyError::WrongSecret);
    let reopened = open(&published, &SAMPLE.recovery).unwrap();
    let mut spaces: Vec<_> = reopened.spaces().collect();
    spaces.sort();
    let mut expected = vec![(draft.home(), 2), (other, 2)];
    expected.sort();
    assert_eq!(spaces, expected);
}

#[test]
fn the_last_owner_slot_stays() {
    let mut keyring = Keyring::create(Suite::ChaCha20Poly1305);
    let code = keyring.add(&Secret::Recovery(Code::random()), Grant::Bag, 0).unwrap();
    let device = keyring.add(&Secret::App(AppPassword::random()), Grant::Home, 0).unwrap();
    assert_eq!(keyring.remove(&code), Err(KeyError::LastOwnerSlot));
    assert_eq!(keyring.remove(&SlotId::random()), Err(KeyError::NoSuchSlot));
    assert!(keyring.remove(&device).is_ok());
    assert_eq!(keyring.slots().len(), 1);
}

#[test]
fn passphrases_have_bounds() {
    let of = |bytes: usize| Passphrase::new(Zeroizing::new(vec![b'x'; bytes]));
    assert!(of(1).is_ok() && of(1024).is_ok());
    assert!(matches!(of(0).err(), Some(KeyError::BadSecret(_))));
    assert!(matches!(of(1025).err(), Some(KeyError::BadSecret(_))));
}
