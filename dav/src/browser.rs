//! What browsers get: pages of folders, and what their forms ask for (`page` draws them).
//!
//! A page changes something only by POST, with the token of its session. Names from forms are checked like all others.

pub(crate) mod act;
pub(crate) mod archive;
pub(crate) mod upload;

use cartable_fs::Kind;
use http::{HeaderValue, Response, StatusCode, header};
use jiff::tz::TimeZone;

use crate::fault::Outcome;
use crate::method::propfind::shown;
use crate::page::{self, Ask, Lang, Listing, Notice, Query, Question, Row, Shown};
use crate::resource::{Located, Resource};
use crate::server::body::{Body, full};
use crate::visit::Visit;

/// What a page needs to know of its session.
pub(crate) struct Reader {
    pub(crate) lang: Lang,
    /// None for an app that asks for a page: it can only read.
    pub(crate) csrf: Option<String>,
    pub(crate) idle_seconds: u64,
}

/// The answer to a GET of a folder: a page, or an archive that is still to be sent.
pub(crate) enum Shows {
    Page(Response<Body>),
    Archive(Response<Body>, archive::Archive),
}

/// Answers a GET of a folder.
pub(crate) fn folder(visit: &Visit, folder: &Resource, query: Option<&str>, reader: &Reader) -> Outcome<Shows> {
    if !visit.path.has_slash() && reader.csrf.is_some() {
        // The page's forms are sent to its own address, which is the folder's.
        return Ok(Shows::Page(moved_to(&folder.path.href(true))?));
    }
    let query = Query::parse(query).map_err(|_| StatusCode::BAD_REQUEST)?;
    match &query.ask {
        Some(Ask::Zip) => {
            let (response, archive) = archive::answer(folder)?;
            Ok(Shows::Archive(response, archive))
        }
        Some(Ask::Rename(name)) => question(visit, folder, name, reader, page::rename),
        Some(Ask::Delete(name)) => question(visit, folder, name, reader, page::confirm_delete),
        None => Ok(Shows::Page(listing(visit, folder, &query, reader)?)),
    }
}

fn question(
    visit: &Visit,
    folder: &Resource,
    name: &str,
    reader: &Reader,
    draw: fn(&Question<'_>) -> String,
) -> Outcome<Shows> {
    let entry = entry(visit, folder, name)?;
    let question = Question {
        lang: reader.lang,
        folder: &folder.path.href(true),
        name,
        is_folder: entry.is_folder(),
        csrf: reader.csrf.as_deref().ok_or(StatusCode::FORBIDDEN)?,
    };
    Ok(Shows::Page(html(StatusCode::OK, reader.lang, draw(&question))))
}

/// An entry of a folder by its name.
pub(crate) fn entry(visit: &Visit, folder: &Resource, name: &str) -> Outcome<Resource> {
    // A name from a form is not a path.
    let bytes = cartable_fs::Name::new(name.as_bytes())?;
    let attr = visit.space.find(&visit.access, folder.attr.id, bytes)?;
    if !matches!(attr.kind, Kind::File | Kind::Folder) {
        return Err(StatusCode::NOT_FOUND.into());
    }
    Ok(Resource { path: folder.path.join(name), folder: folder.attr.id, attr })
}

fn listing(visit: &Visit, folder: &Resource, query: &Query, reader: &Reader) -> Outcome<Response<Body>> {
    let mut rows = Vec::new();
    visit.space.list(&visit.access, folder.attr.id, 0, |entry| {
        if let Some(name) = shown(entry.name, entry.attr) {
            let is_folder = entry.attr.kind == Kind::Folder;
            rows.push(Row {
                href: folder.path.join(name).href(is_folder),
                name: name.to_owned(),
                folder: is_folder,
                size: entry.attr.size,
                modified: entry.attr.modified.into(),
                kind: Shown::of(page::content_type(name)),
            });
        }
        true
    })?;
    let mut crumbs = vec![("Cartable".to_owned(), "/".to_owned())];
    let mut path = crate::path::UrlPath::root();
    for name in folder.path.names() {
        path = path.join(name);
        crumbs.push((name.clone(), path.href(true)));
    }
    let text = page::listing(&Listing {
        lang: reader.lang,
        zone: &TimeZone::system(),
        crumbs: &crumbs,
        rows: &rows,
        sort: query.sort,
        writable: reader.csrf.is_some() && visit.access.change().is_ok(),
        csrf: reader.csrf.as_deref().unwrap_or_default(),
        notice: query.notice,
        free_bytes: Some(visit.space.volume(&visit.access)?.free_bytes),
        idle_seconds: reader.idle_seconds,
    });
    Ok(html(StatusCode::OK, reader.lang, text))
}

/// A page, with what keeps others from meddling with it.
pub(crate) fn html(status: StatusCode, lang: Lang, text: String) -> Response<Body> {
    let mut response = Response::new(full(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(page::CSP));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(lang.tag()));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Language"));
    response
}

/// Sends the browser elsewhere on this server, to be asked by GET.
pub(crate) fn moved_to(href: &str) -> Outcome<Response<Body>> {
    let mut response = crate::method::done(StatusCode::SEE_OTHER);
    let place = HeaderValue::from_str(href).map_err(|_| StatusCode::BAD_REQUEST)?;
    response.headers_mut().insert(header::LOCATION, place);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Sends the browser back to the folder, which says how it went.
pub(crate) fn back(folder: &Resource, notice: Notice) -> Outcome<Response<Body>> {
    moved_to(&format!("{}?notice={}", folder.path.href(true), notice.word()))
}

/// The folder that a form is about.
pub(crate) fn target(visit: &Visit) -> Outcome<Resource> {
    match visit.target()? {
        Located::There(folder) if folder.is_folder() => Ok(folder),
        _ => Err(StatusCode::NOT_FOUND.into()),
    }
}

/// Says to a person why something was not done.
pub(crate) fn notice_of(status: StatusCode) -> Notice {
    match status {
        StatusCode::METHOD_NOT_ALLOWED | StatusCode::PRECONDITION_FAILED => Notice::Exists,
        StatusCode::BAD_REQUEST => Notice::BadName,
        StatusCode::NOT_FOUND | StatusCode::CONFLICT => Notice::Gone,
        StatusCode::LOCKED => Notice::Locked,
        StatusCode::INSUFFICIENT_STORAGE => Notice::NoRoom,
        StatusCode::FORBIDDEN => Notice::ReadOnly,
        _ => Notice::Failed,
    }
}
