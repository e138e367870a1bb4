//! Pix: says whether a certificate is true, in JSON:API (`POST /api/shared-certifications`, without a login). The form of the answer is that of
//! its serializer (`certificate-serializer.js` of 1024pix/pix): names with dashes, areas and skills beside the certificate.

use std::collections::BTreeMap;

use http::Method;
use parking_lot::Mutex;
use serde_json::{Value, json};

use crate::{Answer, Ask, Platform};

/// A certificate that Pix knows.
#[derive(Debug, Clone)]
pub struct PixCertificate {
    /// First name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Day of the examination.
    pub date: String,
    /// Points.
    pub score: u32,
    /// Whether it may be shown.
    pub is_published: bool,
    /// Skills: number, name, level; -1 for one that was not examined.
    pub skills: Vec<(String, String, i32)>,
}

/// Pix, with certificates by their codes.
#[derive(Debug, Default)]
pub struct Pix {
    certificates: Mutex<BTreeMap<String, PixCertificate>>,
}

impl Pix {
    /// Pix with one made-up certificate, of the code `P-TEST1234`.
    #[must_use]
    pub fn with_example() -> Self {
        let skill = |code: &str, name: &str, level| (code.to_owned(), name.to_owned(), level);
        let example = PixCertificate {
            first_name: "L\u{E9}a".into(),
            last_name: "Exemple".into(),
            date: "2026-03-14".into(),
            score: 412,
            is_published: true,
            skills: vec![
                skill("5.2", "Construire un environnement num\u{E9}rique", 4),
                skill("1.1", "Mener une recherche et une veille d'information", 3),
                skill("1.2", "G\u{E9}rer des donn\u{E9}es", -1),
            ],
        };
        let pix = Self::default();
        pix.put("P-TEST1234", example);
        pix
    }

    /// Puts a certificate in the place of the one of its code.
    pub fn put(&self, code: &str, certificate: PixCertificate) {
        self.certificates.lock().insert(code.to_owned(), certificate);
    }

    fn shared(&self, body: &[u8]) -> Answer {
        let Ok(question) = serde_json::from_slice::<Value>(body) else { return error(400, "Bad Request") };
        let code = question.get("verificationCode").and_then(Value::as_str).unwrap_or_default();
        let good = code.len() == 10
            && code.strip_prefix("P-").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        match self.certificates.lock().get(code) {
            _ if !good => error(400, "Bad Request"),
            Some(certificate) => Answer::of("application/json; charset=utf-8", document(code, certificate).to_string()),
            None => error(404, "Not Found"),
        }
    }
}

impl Platform for Pix {
    fn answer(&self, ask: &Ask) -> Answer {
        match (&ask.method, ask.uri.path()) {
            (&Method::POST, "/api/shared-certifications") => self.shared(&ask.body),
            _ => error(404, "Not Found"),
        }
    }
}

fn document(code: &str, certificate: &PixCertificate) -> Value {
    let areas: BTreeMap<&str, Vec<&(String, String, i32)>> =
        certificate.skills.iter().fold(BTreeMap::new(), |mut areas, skill| {
            areas.entry(skill.0.split('.').next().unwrap()).or_default().push(skill);
            areas
        });
    let link = |kind: &str, id: String| json!({ "type": kind, "id": id });
    let mut included: Vec<Value> = certificate
        .skills
        .iter()
        .map(|(index, name, level)| {
            json!({
                "type": "result-competences", "id": format!("rec{index}"),
                "attributes": { "index": index, "level": level, "name": name, "score": level.max(&0) * 8 },
            })
        })
        .collect();
    included.extend(areas.iter().map(|(area, skills)| {
        let results: Vec<Value> = skills.iter().map(|skill| link("result-competences", format!("rec{}", skill.0))).collect();
        json!({
            "type": "areas", "id": format!("area{area}"),
            "attributes": { "code": area, "name": format!("{area}. Domaine"), "title": format!("Domaine {area}"), "color": "jaffa" },
            "relationships": { "result-competences": { "data": results } },
        })
    }));
    let tree: Vec<Value> = areas.keys().map(|area| link("areas", format!("area{area}"))).collect();
    included.push(json!({
        "type": "result-competence-trees", "id": "1-1", "attributes": {},
        "relationships": { "areas": { "data": tree } },
    }));
    json!({
        "data": {
            "type": "certifications", "id": "1",
            "attributes": {
                "first-name": certificate.first_name, "last-name": certificate.last_name,
                "birthdate": "2011-02-03", "birthplace": "Rennes",
                "certification-center": "Coll\u{E8}ge de Test",
                "date": format!("{}T09:30:00.000Z", certificate.date), "delivered-at": "2026-04-20T08:00:00.000Z",
                "is-published": certificate.is_published, "pix-score": certificate.score, "status": null,
                "certified-badge-images": [], "max-reachable-level-on-certification-date": 7,
                "verification-code": code, "version": 3, "global-level-label": "Ind\u{E9}pendant 1",
            },
            "relationships": { "result-competence-tree": { "data": link("result-competence-trees", "1-1".into()) } },
        },
        "included": included,
    })
}

fn error(status: u16, title: &str) -> Answer {
    let body = json!({ "errors": [{ "status": status.to_string(), "title": title }] });
    Answer { status, ..Answer::of("application/json; charset=utf-8", body.to_string()) }
}
