//! The peers of the benchmarks, and a RAM disk that loses power. The programs are in `bin`: `floor`, a file system in memory
//! that does nothing else, `plaindav`, a plain dav-server, `bench` and `davbench`, which run the same workloads on all, and
//! `ramdisk`.

pub mod numbers;
pub mod ramdisk;
pub mod turn;
