//! Who is logged in, whose pages they may see, and which tabs the school opens to them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::account::Space;
use super::calendar::{Calendar, MAX_PERIODS, PeriodRef};
use super::json;
use super::session::changed;
use crate::connector::Failure;

/// Tabs, by PRONOTE's numbers.
pub(super) mod tab {
    pub(in super::super) const HOMEWORK: i64 = 88;
    pub(in super::super) const LESSONS: i64 = 89;
    pub(in super::super) const TIMETABLE: i64 = 16;
    pub(in super::super) const REPORTS: i64 = 13;
    pub(in super::super) const MARKS: i64 = 198;
    pub(in super::super) const EVALUATIONS: i64 = 201;
    pub(in super::super) const ABSENCES: i64 = 19;
    pub(in super::super) const IDENTITY: i64 = 49;
    pub(in super::super) const TEACHERS: i64 = 37;
    pub(in super::super) const DOCUMENTS: i64 = 148;
    pub(in super::super) const PAST_REPORTS: i64 = 227;
    pub(in super::super) const PAST_COMPETENCES: i64 = 228;
}

/// Who is logged in.
#[derive(Debug, Clone)]
pub(super) struct User {
    /// Name.
    pub(super) name: String,
    /// Whose pages there are: the user, or their children.
    pub(super) members: Vec<Member>,
    /// Classes of a teacher.
    pub(super) classes: Vec<String>,
    /// Tabs that are open; none when the platform does not tell.
    tabs: BTreeSet<i64>,
}

/// Somebody whose pages there are.
#[derive(Debug, Clone)]
pub(super) struct Member {
    /// Name for this session.
    id: String,
    kind: i64,
    /// Name.
    pub(super) name: String,
    /// Class.
    pub(super) class: Option<String>,
    /// School.
    pub(super) school: Option<String>,
    /// Whether it is the child of the user.
    pub(super) is_child: bool,
    periods: BTreeMap<i64, Vec<PeriodRef>>,
}

impl User {
    /// Reads the user's parameters.
    ///
    /// # Errors
    /// [`Failure::Changed`] when nobody is in them.
    pub(super) fn read(parameters: &Value, space: Space, calendar: &Calendar) -> Result<Self, Failure> {
        let missing = |name: &str| changed("ParametresUtilisateur", name);
        let resource = json::field(parameters, "ressource").ok_or_else(|| missing("ressource"))?;
        let members: Vec<Member> = if space == Space::Parent {
            let children = json::must_list(resource, "listeRessources").ok_or_else(|| missing("listeRessources"))?;
            children.iter().filter_map(|child| Member::read(child, true, calendar)).take(MAX_CHILDREN).collect()
        } else {
            Member::read(resource, false, calendar).into_iter().collect()
        };
        if members.is_empty() && space != Space::Parent {
            return Err(missing("ressource.N, L"));
        }
        let mut tabs = BTreeSet::new();
        numbers(json::field(parameters, "listeOnglets").unwrap_or(&Value::Null), &mut tabs, 0);
        Ok(Self {
            name: json::text(resource, "L").ok_or_else(|| missing("ressource.L"))?,
            members,
            classes: json::labels(parameters, "listeClasses"),
            tabs,
        })
    }

    /// Whether a tab may be asked.
    pub(super) fn may(&self, tab: i64) -> bool {
        self.tabs.is_empty() || self.tabs.contains(&tab)
    }

    /// Whether a tab is said to be open.
    pub(super) fn has(&self, tab: i64) -> bool {
        self.tabs.contains(&tab)
    }
}

impl Member {
    fn read(of: &Value, is_child: bool, calendar: &Calendar) -> Option<Self> {
        let mut periods: BTreeMap<i64, Vec<PeriodRef>> = BTreeMap::new();
        for tab in json::list(of, "listeOngletsPourPeriodes") {
            let Some(number) = json::number(tab, "G") else { continue };
            let known = |period: PeriodRef| match calendar.periods.iter().find(|other| other.id == period.id) {
                Some(full) => PeriodRef { kind: period.kind.or(full.kind), ..full.clone() },
                None => period,
            };
            let listed = json::list(tab, "listePeriodes").iter().filter_map(PeriodRef::read).map(known);
            let periods = periods.entry(number).or_default();
            periods.extend(listed);
            periods.truncate(MAX_PERIODS);
        }
        Some(Self {
            id: json::text(of, "N")?,
            kind: json::number(of, "G").unwrap_or(4),
            name: json::text(of, "L")?,
            class: json::label(of, "classeDEleve"),
            school: json::label(of, "Etablissement"),
            is_child,
            periods,
        })
    }

    /// The periods of a tab: those listed for it, else all that are in use, else all there are.
    pub(super) fn periods(&self, tab: i64, calendar: &Calendar) -> Vec<PeriodRef> {
        if let Some(periods) = self.periods.get(&tab) {
            return periods.clone();
        }
        let used = self.periods_in_use();
        if used.is_empty() { calendar.periods.clone() } else { used }
    }

    /// The periods of all tabs.
    pub(super) fn periods_in_use(&self) -> Vec<PeriodRef> {
        let mut used: Vec<PeriodRef> = Vec::new();
        for period in self.periods.values().flatten() {
            if used.iter().all(|other| other.id != period.id) {
                used.push(period.clone());
            }
        }
        used.truncate(MAX_PERIODS);
        used
    }

    /// The signature of a request about this person from a tab.
    pub(super) fn signature(&self, tab: i64) -> Value {
        if self.is_child { json!({"onglet": tab, "membre": {"N": self.id, "G": 4}}) } else { json!({"onglet": tab}) }
    }

    /// As functions take this person.
    pub(super) fn ask(&self) -> Value {
        json!({"G": self.kind, "N": self.id, "L": self.name})
    }
}

const MAX_CHILDREN: usize = 20;

/// All numbers of tabs in a tree of them.
fn numbers(of: &Value, into: &mut BTreeSet<i64>, depth: usize) {
    match of {
        _ if depth > 16 => {}
        Value::Array(elements) => elements.iter().for_each(|element| numbers(element, into, depth + 1)),
        Value::Object(fields) => fields.values().for_each(|field| numbers(field, into, depth + 1)),
        Value::Number(number) => into.extend(number.as_i64()),
        _ => {}
    }
}
