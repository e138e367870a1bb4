//! One level of one competence, wherever it stands: in an evaluation, a report card, a certificate.

use jiff::civil::Date;
use serde::Serialize;

use crate::record::{Acquired, Record, SchoolYear};
use crate::view::name::fold;
use crate::view::{Kept, Lang};

/// One level of one competence. Sorted by competence, then by day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Entry {
    /// Code of the competence.
    pub(super) code: Option<String>,
    /// Its name.
    pub(super) name: String,
    /// The day it was evaluated.
    pub(super) date: Option<Date>,
    /// The school year.
    pub(super) year: Option<SchoolYear>,
    /// The framework.
    pub(super) framework: String,
    /// The field it is part of.
    pub(super) field: Option<String>,
    /// The level, as written.
    pub(super) level: String,
    /// The level as a number, where it is one.
    pub(super) rank: Option<u8>,
    /// What it was evaluated by.
    pub(super) source: String,
    /// The subject.
    pub(super) subject: Option<String>,
    /// The period.
    pub(super) period: Option<String>,
    /// Key of the record.
    pub(super) key: String,
}

impl Entry {
    fn new(kept: &Kept, acquired: &Acquired, date: Option<Date>, source: String) -> Self {
        Self {
            code: acquired.code.clone(),
            name: acquired.name.clone(),
            date,
            year: kept.year(),
            framework: acquired.framework.clone(),
            field: acquired.field.clone(),
            level: acquired.level.clone(),
            rank: acquired.rank,
            source,
            subject: None,
            period: None,
            key: kept.origin.key.clone(),
        }
    }

    /// What tells its competence from the others of its field.
    pub(super) fn competence(&self) -> String {
        self.code.clone().unwrap_or_else(|| fold(&self.name))
    }

    /// Its competence, as a page names it.
    pub(super) fn label(&self) -> String {
        // Codes such as CPD_FRA are for programs; those with a point are what people say.
        match &self.code {
            Some(code) if code.contains('.') => format!("{code} {}", self.name),
            _ => self.name.clone(),
        }
    }
}

/// All levels that a record holds, of every framework.
pub(super) fn entries(kept: &Kept, lang: Lang) -> Vec<Entry> {
    match &kept.record {
        Record::Evaluation(evaluation) => evaluation
            .acquired
            .iter()
            .map(|acquired| Entry {
                subject: evaluation.subject.clone(),
                period: evaluation.period.clone(),
                ..Entry::new(kept, acquired, evaluation.date, evaluation.label.clone())
            })
            .collect(),
        Record::ReportCard(card) => {
            let source = lang.say_with("report-title", &[("period", card.period.trim())]);
            let entry = |acquired| Entry {
                period: Some(card.period.clone()),
                ..Entry::new(kept, acquired, card.council, source.clone())
            };
            card.base.iter().map(entry).collect()
        }
        Record::Certificate(certificate) => {
            let framework = super::framework(certificate);
            let entry = |skill: &crate::record::CertificateSkill| {
                let acquired = Acquired {
                    framework: framework.to_owned(),
                    field: skill.area.clone(),
                    code: Some(skill.code.clone()).filter(|code| !code.is_empty()),
                    name: skill.name.clone(),
                    level: skill.level.to_string(),
                    rank: Some(skill.level),
                };
                Entry::new(kept, &acquired, certificate.date.or(certificate.delivered), certificate.name.clone())
            };
            certificate.skills.iter().map(entry).collect()
        }
        _ => Vec::new(),
    }
}
