//! Moodle XML, and PRONOTE's dialect of it.
//!
//! A file is `<quiz>` with a `<question type="...">` each; a question of type `category` names the folder of those that follow. PRONOTE
//! puts `<infos>` there, as text: name, subject and level of a quiz. No genuine export of PRONOTE was at hand: what is known of its
//! dialect comes from programs whose files it takes, so every element is optional, and none is dropped.

mod kind;
mod read;
mod take;
mod write;

pub use read::read;
pub use write::{write, write_pronote};

#[cfg(test)]
mod tests;
