//! COPY and MOVE: a copy shares the stored bytes of what it copies, a move is one step whatever moves.

use cartable_fs::{Attr, FsError, Keeping, Kind, NodeId, Notice, Pinned, Placed, RenameMode, Staged};
use http::{Response, StatusCode};

use super::{done, made};
use crate::fault::Outcome;
use crate::header::{Depth, depth, overwrite};
use crate::path::UrlPath;
use crate::resource::{Located, Place, Resource};
use crate::server::body::Body;
use crate::visit::{Held, Touched, Visit, moved};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    Copy,
    Move,
}

pub(crate) fn answer(visit: &Visit, act: Act) -> Outcome<Response<Body>> {
    // A copy is made ready while others go on; what was found first may have changed then, so all is asked again.
    let staged = match act {
        Act::Copy => {
            let goal = Plan::toward(visit)?;
            let plan = Plan::make(visit, &goal.hold()?, act)?;
            Some(duplicate(visit, &goal, &plan)?)
        }
        Act::Move => None,
    };
    let goal = Plan::toward(visit)?;
    let mut held = goal.hold()?;
    let plan = Plan::make(visit, &held, act)?;
    let mut notices: Vec<Notice> = moved(&plan.target, plan.there);
    let node = match staged {
        Some(staged) => {
            let placed = place(&goal, &held, &staged, &plan)?;
            notices.extend(placed.notices);
            placed.attr.id
        }
        None => {
            if !visit.ground().spot.is_beside(&goal.ground().spot) {
                return Err(FsError::OtherSpace.into());
            }
            let from = plan.source.place().ok_or(StatusCode::FORBIDDEN)?;
            carry(visit, &held, &plan, &from)?;
            held.locks.remove_tree(&visit.space, &held.change, &plan.source.path)?;
            notices.extend(moved(&from, Some(plan.source.attr.id)));
            plan.source.attr.id
        }
    };
    drop(held);
    goal.settle(&notices, node)?;
    Ok(done(made(plan.there.is_some())))
}

/// What goes where.
struct Plan {
    source: Resource,
    target: Place,
    /// What stands in the target's place.
    there: Option<NodeId>,
    overwrite: bool,
    /// Of a folder only itself is copied.
    shallow: bool,
    /// User and group of the folder that it goes to.
    owner: (u32, u32),
}

impl Plan {
    /// The request as it is where its destination lies.
    fn toward(visit: &Visit) -> Outcome<Visit> {
        // What is asked for is looked at first: where it is not, nobody need know of the destination.
        visit.resource()?;
        Ok(visit.destination()?.0)
    }

    fn make(visit: &Visit, held: &Held<'_>, act: Act) -> Outcome<Self> {
        let source = visit.resource()?;
        let (goal, found) = visit.destination()?;
        visit.may_change(held, Some(&source.attr))?;
        let shallow = match (act, depth(&visit.headers)?) {
            (_, None | Some(Depth::Infinity)) => false,
            (Act::Copy, Some(Depth::Zero)) => true,
            _ if source.is_folder() => return Err(StatusCode::BAD_REQUEST.into()),
            _ => false,
        };
        let overwrite = overwrite(&visit.headers)?;
        let (target, there) = target(&source, &goal.path, found, act)?;
        if there.is_some() && !overwrite {
            return Err(StatusCode::PRECONDITION_FAILED.into());
        }
        visit.refuse_locked(held, &target.path, if there.is_some() { Touched::Tree } else { Touched::Name })?;
        if act == Act::Move {
            visit.refuse_locked(held, &source.path, Touched::Tree)?;
        }
        let into = goal.space.attr(&goal.access, target.folder)?;
        Ok(Self { source, target, there, overwrite, shallow, owner: (into.uid, into.gid) })
    }
}

/// Where the result is to stand, and what stands there.
fn target(source: &Resource, asked: &UrlPath, found: Located, act: Act) -> Outcome<(Place, Option<NodeId>)> {
    let (target, there) = match found {
        Located::Free(place) => (place, None),
        Located::There(resource) if resource.path == source.path => {
            // The same name, spelled otherwise: only its spelling is to change.
            let mut place = resource.place().ok_or(StatusCode::FORBIDDEN)?;
            let name = asked.name().unwrap_or_default();
            if act == Act::Copy || place.name == name {
                return Err(StatusCode::FORBIDDEN.into());
            }
            name.clone_into(&mut place.name);
            (place, None)
        }
        Located::There(resource) => (resource.place().ok_or(StatusCode::FORBIDDEN)?, Some(resource.attr.id)),
        Located::Hidden | Located::Nowhere => return Err(StatusCode::CONFLICT.into()),
    };
    // Neither into itself, nor in the place of what it lies in.
    let inside = target.path.lies_in(&source.path) && target.path != source.path;
    if inside || (there.is_some() && source.path.lies_in(&target.path)) {
        return Err(StatusCode::FORBIDDEN.into());
    }
    Ok((target, there))
}

fn carry(visit: &Visit, held: &Held<'_>, plan: &Plan, from: &Place) -> Outcome<()> {
    let to = &plan.target;
    let mode = if plan.overwrite { RenameMode::Overwrite } else { RenameMode::NoReplace };
    let there = visit.space.find(&visit.access, to.folder, to.name()?);
    match visit.space.rename(&held.change, from.entry()?, to.entry()?, mode) {
        Err(FsError::Exists) => return Err(StatusCode::PRECONDITION_FAILED.into()),
        other => other?,
    }
    if there.is_ok_and(|attr| attr.id == plan.source.attr.id) && (from.folder, &from.name) != (to.folder, &to.name) {
        // Two names of one file: renaming one to the other does nothing, but a move leaves no source.
        visit.space.unlink(&held.change, from.folder, from.name()?)?;
    }
    Ok(())
}

/// Makes a copy that has no name yet.
fn duplicate(visit: &Visit, goal: &Visit, plan: &Plan) -> Outcome<Staged> {
    let (space, access, change) = (&visit.space, &visit.access, goal.change()?);
    let pinned = match plan.source.place() {
        None => Pinned::new(space, plan.source.attr.id),
        Some(place) => Pinned::find(space, access, place.folder, place.name()?)?.0,
    };
    if plan.source.attr.kind == Kind::File {
        // What a program on the drive wrote and the kernel still holds is part of it.
        space.gather(pinned.id());
    }
    let attr = space.attr(access, pinned.id())?;
    Ok(match (attr.kind, plan.shallow) {
        (Kind::Folder, false) => Staged::copy_tree(visit.original(), &goal.space, &change, &attr, plan.owner)?,
        _ => Staged::copy(visit.original(), &goal.space, &change, &attr)?,
    })
}

fn place(visit: &Visit, held: &Held<'_>, staged: &Staged, plan: &Plan) -> Outcome<Placed> {
    let agreed = |there: Option<&Attr>| if there.is_some() && !plan.overwrite { Err(FsError::Exists) } else { Ok(()) };
    match visit.space.place(&held.change, staged, plan.target.entry()?, Keeping::Own, agreed) {
        Err(FsError::Exists) => Err(StatusCode::PRECONDITION_FAILED.into()),
        placed => Ok(placed?),
    }
}
