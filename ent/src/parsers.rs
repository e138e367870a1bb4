//! Every reader of bytes that come from elsewhere, by one signature: for fuzzing (`fuzz/`), for the files under `fuzz/corpus`, and for tests
//! of bad input. The product calls the readers themselves.
//!
//! Each does what is done with a file or an answer: of many pupils the first is chosen, what was read becomes records, and quizzes are
//! written again. What one reads, nobody fetches.

use std::error::Error;
use std::io::Cursor;

use jiff::Timestamp;
use jiff::civil::date;

use crate::format::quiz::{Quiz, backup, gift, moodle, pieces};
use crate::format::{Reading, Unreadable, badge, ics, lsl, lsu, marc, pdf, pix, quiz, recognise};
use crate::platform;
use crate::record::SourceId;

/// How many parts were read, or why none.
pub type Outcome = Result<usize, Box<dyn Error + Send + Sync>>;

/// A reader.
#[derive(Debug, Clone, Copy)]
pub struct Parser {
    /// Its name: that of its fuzz target and of its folder under `fuzz/corpus`.
    pub name: &'static str,
    /// Reads bytes.
    pub read: fn(&[u8]) -> Outcome,
}

/// All readers, by name.
pub const ALL: [Parser; 17] = [
    Parser { name: "badge", read: read_badge },
    Parser { name: "gift", read: read_gift },
    Parser { name: "ics", read: read_calendar },
    Parser { name: "lsl", read: read_lsl },
    Parser { name: "lsu", read: read_lsu },
    Parser { name: "marc", read: read_marc },
    Parser { name: "mbz", read: read_backup },
    Parser { name: "moodle-answer", read: |bytes| Ok(platform::moodle::try_answer(bytes)?) },
    Parser { name: "pdf", read: read_pdf },
    Parser { name: "pix-answer", read: |bytes| Ok(platform::pix::try_answer(bytes)?) },
    Parser { name: "pix-csv", read: read_pix_results },
    Parser { name: "pmb-answer", read: |bytes| Ok(platform::pmb::try_answer(bytes)?) },
    Parser { name: "pronote-answer", read: |bytes| Ok(platform::pronote::try_answer(bytes)?) },
    Parser { name: "pronote-page", read: |bytes| Ok(platform::pronote::try_page(bytes)?) },
    Parser { name: "quiz-xml", read: read_quiz_xml },
    Parser { name: "recognise", read: read_recognised },
    Parser { name: "toutatice-answer", read: |bytes| Ok(platform::toutatice::try_answer(bytes)?) },
];

/// Reads bytes with the reader of that name; none where there is no such reader.
#[must_use]
pub fn read(name: &str, bytes: &[u8]) -> Option<Outcome> {
    let parser = ALL.iter().find(|parser| parser.name == name)?;
    Some((parser.read)(bytes))
}

fn read_badge(bytes: &[u8]) -> Outcome {
    badge::read(bytes, SourceId::of(bytes), Timestamp::UNIX_EPOCH)?;
    Ok(1)
}

fn read_calendar(bytes: &[u8]) -> Outcome {
    Ok(ics::read(bytes, SourceId::of(bytes), date(2026, 1, 15))?.pieces.len())
}

fn read_marc(bytes: &[u8]) -> Outcome {
    Ok(marc::read(bytes)?.notices.len())
}

fn read_lsu(bytes: &[u8]) -> Outcome {
    of_first(bytes, lsu::pupils(bytes)?, lsu::reduce, lsu::read)
}

fn read_lsl(bytes: &[u8]) -> Outcome {
    of_first(bytes, lsl::pupils(bytes)?, lsl::reduce, lsl::read)
}

fn read_pix_results(bytes: &[u8]) -> Outcome {
    of_first(bytes, pix::csv::people(bytes)?, pix::csv::reduce, pix::csv::read)
}

type Reduce = fn(&[u8], Option<&str>) -> Result<crate::format::Reduced, Unreadable>;
type Read = fn(&[u8], Option<&str>, SourceId) -> Result<Reading, Unreadable>;

/// Reduces a file to the first person in it and reads what is left.
fn of_first(bytes: &[u8], names: Vec<String>, reduce: Reduce, read: Read) -> Outcome {
    let name = names.into_iter().next();
    let reduced = reduce(bytes, name.as_deref())?;
    let reading = read(&reduced.bytes, name.as_deref(), SourceId::of(&reduced.bytes))?;
    Ok(reading.less(&reduced.dropped).pieces.len())
}

fn read_pdf(bytes: &[u8]) -> Outcome {
    let source = SourceId::of(bytes);
    match pdf::paper(&pdf::text(bytes)?) {
        Some(pdf::Paper::PixCertificate) => Ok(pdf::pix_certificate(bytes, source)?.pieces.len()),
        Some(pdf::Paper::ReportCard) => Ok(pdf::report_card(bytes, source)?.pieces.len()),
        None => Ok(0),
    }
}

fn read_recognised(bytes: &[u8]) -> Outcome {
    let head = bytes.get(..recognise::HEAD_BYTES).unwrap_or(bytes);
    recognise::recognise(head, || Some(bytes.to_vec())).map(|_| 1).ok_or_else(|| "nothing that is known".into())
}

fn read_quiz_xml(bytes: &[u8]) -> Outcome {
    Ok(written(moodle::read(bytes)?, bytes))
}

fn read_gift(bytes: &[u8]) -> Outcome {
    Ok(written(gift::read(bytes)?, bytes))
}

fn read_backup(bytes: &[u8]) -> Outcome {
    Ok(written(backup::read(Cursor::new(bytes))?, bytes))
}

/// Writes what was read in every format and makes records of it.
fn written(reading: quiz::Reading, bytes: &[u8]) -> usize {
    let write: [fn(&[Quiz]) -> quiz::Written; 3] = [moodle::write, moodle::write_pronote, gift::write];
    for write in write {
        write(&reading.quizzes);
    }
    pieces(reading, "file", SourceId::of(bytes)).len()
}
