//! The items in the order of their numbers: kept, because every list of items comes in it, or
//! begins with it.

use ledger::ids::ItemId;
use ledger::item::ItemEvent;
use ledger::record::RecordEvent;
use ledger::{Books, Event};

/// All items in the order of their numbers, and of their identifiers where numbers are the same.
#[derive(Debug, Clone, Default, ledger::form::Form)]
pub(crate) struct Numbered(Vec<ItemId>);

impl Numbered {
    /// Before the books take in an event: takes out the item that it makes or renames.
    pub(crate) fn take_out(&mut self, books: &Books, event: &Event) {
        if let Some(Ok(at)) = named(event).map(|id| self.find(books, id)) {
            self.0.remove(at);
        }
    }

    /// After the books took in an event: puts in the item that it made or renamed.
    pub(crate) fn put_in(&mut self, books: &Books, event: &Event) {
        if let Some(id) = named(event).filter(|id| books.items.contains(*id))
            && let Err(at) = self.find(books, id)
        {
            self.0.insert(at, id);
        }
    }

    /// All items, the first number first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = ItemId> {
        self.0.iter().copied()
    }

    /// Where an item stands, or would stand.
    fn find(&self, books: &Books, id: ItemId) -> Result<usize, usize> {
        let key = |id: ItemId| (books.items.get(id).map(|item| &item.draft.number), id);
        let mine = key(id);
        self.0.binary_search_by(|other| key(*other).cmp(&mine))
    }
}

/// The item that an event makes, or may give another number.
fn named(event: &Event) -> Option<ItemId> {
    let made = |event: &ItemEvent| {
        let made = matches!(event, ItemEvent::Drafted(_) | ItemEvent::TakenOver(_));
        made.then(|| event.item())
    };
    if let Event::Item(event) = event {
        made(event)
    } else if let Event::Record(RecordEvent::Corrected(it)) = event
        && let Some(Event::Item(original)) = it.original.as_deref()
    {
        made(original)
    } else {
        None
    }
}
