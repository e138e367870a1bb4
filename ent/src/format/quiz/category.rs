//! Paths of Moodle's question bank: names parted by `/`, in which a `/` is doubled.

use super::model::Quiz;

/// The last name of a path; the root has none.
pub(super) fn last(path: &str) -> String {
    // A doubled slash is no parting; U+0000 is in no path.
    let marked = path.trim().replace("//", "\0");
    let last = marked.rsplit('/').next().unwrap_or_default().trim();
    if last == "top" || (last.starts_with('$') && last.ends_with('$')) {
        return String::new();
    }
    last.replace('\0', "/")
}

/// The path of a quiz: the one it came with, or its name below the course.
pub(super) fn path(quiz: &Quiz) -> String {
    match &quiz.category {
        Some(category) if !category.path.is_empty() => category.path.clone(),
        _ if quiz.name.is_empty() => String::new(),
        _ => format!("$course$/top/{}", quiz.name.replace('/', "//")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_name_names_the_quiz() {
        for (path, name) in [
            ("$course$/top/History", "History"),
            ("$course$/top/History/Rome // Greece", "Rome / Greece"),
            ("$course$/top", ""),
            ("$course$", ""),
            ("Rome", "Rome"),
            ("", ""),
        ] {
            assert_eq!(last(path), name);
        }
        let quiz = Quiz { name: "a/b".to_owned(), ..Quiz::default() };
        assert_eq!(last(&super::path(&quiz)), "a/b");
    }
}
