//! Quizzes, whatever the format they came in.

pub mod backup;
mod category;
pub mod cloze;
pub mod gift;
pub mod html;
mod input;
#[cfg(test)]
mod made;
mod model;
pub mod moodle;
mod number;
mod raw;
mod report;
mod same;
mod xml;

pub use model::*;
pub use number::Number;
pub use raw::{Other, Raw};
pub use report::*;
pub use same::{Sameness, merge};
