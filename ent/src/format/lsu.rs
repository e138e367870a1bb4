//! The school record of primary and lower secondary school (Livret scolaire unique, LSU), in the XML that schools send to the ministry:
//! namespace `urn:fr:edu:scolarite:lsun:bilans:import`, one file for whole classes.
//!
//! A file is reduced to one pupil before anything of it is kept: [`reduce`] takes out everybody else, and the guardians of the pupil too. What
//! it gives is a file of the same format, which [`read`] turns into report cards and evaluations.

mod card;
mod names;
mod only;

use super::letters::plain;
use super::reading::{Reading, Unreadable};
use super::tree::{self, Element};
use crate::record::{Dropped, SourceId};

/// The namespace of the format.
pub(crate) const NAMESPACE: &str = "urn:fr:edu:scolarite:lsun:bilans:import";
const WHAT: &str = "file of the school record LSU";

/// A file reduced to one pupil.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reduced {
    /// The file: XML of the same format, in UTF-8.
    pub bytes: Vec<u8>,
    /// What was taken out.
    pub dropped: Vec<Dropped>,
}

/// The names of the pupils in a file, as `first name, family name`, in its order.
///
/// # Errors
/// [`Unreadable`].
pub fn pupils(bytes: &[u8]) -> Result<Vec<String>, Unreadable> {
    let root = open(bytes)?;
    Ok(pupils_of(&root).map(name_of).collect())
}

/// Reduces a file to one pupil, by name, whose parts may stand in any order; without a name, to the only pupil in it.
///
/// # Errors
/// [`Unreadable`]; [`Unreadable::WhichPupil`] when the name fits none or several of many.
pub fn reduce(bytes: &[u8], pupil: Option<&str>) -> Result<Reduced, Unreadable> {
    let mut root = open(bytes)?;
    let id = choose(&root, pupil)?;
    let dropped = only::keep(&mut root, &id);
    Ok(Reduced { bytes: root.document(), dropped })
}

/// Reads what a file says of one pupil, chosen as for [`reduce`]. Others in the file are passed over, and counted with each piece.
///
/// # Errors
/// [`Unreadable`].
pub fn read(bytes: &[u8], pupil: Option<&str>, source: SourceId) -> Result<Reading, Unreadable> {
    let mut root = open(bytes)?;
    let id = choose(&root, pupil)?;
    let dropped = only::keep(&mut root, &id);
    let mut reading = Reading::default();
    card::read(&root, source, &dropped, &mut reading);
    Ok(reading)
}

fn open(bytes: &[u8]) -> Result<Element, Unreadable> {
    let root = tree::parse(bytes)?;
    if root.local() == "lsun-bilans" && root.namespace() == Some(NAMESPACE) {
        Ok(root)
    } else {
        Err(Unreadable::NotThis(WHAT))
    }
}

fn pupils_of(root: &Element) -> impl Iterator<Item = &Element> {
    let data = root.child("donnees");
    data.into_iter().flat_map(|data| data.list("eleves")).filter(|pupil| pupil.attribute("id").is_some())
}

/// `first name, family name` of a pupil or a teacher.
fn name_of(person: &Element) -> String {
    let parts = [person.attribute("prenom"), person.attribute("nom")];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// The id of the pupil who is meant.
fn choose(root: &Element, wanted: Option<&str>) -> Result<String, Unreadable> {
    let all: Vec<&Element> = pupils_of(root).collect();
    let sorted = |name: &str| {
        let plain = plain(name);
        let mut words: Vec<String> = plain.split(' ').map(str::to_owned).collect();
        words.sort();
        words
    };
    let fitting: Vec<&&Element> = match wanted {
        Some(wanted) => all.iter().filter(|pupil| sorted(&name_of(pupil)) == sorted(wanted)).collect(),
        None => all.iter().collect(),
    };
    match (fitting.as_slice(), all.len()) {
        ([only], _) => Ok(only.attribute("id").unwrap_or_default().to_owned()),
        (_, 0 | 1) => Err(Unreadable::NoSuchPupil),
        _ => Err(Unreadable::WhichPupil { names: all.iter().map(|pupil| name_of(pupil)).collect() }),
    }
}

#[cfg(test)]
mod tests;
