//! The words of the pages, from the locale files.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use serde::{Deserialize, Serialize};
use unic_langid::LanguageIdentifier;

const ENGLISH_SOURCE: &str = include_str!("../../../../locales/en/quiz.ftl");
const FRENCH_SOURCE: &str = include_str!("../../../../locales/fr/quiz.ftl");

type Bundle = FluentBundle<FluentResource>;

static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| bundle("en", ENGLISH_SOURCE));
static FRENCH: LazyLock<Bundle> = LazyLock::new(|| bundle("fr", FRENCH_SOURCE));

/// The language of a page's own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lang {
    /// English.
    En,
    /// French.
    Fr,
}

impl Lang {
    /// Its name in HTML (BCP 47).
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Fr => "fr",
        }
    }

    /// The message called `id`, or its name where there is none.
    pub(super) fn say(self, id: &str) -> String {
        self.format(id, &FluentArgs::new())
    }

    /// The message called `id` with its variable filled in.
    pub(super) fn say_with(self, id: &str, name: &str, value: &str) -> String {
        let mut args = FluentArgs::new();
        args.set(name, value);
        self.format(id, &args)
    }

    /// A decimal number as it is written.
    pub(super) fn number(self, plain: &str) -> String {
        let signed = plain.replace('-', "\u{2212}");
        match self {
            Self::En => signed,
            Self::Fr => signed.replace('.', ","),
        }
    }

    fn format(self, id: &str, args: &FluentArgs<'_>) -> String {
        let bundle = match self {
            Self::En => &ENGLISH,
            Self::Fr => &FRENCH,
        };
        let pattern = bundle.get_message(id).and_then(|message| message.value());
        let said = pattern.map(|pattern| bundle.format_pattern(pattern, Some(args), &mut Vec::new()).into_owned());
        said.unwrap_or_else(|| id.to_owned())
    }
}

fn bundle(language: &str, source: &str) -> Bundle {
    let language: LanguageIdentifier = language.parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    bundle.set_use_isolating(false);
    // A message that does not parse is shown by its name; a test sees that all do.
    let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(resource, _)| resource);
    let _ = bundle.add_resource(resource);
    bundle
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Message names, each with its variables.
    fn messages(source: &str) -> BTreeSet<(String, String)> {
        let lines = source.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(" = "));
        lines
            .map(|(name, said)| {
                (name.to_owned(), said.split("{ ").skip(1).filter_map(|rest| rest.split(' ').next()).collect())
            })
            .collect()
    }

    #[test]
    fn both_languages_say_the_same_things() {
        assert_eq!(messages(ENGLISH_SOURCE), messages(FRENCH_SOURCE));
        for source in [ENGLISH_SOURCE, FRENCH_SOURCE] {
            assert!(FluentResource::try_new(source.to_owned()).is_ok());
        }
    }

    #[test]
    fn every_message_is_used_and_every_used_one_is_there() {
        let code = [include_str!("../html.rs"), include_str!("answers.rs"), include_str!("gaps.rs")].concat();
        let known: BTreeSet<String> = messages(ENGLISH_SOURCE).into_iter().map(|(name, _)| name).collect();
        for id in &known {
            assert!(code.contains(&format!("\"{id}\"")), "{id} is not used");
        }
        for call in ["say(\"", "say_with(\""] {
            for id in code.split(call).skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(known.contains(id), "{id} is used and missing");
            }
        }
    }

    #[test]
    fn french_signs_keep_their_space() {
        for line in FRENCH_SOURCE.lines().filter(|line| !line.starts_with('#')) {
            for wrong in [" :", " ;", " !", " ?", " %", "'"] {
                assert!(!line.contains(wrong), "{line}");
            }
        }
    }
}
