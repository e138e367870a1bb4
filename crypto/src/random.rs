//! Random bytes from the operating system.

use zeroize::Zeroizing;

/// Returns `N` random bytes.
///
/// # Panics
/// When the system gives none. It can't be gone on without randomness, and no answer of a caller would help.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    #[expect(clippy::expect_used, reason = "without randomness nothing may be sealed; Linux gives it since boot")]
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}

/// Returns `N` random bytes that are erased when dropped.
pub(crate) fn random_key<const N: usize>() -> Zeroizing<[u8; N]> {
    Zeroizing::new(random())
}
