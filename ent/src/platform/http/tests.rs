//! HTTP against a small server at this machine.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use cartable_platforms::{Answer as Served, Ask as Asked, Fault, Platform, Running};

use super::*;

struct Small;

impl Platform for Small {
    fn answer(&self, ask: &Asked) -> Served {
        let header = |name: &str| ask.headers.get(name).map_or("-", |value| value.to_str().unwrap()).to_owned();
        let to = |status: u16, location: &str| {
            let mut answer = Served::status(status);
            answer.headers.push(("location", location.to_owned()));
            answer
        };
        match ask.uri.path() {
            "/loop" => to(302, "/loop"),
            "/moved" => to(302, "/echo"),
            "/out" => to(302, "http://example.org/"),
            "/kept" => to(307, "/echo"),
            "/set" => {
                let mut answer = Served::of("text/plain", "");
                answer.headers.push(("set-cookie", "a=1; Path=/; HttpOnly".to_owned()));
                answer
            }
            path if path.starts_with("/many/") => {
                let mut answer = Served::status(429);
                answer.headers.push(("retry-after", path.replace("/many/", "")));
                answer
            }
            "/parts" if ask.headers.contains_key("range") => {
                let mut answer = Served { status: 206, ..Served::of("text/plain", "def") };
                answer.headers.push(("content-range", "bytes 3-5/6".to_owned()));
                answer
            }
            "/long" => Served::of("text/plain", vec![b'x'; 5000]),
            _ => {
                let said = format!("{} {} {}", ask.method, header("cookie"), header("user-agent"));
                Served::of("text/plain; charset=utf-8", said)
            }
        }
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn http() -> Http {
    let manners = Manners { gap: Duration::ZERO, max_answer_bytes: 4096, max_file_bytes: 4096, ..Manners::default() };
    Http::new(manners).unwrap()
}

#[test]
fn it_says_who_it_is_keeps_cookies_and_follows() {
    let server = Running::start(Small, 0);
    let url = |path: &str| Url::parse(&format!("{}{path}", server.url())).unwrap();
    let mut http = http();
    runtime().block_on(async {
        let answer = http.send(Ask::get(url("/echo"))).await.unwrap();
        assert_eq!((answer.text().as_str(), answer.media_type().unwrap().as_str()), ("GET - Cartable", "text/plain"));
        http.send(Ask::get(url("/set"))).await.unwrap();
        let answer = http.send(Ask::post(url("/moved"), "text/plain", "x")).await.unwrap();
        assert_eq!(answer.text(), "GET a=1 Cartable");
        assert_eq!(http.send(Ask::post(url("/kept"), "text/plain", "x")).await.unwrap().text(), "POST a=1 Cartable");
    });
}

#[test]
fn bounds_and_faults_end_in_failures_without_an_address() {
    let server = Running::start(Small, 0);
    let url = |path: &str| Url::parse(&format!("{}{path}", server.url())).unwrap();
    let mut http = http();
    runtime().block_on(async {
        for path in ["/loop", "/out", "/long"] {
            let failure = http.send(Ask::get(url(path))).await.unwrap_err();
            assert!(matches!(failure, Failure::Platform(_)), "{path}: {failure}");
        }
        let mut download = http.download(Ask::get(url("/long")), 0).await.unwrap();
        let ended = loop {
            match download.next().await {
                Ok(Some(_)) => {}
                other => break other,
            }
        };
        assert!(matches!(ended, Err(Failure::Platform(_))));
        for (told, hours) in [("120", 1), ("7200", 2), ("soon", 1), ("999999999", 24)] {
            let many = http.send(Ask::get(url(&format!("/many/{told}")))).await.unwrap().success().unwrap_err();
            assert_eq!(many.silence(), Duration::from_secs(hours * 60 * 60), "{told}");
        }
        for fault in [Fault::Drop, Fault::Half] {
            server.faults.plan([(0, fault)]);
            let failure = http.send(Ask::get(url("/echo"))).await.unwrap_err();
            assert!(matches!(&failure, Failure::Unreachable(what) if !what.contains("127")), "{failure}");
        }
        server.faults.plan([(0, Fault::Status(503))]);
        let failure = http.send(Ask::get(url("/echo"))).await.unwrap().success().unwrap_err();
        assert_eq!(failure.to_string(), "the platform failed: status 503");
    });
}

#[test]
fn requests_keep_their_distance() {
    let server = Running::start(Small, 0);
    let url = Url::parse(&server.url()).unwrap();
    let mut http = Http::new(Manners { gap: Duration::from_millis(80), ..Manners::default() }).unwrap();
    runtime().block_on(async {
        let start = std::time::Instant::now();
        for _ in 0..3 {
            http.send(Ask::get(url.clone())).await.unwrap();
        }
        assert!(start.elapsed() >= Duration::from_millis(160));
    });
}

#[test]
fn plain_http_is_for_this_machine() {
    let may = |url: &str| may_be_asked(&Url::parse(url).unwrap());
    assert!(
        may("https://example.org/") && may("http://127.0.0.1:8/") && may("http://[::1]/") && may("http://localhost/")
    );
    assert!(!may("http://example.org/") && !may("http://127.0.0.1.example.org/") && !may("ftp://127.0.0.1/"));
}

#[test]
fn a_file_goes_on_where_it_stopped() {
    let server = Running::start(Small, 0);
    let url = |path: &str| Url::parse(&format!("{}{path}", server.url())).unwrap();
    let mut http = http();
    runtime().block_on(async {
        let mut download = http.download(Ask::get(url("/parts")), 3).await.unwrap().success().unwrap();
        assert!(download.goes_on_at(3) && !download.goes_on_at(2));
        assert_eq!(download.next().await.unwrap().unwrap().as_ref(), b"def");
        assert!(download.next().await.unwrap().is_none());
        assert!(!http.download(Ask::get(url("/echo")), 3).await.unwrap().goes_on_at(3));
    });
}

/// A byte now and then is no answer; a slow line is one.
#[test]
fn what_hardly_comes_breaks_off() {
    let pace = |bytes| Pace { begun: Instant::now(), bytes };
    let after = |seconds| Duration::from_secs(seconds);
    assert!(pace(1).check(after(60)).is_ok());
    assert!(matches!(pace(4).check(after(80)), Err(Failure::Unreachable(_))));
    assert!(pace(80 * 1024).check(after(80)).is_ok());
    assert!(matches!(pace(80 * 1024).check(after(81)), Err(Failure::Unreachable(_))));
}
