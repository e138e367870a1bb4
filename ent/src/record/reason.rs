//! Why a credential is refused, or can't be proved: a closed set, so that pages say it in their reader's language.

use serde::{Deserialize, Serialize};

/// Why a credential is false, or is not known to be true.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The signature does not fit.
    WrongSignature,
    /// It is signed in a way that its issuer's key can't sign.
    WrongKind,
    /// The signature was made for another purpose.
    OtherPurpose,
    /// The signature can't be read.
    UnreadableSignature,
    /// What it shows is not what was signed.
    NotWhatWasSigned,
    /// It says itself that it was revoked.
    Revoked,
    /// Its platform does not publish it.
    Unpublished,
    /// Nobody signed it.
    Unsigned,
    /// Nobody signed it: only this issuer can confirm it.
    OnlyIssuer(String),
    /// It is signed in a way that is not checked here.
    UnknownSuite,
    /// Signatures of this kind are not checked here.
    UnknownKind(String),
    /// It was signed with an extension that is not known here.
    UnknownExtension,
    /// Its issuer has a key of a kind that is not known here.
    UnknownKeyKind,
    /// This key, or that of this issuer, is not known offline.
    UnknownKey(String),
    /// The signature fits a key that it brings along, which nothing ties to this issuer.
    UnboundKey(String),
    /// It does not say with which key it was signed.
    NoKey,
    /// The signature has ended.
    SignatureEnded,
    /// This issuer's signature is right, but it is not clear when it is valid.
    UnclearTime(String),
    /// This issuer's signature is right, but it has ended.
    Ended(String),
    /// This issuer's signature is right, but it is not valid yet.
    NotYet(String),
    /// This issuer's signature is right; whether it was revoked can't be told offline.
    Revocable(String),
    /// It does not say what its words mean.
    NoVocabulary,
    /// It uses words of this vocabulary, which is not known here.
    UnknownVocabulary(String),
    /// It gives words a meaning of its own.
    OwnVocabulary,
    /// Its words can't be put together to what they mean.
    UnclearWords,
    /// It says more than any known badge.
    TooLong,
    /// It has too many parts that look alike.
    TooAlike,
    /// What was signed is not one achievement of one person.
    NotOneAchievement,
    /// Its site tells of it and does not host it.
    NotHosted,
    /// It was read in a file that anyone can change.
    Editable,
    /// It was read in a file that anyone can change, which gives it this status.
    EditableOf(String),
    /// Its issuer was not asked yet.
    NotAsked,
    /// In a sentence: what earlier versions of this program kept.
    #[serde(untagged)]
    Said(String),
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::record::Verification;

    #[test]
    fn what_earlier_versions_kept_is_read() {
        let kept = [
            (Reason::WrongSignature, r#"{"refused":{"reason":"wrong-signature"}}"#),
            (Reason::UnknownKey("did:web:a".into()), r#"{"refused":{"reason":{"unknown-key":"did:web:a"}}}"#),
            (Reason::Said("It is not signed.".into()), r#"{"refused":{"reason":"It is not signed."}}"#),
        ];
        for (reason, text) in kept {
            let whole = Verification::Refused { reason };
            assert_eq!(serde_json::to_string(&whole).unwrap(), text);
            assert_eq!(serde_json::from_str::<Verification>(text).unwrap(), whole);
        }
    }
}
