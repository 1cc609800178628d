//! One entry of somebody for a programme and a period, unless it is said to be one more (V19).

use super::{About, LinePlace, List, ListState, list_at};
use crate::Books;
use crate::ids::{ListId, PersonId};
use crate::list::{LineAddition, ListKind, ListLine, Roster};
use crate::rejection::Rejection;
use crate::seldom::Seldom;

/// The most duplicates that one completion names.
const NAMED_MAX: usize = 100;

/// The entries of somebody, in all lists. Most persons are on few of them.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Due {
    first: LinePlace,
    more: Seldom<LinePlace>,
}

impl Due {
    /// Where they stand, oldest first.
    pub fn places(&self) -> impl Iterator<Item = LinePlace> {
        std::iter::once(self.first).chain(self.more.iter().copied())
    }
}

/// Somebody has one entry more.
pub(super) fn note(books: &mut Books, person: PersonId, place: LinePlace) {
    match books.due.get_mut(person) {
        Some(due) => due.more.push(place),
        None => books.due.put(
            person,
            Due {
                first: place,
                more: Seldom::default(),
            },
        ),
    }
}

/// The entry that a new line repeats.
pub(super) fn of_line(books: &Books, addition: &LineAddition) -> Option<Rejection> {
    let ListLine::Entry(entry) = &addition.content else {
        return None;
    };
    if entry.reissue_reason.is_some() {
        return None;
    }
    let list = books.lists.get(addition.list)?;
    repeated(books, list, addition.line_number, entry.subject)
}

/// The entries that those of a list repeat; the first [`NAMED_MAX`].
pub(super) fn of_list(books: &Books, list: ListId) -> Vec<Rejection> {
    let Some(list) = books.lists.get(list) else {
        return Vec::new();
    };
    let ListKind::Roster(roster) = &list.start.kind else {
        return Vec::new();
    };
    // A million lines are gone through only where something is to be found.
    let mut lists = books.lists.values();
    let others = lists.any(|other| {
        other.state == ListState::Complete
            && matches!(&other.start.kind, ListKind::Roster(it) if is_same(it, roster))
    });
    if list.duplicates == 0 && !others {
        return Vec::new();
    }
    let found = (1..=list.lines).filter_map(|number| {
        let place = LinePlace {
            list: list.place,
            number,
        };
        let line = books.list_lines.get(place)?;
        let About::Entry(person) = line.about else {
            return None;
        };
        let stands = !books.reversed.contains(line.seq);
        stands.then(|| repeated(books, list, number, person))?
    });
    found.take(NAMED_MAX).collect()
}

/// The first entry of the same person, programme and period: earlier in this list, or in another
/// one that is complete.
fn repeated(books: &Books, list: &List, number: u32, person: PersonId) -> Option<Rejection> {
    let ListKind::Roster(roster) = &list.start.kind else {
        return None;
    };
    let mut places = books.due.get(person)?.places();
    let earlier = places.find_map(|place| {
        let line = books.list_lines.get(place)?;
        let other = list_at(books, place)?;
        let ListKind::Roster(its) = &other.start.kind else {
            return None;
        };
        let stands = if place.list == list.place {
            place.number < number
        } else {
            other.state == ListState::Complete && is_same(its, roster)
        };
        let stands = stands && !books.reversed.contains(line.seq);
        stands.then_some((other.start.list, place.number))
    });
    earlier.map(|(earlier_list, earlier_line)| Rejection::DuplicateEntry {
        subject: person.into(),
        number,
        earlier_list: earlier_list.into(),
        earlier_line,
    })
}

fn is_same(one: &Roster, other: &Roster) -> bool {
    (&one.programme, &one.period) == (&other.programme, &other.period)
}
