//! The ladder of letters: which letter is due for which item, since when and why, and which were
//! sent.

use crate::items::{ItemFilter, ItemLine, item_line, passing};
use crate::references::{self, Term, UnitReference, term};
use crate::{Page, View};
use hashbrown::HashMap;
use jiff::civil::Date;
use ledger::Books;
use ledger::date::BusinessDate;
use ledger::ids::{ItemId, OrganisationId, PersonId};
use ledger::item::LetterKind;
use ledger::item::rules::Item;
use ledger::item::rules::letters::{DueLetter, SentLetter};
use ledger::text::{Reference, Text};
use std::cmp::Reverse;

/// A letter that should be sent.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LetterTask {
    /// The item.
    #[serde(flatten)]
    pub line: ItemLine,
    /// Which letter is due.
    pub letter: Term,
    /// The first day on which it was due.
    pub due_since: BusinessDate,
    /// For how many days it has been due; 0 on that day.
    pub waiting_days: u32,
    /// Why it is due.
    pub why: String,
    /// Why it is due, in Chinese.
    pub why_zh: String,
    /// The letter that was sent last.
    pub last: Option<LetterLine>,
}

/// How many letters are due to one unit.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnitLetters {
    /// The responsible unit.
    pub unit: UnitReference,
    /// Reminders 提醒书.
    pub reminders: usize,
    /// Urgings 督办书.
    pub urgings: usize,
    /// Warnings 告诫书.
    pub warnings: usize,
    /// Accountability letters 问责书.
    pub accountabilities: usize,
}

/// The letters that are due.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LetterTasks {
    /// Unit by unit, in the order of their names.
    pub units: Vec<UnitLetters>,
    /// Item by item: the highest rung first, and of one rung the letter that has waited longest.
    pub letters: Page<LetterTask>,
}

/// A letter that was sent.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LetterLine {
    /// The record that says so.
    pub seq: u64,
    /// The item.
    pub item: ItemId,
    /// The item's number.
    pub item_number: Reference,
    /// Which letter.
    pub kind: Term,
    /// Its number.
    pub number: Reference,
    /// When it was sent.
    pub sent_on: BusinessDate,
    /// When the item was due on that day.
    pub due_on: Option<BusinessDate>,
    /// The last day that it names.
    pub last_day: Option<BusinessDate>,
    /// For whom it was sent.
    pub sender_unit: UnitReference,
    /// Who sent it.
    pub sender: PersonId,
    /// To which unit.
    pub receiver_unit: UnitReference,
    /// To whom there.
    pub receiver_person: Option<PersonId>,
    /// What it asks for.
    pub content: Option<Text>,
}

/// The letters that are due on a day for the items that pass the filter.
#[must_use]
pub fn letters_due(
    view: &View,
    today: Date,
    filter: &ItemFilter,
    offset: usize,
    limit: usize,
) -> LetterTasks {
    let books = &view.books;
    let rows = passing(view, today, filter).into_iter();
    let rows: Vec<(ItemId, &Item, DueLetter)> = rows
        .filter_map(|(id, item)| Some((id, item, item.due_letter(books, today)?)))
        .collect();
    let mut units: HashMap<OrganisationId, UnitLetters> = HashMap::new();
    for (_, item, due) in &rows {
        let unit = item.draft.responsible_unit;
        let row = units.entry(unit);
        row.or_insert_with(|| UnitLetters::none(references::unit(books, unit)))
            .count(due.kind);
    }
    let mut units: Vec<_> = units.into_values().collect();
    units.sort_unstable_by(|one, other| one.unit.cmp(&other.unit));
    let highest = |(_, _, due): &(_, _, DueLetter)| (Reverse(due.kind), due.since);
    LetterTasks {
        units,
        letters: Page::ordered(&rows, highest, offset, limit, |(id, item, due)| {
            task(books, today, *id, item, *due)
        }),
    }
}

impl UnitLetters {
    fn none(unit: UnitReference) -> UnitLetters {
        UnitLetters {
            unit,
            reminders: 0,
            urgings: 0,
            warnings: 0,
            accountabilities: 0,
        }
    }

    fn count(&mut self, kind: LetterKind) {
        let count = match kind {
            LetterKind::Reminder => &mut self.reminders,
            LetterKind::Urging => &mut self.urgings,
            LetterKind::Warning => &mut self.warnings,
            LetterKind::Accountability => &mut self.accountabilities,
        };
        *count = count.saturating_add(1);
    }
}

fn task(books: &Books, today: Date, id: ItemId, item: &Item, due: DueLetter) -> LetterTask {
    let waiting = due.since.until(today).map_or(0, |span| span.get_days());
    let (why, why_zh) = reason(item, today, due);
    LetterTask {
        line: item_line(books, today, id, item),
        letter: term!(due.kind),
        due_since: BusinessDate::day(due.since),
        waiting_days: u32::try_from(waiting).unwrap_or(0),
        why,
        why_zh,
        last: item.letters.last().map(|sent| line(books, id, item, sent)),
    }
}

fn reason(item: &Item, today: Date, due: DueLetter) -> (String, String) {
    let (from, late) = (due.counted_from, item.overdue_days(today));
    match due.kind {
        LetterKind::Reminder => (
            format!("due on {from}, and not reminded yet"),
            format!("{from} 到期,尚未提醒"),
        ),
        LetterKind::Urging => (
            format!("overdue since {from} by {late} days, and not urged yet"),
            format!("{from} 到期,已逾期 {late} 天,尚未督办"),
        ),
        LetterKind::Warning => (
            format!("urged, and still overdue by {late} days since {from}"),
            format!("已督办,{from} 到期至今仍逾期 {late} 天"),
        ),
        LetterKind::Accountability => (
            format!("warned, and the last day {from} has passed"),
            format!("已告诫,最后期限 {from} 已过"),
        ),
    }
}

/// The letters sent for the items that pass the filter, in the order of their records.
#[must_use]
pub fn letters_sent(
    view: &View,
    today: Date,
    filter: &ItemFilter,
    offset: usize,
    limit: usize,
) -> Page<LetterLine> {
    let rows = passing(view, today, filter).into_iter();
    let mut sent: Vec<(ItemId, &Item, &SentLetter)> = rows
        .flat_map(|(id, item)| item.letters.iter().map(move |sent| (id, item, sent)))
        .collect();
    sent.sort_by_key(|(_, _, sent)| sent.seq);
    Page::of(&sent, offset, limit, |(id, item, sent)| {
        line(&view.books, *id, item, sent)
    })
}

/// The letters sent for one item, oldest record first.
pub(crate) fn of_item(books: &Books, id: ItemId, item: &Item) -> Vec<LetterLine> {
    let sent = item.letters.iter();
    sent.map(|sent| line(books, id, item, sent)).collect()
}

fn line(books: &Books, id: ItemId, item: &Item, sent: &SentLetter) -> LetterLine {
    LetterLine {
        seq: sent.seq,
        item: id,
        item_number: item.draft.number.clone(),
        kind: term!(sent.kind),
        number: sent.number.clone(),
        sent_on: BusinessDate::day(sent.sent_on),
        due_on: sent.due_on.map(BusinessDate::day),
        last_day: sent.last_day.map(BusinessDate::day),
        sender_unit: references::unit(books, sent.by.organisation),
        sender: sent.by.person,
        receiver_unit: references::unit(books, sent.receiver_unit),
        receiver_person: sent.receiver_person,
        content: sent.content.clone(),
    }
}
