//! What check and repair say.

use serde::{Deserialize, Serialize};

/// How far a long work is, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes dealt with.
    pub done: u64,
    /// All bytes.
    pub total: u64,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing is wrong with what is stored.
    Note,
    /// Something was wrong and is right again.
    Repaired,
    /// Something that was stored is missing or altered.
    Damage,
}

/// One thing found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What was found.
    pub what: String,
    /// Paths of the files that it touches, from the root of the space.
    #[serde(rename = "where")]
    pub paths: Vec<String>,
    /// How bad it is.
    pub severity: Severity,
}

/// What there is in a space, and what is wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Files, folders, links and devices.
    pub nodes: u64,
    /// Names.
    pub entries: u64,
    /// Runs of bytes of files.
    pub extents: u64,
    /// Sealed chunks in the index.
    pub chunks: u64,
    /// Of these, chunks that no file names any more.
    pub unused_chunks: u64,
    /// Rows of inline bytes that no file names.
    pub unused_inline: u64,
    /// Packs in the index.
    pub packs: u64,
    /// Bytes of chunks that were read and opened.
    pub bytes_read: u64,
    /// What was found, in the order of the check.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether nothing is damaged.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity < Severity::Damage)
    }

    /// Adds what was found in another space.
    pub fn merge(&mut self, other: Self) {
        self.nodes += other.nodes;
        self.entries += other.entries;
        self.extents += other.extents;
        self.chunks += other.chunks;
        self.unused_chunks += other.unused_chunks;
        self.unused_inline += other.unused_inline;
        self.packs += other.packs;
        self.bytes_read += other.bytes_read;
        self.findings.extend(other.findings);
    }

    /// Adds a finding.
    pub fn add(&mut self, severity: Severity, what: impl Into<String>, paths: Vec<String>) {
        self.findings.push(Finding { what: what.into(), paths, severity });
    }
}
