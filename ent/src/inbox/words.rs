//! The words of notes, from the locale files.

use std::sync::LazyLock;

use fluent_bundle::FluentArgs;

use crate::view::{Bundle, Lang, bundle};

const ENGLISH_SOURCE: &str = include_str!("../../locales/en/inbox.ftl");
const FRENCH_SOURCE: &str = include_str!("../../locales/fr/inbox.ftl");

static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| bundle("en", ENGLISH_SOURCE));
static FRENCH: LazyLock<Bundle> = LazyLock::new(|| bundle("fr", FRENCH_SOURCE));

/// The message called `id` with its variables filled in, or its name where there is none.
pub(super) fn say(lang: Lang, id: &str, variables: &[(&str, &str)]) -> String {
    let bundle = match lang {
        Lang::En => &ENGLISH,
        Lang::Fr => &FRENCH,
    };
    let args: FluentArgs<'_> = variables.iter().map(|(name, value)| (*name, *value)).collect();
    let pattern = bundle.get_message(id).and_then(|message| message.value());
    let text = pattern.map(|pattern| bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned());
    text.unwrap_or_else(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::collections::BTreeSet;

    use fluent_bundle::FluentResource;

    use super::*;

    fn ids(source: &str) -> BTreeSet<&str> {
        source.lines().filter(|line| !line.starts_with(['#', ' '])).filter_map(|line| line.split(" =").next()).collect()
    }

    #[test]
    fn both_languages_say_the_same_things_in_two_sentences() {
        assert_eq!(ids(ENGLISH_SOURCE), ids(FRENCH_SOURCE));
        for source in [ENGLISH_SOURCE, FRENCH_SOURCE] {
            assert!(FluentResource::try_new(source.to_owned()).is_ok());
            for line in source.lines().filter(|line| line.contains(" = ")) {
                let ends = line.matches(". ").count() + usize::from(line.ends_with(['.', '}']));
                assert_eq!(ends, 2, "{line}");
            }
        }
    }

    #[test]
    fn french_signs_keep_their_space() {
        for line in FRENCH_SOURCE.lines().filter_map(|line| line.split_once(" = ")) {
            for wrong in [" ;", " !", " ?", " :", " \u{bb}", "\u{ab} ", "'"] {
                assert!(!line.1.contains(wrong), "{}", line.1);
            }
        }
    }
}
