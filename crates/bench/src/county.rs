//! A county's year, made from a seed: what the demonstration has, and as much of it as is asked.
//!
//! Everything is accepted in control intake, in the order in which it is given: by whom, and what.
//! What one hand does and nothing in it rests on is one [`Turn`], because a request has one caller.

mod hands;
mod lot;
mod rectification;
mod setup;
mod subsidies;

pub use hands::Hand;
pub use subsidies::instruction;

use crate::chance::Chance;
use jiff::civil;
use ledger::date::BusinessDate;
use ledger::ids::*;
use ledger::money::Fen;
use ledger::text::{Name, Reference, Text};
use ledger::{Command, Intake, Submission};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Households: a county's poor, who share its payments.
pub const HOUSEHOLDS: u64 = 10_000;
/// Batches that the year begins with.
pub const FUNDS: u64 = 24;
/// Projects that the year begins with, approved and with money.
pub const PROJECTS: u64 = 240;
/// Suppliers.
pub const COMPANIES: u64 = 200;
/// Towns with their governments.
pub const TOWNS: u64 = 20;

/// What a lot holds, on the average: what a command costs is counted over many lots.
pub const COMMANDS_A_LOT: u64 = 59;

/// A county with its seed.
#[derive(Debug, Clone, Copy)]
pub struct County {
    seed: u64,
    households: u64,
}

/// What one person asks in one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Who.
    pub hand: Hand,
    /// What.
    pub submissions: Vec<Submission>,
}

/// What belongs together happens in steps; those of one step rest on nothing of the same step.
type Steps = BTreeMap<(u8, Hand), Vec<Submission>>;

/// The kinds of identifiers, so that none is used twice.
#[derive(Debug, Clone, Copy)]
#[repr(u8)]
enum Kind {
    Person = 1,
    Organisation,
    Fund,
    Project,
    Payment,
    Contract,
    Claim,
    Account,
    Movement,
    Line,
    Round,
    Item,
    Measure,
    Ledger,
}

fn id(kind: Kind, number: u64) -> Uuid {
    // Scrambled, because clients choose random identifiers.
    let mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(17) ^ kind as u64;
    Uuid::from_u64_pair(mixed, number ^ ((kind as u64) << 56))
}

/// The ledger of the county.
#[must_use]
pub fn ledger() -> LedgerId {
    LedgerId(id(Kind::Ledger, 1))
}

/// A batch.
#[must_use]
pub fn fund(number: u64) -> FundId {
    FundId(id(Kind::Fund, number))
}

/// A payment of [`County::subsidies`].
#[must_use]
pub fn payment(number: u64) -> PaymentId {
    PaymentId(id(Kind::Payment, number))
}

/// An item of [`County::items`] or of a year.
#[must_use]
pub fn item(number: u64) -> ItemId {
    ItemId(id(Kind::Item, number))
}

/// A project.
#[must_use]
pub fn project(number: u64) -> ProjectId {
    ProjectId(id(Kind::Project, number))
}

fn unit(number: u64) -> OrganisationId {
    OrganisationId(id(Kind::Organisation, number))
}

/// A household.
#[must_use]
pub fn household(number: u64) -> PersonId {
    PersonId(id(Kind::Person, number))
}

fn company(number: u64) -> OrganisationId {
    unit(10_000 + number % COMPANIES)
}

fn town(number: u64) -> OrganisationId {
    unit(100 + number % TOWNS)
}

fn reference(text: impl Into<Box<str>>) -> Reference {
    Reference::new(text).expect("a short text")
}

fn name(text: impl Into<Box<str>>) -> Name {
    Name::new(text).expect("a short text")
}

fn text(text: impl Into<Box<str>>) -> Text {
    Text::new(text).expect("a short text")
}

fn fen(amount: u64) -> Fen {
    Fen::new(amount as i64).expect("a small amount")
}

/// A day of 2018; the year begins in February, when its setting up is over.
fn day(number: u64) -> BusinessDate {
    let (month, day) = (2 + number / 28 % 9, 1 + number % 28);
    BusinessDate::day(civil::date(2018, month as i8, day as i8))
}

impl County {
    /// The county of a seed.
    #[must_use]
    pub const fn of(seed: u64) -> County {
        County {
            seed,
            households: HOUSEHOLDS,
        }
    }

    /// The same with fewer households.
    #[must_use]
    pub const fn with_households(self, households: u64) -> County {
        County { households, ..self }
    }

    const fn chance(&self, kind: Kind, number: u64) -> Chance {
        Chance::of(self.seed ^ ((kind as u64) << 48), number)
    }

    /// A command on a day; its id is made from who asks what about which subjects.
    fn submission(&self, hand: Hand, on: BusinessDate, command: Command) -> Submission {
        // Two hands may do the same to one thing.
        let mut mixed = self.seed ^ hand as u64;
        for byte in command.word().bytes() {
            mixed = (mixed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }
        ledger::subjects::Subjects::each(&command, &mut |subject| {
            let (high, low) = subject.0.as_u64_pair();
            mixed = Chance::of(mixed ^ high, low).any();
        });
        Submission {
            command_id: Uuid::from_u64_pair(mixed, Chance::of(mixed, 1).any()),
            expected_version: None,
            intake: Intake::Control,
            occurred_on: on,
            documents: Vec::new(),
            correlation_id: None,
            command,
        }
    }

    /// What must be there before anything else: the ledger, units, households, accounts, rounds,
    /// batches, and projects with money.
    #[must_use]
    pub fn set_up(&self) -> Vec<Turn> {
        setup::turns(self)
    }

    /// Subsidies `from` to `until`, each instructed, settled and confirmed: three turns.
    #[must_use]
    pub fn subsidies(&self, from: u64, until: u64) -> Vec<Turn> {
        subsidies::turns(self, from, until, None)
    }

    /// The same out of one project and so one batch, the first of all.
    #[must_use]
    pub fn subsidies_of_one_fund(&self, from: u64, until: u64) -> Vec<Turn> {
        subsidies::turns(self, from, until, Some(0))
    }

    /// Items `from` to `until`, issued and acknowledged, on all of which somebody works.
    #[must_use]
    pub fn items(&self, from: u64, until: u64) -> Vec<Turn> {
        let mut steps = Steps::new();
        for number in from..until {
            rectification::under_way(self, number, &mut steps);
        }
        turns(steps)
    }

    /// Lots `from` to `until` of a year. A lot is a village's fortnight: subsidies, a contract with
    /// its claim, payment, cash and bank line; now and then an item, a project, a batch. There are
    /// about [`COMMANDS_A_LOT`] commands in it.
    #[must_use]
    pub fn year(&self, from: u64, until: u64) -> Vec<Turn> {
        let mut steps = Steps::new();
        for number in from..until {
            lot::take(self, number, &mut steps);
        }
        turns(steps)
    }
}

fn turns(steps: Steps) -> Vec<Turn> {
    let turn = |((_, hand), submissions)| Turn { hand, submissions };
    steps.into_iter().map(turn).collect()
}
