//! A client that keeps a copy of all listings by asking only for what changed (RFC 6578), folder by folder.

use std::collections::{BTreeMap, BTreeSet};

use crate::dav::{Dav, Listed, PROPS, inside, listed};
use crate::http::Body;
use crate::model::Path;

/// What such a client knows.
#[derive(Default)]
pub struct Mirror {
    folders: BTreeMap<Path, Known>,
    /// Folders that had to be listed anew, because what is at their path is another.
    pub begun_anew: usize,
    /// Resources that answers told of.
    pub told: usize,
}

#[derive(Default)]
struct Known {
    token: String,
    members: BTreeMap<Path, Listed>,
}

impl Mirror {
    /// Asks for what changed since the last time.
    pub fn sync(&mut self, dav: &Dav) {
        let mut waiting: Vec<Path> = vec![Vec::new()];
        let mut seen = BTreeSet::new();
        while let Some(folder) = waiting.pop() {
            self.sync_folder(dav, &folder);
            let members = self.folders.get(&folder).into_iter().flat_map(|known| known.members.values());
            waiting.extend(members.filter(|member| member.folder).map(|member| member.path.clone()));
            seen.insert(folder);
        }
        self.folders.retain(|folder, _| seen.contains(folder));
    }

    /// All that it knows.
    #[must_use]
    pub fn tree(&self) -> Vec<Listed> {
        let mut tree: Vec<Listed> = self.folders.values().flat_map(|known| known.members.values().cloned()).collect();
        tree.sort_by(|a, b| a.path.cmp(&b.path));
        tree
    }

    fn sync_folder(&mut self, dav: &Dav, folder: &Path) {
        let known = self.folders.entry(folder.clone()).or_default();
        let body = format!(
            "<D:sync-collection xmlns:D=\"DAV:\"><D:sync-token>{}</D:sync-token><D:sync-level>1</D:sync-level>{PROPS}</D:sync-collection>",
            known.token
        );
        let answer = dav.send("REPORT", folder, &[("Depth", "0")], Body::Sized(body.as_bytes()));
        match answer.status {
            207 => {}
            403 if !known.token.is_empty() && answer.text().contains("valid-sync-token") => {
                *known = Known::default();
                self.begun_anew += 1;
                return self.sync_folder(dav, folder);
            }
            // It went since it was told of; the next answer about its own folder says so.
            403 | 404 => {
                self.folders.remove(folder);
                return;
            }
            status => panic!("{folder:?}: {status} {}", answer.text()),
        }
        known.token = inside(&answer.text(), "sync-token").expect("a token");
        let mut forgotten = Vec::new();
        for one in listed(&answer.text()) {
            assert!(one.path.starts_with(folder) && one.path.len() == folder.len() + 1, "{:?}", one.path);
            self.told += 1;
            let path = one.path.clone();
            let (is_folder, before) = match one.gone {
                true => (false, known.members.remove(&path)),
                false => (one.folder, known.members.insert(path.clone(), one)),
            };
            if !is_folder || before.is_none_or(|before| !before.folder) {
                forgotten.push(path);
            }
        }
        self.folders.retain(|known, _| !forgotten.iter().any(|path| known.starts_with(path)));
    }
}

/// All that there is, listed folder by folder.
#[must_use]
pub fn everything(dav: &Dav) -> Vec<Listed> {
    let mut tree = Vec::new();
    let mut waiting: Vec<Path> = vec![Vec::new()];
    while let Some(folder) = waiting.pop() {
        let members = dav.list(&folder).unwrap_or_default();
        waiting.extend(members.iter().filter(|member| member.folder).map(|member| member.path.clone()));
        tree.extend(members);
    }
    tree.sort_by(|a, b| a.path.cmp(&b.path));
    tree
}
