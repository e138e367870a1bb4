//! Answers with what a test server does not have, and answers that are anything.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use jiff::civil::date;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::platform::pronote::calendar::Calendar;
use crate::platform::pronote::page::Page;
use crate::platform::pronote::scrub::{Whose, scrub};
use crate::platform::pronote::user::User;
use crate::platform::pronote::{Account, Space};
use crate::record::{AbsenceKind, Record, Score, TimetableState};

fn calendar() -> Calendar {
    let general = json!({"General": {
        "PremierLundi": {"V": "01/09/2025"}, "PremiereDate": {"V": "01/09/2025"}, "DerniereDate": {"V": "03/07/2026"},
        "PlacesParJour": 10, "ListeHeuresFin": {"V": [{"G": 0, "L": "09h00"}, {"G": 1, "L": "10h00"}]}}});
    Calendar::read(&general).unwrap()
}

#[test]
fn outings_detentions_and_lessons_without_an_end() {
    let answer = json!({"ListeCours": [
        {"DateDuCours": {"V": "08/09/2025 08:00:00"}, "place": 0, "duree": 2, "estSortiePedagogique": true, "motif": "Museum"},
        {"DateDuCours": {"V": "08/09/2025 08:00:00"}, "estRetenue": false, "ListeContenus": {"V": [
            {"L": "Mme EXEMPLE", "G": 34}, {"L": "Retenue", "estHoraire": true}]}},
        {"DateDuCours": {"V": "09/09/2025 08:00:00"}, "Statut": "Prof. absent", "ListeContenus": {"V": [{"L": "MATHS", "G": 16}]}},
        {"DateDuCours": {"V": "09/09/2025 08:00:00"}, "estAnnule": true, "ListeContenus": {"V": [{"L": "MATHS", "G": 16}]}},
        {"place": 3}]});
    let found = timetable(&answer, &calendar(), None);
    assert_eq!(found.missing, ["DateDuCours"]);
    let entries = found.facts.iter().map(|(key, record)| match record {
        Record::TimetableEntry(entry) => (key.as_str(), entry),
        _ => unreachable!(),
    });
    let entries = entries.collect::<Vec<_>>();
    let subjects: Vec<_> = entries.iter().map(|(_, entry)| entry.subject.as_str()).collect();
    assert_eq!(subjects, ["Museum", "Retenue", "MATHS", "MATHS"]);
    assert_eq!(entries[0].1.end, date(2025, 9, 8).at(10, 0, 0, 0));
    assert_eq!(entries[1].1.teachers, ["Mme EXEMPLE"]);
    assert_eq!(entries[2].1.state, TimetableState::Changed("Prof. absent".to_owned()));
    assert_eq!(
        (entries[3].0, &entries[3].1.state),
        ("timetable|2025-09-09T08:00:00|MATHS|2", &TimetableState::Cancelled)
    );
}

#[test]
fn report_cards_of_other_forms() {
    assert!(!is_published(&json!({"Message": "Later"})) && !is_published(&json!({})));
    let answer = json!({
        "ListeServices": {"V": [{"Matiere": {"V": {"L": "MATHS"}}, "SurMatiere": {"V": "SCIENCES"}, "MoyenneEleve": {"V": "|1"},
            "Coefficient": {"V": "2,00"}, "ListeElements": {"V": [
                {"L": "Fractions", "ListeProfesseurs": {"V": [{"L": "M. EXEMPLE"}]}},
                {"L": "Angles", "ListeProfesseurs": {"V": [{"L": "M. EXEMPLE"}]}}]}}, {"couleur": "#fff"}]},
        "General": {"V": {"MoyenneEleve": {"V": "14,20"}, "MoyenneClasse": {"V": "11,80"}}},
        "ListeAbsences": {"V": {"strAbsences": "2 demi-journ\u{e9}es", "strRetards": ""}},
        "ListeProjets": {"V": [{"L": "PAP"}]}, "Classe": {"V": {"L": "3B"}}, "Message": "",
        "ObjetListeAppreciations": {"V": {"ListeAppreciations": {"V": [{"L": "Bien"}, {"Intitule": "Vide", "L": ""}]}}}});
    assert!(is_published(&answer));
    let report = report(&answer, "T1", "EXEMPLE Alice", None);
    assert_eq!(report.subjects.len(), 1);
    let subject = &report.subjects[0];
    assert_eq!((subject.group.as_deref(), subject.coefficient.as_deref()), (Some("SCIENCES"), Some("2.00")));
    assert_eq!(subject.teachers, ["M. EXEMPLE"]);
    assert_eq!(subject.elements, ["Fractions", "Angles"]);
    assert!(matches!(subject.average, Some(Score::Special(_))));
    assert_eq!(report.appreciations.len(), 1);
    assert_eq!(
        (report.average, report.class_average.as_deref()),
        (Some(Score::Value("14.20".to_owned())), Some("11.80"))
    );
    assert_eq!(report.school_life, [("Absences".to_owned(), "2 demi-journ\u{e9}es".to_owned())]);
    assert_eq!((report.support, report.class.as_deref()), (vec!["PAP".to_owned()], Some("3B")));
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_read() {
    let found = marks(
        &json!({"listeDevoirs": {"V": [{"note": {"V": "12"}}, {"note": {"V": "12"}, "service": {"V": {"L": "A"}}}]}}),
        "T1",
        None,
    );
    assert_eq!((found.facts.len(), found.missing), (1, vec!["service"]));
    assert_eq!(marks(&json!({}), "T1", None).missing, ["listeDevoirs"]);
    assert_eq!(lessons(&json!({"ListeCahierDeTextes": {"V": {}}}), None).missing, ["ListeCahierDeTextes"]);
    let found = absences(
        &json!({"listeAbsences": {"V": [{"G": 46}, {"G": 13}, {"G": 14, "date": {"V": "08/09/2025 08:10:00"}, "duree": 10,
        "justifie": false}]}}),
        Some("EXEMPLE Alice"),
    );
    assert_eq!(found.missing, ["listeAbsences: date"]);
    assert!(matches!(&found.facts[0], (key, Record::Absence(absence)) if absence.kind == AbsenceKind::Delay
        && absence.minutes == Some(10) && key == "delay|EXEMPLE Alice|2025-09-08T08:10:00|"));
}

#[test]
fn lockers_and_past_years() {
    let answer = json!({
        "listeDocumentsCasier": {"V": [{"L": "Convention.pdf", "N": "77#aaaaaaaaaa", "date": {"V": "08/09/2025"}}, {"L": "none"}]},
        "listeBulletinsBIA": {"V": [{"annee": 2024, "libelle": "Bulletin", "libellePeriodeNotation": "T3", "libelleClasse": "3B",
            "ident": "9#bbbbbbbbbb", "nomFichier": "b.pdf"}, {"annee": "soon"}]}});
    assert_eq!(lockers(&answer, None).files[0].key, "file|Casier|Documents|2025-09-08|Convention.pdf");
    let past = past_reports(&answer, None);
    assert_eq!((past.len(), past[0].key.as_str()), (1, "past-report|2024|T3|3B|Bulletin"));
    assert_eq!(past[0].ask["genreGenerationPDF"], json!(12));
    assert_eq!(past_report(&past[0], "EXEMPLE Alice").class.as_deref(), Some("3B"));
}

/// JSON that has names and texts which are looked for, at places where they may not be.
fn anything() -> impl Strategy<Value = Value> {
    let names = [
        "V",
        "L",
        "N",
        "G",
        "ressource",
        "General",
        "listeDevoirs",
        "service",
        "note",
        "ListeServices",
        "Matiere",
        "ListeCours",
        "DateDuCours",
        "DateDuCoursFin",
        "place",
        "duree",
        "ListeContenus",
        "ListeCahierDeTextes",
        "Date",
        "listeContenus",
        "ListePieceJointe",
        "ListeTravauxAFaire",
        "PourLe",
        "listeAbsences",
        "dateDebut",
        "listeEvaluations",
        "PremiereDate",
        "DerniereDate",
        "PremierLundi",
        "ListeHeuresFin",
        "PlacesParJour",
        "listeRessources",
        "listeOngletsPourPeriodes",
        "listePeriodes",
        "listeBulletinsBIA",
        "annee",
        "adresse1",
        "listeResponsables",
    ];
    let texts = [
        "",
        "|8",
        "12,5",
        "08/09/2025 08:00:00",
        "01/01/0001",
        "31/12/9999",
        "112#w_c6ulShW4Qejzt0",
        "[1..9]",
        "09h00",
        "\u{e9}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-3_i64..20).prop_map(Value::from),
        proptest::sample::select(texts.to_vec()).prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 80, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((proptest::sample::select(names.to_vec()), inner), 0..8)
                .prop_map(|fields| fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
        ]
    })
}

proptest! {
    #[test]
    fn anything_is_read_without_panic(answer in anything(), days in anything()) {
        let general = json!({"General": days});
        let calendar = Calendar::read(&general).unwrap_or_else(|_| calendar());
        timetable(&answer, &calendar, None);
        marks(&answer, "T1", None);
        lessons(&answer, None);
        homework(&answer, None);
        absences(&answer, None);
        evaluations(&answer, "T1", None);
        teachers(&answer, None);
        report(&answer, "T1", "A", None);
        past_reports(&answer, None);
        lockers(&answer, None);
        for space in [Space::Pupil, Space::Parent, Space::Teacher] {
            if let Ok(user) = User::read(&answer, space, &calendar) {
                identity(&answer, &user.name, user.members.first());
            }
        }
        calendar.end_of(calendar.week(date(2025, 9, 8)));
        let mut scrubbed = answer;
        scrub(&mut scrubbed, Whose::Others);
        let again = scrubbed.clone();
        prop_assert!(scrub(&mut scrubbed, Whose::Others).is_empty());
        prop_assert_eq!(scrubbed, again);
    }

    #[test]
    fn any_page_and_address_is_read_without_panic(html in "(Start|[({}'\",: ]|\\PC){0,40}", address in "(https?://)?.{0,30}") {
        let _ = Page::read(&html);
        let _ = Account::parse(&address).map(|account| account.entry(true));
    }
}
