//! A bag that is a WebDAV share, and a drive too where a test asks for it, both in this process.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use cartable_dav::{Certificate, Keys, Options, Share};
use cartable_fs::bag::{AppPassword, Bag, Code, Grant, Opening, Secret, StateFolder, Suite};
use cartable_fs::check::Report;
use cartable_fs::fuse::{Drive, MountOptions, Unmounter};
use cartable_fs::{Space, Spaces};
use cartable_share::Access;
use rustix::mount::{UnmountFlags, unmount};
use tempfile::TempDir;

use crate::agenda::Collected;
use crate::http::Client;

/// How long a bag may be open.
const PATIENCE: Duration = Duration::from_secs(180);

/// Which doors a bag has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doors {
    /// The share.
    Share,
    /// The share and the drive.
    Both,
}

/// A served bag in a folder of its own.
pub struct Served {
    home: TempDir,
    owner: Code,
    device: AppPassword,
    doors: Doors,
    running: Option<Running>,
}

struct Running {
    bag: Arc<Bag>,
    space: Arc<Space>,
    keys: Arc<Keys>,
    share: Share,
    address: SocketAddr,
    drive: Option<(Unmounter, JoinHandle<std::io::Result<()>>)>,
    _watchdog: Sender<()>,
}

impl Served {
    /// Makes a bag with a slot for one device, and opens its doors.
    #[must_use]
    pub fn new(doors: Doors) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(home.path().join("drive")).expect("a folder can be made");
        let mut served = Self { home, owner: Code::random(), device: AppPassword::random(), doors, running: None };
        let suite = Suite::ChaCha20Poly1305;
        let bag = Bag::create(&served.bag(), suite, &[&served.owner()], &served.state(), 1).expect("a bag can be made");
        bag.add_slot(&served.device(), Grant::Home, 1).expect("a slot can be added");
        served.start(bag);
        served
    }

    /// The folder of the bag.
    #[must_use]
    pub fn bag(&self) -> PathBuf {
        self.home.path().join("bag")
    }

    /// Where the drive is mounted.
    #[must_use]
    pub fn drive(&self) -> PathBuf {
        self.home.path().join("drive")
    }

    /// A client with a connection of its own.
    #[must_use]
    pub fn client(&self) -> Client {
        let AppPassword { login, password } = &self.device;
        Client::new(self.running().address, &login.to_string(), &password.text())
    }

    /// Where the share is.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.running().address
    }

    /// What a device logs in with: login and password.
    #[must_use]
    pub fn login(&self) -> (String, String) {
        (self.device.login.to_string(), self.device.password.text().to_string())
    }

    /// The space that the doors show.
    #[must_use]
    pub fn space(&self) -> &Arc<Space> {
        &self.running().space
    }

    /// The bag.
    #[must_use]
    pub fn opened(&self) -> &Arc<Bag> {
        &self.running().bag
    }

    /// The owner's access.
    #[must_use]
    pub fn access(&self) -> Access {
        self.running().bag.access().expect("an owner may edit")
    }

    /// Closes the bag and opens it again, at another address. Who is still connected makes it wait for a second.
    pub fn reopen(&mut self) {
        self.end();
        let bag = Bag::open(&self.bag(), &self.owner(), &self.state(), Opening::default());
        self.start(bag.expect("a closed bag opens"));
    }

    /// Whether all that the bag holds is sound. Opens it again.
    pub fn is_clean(&mut self) -> bool {
        self.reopen();
        let mut report = Report::default();
        for to_check in self.opened().open_all_to_check().expect("all spaces open") {
            let found = to_check.space.check(&self.access(), &mut |_| {});
            report.merge(found.expect("a space can be checked"));
        }
        if !report.is_clean() {
            eprintln!("{:?}", report.findings);
        }
        report.is_clean()
    }

    fn owner(&self) -> Secret {
        Secret::Recovery(copy(&self.owner))
    }

    fn device(&self) -> Secret {
        Secret::App(AppPassword { login: self.device.login.clone(), password: copy(&self.device.password) })
    }

    fn state(&self) -> Arc<StateFolder> {
        Arc::new(StateFolder::open(&self.home.path().join("state")).expect("a state folder"))
    }

    fn running(&self) -> &Running {
        self.running.as_ref().expect("the bag is open")
    }

    fn start(&mut self, bag: Bag) {
        let bag = Arc::new(bag);
        let space = bag.open_home().expect("a home opens");
        let keys = Keys::opened(Arc::clone(&bag));
        let listen = vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 0))];
        let options = Options {
            listen,
            certificate: Certificate::None,
            danger_plain: false,
            announce: Vec::new(),
            log: None,
            agenda: Some(Arc::new(Collected)),
        };
        let share = Share::start(Arc::clone(&keys), &options).expect("a share can be served");
        let url = share.urls().remove(0);
        let address = url.strip_prefix("http://").and_then(|rest| rest.strip_suffix('/')).expect("an address");
        let address = address.parse().expect("an address");
        let drive = (self.doors == Doors::Both).then(|| {
            let options = MountOptions { source: "doors".into(), ..MountOptions::default() };
            let access = bag.access().expect("an owner may edit");
            let mut drive =
                Drive::mount(Spaces::new(Arc::clone(&bag), Arc::clone(&space), access), &self.drive(), &options)
                    .expect("a drive");
            (drive.unmounter(), std::thread::spawn(move || drive.serve()))
        });
        let watchdog = watch(self.drive());
        self.running = Some(Running { bag, space, keys, share, address, drive, _watchdog: watchdog });
    }

    /// Closes the drive; the share stays.
    pub fn unmount(&mut self) {
        let drive = self.running.as_mut().and_then(|running| running.drive.take());
        if let Some((mut unmounter, serving)) = drive {
            unmounter.unmount().expect("nobody uses the drive any more");
            serving.join().expect("serving ends").expect("serving ends well");
        }
    }

    fn end(&mut self) {
        self.unmount();
        let Some(Running { bag, space, keys, share, _watchdog, .. }) = self.running.take() else { return };
        share.close();
        drop((bag, space));
        keys.close().expect("a bag can be closed");
    }
}

impl Drop for Served {
    /// A test that failed leaves nothing mounted.
    fn drop(&mut self) {
        if self.doors == Doors::Both && self.running.is_some() {
            let _ = unmount(self.drive(), UnmountFlags::DETACH);
        }
    }
}

fn copy(code: &Code) -> Code {
    Code::parse(&code.text()).expect("a code reads its own text")
}

/// Ends this process when a bag stays open longer than any test could need it: a deadlock between the kernel and us waits for
/// ever otherwise, out of reach of any signal.
fn watch(drive: PathBuf) -> Sender<()> {
    let (alive, ended) = channel();
    std::thread::spawn(move || {
        if ended.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            eprintln!("the bag was still open after {PATIENCE:?}");
            let _ = unmount(drive, UnmountFlags::DETACH);
            // The connection to the kernel ends with the process, and wakes whoever waits for it.
            std::process::abort();
        }
    });
    alive
}
