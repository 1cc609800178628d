//! Lines taken back: an entry that is not due after all, a line that was none of the statement.

use crate::Books;
use crate::bank_line::BankLineEvent;
use crate::ids::Subject;
use crate::list::rules::{About, ListState};
use crate::list::{LineAddition, ListEvent, ListLine};
use crate::money::Fen;
use crate::record::CorrectedField;
use crate::record::amend::{Amend, Slot};

impl Amend for ListEvent {
    fn reversible(&self) -> Option<Fen> {
        let ListEvent::LineAdded(addition) = self else {
            return None;
        };
        match &addition.content {
            ListLine::Entry(entry) => Some(entry.amount_fen),
            ListLine::BankLine(entry) => Some(entry.amount_fen),
            ListLine::Figure(_) => None,
        }
    }

    /// What a list will come to is settled before a line of it is taken back, and a line that was
    /// known before is taken back where it was recorded first.
    fn resting(&self, books: &Books, seq: u64) -> Option<Vec<Subject>> {
        let ListEvent::LineAdded(addition) = self else {
            return None;
        };
        let list = books.lists.get(addition.list)?;
        if list.state != ListState::Complete {
            return Some(vec![addition.list.into()]);
        }
        if let Some(there) = known(books, addition) {
            return Some(vec![there]);
        }
        let entered = entered(addition)?;
        entered.resting(books, seq)
    }

    fn reverse(&self, books: &mut Books, seq: u64) {
        let ListEvent::LineAdded(addition) = self else {
            return;
        };
        let amount = self.reversible().unwrap_or_default();
        if let Some(list) = books.lists.get_mut(addition.list) {
            list.reversed = list.reversed.saturating_add(1);
            list.reversed_fen = list.reversed_fen.add(amount);
        }
        if known(books, addition).is_none()
            && let Some(entered) = entered(addition)
        {
            entered.reverse(books, seq);
        }
    }

    fn text(&mut self, field: CorrectedField) -> Option<Slot<'_>> {
        match (self, field) {
            (ListEvent::Dropped(it), CorrectedField::Reason) => Some((&mut it.reason).into()),
            _ => None,
        }
    }
}

/// The record that a line of a statement stands for once the statement is complete.
fn entered(addition: &LineAddition) -> Option<BankLineEvent> {
    match &addition.content {
        ListLine::BankLine(entry) => Some(BankLineEvent::Entered(entry.as_ref().clone())),
        ListLine::Entry(_) | ListLine::Figure(_) => None,
    }
}

/// The bank line that was known before this line of a statement.
fn known(books: &Books, addition: &LineAddition) -> Option<Subject> {
    let list = books.lists.get(addition.list)?;
    let place = super::LinePlace {
        list: list.place,
        number: addition.line_number,
    };
    match books.list_lines.get(place)?.about {
        About::Known(there) => Some(there.into()),
        About::Entry(_) | About::Reissue(_) | About::BankLine(_) | About::Figure => None,
    }
}
