//! Letters of text files: UTF-8 with or without a mark, UTF-16 with one, and Windows-1252, which stands for Latin-1 as well.

use std::borrow::Cow;

/// The text of a file. `declared` is the encoding that the file itself names, as XML does; without one, bytes that are no UTF-8 are read as
/// Windows-1252, in which French programs write.
pub(crate) fn decode<'a>(bytes: &'a [u8], declared: Option<&str>) -> Cow<'a, str> {
    if let Some(rest) = bytes.strip_prefix(b"\xEF\xBB\xBF") {
        return String::from_utf8_lossy(rest);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xFF\xFE") {
        return Cow::Owned(utf16(rest, u16::from_le_bytes));
    }
    if let Some(rest) = bytes.strip_prefix(b"\xFE\xFF") {
        return Cow::Owned(utf16(rest, u16::from_be_bytes));
    }
    let declared = declared.map(str::to_ascii_lowercase);
    let single = declared.is_some_and(|name| {
        name.starts_with("iso-8859-1") || name == "latin1" || name == "windows-1252" || name == "cp1252"
    });
    match std::str::from_utf8(bytes) {
        Ok(text) if !single => Cow::Borrowed(text),
        _ => Cow::Owned(bytes.iter().copied().map(windows_1252).collect()),
    }
}

/// Text without accents and capitals, words parted by single spaces: to compare names and headings.
pub(crate) fn plain(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    use unicode_normalization::char::is_combining_mark;
    let bare: String = text.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase).collect();
    let words: Vec<&str> =
        bare.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let (pairs, _) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| unit(*pair));
    char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// One letter of Windows-1252 (WHATWG Encoding Standard, index windows-1252).
fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '\u{20AC}', '\u{81}', '\u{201A}', '\u{192}', '\u{201E}', '\u{2026}', '\u{2020}', '\u{2021}', '\u{2C6}',
        '\u{2030}', '\u{160}', '\u{2039}', '\u{152}', '\u{8D}', '\u{17D}', '\u{8F}', '\u{90}', '\u{2018}', '\u{2019}',
        '\u{201C}', '\u{201D}', '\u{2022}', '\u{2013}', '\u{2014}', '\u{2DC}', '\u{2122}', '\u{161}', '\u{203A}',
        '\u{153}', '\u{9D}', '\u{17E}', '\u{178}',
    ];
    let high = byte.checked_sub(0x80).and_then(|at| HIGH.get(usize::from(at)));
    high.copied().unwrap_or_else(|| char::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_that_french_programs_write_is_read() {
        let text = "\u{C9}l\u{E8}ve \u{2019}";
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(text.as_bytes(), None), text);
        assert_eq!(decode(&[b"\xEF\xBB\xBF", text.as_bytes()].concat(), None), text);
        assert_eq!(decode(&[b"\xFF\xFE".as_slice(), &utf16].concat(), None), text);
        assert_eq!(decode(b"\xC9l\xE8ve \x92", None), text);
        assert_eq!(decode(b"\xC9l\xE8ve", Some("ISO-8859-1")), "\u{C9}l\u{E8}ve");
    }

    #[test]
    fn names_are_compared_without_accents() {
        assert_eq!(plain("  L\u{E9}a  DUPONT-\u{C9}t\u{E9} "), "lea dupont ete");
    }
}
