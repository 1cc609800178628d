//! A list is complete when it is what its head says: so many lines, with that total or closing
//! balance, and that digest.

use super::{List, ListState, bank, leave_open};
use crate::Books;
use crate::context::Context;
use crate::ids::ListId;
use crate::list::ListKind;
use crate::money::Fen;
use crate::rejection::Rejection;

/// Refuses by the first difference: count, total or closing balance, digest.
pub(super) fn check(list: &List) -> Result<(), Rejection> {
    let start = &list.start;
    differs("count", start.count.into(), list.lines.into())?;
    let fen = |field, stated: Fen, found: Fen| differs(field, stated.get(), found.get());
    match &start.kind {
        ListKind::Roster(roster) => fen("total_fen", roster.total_fen, list.sum)?,
        ListKind::Statement(statement) => {
            let found = statement.opening_fen.add(list.sum);
            fen("closing_fen", statement.closing_fen, found)?;
        }
        ListKind::Table(_) => {}
    }
    let (stated, found) = (start.digest, list.digest.get());
    if stated == found {
        return Ok(());
    }
    Err(Rejection::ListDigest { stated, found })
}

fn differs(field: &'static str, stated: i64, found: i64) -> Result<(), Rejection> {
    if stated == found {
        return Ok(());
    }
    Err(Rejection::ListDiffers {
        field,
        stated,
        found,
    })
}

pub(super) fn apply(books: &mut Books, context: &Context, list: ListId) {
    leave_open(books, context, list, ListState::Complete);
    let Some(row) = books.lists.get(list).cloned() else {
        return;
    };
    let known = match row.start.kind {
        ListKind::Statement(_) => bank::enter(books, &row),
        ListKind::Roster(_) | ListKind::Table(_) => 0,
    };
    if known > 0
        && let Some(row) = books.lists.get_mut(list)
    {
        row.known = known;
    }
}
