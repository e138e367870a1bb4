//! What is agreed with the kernel when a drive is mounted. Public for the benchmark's floor, which must agree the same.

use std::time::Duration;

use fuser::{InitFlags, KernelConfig};

/// How long the kernel may believe names and attributes: all changes pass through it.
pub const TTL: Duration = Duration::from_secs(3600);
/// Event loops unless told otherwise.
pub const THREADS: usize = 2;
/// Largest write, and read ahead where the kernel grants it, in bytes.
const MESSAGE_BYTES: u32 = 1 << 20;
/// Requests that the kernel may have under way in the background.
const BACKGROUND: u16 = 64;

/// Asks for what the door is written for.
pub fn negotiate(config: &mut KernelConfig) {
    let wanted = [
        InitFlags::FUSE_WRITEBACK_CACHE,
        InitFlags::FUSE_PARALLEL_DIROPS,
        InitFlags::FUSE_DO_READDIRPLUS,
        InitFlags::FUSE_READDIRPLUS_AUTO,
        InitFlags::FUSE_ATOMIC_O_TRUNC,
        InitFlags::FUSE_HANDLE_KILLPRIV_V2,
        InitFlags::FUSE_CACHE_SYMLINKS,
        InitFlags::FUSE_DONT_MASK,
        InitFlags::FUSE_POSIX_ACL,
        InitFlags::FUSE_NO_OPENDIR_SUPPORT,
        InitFlags::FUSE_ASYNC_DIO,
    ];
    for capability in wanted {
        // A kernel without one of them is slower, or lets us do the work; none is needed for correctness.
        let _ = config.add_capabilities(capability);
    }
    let _ = config.set_max_write(MESSAGE_BYTES);
    if let Err(most) = config.set_max_readahead(MESSAGE_BYTES) {
        let _ = config.set_max_readahead(most);
    }
    let _ = config.set_max_background(BACKGROUND);
}
