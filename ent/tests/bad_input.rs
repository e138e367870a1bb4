//! Bad input for every reader of received bytes, case by case: each ends in time, and what can't be read is refused in words.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "bad_input/archives.rs"]
mod archives;
#[path = "support/corpus.rs"]
mod corpus;
#[path = "bad_input/endless.rs"]
mod endless;

use std::time::{Duration, Instant};

use cartable_ent::parsers::{ALL, Parser};

/// What one reading may take, on a machine that is busy, without optimisation.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often a file is broken off or damaged.
const PLACES: usize = 50;
/// Any text is a quiz of GIFT, though one without questions that can be answered; recognition looks at beginnings.
const EASY: [&str; 2] = ["gift", "recognise"];

/// Reads, in time; gives how many parts came, and in what words it was refused.
fn read(parser: &Parser, bytes: &[u8], case: &str) -> (usize, String) {
    let begun = Instant::now();
    let outcome = (parser.read)(bytes);
    assert!(begun.elapsed() < PATIENCE, "{} took {:?} for {case}", parser.name, begun.elapsed());
    match outcome {
        Ok(parts) => (parts, String::new()),
        Err(error) => {
            let said = error.to_string();
            let is_clear = said.len() > 8 && said.len() < 2000 && !said.contains(['\0', '\n']);
            assert!(is_clear, "{} says of {case}: {said:?}", parser.name);
            (0, said)
        }
    }
}

/// The good files of a reader.
fn good(parser: &Parser) -> Vec<(String, Vec<u8>)> {
    corpus::of(parser.name).into_iter().filter(|(name, _)| name.starts_with("good-")).collect()
}

/// Numbers that look like chance and are the same each time (xorshift).
fn chance(seed: u64) -> impl Iterator<Item = u64> {
    std::iter::successors(Some(seed), |last| {
        let one = last ^ (last << 13);
        let two = one ^ (one >> 7);
        Some(two ^ (two << 17))
    })
}

fn places(length: usize) -> impl Iterator<Item = usize> {
    (0..PLACES).map(move |place| length * place / PLACES)
}

#[test]
fn noise_is_nothing() {
    let noise: Vec<u8> = chance(1).take(1 << 14).map(|number| number.to_le_bytes()[2]).collect();
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", Vec::new()),
        ("spaces", vec![b' '; 4096]),
        ("zeros", vec![0; 4096]),
        ("ones", vec![0xff; 4096]),
        ("noise", noise.clone()),
        ("one line", vec![b'a'; 1 << 16]),
        ("a text", b"Dear all,\n\nthis is a letter.\n".to_vec()),
        ("a tag", b"<".to_vec()),
        ("half a mark", b"\xef\xbb".to_vec()),
        ("half a sign of UTF-16", b"\xff\xfe<".to_vec()),
        ("a page", b"<!DOCTYPE html><html><body onload=\"Start({\"><p>&nbsp;</html>".to_vec()),
        ("null", b"null".to_vec()),
        ("an empty object", b"{}".to_vec()),
        ("a number without end", [b"[1".as_slice(), &vec![b'9'; 1 << 16], b"]"].concat()),
        ("deep JSON", [vec![b'['; 1 << 16], vec![b']'; 1 << 16]].concat()),
        ("deep objects", br#"{"a":"#.repeat(1 << 15)),
        ("deep XML", b"<a>".repeat(1 << 15)),
        ("deep groups", b"{".repeat(1 << 15)),
        ("deep components", b"BEGIN:VCALENDAR\r\n".repeat(1 << 13)),
    ];
    for parser in ALL {
        for (case, bytes) in &cases {
            let (parts, _) = read(&parser, bytes, case);
            assert!(parts == 0 || EASY.contains(&parser.name), "{} reads {case}", parser.name);
        }
        // What begins as it should and goes on as noise.
        for (name, file) in good(&parser) {
            for at in [1, 4, 64, file.len() / 2] {
                let begun = file.iter().take(at).chain(&noise).copied().collect::<Vec<_>>();
                read(&parser, &begun, &format!("{name} up to {at}, then noise"));
            }
        }
    }
}

#[test]
fn a_file_broken_off_anywhere_gives_no_more_than_the_whole() {
    for parser in ALL {
        for (name, file) in good(&parser) {
            let (whole, _) = read(&parser, &file, &name);
            for at in places(file.len()) {
                let (parts, _) = read(&parser, &file[..at], &format!("{name} up to {at}"));
                assert!(parts <= whole, "{}: {name} up to {at} gives {parts} of {whole}", parser.name);
            }
        }
    }
}

#[test]
fn a_file_damaged_anywhere_is_read_or_refused() {
    for parser in ALL {
        for (name, file) in good(&parser) {
            for (at, number) in places(file.len()).zip(chance(7)) {
                let mut damaged = file.clone();
                for byte in damaged.iter_mut().skip(at).take(3) {
                    *byte ^= number.to_le_bytes()[3] | 1;
                }
                read(&parser, &damaged, &format!("{name} damaged at {at}"));
                let twice = [&file[..at], &file[at / 2..]].concat();
                read(&parser, &twice, &format!("{name} with a part twice at {at}"));
            }
        }
    }
}

/// Entities that would make a file of some hundred bytes one of some gigabytes.
#[test]
fn entities_are_not_expanded() {
    let laughs: String =
        (1..10).map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10))).collect();
    let doctype = |root: &str| format!("<?xml version=\"1.0\"?><!DOCTYPE {root} [<!ENTITY l0 \"lol\">{laughs}]>");
    let outside = |root: &str| format!("<!DOCTYPE {root} [<!ENTITY l9 SYSTEM \"file:///etc/passwd\">]>");
    let cases = [
        ("quiz-xml", "quiz", "<quiz><question type=\"description\"><name><text>&l9;</text></name></question></quiz>"),
        ("lsu", "lsun-bilans", "<lsun-bilans xmlns=\"urn:fr:edu:scolarite:lsun:bilans:import\">&l9;</lsun-bilans>"),
        ("lsl", "lsl", "<lsl xmlns=\"urn:ac-grenoble.fr:lsl:import\">&l9;</lsl>"),
        ("marc", "collection", "<collection><record><leader>&l9;</leader></record></collection>"),
        (
            "badge",
            "svg",
            "<svg xmlns:openbadges=\"https://purl.imsglobal.org/ob/v3p0\"><openbadges:credential verify=\"&l9;\"/></svg>",
        ),
    ];
    for (name, root, body) in cases {
        let parser = ALL.into_iter().find(|parser| parser.name == name).unwrap();
        for declared in [doctype(root), outside(root)] {
            let begun = Instant::now();
            let (parts, said) = read(&parser, format!("{declared}{body}").as_bytes(), "entities");
            assert!(parts == 0 && !said.is_empty(), "{name}");
            assert!(!said.contains("lollol") && begun.elapsed() < Duration::from_secs(2), "{name}: {said}");
        }
    }
}

/// One byte more than is read at most; where a file is fetched or read whole, that happens before it is parsed.
#[test]
fn what_is_too_large_is_refused_at_once() {
    let limits = [
        ("badge", 16),
        ("gift", 64),
        ("ics", 32),
        ("lsl", 64),
        ("lsu", 64),
        ("marc", 64),
        ("pdf", 16),
        ("pix-csv", 16),
        ("quiz-xml", 64),
    ];
    for (name, mebibytes) in limits {
        let parser = ALL.into_iter().find(|parser| parser.name == name).unwrap();
        let (_, mut file) = good(&parser).remove(0);
        file.resize((mebibytes << 20) + 1, b' ');
        let begun = Instant::now();
        let (parts, said) = read(&parser, &file, "a huge file");
        assert!(parts == 0 && (said.contains("larger than") || said.contains("too long")), "{name}: {said}");
        assert!(begun.elapsed() < Duration::from_secs(2), "{name} took {:?}", begun.elapsed());
    }
}
