//! Tables for spreadsheets (RFC 4180, as French programs want it): UTF-8 with its mark, semicolons, decimal commas.

use super::decimal::Decimal;

/// A table being written.
pub(super) struct Csv {
    out: String,
}

impl Csv {
    /// A table with these columns.
    pub(super) fn new<'a>(columns: impl IntoIterator<Item = &'a str>) -> Self {
        let mut csv = Self { out: String::from("\u{feff}") };
        csv.row(columns);
        csv
    }

    /// Adds a row. Numbers get a comma; no other cell begins as a formula does.
    pub(super) fn row<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) {
        for (index, cell) in cells.into_iter().enumerate() {
            if index > 0 {
                self.out.push(';');
            }
            self.cell(cell);
        }
        self.out.push_str("\r\n");
    }

    /// The file.
    pub(super) fn bytes(self) -> Vec<u8> {
        self.out.into_bytes()
    }

    fn cell(&mut self, cell: &str) {
        if let Some(number) = Decimal::read(cell) {
            self.out.push_str(&number.written(','));
            return;
        }
        let harmless = if is_formula(cell) { format!("'{cell}") } else { cell.to_owned() };
        if harmless.contains([';', '"', '\n', '\r', ',', '\t']) || harmless.trim() != harmless {
            self.out.push('"');
            self.out.push_str(&harmless.replace('"', "\"\"").replace('\0', ""));
            self.out.push('"');
        } else {
            self.out.push_str(&harmless.replace('\0', ""));
        }
    }
}

/// Whether a spreadsheet may compute this cell: it begins with a sign of formulas, perhaps after spaces, perhaps a wide one.
fn is_formula(cell: &str) -> bool {
    let begins = |letter| matches!(letter, '=' | '+' | '-' | '@' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}');
    let first = |letter: char| letter.is_whitespace() || letter.is_control();
    cell.starts_with(['\t', '\r', '\n']) || cell.trim_start_matches(first).starts_with(begins)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn cells_are_numbers_or_harmless_text() {
        let mut csv = Csv::new(["Mati\u{e8}re", "Note"]);
        csv.row(["Maths; suite \"1\"", "14.5"]);
        csv.row(["=cmd|' /C calc'!A0", "-1.5"]);
        csv.row(["  @SUM(A1)", "+33"]);
        csv.row(["deux\nlignes", "\u{ff1d}1+1"]);
        let text = String::from_utf8(csv.bytes()).unwrap();
        assert_eq!(
            text,
            "\u{feff}Mati\u{e8}re;Note\r\n\"Maths; suite \"\"1\"\"\";14,5\r\n'=cmd|' /C calc'!A0;-1,5\r\n\
             '  @SUM(A1);'+33\r\n\"deux\nlignes\";'\u{ff1d}1+1\r\n"
        );
    }
}
