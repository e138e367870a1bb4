//! Pix, the certification of digital skills: results that schools export, codes of verification, and the 16 skills.
//!
//! The results are a CSV of a whole session: one line is one pupil. A person keeps their own line only, see [`csv::reduce`].

pub mod csv;

/// How many skills Pix certifies.
pub const SKILLS: usize = 16;

/// The numbers of the skills, in the order in which Pix lists them.
pub const CODES: [&str; SKILLS] =
    ["1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "2.4", "3.1", "3.2", "3.3", "3.4", "4.1", "4.2", "4.3", "5.1", "5.2"];

/// `code=area=name`, one a line.
const NAMES: &str = include_str!("pix/skills.txt");

/// The area and the name of a skill, by its number.
#[must_use]
pub fn skill(code: &str) -> Option<(&'static str, &'static str)> {
    let mut lines = NAMES.lines().filter_map(|line| line.split_once('='));
    lines.find(|(known, _)| *known == code)?.1.split_once('=')
}

/// The code with which anyone can verify a certificate, where one stands in a text: `P-` and eight letters or digits.
#[must_use]
pub fn verification_code(text: &str) -> Option<&str> {
    text.match_indices("P-").map(|(at, _)| at).find_map(|at| {
        let before = text.get(..at)?.chars().next_back();
        let code = text.get(at..at + 10)?;
        let after = text.get(at + 10..)?.chars().next();
        let alone = |letter: Option<char>| letter.is_none_or(|letter| !letter.is_alphanumeric());
        let good = code.bytes().skip(2).all(|byte| byte.is_ascii_alphanumeric());
        (good && alone(before) && alone(after)).then_some(code)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_skill_has_a_name() {
        assert!(CODES.iter().all(|code| skill(code).is_some()));
        assert_eq!(NAMES.lines().count(), SKILLS);
    }

    #[test]
    fn a_code_is_found_in_a_text() {
        assert_eq!(verification_code("Code : P-Y468ACDE."), Some("P-Y468ACDE"));
        for none in ["P-Y468ACD", "P-Y468ACDE1", "XP-Y468ACDE", "P-Y468AC\u{E9}E", "P-", ""] {
            assert_eq!(verification_code(none), None, "{none}");
        }
    }
}
