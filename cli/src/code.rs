//! A QR code on a terminal.

use std::io::IsTerminal;

use qrcode::render::unicode::Dense1x2;
use qrcode::{QrCode, types::QrError};
use zeroize::Zeroizing;

/// Black on white, whatever the terminal's colours are: not every reader takes an inverted code.
const COLOURS: (&str, &str) = ("\u{1b}[30;107m", "\u{1b}[0m");

/// Draws a text, two rows of the code in a line of text.
pub(crate) fn drawn(text: &str) -> Result<Zeroizing<String>, QrError> {
    let code = Zeroizing::new(QrCode::new(text)?.render::<Dense1x2>().build());
    let (before, after) = if std::io::stdout().is_terminal() { COLOURS } else { ("", "") };
    let lines: Vec<String> = code.lines().map(|line| format!("{before}{line}{after}")).collect();
    Ok(Zeroizing::new(lines.join("\n")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_code_is_square() {
        let code =
            drawn("https://cartable.local:8843/\nk3j8qwm2rt\nC7W4C-8MZCP-4MEDP-DZMJF-DJYKK-7YH3Y-T2SAF").unwrap();
        let code = code.replace(COLOURS.0, "").replace(COLOURS.1, "");
        let widths: Vec<usize> = code.lines().map(|line| line.chars().count()).collect();
        assert!(widths.iter().all(|width| *width == widths[0] && *width <= 80), "{widths:?}");
        assert_eq!(widths.len(), widths[0].div_ceil(2));
    }
}
