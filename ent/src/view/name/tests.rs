//! Names from hostile texts.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;

use super::*;

#[test]
fn any_text_becomes_a_name() {
    for (text, name) in [
        ("Trimestre 1", "Trimestre 1"),
        ("Maths/Physique: ch. 1?", "Maths-Physique- ch. 1_"),
        ("../../etc/passwd", "-..-etc-passwd"),
        ("", "Sans titre"),
        (" .. ", "Sans titre"),
        (".profile", "profile"),
        ("CON", "CON_"),
        ("con.txt", "con_.txt"),
        ("COM1", "COM1_"),
        ("com\u{b9}.a.b", "com\u{b9}_.a.b"),
        ("COM10", "COM10"),
        ("Conte", "Conte"),
        ("e\u{301}te\u{301}", "\u{e9}t\u{e9}"),
        ("a\r\nb\tc  d", "a b c d"),
        ("\u{202e}fdp.exe", "fdp.exe"),
        ("fin. ", "fin"),
        ("\u{1f469}\u{200d}\u{1f393} bac", "\u{1f469}\u{200d}\u{1f393} bac"),
        ("<script>alert(1)</script>", "_script_alert(1)_-script_"),
    ] {
        assert_eq!(safe(text), name, "{text:?}");
    }
}

#[test]
fn a_long_name_is_cut_between_letters_and_keeps_its_ending() {
    let name = safe(&format!("{}.pdf", "\u{e9}".repeat(300)));
    assert!(name.len() <= LONGEST && name.len() >= LONGEST - 2 && name.ends_with("\u{e9}.pdf"), "{name}");
    assert!(title(&"x".repeat(300)).len() <= LONGEST - 20);
}

#[test]
fn who_loses_a_name_is_told_by_the_order_of_ids_and_not_of_arrival() {
    for order in [[1, 2, 3, 4], [4, 3, 2, 1], [3, 1, 4, 2]] {
        let mut names = Names::default();
        for id in order {
            let (folder, name) = [("A", "Note.pdf"), ("a", "note.PDF"), ("A", "note (2).pdf"), ("A", "autre")][id - 1];
            names.want(id, [folder], name);
        }
        let given: Vec<_> = names.give().into_values().map(|path| path.join("/")).collect();
        assert_eq!(given, ["A/Note.pdf", "A/note (2).PDF", "A/note (2) (2).pdf", "A/autre"]);
    }
}

#[test]
fn a_file_is_never_called_like_a_folder() {
    let mut names = Names::default();
    names.want(1, [], "chapitre");
    names.want(2, ["Chapitre"], "cours.pdf");
    assert_eq!(names.give().into_values().collect::<Vec<_>>(), [vec!["chapitre (2)"], vec!["Chapitre", "cours.pdf"]]);
}

#[test]
fn ten_thousand_things_of_one_name_are_named() {
    let mut names = Names::default();
    for id in 0..10_000 {
        names.want(id, ["f"], "x.txt");
    }
    let given = names.give();
    assert_eq!(given[&9_999], ["f", "x (10000).txt"]);
}

#[test]
fn a_title_that_seems_to_have_an_ending_is_a_safe_name() {
    assert_eq!(title("!..A"), "!.A");
    assert_eq!(safe(&title("!..A")), title("!..A"));
}

proptest! {
    #[test]
    fn any_letters_make_a_safe_name(text in any::<String>()) {
        for name in [safe(&text), title(&text)] {
            prop_assert!(!name.is_empty() && name.len() <= LONGEST);
            prop_assert!(!name.starts_with(['.', ' ']) && !name.ends_with(['.', ' ']), "{name:?}");
            prop_assert!(!name.contains(['/', '\\', ':', '*', '?', '"', '<', '>', '|']));
            prop_assert!(!name.chars().any(char::is_control));
            prop_assert_eq!(safe(&name), name);
        }
    }
}
