//! Files that a page sends: one form, as many files as somebody chose, each placed when it came whole.

use cartable_fs::{Attr, FsError, Keeping, Kind, Staged, WriteTimes};
use http::{Response, StatusCode};

use super::act::place;
use super::{back, notice_of, target};
use crate::fault::Outcome;
use crate::page::{Multipart, Notice, Piece};
use crate::resource::{Place, Resource};
use crate::server::body::{Body, Incoming};
use crate::session::same;
use crate::visit::{Touched, Visit};

/// Reads the form and places its files.
pub(crate) fn answer(visit: &Visit, csrf: &str, content_type: &str, body: Incoming) -> Outcome<Response<Body>> {
    let form = Multipart::new(content_type).map_err(|_| StatusCode::BAD_REQUEST)?;
    let folder = target(visit)?;
    let mut taking = Taking { visit, folder: &folder, csrf, trusted: false, replace: false, file: None };
    let taken = taking.all(form, body);
    let notice = match taken {
        Ok(()) if taking.trusted => Notice::Uploaded,
        Ok(()) => Notice::Stale,
        // What can't be read is not answered by a page: nobody is there to read one.
        Err(fault) if fault.status == StatusCode::REQUEST_TIMEOUT => return Err(fault),
        Err(fault) if !taking.trusted && fault.status == StatusCode::FORBIDDEN => Notice::Stale,
        Err(fault) => notice_of(fault.status),
    };
    back(&folder, notice)
}

struct Taking<'a> {
    visit: &'a Visit,
    folder: &'a Resource,
    csrf: &'a str,
    /// The form is from a page of this session.
    trusted: bool,
    replace: bool,
    file: Option<(Place, Staged, u64)>,
}

impl Taking<'_> {
    fn all(&mut self, mut form: Multipart, mut body: Incoming) -> Outcome<()> {
        let malformed = |_| StatusCode::BAD_REQUEST;
        while let Some(bytes) = body.read().map_err(|_| StatusCode::REQUEST_TIMEOUT)? {
            form.push(&bytes);
            while let Some(piece) = form.take().map_err(malformed)? {
                self.piece(piece)?;
            }
        }
        form.finish().map_err(malformed)?;
        Ok(())
    }

    fn piece(&mut self, piece: Piece) -> Outcome<()> {
        match piece {
            Piece::Field { name, value } => match name.as_str() {
                "csrf" if !same(&value, self.csrf) => return Err(StatusCode::FORBIDDEN.into()),
                "csrf" => self.trusted = true,
                "replace" => self.replace = value == "1",
                _ => {}
            },
            Piece::File(_) if !self.trusted => return Err(StatusCode::FORBIDDEN.into()),
            Piece::File(name) => {
                let place = place(self.folder, &name)?;
                if !self.replace && self.visit.space.find(&self.visit.access, place.folder, place.name()?).is_ok() {
                    return Err(StatusCode::PRECONDITION_FAILED.into());
                }
                let staged = Staged::new(&self.visit.space, &self.visit.change()?, Kind::File)?;
                self.file = Some((place, staged, 0));
            }
            Piece::Data(bytes) => {
                let Some((_, staged, written)) = &mut self.file else { return Ok(()) };
                let change = self.visit.change()?;
                self.visit.space.write(&change, staged.id(), *written, &bytes, WriteTimes::Now, false)?;
                *written += bytes.len() as u64;
            }
            Piece::End => {
                if let Some((place, staged, _)) = self.file.take() {
                    self.place(&place, &staged)?;
                }
            }
        }
        Ok(())
    }

    fn place(&self, place: &Place, staged: &Staged) -> Outcome<()> {
        let visit = self.visit;
        let agreed = |there: Option<&Attr>| {
            if there.is_some() && !self.replace { Err(FsError::Exists) } else { Ok(()) }
        };
        let held = visit.hold()?;
        visit.refuse_locked(&held, &place.path, Touched::Name)?;
        let placed = visit.space.place(&held.change, staged, place.entry()?, Keeping::Replaced, agreed)?;
        drop(held);
        visit.settle(&placed.notices, placed.attr.id)
    }
}
