//! Report cards, marks, competences, certificates.

use super::*;
use crate::record::{
    Acquired, Appreciation, Badge, Certificate, CertificateSkill, Evaluation, Reason, ReportCard, ReportSubject,
    SpecialMark, Verification,
};

fn card(period: &str) -> ReportCard {
    let subject = ReportSubject {
        subject: "Math\u{e9}matiques".into(),
        group: None,
        teachers: vec!["Mme Exemple".into()],
        coefficient: None,
        average: Some(Score::Value("14.5".into())),
        class_average: Some("11.2".into()),
        class_min: None,
        class_max: None,
        appreciations: vec!["S\u{e9}rieux & <curieux>.".into()],
        elements: vec!["Fonctions affines".into()],
        level: None,
    };
    ReportCard {
        pupil: Some("Ana Exemple".into()),
        class: Some("2NDE 3".into()),
        period: period.into(),
        council: Some(date(2025, 12, 1)),
        average: Some(Score::Value("13.75".into())),
        class_average: Some("11.9".into()),
        subjects: vec![subject],
        appreciations: vec![Appreciation { title: "Appr\u{e9}ciation globale".into(), text: "Bon trimestre.".into() }],
        base: vec![acquired("socle", "CPD_FRA", "Langue fran\u{e7}aise", 3)],
        school_life: vec![("Retards".into(), "2".into())],
        support: vec!["PAP".into()],
        pdf: None,
    }
}

fn acquired(framework: &str, code: &str, name: &str, rank: u8) -> Acquired {
    Acquired {
        framework: framework.into(),
        field: Some("Domaine 1".into()),
        code: Some(code.into()),
        name: name.into(),
        level: format!("Niveau {rank}"),
        rank: Some(rank),
    }
}

#[test]
fn a_report_card_is_a_page_a_pdf_and_data() {
    let given = ReportCard { pdf: Some(SourceId::of(b"pdf")), ..card("Trimestre 2") };
    let kept = [kept("1", Record::ReportCard(card("Trimestre 1"))), kept("2", Record::ReportCard(given))];
    let files = all(&kept, Lang::Fr);
    let folder = "Bulletins/2025-2026/Lyc\u{e9}e des Ajoncs";
    let Some(Body::Bytes(pdf)) = files.get(&format!("{folder}/Trimestre 1.pdf")) else { panic!("{:?}", paths(&files)) };
    assert!(pdf.starts_with(b"%PDF-"));
    assert_eq!(files.get(&format!("{folder}/Trimestre 2.pdf")), Some(&Body::Source(SourceId::of(b"pdf"))));
    let page = text(&files, &format!("{folder}/Trimestre 1.html"));
    for part in [
        "<html lang=\"fr\">",
        "<h1><bdi>Bulletin, Trimestre 1</bdi></h1>",
        "<dt>Moyenne g\u{e9}n\u{e9}rale</dt><dd><bdi>13,75</bdi></dd>",
        "<dd><bdi>1er d\u{e9}cembre 2025</bdi></dd>",
        "<th scope=\"row\"><bdi>Math\u{e9}matiques\nMme Exemple</bdi></th><td><bdi>14,5</bdi></td><td><bdi>11,2</bdi></td>",
        "S\u{e9}rieux &amp; &lt;curieux&gt;.",
        "Appr\u{e9}ciation globale\u{a0}: Bon trimestre.",
        "<h2><bdi>Accompagnement</bdi></h2><p>PAP<br>",
        "Source\u{a0}: PRONOTE, Lyc\u{e9}e des Ajoncs, 2025-2026. R\u{e9}cup\u{e9}r\u{e9} le 27 septembre 2025.",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    let data: serde_json::Value = serde_json::from_str(&text(&files, &format!("{folder}/Trimestre 1.json"))).unwrap();
    assert_eq!((&data["record"]["type"], &data["origin"]["key"]), (&"report-card".into(), &"1".into()));
}

#[test]
fn a_report_card_without_support_does_not_speak_of_it() {
    let files = all(&[kept("1", Record::ReportCard(ReportCard { support: Vec::new(), ..card("T1") }))], Lang::En);
    let page = text(&files, "Bulletins/2025-2026/Lyc\u{e9}e des Ajoncs/T1.html");
    assert!(page.contains("Report card, T1") && page.contains("13.75") && !page.contains("Support"), "{page}");
}

#[test]
fn marks_are_a_spreadsheet_and_curves() {
    let scores = [Score::Value("14.5".into()), Score::Value("8".into()), Score::Special(SpecialMark::Absent)];
    let kept: Vec<_> = scores
        .into_iter()
        .enumerate()
        .map(|(index, score)| {
            let day = date(2025, 9, 10).saturating_add(jiff::ToSpan::days(index as i64 * 7));
            kept(&index.to_string(), Record::Mark(mark("Math\u{e9}matiques", day, score)))
        })
        .collect();
    let files = all(&kept, Lang::Fr);
    let csv = text(&files, "Notes/2025-2026/Notes 2025-2026.csv");
    let lines: Vec<_> = csv.lines().collect();
    assert!(lines[0].starts_with("\u{feff}Date;Mati\u{e8}re;Intitul\u{e9};Note;Sur;"), "{csv}");
    assert_eq!(
        lines[1],
        "2025-09-10;Math\u{e9}matiques;Contr\u{f4}le;14,5;20;1;11,25;4;18,5;Trimestre 1;non;non;;PRONOTE"
    );
    assert!(lines[3].contains(";Absent;"), "{csv}");
    let page = text(&files, "Notes/2025-2026/Notes 2025-2026.html");
    for part in [
        "role=\"img\" aria-labelledby=\"curve-0-title curve-0-description\"",
        "<title id=\"curve-0-title\">Math\u{e9}matiques\u{a0}: notes au fil du temps</title>",
        "<desc id=\"curve-0-description\">2 notes ramen\u{e9}es sur 20, du 10 septembre 2025 au 17 septembre 2025.",
        "<path class=\"own\" stroke-width=\"2\" d=\"M48.0 66.8L612.0 129.2\"></path>",
        "<td><bdi>14,5/20</bdi></td>",
        "4 \u{2013} 18,5",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
}

#[test]
fn five_thousand_marks_are_rendered_at_once() {
    let kept: Vec<_> = (0..5_000)
        .map(|index: i64| {
            let day = date(2025, 9, 1).saturating_add(jiff::ToSpan::days(index % 300));
            let score = Score::Value(format!("{}.5", index % 20));
            kept(&format!("{index:05}"), Record::Mark(mark(&format!("Mati\u{e8}re {}", index % 15), day, score)))
        })
        .collect();
    let refs: Vec<&Kept> = kept.iter().collect();
    let began = std::time::Instant::now();
    let files = render(&units(&kept[0])[0], &refs, Lang::Fr);
    assert_eq!(files.len(), 2);
    // Below a second when optimised; this build may not be, on a busy machine.
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}

#[test]
fn competences_are_shown_over_the_years() {
    let evaluation = Evaluation {
        label: "Expos\u{e9}".into(),
        subject: Some("Fran\u{e7}ais".into()),
        teacher: None,
        date: Some(date(2024, 11, 5)),
        period: None,
        coefficient: None,
        description: None,
        acquired: vec![acquired("socle", "CPD_FRA", "Langue fran\u{e7}aise", 2)],
    };
    let mut earlier = kept("e", Record::Evaluation(evaluation));
    earlier.origin.year = Some(SchoolYear(2024));
    let files = all(&[earlier, kept("c", Record::ReportCard(card("T1")))], Lang::Fr);
    let page = text(&files, "Comp\u{e9}tences/Socle commun.html");
    for part in [
        "<th scope=\"col\">2024-2025</th><th scope=\"col\">2025-2026</th>",
        "<th scope=\"row\"><bdi>Langue fran\u{e7}aise</bdi></th><td><bdi>Niveau 2</bdi></td><td><bdi>Niveau 3</bdi></td>",
        "<h2><bdi>Domaine 1</bdi></h2>",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    let data: serde_json::Value = serde_json::from_str(&text(&files, "Comp\u{e9}tences/Socle commun.json")).unwrap();
    assert_eq!((&data[0]["rank"], &data[1]["year"]), (&2.into(), &2025.into()));
}

#[test]
fn a_framework_is_the_same_by_its_id_and_by_its_name() {
    let evaluation = |framework: &str| {
        Record::Evaluation(Evaluation {
            label: "Expos\u{e9}".into(),
            subject: None,
            teacher: None,
            date: None,
            period: None,
            coefficient: None,
            description: None,
            acquired: vec![acquired(framework, "CPD_FRA", "Langue fran\u{e7}aise", 2)],
        })
    };
    let kept = [kept("a", evaluation("socle")), kept("b", evaluation("SOCLE COMMUN")), kept("c", evaluation("<b>"))];
    assert_eq!(
        paths(&all(&kept, Lang::Fr)),
        ["Socle commun.html", "Socle commun.json", "_b_.html", "_b_.json"]
            .map(|name| format!("Comp\u{e9}tences/{name}"))
    );
}

#[test]
fn certificates_and_badges_say_whether_they_are_true() {
    let certificate = Certificate {
        name: "Pix".into(),
        issuer: "Pix".into(),
        holder: Some("Ana Exemple".into()),
        date: Some(date(2026, 3, 2)),
        delivered: None,
        center: None,
        score: Some("312".into()),
        level: None,
        code: Some("P-Y468ACDE".into()),
        skills: vec![CertificateSkill {
            area: Some("Information et donn\u{e9}es".into()),
            code: "1.1".into(),
            name: "Mener une recherche".into(),
            level: 4,
        }],
        verification: Verification::Confirmed { at: 1_759_000_000 },
        file: Some(SourceId::of(b"pix")),
        ending: None,
    };
    let badge = Badge {
        name: "D\u{e9}l\u{e9}gu\u{e9}e".into(),
        description: None,
        issuer: "Lyc\u{e9}e".into(),
        criteria: None,
        issued: None,
        expires: None,
        verification: Verification::Refused { reason: Reason::WrongSignature },
        file: SourceId::of(b"badge"),
        ending: "../png".into(),
    };
    let files = all(&[kept("p", Record::Certificate(certificate)), kept("b", Record::Badge(badge.clone()))], Lang::Fr);
    assert_eq!(
        paths(&files),
        [
            "Certifications/D\u{e9}l\u{e9}gu\u{e9}e.dat",
            "Certifications/D\u{e9}l\u{e9}gu\u{e9}e.html",
            "Certifications/Pix 2026-03-02.html",
            "Certifications/Pix 2026-03-02.pdf",
            "Comp\u{e9}tences/Pix.html",
            "Comp\u{e9}tences/Pix.json",
        ]
    );
    let page = text(&files, "Certifications/Pix 2026-03-02.html");
    assert!(
        page.contains("V\u{e9}rifi\u{e9}\u{a0}: confirm\u{e9} par l\u{2019}organisme le 27 septembre 2025."),
        "{page}"
    );
    assert!(page.contains("P-Y468ACDE") && page.contains("1.1 Mener une recherche"), "{page}");
    assert!(
        text(&files, "Certifications/D\u{e9}l\u{e9}gu\u{e9}e.html")
            .contains("Refus\u{e9}\u{a0}: Sa signature est fausse")
    );
    // What an earlier version kept of it is shown as it is.
    let mut old = badge;
    old.verification = Verification::Unknown { reason: Reason::Said("It is not signed.".into()) };
    let page = |badge: Badge, lang| {
        text(&all(&[kept("b", Record::Badge(badge))], lang), "Certifications/D\u{e9}l\u{e9}gu\u{e9}e.html")
    };
    assert!(page(old.clone(), Lang::Fr).contains("Non v\u{e9}rifi\u{e9}\u{a0}: It is not signed."));
    old.verification = Verification::Unknown { reason: Reason::UnknownKey("https://a.example".into()) };
    assert!(page(old.clone(), Lang::En).contains("Not verified: The key of https://a.example is not known offline."));
    assert!(page(old, Lang::Fr).contains("La cl\u{e9} de https://a.example n\u{2019}est pas connue hors ligne."));
    assert!(text(&files, "Comp\u{e9}tences/Pix.html").contains("Information et donn\u{e9}es"));
}
