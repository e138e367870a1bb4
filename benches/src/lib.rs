//! The peers of the benchmark. None is built yet: see docs/unimplemented.md.
