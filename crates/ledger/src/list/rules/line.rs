//! The next line of a list, and no other.

use super::{About, Line, LinePlace, List, bank, duplicates};
use crate::Books;
use crate::bank_line::{Direction, LineEntry};
use crate::context::Context;
use crate::fund::rules::payable;
use crate::list::digest::print;
use crate::list::{Figure, LineAddition, ListKind, ListLine, RosterEntry};
use crate::money::Fen;
use crate::person::rules::may_be_told;
use crate::rejection::Rejection;

/// Refuses whatever is not the next line.
pub(super) fn check(
    books: &Books,
    context: &Context,
    list: &List,
    addition: &LineAddition,
) -> Result<(), Rejection> {
    let number = addition.line_number;
    let next = list.lines.saturating_add(1);
    if number > 0 && number < next {
        return Err(recorded(books, list, addition));
    }
    if number > list.start.count {
        return Err(Rejection::BadField {
            field: "line_number",
            why: "the list has fewer lines, as its head says",
            why_zh: "行号超出清单开头所填的行数",
        });
    }
    if number != next {
        return Err(Rejection::LineGap { number, next });
    }
    let signed = match (&list.start.kind, &addition.content) {
        (ListKind::Roster(_), ListLine::Entry(entry)) => of_roster(books, entry)?,
        (ListKind::Statement(statement), ListLine::BankLine(entry)) => {
            bank::check(books, context, statement, entry)?;
            signed(entry)
        }
        (ListKind::Table(_), ListLine::Figure(figure)) => of_table(figure)?,
        (
            ListKind::Roster(_) | ListKind::Statement(_) | ListKind::Table(_),
            ListLine::Entry(_) | ListLine::BankLine(_) | ListLine::Figure(_),
        ) => {
            return Err(Rejection::BadField {
                field: "content",
                why: "a roster has entries, a statement bank lines, a table figures",
                why_zh: "花名册的行为发放对象,对账单的行为银行流水,数据表的行为指标数值",
            });
        }
    };
    if list.sum.plus(signed).is_none() {
        let (field, amount) = ("amount_fen", signed);
        return Err(Rejection::BadAmount { field, amount });
    }
    Ok(())
}

/// A line of this number is there already: the same, so that nothing need be done, or another.
fn recorded(books: &Books, list: &List, addition: &LineAddition) -> Rejection {
    let number = addition.line_number;
    let place = LinePlace {
        list: list.place,
        number,
    };
    let there = books.list_lines.get(place);
    let new = line(0, &addition.content);
    let same = there.is_some_and(|there| {
        (there.amount, there.print, there.about) == (new.amount, new.print, new.about)
    });
    if same {
        let next = list.lines.saturating_add(1);
        Rejection::LineRecorded { number, next }
    } else {
        Rejection::LineDiffers { number }
    }
}

fn of_roster(books: &Books, entry: &RosterEntry) -> Result<Fen, Rejection> {
    may_be_told(books, "subject", entry.subject, entry.remark.as_ref())?;
    payable("amount_fen", entry.amount_fen)?;
    Ok(entry.amount_fen)
}

fn of_table(figure: &Figure) -> Result<Fen, Rejection> {
    // The same limit as for money: what JSON's numbers hold exactly.
    if Fen::new(figure.value).is_err() {
        return Err(Rejection::BadField {
            field: "value",
            why: "it is beyond 2^53 - 1",
            why_zh: "数值超出 2^53 - 1",
        });
    }
    Ok(Fen::ZERO)
}

/// What a line adds to the balance of its account.
fn signed(entry: &LineEntry) -> Fen {
    match entry.direction {
        Direction::In => entry.amount_fen,
        Direction::Out => entry.amount_fen.negated(),
    }
}

fn line(seq: u64, content: &ListLine) -> Line {
    let (amount, about) = match content {
        ListLine::Entry(entry) if entry.reissue_reason.is_some() => {
            (entry.amount_fen, About::Reissue(entry.subject))
        }
        ListLine::Entry(entry) => (entry.amount_fen, About::Entry(entry.subject)),
        ListLine::BankLine(entry) => (signed(entry), About::BankLine(entry.line)),
        ListLine::Figure(_) => (Fen::ZERO, About::Figure),
    };
    Line {
        seq,
        amount,
        print: print(content),
        about,
    }
}

pub(super) fn apply(books: &mut Books, context: &Context, addition: &LineAddition) {
    let repeats = duplicates::of_line(books, addition).is_some();
    let line = line(context.seq, &addition.content);
    let Some(list) = books.lists.get_mut(addition.list) else {
        return;
    };
    list.version = list.version.saturating_add(1);
    list.lines = list.lines.saturating_add(1);
    list.sum = list.sum.add(line.amount);
    list.digest.push(&addition.content);
    list.duplicates = list.duplicates.saturating_add(repeats.into());
    list.last_on = context.today;
    let place = LinePlace {
        list: list.place,
        number: addition.line_number,
    };
    books.list_lines.put(place, line);
    match &addition.content {
        ListLine::Entry(entry) => duplicates::note(books, entry.subject, place),
        ListLine::BankLine(entry) => bank::wait(books, context, addition.list, entry),
        ListLine::Figure(_) => {}
    }
}
