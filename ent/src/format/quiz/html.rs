//! Quizzes as pages to print: the questions for pupils, and the answers for who marks them.
//!
//! A page is one file that loads nothing. It has headings, a language, and a label for each field, for those who hear it. Where a quiz
//! mixes answers, they stand in an order that their words alone decide: it is the same on both pages and at each print, and does not
//! show which answer the teacher wrote first.

mod answers;
mod clean;
mod gaps;
mod words;

use super::model::{Kind, Question, Quiz, Text};
use super::number::Number;
use super::report::{Loss, Losses, Written};
use clean::{Cleaner, escape};
pub use words::Lang;

const STYLE: &str = include_str!("html/page.css");

/// Which page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// The questions, with room for answers.
    Questions,
    /// The questions with their answers and all that is told about them.
    Answers,
}

/// Writes a page. Its texts are in the language of the quiz, its own words in `lang`.
#[must_use]
pub fn write(quizzes: &[Quiz], page: Page, lang: Lang) -> Written {
    let mut sheet =
        Sheet { out: String::new(), page, lang, cleaner: Cleaner::new(), losses: Losses::default(), number: 0 };
    sheet.all(quizzes);
    Written { text: sheet.out, lost: sheet.losses.finish() }
}

/// A page that grows.
struct Sheet {
    out: String,
    page: Page,
    lang: Lang,
    cleaner: Cleaner,
    losses: Losses,
    /// The last question's number.
    number: usize,
}

impl Sheet {
    fn all(&mut self, quizzes: &[Quiz]) {
        let shown: Vec<&Quiz> = quizzes.iter().filter(|quiz| !quiz.questions.is_empty()).collect();
        let name = match shown.as_slice() {
            [one] if !one.name.is_empty() => one.name.clone(),
            _ => self.lang.say("title"),
        };
        let title = match self.page {
            Page::Questions => name,
            Page::Answers => self.lang.say_with("title-answers", "name", &name),
        };
        let title = escape(&title);
        // Nothing is loaded and nothing runs, even if a text were to ask for it.
        let policy =
            "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'";
        self.add(&format!(
            "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n\
             </head>\n<body>\n<main>\n<h1>{title}</h1>\n",
            self.lang.tag(),
        ));
        if self.page == Page::Questions {
            let (name, class) = (escape(&self.lang.say("your-name")), escape(&self.lang.say("your-class")));
            self.add(&format!(
                "<p><label for=\"name\">{name}</label> <input type=\"text\" id=\"name\"> \
                 <label for=\"class\">{class}</label> <input type=\"text\" id=\"class\" class=\"short\"></p>\n",
            ));
        }
        let lonely = shown.len() < 2;
        for quiz in &shown {
            self.losses.quiz();
            self.quiz(quiz, lonely);
        }
        self.add("</main>\n");
        if self.page == Page::Answers {
            let note = escape(&self.lang.say("pronote"));
            self.add(&format!("<footer><p>{note}</p></footer>\n"));
        }
        self.add("</body>\n</html>\n");
    }

    fn quiz(&mut self, quiz: &Quiz, lonely: bool) {
        if !lonely && !quiz.name.is_empty() {
            self.add(&format!("<h2>{}</h2>\n", escape(&quiz.name)));
        }
        let subject = quiz.subject.as_ref().map(|subject| self.lang.say_with("about-subject", "subject", subject));
        let level = quiz.level.as_ref().map(|level| self.lang.say_with("about-level", "level", level));
        for line in subject.into_iter().chain(level) {
            self.add(&format!("<p>{}</p>\n", escape(&line)));
        }
        let description = quiz.category.as_ref().and_then(|category| category.description.as_ref());
        if let Some(description) = description {
            self.block("", description);
        }
        let heading = if lonely { "h2" } else { "h3" };
        for (at, question) in quiz.questions.iter().enumerate() {
            self.losses.question(at, &question.name);
            self.question(question, heading);
        }
    }

    fn question(&mut self, question: &Question, heading: &str) {
        if question.kind == Kind::Description {
            return self.block("question", &question.text);
        }
        self.number = self.number.saturating_add(1);
        let number = self.number;
        let title = escape(&self.lang.say_with("question", "number", &number.to_string()));
        self.add(&format!(
            "<section class=\"question\" aria-labelledby=\"q{number}\">\n<{heading} id=\"q{number}\">{title}"
        ));
        if self.page == Page::Answers && !question.name.is_empty() {
            self.add(&format!(" \u{2013} {}", escape(&question.name)));
        }
        self.add(&format!("</{heading}>\n"));
        if let Some(grade) = &question.grade {
            let points = self.lang.say_with("points", "points", &self.lang.number(&grade.plain()));
            self.add(&format!("<p class=\"points\">{}</p>\n", escape(&points)));
        }
        self.add(&format!("<div class=\"said\" id=\"q{number}t\">"));
        match &question.kind {
            Kind::Cloze { .. } => self.gaps(&question.text),
            _ => self.text(&question.text),
        }
        self.add("</div>\n");
        self.answers(question);
        if self.page == Page::Answers {
            self.told(question);
        }
        self.add("</section>\n");
    }

    /// What is told besides the answers.
    fn told(&mut self, question: &Question) {
        let around = [
            ("feedback", &question.feedback),
            ("feedback-right", &question.right),
            ("feedback-partly", &question.partly),
            ("feedback-wrong", &question.wrong),
        ];
        for (id, text) in around.into_iter().filter_map(|(id, text)| Some((id, text.as_ref()?))) {
            self.labelled(&self.lang.say(id), text);
        }
        for (at, hint) in question.hints.iter().enumerate() {
            let number = at.saturating_add(1).to_string();
            self.labelled(&self.lang.say_with("hint", "number", &number), hint);
        }
    }

    /// A text below a label of its own.
    fn labelled(&mut self, label: &str, text: &Text) {
        self.add(&format!("<div class=\"told\"><p><strong>{}</strong></p>\n", escape(label)));
        self.block("", text);
        self.add("</div>\n");
    }

    fn block(&mut self, class: &str, text: &Text) {
        self.add(&if class.is_empty() { "<div>".to_owned() } else { format!("<div class=\"{class}\">") });
        self.text(text);
        self.add("</div>\n");
    }

    fn text(&mut self, text: &Text) {
        let html = self.cleaner.text(text, &mut self.losses);
        self.add(&html);
    }

    fn percent(&self, fraction: Option<&Number>) -> String {
        self.lang.number(&fraction.map_or_else(|| "0".to_owned(), Number::plain))
    }

    /// Adds HTML.
    fn add(&mut self, html: &str) {
        self.out.push_str(html);
    }

    fn unknown(&mut self) {
        self.losses.add(Loss::Question);
        let said = escape(&self.lang.say("unknown-kind"));
        self.add(&format!("<p><em>{said}</em></p>\n"));
    }
}

#[cfg(test)]
mod tests;
