//! A ledger to ask and to look at: commands in JSON, decided, and folded into a view.

use crate::{Entry, View};
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use ledger::context::Actor;
use ledger::date::BusinessDate;
use ledger::ids::{OrganisationId, PersonId};
use ledger::text::Reference;
use ledger::token::Role;
use ledger::{Admission, Command, Context, Event, Fact, Intake, Rejection};
use serde_json::{Value, json};
use uuid::Uuid;

/// The kinds of identifiers, so that a test speaks of "project 3".
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Unit = 1,
    Person,
    Fund,
    Project,
    Milestone,
    Payment,
    Round,
    Item,
    Measure,
    Zone,
    Account,
    Movement,
    Custody,
    Contribution,
    Line,
    Evidence,
    Cycle,
    Pledge,
}

pub(super) fn id(kind: Kind, number: u128) -> Uuid {
    Uuid::from_u128(((kind as u128) << 64) | number)
}

pub(super) fn unit(number: u128) -> OrganisationId {
    OrganisationId(id(Kind::Unit, number))
}

pub(super) fn who(person: u128, organisation: u128) -> Actor {
    Actor {
        person: PersonId(id(Kind::Person, person)),
        organisation: unit(organisation),
    }
}

pub(super) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// Noon in UTC+08:00.
pub(super) fn noon_us(day: Date) -> u64 {
    let zone = TimeZone::fixed(Offset::constant(8));
    let noon = day.at(12, 0, 0, 0).to_zoned(zone).unwrap();
    u64::try_from(noon.timestamp().as_microsecond()).unwrap()
}

/// A ledger, its records, and what can be asked of it.
pub(super) struct World {
    pub(super) view: View,
    pub(super) facts: Vec<Fact>,
    /// The day on which each of them was recorded.
    pub(super) recorded: Vec<Date>,
    pub(super) today: Date,
    pub(super) actor: Actor,
    /// When the next records happened, if not on the day of recording.
    pub(super) occurred_on: Option<BusinessDate>,
    /// The documents on which the next records rest.
    pub(super) documents: Vec<Reference>,
}

impl World {
    /// An open ledger on the last day of 2025, with nothing in it. The clerk is person 1 of unit
    /// 1; nobody need be registered to act.
    pub(super) fn new() -> World {
        let today = day("2025-12-31");
        let actor = who(1, 1);
        let (view, facts) = (View::default(), Vec::new());
        let mut world = World {
            view,
            facts,
            recorded: Vec::new(),
            today,
            actor,
            occurred_on: None,
            documents: Vec::new(),
        };
        world.does(json!({"ledger": {"open": {"name": "县账本", "area": "533300"}}}));
        world
    }

    pub(super) fn by(&mut self, person: u128, organisation: u128) -> &mut World {
        self.actor = who(person, organisation);
        self
    }

    pub(super) fn on(&mut self, today: &str) -> &mut World {
        self.today = day(today);
        self
    }

    pub(super) fn ask(&mut self, intake: Intake, command: Value) -> Result<(), Rejection> {
        let text = command.to_string();
        let command: Command =
            serde_json::from_value(command).unwrap_or_else(|error| panic!("{error}: {text}"));
        let facts = &self.facts;
        let look_up = |seq: u64| {
            let fact = facts.get(usize::try_from(seq).unwrap().wrapping_sub(1));
            Ok::<_, std::convert::Infallible>(fact.map(|fact| fact.event.clone()))
        };
        let Ok(command) = command.recalled(look_up);
        let command = command.into_owned();
        let (signatories, proposed_by) = ledger::entry::rules::paper(&self.view.books, &command);
        let context = Context {
            actor: self.actor,
            intake,
            occurred_on: self.occurred_on.unwrap_or(BusinessDate::day(self.today)),
            today: self.today,
            signatories,
            proposed_by,
            seq: self.view.head().map_or(1, |head| head.seq + 1),
        };
        let admission = Admission {
            roles: Role::ALL,
            expected_version: None,
        };
        let look_up = |seq: u64| -> Result<_, std::convert::Infallible> {
            let place = usize::try_from(seq).unwrap().checked_sub(1);
            let fact = place.and_then(|place| self.facts.get(place));
            Ok(fact.map(|fact| fact.event.clone()))
        };
        let Ok(command) = command.recalled(look_up);
        for event in ledger::decide(&self.view.books, &admission, &context, &command)? {
            self.record(&context, event);
        }
        Ok(())
    }

    fn record(&mut self, context: &Context, event: Event) {
        let fact = Fact {
            actor: context.actor,
            intake: context.intake,
            occurred_on: context.occurred_on,
            documents: self.documents.clone(),
            correlation_id: None,
            signatories: Default::default(),
            event,
        };
        let seq = u64::try_from(self.facts.len()).unwrap() + 1;
        self.view.apply(&Entry {
            position: seq * 100,
            seq,
            recorded_at_us: noon_us(context.today),
            hash: [7; 32],
            fact: &fact,
        });
        self.facts.push(fact);
        self.recorded.push(context.today);
        self.numbers_are_in_order();
    }

    /// The order that is kept is the one that sorting gives.
    fn numbers_are_in_order(&self) {
        let items = self.view.books.items.iter();
        let mut items: Vec<_> = items.map(|(id, row)| (&row.draft.number, id)).collect();
        items.sort_unstable();
        let kept = self.view.links.numbered.iter();
        assert!(kept.eq(items.into_iter().map(|(_, id)| id)));
    }

    /// In control, and it must succeed.
    pub(super) fn does(&mut self, command: Value) -> &mut World {
        let text = command.to_string();
        if let Err(rejection) = self.ask(Intake::Control, command) {
            panic!("{rejection}: {text}");
        }
        self
    }

    /// In control, and it must be refused.
    pub(super) fn refused(&mut self, command: Value) -> &'static str {
        self.ask(Intake::Control, command).unwrap_err().code()
    }

    /// As an observed fact.
    pub(super) fn sees(&mut self, command: Value) -> &mut World {
        let text = command.to_string();
        if let Err(rejection) = self.ask(Intake::Observation, command) {
            panic!("{rejection}: {text}");
        }
        self
    }

    pub(super) fn registers_unit(&mut self, number: u128, level: &str, parent: u128) {
        let above = (parent > 0).then(|| unit(parent));
        self.does(json!({"organisation": {"register": {
            "organisation": unit(number), "code": format!("U{number}"),
            "name": format!("单位{number}"), "kind": "area", "level": level, "parent": above,
        }}}));
    }

    pub(super) fn registers_person(&mut self, number: u128) {
        self.does(json!({"subject": {"register": {"person": id(Kind::Person, number)}}}));
    }

    pub(super) fn announces(&mut self, fund: u128, receiver: u128, kind: &str, fen: i64) {
        self.does(json!({"fund": {"announce": {
            "fund": id(Kind::Fund, fund), "name": format!("资金{fund}"),
            "document": format!("财农〔2018〕{fund}号"), "issuer": unit(receiver),
            "receiver": unit(receiver), "source_kind": kind, "amount_fen": fen,
            "budget_year": 2018, "purpose_code": "整村推进",
        }}}));
    }

    pub(super) fn receives(&mut self, fund: u128, fen: i64) {
        self.does(json!({"fund": {"receive": {
            "fund": id(Kind::Fund, fund), "amount_fen": fen, "document": "到位通知",
        }}}));
    }

    pub(super) fn enters_project(&mut self, number: u128, planned: &[(&str, i64)]) {
        let total: i64 = planned.iter().map(|(_, fen)| fen).sum();
        let parts: Vec<Value> = planned
            .iter()
            .map(|(kind, fen)| json!({"source_kind": kind, "amount_fen": fen}))
            .collect();
        self.does(json!({"project": {"enter_library": {
            "project": id(Kind::Project, number), "number": format!("P{number:04}"),
            "name": format!("项目{number}"), "implementing_unit": unit(2), "area": unit(2),
            "content": "建设内容", "performance_target": "绩效目标",
            "planned": parts, "planned_fen": total,
        }}}));
    }

    /// Approved by observation, with whatever it lacks: these tests are about money.
    pub(super) fn starts_project(&mut self, number: u128) {
        let project = id(Kind::Project, number);
        self.sees(json!({"project": {"approve": {
            "project": project, "document": "批复", "budget_fen": 100,
            "budget": [{"source_kind": "county", "amount_fen": 100}],
        }}}));
        self.sees(json!({"project": {"start": {"project": project}}}));
    }
}

pub(super) fn allocation(fund: u128, from: u128, to: Value, fen: i64) -> Value {
    json!({"fund": {"allocate": {
        "fund": id(Kind::Fund, fund), "from": unit(from), "to": to,
        "amount_fen": fen, "document": "分解下达",
    }}})
}

pub(super) fn to_unit(number: u128) -> Value {
    json!({"organisation": unit(number)})
}

pub(super) fn to_project(number: u128) -> Value {
    json!({"project": id(Kind::Project, number)})
}

pub(super) fn instruction(
    payment: u128,
    project: u128,
    payee: Value,
    sources: &[(u128, i64)],
) -> Value {
    let total: i64 = sources.iter().map(|(_, fen)| fen).sum();
    let shares: Vec<Value> = sources
        .iter()
        .map(|(fund, fen)| json!({"fund": id(Kind::Fund, *fund), "amount_fen": fen}))
        .collect();
    json!({"payment": {"instruct": {
        "payment": id(Kind::Payment, payment), "project": id(Kind::Project, project),
        "payee": payee, "amount_fen": total, "sources": shares, "kind": "subsidy",
        "voucher": format!("V{payment}"),
    }}})
}

pub(super) fn settlement(payment: u128, fen: i64) -> Value {
    json!({"payment": {"settle": {
        "payment": id(Kind::Payment, payment), "amount_fen": fen, "bank_reference": "B1",
    }}})
}

pub(super) fn return_of(payment: u128, fen: i64) -> Value {
    json!({"payment": {"return": {
        "payment": id(Kind::Payment, payment), "amount_fen": fen, "reason": "账号有误",
    }}})
}

pub(super) fn receipt(payment: u128, person: u128, result: &str, fen: i64) -> Value {
    json!({"receipt": {"confirm": {
        "payment": id(Kind::Payment, payment), "subject": id(Kind::Person, person),
        "amount_fen": fen, "channel": "visit", "result": result,
    }}})
}

pub(super) fn to_person(number: u128) -> Value {
    json!({"subject": id(Kind::Person, number)})
}
