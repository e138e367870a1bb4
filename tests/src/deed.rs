//! Acts that WebDAV does in one step and the model in many: whole trees go, are copied, and take the place of others.

use proptest::prelude::*;

use crate::acts::acts;
use crate::dav::Dav;
use crate::model::{Act, Model, Node, Path};

/// One deed, and a number that says through which door it is done.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// What is done.
    pub deed: Deed,
    /// Random.
    pub door: u8,
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

/// A row of up to `most` deeds. The model's worlds can do all of them, WebDAV not; links of the system are not among them.
pub fn deeds(most: usize) -> impl Strategy<Value = Vec<Chosen>> {
    (acts(most), prop::collection::vec(any::<u8>(), most)).prop_map(|(acts, numbers)| {
        let shown = acts.into_iter().zip(numbers).filter(|(act, _)| !matches!(act, Act::Symlink(..)));
        shown.map(|(act, number)| Chosen { deed: Deed::of(act, number / 16), door: number % 16 }).collect()
    })
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
