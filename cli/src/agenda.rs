//! What was collected from school platforms, as the share shows it in calendars and address books.

use cartable_dav::{Agenda, Collection, Holds, Object};
use cartable_ent::agenda;
use cartable_fs::bag::{Bag, BagError};

/// What connectors collected.
#[derive(Debug)]
pub(crate) struct Collected;

impl Agenda for Collected {
    fn state(&self, bag: &Bag) -> Result<Vec<u8>, BagError> {
        agenda::state(bag)
    }

    fn collections(&self, bag: &Bag) -> Result<Vec<Collection>, BagError> {
        Ok(agenda::collections(bag)?.into_iter().map(shown).collect())
    }
}

fn shown(collection: agenda::Collection) -> Collection {
    let holds = match collection.holds {
        agenda::Holds::Lessons => Holds::Events,
        agenda::Holds::Homework => Holds::Tasks,
        agenda::Holds::People => Holds::Cards,
    };
    let object =
        |object: agenda::Object| Object { name: object.name, data: object.data, start: object.start, end: object.end };
    let objects = collection.objects.into_iter().map(object).collect();
    Collection { id: collection.id, name: collection.name, holds, objects }
}
