//! Names of files and folders: safe on Linux, Windows, macOS and Android, and never twice the same in a folder.
//!
//! Platforms send titles with slashes, colons, emoji and three hundred letters. [`safe`] makes a name of any text; [`Names`] sees
//! that two things do not fight for one, by an order that stays the same when more things come.

use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::UnicodeNormalization;

/// The longest name, in bytes of UTF-8: below the limits of every file system, with room for what encryption adds.
pub const LONGEST: usize = 120;

/// Room that is left for a number and an ending after a title.
const ROOM: usize = 24;

/// Folders inside folders, at most: what lies deeper stands in the deepest.
const DEEPEST: usize = 8;

/// What a text without a letter is called.
const UNNAMED: &str = "Sans titre";

/// Names that Windows keeps for devices, whatever the ending.
const RESERVED: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// A name for this text: in Unicode form C, without `/ \ : * ? " < > |`, control and direction characters, with no point or space at
/// its ends, at most [`LONGEST`] bytes, never empty, never the name of a Windows device. Its ending is kept when it is cut.
#[must_use]
pub fn safe(text: &str) -> String {
    let plain = plain(text);
    let (stem, ending) = split(&plain);
    let stem = cut(stem, LONGEST - ending.len());
    let name = format!("{stem}{ending}");
    finish(&name)
}

/// A name for this text to which an ending or a number is added: shorter than a name may be.
#[must_use]
pub fn title(text: &str) -> String {
    // A title may end as a file does: points before such an ending go, as they do in any name.
    safe(cut(&plain(text), LONGEST - ROOM))
}

/// What two names have in common when a file system that does not tell small from capital letters takes them for one.
#[must_use]
pub fn fold(name: &str) -> String {
    name.to_uppercase().to_lowercase().nfc().collect()
}

fn plain(text: &str) -> String {
    // A title is a line: what follows the first few thousand characters can't be in a name.
    let mut out = String::new();
    for letter in text.chars().take(4 * LONGEST) {
        match letter {
            '/' | '\\' | '|' | ':' => out.push('-'),
            '*' | '?' | '<' | '>' => out.push('_'),
            '"' => out.push('\''),
            _ if letter.is_control() || letter.is_whitespace() => {
                if !out.is_empty() && !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            _ if is_hidden(letter) => {}
            _ => out.push(letter),
        }
    }
    let composed: String = out.nfc().collect();
    composed.trim_matches(['.', ' ']).to_owned()
}

/// Characters that change the direction of text or can't be seen: they make one name look like another.
fn is_hidden(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}')
}

fn finish(name: &str) -> String {
    let name = name.trim_matches(['.', ' ']);
    if name.is_empty() {
        return UNNAMED.to_owned();
    }
    let device = name.split('.').next().unwrap_or(name).trim_end();
    if is_device(device) {
        let told_apart = format!("{device}_{}", name.get(device.len()..).unwrap_or_default());
        return cut(&told_apart, LONGEST).to_owned();
    }
    name.to_owned()
}

fn is_device(stem: &str) -> bool {
    let stem = stem.to_lowercase();
    let numbered = ["com", "lpt"].iter().find_map(|port| stem.strip_prefix(port));
    let digit = numbered.is_some_and(|rest| {
        let mut letters = rest.chars();
        let one = letters.next().is_some_and(|c| c.is_ascii_digit() || matches!(c, '\u{b9}' | '\u{b2}' | '\u{b3}'));
        one && letters.next().is_none()
    });
    digit || RESERVED.contains(&stem.as_str())
}

/// The beginning of a text, in whole characters.
fn cut(text: &str, longest: usize) -> &str {
    let mut end = text.len().min(longest);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().trim_end_matches(['.', ' '])
}

/// A name and its ending, with the point: `.pdf`, `.tar`. A word that is no ending stays in the name.
fn split(name: &str) -> (&str, &str) {
    match name.rsplit_once('.') {
        Some((stem, ending))
            if !stem.is_empty()
                && (1..=8).contains(&ending.len())
                && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
                && ending.bytes().any(|byte| byte.is_ascii_alphabetic()) =>
        {
            name.split_at(stem.len())
        }
        _ => (name, ""),
    }
}

/// Gives names to things so that no two get the same, not even on a system that does not tell small from capital letters.
///
/// All are wanted first, then given at once in the order of their ids: a thing that comes later changes nothing for those with
/// smaller ids. Who loses gets ` (2)` before its ending.
#[derive(Debug)]
pub struct Names<K> {
    wanted: BTreeMap<K, (Vec<String>, String)>,
}

impl<K> Default for Names<K> {
    fn default() -> Self {
        Self { wanted: BTreeMap::new() }
    }
}

impl<K: Ord> Names<K> {
    /// Wants a name in a folder for the thing with this id. Texts are made safe here; an empty one is no
    /// folder; folders that differ in case only are one.
    pub fn want<'a>(&mut self, id: K, folders: impl IntoIterator<Item = &'a str>, name: &str) {
        let named = folders.into_iter().filter(|folder| !folder.is_empty());
        self.wanted.insert(id, (named.take(DEEPEST).map(safe).collect(), safe(name)));
    }

    /// The path of each thing.
    #[must_use]
    pub fn give(self) -> BTreeMap<K, Vec<String>> {
        // A folder is spelled as the first that wants it spells it.
        let mut spelled: BTreeMap<Vec<String>, String> = BTreeMap::new();
        for (folders, _) in self.wanted.values() {
            let mut folded = Vec::new();
            for folder in folders {
                folded.push(fold(folder));
                spelled.entry(folded.clone()).or_insert_with(|| folder.clone());
            }
        }
        let mut taken: BTreeSet<Vec<String>> = spelled.keys().cloned().collect();
        let mut next: BTreeMap<Vec<String>, usize> = BTreeMap::new();
        let mut given = BTreeMap::new();
        for (id, (folders, name)) in self.wanted {
            let mut path = Vec::new();
            let mut folded: Vec<String> = Vec::new();
            for folder in folders {
                folded.push(fold(&folder));
                path.push(spelled.get(&folded).cloned().unwrap_or(folder));
            }
            folded.push(fold(&name));
            let number = next.entry(folded.clone()).or_insert(1);
            let mut free = name.clone();
            while !taken.insert(folded.clone()) {
                *number = number.saturating_add(1);
                free = numbered(&name, *number);
                folded.pop();
                folded.push(fold(&free));
            }
            path.push(free);
            given.insert(id, path);
        }
        given
    }
}

fn numbered(name: &str, number: usize) -> String {
    let (stem, ending) = split(name);
    let tail = format!(" ({number}){ending}");
    format!("{}{tail}", cut(stem, LONGEST.saturating_sub(tail.len())))
}

#[cfg(test)]
mod tests;
