//! Keep-alive, bodies whole and broken, `100 Continue`, refusals, and what a panic leaves.

use super::*;

#[test]
fn a_connection_carries_one_request_after_another() {
    let world = World::new();
    let mut stream = world.connect();
    for _ in 0..3 {
        send(&mut stream, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        let (head, body) = head_and_body(&mut stream);
        assert!(head.starts_with("HTTP/1.1 200") && head.contains("server: Echo\r\n") && head.contains("date: "));
        assert_eq!(body, "127.0.0.1 false");
    }
    send(&mut stream, "GET http://h:1/x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    assert!(rest(&mut stream).ends_with("127.0.0.1 false"));
    let mut old = world.connect();
    send(&mut old, "GET / HTTP/1.0\r\n\r\n");
    assert!(rest(&mut old).starts_with("HTTP/1.0 200"));
}

#[test]
fn a_body_comes_with_its_length_or_in_chunks() {
    let world = World::new();
    let mut stream = world.connect();
    send(&mut stream, "PUT /size HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello");
    assert_eq!(head_and_body(&mut stream).1, "Some(5) Ok(5)");
    send(&mut stream, "PUT /size HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
    send(&mut stream, "6\r\n world\r\n0\r\nTrailer: x\r\n\r\n");
    assert_eq!(head_and_body(&mut stream).1, "None Ok(11)");
    send(&mut stream, "GET /size HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(head_and_body(&mut stream).1, "Some(0) Ok(0)");
}

#[test]
fn a_body_that_breaks_off_is_broken() {
    let world = World::new();
    for (framing, begin) in [
        ("Content-Length: 10", "hello"),
        ("Transfer-Encoding: chunked", "5\r\nhello\r\n"),
        ("Transfer-Encoding: chunked", "5\r\nhel"),
        ("Transfer-Encoding: chunked", "5\r\nhello\r\n0\r\n"),
        ("Transfer-Encoding: chunked", "5\r\nhello\r\nX\r\n"),
    ] {
        let mut stream = world.connect();
        send(&mut stream, &format!("PUT /size HTTP/1.1\r\nHost: h\r\n{framing}\r\n\r\n{begin}"));
        drop(stream);
        assert_eq!(world.told(), Told::Read(Err(BodyError::Broken)), "{framing}: {begin:?}");
    }
}

#[test]
fn a_body_that_stands_still_is_too_slow() {
    let world = World::new();
    let mut stream = world.connect();
    send(&mut stream, "PUT /size HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
    assert_eq!(world.told(), Told::Read(Err(BodyError::TooSlow)));
    assert!(head_and_body(&mut stream).1.ends_with("Err(TooSlow)"));
    assert_eq!(rest(&mut stream), "", "the connection ends: the rest of the body may still come");
}

#[test]
fn a_body_that_goes_on_after_the_answer_is_broken() {
    let world = World::new();
    let mut stream = world.connect();
    send(&mut stream, "PUT /early HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
    assert_eq!(head_and_body(&mut stream).1, "early");
    drop(stream);
    assert_eq!(world.told(), Told::Read(Err(BodyError::Broken)));
}

#[test]
fn a_small_body_is_read_whole_within_its_limit() {
    let world = World::new();
    for (framing, limit, expected) in [
        ("Content-Length: 5\r\n\r\nhello", 5, "Ok(5)"),
        ("Content-Length: 5\r\n\r\nhello", 4, "Err(TooLarge)"),
        ("Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", 5, "Ok(5)"),
        ("Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", 4, "Err(TooLarge)"),
    ] {
        let mut stream = world.connect();
        send(&mut stream, &format!("PROPFIND /collect/{limit} HTTP/1.1\r\nHost: h\r\n{framing}"));
        assert_eq!(head_and_body(&mut stream).1, expected);
    }
}

#[test]
fn who_asks_before_sending_is_told_to_go_on_only_if_the_body_is_wanted() {
    let world = World::new();
    let mut stream = world.connect();
    let asks = "HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";
    send(&mut stream, &format!("PUT /size {asks}"));
    assert_eq!(head_and_body(&mut stream).0, "HTTP/1.1 100 Continue\r\n\r\n");
    send(&mut stream, "hello");
    assert_eq!(head_and_body(&mut stream).1, "Some(5) Ok(5)");
    send(&mut stream, &format!("PUT /refuse {asks}"));
    assert!(head_and_body(&mut stream).0.starts_with("HTTP/1.1 401"));
}

/// A client that does not ask sends a large body at once; it must see why it is refused, not a reset.
#[test]
fn who_uploads_in_vain_sees_the_answer() {
    let world = World::new();
    for _ in 0..5 {
        let mut stream = world.connect();
        send(&mut stream, "PUT /refuse HTTP/1.1\r\nHost: h\r\nContent-Length: 8000000\r\n\r\n");
        stream.write_all(&vec![b'x'; 8_000_000]).unwrap();
        assert!(rest(&mut stream).starts_with("HTTP/1.1 401"));
    }
}

#[test]
fn an_answer_that_breaks_off_never_looks_whole() {
    let world = World::new();
    let mut stream = world.connect();
    send(&mut stream, "GET /short HTTP/1.1\r\nHost: h\r\n\r\n");
    let mut all = Vec::new();
    let ended = stream.read_to_end(&mut all);
    assert!(ended.is_err() || !all.ends_with(b"0\r\n\r\n"));
    // HTTP/1.0 knows no chunks: only a reset tells.
    let mut old = world.connect();
    send(&mut old, "GET /short HTTP/1.0\r\n\r\n");
    assert!(old.read_to_end(&mut Vec::new()).is_err());
}

#[test]
fn a_long_answer_comes_whole() {
    let world = World::new();
    let mut stream = world.connect();
    send(&mut stream, "GET /stream/100 HTTP/1.0\r\n\r\n");
    let (_, body) = rest(&mut stream).split_once("\r\n\r\n").map(|(a, b)| (a.to_owned(), b.len())).unwrap();
    assert_eq!(body, 100 * PIECE_BYTES);
}

#[test]
fn a_panic_answers_500_and_harms_nobody() {
    let world = World::new();
    let mut stream = world.connect();
    send(&mut stream, "GET /panic HTTP/1.1\r\nHost: h\r\n\r\n");
    assert!(head_and_body(&mut stream).0.starts_with("HTTP/1.1 500"));
    send(&mut stream, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert!(head_and_body(&mut stream).0.starts_with("HTTP/1.1 200"));
    assert!(world.serves());
}

#[test]
fn what_is_no_request_is_refused() {
    let world = World::new();
    let flood = "X: y\r\n".repeat(200);
    let long = format!("X: {}\r\n", "y".repeat(100_000));
    for (request, status) in [
        ("GARBAGE\r\n\r\n".to_owned(), "400"),
        ("GET / HTTP/9.9\r\n\r\n".to_owned(), "400"),
        ("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n".to_owned(), "400"),
        ("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n".to_owned(), "400"),
        (format!("GET / HTTP/1.1\r\nHost: h\r\n{flood}\r\n"), "431"),
        (format!("GET / HTTP/1.1\r\nHost: h\r\n{long}\r\n"), "431"),
        (format!("GET /{} HTTP/1.1\r\nHost: h\r\n\r\n", "y".repeat(66_000)), "4"),
    ] {
        let mut stream = world.connect();
        send(&mut stream, &request);
        let answer = rest(&mut stream);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
    }
}
