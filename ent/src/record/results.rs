//! What a person achieved: marks, report cards, competences, certificates, badges.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Marks that are no number, as PRONOTE has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SpecialMark {
    /// Was not there.
    Absent,
    /// Was excused.
    Exempt,
    /// Is not marked.
    NotMarked,
    /// Was not able to.
    Unfit,
    /// Did not hand it in.
    NotHandedIn,
    /// Was not there, which counts as zero.
    AbsentZero,
    /// Did not hand it in, which counts as zero.
    NotHandedInZero,
    /// Was congratulated.
    Congratulations,
}

/// A mark: a number, or what stands in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Score {
    /// A decimal number with a point: `14.5`.
    Value(String),
    /// No number.
    Special(SpecialMark),
    /// Letters and other words that count as no number.
    Text(String),
}

/// One mark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Subject.
    pub subject: String,
    /// What was marked.
    pub label: String,
    /// On which day.
    pub date: Option<Date>,
    /// In which period, by its name.
    pub period: Option<String>,
    /// The mark.
    pub score: Score,
    /// Out of how much.
    pub out_of: Option<String>,
    /// How much it counts.
    pub coefficient: Option<String>,
    /// The class's average.
    pub class_average: Option<String>,
    /// The class's lowest mark.
    pub class_min: Option<String>,
    /// The class's highest mark.
    pub class_max: Option<String>,
    /// What the teacher wrote about it.
    pub comment: Option<String>,
    /// Only points above the average count.
    pub bonus: bool,
    /// Counts only where it helps.
    pub optional: bool,
}

/// What somebody wrote, and as whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appreciation {
    /// As whom: `Appreciation globale`, the head teacher.
    pub title: String,
    /// What.
    pub text: String,
}

/// One subject of a report card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportSubject {
    /// Subject.
    pub subject: String,
    /// The subject or field it is part of.
    pub group: Option<String>,
    /// Teachers.
    pub teachers: Vec<String>,
    /// How much it counts.
    pub coefficient: Option<String>,
    /// The person's average.
    pub average: Option<Score>,
    /// The class's average.
    pub class_average: Option<String>,
    /// The lowest average.
    pub class_min: Option<String>,
    /// The highest average.
    pub class_max: Option<String>,
    /// What the teachers wrote.
    pub appreciations: Vec<String>,
    /// Parts of the programme that were worked on.
    pub elements: Vec<String>,
    /// Level from 1 to 4, where the school gives no averages.
    pub level: Option<u8>,
}

/// A report card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportCard {
    /// Whose, by name.
    pub pupil: Option<String>,
    /// Their class.
    pub class: Option<String>,
    /// Which period, by its name.
    pub period: String,
    /// When the class council met.
    pub council: Option<Date>,
    /// Average of all subjects.
    pub average: Option<Score>,
    /// The class's.
    pub class_average: Option<String>,
    /// The subjects, in the order given.
    pub subjects: Vec<ReportSubject>,
    /// What was written about all of it.
    pub appreciations: Vec<Appreciation>,
    /// Levels of the common base of knowledge (socle commun).
    pub base: Vec<Acquired>,
    /// Delays, absences: name and number.
    pub school_life: Vec<(String, String)>,
    /// Help given, by code (PAP, PPS, ULIS...): sensitive, left out of whatever is shared unless its owner says otherwise.
    pub support: Vec<String>,
    /// The original PDF, when the platform gives one.
    pub pdf: Option<super::SourceId>,
}

impl ReportCard {
    /// A report card of which no more than its period is known.
    #[must_use]
    pub fn of(period: String) -> Self {
        Self {
            pupil: None,
            class: None,
            period,
            council: None,
            average: None,
            class_average: None,
            subjects: Vec::new(),
            appreciations: Vec::new(),
            base: Vec::new(),
            school_life: Vec::new(),
            support: Vec::new(),
            pdf: None,
        }
    }
}

/// A competence and how far it is acquired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acquired {
    /// The framework: `socle`, `crcn` (digital skills), `pronote`, `pix`, `lsl`.
    pub framework: String,
    /// The field or pillar it is part of.
    pub field: Option<String>,
    /// Its code, as in `1.1` or `CPD_FRA`.
    pub code: Option<String>,
    /// Its name.
    pub name: String,
    /// The level, as written.
    pub level: String,
    /// The level as a number, where it is one.
    pub rank: Option<u8>,
}

/// An evaluation of competences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evaluation {
    /// What was evaluated.
    pub label: String,
    /// Subject.
    pub subject: Option<String>,
    /// Teacher.
    pub teacher: Option<String>,
    /// On which day.
    pub date: Option<Date>,
    /// In which period.
    pub period: Option<String>,
    /// How much it counts.
    pub coefficient: Option<String>,
    /// What it was about.
    pub description: Option<String>,
    /// The competences.
    pub acquired: Vec<Acquired>,
}

/// What is known of whether a credential is true.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verification {
    /// Its signature was checked, with a key of this issuer.
    Signed {
        /// Who signed, as the credential names it.
        issuer: String,
    },
    /// The platform that issued it gave the same data.
    Confirmed {
        /// When, in seconds since 1970.
        at: i64,
    },
    /// It is false or was revoked.
    Refused {
        /// Why.
        reason: super::Reason,
    },
    /// Nothing could be checked.
    Unknown {
        /// Why.
        reason: super::Reason,
    },
}

/// One skill of a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateSkill {
    /// Area it is part of.
    pub area: Option<String>,
    /// Its number, as in `1.1`.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The level reached.
    pub level: u8,
}

/// A certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// What it certifies: `Pix`.
    pub name: String,
    /// Who gave it.
    pub issuer: String,
    /// To whom, by name.
    pub holder: Option<String>,
    /// The day of the examination.
    pub date: Option<Date>,
    /// The day it was given.
    pub delivered: Option<Date>,
    /// Where the examination was.
    pub center: Option<String>,
    /// Points, as written.
    pub score: Option<String>,
    /// The level, as written.
    pub level: Option<String>,
    /// The code with which anyone can verify it.
    pub code: Option<String>,
    /// Skills.
    pub skills: Vec<CertificateSkill>,
    /// Whether it is true.
    pub verification: Verification,
    /// The original file.
    pub file: Option<super::SourceId>,
    /// The original's ending: `pdf`, `csv`.
    #[serde(default)]
    pub ending: Option<String>,
}

/// A badge (Open Badges 2.0 or 3.0).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Badge {
    /// What was achieved.
    pub name: String,
    /// In a few sentences.
    pub description: Option<String>,
    /// Who gave it.
    pub issuer: String,
    /// What had to be done, as text or address.
    pub criteria: Option<String>,
    /// The day it was given.
    pub issued: Option<Date>,
    /// The day it ends.
    pub expires: Option<Date>,
    /// Whether it is true.
    pub verification: Verification,
    /// The file as issued, byte for byte.
    pub file: super::SourceId,
    /// Its ending: `json`, `jws`, `png`, `svg`.
    pub ending: String,
}
