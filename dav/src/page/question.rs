//! The pages that ask before an entry is renamed or deleted. With scripts, the listing asks on the spot instead.

use maud::{Markup, html};

use super::Lang;
use super::form::item;
use super::layout::{around, page, token};

/// What both questions need.
pub(crate) struct Question<'a> {
    /// The language of the page.
    pub(crate) lang: Lang,
    /// The folder's address, percent-encoded: the answer is sent there, and giving up leads back there.
    pub(crate) folder: &'a str,
    /// The entry's name.
    pub(crate) name: &'a str,
    /// Whether it is a folder.
    pub(crate) is_folder: bool,
    /// The token of the session.
    pub(crate) csrf: &'a str,
}

/// Asks for another name.
pub(crate) fn rename(question: &Question<'_>) -> String {
    let lang = question.lang;
    let field = html! {
        p {
            label for="name" { (lang.say("new-name")) }
            input #name name="name" value=(question.name) required maxlength="255" autocomplete="off" autofocus;
        }
    };
    ask(question, "rename-question", "rename", &field, "plain")
}

/// Asks whether an entry is really to go.
pub(crate) fn confirm_delete(question: &Question<'_>) -> String {
    let lang = question.lang;
    let said = html! { @if question.is_folder { p { (lang.say("delete-folder")) } } };
    ask(question, "delete-question", "delete", &said, "danger")
}

fn ask(question: &Question<'_>, asked: &str, act: &str, fields: &Markup, class: &str) -> String {
    let lang = question.lang;
    let main = html! {
        h1 { (around(lang, asked, question.name)) }
        form method="post" action=(question.folder) {
            (token(question.csrf))
            input type="hidden" name="act" value=(act);
            input type="hidden" name="item" value=(item(question.name));
            (fields)
            p { button class=(class) { (lang.say(act)) } " " a href=(question.folder) { (lang.say("cancel")) } }
        }
    };
    let title = lang.say_with(asked, [("name", question.name.into())]);
    page(lang, &title, None, &main)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::layout::tests::{NASTY, check};

    #[test]
    fn questions_name_what_they_are_about() {
        for lang in [Lang::Fr, Lang::En] {
            for is_folder in [false, true] {
                let question = Question { lang, folder: "/Cours/", name: NASTY, is_folder, csrf: "t" };
                for html in [rename(&question), confirm_delete(&question)] {
                    check(&html);
                    assert!(!html.contains("<script>"));
                    assert!(html.contains("name=\"item\" value=\"%E2%80%AE%22%27"), "{html}");
                    assert!(html.contains("action=\"/Cours/\""));
                }
            }
        }
    }
}
