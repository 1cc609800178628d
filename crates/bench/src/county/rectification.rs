//! What an inspection found, and how it is put right.

use super::*;
use ledger::digest::Digest;
use ledger::item::*;

const CATEGORIES: [ItemCategory; 4] = [
    ItemCategory::Policy,
    ItemCategory::Funds,
    ItemCategory::Project,
    ItemCategory::Conduct,
];

/// An item that was issued, and which the builders have acknowledged.
pub(super) fn under_way(county: &County, number: u64, steps: &mut Steps) {
    let mut chance = county.chance(Kind::Item, number);
    let item = item(number);
    let plain = || ItemStep { item, remark: None };
    let draft = ItemDraft {
        item,
        number: reference(format!("1-{number:06}")),
        round: RoundId(id(Kind::Round, 0)),
        category: chance.pick(&CATEGORIES),
        scope: ItemScope::Individual,
        parent: None,
        severity: chance.pick(&[Severity::Minor, Severity::Serious]),
        facts: text(format!("第{number}村通村公路已通车,工程款未按合同节点支付")),
        basis: None,
        amount_involved_fen: fen(100 * chance.below(1_000_000)),
        recovery_required_fen: Fen::ZERO,
        responsible_unit: unit(3),
        responsible_person: None,
        lead_unit: None,
        deadline_rule: DeadlineRule::InspectionFeedback,
        deadline_days: None,
        due_on: None,
        cooperating_units: Vec::new(),
    };
    let on = day(chance.below(28 * 9));
    let mut ask = asking(county, on, steps);
    ask(1, Hand::Inspector, ItemCommand::Draft(draft));
    ask(2, Hand::Inspector, ItemCommand::Issue(plain()));
    ask(3, Hand::Builder, ItemCommand::Acknowledge(plain()));
}

/// The rest of its life, from the plan to the closing.
pub(super) fn put_right(county: &County, number: u64, steps: &mut Steps) {
    let item = item(number);
    let measure = MeasureId(id(Kind::Measure, number));
    let plain = || ItemStep { item, remark: None };
    // The last days of the year: after whatever day it was issued on.
    let on = BusinessDate::day(civil::date(2018, 12, 3));
    let plan = PlanSubmission {
        item,
        plan: text("核对合同与付款台账,补齐手续,向村民公示"),
        document: reference(format!("县交整〔2018〕{number}号")),
    };
    let added = Measure {
        item,
        measure,
        kind: MeasureKind::Ordinary,
        description: text("补齐付款手续并公示"),
        due_on: None,
        owner_unit: None,
        owner_person: None,
    };
    let mut chance = county.chance(Kind::Measure, number);
    let mut sha256 = [0; 32];
    for part in sha256.chunks_mut(8) {
        part.copy_from_slice(&chance.any().to_le_bytes());
    }
    let evidence = Evidence {
        item,
        measure,
        sha256: Digest(sha256),
        captured_on: on,
        description: text("公示照片"),
    };
    let result = text("手续已补齐,已公示");
    let verification = || Verification {
        item,
        mode: VerificationMode::OnSite,
        finding: text("现场核实,属实"),
    };
    let mut ask = asking(county, on, steps);
    ask(4, Hand::Builder, ItemCommand::SubmitPlan(plan));
    // Two units approve a plan, and two persons verify.
    ask(5, Hand::Chief, ItemCommand::ApprovePlan(plain()));
    ask(6, Hand::Inspector, ItemCommand::ApprovePlan(plain()));
    ask(7, Hand::Builder, ItemCommand::AddMeasure(added));
    ask(8, Hand::Builder, ItemCommand::AddEvidence(evidence));
    let finished = MeasureResult {
        item,
        measure,
        result,
    };
    ask(9, Hand::Builder, ItemCommand::FinishMeasure(finished));
    ask(10, Hand::Builder, ItemCommand::RequestClosure(plain()));
    ask(11, Hand::Chief, ItemCommand::Verify(verification()));
    ask(12, Hand::Visitor, ItemCommand::Verify(verification()));
    ask(13, Hand::Inspector, ItemCommand::Close(plain()));
}

fn asking<'a>(
    county: &'a County,
    on: BusinessDate,
    steps: &'a mut Steps,
) -> impl FnMut(u8, Hand, ItemCommand) + 'a {
    move |step, hand, command| {
        // No files are uploaded, so that proofs are named by hashes alone, as what is observed may.
        let intake = if let ItemCommand::AddEvidence(_) = command {
            Intake::Observation
        } else {
            Intake::Control
        };
        let submission = county.submission(hand, on, Command::Item(command));
        let submission = Submission {
            intake,
            ..submission
        };
        steps.entry((step, hand)).or_default().push(submission);
    }
}
