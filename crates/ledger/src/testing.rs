//! What the tests of the nouns share: who there is, what they ask, and what comes of it. Shown as
//! given, when, then: commands that succeeded, one more, and its events or its refusal. Every case
//! goes through `crate::decide` and `crate::apply`.

mod book;
mod chance;
mod claims;
mod contracts;
mod fund;
mod opening;
mod organisation;
mod payment;
mod person;
mod project;

pub(crate) use book::*;
pub(crate) use chance::Chance;
pub(crate) use claims::*;
pub(crate) use contracts::*;
pub(crate) use fund::*;
pub(crate) use opening::*;
pub(crate) use organisation::*;
pub(crate) use payment::*;
pub(crate) use person::*;
pub(crate) use project::*;

use crate::context::{Actor, Admission, Context, Intake};
use crate::fund::Holder;
use crate::ids::*;
use crate::money::Fen;
use crate::organisation::Level;
use crate::person::PersonCommand;
use crate::rejection::Rejection;
use crate::text::{Name, Reference, Text};
use crate::token::Role;
use crate::{Books, Command, Event, apply, breaches, decide};
use expect_test::Expect;
use uuid::Uuid;

pub(crate) const PREFECTURE: u128 = 1;
/// The receiver of the usual batch.
pub(crate) const COUNTY: u128 = 2;
pub(crate) const TOWN: u128 = 3;
pub(crate) const VILLAGE: u128 = 4;
/// Carries out the usual project.
pub(crate) const BUREAU: u128 = 5;
pub(crate) const COMPANY: u128 = 6;
/// Nobody has heard of it.
pub(crate) const NOWHERE: u128 = 99;

pub(crate) const fn who(person: u128, organisation: u128) -> Actor {
    Actor {
        person: PersonId(Uuid::from_u128(person)),
        organisation: OrganisationId(Uuid::from_u128(organisation)),
    }
}
/// Enters, announces, instructs.
pub(crate) const CLERK: Actor = who(10, COUNTY);
/// Approves and accepts.
pub(crate) const CHIEF: Actor = who(11, COUNTY);
/// Builds, and says when it is done.
pub(crate) const BUILDER: Actor = who(12, BUREAU);
/// Asks the payees.
pub(crate) const VISITOR: Actor = who(13, TOWN);

pub(crate) fn unit(number: u128) -> OrganisationId {
    OrganisationId(Uuid::from_u128(number))
}
pub(crate) fn person(number: u128) -> PersonId {
    PersonId(Uuid::from_u128(0x1000 | number))
}
pub(crate) fn fund(number: u128) -> FundId {
    FundId(Uuid::from_u128(0x2000 | number))
}
pub(crate) fn project(number: u128) -> ProjectId {
    ProjectId(Uuid::from_u128(0x3000 | number))
}
pub(crate) fn payment(number: u128) -> PaymentId {
    PaymentId(Uuid::from_u128(0x4000 | number))
}
pub(crate) fn to_unit(number: u128) -> Holder {
    Holder::Organisation(unit(number))
}
pub(crate) fn to_project(number: u128) -> Holder {
    Holder::Project(project(number))
}
pub(crate) fn name() -> Name {
    Name::new("某某").unwrap()
}
pub(crate) fn text() -> Text {
    Text::new("确有必要").unwrap()
}
pub(crate) fn reference() -> Reference {
    Reference::new("县发〔2018〕1号").unwrap()
}
pub(crate) fn fen(fen: i64) -> Fen {
    Fen::new(fen).unwrap()
}

/// All that may write: in most tests the roles are not the question.
pub(crate) const WRITERS: &[Role] = &[
    Role::Administrator,
    Role::Inspector,
    Role::Finance,
    Role::Rectification,
];

/// Somebody asks something on some day.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    who: Actor,
    roles: Vec<Role>,
    on: &'static str,
    intake: Intake,
    expected_version: Option<u32>,
    pub(crate) command: Command,
}

/// The clerk asks, on 2018-07-01, as a control command.
pub(crate) fn ask(command: Command) -> Ask {
    Ask {
        who: CLERK,
        roles: WRITERS.to_vec(),
        on: "2018-07-01",
        intake: Intake::Control,
        expected_version: None,
        command,
    }
}

impl Ask {
    pub(crate) fn by(self, who: Actor) -> Ask {
        Ask { who, ..self }
    }
    pub(crate) fn on(self, on: &'static str) -> Ask {
        Ask { on, ..self }
    }
    pub(crate) fn observed(self) -> Ask {
        let intake = Intake::Observation;
        Ask { intake, ..self }
    }
    pub(crate) fn with_roles(self, roles: &[Role]) -> Ask {
        let roles = roles.to_vec();
        Ask { roles, ..self }
    }
    pub(crate) fn expecting(self, version: u32) -> Ask {
        let expected_version = Some(version);
        Ask {
            expected_version,
            ..self
        }
    }

    /// Recorded on 2020-01-01.
    pub(crate) fn context(&self) -> Context {
        Context {
            actor: self.who,
            intake: self.intake,
            occurred_on: self.on.parse().unwrap(),
            today: "2020-01-01".parse().unwrap(),
            seq: 1,
            signatories: Default::default(),
            proposed_by: None,
        }
    }
}

pub(crate) fn and(given: &[Ask], more: impl IntoIterator<Item = Ask>) -> Vec<Ask> {
    given.iter().cloned().chain(more).collect()
}

/// A sample of every command, from the published vectors.
pub(crate) fn every_command() -> Vec<Command> {
    include_str!("../../../proto/vectors/bodies-v1.txt")
        .split("\n\n")
        .filter_map(|block| {
            let line = |key: &str| block.lines().find_map(|line| line.strip_prefix(key));
            let (noun, word) = line("command ")?.split_once('.')?;
            let facts: serde_json::Value = serde_json::from_str(line("facts ")?).unwrap();
            let tagged = serde_json::json!({ noun: { word: facts } });
            Some(serde_json::from_value(tagged).unwrap())
        })
        .collect()
}

pub(crate) struct World {
    pub(crate) books: Books,
    /// What has happened, in the order of the chain, whose first place is 1.
    pub(crate) events: Vec<Event>,
}

/// The place that the next event takes.
pub(crate) fn next(events: &[Event]) -> u64 {
    u64::try_from(events.len()).unwrap().saturating_add(1)
}

impl World {
    /// An open ledger with the units, and with persons 1 and 2.
    pub(crate) fn new() -> World {
        let mut world = World {
            books: Books::default(),
            events: Vec::new(),
        };
        world.take(&open_ledger());
        for (number, parent, level) in [
            (PREFECTURE, None, Level::Prefecture),
            (COUNTY, Some(PREFECTURE), Level::County),
            (TOWN, Some(COUNTY), Level::Town),
            (VILLAGE, Some(TOWN), Level::Village),
            (BUREAU, Some(COUNTY), Level::County),
            (COMPANY, None, Level::County),
        ] {
            world.take(&register_unit(number, level, parent));
        }
        for number in [1, 2] {
            let register = PersonCommand::Register(profile(number));
            world.take(&ask(Command::Subject(register)));
        }
        world
    }

    pub(crate) fn given(asks: &[Ask]) -> World {
        let mut world = World::new();
        asks.iter().for_each(|ask| world.take(ask));
        world
    }

    pub(crate) fn decide(&self, ask: &Ask) -> Result<Vec<Event>, Rejection> {
        let admission = Admission {
            roles: &ask.roles,
            expected_version: ask.expected_version,
        };
        let look_up = |seq: u64| -> Result<_, std::convert::Infallible> {
            let place = usize::try_from(seq).unwrap().checked_sub(1);
            Ok(place.and_then(|place| self.events.get(place)).cloned())
        };
        let Ok(command) = ask.command.recalled(look_up);
        decide(&self.books, &admission, &self.context(ask), &command)
    }

    /// The circumstances of what comes next.
    pub(crate) fn context(&self, ask: &Ask) -> Context {
        let seq = next(&self.events);
        let (signatories, proposed_by) = crate::entry::rules::paper(&self.books, &ask.command);
        Context {
            seq,
            signatories,
            proposed_by,
            ..ask.context()
        }
    }

    fn happen(&mut self, context: &Context, event: Event) {
        let seq = next(&self.events);
        let context = Context {
            seq,
            ..context.clone()
        };
        apply(&mut self.books, &context, &event);
        self.events.push(event);
    }

    pub(crate) fn take(&mut self, ask: &Ask) {
        let context = self.context(ask);
        let events = self
            .decide(ask)
            .unwrap_or_else(|no| panic!("{}: {ask:?}", refusal(&no)));
        for event in events {
            self.happen(&context, event);
        }
    }

    /// The events and, if they were observed, the rules they break; or the refusal. What succeeds
    /// is taken into the books.
    pub(crate) fn answer(&mut self, ask: &Ask) -> String {
        let context = self.context(ask);
        let events = match self.decide(ask) {
            Ok(events) => events,
            Err(no) => return refusal(&no),
        };
        let mut lines = Vec::new();
        for event in events {
            lines.push(event.word().to_owned());
            let broken = breaches(&self.books, &context, &event);
            lines.extend(broken.iter().map(|no| format!("alert {}", refusal(no))));
            self.happen(&context, event);
        }
        lines.join("\n")
    }
}

/// `CODE field: text`, on two lines where it is too long for one, and without the zeros of ids.
pub(crate) fn refusal(no: &Rejection) -> String {
    let field = no
        .field()
        .map(|field| format!(" {field}"))
        .unwrap_or_default();
    let text = no
        .to_string()
        .replace("00000000-0000-0000-0000-00000000", "#");
    let line = format!("{}{field}: {text}", no.code());
    if line.chars().count() > 76 {
        line.replacen(": ", ":\n  ", 1)
    } else {
        line
    }
}

/// Given these commands, when each of those comes alone, then these are the answers, line by line.
pub(crate) fn check(given: &[Ask], when: &[Ask], then: Expect) {
    let answers: Vec<String> = when
        .iter()
        .map(|ask| World::given(given).answer(ask))
        .collect();
    then.assert_eq(&answers.join("\n"));
}
