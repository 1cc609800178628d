//! A server over a simulated disk: the steps of the write path, of a start and of publishing, in
//! the order of `store`, with a possible crash between any two of them.

use chain::{Checkpoint, Hash, Head, LedgerId, NodeHash, Note, Record, Signer};
use store::segment::{self, Part};
use uuid::Uuid;

use super::disk::SimDisk;
use super::env::{Crash, Defect, Env};
use super::tree::Tree;
use super::witness::{Answer, Request};

/// How far the wall clock may depart from the monotonic one, or lag behind the last record.
const DEPARTURE_MAX_US: u64 = 10_000_000;

const JOURNAL: &str = "journal";
const PAGES: &str = "pages";

/// What pages are when sled cannot read them.
const UNREADABLE: &[u8] = b"Read corrupted data";

pub(super) const WITNESSES: usize = 3;

/// Why a server does not start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The register is ahead of the log.
    Rollback,
    /// The register is no ancestor of the log.
    Fork,
    /// There is a log and no register.
    NoRegister,
    /// Neither copy has what was there.
    Damaged,
}

#[derive(Debug)]
pub(super) struct Server {
    /// The journal, and the pages that stand for sled.
    pub(super) disk: SimDisk,
    /// The register is on another disk.
    pub(super) register: SimDisk,
    pub(super) signer: Signer,
    /// What a running server has in memory.
    pub(super) running: Option<Running>,
    commands: u128,
}

#[derive(Debug)]
pub(super) struct Running {
    pub(super) records: Vec<Record>,
    pub(super) tree: Tree,
    heads: [Head; 2],
    /// What each witness said that it has seen.
    seen: [u64; WITNESSES],
    /// By the monotonic clock and the wall clock, when the clock was last believed.
    clock: (u64, u64),
    /// A witness knows another history: nothing is published until somebody has looked.
    pub(super) alarm: bool,
    /// How much of the log the last checkpoint of this process covers.
    published: u64,
}

impl Server {
    pub(super) fn new() -> Server {
        Server {
            disk: SimDisk::new(),
            register: SimDisk::new(),
            signer: Signer::new("log.example", &[42; 32]).expect("a name"),
            running: None,
            commands: 0,
        }
    }

    /// The process is gone; with `power` so is what was not synced.
    pub(super) fn crash(&mut self, env: &mut Env, power: bool) {
        self.running = None;
        if !power {
            return;
        }
        // sled may become unreadable as a whole when what it was writing is torn.
        let is_torn = self.disk.is_unsure(PAGES) && env.chance.one_in(3);
        self.disk.crash(&mut env.chance);
        self.register.crash(&mut env.chance);
        if is_torn && self.disk.read(PAGES).is_some() {
            env.tell("  the pages are unreadable".to_owned());
            self.disk.set_len(PAGES, 0);
            self.disk.append(PAGES, UNREADABLE);
            self.disk.sync(PAGES);
        }
    }

    /// Starts: mends the copies from one another, builds the tree, and asks the register.
    pub(super) fn start(&mut self, env: &mut Env) -> Result<Result<(), Refusal>, Crash> {
        // A killed process may have left a frame that no sync has covered.
        if !env.has(Defect::OpensBeforeTheSync) {
            self.disk.sync(JOURNAL);
            self.disk.sync_names();
        }
        // sled writes when it is opened.
        self.disk.touch(PAGES);
        env.step("start reads")?;
        if !env.has(Defect::OpensBeforeTheSync) {
            self.disk.sync(PAGES);
            self.disk.sync_names();
        }
        // And a name of the register.
        if !env.has(Defect::BelievesTheCache) {
            self.register.sync_names();
        }
        let Some(records) = self.recover(env)? else {
            return Ok(Err(Refusal::Damaged));
        };
        let tree = Tree::of(&records);
        if records.is_empty() && self.register.read("head").is_none() {
            self.write_register(env, 0, tree.root_at(0))?;
        }
        if !env.has(Defect::IgnoresTheRegister)
            && let Err(refusal) = self.admits(&tree)
        {
            return Ok(Err(refusal));
        }
        let mut heads = [1, 2].map(|n| Head::genesis(LedgerId::from_bytes([n; 16])));
        for record in &records {
            let head = heads
                .iter_mut()
                .find(|head| head.ledger == record.header.ledger)
                .expect("a ledger of ours");
            *head = head.after(record).expect("the chain holds");
        }
        let clock = (env.now_us, env.wall_us());
        self.running = Some(Running {
            published: 0,
            records,
            tree,
            heads,
            seen: [0; WITNESSES],
            clock,
            alarm: false,
        });
        Ok(Ok(()))
    }

    /// What the journal has, and the pages where it has lost something; both mended.
    fn recover(&mut self, env: &mut Env) -> Result<Option<Vec<Record>>, Crash> {
        let journal = self.disk.read(JOURNAL).unwrap_or_default();
        let pages = self.disk.read(PAGES).unwrap_or_default();
        let (from_journal, end, is_cut) = whole(&journal);
        let (from_pages, pages_end, _) = whole(&pages);
        let both = from_journal.len().min(from_pages.len());
        if from_journal[..both] != from_pages[..both] {
            return Ok(None);
        }
        if from_pages.len() > from_journal.len() {
            // The journal has lost what the pages have.
            self.disk.append("journal.new", &pages[..pages_end]);
            env.step("start syncs the new journal")?;
            self.disk.sync("journal.new");
            self.disk.rename("journal.new", JOURNAL);
            env.step("start syncs the name")?;
            self.disk.sync_names();
            return Ok(Some(from_pages));
        }
        if end < journal.len() {
            // What is not whole was never acknowledged: if it was cut off, or if the pages, which
            // are written after it, have nothing of it. If they cannot be asked, who knows?
            if !is_cut && pages == UNREADABLE {
                return Ok(None);
            }
            self.disk.set_len(JOURNAL, end);
            env.step("start syncs the cut")?;
            self.disk.sync(JOURNAL);
        }
        if pages[..] != journal[..end] {
            self.disk.set_len(PAGES, pages_end);
            env.step("start writes pages")?;
            self.disk.append(PAGES, &journal[pages_end..end]);
            env.step("start syncs pages")?;
            self.disk.sync(PAGES);
            self.disk.sync_names();
        }
        Ok(Some(from_journal))
    }

    /// Whether the register lets a log with this tree start.
    fn admits(&self, tree: &Tree) -> Result<(), Refusal> {
        let Some(bytes) = self.register.read("head") else {
            return Err(Refusal::NoRegister);
        };
        let head = head_of(&bytes);
        if head.size() > tree.size() {
            Err(Refusal::Rollback)
        } else if tree.root_at(head.size()) == head.root() {
            Ok(())
        } else {
            Err(Refusal::Fork)
        }
    }

    /// Decides a group, makes it durable, and answers.
    pub(super) fn commit(&mut self, env: &mut Env) -> Result<Option<Vec<Record>>, Crash> {
        let Some(running) = &mut self.running else {
            return Ok(None);
        };
        let Some(time) = running.time(env) else {
            env.tell("  503 CLOCK".to_owned());
            return Ok(None);
        };
        let first = running.records.len() as u64;
        let mut group = Vec::new();
        for _ in 0..1 + env.chance.below(4) {
            self.commands += 1;
            let head = env.chance.index(2);
            let body_len = env.chance.below(900) as usize;
            let body = env.chance.bytes(body_len);
            let (command, digest) = (Uuid::from_u128(self.commands), Hash::from_bytes([3; 32]));
            let record = running.heads[head].link(time, command, 1, 1, digest, body);
            let record = record.expect("time does not go back");
            running.heads[head] = Head::of(&record);
            group.push(record);
        }
        let frame = store::frame(first, &group).expect("a short group");

        let late = env.has(Defect::AnswersBeforeTheSync);
        env.step("journal write")?;
        self.disk.append(JOURNAL, &frame);
        self.disk.sync_names();
        env.step("journal sync")?;
        if env.has(Defect::RegistersBeforeTheSync) {
            let mut tree = running.tree.clone();
            tree.push(&group);
            self.write_register(env, tree.size(), tree.root_at(tree.size()))?;
        }
        if !late {
            self.disk.sync(JOURNAL);
        }
        env.step("pages write")?;
        self.disk.append(PAGES, &frame);
        env.step("pages sync")?;
        if !late {
            self.disk.sync(PAGES);
            self.disk.sync_names();
        }
        env.step("answer")?;
        let running = self.running.as_mut().expect("running");
        running.records.extend(group.iter().cloned());
        running.tree.push(&group);
        Ok(Some(group))
    }

    /// What an insider does who has the disk, and time: other records from a place on, linked as
    /// they must be, in both copies. The register is not in reach.
    pub(super) fn rewrite(&mut self, from: usize) {
        let Some(running) = self.running.take() else {
            return;
        };
        let mut records = running.records;
        records.truncate(from);
        let ledger = |n| LedgerId::from_bytes([n; 16]);
        let last = records
            .iter()
            .rfind(|record| record.header.ledger == ledger(1));
        let head = last.map_or(Head::genesis(ledger(1)), Head::of);
        let (command, digest) = (Uuid::from_u128(u128::MAX), Hash::from_bytes([9; 32]));
        let forged = head.link(
            head.recorded_at_us,
            command,
            1,
            1,
            digest,
            b"forged".to_vec(),
        );
        records.push(forged.expect("a short body"));
        let frame = store::frame(0, &records).expect("a group");
        for name in [JOURNAL, PAGES] {
            self.disk.set_len(name, 0);
            self.disk.append(name, &frame);
            self.disk.sync(name);
        }
        self.disk.sync_names();
    }

    /// Writes the register, and gives the checkpoint that may now be shown; none if there is
    /// nothing new, or an alarm.
    pub(super) fn publish(&mut self, env: &mut Env) -> Result<Option<(u64, NodeHash)>, Crash> {
        let Some(running) = &mut self.running else {
            return Ok(None);
        };
        let size = running.tree.size();
        if running.alarm || size == running.published {
            return Ok(None);
        }
        running.published = size;
        let root = running.tree.root_at(size);
        if env.has(Defect::PublishesBeforeTheRegister) {
            return Ok(Some((size, root)));
        }
        self.write_register(env, size, root)?;
        env.step("publish")?;
        Ok(Some((size, root)))
    }

    fn write_register(&mut self, env: &mut Env, size: u64, root: NodeHash) -> Result<(), Crash> {
        let note = self.note(size, root);
        env.step("register write")?;
        self.register.set_len("head.new", 0);
        self.register
            .append("head.new", note.to_string().as_bytes());
        env.step("register sync")?;
        self.register.sync("head.new");
        env.step("register rename")?;
        self.register.rename("head.new", "head");
        env.step("register sync of the name")?;
        self.register.sync_names();
        Ok(())
    }

    /// How many records the register says there are.
    pub(super) fn registered(&self) -> u64 {
        let head = self.register.read("head");
        head.map_or(0, |head| head_of(&head).size())
    }

    fn note(&self, size: u64, root: NodeHash) -> Note {
        let checkpoint = Checkpoint::new("log.example", size, root).expect("an origin");
        checkpoint.sign(&self.signer).expect("a note")
    }

    /// The register is never ahead of what is sure to be on the disk.
    pub(super) fn check(&self) {
        let durable = whole(&self.disk.read_sure(JOURNAL).unwrap_or_default()).0;
        if let Some(head) = self.register.read("head") {
            let size = head_of(&head).size();
            assert!(
                size <= durable.len() as u64,
                "the register is ahead of the log"
            );
        }
    }

    /// What a witness is asked, as far as the server knows what it has seen.
    pub(super) fn request(&self, witness: usize) -> Option<Request> {
        let running = self.running.as_ref().filter(|running| !running.alarm)?;
        let (size, old) = (running.published, running.seen[witness]);
        if old >= size || size != running.tree.size() {
            return None;
        }
        Some(Request {
            old,
            proof: running.tree.proof(old),
            note: self.note(size, running.tree.root_at(size)),
        })
    }

    /// Takes the answer of a witness; true if it means that somebody took the log back.
    pub(super) fn answered(&mut self, witness: usize, answer: &Answer) -> bool {
        let Some(running) = &mut self.running else {
            return false;
        };
        match answer {
            Answer::Cosigned { size } => running.seen[witness] = *size,
            Answer::Conflict { size } if *size <= running.tree.size() => {
                running.seen[witness] = *size;
            }
            Answer::Conflict { .. } | Answer::Inconsistent => running.alarm = true,
            Answer::Silence => {}
        }
        running.alarm
    }
}

impl Running {
    /// The latest time that may be recorded now.
    pub(super) fn latest_us(&self, env: &Env) -> u64 {
        let (monotonic, base) = self.clock;
        base + (env.now_us - monotonic) + DEPARTURE_MAX_US
    }

    /// The time of recording; none while the clock is not to be believed.
    fn time(&self, env: &Env) -> Option<u64> {
        let last = self.heads.iter().map(|head| head.recorded_at_us).max()?;
        let wall = env.wall_us();
        if env.has(Defect::TrustsTheClock) {
            return Some(wall);
        }
        let (monotonic, base) = self.clock;
        let expected = base + (env.now_us - monotonic);
        let departed = wall.abs_diff(expected) > DEPARTURE_MAX_US;
        let behind = last.saturating_sub(wall) > DEPARTURE_MAX_US;
        (!departed && !behind).then(|| wall.max(last))
    }
}

fn head_of(register: &[u8]) -> Checkpoint {
    let note = Note::parse(register).expect("the register is replaced whole");
    note.text().parse().expect("a checkpoint")
}

/// The records of the whole frames that follow one another from the first on, where the last of
/// them ends, and whether what follows is a frame that was cut off.
fn whole(bytes: &[u8]) -> (Vec<Record>, usize, bool) {
    let (mut records, mut end) = (Vec::new(), 0);
    for part in segment::parts(bytes).expect("bytes in memory") {
        match part {
            Part::Frame {
                first,
                records: Some(group),
            } if first == records.len() as u64 => {
                end += store::frame(first, &group).expect("it was one").len();
                records.extend(group);
            }
            Part::Damage { is_cut, .. } => return (records, end, is_cut),
            Part::Frame { .. } => return (records, end, false),
        }
    }
    (records, end, true)
}
