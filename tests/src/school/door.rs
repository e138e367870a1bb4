//! What was collected, as programs see it through the drive and the share.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::dav::Dav;

/// All files below a folder of the drive: their paths, and what is in them.
#[must_use]
pub fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn below(top: &Path, folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).expect("a folder is listed") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                below(top, &path, found);
            } else {
                let name = path.strip_prefix(top).expect("it is below").to_str().expect("names are UTF-8").to_owned();
                found.insert(name, fs::read(&path).expect("a file is read"));
            }
        }
    }
    let mut found = BTreeMap::new();
    below(folder, folder, &mut found);
    found
}

/// Panics where the share gives other bytes for any of these files.
pub fn assert_shared(dav: &Dav, files: &BTreeMap<String, Vec<u8>>) {
    for (path, contents) in files {
        let encoded: Vec<String> = path.split('/').map(encode).collect();
        assert!(dav.read(&encoded).as_ref() == Some(contents), "{path}");
    }
}

/// The name of a file in a path of the share.
fn encode(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    name.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
