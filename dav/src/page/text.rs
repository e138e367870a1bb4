//! The messages of the pages, from the locale files.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use super::Lang;

const ENGLISH_SOURCE: &str = include_str!("../../locales/en/page.ftl");
const FRENCH_SOURCE: &str = include_str!("../../locales/fr/page.ftl");

type Bundle = FluentBundle<FluentResource>;

static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| bundle("en", ENGLISH_SOURCE));
static FRENCH: LazyLock<Bundle> = LazyLock::new(|| bundle("fr", FRENCH_SOURCE));

/// Stands for a name while a message is formatted; it can't be in a message.
const GAP: &str = "\0";

impl Lang {
    /// The message called `id`, or its name where there is none.
    pub(super) fn say(self, id: &str) -> String {
        self.format(id, &FluentArgs::new()).unwrap_or_else(|| id.to_owned())
    }

    /// The message called `id` with its variables filled in.
    pub(super) fn say_with<'a>(
        self,
        id: &str,
        variables: impl IntoIterator<Item = (&'a str, FluentValue<'a>)>,
    ) -> String {
        self.format(id, &variables.into_iter().collect()).unwrap_or_else(|| id.to_owned())
    }

    /// What a message says before and after its `$name`, so that the name can stand in an element of its own.
    pub(super) fn say_around(self, id: &str) -> (String, String) {
        let said = self.say_with(id, [("name", GAP.into())]);
        let (before, after) = said.split_once(GAP).unwrap_or((&said, ""));
        (before.to_owned(), after.to_owned())
    }

    fn format(self, id: &str, args: &FluentArgs<'_>) -> Option<String> {
        let bundle = match self {
            Self::En => &ENGLISH,
            Self::Fr => &FRENCH,
        };
        let pattern = bundle.get_message(id)?.value()?;
        Some(bundle.format_pattern(pattern, Some(args), &mut Vec::new()).into_owned())
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
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// Message names with the variables that each uses.
    fn messages(source: &str) -> BTreeMap<String, BTreeSet<String>> {
        let mut messages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut current = String::new();
        for line in source.lines().filter(|line| !line.starts_with('#')) {
            if let Some((name, _)) = line.split_once(" =").filter(|_| !line.starts_with(' ')) {
                current = name.to_owned();
            }
            let variables = line.split("{ $").skip(1).filter_map(|rest| rest.split([' ', '}']).next());
            messages.entry(current.clone()).or_default().extend(variables.map(String::from));
        }
        messages.remove("");
        messages
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
        let code = [
            include_str!("form.rs"),
            include_str!("lang.rs"),
            include_str!("layout.rs"),
            include_str!("listing.rs"),
            include_str!("login.rs"),
            include_str!("measure.rs"),
            include_str!("notice.rs"),
            include_str!("problem.rs"),
            include_str!("question.rs"),
        ]
        .concat();
        let known = messages(ENGLISH_SOURCE);
        for id in known.keys().filter(|id| !id.starts_with("problem-") && !id.starts_with("notice-")) {
            assert!(code.contains(&format!("\"{id}\"")), "{id} is not used");
        }
        for call in ["say(\"", "say_with(\"", "around(lang, \""] {
            for id in code.split(call).skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(known.contains_key(id), "{id} is used and missing");
            }
        }
    }

    #[test]
    fn french_signs_keep_their_space() {
        for line in FRENCH_SOURCE.lines().filter(|line| !line.starts_with('#')) {
            let said = line.split_once(" =").map_or(line, |(_, said)| said);
            for wrong in [" ;", " !", " ?", " \u{bb}", "\u{ab} ", "'"] {
                assert!(!said.contains(wrong), "{line}");
            }
            assert!(!said.contains(" :"), "{line}");
        }
    }

    #[test]
    fn a_name_stands_between_what_is_said() {
        let (before, after) = Lang::Fr.say_around("delete-question");
        assert!(before.ends_with("\u{ab}\u{a0}") && after.starts_with("\u{a0}\u{bb}"), "{before}|{after}");
    }
}
