//! A million commands at once neither hang the store nor lose anything: sled can hang for ever
//! under bulk writes (spacejam/sled#1412), and the watchdog then aborts the process. Each load runs
//! in a process of its own, so that an abort is counted and not suffered; after it another process
//! opens the directory and verifies all of it. Times and memory are printed.
//!
//! `FUNDTRACE_BULK_RUNS` says how many loads (3 if it is not set, 30 on demand) and
//! `FUNDTRACE_BULK_COMMANDS` how many commands each.

use crate::harness::*;
use ledger::date::BusinessDate;
use ledger::ids::{FundId, LedgerId, OrganisationId, PaymentId, PersonId, ProjectId};
use ledger::money::Fen;
use ledger::payment::{
    Payee, PaymentCommand, PaymentInstruction, PaymentKind, Settlement, SourceShare,
};
use ledger::text::Reference;
use ledger::token::Role;
use ledger::{Actor, Command, Intake, Submission};
use sequencer::{Caller, Handle, Request};
use std::path::Path;
use std::process::{Command as Program, Stdio};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Tells the test binary to be one of the two processes, and where.
const STEP: &str = "FUNDTRACE_BULK_STEP";
const DIR: &str = "FUNDTRACE_BULK_DIR";
/// Payments of one request: each is instructed and settled.
const PAYMENTS: u64 = 2_000;
/// Threads that load: one prepares while the other waits.
const LOADERS: u64 = 2;
/// Many times what a load takes: whatever is not done by then hangs, and the watchdog too.
const LOAD_TIME_MAX: Duration = Duration::from_secs(900);

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |text| text.parse().unwrap())
}

fn submission(command: PaymentCommand, day: BusinessDate) -> Submission {
    Submission {
        command_id: Uuid::new_v4(),
        expected_version: None,
        intake: Intake::Control,
        occurred_on: day,
        documents: Vec::new(),
        correlation_id: None,
        command: Command::Payment(command),
    }
}

/// Payments of one fen each, every one instructed and settled.
fn request(ledger: LedgerId, numbers: std::ops::Range<u64>) -> Request {
    let day: BusinessDate = "2018-08-01".parse().unwrap();
    let fen = Fen::new(1).unwrap();
    let mut submissions = Vec::new();
    for number in numbers {
        let id = PaymentId(payment(number));
        let instruction = PaymentInstruction {
            payment: id,
            project: ProjectId(project(1)),
            payee: Payee::Organisation(OrganisationId(org(BUILDER))),
            amount_fen: fen,
            sources: vec![SourceShare {
                fund: FundId(fund(1)),
                amount_fen: fen,
            }],
            kind: PaymentKind::Progress,
            voucher: Reference::new(format!("PZ-{number:08}")).unwrap(),
            remark: None,
            contract: None,
            claim: None,
        };
        let settlement = Settlement {
            payment: id,
            amount_fen: fen,
            bank_reference: Reference::new(format!("BK-{number:08}")).unwrap(),
        };
        submissions.push(submission(PaymentCommand::Instruct(instruction), day));
        submissions.push(submission(PaymentCommand::Settle(settlement), day));
    }
    let actor = Actor {
        person: PersonId(who("finance")),
        organisation: OrganisationId(org(BUREAU)),
    };
    let roles = vec![Role::Finance];
    let caller = Caller { actor, roles };
    Request {
        ledger,
        caller,
        submissions,
        atomic: false,
    }
}

fn load(handle: &Handle, ledger: LedgerId, commands: u64) {
    let payments = commands / 2;
    std::thread::scope(|scope| {
        for loader in 0..LOADERS {
            scope.spawn(move || {
                let mut first = loader * PAYMENTS;
                while first < payments {
                    let numbers = first..payments.min(first + PAYMENTS);
                    let answers = handle.submit_blocking(request(ledger, numbers)).unwrap();
                    assert!(answers.iter().all(Result::is_ok));
                    first += LOADERS * PAYMENTS;
                }
            });
        }
    });
}

/// A line of `/proc/self/status`, in MiB.
fn memory(line: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let found = status
        .lines()
        .find_map(|text| text.strip_prefix(line)?.strip_prefix(':'));
    let kib = found.unwrap().trim().strip_suffix(" kB").unwrap();
    kib.parse::<u64>().unwrap() >> 10
}

fn print_memory() {
    let (now, most) = (memory("VmRSS"), memory("VmHWM"));
    println!("resident {now} MiB, {most} MiB at the most");
}

/// Not a test unless [`STEP`] is set: then it is the process that loads, or the one that opens.
#[test]
fn process_of_a_load() {
    let Ok(step) = std::env::var(STEP) else {
        return;
    };
    let dir = std::env::var(DIR).unwrap();
    let commands = number("FUNDTRACE_BULK_COMMANDS", 1_000_000);
    let started = Instant::now();
    if step == "load" {
        let mut world = spawn_in(Path::new(&dir));
        world.found_county();
        let ledger = LedgerId(world.ledger);
        let started = Instant::now();
        load(world.handle(), ledger, commands);
        println!("loaded in {} ms", started.elapsed().as_millis());
        print_memory();
        world.stop();
    } else {
        let opened = sequencer::start(Path::new(&dir), sequencer::machine()).unwrap();
        println!("opened in {} ms", started.elapsed().as_millis());
        print_memory();
        let records = opened.handle.reader().next_position();
        let ledgers = opened.handle.ledgers();
        let slot = opened.handle.slot(*ledgers.last().unwrap()).unwrap();
        let balance = projections::balances::fund_balance(&slot.view(), FundId(fund(1))).unwrap();
        assert!(balance.balanced && opened.recovery.is_clean());
        let paid = u64::try_from(balance.totals.paid_net_fen.get()).unwrap();
        assert_eq!(paid, commands / 2);
        assert!(records > commands);
    }
}

/// What came of one of the two processes: its lines, or how it ended.
fn run_step(step: &str, dir: &Path, temporary: &Path) -> Result<String, String> {
    let mut child = Program::new(std::env::current_exe().unwrap())
        .args(["--exact", "bulk::process_of_a_load", "--nocapture"])
        .env(STEP, step)
        .env(DIR, dir)
        .env("TMPDIR", temporary)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + LOAD_TIME_MAX;
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > deadline {
            child.kill().unwrap();
            child.wait().unwrap();
            return Err(format!("it hangs: nothing after {LOAD_TIME_MAX:?}"));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        let said = |line: &&str| {
            ["loaded", "opened", "resident"]
                .iter()
                .any(|w| line.contains(w))
        };
        return Ok(told.lines().filter(said).collect::<Vec<_>>().join(", "));
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(format!("{}: {told}{complaint}", output.status))
}

#[test]
fn loads_of_a_million_commands_end_and_are_all_there_afterwards() {
    let runs = number("FUNDTRACE_BULK_RUNS", 3);
    let mut aborts = 0;
    for run in 1..=runs {
        let temporary = tempfile::tempdir().unwrap();
        let dir = temporary.path().join("data");
        std::fs::create_dir(&dir).unwrap();
        for step in ["load", "open"] {
            match run_step(step, &dir, temporary.path()) {
                Ok(told) => println!("bulk {run}/{runs}: {told}"),
                // SIGABRT: the watchdog's. Counted, so that a run of thirty tells how often.
                Err(ended) if ended.contains("signal: 6") && step == "load" => {
                    println!("bulk {run}/{runs}: {ended}");
                    aborts += 1;
                    break;
                }
                Err(ended) => panic!("bulk {run}/{runs}, {step}: {ended}"),
            }
        }
    }
    println!("bulk: {aborts} of {runs} loads were aborted by the watchdog");
    assert_eq!(aborts, 0);
}
