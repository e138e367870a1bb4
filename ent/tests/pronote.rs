//! The PRONOTE connector against a server that clients of others have checked.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "pronote/faults.rs"]
mod faults;
#[path = "pronote/login.rs"]
mod login;
#[path = "support/memory.rs"]
mod memory;
#[path = "pronote/people.rs"]
mod people;
#[path = "pronote/pupil.rs"]
mod pupil;

use std::time::Duration;

use cartable_ent::connector::{Connector, Failure, Secret};
use cartable_ent::platform::http::Manners;
use cartable_ent::platform::pronote::{Account, Pronote};
use cartable_platforms::Running;
use cartable_platforms::pronote::{Pronote as Server, School};
use jiff::civil::{Date, date};

use memory::Memory;

/// A day in the middle of the first school's year.
const TODAY: Date = date(2025, 1, 15);

fn manners() -> Manners {
    Manners { gap: Duration::ZERO, patience: Duration::from_secs(20), ..Manners::default() }
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// The account of a page of this server.
fn account(server: &Running<Server>, page: &str) -> Account {
    Account::parse(&format!("{}/pronote/{page}.html", server.url())).unwrap()
}

/// The password of somebody at this school.
fn password(school: &School, login: &str) -> Secret {
    let person = school.person(login).unwrap();
    Secret::Password { login: login.to_owned(), password: person.password.clone().into() }
}

/// Collects with a password on a day.
fn collect(server: &Running<Server>, page: &str, login: &str, today: Date, memory: &mut Memory) -> Result<(), Failure> {
    let secret = password(&server.platform.school, login);
    run(Pronote::new(account(server, page), secret, today, manners()).collect(memory))
}
