//! Quizzes, whatever the format they came in.

use serde::{Deserialize, Serialize};

/// A quiz.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quiz {
    /// Name.
    pub name: String,
    /// Subject.
    pub subject: Option<String>,
    /// Level: `2NDE`.
    pub level: Option<String>,
    /// Questions.
    pub questions: Vec<Question>,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// Name.
    pub name: String,
}
