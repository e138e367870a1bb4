//! Badges baked into SVG pictures: an element of their own, with the signed text in its attribute `verify` or the JSON inside.
//!
//! Source: Open Badges 3.0, "Baking Open Badges", and the baking specification of 2.0.

use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::{NsReader, XmlVersion};

use super::{BADGE_BYTES, BadgeError};

/// Names of the element by version: its namespace and its name.
const ELEMENTS: [(&str, &str); 2] =
    [("https://purl.imsglobal.org/ob/v3p0", "credential"), ("http://openbadges.org", "assertion")];
/// How deep elements may lie in each other.
const DEPTH: usize = 64;

/// The text of the badge in a picture: of version 3.0 if there is one.
pub(super) fn baked(xml: &str) -> Result<String, BadgeError> {
    let broken = |_| BadgeError::Picture("it is not XML");
    let mut reader = NsReader::from_str(xml);
    let mut found = [None, None];
    // The badge that is being read: its version, its text, and how deep its element lies.
    let mut open: Option<(usize, String, usize)> = None;
    let mut depth = 0_usize;
    loop {
        let (namespace, event) = reader.read_resolved_event().map_err(broken)?;
        match event {
            Event::Start(element) => {
                depth = depth.saturating_add(1);
                if depth > DEPTH {
                    return Err(BadgeError::Picture("its elements lie too deep"));
                }
                if let (None, Some(version)) = (&open, version(&namespace, &element)) {
                    match verify(&element)? {
                        Some(signed) => keep(&mut found, version, &signed)?,
                        None => open = Some((version, String::new(), depth)),
                    }
                }
            }
            Event::Empty(element) => {
                if let (None, Some(version)) = (&open, version(&namespace, &element)) {
                    keep(&mut found, version, &verify(&element)?.unwrap_or_default())?;
                }
            }
            Event::Text(text) => push(&mut open, &text.xml10_content())?,
            Event::CData(text) => push(&mut open, &text.xml10_content())?,
            Event::GeneralRef(entity) => push(&mut open, &resolve(&entity)?)?,
            Event::End(_) => {
                if let Some((version, text, _)) = open.take_if(|(_, _, at)| *at == depth) {
                    keep(&mut found, version, &text)?;
                }
                depth = depth.saturating_sub(1);
            }
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    found.into_iter().flatten().next().ok_or(BadgeError::NoBadge)
}

fn version(namespace: &ResolveResult<'_>, element: &BytesStart<'_>) -> Option<usize> {
    let ResolveResult::Bound(Namespace(namespace)) = namespace else { return None };
    let local = element.local_name();
    let local: &str = local.as_ref();
    ELEMENTS.iter().position(|known| *known == (*namespace, local))
}

fn verify(element: &BytesStart<'_>) -> Result<Option<String>, BadgeError> {
    let broken = BadgeError::Picture("the attributes of its badge are broken");
    let Some(verify) = element.try_get_attribute("verify").map_err(|_| broken.clone())? else { return Ok(None) };
    let value = verify.normalized_value(XmlVersion::Implicit1_0).map_err(|_| broken)?;
    if value.len() > BADGE_BYTES {
        return Err(BadgeError::TooLong);
    }
    Ok(Some(value.into_owned()))
}

fn push(open: &mut Option<(usize, String, usize)>, more: &str) -> Result<(), BadgeError> {
    let Some((_, text, _)) = open else { return Ok(()) };
    if text.len().saturating_add(more.len()) > BADGE_BYTES {
        return Err(BadgeError::TooLong);
    }
    text.push_str(more);
    Ok(())
}

/// A character, or one of the five entities that need no declaration; others are nobody's text.
fn resolve(entity: &quick_xml::events::BytesRef<'_>) -> Result<String, BadgeError> {
    let broken = BadgeError::Picture("it names an entity of its own");
    if let Some(character) = entity.resolve_char_ref().map_err(|_| broken.clone())? {
        return Ok(character.to_string());
    }
    let name = entity.xml10_content();
    quick_xml::escape::resolve_predefined_entity(&name).map(str::to_owned).ok_or(broken)
}

fn keep(found: &mut [Option<String>; 2], version: usize, text: &str) -> Result<(), BadgeError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(());
    }
    // With two of them, each program would show the one it likes.
    if found[version].replace(text.to_owned()).is_some() {
        return Err(BadgeError::Picture("it holds two badges"));
    }
    Ok(())
}
