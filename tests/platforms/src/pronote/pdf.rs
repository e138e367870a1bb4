//! A small PDF (ISO 32000-1): one page with lines of text.

use std::fmt::Write;

/// What stands before the number of a generation at the beginning.
const MADE: &str = "%PDF-1.4\n% made ";
/// Digits of the number of a generation.
const DIGITS: usize = 32;

/// A page with these lines. Each generation has other bytes, as many and with the same text.
pub(crate) fn page(lines: &[String], generation: u64) -> Vec<u8> {
    let mut text = String::from("BT /F1 10 Tf 14 TL 50 790 Td\n");
    for line in lines.iter().take(52) {
        writeln!(text, "({}) Tj T*", escape(line)).unwrap();
    }
    text.push_str("ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
    ];
    let generation = format!("{generation:0DIGITS$}");
    let mut pdf = format!("{MADE}{generation}\n");
    let mut places = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        places.push(pdf.len());
        write!(pdf, "{} 0 obj\n{object}\nendobj\n", index + 1).unwrap();
    }
    let table = pdf.len();
    write!(pdf, "xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).unwrap();
    for place in places {
        writeln!(pdf, "{place:010} 00000 n ").unwrap();
    }
    let id = format!("/ID [<{generation}> <{generation}>]");
    write!(pdf, "trailer\n<< /Size {} /Root 1 0 R {id} >>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1).unwrap();
    pdf.into_bytes()
}

/// A file as it would be in generation 0, where it is a PDF that a server here made.
///
/// # Panics
/// When its beginning and its end are of two generations, which no program may put together.
#[must_use]
pub fn of_no_generation(file: &[u8]) -> Option<Vec<u8>> {
    let pdf = std::str::from_utf8(file).ok()?;
    let generation = pdf.strip_prefix(MADE)?.get(..DIGITS).unwrap_or_default();
    assert_eq!(pdf.matches(generation).count(), 3, "a PDF of several generations: {pdf}");
    Some(pdf.replace(generation, &"0".repeat(DIGITS)).into_bytes())
}

/// Text between brackets; what is not ASCII as octal digits of Windows-1252, so that the file stays ASCII.
fn escape(line: &str) -> String {
    let mut out = String::new();
    for letter in line.chars() {
        match u32::from(letter) {
            0x28 | 0x29 | 0x5c => out.extend(['\\', letter]),
            0x20..=0x7e => out.push(letter),
            code @ 0xa0..=0xff => write!(out, "\\{code:03o}").unwrap(),
            _ => out.push('?'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_leads_to_the_objects() {
        let pdf = String::from_utf8(page(&["R\u{e9}sultats (1)".to_owned()], 7)).unwrap();
        assert!(pdf.contains("(R\\351sultats \\(1\\)) Tj"));
        let table: usize = pdf.split("startxref\n").nth(1).unwrap().lines().next().unwrap().parse().unwrap();
        assert!(pdf[table..].starts_with("xref\n0 6\n"));
        let fourth: usize = pdf[table..].lines().nth(6).unwrap()[..10].parse().unwrap();
        assert!(pdf[fourth..].starts_with("4 0 obj\n"));
        let first = of_no_generation(pdf.as_bytes()).unwrap();
        assert!(first == page(&["R\u{e9}sultats (1)".to_owned()], 0) && first != pdf.as_bytes());
    }
}
