//! The peers of the benchmark. The programs are in `bin`: `floor`, a file system in memory that does nothing else, and
//! `bench`, which runs the same workloads on all.
