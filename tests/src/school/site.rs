//! Made-up platforms that run, each with an account there.

use std::any::Any;
use std::sync::Arc;

use cartable_ent::account::Account;
use cartable_ent::collect::typed;
use cartable_ent::connector::Secret;
use cartable_ent::platform::http::Http;
use cartable_ent::platform::toutatice::{Login, Portal};
use cartable_ent::record::{AccountId, Platform};
use cartable_platforms::moodle::{self, Moodle};
use cartable_platforms::pmb::{self, Pmb};
use cartable_platforms::pronote::{Pronote, School};
use cartable_platforms::toutatice::{CLIENT, Toutatice};
use cartable_platforms::{CALENDAR_PATH, Calendar, Faults, Pix, Running};
use reqwest::Url;
use zeroize::Zeroizing;

use super::{TODAY, how};

/// The part of a calendar's address that is its secret.
pub const ADDRESS_WORD: &str = "0123456789ABCDEF";
const PIX_CODE: &str = "P-TEST1234";
/// Where a browser would be sent after the login at the portal.
const REDIRECT: &str = "http://127.0.0.1:4713/";
const EVENTS: &str = include_str!("../../../ent/tests/data/pronote.ics");

/// A platform that runs, and an account there.
pub struct Site {
    /// The account, as its owner names it.
    pub account: Account,
    /// What goes wrong.
    pub faults: Arc<Faults>,
    /// What the platform does wrong by itself.
    pub own: &'static [&'static str],
    /// What must be nowhere.
    pub secrets: Vec<String>,
    again: Box<dyn Fn() -> Secret>,
    _running: Box<dyn Any>,
}

impl Site {
    /// One of each platform.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let pronote = Self::pronote("lycee", School::lycee());
        vec![pronote, Self::moodle().0, Self::pmb().0, Self::pix().0, Self::calendar(), Self::toutatice()]
    }

    /// A school's PRONOTE: the account of its first pupil.
    #[must_use]
    pub fn pronote(name: &str, school: School) -> Self {
        let person = school.people[0].clone();
        let running = Arc::new(Running::start(Pronote::new(school), 0));
        let url = format!("{}/pronote/eleve.html", running.url());
        let own = &["suspended", "too-many", "expired", "field", "second-proof", "closed"];
        Self::of(name, Platform::Pronote, &running, url, (&person.login, &person.password), own)
    }

    /// Moodle, and the site itself to change it.
    #[must_use]
    pub fn moodle() -> (Self, Arc<Running<Moodle>>) {
        let running = Arc::new(Running::start(Moodle::default(), 0));
        let own = &["invalidtoken", "maintenance", "field", "short", "error"];
        let opens = (moodle::LOGIN, moodle::PASSWORD);
        let mut site = Self::of("moodle", Platform::Moodle, &running, running.url(), opens, own);
        site.secrets.push(moodle::TOKEN.to_owned());
        (site, running)
    }

    /// A library, and the site itself to change it.
    #[must_use]
    pub fn pmb() -> (Self, Arc<Running<Pmb>>) {
        let running = Arc::new(Running::start(Pmb::default(), 0));
        let url = format!("{}{}", running.url(), pmb::PATH);
        let own = &["credentials", "session", "field", "error", "login"];
        let site = Self::of("cdi", Platform::Pmb, &running, url, (pmb::LOGIN, pmb::PASSWORD), own);
        (site, running)
    }

    /// Pix, and the site itself to change it.
    #[must_use]
    pub fn pix() -> (Self, Arc<Running<Pix>>) {
        let running = Arc::new(Running::start(Pix::with_example(), 0));
        let site = Self::of("pix", Platform::Pix, &running, running.url(), ("", PIX_CODE), &[]);
        (site, running)
    }

    /// A calendar at a secret address.
    #[must_use]
    pub fn calendar() -> Self {
        let running = Arc::new(Running::start(Calendar::new(EVENTS.as_bytes(), true), 0));
        let address = format!("{}{CALENDAR_PATH}", running.url());
        let mut site = Self::of("agenda", Platform::Calendar, &running, String::new(), ("", &address), &["login"]);
        site.secrets = vec![ADDRESS_WORD.to_owned()];
        site
    }

    /// The portal, logged in.
    #[must_use]
    pub fn toutatice() -> Self {
        let running = Arc::new(Running::start(Toutatice::default(), 0));
        let own = &["expired", "grant", "field", "issuer"];
        let mut site = Self::of("portail", Platform::Toutatice, &running, running.url(), ("", ""), own);
        let portal = Arc::clone(&running);
        site.again = Box::new(move || logged_in(&portal));
        site.account.secret = site.log_in();
        site.secrets.clear();
        site
    }

    fn of<P: Send + Sync + cartable_platforms::Platform>(
        name: &str,
        platform: Platform,
        running: &Arc<Running<P>>,
        url: String,
        (login, secret): (&str, &str),
        own: &'static [&'static str],
    ) -> Self {
        let secrets = vec![secret.to_owned()];
        let opened = typed(platform, Some(login.to_owned()), Zeroizing::new(secret.to_owned()));
        let account = Account {
            name: AccountId(name.to_owned()),
            platform,
            url,
            uai: None,
            secret: opened.clone(),
            added: TODAY,
            last: None,
            silent_until: 0,
        };
        let faults = Arc::clone(&running.faults);
        let again = Box::new(move || opened.clone());
        Self { account, faults, own, secrets, again, _running: Box::new(Arc::clone(running)) }
    }

    /// What its owner does when the platform refuses the account: logs in as the first time.
    #[must_use]
    pub fn log_in(&self) -> Secret {
        (self.again)()
    }

    /// The account's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.account.name.0
    }
}

fn logged_in(running: &Running<Toutatice>) -> Secret {
    running.faults.plan([]);
    let site: Url = running.url().parse().expect("an address");
    let portal = Portal { site, client: CLIENT.to_owned() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut http = Http::new(how(TODAY).manners).expect("a client");
        let login = Login::begin(&mut http, &portal, REDIRECT).await.expect("a login begins");
        let redirected = running.platform.approve(login.address().as_str()).expect("the portal approves");
        login.finish(&mut http, &redirected).await.expect("a login ends")
    })
}
