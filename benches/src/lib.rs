//! The peers of the benchmark, and a RAM disk that loses power. The floor is not built yet: see docs/unimplemented.md.

pub mod ramdisk;
