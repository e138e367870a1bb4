//! The page of a folder.

use std::time::SystemTime;

use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::form::item;
use super::layout::{around, name, page, token};
use super::measure::{moment, size};
use super::{Column, Lang, Notice, Shown, Sort};

/// An entry of a folder.
pub(crate) struct Row {
    /// Its name as it is.
    pub(crate) name: String,
    /// Where it is, percent-encoded; folders end in a slash.
    pub(crate) href: String,
    /// Whether it is a folder.
    pub(crate) folder: bool,
    /// Its size in bytes; not shown for folders.
    pub(crate) size: u64,
    /// When it was changed last.
    pub(crate) modified: SystemTime,
    /// What a browser makes of it.
    pub(crate) kind: Shown,
}

/// A folder to be shown.
pub(crate) struct Listing<'a> {
    /// The language of the page.
    pub(crate) lang: Lang,
    /// Where times are read.
    pub(crate) zone: &'a TimeZone,
    /// Names and addresses from the bag down to this folder, percent-encoded; forms are sent to the last one.
    pub(crate) crumbs: &'a [(String, String)],
    /// What is in the folder, in any order.
    pub(crate) rows: &'a [Row],
    /// The order to show it in.
    pub(crate) sort: Sort,
    /// Whether this login may change the folder.
    pub(crate) writable: bool,
    /// The token of the session.
    pub(crate) csrf: &'a str,
    /// What the act before this page came to.
    pub(crate) notice: Option<Notice>,
    /// Room left, in bytes.
    pub(crate) free_bytes: Option<u64>,
    /// Seconds after which an idle session ends: the script then reloads the page, so that nothing stays on the screen.
    pub(crate) idle_seconds: u64,
}

/// The page of a folder.
pub(crate) fn listing(listing: &Listing<'_>) -> String {
    let lang = listing.lang;
    let (label, here) = listing.crumbs.last().map_or(("", "/"), |(label, href)| (label.as_str(), href.as_str()));
    let title = match listing.notice {
        Some(notice) if notice.is_error() => lang.say_with("title-error", [("title", label.into())]),
        _ => label.to_owned(),
    };
    let logout = html! {
        form method="post" action="/.cartable/logout" { (token(listing.csrf)) button { (lang.say("logout")) } }
    };
    let main = html! {
        div #folder data-idle=(listing.idle_seconds) {
            (path(lang, listing.crumbs))
            h1 { (name(label)) }
            @if let Some(notice) = listing.notice { (notice.markup(lang)) }
            p.facts {
                a href=(format!("{here}?zip")) { (lang.say("download-folder")) }
                @if let Some(free) = listing.free_bytes {
                    span { (lang.say_with("free", [("size", size(lang, free).into())])) }
                }
                @if !listing.writable { span { (lang.say("read-only")) } }
            }
            @if listing.writable { (adding(listing, here)) }
            @if listing.rows.is_empty() { p.empty { (lang.say("empty")) } } @else { (table(listing, here, label)) }
            @if listing.writable { (dialogs(listing, here)) }
        }
    };
    page(lang, &title, Some(logout), &main)
}

fn path(lang: Lang, crumbs: &[(String, String)]) -> Markup {
    html! {
        nav aria-label=(lang.say("path")) {
            ol {
                @for (at, (label, href)) in crumbs.iter().enumerate() {
                    @let here = at + 1 == crumbs.len();
                    li { a href=(href) aria-current=[here.then_some("page")] { (name(label)) } }
                }
            }
        }
    }
}

/// The forms that add to the folder. What decides (`replace`) is sent before the files it decides on.
fn adding(listing: &Listing<'_>, here: &str) -> Markup {
    let lang = listing.lang;
    html! {
        div.adding {
            section aria-labelledby="upload-title" {
                h2 #upload-title { (lang.say("upload-title")) }
                form #upload method="post" action=(here) enctype="multipart/form-data"
                    data-folders=(lang.say("no-folders")) data-broken=(lang.say("broken")) {
                    (token(listing.csrf))
                    input type="hidden" name="act" value="upload";
                    p {
                        input #replace type="checkbox" name="replace" value="1";
                        label for="replace" { (lang.say("replace")) }
                    }
                    p {
                        label for="files" { (lang.say("files")) }
                        input #files type="file" name="files" multiple required;
                    }
                    p { button { (lang.say("upload")) } span.drop hidden { (lang.say("drop")) } }
                    p.sending hidden {
                        label for="progress" { (lang.say("sending")) }
                        progress #progress max="1" value="0" {}
                        button type="button" { (lang.say("cancel")) }
                    }
                    p.failed role="alert" {}
                }
            }
            section aria-labelledby="create-title" {
                h2 #create-title { (lang.say("create-title")) }
                form method="post" action=(here) {
                    (token(listing.csrf))
                    input type="hidden" name="act" value="folder";
                    p {
                        label for="create" { (lang.say("name")) }
                        input #create name="name" required maxlength="255" autocomplete="off";
                    }
                    p { button { (lang.say("create")) } }
                }
            }
        }
    }
}

fn table(listing: &Listing<'_>, here: &str, label: &str) -> Markup {
    let lang = listing.lang;
    html! {
        // On phones the style makes blocks of rows; the roles keep them rows for screen readers.
        table role="table" {
            caption {
                (around(lang, "contents", label)) " "
                (lang.say_with("count", [("count", listing.rows.len().into())]))
            }
            thead role="rowgroup" {
                tr role="row" {
                    @for column in Column::ALL { (heading(listing, here, column)) }
                    th role="columnheader" scope="col" { (lang.say("acts")) }
                }
            }
            tbody role="rowgroup" { @for row in listing.sort.apply(listing.rows) { (line(listing, here, row)) } }
        }
    }
}

/// The heading of a column: its link orders by it, and turns the order round where it already does.
fn heading(listing: &Listing<'_>, here: &str, column: Column) -> Markup {
    let lang = listing.lang;
    let current = listing.sort.by == column;
    let descending = listing.sort.descending;
    let order = current.then_some(if descending { "descending" } else { "ascending" });
    let next = Sort { by: column, descending: current && !descending };
    html! {
        th role="columnheader" scope="col" aria-sort=[order] {
            a href=(format!("{here}?sort={}", next.word())) { (lang.say(match column {
                Column::Name => "name",
                Column::Size => "size",
                Column::Modified => "modified",
            })) }
        }
    }
}

fn line(listing: &Listing<'_>, here: &str, row: &Row) -> Markup {
    let lang = listing.lang;
    let class = match row.kind {
        _ if row.folder => "folder",
        Shown::Image => "image",
        Shown::Pdf => "pdf",
        Shown::Text => "text",
        Shown::Media => "media",
        Shown::Other => "other",
    };
    let stored = row.kind == Shown::Other;
    let item = item(&row.name);
    html! {
        tr role="row" {
            th role="rowheader" scope="row" class=(class) {
                a href=(row.href) download[stored && !row.folder] { (name(&row.name)) }
            }
            td role="cell" { @if row.folder { (lang.say("folder")) } @else { (size(lang, row.size)) } }
            td role="cell" { (moment(lang, listing.zone, row.modified)) }
            td.acts role="cell" {
                @if row.folder {
                    a href=(format!("{}?zip", row.href)) { (lang.say("download")) }
                } @else {
                    a href=(row.href) download { (lang.say("download")) }
                }
                @if listing.writable {
                    " " a href=(format!("{here}?rename={item}")) data-dialog="rename" { (lang.say("rename")) }
                    " " a href=(format!("{here}?delete={item}")) data-dialog="delete" { (lang.say("delete")) }
                }
            }
        }
    }
}

/// The questions that the script asks on the spot instead of going to their pages; it fills in the name.
fn dialogs(listing: &Listing<'_>, here: &str) -> Markup {
    let lang = listing.lang;
    html! {
        dialog #rename aria-labelledby="rename-title" {
            form method="post" action=(here) {
                h2 #rename-title { (around(lang, "rename-question", "")) }
                (token(listing.csrf))
                input type="hidden" name="act" value="rename";
                input type="hidden" name="item";
                p {
                    label for="rename-name" { (lang.say("new-name")) }
                    input #rename-name name="name" required maxlength="255" autocomplete="off";
                }
                p { button { (lang.say("rename")) } " " button type="button" data-close { (lang.say("cancel")) } }
            }
        }
        dialog #delete aria-labelledby="delete-title" {
            form method="post" action=(here) {
                h2 #delete-title { (around(lang, "delete-question", "")) }
                p.whole { (lang.say("delete-folder")) }
                (token(listing.csrf))
                input type="hidden" name="act" value="delete";
                input type="hidden" name="item";
                p {
                    button.danger { (lang.say("delete")) } " "
                    button type="button" data-close { (lang.say("cancel")) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::page::layout::tests::{NASTY, check};

    fn row(name: &str, href: &str, folder: bool, kind: Shown) -> Row {
        let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(1_764_101_640);
        Row { name: name.to_owned(), href: href.to_owned(), folder, size: 1500, modified, kind }
    }

    fn show(lang: Lang, writable: bool, rows: &[Row], notice: Option<Notice>) -> String {
        let crumbs = [("Cartable".to_owned(), "/".to_owned()), (NASTY.to_owned(), "/a%22/".to_owned())];
        listing(&Listing {
            lang,
            zone: &TimeZone::UTC,
            crumbs: &crumbs,
            rows,
            sort: Sort::from_word("-size"),
            writable,
            csrf: "\"><b>",
            notice,
            free_bytes: Some(1_234_567_890),
            idle_seconds: 900,
        })
    }

    #[test]
    fn pages_are_well_formed_and_escape_everything() {
        let rows = [
            row(NASTY, "/a%22/%3Cscript%3E", false, Shown::Image),
            row("Cours", "/a%22/Cours/\"><script>", true, Shown::Other),
            row("x.html", "/a%22/x.html", false, Shown::Other),
        ];
        for lang in [Lang::Fr, Lang::En] {
            for writable in [true, false] {
                for rows in [&rows[..], &[]] {
                    let html = show(lang, writable, rows, Some(Notice::Exists));
                    check(&html);
                    assert!(html.contains(&format!("<html lang=\"{}\">", lang.tag())));
                    assert!(!html.contains("<script>") && !html.contains("<b>"));
                    assert_eq!(html.matches("<script").count(), 1);
                    assert_eq!(html.contains("method=\"post\" action=\"/a%22/\""), writable);
                }
            }
        }
    }

    #[test]
    fn links_carry_names_whole() {
        let html = show(Lang::Fr, true, &[row(NASTY, "/x", false, Shown::Other)], None);
        let encoded = "%E2%80%AE%22%27%3E%3Cscript%3Ealert%281%29%3C%2Fscript%3E%26amp%3B%0A%252F%3F%23";
        for ask in ["rename", "delete"] {
            assert!(html.contains(&format!("href=\"/a%22/?{ask}={encoded}\"")), "{html}");
        }
    }

    #[test]
    fn the_order_is_said_and_can_be_turned() {
        let html = show(Lang::En, false, &[row("a", "/a", false, Shown::Text)], None);
        assert!(html.contains(" aria-sort=\"descending\"><a href=\"/a%22/?sort=size\">Size</a></th>"));
        assert!(html.contains(" scope=\"col\"><a href=\"/a%22/?sort=name\">Name</a></th>"));
    }

    #[test]
    fn errors_are_in_the_title_and_announced() {
        let html = show(Lang::Fr, true, &[], Some(Notice::NoRoom));
        assert!(html.contains("role=\"alert\"") && html.contains("<title>Erreur\u{a0}: "));
        let html = show(Lang::Fr, true, &[], Some(Notice::Made));
        assert!(html.contains("role=\"status\"") && !html.contains("<title>Erreur"));
    }
}
