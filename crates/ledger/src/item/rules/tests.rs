//! Promised: an item moves only as the table says, and nobody closes it who asked for it, looked
//! at it for the asker, or has no proof. Shown as given, when, then: commands that succeeded, one
//! more, and its events with the state after it, or its refusal. Every case goes through
//! `crate::decide`, so policy is judged as in control unless the case is observed.

mod assignment;
mod clock;
mod closing;
mod deadline;
mod division;
mod draft;
mod extension;
mod letters;
mod long_term;
mod offset;
mod opening;
mod overlap;
mod paper;
mod paths;
mod recovered;
mod table;
mod verifying;
mod whose;
mod work;

use super::*;
use crate::context::{Actor, Admission};
use crate::digest::Digest;
use crate::ids::{MeasureId, OrganisationId, PersonId, RoundId};
use crate::item::*;
use crate::money::Fen;
use crate::organisation::{Level, OrganisationEvent, OrganisationKind, OrganisationRegistration};
use crate::round::{Feedback, RoundEvent, RoundKind, RoundOpening};
use crate::text::{Name, Reference, Text};
use crate::token::Role;
use crate::{Command, apply as apply_any, decide as decide_any};
use expect_test::{Expect, expect};
use uuid::Uuid;

const PREFECTURE: u128 = 1;
const COUNTY: u128 = 2;
/// The responsible unit, with a village below it.
const TOWN: u128 = 3;
const VILLAGE: u128 = 4;
/// The closing body of the usual round, in the county.
const OFFICE: u128 = 5;
const FINANCE: u128 = 6;
const DISCIPLINE: u128 = 7;

const fn who(person: u128, organisation: u128) -> Actor {
    let person = PersonId(Uuid::from_u128(person));
    Actor {
        person,
        organisation: OrganisationId(Uuid::from_u128(organisation)),
    }
}
const CLERK: Actor = who(10, TOWN);
const VILLAGER: Actor = who(11, VILLAGE);
const FIRST: Actor = who(20, DISCIPLINE);
const SECOND: Actor = who(21, FINANCE);
const CLOSER: Actor = who(30, OFFICE);
const INSPECTOR: Actor = who(31, OFFICE);
const MAYOR: Actor = who(40, COUNTY);
const GOVERNOR: Actor = who(50, PREFECTURE);

fn unit(number: u128) -> OrganisationId {
    OrganisationId(Uuid::from_u128(number))
}
fn item(number: u128) -> ItemId {
    ItemId(Uuid::from_u128(0x1000 | number))
}
fn round(number: u128) -> RoundId {
    RoundId(Uuid::from_u128(0x2000 | number))
}
fn measure(number: u128) -> MeasureId {
    MeasureId(Uuid::from_u128(0x3000 | number))
}
fn text(text: &str) -> Text {
    Text::new(text).unwrap()
}
fn reference() -> Reference {
    Reference::new("县发〔2018〕1号").unwrap()
}
fn on(date: &str) -> BusinessDate {
    date.parse().unwrap()
}
fn day(date: &str) -> jiff::civil::Date {
    date.parse().unwrap()
}
fn fen(fen: i64) -> Fen {
    Fen::new(fen).unwrap()
}

/// Somebody asks something on some day.
#[derive(Debug, Clone)]
struct Ask {
    who: Actor,
    on: &'static str,
    intake: Intake,
    command: ItemCommand,
}

fn ask(who: Actor, on: &'static str, command: ItemCommand) -> Ask {
    Ask {
        who,
        on,
        intake: Intake::Control,
        command,
    }
}

impl Ask {
    fn observed(self) -> Ask {
        Ask {
            intake: Intake::Observation,
            ..self
        }
    }

    fn context(&self) -> Context {
        let (actor, intake, occurred_on) = (self.who, self.intake, on(self.on));
        Context {
            actor,
            intake,
            occurred_on,
            today: day("2030-01-01"),
            seq: 1,
            signatories: Default::default(),
            // Somebody else has proposed what may only be confirmed.
            proposed_by: matches!(self.command, ItemCommand::TakeOver(_)).then_some(GOVERNOR),
        }
    }
}

fn step(make: fn(ItemStep) -> ItemCommand) -> ItemCommand {
    make(ItemStep {
        item: item(1),
        remark: None,
    })
}
fn because(make: fn(ReasonedStep) -> ItemCommand) -> ItemCommand {
    make(ReasonedStep {
        item: item(1),
        reason: text("确有必要"),
    })
}
fn verify(mode: VerificationMode) -> ItemCommand {
    ItemCommand::Verify(Verification {
        item: item(1),
        mode,
        finding: text("已整改"),
    })
}
fn on_site() -> ItemCommand {
    verify(VerificationMode::OnSite)
}
fn submit_plan() -> ItemCommand {
    let document = reference();
    ItemCommand::SubmitPlan(PlanSubmission {
        item: item(1),
        plan: text("全部追回"),
        document,
    })
}
fn a_measure(number: u128, kind: MeasureKind) -> Measure {
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
fn add_measure(number: u128) -> ItemCommand {
    ItemCommand::AddMeasure(a_measure(number, MeasureKind::Ordinary))
}
fn add_evidence(number: u8, captured_on: &str) -> ItemCommand {
    ItemCommand::AddEvidence(Evidence {
        item: item(1),
        measure: measure(number.into()),
        sha256: Digest([number; 32]),
        captured_on: on(captured_on),
        description: text("公示照片"),
    })
}
fn finish_measure(number: u128) -> ItemCommand {
    ItemCommand::FinishMeasure(MeasureResult {
        item: item(1),
        measure: measure(number),
        result: text("已完成"),
    })
}
fn retract_evidence(number: u8) -> ItemCommand {
    let (sha256, reason) = (Digest([number; 32]), text("拍错"));
    ItemCommand::RetractEvidence(EvidenceRetraction {
        item: item(1),
        sha256,
        reason,
    })
}
fn recovery(make: fn(Recovery) -> ItemCommand, amount: i64) -> ItemCommand {
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
fn came_back(amount: i64) -> ItemCommand {
    recovery(ItemCommand::ReceiveRecovery, amount)
}
fn waive(amount: i64) -> ItemCommand {
    ItemCommand::WaiveRecovery(RecoveryWaiver {
        item: item(1),
        amount_fen: fen(amount),
        authority: Name::new("县人民政府").unwrap(),
        reason: text("无法追回"),
    })
}
fn extend_to(due_on: &str) -> ItemCommand {
    let due_on = on(due_on);
    ItemCommand::RequestExtension(ExtensionRequest {
        item: item(1),
        due_on,
        reason: text("雨季"),
    })
}
fn merge_into(number: u128) -> ItemCommand {
    ItemCommand::Merge(ItemMerger {
        item: item(1),
        into: item(number),
        reason: text("同一问题"),
    })
}
fn transfer_lead(to: u128) -> ItemCommand {
    ItemCommand::TransferLead(LeadTransfer {
        item: item(1),
        lead_unit: unit(to),
        reason: text("职责调整"),
    })
}
fn recuse(person: Actor) -> ItemCommand {
    let reason = text("亲属");
    ItemCommand::DeclareRecusal(Recusal {
        item: item(1),
        person: person.person,
        reason,
    })
}
fn give_up() -> ItemCommand {
    ItemCommand::CloseNotImplemented(ItemAbandonment {
        item: item(1),
        authority: Name::new("县委").unwrap(),
        reason: text("单位撤销"),
    })
}
fn import_closure(closed_on: &str) -> ItemCommand {
    let (closed_on, document) = (on(closed_on), reference());
    ItemCommand::ImportClosure(HistoricalClosure {
        item: item(1),
        closed_on,
        document,
    })
}

/// Item 1 of round 1: money to see on site, two months from the feedback of 2018-07-28.
fn a_draft() -> ItemDraft {
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
fn draft(change: impl FnOnce(&mut ItemDraft)) -> Ask {
    let mut draft = a_draft();
    change(&mut draft);
    ask(INSPECTOR, "2018-07-29", ItemCommand::Draft(draft))
}

fn reassign(change: impl FnOnce(&mut Reassignment)) -> ItemCommand {
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
fn split_into(parts: &[u128]) -> ItemCommand {
    let into = parts.iter().map(|part| item(*part)).collect();
    ItemCommand::Split(ItemSplit {
        item: item(1),
        into,
        reason: text("分属两个单位"),
    })
}
fn overlap(make: fn(ItemOverlap) -> ItemCommand, number: u128, with: u128) -> ItemCommand {
    let (item, with) = (item(number), item(with));
    make(ItemOverlap {
        item,
        with,
        reason: text("同一笔资金"),
    })
}
fn refute(captured_on: &str) -> ItemCommand {
    ItemCommand::Refute(Refutation {
        item: item(1),
        authority: Name::new("县委巡察工作领导小组").unwrap(),
        document: reference(),
        reason: text("资金当年已拨付"),
        sha256: Digest([9; 32]),
        captured_on: on(captured_on),
    })
}
fn continue_until(next_review_on: &str) -> ItemCommand {
    ItemCommand::ContinueLongTerm(LongTermReview {
        item: item(1),
        finding: text("仍须一年"),
        next_review_on: on(next_review_on),
    })
}

/// From the list to the closing.
fn happy() -> Vec<Ask> {
    happy_from(draft(|_| ()))
}
fn happy_from(draft: Ask) -> Vec<Ask> {
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
fn up_to(state: State) -> Vec<Ask> {
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
fn at_work() -> Vec<Ask> {
    happy()[..9].to_vec()
}

fn and(mut given: Vec<Ask>, more: impl IntoIterator<Item = Ask>) -> Vec<Ask> {
    given.extend(more);
    given
}

struct World {
    books: Books,
}

impl World {
    /// The units; round 1 with feedback, round 2 without, round 3 a self-check closed by the
    /// county, round 4 one closed by the town.
    fn new() -> World {
        let mut books = Books::default();
        let name = Name::new("某县").unwrap();
        let book = crate::books::Book {
            name,
            area: reference(),
            closed: false,
            paper_signatures: false,
            recoveries_by_bank_line: false,
            reminder_days: None,
            warning_days: None,
            prepared: None,
            signed_off: None,
            version: 1,
        };
        books.book = Some(book);
        let mut world = World { books };
        for (number, above, level) in [
            (PREFECTURE, None, Level::Prefecture),
            (COUNTY, Some(PREFECTURE), Level::County),
            (TOWN, Some(COUNTY), Level::Town),
            (VILLAGE, Some(TOWN), Level::Village),
            (OFFICE, Some(COUNTY), Level::County),
            (FINANCE, Some(COUNTY), Level::County),
            (DISCIPLINE, Some(COUNTY), Level::County),
        ] {
            let event = OrganisationEvent::Registered(OrganisationRegistration {
                organisation: unit(number),
                code: reference(),
                name: Name::new("单位").unwrap(),
                kind: OrganisationKind::Agency,
                level,
                parent: above.map(unit),
            });
            world.happened("2018-01-01", Event::Organisation(event));
        }
        for (number, kind, closing_body) in [
            (1, RoundKind::Inspection, OFFICE),
            (2, RoundKind::Inspection, OFFICE),
            (3, RoundKind::SelfCheck, COUNTY),
            (4, RoundKind::Inspection, TOWN),
        ] {
            let event = RoundEvent::Opened(RoundOpening {
                round: round(number),
                name: Name::new("第一轮").unwrap(),
                kind,
                inspecting_body: unit(COUNTY),
                closing_body: unit(closing_body),
                mandate: reference(),
                related_round: None,
                relation: None,
            });
            world.happened("2018-06-01", Event::Round(event));
        }
        world.feedback(1, "2018-07-28");
        world
    }

    fn feedback(&mut self, number: u128, on: &'static str) {
        let (round, receivers, document) = (round(number), vec![unit(TOWN)], reference());
        let event = RoundEvent::FeedbackDelivered(Feedback {
            round,
            receivers,
            document,
        });
        self.happened(on, Event::Round(event));
    }

    fn happened(&mut self, on: &'static str, event: Event) {
        let context = ask(INSPECTOR, on, step(ItemCommand::Issue)).context();
        apply_any(&mut self.books, &context, &event);
    }

    fn given(asks: &[Ask]) -> World {
        let mut world = World::new();
        asks.iter().for_each(|ask| world.take(ask));
        world
    }

    fn decide(&self, ask: &Ask) -> Result<Vec<Event>, Rejection> {
        let roles = &[Role::Rectification];
        let admission = Admission {
            roles,
            expected_version: None,
        };
        decide_any(
            &self.books,
            &admission,
            &ask.context(),
            &Command::Item(ask.command.clone()),
        )
    }

    fn take(&mut self, ask: &Ask) {
        let events = self
            .decide(ask)
            .unwrap_or_else(|no| panic!("{} {no}: {ask:?}", no.code()));
        events
            .iter()
            .for_each(|event| apply_any(&mut self.books, &ask.context(), event));
    }

    fn item(&self) -> &Item {
        self.books.items.get(item(1)).unwrap()
    }
}

/// `CODE field: text`, on two lines where it is too long for one, and without the zeros of ids.
fn refusal(no: &Rejection) -> String {
    let field = no
        .field()
        .map(|field| format!(" {field}"))
        .unwrap_or_default();
    let text = no
        .to_string()
        .replace("00000000-0000-0000-0000-00000000", "#");
    let line = format!("{}{field}: {text}", no.code());
    if line.chars().count() > 76 {
        line.replacen(": ", ":\n", 1)
    } else {
        line
    }
}

/// Given these commands, when this one comes, then this: the event and the state after it, or
/// the refusal.
fn check(given: &[Ask], when: Ask, then: Expect) {
    let mut world = World::given(given);
    let actual = match world.decide(&when) {
        Ok(events) => {
            world.take(&when);
            let events: Vec<_> = events.iter().map(Event::word).collect();
            format!("{} -> {}", events.join(", "), world.item().state)
        }
        Err(no) => refusal(&no),
    };
    then.assert_eq(&actual);
}
