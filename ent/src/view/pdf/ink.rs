//! Draws what was laid out, and ties each line to the part of the structure it belongs to.

use std::collections::BTreeMap;
use std::num::NonZeroU16;

use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point};
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, Node, SpanTag, TableHeaderScope, Tag, TagGroup, TagKind, TagTree,
};
use krilla::text::TextDirection;

use super::face::Faces;
use super::layout::{Block, Laid, Mark};
use super::{EDGE, HEIGHT, WIDTH};
use crate::view::Lang;
use crate::view::document::Document;

/// Size of the foot's letters.
const FOOT_SIZE: f32 = 7.5;

/// Letters of the title in a foot, at most: they stand on one line.
const FOOT_LETTERS: usize = 80;

/// Which pieces of pages make up each leaf.
type Leaves = BTreeMap<usize, Vec<Identifier>>;

pub(super) fn ink(document: &Document, lang: Lang, faces: &Faces, laid: &Laid) -> Option<Vec<u8>> {
    let mut pdf = krilla::Document::new();
    let metadata = Metadata::new()
        .title(document.title.clone())
        .language(lang.tag().to_owned())
        .creator(String::from("Cartable"))
        .producer(String::from("Cartable"));
    pdf.set_metadata(metadata);
    let mut leaves = Leaves::new();
    let short: String = document.title.chars().take(FOOT_LETTERS).collect();
    for (index, marks) in laid.pages.iter().enumerate() {
        let mut page = pdf.start_page_with(PageSettings::from_wh(WIDTH, HEIGHT)?);
        let mut surface = page.surface();
        for mark in marks {
            draw(&mut surface, faces, mark, &mut leaves);
        }
        let (number, count) = ((index + 1).to_string(), laid.pages.len().to_string());
        let foot = lang.say_with("page-of", &[("title", &short), ("page", &number), ("pages", &count)]);
        let text = faces.face(false).wrap(&foot, WIDTH - 2.0 * EDGE, FOOT_SIZE).into_iter().next().unwrap_or_default();
        let (x, y) = (EDGE, HEIGHT - EDGE + FOOT_SIZE / 2.0);
        draw(&mut surface, faces, &Mark::Text { x, y, size: FOOT_SIZE, bold: false, text, leaf: None }, &mut leaves);
        surface.finish();
        page.finish();
    }
    pdf.set_tag_tree(tree(&laid.blocks, leaves, lang));
    pdf.finish().ok()
}

fn draw(surface: &mut Surface<'_>, faces: &Faces, mark: &Mark, leaves: &mut Leaves) {
    match mark {
        Mark::Text { x, y, size, bold, text, leaf } => {
            let tag = match leaf {
                Some(_) => ContentTag::Span(SpanTag::empty()),
                None => ContentTag::Artifact(Artifact::with_kind(ArtifactType::PaginationOther)),
            };
            let piece = surface.start_tagged(tag);
            surface.set_fill(Some(Fill { paint: rgb::Color::new(20, 24, 30).into(), ..Fill::default() }));
            surface.set_stroke(None);
            let font = faces.face(*bold).font.clone();
            surface.draw_text(Point::from_xy(*x, *y), font, *size, text, false, TextDirection::Auto);
            surface.end_tagged();
            if let Some(leaf) = leaf {
                leaves.entry(*leaf).or_default().push(piece);
            }
        }
        Mark::Rule { x, y, to_x, to_y } => {
            let mut path = PathBuilder::new();
            path.move_to(*x, *y);
            path.line_to(*to_x, *to_y);
            if let Some(path) = path.finish() {
                surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
                surface.set_fill(None);
                let paint = rgb::Color::new(150, 156, 166).into();
                surface.set_stroke(Some(Stroke { paint, width: 0.5, ..Stroke::default() }));
                surface.draw_path(&path);
                surface.end_tagged();
            }
        }
    }
}

fn tree(blocks: &[Block], mut leaves: Leaves, lang: Lang) -> TagTree {
    let mut tree = TagTree::new().with_lang(Some(lang.tag().to_owned()));
    let mut group = |tag: TagKind, leaf: &usize| {
        let pieces = leaves.remove(leaf).unwrap_or_default();
        TagGroup::with_children(tag, pieces.into_iter().map(Node::from).collect())
    };
    for block in blocks {
        match block {
            Block::Heading(level, leaf) => {
                let level = NonZeroU16::new(*level).unwrap_or(NonZeroU16::MIN);
                tree.push(group(Tag::Hn(level, None).into(), leaf));
            }
            Block::Paragraph(leaf) => tree.push(group(Tag::P.into(), leaf)),
            Block::Table(caption, rows) => {
                let mut table = TagGroup::new(Tag::Table.with_summary(Some(caption.clone())));
                for (index, cells) in rows.iter().enumerate() {
                    let mut row = TagGroup::new(Tag::TR);
                    for (column, leaf) in cells.iter().enumerate() {
                        row.push(group(cell(index, column), leaf));
                    }
                    table.push(row);
                }
                tree.push(table);
            }
        }
    }
    tree
}

/// What a cell is: the first row heads the columns, the first column heads the rows.
fn cell(row: usize, column: usize) -> TagKind {
    match (row, column) {
        (0, _) => Tag::TH(TableHeaderScope::Column).into(),
        (_, 0) => Tag::TH(TableHeaderScope::Row).into(),
        _ => Tag::TD.into(),
    }
}
