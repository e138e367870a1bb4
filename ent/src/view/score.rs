//! Marks and averages in words.

use super::Lang;
use super::decimal::shown;
use crate::record::{Score, SpecialMark};

/// A mark as a page shows it.
pub(super) fn score(score: &Score, lang: Lang) -> String {
    match score {
        Score::Value(number) => shown(number, lang),
        Score::Text(text) => text.clone(),
        Score::Special(special) => lang.say(special_id(*special)),
    }
}

fn special_id(special: SpecialMark) -> &'static str {
    match special {
        SpecialMark::Absent => "special-absent",
        SpecialMark::Exempt => "special-exempt",
        SpecialMark::NotMarked => "special-not-marked",
        SpecialMark::Unfit => "special-unfit",
        SpecialMark::NotHandedIn => "special-not-handed-in",
        SpecialMark::AbsentZero => "special-absent-zero",
        SpecialMark::NotHandedInZero => "special-not-handed-in-zero",
        SpecialMark::Congratulations => "special-congratulations",
    }
}
