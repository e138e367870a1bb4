//! Who is compared: each peer gets a fresh store on the same disk, and serves for one turn.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use cartable_benches::turn::{Outcome, expect, is_mounted, run, unmount, wait_until};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::client::Host;
use crate::tls::Pair;
use crate::{apache, processes};

/// The login of the peers, and what it logs in with.
const LOGIN: &str = "bench";
const PASSWORD: &str = "a password";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peer {
    Cartable,
    Apache,
    Rclone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    Http,
    Https,
}

/// What peers are made of, and where.
pub(crate) struct Place<'a> {
    pub(crate) work: &'a Path,
    pub(crate) cartable: &'a Path,
    pub(crate) pair: &'a Pair,
}

/// A peer that serves.
pub(crate) struct Server {
    home: PathBuf,
    host: Host,
    /// The server first, then what it serves from.
    processes: Vec<Child>,
    mount: Option<PathBuf>,
}

impl Transport {
    pub(crate) const ALL: [Self; 2] = [Self::Http, Self::Https];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

impl Peer {
    pub(crate) const ALL: [Self; 3] = [Self::Cartable, Self::Apache, Self::Rclone];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Cartable => "cartable",
            Self::Apache => "apache",
            Self::Rclone => "rclone",
        }
    }

    /// Makes an empty store and serves it; when this returns, clients can connect.
    pub(crate) fn start(self, transport: Transport, place: &Place<'_>) -> Outcome<Server> {
        let home = place.work.join(self.name());
        if home.exists() {
            fs::remove_dir_all(&home)?;
        }
        let store = home.join("store");
        fs::create_dir_all(&store)?;
        let secret = home.join("secret");
        fs::write(&secret, "a passphrase of the benchmark\n")?;
        let tls = (transport == Transport::Https).then_some(place.pair);
        // A free port: nobody else takes one at once.
        let address = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
        let client = tls.map(|pair| pair.client.clone());
        let host = Host { address, tls: client, login: LOGIN.to_owned(), password: PASSWORD.to_owned() };
        let mut server = Server { home, host, processes: Vec::new(), mount: None };
        match self {
            Self::Cartable => server.cartable(place.cartable, &store, &secret, tls)?,
            Self::Apache => server.apache(tls)?,
            Self::Rclone => server.rclone(&store, &secret, tls)?,
        }
        wait_until("a server", || TcpStream::connect(address).is_ok())?;
        Ok(server)
    }
}

impl Server {
    fn cartable(&mut self, program: &Path, store: &Path, secret: &Path, tls: Option<&Pair>) -> Outcome<()> {
        let command = |verb: &[&str]| {
            let mut command = Command::new(program);
            command.env("CARTABLE_STATE", self.home.join("state")).args(verb).arg(store);
            command.arg("--passphrase-file").arg(secret);
            command
        };
        run(command(&["init"]).arg("--no-recovery"))?;
        let added = Command::new(program)
            .env("CARTABLE_STATE", self.home.join("state"))
            .args(["device", "add"])
            .arg(store)
            .args([LOGIN, "--json", "--passphrase-file"])
            .arg(secret)
            .output()?;
        expect(added.status.success(), "device add")?;
        let device: Value = serde_json::from_slice(&added.stdout)?;
        let text = |key: &str| device[key].as_str().map(str::to_owned).ok_or("device add: no login");
        (self.host.login, self.host.password) = (text("login")?, text("password")?);
        let mut serve = command(&["serve", "--foreground", "--listen", &self.host.address.to_string()]);
        match tls {
            None => serve.arg("--no-tls"),
            Some(pair) => serve.arg("--tls-cert").arg(&pair.certificate).arg("--tls-key").arg(&pair.key),
        };
        self.spawn(&mut serve)
    }

    fn apache(&mut self, tls: Option<&Pair>) -> Outcome<()> {
        let file = apache::configure(&self.home, self.host.address, tls)?;
        self.spawn(Command::new("apache2").args(["-D", "FOREGROUND", "-f"]).arg(file))
    }

    fn rclone(&mut self, store: &Path, secret: &Path, tls: Option<&Pair>) -> Outcome<()> {
        let drive = self.home.join("drive");
        fs::create_dir_all(&drive)?;
        let gocryptfs = |option: &str| {
            let mut command = Command::new("gocryptfs");
            command.args([option, "-q", "-passfile"]).arg(secret).arg(store);
            command
        };
        run(&mut gocryptfs("-init"))?;
        let mut rclone = Command::new("rclone");
        let address = self.host.address.to_string();
        rclone.args(["serve", "webdav", "--config", "", "--quiet", "--addr", &address]);
        rclone.args(["--user", LOGIN, "--pass", PASSWORD]).arg(&drive);
        if let Some(pair) = tls {
            rclone.arg("--cert").arg(&pair.certificate).arg("--key").arg(&pair.key);
        }
        let mount = gocryptfs("-fg").arg(&drive).stdin(Stdio::null()).stdout(Stdio::null()).spawn()?;
        self.mount = Some(drive.clone());
        wait_until("mount", || is_mounted(&drive))?;
        self.spawn(&mut rclone)?;
        self.processes.push(mount);
        Ok(())
    }

    fn spawn(&mut self, command: &mut Command) -> Outcome<()> {
        self.processes.push(command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?);
        Ok(())
    }

    pub(crate) fn host(&self) -> &Host {
        &self.host
    }

    /// Forgets how much memory it used until now.
    pub(crate) fn forget_peak(&self) -> Outcome<()> {
        self.processes.iter().try_for_each(|process| processes::forget_peak(process.id()))
    }

    /// The most resident memory since then, in bytes.
    pub(crate) fn peak(&self) -> Outcome<u64> {
        self.processes.iter().map(|process| processes::peak(process.id())).sum()
    }

    /// Ends it and removes its store.
    pub(crate) fn stop(mut self) -> Outcome<()> {
        self.end()?;
        wait_until("removal", || fs::remove_dir_all(&self.home).is_ok())?;
        rustix::fs::sync();
        Ok(())
    }

    fn end(&mut self) -> Outcome<()> {
        let mount = self.mount.take();
        if let Some(server) = self.processes.first_mut() {
            if let Some(pid) = Pid::from_raw(server.id().cast_signed()) {
                kill_process(pid, Signal::TERM)?;
            }
            server.wait()?;
        }
        if let Some(mount) = mount {
            unmount(&mount)?;
        }
        for mut process in self.processes.drain(..) {
            process.wait()?;
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if !self.processes.is_empty() {
            // The run ended early, and says why.
            let _ = self.end();
        }
    }
}
