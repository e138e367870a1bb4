//! HTML of platforms, made harmless: text, lists, tables, links and pictures that are inside it. No scripts, no handlers, no styles,
//! nothing that is fetched when the page is opened.

use std::borrow::Cow;
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use maud::{Markup, PreEscaped, html};

use crate::format::ics::write::plain_text;

/// Longest text that is parsed, in bytes.
const LONGEST: usize = 1 << 20;

/// How many tags are parsed: what they may cost grows with the square of their depth.
const TAGS: usize = 10_000;

/// Elements that a parser opens again in each paragraph until they are closed (HTML standard, "list of active formatting elements").
const REOPENED: [&str; 14] =
    ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];

/// How many of those are parsed, times the tags there are: what a parser may make of them.
const MADE: usize = 500_000;

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(cleaner);

/// The harmless part of a text in HTML. What is too long to be parsed becomes plain text, cut.
pub(super) fn clean(text: &str) -> Markup {
    let tags = text.bytes().filter(|&byte| byte == b'<').count();
    if text.len() > LONGEST || tags > TAGS {
        let letters: String = plain_text(text).chars().take(LONGEST / 4).collect();
        return paragraphs(&letters);
    }
    if !text.contains(['<', '&']) {
        return paragraphs(text);
    }
    let reopened = text.split('<').skip(1).filter(|tag| is_reopened(tag)).count();
    if reopened.saturating_mul(tags) > MADE {
        return PreEscaped(CLEANER.clean(&without_reopened(text)).to_string());
    }
    PreEscaped(CLEANER.clean(text).to_string())
}

fn paragraphs(text: &str) -> Markup {
    html! { @for line in text.lines().filter(|line| !line.trim().is_empty()) { p { (line) } } }
}

/// Whether what follows a `<` is a tag of an element that is opened again.
fn is_reopened(tag: &str) -> bool {
    let name = tag.split(|letter: char| !letter.is_ascii_alphanumeric()).next().unwrap_or_default();
    REOPENED.iter().any(|reopened| name.eq_ignore_ascii_case(reopened))
}

/// The text without those elements; what they held stays. A space stands for each tag, so that no new tag comes about.
fn without_reopened(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut parts = text.split('<');
    out.push_str(parts.next().unwrap_or_default());
    for tag in parts {
        if is_reopened(tag.strip_prefix('/').unwrap_or(tag)) {
            out.push(' ');
            out.push_str(tag.split_once('>').map_or("", |(_, after)| after));
        } else {
            out.push('<');
            out.push_str(tag);
        }
    }
    out
}

fn cleaner() -> Builder<'static> {
    let mut builder = Builder::default();
    builder
        // The page has its own first headings; a lesson's are below them.
        .rm_tags(["h1", "h2", "map", "area"])
        .add_url_schemes(["data"])
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer"))
        .attribute_filter(|element, attribute, value| match (element, attribute) {
            ("img", "src") => is_picture(value).then_some(Cow::Borrowed(value)),
            (_, "src" | "href" | "cite") => is_address(value).then_some(Cow::Borrowed(value)),
            _ => Some(Cow::Borrowed(value)),
        });
    builder
}

/// Whether an address is one that a person may follow.
pub(super) fn is_address(url: &str) -> bool {
    let lower = url.trim_start().get(..8).unwrap_or(url).to_ascii_lowercase();
    ["http://", "https://", "mailto:"].iter().any(|scheme| lower.starts_with(scheme))
}

/// Whether an address is a picture that is inside it, of a kind that holds no script.
fn is_picture(url: &str) -> bool {
    ["png", "jpeg", "gif", "webp"].iter().any(|kind| {
        url.strip_prefix("data:image/")
            .and_then(|rest| rest.strip_prefix(kind))
            .is_some_and(|r| r.starts_with(";base64,"))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_acts_or_is_fetched_is_taken_out() {
        for (text, cleaned) in [
            ("<p onclick=\"x()\">Lire <b>p. 12</b><script>alert(1)</script></p>", "<p>Lire <b>p. 12</b></p>"),
            ("<a href=\"javascript:x()\">a</a>", "<a rel=\"noopener noreferrer\">a</a>"),
            ("<a href=\"data:text/html,x\">a</a>", "<a rel=\"noopener noreferrer\">a</a>"),
            (
                "<a href=\"https://example.org/\" target=\"_top\">a</a>",
                "<a href=\"https://example.org/\" rel=\"noopener noreferrer\">a</a>",
            ),
            ("<img src=\"https://example.org/t.gif\" alt=\"t\">", "<img alt=\"t\">"),
            ("<img src=\"data:image/svg+xml;base64,AA\">", "<img>"),
            ("<img src=\"data:image/png;base64,AA==\">", "<img src=\"data:image/png;base64,AA==\">"),
            ("<img src=\"/photo.png\">", "<img>"),
            ("<style>*{background:url(//x)}</style><h1>T</h1>", "T"),
            ("<p style=\"background:url(https://x/)\">a</p>", "<p>a</p>"),
            ("<iframe src=\"https://x/\"></iframe><form action=\"/x\"><input></form>", ""),
            ("a < b", "a &lt; b"),
            ("un\ndeux", "<p>un</p><p>deux</p>"),
        ] {
            assert_eq!(clean(text).into_string(), cleaned, "{text}");
        }
    }

    #[test]
    fn a_deep_or_long_text_becomes_plain() {
        assert_eq!(clean(&format!("{}fin", "<div>".repeat(200_000))).into_string(), "<p>fin</p>");
        assert!(clean(&"<p>a".repeat(2_000)).into_string().starts_with("<p>a</p>"));
    }

    #[test]
    fn elements_that_open_again_and_again_are_left_out() {
        let many: String = (0..4_000).map(|number| format!("<font color={number}>")).collect();
        let cleaned = clean(&format!("{many}{}<<b>b>c", "<p>a".repeat(4_000))).into_string();
        assert!(cleaned.len() < 100_000 && cleaned.contains("<p>a</p>"), "{}", cleaned.len());
        let few = "<p><b>a</b> <a href=\"https://example.org/\">b</a></p>".repeat(200);
        assert!(clean(&few).into_string().starts_with("<p><b>a</b> <a href"));
    }

    proptest! {
        #[test]
        fn any_letters_are_cleaned(text in any::<String>()) {
            prop_assert!(!clean(&text).into_string().contains("<script"));
        }
    }
}
