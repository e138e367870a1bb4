//! The files under `fuzz/corpus`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The folder of the fuzz targets.
pub(crate) fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("fuzz")
}

/// The names of the folders.
#[allow(dead_code, reason = "not every test that has this module asks for all")]
pub(crate) fn folders() -> BTreeSet<String> {
    let entries = std::fs::read_dir(fuzz().join("corpus")).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// The files of a parser, by name.
pub(crate) fn of(parser: &str) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(fuzz().join("corpus").join(parser))
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}
