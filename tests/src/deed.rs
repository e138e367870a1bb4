//! Acts that WebDAV does in one step and the model in many: whole trees go, are copied, and take the place of others.

use proptest::prelude::*;

use crate::acts::acts_at;
use crate::dav::Dav;
use crate::model::{Act, Model, Node, Path};

/// One deed, and random numbers.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// What is done.
    pub deed: Deed,
    /// Says through which door.
    pub door: u8,
    /// Says to what, of all that is there.
    pub aim: u8,
}

/// What is done.
#[derive(Debug, Clone)]
pub enum Deed {
    /// An act of the model.
    Act(Act),
    /// Copies a file or a tree, over whatever is there if it says so.
    Copy(Path, Path, bool),
    /// Moves a file or a tree over whatever is there.
    MoveOver(Path, Path),
    /// Removes a file or a tree.
    Remove(Path),
}

/// A row of up to `most` deeds, after some that make a tree in which most can be done. The model's worlds can do all of them,
/// WebDAV not; links of the system are not among them.
pub fn deeds(most: usize) -> impl Strategy<Value = Vec<Chosen>> {
    let numbers = prop::collection::vec(any::<(u8, u8, u8)>(), most + beginning().count());
    (acts_at(path, most), numbers).prop_map(|(acts, numbers)| {
        let made = beginning().map(Deed::Act).zip(numbers.iter().map(|(_, door, _)| (*door, 0)));
        let known = acts.into_iter().filter(|act| !matches!(act, Act::Symlink(..)));
        let more = known.zip(numbers.iter().rev());
        let more = more.map(|(act, (number, door, aim))| (Deed::of(act, number % 16), (*door, *aim)));
        made.chain(more).map(|(deed, (door, aim))| Chosen { deed, door, aim }).collect()
    })
}

/// Few paths, most of them of what the beginning makes: an act on what is not there is soon done.
fn path() -> BoxedStrategy<Path> {
    let name = || prop::sample::select(vec!["a", "b", "c"]).prop_map(String::from);
    let names = |count: usize| prop::collection::vec(name(), count);
    prop_oneof![3 => names(1), 4 => names(2), 1 => names(3)].boxed()
}

/// Folders, and the names of files in them.
const BEGINNING: [(&str, &str); 5] = [("a", "c"), ("a/b", "c"), ("b", "a"), ("a/a", ""), ("c", "b")];

fn beginning() -> impl Iterator<Item = Act> {
    BEGINNING.into_iter().enumerate().flat_map(|(n, (folder, file))| {
        let folder: Path = folder.split('/').map(str::to_owned).collect();
        let file: Path = folder.iter().cloned().chain([file.to_owned()]).collect();
        let made = file
            .last()
            .is_some_and(|name| !name.is_empty())
            .then(|| [Act::Create(file.clone()), Act::Write(file, 0, 60_000 * n + 100, u8::try_from(n).unwrap_or(0))]);
        [Act::MakeFolder(folder)].into_iter().chain(made.into_iter().flatten())
    })
}

impl Chosen {
    /// The same, mostly done to something that is there.
    #[must_use]
    pub fn aimed(&self, model: &Model) -> Self {
        let tree = model.tree();
        let aim = usize::from(self.aim);
        let one = |path: &Path, wanted: fn(&Node) -> bool| {
            let there: Vec<&Path> =
                tree.iter().filter(|(path, node)| !path.is_empty() && wanted(node)).map(|(path, _)| path).collect();
            if aim % 5 == 0 || there.is_empty() { path.clone() } else { there[aim / 5 % there.len()].clone() }
        };
        let any = |path: &Path| one(path, |_| true);
        let file = |path: &Path| one(path, |node| matches!(node, Node::File(_)));
        let deed = match self.deed.clone() {
            Deed::Copy(from, to, overwrite) => Deed::Copy(any(&from), to, overwrite),
            Deed::MoveOver(from, to) => Deed::MoveOver(any(&from), to),
            Deed::Remove(path) => Deed::Remove(any(&path)),
            Deed::Act(act) => Deed::Act(match act {
                Act::Link(from, to) => Act::Link(file(&from), to),
                Act::Unlink(path) => Act::Unlink(file(&path)),
                Act::Rename(from, to) => Act::Rename(any(&from), to),
                Act::RenameNoReplace(from, to) => Act::RenameNoReplace(any(&from), to),
                Act::Write(path, at, length, seed) => Act::Write(file(&path), at, length, seed),
                Act::Truncate(path, size) => Act::Truncate(file(&path), size),
                Act::Punch(path, at, length) => Act::Punch(file(&path), at, length),
                Act::CopyRange(from, at, to, into, length) => Act::CopyRange(file(&from), at, to, into, length),
                act => act,
            }),
        };
        Self { deed, door: self.door, aim: self.aim }
    }
}

impl Deed {
    fn of(act: Act, number: u8) -> Self {
        match act {
            Act::Rename(from, to) if number < 5 => Self::MoveOver(from, to),
            Act::Rename(from, to) if number < 10 => Self::Copy(from, to, true),
            Act::RenameNoReplace(from, to) if number < 8 => Self::Copy(from, to, false),
            Act::Unlink(path) | Act::RemoveFolder(path) if number < 5 => Self::Remove(path),
            act => Self::Act(act),
        }
    }

    /// Whether WebDAV can do it.
    #[must_use]
    pub fn is_known_to_dav(&self) -> bool {
        match self {
            Self::Act(act) => Dav::has(act),
            _ => true,
        }
    }

    /// The acts that come to the same; none when it can't be done.
    #[must_use]
    pub fn acts(&self, model: &Model) -> Option<Vec<Act>> {
        let tree = model.tree();
        match self {
            Self::Act(act) => Some(vec![act.clone()]),
            Self::Remove(path) => {
                tree.iter().find(|(known, _)| known == path)?;
                Some(removal(&tree, path))
            }
            Self::MoveOver(from, to) => {
                let mut acts = replacement(&tree, from, to, true)?;
                acts.push(Act::Rename(from.clone(), to.clone()));
                Some(acts)
            }
            Self::Copy(from, to, overwrite) => {
                let mut acts = replacement(&tree, from, to, *overwrite)?;
                for (path, node) in tree.iter().filter(|(path, _)| path.starts_with(from)) {
                    let target: Path = to.iter().chain(&path[from.len()..]).cloned().collect();
                    match node {
                        Node::Folder(_) => acts.push(Act::MakeFolder(target)),
                        Node::File(bytes) => {
                            acts.push(Act::Create(target.clone()));
                            acts.push(Act::CopyRange(path.clone(), 0, target, 0, bytes.len() as u64));
                        }
                        Node::Symlink(_) => panic!("there are none here"),
                    }
                }
                Some(acts)
            }
        }
    }

    /// Does it as a client of WebDAV does.
    pub fn done_by(&self, dav: &mut Dav) -> Option<()> {
        use crate::world::World as _;
        match self {
            Self::Act(act) => dav.act(act),
            Self::Copy(from, to, overwrite) => dav.carry("COPY", from, to, *overwrite),
            Self::MoveOver(from, to) => dav.carry("MOVE", from, to, true),
            Self::Remove(path) => dav.delete(path),
        }
    }
}

/// Makes room at `to` for what is at `from`; none when it can't stand there.
fn replacement(tree: &[(Path, Node)], from: &Path, to: &Path, overwrite: bool) -> Option<Vec<Act>> {
    let find = |path: &[String]| tree.iter().find(|(known, _)| known == path).map(|(_, node)| node);
    find(from)?;
    let (_, parent) = to.split_last()?;
    let in_folder = matches!(find(parent)?, Node::Folder(_));
    let there = find(to).is_some();
    if !in_folder || to.starts_with(from) || there && (!overwrite || from.starts_with(to)) {
        return None;
    }
    Some(if there { removal(tree, to) } else { Vec::new() })
}

fn removal(tree: &[(Path, Node)], path: &Path) -> Vec<Act> {
    let below = tree.iter().rev().filter(|(known, _)| known.starts_with(path));
    let act = |(path, node): &(Path, Node)| match node {
        Node::Folder(_) => Act::RemoveFolder(path.clone()),
        _ => Act::Unlink(path.clone()),
    };
    below.map(act).collect()
}
