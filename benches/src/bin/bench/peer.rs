//! Who is compared: each peer gets a fresh store on the same disk, and is mounted for one turn.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use cartable_benches::turn::{Outcome, is_mounted, run, unmount, wait_until};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peer {
    ChaCha,
    Aes,
    Gocryptfs,
    Securefs,
    Floor,
    Disk,
}

/// The programs of this workspace.
pub(crate) struct Binaries {
    pub(crate) cartable: PathBuf,
    pub(crate) floor: PathBuf,
}

/// A mounted peer.
pub(crate) struct Drive {
    peer: Peer,
    home: PathBuf,
    folder: PathBuf,
    serving: Option<Child>,
}

impl Peer {
    pub(crate) const ALL: [Self; 6] =
        [Self::ChaCha, Self::Aes, Self::Gocryptfs, Self::Securefs, Self::Floor, Self::Disk];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ChaCha => "cartable",
            Self::Aes => "cartable-aes",
            Self::Gocryptfs => "gocryptfs",
            Self::Securefs => "securefs",
            Self::Floor => "floor",
            Self::Disk => "disk",
        }
    }

    /// Makes an empty store under `work` and mounts it.
    pub(crate) fn start(self, work: &Path, binaries: &Binaries) -> Outcome<Drive> {
        let home = work.join(self.name());
        if home.exists() {
            fs::remove_dir_all(&home)?;
        }
        let (store, folder) = (home.join("store"), home.join("drive"));
        fs::create_dir_all(&store)?;
        fs::create_dir_all(&folder)?;
        let secret = home.join("secret");
        fs::write(&secret, "a passphrase of the benchmark\n")?;
        let mut serving = None;
        match self {
            Self::ChaCha | Self::Aes => {
                let cipher = if self == Self::Aes { "aes-256-gcm" } else { "chacha20-poly1305" };
                let cartable = || {
                    let mut command = Command::new(&binaries.cartable);
                    command.env("CARTABLE_STATE", home.join("state"));
                    command
                };
                let secret = ["--passphrase-file".as_ref(), secret.as_os_str()];
                run(cartable().arg("init").arg(&store).args(["--cipher", cipher, "--no-recovery"]).args(secret))?;
                run(cartable().arg("mount").arg(&store).arg(&folder).args(secret))?;
            }
            Self::Gocryptfs => {
                let quiet = ["-q", "-passfile"];
                run(Command::new("gocryptfs").args(["-init"]).args(quiet).arg(&secret).arg(&store))?;
                run(Command::new("gocryptfs").args(quiet).arg(&secret).args(["-acl"]).arg(&store).arg(&folder))?;
            }
            Self::Securefs => {
                let secret = ["--pass", "a passphrase of the benchmark"];
                run(Command::new("securefs").args(["create", "--format", "4"]).args(secret).arg(&store))?;
                run(Command::new("securefs").args(["mount", "-b"]).args(secret).arg(&store).arg(&folder))?;
            }
            Self::Floor => serving = Some(Command::new(&binaries.floor).arg(&folder).spawn()?),
            Self::Disk => {}
        }
        let drive = Drive { peer: self, home, folder, serving };
        if self != Self::Disk {
            wait_until("mount", || is_mounted(&drive.folder))?;
        }
        Ok(drive)
    }
}

impl Drive {
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Unmounts and removes the store.
    pub(crate) fn stop(mut self) -> Outcome<()> {
        if self.peer != Peer::Disk {
            unmount(&self.folder)?;
        }
        if let Some(serving) = &mut self.serving {
            serving.wait()?;
        }
        // What goes on writing after the unmount would disturb the next peer, and be lost to this one's removal.
        wait_until("removal", || fs::remove_dir_all(&self.home).is_ok())?;
        rustix::fs::sync();
        Ok(())
    }
}
