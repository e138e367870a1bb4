//! Destinations here, elsewhere and nowhere.

use super::*;

fn to(value: &str, authority: &str) -> Result<String, DestinationError> {
    destination(&with("destination", value), Some(authority)).map(|path| path.href(path.has_slash()))
}

#[test]
fn destinations_here() {
    for (value, authority) in [
        ("http://host/a%20b/c", "host"),
        ("https://host/a%20b/c", "host"),
        ("HTTPS://HOST/a%20b/c", "host"),
        ("https://host:443/a%20b/c", "host"),
        ("https://host/a%20b/c", "Host:443"),
        ("http://host:80/a%20b/c", "host"),
        ("http://host:/a%20b/c", "host"),
        ("https://host:8443/a%20b/c", "host:8443"),
        ("http://me:secret@host/a%20b/c", "host"),
        ("https://[::1]:8443/a%20b/c", "[::1]:8443"),
        ("https://[FE80::1]/a%20b/c", "[fe80::1]"),
        ("/a%20b/c", "whatever"),
        ("/a b/c", "whatever"),
        (" /a%20b/c ", "whatever"),
    ] {
        assert_eq!(to(value, authority).unwrap(), "/a%20b/c", "{value} at {authority}");
    }
    assert_eq!(to("http://host/a/", "host").unwrap(), "/a/");
    assert_eq!(to("http://host", "host").unwrap(), "/");
    assert_eq!(to("http://host/\u{e9}", "host").unwrap(), "/%C3%A9");
    assert!(destination(&with("destination", "/a"), None).is_ok());
}

#[test]
fn destinations_elsewhere() {
    for (value, authority) in [
        ("http://evil/a", "host"),
        ("http://host.evil/a", "host"),
        ("http://host@evil/a", "host"),
        ("http://host:81/a", "host"),
        ("http://host:443/a", "host"),
        ("https://host/a", "host:80"),
        ("https://host/a", "host:8443"),
        ("https://[::1]/a", "[::2]"),
        ("https://[::1]/a", "[::1]:8443"),
        ("ftp://host/a", "host"),
        ("file:///a", "host"),
    ] {
        let expected =
            if value.starts_with("file") { DestinationError::Malformed } else { DestinationError::Elsewhere };
        assert_eq!(to(value, authority), Err(expected), "{value} at {authority}");
    }
    assert_eq!(destination(&with("destination", "http://host/a"), None), Err(DestinationError::Elsewhere));
}

#[test]
fn destinations_nowhere() {
    for value in [
        "",
        "a",
        "a/b",
        "//host/a",
        "//",
        "http:/host/a",
        "http:///a",
        "://host/a",
        "1 2://host/a",
        "http://host?/a",
        "http://host#/a",
        "http://host/a#b",
        "http://host/a?b",
        "http://host/../a",
        "http://host/a/%2e%2e/b",
        "http://host/%zz",
        "/..",
        "/a%00",
        "/%2F",
        "/a%ff",
        "*",
        "<http://host/a>",
    ] {
        assert_eq!(to(value, "host"), Err(DestinationError::Malformed), "{value}");
    }
    assert_eq!(destination(&HeaderMap::new(), Some("host")), Err(DestinationError::Missing));
    let twice = with_all("destination", &["/a", "/b"]);
    assert_eq!(destination(&twice, Some("host")), Err(DestinationError::Malformed));
    let mut bytes = HeaderMap::new();
    bytes.insert("destination", HeaderValue::from_bytes(b"/\xff").unwrap());
    assert_eq!(destination(&bytes, Some("host")), Err(DestinationError::Malformed));
}

#[test]
fn overwriting() {
    assert_eq!(overwrite(&HeaderMap::new()), Ok(true));
    for (text, expected) in [("T", true), ("t", true), ("F", false), ("f", false)] {
        assert_eq!(overwrite(&with("overwrite", text)), Ok(expected));
    }
    for text in ["", "true", "0", "TF", "T, F", "\u{e9}"] {
        assert_eq!(overwrite(&with("overwrite", text)), Err(BadHeader("overwrite")), "{text}");
    }
    assert!(overwrite(&with_all("overwrite", &["F", "T"])).is_err());
}
