//! The peers of the benchmark, and a RAM disk that loses power. The programs are in `bin`: `floor`, a file system in memory
//! that does nothing else, `bench`, which runs the same workloads on all, and `ramdisk`.

pub mod ramdisk;
