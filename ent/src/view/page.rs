//! What all pages share: a frame that any browser shows without a network, and a line that says where the facts come from.

use std::collections::BTreeMap;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Kept, Lang};
use crate::record::{Origin, Platform, SchoolYear};

/// A page may show its own style and pictures that are inside it, and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

const STYLE: &str = include_str!("page/style.css");

/// Letters of a path that stand for themselves in an address.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Lines of provenance, at most.
const LINES: usize = 50;

/// A whole page: its heading, what it shows, and where `kept` come from.
pub(super) fn page(lang: Lang, title: &str, kept: &[&Kept], main: &Markup) -> Vec<u8> {
    let page = html! {
        (DOCTYPE)
        html lang=(lang.tag()) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    h1 { bdi { (title) } }
                    (main)
                }
                footer {
                    @for line in provenance(lang, kept) { p { (line) } }
                }
            }
        }
    };
    page.into_string().into_bytes()
}

/// A table: a name for those who can't see it, headings of its columns, rows whose first cell heads them. Columns without a cell are
/// left out.
pub(super) fn table(caption: &str, columns: &[String], rows: &[Vec<String>]) -> Markup {
    let filled: Vec<bool> = (0..columns.len())
        .map(|column| rows.iter().any(|row| row.get(column).is_some_and(|c| !c.is_empty())))
        .collect();
    let shown = |index: usize| index == 0 || filled.get(index).copied().unwrap_or(false);
    html! {
        table {
            caption { (caption) }
            thead {
                tr {
                    @for (index, column) in columns.iter().enumerate() {
                        @if shown(index) { th scope="col" { (column) } }
                    }
                }
            }
            tbody {
                @for row in rows {
                    tr {
                        @for (index, cell) in row.iter().enumerate() {
                            @if index == 0 { th scope="row" { bdi { (cell) } } }
                            @else if shown(index) { td { bdi { (cell) } } }
                        }
                    }
                }
            }
        }
    }
}

/// Labels and what stands behind them; those with nothing behind them are left out.
pub(super) fn facts(lang: Lang, facts: &[(&str, Option<String>)]) -> Markup {
    let given: Vec<_> =
        facts.iter().filter_map(|(label, value)| Some((label, value.as_ref().filter(|v| !v.is_empty())?))).collect();
    html! {
        @if !given.is_empty() {
            dl {
                @for (label, value) in given { dt { (lang.say(label)) } dd { bdi { (value) } } }
            }
        }
    }
}

/// The address of a file in a page, both by their paths below one folder.
pub(super) fn address(page: &[String], file: &[String]) -> String {
    let (Some((_, here)), Some((_, there))) = (page.split_last(), file.split_last()) else {
        return String::new();
    };
    let shared = here.iter().zip(there).take_while(|(one, other)| one == other).count();
    let up = here.len().saturating_sub(shared);
    let down = file.iter().skip(shared).map(|name| utf8_percent_encode(name, PATH).to_string());
    std::iter::repeat_n(String::from(".."), up).chain(down).collect::<Vec<_>>().join("/")
}

/// A shortcut to an address, as Windows and other desktops open it. Nothing for an address that is none of the web.
pub(super) fn shortcut(url: &str) -> Option<Vec<u8>> {
    let plain = url.trim();
    let good = super::clean::is_address(plain) && !plain.contains(|letter: char| letter.is_control());
    good.then(|| format!("[InternetShortcut]\r\nURL={plain}\r\n").into_bytes())
}

/// Where these come from, a line for each platform, school, school year and child of a parent's account.
pub(super) fn provenance(lang: Lang, kept: &[&Kept]) -> Vec<String> {
    let mut sources = BTreeMap::new();
    for kept in kept {
        let Origin { platform, school, year, pupil, .. } = &kept.origin;
        let source = (*platform, school.clone(), *year, pupil.clone());
        let fetched = sources.entry(source).or_insert(kept.origin.fetched);
        *fetched = kept.origin.fetched.max(*fetched);
    }
    type Source = (Platform, Option<String>, Option<SchoolYear>, Option<String>);
    let line = |((platform, school, year, pupil), fetched): (Source, i64)| {
        let platform = Some(lang.say(&format!("platform-{}", platform.name())));
        let source = [platform, school, year.map(|year| year.to_string()), pupil]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(", ");
        match lang.day_of(fetched) {
            Some(day) => lang.say_with("source-fetched", &[("source", &source), ("day", &day)]),
            None => lang.labelled("source", &source),
        }
    };
    sources.into_iter().take(LINES).map(line).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn path(text: &str) -> Vec<String> {
        text.split('/').map(String::from).collect()
    }

    #[test]
    fn addresses_are_relative_and_escaped() {
        for (page, file, url) in [
            ("2025/Maths/Sommaire.html", "2025/Maths/1 \u{e9}/a#b.pdf", "1%20%C3%A9/a%23b.pdf"),
            ("2025/Maths/s/p.html", "2025/Maths/a.pdf", "../a.pdf"),
            ("p.html", "a/b", "a/b"),
            ("p.html", "javascript:x", "javascript%3Ax"),
        ] {
            assert_eq!(address(&path(page), &path(file)), url);
        }
    }

    #[test]
    fn a_shortcut_leads_to_the_web_only() {
        assert_eq!(
            shortcut(" https://example.org/a ").unwrap(),
            b"[InternetShortcut]\r\nURL=https://example.org/a\r\n"
        );
        for url in ["file:///etc/passwd", "javascript:x", "https://x/\r\nIconFile=\\\\h\\s", "//x"] {
            assert_eq!(shortcut(url), None, "{url}");
        }
    }

    #[test]
    fn text_is_escaped_and_the_page_fetches_nothing() {
        let table =
            table("T", &["A".into(), "B".into(), "C".into()], &[vec!["<script>".into(), String::new(), "x".into()]]);
        let page = String::from_utf8(page(Lang::En, "<script>alert(1)</script>", &[], &table)).unwrap();
        assert!(!page.contains("<script") && page.contains("&lt;script&gt;alert(1)"), "{page}");
        assert!(page.contains("th scope=\"col\">A<") && !page.contains(">B<"), "{page}");
        assert!(page.contains("<html lang=\"en\">") && page.contains("default-src 'none'"));
        assert!(!page.contains("http:") && !page.contains("https:"));
    }
}
