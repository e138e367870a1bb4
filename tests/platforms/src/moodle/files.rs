//! Files behind `webservice/pluginfile.php`: with a token, in parts, and only when they changed.

use serde_json::Value;

use super::{State, TOKEN, field, wire};
use crate::{Answer, Ask};

/// A file.
pub(super) struct File {
    /// Its bytes.
    pub(super) bytes: Vec<u8>,
    /// When it changed, in seconds since 1970.
    pub(super) modified: i64,
}

/// The files of the site as it begins.
pub(super) fn initial() -> Vec<(&'static str, Vec<u8>)> {
    let pdf = |words: &str| format!("%PDF-1.4\n% {words}\n%%EOF\n").into_bytes();
    let film = (0..300_000_u32).map(|place| (place.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    vec![
        ("/1702/mod_resource/content/1/programme.pdf", pdf("programme")),
        ("/1711/mod_folder/content/2/\u{e9}nonc\u{e9}s.pdf", pdf("questions")),
        ("/1711/mod_folder/content/2/corrig\u{e9}s/\u{e9}nonc\u{e9}s.pdf", pdf("answers")),
        ("/1712/mod_page/content/index.html", b"<p>Une fraction est un quotient.</p>".to_vec()),
        ("/1714/mod_assign/introattachment/0/sujet.pdf", pdf("subject")),
        ("/1714/assignsubmission_file/submission_files/311/ma copie.pdf", pdf("handed in")),
        ("/1714/assignfeedback_file/feedback_files/3111/corrig\u{e9}.pdf", pdf("corrected")),
        ("/1801/mod_resource/content/1/carte.mp4", film),
        ("/1900/badges/badgeimage/5/f3", b"\x89PNG\r\n\x1a\n".to_vec()),
    ]
}

/// Tells a file's length and time wherever the data name it. Of a page that Moodle makes itself it tells no length.
pub(super) fn tell(site: &mut Value, path: &str, bytes: usize, modified: i64) {
    match site {
        Value::Array(all) => all.iter_mut().for_each(|value| tell(value, path, bytes, modified)),
        Value::Object(all) => {
            let named = all.get("fileurl").and_then(Value::as_str).and_then(path_of).is_some_and(|known| known == path);
            if named {
                let page = path.contains("/mod_page/");
                all.insert("filesize".to_owned(), if page { 0.into() } else { bytes.into() });
                all.insert("timemodified".to_owned(), modified.into());
            }
            all.values_mut().for_each(|value| tell(value, path, bytes, modified));
        }
        _ => {}
    }
}

/// Answers for a file, whose path comes behind the script's name or as the field `file`.
pub(super) fn answer(state: &mut State, ask: &Ask, path: &str, fields: &[(String, String)]) -> Answer {
    if ask.own_fault == Some("invalidtoken") || field(fields, "token") != Some(TOKEN) {
        return wire::script_error("invalidtoken", "Invalid token - token not found");
    }
    let path = percent_encoding::percent_decode_str(path).decode_utf8_lossy().into_owned();
    let path = if path.is_empty() { field(fields, "file").unwrap_or_default().to_owned() } else { path };
    let header = |name: &str| ask.headers.get(name).and_then(|value| value.to_str().ok());
    let range = ask.range();
    state.asked.push(match range {
        Some((from, _)) => format!("{path}@{from}"),
        None => path.clone(),
    });
    if state.site["info"]["downloadfiles"] != 1 {
        return wire::script_error("accessexception", "Access control exception");
    }
    let Some(file) = state.files.get(&path) else {
        return Answer { status: 404, ..wire::script_error("filenotfound", "File not found") };
    };
    let etag = format!("\"{:x}-{:x}\"", file.modified, file.bytes.len());
    let mut answer = Answer::of(media_type(&path), file.bytes.clone());
    // Only files have it; pages and errors in their place have not.
    answer.headers.push(("content-disposition", "attachment; filename=\"file\"".to_owned()));
    answer.headers.push(("accept-ranges", "bytes".to_owned()));
    answer.headers.push(("etag", etag.clone()));
    if header("if-none-match") == Some(&etag) {
        return Answer { status: 304, body: Vec::new().into(), ..answer };
    }
    if ask.own_fault == Some("short") && !path.ends_with(".html") {
        return Answer { body: answer.body.slice(..answer.body.len() / 2), ..answer };
    }
    let same = header("if-range").is_none_or(|known| known == etag);
    match range {
        // Moodle sends no parts of pages.
        Some(range) if same && !path.ends_with(".html") => answer.part(range),
        _ => answer,
    }
}

/// The path behind `pluginfile.php` of an address.
fn path_of(url: &str) -> Option<String> {
    let path = url.strip_prefix("@SITE@/webservice/pluginfile.php")?;
    let path = path.split('?').next()?;
    Some(percent_encoding::percent_decode_str(path).decode_utf8_lossy().into_owned())
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("pdf") => "application/pdf",
        Some("html") => "text/html; charset=utf-8",
        Some("mp4") => "video/mp4",
        _ => "image/png",
    }
}
