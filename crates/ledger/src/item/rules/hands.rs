//! What each step asks for beyond its state, of everybody who stands for it: independence (V15)
//! first, then what the step itself needs.

use super::{
    Item, State, assignment, closing, division, extension, independence, letters, recovery,
};
use crate::Books;
use crate::context::{Actor, Context, Intake};
use crate::date::BusinessDate;
use crate::digest::Digest;
use crate::ids::MeasureId;
use crate::item::{ItemCommand, Recovery};
use crate::rejection::Rejection;

/// What each step asks for beyond its state, of everybody who stands for it. Who records a
/// judgement from paper must not be of the judged unit either.
pub(super) fn of_step(
    books: &Books,
    context: &Context,
    item: &Item,
    command: &ItemCommand,
) -> Result<(), Rejection> {
    for hand in context.hands() {
        by_hand(books, context, item, command, &hand)?;
    }
    if !context.signatories.is_empty() && judges(command) {
        independence::outside(books, item, &context.actor)?;
    }
    Ok(())
}

/// The steps by which others judge what the responsible unit has done.
const fn judges(command: &ItemCommand) -> bool {
    matches!(
        command,
        ItemCommand::UpholdObjection(_)
            | ItemCommand::WaiveRecovery(_)
            | ItemCommand::ApproveLongTerm(_)
            | ItemCommand::Suspend(_)
            | ItemCommand::CloseNotImplemented(_)
            | ItemCommand::Discard(_)
            | ItemCommand::Reassign(_)
            | ItemCommand::Issue(_)
            | ItemCommand::Split(_)
            | ItemCommand::Merge(_)
            | ItemCommand::GrantExtension(_)
            | ItemCommand::RefuseExtension(_)
            | ItemCommand::LinkOverlap(_)
            | ItemCommand::UnlinkOverlap(_)
            | ItemCommand::Refute(_)
            | ItemCommand::ContinueLongTerm(_)
            | ItemCommand::ReceiveRecovery(Recovery { way: Some(_), .. })
            | ItemCommand::ApprovePlan(_)
            | ItemCommand::Verify(_)
            | ItemCommand::Close(_)
            | ItemCommand::PassLookback(_)
            | ItemCommand::FailLookback(_)
            | ItemCommand::SendLetter(_)
            | ItemCommand::ImportClosure(_)
            | ItemCommand::ReturnPlan(_)
            | ItemCommand::ReturnForRework(_)
            | ItemCommand::TransferLead(_)
            | ItemCommand::DeclareRecusal(_)
    )
}

#[expect(
    clippy::too_many_lines,
    reason = "one arm per command, read straight down"
)]
fn by_hand(
    books: &Books,
    context: &Context,
    item: &Item,
    command: &ItemCommand,
    actor: &Actor,
) -> Result<(), Rejection> {
    match command {
        ItemCommand::Acknowledge(_)
        | ItemCommand::SubmitPlan(_)
        | ItemCommand::RequestClosure(_) => independence::on_behalf_of_unit(books, item, actor),
        // Each of these takes something off the unit's shoulders: the unit may not do it itself.
        ItemCommand::UpholdObjection(_)
        | ItemCommand::ApproveLongTerm(_)
        | ItemCommand::Suspend(_)
        | ItemCommand::CloseNotImplemented(_) => independence::outside(books, item, actor),
        ItemCommand::WaiveRecovery(it) => {
            independence::outside(books, item, actor)?;
            recovery::waives(books, item, it)
        }
        ItemCommand::Discard(_) => {
            independence::outside(books, item, actor)?;
            division::carries_nothing(item)
        }
        ItemCommand::ContinueLongTerm(it) => {
            independence::outside(books, item, actor)?;
            next_review(context, it.next_review_on)
        }
        ItemCommand::ApprovePlan(_) => {
            independence::outside(books, item, actor)?;
            if item
                .approvals
                .iter()
                .any(|earlier| earlier.organisation == actor.organisation)
            {
                let (first, second) = ("one approver 联审单位", "the other 另一联审单位");
                return Err(Rejection::SameOrganisation { first, second });
            }
            Ok(())
        }
        ItemCommand::Verify(verification) => {
            independence::verifier(books, item, actor)?;
            independence::owns_no_measure(books, item, actor)?;
            independence::mode(item, verification.mode)
        }
        ItemCommand::Close(_) => closing::check(books, item, actor),
        ItemCommand::PassLookback(_) | ItemCommand::FailLookback(_) => {
            independence::looker_back(books, item, actor)
        }
        ItemCommand::Merge(merger) => {
            independence::outside(books, item, actor)?;
            division::merges(books, item, merger)
        }
        ItemCommand::SendLetter(letter) => letters::check(books, item, actor, letter),
        ItemCommand::Split(it) => division::splits(books, item, actor, it),
        ItemCommand::LinkOverlap(it) => division::overlaps(books, item, actor, it),
        ItemCommand::UnlinkOverlap(it) => division::unlinks(books, item, actor, it),
        ItemCommand::Reassign(it) => assignment::reassign(books, item, actor, it),
        ItemCommand::TransferLead(it) => assignment::transfer_lead(books, item, actor, it),
        ItemCommand::DeclareRecusal(it) => independence::recuses(books, item, actor, it),
        ItemCommand::Refute(it) => {
            independence::unbiased(books, item, actor)?;
            not_after_today(context, "captured_on", it.captured_on)?;
            not_before_issue(item, "captured_on", it.captured_on)
        }
        ItemCommand::WithdrawClosureRequest(_) => independence::withdraws(books, item, actor),
        ItemCommand::DemandRecovery(it) => {
            independence::recovers(books, item, actor)?;
            recovery::demanded(it)
        }
        ItemCommand::ReceiveRecovery(it) => {
            independence::recovers(books, item, actor)?;
            recovery::received(books, item, actor, it)
        }
        ItemCommand::AddEvidence(evidence) => {
            works_at(books, item, actor, Some(evidence.measure))?;
            not_after_today(context, "captured_on", evidence.captured_on)
        }
        ItemCommand::RetractEvidence(retraction) => {
            works_at(books, item, actor, None)?;
            evidence_stands(item, retraction.sha256)
        }
        // Until the unit is told, who found the problem says what is to be done about it.
        ItemCommand::AddMeasure(_)
            if item.state == State::Drafted && independence::inspects(books, item, actor)? =>
        {
            Ok(())
        }
        ItemCommand::AddMeasure(it) => works_at(books, item, actor, Some(it.measure)),
        ItemCommand::ChangeMeasure(it) => works_at(books, item, actor, Some(it.measure)),
        ItemCommand::FinishMeasure(it) => works_at(books, item, actor, Some(it.measure)),
        // Its deadline runs from here, so that no unit begins with itself.
        ItemCommand::Issue(_) => independence::outside(books, item, actor),
        ItemCommand::RequestExtension(request) => extension::request(books, context, item, request),
        ItemCommand::GrantExtension(_) => extension::grant(books, context, item),
        ItemCommand::RefuseExtension(_) => extension::answer(books, context, item),
        ItemCommand::ImportClosure(closure) => {
            if context.intake == Intake::Control {
                return Err(Rejection::BadField {
                    field: "intake",
                    why: "a historical closing is observed, it cannot be done here",
                    why_zh: "历史销号只能作为登记事实补录",
                });
            }
            not_after_today(context, "closed_on", closure.closed_on)?;
            closing::historical(books, item, actor, closure)
        }
        // Each answers what the unit has asked, and the second starts its clock again.
        ItemCommand::ReturnPlan(_) | ItemCommand::ReturnForRework(_) => {
            independence::unbiased(books, item, actor)
        }
        ItemCommand::Draft(_)
        | ItemCommand::TakeOver(_)
        | ItemCommand::ReviewLongTerm(_)
        | ItemCommand::Resume(_)
        | ItemCommand::NoteProgress(_) => Ok(()),
    }
}

/// Measures and their proof are the work of whose item it is; and what somebody has verified stays
/// as it was seen until it is sent back, or else something else would be closed.
fn works_at(
    books: &Books,
    item: &Item,
    actor: &Actor,
    measure: Option<MeasureId>,
) -> Result<(), Rejection> {
    independence::works(books, item, actor, measure)?;
    let attempt = item.attempt.as_ref();
    if attempt.is_some_and(|attempt| !attempt.verifications.is_empty()) {
        return Err(Rejection::BadField {
            field: "item",
            why: "it was verified as it is: measures and evidence change once it was sent back",
            why_zh: "已有人核验,退回重改之前不得变更措施或佐证",
        });
    }
    Ok(())
}

fn evidence_stands(item: &Item, sha256: Digest) -> Result<(), Rejection> {
    let mut files = item.measures.iter().flat_map(|measure| &measure.evidence);
    if files.any(|file| file.sha256 == sha256) {
        return Ok(());
    }
    Err(Rejection::BadField {
        field: "sha256",
        why: "no evidence of this item has this digest, or it has been retracted",
        why_zh: "本事项没有此摘要的佐证,或该佐证已撤回",
    })
}

/// A review names the day of the next: an exact one after it.
fn next_review(context: &Context, next_review_on: BusinessDate) -> Result<(), Rejection> {
    if next_review_on
        .exact()
        .is_some_and(|day| day > context.day())
    {
        return Ok(());
    }
    Err(Rejection::BadDate {
        field: "next_review_on",
        why: "the next review is on an exact day after this one",
        why_zh: "下次评估日期须确切到日,且晚于本次",
    })
}

/// What proves that there was no problem is of after the problem was put to the unit.
fn not_before_issue(item: &Item, field: &'static str, date: BusinessDate) -> Result<(), Rejection> {
    let issued_on = item.issued_on;
    if issued_on.is_some_and(|issued| date.is_certainly_before(issued)) {
        return Err(Rejection::BadDate {
            field,
            why: "it lies before the day of issue",
            why_zh: "日期早于交办日期",
        });
    }
    Ok(())
}

/// Nothing has happened yet that is dated after today (V14).
fn not_after_today(
    context: &Context,
    field: &'static str,
    date: BusinessDate,
) -> Result<(), Rejection> {
    if date.first().is_some_and(|first| first > context.today) {
        return Err(Rejection::BadDate {
            field,
            why: "it lies after today (UTC+08:00)",
            why_zh: "日期晚于今天(北京时间)",
        });
    }
    Ok(())
}
