//! Checks the rows of the tree: entries, nodes, links, folders, extents.

use std::collections::HashMap;

use rusqlite::Connection;

use super::{Paths, Report, Severity};
use crate::error::Result;
use crate::node::Kind;

/// What a node's row says, and what others say of it.
struct Row {
    folder: bool,
    mode_is_known: bool,
    links: i64,
    parent: Option<i64>,
    names: i64,
    folders: i64,
    orphan: bool,
}

/// Checks nodes and entries against each other.
pub(super) fn nodes(db: &Connection, paths: &Paths, report: &mut Report) -> Result<()> {
    let mut nodes = read_nodes(db)?;
    report.nodes = nodes.len() as u64;
    let mut query = db.prepare("SELECT parent, node FROM entries")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let (parent, node): (i64, i64) = (row.get(0)?, row.get(1)?);
        report.entries += 1;
        let Some(named) = nodes.get_mut(&node) else {
            report.add(Severity::Damage, format!("a name leads to node {node}, which is missing"), paths.of(node));
            continue;
        };
        named.names += 1;
        if named.folder && named.parent != Some(parent) {
            report.add(Severity::Damage, "a folder does not know the folder it lies in", paths.of(node));
        }
        let folder = named.folder;
        match nodes.get_mut(&parent) {
            Some(above) if above.folder => above.folders += i64::from(folder),
            _ => report.add(Severity::Damage, "a name lies in what is no folder", paths.of(node)),
        }
    }
    for (id, row) in &nodes {
        if let Some(what) = wrong(*id, row) {
            report.add(Severity::Damage, what, paths.of(*id));
        } else if row.folder && !reaches_top(*id, &nodes) {
            report.add(Severity::Damage, "a folder lies in itself", paths.of(*id));
        }
    }
    Ok(())
}

fn read_nodes(db: &Connection) -> Result<HashMap<i64, Row>> {
    let mut nodes = HashMap::new();
    let mut query =
        db.prepare("SELECT n.id, n.mode, n.links, n.parent, o.node FROM nodes n LEFT JOIN orphans o ON o.node = n.id")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let kind = Kind::of_mode(row.get(1)?).ok();
        let orphan = row.get::<_, Option<i64>>(4)?.is_some();
        nodes.insert(
            row.get(0)?,
            Row {
                folder: kind == Some(Kind::Folder),
                mode_is_known: kind.is_some(),
                links: row.get(2)?,
                parent: row.get(3)?,
                names: 0,
                folders: 0,
                orphan,
            },
        );
    }
    Ok(nodes)
}

fn wrong(id: i64, row: &Row) -> Option<String> {
    if !row.mode_is_known {
        return Some("a node of an unknown kind".into());
    }
    if id == 1 {
        let right = row.folder && row.names == 0 && row.links == 2 + row.folders && row.parent == Some(1);
        return (!right).then(|| "the root is not as it must be".into());
    }
    if row.names == 0 {
        return (!row.orphan).then(|| format!("node {id} has no name"));
    }
    if row.folder && row.names > 1 {
        return Some("a folder has more than one name".into());
    }
    let links = if row.folder { 2 + row.folders } else { row.names };
    (row.links != links).then(|| format!("{} links are counted where there are {links}", row.links))
}

/// Whether a folder lies below the root, or below one that lost its name or has none yet.
fn reaches_top(id: i64, nodes: &HashMap<i64, Row>) -> bool {
    let mut at = id;
    for _ in 0..=nodes.len() {
        match nodes.get(&at) {
            Some(row) if row.orphan => return true,
            Some(Row { parent: Some(1), .. }) => return true,
            Some(Row { parent: Some(parent), .. }) => at = *parent,
            _ => return false,
        }
    }
    false
}

/// Checks extents: in order, apart, inside what they name.
pub(super) fn extents(db: &Connection, paths: &Paths, report: &mut Report) -> Result<()> {
    let mut query = db.prepare(
        "SELECT e.node, e.start, e.length, e.chunk, e.skip, c.plain_bytes, length(i.data), n.mode
         FROM extents e LEFT JOIN chunks c ON c.id = e.chunk LEFT JOIN inline i ON i.id = -e.chunk
         LEFT JOIN nodes n ON n.id = e.node ORDER BY e.node, e.start",
    )?;
    let mut rows = query.query([])?;
    let mut last = (0, 0);
    let mut inline: HashMap<i64, u32> = HashMap::new();
    while let Some(row) = rows.next()? {
        let (node, start, length): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let (chunk, skip): (i64, i64) = (row.get(3)?, row.get(4)?);
        let (plain, stored): (Option<i64>, Option<i64>) = (row.get(5)?, row.get(6)?);
        let mode: Option<u32> = row.get(7)?;
        report.extents += 1;
        let end = start.checked_add(length);
        let reach = skip.checked_add(length);
        let what = if start < 0 || length <= 0 || skip < 0 || end.is_none() {
            Some("an extent of impossible place or length")
        } else if mode.is_none_or(|mode| Kind::of_mode(mode).ok() != Some(Kind::File)) {
            Some("an extent of what is no file")
        } else if last.0 == node && start < last.1 {
            Some("two extents lie over each other")
        } else if chunk >= 0 && plain.is_none() {
            Some("a chunk is missing in the index")
        } else if chunk >= 0 && reach > plain {
            Some("an extent is longer than its chunk")
        } else if chunk < 0 && stored.is_none() {
            Some("inline bytes are missing")
        } else if chunk < 0 && (reach > stored || skip > 0) {
            Some("inline bytes are too short")
        } else {
            None
        };
        if let Some(what) = what {
            report.add(Severity::Damage, what, paths.of(node));
        }
        if chunk < 0 {
            let uses = inline.entry(chunk).or_default();
            *uses += 1;
            if *uses == 2 {
                report.add(Severity::Damage, "inline bytes belong to two extents", paths.of(node));
            }
        }
        last = (node, end.unwrap_or(i64::MAX));
    }
    let count = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).map(i64::cast_unsigned);
    report.unused_inline = count("SELECT count(*) FROM inline WHERE -id NOT IN (SELECT chunk FROM extents)")?;
    report.unused_chunks = count("SELECT count(*) FROM chunks WHERE id NOT IN (SELECT chunk FROM extents)")?;
    let lost = count("SELECT count(*) FROM dedup WHERE chunk NOT IN (SELECT id FROM chunks)")?;
    if lost > 0 {
        report.add(Severity::Damage, format!("{lost} hashes lead to chunks that are missing in the index"), Vec::new());
    }
    Ok(())
}
