//! What the query of a folder's address asks for.

use super::form::Fields;
use super::{Malformed, Notice, Sort};

/// A page or a file that a folder's address can ask for besides its listing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// `?zip`: the folder as an archive.
    Zip,
    /// `?rename=NAME`: the page that asks for another name.
    Rename(String),
    /// `?delete=NAME`: the page that asks whether to delete.
    Delete(String),
}

/// The query of a folder's address.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Query {
    /// What is asked for; the listing where nothing is.
    pub(crate) ask: Option<Ask>,
    /// The order of the listing, from `?sort=`.
    pub(crate) sort: Sort,
    /// What the listing is to say, from `?notice=`.
    pub(crate) notice: Option<Notice>,
}

impl Query {
    /// Reads a query, without its question mark. What it does not know, it passes over.
    ///
    /// # Errors
    /// The query is too long or badly encoded.
    pub(crate) fn parse(query: Option<&str>) -> Result<Self, Malformed> {
        let fields = Fields::parse(query.unwrap_or_default().as_bytes())?;
        let name = |field| fields.get(field).map(str::to_owned);
        let zip = fields.get("zip").map(|_| Ask::Zip);
        Ok(Self {
            ask: zip.or_else(|| name("rename").map(Ask::Rename)).or_else(|| name("delete").map(Ask::Delete)),
            sort: fields.get("sort").map(Sort::from_word).unwrap_or_default(),
            notice: fields.get("notice").and_then(Notice::from_word),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::page::Column;

    #[test]
    fn queries_are_read() {
        assert_eq!(Query::parse(None).unwrap(), Query::default());
        assert_eq!(Query::parse(Some("zip")).unwrap().ask, Some(Ask::Zip));
        assert_eq!(Query::parse(Some("delete=a%2Bb%20c")).unwrap().ask, Some(Ask::Delete("a+b c".into())));
        assert_eq!(Query::parse(Some("rename=%C3%A9")).unwrap().ask, Some(Ask::Rename("\u{e9}".into())));
        let query = Query::parse(Some("sort=-size&notice=exists&utm=1")).unwrap();
        assert_eq!(query.sort, Sort { by: Column::Size, descending: true });
        assert_eq!(query.notice, Some(Notice::Exists));
        assert!(Query::parse(Some("delete=%")).is_err());
    }
}
