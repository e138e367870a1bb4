//! Why a file is not taken in.

use crate::format::Unreadable;
use crate::format::badge::BadgeError;
use crate::format::marc::MarcError;
use crate::format::quiz::ReadError;

/// Why nothing of a file was kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is no file of a kind that is known.
    #[error("no kind of file that is known")]
    Unknown,
    /// It is larger than files of its kind are read.
    #[error("the file is larger than {limit_bytes} bytes")]
    TooLarge {
        /// The most that is read, in bytes.
        limit_bytes: u64,
    },
    /// It is damaged, or was made to do harm.
    #[error("the file can't be read: {0}")]
    Broken(String),
    /// It is a folder, or something else that is no file.
    #[error("this is no file")]
    NoFile,
    /// It is of a kind that is known, and there is nothing in it that could be shown.
    #[error("there is nothing in the file that could be shown")]
    Nothing {
        /// What in it was not understood first, in English.
        why: Option<String>,
    },
    /// It is about several pupils, and nobody said which one is wanted.
    #[error("the file is about several pupils")]
    WhichPupil {
        /// Their names, or their numbers where the format has no names.
        names: Vec<String>,
    },
    /// It is not about the pupil who is wanted.
    #[error("the file is not about this pupil")]
    NoSuchPupil,
    /// It is a PDF with the certificates of several people, which can't be reduced to one of them.
    #[error("the file holds certificates of several people")]
    SeveralPeople,
    /// It is a picture that only names an address where a badge may be.
    #[error("the picture only names an address where a badge may be")]
    OnlyAddress,
}

impl From<Unreadable> for Refusal {
    fn from(error: Unreadable) -> Self {
        match error {
            Unreadable::NotThis(_) => Self::Unknown,
            Unreadable::TooLarge { limit_bytes } => Self::TooLarge { limit_bytes: limit_bytes as u64 },
            Unreadable::Broken(why) => Self::Broken(why),
            Unreadable::WhichPupil { names } => Self::WhichPupil { names },
            Unreadable::NoSuchPupil => Self::NoSuchPupil,
        }
    }
}

impl From<BadgeError> for Refusal {
    fn from(error: BadgeError) -> Self {
        match error {
            BadgeError::NoBadge => Self::Unknown,
            BadgeError::OnlyAddress => Self::OnlyAddress,
            BadgeError::TooLong | BadgeError::Picture(_) | BadgeError::Damaged(_) => Self::Broken(error.to_string()),
        }
    }
}

impl From<MarcError> for Refusal {
    fn from(error: MarcError) -> Self {
        match error {
            MarcError::NoRecords => Self::Unknown,
            MarcError::TooLong | MarcError::BrokenXml(_) => Self::Broken(error.to_string()),
        }
    }
}

impl From<ReadError> for Refusal {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Unknown => Self::Unknown,
            ReadError::TooLarge | ReadError::Xml(_) | ReadError::Archive(_) | ReadError::Io(_) => {
                Self::Broken(error.to_string())
            }
        }
    }
}
