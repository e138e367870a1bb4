//! What the user reads: Fluent messages in French and English, chosen by the environment's locale.

use std::borrow::Cow;

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource};
use unic_langid::LanguageIdentifier;

const ENGLISH: &str = include_str!("../locales/en/cartable.ftl");
const FRENCH: &str = include_str!("../locales/fr/cartable.ftl");

/// The messages of one language.
pub(crate) struct Text {
    bundle: FluentBundle<FluentResource>,
}

impl Text {
    /// The language of the environment: `LC_ALL`, `LC_MESSAGES`, `LANG`; English unless French is asked for.
    pub(crate) fn of_environment() -> Self {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .iter()
            .find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
        let language = locale.as_deref().and_then(|locale| locale.split(['_', '.', '@']).next());
        if language == Some("fr") { Self::new("fr", FRENCH) } else { Self::new("en", ENGLISH) }
    }

    #[cfg(test)]
    pub(crate) fn all() -> [Self; 2] {
        [Self::new("en", ENGLISH), Self::new("fr", FRENCH)]
    }

    fn new(language: &str, source: &str) -> Self {
        let language: LanguageIdentifier = language.parse().unwrap_or_default();
        let mut bundle = FluentBundle::new(vec![language]);
        bundle.set_use_isolating(false);
        // A message that does not parse is shown by its name; a test sees that all do.
        let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(resource, _)| resource);
        let _ = bundle.add_resource(resource);
        Self { bundle }
    }

    /// Whether it is English.
    pub(crate) fn is_english(&self) -> bool {
        self.bundle.locales.first().is_none_or(|language| language.language.as_str() == "en")
    }

    /// The message called `id`, or its name where there is none.
    pub(crate) fn say(&self, id: &str) -> String {
        self.find(id).unwrap_or_else(|| id.to_owned())
    }

    /// The message called `id` with its variables filled in.
    pub(crate) fn say_with(&self, id: &str, variables: &[(&str, Cow<'_, str>)]) -> String {
        let mut args = FluentArgs::new();
        for (name, value) in variables {
            args.set(*name, value.as_ref());
        }
        self.format(id, &args).unwrap_or_else(|| id.to_owned())
    }

    pub(crate) fn find(&self, id: &str) -> Option<String> {
        self.format(id, &FluentArgs::new())
    }

    fn format(&self, id: &str, args: &FluentArgs<'_>) -> Option<String> {
        let pattern = self.bundle.get_message(id)?.value()?;
        Some(self.bundle.format_pattern(pattern, Some(args), &mut Vec::new()).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Message names with the variables that each uses.
    fn messages(source: &str) -> BTreeMap<String, Vec<String>> {
        let mut messages: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut current = String::new();
        for line in source.lines().filter(|line| !line.starts_with('#')) {
            if let Some((name, _)) = line.split_once(" =").filter(|_| !line.starts_with(' ')) {
                current = name.to_owned();
            }
            let variables = line.split("{ $").skip(1).filter_map(|rest| rest.split(" }").next());
            messages.entry(current.clone()).or_default().extend(variables.map(String::from));
        }
        for variables in messages.values_mut() {
            variables.sort();
        }
        messages.remove("");
        messages
    }

    #[test]
    fn both_languages_say_the_same_things() {
        assert_eq!(messages(ENGLISH), messages(FRENCH));
        for source in [ENGLISH, FRENCH] {
            assert!(FluentResource::try_new(source.to_owned()).is_ok());
        }
    }

    #[test]
    fn everyday_messages_use_everyday_words() {
        for source in [ENGLISH, FRENCH] {
            for line in source.lines().filter(|line| line.starts_with("everyday-")) {
                let (_, said) = line.split_once(" =").unwrap_or_default();
                for word in ["slot", "chunk", "space", "mount", "serrure", "morceau", "espace", "mont"] {
                    assert!(!said.to_lowercase().contains(word), "{line}");
                }
            }
        }
    }
}
