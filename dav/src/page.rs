//! The pages that a browser sees: a folder, the login form, questions, problems. Pure: no HTTP, no files.
//!
//! Everything works without scripts; the script adds drag and drop, progress and dialogs. Nothing is inline, so that
//! the policy of [`CSP`] holds. All text is escaped by the template macro, and names stand in `<bdi>`, so that a name
//! written from right to left, or made of markup, stays a name.

mod asset;
mod file;
mod form;
mod lang;
mod layout;
mod listing;
mod login;
mod measure;
mod multipart;
mod notice;
mod order;
mod problem;
mod query;
mod question;
mod text;

pub(crate) use asset::{icon, script, style};
pub(crate) use file::{Shown, content_type, disposition, file_csp, may_show_inline};
pub(crate) use form::{Act, Change, LoginForm, Malformed, session};
pub(crate) use lang::Lang;
pub(crate) use listing::{Listing, Row, listing};
pub(crate) use login::login;
pub(crate) use multipart::{Multipart, Piece};
pub(crate) use notice::Notice;
pub(crate) use order::{Column, Sort};
pub(crate) use problem::problem;
pub(crate) use query::{Ask, Query};
pub(crate) use question::{Question, confirm_delete, rename};

/// `Content-Security-Policy` of every page: its own style, script and requests, nothing else, in nobody's frame.
pub(crate) const CSP: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                       form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
