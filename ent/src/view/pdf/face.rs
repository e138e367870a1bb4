//! Letters: how wide they are, and how a text becomes lines.

use krilla::text::Font;
use unicode_normalization::UnicodeNormalization;

/// The two faces of a document.
pub(super) struct Faces {
    plain: Face,
    bold: Face,
}

/// One face.
pub(super) struct Face {
    metrics: ttf_parser::Face<'static>,
    /// The same, to draw with.
    pub(super) font: Font,
}

impl Faces {
    /// The faces that are part of the program.
    pub(super) fn load() -> Option<Self> {
        let plain = Face::load(dejavu::sans_condensed::regular())?;
        Some(Self { plain, bold: Face::load(dejavu::sans_condensed::bold())? })
    }

    /// The one or the other.
    pub(super) fn face(&self, bold: bool) -> &Face {
        if bold { &self.bold } else { &self.plain }
    }
}

impl Face {
    fn load(data: &'static [u8]) -> Option<Self> {
        Some(Self { metrics: ttf_parser::Face::parse(data, 0).ok()?, font: Font::new(data.into(), 0)? })
    }

    /// Width of a text on one line, in the unit of `size`.
    pub(super) fn width(&self, text: &str, size: f32) -> f32 {
        let units = text.chars().map(|letter| self.advance(letter)).sum::<f32>();
        units * size / f32::from(self.metrics.units_per_em().max(1))
    }

    /// The lines of a text that are at most this wide: broken at spaces, or inside a word that is wider. At least one.
    pub(super) fn wrap(&self, text: &str, width: f32, size: f32) -> Vec<String> {
        let mut lines = Vec::new();
        for paragraph in text.lines() {
            self.wrap_line(&self.drawable(paragraph), width, size, &mut lines);
        }
        if lines.is_empty() {
            lines.push(String::from(" "));
        }
        lines
    }

    fn wrap_line(&self, text: &str, width: f32, size: f32, lines: &mut Vec<String>) {
        let mut line = String::new();
        let mut used = 0.0;
        let space = self.width(" ", size);
        for word in text.split_whitespace() {
            let wide = self.width(word, size);
            if !line.is_empty() && used + space + wide > width {
                // The space stays at the line's end, so that who selects or hears the text has words.
                line.push(' ');
                lines.push(std::mem::take(&mut line));
                used = 0.0;
            }
            if !line.is_empty() {
                line.push(' ');
                used += space;
            }
            if wide <= width {
                line.push_str(word);
                used += wide;
                continue;
            }
            for letter in word.chars() {
                let wide = self.width(letter.encode_utf8(&mut [0; 4]), size);
                if !line.is_empty() && used + wide > width {
                    lines.push(std::mem::take(&mut line));
                    used = 0.0;
                }
                line.push(letter);
                used += wide;
            }
        }
        if !line.is_empty() {
            lines.push(line);
        }
    }

    /// The text in letters that the face has; others are shown as unknown. Spaces that don't break stay.
    fn drawable(&self, text: &str) -> String {
        text.nfc()
            .filter(|letter| !matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'))
            .map(|letter| match letter {
                _ if letter.is_control() => ' ',
                '\u{a0}' | '\u{202f}' => '\u{a0}',
                _ if self.metrics.glyph_index(letter).is_some() => letter,
                _ => '\u{fffd}',
            })
            .collect()
    }

    fn advance(&self, letter: char) -> f32 {
        let glyph = self.metrics.glyph_index(letter).unwrap_or_default();
        f32::from(self.metrics.glyph_hor_advance(glyph).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn lines_are_never_wider_than_asked() {
        let faces = Faces::load().unwrap();
        let face = faces.face(false);
        let text = format!("\u{c9}l\u{e8}ve s\u{e9}rieuse, {} puis \u{1f600}\u{0}x\nfin", "mot".repeat(60));
        let lines = face.wrap(&text, 120.0, 9.0);
        assert!(lines.iter().all(|line| face.width(line.trim_end(), 9.0) <= 120.0), "{lines:?}");
        assert!(lines[0].starts_with("\u{c9}l\u{e8}ve s\u{e9}rieuse,"), "{lines:?}");
        assert_eq!(lines.last().unwrap(), "fin");
        assert_eq!(face.wrap("", 120.0, 9.0), [" "]);
        assert!(face.wrap("abc", 0.1, 9.0).len() == 3);
    }
}
