//! A real book, published: batches of funds that two persons must record, some of them confirmed
//! and some not; its subjects sealed, its states recorded, a backup and an evidence package made.
//!
//! Its records have salts and times of their own: two books are alike in everything else.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use chain::Record;
use evidence::{Plan, Proved, Question, SealedSubject, Seals, Sources};
use ledger::book::{BookCommand, BookOpening};
use ledger::entry::{EntryCommand, EntryConfirmation, EntryProposal};
use ledger::fund::{FundAnnouncement, FundCommand, SourceKind};
use ledger::ids::{EntryId, FundId, LedgerId, OrganisationId, PersonId, Subject};
use ledger::money::Fen;
use ledger::organisation::{
    Level, OrganisationCommand, OrganisationKind, OrganisationRegistration,
};
use ledger::text::{Name, Reference};
use ledger::token::Role;
use ledger::{Actor, Command, Intake, Submission};
use sequencer::{Caller, Handle, Published, Request};
use store::Entry;
use uuid::Uuid;

use crate::published::{self, publication};

/// How many batches are recorded by one person.
const FUNDS: u128 = 12;

/// What is in `dir`: `data`, `head`, `backup`.
pub(crate) struct Book {
    pub(crate) published: published::Published,
    /// The package of a confirmed batch, and the key that it is to be checked with.
    pub(crate) package: Vec<u8>,
    pub(crate) key: String,
}

fn id(kind: u128, number: u128) -> Uuid {
    // The form of an identifier of version 4.
    Uuid::from_u128(kind << 96 | 0x4000_8000 << 48 | number)
}

pub(crate) fn person(number: u128) -> PersonId {
    PersonId(id(5, number))
}

fn county() -> LedgerId {
    LedgerId(id(1, 1))
}

fn fund(number: u128) -> FundId {
    FundId(id(6, number))
}

/// Sends commands as a person of whom everybody knows what they may do.
struct Clerk<'a> {
    handle: &'a Handle,
    sent: u128,
}

impl Clerk<'_> {
    fn send(&mut self, who: u128, command: Command) -> Result<()> {
        self.sent += 1;
        let submission = Submission {
            command_id: id(9, self.sent),
            expected_version: None,
            intake: Intake::Control,
            occurred_on: "2018-07-28".parse()?,
            documents: Vec::new(),
            correlation_id: None,
            command,
        };
        let actor = Actor {
            person: person(who),
            organisation: OrganisationId(id(2, 1)),
        };
        let roles = vec![Role::Administrator, Role::Finance, Role::Rectification];
        let request = Request {
            ledger: county(),
            caller: Caller { actor, roles },
            submissions: vec![submission],
            atomic: false,
        };
        let answers = self.handle.submit_blocking(request)?;
        for answer in answers {
            answer.map_err(|refusal| anyhow::anyhow!("{refusal}"))?;
        }
        Ok(())
    }
}

impl Book {
    pub(crate) fn make() -> Result<Book> {
        let dir = tempfile::tempdir()?;
        let data = dir.path().join("data");
        let started =
            sequencer::start_published(&data, sequencer::machine(), publication(dir.path()))?;
        let handle = started.handle;
        write(&handle)?;
        let package = package(&handle)?;
        let key = handle.published_log().context("it publishes")?.vkey();
        let key = key.to_owned();
        drop(handle);
        started.writer.join().expect("a writer that ends");
        // One more start: everything is in the register.
        published::start(dir.path())?;
        store::backup(&data, &dir.path().join("backup"), None, |_| ())?;
        let published = published::Published::of(dir)?;
        Ok(Book {
            published,
            package,
            key,
        })
    }
}

fn write(handle: &Handle) -> Result<()> {
    let mut clerk = Clerk { handle, sent: 0 };
    let opening = BookOpening {
        name: Name::new("某县账本")?,
        area: Reference::new("530000")?,
        predecessors: Vec::new(),
    };
    clerk.send(1, Command::Ledger(BookCommand::Open(opening)))?;
    clerk.send(1, unit(1)?)?;
    for number in 1..=FUNDS {
        let entry = EntryId(id(0xe, number));
        let command = EntryCommand::Propose(EntryProposal {
            entry,
            command: Box::new(announced(number)?),
            signatories: Vec::new(),
        });
        clerk.send(1, Command::Entry(command))?;
        clerk.send(1, unit(number + 1)?)?;
        if number % 3 != 0 {
            let confirmation = EntryCommand::Confirm(EntryConfirmation { entry });
            clerk.send(2 + number % 2, Command::Entry(confirmation))?;
        }
    }
    handle.record_states()?;
    Ok(())
}

fn unit(number: u128) -> Result<Command> {
    let registration = OrganisationRegistration {
        organisation: OrganisationId(id(2, number)),
        code: Reference::new("县发〔2018〕1号")?,
        name: Name::new("某单位")?,
        kind: OrganisationKind::Agency,
        level: Level::County,
        parent: None,
    };
    let command = OrganisationCommand::Register(registration);
    Ok(Command::Organisation(command))
}

pub(crate) fn announced(number: u128) -> Result<Command> {
    let announcement = FundAnnouncement {
        fund: fund(number),
        name: Name::new("资金")?,
        document: Reference::new("县财〔2018〕1号")?,
        issuer: OrganisationId(id(2, 1)),
        receiver: OrganisationId(id(2, 1)),
        source_kind: SourceKind::County,
        amount_fen: Fen::new(1_000_000 + i64::try_from(number)?)?,
        budget_year: 2018,
        function_code: None,
        economy_code: None,
        purpose_code: Reference::new("产业")?,
        direct: false,
    };
    Ok(Command::Fund(FundCommand::Announce(announcement)))
}

/// The package of a confirmed batch, as the server makes it.
fn package(handle: &Handle) -> Result<Vec<u8>> {
    handle.seal_subjects()?;
    let question = Question::Fund(fund(1));
    let asked_on = "2026-01-31".parse()?;
    let slot = handle.slot(county()).context("a county")?;
    let plan = evidence::plan(&slot.view(), question, asked_on).context("a batch")?;
    let mut records = read(handle, &plan.seqs)?;
    let facts: Vec<ledger::Fact> = records
        .iter()
        .map(|entry| Ok(wire::decode_event(&entry.record.body)?.0))
        .collect::<Result<_>>()?;
    let named = evidence::referenced(&facts);
    let others = evidence::supporting(&slot.view(), &named, plan.through.seq);
    let others = others.difference(&plan.seqs).copied().collect();
    for entry in read(handle, &others)? {
        let (fact, _) = wire::decode_event(&entry.record.body)?;
        if evidence::stays(&fact, &named, &others) {
            records.push(entry);
        }
    }
    let under = covering(handle)?;
    assemble(handle, plan, records, &under, |plan| Sources {
        ledger: chain::LedgerId(county().0),
        question,
        asked_on,
        plan,
        key: String::new(),
        checkpoint: under.note.clone(),
        records: Vec::new(),
        through_path: Vec::new(),
        seals: None,
        keys: Vec::new(),
        files: BTreeMap::new(),
    })
}

fn read(handle: &Handle, seqs: &BTreeSet<u64>) -> Result<Vec<Entry>> {
    let county = chain::LedgerId(county().0);
    let read = |seq: &u64| handle.reader().get(county, *seq)?.context("a record");
    seqs.iter().map(read).collect()
}

/// The checkpoint over everything.
fn covering(handle: &Handle) -> Result<Published> {
    let log = handle.published_log().context("it publishes")?;
    let mut newest = log.checkpoints();
    let size = handle.reader().next_position();
    loop {
        if let Some(newest) = log.latest().filter(|newest| newest.size >= size) {
            return Ok((*newest).clone());
        }
        newest.mark_unchanged();
        std::thread::yield_now();
        ensure!(!log.is_failing(), "it cannot publish");
    }
}

fn assemble(
    handle: &Handle,
    plan: Plan,
    records: Vec<Entry>,
    under: &Published,
    sources: impl FnOnce(Plan) -> Sources,
) -> Result<Vec<u8>> {
    let log = handle.published_log().context("it publishes")?;
    let path = |position, record: &Record| {
        let header = &record.header;
        let leaf = chain::leaf_bytes(header.ledger, header.seq, record.hash);
        log.inclusion(position, chain::leaf_hash(&leaf), under)
    };
    let proved = |entry: Entry| -> Result<Proved> {
        Ok(Proved {
            position: entry.position,
            path: path(entry.position, &entry.record)?,
            record: entry.record,
        })
    };
    let subjects: Vec<(LedgerId, Subject)> = plan.subjects().map(|id| (county(), id)).collect();
    let (seal, proofs) = handle.prove_subjects(&subjects)?;
    let sealed = |proof: sequencer::SubjectProof| SealedSubject {
        subject: proof.subject,
        index: proof.leaf_index,
        records: proof.accumulator.records,
        hash: proof.accumulator.hash.to_string(),
        path: proof.path.iter().map(chain::NodeHash::to_base64).collect(),
    };
    let system = chain::LedgerId(handle.system().0);
    let own = handle.reader().get(system, seal.seq)?.context("a seal")?;
    let through = handle.reader().at(plan.through.position)?;
    let through = through.context("a last record")?;
    let seals = Seals {
        position: own.position,
        subjects: proofs.into_iter().flatten().map(sealed).collect(),
    };
    let mut sources = sources(plan);
    log.vkey().clone_into(&mut sources.key);
    sources.through_path = path(through.position, &through.record)?;
    sources.records = records.into_iter().map(proved).collect::<Result<_>>()?;
    sources.seals = Some((seals, proved(own)?));
    Ok(evidence::make(sources)?)
}

/// Where a copy of the backup is.
pub(crate) fn backup(dir: &Path) -> std::path::PathBuf {
    dir.join("backup")
}
