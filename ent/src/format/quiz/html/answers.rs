//! How a question is answered, on paper or on the screen, and what is right.

use super::clean::{escape, words};
use super::{Page, Sheet};
use crate::format::quiz::model::{Answer, Kind, Pair, Question, Text};
use crate::format::quiz::number::Number;

impl Sheet {
    pub(super) fn answers(&mut self, question: &Question) {
        match &question.kind {
            Kind::Choice { single, shuffle, answers, .. } => {
                let right = answers.iter().filter(|answer| answer.is_right()).count();
                let single = single.unwrap_or(right == 1);
                self.choice(&ordered(answers, *shuffle == Some(true)), single);
            }
            Kind::TrueFalse { answers } => self.truth(answers),
            Kind::Short { case, answers } => self.written(answers, *case == Some(true)),
            Kind::Numerical { answers } => self.written(answers, false),
            Kind::Matching { pairs, .. } => self.matching(pairs),
            Kind::Essay { lines, template, grading } => self.essay(*lines, template.as_ref(), grading.as_ref()),
            Kind::Ordering { answers } => self.ordering(answers),
            Kind::Unknown { .. } => self.unknown(),
            Kind::Cloze { .. } | Kind::Description => {}
        }
    }

    fn choice(&mut self, answers: &[&Answer], single: bool) {
        let number = self.number;
        let said = escape(&self.lang.say(if single { "one-answer" } else { "some-answers" }));
        self.add(&format!(
            "<div role=\"group\" aria-labelledby=\"q{number} q{number}t\">\n<p class=\"points\">{said}</p>\n<ol class=\"choices\">\n"
        ));
        let kind = if single { "radio" } else { "checkbox" };
        for (at, answer) in answers.iter().enumerate() {
            let id = format!("q{number}a{at}");
            let right = answer.fraction.as_ref().is_some_and(Number::is_positive);
            let state = match self.page {
                Page::Questions => "",
                Page::Answers if right && (!single || answer.is_right()) => " checked disabled",
                Page::Answers => " disabled",
            };
            let name = format!("name=\"q{number}\" id=\"{id}\" aria-labelledby=\"{id}t\"");
            self.add(&format!("<li><input type=\"{kind}\" {name}{state}> <div id=\"{id}t\">"));
            self.text(&answer.text);
            self.add("</div>");
            if self.page == Page::Answers {
                self.judged(answer, None);
            }
            self.add("</li>\n");
        }
        self.add("</ol>\n</div>\n");
    }

    fn truth(&mut self, answers: &[Answer]) {
        let named = answers.iter().map(|answer| {
            let word = match answer.text.body.trim() {
                "true" => self.lang.say("true"),
                "false" => self.lang.say("false"),
                other => other.to_owned(),
            };
            Answer { text: Text { format: answer.text.format, ..Text::of(word) }, ..answer.clone() }
        });
        let named: Vec<Answer> = named.collect();
        self.choice(&named.iter().collect::<Vec<_>>(), true);
    }

    fn written(&mut self, answers: &[Answer], case: bool) {
        let number = self.number;
        if self.page == Page::Questions {
            let label = escape(&self.lang.say("answer"));
            self.add(&format!(
                "<p><label for=\"q{number}a\">{label}</label> <input type=\"text\" id=\"q{number}a\"></p>\n"
            ));
            return;
        }
        let accepted = escape(&self.lang.say("accepted"));
        self.add(&format!("<p class=\"points\">{accepted}</p>\n<ul>\n"));
        for answer in answers {
            let within = answer.tolerance.as_ref().filter(|tolerance| !tolerance.is("0"));
            self.add("<li>");
            if answer.text.body.trim() == "*" {
                let any = escape(&self.lang.say("any-other"));
                self.add(&any);
            } else {
                self.text(&answer.text);
            }
            self.judged(answer, within);
            self.add("</li>\n");
        }
        self.add("</ul>\n");
        if case {
            let capitals = escape(&self.lang.say("capitals"));
            self.add(&format!("<p>{capitals}</p>\n"));
        }
    }

    fn matching(&mut self, pairs: &[Pair]) {
        if self.page == Page::Answers {
            return self.matched(pairs);
        }
        let number = self.number;
        let (left, right) = (escape(&self.lang.say("match-left")), escape(&self.lang.say("match-right")));
        self.add(&format!("<p class=\"points\">{left}</p>\n<ol>\n"));
        for (at, pair) in pairs.iter().filter(|pair| !pair.text.is_empty()).enumerate() {
            let label = escape(&self.lang.say_with("match-answer", "number", &at.saturating_add(1).to_string()));
            let id = format!("q{number}m{at}");
            self.add("<li>");
            self.text(&pair.text);
            self.add(&format!(" <input type=\"text\" class=\"short\" id=\"{id}\" aria-label=\"{label}\"></li>\n"));
        }
        self.add(&format!("</ol>\n<p class=\"points\">{right}</p>\n<ol class=\"choices\">\n"));
        // In the order of the alphabet: the teacher's order would give the answers away.
        let mut offered: Vec<String> = pairs.iter().map(|pair| words(&pair.answer)).collect();
        offered.sort();
        offered.dedup();
        for answer in offered {
            self.add(&format!("<li>{answer}</li>\n"));
        }
        self.add("</ol>\n");
    }

    fn matched(&mut self, pairs: &[Pair]) {
        let (left, right) = (escape(&self.lang.say("match-left")), escape(&self.lang.say("goes-with")));
        self.add(&format!("<table>\n<tr><th scope=\"col\">{left}</th><th scope=\"col\">{right}</th></tr>\n"));
        for pair in pairs {
            self.add("<tr><th scope=\"row\">");
            if pair.text.is_empty() {
                let none = escape(&self.lang.say("no-match"));
                self.add(&format!("<em>{none}</em>"));
            } else {
                self.text(&pair.text);
            }
            self.add(&format!("</th><td>{}</td></tr>\n", words(&pair.answer)));
        }
        self.add("</table>\n");
    }

    fn essay(&mut self, lines: Option<u32>, template: Option<&Text>, grading: Option<&Text>) {
        let number = self.number;
        if let Some(template) = template {
            self.labelled(&self.lang.say("template"), template);
        }
        if self.page == Page::Questions {
            let rows = lines.unwrap_or(10).clamp(3, 40);
            self.add(&format!("<textarea rows=\"{rows}\" aria-labelledby=\"q{number} q{number}t\"></textarea>\n"));
        } else if let Some(grading) = grading {
            self.labelled(&self.lang.say("marking"), grading);
        }
    }

    fn ordering(&mut self, answers: &[Answer]) {
        let number = self.number;
        if self.page == Page::Answers {
            let said = escape(&self.lang.say("right-order"));
            self.add(&format!("<p class=\"points\">{said}</p>\n<ol>\n"));
            for answer in answers {
                self.add("<li>");
                self.text(&answer.text);
                self.add("</li>\n");
            }
            return self.add("</ol>\n");
        }
        self.add("<ul>\n");
        for (at, answer) in ordered(answers, true).into_iter().enumerate() {
            let label = escape(&self.lang.say_with("order", "number", &at.saturating_add(1).to_string()));
            self.add(&format!(
                "<li><input type=\"text\" class=\"short\" id=\"q{number}o{at}\" aria-label=\"{label}\"> "
            ));
            self.text(&answer.text);
            self.add("</li>\n");
        }
        self.add("</ul>\n");
    }

    /// Whether an answer is right, and what is told after it.
    fn judged(&mut self, answer: &Answer, within: Option<&Number>) {
        if let Some(within) = within {
            let within = self.lang.say_with("within", "tolerance", &self.lang.number(&within.plain()));
            self.add(&format!(" ({})", escape(&within)));
        }
        let fraction = answer.fraction.as_ref();
        let percent = self.percent(fraction);
        let positive = fraction.is_some_and(Number::is_positive);
        let (class, said) = match fraction {
            _ if answer.is_right() => ("right", self.lang.say_with("right", "percent", &percent)),
            _ if positive => ("partly", self.lang.say_with("partly", "percent", &percent)),
            Some(fraction) if !fraction.is("0") => ("wrong", self.lang.say_with("wrong-percent", "percent", &percent)),
            _ => ("wrong", self.lang.say("wrong")),
        };
        self.add(&format!(" <span class=\"mark {class}\">{}</span>", escape(&said)));
        if let Some(feedback) = &answer.feedback {
            self.block("told", feedback);
        }
    }
}

/// The answers, in an order that depends on their words only if they are to be mixed.
fn ordered(answers: &[Answer], mixed: bool) -> Vec<&Answer> {
    let mut ordered: Vec<&Answer> = answers.iter().collect();
    if mixed {
        ordered.sort_by_cached_key(|answer| *blake3::hash(answer.text.body.as_bytes()).as_bytes());
    }
    ordered
}
