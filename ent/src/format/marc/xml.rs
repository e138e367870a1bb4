//! Records in XML: MARCXML (`record`, `datafield`, `subfield`) and that of PMB (`notice`, `f`, `s`), which names a field's tag and a
//! subfield's code both `c`.

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};

use super::MarcError;
use super::fields::{Field, Fields};

/// How deep elements may lie in each other.
const DEPTH: usize = 64;
/// The longest text of a subfield, in bytes; more is left out.
const TEXT_BYTES: usize = 64 << 10;

/// What is being read.
#[derive(Default)]
struct Open {
    records: Vec<Option<Fields>>,
    record: Option<Fields>,
    field: Option<Field>,
    /// Code and text of a subfield.
    subfield: Option<(String, String)>,
}

/// The records of a file; nothing for one that is broken.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Option<Fields>>, MarcError> {
    let decoded;
    let xml = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        // PMB writes ISO 8859-1 unless asked otherwise.
        Err(_) => {
            decoded = super::charset::Charset::Latin1.text(bytes);
            &decoded
        }
    };
    let mut reader = Reader::from_str(xml);
    let mut open = Open::default();
    let mut depth = 0_usize;
    loop {
        let broken = MarcError::BrokenXml(reader.buffer_position());
        match reader.read_event().map_err(|_| broken.clone())? {
            Event::Start(element) => {
                depth = depth.saturating_add(1);
                if depth > DEPTH {
                    return Err(broken);
                }
                open.start(&element).ok_or(broken)?;
            }
            Event::Empty(element) => {
                open.start(&element).ok_or(broken)?;
                open.end(element.local_name().as_ref());
            }
            Event::End(element) => {
                depth = depth.saturating_sub(1);
                open.end(element.local_name().as_ref());
            }
            Event::Text(text) => open.push(&text.xml10_content()),
            Event::CData(text) => open.push(&text.xml10_content()),
            Event::GeneralRef(entity) => {
                let character = entity.resolve_char_ref().map_err(|_| broken.clone())?;
                let name = entity.xml10_content();
                match (character, quick_xml::escape::resolve_predefined_entity(&name)) {
                    (Some(character), _) => open.push(character.encode_utf8(&mut [0; 4])),
                    (None, Some(text)) => open.push(text),
                    // An entity of the document's own is never expanded.
                    (None, None) => return Err(broken),
                }
            }
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
        if open.records.len() > super::RECORDS {
            return Err(MarcError::TooLong);
        }
    }
    Ok(open.records)
}

impl Open {
    fn start(&mut self, element: &BytesStart<'_>) -> Option<()> {
        match element.local_name().as_ref() {
            "record" | "notice" => self.record = Some(Fields::default()),
            "datafield" => self.field = Some(Field::new(&attribute(element, "tag")?)),
            "f" => self.field = Some(Field::new(&attribute(element, "c")?)),
            "subfield" => self.subfield = Some((attribute(element, "code")?, String::new())),
            "s" => self.subfield = Some((attribute(element, "c")?, String::new())),
            _ => {}
        }
        Some(())
    }

    fn push(&mut self, more: &str) {
        if let Some((_, text)) = &mut self.subfield
            && text.len().saturating_add(more.len()) <= TEXT_BYTES
        {
            text.push_str(more);
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "record" | "notice" => self.records.extend(self.record.take().map(Some)),
            "datafield" | "f" => {
                if let (Some(record), Some(field)) = (&mut self.record, self.field.take()) {
                    record.add(field);
                }
            }
            "subfield" | "s" => {
                if let (Some(field), Some((code, text))) = (&mut self.field, self.subfield.take()) {
                    field.add(&code, &text);
                }
            }
            _ => {}
        }
    }
}

/// An attribute; empty when it is missing, nothing when it is broken.
fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    match element.try_get_attribute(name).ok()? {
        Some(attribute) => Some(attribute.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned()),
        None => Some(String::new()),
    }
}
