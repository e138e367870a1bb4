//! What a listing says of the act that led to it: one word in the query of the redirect, a sentence on the page.

use maud::{Markup, html};

use super::Lang;

/// The outcome of an act on a folder.
///
/// After a POST, answer 303 to the folder with `?notice=` and [`Notice::word`], so that reloading does not act again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// Files were received.
    Uploaded,
    /// A folder was made.
    Made,
    /// Something has another name.
    Renamed,
    /// Something was deleted.
    Deleted,
    /// Nothing was done: the name is taken. Files that came before it in an upload are kept.
    Exists,
    /// Nothing was done: no name, or one that nothing can have.
    BadName,
    /// Nothing was done: it is gone.
    Gone,
    /// Nothing was done: another program has it open, or locked.
    Locked,
    /// The disk is full. Files that came before in an upload are kept.
    NoRoom,
    /// Nothing was done: this login may only read here.
    ReadOnly,
    /// Nothing was done: the form was too old, or not from this page.
    Stale,
    /// It did not work, for another reason.
    Failed,
}

impl Notice {
    const ALL: [Self; 12] = [
        Self::Uploaded,
        Self::Made,
        Self::Renamed,
        Self::Deleted,
        Self::Exists,
        Self::BadName,
        Self::Gone,
        Self::Locked,
        Self::NoRoom,
        Self::ReadOnly,
        Self::Stale,
        Self::Failed,
    ];

    /// Its word in a query.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Uploaded => "uploaded",
            Self::Made => "made",
            Self::Renamed => "renamed",
            Self::Deleted => "deleted",
            Self::Exists => "exists",
            Self::BadName => "bad-name",
            Self::Gone => "gone",
            Self::Locked => "locked",
            Self::NoRoom => "no-room",
            Self::ReadOnly => "read-only",
            Self::Stale => "stale",
            Self::Failed => "failed",
        }
    }

    /// The outcome that has this word.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|notice| notice.word() == word)
    }

    pub(super) fn is_error(self) -> bool {
        !matches!(self, Self::Uploaded | Self::Made | Self::Renamed | Self::Deleted)
    }

    pub(super) fn markup(self, lang: Lang) -> Markup {
        let (class, role) = if self.is_error() { ("notice error", "alert") } else { ("notice", "status") };
        html! { p class=(class) role=(role) { (lang.say(&format!("notice-{}", self.word()))) } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_notice_has_a_word_and_a_sentence() {
        for notice in Notice::ALL {
            assert_eq!(Notice::from_word(notice.word()), Some(notice));
            for lang in [Lang::Fr, Lang::En] {
                assert!(!notice.markup(lang).into_string().contains("notice-"), "{notice:?}");
            }
        }
        assert_eq!(Notice::from_word("<b>"), None);
    }
}
