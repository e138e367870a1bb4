//! A document that is shown as a page and as a PDF: headings, facts, tables and paragraphs, all of them plain text.

use maud::{Markup, html};

use super::page;

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Document {
    /// Its name.
    pub(super) title: String,
    /// What stands below its name.
    pub(super) facts: Vec<(String, String)>,
    /// Its sections.
    pub(super) sections: Vec<Section>,
    /// Where it comes from.
    pub(super) provenance: Vec<String>,
}

/// A section of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Section {
    /// Its heading.
    pub(super) heading: String,
    /// What it says.
    pub(super) paragraphs: Vec<String>,
    /// What it shows.
    pub(super) table: Option<Table>,
}

/// A table. The first cell of a row heads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    /// What it is called for those who can't see it.
    pub(super) caption: String,
    /// Its columns.
    pub(super) columns: Vec<Column>,
    /// Its rows, with a cell for each column.
    pub(super) rows: Vec<Vec<String>>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    /// Its heading.
    pub(super) heading: String,
    /// How wide it is beside the others, on paper.
    pub(super) weight: u16,
}

impl Section {
    /// A section that says something.
    pub(super) fn of_text(heading: String, paragraphs: Vec<String>) -> Self {
        Self { heading, paragraphs, table: None }
    }

    /// A section that shows a table.
    pub(super) fn of_table(heading: String, table: Table) -> Self {
        Self { heading, paragraphs: Vec::new(), table: Some(table) }
    }

    /// Whether it says nothing.
    fn is_empty(&self) -> bool {
        self.paragraphs.is_empty() && self.table.as_ref().is_none_or(|table| table.rows.is_empty())
    }
}

impl Table {
    /// Without the columns that no row fills; the first stays.
    fn filled(mut self) -> Self {
        let fills = |column: usize| self.rows.iter().any(|row| row.get(column).is_some_and(|cell| !cell.is_empty()));
        let keep: Vec<bool> = (0..self.columns.len()).map(|column| column == 0 || fills(column)).collect();
        let mut kept = keep.iter();
        self.columns.retain(|_| kept.next().copied().unwrap_or(false));
        for row in &mut self.rows {
            let mut kept = keep.iter();
            row.retain(|_| kept.next().copied().unwrap_or(false));
        }
        self
    }
}

impl Document {
    /// Without sections and columns that hold nothing.
    pub(super) fn filled(mut self) -> Self {
        self.facts.retain(|(_, value)| !value.is_empty());
        for section in &mut self.sections {
            section.table = section.table.take().map(Table::filled);
        }
        self.sections.retain(|section| !section.is_empty());
        self
    }

    /// As the main part of a page.
    pub(super) fn markup(&self) -> Markup {
        html! {
            dl { @for (label, value) in &self.facts { dt { (label) } dd { bdi { (value) } } } }
            @for section in &self.sections {
                section {
                    h2 { bdi { (section.heading) } }
                    @for text in &section.paragraphs { p { @for line in text.lines() { (line) br; } } }
                    @if let Some(table) = &section.table {
                        @let columns: Vec<_> = table.columns.iter().map(|column| column.heading.clone()).collect();
                        (page::table(&table.caption, &columns, &table.rows))
                    }
                }
            }
        }
    }
}
