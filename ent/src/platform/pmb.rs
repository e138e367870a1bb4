//! PMB, the library system of many French schools: what a reader has borrowed, asked for and means to read.
//!
//! A library offers what its keeper chose: the list of methods is read first, and what is not on it is not asked for. Then one session:
//! the reader's account, loans, holds and lists, the records of those books in UNIMARC, and the digital documents that belong to them.
//! The account tells the reader's own postal address, telephone, sex and birth year; they are of no use here and are dropped before
//! anything is kept.
//!
//! Source: PMB 7.0, `connector_out.php` (apijsonrpc) and its service `pmbesOPACEmpr`.

mod answers;
mod books;
mod rpc;

use http::header::HeaderValue;
use reqwest::Url;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::http::{Http, Manners};
use crate::connector::{Connector, Failure, Secret, Sink};
use crate::record::{Dropped, LoanState, Person, PersonRole, Piece, Record, SchoolYear, SourceId};
use answers::{Listed, Named, texts};

/// A reader's account at a library.
pub struct Pmb {
    http: Http,
    /// Address of the source, as in `https://cdi.example/pmb/ws/connector_out.php?source_id=1`.
    url: Url,
    login: String,
    password: Zeroizing<String>,
    /// Credentials of programs, as the header of HTTP Basic, where the library wants some.
    program: Option<HeaderValue>,
    session: Option<Zeroizing<String>>,
    /// Number of the last call.
    calls: u64,
    /// How many answers in a row named no session.
    lost: u32,
    /// How many things were left out because they could not be read.
    left_out: usize,
}

/// What belongs to all pieces of one run.
struct Account {
    /// The library, as it calls itself.
    library: Option<String>,
}

impl Pmb {
    /// A reader's account. `reader` is a [`Secret::Password`]; `program` too, where the library asks programs who they are.
    ///
    /// # Errors
    /// [`Failure::BadLogin`] for a secret of another kind, and as [`Http::new`].
    pub fn new(url: Url, reader: &Secret, program: Option<&Secret>, manners: Manners) -> Result<Self, Failure> {
        let Secret::Password { login, password } = reader else { return Err(Failure::BadLogin) };
        let program = match program {
            Some(Secret::Password { login, password }) => Some(rpc::basic(login, password).ok_or(Failure::BadLogin)?),
            Some(_) => return Err(Failure::BadLogin),
            None => None,
        };
        Ok(Self {
            http: Http::new(manners)?,
            url,
            login: login.clone(),
            password: password.clone(),
            program,
            session: None,
            calls: 0,
            lost: 0,
            left_out: 0,
        })
    }

    async fn run(&mut self, sink: &mut dyn Sink) -> Result<(), Failure> {
        let methods = self.methods().await?;
        if !methods.contains("pmbesOPACEmpr_login") {
            return Err(Failure::Changed("the library offers readers no login".into()));
        }
        let account = if methods.contains("pmbesOPACEmpr_get_account_info") {
            self.account(sink).await?
        } else {
            Account { library: None }
        };
        let mut books = Vec::new();
        if methods.contains("pmbesOPACEmpr_list_loans") {
            books.extend(self.loans(sink).await?);
        }
        if methods.contains("pmbesOPACEmpr_list_resas") {
            let (answer, source) = self.kept(sink, "pmbesOPACEmpr_list_resas", json!({})).await?;
            books.extend(self.each(&answer, source, answers::hold));
        }
        if methods.contains("pmbesOPACEmpr_getReadingLists") {
            let (answer, source) = self.kept(sink, "pmbesOPACEmpr_getReadingLists", json!({})).await?;
            for list in answer.as_array().into_iter().flatten() {
                books.extend(answers::list(list).into_iter().map(|listed| (listed, source)));
            }
        }
        self.books(sink, &methods, &account, books).await
    }

    /// The reader, without what is nobody's business.
    async fn account(&mut self, sink: &mut dyn Sink) -> Result<Account, Failure> {
        sink.progress("get_account_info", 0, 0);
        let mut answer = self.ask("pmbesOPACEmpr_get_account_info", json!({})).await?;
        let dropped = drop_private(&mut answer);
        let source = sink.source(answer.to_string().as_bytes(), "application/json")?;
        let library = answer.text("location_caption");
        let person = answer.get("personal_information").unwrap_or(&Value::Null);
        let name = texts(&[person.text("firstname"), person.text("lastname")]);
        if name.is_empty() {
            self.left_out += 1;
        } else {
            let person = Person {
                id: None,
                name,
                role: PersonRole::Oneself,
                class: None,
                mail: person.text("email"),
                ine: None,
                subjects: Vec::new(),
            };
            let year = answer.date("adhesion_date").map(SchoolYear::of);
            let (key, record) = ("reader".to_owned(), Record::Person(person));
            sink.piece(Piece { key, year, school: library.clone(), pupil: None, record, source, dropped })?;
        }
        Ok(Account { library })
    }

    /// Loans: those that are out, of which some are late, and earlier ones. The numbers are PMB's: 0 late, 1 out, 2 earlier.
    async fn loans(&mut self, sink: &mut dyn Sink) -> Result<Vec<(Listed, SourceId)>, Failure> {
        const METHOD: &str = "pmbesOPACEmpr_list_loans";
        let (late, late_source) = self.kept(sink, METHOD, json!({ "loan_type": 0 })).await?;
        let (out, source) = self.kept(sink, METHOD, json!({ "loan_type": 1 })).await?;
        let (past, past_source) = self.kept(sink, METHOD, json!({ "loan_type": 2 })).await?;
        let late = self.each(&late, late_source, |loan| answers::loans(loan, LoanState::Late));
        let out = self.each(&out, source, |loan| answers::loans(loan, LoanState::Current));
        let past = self.each(&past, past_source, |loan| answers::loans(loan, LoanState::Past));
        // What is late is out as well, under the same key.
        let out = out.into_iter().filter(|(loan, _)| !late.iter().any(|(known, _)| known.key == loan.key)).collect();
        Ok([late, out, past].concat())
    }

    /// Asks, and keeps the answer as it came.
    async fn kept(&mut self, sink: &mut dyn Sink, method: &str, params: Value) -> Result<(Value, SourceId), Failure> {
        sink.progress(method.rsplit('_').next().unwrap_or(method), 0, 0);
        let answer = self.ask(method, params).await?;
        if !answer.is_array() && !answer.is_null() {
            return Err(Failure::Changed(format!("{method} gives no list")));
        }
        let source = sink.source(answer.to_string().as_bytes(), "application/json")?;
        Ok((answer, source))
    }

    /// Reads each thing of an answer; one that can't be read is left out.
    fn each(
        &mut self,
        answer: &Value,
        source: SourceId,
        read: impl Fn(&Value) -> Vec<Listed>,
    ) -> Vec<(Listed, SourceId)> {
        let mut all = Vec::new();
        for thing in answer.as_array().into_iter().flatten() {
            let things = read(thing);
            self.left_out += usize::from(things.is_empty());
            all.extend(things.into_iter().map(|thing| (thing, source)));
        }
        all
    }
}

impl Connector for Pmb {
    async fn collect(&mut self, sink: &mut dyn Sink) -> Result<(), Failure> {
        (self.lost, self.left_out) = (0, 0);
        let result = self.run(sink).await;
        match &result {
            // Nothing more is asked of who is away, or said that it is too much; the session ends by itself.
            Err(Failure::Unreachable(_) | Failure::TooMany { .. } | Failure::Suspended { .. }) => self.session = None,
            _ => self.logout().await,
        }
        result?;
        sink.note("left-out", &self.left_out.to_string())
    }
}

/// Reads an answer of any form: as that about the account, and what it lists as loans, holds and lists of books; counts the books. See
/// [`crate::parsers`].
pub(crate) fn try_answer(bytes: &[u8]) -> Result<usize, Failure> {
    let mut answer: Value = serde_json::from_slice(bytes).map_err(|_| rpc::changed("it is no JSON"))?;
    drop_private(&mut answer);
    let listed = answer.as_array().into_iter().flatten();
    let books = listed.flat_map(|one| {
        let loans = answers::loans(one, LoanState::Past);
        [loans, answers::hold(one), answers::list(one)].concat()
    });
    Ok(books.count())
}

/// Takes out of an account what is of no use here; tells what it was.
fn drop_private(account: &mut Value) -> Vec<Dropped> {
    const PRIVATE: [(&str, &[&str]); 4] = [
        ("own postal address", &["address_part1", "address_part2", "address_cp", "address_city"]),
        ("own telephone", &["phone_number1", "phone_number2"]),
        ("own birth year", &["birthyear"]),
        ("own sex", &["sex"]),
    ];
    let Some(person) = account.get_mut("personal_information").and_then(Value::as_object_mut) else {
        return Vec::new();
    };
    let mut dropped = Vec::new();
    for (what, names) in PRIVATE {
        let count = names.iter().filter(|name| person.remove(**name).is_some()).count();
        if count > 0 {
            dropped.push(Dropped { what: what.to_owned(), count });
        }
    }
    dropped
}
