//! Views as files: units whose records changed are rendered, and only what differs is written.

use std::collections::{BTreeMap, BTreeSet};

use cartable_fs::bag::SpaceId;
use cartable_fs::{Caller, FsError, Name, NodeId, Notice};
use serde::{Deserialize, Serialize};

use super::pieces::unit_key;
use super::{Collection, KeepError};
use crate::view::{self, Body, Kept, Top, Unit, ViewFile};

/// The namespace of what a file says of its origin: an extended attribute on the drive, a property in WebDAV.
const ORIGIN: &str = "urn:cartable:origin";

/// What showing came to.
#[derive(Debug, Default)]
pub struct Shown {
    /// How many files were written.
    pub written: u64,
    /// Why a unit could not be shown: it is tried again the next time.
    pub failed: Option<KeepError>,
}

/// A file that was written.
#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Made {
    path: Vec<String>,
    /// What of its contents and origin would make it another file.
    state: String,
}

impl Collection {
    /// Renders the units whose records changed, and shows the folders of views in home. A unit that can't be shown keeps nobody from
    /// the others.
    ///
    /// # Errors
    /// Those of reading and writing; what was not rendered is, the next time.
    pub fn show(&self, tell: &mut (dyn FnMut(u64, u64) + Send)) -> Result<Shown, KeepError> {
        let mut stale: Vec<Vec<u8>> = Vec::new();
        self.space.kept_under(&self.access, "stale", &[], |key| {
            stale.push(key.to_vec());
            true
        })?;
        let (mut shown, total) = (Shown::default(), stale.len() as u64);
        // A unit of a later version of this program is none of ours.
        stale.retain(|key| serde_json::from_slice::<Unit>(key).is_ok());
        let mut failed = BTreeSet::new();
        for (done, key) in stale.iter().enumerate() {
            tell(done as u64, total);
            let unit = serde_json::from_slice::<Unit>(key).map_err(|_| KeepError::Damaged("a unit"))?;
            match self.show_unit(&unit) {
                Ok(written) => shown.written += written,
                Err(error) if error.is_of_the_space() => return Err(error),
                Err(error) => {
                    failed.insert(key.clone());
                    shown.failed.get_or_insert(error);
                }
            }
        }
        stale.retain(|key| !failed.contains(key));
        // Each is durable before what relies on it: files before their marks go, folders before home points to them.
        self.sync()?;
        for key in &stale {
            self.space.forget_kept(&self.change, "stale", key)?;
        }
        if !stale.is_empty() {
            self.sync()?;
        }
        self.show_in_home()?;
        Ok(shown)
    }

    fn show_unit(&self, unit: &Unit) -> Result<u64, KeepError> {
        let members = self.members(unit)?;
        let members: Vec<&Kept> = members.iter().collect();
        let by_key: BTreeMap<&str, &Kept> = members.iter().map(|kept| (kept.origin.key.as_str(), *kept)).collect();
        let key = unit_key(unit)?;
        let before = match self.space.kept(&self.access, "made", &key)? {
            Some(kept) => serde_json::from_slice(&kept.data).map_err(|_| KeepError::Damaged("a view"))?,
            None => BTreeSet::<Made>::new(),
        };
        let (mut after, mut written) = (BTreeSet::new(), 0);
        let files = view::render(unit, &members, self.lang);
        // Where a file stood a folder may be wanted now, or the other way round.
        for gone in before.iter().filter(|made| files.iter().any(|file| is_in_the_way(&made.path[1..], &file.path))) {
            self.remove(&gone.path)?;
        }
        for file in files {
            let origin = file.origin.as_deref().and_then(|key| by_key.get(key).copied());
            let attributes = match origin {
                Some(kept) => attributes(kept),
                None => common(&members),
            };
            let made = self.made(unit, &file, &attributes);
            if !before.contains(&made) || self.find(&made.path)?.is_none() {
                if !self.write(&file, &made, &attributes)? {
                    // Its original is missing: the rest goes on, and `check` tells of what is damaged.
                    continue;
                }
                written += 1;
            }
            after.insert(made);
        }
        let kept: BTreeSet<&Vec<String>> = after.iter().map(|made| &made.path).collect();
        for gone in before.iter().filter(|made| !kept.contains(&made.path)) {
            self.remove(&gone.path)?;
        }
        if after.is_empty() {
            // A unit is named by what it showed.
            self.space.forget_kept(&self.change, "made", &key)?;
        } else {
            let made = serde_json::to_vec(&after).map_err(|_| KeepError::Damaged("a view"))?;
            self.space.keep(&self.change, "made", &key, 1, &made)?;
        }
        Ok(written)
    }

    fn made(&self, unit: &Unit, file: &ViewFile, attributes: &[(Vec<u8>, Option<Vec<u8>>)]) -> Made {
        let mut path = vec![unit.view.folder().to_owned()];
        path.extend(file.path.iter().cloned());
        let mut hasher = blake3::Hasher::new();
        match &file.body {
            Body::Bytes(bytes) => hasher.update(b"bytes").update(bytes),
            Body::Source(id) => hasher.update(b"source").update(id.text().as_bytes()),
        };
        hasher.update(format!("{:?}", file.modified).as_bytes());
        for (name, value) in attributes {
            hasher.update(name).update(&[0]).update(value.as_deref().unwrap_or_default()).update(&[0]);
        }
        Made { path, state: hasher.finalize().to_hex().to_string() }
    }

    fn write(
        &self,
        file: &ViewFile,
        made: &Made,
        attributes: &[(Vec<u8>, Option<Vec<u8>>)],
    ) -> Result<bool, KeepError> {
        let staged = match &file.body {
            Body::Bytes(bytes) => self.staged(bytes)?,
            Body::Source(id) => match self.staged_source(*id)? {
                Some(staged) => staged,
                None => return Ok(false),
            },
        };
        self.place(&staged, &made.path, file.modified, attributes)?;
        Ok(true)
    }

    /// Shows each view that holds anything in a folder at home's top.
    fn show_in_home(&self) -> Result<(), KeepError> {
        let own = self.home.kept(&self.access, super::SPACE.0, super::SPACE.1)?;
        let own: [u8; 16] =
            own.and_then(|kept| kept.data.try_into().ok()).ok_or(KeepError::Damaged("the name of a space"))?;
        let own = SpaceId::from_bytes(own);
        let links = self.home.links();
        let shown: BTreeSet<NodeId> =
            links.iter().filter(|(_, link)| link.space == own).map(|(_, link)| link.target).collect();
        for top in Top::ALL {
            let Some(folder) = self.find(&[top.folder()])? else { continue };
            if shown.contains(&folder.id) {
                continue;
            }
            let (place, name) = self.free_folder(top.folder())?;
            self.home.show(&self.change, place, &own, folder.id, false)?;
            self.home.notify(&[Notice::Entry { folder: NodeId::ROOT, name }, Notice::Names(NodeId::ROOT)]);
        }
        Ok(self.home.sync_all(&self.access)?)
    }

    /// A new folder at home's top, and its name: this one or, where something of the person's own has it, one that says what it is.
    fn free_folder(&self, name: &str) -> Result<(NodeId, Vec<u8>), KeepError> {
        let root = self.home.attr(&self.access, NodeId::ROOT)?;
        let others = (1..).map(|n| if n == 1 { format!("{name} (ENT)") } else { format!("{name} (ENT {n})") });
        for name in std::iter::once(name.to_owned()).chain(others) {
            let entry = Name::new(name.as_bytes())?;
            match self.home.find(&self.access, NodeId::ROOT, entry) {
                Ok(_) => {}
                Err(FsError::NotFound) => {
                    let owner = Caller { uid: root.uid, gid: root.gid, umask: 0 };
                    let made = self.home.make_folder(&self.change, NodeId::ROOT, entry, 0o755, owner)?;
                    self.home.unpin(made.id, 1);
                    return Ok((made.id, name.into_bytes()));
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(FsError::Exists.into())
    }
}

/// Whether one of two paths leads through the other.
fn is_in_the_way(one: &[String], other: &[String]) -> bool {
    one.len() != other.len() && one.iter().zip(other).all(|(one, other)| one == other)
}

type Attribute = (Vec<u8>, Option<Vec<u8>>);

/// The longest value that is told as it is, in bytes.
const VALUE_BYTES: usize = 1024;

fn attribute(name: &str, value: &str) -> Attribute {
    let hashed = || format!("blake3:{}", blake3::hash(value.as_bytes()).to_hex());
    let value = if value.len() > VALUE_BYTES { hashed() } else { value.to_owned() };
    (format!("user.{{{ORIGIN}}}{name}").into_bytes(), Some(value.into_bytes()))
}

/// What a file says of the record that it shows.
fn attributes(kept: &Kept) -> Vec<Attribute> {
    let origin = &kept.origin;
    let mut all = vec![
        attribute("platform", origin.platform.name()),
        attribute("account", &origin.account.0),
        attribute("kind", kept.record.kind()),
        attribute("key", &origin.key),
        attribute("source", &origin.source.text()),
        attribute("fetched", &origin.fetched.to_string()),
    ];
    all.extend(origin.uai.as_ref().map(|uai| attribute("uai", &uai.to_string())));
    all.extend(origin.school.as_ref().map(|school| attribute("school", school)));
    all.extend(origin.pupil.as_ref().map(|pupil| attribute("pupil", pupil)));
    all.extend(origin.year.map(|year| attribute("year", &year.to_string())));
    all
}

/// What a file made of several records says: what all of them have in common.
fn common(members: &[&Kept]) -> Vec<Attribute> {
    let mut all = members.iter().map(|kept| attributes(kept).into_iter().collect::<BTreeSet<_>>());
    let Some(first) = all.next() else { return Vec::new() };
    all.fold(first, |common, next| common.intersection(&next).cloned().collect()).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_in_the_way_of_what_would_lie_in_it() {
        let path = |text: &str| text.split('/').map(str::to_owned).collect::<Vec<_>>();
        for (one, other, is) in
            [("a/b", "a/b/c", true), ("a/b/c", "a/b", true), ("a/b", "a/b", false), ("a/b", "a/c/b", false)]
        {
            assert_eq!(is_in_the_way(&path(one), &path(other)), is, "{one} {other}");
        }
    }
}
