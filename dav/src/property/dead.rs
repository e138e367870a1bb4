//! Properties that clients set and only they understand, kept as extended attributes that the drive shows too.
//!
//! `{namespace}name` is the attribute `user.{namespace}name`. A value that is only text is kept as it is; anything else is
//! kept as the XML element it came in, which begins with `<`.

use crate::property::live::Live;
use crate::xml::{Child, Element, Name, is_name};

/// What the names of such attributes begin with.
pub(crate) const PREFIX: &[u8] = b"user.{";
/// The longest name of an attribute, in bytes (XATTR_NAME_MAX).
const NAME_BYTES: usize = 255;
/// The longest value, in bytes: all of them are read to list a folder.
const VALUE_BYTES: usize = 16 * 1024;

/// A property to be written, or removed.
#[derive(Debug, Clone)]
pub(crate) struct Dead {
    attribute: Vec<u8>,
    value: Option<Vec<u8>>,
}

impl Dead {
    /// A property with a value. None when its name or value is too long to keep.
    pub(crate) fn set(element: &Element) -> Option<Self> {
        let attribute = attribute(&element.name)?;
        let plain =
            element.attributes.is_empty() && element.children.iter().all(|child| matches!(child, Child::Text(_)));
        let text = element.text();
        let value = if plain && !text.starts_with('<') { text } else { element.to_xml() }.into_bytes();
        (value.len() <= VALUE_BYTES).then_some(Self { attribute, value: Some(value) })
    }

    /// A property that is to go.
    pub(crate) fn remove(name: &Name) -> Option<Self> {
        Some(Self { attribute: attribute(name)?, value: None })
    }

    /// As the core takes it: the attribute's name, and its value unless it is to go.
    pub(crate) fn attribute(&self) -> (Vec<u8>, Option<Vec<u8>>) {
        (self.attribute.clone(), self.value.clone())
    }
}

/// The property that an attribute keeps; none for one that is not ours or was damaged by others.
pub(crate) fn from_attribute(attribute: &[u8], value: &[u8]) -> Option<Element> {
    let name = std::str::from_utf8(attribute.strip_prefix(PREFIX)?).ok()?;
    let (space, local) = name.split_once('}')?;
    if !is_name(local) {
        return None;
    }
    let name = Name::new(space, local);
    // An attribute that somebody set on the drive must not speak for the share.
    if Live::of(&name).is_some_and(|live| live != Live::DisplayName) {
        return None;
    }
    let value = std::str::from_utf8(value).ok()?;
    if value.starts_with('<') {
        return Element::from_xml(value).ok().filter(|element| element.name == name);
    }
    let mut element = Element::new(name);
    if !value.is_empty() {
        element.children.push(Child::Text(value.to_owned()));
    }
    Some(element)
}

fn attribute(name: &Name) -> Option<Vec<u8>> {
    let attribute = format!("user.{{{}}}{}", name.space, name.local);
    (attribute.len() <= NAME_BYTES && !name.space.contains('}')).then(|| attribute.into_bytes())
}
