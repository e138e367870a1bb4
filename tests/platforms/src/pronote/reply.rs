//! What a function answers.

use serde_json::{Value, json};

use super::crypt::Block;

/// What a function answers.
#[derive(Debug)]
pub(crate) enum Reply {
    /// Data.
    Data(Value),
    /// Data, after which the session has another key.
    NewKey(Value, Block),
    /// An error, after which the session goes on.
    Refused(Error),
    /// An error that ends the session.
    Ended,
}

/// An error: its number (`G`) and its words (`Titre`).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Error(u32, &'static str);

/// One has no right to that.
pub(crate) const ACCESS: Error = Error(3, "Acc\u{e8}s refus\u{e9} (3)");
/// The session ended.
pub(crate) const EXPIRED: Error = Error(10, "La page a expir\u{e9} ! (10)");
/// The thing is of another session.
pub(crate) const OTHER_SESSION: Error = Error(22, "L'\u{e9}l\u{e9}ment demand\u{e9} n'existe plus (22)");
/// Too many requests came.
pub(crate) const TOO_MANY: Error = Error(25, "Vous avez d\u{e9}pass\u{e9} le nombre de demandes autoris\u{e9}es (25)");

impl Error {
    /// As it is sent.
    pub(crate) fn json(self) -> Value {
        json!({"Erreur": {"G": self.0, "Titre": self.1, "Message": ""}})
    }
}
