//! Decimal numbers as platforms write them.

use super::Lang;

/// A number of at most nine digits before its point and six after it, as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal<'a> {
    negative: bool,
    whole: &'a str,
    part: Option<&'a str>,
}

impl<'a> Decimal<'a> {
    /// Reads `14`, `14.5`, `14,5`, `-1`; nothing else.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let text = text.trim();
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, part) = match digits.split_once(['.', ',']) {
            Some((whole, part)) => (whole, Some(part)),
            None => (digits, None),
        };
        let good = |digits: &str, most| {
            (1..=most).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit())
        };
        (good(whole, 9) && part.is_none_or(|part| good(part, 6))).then_some(Self { negative, whole, part })
    }

    /// With this mark between the whole and its part.
    pub(super) fn written(self, mark: char) -> String {
        let sign = if self.negative { "-" } else { "" };
        match self.part {
            Some(part) => format!("{sign}{}{mark}{part}", self.whole),
            None => format!("{sign}{}", self.whole),
        }
    }

    /// As a number to draw with.
    pub(super) fn value(self) -> f64 {
        self.written('.').parse().unwrap_or_default()
    }
}

/// A number as the language writes it; what is no number stays as it is.
pub(super) fn shown(text: &str, lang: Lang) -> String {
    let mark = match lang {
        Lang::Fr => ',',
        Lang::En => '.',
    };
    Decimal::read(text).map_or_else(|| text.to_owned(), |number| number.written(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_and_words_are_left() {
        for (text, fr, en) in [
            ("14.5", "14,5", "14.5"),
            ("14,50", "14,50", "14.50"),
            ("-1", "-1", "-1"),
            ("A+", "A+", "A+"),
            ("1e9", "1e9", "1e9"),
            ("", "", ""),
            ("1.2.3", "1.2.3", "1.2.3"),
            ("12345678901", "12345678901", "12345678901"),
        ] {
            assert_eq!((shown(text, Lang::Fr).as_str(), shown(text, Lang::En).as_str()), (fr, en));
        }
        assert_eq!(Decimal::read("-2,25").map(Decimal::value), Some(-2.25));
        for text in ["+1", "1.", ".5", "=1", "\u{661}", "NaN"] {
            assert_eq!(Decimal::read(text), None, "{text}");
        }
    }
}
