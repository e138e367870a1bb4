//! What all pages share: head, skip link, banner, main part.

use maud::{DOCTYPE, Markup, html};

use super::Lang;

/// A whole page. `title` is its name in tabs and history; `end` is what stands in the banner beside the product's name.
pub(super) fn page(lang: Lang, title: &str, end: Option<Markup>, main: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang=(lang.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { (title) " - " (lang.say("product")) }
                link rel="icon" href="/.cartable/icon.svg" type="image/svg+xml";
                link rel="stylesheet" href="/.cartable/style.css";
                script src="/.cartable/script.js" defer {}
            }
            body {
                a.skip href="#main" { (lang.say("skip")) }
                header { p.product { (lang.say("product")) } @if let Some(end) = end { (end) } }
                main #main tabindex="-1" { (main) }
            }
        }
    };
    page.into_string()
}

/// A name as it stands on a page: apart from the direction and the language of what surrounds it.
pub(super) fn name(name: &str) -> Markup {
    html! { bdi translate="no" { (name) } }
}

/// A message with a name in it.
pub(super) fn around(lang: Lang, id: &str, name: &str) -> Markup {
    let (before, after) = lang.say_around(id);
    html! { (before) (self::name(name)) (after) }
}

/// The field that proves that a form comes from a page of this session.
pub(super) fn token(csrf: &str) -> Markup {
    html! { input type="hidden" name="csrf" value=(csrf); }
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    /// Elements that have no end tag.
    const VOID: [&str; 5] = ["meta", "link", "input", "br", "img"];

    /// Sees that tags balance, attributes are quoted, ids are unique and what refers to an id finds it.
    pub(crate) fn check(html: &str) {
        let rest = html.strip_prefix("<!DOCTYPE html>").unwrap();
        let (mut open, mut ids, mut references) = (Vec::new(), Vec::new(), Vec::new());
        for piece in rest.split('<').skip(1) {
            let (tag, text) = piece.split_once('>').unwrap();
            assert!(!text.contains('>'), "{text}");
            if let Some(ended) = tag.strip_prefix('/') {
                assert_eq!(open.pop(), Some(ended), "{html}");
                continue;
            }
            let (element, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
            if !VOID.contains(&element) {
                open.push(element);
            }
            assert!(!attributes.contains("style=") && !attributes.contains(" on"), "inline: {tag}");
            let mut parts = attributes.split('"');
            while let (Some(name), Some(value)) = (parts.next(), parts.next()) {
                let name = name.rsplit(' ').next().unwrap().trim_end_matches('=');
                match name {
                    "id" => ids.push(value),
                    "for" | "aria-describedby" | "aria-labelledby" | "form" => references.extend(value.split(' ')),
                    "href" => references.extend(value.strip_prefix('#')),
                    _ => {}
                }
            }
        }
        assert!(open.is_empty(), "{open:?} stay open");
        for (at, id) in ids.iter().enumerate() {
            assert!(!ids[..at].contains(id), "{id} twice");
        }
        for id in references {
            assert!(ids.contains(&id), "nothing is called {id}");
        }
        assert_eq!(html.matches("<h1").count(), 1);
    }

    /// A name that tries everything.
    pub(crate) const NASTY: &str = "\u{202e}\"'><script>alert(1)</script>&amp;\n%2F?#";

    #[test]
    fn names_are_escaped_and_apart() {
        let html = super::name(NASTY).into_string();
        assert!(
            html.starts_with("<bdi translate=\"no\">\u{202e}&quot;'&gt;&lt;script&gt;") && html.ends_with("</bdi>")
        );
    }
}
