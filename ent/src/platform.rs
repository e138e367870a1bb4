//! Connectors, one for each kind of platform.
