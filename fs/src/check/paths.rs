//! From nodes back to paths, for findings: read once, when there is something to tell.

use std::collections::{BTreeSet, HashMap, HashSet};

use rusqlite::Connection;

use crate::error::Result;

/// The deepest path that is followed: damaged rows may form a ring.
const DEPTH_MAX: usize = 4096;

/// The names of all nodes.
pub(crate) struct Paths {
    names: HashMap<i64, Vec<(i64, Vec<u8>)>>,
}

impl Paths {
    /// Reads all entries.
    pub(crate) fn load(db: &Connection) -> Result<Self> {
        let mut names: HashMap<i64, Vec<(i64, Vec<u8>)>> = HashMap::new();
        let mut query = db.prepare("SELECT node, parent, name FROM entries")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            names.entry(row.get(0)?).or_default().push((row.get(1)?, row.get(2)?));
        }
        Ok(Self { names })
    }

    /// All paths of a node; one without a name is called by its number.
    pub(crate) fn of(&self, node: i64) -> Vec<String> {
        match self.names.get(&node) {
            None => vec![self.path(node)],
            Some(names) => names.iter().map(|(parent, name)| self.joined(*parent, name)).collect(),
        }
    }

    /// All paths of the files that name one of `chunks`.
    pub(crate) fn of_chunks(&self, db: &Connection, chunks: &HashSet<i64>) -> Result<Vec<String>> {
        let paths: BTreeSet<String> = self.by_chunk(db, chunks)?.into_values().flatten().collect();
        Ok(paths.into_iter().collect())
    }

    /// The paths of the files that name each of `chunks`, in order.
    pub(crate) fn by_chunk(&self, db: &Connection, chunks: &HashSet<i64>) -> Result<HashMap<i64, Vec<String>>> {
        let mut query = db.prepare("SELECT node, chunk FROM extents")?;
        let mut rows = query.query([])?;
        let mut nodes: HashMap<i64, BTreeSet<i64>> = HashMap::new();
        while let Some(row) = rows.next()? {
            let chunk = row.get(1)?;
            if chunks.contains(&chunk) {
                nodes.entry(chunk).or_default().insert(row.get(0)?);
            }
        }
        let paths = |nodes: BTreeSet<i64>| {
            let mut paths: Vec<String> = nodes.into_iter().flat_map(|node| self.of(node)).collect();
            paths.sort();
            paths
        };
        Ok(nodes.into_iter().map(|(chunk, nodes)| (chunk, paths(nodes))).collect())
    }

    fn joined(&self, parent: i64, name: &[u8]) -> String {
        let (above, name) = (self.path(parent), String::from_utf8_lossy(name));
        if above == "/" { format!("/{name}") } else { format!("{above}/{name}") }
    }

    fn path(&self, node: i64) -> String {
        let mut names = Vec::new();
        let mut at = node;
        while at != 1 {
            match self.names.get(&at).and_then(|names| names.first()) {
                Some((parent, name)) if names.len() < DEPTH_MAX => {
                    names.push(String::from_utf8_lossy(name).into_owned());
                    at = *parent;
                }
                _ => {
                    names.push(format!("(node {at} without a name)"));
                    break;
                }
            }
        }
        names.reverse();
        format!("/{}", names.join("/"))
    }
}
