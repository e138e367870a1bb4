//! Texts of strangers as HTML that does nothing but show: what may stay is listed, and the rest goes.
//!
//! No script, no style, no address that a page would load by itself. Pictures are those that the quiz brought along, inside the page.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

use ammonia::{Builder, UrlRelative};

use crate::format::quiz::model::{File, Format, Text};
use crate::format::quiz::report::{Loss, Losses};

/// Elements that may stay. Headings of a text would stand among those of the page; their words stay.
const ELEMENTS: [&str; 44] = [
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
    "var",
    "wbr",
];
/// Elements that open again in each paragraph until they are closed: a few hundred of them make millions.
const REOPENING: [&str; 14] =
    ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];
/// The most elements and references of a text.
const MOST_ELEMENTS: usize = 5_000;
/// The most work that all texts of a page may make: elements that stand in each other, summed.
const MOST_WORK: usize = 1 << 27;
/// The most that a text's reopening elements times its elements may be.
const MOST_REOPENED: usize = 500_000;
/// The most that pictures of a page may take, in bytes of base64.
const MOST_PICTURES: usize = 64 << 20;

/// Cleans the texts of one page.
pub(super) struct Cleaner {
    work: Cell<usize>,
    pictures: Cell<usize>,
}

impl Cleaner {
    pub(super) fn new() -> Self {
        Self { work: Cell::new(MOST_WORK), pictures: Cell::new(MOST_PICTURES) }
    }

    /// A text as HTML.
    pub(super) fn text(&self, text: &Text, losses: &mut Losses) -> String {
        self.body(&text.body, text, losses)
    }

    /// Another body, in the place of the text's own: its files and its format hold for it.
    pub(super) fn body(&self, body: &str, text: &Text, losses: &mut Losses) -> String {
        match text.format {
            Some(Format::Plain | Format::Markdown) => {
                losses.add_if(!text.files.is_empty(), Loss::File);
                lines(&escape(body))
            }
            Some(Format::Html) => self.html(body, &text.files, losses),
            // Lines of such texts break where they do, unless they say themselves where.
            Some(Format::Moodle) | None if has_blocks(body) => self.html(body, &text.files, losses),
            Some(Format::Moodle) | None => self.html(&lines(body), &text.files, losses),
        }
    }

    fn html(&self, body: &str, files: &[File], losses: &mut Losses) -> String {
        let shape = Shape::of(body);
        losses.add_if(shape.harmful, Loss::Html);
        let work = shape.elements.saturating_mul(shape.elements);
        let reopened = shape.elements.saturating_mul(shape.reopening);
        if shape.elements > MOST_ELEMENTS || reopened > MOST_REOPENED || work > self.work.get() {
            losses.add(Loss::Html);
            return lines(&escape(body));
        }
        self.work.set(self.work.get().saturating_sub(work));
        let body = self.with_pictures(body, files, losses);
        let remote = Arc::new(AtomicBool::new(false));
        let met = Arc::clone(&remote);
        let mut builder = Builder::default();
        builder
            .tags(HashSet::from(ELEMENTS))
            .tag_attributes(ATTRIBUTES.clone())
            .generic_attributes(HashSet::from(["dir", "lang", "title"]))
            .url_schemes(HashSet::from(["http", "https", "mailto", "data"]))
            .url_relative(UrlRelative::Deny)
            .attribute_filter(move |element, attribute, value| match (element, attribute) {
                ("img", "src") if is_picture(value) => Some(Cow::Borrowed(value)),
                ("img", "src") => {
                    met.store(true, Ordering::Relaxed);
                    None
                }
                ("a", "href") => Some(Cow::Borrowed(value)).filter(|_| is_link(value)),
                _ => Some(Cow::Borrowed(value)),
            });
        let clean = builder.clean(&body).to_string();
        losses.add_if(remote.load(Ordering::Relaxed), Loss::RemotePicture);
        clean
    }

    /// Puts the pictures that a text names by `@@PLUGINFILE@@/` into it.
    fn with_pictures(&self, body: &str, files: &[File], losses: &mut Losses) -> String {
        const MARK: &str = "@@PLUGINFILE@@";
        let mut parts = body.split(MARK);
        let mut shown = parts.next().unwrap_or_default().to_owned();
        let mut used = HashSet::new();
        let known: HashMap<String, &File> = files.iter().map(|file| (path_of(file), file)).collect();
        for part in parts {
            let end = part.find(['"', '\'', ' ', '>', '<', ')', '?', '#']).unwrap_or(part.len());
            let (path, rest) = part.split_at(end);
            let name = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
            let found = known.get(&*name);
            let picture = found.and_then(|file| picture(file)).filter(|picture| picture.len() <= self.pictures.get());
            if let (Some(file), Some(picture)) = (found, picture) {
                self.pictures.set(self.pictures.get().saturating_sub(picture.len()));
                used.insert(path_of(file));
                shown.push_str(&picture);
                // What asks for a size or a download means nothing inside a page.
                shown.push_str(rest.trim_start_matches(|sign| !matches!(sign, '"' | '\'' | ' ' | '>' | '<' | ')')));
            } else {
                losses.add(Loss::File);
                shown.push_str(MARK);
                shown.push_str(part);
            }
        }
        losses.add_if(files.iter().any(|file| !used.contains(&path_of(file))), Loss::File);
        shown
    }
}

/// The words of a text without its elements, as HTML.
pub(super) fn words(body: &str) -> String {
    if Shape::of(body).elements > MOST_ELEMENTS / 10 {
        return escape(body);
    }
    Builder::empty().clean(body).to_string()
}

/// The text with references for the signs that HTML gives a meaning.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

static ATTRIBUTES: LazyLock<HashMap<&'static str, HashSet<&'static str>>> = LazyLock::new(|| {
    HashMap::from([
        ("a", HashSet::from(["href"])),
        ("col", HashSet::from(["span"])),
        ("colgroup", HashSet::from(["span"])),
        ("img", HashSet::from(["src", "alt", "width", "height"])),
        ("ol", HashSet::from(["start", "type", "reversed"])),
        ("td", HashSet::from(["colspan", "rowspan", "headers"])),
        ("th", HashSet::from(["colspan", "rowspan", "scope"])),
    ])
});

/// What a body is made of, by its looks.
#[derive(Default)]
struct Shape {
    elements: usize,
    reopening: usize,
    harmful: bool,
}

impl Shape {
    fn of(body: &str) -> Self {
        const HARMFUL: [&str; 12] =
            ["script", "style", "iframe", "object", "embed", "form", "input", "link", "meta", "base", "svg", "math"];
        // The parser begins anew at each reference, which takes as long as an element does.
        let elements = body.bytes().filter(|byte| matches!(byte, b'&' | 0)).count();
        let mut shape = Self { elements, ..Self::default() };
        for tag in body.split('<').skip(1) {
            shape.elements = shape.elements.saturating_add(1);
            let end = tag.find(|sign: char| !sign.is_ascii_alphanumeric()).unwrap_or(tag.len()).min(16);
            let name = tag.get(..end).unwrap_or_default().to_ascii_lowercase();
            shape.reopening = shape.reopening.saturating_add(usize::from(REOPENING.contains(&name.as_str())));
            let inside = tag.split('>').next().unwrap_or_default();
            let handler = inside.split([' ', '\t', '\n', '"', '\'', '/']).any(|word| {
                let word = word.get(..2).unwrap_or_default();
                !name.is_empty() && word.eq_ignore_ascii_case("on")
            } && inside.contains('='));
            shape.harmful |= handler || HARMFUL.contains(&name.as_str());
        }
        shape
    }
}

fn has_blocks(body: &str) -> bool {
    ["<p", "<br", "<div", "<table", "<ul", "<ol", "<pre"].iter().any(|tag| body.contains(tag))
}

fn lines(html: &str) -> String {
    html.trim().replace('\n', "<br>")
}

fn path_of(file: &File) -> String {
    format!("{}{}", file.path.as_deref().unwrap_or("/"), file.name)
}

/// A file as an address that holds it, if it is a picture that every browser shows and that can't run.
fn picture(file: &File) -> Option<String> {
    Some(format!("data:image/{};base64,{}", kind(&file.base64)?, file.base64))
}

/// Whether an address holds a picture, and says truly of which kind.
fn is_picture(address: &str) -> bool {
    let said = address.strip_prefix("data:image/").and_then(|rest| rest.split_once(";base64,"));
    said.is_some_and(|(name, base64)| kind(base64) == Some(name))
}

/// The kind of a picture by its first bytes.
fn kind(base64: &str) -> Option<&'static str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let begin = data_encoding::BASE64.decode(base64.get(..12)?.as_bytes()).ok()?;
    let kind = match begin.as_slice() {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => "png",
        [0xff, 0xd8, 0xff, ..] => "jpeg",
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => "gif",
        _ => return None,
    };
    base64.bytes().all(plain).then_some(kind)
}

fn is_link(address: &str) -> bool {
    ["http://", "https://", "mailto:"]
        .iter()
        .any(|scheme| address.get(..scheme.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(scheme)))
}
