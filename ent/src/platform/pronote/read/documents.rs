//! Papers to take away (`DocumentsATelecharger`): report cards of past years, and what was put into the pupil's locker.

use serde_json::{Value, json};

use crate::platform::pronote::found::{Found, Keys, Place};
use crate::platform::pronote::json;
use crate::record::{Record, ReportCard, SchoolYear};

/// A report card of a past year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct PastReport {
    /// Its key here.
    pub(in super::super) key: String,
    /// Its school year.
    pub(in super::super) year: SchoolYear,
    /// Its period, or its title.
    pub(in super::super) period: String,
    /// The class.
    pub(in super::super) class: Option<String>,
    /// With what its PDF is asked for.
    pub(in super::super) ask: Value,
}

/// Reads the report cards of past years.
pub(in super::super) fn past_reports(answer: &Value, pupil: Option<&str>) -> Vec<PastReport> {
    let mut keys = Keys::of(pupil);
    let read = |of: &Value| {
        let year = i16::try_from(json::number(of, "annee")?).ok()?;
        let title = || json::text(of, "libelle").or_else(|| json::text(of, "L"));
        let period = json::text(of, "libellePeriodeNotation").or_else(title)?;
        let class = json::text(of, "libelleClasse");
        let year_text = year.to_string();
        let words = [year_text.as_str(), &period, class.as_deref().unwrap_or_default(), &title().unwrap_or_default()];
        let mut ask = json!({"genreGenerationPDF": PAST_REPORT, "avecDepot": true});
        for name in ["nomFichier", "ident", "libellePeriodeNotation", "libelleAnnee"] {
            if let (Some(value), Some(fields)) = (of.get(name), ask.as_object_mut()) {
                fields.insert(name.to_owned(), value.clone());
            }
        }
        Some(PastReport { key: keys.key("past-report", &words), year: SchoolYear(year), period, class, ask })
    };
    json::list(answer, "listeBulletinsBIA").iter().filter_map(read).collect()
}

/// A past report card as a fact: all that is known of it stands in its PDF.
pub(in super::super) fn past_report(report: &PastReport, pupil: &str) -> ReportCard {
    ReportCard { pupil: Some(pupil.to_owned()), class: report.class.clone(), ..ReportCard::of(report.period.clone()) }
}

/// Reads what was put into the locker: files, and no facts.
pub(in super::super) fn lockers(answer: &Value, pupil: Option<&str>) -> Found {
    let mut found = Found { facts: Vec::<(String, Record)>::new(), ..Found::default() };
    let mut keys = Keys::of(pupil);
    for of in json::list(answer, "listeDocumentsCasier") {
        let file = json::field(of, "documentCasier").unwrap_or(of);
        let (Some(id), Some(name)) = (json::text(file, "N"), json::text(file, "L")) else { continue };
        let day = json::date(of, "date").map(|date| date.to_string()).unwrap_or_default();
        let place = Place { folder: "Casier", subject: "Documents", day: &day, kind: None };
        keys.file(&id, &name, &place, &mut found);
    }
    found
}

/// A report card of a past year, among the kinds of PDF that are made.
const PAST_REPORT: u32 = 12;
