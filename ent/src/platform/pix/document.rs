//! Documents of JSON:API (version 1.0), as far as Pix uses them: one object, and others that it refers to. Names are written with dashes; those
//! in camel case are read as well.

use serde_json::Value;

/// The most objects beside the main one.
const INCLUDED: usize = 200;

/// A document.
pub(super) struct Document(Value);

/// An object.
pub(super) struct Object<'a>(&'a Value);

impl Document {
    /// Reads a document; none when it is no object of JSON.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok().filter(Value::is_object).map(Self)
    }

    /// The object that it is about.
    pub(super) fn main(&self) -> Option<Object<'_>> {
        self.0.get("data").filter(|data| data.get("attributes").is_some_and(Value::is_object)).map(Object)
    }

    /// The objects of a type beside it.
    pub(super) fn included<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = Object<'a>> {
        let all = self.0.get("included").and_then(Value::as_array);
        let all = all.into_iter().flatten().take(INCLUDED);
        all.filter(move |object| object.get("type").and_then(Value::as_str) == Some(kind)).map(Object)
    }
}

impl Object<'_> {
    pub(super) fn id(&self) -> Option<String> {
        self.0.get("id").and_then(text)
    }

    /// An attribute that is text or a number, and is not empty.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.attribute(name).and_then(text)
    }

    /// Whether an attribute is there and false.
    pub(super) fn is_false(&self, name: &str) -> bool {
        self.attribute(name) == Some(&Value::Bool(false))
    }

    /// The ids of the objects that a relationship leads to.
    pub(super) fn related(&self, name: &str) -> Vec<String> {
        let data = self.0.get("relationships").and_then(|all| named(all, name)?.get("data"));
        let many = data.and_then(Value::as_array);
        many.into_iter().flatten().take(INCLUDED).filter_map(|object| object.get("id").and_then(text)).collect()
    }

    fn attribute(&self, name: &str) -> Option<&Value> {
        named(self.0.get("attributes")?, name)
    }
}

fn named<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    object.get(name).or_else(|| object.get(camel(name)))
}

/// `first-name` as `firstName`.
fn camel(name: &str) -> String {
    let mut parts = name.split('-');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |name, part| {
        let (initial, rest) = part.split_at_checked(1).unwrap_or((part, ""));
        name + &initial.to_ascii_uppercase() + rest
    })
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
