//! Pix confirms certificates by their codes.

use cartable_ent::connector::{Failure, Secret};
use cartable_ent::platform::pix::Pix;
use cartable_ent::record::{Certificate, Record, SchoolYear, Verification};
use cartable_platforms::{Fault, Pix as Server, PixCertificate, Running};
use jiff::civil::date;

use crate::{Kept, collect, manners};

const NOW: i64 = 1_776_000_000;

fn ask(server: &Running<Server>, code: &str, kept: &mut Kept) -> Result<(), Failure> {
    let secret = Secret::Code { code: code.to_owned().into() };
    collect(&mut Pix::new(server.url().parse().unwrap(), &secret, NOW, manners())?, kept)
}

fn certificate(kept: &Kept) -> &Certificate {
    match kept.pieces.last().map(|piece| &piece.record) {
        Some(Record::Certificate(certificate)) => certificate,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_certificate_is_confirmed() {
    let server = Running::start(Server::with_example(), 0);
    let mut kept = Kept::default();
    ask(&server, " P-TEST1234 ", &mut kept).unwrap();
    assert_eq!((kept.pieces[0].key.as_str(), kept.pieces[0].year), ("pix/P-TEST1234", Some(SchoolYear(2025))));
    let certificate = certificate(&kept);
    assert_eq!(certificate.verification, Verification::Confirmed { at: NOW });
    assert_eq!(certificate.holder.as_deref(), Some("L\u{E9}a Exemple"));
    assert_eq!((certificate.score.as_deref(), certificate.level.as_deref()), (Some("412"), Some("Ind\u{E9}pendant 1")));
    assert_eq!((certificate.date, certificate.delivered), (Some(date(2026, 3, 14)), Some(date(2026, 4, 20))));
    let skills: Vec<_> = certificate.skills.iter().map(|skill| (skill.code.as_str(), skill.level)).collect();
    assert_eq!(skills, [("1.1", 3), ("5.2", 4)]);
    assert_eq!(certificate.skills[0].area.as_deref(), Some("Domaine 1"));
}

#[test]
fn a_certificate_that_is_not_published_is_refused() {
    let server = Running::start(Server::with_example(), 0);
    let hidden = PixCertificate {
        first_name: "L\u{E9}a".into(),
        last_name: "Exemple".into(),
        date: "2026-03-14".into(),
        score: 0,
        is_published: false,
        skills: Vec::new(),
    };
    server.platform.put("P-HIDDEN00", hidden);
    let mut kept = Kept::default();
    ask(&server, "P-HIDDEN00", &mut kept).unwrap();
    assert!(matches!(certificate(&kept).verification, Verification::Refused { .. }));
}

#[test]
fn failures_say_what_to_do() {
    let server = Running::start(Server::with_example(), 0);
    let mut kept = Kept::default();
    for code in ["P-TEST12345", "TEST1234", "", "P-ABSENT00"] {
        assert!(matches!(ask(&server, code, &mut kept), Err(Failure::BadLogin)), "{code}");
    }
    assert_eq!(server.faults.requests(), 1, "a code that can be none is not sent");
    let mut faulty = |fault| {
        server.faults.plan([(0, fault)]);
        ask(&server, "P-TEST1234", &mut kept).unwrap_err()
    };
    assert!(matches!(faulty(Fault::Status(429)), Failure::TooMany { .. }));
    assert!(matches!(faulty(Fault::Status(500)), Failure::Platform(_)));
    assert!(matches!(faulty(Fault::Status(200)), Failure::Changed(_)));
    assert!(kept.sources.is_empty());
}
