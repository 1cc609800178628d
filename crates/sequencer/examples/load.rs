//! Measures the write path and a start: `load DIR COMMANDS` fills a directory with payments that
//! are instructed, settled and confirmed; `open DIR` starts on it with full verification.
//!
//! ```console
//! $ cargo run --release -p sequencer --example load -- load /tmp/load 1000000
//! $ cargo run --release -p sequencer --example load -- open /tmp/load
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::as_conversions,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    clippy::too_many_lines,
    clippy::indexing_slicing,
    reason = "a measurement, not the product"
)]

use ledger::fund::{Allocation, AuthorityReceipt, FundAnnouncement, FundCommand, Holder};
use ledger::ids::*;
use ledger::money::Fen;
use ledger::organisation::{
    Level, OrganisationCommand, OrganisationKind, OrganisationRegistration,
};
use ledger::payment::*;
use ledger::person::{PersonCommand, PersonProfile};
use ledger::project::{PlannedSource, ProjectApproval, ProjectCommand, ProjectEntry};
use ledger::receipt::{ReceiptChannel, ReceiptCommand, ReceiptConfirmation, ReceiptResult};
use ledger::text::{Name, Reference, Text};
use ledger::token::Role;
use ledger::{Actor, Command, Intake, Submission};
use sequencer::{Caller, Handle, Request};
use std::path::Path;
use std::time::Instant;
use uuid::Uuid;

/// The same as the server's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Commands of one request.
const BATCH: u64 = 4000;
/// Payments share so many payees: a county's poor households.
const PERSONS: u64 = 10_000;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let dir = Path::new(&args[2]);
    match args[1].as_str() {
        "load" => load(dir, args[3].parse().expect("a number of commands")),
        "open" => open(dir),
        other => panic!("{other}: say load or open"),
    }
}

fn open(dir: &Path) {
    let begin = Instant::now();
    let started = sequencer::start(dir, sequencer::machine()).expect("start");
    let seconds = begin.elapsed().as_secs_f64();
    let records = started.handle.reader().next_position();
    println!(
        "start: {records} records verified and rebuilt in {seconds:.2} s, {:.0} k/s, {}",
        records as f64 / seconds / 1000.0,
        memory()
    );
}

fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        let kib: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        kib / 1024
    };
    format!(
        "resident {} MB, at most {} MB",
        line("VmRSS"),
        line("VmHWM")
    )
}

fn id(kind: u64, number: u64) -> Uuid {
    // Scrambled, because clients choose random identifiers.
    let mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(17) ^ kind;
    Uuid::from_u64_pair(mixed, number ^ (kind << 56))
}

fn caller(number: u64) -> Caller {
    let actor = Actor {
        person: PersonId(id(1, 1_000_000 + number)),
        organisation: OrganisationId(id(2, 0)),
    };
    Caller {
        actor,
        roles: vec![Role::Administrator, Role::Finance],
    }
}

fn submission(number: u64, command: Command) -> Submission {
    Submission {
        command_id: id(9, number),
        expected_version: None,
        intake: Intake::Control,
        occurred_on: "2018-07-01".parse().unwrap(),
        documents: Vec::new(),
        correlation_id: None,
        command,
    }
}

fn send(handle: &Handle, who: u64, submissions: Vec<Submission>) {
    let ledger = LedgerId(id(7, 7));
    let request = Request {
        ledger,
        caller: caller(who),
        submissions,
        atomic: false,
    };
    for answer in handle.submit_blocking(request).expect("the writer writes") {
        answer.expect("accepted");
    }
}

fn set_up(handle: &Handle) {
    let unit = OrganisationId(id(2, 0));
    let (fund, project) = (FundId(id(3, 0)), ProjectId(id(4, 0)));
    let whole = Fen::new(900_000_000_000_000).unwrap();
    let reference = |text: &str| Reference::new(text).unwrap();
    let planned = vec![PlannedSource {
        source_kind: ledger::fund::SourceKind::Central,
        amount_fen: whole,
    }];
    let commands = [
        (
            1,
            Command::Ledger(ledger::book::BookCommand::Open(ledger::book::BookOpening {
                name: Name::new("load").unwrap(),
                area: reference("000000"),
                predecessors: Vec::new(),
            })),
        ),
        (
            1,
            Command::Organisation(OrganisationCommand::Register(OrganisationRegistration {
                organisation: unit,
                code: reference("000000"),
                name: Name::new("county").unwrap(),
                kind: OrganisationKind::Area,
                level: Level::County,
                parent: None,
            })),
        ),
        (
            1,
            Command::Fund(FundCommand::Announce(FundAnnouncement {
                fund,
                name: Name::new("fund").unwrap(),
                document: reference("1"),
                issuer: unit,
                receiver: unit,
                source_kind: ledger::fund::SourceKind::Central,
                amount_fen: whole,
                budget_year: 2018,
                function_code: None,
                economy_code: None,
                purpose_code: reference("1"),
                direct: false,
            })),
        ),
        (
            1,
            Command::Fund(FundCommand::Receive(AuthorityReceipt {
                fund,
                amount_fen: whole,
                document: reference("1"),
            })),
        ),
        (
            1,
            Command::Project(ProjectCommand::EnterLibrary(ProjectEntry {
                project,
                number: reference("1"),
                name: Name::new("project").unwrap(),
                implementing_unit: unit,
                area: unit,
                content: Text::new("content").unwrap(),
                performance_target: None,
                planned: planned.clone(),
                planned_fen: whole,
                starts_on: None,
                completes_on: None,
            })),
        ),
        (
            2,
            Command::Project(ProjectCommand::Approve(ProjectApproval {
                project,
                document: reference("1"),
                budget: planned,
                budget_fen: whole,
            })),
        ),
        (
            1,
            Command::Fund(FundCommand::Allocate(Allocation {
                fund,
                from: unit,
                to: Holder::Project(project),
                amount_fen: whole,
                document: reference("1"),
            })),
        ),
    ];
    for (number, (who, command)) in commands.into_iter().enumerate() {
        send(
            handle,
            who,
            vec![submission(u64::MAX - number as u64, command)],
        );
    }
    let persons = (0..PERSONS).map(|number| {
        let profile = PersonProfile {
            person: PersonId(id(1, number)),
            kind: None,
            name: None,
            identity_number: None,
            mobile: None,
            bank_card: None,
            address: None,
            remark: None,
        };
        let command = Command::Subject(PersonCommand::Register(profile));
        submission(1 << 50 | number, command)
    });
    send(handle, 1, persons.collect());
}

fn command(number: u64) -> Command {
    let payment = PaymentId(id(5, number / 3));
    let person = PersonId(id(1, number / 3 % PERSONS));
    let amount_fen = Fen::new(250_000).unwrap();
    match number % 3 {
        0 => Command::Payment(PaymentCommand::Instruct(PaymentInstruction {
            payment,
            project: ProjectId(id(4, 0)),
            payee: Payee::Subject(person),
            amount_fen,
            sources: vec![SourceShare {
                fund: FundId(id(3, 0)),
                amount_fen,
            }],
            kind: PaymentKind::Subsidy,
            voucher: Reference::new(format!("ZF2018-{:08}", number / 3)).unwrap(),
            remark: None,
            contract: None,
            claim: None,
        })),
        1 => Command::Payment(PaymentCommand::Settle(Settlement {
            payment,
            amount_fen,
            bank_reference: Reference::new(format!("YH{:012}", number / 3)).unwrap(),
        })),
        _ => Command::Receipt(ReceiptCommand::Confirm(ReceiptConfirmation {
            payment,
            subject: person,
            amount_fen,
            channel: ReceiptChannel::Visit,
            result: ReceiptResult::Received,
            visitor: None,
            remark: None,
        })),
    }
}

fn load(dir: &Path, commands: u64) {
    std::fs::create_dir_all(dir).expect("make the directory");
    let started = sequencer::start(dir, sequencer::machine()).expect("start");
    set_up(&started.handle);
    let begin = Instant::now();
    let mut sent = 0;
    while sent < commands {
        let until = (sent + BATCH).min(commands);
        // Payments by one person, receipts by another: four eyes.
        for who in [1, 2] {
            let mine = |number: &u64| (number % 3 == 2) == (who == 2);
            let batch = (sent..until).filter(mine);
            let batch = batch
                .map(|number| submission(number, command(number)))
                .collect();
            send(&started.handle, who, batch);
        }
        sent = until;
    }
    let seconds = begin.elapsed().as_secs_f64();
    println!(
        "load: {commands} commands in {seconds:.1} s, {:.0} k/s, {}",
        commands as f64 / seconds / 1000.0,
        memory()
    );
    drop(started.handle);
    started.writer.join().expect("the writer ends");
    let size = |folder: &str| -> u64 {
        std::fs::read_dir(dir.join(folder))
            .unwrap()
            .map(|e| e.unwrap().metadata().unwrap().len())
            .sum()
    };
    println!(
        "disk: journal {} MB, sled {} MB",
        size("journal") >> 20,
        size("sled") >> 20
    );
}
