//! What must be there before an item can be closed (V16).

use super::division::{carries_nothing, followed, in_denominator};
use super::steps::{State, Step, next};
use super::{Item, bad_transition, existing, independence};
use crate::Books;
use crate::context::Actor;
use crate::ids::ItemId;
use crate::item::{HistoricalClosure, ItemScope, MeasureKind};
use crate::money::Fen;
use crate::rejection::Rejection;

/// What would refuse a closing now, whoever asked for it, in the order of refusal; empty if
/// nothing would. The state is named first, and every measure without evidence, then every one
/// without a result, by itself.
#[must_use]
pub fn missing_for_closure(books: &Books, id: ItemId) -> Vec<Rejection> {
    let item = match existing(books, "item", id) {
        Ok(item) => item,
        Err(unknown) => return vec![unknown],
    };
    let state = next(item.state, Step::Close).is_none();
    let state = state.then(|| bad_transition(item.state, Step::Close));
    state
        .into_iter()
        .chain(proof_missing(books, item))
        .collect()
}

/// Judges a closing. The state has been judged (`BAD_TRANSITION`); then, in this order:
/// `NOT_INDEPENDENT`, `EVIDENCE_MISSING`, `MEASURE_UNFINISHED`, `RECOVERY_OPEN`,
/// `COMMON_ITEM_OPEN`.
pub(super) fn check(books: &Books, item: &Item, actor: &Actor) -> Result<(), Rejection> {
    independence::closer(books, item, actor)?;
    proof_missing(books, item)
        .into_iter()
        .next()
        .map_or(Ok(()), Err)
}

fn proof_missing(books: &Books, item: &Item) -> Vec<Rejection> {
    let mut missing = Vec::new();
    if item.measures.is_empty() {
        missing.push(Rejection::EvidenceMissing { measure: None });
    }
    for measure in item
        .measures
        .iter()
        .filter(|measure| !measure.is_proved(item.issued_on))
    {
        missing.push(Rejection::EvidenceMissing {
            measure: Some(measure.measure.into()),
        });
    }
    // A photograph shows that something was done, and not what came of it.
    let unfinished = item.measures.iter().filter(|it| it.done.is_none());
    missing.extend(unfinished.map(|it| Rejection::MeasureUnfinished {
        measure: it.measure.into(),
    }));
    missing.extend(recovery_open(books, item));
    if item.draft.scope == ItemScope::Common {
        missing.extend(common_item_open(books, item));
    }
    missing
}

/// Judges a closing of former times: who says so is of the closing body, as a closer is, and it is
/// older than the work here. What was issued here ends here (V15), or a unit could leave the rates
/// by a paper of its own.
pub(super) fn historical(
    books: &Books,
    item: &Item,
    actor: &Actor,
    it: &HistoricalClosure,
) -> Result<(), Rejection> {
    independence::unbiased(books, item, actor)?;
    independence::of_closing_body(books, item, actor)?;
    carries_nothing(item)?;
    let issued_on = item.issued_on;
    if issued_on.is_some_and(|issued| !it.closed_on.is_certainly_before(issued)) {
        return Err(Rejection::BadDate {
            field: "closed_on",
            why: "the item was issued here, so that only a closing before the issue is historical",
            why_zh: "该事项已在本系统交办,补录的销号日期须早于交办日期",
        });
    }
    cases_ended(books, item)
}

/// A common item ends after its cases.
pub(super) fn cases_ended(books: &Books, item: &Item) -> Result<(), Rejection> {
    let open = open_cases(books, item);
    if open == 0 {
        return Ok(());
    }
    Err(Rejection::CommonItemOpen {
        open,
        institution_missing: false,
    })
}

fn open_cases(books: &Books, item: &Item) -> usize {
    let done = |id: &&ItemId| {
        let child = books.items.get(**id);
        child.is_some_and(|child| goes_nowhere_else(books, item, child))
    };
    item.children.iter().filter(|id| !done(id)).count()
}

/// The common items that were closed because this case was: with it each is reopened, since what it
/// rested on did not hold. Nobody need be independent of what follows from what another found.
pub(super) fn reopened_above(books: &Books, case: ItemId) -> Vec<ItemId> {
    let (mut above, mut cases) = (Vec::new(), vec![case]);
    while let Some(case) = cases.pop() {
        // Of a case that went on in this one the common item waited for this one.
        let went_into = |item: &Item| {
            item.draft.item == case
                || (item.state == State::Merged && followed(books, item).draft.item == case)
        };
        let rested = books.items.values().filter(|item| went_into(item));
        for common in rested.filter_map(|item| item.draft.parent) {
            let closed = books.items.get(common);
            let closed = closed.is_some_and(|common| common.state == State::Closed);
            if closed && !above.contains(&common) {
                above.push(common);
                cases.push(common);
            }
        }
    }
    above
}

/// A surplus does not hurt: it is shown, and given back elsewhere.
pub(super) fn recovery_open(books: &Books, item: &Item) -> Option<Rejection> {
    let (required, waived) = (item.recovery_required(), item.waived);
    let received = item.recovered(books);
    let settled = received.plus(waived).unwrap_or(Fen::MAX);
    (settled < required).then_some(Rejection::RecoveryOpen {
        required,
        received,
        waived,
    })
}

fn common_item_open(books: &Books, item: &Item) -> Option<Rejection> {
    let open = open_cases(books, item);
    let institution_missing = !item
        .measures
        .iter()
        .any(|it| it.kind == MeasureKind::Institutional && it.is_proved(item.issued_on));
    let refused = open > 0 || institution_missing;
    refused.then_some(Rejection::CommonItemOpen {
        open,
        institution_missing,
    })
}

/// True if a common item need no longer wait for this case. One that was merged goes on in another:
/// it is done when that one is, or when it went on in the common item itself. One that was issued
/// and went on in drafts alone is not done, whatever became of those.
fn goes_nowhere_else(books: &Books, common: &Item, child: &Item) -> bool {
    let last = followed(books, child);
    let merged = last.draft.item != child.draft.item;
    let vanished = (last.state == State::Split && in_denominator(books, last))
        || (merged && last.state == State::Discarded && last.turns.carries_issued);
    (is_done(last.state) && !vanished) || last.draft.item == common.draft.item
}

/// True of a case that has ended well, or in parts that are cases themselves. One that was given up
/// has not been put right, so neither has what it was a case of.
const fn is_done(state: State) -> bool {
    match state {
        State::Closed
        | State::HistoricallyClosed
        | State::NotSubstantiated
        | State::Merged
        | State::Discarded
        | State::Split => true,
        State::Drafted
        | State::Issued
        | State::Acknowledged
        | State::PlanSubmitted
        | State::InProgress
        | State::ClosureRequested
        | State::Verified
        | State::LongTerm
        | State::Suspended
        | State::ClosedNotImplemented => false,
    }
}
