//! Certificates and badges: the original file, and a page that says in one line whether it is true.

mod reason;

use jiff::civil::Date;
use maud::{Markup, html};

use super::name::{Names, title};
use super::page::{facts, page, table};
use super::{Body, Kept, Lang, ViewFile};
use crate::record::{Badge, Certificate, Record, SourceId, Verification};

/// A page, or the original beside it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Page,
    Original,
}

pub(super) fn files(kept: &[&Kept], lang: Lang) -> Vec<ViewFile> {
    let mut names = Names::default();
    for kept in kept {
        if let Some((name, date)) = named(&kept.record) {
            let stem = title(&date.map_or_else(|| name.to_owned(), |date| format!("{name} {date}")));
            names.want((kept.id(), Place::Page), [], &format!("{stem}.html"));
            if let Some((_, ending)) = original(&kept.record) {
                names.want((kept.id(), Place::Original), [], &format!("{stem}.{ending}"));
            }
        }
    }
    let paths = names.give();
    let mut files = Vec::new();
    for kept in kept {
        if let (Some(path), Some(main)) = (paths.get(&(kept.id(), Place::Page)), main(&kept.record, lang)) {
            let name = named(&kept.record).map_or("", |(name, _)| name);
            files.push(ViewFile::of(path.clone(), Body::Bytes(page(lang, name, &[kept], &main)), kept));
        }
        if let (Some(path), Some((file, _))) = (paths.get(&(kept.id(), Place::Original)), original(&kept.record)) {
            files.push(ViewFile::of(path.clone(), Body::Source(file), kept));
        }
    }
    files
}

fn named(record: &Record) -> Option<(&str, Option<Date>)> {
    match record {
        Record::Certificate(certificate) => Some((&certificate.name, certificate.date.or(certificate.delivered))),
        Record::Badge(badge) => Some((&badge.name, badge.issued)),
        _ => None,
    }
}

/// The original file and its ending.
fn original(record: &Record) -> Option<(SourceId, &str)> {
    let (file, ending) = match record {
        Record::Certificate(certificate) => (certificate.file?, certificate.ending.as_deref().unwrap_or("pdf")),
        Record::Badge(badge) => (badge.file, badge.ending.as_str()),
        _ => return None,
    };
    let good = (1..=8).contains(&ending.len()) && ending.bytes().all(|byte| byte.is_ascii_alphanumeric());
    Some((file, if good { ending } else { "dat" }))
}

fn main(record: &Record, lang: Lang) -> Option<Markup> {
    match record {
        Record::Certificate(certificate) => Some(certificate_page(certificate, lang)),
        Record::Badge(badge) => Some(badge_page(badge, lang)),
        _ => None,
    }
}

fn certificate_page(certificate: &Certificate, lang: Lang) -> Markup {
    let day = |date: Option<Date>| date.map(|date| lang.day(date));
    let columns = ["column-competence", "column-field", "column-level"].map(|column| lang.say(column));
    let skill = |skill: &crate::record::CertificateSkill| {
        let name = format!("{} {}", skill.code, skill.name).trim().to_owned();
        vec![name, skill.area.clone().unwrap_or_default(), skill.level.to_string()]
    };
    let rows: Vec<_> = certificate.skills.iter().map(skill).collect();
    html! {
        (verified(&certificate.verification, lang))
        (facts(lang, &[
            ("fact-issuer", Some(certificate.issuer.clone())),
            ("fact-holder", certificate.holder.clone()),
            ("fact-exam", day(certificate.date)),
            ("fact-delivered", day(certificate.delivered)),
            ("fact-center", certificate.center.clone()),
            ("fact-score", certificate.score.as_deref().map(|score| super::decimal::shown(score, lang))),
            ("fact-level", certificate.level.clone()),
            ("fact-code", certificate.code.clone()),
        ]))
        @if !rows.is_empty() { (table(&lang.say("certificate-skills"), &columns, &rows)) }
    }
}

fn badge_page(badge: &Badge, lang: Lang) -> Markup {
    let day = |date: Option<Date>| date.map(|date| lang.day(date));
    html! {
        (verified(&badge.verification, lang))
        @if let Some(description) = &badge.description { p { (description) } }
        (facts(lang, &[
            ("fact-issuer", Some(badge.issuer.clone())),
            ("fact-delivered", day(badge.issued)),
            ("fact-expires", day(badge.expires)),
            ("fact-criteria", badge.criteria.clone()),
        ]))
    }
}

/// Whether it is true, in one line.
fn verified(verification: &Verification, lang: Lang) -> Markup {
    let line = match verification {
        Verification::Signed { issuer } => lang.say_with("verified-signed", &[("issuer", issuer)]),
        Verification::Confirmed { at } => match lang.day_of(*at) {
            Some(day) => lang.say_with("verified-confirmed", &[("day", &day)]),
            None => lang.say("verified-confirmed-once"),
        },
        Verification::Refused { reason } => {
            lang.say_with("verified-refused", &[("reason", &reason::words(reason, lang))])
        }
        Verification::Unknown { reason } => {
            lang.say_with("verified-unknown", &[("reason", &reason::words(reason, lang))])
        }
    };
    html! { p class="notice" { strong { bdi { (line) } } } }
}
