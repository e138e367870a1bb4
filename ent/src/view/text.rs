//! The words of pages and file names, from the locale files.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use jiff::civil::Date;
use unic_langid::LanguageIdentifier;

const ENGLISH_SOURCE: &str = include_str!("../../locales/en/view.ftl");
const FRENCH_SOURCE: &str = include_str!("../../locales/fr/view.ftl");

/// The messages of a language.
pub(crate) type Bundle = FluentBundle<FluentResource>;

static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| bundle("en", ENGLISH_SOURCE));
static FRENCH: LazyLock<Bundle> = LazyLock::new(|| bundle("fr", FRENCH_SOURCE));

/// A language that views are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lang {
    /// French.
    Fr,
    /// English.
    En,
}

impl Lang {
    /// Its tag (BCP 47).
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::En => "en",
        }
    }

    /// The message called `id`, or its name where there is none.
    pub(crate) fn say(self, id: &str) -> String {
        self.say_with(id, &[])
    }

    /// The message called `id` with its variables filled in.
    pub(crate) fn say_with(self, id: &str, variables: &[(&str, &str)]) -> String {
        let args: FluentArgs<'_> = variables.iter().map(|(name, value)| (*name, *value)).collect();
        self.format(id, &args).unwrap_or_else(|| id.to_owned())
    }

    /// A label and what stands behind it, as the language punctuates it.
    pub(crate) fn labelled(self, id: &str, value: &str) -> String {
        self.say_with("labelled", &[("label", &self.say(id)), ("value", value)])
    }

    /// A day in words.
    pub(super) fn day(self, day: Date) -> String {
        let month = self.say(&format!("month-{}", day.month()));
        let number = if day.day() == 1 { self.say("first-day") } else { day.day().to_string() };
        self.say_with("day", &[("day", &number), ("month", &month), ("year", &day.year().to_string())])
    }

    /// A day of a time in seconds since 1970 (UTC), in words; nothing outside the calendar.
    pub(super) fn day_of(self, seconds: i64) -> Option<String> {
        let time = jiff::Timestamp::from_second(seconds).ok()?;
        Some(self.day(jiff::tz::Offset::UTC.to_datetime(time).date()))
    }

    /// Yes or no.
    pub(super) fn yes(self, yes: bool) -> String {
        self.say(if yes { "yes" } else { "no" })
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

/// The messages of a locale file.
pub(crate) fn bundle(language: &str, source: &str) -> Bundle {
    let language: LanguageIdentifier = language.parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    bundle.set_use_isolating(false);
    // A message that does not parse is shown by its name; a test sees that all do.
    let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(resource, _)| resource);
    let _ = bundle.add_resource(resource);
    bundle
}

#[cfg(test)]
mod tests;
