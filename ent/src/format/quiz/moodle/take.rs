//! Taking what is known out of an element, so that what is left can be kept as it is.
//!
//! An element that says more than its place can hold is read, and left in as well.

use crate::format::quiz::model::{File, Format, Text};
use crate::format::quiz::number::Number;
use crate::format::quiz::report::{Problem, Reading};
use crate::format::quiz::xml::Element;

/// The value of the first child of this name, trimmed and not empty.
pub(super) fn scalar(element: &mut Element, name: &str) -> Option<String> {
    scalar_as(element, name, |text| (!text.is_empty()).then(|| text.to_owned()))
}

/// The value of the first child of this name, if `read` makes something of it. An empty one says nothing and is taken out.
pub(super) fn scalar_as<T>(element: &mut Element, name: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
    let first = element.children().find(|child| child.name == name)?;
    let text = first.text();
    let value = read(text.trim());
    let lonely = element.child(name).is_some_and(Element::is_plain);
    if lonely && (value.is_some() || text.trim().is_empty()) {
        element.take_children(name);
    }
    value
}

/// A number in the child of this name; what is no number is reported and left in.
pub(super) fn number(element: &mut Element, name: &str, place: &str, reading: &mut Reading) -> Option<Number> {
    let wrong = element.child(name).map(|child| child.text()).filter(|text| !text.trim().is_empty());
    let number = scalar_as(element, name, Number::parse);
    if let (Some(text), None) = (wrong, &number) {
        reading.report(place, Problem::Value(format!("{name}: {}", shortened(&text))));
    }
    number
}

/// Yes or no, in one of the ways that Moodle writes it.
pub(super) fn flag(element: &mut Element, name: &str) -> Option<bool> {
    scalar_as(element, name, boolean)
}

pub(super) fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" | "true" | "True" | "TRUE" => Some(true),
        "0" | "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

/// The text in the child of this name.
pub(super) fn text(element: &mut Element, name: &str, place: &str, reading: &mut Reading) -> Option<Text> {
    let first = element.children().find(|child| child.name == name)?;
    let (text, whole) = text_of(first, place, reading);
    if whole && element.child(name).is_some() {
        element.take_children(name);
    }
    Some(text).filter(|text| !text.is_empty())
}

/// The words in the child of this name, where no format and no file belongs.
pub(super) fn words(element: &mut Element, name: &str, place: &str, reading: &mut Reading) -> Option<String> {
    let first = element.children().find(|child| child.name == name)?;
    let (text, whole) = text_of(first, place, reading);
    if whole && text.format.is_none() && text.files.is_empty() && element.child(name).is_some() {
        element.take_children(name);
    }
    Some(text.body).filter(|text| !text.is_empty())
}

/// The texts in all children of this name; if one does not fit, all are left in too.
pub(super) fn texts(element: &mut Element, name: &str, place: &str, reading: &mut Reading) -> Vec<Text> {
    let read: Vec<(Text, bool)> =
        element.children().filter(|child| child.name == name).map(|child| text_of(child, place, reading)).collect();
    if read.iter().all(|(text, whole)| *whole && !text.is_empty()) {
        element.take_children(name);
    }
    read.into_iter().map(|(text, _)| text).filter(|text| !text.is_empty()).collect()
}

/// Takes body, format and files out of an element that is a text and more, such as an answer.
pub(super) fn text_inside(element: &mut Element, place: &str, reading: &mut Reading) -> Text {
    let body = body(element);
    if element.child("text").is_some_and(Element::is_plain) {
        element.take_children("text");
    }
    let format = element.take_attribute("format", format);
    let files = files(element, place, reading);
    Text { body, format, files }
}

/// The words of an element: those of its `text`, or its own.
fn body(element: &Element) -> String {
    element
        .children()
        .find(|child| child.name == "text")
        .map_or_else(|| element.text().trim().to_owned(), Element::text)
}

/// A text, and whether that is all that the element says.
fn text_of(element: &Element, place: &str, reading: &mut Reading) -> (Text, bool) {
    let mut rest = element.clone();
    let text = text_inside(&mut rest, place, reading);
    let whole = rest.attributes.is_empty() && rest.text().trim().is_empty() && rest.children().next().is_none();
    (text, whole)
}

/// Takes the files out that can be read; the others are reported and left in.
fn files(element: &mut Element, place: &str, reading: &mut Reading) -> Vec<File> {
    let known = |child: &Element| {
        child.attributes.iter().all(|(name, value)| match name.as_str() {
            "name" | "path" => true,
            "encoding" => value == "base64",
            _ => false,
        }) && child.attribute("encoding").is_some()
    };
    let (mut files, mut odd) = (Vec::new(), false);
    for child in element.children().filter(|child| child.name == "file") {
        match base64(&child.text()).filter(|_| known(child) && child.children().next().is_none()) {
            Some(base64) => files.push(File {
                name: child.attribute("name").unwrap_or_default().to_owned(),
                path: child.attribute("path").filter(|path| *path != "/").map(str::to_owned),
                base64,
            }),
            None => {
                let name = child.attribute("name").unwrap_or_default();
                reading.report(place, Problem::File(shortened(name)));
                odd = true;
            }
        }
    }
    if !odd {
        element.take_children("file");
    }
    files
}

/// The base64 in a text, in its usual form; none if it is no base64.
fn base64(text: &str) -> Option<String> {
    let packed: String = text.chars().filter(|sign| !sign.is_ascii_whitespace()).collect();
    data_encoding::BASE64.decode(packed.as_bytes()).ok().map(|_| packed)
}

pub(super) fn format(name: &str) -> Option<Format> {
    Format::ALL.into_iter().find(|format| format.xml_name() == name)
}

/// The beginning of a text, for reports.
pub(super) fn shortened(text: &str) -> String {
    text.trim().chars().take(80).collect()
}
