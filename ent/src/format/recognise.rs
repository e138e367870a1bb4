//! What a file is, by what stands in it: names lie, and are not asked.

mod badge;
mod container;
mod text;

use super::pdf;

/// How much of a file's beginning is looked at, in bytes; a file may be shorter.
pub const HEAD_BYTES: usize = 64 << 10;

/// A kind of file that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Found {
    /// A quiz of PRONOTE, in its XML.
    PronoteQuiz,
    /// Questions of Moodle, in its XML.
    MoodleQuiz,
    /// Questions in GIFT.
    Gift,
    /// A backup of a Moodle course (`.mbz`): gzipped tar, or zip.
    MoodleBackup,
    /// School records LSU, of whole classes: to be reduced first, see [`super::lsu::reduce`].
    Lsu,
    /// School records LSL, of whole classes: to be reduced first, see [`super::lsl::reduce`].
    Lsl,
    /// Results of Pix, of a whole session: to be reduced first, see [`super::pix::csv::reduce`].
    PixResults,
    /// A certificate of Pix, in PDF.
    PixCertificate,
    /// A calendar.
    Calendar,
    /// An Open Badge in JSON.
    BadgeJson,
    /// An Open Badge as a signed text (compact JWS).
    BadgeJws,
    /// An Open Badge in a PNG.
    BadgePng,
    /// An Open Badge in an SVG.
    BadgeSvg,
    /// Records of a library in ISO 2709.
    Marc,
    /// Records of a library in XML.
    MarcXml,
    /// A report card in PDF.
    ReportCardPdf,
}

/// Says what a file is. `head` is its beginning, [`HEAD_BYTES`] or all of it; `whole` gives all of it where that is not too much, and is
/// called only for kinds that the beginning does not tell: PDF, PNG, SVG, JSON and signed texts.
pub fn recognise(head: &[u8], whole: impl FnOnce() -> Option<Vec<u8>>) -> Option<Found> {
    let head = head.get(..HEAD_BYTES).unwrap_or(head);
    let bare = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    match bare.trim_ascii_start() {
        [b'%', b'P', b'D', b'F', b'-', ..] => match pdf::paper(&pdf::text(&whole()?).ok()?)? {
            pdf::Paper::PixCertificate => Some(Found::PixCertificate),
            pdf::Paper::ReportCard => Some(Found::ReportCardPdf),
        },
        [0x89, b'P', b'N', b'G', ..] => badge::is_png(&whole()?).then_some(Found::BadgePng),
        [0x1F, 0x8B, ..] => container::is_gzipped_backup(head).then_some(Found::MoodleBackup),
        [b'P', b'K', 3, 4, ..] => container::is_zipped_backup(head).then_some(Found::MoodleBackup),
        [b'{', ..] => {
            let found = badge::is_json(&whole()?).then_some(Found::BadgeJson);
            // A line of GIFT may begin with its answers.
            found.or_else(|| text::recognise(head))
        }
        [b'e', b'y', ..] => {
            let found = badge::is_jws(&whole()?).then_some(Found::BadgeJws);
            found.or_else(|| text::recognise(head))
        }
        [b'0'..=b'9', ..] if container::is_marc(head) => Some(Found::Marc),
        _ => text::recognise(head).or_else(|| {
            // Programs that bake badges declare their names at the badge itself, which may stand at the end.
            (text::is_svg(head) && badge::is_svg(&whole()?)).then_some(Found::BadgeSvg)
        }),
    }
}

#[cfg(test)]
mod tests;
