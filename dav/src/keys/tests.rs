//! Who is let in, and what the time of a refusal tells.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::atomic::{AtomicBool, Ordering};

use cartable_fs::bag::{AppPassword, Code, Grant, KeyError, Login, SlotRight, Suite};
use tempfile::TempDir;

use super::*;

const DEVICES: usize = 12;
const ROUNDS: usize = 301;

struct World {
    home: TempDir,
    owner: Code,
    devices: Vec<AppPassword>,
}

impl World {
    fn new() -> Self {
        let devices = (0..DEVICES).map(|_| AppPassword::random()).collect();
        let world = Self { home: tempfile::tempdir().unwrap(), owner: Code::random(), devices };
        let bag = Bag::create(&world.bag(), Suite::ChaCha20Poly1305, &[&world.owner()], &world.state(), 1).unwrap();
        for device in &world.devices {
            bag.add_slot(&secret(&device.login, &device.password), Grant::Home, 1).unwrap();
        }
        world
    }

    fn bag(&self) -> PathBuf {
        self.home.path().join("bag")
    }

    fn state(&self) -> Arc<StateFolder> {
        Arc::new(StateFolder::open(&self.home.path().join("state")).unwrap())
    }

    fn owner(&self) -> Secret {
        Secret::Recovery(Code::parse(&self.owner.text()).unwrap())
    }

    fn device(&self) -> Secret {
        secret(&self.devices[0].login, &self.devices[0].password)
    }
}

fn secret(login: &Login, password: &Code) -> Secret {
    Secret::App(AppPassword { login: login.clone(), password: Code::parse(&password.text()).unwrap() })
}

/// What a device gets that was let in.
pub(crate) fn ticket() -> Ticket {
    let world = World::new();
    Keys::locked(world.bag(), world.state(), Duration::ZERO).enter(&world.device()).unwrap().1
}

/// How long a refusal takes.
fn refusal(keys: &Arc<Keys>, login: &Login) -> Duration {
    let secret = secret(login, &Code::random());
    let start = Instant::now();
    let entered = keys.enter(&secret);
    let took = start.elapsed();
    assert!(matches!(entered, Err(BagError::Key(KeyError::WrongSecret))));
    took
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// A space of the bag that is shared with who has the secret.
fn shared(world: &World, right: SlotRight, until: Option<u64>) -> (SpaceId, Secret) {
    let bag = Bag::open(&world.bag(), &world.owner(), &world.state(), Opening::default()).unwrap();
    let (space, app) = (bag.add_space().unwrap(), AppPassword::random());
    let secret = secret(&app.login, &app.password);
    bag.add_slot(&secret, Grant::Space { space, right, until }, 1).unwrap();
    bag.close_spaces().unwrap();
    (space, secret)
}

/// A guest opens a locked bag as far as one space, and an owner's device that comes meanwhile gets home.
#[test]
fn a_guest_comes_to_one_space_and_opens_no_other() {
    let world = World::new();
    let (space, secret) = shared(&world, SlotRight::GuestRead, None);
    let keys = Keys::locked(world.bag(), world.state(), Duration::ZERO);
    let (guest, ticket) = keys.enter(&secret).unwrap();
    assert_eq!(guest.shared, Some(space));
    assert!(guest.access.change().is_err() && guest.space.links().is_empty());
    let bag = keys.bag().unwrap();
    assert!(bag.home().is_err() && bag.open_home().is_err(), "nobody brought the key of home");
    let (device, _) = keys.enter(&world.device()).unwrap();
    assert_eq!(device.shared, None);
    assert!(!Arc::ptr_eq(&guest.space, &device.space));
    assert!(device.access.change().is_ok());
    drop((guest, device, bag));
    assert!(keys.enter_again(&ticket).unwrap().is_some_and(|again| again.shared == Some(space)));
    assert!(keys.close_idle());
    assert!(keys.enter_again(&ticket).unwrap().is_none());
}

#[test]
fn a_guest_whose_time_is_over_is_a_stranger() {
    let world = World::new();
    let (_, secret) = shared(&world, SlotRight::GuestEdit, Some(2));
    let keys = Keys::locked(world.bag(), world.state(), Duration::ZERO);
    assert!(matches!(keys.enter(&secret), Err(BagError::Key(KeyError::WrongSecret))));
    assert!(keys.bag().is_none());
}

/// A wrong password takes as long for a login that there is, the first or the last, as for one that there is not: no secret is
/// looked for by its login alone.
#[test]
fn the_time_of_a_refusal_does_not_tell_whether_the_login_exists() {
    let world = World::new();
    let locked = Keys::locked(world.bag(), world.state(), Duration::ZERO);
    let bag = Bag::open(&world.bag(), &world.owner(), &world.state(), Opening::default()).unwrap();
    for keys in [locked, Keys::opened(Arc::new(bag))] {
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            // In turns: whatever else the machine does slows both.
            known.push(refusal(&keys, &world.devices[round % DEVICES].login));
            unknown.push(refusal(&keys, &Login::random()));
        }
        let (known, unknown) = (median(known).as_secs_f64(), median(unknown).as_secs_f64());
        let ratio = known / unknown;
        assert!((0.75..1.33).contains(&ratio), "{known} s against {unknown} s");
    }
}

/// Whoever opens a locked bag has it open, even if nobody used it for long and it was about to be closed.
#[test]
fn a_bag_is_not_closed_before_who_opened_it_is_in() {
    let world = World::new();
    let keys = Keys::locked(world.bag(), world.state(), Duration::ZERO);
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                keys.close_idle();
            }
        });
        let entered: Vec<_> = (0..40).map(|_| keys.enter(&world.device()).map(drop)).collect();
        over.store(true, Ordering::Relaxed);
        for entered in entered {
            entered.unwrap();
        }
    });
}

/// A ticket is good until the bag is locked, and no longer than the device has its slot.
#[test]
fn who_was_let_in_shows_the_secret_again_once_the_bag_was_locked() {
    let world = World::new();
    let keys = Keys::locked(world.bag(), world.state(), Duration::ZERO);
    let (guest, ticket) = keys.enter(&world.device()).unwrap();
    keys.close_idle();
    assert!(keys.bag().is_some(), "somebody is in");
    assert!(keys.enter_again(&ticket).unwrap().is_some());
    drop(guest);
    keys.close_idle();
    assert!(keys.bag().is_none());
    assert!(keys.enter_again(&ticket).unwrap().is_none());
    let (_guest, ticket) = keys.enter(&world.device()).unwrap();
    let bag = keys.bag().unwrap();
    bag.prove_owner(&world.owner()).unwrap();
    bag.remove_slot(&ticket.admitted.slot).unwrap();
    assert!(keys.enter_again(&ticket).unwrap().is_none());
    assert!(matches!(keys.enter(&world.device()), Err(BagError::Key(KeyError::WrongSecret))));
}
