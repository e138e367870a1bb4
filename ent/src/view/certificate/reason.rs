//! Why a credential is refused or not proved, in words.

use crate::record::Reason;
use crate::view::Lang;

/// The sentence for it.
pub(super) fn words(reason: &Reason, lang: Lang) -> String {
    let (id, about) = match reason {
        Reason::WrongSignature => ("reason-wrong-signature", ""),
        Reason::WrongKind => ("reason-wrong-kind", ""),
        Reason::OtherPurpose => ("reason-other-purpose", ""),
        Reason::UnreadableSignature => ("reason-unreadable-signature", ""),
        Reason::NotWhatWasSigned => ("reason-not-what-was-signed", ""),
        Reason::Revoked => ("reason-revoked", ""),
        Reason::Unpublished => ("reason-unpublished", ""),
        Reason::Unsigned => ("reason-unsigned", ""),
        Reason::OnlyIssuer(about) => ("reason-only-issuer", about.as_str()),
        Reason::UnknownSuite => ("reason-unknown-suite", ""),
        Reason::UnknownKind(about) => ("reason-unknown-kind", about.as_str()),
        Reason::UnknownExtension => ("reason-unknown-extension", ""),
        Reason::UnknownKeyKind => ("reason-unknown-key-kind", ""),
        Reason::UnknownKey(about) => ("reason-unknown-key", about.as_str()),
        Reason::UnboundKey(about) => ("reason-unbound-key", about.as_str()),
        Reason::NoKey => ("reason-no-key", ""),
        Reason::SignatureEnded => ("reason-signature-ended", ""),
        Reason::UnclearTime(about) => ("reason-unclear-time", about.as_str()),
        Reason::Ended(about) => ("reason-ended", about.as_str()),
        Reason::NotYet(about) => ("reason-not-yet", about.as_str()),
        Reason::Revocable(about) => ("reason-revocable", about.as_str()),
        Reason::NoVocabulary => ("reason-no-vocabulary", ""),
        Reason::UnknownVocabulary(about) => ("reason-unknown-vocabulary", about.as_str()),
        Reason::OwnVocabulary => ("reason-own-vocabulary", ""),
        Reason::UnclearWords => ("reason-unclear-words", ""),
        Reason::TooLong => ("reason-too-long", ""),
        Reason::TooAlike => ("reason-too-alike", ""),
        Reason::NotOneAchievement => ("reason-not-one-achievement", ""),
        Reason::NotHosted => ("reason-not-hosted", ""),
        Reason::Editable => ("reason-editable", ""),
        Reason::EditableOf(about) => ("reason-editable-of", about.as_str()),
        Reason::NotAsked => ("reason-not-asked", ""),
        Reason::Said(sentence) => return sentence.clone(),
    };
    lang.say_with(id, &[("about", about)])
}
