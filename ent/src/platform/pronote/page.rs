//! The page that a session begins with: what its script is started with, and what it says instead when there is no session.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::connector::Failure;

/// What the page tells: the object given to `Start`, and the version beside the product's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Page {
    fields: BTreeMap<String, String>,
    version: Option<Version>,
}

impl Page {
    /// Reads the page. The call of `Start` stands in the body's `onload`, or in a script (2026).
    ///
    /// # Errors
    /// What [`refusal`] sees in it; [`Failure::Changed`] when it is another page.
    pub(super) fn read(html: &str) -> Result<Self, Failure> {
        let fields = start(html).filter(|fields| fields.contains_key("h") && fields.contains_key("a"));
        let Some(fields) = fields else {
            return Err(refusal(html).unwrap_or_else(|| Failure::Changed("entry page: Start".to_owned())));
        };
        Ok(Self { fields, version: Version::in_page(html) })
    }

    /// A field as it is written there, without quotes.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }

    /// Whether a field is set to true.
    pub(super) fn is(&self, name: &str) -> bool {
        self.field(name) == Some("true")
    }

    /// The version, as far as the page tells it: only older ones name what they skip.
    pub(super) fn version(&self) -> Version {
        let skips = self.fields.contains_key("sCrA") || self.fields.contains_key("sCoA");
        self.version.unwrap_or(if skips { Version([2024, 3, 9]) } else { Version::SHORT })
    }

    /// Whether what is asked and answered is encrypted.
    pub(super) fn encrypts(&self) -> bool {
        if self.version() >= Version::SHORT { self.is("CrA") } else { !self.is("sCrA") }
    }

    /// Whether what is asked and answered is compressed.
    pub(super) fn compresses(&self) -> bool {
        if self.version() >= Version::SHORT { self.is("CoA") } else { !self.is("sCoA") }
    }
}

/// A version of PRONOTE: year, release, correction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version(pub(super) [u32; 3]);

impl Version {
    /// The first that names data and signature in English.
    pub(super) const ENGLISH: Self = Self([2024, 3, 9]);
    /// The first with short names around them.
    pub(super) const SHORT: Self = Self([2025, 1, 3]);
    /// The first whose challenges may be given as they are to be encrypted.
    pub(super) const DIRECT: Self = Self([2026, 0, 0]);

    /// Reads `2025.1.3`, and what may stand behind it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(|character: char| !character.is_ascii_digit());
        let mut next = || parts.next()?.parse().ok();
        Some(Self([next()?, next()?, next()?]))
    }

    fn in_page(html: &str) -> Option<Self> {
        html.match_indices(">PRONOTE ").find_map(|(at, name)| Self::parse(html.get(at + name.len()..)?))
    }
}

/// What a page says that stands where a session or an answer should be.
pub(super) fn refusal(html: &str) -> Option<Failure> {
    const HOUR: u64 = 60 * 60;
    let says = |words: &str| html.contains(words);
    if says("adresse IP") && says("suspendue") {
        return Some(Failure::Suspended { silence: Duration::from_secs(12 * HOUR) });
    }
    // Their words have accents; these parts of them have none, whatever the page's encoding.
    if says("Vous avez d") && says("autorisation") {
        return Some(Failure::TooMany { silence: Duration::from_secs(6 * HOUR) });
    }
    if says("a page a expir") {
        return Some(Failure::SessionExpired);
    }
    if says("n'est pas disponible") || says("momentan") || says("Impossible d'a") {
        return Some(Failure::Platform("it says that it is not available".to_owned()));
    }
    None
}

/// The object in the first call of `Start` that has one.
fn start(html: &str) -> Option<BTreeMap<String, String>> {
    html.match_indices("Start").find_map(|(at, name)| {
        let rest = html.get(at + name.len()..)?.trim_start();
        let rest = rest.strip_prefix('(')?.trim_start().strip_prefix('{')?;
        object(rest)
    })
}

/// Reads `name:value` pairs up to the closing brace. Names and values may stand in quotes of either kind.
fn object(text: &str) -> Option<BTreeMap<String, String>> {
    let mut fields = BTreeMap::new();
    let mut rest = text.trim_start();
    while fields.len() < MAX_FIELDS {
        if rest.starts_with('}') {
            return Some(fields);
        }
        let (name, after) = word(rest)?;
        let (value, after) = word(after.trim_start().strip_prefix(':')?.trim_start())?;
        fields.insert(name.to_owned(), value.to_owned());
        let after = after.trim_start();
        rest = after.strip_prefix(',').unwrap_or(after).trim_start();
        if rest.len() == after.len() && !rest.starts_with('}') {
            return None;
        }
    }
    None
}

/// A quoted word, or one up to the next separator, and what follows.
fn word(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next()?;
    if quote == '\'' || quote == '"' {
        return text.get(1..)?.split_once(quote);
    }
    let end = text.find([',', ':', '}'])?;
    let (word, rest) = text.split_at_checked(end)?;
    Some((word.trim_end(), rest))
}

const MAX_FIELDS: usize = 100;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn pages_of_all_ages() {
        let old = r#"<html><body id="id_body" onload="try { Start ({h:'2052117',sCrA:true,sCoA:true,a:3,d:true}) } catch (e) {}">"#;
        let page = Page::read(old).unwrap();
        assert_eq!((page.field("h"), page.field("a")), (Some("2052117"), Some("3")));
        assert!(!page.encrypts() && !page.compresses() && page.version() < Version::SHORT);
        let new = r#"<a>PRONOTE 2025.2.4</a><script>Start({"h": 12, 'a':6, e:"u{x,y}", CrA: true })</script>"#;
        let page = Page::read(new).unwrap();
        assert_eq!((page.field("e"), page.version()), (Some("u{x,y}"), Version([2025, 2, 4])));
        assert!(page.encrypts() && !page.compresses());
        let older = "<b>PRONOTE 2023.0.1</b> Start ({h:'1',a:3})";
        assert!(Page::read(older).unwrap().encrypts());
    }

    #[test]
    fn pages_that_refuse() {
        let read = |html: &str| Page::read(html).unwrap_err();
        assert!(matches!(read("<p>Votre adresse IP est provisoirement suspendue</p>"), Failure::Suspended { .. }));
        assert!(matches!(read("Le site n'est pas disponible"), Failure::Platform(_)));
        assert!(matches!(read("<html>Start (here)</html>"), Failure::Changed(_)));
        assert!(matches!(read("Start ({a:3,b})"), Failure::Changed(_)));
        // The letters IP alone suspend nobody.
        assert!(Page::read("<script src='IP.js'></script>Start ({h:1,a:3})").is_ok());
    }

    #[test]
    fn versions() {
        assert_eq!(Version::parse("2025.1.3 - rest"), Some(Version([2025, 1, 3])));
        assert!(Version([2025, 1, 2]) < Version::SHORT && Version([2024, 4, 0]) > Version::ENGLISH);
        assert_eq!(Version::parse("2025.1"), None);
    }
}
