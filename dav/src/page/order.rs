//! The order of a listing: folders first, names as people look for them, "Devoir 2" before "Devoir 10".

use std::cmp::Ordering;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::Row;

/// A column that a listing can be ordered by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Column {
    /// By name.
    #[default]
    Name,
    /// By size.
    Size,
    /// By time of the last change.
    Modified,
}

/// How a listing is ordered: `?sort=name`, and `?sort=-name` from the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sort {
    /// The column that decides; equal rows go by name.
    pub(crate) by: Column,
    /// Largest, latest or last first.
    pub(crate) descending: bool,
}

impl Sort {
    /// Reads the value of `sort` in a query; by name where it means nothing.
    pub(crate) fn from_word(word: &str) -> Self {
        let (descending, word) = word.strip_prefix('-').map_or((false, word), |rest| (true, rest));
        Column::ALL.into_iter().find(|by| by.word() == word).map_or_else(Self::default, |by| Self { by, descending })
    }

    /// What [`Sort::from_word`] reads.
    pub(super) fn word(self) -> String {
        format!("{}{}", if self.descending { "-" } else { "" }, self.by.word())
    }

    /// Rows in this order.
    pub(super) fn apply(self, rows: &[Row]) -> Vec<&Row> {
        let mut keyed: Vec<_> = rows.iter().map(|row| (key(&row.name), row)).collect();
        keyed.sort_by(|(key, row), (other_key, other)| {
            let by_name = || key.cmp(other_key).then_with(|| row.name.cmp(&other.name));
            let order = match self.by {
                Column::Name => by_name(),
                // A folder shows no size, so it can't be ordered by one.
                Column::Size if row.folder && other.folder => Ordering::Equal,
                Column::Size => row.size.cmp(&other.size),
                Column::Modified => row.modified.cmp(&other.modified),
            };
            let order = if self.descending { order.reverse() } else { order };
            other.folder.cmp(&row.folder).then(order).then_with(by_name)
        });
        keyed.into_iter().map(|(_, row)| row).collect()
    }
}

impl Column {
    pub(super) const ALL: [Self; 3] = [Self::Name, Self::Size, Self::Modified];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Size => "size",
            Self::Modified => "modified",
        }
    }
}

/// A part of a name: digits compare by their value, everything else without case and accents.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    /// Significant digits: how many, then which.
    Number(usize, String),
    Words(String),
}

fn key(name: &str) -> Vec<Part> {
    let plain: String =
        name.nfd().filter(|character| !is_combining_mark(*character)).flat_map(char::to_lowercase).collect();
    let mut parts = Vec::new();
    let mut rest = plain.as_str();
    while let Some(first) = rest.chars().next() {
        let digits = first.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != digits).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        parts.push(if digits {
            let part = part.trim_start_matches('0');
            Part::Number(part.len(), part.to_owned())
        } else {
            Part::Words(part.to_owned())
        });
        rest = after;
    }
    parts
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::page::Shown;

    fn row(name: &str, folder: bool, size: u64) -> Row {
        Row {
            name: name.to_owned(),
            href: String::new(),
            folder,
            size,
            modified: SystemTime::UNIX_EPOCH + Duration::from_secs(size),
            kind: Shown::Other,
        }
    }

    fn names(sort: &str, rows: &[Row]) -> Vec<String> {
        Sort::from_word(sort).apply(rows).into_iter().map(|row| row.name.clone()).collect()
    }

    #[test]
    fn folders_come_first_and_names_go_as_people_look_for_them() {
        let rows = [
            row("zoo.txt", false, 3),
            row("Devoir 10.odt", false, 5),
            row("devoir 2.odt", false, 9),
            row("\u{c9}valuation.pdf", false, 1),
            row("Fran\u{e7}ais", true, 0),
            row("espagnol", true, 7),
            row("2025.txt", false, 2),
        ];
        let wanted = [
            "espagnol",
            "Fran\u{e7}ais",
            "2025.txt",
            "devoir 2.odt",
            "Devoir 10.odt",
            "\u{c9}valuation.pdf",
            "zoo.txt",
        ];
        assert_eq!(names("name", &rows), wanted);
        assert_eq!(names("nonsense", &rows), wanted);
        let backwards = names("-name", &rows);
        assert_eq!(backwards[..3], ["Fran\u{e7}ais", "espagnol", "zoo.txt"]);
    }

    #[test]
    fn sizes_and_times_decide_when_asked() {
        let rows = [row("a", false, 2), row("b", false, 30), row("c", false, 2), row("d", true, 9), row("e", true, 1)];
        assert_eq!(names("size", &rows), ["d", "e", "a", "c", "b"]);
        assert_eq!(names("-size", &rows), ["d", "e", "b", "a", "c"]);
        assert_eq!(names("-modified", &rows), ["d", "e", "b", "a", "c"]);
        assert_eq!(names("modified", &rows), ["e", "d", "a", "c", "b"]);
    }

    #[test]
    fn a_sort_survives_its_word() {
        for by in Column::ALL {
            for descending in [false, true] {
                let sort = Sort { by, descending };
                assert_eq!(Sort::from_word(&sort.word()), sort);
            }
        }
    }
}
