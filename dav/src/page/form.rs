//! The forms that pages send as `application/x-www-form-urlencoded`, and queries, which are written alike.
//!
//! | form | sent to | fields |
//! |---|---|---|
//! | login | `/.cartable/login` | `csrf`, `after`, `passphrase`, `shared` (`1` when ticked) |
//! | logout | `/.cartable/logout` | `csrf` |
//! | new folder | the folder | `csrf`, `act=folder`, `name` |
//! | rename | the folder | `csrf`, `act=rename`, `item`, `name` |
//! | delete | the folder | `csrf`, `act=delete`, `item` |
//!
//! `item` is the percent-encoded name of an entry: browsers turn a lone line feed in a field into two characters, and
//! names may hold one. Uploads are [`super::Multipart`].

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use thiserror::Error;
use zeroize::Zeroizing;

/// The longest form, in bytes: a passphrase of 1 KiB and names of 255 bytes, all of it percent-encoded twice, fit.
const FORM_BYTES: usize = 16 * 1024;

/// The most fields in a form or a query.
const FIELDS: usize = 16;

const ITEM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A form that no page of ours sends; answer 400.
#[derive(Debug, Error, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// Too long, or too many fields.
    #[error("the form is too large")]
    TooLarge,
    /// A percent sign without two digits, or text that is not UTF-8.
    #[error("the form is not percent-encoded UTF-8")]
    Encoding,
    /// A field is missing or has a value that means nothing.
    #[error("the form has no valid field {0}")]
    Field(&'static str),
    /// The parts of an upload are not framed as RFC 7578 says.
    #[error("the upload is not framed: {0}")]
    Framing(&'static str),
}

/// What a form asks of a folder.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// Make a folder of this name.
    Folder(String),
    /// Give the entry `item` this name.
    Rename {
        /// Its name now.
        item: String,
        /// The name it is to have.
        name: String,
    },
    /// Delete the entry of this name.
    Delete(String),
}

/// A change that a form asks of a folder; nothing may be done before `csrf` is compared with the session's.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// The token that the page carried.
    pub(crate) csrf: String,
    /// What to do.
    pub(crate) act: Act,
}

impl Change {
    /// Reads a form sent to a folder. Names are as typed: whoever acts checks them.
    ///
    /// # Errors
    /// The form is not one of ours.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, Malformed> {
        let fields = Fields::parse(body)?;
        let act = match fields.text("act")?.as_str() {
            "folder" => Act::Folder(fields.text("name")?),
            "rename" => Act::Rename { item: fields.item()?, name: fields.text("name")? },
            "delete" => Act::Delete(fields.item()?),
            _ => return Err(Malformed::Field("act")),
        };
        Ok(Self { csrf: fields.text("csrf")?, act })
    }
}

/// The login form. The passphrase leaves no copy behind when this is dropped; the request's own buffer is the sender's.
pub(crate) struct LoginForm {
    /// The token that the page carried.
    pub(crate) csrf: String,
    /// What the person typed.
    pub(crate) passphrase: Zeroizing<String>,
    /// Other people use this computer: the session ends with the browser.
    pub(crate) shared: bool,
    /// The path to return to, always one of this server's own: `/` and then neither `/` nor `\`.
    pub(crate) after: String,
}

impl LoginForm {
    /// Reads the login form.
    ///
    /// # Errors
    /// The form is not ours.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, Malformed> {
        let mut fields = Fields::parse(body)?;
        let passphrase = fields.take("passphrase").ok_or(Malformed::Field("passphrase"))?;
        let after = fields.text("after").unwrap_or_default();
        Ok(Self {
            csrf: fields.text("csrf")?,
            passphrase,
            shared: fields.get("shared").is_some(),
            after: if is_local(&after) { after } else { "/".to_owned() },
        })
    }
}

/// The token of a form that has no other field, such as the logout form.
///
/// # Errors
/// The form is not ours.
pub(crate) fn session(body: &[u8]) -> Result<String, Malformed> {
    Fields::parse(body)?.text("csrf")
}

/// The name of an entry as it stands in `item` fields.
pub(super) fn item(name: &str) -> String {
    utf8_percent_encode(name, ITEM).to_string()
}

/// Whether a path leads to this server and not, as `//host` and `/\host` do, to another.
fn is_local(path: &str) -> bool {
    let foreign = path.starts_with("//") || path.starts_with("/\\");
    path.starts_with('/') && !foreign && !path.chars().any(char::is_control)
}

/// The fields of a form or a query, decoded.
pub(super) struct Fields(Vec<(Zeroizing<String>, Zeroizing<String>)>);

impl Fields {
    pub(super) fn parse(body: &[u8]) -> Result<Self, Malformed> {
        if body.len() > FORM_BYTES {
            return Err(Malformed::TooLarge);
        }
        let mut fields = Vec::new();
        for field in body.split(|byte| *byte == b'&').filter(|field| !field.is_empty()) {
            let equals = field.iter().position(|byte| *byte == b'=');
            let (name, value) = equals.map_or((field, &[][..]), |at| (&field[..at], &field[at + 1..]));
            fields.push((decode(name)?, decode(value)?));
            if fields.len() > FIELDS {
                return Err(Malformed::TooLarge);
            }
        }
        Ok(Self(fields))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known.as_str() == name).map(|(_, value)| value.as_str())
    }

    fn take(&mut self, name: &str) -> Option<Zeroizing<String>> {
        let at = self.0.iter().position(|(known, _)| known.as_str() == name)?;
        Some(self.0.swap_remove(at).1)
    }

    fn text(&self, name: &'static str) -> Result<String, Malformed> {
        self.get(name).map(str::to_owned).ok_or(Malformed::Field(name))
    }

    fn item(&self) -> Result<String, Malformed> {
        let encoded = self.get("item").ok_or(Malformed::Field("item"))?;
        percent_decode_str(encoded).decode_utf8().map(Into::into).map_err(|_| Malformed::Field("item"))
    }
}

/// Decodes a name or a value (URL standard, section 5.1) into memory that is allocated once and zeroised.
///
/// `form_urlencoded` would do, but leaves copies of the passphrase in freed memory.
fn decode(text: &[u8]) -> Result<Zeroizing<String>, Malformed> {
    let mut decoded = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text;
    while let [first, after @ ..] = rest {
        let byte = match (first, after) {
            (b'+', _) => b' ',
            (b'%', [high, low, end @ ..]) => {
                let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
                rest = end;
                decoded.push(digit(*high).zip(digit(*low)).map(|(h, l)| h * 16 + l).ok_or(Malformed::Encoding)?);
                continue;
            }
            (b'%', _) => return Err(Malformed::Encoding),
            _ => *first,
        };
        rest = after;
        decoded.push(byte);
    }
    match String::from_utf8(std::mem::take(&mut *decoded)) {
        Ok(text) => Ok(Zeroizing::new(text)),
        Err(error) => {
            drop(Zeroizing::new(error.into_bytes()));
            Err(Malformed::Encoding)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn changes_are_read() {
        let change = Change::parse(b"csrf=abc&act=folder&name=%C3%89t%C3%A9+2025").unwrap();
        assert_eq!(change, Change { csrf: "abc".into(), act: Act::Folder("\u{c9}t\u{e9} 2025".into()) });
        let renamed = Change::parse(b"csrf=&act=rename&item=a%250Ab&name=c%2Bd").unwrap();
        assert_eq!(renamed.act, Act::Rename { item: "a\nb".into(), name: "c+d".into() });
        let deleted = Change::parse(b"act=delete&item=%2525&csrf=x").unwrap();
        assert_eq!(deleted.act, Act::Delete("%".into()));
    }

    #[test]
    fn every_name_survives_its_item_field() {
        for name in ["a", "a\nb", "100% <b>", "+ +", "\u{202e}x", "a&b=c", ""] {
            let field: String = format!("act=delete&csrf=&item={}", item(&item(name)));
            assert_eq!(Change::parse(field.as_bytes()).unwrap().act, Act::Delete(name.into()));
        }
    }

    #[test]
    fn strange_forms_are_refused() {
        for (body, wanted) in [
            (&b""[..], Malformed::Field("act")),
            (b"act=erase&csrf=x", Malformed::Field("act")),
            (b"act=delete&item=a", Malformed::Field("csrf")),
            (b"act=delete&csrf=x", Malformed::Field("item")),
            (b"act=delete&csrf=x&item=%25ff", Malformed::Field("item")),
            (b"act=%f", Malformed::Encoding),
            (b"act=%zz", Malformed::Encoding),
            (b"act=%ff", Malformed::Encoding),
            (b"a&b&c&d&e&f&g&h&i&j&k&l&m&n&o&p&q", Malformed::TooLarge),
        ] {
            assert_eq!(Change::parse(body).unwrap_err(), wanted, "{body:?}");
        }
        assert_eq!(Change::parse(&vec![b'a'; FORM_BYTES + 1]).unwrap_err(), Malformed::TooLarge);
    }

    #[test]
    fn the_login_form_leads_nowhere_else() {
        let form = LoginForm::parse(b"csrf=t&after=%2FCours%2F&passphrase=quatre+mots+%26+%C3%A9&shared=1").unwrap();
        assert_eq!((form.csrf.as_str(), form.after.as_str(), form.shared), ("t", "/Cours/", true));
        assert_eq!(form.passphrase.as_str(), "quatre mots & \u{e9}");
        for after in ["", "//evil.example/", "/\\evil.example", "https://evil.example", "/a\r\nSet-Cookie:", "Cours"] {
            let body = format!("csrf=t&passphrase=p&after={}", item(after));
            let form = LoginForm::parse(body.as_bytes()).unwrap();
            assert_eq!((form.after.as_str(), form.shared), ("/", false), "{after:?}");
        }
        assert_eq!(LoginForm::parse(b"csrf=t").err(), Some(Malformed::Field("passphrase")));
    }
}
