//! The letters of a record in ISO 2709, which says in its field 100 which ones they are, and often wrongly.
//!
//! Bytes that are UTF-8 are UTF-8: text of the other two that has an accent is not, by accident, but in theory. ISO 5426 writes an
//! accent before its letter, ISO 8859-1 has letters with accents.

use unicode_normalization::UnicodeNormalization;

/// What a record is written in when it is not UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Charset {
    /// ISO 8859-1, as Windows extends it.
    Latin1,
    /// ISO 5426: Latin with accents that stand alone.
    Iso5426,
}

impl Charset {
    /// Which one field 100 $a names, at its places 26 to 29: `03` is ISO 5426. PMB and others leave it empty for ISO 8859-1.
    pub(super) fn declared(field_100: &[u8]) -> Self {
        match field_100.get(26..30) {
            Some([b'0', b'3', ..] | [_, _, b'0', b'3']) => Self::Iso5426,
            _ => Self::Latin1,
        }
    }

    /// The text of some bytes.
    pub(super) fn text(self, bytes: &[u8]) -> String {
        match (std::str::from_utf8(bytes), self) {
            (Ok(text), _) => text.to_owned(),
            (Err(_), Self::Latin1) => bytes.iter().copied().map(latin1).collect(),
            (Err(_), Self::Iso5426) => iso5426(bytes),
        }
    }
}

fn latin1(byte: u8) -> char {
    match byte {
        0x8c => '\u{152}',
        0x91 | 0x92 => '\'',
        0x93 | 0x94 => '"',
        0x96 | 0x97 => '\u{2013}',
        0x9c => '\u{153}',
        _ => char::from(byte),
    }
}

fn iso5426(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut accents: Vec<char> = Vec::new();
    for byte in bytes.iter().copied() {
        if let Some(accent) = accent(byte) {
            accents.push(accent);
            continue;
        }
        text.push(letter(byte));
        text.extend(accents.drain(..).rev());
    }
    text.nfc().collect()
}

/// Accents that stand before their letter, as Unicode writes them after it.
fn accent(byte: u8) -> Option<char> {
    Some(match byte {
        0xc0 => '\u{309}',        // hook above
        0xc1 => '\u{300}',        // grave
        0xc2 => '\u{301}',        // acute
        0xc3 => '\u{302}',        // circumflex
        0xc4 => '\u{303}',        // tilde
        0xc5 => '\u{304}',        // macron
        0xc6 => '\u{306}',        // breve
        0xc7 => '\u{307}',        // dot above
        0xc8 | 0xc9 => '\u{308}', // trema, umlaut
        0xca => '\u{30a}',        // ring above
        0xcb => '\u{315}',        // comma above, to the right
        0xcc => '\u{312}',        // turned comma above
        0xcd => '\u{30b}',        // double acute
        0xce => '\u{31b}',        // horn
        0xcf => '\u{30c}',        // caron
        0xd0 => '\u{327}',        // cedilla
        0xd1 => '\u{31c}',        // hook to the left
        0xd2 => '\u{326}',        // comma below
        0xd3 => '\u{328}',        // ogonek
        0xd4 => '\u{325}',        // ring below
        0xd5 => '\u{32e}',        // breve below
        0xd6 => '\u{323}',        // dot below
        0xd7 => '\u{324}',        // two dots below
        0xd8 => '\u{332}',        // line below
        0xd9 => '\u{333}',        // two lines below
        _ => return None,
    })
}

fn letter(byte: u8) -> char {
    match byte {
        0x00..=0x7f => char::from(byte),
        0xa1 => '\u{a1}',
        0xa2 => '\u{201e}',
        0xa3 => '\u{a3}',
        0xa4 => '$',
        0xa5 => '\u{a5}',
        0xa6 => '\u{2020}',
        0xa7 => '\u{a7}',
        0xa8 => '\u{2032}',
        0xa9 => '\u{2018}',
        0xaa => '\u{201c}',
        0xab => '\u{ab}',
        0xac => '\u{266d}',
        0xad => '\u{a9}',
        0xae => '\u{2117}',
        0xaf => '\u{ae}',
        0xb0 => '\u{2bf}',
        0xb1 => '\u{2be}',
        0xb2 => '\u{201a}',
        0xb6 => '\u{2021}',
        0xb7 => '\u{b7}',
        0xb8 => '\u{2033}',
        0xb9 => '\u{2019}',
        0xba => '\u{201d}',
        0xbb => '\u{bb}',
        0xbc => '\u{266f}',
        0xbd => '\u{2b9}',
        0xbe => '\u{2ba}',
        0xbf => '\u{bf}',
        0xe1 => '\u{c6}',
        0xe2 => '\u{110}',
        0xe6 => '\u{132}',
        0xe8 => '\u{141}',
        0xe9 => '\u{d8}',
        0xea => '\u{152}',
        0xec => '\u{de}',
        0xf1 => '\u{e6}',
        0xf2 => '\u{111}',
        0xf3 => '\u{f0}',
        0xf5 => '\u{131}',
        0xf6 => '\u{133}',
        0xf8 => '\u{142}',
        0xf9 => '\u{f8}',
        0xfa => '\u{153}',
        0xfb => '\u{df}',
        0xfc => '\u{fe}',
        // Marks of sorting, which are no text.
        0x88 | 0x89 => '\u{98}',
        _ => '\u{fffd}',
    }
}
