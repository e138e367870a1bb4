//! What is remembered of one bag, and its bytes (`docs/format.md`, the state folder).

use std::collections::BTreeMap;

use cartable_crypto::{Header, SpaceId, VerifyKey};

use crate::space::CommitId;

/// What identifies a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Mark {
    pub(super) version: u64,
    pub(super) fingerprint: [u8; 32],
    pub(super) owner: [u8; 32],
}

impl Mark {
    pub(in super::super) fn of(header: &Header, owner: &VerifyKey) -> Self {
        Self { version: header.version(), fingerprint: header.fingerprint(), owner: owner.to_bytes() }
    }
}

/// What is remembered of one bag.
pub(super) struct Record {
    pub(super) header: Mark,
    /// A header that is being put in place: after a crash it may stand there or not.
    pub(super) expected: Option<Mark>,
    pub(super) spaces: BTreeMap<SpaceId, Known>,
}

/// What is remembered of a space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Known {
    /// The last commit known to be durable.
    pub(in super::super) commit: CommitId,
    pub(in super::super) ended: Ended,
    /// When it was opened, in seconds since 1970; 0 once it was closed in good order.
    pub(in super::super) opened: u64,
    /// Since when nothing tells whether single older pages were put back, in seconds since 1970: since the opening that had
    /// no good end. 0 for never.
    pub(in super::super) unverified: u64,
}

impl Known {
    /// What is remembered of a space that is opened at `now`.
    pub(in super::super) fn opening(self, ended: Ended, now: u64) -> Self {
        let unclean = self.ended == Ended::Open && self.unverified == 0;
        let unverified = if unclean { self.opened } else { self.unverified };
        Self { ended, opened: now, unverified, ..self }
    }
}

/// How a space was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Ended {
    /// It is open, or was when the process ended.
    Open,
    /// It was closed, its database having this hash.
    Closed([u8; 32]),
    /// It was closed with this hash, found with another, and not accepted.
    Altered([u8; 32]),
}

impl Record {
    /// Forgets the hashes of databases: with another header there are others.
    pub(super) fn reopen_all(&mut self) {
        self.spaces.values_mut().for_each(|known| known.ended = Ended::Open);
    }

    /// Format, header, whether another is expected and which, then each space.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = RECORD_FORMAT.to_le_bytes().to_vec();
        self.header.encode(&mut out);
        out.push(u8::from(self.expected.is_some()));
        if let Some(expected) = &self.expected {
            expected.encode(&mut out);
        }
        for (space, Known { commit, ended, opened, unverified }) in &self.spaces {
            out.extend_from_slice(space.as_bytes());
            out.extend_from_slice(&commit.counter.to_le_bytes());
            out.extend_from_slice(&commit.opening);
            let (number, hash) = match ended {
                Ended::Open => (0, [0; 32]),
                Ended::Closed(hash) => (1, *hash),
                Ended::Altered(hash) => (2, *hash),
            };
            out.push(number);
            out.extend_from_slice(&hash);
            out.extend_from_slice(&opened.to_le_bytes());
            out.extend_from_slice(&unverified.to_le_bytes());
        }
        out
    }

    pub(super) fn decode(plain: &[u8]) -> Option<Self> {
        let (format, rest) = plain.split_first_chunk()?;
        let has_times = match u16::from_le_bytes(*format) {
            1 => false,
            RECORD_FORMAT => true,
            _ => return None,
        };
        let (header, rest) = Mark::decode(rest)?;
        let (more, mut rest) = rest.split_first()?;
        let mut expected = None;
        if *more == 1 {
            let (mark, left) = Mark::decode(rest)?;
            (expected, rest) = (Some(mark), left);
        }
        let mut spaces = BTreeMap::new();
        while !rest.is_empty() {
            let (space, left) = rest.split_first_chunk()?;
            let (counter, left) = left.split_first_chunk()?;
            let (opening, left) = left.split_first_chunk()?;
            let (number, left) = left.split_first()?;
            let (hash, left) = left.split_first_chunk()?;
            let ended = match number {
                0 => Ended::Open,
                1 => Ended::Closed(*hash),
                2 => Ended::Altered(*hash),
                _ => return None,
            };
            let commit = CommitId { counter: u64::from_le_bytes(*counter), opening: *opening };
            let mut known = Known { commit, ended, opened: 0, unverified: 0 };
            rest = left;
            if has_times {
                let (opened, left) = rest.split_first_chunk()?;
                let (unverified, left) = left.split_first_chunk()?;
                (known.opened, known.unverified) = (u64::from_le_bytes(*opened), u64::from_le_bytes(*unverified));
                rest = left;
            }
            spaces.insert(SpaceId::from_bytes(*space), known);
        }
        (*more <= 1).then_some(Self { header, expected, spaces })
    }
}

impl Mark {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.version.to_le_bytes());
        out.extend_from_slice(&self.fingerprint);
        out.extend_from_slice(&self.owner);
    }

    fn decode(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (version, rest) = bytes.split_first_chunk()?;
        let (fingerprint, rest) = rest.split_first_chunk()?;
        let (owner, rest) = rest.split_first_chunk()?;
        Some((Self { version: u64::from_le_bytes(*version), fingerprint: *fingerprint, owner: *owner }, rest))
    }
}

/// Format 1 had no times.
const RECORD_FORMAT: u16 = 2;
