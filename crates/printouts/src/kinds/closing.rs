//! The form by which one item is closed 销号审批表: what was wrong, what was done, who verified it, and
//! what is still missing, so that nobody signs below an open question.

use super::{Refusal, Told, table};
use crate::cell::Cell;
use crate::column::{Heading, Made, count, date, heading, text};
use crate::kind::Asked;
use crate::printout::Block;
use ledger::Event;
use ledger::date::BusinessDate;
use ledger::ids::{ItemId, PersonId};
use ledger::item::ItemEvent;
use projections::View;
use projections::items::{ItemView, MeasureLine, RecoveryLine, item_view};
use std::collections::BTreeMap;

pub(super) fn blocks(
    view: &View,
    asked: &Asked,
    told: &BTreeMap<u64, Told>,
) -> Result<Vec<Block>, Refusal> {
    let item = asked.about.map(ItemId);
    let item = item.and_then(|id| item_view(view, asked.on, id));
    let item = item.ok_or(Refusal::Missing("item"))?;
    let missing = item.missing_for_closure.iter();
    let missing: Vec<&str> = missing.map(|it| it.text_zh.as_str()).collect();
    let lacking = if missing.is_empty() {
        "无".to_owned()
    } else {
        missing.join(";")
    };
    let mut facts = facts(&item);
    facts.push((
        heading("销号尚缺", "Missing before it can be closed"),
        Cell::Text(lacking),
    ));
    Ok(vec![
        Block::Facts(facts),
        measures(&item),
        steps(told),
        Block::Signatures(vec![
            heading("整改责任单位(申请销号)", "Responsible unit"),
            heading("核验人一", "First verifier"),
            heading("核验人二", "Second verifier"),
            heading("销号审批", "Closed by"),
        ]),
    ])
}

fn facts(item: &ItemView) -> Vec<(Heading, Cell)> {
    let line = &item.line;
    let person = |person: Option<PersonId>| match person {
        Some(person) => Cell::Persons(vec![person]),
        None => Cell::Empty,
    };
    let mut facts = vec![
        (heading("编号", "Number"), Cell::text(Some(&line.number))),
        (
            heading("来源轮次", "Round"),
            Cell::text(line.round.name.as_ref()),
        ),
        (heading("问题", "Problem"), Cell::text(Some(&line.facts))),
        (
            heading("类别、性质、程度", "Category, scope, severity"),
            Cell::Text(format!(
                "{}、{}、{}",
                line.category.zh, item.scope.zh, line.severity.zh
            )),
        ),
        (
            heading("依据", "Rule broken"),
            Cell::text(item.basis.as_ref()),
        ),
        (
            heading("责任单位", "Responsible unit"),
            Cell::text(line.responsible_unit.name.as_ref()),
        ),
        (
            heading("责任人", "Responsible official"),
            person(line.responsible_person),
        ),
        (
            heading("牵头单位", "Lead"),
            Cell::text(line.lead_unit.as_ref().and_then(|it| it.name.as_ref())),
        ),
        (heading("交办日期", "Issued"), Cell::date(item.issued_on)),
        (heading("整改期限", "Due"), Cell::date(line.due_on)),
        (
            heading("当前状态", "State"),
            Cell::text(Some(line.state.zh)),
        ),
        (
            heading("涉及金额", "Money concerned"),
            item.amount_involved_fen.map_or(Cell::Empty, Cell::Amount),
        ),
    ];
    facts.extend(item.recovery.iter().flat_map(recovered));
    facts
}

/// What is to come back, and how much of it has.
fn recovered(recovery: &RecoveryLine) -> [(Heading, Cell); 7] {
    [
        (
            heading("应追缴", "To be recovered"),
            Cell::Amount(recovery.required_fen),
        ),
        (
            heading("已追缴", "Recovered"),
            Cell::Amount(recovery.received_fen),
        ),
        (
            heading("其中已对上银行流水", "Of this, matched with the bank"),
            Cell::Amount(recovery.matched_fen),
        ),
        (
            heading("其中非税缴库", "Of this, as non-tax revenue"),
            Cell::Amount(recovery.non_tax_fen),
        ),
        (
            heading("其中抵扣", "Of this, set off"),
            Cell::Amount(recovery.offset_fen),
        ),
        (heading("免缴", "Waived"), Cell::Amount(recovery.waived_fen)),
        (
            heading("未追缴", "Still open"),
            Cell::Amount(recovery.open_fen),
        ),
    ]
}

fn measures(item: &ItemView) -> Block {
    let columns: &[Made<MeasureLine>] = &[
        text("整改措施", "Measure", 11, |it| {
            Cell::text(Some(&it.description))
        }),
        text("类型", "Kind", 4, |it| Cell::text(Some(it.kind.zh))),
        text("承办单位", "Carried out by", 6, |it| {
            Cell::text(it.owner_unit.name.as_ref())
        }),
        text("完成情况", "Result", 9, |it| {
            Cell::text(it.result.as_ref())
        }),
        text("佐证文件(SHA-256)", "Evidence", 13, |it| {
            let files = it.evidence.iter().map(ToString::to_string);
            Cell::text(Some(files.collect::<Vec<_>>().join(" ")))
        }),
        text("有效", "Proved", 3, |it| Cell::yes(it.proved)),
    ];
    let name = heading("整改措施与佐证", "Measures and their proof");
    table(name, columns, &item.measures)
}

struct Step {
    seq: u64,
    what: String,
    on: BusinessDate,
    by: Cell,
    recorded_by: Cell,
    said: String,
}

/// What was asked for, found and decided on the way to a closing.
fn steps(told: &BTreeMap<u64, Told>) -> Block {
    let columns: &[Made<Step>] = &[
        count("记录", "Record", |it| Cell::Count(it.seq)),
        text("步骤", "Step", 8, |it| Cell::text(Some(&it.what))),
        date("日期", "On", |it| Cell::Date(it.on)),
        text("经办人", "By", 8, |it| it.by.clone()),
        text("登记人", "Recorded by", 6, |it| it.recorded_by.clone()),
        text("意见", "What was said", 10, |it| {
            Cell::text(Some(&it.said))
        }),
    ];
    let step = |(seq, told): (&u64, &Told)| {
        Some(Step {
            seq: *seq,
            said: remark(&told.fact.event)?,
            what: told.what.clone(),
            on: told.fact.occurred_on,
            by: told.by(),
            recorded_by: told.recorded_by(),
        })
    };
    let rows: Vec<Step> = told.iter().filter_map(step).collect();
    table(
        heading("销号经过", "On the way to the closing"),
        columns,
        &rows,
    )
}

/// What a step towards the closing, or back from it, says; nothing of another record.
fn remark(event: &Event) -> Option<String> {
    let Event::Item(event) = event else {
        return None;
    };
    match event {
        ItemEvent::Verified(it) => Some(format!("{}:{}", it.mode.zh(), it.finding)),
        ItemEvent::ReturnedForRework(it)
        | ItemEvent::ClosureRequestWithdrawn(it)
        | ItemEvent::LookbackFailed(it) => Some(it.reason.to_string()),
        ItemEvent::ClosureImported(it) => Some(it.document.to_string()),
        ItemEvent::ClosureRequested(it)
        | ItemEvent::Closed(it)
        | ItemEvent::LookbackPassed(it)
        | ItemEvent::LongTermReviewed(it) => {
            let remark = it.remark.as_ref();
            Some(remark.map(ToString::to_string).unwrap_or_default())
        }
        ItemEvent::Drafted(_)
        | ItemEvent::Issued(_)
        | ItemEvent::Acknowledged(_)
        | ItemEvent::PlanSubmitted(_)
        | ItemEvent::PlanReturned(_)
        | ItemEvent::PlanApproved(_)
        | ItemEvent::Suspended(_)
        | ItemEvent::Resumed(_)
        | ItemEvent::ObjectionUpheld(_)
        | ItemEvent::Merged(_)
        | ItemEvent::ClosedNotImplemented(_)
        | ItemEvent::MeasureAdded(_)
        | ItemEvent::MeasureChanged(_)
        | ItemEvent::MeasureFinished(_)
        | ItemEvent::EvidenceAdded(_)
        | ItemEvent::EvidenceRetracted(_)
        | ItemEvent::ProgressNoted(_)
        | ItemEvent::ExtensionRequested(_)
        | ItemEvent::ExtensionGranted(_)
        | ItemEvent::ExtensionRefused(_)
        | ItemEvent::LetterSent(_)
        | ItemEvent::RecoveryDemanded(_)
        | ItemEvent::RecoveryReceived(_)
        | ItemEvent::RecoveryWaived(_)
        | ItemEvent::LeadTransferred(_)
        | ItemEvent::RecusalDeclared(_)
        | ItemEvent::TakenOver(_)
        | ItemEvent::Reassigned(_)
        | ItemEvent::Split(_)
        | ItemEvent::OverlapLinked(_)
        | ItemEvent::OverlapUnlinked(_)
        | ItemEvent::Refuted(_)
        | ItemEvent::LongTermApproved(_)
        | ItemEvent::LongTermContinued(_)
        | ItemEvent::Discarded(_) => None,
    }
}
