//! Apps: a login and a password with each request.

use std::sync::Arc;
use std::time::Instant;

use cartable_fs::bag::{Admitted, BagError, KeyError};
use http::request::Parts;
use http::{Response, StatusCode};

use super::{Door, lang, later, unauthorised, work};
use crate::fault::Fault;
use crate::guard::Pause;
use crate::keys::Guest;
use crate::login::Credentials;
use crate::server::body::Body;
use crate::server::{Incoming, Peer};

impl Door {
    /// Answers an app.
    pub(super) async fn app(
        self: &Arc<Self>,
        credentials: Credentials,
        parts: Parts,
        body: Incoming,
        peer: &Peer,
    ) -> Response<Body> {
        let login = credentials.login.clone();
        let guest = match self.let_in(credentials, peer).await {
            Ok(guest) => guest,
            Err(response) => return response,
        };
        let came = match work::receive(&parts.method, body).await {
            Ok(came) => came,
            Err(error) => return work::not_received(error),
        };
        let (lang, query) = (lang(&parts), parts.uri.query().map(str::to_owned));
        let act = move |visit: &crate::visit::Visit| work::app(visit, came, query.as_deref(), lang);
        work::run(guest, login, parts, act).await.unwrap_or_else(|fault| fault.response())
    }

    /// Lets an app in, or says why not.
    async fn let_in(self: &Arc<Self>, credentials: Credentials, peer: &Peer) -> Result<Guest, Response<Body>> {
        let again = self.logins.find(&credentials);
        if let Some(guest) = again.and_then(|admitted| self.keys.enter_again(&admitted).ok().flatten()) {
            peer.connection.set_login(credentials.login.clone());
            return Ok(guest);
        }
        match self.guard.before(peer.address, &credentials.login, Instant::now()) {
            Pause::Wait(wait) => tokio::time::sleep(wait).await,
            Pause::Refuse(wait) => return Err(later(StatusCode::TOO_MANY_REQUESTS, wait.as_secs())),
        }
        let (keys, address) = (Arc::clone(&self.keys), peer.address.to_string());
        let entered = tokio::task::spawn_blocking(move || {
            let entered = match credentials.secret() {
                Some(secret) => keys.enter(&secret),
                None => Err(KeyError::WrongSecret.into()),
            };
            if let Ok((guest, _)) = &entered {
                // Not worth refusing anybody for.
                let _ = guest.note_use(&address);
            }
            (credentials, entered)
        });
        let (credentials, entered) =
            entered.await.map_err(|_| Fault::new(StatusCode::INTERNAL_SERVER_ERROR).response())?;
        match entered {
            Ok((guest, admitted)) => {
                self.guard.passed(peer.address, &credentials.login, Instant::now());
                self.note(&credentials, admitted, peer);
                Ok(guest)
            }
            Err(BagError::Key(KeyError::WrongSecret)) => {
                self.guard.failed(peer.address, &credentials.login, Instant::now());
                self.logins.forget(&credentials);
                Err(unauthorised())
            }
            Err(error) => {
                self.guard.passed(peer.address, &credentials.login, Instant::now());
                Err(Fault::from(error).response())
            }
        }
    }

    fn note(&self, credentials: &Credentials, admitted: Admitted, peer: &Peer) {
        self.logins.remember(credentials, admitted);
        self.of_slot.lock().insert(admitted.slot, credentials.login.clone());
        peer.connection.set_login(credentials.login.clone());
    }
}
