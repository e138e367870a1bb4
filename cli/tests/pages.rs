//! Pages for browsers, as a careless user and a hostile site meet them: sessions, tokens, and files that want to run.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "support/desk.rs"]
mod desk;

use std::fs;
use std::process::Command;

use desk::Desk;

const FORM: &str = "Content-Type: application/x-www-form-urlencoded";
const PASSPHRASE: &str = "quatre+petits+chats";
/// What a browser says of itself where it follows a link.
const NAVIGATION: [&str; 3] =
    ["Accept: text/html,application/xhtml+xml,*/*;q=0.8", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Site: same-origin"];

/// An answer: its status, its headers in lower case, its body.
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Answer {
    fn all(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect()
    }

    fn header(&self, name: &str) -> &str {
        self.all(name).first().copied().unwrap_or_default()
    }

    /// The value of a cookie that is set here, and what is said of it.
    fn cookie(&self, name: &str) -> Option<(String, String)> {
        let start = format!("{name}=");
        let set = self.all("set-cookie").into_iter().find_map(|line| line.strip_prefix(&start))?;
        let (value, attributes) = set.split_once(';')?;
        Some((value.to_owned(), attributes.trim().to_owned()))
    }

    /// The token of the forms on this page.
    fn token(&self) -> String {
        self.body.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    }

    fn leads_to_login(&self) -> bool {
        self.status == 303 && self.header("location").starts_with("/.cartable/login")
    }
}

/// Sends a request with curl(1) and these headers.
fn ask(desk: &Desk, path: &str, headers: &[&str], more: &[&str]) -> Answer {
    let mut command = Command::new("curl");
    command.args(["--silent", "--insecure", "--path-as-is", "--dump-header", "head", "--output", "page"]).args(more);
    for header in headers {
        command.args(["--header", header]);
    }
    let ran = command.arg(format!("{}{path}", desk.url().unwrap())).current_dir(desk.path("")).status().unwrap();
    assert!(ran.success(), "{path}: {ran}");
    let head = fs::read_to_string(desk.path("head")).unwrap();
    // After "100 Continue" comes the answer.
    let head = head.trim_end().rsplit("\r\n\r\n").next().unwrap().to_owned();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let pair = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    let body = String::from_utf8_lossy(&fs::read(desk.path("page")).unwrap_or_default()).into_owned();
    let _ = fs::remove_file(desk.path("page"));
    Answer { status, headers: lines.filter_map(pair).collect(), body }
}

/// A person at the page.
struct Person<'a> {
    desk: &'a Desk,
    cookie: String,
}

impl<'a> Person<'a> {
    /// Logs in, on a computer that others use too.
    fn new(desk: &'a Desk) -> Self {
        let answer = log_in(desk, &[], "/", PASSPHRASE);
        assert_eq!((answer.status, answer.header("location")), (303, "/"));
        Self { desk, cookie: format!("Cookie: __Host-cartable={}", answer.cookie("__Host-cartable").unwrap().0) }
    }

    fn get(&self, path: &str) -> Answer {
        ask(self.desk, path, &[&self.cookie, NAVIGATION[0], NAVIGATION[1], NAVIGATION[2]], &[])
    }

    fn post(&self, path: &str, form: &str, headers: &[&str]) -> Answer {
        ask(self.desk, path, &[&[self.cookie.as_str(), FORM, NAVIGATION[0]], headers].concat(), &["--data", form])
    }

    fn token(&self) -> String {
        self.get("").token()
    }
}

/// Asks for the login page and sends its form.
fn log_in(desk: &Desk, headers: &[&str], after: &str, passphrase: &str) -> Answer {
    let page = ask(desk, ".cartable/login", &NAVIGATION, &[]);
    let cookie = format!("Cookie: __Host-cartable-login={}", page.cookie("__Host-cartable-login").unwrap().0);
    let form = format!("csrf={}&after={after}&passphrase={passphrase}&shared=1", page.token());
    ask(desk, ".cartable/login", &[&[FORM, cookie.as_str()], headers].concat(), &["--data", &form])
}

fn served() -> Desk {
    let desk = Desk::with_bag();
    desk.serve();
    desk
}

/// A browser that is asked by HTTP for a password remembers it, on a computer that others use.
#[test]
fn browsers_are_never_prompted() {
    let desk = served();
    fs::write(desk.path("file"), "contents").unwrap();
    let form = ["Accept: text/html,*/*;q=0.8", "Sec-Fetch-Mode: navigate", FORM];
    let script = ["Accept: */*", "Sec-Fetch-Mode: cors", "Sec-Fetch-Dest: empty"];
    let picture = ["Accept: image/avif,image/webp,*/*;q=0.8", "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: image"];
    let upload = ["--form", "csrf=x", "--form", "files=@file"];
    // Without a session, and with one that has ended.
    for cookie in ["X-None: 1", "Cookie: __Host-cartable=0123456789012345678901234567890123456789012"] {
        for (headers, more) in [
            (&NAVIGATION[..], &[][..]),
            (&NAVIGATION, &["--head"]),
            (&picture, &[]),
            (&script, &[]),
            (&form, &["--data", "csrf=x&act=folder&name=a"]),
            (&script, &["--data", "csrf=x&act=folder&name=a"]),
            (&script, &upload),
            (&form[..2], &upload),
        ] {
            for path in ["", "folder/", "picture.png"] {
                let answer = ask(&desk, path, &[headers, &[cookie]].concat(), more);
                assert!(answer.all("www-authenticate").is_empty(), "{path} {headers:?} {more:?}: {}", answer.status);
                assert!(answer.leads_to_login(), "{path} {headers:?} {more:?}: {}", answer.status);
            }
        }
    }
    // Apps are.
    for more in [&[][..], &["--request", "PROPFIND"], &["--upload-file", "file"], &["--user", "someone:wrong"]] {
        let answer = ask(&desk, "file", &["Accept: */*"], more);
        assert_eq!((answer.status, answer.all("www-authenticate").len()), (401, 1), "{more:?}");
    }
}

#[test]
fn a_session_is_a_cookie_that_nobody_else_has() {
    let desk = served();
    let chosen = "0123456789012345678901234567890123456789012";
    let planted = format!("Cookie: __Host-cartable={chosen}");
    let answer = log_in(&desk, &[&planted], "/", PASSPHRASE);
    let (value, attributes) = answer.cookie("__Host-cartable").unwrap();
    assert_eq!(attributes, "Path=/; HttpOnly; SameSite=Strict; Secure");
    assert!(value.len() == 43 && value != chosen);
    assert!(ask(&desk, "", &[&planted, NAVIGATION[0]], &[]).leads_to_login(), "what was planted stays worth nothing");
    let person = Person::new(&desk);
    assert!(!person.cookie.contains(&value), "each login has its own");
    assert_eq!(person.get("").status, 200);
    // On a computer of one's own it outlives the browser, and not the day.
    let page = ask(&desk, ".cartable/login", &NAVIGATION, &[]);
    let cookie = format!("Cookie: __Host-cartable-login={}", page.cookie("__Host-cartable-login").unwrap().0);
    let form = format!("csrf={}&after=/&passphrase={PASSPHRASE}", page.token());
    let own = ask(&desk, ".cartable/login", &[FORM, &cookie], &["--data", &form]);
    assert!(own.cookie("__Host-cartable").unwrap().1.ends_with("; Max-Age=43200"));
    // It is for pages: what apps do wants an app's password.
    for method in ["PUT", "DELETE", "PROPFIND", "MKCOL", "MOVE", "LOCK"] {
        assert_eq!(ask(&desk, "file", &[&person.cookie], &["--request", method]).status, 401, "{method}");
    }
    // Pages are nobody's to keep or to frame.
    for page in [person.get(""), page] {
        let policy = page.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe") && policy.contains("form-action 'self'"), "{policy}");
        assert_eq!((page.header("cache-control"), page.header("x-content-type-options")), ("no-store", "nosniff"));
    }
    // A changed passphrase ends it.
    fs::write(desk.path("other"), "cinq petits chats\n").unwrap();
    desk.does(&["passwd", "bag", "--new-passphrase-file", "other"]);
    assert!(person.get("").leads_to_login());
    fs::copy(desk.path("other"), desk.path("passphrase")).unwrap();
}

#[test]
fn nobody_logs_in_without_passphrase_and_token() {
    let desk = served();
    let wrong = log_in(&desk, &[], "/", "six+petits+chats");
    assert!(wrong.status == 403 && wrong.cookie("__Host-cartable").is_none() && wrong.body.contains("<form"));
    assert!(!wrong.body.contains("six petits chats"));
    for passphrase in ["", &"x".repeat(2000)] {
        let answer = log_in(&desk, &[], "/", passphrase);
        assert!(answer.status >= 400 && answer.cookie("__Host-cartable").is_none(), "{}", answer.status);
    }
    let page = ask(&desk, ".cartable/login", &NAVIGATION, &[]);
    let (value, attributes) = page.cookie("__Host-cartable-login").unwrap();
    assert!(attributes.contains("HttpOnly; SameSite=Strict; Secure"), "{attributes}");
    let cookie = format!("Cookie: __Host-cartable-login={value}");
    let other = ask(&desk, ".cartable/login", &NAVIGATION, &[]).token();
    let form = |token: &str| format!("csrf={token}&after=/&passphrase={PASSPHRASE}&shared=1");
    let foreign = "Sec-Fetch-Site: cross-site";
    for (headers, form) in [
        (&[FORM][..], form(&value)),
        (&[FORM, &cookie], form(&other)),
        (&[FORM, &cookie], form("")),
        (&[FORM, "Cookie: __Host-cartable-login="], form("")),
        (&[FORM, &cookie, foreign], form(&value)),
        (&[FORM, &cookie, "Sec-Fetch-Site: same-site"], form(&value)),
        (&[FORM, &cookie], format!("after=/&passphrase={PASSPHRASE}")),
    ] {
        let answer = ask(&desk, ".cartable/login", headers, &["--data", &form]);
        assert!(answer.cookie("__Host-cartable").is_none(), "{headers:?} {form}: {}", answer.status);
    }
}

/// After the login one comes back to this server.
#[test]
fn the_login_page_leads_nowhere_else() {
    let desk = served();
    for (after, wanted) in [
        ("/folder/", "/folder/"),
        ("//elsewhere.example/", "/"),
        ("/%5Celsewhere.example", "/"),
        ("%5C%5Celsewhere.example", "/"),
        ("/%09/elsewhere.example", "/"),
        ("/%0D%0ASet-Cookie:%20a=b", "/"),
        ("https://elsewhere.example/", "/"),
        ("https:elsewhere.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ] {
        let answer = log_in(&desk, &[], after, PASSPHRASE);
        assert_eq!((answer.status, answer.header("location")), (303, wanted), "{after}");
        let page = ask(&desk, &format!(".cartable/login?after={after}"), &NAVIGATION, &[]);
        assert!(page.status == 200 && !page.header("location").contains("elsewhere"));
    }
    // Neither does the way to the login page.
    for path in ["/elsewhere.example/", "%2F%2Felsewhere.example/", "%5Celsewhere.example/"] {
        let answer = ask(&desk, path, &NAVIGATION, &[]);
        let place = answer.header("location");
        assert!(place.is_empty() || place.starts_with("/.cartable/login?after="), "{path}: {place}");
    }
}

#[test]
fn changes_carry_the_token_of_their_own_session() {
    let desk = served();
    let (person, other) = (Person::new(&desk), Person::new(&desk));
    let (token, others) = (person.token(), other.token());
    assert_ne!(token, others);
    fs::write(desk.path("file"), "contents").unwrap();
    let made = |name: &str| person.get(&format!("{name}/")).status == 200;
    for (token, headers) in [
        ("", &[][..]),
        ("x", &[]),
        (&others, &[]),
        (&token, &["Sec-Fetch-Site: cross-site"]),
        (&token, &["Sec-Fetch-Site: same-site"]),
    ] {
        let answer = person.post("", &format!("csrf={token}&act=folder&name=planted"), headers);
        assert!(answer.status == 403 && !made("planted"), "{token} {headers:?}: {}", answer.status);
        let of_upload = format!("csrf={token}");
        let upload = ["--form", &of_upload, "--form", "act=upload", "--form", "files=@file"];
        let sent = ask(&desk, "", &[&[person.cookie.as_str()], headers].concat(), &upload);
        let refused = sent.status == 403 || sent.header("location") == "/?notice=stale";
        assert!(refused, "{token} {headers:?}: {}", sent.status);
        assert_eq!(person.get("file").status, 404);
    }
    assert_eq!(person.post("", "act=folder&name=planted", &[]).status, 400);
    // The file before its token.
    let upload = ["--form", "files=@file", "--form", &format!("csrf={token}")];
    let sent = ask(&desk, "", &[&person.cookie], &upload);
    assert_eq!((sent.header("location"), person.get("file").status), ("/?notice=stale", 404));
    // A link changes nothing.
    assert!(!made("planted") && person.get(&format!("?act=folder&name=planted&csrf={token}")).status == 200);
    assert!(!made("planted"));
    let answer = person.post("", &format!("csrf={token}&act=folder&name=wanted"), &["Sec-Fetch-Site: same-origin"]);
    assert!(answer.status == 303 && made("wanted"));

    // Out by the token, and for good.
    assert!(person.post(".cartable/logout", &format!("csrf={others}"), &[]).status == 303 && made("wanted"));
    let out = person.post(".cartable/logout", &format!("csrf={token}"), &[]);
    assert!(out.leads_to_login() && out.cookie("__Host-cartable").unwrap().1.contains("Max-Age=0"));
    assert!(person.get("").leads_to_login());
    assert!(person.post("", &format!("csrf={token}&act=folder&name=late"), &[]).status != 200);
    assert_eq!(other.get("wanted/").status, 200, "who is logged in elsewhere stays");
    assert_eq!(other.get("late/").status, 404);
}

/// Whatever somebody put there: the browser stores it, or shows it without scripts and without the page's rights.
#[test]
fn files_run_nothing_in_the_pages_origin() {
    let desk = served();
    let person = Person::new(&desk);
    let phone = desk.device("phone");
    let hostile = "<!doctype html><html xmlns='http://www.w3.org/1999/xhtml'><script>alert(1)</script></html>";
    fs::write(desk.path("hostile"), hostile).unwrap();
    for (name, shown) in [
        ("a.html", false),
        ("a.htm", false),
        ("a.HTML", false),
        ("a.xhtml", false),
        ("a.svg", false),
        ("a.svgz", false),
        ("a.xml", false),
        ("a.xsl", false),
        ("a.mht", false),
        ("a.js", false),
        ("a.swf", false),
        ("a.unknown", false),
        ("html", false),
        ("a.txt", true),
        ("a.png", true),
        ("a.pdf", true),
        ("a.mp4", true),
    ] {
        let put = ["--user", phone.as_str(), "--upload-file", "hostile"];
        assert_eq!(ask(&desk, name, &["Content-Type: text/html"], &put).status, 201, "{name}");
        let answer = person.get(name);
        let kind = answer.header("content-type").to_lowercase();
        let policy = answer.header("content-security-policy");
        assert_eq!((answer.status, answer.header("x-content-type-options")), (200, "nosniff"), "{name}");
        assert!(policy.starts_with("default-src 'none';") && !policy.contains("script"), "{name}: {policy}");
        let stored = answer.header("content-disposition").starts_with("attachment");
        assert!(stored != shown, "{name}: {}", answer.header("content-disposition"));
        let runs = ["html", "xml", "svg", "javascript"].iter().any(|word| kind.contains(word));
        assert!(stored || !runs, "{name}: {kind}");
    }
}

/// When, from where, who was let in, what, and how it ended: nothing that somebody wrote, named or keeps secret.
#[test]
fn the_log_of_requests_names_nothing() {
    let desk = Desk::with_bag();
    desk.does(&["serve", "bag", "--listen", desk::FREE_PORT, "--log", "requests"]);
    let phone = desk.device("phone");
    let (login, password) = phone.split_once(':').unwrap();
    let person = Person::new(&desk);
    let token = person.token();
    assert_eq!(person.post("", &format!("csrf={token}&act=folder&name=secret-folder"), &[]).status, 303);
    log_in(&desk, &[], "/", "secret+passphrase");
    fs::write(desk.path("file"), "secret contents").unwrap();
    let app = ["--user", phone.as_str()];
    let ask = |path: &str, more: &[&str]| ask(&desk, path, &["X-Secret: secret-header"], more).status;
    assert_eq!(ask("secret-name", &[&app[..], &["--upload-file", "file"]].concat()), 201);
    let destination = format!("Destination: {}secret-other-name", desk.url().unwrap());
    assert_eq!(ask("secret-name", &[&app[..], &["--request", "MOVE", "--header", &destination]].concat()), 201);
    assert_eq!(ask("?secret-query", &app), 200);
    // A password where the login belongs, and a login that nobody has.
    assert_eq!(ask("", &["--user", &format!("{password}:{login}")]), 401);
    assert_eq!(ask("", &["--user", "secret0123:x"]), 401);
    assert_eq!(ask("", &["--user", &format!("{login}:secret"), "--request", "ODD%0AMETHOD"]), 401);
    desk.close();
    let log = fs::read_to_string(desk.path("requests")).unwrap();
    assert!(log.contains(login));
    let plain = password.replace('-', "");
    let cookie = person.cookie.split('=').next_back().unwrap();
    for secret in ["secret", "quatre", "petits", "phone", "file", &password[..11], &plain[..20], &token, cookie] {
        assert!(!log.to_lowercase().contains(&secret.to_lowercase()), "{secret} is in {log}");
    }
    let methods = ["GET", "POST", "PUT", "MOVE", "ODD0AMETHOD"];
    for line in log.lines() {
        let words: Vec<_> = line.split(' ').collect();
        let [when, from, who, method, status, took] = words[..] else { panic!("{line}") };
        assert!(when.ends_with('Z') && from == "127.0.0.1" && (who == "-" || who == login), "{line}");
        assert!(methods.contains(&method) && status.len() == 3 && took.parse::<u64>().is_ok(), "{line}");
    }
}
