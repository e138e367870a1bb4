//! What LOCK and UNLOCK say: `Timeout` and `Lock-Token` (RFC 4918 sections 10.5 and 10.7).

use http::HeaderMap;

use super::{BadHeader, after, single};

/// How long a client asks to hold a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Timeout {
    /// So many seconds.
    Seconds(u32),
    /// Until it is given back.
    Infinite,
}

/// Reads `Timeout`: the first of its wishes that we understand. It is a wish only, so nonsense is none.
#[must_use]
pub(crate) fn timeout(headers: &HeaderMap) -> Option<Timeout> {
    let lines = headers.get_all("timeout").iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(',')).find_map(|wish| {
        let wish = wish.trim();
        if wish.eq_ignore_ascii_case("infinite") {
            return Some(Timeout::Infinite);
        }
        let digits = after(wish, "second-").filter(|digits| !digits.is_empty())?;
        let sound = digits.bytes().all(|byte| byte.is_ascii_digit());
        // More seconds than fit are as many as fit.
        sound.then(|| Timeout::Seconds(digits.parse().unwrap_or(u32::MAX)))
    })
}

/// Reads `Lock-Token` of UNLOCK; some clients leave out its angle brackets.
///
/// # Errors
/// [`BadHeader`] when it is missing, empty, or more than one token.
pub(crate) fn lock_token(headers: &HeaderMap) -> Result<String, BadHeader> {
    let raw = single(headers, "lock-token")?.ok_or(BadHeader("lock-token"))?;
    let token = raw.strip_prefix('<').map_or(Some(raw), |coded| coded.strip_suffix('>'));
    match token {
        Some(token) if is_token(token) => Ok(token.to_owned()),
        _ => Err(BadHeader("lock-token")),
    }
}

/// Whether a text can be the URI of a state.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'<' && byte != b'>')
}
