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
mod samples;
mod table;
mod verifying;
mod whose;
mod work;

use super::*;
use crate::context::{Actor, Admission, Intake};
use crate::date::BusinessDate;
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
use samples::*;
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
