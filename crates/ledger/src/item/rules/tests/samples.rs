//! Steps as somebody asks for them, and ways of an item that begin each test.

use super::*;

pub(super) fn step(make: fn(ItemStep) -> ItemCommand) -> ItemCommand {
    make(ItemStep {
        item: item(1),
        remark: None,
    })
}
pub(super) fn because(make: fn(ReasonedStep) -> ItemCommand) -> ItemCommand {
    make(ReasonedStep {
        item: item(1),
        reason: text("确有必要"),
    })
}
pub(super) fn verify(mode: VerificationMode) -> ItemCommand {
    ItemCommand::Verify(Verification {
        item: item(1),
        mode,
        finding: text("已整改"),
    })
}
pub(super) fn on_site() -> ItemCommand {
    verify(VerificationMode::OnSite)
}
pub(super) fn submit_plan() -> ItemCommand {
    let document = reference();
    ItemCommand::SubmitPlan(PlanSubmission {
        item: item(1),
        plan: text("全部追回"),
        document,
    })
}
pub(super) fn a_measure(number: u128, kind: MeasureKind) -> Measure {
    let (measure, description) = (measure(number), text("公示名单"));
    Measure {
        item: item(1),
        measure,
        kind,
        description,
        due_on: None,
        owner_unit: None,
        owner_person: None,
    }
}
pub(super) fn add_measure(number: u128) -> ItemCommand {
    ItemCommand::AddMeasure(a_measure(number, MeasureKind::Ordinary))
}
pub(super) fn add_evidence(number: u8, captured_on: &str) -> ItemCommand {
    ItemCommand::AddEvidence(Evidence {
        item: item(1),
        measure: measure(number.into()),
        sha256: Digest([number; 32]),
        captured_on: on(captured_on),
        description: text("公示照片"),
    })
}
pub(super) fn finish_measure(number: u128) -> ItemCommand {
    ItemCommand::FinishMeasure(MeasureResult {
        item: item(1),
        measure: measure(number),
        result: text("已完成"),
    })
}
pub(super) fn retract_evidence(number: u8) -> ItemCommand {
    let (sha256, reason) = (Digest([number; 32]), text("拍错"));
    ItemCommand::RetractEvidence(EvidenceRetraction {
        item: item(1),
        sha256,
        reason,
    })
}
pub(super) fn recovery(make: fn(Recovery) -> ItemCommand, amount: i64) -> ItemCommand {
    make(Recovery {
        item: item(1),
        amount_fen: fen(amount),
        reference: reference(),
        way: None,
        payment: None,
        overpaid: None,
    })
}
/// Into an account.
pub(super) fn came_back(amount: i64) -> ItemCommand {
    recovery(ItemCommand::ReceiveRecovery, amount)
}
pub(super) fn waive(amount: i64) -> ItemCommand {
    ItemCommand::WaiveRecovery(RecoveryWaiver {
        item: item(1),
        amount_fen: fen(amount),
        authority: Name::new("县人民政府").unwrap(),
        reason: text("无法追回"),
    })
}
pub(super) fn extend_to(due_on: &str) -> ItemCommand {
    let due_on = on(due_on);
    ItemCommand::RequestExtension(ExtensionRequest {
        item: item(1),
        due_on,
        reason: text("雨季"),
    })
}
pub(super) fn merge_into(number: u128) -> ItemCommand {
    ItemCommand::Merge(ItemMerger {
        item: item(1),
        into: item(number),
        reason: text("同一问题"),
    })
}
pub(super) fn transfer_lead(to: u128) -> ItemCommand {
    ItemCommand::TransferLead(LeadTransfer {
        item: item(1),
        lead_unit: unit(to),
        reason: text("职责调整"),
    })
}
pub(super) fn recuse(person: Actor) -> ItemCommand {
    let reason = text("亲属");
    ItemCommand::DeclareRecusal(Recusal {
        item: item(1),
        person: person.person,
        reason,
    })
}
pub(super) fn give_up() -> ItemCommand {
    ItemCommand::CloseNotImplemented(ItemAbandonment {
        item: item(1),
        authority: Name::new("县委").unwrap(),
        reason: text("单位撤销"),
    })
}
pub(super) fn import_closure(closed_on: &str) -> ItemCommand {
    let (closed_on, document) = (on(closed_on), reference());
    ItemCommand::ImportClosure(HistoricalClosure {
        item: item(1),
        closed_on,
        document,
    })
}

/// Item 1 of round 1: money to see on site, two months from the feedback of 2018-07-28.
pub(super) fn a_draft() -> ItemDraft {
    ItemDraft {
        item: item(1),
        number: reference(),
        round: round(1),
        category: ItemCategory::Funds,
        scope: ItemScope::Individual,
        parent: None,
        severity: Severity::Serious,
        facts: text("补助资金滞留"),
        basis: None,
        amount_involved_fen: Fen::ZERO,
        recovery_required_fen: Fen::ZERO,
        responsible_unit: unit(TOWN),
        responsible_person: None,
        lead_unit: None,
        deadline_rule: DeadlineRule::InspectionFeedback,
        deadline_days: None,
        due_on: None,
        cooperating_units: Vec::new(),
    }
}

/// A draft like the usual one, and different.
pub(super) fn draft(change: impl FnOnce(&mut ItemDraft)) -> Ask {
    let mut draft = a_draft();
    change(&mut draft);
    ask(INSPECTOR, "2018-07-29", ItemCommand::Draft(draft))
}

pub(super) fn reassign(change: impl FnOnce(&mut Reassignment)) -> ItemCommand {
    let mut reassignment = Reassignment {
        item: item(1),
        responsible_unit: unit(FINANCE),
        responsible_person: None,
        lead_unit: None,
        cooperating_units: Vec::new(),
        reason: text("机构改革"),
    };
    change(&mut reassignment);
    ItemCommand::Reassign(reassignment)
}
pub(super) fn split_into(parts: &[u128]) -> ItemCommand {
    let into = parts.iter().map(|part| item(*part)).collect();
    ItemCommand::Split(ItemSplit {
        item: item(1),
        into,
        reason: text("分属两个单位"),
    })
}
pub(super) fn overlap(
    make: fn(ItemOverlap) -> ItemCommand,
    number: u128,
    with: u128,
) -> ItemCommand {
    let (item, with) = (item(number), item(with));
    make(ItemOverlap {
        item,
        with,
        reason: text("同一笔资金"),
    })
}
pub(super) fn refute(captured_on: &str) -> ItemCommand {
    ItemCommand::Refute(Refutation {
        item: item(1),
        authority: Name::new("县委巡察工作领导小组").unwrap(),
        document: reference(),
        reason: text("资金当年已拨付"),
        sha256: Digest([9; 32]),
        captured_on: on(captured_on),
    })
}
pub(super) fn continue_until(next_review_on: &str) -> ItemCommand {
    ItemCommand::ContinueLongTerm(LongTermReview {
        item: item(1),
        finding: text("仍须一年"),
        next_review_on: on(next_review_on),
    })
}

/// From the list to the closing.
pub(super) fn happy() -> Vec<Ask> {
    happy_from(draft(|_| ()))
}
pub(super) fn happy_from(draft: Ask) -> Vec<Ask> {
    vec![
        draft,
        ask(INSPECTOR, "2018-07-30", step(ItemCommand::Issue)),
        ask(CLERK, "2018-07-31", step(ItemCommand::Acknowledge)),
        ask(CLERK, "2018-08-02", submit_plan()),
        ask(FIRST, "2018-08-05", step(ItemCommand::ApprovePlan)),
        ask(SECOND, "2018-08-06", step(ItemCommand::ApprovePlan)),
        ask(CLERK, "2018-08-07", add_measure(1)),
        ask(VILLAGER, "2018-08-20", add_evidence(1, "2018-08-19")),
        ask(CLERK, "2018-08-20", finish_measure(1)),
        ask(CLERK, "2018-09-01", step(ItemCommand::RequestClosure)),
        ask(FIRST, "2018-09-10", on_site()),
        ask(SECOND, "2018-09-11", on_site()),
        ask(CLOSER, "2018-09-20", step(ItemCommand::Close)),
    ]
}

/// The happy path up to and with the step that first reaches `state`.
pub(super) fn up_to(state: State) -> Vec<Ask> {
    let (mut world, mut path) = (World::new(), Vec::new());
    for ask in happy() {
        world.take(&ask);
        path.push(ask);
        if world.item().state == state {
            return path;
        }
    }
    panic!("the happy path does not lead to {state}");
}

/// The happy path up to the last step before closure is asked for.
pub(super) fn at_work() -> Vec<Ask> {
    happy()[..9].to_vec()
}

pub(super) fn and(mut given: Vec<Ask>, more: impl IntoIterator<Item = Ask>) -> Vec<Ask> {
    given.extend(more);
    given
}
