//! Writing GIFT.

use super::answers::weighted;
use super::escape::escape;
use super::read::format;
use crate::format::quiz::category;
use crate::format::quiz::model::{Answer, Category, Format, Kind, Pair, Question, Quiz, Text};
use crate::format::quiz::number::Number;
use crate::format::quiz::report::{Loss, Losses, Written};

/// Writes questions as GIFT, which has no words for pictures, hints, points, gaps, and much else.
#[must_use]
pub fn write(quizzes: &[Quiz]) -> Written {
    let mut writer = Writer { out: String::new(), losses: Losses::default() };
    for (at, quiz) in quizzes.iter().enumerate() {
        writer.quiz(quiz, at);
    }
    Written { text: writer.out, lost: writer.losses.finish() }
}

struct Writer {
    out: String,
    losses: Losses,
}

impl Writer {
    fn quiz(&mut self, quiz: &Quiz, at: usize) {
        self.losses.quiz();
        self.losses.add_if(quiz.subject.is_some() || quiz.level.is_some(), Loss::Subject);
        self.losses.add_if(quiz.numbering.is_some(), Loss::Layout);
        self.losses.add_if(!quiz.infos.is_empty() || !quiz.other.is_empty(), Loss::Other);
        let more = |category: &Category| {
            category.description.is_some() || category.idnumber.is_some() || !category.other.is_empty()
        };
        self.losses.add_if(quiz.category.as_ref().is_some_and(more), Loss::Category);
        if at > 0 || quiz.category.is_some() || !quiz.name.is_empty() {
            let path = category::path(quiz);
            let line = self.line(&path);
            self.out.push_str(&format!("$CATEGORY: {line}\n\n"));
        }
        for (at, question) in quiz.questions.iter().enumerate() {
            self.losses.question(at, &question.name);
            self.question(question);
        }
    }

    fn question(&mut self, question: &Question) {
        let Some(answers) = self.kind(&question.kind) else {
            return self.losses.add(Loss::Question);
        };
        let head = self.head(question);
        // A text that says nothing is a question still.
        let head = if head.is_empty() && answers.is_empty() { "::::".to_owned() } else { head };
        self.note(question);
        let comment = self.comment(question);
        self.out.push_str(&comment);
        self.out.push_str(&head);
        if !answers.is_empty() {
            let feedback = question.feedback.as_ref().map(|text| format!("\t####{}\n", self.text(text)));
            self.out.push_str(&format!("{}{}}}", answers, feedback.unwrap_or_default()));
        } else {
            self.losses.add_if(question.feedback.is_some(), Loss::Feedback);
        }
        self.out.push_str("\n\n");
    }

    /// What is asked, with its title.
    fn head(&mut self, question: &Question) -> String {
        let asked = self.text(&question.text);
        let name = escape(&question.name);
        // What would be a comment or a category at the beginning of a line is none behind an empty title.
        let hides = ["//", "$CATEGORY:"].iter().any(|sign| asked.trim_start().starts_with(sign));
        if name.is_empty() && !hides { asked } else { format!("::{name}::{asked}") }
    }

    /// The answers with the brace before them; empty for a text that asks nothing, none for what GIFT can't ask.
    fn kind(&mut self, kind: &Kind) -> Option<String> {
        let lines = match kind {
            Kind::Description => return Some(String::new()),
            Kind::Essay { lines, template, grading } => {
                self.losses.add_if(lines.is_some() || template.is_some() || grading.is_some(), Loss::Other);
                return Some("{".to_owned());
            }
            Kind::TrueFalse { answers } => match self.truth(answers) {
                Some(line) => return Some(line),
                None => {
                    self.losses.add(Loss::Kind);
                    self.choice(answers, true)
                }
            },
            Kind::Choice { single, shuffle, numbering, answers } => {
                self.losses.add_if(shuffle.is_some() || numbering.is_some(), Loss::Layout);
                let right = answers.iter().filter(|answer| answer.is_right()).count();
                self.choice(answers, single.unwrap_or(right == 1))
            }
            Kind::Short { case, answers } => {
                self.losses.add_if(*case == Some(true), Loss::Case);
                answers.iter().map(|answer| self.lonely(answer)).collect()
            }
            Kind::Numerical { answers } => {
                let lines: Vec<String> = answers.iter().filter_map(|answer| self.number(answer)).collect();
                return Some(format!("{{#\n{}", lines.concat()));
            }
            Kind::Matching { shuffle, pairs } => {
                self.losses.add_if(shuffle.is_some(), Loss::Layout);
                pairs.iter().map(|pair| self.pair(pair)).collect()
            }
            Kind::Cloze { .. } | Kind::Ordering { .. } | Kind::Unknown { .. } => return None,
        };
        (!lines.is_empty()).then(|| format!("{{\n{}", lines.concat()))
    }

    /// `{TRUE#wrong#right`, if the answers are those of such a question.
    fn truth(&mut self, answers: &[Answer]) -> Option<String> {
        let find = |word: &str| answers.iter().find(|answer| answer.text.body == word);
        let (yes, no) = (find("true")?, find("false")?);
        let none = |answer: &Answer| answer.fraction.as_ref().is_none_or(|fraction| fraction.is("0"));
        let (word, right, wrong) = match (yes.is_right(), no.is_right()) {
            (true, false) if none(no) => ("TRUE", yes, no),
            (false, true) if none(yes) => ("FALSE", no, yes),
            _ => return None,
        };
        if answers.len() != 2 {
            return None;
        }
        let mut line = format!("{{{word}");
        let mut told = |answer: &Answer| answer.feedback.as_ref().map(|text| self.text(text)).unwrap_or_default();
        let (wrong, right) = (told(wrong), told(right));
        if !wrong.is_empty() || !right.is_empty() {
            line.push_str(&format!("#{wrong}"));
        }
        if !right.is_empty() {
            line.push_str(&format!("#{right}"));
        }
        line.push('\n');
        Some(line)
    }

    /// An `=` makes it a question with one answer; it stands before the best one.
    fn choice(&mut self, answers: &[Answer], single: bool) -> Vec<String> {
        if let ([answer], true) = (answers, single) {
            self.losses.add(Loss::Kind);
            return vec![self.lonely(answer)];
        }
        let known = |answer: &Answer| answer.fraction.is_some();
        let best = answers.iter().position(Answer::is_right).or_else(|| answers.iter().position(known));
        let best = best.or(Some(0)).filter(|_| single);
        let line = |(at, answer)| match Some(at) == best {
            true => self.answer('=', answer, "100"),
            false => self.answer('~', answer, "0"),
        };
        answers.iter().enumerate().map(line).collect()
    }

    /// An answer among which no `~` stands.
    fn lonely(&mut self, answer: &Answer) -> String {
        let line = self.answer('=', answer, "100");
        self.no_arrow(line)
    }

    /// An answer with its weight, unless that is the usual one of its sign.
    fn answer(&mut self, sign: char, answer: &Answer, usual: &str) -> String {
        let said = self.text(&answer.text);
        let weight = match &answer.fraction {
            Some(fraction) if sign == '=' && fraction.text() == usual => None,
            Some(fraction) => Some(fraction.text()),
            None if sign == '=' => Some("0"),
            None => None,
        };
        // Words that look like a weight come behind a real one.
        let weight = weight.or(weighted(said.trim_start()).0.is_some().then_some(usual));
        let weight = weight.map(|weight| format!("%{weight}%")).unwrap_or_default();
        format!("\t{sign}{weight}{said}{}\n", self.told(answer))
    }

    fn number(&mut self, answer: &Answer) -> Option<String> {
        let said = answer.text.body.trim();
        if said == "*" && answer.fraction.as_ref().is_none_or(|fraction| fraction.text() == "0") {
            return Some(format!("\t~{}\n", self.told(answer)));
        }
        let value = if said == "*" { Some(said.to_owned()) } else { Number::parse(said).map(String::from) };
        if value.is_none() {
            self.losses.add(Loss::Signs);
        }
        let weight = answer.fraction.as_ref().map_or("0", Number::text);
        let weight = if weight == "100" { String::new() } else { format!("%{weight}%") };
        let tolerance = answer.tolerance.as_ref().filter(|_| said != "*");
        let tolerance = tolerance.map(|tolerance| format!(":{}", tolerance.text())).unwrap_or_default();
        Some(format!("\t={weight}{}{tolerance}{}\n", value?, self.told(answer)))
    }

    fn pair(&mut self, pair: &Pair) -> String {
        let asked = self.text(&pair.text);
        let asked = self.no_arrow(asked);
        format!("\t={asked} -> {}\n", escape(&pair.answer))
    }

    fn told(&mut self, answer: &Answer) -> String {
        self.losses.add_if(!answer.other.is_empty(), Loss::Other);
        answer.feedback.as_ref().map(|text| format!("#{}", self.text(text))).unwrap_or_default()
    }

    /// An arrow makes pairs; nothing takes its meaning away.
    fn no_arrow(&mut self, text: String) -> String {
        self.losses.add_if(text.contains("->"), Loss::Signs);
        text.replace("->", "\u{2192}")
    }

    fn text(&mut self, text: &Text) -> String {
        self.losses.add_if(!text.files.is_empty(), Loss::File);
        let body = escape(&text.body);
        match text.format {
            Some(format) => format!("[{}]{body}", format.gift_name()),
            // What looks like the name of a format is none behind a real one.
            None if self::format(body.trim_start()).is_some() => format!("[{}]{body}", Format::Moodle.gift_name()),
            None => body,
        }
    }

    /// The words in one line, where no sign can be escaped.
    fn line(&mut self, words: &str) -> String {
        let line = words.replace(['\n', '\r'], " ");
        self.losses.add_if(line != words, Loss::Signs);
        line.trim().to_owned()
    }

    /// `// [id:...] [tag:...]`
    fn comment(&mut self, question: &Question) -> String {
        let words = question.tags.iter().map(|tag| ("tag", tag));
        let words = question.idnumber.iter().map(|number| ("id", number)).chain(words);
        let mut comment = String::new();
        for (name, word) in words {
            let line = self.line(word).replace('\\', "\\\\").replace(']', "\\]");
            comment.push_str(&format!(" [{name}:{line}]"));
        }
        if comment.is_empty() { comment } else { format!("//{comment}\n") }
    }

    /// Notes what GIFT has no words for.
    fn note(&mut self, question: &Question) {
        let one = |grade: &Number| grade.is("1");
        let grade = question.grade.as_ref().is_some_and(|grade| !one(grade)) || question.penalty.is_some();
        self.losses.add_if(grade, Loss::Grade);
        let around = [&question.right, &question.partly, &question.wrong];
        self.losses.add_if(around.iter().any(|text| text.is_some()), Loss::Feedback);
        self.losses.add_if(!question.hints.is_empty(), Loss::Hints);
        self.losses.add_if(!question.other.is_empty() || question.hidden == Some(true), Loss::Other);
        if let Kind::Matching { pairs, .. } = &question.kind {
            self.losses.add_if(pairs.iter().any(|pair| !pair.other.is_empty()), Loss::Other);
        }
    }
}
