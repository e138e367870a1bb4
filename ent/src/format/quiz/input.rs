//! Bytes of a file as text, whatever they are encoded in.

use super::report::{LARGEST_TEXT, Problem, ReadError, Reading};

/// The text of a file, without its byte order mark. UTF-8 and marked UTF-16 are read as such; the rest as Windows-1252, which old
/// editors write, and that is reported.
///
/// # Errors
/// [`ReadError::TooLarge`].
pub(super) fn text(bytes: &[u8], reading: &mut Reading) -> Result<String, ReadError> {
    if bytes.len() > LARGEST_TEXT {
        return Err(ReadError::TooLarge);
    }
    let text = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest, reading),
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        bytes => utf8(bytes, reading),
    };
    // Text in another encoding grows when it becomes UTF-8.
    if text.len() > LARGEST_TEXT { Err(ReadError::TooLarge) } else { Ok(text) }
}

fn utf8(bytes: &[u8], reading: &mut Reading) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => {
            reading.report("", Problem::Encoding);
            bytes.iter().map(|byte| windows_1252(*byte)).collect()
        }
    }
}

fn utf16(bytes: &[u8], of: fn([u8; 2]) -> u16) -> String {
    let units = bytes.as_chunks::<2>().0.iter().map(|pair| of(*pair));
    char::decode_utf16(units).map(|sign| sign.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// The sign of a byte in Windows-1252 (WHATWG Encoding, index-windows-1252): Latin-1, but for 0x80 to 0x9f.
fn windows_1252(byte: u8) -> char {
    const HIGH: [u16; 32] = [
        0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0x8d, 0x17d,
        0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0x9d,
        0x17e, 0x178,
    ];
    let high = byte.checked_sub(0x80).and_then(|at| HIGH.get(usize::from(at)));
    high.and_then(|code| char::from_u32(u32::from(*code))).unwrap_or(char::from(byte))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn texts_of_all_encodings_are_read() {
        let said = "\u{e9}t\u{e9} \u{20ac}";
        let unit = |of: fn(u16) -> [u8; 2], mark: [u8; 2]| -> Vec<u8> {
            mark.into_iter().chain(said.encode_utf16().flat_map(of)).collect()
        };
        let marked = [&[0xef, 0xbb, 0xbf], said.as_bytes()].concat();
        let mut reading = Reading::default();
        for bytes in [
            said.as_bytes().to_vec(),
            marked,
            unit(u16::to_le_bytes, [0xff, 0xfe]),
            unit(u16::to_be_bytes, [0xfe, 0xff]),
        ] {
            assert_eq!(text(&bytes, &mut reading).unwrap(), said);
        }
        assert!(reading.reports.is_empty());
        assert_eq!(text(b"\xe9t\xe9 \x80", &mut reading).unwrap(), said);
        assert_eq!(reading.reports.len(), 1);
    }

    #[test]
    fn a_huge_text_is_refused() {
        let mut reading = Reading::default();
        let huge = vec![b' '; LARGEST_TEXT + 1];
        assert!(matches!(text(&huge, &mut reading), Err(ReadError::TooLarge)));
        let grows = vec![0xe9; LARGEST_TEXT];
        assert!(matches!(text(&grows, &mut reading), Err(ReadError::TooLarge)));
    }
}
