//! Extensions 延期 (V17): asked for in time, granted from above, and not for ever.

use super::{Item, State, independence};
use crate::Books;
use crate::context::Context;
use crate::item::ExtensionRequest;
use crate::organisation::rules::is_within;
use crate::rejection::Rejection;
use crate::round::rules::existing as existing_round;

/// How many extensions an item may be granted. No regulation names a number; the second one
/// already raises an alert (RR38), so whoever needs a third must have it approved as 持续整改.
pub const EXTENSIONS_MAX: usize = 2;

const fn refused(why: &'static str, why_zh: &'static str) -> Rejection {
    Rejection::ExtensionRefused { why, why_zh }
}

/// Judges a request: who asks, nothing pending, the clock runs, the count, in time, and a later
/// exact day.
pub(super) fn request(
    books: &Books,
    context: &Context,
    item: &Item,
    request: &ExtensionRequest,
) -> Result<(), Rejection> {
    independence::on_behalf_of_unit(books, item, &context.hand())?;
    if item.pending.is_some() {
        return Err(refused("another request is pending", "已有延期申请待批"));
    }
    stands_still(item)?;
    if item.extensions.len() >= EXTENSIONS_MAX {
        return Err(refused(
            "it has been extended twice already",
            "已批准延期两次,不得再延",
        ));
    }
    // The table lists this step from the issue on, so that there is a due date.
    let granted_on = item.extensions.last().and_then(|it| it.granted_on);
    let due = item.due(granted_on.map_or(context.day(), |on| on.max(context.day())));
    if due.is_none_or(|due| context.day() > due) {
        return Err(refused(
            "an extension is asked for on or before the due date",
            "须在到期日当日或之前申请延期",
        ));
    }
    let Some(asked) = request.due_on.exact() else {
        return Err(refused(
            "the new due date must be an exact day",
            "新的期限须确切到日",
        ));
    };
    if due.is_some_and(|due| asked <= due) {
        return Err(refused(
            "the new due date must be later than the present one",
            "新的期限须晚于现有期限",
        ));
    }
    Ok(())
}

/// Judges a yes. While others look at the closing there is nothing to put off: a day granted then
/// would make a request of a closing that came late one that was in time.
pub(super) fn grant(books: &Books, context: &Context, item: &Item) -> Result<(), Rejection> {
    answer(books, context, item)?;
    stands_still(item)
}

fn stands_still(item: &Item) -> Result<(), Rejection> {
    if let State::ClosureRequested | State::Verified = item.state {
        return Err(refused(
            "closure has been asked for, so that the clock stands still",
            "已申请销号,期限停止计算,无须延期",
        ));
    }
    Ok(())
}

/// Judges the answer to a request, which is the same for yes and no but for the state.
pub(super) fn answer(books: &Books, context: &Context, item: &Item) -> Result<(), Rejection> {
    let Some(pending) = &item.pending else {
        return Err(refused("no request is pending", "没有待批的延期申请"));
    };
    let round = existing_round(books, "round", item.draft.round)?;
    if !is_within(books, round.closing_body, context.hand().organisation) {
        return Err(refused(
            "only the round's closing body or a body above it may answer",
            "须由本轮次销号单位或其上级单位审批",
        ));
    }
    if pending.by == context.hand().person {
        return Err(refused(
            "whoever asked may not answer",
            "申请人不得审批本人的延期申请",
        ));
    }
    Ok(())
}
