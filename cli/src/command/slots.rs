//! `cartable passwd` and `cartable slots`: what opens the bag.

use std::path::Path;
use std::sync::Arc;

use cartable_fs::bag::{Bag, Code, Grant, Opening, Secret, SlotKind};
use serde_json::{Value, json};

use super::{now, print, report};
use crate::args::{Passwd, SlotAct, Unlock};
use crate::exit::Failure;
use crate::passphrase::{ask, ask_new, passphrase, secret};
use crate::text::Text;
use crate::{places, sheet};

pub(crate) fn run(act: &SlotAct, text: &Text) -> Result<(), Failure> {
    match act {
        SlotAct::List(unlock) => {
            let bag = unlocked(unlock, text)?;
            let slots: Vec<Value> = bag.slots()?.iter().map(|slot| {
                json!({ "slot": slot.id.to_string(), "kind": kind(slot.kind), "made": slot.made, "until": slot.until })
            }).collect();
            if unlock.json {
                println!("{}", json!({ "slots": slots }));
            } else {
                for slot in &slots {
                    print(slot, false, text);
                    println!();
                }
            }
            Ok(())
        }
        SlotAct::Add { unlock, new_passphrase_file, recovery_file } => {
            let bag = unlocked(unlock, text)?;
            let new = match recovery_file {
                Some(file) => {
                    let code = Code::random();
                    sheet::save(file, &code, &places::absolute(&unlock.bag), text)?;
                    Secret::Recovery(code)
                }
                None => passphrase(&ask_new(new_passphrase_file.as_deref(), text)?)?,
            };
            let (_, id) = bag.add_slot(&new, Grant::Bag, now())?;
            let mut said = report();
            said["slot"] = id.to_string().into();
            print(&said, unlock.json, text);
            Ok(())
        }
        SlotAct::Remove { unlock, slot } => {
            let bag = unlocked(unlock, text)?;
            let id = bag.slots()?.iter().map(|known| known.id).find(|id| id.to_string() == *slot);
            let id = id.ok_or_else(|| Failure::Slot { what: slot.clone() })?;
            bag.remove_slot(&id)?;
            println!("{}", text.say("slot-removed"));
            Ok(())
        }
    }
}

/// Puts a new passphrase in the place of the old one. The old one must be a passphrase itself.
pub(crate) fn passwd(passwd: &Passwd, text: &Text) -> Result<(), Failure> {
    let old = ask(passwd.passphrase_file.as_deref(), text)?;
    let state = places::state()?;
    let bag = Bag::open(&passwd.bag, &secret(&old)?, &state, Opening::default())?;
    let new = passphrase(&ask_new(passwd.new_passphrase_file.as_deref(), text)?)?;
    let slot = bag.slots()?.iter().find(|slot| slot.kind == SlotKind::Passphrase).map(|slot| slot.id);
    match slot {
        Some(slot) => bag.replace_slot(&slot, &new, now())?,
        None => bag.add_slot(&new, Grant::Bag, now())?,
    };
    println!("{}", text.say("passphrase-changed"));
    Ok(())
}

/// Opens the bag that a command works on.
pub(crate) fn unlocked(unlock: &Unlock, text: &Text) -> Result<Bag, Failure> {
    open(&unlock.bag, unlock.passphrase_file.as_deref(), unlock.danger_accept_older_copy, text)
}

fn open(bag: &Path, file: Option<&Path>, danger_accept_older_copy: bool, text: &Text) -> Result<Bag, Failure> {
    Bag::header_at(bag)?;
    let bytes = ask(file, text)?;
    let state = places::state()?;
    let opening = Opening { read_only: false, danger_accept_older_copy };
    Ok(Bag::open(bag, &secret(&bytes)?, &Arc::clone(&state), opening)?)
}

fn kind(kind: SlotKind) -> &'static str {
    match kind {
        SlotKind::Passphrase => "passphrase",
        SlotKind::Recovery => "recovery",
        SlotKind::Device => "device",
        SlotKind::Guest => "guest",
    }
}
