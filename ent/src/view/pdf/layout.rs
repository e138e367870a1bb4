//! Where each line of a document stands: a page is filled from its top; a table that goes on repeats its headings; a row that is
//! higher than what is left of a page goes on the next, and one that is higher than a page is split between lines.

use super::face::Faces;
use super::{EDGE, HEIGHT, WIDTH};
use crate::view::Lang;
use crate::view::document::{Document, Section, Table};

/// Letters of a document, at most: what follows is left out. A report card has a few thousand.
const LETTERS: usize = 100_000;

/// Room below a page's text for its foot.
const FOOT: f32 = 26.0;

/// Room around the text of a cell.
const PAD: f32 = 3.0;

/// A document on pages.
#[derive(Debug, Default)]
pub(super) struct Laid {
    /// What is drawn on each page.
    pub(super) pages: Vec<Vec<Mark>>,
    /// What the parts of the text are, in reading order.
    pub(super) blocks: Vec<Block>,
}

/// A part of the text, by the numbers of its leaves.
#[derive(Debug)]
pub(super) enum Block {
    /// A heading of this level.
    Heading(u16, usize),
    /// A paragraph.
    Paragraph(usize),
    /// A table called so, by rows; the first holds the headings.
    Table(String, Vec<Vec<usize>>),
}

/// Something that is drawn. Places are in points, from the upper left corner of the page.
#[derive(Debug)]
pub(super) enum Mark {
    /// A line of text, and the leaf it belongs to; none for what only repeats.
    Text { x: f32, y: f32, size: f32, bold: bool, text: String, leaf: Option<usize> },
    /// A straight line.
    Rule { x: f32, y: f32, to_x: f32, to_y: f32 },
}

/// How a text is set.
#[derive(Debug, Clone, Copy)]
struct Setting {
    size: f32,
    bold: bool,
}

impl Setting {
    const TITLE: Self = Self { size: 16.0, bold: true };
    const HEADING: Self = Self { size: 11.5, bold: true };
    const TEXT: Self = Self { size: 9.0, bold: false };
    const CELL: Self = Self { size: 8.0, bold: false };
    const HEAD: Self = Self { size: 7.5, bold: true };

    /// From one line to the next.
    fn line(self) -> f32 {
        self.size * 1.3
    }
}

/// Places a document on pages.
pub(super) fn layout(document: &Document, lang: Lang, faces: &Faces) -> Laid {
    let mut pen = Pen { faces, laid: Laid::default(), y: 0.0, leaves: 0, letters: LETTERS };
    pen.turn();
    let leaf = pen.paragraph(&document.title, Setting::TITLE);
    pen.laid.blocks.push(Block::Heading(1, leaf));
    for (label, value) in &document.facts {
        let line = lang.say_with("labelled", &[("label", label), ("value", value)]);
        let leaf = pen.paragraph(&line, Setting::TEXT);
        pen.laid.blocks.push(Block::Paragraph(leaf));
    }
    for section in &document.sections {
        pen.section(section);
    }
    pen.y += 10.0;
    for line in &document.provenance {
        let leaf = pen.paragraph(line, Setting::CELL);
        pen.laid.blocks.push(Block::Paragraph(leaf));
    }
    pen.laid
}

/// Fills pages from top to bottom.
struct Pen<'a> {
    faces: &'a Faces,
    laid: Laid,
    y: f32,
    leaves: usize,
    letters: usize,
}

/// A row whose cells are lines.
struct Row {
    setting: Setting,
    cells: Vec<Vec<String>>,
    leaves: Vec<Option<usize>>,
}

impl Pen<'_> {
    fn section(&mut self, section: &Section) {
        self.y += 10.0;
        // A heading stands on the page of what it heads.
        self.need(Setting::HEADING.line() + 4.0 * Setting::TEXT.line());
        let leaf = self.paragraph(&section.heading, Setting::HEADING);
        self.laid.blocks.push(Block::Heading(2, leaf));
        self.y += 2.0;
        for text in &section.paragraphs {
            let leaf = self.paragraph(text, Setting::TEXT);
            self.laid.blocks.push(Block::Paragraph(leaf));
            self.y += 2.0;
        }
        if let Some(table) = &section.table {
            self.table(table);
        }
    }

    fn table(&mut self, table: &Table) {
        let total = table.columns.iter().map(|column| f32::from(column.weight.max(1))).sum::<f32>().max(1.0);
        let room = WIDTH - 2.0 * EDGE;
        let widths: Vec<f32> =
            table.columns.iter().map(|column| f32::from(column.weight.max(1)) / total * room).collect();
        let headings: Vec<&str> = table.columns.iter().map(|column| column.heading.as_str()).collect();
        let mut head = self.row_of(&headings, &widths, Setting::HEAD);
        let mut rows = vec![head.leaves.iter().copied().flatten().collect()];
        self.need(self.height(&head) + 2.0 * Setting::CELL.line());
        self.place(&head, &widths, None);
        head.leaves.iter_mut().for_each(|leaf| *leaf = None);
        for cells in &table.rows {
            let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
            let row = self.row_of(&cells, &widths, Setting::CELL);
            rows.push(row.leaves.iter().copied().flatten().collect());
            self.place(&row, &widths, Some(&head));
        }
        self.laid.blocks.push(Block::Table(table.caption.clone(), rows));
    }

    fn row_of(&mut self, cells: &[&str], widths: &[f32], setting: Setting) -> Row {
        let mut row = Row { setting, cells: Vec::new(), leaves: Vec::new() };
        for (index, width) in widths.iter().enumerate() {
            let text = self.afford(cells.get(index).copied().unwrap_or_default());
            let face = self.faces.face(setting.bold || index == 0);
            row.cells.push(face.wrap(&text, width - 2.0 * PAD, setting.size));
            row.leaves.push(Some(self.leaf()));
        }
        row
    }

    fn height(&self, row: &Row) -> f32 {
        lines(row.cells.iter().map(Vec::len).max().unwrap_or(1)) * row.setting.line() + 2.0 * PAD
    }

    /// Draws a row, over several pages if it must; `head` is drawn again at the top of each.
    fn place(&mut self, row: &Row, widths: &[f32], head: Option<&Row>) {
        let total = row.cells.iter().map(Vec::len).max().unwrap_or(1);
        let page = bottom() - EDGE - head.map_or(0.0, |head| self.height(head));
        let height = self.height(row);
        if height <= page && self.y + height > bottom() {
            self.turn_within(head, widths);
        }
        let mut start = 0;
        loop {
            let left = bottom() - self.y - 2.0 * PAD;
            let fits = |count: &usize| lines(*count) * row.setting.line() <= left;
            // A page holds a line in any case, so that this ends.
            let count = (1..=total - start).take_while(fits).count().max(1);
            self.slice(row, widths, start, count);
            start += count;
            if start >= total {
                return;
            }
            self.turn_within(head, widths);
        }
    }

    /// Begins a page in the middle of a table.
    fn turn_within(&mut self, head: Option<&Row>, widths: &[f32]) {
        self.turn();
        if let Some(head) = head {
            self.slice(head, widths, 0, usize::MAX);
        }
    }

    /// Draws some lines of a row, and the lines around its cells.
    fn slice(&mut self, row: &Row, widths: &[f32], start: usize, count: usize) {
        let top = self.y;
        let shown = row.cells.iter().map(|cell| cell.len().saturating_sub(start).min(count)).max().unwrap_or(1);
        let end = top + lines(shown) * row.setting.line() + 2.0 * PAD;
        let mut x = EDGE;
        let mut marks = Vec::new();
        for (index, width) in widths.iter().enumerate() {
            let Setting { size, bold } = row.setting;
            let bold = bold || index == 0;
            let leaf = row.leaves.get(index).copied().flatten();
            for (line, text) in row.cells.get(index).into_iter().flatten().skip(start).take(count).enumerate() {
                let y = top + PAD + size + lines(line) * row.setting.line();
                marks.push(Mark::Text { x: x + PAD, y, size, bold, text: text.clone(), leaf });
            }
            marks.push(Mark::Rule { x, y: top, to_x: x, to_y: end });
            x += width;
        }
        marks.push(Mark::Rule { x, y: top, to_x: x, to_y: end });
        for y in [top, end] {
            marks.push(Mark::Rule { x: EDGE, y, to_x: x, to_y: y });
        }
        self.draw(marks);
        self.y = end;
    }

    /// Draws a text of its own, and returns its leaf.
    fn paragraph(&mut self, text: &str, setting: Setting) -> usize {
        let leaf = self.leaf();
        let text = self.afford(text);
        for text in self.faces.face(setting.bold).wrap(&text, WIDTH - 2.0 * EDGE, setting.size) {
            self.need(setting.line());
            let y = self.y + setting.size;
            self.draw(vec![Mark::Text { x: EDGE, y, size: setting.size, bold: setting.bold, text, leaf: Some(leaf) }]);
            self.y += setting.line();
        }
        leaf
    }

    /// The part of a text that there is room for.
    fn afford(&mut self, text: &str) -> String {
        let text: String = text.chars().take(self.letters).collect();
        self.letters = self.letters.saturating_sub(text.chars().count());
        text
    }

    fn leaf(&mut self) -> usize {
        let leaf = self.leaves;
        self.leaves = self.leaves.saturating_add(1);
        leaf
    }

    fn need(&mut self, height: f32) {
        if self.y + height > bottom() {
            self.turn();
        }
    }

    fn turn(&mut self) {
        self.laid.pages.push(Vec::new());
        self.y = EDGE;
    }

    fn draw(&mut self, marks: Vec<Mark>) {
        if let Some(page) = self.laid.pages.last_mut() {
            page.extend(marks);
        }
    }
}

fn bottom() -> f32 {
    HEIGHT - EDGE - FOOT
}

/// A number of lines, to multiply with.
fn lines(count: usize) -> f32 {
    f32::from(u16::try_from(count).unwrap_or(u16::MAX))
}
