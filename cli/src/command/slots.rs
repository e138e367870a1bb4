//! `cartable passwd` and `cartable slots`: what opens the bag.

use cartable_fs::bag::{Bag, Code};
use serde_json::json;
use zeroize::Zeroizing;

use super::{date, now, print, report};
use crate::args::{Passwd, SlotAct, Unlock};
use crate::desktop::keyring;
use crate::exit::Failure;
use crate::output;
use crate::passphrase::{Bytes, Word, ask_new};
use crate::text::Text;
use crate::work::{Done, Listed, Task, asked, have_done};
use crate::{places, sheet};

pub(crate) fn run(act: &SlotAct, text: &Text) -> Result<(), Failure> {
    match act {
        SlotAct::List(unlock) => list(unlock, text),
        SlotAct::Add { unlock, new_passphrase_file, recovery_file } => {
            let by = asked(unlock, text)?;
            let new = match recovery_file {
                Some(file) => {
                    let code = Code::random();
                    sheet::save(file, &code, &places::absolute(&unlock.bag), text)?;
                    Zeroizing::new(code.text().as_bytes().to_vec())
                }
                None => ask_new(new_passphrase_file.as_deref(), text)?,
            };
            let task = Task::AddSlot { by: word(&by), new: Word(new), now: now() };
            let added = quietly(unlock, by, &task, text);
            if let (Err(_), Some(file)) = (&added, recovery_file) {
                // A sheet that opens nothing would only confuse.
                let _ = std::fs::remove_file(file);
            }
            if let Done::Added { slot } = added? {
                let mut said = report();
                said["slot"] = slot.into();
                print(&said, unlock.json, text)?;
            }
            Ok(())
        }
        SlotAct::Remove { unlock, slot } => {
            let by = asked(unlock, text)?;
            let task = Task::RemoveSlot { by: word(&by), slot: slot.clone() };
            quietly(unlock, by, &task, text)?;
            output::say(text.say("slot-removed"));
            Ok(())
        }
    }
}

/// Puts a new passphrase in the place of the one that is given, or of the one that was forgotten.
pub(crate) fn passwd(passwd: &Passwd, text: &Text) -> Result<(), Failure> {
    let unlock = Unlock {
        bag: passwd.bag.clone(),
        passphrase_file: passwd.passphrase_file.clone(),
        json: false,
        danger_accept_older_copy: passwd.danger_accept_older_copy,
    };
    let by = asked(&unlock, text)?;
    let new = ask_new(passwd.new_passphrase_file.as_deref(), text)?;
    let task = Task::ChangePassphrase { by: word(&by), new: Word(new.clone()), now: now() };
    quietly(&unlock, by, &task, text)?;
    let id = Bag::header_at(&passwd.bag)?.bag().to_string();
    if keyring::lookup(&id).is_some() {
        // The old one opens nothing any more. Where the new one can't be kept it is asked for.
        let _ = keyring::store(&id, &super::keyring::label(&passwd.bag, text), &new);
    }
    output::say(text.say("passphrase-changed"));
    Ok(())
}

fn list(unlock: &Unlock, text: &Text) -> Result<(), Failure> {
    let by = asked(unlock, text)?;
    let task = Task::Slots { by: word(&by) };
    let Done::Slots(slots) = quietly(unlock, by, &task, text)? else { return Ok(()) };
    if unlock.json {
        return output::print(json!({ "slots": slots }));
    }
    for Listed { slot, kind, made, until } in slots {
        let mut said = report();
        said["slot"] = slot.into();
        said["kind"] = text.say(&format!("kind-{kind}")).into();
        said["made"] = date(made).into();
        if let Some(until) = until {
            said["until"] = date(until).into();
        }
        print(&said, false, text)?;
        output::print("")?;
    }
    Ok(())
}

fn quietly(unlock: &Unlock, by: Bytes, task: &Task, text: &Text) -> Result<Done, Failure> {
    have_done(unlock, Some(by), task, text, &mut |_| {})
}

fn word(bytes: &Bytes) -> Word {
    Word(bytes.clone())
}
