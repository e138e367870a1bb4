//! Devices: slots that hold home's key, and what home knows of them. The public header names nobody.

use cartable_fs::Device;
use cartable_fs::bag::{AppPassword, Bag, Code, Grant, KeyringSlot, Login, Secret, SlotId, SlotKind};
use serde::{Deserialize, Serialize};

use crate::exit::Failure;
use crate::passphrase::Word;

/// A device as the list shows it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ListedDevice {
    pub(crate) name: String,
    pub(crate) login: String,
    /// Seconds since 1970.
    pub(crate) made: u64,
    /// Seconds since 1970; none for never.
    pub(crate) used: Option<i64>,
    pub(crate) address: Option<String>,
}

/// All devices, in the order they were made. One whose name was not written any more, in a crash, is called by its slot.
pub(super) fn list(bag: &Bag) -> Result<Vec<ListedDevice>, Failure> {
    let known = bag.open_home()?.devices(&bag.access()?)?;
    let listed = |slot: &KeyringSlot| {
        let device = known.iter().find(|device| device.slot == *slot.id.as_bytes());
        ListedDevice {
            name: device.map_or_else(|| slot.id.to_string(), |device| device.name.clone()),
            login: device.map_or_else(String::new, |device| device.login.clone()),
            made: slot.made,
            used: device.map(|device| device.used).filter(|used| *used != 0),
            address: device.map(|device| device.address.clone()).filter(|address| !address.is_empty()),
        }
    };
    Ok(slots(bag)?.iter().map(listed).collect())
}

/// Adds a device.
pub(super) fn add(bag: &Bag, login: &str, password: &Word, name: &str, now: u64) -> Result<SlotId, Failure> {
    let (access, home) = (bag.access()?, bag.open_home()?);
    let change = access.change().map_err(|_| Failure::ReadOnlyDisk { path: bag.folder().into() })?;
    if list(bag)?.iter().any(|known| known.name == name) {
        return Err(Failure::DeviceThere { name: name.to_owned() });
    }
    let password = std::str::from_utf8(&password.0).unwrap_or_default();
    let secret = Secret::App(AppPassword { login: Login::parse(login)?, password: Code::parse(password)? });
    let slot = bag.add_slot(&secret, Grant::Home, now)?;
    let device = Device {
        slot: *slot.as_bytes(),
        login: login.to_owned(),
        name: name.to_owned(),
        used: 0,
        address: String::new(),
    };
    let written = home.put_device(&change, &device).and_then(|()| home.sync_all(&access));
    if written.is_err() {
        // A login that nobody is told of is of no use.
        let _ = bag.remove_slot(&slot);
    }
    written?;
    Ok(slot)
}

/// Removes a device, called by its login, its name or its slot: it opens nothing that is written from then on.
pub(super) fn remove(bag: &Bag, called: &str) -> Result<SlotId, Failure> {
    let known = bag.open_home()?.devices(&bag.access()?)?;
    let find = |is: &dyn Fn(&Device) -> bool| {
        let named = |slot: &KeyringSlot| known.iter().any(|device| device.slot == *slot.id.as_bytes() && is(device));
        slots(bag).map(|slots| slots.iter().find(|slot| named(slot)).map(|slot| slot.id))
    };
    let unnamed = slots(bag)?.iter().map(|slot| slot.id).find(|id| id.to_string() == called);
    let slot = find(&|device| device.login == called)?.or(find(&|device| device.name == called)?).or(unnamed);
    let slot = slot.ok_or_else(|| Failure::NoDevice { name: called.to_owned() })?;
    bag.remove_slot(&slot)?;
    forget_removed(bag)?;
    Ok(slot)
}

/// Forgets what is known of devices that have no slot any more.
pub(super) fn forget_removed(bag: &Bag) -> Result<(), Failure> {
    let (access, home) = (bag.access()?, bag.open_home()?);
    let change = access.change().map_err(|_| Failure::ReadOnlyDisk { path: bag.folder().into() })?;
    for device in home.devices(&access)? {
        if !bag.has_slot(&SlotId::from_bytes(device.slot)) {
            home.remove_device(&change, &device.slot)?;
        }
    }
    Ok(home.sync_all(&access)?)
}

/// The slots of devices: a guest's is none.
fn slots(bag: &Bag) -> Result<Vec<KeyringSlot>, Failure> {
    Ok(bag.slots()?.into_iter().filter(|slot| slot.kind == SlotKind::Device).collect())
}
