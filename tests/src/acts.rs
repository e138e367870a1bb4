//! Random acts, and how a world is judged by them.

use proptest::prelude::*;

use crate::model::{Act, Model, Node, Path};
use crate::world::World;

fn path() -> BoxedStrategy<Path> {
    prop::collection::vec(prop::sample::select(vec!["a", "b", "c", "d"]).prop_map(String::from), 1..4).boxed()
}

fn offset() -> impl Strategy<Value = u64> {
    prop_oneof![Just(0), 0u64..300_000, (0u64..70).prop_map(|n| n * 4096)]
}

fn length() -> impl Strategy<Value = usize> {
    prop_oneof![Just(4096usize), 0usize..10_000, 60_000usize..300_000]
}

fn act(path: fn() -> BoxedStrategy<Path>) -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => path().prop_map(Act::Create),
        4 => path().prop_map(Act::MakeFolder),
        1 => (path(), "nowhere-[a-z]{1,16}").prop_map(|(path, target)| Act::Symlink(path, target)),
        2 => (path(), path()).prop_map(|(from, to)| Act::Link(from, to)),
        2 => path().prop_map(Act::Unlink),
        1 => path().prop_map(Act::RemoveFolder),
        3 => (path(), path()).prop_map(|(from, to)| Act::Rename(from, to)),
        1 => (path(), path()).prop_map(|(from, to)| Act::RenameNoReplace(from, to)),
        1 => (path(), path()).prop_map(|(from, to)| Act::Exchange(from, to)),
        12 => (path(), offset(), length(), any::<u8>()).prop_map(|(path, at, length, seed)| Act::Write(path, at, length, seed)),
        3 => (path(), offset()).prop_map(|(path, size)| Act::Truncate(path, size)),
        2 => (path(), offset(), 1u64..100_000).prop_map(|(path, at, length)| Act::Punch(path, at, length)),
        3 => (path(), offset(), path(), offset(), 1u64..200_000)
            .prop_map(|(from, at, to, into, length)| Act::CopyRange(from, at, to, into, length)),
        4 => path().prop_map(Act::Sync),
        2 => Just(Act::SyncAll),
        1 => Just(Act::Reopen),
    ]
}

/// A row of up to `most` acts.
pub fn acts(most: usize) -> impl Strategy<Value = Vec<Act>> {
    acts_at(path, most)
}

/// A row of up to `most` acts at paths of a choice.
pub fn acts_at(path: fn() -> BoxedStrategy<Path>, most: usize) -> impl Strategy<Value = Vec<Act>> {
    prop::collection::vec(act(path), 1..most)
}

/// The model's tree as worlds show theirs.
fn shown(model: &Model) -> Vec<(Path, Node)> {
    let plain = |node| match node {
        Node::Folder(_) => Node::Folder(std::collections::BTreeMap::new()),
        other => other,
    };
    model.tree().into_iter().map(|(path, node)| (path, plain(node))).collect()
}

/// Does the acts in a world and in the model, and compares both again and again.
///
/// # Errors
/// The first difference.
pub fn judge(world: &mut impl World, acts: &[Act]) -> Result<(), TestCaseError> {
    let mut model = Model::default();
    for (n, act) in acts.iter().enumerate() {
        let (expected, found) = (model.act(act), world.act(act));
        prop_assert_eq!(expected, found, "act {} {:?}", n, act);
        if n % 8 == 0 || matches!(act, Act::Reopen) {
            compare(&model, world.tree(), n)?;
        }
    }
    world.act(&Act::Reopen);
    compare(&model, world.tree(), acts.len())
}

/// Compares all that a world shows, `found`, with the model.
///
/// # Errors
/// The first difference.
pub fn compare(model: &Model, found: Vec<(Path, Node)>, n: usize) -> Result<(), TestCaseError> {
    let expected = shown(model);
    let names = |tree: &[(Path, Node)]| tree.iter().map(|(path, _)| path.join("/")).collect::<Vec<_>>();
    prop_assert_eq!(names(&expected), names(&found), "names after act {}", n);
    for ((path, expected), (_, found)) in expected.iter().zip(&found) {
        if let (Node::File(expected), Node::File(found)) = (expected, found) {
            let differs = expected.iter().zip(found).position(|(a, b)| a != b);
            prop_assert_eq!(
                (expected.len(), differs),
                (found.len(), None),
                "bytes of {} after act {}",
                path.join("/"),
                n
            );
        } else {
            prop_assert_eq!(expected, found, "{} after act {}", path.join("/"), n);
        }
    }
    Ok(())
}

/// How many cases to try, unless `CARTABLE_CASES` says otherwise.
#[must_use]
pub fn cases(default: u32) -> ProptestConfig {
    let cases = std::env::var("CARTABLE_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(default);
    ProptestConfig { cases, max_shrink_iters: 2000, failure_persistence: None, ..ProptestConfig::default() }
}
