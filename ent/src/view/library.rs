//! Books: what is lent, late, asked for and given back, as a page and as tables for spreadsheets; and the lists of books to read.

use std::collections::BTreeMap;

use jiff::civil::Date;
use maud::html;

use super::csv::Csv;
use super::name::{Names, fold, title};
use super::page::{page, table};
use super::{Kept, Lang, ViewFile};
use crate::record::{Loan, LoanState, Record};

/// What stands in the page and the tables, by state.
const STATES: [(LoanState, &str); 4] = [
    (LoanState::Late, "loans-late"),
    (LoanState::Current, "loans-current"),
    (LoanState::Hold, "loans-hold"),
    (LoanState::Past, "loans-past"),
];

const COLUMNS: [&str; 7] =
    ["column-title", "column-authors", "column-isbn", "column-from", "column-until", "column-library", "column-copy"];

/// A book, and the record it is kept in.
type Book<'a> = (&'a Kept, &'a Loan);

pub(super) fn files(kept: &[&Kept], lang: Lang) -> Vec<ViewFile> {
    let mut books: Vec<Book<'_>> = kept.iter().filter_map(|kept| Some((*kept, loan(kept)?))).collect();
    books.sort_by_cached_key(|(kept, loan)| (std::cmp::Reverse(loan.from), fold(&loan.title), kept.id()));
    let (listed, lent): (Vec<_>, Vec<_>) = books.into_iter().partition(|(_, loan)| loan.state == LoanState::Listed);
    let mut files = loans(&lent, lang);
    files.extend(lists(&listed, lang));
    files
}

fn loan(kept: &Kept) -> Option<&Loan> {
    match &kept.record {
        Record::Loan(loan) => Some(loan),
        _ => None,
    }
}

fn loans(books: &[Book<'_>], lang: Lang) -> Vec<ViewFile> {
    let by_state = STATES.map(|(state, id)| {
        let of: Vec<Book<'_>> = books.iter().copied().filter(|(_, loan)| loan.state == state).collect();
        (lang.say(id), of)
    });
    let filled: Vec<_> = by_state.iter().filter(|(_, books)| !books.is_empty()).collect();
    if filled.is_empty() {
        return Vec::new();
    }
    let heading = lang.say("file-loans");
    let main = html! {
        @for (state, books) in &filled {
            section { h2 { (state) } (table(state, &columns(lang), &rows(books, |date| lang.day(date)))) }
        }
    };
    let all: Vec<&Kept> = books.iter().map(|(kept, _)| *kept).collect();
    let mut files = vec![ViewFile::made(vec![format!("{heading}.html")], page(lang, &heading, &all, &main), &all)];
    for (state, books) in filled {
        files.push(spreadsheet(vec![format!("{heading} - {state}.csv")], books, lang));
    }
    files
}

fn lists(books: &[Book<'_>], lang: Lang) -> Vec<ViewFile> {
    let mut lists: BTreeMap<String, Vec<Book<'_>>> = BTreeMap::new();
    for (kept, loan) in books {
        let list = loan.list.as_deref().map(str::trim).unwrap_or_default();
        lists.entry(fold(list)).or_default().push((kept, loan));
    }
    let name = |books: &[Book<'_>]| {
        let list = books.iter().min_by_key(|(kept, _)| kept.id()).and_then(|(_, loan)| loan.list.clone());
        list.filter(|list| !list.trim().is_empty()).unwrap_or_else(|| lang.say("list-unnamed"))
    };
    let folder = lang.say("folder-lists");
    let mut names = Names::default();
    for (id, books) in &lists {
        names.want(id.clone(), [folder.as_str()], &title(&name(books)));
    }
    let paths = names.give();
    let mut files = Vec::new();
    for (id, books) in &lists {
        let Some((stem, folders)) = paths.get(id).and_then(|path| path.split_last()) else {
            continue;
        };
        let path = |ending: &str| folders.iter().cloned().chain([format!("{stem}.{ending}")]).collect::<Vec<_>>();
        let heading = name(books);
        let all: Vec<&Kept> = books.iter().map(|(kept, _)| *kept).collect();
        let main = table(&heading, &columns(lang), &rows(books, |date| lang.day(date)));
        files.push(ViewFile::made(path("html"), page(lang, &heading, &all, &main), &all));
        files.push(spreadsheet(path("csv"), books, lang));
    }
    files
}

fn columns(lang: Lang) -> Vec<String> {
    COLUMNS.map(|column| lang.say(column)).to_vec()
}

fn rows(books: &[Book<'_>], day: impl Fn(Date) -> String) -> Vec<Vec<String>> {
    let row = |(_, loan): &Book<'_>| {
        vec![
            loan.title.clone(),
            loan.authors.join(", "),
            loan.isbn.clone().unwrap_or_default(),
            loan.from.map(&day).unwrap_or_default(),
            loan.until.map(&day).unwrap_or_default(),
            loan.library.clone().unwrap_or_default(),
            loan.copy.clone().unwrap_or_default(),
        ]
    };
    books.iter().map(row).collect()
}

fn spreadsheet(path: Vec<String>, books: &[Book<'_>], lang: Lang) -> ViewFile {
    let columns = columns(lang);
    let mut csv = Csv::new(columns.iter().map(String::as_str));
    for row in rows(books, |date| date.to_string()) {
        csv.row(row.iter().map(String::as_str));
    }
    let all: Vec<&Kept> = books.iter().map(|(kept, _)| *kept).collect();
    ViewFile::made(path, csv.bytes(), &all)
}
