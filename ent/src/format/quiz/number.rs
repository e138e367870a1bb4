//! Numbers of quizzes, kept as the decimal text that the file gave.
//!
//! `33.33333` must not become `33.333329999`; what little is reckoned with them is done on their digits.

use serde::{Deserialize, Serialize};

/// A decimal number as text, with a point: `-33.33333`, `1.5e-3`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Number(String);

/// The longest text of a number, in bytes.
const LONGEST: usize = 48;

impl Number {
    /// Reads a number: a sign, digits, a point with digits, an exponent, all but some digits optional.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent)),
            None => (unsigned, None),
        };
        let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let power = |text: &str| {
            let text = text.strip_prefix(['-', '+']).unwrap_or(text);
            digits(text) && (1..=3).contains(&text.len())
        };
        let good = text.len() <= LONGEST
            && digits(whole)
            && digits(part)
            && whole.len().saturating_add(part.len()) > 0
            && exponent.is_none_or(power);
        good.then(|| Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Whether it is the same number as `other`, however it is written: `100.00` is `100`.
    #[must_use]
    pub fn is(&self, other: &str) -> bool {
        Self::parse(other).is_some_and(|other| self.plain() == other.plain())
    }

    /// Whether it is above zero.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        let plain = self.plain();
        plain != "0" && !plain.starts_with('-')
    }

    /// The same number in its shortest usual writing; one with an exponent is left as it is, in lower case.
    #[must_use]
    pub fn plain(&self) -> String {
        if self.0.contains(['e', 'E']) {
            return self.0.to_ascii_lowercase();
        }
        let (sign, unsigned) = match self.0.strip_prefix('-') {
            Some(unsigned) => ("-", unsigned),
            None => ("", self.0.strip_prefix('+').unwrap_or(&self.0)),
        };
        let (whole, part) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let (whole, part) = (whole.trim_start_matches('0'), part.trim_end_matches('0'));
        match (whole, part) {
            ("", "") => "0".to_owned(),
            ("", part) => format!("{sign}0.{part}"),
            (whole, "") => format!("{sign}{whole}"),
            (whole, part) => format!("{sign}{whole}.{part}"),
        }
    }

    /// A hundred times it, as a part of one becomes percent; none for a number with an exponent.
    #[must_use]
    pub fn percent(&self) -> Option<Self> {
        let (digits, scale) = self.digits()?;
        Some(Self::of_digits(digits.checked_mul(100)?, scale))
    }

    /// The middle between it and `other`, and half their distance: a range becomes a number with a tolerance.
    /// None where the digits don't fit, or `other` is the smaller.
    #[must_use]
    pub fn middle(&self, other: &Self) -> Option<(Self, Self)> {
        let ((low, low_scale), (high, high_scale)) = (self.digits()?, other.digits()?);
        // One more place, since a half may need it.
        let scale = low_scale.max(high_scale).checked_add(1)?;
        let raise = |digits: i128, from: u32| digits.checked_mul(10_i128.checked_pow(scale.checked_sub(from)?)?);
        let (low, high) = (raise(low, low_scale)?, raise(high, high_scale)?);
        let width = high.checked_sub(low).filter(|width| *width >= 0)?;
        let middle = low.checked_add(width / 2)?;
        Some((Self::of_digits(middle, scale), Self::of_digits(width / 2, scale)))
    }

    /// Its digits as a whole number, and how many of them stand behind the point.
    fn digits(&self) -> Option<(i128, u32)> {
        let plain = self.plain();
        let (whole, part) = plain.split_once('.').unwrap_or((&plain, ""));
        let digits = format!("{whole}{part}").parse().ok()?;
        Some((digits, u32::try_from(part.len()).ok()?))
    }

    fn of_digits(digits: i128, scale: u32) -> Self {
        let places = usize::try_from(scale).unwrap_or(usize::MAX).min(LONGEST);
        let unsigned = format!("{:0>width$}", digits.unsigned_abs(), width = places.saturating_add(1));
        let (whole, part) = unsigned.split_at(unsigned.len().saturating_sub(places));
        let sign = if digits < 0 { "-" } else { "" };
        Self(Self(format!("{sign}{whole}.{part}")).plain())
    }
}

impl TryFrom<String> for Number {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not a decimal number")
    }
}

impl From<Number> for String {
    fn from(number: Number) -> Self {
        number.0
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn number(text: &str) -> Number {
        Number::parse(text).unwrap()
    }

    #[test]
    fn numbers_are_told_from_other_texts() {
        for good in ["0", "-50", "33.33333", ".5", "1.", "+2", "1.5e-3", "1E10"] {
            assert_eq!(number(good).text(), good);
        }
        for bad in ["", "-", ".", "1,5", "e3", "1e", "1e1234", "0x1", "1 2", "--1", "*", &"9".repeat(49)] {
            assert!(Number::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn the_same_number_is_written_in_many_ways() {
        for same in ["100", "100.0000", "0100", "+100"] {
            assert!(number(same).is("100"), "{same}");
        }
        assert!(number("-0.0").is("0") && !number("-0").is_positive() && number(".5").is_positive());
        assert!(!number("-100").is("100"));
    }

    #[test]
    fn a_part_becomes_percent_digit_by_digit() {
        for (part, percent) in [("0.3333333", "33.33333"), ("1.0000000", "100"), ("-0.25", "-25"), ("0", "0")] {
            assert_eq!(number(part).percent().unwrap().text(), percent);
        }
    }

    #[test]
    fn a_range_becomes_its_middle_and_a_tolerance() {
        for (low, high, middle, tolerance) in
            [("3", "4", "3.5", "0.5"), ("-1", "1", "0", "1"), ("1.1", "1.2", "1.15", "0.05"), ("5", "5", "5", "0")]
        {
            let (found, wide) = number(low).middle(&number(high)).unwrap();
            assert_eq!((found.text(), wide.text()), (middle, tolerance));
        }
        assert!(number("4").middle(&number("3")).is_none());
        assert!(number(&"9".repeat(48)).middle(&number(&"9".repeat(48))).is_none());
    }
}
