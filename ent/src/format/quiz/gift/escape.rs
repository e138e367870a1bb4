//! Signs with a meaning in GIFT, and how they lose it: a `\` before them. `\n` is a line feed.

/// Signs that a `\` takes the meaning from.
const SIGNS: [char; 7] = ['\\', '~', '=', '#', '{', '}', ':'];

/// Where `sign` stands with its meaning.
pub(super) fn find(text: &str, sign: char) -> Option<usize> {
    meant(text).find(|(_, found)| *found == sign).map(|(at, _)| at)
}

/// Where `sign` stands with its meaning for the last time.
pub(super) fn find_last(text: &str, sign: char) -> Option<usize> {
    meant(text).filter(|(_, found)| *found == sign).last().map(|(at, _)| at)
}

/// What stands before and behind some signs in a row that have their meaning.
pub(super) fn split_once<'a>(text: &'a str, signs: &str) -> Option<(&'a str, &'a str)> {
    let first = signs.chars().next()?;
    let (at, _) = meant(text)
        .find(|(at, found)| *found == first && text.get(*at..).is_some_and(|rest| rest.starts_with(signs)))?;
    Some((text.get(..at)?, text.get(at.checked_add(signs.len())?..)?))
}

/// All signs with where they stand, but for those behind a `\`.
pub(super) fn meant(text: &str) -> impl Iterator<Item = (usize, char)> {
    let mut signs = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let (at, sign) = signs.next()?;
        if sign == '\\' && signs.peek().is_some_and(|(_, next)| SIGNS.contains(next)) {
            signs.next();
        }
        Some((at, sign))
    })
}

/// The text as it is meant.
pub(super) fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        match signs.peek() {
            Some('n') if sign == '\\' => {
                plain.push('\n');
                signs.next();
            }
            Some(next) if sign == '\\' && SIGNS.contains(next) => {
                plain.push(*next);
                signs.next();
            }
            _ => plain.push(sign),
        }
    }
    plain
}

/// The text with no sign that has a meaning, in one line.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for sign in text.replace("\r\n", "\n").replace('\r', "\n").chars() {
        if sign == '\n' {
            escaped.push_str("\\n");
            continue;
        }
        if SIGNS.contains(&sign) {
            escaped.push('\\');
        }
        escaped.push(sign);
    }
    escaped
}
