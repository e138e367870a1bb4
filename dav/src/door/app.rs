//! Apps: a login and a password with each request.

use std::sync::Arc;
use std::time::Instant;

use cartable_fs::bag::{BagError, KeyError};
use http::request::Parts;
use http::{Response, StatusCode};

use super::{Door, LetIn, lang, later, unauthorised, work};
use crate::agenda;
use crate::fault::{Fault, Outcome};
use crate::guard::Pause;
use crate::keys::{Guest, Ticket};
use crate::login::Credentials;
use crate::server::body::Body;
use crate::server::{Incoming, Peer};
use crate::visit::Visit;

impl Door {
    /// Answers an app.
    pub(super) async fn app(
        self: &Arc<Self>,
        credentials: Credentials,
        parts: Parts,
        body: Incoming,
        peer: &Peer,
    ) -> Response<Body> {
        let guest = match self.logins.find(&credentials) {
            Some(ticket) => Entry::Again(ticket),
            None => match self.let_in(&credentials, peer).await {
                Ok(guest) => Entry::Guest(guest),
                Err(response) => return response,
            },
        };
        let came = match work::receive(&parts.method, body).await {
            Ok(came) => came,
            Err(error) => return work::not_received(error),
        };
        peer.connection.set_login(credentials.login.clone());
        let (lang, query, login) = (lang(&parts), parts.uri.query().map(str::to_owned), credentials.login.clone());
        let is_whole = came.is_whole();
        let door = Arc::clone(self);
        let enter = move || match guest {
            Entry::Guest(guest) => Ok(guest),
            Entry::Again(ticket) => door.let_in_again(&credentials, &ticket),
        };
        let agenda = self.agenda.as_deref().filter(|_| agenda::holds(parts.uri.path()));
        let answered = if let Some(agenda) = agenda {
            work::look_up(enter, agenda, &parts, &came, peer.address)
        } else {
            let act = move |visit: &Visit| work::app(visit, came, query.as_deref(), lang);
            let transfers = Arc::clone(&self.transfers);
            if is_whole {
                work::run(enter, login.clone(), parts, peer.address, &transfers, act)
            } else {
                work::run_receiving(enter, login.clone(), parts, peer.address, transfers, act).await
            }
        };
        let mut response = match answered {
            Err(fault) if fault.status == StatusCode::UNAUTHORIZED => return unauthorised(),
            answered => answered.unwrap_or_else(|fault| fault.response()),
        };
        response.extensions_mut().insert(LetIn(login));
        response
    }

    /// Lets an app in that was let in before; may wait. The bag may have been closed since, or the device removed.
    fn let_in_again(&self, credentials: &Credentials, ticket: &Ticket) -> Outcome<Guest> {
        if let Some(guest) = self.keys.enter_again(ticket)? {
            return Ok(guest);
        }
        match self.keys.enter_by(credentials) {
            Ok((guest, ticket)) => {
                self.note(credentials, ticket);
                Ok(guest)
            }
            Err(BagError::Key(KeyError::WrongSecret)) => {
                self.logins.forget(credentials);
                Err(StatusCode::UNAUTHORIZED.into())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Lets an app in, or says why not.
    async fn let_in(self: &Arc<Self>, credentials: &Credentials, peer: &Peer) -> Result<Guest, Response<Body>> {
        let login = credentials.login.as_str();
        match self.guard.before(peer.address, login, Instant::now()) {
            Pause::Wait(wait) => tokio::time::sleep(wait).await,
            Pause::Refuse(wait) => return Err(later(StatusCode::TOO_MANY_REQUESTS, wait.as_secs())),
        }
        let (keys, brought) = (Arc::clone(&self.keys), credentials.clone());
        let entered = tokio::task::spawn_blocking(move || keys.enter_by(&brought));
        let entered = entered.await.map_err(|_| Fault::new(StatusCode::INTERNAL_SERVER_ERROR).response())?;
        match entered {
            Ok((guest, ticket)) => {
                self.guard.passed(peer.address, login, Instant::now());
                self.note(credentials, ticket);
                Ok(guest)
            }
            Err(BagError::Key(KeyError::WrongSecret)) => {
                self.guard.failed(peer.address, login, Instant::now());
                Err(unauthorised())
            }
            Err(error) => {
                self.guard.passed(peer.address, login, Instant::now());
                Err(Fault::from(error).response())
            }
        }
    }

    fn note(&self, credentials: &Credentials, ticket: Ticket) {
        self.logins.remember(credentials, ticket);
        self.of_slot.lock().insert(ticket.admitted.slot, credentials.login.clone());
    }
}

/// How an app comes in.
enum Entry {
    Guest(Guest),
    Again(Ticket),
}
