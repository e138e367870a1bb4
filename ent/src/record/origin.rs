//! Where a record comes from.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The kind of platform that held a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Platform {
    /// PRONOTE of Index Education.
    Pronote,
    /// Moodle.
    Moodle,
    /// PMB, a library system.
    Pmb,
    /// Pix.
    Pix,
    /// The portal Toutatice.
    Toutatice,
    /// A calendar at an address.
    Calendar,
    /// A file that a person exported by hand.
    Inbox,
}

impl Platform {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Pronote, Self::Moodle, Self::Pmb, Self::Pix, Self::Toutatice, Self::Calendar, Self::Inbox];

    /// Its name in commands and files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pronote => "pronote",
            Self::Moodle => "moodle",
            Self::Pmb => "pmb",
            Self::Pix => "pix",
            Self::Toutatice => "toutatice",
            Self::Calendar => "calendar",
            Self::Inbox => "inbox",
        }
    }

    /// The platform of that name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|platform| platform.name() == name)
    }
}

/// An account at a platform, by the name that its owner gave it here.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AccountId(pub String);

/// The number of a French school: seven digits and a letter (`0350001A`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Uai(String);

impl Uai {
    /// Reads a school's number.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (digits, letter) = text.split_at_checked(7)?;
        let good = digits.bytes().all(|byte| byte.is_ascii_digit())
            && letter.len() == 1
            && letter.bytes().all(|byte| byte.is_ascii_alphabetic());
        good.then(|| Self(text.to_ascii_uppercase()))
    }
}

impl TryFrom<String> for Uai {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not the number of a school")
    }
}

impl From<Uai> for String {
    fn from(uai: Uai) -> Self {
        uai.0
    }
}

impl fmt::Display for Uai {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A school year, by the calendar year in which it begins: 2025 is 2025-2026.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SchoolYear(pub i16);

impl SchoolYear {
    /// The school year of a day: it begins in August.
    #[must_use]
    pub fn of(day: Date) -> Self {
        Self(if day.month() >= 8 { day.year() } else { day.year() - 1 })
    }
}

impl fmt::Display for SchoolYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.0, self.0.saturating_add(1))
    }
}

/// Names a raw answer or file: BLAKE3 of its bytes as they are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId([u8; 32]);

impl SourceId {
    /// The name of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }

    /// The name of bytes that were hashed in pieces.
    #[must_use]
    pub fn from_hash(hash: blake3::Hash) -> Self {
        Self(*hash.as_bytes())
    }

    /// Reads 64 hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 64 {
            return None;
        }
        data_encoding::HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok().map(Self)
    }

    /// As 64 hexadecimal digits.
    #[must_use]
    pub fn text(&self) -> String {
        data_encoding::HEXLOWER.encode(&self.0)
    }
}

impl Serialize for SourceId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

impl<'de> Deserialize<'de> for SourceId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("64 hexadecimal digits are wanted"))
    }
}

/// Other people's data that was taken out before anything was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dropped {
    /// What it was: `guardians' addresses`.
    pub what: String,
    /// How many of them.
    pub count: usize,
}

/// Where a record comes from, kept beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The kind of platform.
    pub platform: Platform,
    /// The account it was fetched with.
    pub account: AccountId,
    /// The school's number, where the account or the platform tells it.
    pub uai: Option<Uai>,
    /// The school, as its platform names it.
    pub school: Option<String>,
    /// Whose it is, where the account is a parent's: see [`super::Piece::pupil`]. Earlier versions did not keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pupil: Option<String>,
    /// The school year.
    pub year: Option<SchoolYear>,
    /// When it was fetched first in this version, in seconds since 1970.
    pub fetched: i64,
    /// What identifies it, see [`super::Piece::key`].
    pub key: String,
    /// BLAKE3 of the record as JSON, as 64 hexadecimal digits.
    pub hash: String,
    /// The raw answer or file it was read from.
    pub source: SourceId,
    /// What was dropped from that.
    pub dropped: Vec<Dropped>,
}
