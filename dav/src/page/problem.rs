//! The page of a request that did not work: what happened, what to do.

use maud::html;

use super::Lang;
use super::layout::page;

/// The page for an HTTP status of 400 and above. What was refused and what is missing look alike where the status does.
pub(crate) fn problem(lang: Lang, status: u16) -> String {
    let id = match status {
        403 => "forbidden",
        404 | 410 => "missing",
        408 => "slow",
        409 | 412 => "changed",
        413 => "large",
        423 => "locked",
        429 => "waiting",
        503 => "busy",
        507 => "no-room",
        400..=499 => "request",
        _ => "server",
    };
    let title = lang.say(&format!("problem-{id}"));
    let main = html! {
        h1 { (title) }
        p { (lang.say(&format!("problem-{id}-do"))) }
        p { a href="/" { (lang.say("back")) } }
        p.hint { (lang.say_with("status", [("status", status.to_string().into())])) }
    };
    page(lang, &title, None, &main)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::layout::tests::check;

    #[test]
    fn every_status_has_two_sentences() {
        for lang in [Lang::Fr, Lang::En] {
            for status in 400..=599 {
                let html = problem(lang, status);
                check(&html);
                assert!(!html.contains("problem-") && html.contains(&format!(" {status}")), "{html}");
            }
        }
    }
}
