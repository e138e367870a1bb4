//! Texts with gaps: cleaned as a whole, since an element may stand around a gap, and then the gaps are put in.

use super::clean::{escape, words};
use super::{Page, Sheet};
use crate::format::quiz::cloze::{Part, parts};
use crate::format::quiz::model::{Answer, Gap, GapKind, Text};
use crate::format::quiz::number::Number;

/// What stands for a gap while the text is cleaned: signs for private use, which no text needs.
const BEGIN: char = '\u{e000}';
const END: char = '\u{e001}';

impl Sheet {
    pub(super) fn gaps(&mut self, text: &Text) {
        let mut body = String::with_capacity(text.body.len());
        let mut gaps = Vec::new();
        for part in parts(&text.body) {
            match part {
                Part::Text(part) => body.extend(part.chars().filter(|sign| !matches!(*sign, BEGIN | END))),
                Part::Gap(gap) => {
                    body.push_str(&format!("{BEGIN}{}{END}", gaps.len()));
                    gaps.push(gap);
                }
            }
        }
        let clean = self.cleaner.body(&body, text, &mut self.losses);
        let mut shown = String::with_capacity(clean.len());
        let mut place = Place::Text;
        let mut pieces = clean.split(BEGIN);
        let mut piece = pieces.next();
        while let Some(text) = piece {
            place = place.after(text);
            shown.push_str(text);
            piece = pieces.next();
            let Some((at, rest)) = piece.and_then(|piece| piece.split_once(END)) else { continue };
            // A gap in an attribute, or in an address, is no gap that anybody could fill.
            if let Some((at, gap)) =
                at.parse().ok().and_then(|at: usize| Some((at, gaps.get(at)?))).filter(|_| place == Place::Text)
            {
                shown.push_str(&self.gap(gap, at.saturating_add(1)));
            }
            piece = Some(rest);
        }
        self.add(&shown);
    }

    fn gap(&self, gap: &Gap, number: usize) -> String {
        match self.page {
            Page::Questions => self.empty(gap, number),
            Page::Answers => self.filled(gap),
        }
    }

    fn empty(&self, gap: &Gap, number: usize) -> String {
        let label = escape(&self.lang.say_with("gap", "number", &number.to_string()));
        let field = format!("<input type=\"text\" aria-label=\"{label}\" id=\"q{}g{number}\">", self.number);
        if !matches!(gap.kind, GapKind::Choice | GapKind::Choices) {
            return field;
        }
        let mut offered: Vec<String> = gap.answers.iter().map(said).collect();
        offered.sort();
        format!("{field} ({})", offered.join(" / "))
    }

    fn filled(&self, gap: &Gap) -> String {
        let good = gap.answers.iter().filter(|answer| answer.fraction.as_ref().is_some_and(Number::is_positive));
        let good: Vec<String> = good.map(|answer| self.accepted(answer)).collect();
        format!("<strong class=\"mark right\">[{}]</strong>", good.join(" / "))
    }

    fn accepted(&self, answer: &Answer) -> String {
        let mut said = said(answer);
        if let Some(tolerance) = answer.tolerance.as_ref().filter(|tolerance| !tolerance.is("0")) {
            let within = self.lang.say_with("within", "tolerance", &self.lang.number(&tolerance.plain()));
            said = format!("{said} {}", escape(&within));
        }
        if answer.is_right() {
            return said;
        }
        let percent = self.percent(answer.fraction.as_ref());
        format!("{said}, {}", escape(&self.lang.say_with("partly", "percent", &percent)))
    }
}

fn said(answer: &Answer) -> String {
    words(&answer.text.body)
}

/// Where one is in cleaned HTML.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Text,
    Element,
    Attribute,
}

impl Place {
    fn after(self, html: &str) -> Self {
        html.chars().fold(self, |place, sign| match (place, sign) {
            (Self::Text, '<') => Self::Element,
            (Self::Element, '>') => Self::Text,
            (Self::Element, '"') => Self::Attribute,
            (Self::Attribute, '"') => Self::Element,
            (place, _) => place,
        })
    }
}
