//! The values that open the file system's operations, and the one function that makes them.

use crate::Right;

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Principal {
    /// The person whose bag it is: unlocked with an owner's or a device's secret.
    Owner,
    /// Somebody to whom a space was given with this right.
    Guest(Right),
}

/// The right to read a space, and perhaps more. Only [`decide`] makes it.
#[derive(Debug, Clone, Copy)]
pub struct Access {
    right: Right,
}

/// The right to change a space. Only [`Access::change`] makes it.
#[derive(Debug, Clone, Copy)]
pub struct Change {
    _made_here: (),
}

/// The principal may not do what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not allowed: {wanted:?} asked, {held:?} held")]
pub struct Refused {
    /// The right that was asked for.
    pub wanted: Right,
    /// The right that the principal holds.
    pub held: Right,
}

/// Decides what `principal` gets of the `wanted` right.
///
/// An owner who asks only to read gets only that: a read-only drive is this, not a flag of the door.
///
/// # Errors
/// [`Refused`] when the principal holds less than `wanted`.
pub fn decide(principal: Principal, wanted: Right) -> Result<Access, Refused> {
    let held = match principal {
        Principal::Owner => Right::Edit,
        Principal::Guest(right) => right,
    };
    if held.allows(wanted) { Ok(Access { right: wanted }) } else { Err(Refused { wanted, held }) }
}

impl Access {
    /// Returns the value that lets its holder change the space.
    ///
    /// # Errors
    /// [`Refused`] when this access is for reading only.
    pub fn change(&self) -> Result<Change, Refused> {
        if self.right.allows(Right::Edit) {
            Ok(Change { _made_here: () })
        } else {
            Err(Refused { wanted: Right::Edit, held: self.right })
        }
    }

    /// Returns the right held.
    #[must_use]
    pub fn right(&self) -> Right {
        self.right
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guest_gets_what_was_given_and_no_more() {
        for (held, wanted, allowed) in [
            (Right::Read, Right::Read, true),
            (Right::Read, Right::Edit, false),
            (Right::Edit, Right::Read, true),
            (Right::Edit, Right::Edit, true),
        ] {
            let decided = decide(Principal::Guest(held), wanted);
            assert_eq!(decided.is_ok(), allowed);
            assert!(decided.is_ok_and(|access| access.right() == wanted) == allowed);
        }
    }

    #[test]
    fn an_owner_gets_what_was_asked_and_no_more() {
        let reading = decide(Principal::Owner, Right::Read).ok();
        assert!(reading.is_some_and(|access| access.change().is_err()));
        let editing = decide(Principal::Owner, Right::Edit).ok();
        assert!(editing.is_some_and(|access| access.change().is_ok()));
    }
}
