//! Takes everybody but one pupil out of a file of LSU.
//!
//! What is kept is listed, so that a part that is not known goes: it may speak of others. Teachers stay whom the pupil's own reports name,
//! without their number at the ministry.

use std::collections::{BTreeMap, BTreeSet};

use crate::format::tree::{Element, Node};
use crate::record::Dropped;

/// Lists that hold nobody's data.
const NEUTRAL: [&str; 6] =
    ["responsables-etab", "periodes", "disciplines", "elements-programme", "epis-thematiques", "epis"];
/// Lists whose parts are kept when the pupil's reports name them by `id`.
const NAMED: [&str; 4] = ["competences-numeriques-communs", "epis-groupes", "acc-persos", "acc-persos-groupes"];
/// Lists whose parts are kept when they are about the pupil's class.
const OF_CLASS: [&str; 2] = ["parcours-communs", "vies-scolaires-communs"];
/// Lists of reports.
const REPORTS: [&str; 2] = ["bilans-periodiques", "bilans-cycle"];

/// Keeps the pupil of this id, and counts what goes.
pub(super) fn keep(root: &mut Element, id: &str) -> Vec<Dropped> {
    let mut counts = BTreeMap::new();
    for node in &mut root.nodes {
        if let Node::Element(data) = node
            && data.local() == "donnees"
        {
            keep_in(data, id, &mut counts);
        }
    }
    counts.into_iter().map(|(what, count)| Dropped { what, count }).collect()
}

type Counts = BTreeMap<String, usize>;

fn keep_in(data: &mut Element, id: &str, counts: &mut Counts) {
    retain(data, counts, |list| {
        let name = list.local();
        let known =
            NEUTRAL.contains(&name) || NAMED.contains(&name) || OF_CLASS.contains(&name) || REPORTS.contains(&name);
        let known = known || name == "eleves" || name == "enseignants";
        (!known).then(|| format!("part not known: {}", name.chars().take(60).collect::<String>()))
    });
    let class = data.list("eleves").find(|pupil| pupil.attribute("id") == Some(id));
    let class = class.and_then(|pupil| pupil.attribute("code-division")).map(str::to_owned);
    for list in lists(data) {
        match list.local() {
            "eleves" => retain(list, counts, |pupil| other(pupil.attribute("id") != Some(id), "other pupils")),
            name if REPORTS.contains(&name) => {
                retain(list, counts, |report| {
                    other(report.attribute("eleve-ref") != Some(id), "other pupils' reports")
                });
                list.nodes.iter_mut().for_each(|report| drop_guardians(report, counts));
            }
            name if OF_CLASS.contains(&name) => retain(list, counts, |part| {
                let theirs = part.attribute("code-division");
                other(theirs.is_none() || theirs != class.as_deref(), "texts about other classes")
            }),
            _ => {}
        }
    }
    keep_named(data, counts);
}

/// Keeps the groups and teachers that are named: groups by reports, teachers by both.
fn keep_named(data: &mut Element, counts: &mut Counts) {
    let mut named = BTreeSet::new();
    data.children().filter(|list| REPORTS.contains(&list.local())).for_each(|list| references(list, &mut named));
    // A group may name what it is a group of.
    for kind in ["competences-numeriques-communs", "epis-groupes", "acc-persos-groupes", "acc-persos"] {
        for list in lists(data).filter(|list| list.local() == kind) {
            retain(list, counts, |part| {
                let known = part.attribute("id").is_some_and(|id| named.contains(id));
                other(!known, "texts about other groups")
            });
            references(list, &mut named);
        }
    }
    for list in lists(data).filter(|list| list.local() == "enseignants") {
        retain(list, counts, |teacher| {
            let known = teacher.attribute("id").is_some_and(|id| named.contains(id));
            other(!known, "teachers of others")
        });
        for teacher in list.nodes.iter_mut().filter_map(element) {
            teacher.attributes.retain(|(name, _)| name != "id-sts");
        }
    }
}

fn drop_guardians(report: &mut Node, counts: &mut Counts) {
    let Node::Element(report) = report else { return };
    let guardians = report.list("responsables").count();
    if guardians > 0 {
        *counts.entry("guardians, with their addresses".into()).or_default() += guardians;
    }
    report.nodes.retain(|node| !matches!(node, Node::Element(part) if part.local() == "responsables"));
}

/// Everything that attributes ending in `-ref` and `-refs` name.
fn references(element: &Element, found: &mut BTreeSet<String>) {
    for (name, value) in &element.attributes {
        if name.ends_with("-ref") || name.ends_with("-refs") {
            found.extend(value.split_whitespace().map(str::to_owned));
        }
    }
    element.children().for_each(|child| references(child, found));
}

fn other(is_other: bool, what: &str) -> Option<String> {
    is_other.then(|| what.to_owned())
}

/// Takes out the elements for which `drops` says what they are, and text, which has no place in lists.
fn retain(list: &mut Element, counts: &mut Counts, drops: impl Fn(&Element) -> Option<String>) {
    list.nodes.retain(|node| {
        let Node::Element(element) = node else { return false };
        let dropped = drops(element);
        if let Some(what) = &dropped {
            *counts.entry(what.clone()).or_default() += 1;
        }
        dropped.is_none()
    });
}

fn lists(data: &mut Element) -> impl Iterator<Item = &mut Element> {
    data.nodes.iter_mut().filter_map(element)
}

fn element(node: &mut Node) -> Option<&mut Element> {
    match node {
        Node::Element(element) => Some(element),
        Node::Text(_) => None,
    }
}
