//! Rounds through the folder of the inbox.

use cartable_ent::collect::forget;
use cartable_ent::inbox::{FOLDER, Outcome, Refusal, Seen, open, sweep, take, take_outside};
use cartable_fs::{Kind, Name, NodeId, WriteTimes};

use crate::world::{LSU, REST, World, backup, how, how_in};

const QUIZ: &[u8] = include_bytes!("../quiz/pronote.xml");

fn opened() -> World {
    let world = World::new();
    open(&world.bag).unwrap();
    open(&world.bag).unwrap();
    world
}

#[test]
fn without_an_inbox_nothing_happens() {
    let world = World::new();
    assert!(world.sweep().is_empty() && !world.has_collection());
    assert_eq!(world.names(""), [""; 0]);
    open(&world.bag).unwrap();
    assert_eq!(world.names(""), [FOLDER]);
    assert!(world.sweep().is_empty() && !world.has_collection());
}

#[test]
fn something_else_of_that_name_is_left_alone() {
    let world = World::new();
    let caller = cartable_fs::Caller { uid: 0, gid: 0, umask: 0 };
    let name = Name::new(FOLDER.as_bytes()).unwrap();
    world.home().make_node(&world.change(), NodeId::ROOT, name, 0o644, 0, caller).unwrap();
    assert!(open(&world.bag).is_err());
    assert!(world.sweep().is_empty());
}

#[test]
fn a_file_is_taken_in_and_away() {
    let world = opened();
    world.put("qcm.xml", QUIZ);
    world.put("6A/agenda/edt.ics", include_bytes!("../data/pronote.ics"));
    let taken = world.sweep();
    let names: Vec<_> = taken.iter().map(|taken| taken.name.as_str()).collect();
    assert_eq!(names, ["6A/agenda/edt.ics", "qcm.xml"]);
    assert!(taken.iter().all(|taken| matches!(taken.outcome, Outcome::Kept { .. })), "{taken:?}");
    assert_eq!(world.names(FOLDER), ["6A"]);
    let quiz = world.records().into_iter().find(|kept| kept.record.kind() == "quiz").unwrap();
    assert_eq!(world.source(quiz.origin.source), QUIZ);
    assert!(world.sweep().is_empty());
    let before = world.records();
    world.put("again.xml", QUIZ);
    let again = world.sweep();
    assert!(matches!(&again[0].outcome, Outcome::Kept { counts, .. } if (counts.new, counts.same) == (0, 1)));
    assert_eq!(world.records(), before);
    assert_eq!(world.account().last.unwrap().counts.same, 1);
}

#[test]
fn a_half_copied_file_is_waited_for() {
    let world = opened();
    let half = QUIZ.len() / 2;
    let id = world.put("qcm.xml", &QUIZ[..half]);
    assert!(sweep(&world.bag, &how_in(0), REST).unwrap().is_empty());
    world.home().write(&world.change(), id, half as u64, &QUIZ[half..], WriteTimes::Now, false).unwrap();
    assert!(sweep(&world.bag, &how_in(0), REST).unwrap().is_empty());
    assert!(matches!(world.sweep()[0].outcome, Outcome::Kept { .. }));
}

#[test]
fn a_copy_that_stood_still_is_tried_again_when_it_goes_on() {
    let world = opened();
    let half = QUIZ.len() / 2;
    let id = world.put("qcm.xml", &QUIZ[..half]);
    let first = world.sweep();
    if matches!(first[0].outcome, Outcome::Refused(_)) {
        assert!(world.text("qcm.xml.pourquoi.txt").contains("Exportez"));
        assert!(world.sweep().is_empty(), "it was tried again though it is the same");
        world.home().write(&world.change(), id, half as u64, &QUIZ[half..], WriteTimes::Now, false).unwrap();
    } else {
        world.put("qcm.xml", QUIZ);
    }
    assert!(matches!(world.sweep()[0].outcome, Outcome::Kept { .. }));
    assert_eq!(world.names(FOLDER), [""; 0], "file and note are gone");
}

#[test]
fn unfinished_and_hidden_files_are_left_alone() {
    let world = opened();
    let names = ["a.xml.part", "a.xml.crdownload", "a.xml~", "a.XML.TMP", "._a.xml", ".a.xml", "~$a.docx", "Thumbs.db"];
    names.iter().for_each(|name| {
        world.put(name, QUIZ);
    });
    assert!(world.sweep().is_empty());
    assert_eq!(world.names(FOLDER).len(), names.len());
}

#[test]
fn a_note_says_why_and_goes_with_its_file() {
    let world = opened();
    world.put("classe.xml", LSU);
    let taken = world.sweep();
    assert!(matches!(&taken[0].outcome, Outcome::Refused(Refusal::WhichPupil { .. })), "{taken:?}");
    let note = world.text("classe.xml.pourquoi.txt");
    assert!(note.contains("L\u{E9}a Exemple") && note.contains("--pupil") && note.contains("\"classe.xml\""), "{note}");
    assert_eq!(world.find(&format!("{FOLDER}/classe.xml.pourquoi.txt")).unwrap().kind, Kind::File);
    assert!(world.sweep().is_empty() && !world.has_collection());

    // A file under another name is another file.
    let id = world.find(FOLDER).unwrap().id;
    let name = |name: &'static str| Name::new(name.as_bytes()).unwrap();
    let change = world.change();
    let mode = cartable_fs::RenameMode::Replace;
    world.home().rename(&change, (id, name("classe.xml")), (id, name("b.xml")), mode).unwrap();
    assert_eq!(world.sweep().len(), 1);
    assert_eq!(world.names(FOLDER), ["b.xml", "b.xml.pourquoi.txt"]);

    // One that its owner wrote into stays.
    world.put("b.xml.pourquoi.txt", b"mine");
    world.home().unlink(&change, id, name("b.xml")).unwrap();
    assert!(world.sweep().is_empty());
    assert_eq!(world.text("b.xml.pourquoi.txt"), "mine");
}

#[test]
fn a_note_never_takes_the_place_of_something_else() {
    let world = opened();
    world.put("x.bin", b"\0\x01\x02");
    world.put("x.bin.pourquoi.txt", b"mine");
    assert!(matches!(world.sweep()[0].outcome, Outcome::Refused(Refusal::Unknown)));
    world.put("x.bin", b"\0\x01\x02\x03");
    assert_eq!(world.sweep().len(), 1);
    assert_eq!(world.text("x.bin.pourquoi.txt"), "mine");
}

#[test]
fn one_bad_file_does_not_stop_the_others() {
    let world = opened();
    world.put("a.bin", &[0xff; 100]);
    world.put("b.mbz", &backup());
    world.put("c.pdf", b"%PDF-1.7 nothing");
    world.put("d.xml", QUIZ);
    let taken = world.sweep();
    let kept: Vec<_> = taken.iter().map(|taken| matches!(taken.outcome, Outcome::Kept { .. })).collect();
    assert_eq!(kept, [false, true, false, true], "{taken:?}");
    let left = ["a.bin", "b.mbz", "c.pdf"].map(|name| [name.to_owned(), format!("{name}.pourquoi.txt")]);
    assert_eq!(world.names(FOLDER), left.concat());
}

#[test]
fn a_login_code_stays_with_a_note_and_nothing_of_it_is_kept() {
    let world = opened();
    let code =
        r#"{"jeton":"0123456789abcdef","login":"fedcba9876543210","url":"https://pronote.example/mobile.eleve.html"}"#;
    world.put("capture.png", &picture(code));
    world.put("autre.png", &picture("https://example.org"));
    let taken = world.sweep();
    assert!(matches!(taken[0].outcome, Outcome::Refused(Refusal::Unknown)));
    let Outcome::Code(read) = &taken[1].outcome else { panic!("{taken:?}") };
    assert_eq!(read.text(), code);
    assert!(!format!("{taken:?}").contains("0123456789abcdef"));
    let note = world.text("capture.png.pourquoi.txt");
    assert!(note.contains("--code-file \"capture.png\"") && !note.contains("0123456789abcdef"), "{note}");
    assert!(!world.has_collection());
}

/// A code as a PNG.
fn picture(text: &str) -> Vec<u8> {
    let code = qrcode::QrCode::new(text).unwrap();
    let width = u32::try_from(code.width()).unwrap();
    let colors = code.to_colors();
    let side = (width + 8) * 5;
    let grey = image::GrayImage::from_fn(side, side, |x, y| {
        let (x, y) = ((x / 5).wrapping_sub(4), (y / 5).wrapping_sub(4));
        let dark = x < width && y < width && colors[(y * width + x) as usize] == qrcode::Color::Dark;
        image::Luma([if dark { 0 } else { 255 }])
    });
    let mut out = std::io::Cursor::new(Vec::new());
    grey.write_to(&mut out, image::ImageFormat::Png).unwrap();
    out.into_inner()
}

/// Of a calendar without anything in it nothing would be shown: it stays, and says so.
#[test]
fn a_file_that_gives_nothing_stays() {
    let world = opened();
    world.put("vide.ics", b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//\r\nEND:VCALENDAR\r\n");
    assert!(matches!(world.sweep()[0].outcome, Outcome::Refused(Refusal::Nothing { .. })));
    assert_eq!(world.names(FOLDER), ["vide.ics", "vide.ics.pourquoi.txt"]);
    assert!(world.sweep().is_empty() && !world.has_collection());
}

#[test]
fn a_quiz_that_is_dropped_again_next_year_stays_where_it_is() {
    const YEAR_SECONDS: u64 = 365 * 24 * 3600;
    let world = opened();
    let year = |world: &World| world.records()[0].origin.year;
    world.put("qcm.xml", QUIZ);
    world.sweep();
    let before = year(&world);
    world.put("qcm.xml", QUIZ);
    let taken = sweep(&world.bag, &how_in(YEAR_SECONDS), REST).unwrap();
    assert!(matches!(taken[0].outcome, Outcome::Kept { counts, .. } if (counts.new, counts.changed) == (0, 0)));
    assert!(before.is_some() && year(&world) == before);
}

#[test]
fn while_somebody_collects_files_wait() {
    let world = opened();
    world.put("qcm.xml", QUIZ);
    let collecting = world.bag.collecting();
    assert!(world.sweep().is_empty());
    drop(collecting);
    assert_eq!(world.sweep().len(), 1);
}

/// Nothing is left that names what was forgotten, or where it lay.
#[test]
fn what_is_forgotten_leaves_no_row() {
    let world = opened();
    let path = world.folder.path().join("qcm.xml");
    std::fs::write(&path, QUIZ).unwrap();
    take_outside(&world.bag, &path, &how(), None, Seen::PassOver).unwrap();
    // A later version of a record, which belongs to another unit.
    let lsu = String::from_utf8(LSU.to_vec()).unwrap();
    let pupil = lsu.split("nom=\"").nth(1).unwrap().split('"').next().unwrap();
    let _ = take(&world.bag, "lsu.xml", LSU, &how(), Some(pupil));
    let name = world.account().name.0;
    assert!(forget(&world.bag, &name, &how()).unwrap() > 0);
    assert!(world.find("QCM").is_none_or(|shown| world.home().entries(&world.access(), shown.id).unwrap().is_empty()));
    for kind in ["piece", "member", "made", "watched", "file", "note", "stale"] {
        assert_eq!(world.rows(kind), 0, "{kind}");
    }
}

#[test]
fn notes_speak_the_language_of_their_reader() {
    let world = opened();
    world.put("x.bin", b"\0\x01\x02");
    let how = cartable_ent::collect::How { lang: cartable_ent::view::Lang::En, ..how() };
    assert_eq!(sweep(&world.bag, &how, REST).unwrap().len(), 1);
    assert!(world.text("x.bin.pourquoi.txt").starts_with("This is no file"));
}
