//! What school platforms hold of a person: collected by connectors into typed records, each with its source and origin, and shown
//! as files that any program opens.
//!
//! - [`record`]: what is kept, and where it comes from.
//! - [`connector`]: what a platform's connector does and is given.
//! - [`collect`]: one account, from its secret to the files; [`account`], [`collection`]: what is kept where.
//! - [`schedule`]: when accounts are collected by themselves.
//! - [`agenda`]: the timetable, homework and people as calendars and address books.
//! - `format`: files that people export by hand, and what they hold.
//! - [`inbox`]: files that people drop, taken in one by one.
//! - `platform`: the connectors, one folder a platform.
//! - `view`: the files and folders that records become.

pub mod account;
pub mod agenda;
pub mod collect;
pub mod collection;
pub mod connector;
pub mod format;
pub mod inbox;
#[doc(hidden)]
pub mod parsers;
pub mod platform;
pub mod record;
pub mod schedule;
pub mod view;
