//! Writing Moodle XML and PRONOTE's dialect of it.

use crate::format::quiz::model::{Answer, Category, Kind, Pair, Question, Quiz, Text};
use crate::format::quiz::number::Number;
use crate::format::quiz::raw::Other;
use crate::format::quiz::report::{Loss, Losses, Written};
use crate::format::quiz::xml::{Out, storable};
use crate::format::quiz::{Format, category};

/// Writes questions as Moodle imports them.
#[must_use]
pub fn write(quizzes: &[Quiz]) -> Written {
    file(quizzes, false)
}

/// Writes questions as PRONOTE imports them, as far as is known from programs whose files it takes: nobody has tried ours on a real
/// PRONOTE.
#[must_use]
pub fn write_pronote(quizzes: &[Quiz]) -> Written {
    file(quizzes, true)
}

fn file(quizzes: &[Quiz], pronote: bool) -> Written {
    let mut writer = Writer { losses: Losses::default(), pronote };
    let attributes = quizzes.first().map(|quiz| quiz.other.attributes.clone()).unwrap_or_default();
    let root = Other { attributes, elements: Vec::new() };
    let mut out = Out::new();
    out.element("quiz", &[], &root, |out| {
        for (at, quiz) in quizzes.iter().enumerate() {
            writer.quiz(out, quiz, at);
        }
    });
    Written { text: out.finish(), lost: writer.losses.finish() }
}

/// What PRONOTE's files say of every question, besides its points.
const USUAL: [&str; 3] = ["externallink", "usecase", "editeur"];
const GRADE: &str = "defaultgrade";

struct Writer {
    losses: Losses,
    pronote: bool,
}

impl Writer {
    fn quiz(&mut self, out: &mut Out, quiz: &Quiz, at: usize) {
        self.losses.quiz();
        self.losses.add_if(at > 0 && !quiz.other.attributes.is_empty(), Loss::Other);
        if self.pronote {
            let path = quiz.category.as_ref().is_some_and(|category| !category.path.is_empty());
            self.losses.add_if(path, Loss::Category);
            self.category(out, quiz, &infos(quiz));
        } else {
            let subject = quiz.subject.is_some() || quiz.level.is_some();
            self.losses.add_if(subject, Loss::Subject);
            self.losses.add_if(quiz.numbering.is_some(), Loss::Layout);
            self.losses.add_if(!quiz.infos.is_empty(), Loss::Other);
            if at > 0 || quiz.category.is_some() || !quiz.name.is_empty() {
                self.category(out, quiz, &category::path(quiz));
            }
        }
        for (at, question) in quiz.questions.iter().enumerate() {
            self.losses.question(at, &question.name);
            self.question(out, question);
        }
        for raw in &quiz.other.elements {
            out.raw(raw);
        }
    }

    fn category(&mut self, out: &mut Out, quiz: &Quiz, said: &str) {
        let none = Category::default();
        let category = quiz.category.as_ref().unwrap_or(&none);
        let other = &category.other;
        out.element("question", &[("type", "category")], other, |out| {
            self.words(out, other, "category", said);
            self.optional(out, other, "info", category.description.as_ref());
            scalar(out, other, "idnumber", category.idnumber.as_deref());
        });
    }

    fn question(&mut self, out: &mut Out, question: &Question) {
        self.note(question);
        let other = &question.other;
        let mut rest = other.clone();
        rest.elements.retain(|raw| !self.pronote || !USUAL.contains(&raw.name()));
        out.element("question", &[("type", type_name(&question.kind))], &rest, |out| {
            self.words(out, other, "name", &question.name);
            if !other.has("questiontext") {
                self.text(out, "questiontext", &question.text, Format::Html);
            }
            if self.pronote {
                self.usual(out, question);
            } else {
                self.optional(out, other, "generalfeedback", question.feedback.as_ref());
                number(out, other, "defaultgrade", question.grade.as_ref());
            }
            number(out, other, "penalty", question.penalty.as_ref());
            scalar(out, other, "hidden", question.hidden.map(digit));
            scalar(out, other, "idnumber", question.idnumber.as_deref());
            self.kind(out, question);
            if self.pronote {
                self.optional(out, other, "generalfeedback", question.feedback.as_ref());
            }
            self.optional(out, other, "correctfeedback", question.right.as_ref());
            self.optional(out, other, "partiallycorrectfeedback", question.partly.as_ref());
            self.optional(out, other, "incorrectfeedback", question.wrong.as_ref());
            if !other.has("hint") {
                question.hints.iter().for_each(|hint| self.text(out, "hint", hint, Format::Html));
            }
            if !question.tags.is_empty() && !other.has("tags") {
                out.element("tags", &[], &Other::default(), |out| {
                    question.tags.iter().for_each(|tag| self.words(out, &Other::default(), "tag", tag));
                });
            }
        });
    }

    /// What programs that write for PRONOTE put here, in this order; what a file said otherwise stands in the same place.
    fn usual(&mut self, out: &mut Out, question: &Question) {
        let other = &question.other;
        let short = matches!(question.kind, Kind::Short { .. });
        let grade = question.grade.as_ref().map_or("1", Number::text);
        for (name, value) in [(USUAL[0], ""), (USUAL[1], "1"), (GRADE, grade), (USUAL[2], "0")] {
            if name != GRADE {
                other.elements.iter().filter(|raw| raw.name() == name).for_each(|raw| out.raw(raw));
            }
            if name != "usecase" || !short {
                scalar(out, other, name, Some(value));
            }
        }
    }

    fn kind(&mut self, out: &mut Out, question: &Question) {
        let other = &question.other;
        match &question.kind {
            Kind::Choice { single, shuffle, numbering, .. } => {
                scalar(out, other, "single", single.map(word));
                scalar(out, other, "shuffleanswers", shuffle.map(word));
                scalar(out, other, "answernumbering", numbering.as_deref());
            }
            Kind::Short { case, .. } => scalar(out, other, "usecase", case.map(digit)),
            Kind::Matching { shuffle, pairs } => {
                scalar(out, other, "shuffleanswers", shuffle.map(word));
                pairs.iter().for_each(|pair| self.pair(out, pair));
            }
            Kind::Essay { lines, template, grading } => {
                scalar(out, other, "responsefieldlines", lines.map(|lines| lines.to_string()).as_deref());
                self.optional(out, other, "graderinfo", grading.as_ref());
                self.optional(out, other, "responsetemplate", template.as_ref());
            }
            Kind::TrueFalse { .. }
            | Kind::Numerical { .. }
            | Kind::Ordering { .. }
            | Kind::Cloze { .. }
            | Kind::Description
            | Kind::Unknown { .. } => {}
        }
        question.kind.answers().iter().for_each(|answer| self.answer(out, answer));
    }

    fn answer(&mut self, out: &mut Out, answer: &Answer) {
        let other = &answer.other;
        let mut attributes = Vec::new();
        attributes.extend(answer.fraction.as_ref().map(|fraction| ("fraction", fraction.text())));
        attributes.extend(self.format(&answer.text, Format::Plain).map(|format| ("format", format.xml_name())));
        out.element("answer", &attributes, other, |out| {
            self.inside(out, other, &answer.text);
            number(out, other, "tolerance", answer.tolerance.as_ref());
            match &answer.feedback {
                None if self.pronote && !other.has("feedback") => {
                    out.element("feedback", &[], &Other::default(), |out| out.leaf("text", &[], ""));
                }
                feedback => self.optional(out, other, "feedback", feedback.as_ref()),
            }
        });
    }

    fn pair(&mut self, out: &mut Out, pair: &Pair) {
        let format = self.format(&pair.text, Format::Html);
        let attributes: Vec<_> = format.map(|format| ("format", format.xml_name())).into_iter().collect();
        out.element("subquestion", &attributes, &pair.other, |out| {
            self.inside(out, &pair.other, &pair.text);
            self.words(out, &pair.other, "answer", &pair.answer);
        });
    }

    fn optional(&mut self, out: &mut Out, other: &Other, name: &str, text: Option<&Text>) {
        if let Some(text) = text.filter(|_| !other.has(name)) {
            self.text(out, name, text, Format::Html);
        }
    }

    fn text(&mut self, out: &mut Out, name: &str, text: &Text, usual: Format) {
        let attributes: Vec<_> =
            self.format(text, usual).map(|format| ("format", format.xml_name())).into_iter().collect();
        out.element(name, &attributes, &Other::default(), |out| self.inside(out, &Other::default(), text));
    }

    fn inside(&mut self, out: &mut Out, other: &Other, text: &Text) {
        if !other.has("text") {
            self.sign(&text.body);
            out.leaf("text", &[], &text.body);
        }
        for file in text.files.iter().filter(|_| !other.has("file")) {
            let path = file.path.as_deref().unwrap_or("/");
            let attributes = [("name", file.name.as_str()), ("path", path), ("encoding", "base64")];
            out.leaf("file", &attributes, &file.base64);
        }
    }

    fn words(&mut self, out: &mut Out, other: &Other, name: &str, words: &str) {
        if !other.has(name) {
            self.sign(words);
            out.element(name, &[], &Other::default(), |out| out.leaf("text", &[], words));
        }
    }

    /// A text whose format is not known is left so for Moodle; PRONOTE's files always name one.
    fn format(&self, text: &Text, usual: Format) -> Option<Format> {
        let usual = if text.body.contains(['<', '&']) { Format::Html } else { usual };
        text.format.or(self.pronote.then_some(usual))
    }

    fn sign(&mut self, text: &str) {
        self.losses.add_if(storable(text) != text, Loss::Signs);
    }

    /// Notes what was never seen in a file of PRONOTE.
    fn note(&mut self, question: &Question) {
        if !self.pronote {
            return;
        }
        let kind = matches!(
            question.kind,
            Kind::Choice { .. } | Kind::Matching { .. } | Kind::Cloze { .. } | Kind::Short { .. }
        );
        let around = [&question.feedback, &question.right, &question.partly, &question.wrong];
        let more = around.iter().any(|text| text.is_some())
            || !question.hints.is_empty()
            || !question.tags.is_empty()
            || question.penalty.is_some()
            || question.idnumber.is_some()
            || question.texts().any(|text| !text.files.is_empty());
        self.losses.add_if(!kind || more, Loss::Unverified);
    }
}

/// What PRONOTE says of a quiz: XML inside the text of the category.
fn infos(quiz: &Quiz) -> String {
    let mut infos = Out::one_line();
    infos.element("infos", &[], &quiz.infos, |out| {
        scalar(out, &quiz.infos, "name", Some(&quiz.name));
        scalar(out, &quiz.infos, "answernumbering", quiz.numbering.as_deref());
        scalar(out, &quiz.infos, "niveau", quiz.level.as_deref());
        scalar(out, &quiz.infos, "matiere", quiz.subject.as_deref());
    });
    infos.finish()
}

fn scalar(out: &mut Out, other: &Other, name: &str, value: Option<&str>) {
    if let Some(value) = value.filter(|_| !other.has(name)) {
        out.leaf(name, &[], value);
    }
}

fn number(out: &mut Out, other: &Other, name: &str, value: Option<&Number>) {
    scalar(out, other, name, value.map(Number::text));
}

fn type_name(kind: &Kind) -> &str {
    match kind {
        Kind::Choice { .. } => "multichoice",
        Kind::TrueFalse { .. } => "truefalse",
        Kind::Short { .. } => "shortanswer",
        Kind::Numerical { .. } => "numerical",
        Kind::Matching { .. } => "matching",
        Kind::Cloze { .. } => "cloze",
        Kind::Essay { .. } => "essay",
        Kind::Ordering { .. } => "ordering",
        Kind::Description => "description",
        Kind::Unknown { name } => name,
    }
}

fn word(flag: bool) -> &'static str {
    if flag { "true" } else { "false" }
}

fn digit(flag: bool) -> &'static str {
    if flag { "1" } else { "0" }
}
