//! Text files: XML by its root, the others by their first lines.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::Found;
use crate::format::{letters, lsl, lsu, pix};

/// Says what a text is by its beginning.
pub(super) fn recognise(head: &[u8]) -> Option<Found> {
    let text = letters::decode(head, None);
    let text = text.trim_start();
    if text.starts_with('<') {
        return xml(text);
    }
    let first = text.lines().next().unwrap_or_default().trim();
    if first.eq_ignore_ascii_case("BEGIN:VCALENDAR") {
        return Some(Found::Calendar);
    }
    if pix::csv::is_results(head) {
        return Some(Found::PixResults);
    }
    is_gift(text).then_some(Found::Gift)
}

/// Whether a text is a picture in SVG.
pub(super) fn is_svg(head: &[u8]) -> bool {
    let text = letters::decode(head, None);
    root(text.trim_start()).is_some_and(|root| root.local_name().as_ref() == "svg")
}

/// The root of XML.
fn root(text: &str) -> Option<BytesStart<'_>> {
    let mut reader = Reader::from_str(text);
    loop {
        match reader.read_event().ok()? {
            Event::Start(root) | Event::Empty(root) => return Some(root),
            Event::Eof => return None,
            _ => {}
        }
    }
}

fn xml(text: &str) -> Option<Found> {
    let root = root(text)?;
    let namespace = namespace(&root);
    match (root.local_name().as_ref(), namespace.as_deref()) {
        ("lsun-bilans", Some(lsu::NAMESPACE)) => Some(Found::Lsu),
        ("lsl", Some(lsl::NAMESPACE)) => Some(Found::Lsl),
        ("quiz", _) if text.contains("<question") => {
            // What PRONOTE adds to Moodle's format.
            let own = ["<infos>", "&lt;infos&gt;", "<externallink", "<editeur>"];
            let is_pronote = own.iter().any(|mark| text.contains(mark));
            Some(if is_pronote { Found::PronoteQuiz } else { Found::MoodleQuiz })
        }
        ("collection" | "record", Some("http://www.loc.gov/MARC21/slim")) => Some(Found::MarcXml),
        ("collection" | "record", Some(exchange)) if exchange.starts_with("info:lc/xmlns/marcxchange-v") => {
            Some(Found::MarcXml)
        }
        // Libraries export UNIMARC in this form without naming a namespace.
        ("collection" | "record", None) if text.contains("<leader>") && text.contains("<datafield") => {
            Some(Found::MarcXml)
        }
        ("svg", _) if attribute(&root, "xmlns:openbadges").is_some() => Some(Found::BadgeSvg),
        _ => None,
    }
}

/// The namespace that the root declares for itself.
fn namespace(root: &BytesStart<'_>) -> Option<String> {
    let name = root.name();
    let key = name.as_ref().split_once(':').map_or_else(|| "xmlns".to_owned(), |(prefix, _)| format!("xmlns:{prefix}"));
    attribute(root, &key)
}

fn attribute(root: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = root.attributes();
    let attributes = attributes.with_checks(false).filter_map(Result::ok);
    let mut named = attributes.filter(|attribute| attribute.key.as_ref() == name);
    named.next().map(|attribute| attribute.value.as_ref().to_owned())
}

/// Whether a text is GIFT: every pair of braces that stands in it holds answers, and there is one. Programs and styles have braces too, with
/// other things in them; empty ones say nothing.
fn is_gift(text: &str) -> bool {
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//") && !line.trim_start().starts_with("$CATEGORY:"));
    let text: String = lines.flat_map(|line| [line, "\n"]).collect();
    let mut blocks = 0_usize;
    let mut rest = text.as_str();
    while let Some((question, after)) = split_at_brace(rest, '{') {
        // The head may break off inside the last one.
        let Some((answers, after)) = split_at_brace(after, '}') else { break };
        let titled = question.trim_start().starts_with("::");
        rest = after;
        // An essay has no answers, and much else has empty braces too: only a title tells.
        if answers.trim().is_empty() {
            blocks += usize::from(titled);
            continue;
        }
        if !is_answers(answers.trim(), titled || !question.trim().is_empty()) {
            return false;
        }
        blocks += 1;
    }
    blocks > 0
}

fn is_answers(answers: &str, has_question: bool) -> bool {
    let word = answers.split(['#', '\n']).next().unwrap_or_default().trim();
    let truth = matches!(word, "T" | "F" | "TRUE" | "FALSE");
    let number = answers.strip_prefix('#').is_some_and(|number| {
        number.trim_start().starts_with(|letter: char| letter.is_ascii_digit() || "-=+.".contains(letter))
    });
    has_question && (truth || number || answers.starts_with(['=', '~']))
}

/// Parts a text at the first such brace that has no backslash before it.
fn split_at_brace(text: &str, brace: char) -> Option<(&str, &str)> {
    let mut places = text.match_indices(brace).map(|(at, _)| at);
    let at = places.find(|at| !text.get(..*at).is_some_and(|before| before.ends_with('\\')))?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}
