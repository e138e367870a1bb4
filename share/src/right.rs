//! What a principal may do with a space, as a small chain: reading is contained in editing.

/// What may be done with a space, from less to more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Right {
    /// List and read.
    Read,
    /// Read, and change names, contents and attributes.
    Edit,
}

impl Right {
    /// Returns the larger of two rights: someone holding both may do what either allows.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        self.max(other)
    }

    /// Returns the smaller of two rights: what both allow.
    #[must_use]
    pub fn meet(self, other: Self) -> Self {
        self.min(other)
    }

    /// Whether holding `self` is enough to do what asks for `wanted`.
    #[must_use]
    pub fn allows(self, wanted: Self) -> bool {
        self >= wanted
    }
}

#[cfg(test)]
mod tests {
    use super::Right::{self, Edit, Read};

    const ALL: [Right; 2] = [Read, Edit];

    #[test]
    fn rights_form_a_lattice() {
        for a in ALL {
            assert_eq!(a.union(a), a);
            assert_eq!(a.meet(a), a);
            for b in ALL {
                assert_eq!(a.union(b), b.union(a));
                assert_eq!(a.meet(b), b.meet(a));
                assert_eq!(a.union(a.meet(b)), a);
                assert_eq!(a.allows(b), a.union(b) == a);
            }
        }
    }
}
