//! What a draft must bring.

use super::deadline::IMMEDIATE_DAYS_MAX;
use super::{Item, assignment, existing, independence, is_open};
use crate::Books;
use crate::item::{DeadlineRule, ItemDraft, ItemScope};
use crate::money::Fen;
use crate::rejection::Rejection;
use crate::round::rules::existing as existing_round;

/// Judges a draft: existence (V4), amounts (V5), its deadline fields, the round, independence
/// (V15), in this order.
pub(super) fn check(books: &Books, draft: &ItemDraft) -> Result<(), Rejection> {
    if books.items.contains(draft.item) {
        return Err(Rejection::AlreadyExists {
            field: "item",
            subject: draft.item.into(),
        });
    }
    let round = existing_round(books, "round", draft.round)?;
    if let Some(parent) = draft.parent {
        case_of(existing(books, "parent", parent)?)?;
    }
    assignment::units(
        books,
        draft.responsible_unit,
        draft.lead_unit,
        &draft.cooperating_units,
    )?;
    // Not `is_payable`: most items concern no money, and say so with 0.
    for (field, amount) in [
        ("amount_involved_fen", draft.amount_involved_fen),
        ("recovery_required_fen", draft.recovery_required_fen),
    ] {
        if amount < Fen::ZERO || amount > Fen::COMMAND_MAX {
            return Err(Rejection::BadAmount { field, amount });
        }
    }
    deadline(draft)?;
    if round.closed {
        return Err(Rejection::BadTransition {
            state: "closed",
            state_zh: "已结束",
            step: "item.draft",
        });
    }
    independence::closing_body(books, round, draft.responsible_unit, draft.lead_unit)
}

/// A case hangs below a common item that is still open: one that has ended waits for nobody.
fn case_of(parent: &Item) -> Result<(), Rejection> {
    if parent.draft.scope != ItemScope::Common {
        return Err(Rejection::BadField {
            field: "parent",
            why: "only a common item may have cases",
            why_zh: "只有共性问题才能下挂子事项",
        });
    }
    if !is_open(parent.state) {
        return Err(Rejection::BadField {
            field: "parent",
            why: "the common item has ended, so that it takes no more cases",
            why_zh: "该共性问题已办结,不得再下挂子事项",
        });
    }
    Ok(())
}

fn deadline(draft: &ItemDraft) -> Result<(), Rejection> {
    let immediate = draft.deadline_rule == DeadlineRule::Immediate;
    match draft.deadline_days {
        Some(days) if immediate && (1..=IMMEDIATE_DAYS_MAX).contains(&days) => {}
        None if !immediate => {}
        Some(_) | None if immediate => {
            return Err(Rejection::BadField {
                field: "deadline_days",
                why: "an immediate deadline needs 1 to 365 days",
                why_zh: "立行立改须填写 1 至 365 天的期限",
            });
        }
        Some(_) | None => {
            return Err(Rejection::BadField {
                field: "deadline_days",
                why: "only an immediate deadline has days",
                why_zh: "只有立行立改才填写期限天数",
            });
        }
    }
    let fixed = draft.deadline_rule == DeadlineRule::Fixed;
    match draft.due_on {
        Some(day) if fixed && day.exact().is_some() => Ok(()),
        None if !fixed => Ok(()),
        Some(_) | None if fixed => Err(Rejection::BadField {
            field: "due_on",
            why: "a fixed deadline needs an exact day",
            why_zh: "指定日期须填写确切到日的期限",
        }),
        Some(_) | None => Err(Rejection::BadField {
            field: "due_on",
            why: "only a fixed deadline names its day",
            why_zh: "只有指定日期才填写到期日",
        }),
    }
}
