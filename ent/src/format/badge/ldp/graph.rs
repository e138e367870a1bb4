//! The graph that a document stands for, its canonical form, and what it says.

use std::collections::{BTreeMap, HashMap};

use oxjsonld::{JsonLdParser, JsonLdRemoteDocument};
use oxrdf::dataset::{CanonicalizationAlgorithm, CanonicalizationHashAlgorithm};
use oxrdf::vocab::rdf;
use oxrdf::{BlankNode, Dataset, GraphName, NamedNodeRef, NamedOrBlankNode, Quad, Term};
use serde_json::Value;

use super::super::Told;
use super::context;
use crate::record::Reason;

/// How many statements a graph may have: a badge has about 50.
const STATEMENTS: usize = 4000;
/// How many nodes without a name may look alike at first sight. The time to tell them apart grows with the factorial of their number,
/// which a document of some kilobytes can make take for ever; a badge has none or two.
const ALIKE: usize = 5;

/// A graph.
pub(super) struct Graph(Vec<Quad>);

impl Graph {
    pub(super) fn read(document: &Value) -> Result<Self, Reason> {
        let bytes = serde_json::to_vec(document).map_err(|_| Reason::UnclearWords)?;
        let parser = JsonLdParser::new().for_slice(&bytes).with_load_document_callback(|address, _| {
            let document = context::pinned(address).ok_or("not pinned")?;
            Ok(JsonLdRemoteDocument { document: document.into(), document_url: address.into() })
        });
        let mut quads = Vec::new();
        for quad in parser {
            quads.push(quad.map_err(|_| Reason::UnclearWords)?);
            if quads.len() > STATEMENTS {
                return Err(Reason::TooLong);
            }
        }
        Ok(Self(quads))
    }

    /// The canonical form: statements as N-Quads, sorted, nodes without a name numbered.
    pub(super) fn canonical(&self) -> Result<String, Reason> {
        if self.alike() > ALIKE {
            return Err(Reason::TooAlike);
        }
        let mut dataset: Dataset = self.0.iter().collect();
        dataset
            .canonicalize(CanonicalizationAlgorithm::Rdfc10 { hash_algorithm: CanonicalizationHashAlgorithm::Sha256 });
        let mut lines: Vec<String> = dataset.iter().map(|quad| format!("{quad} .\n")).collect();
        lines.sort_unstable();
        Ok(lines.concat())
    }

    /// How many nodes without a name have another that all its own statements fit as well.
    fn alike(&self) -> usize {
        let mut seen: HashMap<&BlankNode, Vec<String>> = HashMap::new();
        for quad in &self.0 {
            for node in blanks(quad) {
                let masked = mask(quad, node);
                seen.entry(node).or_default().push(masked);
            }
        }
        let mut looks: BTreeMap<Vec<String>, usize> = BTreeMap::new();
        for mut look in seen.into_values() {
            look.sort_unstable();
            *looks.entry(look).or_default() += 1;
        }
        looks.into_values().filter(|count| *count > 1).sum()
    }

    /// What the graph says, if that is one achievement: of what is shown, all that is signed.
    pub(super) fn told(&self) -> Option<Told> {
        let is_credential = |quad: &&Quad| {
            quad.predicate == rdf::TYPE && object_is(quad, CREDENTIAL) && quad.graph_name == GraphName::DefaultGraph
        };
        let credential = &self.0.iter().find(is_credential)?.subject;
        let issuer = self.one(credential, &format!("{VC}issuer"))?;
        let subject = node(self.one(credential, &format!("{VC}credentialSubject"))?)?;
        let achievement = node(self.one(&subject, &format!("{OB}achievement"))?)?;
        let issuer_node = node(issuer)?;
        let criteria = self.one(&achievement, &format!("{OB}Criteria"));
        let narrative = criteria.and_then(node).and_then(|criteria| self.text(&criteria, &format!("{OB}narrative")));
        Some(Told {
            issuer: words(issuer)?,
            issuer_name: self.text(&issuer_node, NAME),
            name: self.text(&achievement, NAME)?,
            description: self.text(&achievement, DESCRIPTION),
            criteria: narrative.or_else(|| criteria.and_then(words)),
            from: self.text(credential, &format!("{VC}validFrom")),
            until: self.text(credential, &format!("{VC}validUntil")),
        })
    }

    /// What a node has of a kind, if it is one thing.
    fn one(&self, subject: &NamedOrBlankNode, predicate: &str) -> Option<&Term> {
        let is_it = |quad: &&Quad| {
            quad.subject == *subject
                && quad.predicate.as_str() == predicate
                && quad.graph_name == GraphName::DefaultGraph
        };
        let mut objects = self.0.iter().filter(is_it).map(|quad| &quad.object);
        let one = objects.next();
        if objects.next().is_some() { None } else { one }
    }

    fn text(&self, subject: &NamedOrBlankNode, predicate: &str) -> Option<String> {
        match self.one(subject, predicate)? {
            Term::Literal(literal) => super::super::text(Some(&Value::from(literal.value()))),
            _ => None,
        }
    }
}

const VC: &str = "https://www.w3.org/2018/credentials#";
const OB: &str = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#";
const NAME: &str = "https://schema.org/name";
const DESCRIPTION: &str = "https://schema.org/description";
const CREDENTIAL: NamedNodeRef<'static> =
    NamedNodeRef::new_unchecked("https://www.w3.org/2018/credentials#VerifiableCredential");

fn object_is(quad: &Quad, name: NamedNodeRef<'_>) -> bool {
    matches!(&quad.object, Term::NamedNode(node) if node.as_ref() == name)
}

fn node(term: &Term) -> Option<NamedOrBlankNode> {
    match term {
        Term::NamedNode(node) => Some(node.clone().into()),
        Term::BlankNode(node) => Some(node.clone().into()),
        Term::Literal(_) => None,
    }
}

/// The name of a node that has one.
fn words(term: &Term) -> Option<String> {
    match term {
        Term::NamedNode(node) => Some(node.as_str().to_owned()),
        _ => None,
    }
}

fn blanks(quad: &Quad) -> Vec<&BlankNode> {
    let mut blanks = Vec::new();
    if let NamedOrBlankNode::BlankNode(node) = &quad.subject {
        blanks.push(node);
    }
    if let Term::BlankNode(node) = &quad.object {
        blanks.push(node);
    }
    if let GraphName::BlankNode(node) = &quad.graph_name {
        blanks.push(node);
    }
    blanks
}

/// A statement as it looks from one of its nodes: that one is `a`, others without a name are `z` (RDFC-1.0, 4.6).
fn mask(quad: &Quad, own: &BlankNode) -> String {
    let name = |node: &BlankNode| if node == own { "_:a" } else { "_:z" };
    let subject = match &quad.subject {
        NamedOrBlankNode::BlankNode(node) => name(node).to_owned(),
        NamedOrBlankNode::NamedNode(node) => node.to_string(),
    };
    let object = match &quad.object {
        Term::BlankNode(node) => name(node).to_owned(),
        other => other.to_string(),
    };
    let graph = match &quad.graph_name {
        GraphName::BlankNode(node) => name(node).to_owned(),
        other => other.to_string(),
    };
    format!("{subject} {} {object} {graph}", quad.predicate)
}
