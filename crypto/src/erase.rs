//! Erasing what work with keys left on the stack.

use std::hint::black_box;

/// More than any of our functions needs of the stack with all that it calls, in bytes.
pub const DEEP: usize = 128 * 1024;

/// Does `work`, which handles keys, and erases what it left on this thread's stack, as far as `BYTES` down. What it returns
/// must hold no key.
///
/// Keys are erased when they are dropped, but each move of one leaves its bytes where it was, ciphers copy what they work on, and the
/// system keeps the stacks of threads that ended.
pub fn erasing<const BYTES: usize, T>(work: impl FnOnce() -> T) -> T {
    let done = apart(work);
    erase_stack::<BYTES>();
    done
}

/// In a frame of its own: what is inlined works in the frame of its caller, which isn't below.
#[inline(never)]
fn apart<T>(work: impl FnOnce() -> T) -> T {
    work()
}

/// Erases what functions that have returned left on this thread's stack, `BYTES` below the caller's own frame. For a thread that
/// ends; where it goes on, [`erasing`] sees to it that the work was below.
#[inline(never)]
pub fn erase_stack<const BYTES: usize>() {
    // Mutable: zeros that nobody could change would be read from the program's file, not laid on the stack.
    black_box(&mut [0_u8; BYTES]);
}
