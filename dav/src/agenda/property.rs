//! Properties of calendars, address books and what is around them: RFC 4791, RFC 6352, and of access control (RFC 3744) what
//! says who one is and that one may only read.

use super::place::{CALENDARS, CONTACTS, PRINCIPAL, Place, TOP};
use super::report::written;
use super::{CALDAV, CALENDAR_SERVER, CARDDAV, Holds};
use crate::xml::{Child, DAV, Element, Name, Writer};

/// Names of properties.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Prop {
    ResourceType,
    DisplayName,
    Etag,
    ContentType,
    ContentLength,
    CurrentPrincipal,
    PrincipalUrl,
    PrincipalCollections,
    Owner,
    Privileges,
    SupportedReports,
    SyncToken,
    CollectionTag,
    CalendarHome,
    Components,
    CalendarTypes,
    ContactsHome,
    CardTypes,
    CalendarData,
    CardData,
}

impl Prop {
    /// Those that `allprop` gives.
    pub(super) const ALL: [Self; 5] =
        [Self::ResourceType, Self::DisplayName, Self::Etag, Self::ContentType, Self::ContentLength];
    /// All that are properties; data of objects is only in reports.
    pub(super) const EVERY: [Self; 18] = [
        Self::ResourceType,
        Self::DisplayName,
        Self::Etag,
        Self::ContentType,
        Self::ContentLength,
        Self::CurrentPrincipal,
        Self::PrincipalUrl,
        Self::PrincipalCollections,
        Self::Owner,
        Self::Privileges,
        Self::SupportedReports,
        Self::SyncToken,
        Self::CollectionTag,
        Self::CalendarHome,
        Self::Components,
        Self::CalendarTypes,
        Self::ContactsHome,
        Self::CardTypes,
    ];

    pub(super) fn of(name: &Name) -> Option<Self> {
        let known = Self::EVERY.into_iter().chain([Self::CalendarData, Self::CardData]);
        known.into_iter().find(|prop| name.is(prop.name().0, prop.name().1))
    }

    /// Its namespace and its name there.
    pub(super) fn name(self) -> (&'static str, &'static str) {
        match self {
            Self::ResourceType => (DAV, "resourcetype"),
            Self::DisplayName => (DAV, "displayname"),
            Self::Etag => (DAV, "getetag"),
            Self::ContentType => (DAV, "getcontenttype"),
            Self::ContentLength => (DAV, "getcontentlength"),
            Self::CurrentPrincipal => (DAV, "current-user-principal"),
            Self::PrincipalUrl => (DAV, "principal-URL"),
            Self::PrincipalCollections => (DAV, "principal-collection-set"),
            Self::Owner => (DAV, "owner"),
            Self::Privileges => (DAV, "current-user-privilege-set"),
            Self::SupportedReports => (DAV, "supported-report-set"),
            Self::SyncToken => (DAV, "sync-token"),
            Self::CollectionTag => (CALENDAR_SERVER, "getctag"),
            Self::CalendarHome => (CALDAV, "calendar-home-set"),
            Self::Components => (CALDAV, "supported-calendar-component-set"),
            Self::CalendarTypes => (CALDAV, "supported-calendar-data"),
            Self::ContactsHome => (CARDDAV, "addressbook-home-set"),
            Self::CardTypes => (CARDDAV, "supported-address-data"),
            Self::CalendarData => (CALDAV, "calendar-data"),
            Self::CardData => (CARDDAV, "address-data"),
        }
    }

    /// Whether what lies there has it.
    pub(super) fn belongs_to(self, place: Place<'_>) -> bool {
        let collection = match place {
            Place::Collection(shown) => Some(shown.collection.holds),
            _ => None,
        };
        let object = match place {
            Place::Object(shown, _) => Some(shown.collection.holds),
            _ => None,
        };
        match self {
            Self::ResourceType
            | Self::CurrentPrincipal
            | Self::PrincipalCollections
            | Self::Owner
            | Self::Privileges => true,
            Self::DisplayName => object.is_none(),
            Self::Etag | Self::ContentType | Self::ContentLength => object.is_some(),
            Self::PrincipalUrl => matches!(place, Place::Principal),
            // Some clients ask for the homes where they were sent first.
            Self::CalendarHome | Self::ContactsHome => matches!(place, Place::Principal | Place::Top),
            Self::SupportedReports => object.is_none(),
            Self::SyncToken | Self::CollectionTag => collection.is_some(),
            Self::Components | Self::CalendarTypes => collection.is_some_and(Holds::is_calendar),
            Self::CardTypes => collection == Some(Holds::Cards),
            Self::CalendarData => object.is_some_and(Holds::is_calendar),
            Self::CardData => object == Some(Holds::Cards),
        }
    }

    /// Writes it with its value.
    pub(super) fn write(self, xml: &mut Writer, place: Place<'_>) {
        let (space, local) = self.name();
        let with = |children: Vec<Element>| node(space, local, children);
        let element = match (self, place) {
            (Self::Etag, Place::Object(shown, index)) => {
                return xml.text_dav(local, shown.at(index).map_or("", |(_, etag)| etag));
            }
            (Self::CalendarData | Self::CardData, Place::Object(shown, index)) => {
                xml.open(&Name::new(space, local));
                xml.text(shown.at(index).map_or("", |(object, _)| object.data.as_str()));
                return xml.close();
            }
            (Self::ContentType, Place::Object(shown, _)) => {
                return xml.text_dav(local, shown.collection.holds.content_type());
            }
            (Self::ContentLength, Place::Object(shown, index)) => {
                let bytes = shown.at(index).map_or(0, |(object, _)| object.data.len());
                return xml.text_dav(local, &bytes.to_string());
            }
            (Self::ResourceType, _) => with(types(place)),
            (Self::DisplayName, _) => return xml.text_dav(local, display_name(place)),
            (Self::CurrentPrincipal | Self::PrincipalUrl | Self::Owner, _) => with(vec![href(PRINCIPAL)]),
            (Self::PrincipalCollections, _) => with(vec![href(TOP)]),
            (Self::CalendarHome, _) => with(vec![href(CALENDARS)]),
            (Self::ContactsHome, _) => with(vec![href(CONTACTS)]),
            (Self::Privileges, _) => {
                let one = |name| node(DAV, "privilege", vec![node(DAV, name, vec![])]);
                with(vec![one("read"), one("read-current-user-privilege-set")])
            }
            (Self::SupportedReports, _) => with(reports(place)),
            (Self::SyncToken, Place::Collection(shown)) => return xml.text_dav(local, &written(shown)),
            (Self::CollectionTag, Place::Collection(shown)) => text(space, local, &shown.tag),
            (Self::Components, Place::Collection(shown)) => {
                with(vec![attributed(space, "comp", &[("name", shown.collection.holds.component())])])
            }
            (Self::CalendarTypes, _) => {
                let kind = [("content-type", "text/calendar"), ("version", "2.0")];
                with(vec![attributed(space, "calendar-data", &kind)])
            }
            (Self::CardTypes, _) => {
                let kind = [("content-type", "text/vcard"), ("version", "3.0")];
                with(vec![attributed(space, "address-data-type", &kind)])
            }
            // None of what is there.
            _ => with(vec![]),
        };
        xml.element(&element);
    }
}

fn types(place: Place<'_>) -> Vec<Element> {
    let collection = node(DAV, "collection", vec![]);
    match place {
        Place::Object(..) => vec![],
        Place::Top | Place::Calendars | Place::Contacts => vec![collection],
        Place::Principal => vec![collection, node(DAV, "principal", vec![])],
        Place::Collection(shown) if shown.collection.holds.is_calendar() => {
            vec![collection, node(CALDAV, "calendar", vec![])]
        }
        Place::Collection(_) => vec![collection, node(CARDDAV, "addressbook", vec![])],
    }
}

fn display_name(place: Place<'_>) -> &str {
    match place {
        Place::Collection(shown) => &shown.collection.name,
        Place::Top | Place::Principal | Place::Calendars | Place::Contacts | Place::Object(..) => "Cartable",
    }
}

fn reports(place: Place<'_>) -> Vec<Element> {
    let Place::Collection(shown) = place else { return Vec::new() };
    let own = if shown.collection.holds.is_calendar() {
        [(CALDAV, "calendar-query"), (CALDAV, "calendar-multiget")]
    } else {
        [(CARDDAV, "addressbook-query"), (CARDDAV, "addressbook-multiget")]
    };
    let all = own.into_iter().chain([(DAV, "sync-collection")]);
    let one =
        |(space, local)| node(DAV, "supported-report", vec![node(DAV, "report", vec![node(space, local, vec![])])]);
    all.map(one).collect()
}

fn node(space: &str, local: &str, children: Vec<Element>) -> Element {
    let mut element = Element::new(Name::new(space, local));
    element.children = children.into_iter().map(Child::Element).collect();
    element
}

fn text(space: &str, local: &str, text: &str) -> Element {
    let mut element = Element::new(Name::new(space, local));
    element.children.push(Child::Text(text.to_owned()));
    element
}

fn attributed(space: &str, local: &str, attributes: &[(&str, &str)]) -> Element {
    let mut element = Element::new(Name::new(space, local));
    element.attributes = attributes.iter().map(|(name, value)| (Name::new("", name), (*value).to_owned())).collect();
    element
}

fn href(path: &str) -> Element {
    text(DAV, "href", path)
}
