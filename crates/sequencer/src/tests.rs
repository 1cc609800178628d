//! Promised: a command is recorded once, whole or not at all, and answered with what anybody can
//! check; what is refused leaves no trace; names are on the disk only as ciphertext; and a restart
//! finds everything as it was. Shown on a running sequencer in a directory of its own, with a clock
//! that the test sets.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "in a test a panic is the message"
)]

mod commands;
mod erasure;
mod files;
mod groups;
mod pipeline;
mod publishing;
mod registered;
mod replaying;
mod sealing;
mod seals;
mod snapshots;
mod starting;
mod states;

use crate::*;
use ledger::book::{BookCommand, BookOpening, BookRenaming};
use ledger::fund::{FundAnnouncement, FundCommand, SourceKind};
use ledger::ids::*;
use ledger::money::Fen;
use ledger::organisation::*;
use ledger::payment::*;
use ledger::person::{PersonCommand, PersonProfile};
use ledger::personal::PersonalText;
use ledger::project::{PlannedSource, ProjectCommand, ProjectEntry};
use ledger::text::{Name, Reference, Text};
use ledger::token::Role;
use ledger::{Actor, Command, Fact, Intake, Submission};
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;
use uuid::Uuid;

/// Midnight in UTC, and eight in the morning of 2018-08-01 in Beijing.
const START_US: u64 = 1_533_081_600_000_000;

fn id(kind: u128, number: u128) -> Uuid {
    Uuid::from_u128(kind << 64 | number)
}
fn county() -> LedgerId {
    LedgerId(id(1, 1))
}
fn unit(number: u128) -> OrganisationId {
    OrganisationId(id(2, number))
}
fn person(number: u128) -> PersonId {
    PersonId(id(3, number))
}
fn payment(number: u128) -> PaymentId {
    PaymentId(id(4, number))
}
fn command_id(number: u128) -> Uuid {
    id(9, number)
}
fn text(text: &str) -> Text {
    Text::new(text).unwrap()
}
fn name(name: &str) -> Name {
    Name::new(name).unwrap()
}
fn reference() -> Reference {
    Reference::new("县发〔2018〕1号").unwrap()
}

fn caller(person: u128, roles: &[Role]) -> Caller {
    let (person, organisation) = (PersonId(id(5, person)), unit(1));
    let actor = Actor {
        person,
        organisation,
    };
    let roles = roles.to_vec();
    Caller { actor, roles }
}

/// May write whatever there is.
fn anyone() -> Caller {
    caller(1, &[Role::Administrator, Role::Finance])
}

fn submission(number: u128, command: Command) -> Submission {
    Submission {
        command_id: command_id(number),
        expected_version: None,
        intake: Intake::Control,
        occurred_on: "2018-07-28".parse().unwrap(),
        documents: Vec::new(),
        correlation_id: None,
        command,
    }
}

/// The same as a fact that is stored whatever it breaks.
fn observed(submission: Submission) -> Submission {
    let intake = Intake::Observation;
    Submission {
        intake,
        ..submission
    }
}

fn open(number: u128) -> Submission {
    let opening = BookOpening {
        name: name("某县账本"),
        area: Reference::new("530000").unwrap(),
        predecessors: Vec::new(),
    };
    submission(number, Command::Ledger(BookCommand::Open(opening)))
}

fn rename(number: u128, to: &str) -> Submission {
    let name = name(to);
    let renaming = BookRenaming { name };
    submission(number, Command::Ledger(BookCommand::Rename(renaming)))
}

/// A unit; 0 stands for no unit above it.
fn register(number: u128, place: u128, parent: u128) -> Submission {
    let registration = OrganisationRegistration {
        organisation: unit(place),
        code: reference(),
        name: name("某单位"),
        kind: OrganisationKind::Agency,
        level: Level::County,
        parent: (parent > 0).then(|| unit(parent)),
    };
    let command = OrganisationCommand::Register(registration);
    submission(number, Command::Organisation(command))
}

fn household(number: u128, who: u128, called: &str) -> Submission {
    let profile = PersonProfile {
        person: person(who),
        kind: None,
        name: Some(PersonalText::clear(called.to_owned()).unwrap()),
        identity_number: None,
        mobile: None,
        bank_card: None,
        address: None,
        remark: None,
    };
    submission(number, Command::Subject(PersonCommand::Register(profile)))
}

/// What a payment of 100 fen to household 1 needs, and the payment, come back.
fn returned_payment() -> Vec<Submission> {
    let (fund, project) = (FundId(id(6, 1)), ProjectId(id(7, 1)));
    let amount_fen = Fen::new(100).unwrap();
    let announcement = FundAnnouncement {
        fund,
        name: name("资金"),
        document: reference(),
        issuer: unit(1),
        receiver: unit(1),
        source_kind: SourceKind::County,
        amount_fen,
        budget_year: 2018,
        function_code: None,
        economy_code: None,
        purpose_code: reference(),
        direct: false,
    };
    let source_kind = SourceKind::County;
    let entry = ProjectEntry {
        project,
        number: reference(),
        name: name("项目"),
        implementing_unit: unit(1),
        area: unit(1),
        content: text("种植"),
        performance_target: None,
        planned: vec![PlannedSource {
            source_kind,
            amount_fen,
        }],
        planned_fen: amount_fen,
        starts_on: None,
        completes_on: None,
    };
    let instruction = PaymentInstruction {
        payment: payment(1),
        project,
        payee: Payee::Subject(person(1)),
        amount_fen,
        sources: vec![SourceShare { fund, amount_fen }],
        kind: PaymentKind::Subsidy,
        voucher: reference(),
        remark: None,
        contract: None,
        claim: None,
    };
    let back = PaymentReturn {
        payment: payment(1),
        amount_fen,
        reason: text("账号有误"),
    };
    let commands = [
        Command::Fund(FundCommand::Announce(announcement)),
        Command::Project(ProjectCommand::EnterLibrary(entry)),
        Command::Payment(PaymentCommand::Instruct(instruction)),
        Command::Payment(PaymentCommand::Return(back)),
    ];
    let first = [register(101, 1, 0), household(102, 1, "甲某")];
    let rest = (103..).zip(commands);
    let rest = rest.map(|(number, command)| observed(submission(number, command)));
    first.into_iter().chain(rest).collect()
}

/// Two records: payment `new` is instructed, and payment 1 is paid again by it.
fn reissue(number: u128, new: u128) -> Submission {
    let again = Reissue {
        payment: payment(new),
        of: payment(1),
        voucher: reference(),
        reason: text("更正账号"),
    };
    observed(submission(
        number,
        Command::Payment(PaymentCommand::Reissue(again)),
    ))
}

/// The log's name.
const ORIGIN: &str = "test.fundtrace.example/log";

/// A sequencer that runs in a directory of its own.
struct Rig {
    dir: TempDir,
    time: Arc<Mutex<Reading>>,
    running: Option<Started>,
    /// Where the head register is, and which key signs, of a rig that publishes.
    publishes: Option<(TempDir, u8)>,
}

impl Rig {
    fn new() -> Rig {
        let start = Reading {
            wall_us: START_US,
            monotonic: Duration::ZERO,
        };
        let mut rig = Rig {
            dir: tempfile::tempdir().unwrap(),
            time: Arc::new(Mutex::new(start)),
            running: None,
            publishes: None,
        };
        rig.start();
        rig
    }

    /// One that publishes, with the ledger of the county.
    fn publishing() -> Rig {
        let mut rig = Rig::with_county();
        rig.stop();
        rig.publishes = Some((tempfile::tempdir().unwrap(), 7));
        rig.running = Some(rig.try_start(true).unwrap());
        rig
    }

    /// With the ledger of the county, which has one record.
    fn with_county() -> Rig {
        let rig = Rig::new();
        rig.accepted(vec![open(1)]);
        rig
    }

    fn start(&mut self) {
        self.running = Some(self.try_start(false).unwrap());
    }

    fn try_start(&self, adopt_head: bool) -> Result<Started, StartError> {
        self.start_with(adopt_head, None)
    }

    fn start_with(
        &self,
        adopt_head: bool,
        rotation: Option<Rotation>,
    ) -> Result<Started, StartError> {
        let time = Arc::clone(&self.time);
        let clock = Box::new(move || *time.lock().unwrap());
        let Some((outside, seed)) = &self.publishes else {
            return start(self.dir.path(), clock);
        };
        let publication = Publication {
            signer: chain::Signer::new(ORIGIN, &[*seed; 32]).unwrap(),
            register: store::Register::at(&outside.path().join("head")),
            adopt_head,
            rotation,
            // Taken only when a test does.
            snapshots: Some(Snapshots {
                records_min: 1,
                ..Snapshots::default()
            }),
        };
        start_published(self.dir.path(), clock, publication)
    }

    fn stop(&mut self) {
        let Started { handle, writer, .. } = self.running.take().unwrap();
        drop(handle);
        writer.join().unwrap();
    }

    fn restart(&mut self) {
        self.stop();
        self.start();
    }

    fn handle(&self) -> &Handle {
        &self.running.as_ref().unwrap().handle
    }

    /// Both clocks go on, or only the one on the wall.
    fn pass(&self, wall: Duration, monotonic: Duration) {
        let mut time = self.time.lock().unwrap();
        time.wall_us += u64::try_from(wall.as_micros()).unwrap();
        time.monotonic += monotonic;
    }

    fn request(submissions: Vec<Submission>, atomic: bool) -> Request {
        Request {
            ledger: county(),
            caller: anyone(),
            submissions,
            atomic,
        }
    }

    fn send(&self, submissions: Vec<Submission>) -> Answers {
        let request = Rig::request(submissions, false);
        self.handle().submit_blocking(request).unwrap()
    }

    fn send_atomic(&self, submissions: Vec<Submission>) -> Answers {
        let request = Rig::request(submissions, true);
        self.handle().submit_blocking(request).unwrap()
    }

    fn send_one(&self, submission: Submission) -> Result<Receipt, Refusal> {
        self.send(vec![submission]).pop().unwrap()
    }

    fn accepted(&self, submissions: Vec<Submission>) -> Vec<Receipt> {
        let answers = self.send(submissions);
        answers.into_iter().map(Result::unwrap).collect()
    }

    fn record(&self, seq: u64) -> chain::Record {
        let entry = self.handle().reader().get(chain_id(county()), seq);
        entry.unwrap().unwrap().record
    }

    /// All that readers see: the heads, and the rows of every table in one order.
    fn picture(&self) -> Vec<String> {
        let handle = self.handle();
        let mut lines = vec![format!("{:?}", handle.reader().heads())];
        for ledger in handle.ledgers() {
            let slot = handle.slot(ledger).unwrap();
            let view = slot.view();
            let books = &view.books;
            let mut rows = Vec::new();
            rows.extend(books.organisations.iter().map(|row| format!("{row:?}")));
            rows.extend(books.persons.iter().map(|row| format!("{row:?}")));
            rows.extend(books.funds.iter().map(|row| format!("{row:?}")));
            rows.extend(books.projects.iter().map(|row| format!("{row:?}")));
            rows.extend(books.budgets.iter().map(|row| format!("{row:?}")));
            rows.extend(books.payments.iter().map(|row| format!("{row:?}")));
            rows.sort();
            lines.push(format!("{ledger} {:?} {:?}", books.book, view.head()));
            lines.push(format!("{:?}", view.alerts.counts()));
            lines.extend(rows);
        }
        lines
    }
}

fn chain_id(ledger: LedgerId) -> chain::LedgerId {
    chain::LedgerId(ledger.0)
}

fn rejected(answer: &Result<Receipt, Refusal>) -> &'static str {
    match answer {
        Err(Refusal::Rejected(rejection)) => rejection.code(),
        other => panic!("{other:?}"),
    }
}
