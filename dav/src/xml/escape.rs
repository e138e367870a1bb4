//! Text as XML holds it. What XML 1.0 can't hold in any way becomes U+FFFD, so that one odd name can't spoil a listing.

use super::is_char;

/// Adds text of an element.
pub(super) fn push_text(out: &mut String, text: &str) {
    push(out, text, |byte| matches!(byte, b'&' | b'<' | b'>' | b'\r'));
}

/// Adds the value of an attribute, for double quotes around it. White space other than a space would be read as one.
pub(super) fn push_value(out: &mut String, text: &str) {
    push(out, text, |byte| matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\r' | b'\n' | b'\t'));
}

fn push(out: &mut String, text: &str, escaped: impl Fn(u8) -> bool) {
    let mut rest = text;
    // U+FFFE and U+FFFF begin with 0xEF, as some allowed characters do.
    let doubtful = |byte: u8| escaped(byte) || byte < b' ' || byte == 0xEF;
    while let Some(at) = rest.bytes().position(doubtful) {
        let (plain, tail) = rest.split_at(at);
        out.push_str(plain);
        let mut chars = tail.chars();
        let Some(char) = chars.next() else { return };
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#13;"),
            '\n' if escaped(b'\n') => out.push_str("&#10;"),
            '\t' if escaped(b'\t') => out.push_str("&#9;"),
            char if is_char(char) => out.push(char),
            _ => out.push(char::REPLACEMENT_CHARACTER),
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
}
