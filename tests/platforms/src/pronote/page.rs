//! Pages that come before a session's functions: the entry of each space, what the mobile application asks first, and the page of a
//! suspended address.

use serde_json::json;

use super::crypt;
use super::envelope::{Sealing, Version};
use super::school::{Role, School};
use super::session::{Session, Space};
use crate::Answer;

/// Where somebody may enter.
pub(crate) const SPACES: [Space; 3] = [
    Space { page: "eleve", numbers: (3, 6), mobile: false, name: "Espace \u{c9}l\u{e8}ves", role: Role::Pupil },
    Space { page: "parent", numbers: (2, 7), mobile: false, name: "Espace Parents", role: Role::Parent },
    Space { page: "professeur", numbers: (1, 8), mobile: false, name: "Espace Professeurs", role: Role::Teacher },
];

/// How a client hands over its vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrap {
    /// As it is: the page says nothing of a key.
    Plain,
    /// Encrypted with the key that the page gives (`MR`, `ER`).
    Page,
    /// Encrypted with the key that the client carries, as the page says by `http:true`. The fake knows no such key: clients must be given
    /// [`MODULUS`](super::MODULUS) in its place.
    Http,
}

/// The space of a page's name: `mobile.eleve.html`.
pub(crate) fn space(file: &str) -> Option<Space> {
    let name = file.strip_suffix(".html")?;
    let (name, mobile) = name.strip_prefix("mobile.").map_or((name, false), |name| (name, true));
    SPACES.into_iter().find(|space| space.page == name).map(|space| Space { mobile, ..space })
}

/// The entry page of a session's space.
pub(crate) fn entry(session: &Session, school: &School, sealing: Sealing, wrap: Wrap) -> Answer {
    let mut fields = vec![format!("h:'{}'", session.number), format!("a:{}", session.space.number())];
    if sealing.version >= Version::V2025 {
        fields.extend(sealing.encrypt.then(|| "CrA:true".to_owned()));
        fields.extend(sealing.compress.then(|| "CoA:true".to_owned()));
    } else {
        fields.extend((!sealing.encrypt).then(|| "sCrA:true".to_owned()));
        fields.extend((!sealing.compress).then(|| "sCoA:true".to_owned()));
    }
    match wrap {
        Wrap::Plain => (),
        Wrap::Page => fields.push(format!("MR:'{}',ER:'{:X}'", crypt::MODULUS, crypt::EXPONENT)),
        Wrap::Http => fields.push("http:true".to_owned()),
    }
    let start = format!("try {{ Start ({{{}}}) }} catch (e) {{ messageErreur (e) }}", fields.join(","));
    let (script, onload) = if sealing.version >= Version::V2026 {
        (format!("<script>window.onload = function () {{ {start} }};</script>"), String::new())
    } else {
        (String::new(), format!(" onload=\"{start}\""))
    };
    let title = title(sealing, &format!("{} - {}", escape(&school.name), session.space.name));
    page(&format!("{title}{script}"), &format!("<body id=\"id_body\"{onload}><div id=\"div\"></div></body>"))
}

/// The page from which one chooses a space.
pub(crate) fn choice(school: &School, sealing: Sealing) -> Answer {
    let link = |space: &Space| format!("<li><a href=\"{}.html\">{}</a></li>", space.page, space.name);
    let links: String = SPACES.iter().map(link).collect();
    page(&title(sealing, &escape(&school.name)), &format!("<body><ul>{links}</ul></body>"))
}

/// The page that an address gets which asked too often.
pub(crate) fn suspended(sealing: Sealing) -> Answer {
    let words =
        "Votre adresse IP est provisoirement suspendue. Une activit\u{e9} anormale a \u{e9}t\u{e9} constat\u{e9}e.";
    page(&title(sealing, "Acc\u{e8}s suspendu"), &format!("<body><p>{words}</p></body>"))
}

/// What the mobile application asks first.
pub(crate) fn mobile_app(school: &School, sealing: Sealing) -> Answer {
    let version: Vec<u32> = sealing.version.text().split('.').filter_map(|part| part.parse().ok()).collect();
    let space = |space: &Space| json!({"nom": space.name, "URL": format!("mobile.{}.html", space.page)});
    let info = json!({
        "version": version,
        "date": jiff::Timestamp::now().to_string(),
        "CAS": {"actif": false},
        "espaces": SPACES.iter().map(space).collect::<Vec<_>>(),
        "nomEtab": school.name,
    });
    Answer::of("application/json; charset=utf-8", info.to_string())
}

fn title(sealing: Sealing, rest: &str) -> String {
    format!("<title>PRONOTE {} - {rest}</title>", sealing.version.text())
}

fn page(head: &str, body: &str) -> Answer {
    let html = format!("<!DOCTYPE html>\n<html lang=\"fr\"><head><meta charset=\"utf-8\">{head}</head>{body}</html>\n");
    Answer::of("text/html; charset=utf-8", html)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
