//! Content lines of iCalendar (RFC 5545 section 3.1): folded lines joined, name, parameters and value parted.

use crate::format::letters;

/// The longest line that is read; what is longer is no event of a school.
const LINE_BYTES: usize = 256 << 10;

/// A content line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Name, in capitals.
    pub(super) name: String,
    /// Parameters: names in capitals, values without quotes.
    pub(super) parameters: Vec<(String, String)>,
    /// Value as written.
    pub(super) value: String,
}

/// The lines of a file; one that has not the form of a line, or is too long, is `None`.
pub(super) fn lines(bytes: &[u8]) -> impl Iterator<Item = Option<Line>> {
    // Lines are joined as bytes: programs fold in the middle of a letter.
    let mut rest = bytes;
    std::iter::from_fn(move || {
        loop {
            if rest.is_empty() {
                return None;
            }
            let mut whole = Vec::new();
            whole.extend_from_slice(next_line(&mut rest));
            while let [b' ' | b'\t', ..] = rest {
                let more = next_line(&mut rest);
                whole.extend_from_slice(more.get(1..).unwrap_or_default());
            }
            if whole.len() > LINE_BYTES {
                return Some(None);
            }
            let text = letters::decode(&whole, None);
            if !text.trim().is_empty() {
                return Some(parse(&text));
            }
        }
    })
}

/// Takes a line off the front, without its end: CR LF, LF, or CR.
fn next_line<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let all = *rest;
    let end = all.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(all.len());
    let (line, after) = all.split_at(end);
    *rest = match after {
        [b'\r', b'\n', after @ ..] | [_, after @ ..] => after,
        [] => after,
    };
    line
}

fn parse(text: &str) -> Option<Line> {
    let name_end = text.find([';', ':'])?;
    let (name, mut rest) = text.split_at(name_end);
    let mut parameters = Vec::new();
    while let Some(after) = rest.strip_prefix(';') {
        let (key, after) = after.split_once('=')?;
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => after.split_at(after.find([';', ':'])?),
        };
        parameters.push((key.trim().to_ascii_uppercase(), value.to_owned()));
        // A list of values: the first is enough.
        rest = if after.starts_with(',') { after.get(after.find([';', ':'])?..)? } else { after };
    }
    let value = rest.strip_prefix(':')?;
    let good = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    good.then(|| Line { name: name.to_ascii_uppercase(), parameters, value: value.to_owned() })
}

impl Line {
    /// A parameter.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// A text value (RFC 5545 section 3.3.11) as it is meant.
pub(super) fn unescape(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('n' | 'N') => text.push('\n'),
                Some(other) => text.push(other),
                None => {}
            },
            letter => text.push(letter),
        }
    }
    text
}

/// The texts of a list of them, parted by commas.
pub(super) fn unescape_list(value: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut escaped = false;
    for letter in value.chars() {
        if letter == ',' && !escaped {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(letter);
        }
        escaped = letter == '\\' && !escaped;
    }
    let texts = parts.iter().map(|part| unescape(part).trim().to_owned());
    texts.filter(|text| !text.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_lines_are_joined_even_inside_a_letter() {
        let all: Vec<_> =
            lines(b"SUMMARY;LANGUAGE=fr;X=\"a:b\",\"c\":\xC3\r\n \xA9t\xC3\xA9 \\\n\t, fin\r\nbad\nB:").collect();
        let parameters = vec![("LANGUAGE".to_owned(), "fr".to_owned()), ("X".into(), "a:b".into())];
        let summary = Line { name: "SUMMARY".into(), parameters, value: "\u{E9}t\u{E9} \\, fin".into() };
        assert_eq!(all[0].as_ref(), Some(&summary));
        assert_eq!(unescape(&summary.value), "\u{E9}t\u{E9} , fin");
        assert_eq!(all[1], None);
        assert_eq!(all[2].as_ref().map(|line| line.value.as_str()), Some(""));
        assert_eq!(all.len(), 3);
    }

    #[test]
    fn lists_part_at_commas_that_are_not_escaped() {
        assert_eq!(unescape_list("a\\, b,c\\\\,,d\\n"), ["a, b", "c\\", "d"]);
    }
}
