//! Lines of a bank statement: they wait, and become bank lines when the statement is complete.

use super::{About, LinePlace, List};
use crate::Books;
use crate::bank_line::LineEntry;
use crate::bank_line::rules::{LineKey, is_alike, key, put, says_the_same};
use crate::context::Context;
use crate::fund::rules::payable;
use crate::ids::{BankLineId, ListId, PersonId};
use crate::list::Statement;
use crate::rejection::Rejection;
use std::collections::{BTreeMap, BTreeSet};

/// A line of a statement that is not complete.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Pending {
    /// What it says.
    pub entry: LineEntry,
    /// Of which list.
    pub list: ListId,
    /// Who recorded it.
    pub by: PersonId,
}

/// True for a line that waits for its statement: its identifier is taken.
pub(crate) fn is_pending(books: &Books, line: BankLineId) -> bool {
    let row = books.pending_lines.get(line);
    row.is_some_and(Option::is_some)
}

pub(super) fn check(
    books: &Books,
    context: &Context,
    statement: &Statement,
    entry: &LineEntry,
) -> Result<(), Rejection> {
    if entry.account != statement.account {
        return Err(Rejection::BadField {
            field: "account",
            why: "it is not the account of the statement",
            why_zh: "不是本对账单的账户",
        });
    }
    let bad_date = |why, why_zh| {
        let field = "value_date";
        Rejection::BadDate { field, why, why_zh }
    };
    let Some(day) = entry.value_date.exact() else {
        let why = "a bank line has an exact day";
        return Err(bad_date(why, "银行流水的记账日期须精确到日"));
    };
    let days = statement.from.exact().zip(statement.to.exact());
    if !days.is_some_and(|(from, to)| (from..=to).contains(&day)) || day > context.today {
        let why = "it does not lie within the days of the statement";
        return Err(bad_date(why, "记账日期不在对账单的起止日期之内"));
    }
    payable("amount_fen", entry.amount_fen)?;
    let taken = books.bank_lines.get(entry.line);
    let is_other = taken.is_some_and(|row| row.reversed || !says_the_same(&row.entry, entry));
    if is_other || is_pending(books, entry.line) {
        let (field, subject) = ("line", entry.line.into());
        return Err(Rejection::AlreadyExists { field, subject });
    }
    Ok(())
}

/// The line waits for its statement.
pub(super) fn wait(books: &mut Books, context: &Context, list: ListId, entry: &LineEntry) {
    let pending = Pending {
        entry: entry.clone(),
        list,
        by: context.hand().person,
    };
    let row = Some(Box::new(pending));
    books.pending_lines.put(entry.line, row);
}

/// The lines of a complete statement become bank lines, those that are not known yet. Each that is
/// there stands for one of them: of two of which the bank says the same, both count, as its balance
/// says.
pub(super) fn enter(books: &mut Books, list: &List) -> u32 {
    let mut known = 0_u32;
    let mut free = Free::of(books, list);
    for number in 1..=list.lines {
        let place = LinePlace {
            list: list.place,
            number,
        };
        let Some((id, seq)) = waiting(books, place) else {
            continue;
        };
        let pending = books.pending_lines.get_mut(id).and_then(Option::take);
        let Some(pending) = pending else {
            continue;
        };
        let taken = books.bank_lines.contains(id).then_some(id);
        if let Some(there) = taken.or_else(|| free.take(books, &pending.entry)) {
            known = known.saturating_add(1);
            if let Some(line) = books.list_lines.get_mut(place) {
                line.about = About::Known(there);
            }
        } else {
            let reversed = books.reversed.contains(seq);
            put(books, pending.entry, pending.by, reversed);
        }
    }
    known
}

/// The bank lines of before that no line of a statement stands for yet.
struct Free {
    /// Those that a line of the statement names itself.
    named: BTreeSet<BankLineId>,
    /// By what the bank says; the first of them last. Read when the first such line comes.
    alike: BTreeMap<LineKey, Vec<BankLineId>>,
}

impl Free {
    fn of(books: &Books, list: &List) -> Free {
        let places = (1..=list.lines).map(|number| LinePlace {
            list: list.place,
            number,
        });
        let ids = places.filter_map(|place| waiting(books, place));
        let named = ids.map(|(id, _)| id);
        Free {
            named: named.filter(|id| books.bank_lines.contains(*id)).collect(),
            alike: BTreeMap::new(),
        }
    }

    fn take(&mut self, books: &Books, entry: &LineEntry) -> Option<BankLineId> {
        let key = key(entry);
        let lines = self.alike.entry(key).or_insert_with(|| {
            let there = books.lines_alike.get(key).into_iter();
            let there = there.flat_map(|alike| alike.lines());
            let mut lines: Vec<_> = there.filter(|line| !self.named.contains(line)).collect();
            lines.reverse();
            lines
        });
        let mut places = lines.iter();
        let place = places.rposition(|line| is_alike(books, *line, entry))?;
        Some(lines.remove(place))
    }
}

/// The lines of a statement that was dropped; their identifiers are free again.
pub(super) fn forget(books: &mut Books, list: ListId) {
    let Some((place, lines)) = books.lists.get(list).map(|list| (list.place, list.lines)) else {
        return;
    };
    for number in 1..=lines {
        let place = LinePlace {
            list: place,
            number,
        };
        if let Some((id, _)) = waiting(books, place)
            && is_pending(books, id)
        {
            books.pending_lines.put(id, None);
        }
    }
}

fn waiting(books: &Books, place: LinePlace) -> Option<(BankLineId, u64)> {
    let line = books.list_lines.get(place)?;
    match line.about {
        About::BankLine(id) => Some((id, line.seq)),
        About::Entry(_) | About::Reissue(_) | About::Known(_) | About::Figure => None,
    }
}
