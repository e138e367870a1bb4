//! Erasing what work with keys left on the stack.

use std::hint::black_box;

/// More than any of our functions needs of the stack with all that it calls, in bytes.
pub const DEEP: usize = 128 * 1024;

/// Erases what functions that have returned left on this thread's stack, `BYTES` below the caller's own frame.
///
/// Keys are erased when they are dropped, but each move of one leaves its bytes where it was, ciphers copy what they work on, and the
/// system keeps the stacks of threads that ended. To be called where the work with keys is over.
#[inline(never)]
pub fn erase_stack<const BYTES: usize>() {
    // Mutable: zeros that nobody could change would be read from the program's file, not laid on the stack.
    black_box(&mut [0_u8; BYTES]);
}
