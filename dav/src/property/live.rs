//! Properties that the share computes.

use std::time::SystemTime;

use cartable_fs::{Attr, Kind, NodeId, Volume};

use crate::lock::{Lock, Locks};
use crate::path::UrlPath;
use crate::visit::now;
use crate::xml::{DAV, Element, Name, Writer};
use crate::{date, page};

/// What all live properties of one answer come from.
pub(crate) struct Source<'a> {
    pub(crate) space: &'a cartable_fs::Space,
    pub(crate) locks: &'a Locks,
    pub(crate) volume: Option<Volume>,
    /// The resource that was asked about, and bytes that lie in it; asked only where it is wanted. Those of what a listing holds
    /// would be a search below each.
    pub(crate) used: Option<(NodeId, u64)>,
    /// The state that a client that syncs begins with; asked only where it is wanted.
    pub(crate) sync_token: Option<String>,
}

/// Names of live properties.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Live {
    ResourceType,
    ContentLength,
    LastModified,
    CreationDate,
    Etag,
    ContentType,
    DisplayName,
    SupportedLock,
    LockDiscovery,
    QuotaAvailable,
    QuotaUsed,
    SyncToken,
    SupportedReports,
}

impl Live {
    /// Those that `allprop` gives (RFC 4918 section 9.1; RFC 4331 and RFC 6578 leave theirs out).
    pub(crate) const ALL: [Self; 9] = [
        Self::ResourceType,
        Self::ContentLength,
        Self::LastModified,
        Self::CreationDate,
        Self::Etag,
        Self::ContentType,
        Self::DisplayName,
        Self::SupportedLock,
        Self::LockDiscovery,
    ];
    /// Those that Windows looks at: it takes 1 MB for a folder.
    pub(crate) const FEW: [Self; 3] = [Self::ResourceType, Self::ContentLength, Self::LastModified];
    /// All that there are, for `propname`.
    pub(crate) const EVERY: [Self; 13] = [
        Self::ResourceType,
        Self::ContentLength,
        Self::LastModified,
        Self::CreationDate,
        Self::Etag,
        Self::ContentType,
        Self::DisplayName,
        Self::SupportedLock,
        Self::LockDiscovery,
        Self::QuotaAvailable,
        Self::QuotaUsed,
        Self::SyncToken,
        Self::SupportedReports,
    ];

    pub(crate) fn of(name: &Name) -> Option<Self> {
        Self::EVERY.into_iter().find(|live| name.is(DAV, live.local()))
    }

    pub(crate) fn local(self) -> &'static str {
        match self {
            Self::ResourceType => "resourcetype",
            Self::ContentLength => "getcontentlength",
            Self::LastModified => "getlastmodified",
            Self::CreationDate => "creationdate",
            Self::Etag => "getetag",
            Self::ContentType => "getcontenttype",
            Self::DisplayName => "displayname",
            Self::SupportedLock => "supportedlock",
            Self::LockDiscovery => "lockdiscovery",
            Self::QuotaAvailable => "quota-available-bytes",
            Self::QuotaUsed => "quota-used-bytes",
            Self::SyncToken => "sync-token",
            Self::SupportedReports => "supported-report-set",
        }
    }

    /// Whether a resource of this kind has it.
    pub(crate) fn belongs_to(self, kind: Kind) -> bool {
        match self {
            Self::ContentLength | Self::ContentType => kind == Kind::File,
            Self::QuotaAvailable | Self::QuotaUsed | Self::SyncToken | Self::SupportedReports => kind == Kind::Folder,
            _ => true,
        }
    }

    /// Writes it with its value.
    pub(crate) fn write(self, xml: &mut Writer, source: &Source<'_>, path: &UrlPath, attr: &Attr) {
        let local = self.local();
        match self {
            Self::ResourceType if attr.kind == Kind::Folder => {
                xml.open_dav(local);
                xml.empty_dav("collection");
                xml.close();
            }
            Self::ResourceType => xml.empty_dav(local),
            Self::ContentLength => xml.text_dav(local, &attr.size.to_string()),
            Self::LastModified => xml.text_dav(local, &date::http(SystemTime::from(attr.modified))),
            Self::CreationDate => xml.text_dav(local, &date::iso(SystemTime::from(attr.created))),
            Self::Etag => xml.text_dav(local, &source.space.entity_tag(attr)),
            Self::ContentType => xml.text_dav(local, page::content_type(path.name().unwrap_or_default())),
            Self::DisplayName => xml.text_dav(local, path.name().unwrap_or_default()),
            Self::SupportedLock => {
                xml.open_dav(local);
                for scope in ["exclusive", "shared"] {
                    xml.open_dav("lockentry");
                    xml.open_dav("lockscope");
                    xml.empty_dav(scope);
                    xml.close();
                    xml.open_dav("locktype");
                    xml.empty_dav("write");
                    xml.close();
                    xml.close();
                }
                xml.close();
            }
            Self::LockDiscovery => {
                xml.open_dav(local);
                source.locks.covering(path, now()).for_each(|lock| write_lock(xml, lock, now()));
                xml.close();
            }
            Self::QuotaAvailable => xml.text_dav(local, &free(source).to_string()),
            Self::QuotaUsed => xml.text_dav(local, &source.used.map_or(0, |(_, bytes)| bytes).to_string()),
            Self::SyncToken => xml.text_dav(local, source.sync_token.as_deref().unwrap_or_default()),
            Self::SupportedReports => {
                xml.open_dav(local);
                xml.open_dav("supported-report");
                xml.open_dav("report");
                xml.empty_dav("sync-collection");
                xml.close();
                xml.close();
                xml.close();
            }
        }
    }
}

fn free(source: &Source<'_>) -> u64 {
    source.volume.map_or(0, |volume| volume.free_bytes)
}

/// Writes one lock as `lockdiscovery` shows it.
pub(crate) fn write_lock(xml: &mut Writer, lock: &Lock, now: i64) {
    xml.open_dav("activelock");
    xml.open_dav("locktype");
    xml.empty_dav("write");
    xml.close();
    xml.open_dav("lockscope");
    xml.empty_dav(if lock.shared { "shared" } else { "exclusive" });
    xml.close();
    xml.text_dav("depth", if lock.deep { "infinity" } else { "0" });
    if let Ok(owner) = Element::from_xml(&lock.owner) {
        xml.element(&owner);
    }
    xml.text_dav("timeout", &format!("Second-{}", (lock.expires - now).max(0)));
    xml.open_dav("locktoken");
    xml.text_dav("href", &lock.token);
    xml.close();
    xml.open_dav("lockroot");
    xml.text_dav("href", &lock.path.href(lock.path.has_slash()));
    xml.close();
    xml.close();
}
