//! From a file to records: what it is, what of it may be kept, and what it says.

use std::collections::BTreeMap;
use std::io::{self, SeekFrom};

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::incoming::{Incoming, WHOLE_BYTES};
use super::{LoginCode, Refusal, code};
use crate::collect::{How, today};
use crate::format::recognise::{Found, HEAD_BYTES, recognise};
use crate::format::{Reading, Reduced, Remark, badge, ics, lsl, lsu, marc, pdf, pix, quiz};
use crate::record::{Piece, Record, SchoolYear, SourceId};

/// What a file turned out to be.
pub(super) enum Looked {
    /// One that is taken in.
    Known(Known),
    /// A picture of a login code.
    Code(LoginCode),
}

/// A file that is understood.
pub(super) struct Known {
    pub(super) found: Found,
    pub(super) body: Body,
    pub(super) source: SourceId,
    pub(super) pieces: Vec<Piece>,
    pub(super) remarks: Vec<String>,
}

/// What is kept of it.
pub(super) enum Body {
    /// These bytes: the file, or what is left of it.
    Bytes(Vec<u8>),
    /// The file as it is: too long for memory.
    Whole,
}

/// Looks at a file. Nothing is kept yet.
///
/// # Errors
/// [`Refusal`].
pub(super) fn look(file: &mut Incoming<'_>, how: &How, pupil: Option<&str>) -> Result<Looked, Refusal> {
    let broken = |error: io::Error| Refusal::Broken(error.to_string());
    if file.size > WHOLE_BYTES {
        let head = file.first(HEAD_BYTES as u64).map_err(broken)?;
        return match recognise(&head, || None) {
            Some(Found::MoodleBackup) => backup(file, how).map(Looked::Known),
            _ => Err(Refusal::TooLarge { limit_bytes: WHOLE_BYTES }),
        };
    }
    let bytes = file.first(WHOLE_BYTES.saturating_add(1)).map_err(broken)?;
    if bytes.len() as u64 > WHOLE_BYTES {
        return Err(Refusal::TooLarge { limit_bytes: WHOLE_BYTES });
    }
    match recognise(&bytes, || Some(bytes.clone())) {
        Some(found) => known(found, bytes, file.stem(), how, pupil).map(Looked::Known),
        None => login_code(&bytes).map(Looked::Code).ok_or(Refusal::Unknown),
    }
}

fn login_code(picture: &[u8]) -> Option<LoginCode> {
    let text = Zeroizing::new(code::qr_text(picture)?);
    code::is_login(&text).then(|| LoginCode(text))
}

/// Reads a file that fits into memory.
fn known(found: Found, bytes: Vec<u8>, stem: &str, how: &How, pupil: Option<&str>) -> Result<Known, Refusal> {
    let Reduced { bytes, dropped } = match found {
        Found::Lsu => lsu::reduce(&bytes, pupil)?,
        Found::Lsl => lsl::reduce(&bytes, pupil)?,
        Found::PixResults => pix::csv::reduce(&bytes, pupil)?,
        _ => Reduced { bytes, dropped: Vec::new() },
    };
    let source = SourceId::of(&bytes);
    let (mut pieces, remarks) = match found {
        Found::PronoteQuiz | Found::MoodleQuiz | Found::Gift | Found::MoodleBackup => {
            quizzes(quiz::read(&bytes)?.1, stem, source, how)
        }
        Found::Lsu => parts(lsu::read(&bytes, pupil, source)?),
        Found::Lsl => parts(lsl::read(&bytes, pupil, source)?),
        Found::PixResults => parts(pix::csv::read(&bytes, pupil, source)?),
        Found::PixCertificate => parts(pdf::pix_certificate(&bytes, source).map_err(of_several)?),
        Found::ReportCardPdf => parts(pdf::report_card(&bytes, source)?),
        Found::Calendar => parts(ics::read(&bytes, source, today(how.now))?),
        Found::BadgeJson | Found::BadgeJws | Found::BadgePng | Found::BadgeSvg => {
            let now = Timestamp::from_second(how.now).unwrap_or(Timestamp::UNIX_EPOCH);
            let read = badge::read(&bytes, source, now)?;
            (vec![of_badge(read, source)], Vec::new())
        }
        Found::Marc | Found::MarcXml => books(marc::read(&bytes)?, stem, source),
    };
    pieces.iter_mut().for_each(|piece| piece.dropped.extend_from_slice(&dropped));
    tell_pupils_apart(&mut pieces);
    tell_apart(&mut pieces);
    Ok(Known { found, body: Body::Bytes(bytes), source, pieces, remarks })
}

/// Reads a backup piece by piece, however long it is.
fn backup(file: &mut Incoming<'_>, how: &How) -> Result<Known, Refusal> {
    let broken = |error: io::Error| Refusal::Broken(error.to_string());
    let reading = quiz::backup::read(&mut *file.data)?;
    file.data.seek(SeekFrom::Start(0)).map_err(broken)?;
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(&mut *file.data).map_err(broken)?;
    let source = SourceId::from_hash(hasher.finalize());
    let (pieces, remarks) = quizzes(reading, file.stem(), source, how);
    Ok(Known { found: Found::MoodleBackup, body: Body::Whole, source, pieces, remarks })
}

type Parts = (Vec<Piece>, Vec<String>);

fn parts(reading: Reading) -> Parts {
    (reading.pieces, reading.remarks.iter().map(Remark::to_string).collect())
}

/// Quizzes say no school year: they are of the one in which they are dropped.
fn quizzes(reading: quiz::Reading, stem: &str, source: SourceId, how: &How) -> Parts {
    let remark = |report: &quiz::Report| match report.place.as_str() {
        "" => report.problem.to_string(),
        place => format!("{place}: {}", report.problem),
    };
    let remarks = reading.reports.iter().take(Reading::REMARKS).map(remark).collect();
    let mut pieces = quiz::pieces(reading, stem, source);
    let year = SchoolYear::of(today(how.now));
    pieces.iter_mut().for_each(|piece| piece.year = piece.year.or(Some(year)));
    (pieces, remarks)
}

/// Issuer, name and day don't tell the badges of two children apart: only the same file is the same badge.
fn of_badge(badge: crate::record::Badge, source: SourceId) -> Piece {
    let key = format!("badge|{}", source.text());
    let year = badge.issued.map(SchoolYear::of);
    Piece { key, year, school: None, pupil: None, record: Record::Badge(badge), source, dropped: Vec::new() }
}

/// Books of a list that is called like its file.
fn books(notices: marc::Notices, list: &str, source: SourceId) -> Parts {
    let piece = |notice: marc::Notice| {
        let what = notice.isbn.clone().unwrap_or_else(|| format!("{}|{}", notice.title, notice.authors.join("|")));
        let key = format!("listed|{list}|{what}");
        let record = Record::Loan(notice.listed(list, source));
        Piece { key, year: None, school: None, pupil: None, record, source, dropped: Vec::new() }
    };
    let remarks = (notices.broken > 0).then(|| format!("{} records can't be read", notices.broken));
    (notices.notices.into_iter().map(piece).collect(), remarks.into_iter().collect())
}

/// A certificate file names codes, not pupils.
fn of_several(error: crate::format::Unreadable) -> Refusal {
    match Refusal::from(error) {
        Refusal::WhichPupil { .. } => Refusal::SeveralPeople,
        other => other,
    }
}

/// The report cards of two children are two facts, though they are of the same period: their keys say whose they are.
fn tell_pupils_apart(pieces: &mut [Piece]) {
    let pupil = pieces.iter().find_map(|piece| match &piece.record {
        Record::ReportCard(card) => card.pupil.clone(),
        _ => None,
    });
    let Some(pupil) = pupil else { return };
    for piece in pieces {
        piece.key = format!("{}|{pupil}", piece.key);
    }
}

/// Two facts of a file that seem to be one, as two books with the same ISBN, would take each other's place for ever.
fn tell_apart(pieces: &mut [Piece]) {
    let mut times: BTreeMap<(&'static str, String), usize> = BTreeMap::new();
    for piece in pieces {
        let times = times.entry((piece.record.kind(), piece.key.clone())).or_default();
        *times = times.saturating_add(1);
        if *times > 1 {
            piece.key = format!("{}|{times}", piece.key);
        }
    }
}
