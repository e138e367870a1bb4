//! Apps: a login and a password with each request.

use std::sync::Arc;
use std::time::Instant;

use cartable_fs::bag::{Admitted, BagError, KeyError};
use http::request::Parts;
use http::{Response, StatusCode};

use super::{Door, lang, later, unauthorised, work};
use crate::fault::{Fault, Outcome};
use crate::guard::Pause;
use crate::keys::Guest;
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
            Some(admitted) => Entry::Again(admitted),
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
        let act = move |visit: &Visit| work::app(visit, came, query.as_deref(), lang);
        let door = Arc::clone(self);
        let enter = move || match guest {
            Entry::Guest(guest) => Ok(guest),
            Entry::Again(admitted) => door.let_in_again(&credentials, &admitted),
        };
        match work::run(enter, login, parts, peer.address, act).await {
            Err(fault) if fault.status == StatusCode::UNAUTHORIZED => unauthorised(),
            answered => answered.unwrap_or_else(|fault| fault.response()),
        }
    }

    /// Lets an app in that was let in before; may wait. The bag may have been closed since, or the device removed.
    fn let_in_again(&self, credentials: &Credentials, admitted: &Admitted) -> Outcome<Guest> {
        if let Some(guest) = self.keys.enter_again(admitted)? {
            return Ok(guest);
        }
        let entered = credentials.secret().map(|secret| self.keys.enter(&secret));
        match entered.unwrap_or_else(|| Err(KeyError::WrongSecret.into())) {
            Ok((guest, admitted)) => {
                self.note(credentials, admitted);
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
        let (keys, secret) = (Arc::clone(&self.keys), credentials.secret());
        let entered = tokio::task::spawn_blocking(move || match secret {
            Some(secret) => keys.enter(&secret),
            None => Err(KeyError::WrongSecret.into()),
        });
        let entered = entered.await.map_err(|_| Fault::new(StatusCode::INTERNAL_SERVER_ERROR).response())?;
        match entered {
            Ok((guest, admitted)) => {
                self.guard.passed(peer.address, login, Instant::now());
                self.note(credentials, admitted);
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

    fn note(&self, credentials: &Credentials, admitted: Admitted) {
        self.logins.remember(credentials, admitted);
        self.of_slot.lock().insert(admitted.slot, credentials.login.clone());
    }
}

/// How an app comes in.
enum Entry {
    Guest(Guest),
    Again(Admitted),
}
