//! The judge: a file system so naive that it can be believed. Paths are lists of names; files are byte vectors.

use std::collections::BTreeMap;

/// A path: names from the root down.
pub type Path = Vec<String>;

/// What the model holds at the end of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// Entries by name.
    Folder(BTreeMap<String, usize>),
    /// Contents.
    File(Vec<u8>),
    /// Target.
    Symlink(String),
}

/// One act on a file system.
#[derive(Debug, Clone)]
pub enum Act {
    /// Makes an empty file.
    Create(Path),
    /// Makes a folder.
    MakeFolder(Path),
    /// Makes a symlink.
    Symlink(Path, String),
    /// Gives a file a second name.
    Link(Path, Path),
    /// Removes a name of a file.
    Unlink(Path),
    /// Removes an empty folder.
    RemoveFolder(Path),
    /// Renames, replacing.
    Rename(Path, Path),
    /// Renames unless the name is taken.
    RenameNoReplace(Path, Path),
    /// Swaps two names.
    Exchange(Path, Path),
    /// Writes a pattern: offset, length, seed.
    Write(Path, u64, usize, u8),
    /// Sets the size.
    Truncate(Path, u64),
    /// Makes a hole: offset, length.
    Punch(Path, u64, u64),
    /// Copies a range without copying bytes: from, offset, to, offset, length.
    CopyRange(Path, u64, Path, u64, u64),
    /// Makes one file durable.
    Sync(Path),
    /// Makes everything durable.
    SyncAll,
    /// Closes and opens again.
    Reopen,
}

/// The model.
#[derive(Debug, Clone)]
pub struct Model {
    nodes: BTreeMap<usize, Node>,
    next: usize,
}

/// The bytes that [`Act::Write`] writes: they differ by seed and position, and now and then repeat.
#[must_use]
pub fn pattern(offset: u64, length: usize, seed: u8) -> Vec<u8> {
    (0..length).map(|i| seed.wrapping_add(u8::try_from((offset + i as u64) / 511 % 251).unwrap_or(0))).collect()
}

impl Default for Model {
    fn default() -> Self {
        Self { nodes: BTreeMap::from([(0, Node::Folder(BTreeMap::new()))]), next: 1 }
    }
}

impl Model {
    /// Does an act; `None` when it can't be done.
    pub fn act(&mut self, act: &Act) -> Option<()> {
        match act {
            Act::Create(path) => self.add(path, Node::File(Vec::new())),
            Act::MakeFolder(path) => self.add(path, Node::Folder(BTreeMap::new())),
            Act::Symlink(path, target) => self.add(path, Node::Symlink(target.clone())),
            Act::Link(from, to) => {
                let id = self.find(from)?;
                if self.is_folder(id) {
                    return None;
                }
                self.name(to, id)
            }
            Act::Unlink(path) => {
                let id = self.find(path)?;
                if self.is_folder(id) { None } else { self.unname(path) }
            }
            Act::RemoveFolder(path) => {
                let id = self.find(path)?;
                if !self.is_empty_folder(id) || path.is_empty() { None } else { self.unname(path) }
            }
            Act::Rename(from, to) => self.rename(from, to),
            Act::RenameNoReplace(from, to) => {
                if self.find(to).is_some() {
                    return None;
                }
                self.rename(from, to)
            }
            Act::Exchange(a, b) => self.exchange(a, b),
            Act::Write(path, offset, length, seed) => {
                let file = self.file(path)?;
                let (start, bytes) = (usize::try_from(*offset).ok()?, pattern(*offset, *length, *seed));
                if !bytes.is_empty() {
                    file.resize(file.len().max(start + bytes.len()), 0);
                    file[start..start + bytes.len()].copy_from_slice(&bytes);
                }
                Some(())
            }
            Act::Truncate(path, size) => {
                let size = usize::try_from(*size).ok()?;
                self.file(path)?.resize(size, 0);
                Some(())
            }
            Act::Punch(path, offset, length) => {
                let file = self.file(path)?;
                let (start, end) = (usize::try_from(*offset).ok()?, usize::try_from(offset + length).ok()?);
                let (start, end) = (start.min(file.len()), end.min(file.len()));
                file[start..end].fill(0);
                Some(())
            }
            Act::CopyRange(from, at, to, into, length) => self.copy_range(from, *at, to, *into, *length),
            Act::Sync(path) => self.find(path).map(|_| ()),
            Act::SyncAll | Act::Reopen => Some(()),
        }
    }

    fn copy_range(&mut self, from: &Path, at: u64, to: &Path, into: u64, length: u64) -> Option<()> {
        let (source, target) = (self.find(from)?, self.find(to)?);
        let bytes = self.file(from)?.clone();
        self.file(to)?;
        let start = usize::try_from(at).ok()?.min(bytes.len());
        let end = usize::try_from(at + length).ok()?.min(bytes.len());
        let length = (end - start) as u64;
        if source == target && at < into + length && into < at + length {
            return None;
        }
        let into = usize::try_from(into).ok()?;
        let file = self.file(to)?;
        if end > start {
            file.resize(file.len().max(into + end - start), 0);
            file[into..into + end - start].copy_from_slice(&bytes[start..end]);
        }
        Some(())
    }

    /// All paths with what they lead to, folders before what they hold.
    #[must_use]
    pub fn tree(&self) -> Vec<(Path, Node)> {
        let mut tree = Vec::new();
        self.walk(0, &mut Vec::new(), &mut tree);
        tree
    }

    fn walk(&self, id: usize, path: &mut Path, tree: &mut Vec<(Path, Node)>) {
        let node = &self.nodes[&id];
        tree.push((path.clone(), node.clone()));
        if let Node::Folder(entries) = node {
            for (name, child) in entries {
                path.push(name.clone());
                self.walk(*child, path, tree);
                path.pop();
            }
        }
    }

    fn find(&self, path: &[String]) -> Option<usize> {
        path.iter().try_fold(0, |id, name| match &self.nodes[&id] {
            Node::Folder(entries) => entries.get(name).copied(),
            _ => None,
        })
    }

    fn folder(&mut self, path: &[String]) -> Option<&mut BTreeMap<String, usize>> {
        let id = self.find(path)?;
        match self.nodes.get_mut(&id)? {
            Node::Folder(entries) => Some(entries),
            _ => None,
        }
    }

    fn file(&mut self, path: &[String]) -> Option<&mut Vec<u8>> {
        let id = self.find(path)?;
        match self.nodes.get_mut(&id)? {
            Node::File(bytes) => Some(bytes),
            _ => None,
        }
    }

    fn is_folder(&self, id: usize) -> bool {
        matches!(self.nodes[&id], Node::Folder(_))
    }

    fn is_empty_folder(&self, id: usize) -> bool {
        matches!(&self.nodes[&id], Node::Folder(entries) if entries.is_empty())
    }

    fn add(&mut self, path: &Path, node: Node) -> Option<()> {
        let id = self.next;
        self.name(path, id)?;
        self.nodes.insert(id, node);
        self.next += 1;
        Some(())
    }

    fn name(&mut self, path: &Path, id: usize) -> Option<()> {
        let (name, parent) = path.split_last()?;
        let entries = self.folder(parent)?;
        if entries.contains_key(name) {
            return None;
        }
        entries.insert(name.clone(), id);
        Some(())
    }

    fn unname(&mut self, path: &Path) -> Option<()> {
        let (name, parent) = path.split_last()?;
        self.folder(parent)?.remove(name).map(|_| ())
    }

    fn rename(&mut self, from: &Path, to: &Path) -> Option<()> {
        let moved = self.find(from)?;
        let (to_name, to_parent) = to.split_last()?;
        self.folder(to_parent)?;
        if from.is_empty() || self.is_folder(moved) && to.len() > from.len() && to.starts_with(from) {
            return None;
        }
        if let Some(target) = self.find(to) {
            if target == moved {
                return Some(());
            }
            match (self.is_folder(moved), self.is_folder(target)) {
                (true, true) if self.is_empty_folder(target) => {}
                (false, false) => {}
                _ => return None,
            }
        }
        self.unname(from)?;
        self.folder(to_parent)?.insert(to_name.clone(), moved);
        Some(())
    }

    fn exchange(&mut self, a: &Path, b: &Path) -> Option<()> {
        let (id_a, id_b) = (self.find(a)?, self.find(b)?);
        let inside = |outer: &Path, inner: &Path| inner.len() > outer.len() && inner.starts_with(outer);
        if a.is_empty() || b.is_empty() || inside(a, b) || inside(b, a) {
            return None;
        }
        self.unname(a)?;
        if a != b {
            self.unname(b)?;
        }
        let (name, parent) = a.split_last()?;
        self.folder(parent)?.insert(name.clone(), id_b);
        let (name, parent) = b.split_last()?;
        self.folder(parent)?.insert(name.clone(), id_a);
        Some(())
    }
}
