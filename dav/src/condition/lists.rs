//! `If` of WebDAV (RFC 4918 section 10.4): lists of conditions about states, which are locks, and entity tags.

use http::HeaderMap;

use crate::header::{BadHeader, DestinationError, is_token, reference, single};
use crate::path::UrlPath;

/// The most lists in a header: each may be about another resource, and costs a look at it.
const LISTS: usize = 1024;
const BAD: BadHeader = BadHeader("if");

/// A parsed `If`: it holds when one of its lists does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct If {
    lists: Vec<List>,
}

/// What `If` may ask about a resource.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Probe {
    /// Its entity tag, with its quotes; none when it has none or is missing.
    pub(crate) etag: Option<String>,
    /// The tokens of the locks whose scope it is in.
    pub(crate) tokens: Vec<String>,
}

/// Conditions that must all hold for one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
struct List {
    resource: Resource,
    conditions: Vec<Condition>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Resource {
    /// The one of the request.
    Target,
    /// One of this server.
    Path(UrlPath),
    /// One of another server, of which we know nothing: its lists fail.
    Elsewhere,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Condition {
    negated: bool,
    test: Test,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    Token(String),
    /// What is between the quotes, with them. Tags are compared weakly, as section 10.4.4 allows.
    Etag(String),
}

/// Reads `If`. `authority` is what the client calls us.
///
/// # Errors
/// [`BadHeader`] for what the grammar does not allow: a list that was misread could let a change through.
pub(crate) fn parse_if(headers: &HeaderMap, authority: Option<&str>) -> Result<Option<If>, BadHeader> {
    let Some(raw) = single(headers, "if").map_err(|_| BAD)? else { return Ok(None) };
    let mut text = Text(raw);
    let mut lists = Vec::new();
    if text.next_is('(') {
        while !text.is_over() {
            lists.push(text.list(Resource::Target)?);
        }
    } else {
        while !text.is_over() {
            let resource = match reference(text.between('<', '>').ok_or(BAD)?, authority) {
                Ok(path) => Resource::Path(path),
                Err(DestinationError::Elsewhere) => Resource::Elsewhere,
                Err(DestinationError::Malformed | DestinationError::Missing) => return Err(BAD),
            };
            lists.push(text.list(resource.clone())?);
            while text.next_is('(') {
                lists.push(text.list(resource.clone())?);
            }
        }
    }
    if lists.is_empty() || lists.len() > LISTS { Err(BAD) } else { Ok(Some(If { lists })) }
}

impl If {
    /// All tokens in it. That a token stands there submits it, whatever becomes of its list (section 10.4.1).
    pub(crate) fn tokens(&self) -> impl Iterator<Item = &str> {
        self.lists.iter().flat_map(|list| &list.conditions).filter_map(|condition| match &condition.test {
            Test::Token(token) => Some(token.as_str()),
            Test::Etag(_) => None,
        })
    }

    /// Whether it holds for a request about `target`. Each resource is probed at most once, and only if it matters.
    ///
    /// A token holds where the probe names it, and nowhere else: one that is unknown fails on an unlocked resource too.
    pub(crate) fn holds(&self, target: &UrlPath, probe: &mut dyn FnMut(&UrlPath) -> Probe) -> bool {
        let mut probes: Vec<(&UrlPath, Probe)> = Vec::new();
        self.lists.iter().any(|list| {
            let path = match &list.resource {
                Resource::Target => target,
                Resource::Path(path) => path,
                Resource::Elsewhere => return false,
            };
            let known = probes.iter().position(|(probed, _)| *probed == path);
            let at = known.unwrap_or_else(|| {
                probes.push((path, probe(path)));
                probes.len() - 1
            });
            list.conditions.iter().all(|condition| condition.holds(&probes[at].1))
        })
    }
}

impl Condition {
    fn holds(&self, probe: &Probe) -> bool {
        let holds = match &self.test {
            Test::Token(token) => probe.tokens.contains(token),
            Test::Etag(etag) => probe.etag.as_deref().is_some_and(|own| own.strip_prefix("W/").unwrap_or(own) == etag),
        };
        holds != self.negated
    }
}

/// The rest of a header.
struct Text<'a>(&'a str);

impl<'a> Text<'a> {
    fn is_over(&mut self) -> bool {
        self.0 = self.0.trim_start();
        self.0.is_empty()
    }

    fn next_is(&mut self, mark: char) -> bool {
        self.0 = self.0.trim_start();
        self.0.starts_with(mark)
    }

    /// Takes a mark.
    fn take(&mut self, mark: &str) -> Option<()> {
        self.0 = self.0.trim_start().strip_prefix(mark)?;
        Some(())
    }

    /// Takes what is between two marks.
    fn between(&mut self, open: char, close: char) -> Option<&'a str> {
        let (inner, rest) = self.0.trim_start().strip_prefix(open)?.split_once(close)?;
        self.0 = rest;
        Some(inner)
    }

    fn list(&mut self, resource: Resource) -> Result<List, BadHeader> {
        self.take("(").ok_or(BAD)?;
        let mut conditions = Vec::new();
        while self.take(")").is_none() {
            conditions.push(self.condition().ok_or(BAD)?);
        }
        if conditions.is_empty() { Err(BAD) } else { Ok(List { resource, conditions }) }
    }

    fn condition(&mut self) -> Option<Condition> {
        self.0 = self.0.trim_start();
        let word = self.0.get(..3).filter(|word| word.eq_ignore_ascii_case("not"));
        self.0 = &self.0[word.map_or(0, str::len)..];
        let test = if self.next_is('[') { self.etag()? } else { self.token()? };
        Some(Condition { negated: word.is_some(), test })
    }

    fn token(&mut self) -> Option<Test> {
        let token = self.between('<', '>')?;
        is_token(token).then(|| Test::Token(token.to_owned()))
    }

    fn etag(&mut self) -> Option<Test> {
        self.take("[")?;
        // Without `W/`: it makes no difference to a weak comparison.
        let _ = self.take("W/");
        let opaque = self.between('"', '"')?;
        self.take("]")?;
        Some(Test::Etag(format!("\"{opaque}\"")))
    }
}
