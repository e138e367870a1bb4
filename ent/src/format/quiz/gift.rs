//! GIFT, the format of quizzes that people type: `::Rivers::Which one crosses Rome? {=the Tiber ~the Rhine#No.}`

mod answers;
mod escape;
mod read;
mod write;

pub use read::read;
pub use write::write;

#[cfg(test)]
mod tests;
