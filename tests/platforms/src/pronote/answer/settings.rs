//! `FonctionParametres`: what holds for everybody; `ParametresUtilisateur`: who one is, and which tabs one has.

use jiff::ZonedDateTime;
use serde_json::{Value, json};

use super::super::crypt;
use super::super::envelope::{Call, Sealing};
use super::super::reply::{ACCESS, Reply};
use super::super::school::{Person, Role, School, Year};
use super::super::session::Session;
use super::super::wire::{day, domain, wrap};
use super::super::year::PLACES;
use super::{Answered, Context, period_id, person_id, tabs_of};

/// Answers `FonctionParametres`; from then on the session has the client's vector.
pub(crate) fn settings(session: &mut Session, school: &School, sealing: Sealing, call: &Call) -> Reply {
    let uuid = call.data.get("Uuid").and_then(Value::as_str).unwrap_or_default();
    let Some(iv) = crypt::client_vector(uuid) else { return Reply::Refused(ACCESS) };
    session.iv = iv;
    let known = call.data.get("identifiantNav").and_then(Value::as_str).filter(|known| !known.is_empty());
    let navigator = known.map_or_else(crypt::random_text::<16>, str::to_owned);
    let year = school.year();
    let hours = |from: usize| {
        (0..=PLACES).map(move |place| json!({"G": place, "L": format!("{:02}h00", from + place), "A": true}))
    };
    let period = |session: &mut Session, period: &super::Period| {
        json!({
            "L": period.name,
            "N": period_id(session, period),
            "G": 1,
            "periodeNotation": 0,
            "dateDebut": day(period.from),
            "dateFin": day(period.to),
        })
    };
    let periods: Vec<Value> = year.periods.iter().map(|it| period(session, it)).collect();
    let holiday = |(index, span): (usize, &super::super::school::Span)| {
        let id = format!("holiday:{index}");
        json!({"L": span.name, "N": session.id(51, &id), "dateDebut": day(span.from), "dateFin": day(span.to)})
    };
    let holidays: Vec<Value> = year.holidays.iter().enumerate().map(holiday).collect();
    Reply::Data(json!({
        "identifiantNav": navigator,
        "DateServeurHttp": {"_T": 7, "V": ZonedDateTime::now().strftime("%d/%m/%Y %H:%M:%S").to_string()},
        "General": {
            "versionPN": sealing.version.text(),
            "Version": format!("PRONOTE {}", sealing.version.text()),
            "NomEtablissement": school.name,
            "AnneeScolaire": format!("{}-{}", year.first.year(), year.last.year()),
            "PremierLundi": day(year.first_monday()),
            "PremiereDate": day(year.first),
            "DerniereDate": day(year.last),
            "JourOuvre": day(today(year)),
            "PlacesParJour": PLACES,
            "PlacesParHeure": 1,
            "DureeSequence": 60,
            "ListeHeures": wrap(hours(8).collect::<Vec<_>>()),
            "ListeHeuresFin": wrap(hours(9).collect::<Vec<_>>()),
            "ListePeriodes": periods,
            "listeJoursFeries": wrap(holidays),
            "DomainesFrequences": [domain("[1..62]"), domain("[1,3,5,7,9,11,13,15]"), domain("[2,4,6,8,10,12,14,16]")],
            "LibellesFrequences": ["H", "Q1", "Q2"],
        },
    }))
}

/// Today, or the day of the year that is closest.
fn today(year: &Year) -> jiff::civil::Date {
    ZonedDateTime::now().date().clamp(year.first, year.last)
}

impl Context<'_> {
    /// Answers `ParametresUtilisateur`.
    pub(super) fn user(&mut self) -> Answered {
        let mut resource = self.resource(self.person);
        if self.person.role == Role::Parent {
            let children: Vec<&Person> =
                self.person.children.iter().filter_map(|child| self.school.person(child)).collect();
            let children: Vec<Value> = children.into_iter().map(|child| self.resource(child)).collect();
            resource["listeRessources"] = children.into();
        }
        let mut data = json!({
            "ressource": resource,
            "listeOnglets": [{"G": 7, "L": "Accueil", "Onglet": []}, {"G": 1000, "L": "Mes donn\u{e9}es", "Onglet": self.tabs()}],
            "listeOngletsInvisibles": [],
            "autorisations": {"AvecDiscussion": false, "tailleMaxRenduTafEleve": 4_194_304},
            "listeInformationsEtablissements": wrap(vec![self.establishment()]),
        });
        if self.person.role == Role::Teacher {
            let classes = self.year().classes_of(self.person).into_iter();
            let names: Vec<String> = classes.map(|class| class.name.clone()).collect();
            let class = |name: String| json!({"L": name, "N": self.session.id(41, &format!("class:{name}")), "G": 1, "estResponsable": false});
            data["listeClasses"] = wrap(names.into_iter().map(class).collect::<Vec<_>>());
        }
        Ok(data)
    }

    fn tabs(&self) -> Vec<Value> {
        tabs_of(self.person).iter().filter(|tab| **tab != 7).map(|tab| json!({"G": tab, "Onglet": []})).collect()
    }

    fn establishment(&mut self) -> Value {
        json!({"L": self.school.name, "N": self.session.id(10, "school"), "numeroUAI": self.school.number})
    }

    fn resource(&mut self, person: &Person) -> Value {
        let genre = match person.role {
            Role::Teacher => 3,
            Role::Pupil => 4,
            Role::Parent => 5,
        };
        let mut resource = json!({
            "L": person.name,
            "N": person_id(self.session, person),
            "G": genre,
            "P": 1,
            "avecPhoto": false,
            "Etablissement": wrap(self.establishment()),
        });
        if let Some(pupil) = self.year().pupil(&person.login) {
            let id = self.session.id(41, &format!("class:{}", pupil.class));
            resource["classeDEleve"] = json!({"L": pupil.class, "N": id});
            resource["listeOngletsPourPeriodes"] = wrap(self.tabs_with_periods());
        }
        resource
    }

    /// The tabs that show a period each, and which one first.
    fn tabs_with_periods(&mut self) -> Vec<Value> {
        let year = self.year();
        let today = today(year);
        let periods: Vec<Value> = year
            .periods
            .iter()
            .map(|period| json!({"L": period.name, "N": period_id(self.session, period), "G": 1, "A": true}))
            .collect();
        let first =
            year.periods.iter().position(|period| period.from <= today && today <= period.to).unwrap_or_default();
        let tab = |tab: u64| {
            let first = periods.get(first).cloned().unwrap_or_default();
            json!({"G": tab, "listePeriodes": wrap(periods.clone()), "periodeParDefaut": wrap(first)})
        };
        [13, 19, 198, 201].map(tab).to_vec()
    }
}
