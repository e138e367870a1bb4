//! Which account at which school: the address that people know, and the pages that belong to it.

use reqwest::Url;

use crate::connector::Failure;
use crate::record::Uai;

/// Who an account belongs to: each has its own entry page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Space {
    /// A pupil.
    Pupil,
    /// A parent.
    Parent,
    /// A teacher.
    Teacher,
}

impl Space {
    fn page(self) -> &'static str {
        match self {
            Self::Pupil => "eleve.html",
            Self::Parent => "parent.html",
            Self::Teacher => "professeur.html",
        }
    }

    fn of_page(page: &str) -> Option<Self> {
        [Self::Pupil, Self::Parent, Self::Teacher].into_iter().find(|space| space.page() == page)
    }
}

/// A school's PRONOTE and a space in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    root: Url,
    space: Space,
}

impl Account {
    /// Reads an address as people copy it: of an entry page, with `mobile.` before its name or not, and whatever follows it; or of
    /// the school's PRONOTE itself, which then is a pupil's.
    ///
    /// # Errors
    /// [`Failure::Changed`] when it is no address, or one of another space.
    pub fn parse(address: &str) -> Result<Self, Failure> {
        let other = || Failure::Changed("address: not one of a pupil, a parent or a teacher".to_owned());
        let mut root = Url::parse(address.trim()).ok().filter(Url::has_host).ok_or_else(other)?;
        root.set_query(None);
        root.set_fragment(None);
        let path = root.path().trim_end_matches('/').to_owned();
        let (folder, page) = path.rsplit_once('/').unwrap_or(("", &path));
        let (folder, space) = if page.ends_with(".html") {
            (folder, Space::of_page(page.trim_start_matches("mobile.")).ok_or_else(other)?)
        } else {
            (path.as_str(), Space::Pupil)
        };
        root.set_path(folder);
        Ok(Self { root, space })
    }

    /// Whose space it is.
    #[must_use]
    pub fn space(&self) -> Space {
        self.space
    }

    /// The school's number, where its PRONOTE is hosted under it (`0350001a.index-education.net`).
    #[must_use]
    pub fn uai(&self) -> Option<Uai> {
        Uai::parse(self.root.host_str()?.split('.').next()?)
    }

    /// The address of the entry page, without anything behind it.
    #[must_use]
    pub fn address(&self) -> String {
        self.under(self.space.page()).map_or_else(|| self.root.to_string(), String::from)
    }

    /// The entry page as it is asked for. With `login=true` it does not lead to the school's portal; the others are what the mobile
    /// application sends.
    pub(super) fn entry(&self, mobile: bool) -> Option<Url> {
        let page = if mobile { format!("mobile.{}", self.space.page()) } else { self.space.page().to_owned() };
        let mut url = self.under(&page)?;
        if mobile {
            url.query_pairs_mut().append_pair("fd", "1").append_pair("bydlg", DELEGATION);
        }
        url.query_pairs_mut().append_pair("login", "true");
        Some(url)
    }

    /// An address under the school's PRONOTE. `path` is one that PRONOTE gave, or made of digits.
    pub(super) fn under(&self, path: &str) -> Option<Url> {
        let root = self.root.as_str().trim_end_matches('/');
        Url::parse(&format!("{root}/{}", path.trim_start_matches('/'))).ok()
    }

    /// An address under it of which every part may hold anything.
    pub(super) fn under_parts(&self, parts: &[&str]) -> Option<Url> {
        let mut url = self.root.clone();
        url.path_segments_mut().ok()?.pop_if_empty().extend(parts);
        Some(url)
    }
}

/// What the mobile application names itself with.
const DELEGATION: &str = "A6ABB224-12DD-4E31-AD3E-8A39A1C2C335";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn addresses_as_people_copy_them() {
        let read = |address: &str| Account::parse(address).unwrap();
        let parent = read("https://0350001a.index-education.net/pronote/parent.html?identifiant=x#/mobile.parent.html");
        assert_eq!((parent.space(), parent.uai().unwrap().to_string()), (Space::Parent, "0350001A".to_owned()));
        assert_eq!(parent.address(), "https://0350001a.index-education.net/pronote/parent.html");
        assert_eq!(parent, read("https://0350001a.index-education.net/pronote/mobile.parent.html"));
        let pupil = read("https://example.org/pronote/");
        assert_eq!(pupil.entry(false).unwrap().as_str(), "https://example.org/pronote/eleve.html?login=true");
        assert_eq!(pupil.uai(), None);
        assert_eq!(read("https://example.org").address(), "https://example.org/eleve.html");
        assert!(Account::parse("https://example.org/pronote/direction.html").is_err());
        assert!(Account::parse("eleve.html").is_err());
        let file = pupil.under_parts(&["FichiersExternes", "00", "a/b ?.pdf"]).unwrap();
        assert_eq!(file.as_str(), "https://example.org/pronote/FichiersExternes/00/a%2Fb%20%3F.pdf");
    }
}
