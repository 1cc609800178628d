//! The ladder of letters: a reminder 提醒书 before the due date, an urging 督办书 after it, a warning
//! 告诫书 with a last day, and an accountability letter 问责书 when that day has passed.
//!
//! A letter belongs to the turn in which it was sent: an extension, a reopening or another
//! responsible unit begins the ladder anew. A clock that stood still does not, or a unit could
//! shake an urging off by asking for a closing.

use super::deadline::days_from;
use super::independence;
use super::{Item, State, existing};
use crate::Books;
use crate::context::{Actor, Context};
use crate::ids::{ItemId, OrganisationId, PersonId};
use crate::item::{Letter, LetterKind};
use crate::organisation::rules::existing as existing_unit;
use crate::person::rules::existing as existing_person;
use crate::rejection::Rejection;
use crate::text::{Reference, Text};
use jiff::ToSpan;
use jiff::civil::Date;

/// How many days before the due date a reminder is due, where the ledger's policy says nothing: no
/// regulation names a number; half a month is what a unit needs to answer.
pub const REMINDER_DAYS: u32 = 15;

/// By how many overdue days a warning is due after an urging, where the policy says nothing: the
/// day on which RR38 turns from yellow to red.
pub const WARNING_DAYS: u32 = 30;

/// The most days that a policy may name for either.
pub const LADDER_DAYS_MAX: u32 = 365;

/// A letter that was sent.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct SentLetter {
    /// The record that says so.
    pub seq: u64,
    /// Which letter.
    pub kind: LetterKind,
    /// Its number.
    pub number: Reference,
    /// When it was sent.
    pub sent_on: Date,
    /// The last day that it names.
    pub last_day: Option<Date>,
    /// The unit to which it was sent.
    pub receiver_unit: OrganisationId,
    /// The person to whom it was addressed.
    pub receiver_person: Option<PersonId>,
    /// What it asks for.
    pub content: Option<Text>,
    /// Who sent it.
    pub by: Actor,
    /// The due date on that day.
    pub due_on: Option<Date>,
    /// In which turn of the item it was sent.
    pub turn: Turn,
}

/// What begins the ladder anew, as counts that only grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Turn {
    /// Extensions granted.
    pub extensions: usize,
    /// Reopenings.
    pub reopenings: u32,
    /// Units that had it before.
    pub former: usize,
}

/// A letter that should be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueLetter {
    /// Which letter.
    pub kind: LetterKind,
    /// The first day on which it was due.
    pub since: Date,
    /// The day from which that is counted: the due date, or the last day of the warning.
    pub counted_from: Date,
}

/// The days of the ladder, by the ledger's policy.
#[must_use]
pub fn ladder_days(books: &Books) -> (u32, u32) {
    let book = books.book.as_ref();
    let days = book.map_or((None, None), |book| (book.reminder_days, book.warning_days));
    (
        days.0.unwrap_or(REMINDER_DAYS),
        days.1.unwrap_or(WARNING_DAYS),
    )
}

impl SentLetter {
    pub(super) fn of(item: &Item, context: &Context, letter: &Letter) -> SentLetter {
        let sent_on = context.day();
        SentLetter {
            seq: context.seq,
            kind: letter.kind,
            number: letter.number.clone(),
            sent_on,
            last_day: letter.last_day.and_then(crate::date::BusinessDate::last),
            receiver_unit: letter.receiver_unit.unwrap_or(item.draft.responsible_unit),
            receiver_person: letter.receiver_person,
            content: letter.content.clone(),
            by: context.hand(),
            due_on: item.due(sent_on),
            turn: item.turn(),
        }
    }

    /// True if the item was overdue on the day on which it was sent.
    fn was_late(&self) -> bool {
        self.due_on.is_some_and(|due| due < self.sent_on)
    }
}

impl Item {
    fn turn(&self) -> Turn {
        Turn {
            extensions: self.extensions.len(),
            reopenings: self.reopen_count,
            former: self.turns.former.len(),
        }
    }

    /// The unit that was responsible in a turn: the one of that turn, and not the present one.
    #[must_use]
    pub fn responsible_in(&self, turn: Turn) -> OrganisationId {
        let former = self.turns.former.get(turn.former);
        former.map_or(self.draft.responsible_unit, |former| former.unit)
    }

    /// The letters that count: those of the present turn.
    fn ladder(&self) -> impl Iterator<Item = &SentLetter> {
        let turn = self.turn();
        self.letters.iter().filter(move |sent| sent.turn == turn)
    }

    /// The letter that should be sent on `today`; none while the unit's clock stands still, or
    /// while others look at what it has done.
    #[must_use]
    pub fn due_letter(&self, books: &Books, today: Date) -> Option<DueLetter> {
        if !waits_for_the_unit(self.state) {
            return None;
        }
        let due = self.due(today)?;
        let (reminder_days, warning_days) = ladder_days(books);
        let of = |kind: LetterKind| self.ladder().filter(move |sent| sent.kind == kind);
        // An urging may come early; the rungs above it end nothing before there was anything late.
        let last = |kind: LetterKind| of(kind).filter(|sent| sent.was_late()).last();
        let letter = |kind, since, counted_from| {
            Some(DueLetter {
                kind,
                since,
                counted_from,
            })
        };
        if today <= due {
            let since = due.saturating_sub(i64::from(reminder_days).days());
            let early = today < since || self.ladder().next().is_some();
            return if early {
                None
            } else {
                letter(LetterKind::Reminder, since, due)
            };
        }
        if last(LetterKind::Accountability).is_some() {
            return None;
        }
        let after = |day: Date, days: u32| day.saturating_add(i64::from(days).days());
        if let Some(warning) = last(LetterKind::Warning) {
            let last_day = warning.last_day.unwrap_or(warning.sent_on);
            let passed = last_day < today;
            return passed
                .then(|| letter(LetterKind::Accountability, after(last_day, 1), last_day))?;
        }
        if of(LetterKind::Urging).next().is_some() {
            let ripe = days_from(due, today) >= warning_days;
            return ripe.then(|| letter(LetterKind::Warning, after(due, warning_days), due))?;
        }
        letter(LetterKind::Urging, after(due, 1), due)
    }
}

/// The states in which the responsible unit has something to do.
const fn waits_for_the_unit(state: State) -> bool {
    match state {
        State::Issued
        | State::Acknowledged
        | State::PlanSubmitted
        | State::InProgress
        | State::LongTerm => true,
        State::Drafted
        | State::ClosureRequested
        | State::Verified
        | State::Closed
        | State::Suspended
        | State::NotSubstantiated
        | State::Merged
        | State::Split
        | State::ClosedNotImplemented
        | State::Discarded
        | State::HistoricallyClosed => false,
    }
}

/// Whom it names exists (V4), its number is that of no other letter, and no unit sends letters to
/// itself (V15).
pub(super) fn check(
    books: &Books,
    item: &Item,
    actor: &Actor,
    letter: &Letter,
) -> Result<(), Rejection> {
    if let Some(unit) = letter.receiver_unit {
        existing_unit(books, "receiver_unit", unit)?;
    }
    if let Some(person) = letter.receiver_person {
        existing_person(books, "receiver_person", person)?;
    }
    if let Some(other) = bearer(books, &letter.number) {
        return Err(Rejection::AlreadyExists {
            field: "number",
            subject: other.into(),
        });
    }
    independence::outside(books, item, actor)
}

/// The item to which a letter of that number was sent.
fn bearer(books: &Books, number: &Reference) -> Option<ItemId> {
    let mut items = books.items.iter();
    let found = items.find(|(_, item)| item.letters.iter().any(|sent| sent.number == *number));
    found.map(|(id, _)| id)
}

const fn out_of_order(why: &'static str, why_zh: &'static str) -> Rejection {
    Rejection::LetterOrder { why, why_zh }
}

/// The order of the ladder: a reminder comes before the due date, a warning after an urging and
/// with a last day that is still to come, an accountability letter once that day has passed.
pub(super) fn breaches(books: &Books, context: &Context, letter: &Letter) -> Vec<Rejection> {
    let Ok(item) = existing(books, "item", letter.item) else {
        return Vec::new();
    };
    let day = context.day();
    let sent = |kind: LetterKind| item.ladder().filter(move |sent| sent.kind == kind).last();
    match letter.kind {
        LetterKind::Urging => None,
        LetterKind::Reminder => item
            .due(day)
            .is_some_and(|due| due < day)
            .then_some(out_of_order(
                "a reminder comes before the due date: this item is overdue and is urged",
                "提醒书应在到期前发出;本事项已逾期,应发督办书",
            )),
        LetterKind::Warning => {
            let named = letter.last_day.and_then(crate::date::BusinessDate::last);
            let ahead = named.is_some_and(|last| day < last);
            let order = sent(LetterKind::Urging).is_none().then_some(out_of_order(
                "a warning comes after an urging",
                "发告诫书之前须先发督办书",
            ));
            let last_day = (!ahead).then_some(Rejection::BadDate {
                field: "last_day",
                why: "a warning names a last day after the day on which it is sent",
                why_zh: "告诫书须写明最后期限,且晚于发函日期",
            });
            return order.into_iter().chain(last_day).collect();
        }
        LetterKind::Accountability => match sent(LetterKind::Warning) {
            None => Some(out_of_order(
                "an accountability letter comes after a warning",
                "发问责书之前须先发告诫书",
            )),
            Some(warning) if warning.last_day.is_some_and(|last| day <= last) => {
                Some(out_of_order(
                    "the last day of the warning has not passed",
                    "告诫书的最后期限尚未届满",
                ))
            }
            Some(_) => None,
        },
    }
    .into_iter()
    .collect()
}
