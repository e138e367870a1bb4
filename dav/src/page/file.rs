//! How a person's own files reach a browser: their type, whether they may be shown, and under which policy.
//!
//! A file is never trusted: with `X-Content-Type-Options: nosniff` (which the sender must add to each of them) a
//! browser goes by the type named here, only types that can't run scripts are shown, and the policy turns scripts off
//! besides.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// For files that browsers show with their own viewer: no scripts, but no `sandbox` either.
///
/// `sandbox` leaves some PDF blank in Safari, all of them in older Chromium, and keeps sound and film from being read
/// at all (their own address is then a foreign origin). Viewers run outside the page's origin anyway.
const VIEWER_CSP: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; media-src 'self'; \
                          object-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

/// For all others: a document of its own, without scripts, forms or an origin, whatever it turns out to be.
const FILE_CSP: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; form-action 'none'; \
                        frame-ancestors 'none'; base-uri 'none'; sandbox";

/// What RFC 8187 lets stand as it is (`attr-char`).
const ATTRIBUTE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

const OTHER: &str = "application/octet-stream";

/// Extensions and types. Texts are declared as UTF-8: Firefox guesses worse than that.
const TYPES: [(&str, &str); 75] = [
    ("7z", "application/x-7z-compressed"),
    ("aac", "audio/aac"),
    ("apk", "application/vnd.android.package-archive"),
    ("avi", "video/x-msvideo"),
    ("avif", "image/avif"),
    ("bmp", "image/bmp"),
    ("bz2", "application/x-bzip2"),
    ("c", "text/plain; charset=utf-8"),
    ("css", "text/css; charset=utf-8"),
    ("csv", "text/csv; charset=utf-8"),
    ("doc", "application/msword"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("eml", "message/rfc822"),
    ("epub", "application/epub+zip"),
    ("flac", "audio/flac"),
    ("ggb", "application/vnd.geogebra.file"),
    ("gif", "image/gif"),
    ("gz", "application/gzip"),
    ("heic", "image/heic"),
    ("heif", "image/heif"),
    ("htm", "text/html; charset=utf-8"),
    ("html", "text/html; charset=utf-8"),
    ("ico", "image/vnd.microsoft.icon"),
    ("ics", "text/calendar; charset=utf-8"),
    ("jpe", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("js", "text/javascript; charset=utf-8"),
    ("json", "application/json"),
    ("log", "text/plain; charset=utf-8"),
    ("m4a", "audio/mp4"),
    ("m4v", "video/mp4"),
    ("md", "text/markdown; charset=utf-8"),
    ("mid", "audio/midi"),
    ("midi", "audio/midi"),
    ("mkv", "video/x-matroska"),
    ("mov", "video/quicktime"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("mpeg", "video/mpeg"),
    ("odg", "application/vnd.oasis.opendocument.graphics"),
    ("odp", "application/vnd.oasis.opendocument.presentation"),
    ("ods", "application/vnd.oasis.opendocument.spreadsheet"),
    ("odt", "application/vnd.oasis.opendocument.text"),
    ("oga", "audio/ogg"),
    ("ogg", "audio/ogg"),
    ("ogv", "video/ogg"),
    ("opus", "audio/ogg"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("ppt", "application/vnd.ms-powerpoint"),
    ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("py", "text/plain; charset=utf-8"),
    ("rar", "application/vnd.rar"),
    ("rtf", "application/rtf"),
    ("sb3", "application/x.scratch.sb3"),
    ("svg", "image/svg+xml"),
    ("tar", "application/x-tar"),
    ("tex", "text/x-tex; charset=utf-8"),
    ("tif", "image/tiff"),
    ("tiff", "image/tiff"),
    ("ttf", "font/ttf"),
    ("txt", "text/plain; charset=utf-8"),
    ("vcf", "text/vcard; charset=utf-8"),
    ("wav", "audio/wav"),
    ("weba", "audio/webm"),
    ("webm", "video/webm"),
    ("webp", "image/webp"),
    ("woff2", "font/woff2"),
    ("xhtml", "application/xhtml+xml"),
    ("xls", "application/vnd.ms-excel"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("xml", "application/xml"),
    ("zip", "application/zip"),
    ("zst", "application/zstd"),
];

/// What a browser makes of a file when its link is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// It shows a picture.
    Image,
    /// It shows pages.
    Pdf,
    /// It shows lines.
    Text,
    /// It plays sound or film.
    Media,
    /// It stores the file.
    Other,
}

impl Shown {
    /// What becomes of a file of this type.
    pub(crate) fn of(content_type: &str) -> Self {
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        match essence {
            "image/avif" | "image/bmp" | "image/gif" | "image/jpeg" | "image/png" | "image/webp" => Self::Image,
            "application/pdf" => Self::Pdf,
            "text/plain" => Self::Text,
            _ if essence.starts_with("audio/") || essence.starts_with("video/") => Self::Media,
            _ => Self::Other,
        }
    }
}

/// The media type of a file, by the ending of its name.
pub(crate) fn content_type(name: &str) -> &'static str {
    let Some((_, ending)) = name.rsplit_once('.') else { return OTHER };
    let ending = ending.to_ascii_lowercase();
    TYPES.binary_search_by(|(known, _)| (*known).cmp(&ending)).map_or(OTHER, |at| TYPES[at].1)
}

/// Whether a browser may show such a file instead of storing it: pictures, PDF, plain text, sound and film.
///
/// Never what can hold scripts: HTML, XML and SVG are stored.
pub(crate) fn may_show_inline(content_type: &str) -> bool {
    Shown::of(content_type) != Shown::Other
}

/// `Content-Security-Policy` of a file of this type.
pub(crate) fn file_csp(content_type: &str) -> &'static str {
    match Shown::of(content_type) {
        Shown::Pdf | Shown::Media => VIEWER_CSP,
        Shown::Image | Shown::Text | Shown::Other => FILE_CSP,
    }
}

/// `Content-Disposition` (RFC 6266) with the name in ASCII for old programs, and in full (RFC 8187) where that differs.
pub(crate) fn disposition(name: &str, inline: bool) -> String {
    let kind = if inline { "inline" } else { "attachment" };
    // '%' is replaced because some browsers decode it in the plain form.
    let plain: String = name
        .chars()
        .map(|c| if matches!(c, ' '..='~') && !matches!(c, '"' | '\\' | '%' | '/') { c } else { '_' })
        .collect();
    if plain == name {
        return format!("{kind}; filename=\"{plain}\"");
    }
    format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{}", utf8_percent_encode(name, ATTRIBUTE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_go_by_the_ending() {
        assert!(TYPES.is_sorted_by(|(a, _), (b, _)| a < b));
        for (name, wanted) in [
            ("a.pdf", "application/pdf"),
            ("Photo.JPG", "image/jpeg"),
            ("notes.tar.gz", "application/gzip"),
            ("README", OTHER),
            (".txt", "text/plain; charset=utf-8"),
            ("a.", OTHER),
            ("a.unknown", OTHER),
            ("devoir.odt", "application/vnd.oasis.opendocument.text"),
        ] {
            assert_eq!(content_type(name), wanted, "{name}");
        }
    }

    #[test]
    fn what_can_hold_scripts_is_never_shown() {
        for name in ["a.html", "a.htm", "a.xhtml", "a.svg", "a.xml", "a.js", "a.css", "a.json", "a.eml", "a", "a.ics"] {
            assert!(!may_show_inline(content_type(name)), "{name}");
            assert!(file_csp(content_type(name)).ends_with("; sandbox"), "{name}");
        }
        for name in ["a.png", "a.jpg", "a.pdf", "a.txt", "a.py", "a.mp3", "a.mp4"] {
            assert!(may_show_inline(content_type(name)), "{name}");
        }
        assert!(!may_show_inline("image/svg+xml; charset=utf-8"));
        assert!(!may_show_inline("TEXT/HTML"));
    }

    #[test]
    fn no_policy_lets_a_file_run_scripts() {
        for policy in [VIEWER_CSP, FILE_CSP] {
            assert!(policy.starts_with("default-src 'none'; "));
            assert!(!policy.contains("script") && !policy.contains("allow-"));
            assert!(!policy.contains("  "), "{policy}");
        }
        assert_eq!(file_csp("application/pdf"), VIEWER_CSP);
        assert_eq!(file_csp("image/png"), FILE_CSP);
    }

    #[test]
    fn names_travel_in_the_disposition() {
        assert_eq!(disposition("a b.pdf", true), "inline; filename=\"a b.pdf\"");
        assert_eq!(
            disposition("\u{c9}t\u{e9} \"1\".pdf", false),
            "attachment; filename=\"_t_ _1_.pdf\"; filename*=UTF-8''%C3%89t%C3%A9%20%221%22.pdf"
        );
        assert_eq!(
            disposition("a\r\nSet-Cookie: x", false),
            "attachment; filename=\"a__Set-Cookie: x\"; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20x"
        );
        assert_eq!(disposition("50%.txt", true), "inline; filename=\"50_.txt\"; filename*=UTF-8''50%25.txt");
        assert!(disposition("\u{202e}gpj.exe", false).is_ascii());
    }
}
