//! What can be asked of an open bag, whoever has it open: the process behind its doors, or else the command itself.

mod devices;
mod guests;
pub(crate) mod school;

use cartable_fs::Collected;
use cartable_fs::bag::{Bag, Grant, KeyringSlot, Opening, SlotId, SlotKind, ToCheck};
use cartable_fs::check::{Progress, Report, Severity};
use serde::{Deserialize, Serialize};

use crate::args::Unlock;
use crate::exit::Failure;
use crate::passphrase::{Bytes, Word, ask, open_with, secret};
use crate::places;
use crate::socket::{self, Reply, Request};
use crate::text::Text;
use crate::wanted::PathWord;

pub(crate) use devices::ListedDevice;
pub(crate) use guests::{Given, ListedShare, names as names_of_guests};

/// What can be asked. What changes or tells the keys proves itself by a secret of the owner.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) enum Task {
    /// Read everything and say what is wrong.
    Check,
    /// Give back the room of what was deleted.
    Collect,
    /// List what opens the bag.
    Slots { by: Word },
    /// Add a passphrase or a recovery code, made at `now`.
    AddSlot { by: Word, new: Word, now: u64 },
    /// Remove one by its name.
    RemoveSlot { by: Word, slot: String },
    /// Put a new passphrase in the place of the old one.
    ChangePassphrase { by: Word, new: Word, now: u64 },
    /// List the devices.
    Devices { by: Word },
    /// Let a device log in.
    AddDevice { by: Word, login: String, password: Word, name: String, now: u64 },
    /// Stop one, by its name or its login.
    RemoveDevice { by: Word, device: String },
    /// Give somebody a folder to read, with a login made at `now`.
    Share { by: Word, given: Box<guests::Given>, now: u64 },
    /// List what is shared.
    Shares { by: Word },
    /// Stop sharing a folder, with one person or with all.
    Revoke { by: Word, folder: PathWord, with: Option<String> },
    /// What school platforms hold.
    School(Box<school::SchoolTask>),
}

/// What was done.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Done {
    Checked(Report),
    Collected(Collected),
    Slots(Vec<Listed>),
    Devices(Vec<ListedDevice>),
    Shares(Vec<ListedShare>),
    School(school::SchoolDone),
    /// There is a new slot, and no old one less.
    Added {
        slot: String,
    },
    /// A slot is gone: whoever came by it has to leave.
    Removed {
        slot: String,
    },
    /// The same, of several.
    Revoked {
        slots: Vec<String>,
    },
}

impl Task {
    /// Whether it waits for others for long, and may be stopped at any moment.
    pub(crate) fn takes_long(&self) -> bool {
        matches!(self, Self::School(task) if task.takes_long())
    }

    /// Whether it leaves the bag as it is.
    pub(crate) fn only_reads(&self) -> bool {
        match self {
            Self::School(task) => task.only_reads(),
            other => matches!(other, Self::Check | Self::Slots { .. } | Self::Devices { .. } | Self::Shares { .. }),
        }
    }
}

/// A slot as the list shows it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Listed {
    pub(crate) slot: String,
    pub(crate) kind: String,
    pub(crate) made: u64,
    pub(crate) until: Option<u64>,
}

/// Has it done by the process that has the bag open; where there is none, opens the bag and does it.
pub(crate) fn have_done(
    unlock: &Unlock,
    known: Option<Bytes>,
    task: &Task,
    text: &Text,
    show: &mut dyn FnMut(Progress),
) -> Result<Done, Failure> {
    let request = Request::Work(task.clone());
    let answer = socket::ask(&unlock.bag, &request, show)?;
    if let Some(Reply::Done(done)) = answer {
        return Ok(done);
    }
    let bag = match opened(unlock, known, task.only_reads(), text) {
        // Somebody logged in meanwhile.
        Err(Failure::Busy { process }) if answer.is_some() => {
            return match socket::ask(&unlock.bag, &request, show)? {
                Some(Reply::Done(done)) => Ok(done),
                _ => Err(Failure::Busy { process }),
            };
        }
        opened => opened?,
    };
    let done = done(&bag, task, show);
    bag.close_spaces()?;
    done
}

/// Opens the bag that a command works on; `reading` leaves it and what is remembered of it as they are.
pub(crate) fn opened(unlock: &Unlock, known: Option<Bytes>, reading: bool, text: &Text) -> Result<Bag, Failure> {
    let opening = Opening { read_only: reading, danger_accept_older_copy: unlock.danger_accept_older_copy };
    let state = places::state()?;
    let open = |bytes: &Bytes| Ok(Bag::open(&unlock.bag, &secret(bytes)?, &state, opening)?);
    match known {
        Some(bytes) => open(&bytes),
        None => open_with(&unlock.bag, unlock.passphrase_file.as_deref(), text, open),
    }
}

/// A secret that opens the bag, for who opens it more than once.
pub(crate) fn proven(unlock: &Unlock, text: &Text) -> Result<Bytes, Failure> {
    let opening = Opening { read_only: true, danger_accept_older_copy: unlock.danger_accept_older_copy };
    let state = places::state()?;
    open_with(&unlock.bag, unlock.passphrase_file.as_deref(), text, |bytes| {
        Bag::open(&unlock.bag, &secret(bytes)?, &state, opening)?;
        Ok(bytes.clone())
    })
}

/// A secret of the owner, from a file or typed: a session that is open proves nothing.
pub(crate) fn asked(unlock: &Unlock, text: &Text) -> Result<Bytes, Failure> {
    Bag::header_at(&unlock.bag)?;
    ask(unlock.passphrase_file.as_deref(), text)
}

/// Does it in a bag that is open in this process.
pub(crate) fn done(bag: &Bag, task: &Task, show: &mut dyn FnMut(Progress)) -> Result<Done, Failure> {
    match task {
        Task::Check => {
            let mut all = Report::default();
            for ToCheck { id, space, older } in bag.open_all_to_check()? {
                let mut report = space.check(&bag.access()?, show)?;
                if report.is_clean() && older.is_none() {
                    bag.note_checked(&id)?;
                }
                if let Some(older) = older {
                    report.add(Severity::Damage, format!("an older or altered copy: {older}"), Vec::new());
                }
                all.merge(report);
            }
            Ok(Done::Checked(all))
        }
        Task::Collect => {
            let access = bag.access()?;
            let change = access.change().map_err(|_| Failure::ReadOnlyDisk { path: bag.folder().into() })?;
            let mut all = Collected::default();
            for ToCheck { space, .. } in bag.open_all_to_check()? {
                all.merge(space.collect(&access, &change, show)?);
            }
            Ok(Done::Collected(all))
        }
        Task::Slots { by } => {
            bag.prove_owner(&secret(&by.0)?)?;
            Ok(Done::Slots(bag.slots()?.iter().map(listed).collect()))
        }
        Task::AddSlot { by, new, now } => {
            bag.prove_owner(&secret(&by.0)?)?;
            let slot = bag.add_slot(&secret(&new.0)?, Grant::Bag, *now)?;
            Ok(Done::Added { slot: slot.to_string() })
        }
        Task::RemoveSlot { by, slot } => {
            bag.prove_owner(&secret(&by.0)?)?;
            let id = bag.slots()?.iter().map(|known| known.id).find(|id| id.to_string() == *slot);
            bag.remove_slot(&id.ok_or_else(|| Failure::Slot { what: slot.clone() })?)?;
            devices::forget_removed(bag)?;
            Ok(Done::Removed { slot: slot.clone() })
        }
        Task::ChangePassphrase { by, new, now } => {
            let by = bag.prove_owner(&secret(&by.0)?)?;
            let new = secret(&new.0)?;
            match passphrase_to_replace(&bag.slots()?, by)? {
                Some(old) => {
                    bag.replace_slot(&old, &new, *now)?;
                    Ok(Done::Removed { slot: old.to_string() })
                }
                None => Ok(Done::Added { slot: bag.add_slot(&new, Grant::Bag, *now)?.to_string() }),
            }
        }
        Task::Devices { by } => {
            bag.prove_owner(&secret(&by.0)?)?;
            Ok(Done::Devices(devices::list(bag)?))
        }
        Task::AddDevice { by, login, password, name, now } => {
            bag.prove_owner(&secret(&by.0)?)?;
            let slot = devices::add(bag, login, password, name, *now)?;
            Ok(Done::Added { slot: slot.to_string() })
        }
        Task::Share { by, given, now } => {
            bag.prove_owner(&secret(&by.0)?)?;
            let slot = guests::share(bag, given, *now)?;
            Ok(Done::Added { slot: slot.to_string() })
        }
        Task::Shares { by } => {
            bag.prove_owner(&secret(&by.0)?)?;
            Ok(Done::Shares(guests::list(bag)?))
        }
        Task::Revoke { by, folder, with } => {
            bag.prove_owner(&secret(&by.0)?)?;
            guests::revoke(bag, &folder.0, with.as_deref())
        }
        Task::School(task) => Ok(Done::School(school::done(bag, task, show)?)),
        Task::RemoveDevice { by, device } => {
            bag.prove_owner(&secret(&by.0)?)?;
            let slot = devices::remove(bag, device)?;
            Ok(Done::Removed { slot: slot.to_string() })
        }
    }
}

/// The passphrase that was given; for who gave a recovery code the only one there is, if there is one.
fn passphrase_to_replace(slots: &[KeyringSlot], by: SlotId) -> Result<Option<SlotId>, Failure> {
    let passphrases: Vec<SlotId> =
        slots.iter().filter(|slot| slot.kind == SlotKind::Passphrase).map(|slot| slot.id).collect();
    match passphrases[..] {
        _ if passphrases.contains(&by) => Ok(Some(by)),
        [] => Ok(None),
        [only] => Ok(Some(only)),
        _ => Err(Failure::WhichPassphrase),
    }
}

fn listed(slot: &KeyringSlot) -> Listed {
    let kind = match slot.kind {
        SlotKind::Passphrase => "passphrase",
        SlotKind::Recovery => "recovery",
        SlotKind::Device => "device",
        SlotKind::Guest => "guest",
    };
    Listed { slot: slot.id.to_string(), kind: kind.into(), made: slot.made, until: slot.until }
}
