//! Pix: asks whether a certificate is true, with the code that stands on it. Anyone who has the code may (`POST /api/shared-certifications`).
//!
//! The answer is JSON:API: the certificate with its attributes, and beside it the areas and skills that it refers to.

mod document;

use jiff::civil::Date;
use reqwest::Url;
use serde_json::json;
use zeroize::Zeroizing;

use super::http::{Ask, Http, Manners};
use crate::connector::{Connector, Failure, Secret, Sink};
use crate::format::pix::{skill, verification_code};
use crate::record::{Certificate, CertificateSkill, Piece, Reason, Record, SchoolYear, Verification};
use document::{Document, Object};

/// Where Pix answers.
pub const ROOT: &str = "https://app.pix.fr/";

/// One certificate.
pub struct Pix {
    http: Http,
    root: Url,
    code: Zeroizing<String>,
    now: i64,
}

impl Pix {
    /// A certificate by its code, asked for at `root` ([`ROOT`]) at a time in seconds since 1970.
    ///
    /// # Errors
    /// [`Failure::BadLogin`] when the secret is no such code, and as [`Http::new`].
    pub fn new(root: Url, secret: &Secret, now: i64, manners: Manners) -> Result<Self, Failure> {
        let Secret::Code { code } = secret else { return Err(Failure::BadLogin) };
        let code = Zeroizing::new(code.trim().to_owned());
        if verification_code(&code) != Some(code.as_str()) {
            return Err(Failure::BadLogin);
        }
        Ok(Self { http: Http::new(manners)?, root, code, now })
    }

    fn certificate(&self, document: &Document) -> Result<Certificate, Failure> {
        let object = document.main().ok_or_else(|| Failure::Changed("no certificate is in the answer".to_owned()))?;
        let name = [object.text("first-name"), object.text("last-name")];
        let name: Vec<String> = name.into_iter().flatten().collect();
        let verification = if object.is_false("is-published") {
            Verification::Refused { reason: Reason::Unpublished }
        } else {
            Verification::Confirmed { at: self.now }
        };
        let level = object.text("global-level-label").or_else(|| object.text("level"));
        Ok(Certificate {
            name: "Pix".to_owned(),
            issuer: "Pix".to_owned(),
            holder: (!name.is_empty()).then(|| name.join(" ")),
            date: date(&object, "certification-date").or_else(|| date(&object, "date")),
            delivered: date(&object, "delivered-at"),
            center: object.text("certification-center"),
            score: object.text("pix-score"),
            level,
            code: Some(self.code.as_str().to_owned()),
            skills: skills(document),
            verification,
            file: None,
            ending: None,
        })
    }
}

impl Connector for Pix {
    async fn collect(&mut self, sink: &mut dyn Sink) -> Result<(), Failure> {
        sink.progress("certificate", 0, 1);
        let no_address = |_| Failure::Platform("its address is wrong".to_owned());
        let url = self.root.join("api/shared-certifications").map_err(no_address)?;
        let body = json!({ "verificationCode": self.code.as_str() }).to_string();
        let answer = self.http.send(Ask::post(url, "application/json", body)).await?;
        let answer = match answer.status {
            404 => return Err(Failure::BadLogin),
            _ => answer.success()?,
        };
        let document =
            Document::parse(&answer.body).ok_or_else(|| Failure::Changed("the answer is no JSON:API".to_owned()))?;
        let certificate = self.certificate(&document)?;
        let source = sink.source(&answer.body, "application/json")?;
        sink.piece(Piece {
            key: format!("pix/{}", self.code.as_str()),
            year: certificate.date.map(SchoolYear::of),
            school: certificate.center.clone(),
            pupil: None,
            record: Record::Certificate(certificate),
            source,
            dropped: Vec::new(),
        })?;
        sink.progress("certificate", 1, 1);
        Ok(())
    }
}

/// The skills that were examined, in the order of their numbers: Pix gives a level below 0 to others.
fn skills(document: &Document) -> Vec<CertificateSkill> {
    let areas: Vec<(String, Vec<String>)> = document
        .included("areas")
        .filter_map(|area| {
            Some((area.text("title").or_else(|| area.text("name"))?, area.related("result-competences")))
        })
        .collect();
    let mut skills: Vec<CertificateSkill> = document
        .included("result-competences")
        .filter_map(|result| {
            let code = result.text("index")?;
            let level = result.text("level")?.parse().ok()?;
            let known = skill(&code);
            let area = areas.iter().find(|(_, results)| result.id().is_some_and(|id| results.contains(&id)));
            let area = area.map(|(title, _)| title.clone()).or_else(|| known.map(|(area, _)| area.to_owned()));
            let name = result.text("name").or_else(|| known.map(|(_, name)| name.to_owned()));
            Some(CertificateSkill { area, name: name.unwrap_or_else(|| code.clone()), code, level })
        })
        .collect();
    skills.sort_by(|one, other| one.code.cmp(&other.code));
    skills
}

/// Reads an answer of any form; counts the skills. See [`crate::parsers`].
pub(crate) fn try_answer(bytes: &[u8]) -> Result<usize, Failure> {
    let document = Document::parse(bytes).filter(|document| document.main().is_some());
    let document = document.ok_or_else(|| Failure::Changed("the answer is no JSON:API".to_owned()))?;
    Ok(skills(&document).len())
}

/// A day, from a date or a time.
fn date(object: &Object<'_>, name: &str) -> Option<Date> {
    object.text(name)?.get(..10)?.parse().ok()
}
