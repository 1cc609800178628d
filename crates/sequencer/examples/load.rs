//! Measures the write path and a start: `load DIR COMMANDS` fills a directory with payments that
//! are instructed, settled and confirmed; `mixed DIR COMMANDS` with ten records a payment, its
//! project, contract, claim, cash and bank line among them; `signed DIR COMMANDS` is `load` as a
//! server does it, published and with signed receipts; `open DIR` starts on any with full
//! verification; `seal DIR` seals it twice, records its states and proves a subject. `verify DIR`
//! audits both copies of a directory that nobody has open, and `rebuild DIR` builds everything anew
//! from them besides: one core of each is `taskset -c 0 …`. `form DIR` writes the view of the
//! ledger as bytes and reads it again, part by part, and copies it.
//!
//! ```console
//! $ cargo run --release -p sequencer --example load -- load DIR 1000000
//! $ cargo run --release -p sequencer --example load -- mixed DIR 1000000
//! $ cargo run --release -p sequencer --example load -- open DIR
//! $ cargo run --release -p sequencer --example load -- seal DIR
//! $ cargo run --release -p sequencer --example load -- verify DIR
//! $ cargo run --release -p sequencer --example load -- rebuild DIR
//! $ cargo run --release -p sequencer --example load -- form DIR
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

use ledger::account::*;
use ledger::bank_line::*;
use ledger::claim::{ClaimCommand, ClaimSubmission};
use ledger::contract::{ContractCommand, ContractSigning, ContractStage, StageTrigger};
use ledger::contribution::{ContributionCommand, ContributionPledge};
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
use projections::View;
use projections::parts::Part;
use sequencer::{Answered, Answers, Caller, Handle, Publication, Request, Started, Unavailable};
use std::collections::VecDeque;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Waker};
use std::time::Instant;
use uuid::Uuid;

/// The same as the server's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Commands of one request, unless the third argument says otherwise.
const BATCH: u64 = 8192;
/// Requests on their way at once: a loader that waits for each answer lets the writer wait too.
const ON_THEIR_WAY: usize = 4;
/// Payments share so many payees: a county's poor households.
const PERSONS: u64 = 10_000;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let dir = Path::new(&args[2]);
    match args[1].as_str() {
        "load" => load(start(dir), &args[3..], 3, command),
        "signed" => load(published(dir), &args[3..], 3, command),
        "mixed" => load(start(dir), &args[3..], 10, mixed),
        "open" => open(dir),
        "seal" => seal(dir),
        "verify" => verify(dir),
        "rebuild" => rebuild(dir),
        "form" => form(dir),
        other => panic!("{other}: say load, signed, mixed, open, seal, verify, rebuild or form"),
    }
}

fn open(dir: &Path) {
    let begin = Instant::now();
    let started = sequencer::start(dir, sequencer::machine()).expect("start");
    let records = started.handle.reader().next_position();
    told("start, verified and rebuilt", records, begin);
}

fn verify(dir: &Path) {
    let begin = Instant::now();
    let verified = store::verify(dir, |_| ()).expect("intact");
    told("verified", verified.records, begin);
}

/// What `fundtrace verify --rebuild` does.
fn rebuild(dir: &Path) {
    let begin = Instant::now();
    let (verified, rebuilt) = sequencer::rebuild(dir, |_| (), |_| ()).expect("intact");
    assert!(rebuilt.findings.is_empty());
    told("verified and rebuilt", verified.records, begin);
}

/// Each part of the loaded ledger, written and read in memory; and a copy of all of them.
fn form(dir: &Path) {
    let started = sequencer::start(dir, sequencer::machine()).expect("start");
    let slot = started.handle.slot(LedgerId(id(7, 7))).expect("loaded");
    let view = slot.view();
    println!("start: {}", memory());
    let mut all = [0.0; 3];
    for part in Part::ALL {
        let mut bytes = Vec::new();
        view.write_part(part, &mut bytes).expect("written");
        bytes.clear();
        let begin = core_us();
        view.write_part(part, &mut bytes).expect("written");
        let wrote = core_us() - begin;
        let mut other = View::default();
        let begin = core_us();
        other
            .read_part(part, &mut bytes.as_slice(), bytes.len() as u64)
            .expect("read");
        let read = core_us() - begin;
        let figures = [bytes.len() as f64 / 1e6, wrote / 1e3, read / 1e3];
        for (sum, figure) in all.iter_mut().zip(figures) {
            *sum += figure;
        }
        let [len, wrote, read] = figures;
        println!(
            "{}: {len:.1} MB, written in {wrote:.0} ms, read in {read:.0} ms",
            part.name()
        );
    }
    let [len, wrote, read] = all;
    println!("all: {len:.1} MB, written in {wrote:.0} ms, read in {read:.0} ms of one core");
    let (before, begin) = (memory(), core_us());
    let copy = view.clone();
    let took = (core_us() - begin) / 1e3;
    println!("copied in {took:.2} ms; {before}, then {}", memory());
    drop(copy);
}

/// As [`core_seconds`], in microseconds and of this thread.
fn core_us() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    let ns = stat.split_whitespace().next().unwrap();
    ns.parse::<f64>().unwrap() / 1e3
}

fn told(what: &str, records: u64, begin: Instant) {
    let seconds = begin.elapsed().as_secs_f64();
    println!(
        "{what}: {records} records in {seconds:.2} s, {:.0} k/s; {:.2} s of one core, {}",
        records as f64 / seconds / 1000.0,
        core_seconds(),
        memory()
    );
}

/// What this process has cost all cores together: what counts where others work beside it.
fn core_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let (_name, fields) = stat.rsplit_once(')').unwrap();
    let ticks = fields.split_whitespace().skip(11).take(2);
    // Linux counts a hundred to the second.
    ticks
        .map(|ticks| ticks.parse::<f64>().unwrap())
        .sum::<f64>()
        / 100.0
}

/// The first seal scans the whole log, the second only what has come since; then all states, and a
/// proof.
fn seal(dir: &Path) {
    let started = sequencer::start(dir, sequencer::machine()).expect("start");
    let handle = started.handle;
    println!("start: {}", memory());
    let _ = std::fs::remove_dir_all(dir.join("subjects"));
    for what in ["scan", "since"] {
        let number = u64::MAX - handle.reader().next_position();
        send(&handle, 0, vec![submission(number, one_more(number))]);
        let begin = Instant::now();
        let sealed = handle.seal_subjects().expect("sealed").expect("new");
        println!(
            "seal ({what}): {} subjects in {:.2} s, {}",
            sealed.count,
            begin.elapsed().as_secs_f64(),
            memory()
        );
    }
    let begin = Instant::now();
    let recorded = handle.record_states().expect("recorded");
    let seconds = begin.elapsed().as_secs_f64();
    println!("states: {recorded} in {seconds:.2} s, {}", memory());
    let begin = Instant::now();
    let subject = (LedgerId(id(7, 7)), Subject(id(4, 0)));
    let (_, proofs) = handle.prove_subjects(&[subject]).expect("proved");
    let records = proofs[0].as_ref().expect("known").accumulator.records;
    let seconds = begin.elapsed().as_secs_f64();
    println!("proof of {records} records in {seconds:.2} s, {}", memory());
}

fn one_more(number: u64) -> Command {
    let registration = OrganisationRegistration {
        organisation: OrganisationId(id(2, number)),
        parent: None,
        code: Reference::new("530000").unwrap(),
        name: Name::new("某单位").unwrap(),
        kind: OrganisationKind::Agency,
        level: Level::County,
    };
    Command::Organisation(OrganisationCommand::Register(registration))
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

fn request(who: u64, submissions: Vec<Submission>) -> Request {
    Request {
        ledger: LedgerId(id(7, 7)),
        caller: caller(who),
        submissions,
        atomic: false,
    }
}

fn send(handle: &Handle, who: u64, submissions: Vec<Submission>) {
    let answers = handle.submit_blocking(request(who, submissions));
    accepted(answers.expect("the writer writes"));
}

fn accepted(answers: Answers) {
    for answer in answers {
        answer.expect("accepted");
    }
}

type Waiting<'a> = Pin<Box<dyn Future<Output = Result<Answered, Unavailable>> + 'a>>;

/// Sends requests in their order, without waiting for the answers of the last few.
struct Loader<'a> {
    handle: &'a Handle,
    runtime: tokio::runtime::Runtime,
    waiting: VecDeque<Waiting<'a>>,
}

impl<'a> Loader<'a> {
    fn new(handle: &'a Handle) -> Loader<'a> {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        Loader {
            handle,
            runtime: runtime.expect("a runtime"),
            waiting: VecDeque::new(),
        }
    }

    fn send(&mut self, request: Request) {
        self.wait_for(ON_THEIR_WAY - 1);
        let mut answer: Waiting<'a> = Box::pin(self.handle.submit(request));
        // The first look puts it into the queue.
        let mut context = Context::from_waker(Waker::noop());
        assert!(answer.as_mut().poll(&mut context).is_pending());
        self.waiting.push_back(answer);
    }

    /// Until no more than so many are on their way.
    fn wait_for(&mut self, at_most: usize) {
        while self.waiting.len() > at_most {
            let oldest = self.waiting.pop_front().expect("there is one");
            let answered = self.runtime.block_on(oldest).expect("the writer writes");
            accepted(answered.answers);
        }
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
    let company = OrganisationRegistration {
        organisation: OrganisationId(id(2, 1)),
        code: reference("1"),
        name: Name::new("company").unwrap(),
        kind: OrganisationKind::Enterprise,
        level: Level::County,
        parent: None,
    };
    let account = AccountOpening {
        account: AccountId(id(11, 0)),
        kind: AccountKind::Unit,
        owner: unit,
        bank: Name::new("bank").unwrap(),
        masked_number: reference("0001"),
    };
    let cash = CashReceipt {
        account: account.account,
        movement: MovementId(id(16, 0)),
        nature: CashNature::Received,
        fund: Some(fund),
        amount_fen: whole,
        bank_reference: reference("0"),
        from: None,
        payment: None,
    };
    let more = [
        Command::Organisation(OrganisationCommand::Register(company)),
        Command::Account(AccountCommand::Open(account)),
        Command::Account(AccountCommand::ReceiveCash(cash)),
    ];
    for (number, command) in (1 << 51..).zip(more) {
        send(handle, 1, vec![submission(number, command)]);
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

/// One payment with everything around it, number by number; the last two are another person's.
fn mixed(number: u64) -> Command {
    let of = number / 10;
    let (unit, supplier) = (OrganisationId(id(2, 0)), OrganisationId(id(2, 1)));
    let (fund, project) = (FundId(id(3, 0)), ProjectId(id(4, 0)));
    let (contract, account) = (ContractId(id(10, of)), AccountId(id(11, 0)));
    let (line, movement) = (BankLineId(id(12, of)), MovementId(id(13, of)));
    let (payment, person) = (PaymentId(id(5, of)), PersonId(id(1, of % PERSONS)));
    let amount_fen = Fen::new(250_000).unwrap();
    let reference = |text: &str| Reference::new(format!("{text}-{of:08}")).unwrap();
    let sources = vec![SourceShare { fund, amount_fen }];
    match number % 10 {
        0 => Command::Contract(ContractCommand::Sign(ContractSigning {
            contract,
            project,
            number: reference("HT"),
            name: Name::new("contract").unwrap(),
            supplier,
            price_fen: amount_fen,
            retention_bp: 0,
            stages: vec![ContractStage {
                trigger: StageTrigger::Signing,
                name: None,
                cumulative_cap_bp: 10_000,
            }],
            advance_bp: None,
            ends_on: None,
            document: reference("HT"),
        })),
        1 => Command::Claim(ClaimCommand::Submit(ClaimSubmission {
            claim: ClaimId(id(14, of)),
            number: reference("BZ"),
            project,
            contract: Some(contract),
            stage: Some(1),
            amount_fen,
            sources,
            vouchers: vec![reference("FP")],
            payee: Payee::Organisation(supplier),
            countersigners: Vec::new(),
            site_visits: Vec::new(),
            custodian: None,
            remark: None,
        })),
        2 => Command::Project(ProjectCommand::EnterLibrary(ProjectEntry {
            project: ProjectId(id(4, 1 + of)),
            number: reference("XM"),
            name: Name::new("project").unwrap(),
            implementing_unit: unit,
            area: unit,
            content: Text::new("content").unwrap(),
            performance_target: None,
            planned: vec![PlannedSource {
                source_kind: ledger::fund::SourceKind::Central,
                amount_fen,
            }],
            planned_fen: amount_fen,
            starts_on: None,
            completes_on: None,
        })),
        3 => Command::Contribution(ContributionCommand::Pledge(ContributionPledge {
            contribution: ContributionId(id(15, of)),
            project,
            source_kind: Some(ledger::fund::SourceKind::County),
            party: None,
            amount_fen,
            undetermined_fen: Fen::ZERO,
        })),
        4 => Command::Payment(PaymentCommand::Instruct(PaymentInstruction {
            payment,
            project,
            payee: Payee::Subject(person),
            amount_fen,
            sources,
            kind: PaymentKind::Subsidy,
            voucher: reference("ZF"),
            remark: None,
            contract: None,
            claim: None,
        })),
        5 => Command::Payment(PaymentCommand::Settle(Settlement {
            payment,
            amount_fen,
            bank_reference: reference("YH"),
        })),
        6 => Command::Account(AccountCommand::PayCash(CashPayment {
            account,
            movement,
            fund: Some(fund),
            payment: Some(payment),
            amount_fen,
            bank_reference: reference("YH"),
        })),
        7 => Command::BankLine(BankLineCommand::Enter(LineEntry {
            line,
            account,
            value_date: "2018-07-01".parse().unwrap(),
            direction: Direction::Out,
            amount_fen,
            bank_sequence: reference("LS"),
            counterparty: None,
            remark: None,
        })),
        8 => Command::BankLine(BankLineCommand::Confirm(LineConfirmation {
            line,
            target: MatchTarget::Movement(movement),
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

/// `around` commands belong together; those of another person come last among them.
fn start(dir: &Path) -> Started {
    std::fs::create_dir_all(dir).expect("make the directory");
    sequencer::start(dir, sequencer::machine()).expect("start")
}

/// With its register beside the directory.
fn published(dir: &Path) -> Started {
    std::fs::create_dir_all(dir).expect("make the directory");
    let publication = Publication {
        signer: chain::Signer::new("load.example/log", &[7; 32]).expect("a key"),
        register: store::Register::at(&dir.with_extension("register")),
        adopt_head: false,
        rotation: None,
        snapshots: None,
    };
    let started = sequencer::start_published(dir, sequencer::machine(), publication);
    started.expect("start")
}

fn load(started: Started, args: &[String], around: u64, command: fn(u64) -> Command) {
    let dir = started.handle.dir().to_owned();
    let number = |text: &String| text.parse::<u64>().expect("a number");
    let commands = number(&args[0]);
    let size = args.get(1).map_or(BATCH, number);
    let other = |number: u64| number % around >= if around == 3 { 2 } else { 8 };
    set_up(&started.handle);
    let (begin, busy) = (Instant::now(), core_seconds());
    let mut loader = Loader::new(&started.handle);
    let mut sent = 0;
    while sent < commands {
        let until = (sent + size).min(commands);
        // Payments by one person, receipts by another: four eyes.
        for who in [1, 2] {
            let mine = |number: &u64| other(*number) == (who == 2);
            let batch = (sent..until).filter(mine);
            let batch = batch
                .map(|number| submission(number, command(number)))
                .collect();
            loader.send(request(who, batch));
        }
        sent = until;
    }
    loader.wait_for(0);
    drop(loader);
    let seconds = begin.elapsed().as_secs_f64();
    println!(
        "load: {commands} commands in {seconds:.1} s, {:.0} k/s, {:.2} µs of processor time each, \
         making them included; {}",
        commands as f64 / seconds / 1000.0,
        (core_seconds() - busy) / commands as f64 * 1e6,
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
