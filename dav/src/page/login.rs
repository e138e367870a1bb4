//! The page that asks for the passphrase.

use maud::html;

use super::Lang;
use super::layout::{page, token};

/// The login page. `after` is the path to return to, `failed` says that the passphrase just sent was wrong, and
/// `waiting` is for how many seconds no other will be looked at.
pub(crate) fn login(lang: Lang, after: &str, csrf: &str, failed: bool, waiting: Option<u64>) -> String {
    let problem = match waiting {
        Some(seconds) => Some(lang.say_with("login-waiting", [("seconds", seconds.into())])),
        None => failed.then(|| lang.say("login-failed")),
    };
    let title = lang.say("login-title");
    let main = html! {
        h1 { (title) }
        @if let Some(problem) = &problem { p #problem .notice.error role="alert" { (problem) } }
        form.login method="post" action="/.cartable/login" {
            (token(csrf))
            input type="hidden" name="after" value=(after);
            p {
                label for="passphrase" { (lang.say("passphrase")) }
                input #passphrase type="password" name="passphrase" required maxlength="1024"
                    autocomplete="current-password" autocapitalize="none" spellcheck="false" autofocus
                    aria-invalid=[failed.then_some("true")]
                    aria-describedby=(if problem.is_some() { "problem passphrase-hint" } else { "passphrase-hint" });
            }
            p.hint #passphrase-hint { (lang.say("passphrase-hint")) }
            p {
                input #shared type="checkbox" name="shared" value="1" checked aria-describedby="shared-hint";
                label for="shared" { (lang.say("shared")) }
            }
            p.hint #shared-hint { (lang.say("shared-hint")) }
            p { button { (lang.say("login")) } }
        }
        p.hint { (lang.say("host")) }
    };
    let title = if problem.is_some() { lang.say_with("title-error", [("title", title.into())]) } else { title };
    page(lang, &title, None, &main)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::layout::tests::{NASTY, check};

    #[test]
    fn the_form_is_whole_in_both_languages() {
        for lang in [Lang::Fr, Lang::En] {
            for (failed, waiting) in [(false, None), (true, None), (true, Some(1)), (false, Some(40))] {
                let html = login(lang, NASTY, NASTY, failed, waiting);
                check(&html);
                assert!(html.contains("autocomplete=\"current-password\""));
                assert!(html.contains("name=\"shared\" value=\"1\" checked"));
                assert_eq!(html.contains("role=\"alert\""), failed || waiting.is_some());
                assert!(!html.contains("<script>"));
            }
        }
        assert!(login(Lang::Fr, "/", "", true, Some(40)).contains("40\u{a0}secondes"));
    }

    #[test]
    fn who_runs_the_server_could_see_is_said() {
        assert!(login(Lang::Fr, "/", "", false, None).contains("serveur"));
        assert!(login(Lang::En, "/", "", false, None).contains("server"));
    }
}
