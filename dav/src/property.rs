//! Properties of resources (RFC 4918 section 15): live ones that the share computes, and dead ones that clients left.

pub(crate) mod dead;
pub(crate) mod live;
