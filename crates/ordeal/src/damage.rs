//! What the families of damage share: a log made once, a copy of it to break, and the judgement of
//! what the store then makes of it.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fs;
use std::path::{Path, PathBuf};

use chain::{Hash, Head, LedgerId, Record};
use store::{Log, OpenError, Repair, Scrub, Snapshot, SnapshotWriter};
use tempfile::TempDir;
use uuid::Uuid;

use crate::{Chance, Outcome};

/// The ledgers of the log.
pub const LEDGERS: [LedgerId; 3] = [
    LedgerId::from_bytes([0xa1; 16]),
    LedgerId::from_bytes([0xb2; 16]),
    LedgerId::from_bytes([0xc3; 16]),
];

/// How long a segment of the journal is: short, so that there are several.
const SEGMENT_LEN: u64 = 48 * 1024;

/// A log, closed in good order, and all that it was given.
pub struct Sample {
    dir: TempDir,
    /// Every record, in the order of position.
    pub all: Vec<Record>,
}

impl Sample {
    /// Some 700 records: small groups, groups of many pages, long bodies, three ledgers.
    ///
    /// # Errors
    /// The log cannot be written.
    pub fn make() -> anyhow::Result<Sample> {
        let mut sample = Sample {
            dir: tempfile::tempdir()?,
            all: Vec::new(),
        };
        let mut chance = Chance::of(7);
        let mut log = open(sample.dir.path())?;
        log.set_segment_len(SEGMENT_LEN);
        for round in 0..60_usize {
            // Restarts leave snapshots and several segments in sled.
            if round % 20 == 19 {
                drop(log);
                log = open(sample.dir.path())?;
                log.set_segment_len(SEGMENT_LEN);
            }
            let count = if round % 7 == 3 { 40 } else { 1 + round % 9 };
            let group = link(&sample.all, &mut chance, count);
            log.append(&group)?;
            sample.all.extend(group);
            if round == 50 {
                snapshot(&log)?;
            }
        }
        Ok(sample)
    }

    /// A copy to break.
    #[must_use]
    pub fn copy(&self) -> TempDir {
        let copy = tempfile::tempdir().expect("room for a copy");
        copy_dir(self.dir.path(), copy.path());
        copy
    }
}

/// Takes a snapshot, as a server does; of what its owner keeps in it a start of the store knows
/// nothing.
///
/// # Errors
/// It cannot be written.
pub fn snapshot(log: &Log) -> Result<(), store::Error> {
    let mut writer = SnapshotWriter::begin(&log.reader())?;
    writer.file("a.view", |out| out.write_all(b"what its owner keeps"))?;
    let form = Hash::from_bytes([5; 32]);
    writer
        .finish(form, chain::empty_root(), |_| None)
        .map(|_| ())
}

fn open(dir: &Path) -> Result<Log, OpenError<Infallible>> {
    Log::open(dir, |_| Ok(())).map(|(log, _)| log)
}

/// The next records of chance ledgers, with bodies of chance lengths.
pub fn link(all: &[Record], chance: &mut Chance, count: usize) -> Vec<Record> {
    let mut heads: BTreeMap<LedgerId, Head> = BTreeMap::new();
    for record in all {
        heads.insert(record.header.ledger, Head::of(record));
    }
    let mut group = Vec::new();
    for number in 0..count {
        let ledger = *chance.pick(&LEDGERS);
        let head = heads.entry(ledger).or_insert_with(|| Head::genesis(ledger));
        let len = match chance.below(20) {
            0 => 6_000,
            1..5 => 900,
            _ => chance.index(300),
        };
        let command = Uuid::from_u128((all.len() + number) as u128 + 1);
        let digest = Hash::from_bytes([4; 32]);
        let record = head.link(1_000, command, 1, 1, digest, chance.bytes(len));
        let record = record.expect("a record that fits");
        *head = Head::of(&record);
        group.push(record);
    }
    group
}

/// Every file that holds a copy of the records, or what sled keeps beside them.
#[must_use]
pub fn files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for name in ["journal", "sled"] {
        collect(&dir.join(name), &mut files);
    }
    files.sort();
    files
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if fs::metadata(&path).is_ok_and(|found| found.len() > 0) {
            files.push(path);
        }
    }
}

/// Every file of the snapshots.
#[must_use]
pub fn snapshot_files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    collect(&dir.join("snapshots"), &mut files);
    files.sort();
    files
}

/// Starts from the snapshots there are, as a server does, of which only those count whose manifest
/// has the `signed` hash, and whose files it has read; the log is closed again.
///
/// # Errors
/// The outcome, if what it then has is not everything.
pub fn start_from_snapshot(dir: &Path, all: &[Record], signed: Hash) -> Result<bool, Outcome> {
    for position in Snapshot::list(dir).unwrap_or_default() {
        let Ok(snapshot) = Snapshot::open(dir, position) else {
            continue;
        };
        if snapshot.hash() != signed || snapshot.read("a.view").is_err() {
            continue;
        }
        let mut seen = 0_u64;
        let opened = Log::open_from(dir, &snapshot, |entry| {
            let at = usize::try_from(entry.position).unwrap_or(usize::MAX);
            seen += u64::from(all.get(at) == Some(&entry.record));
            Ok::<(), Infallible>(())
        });
        let Ok((log, _)) = opened else {
            continue;
        };
        let reader = log.reader();
        let after = all.len() as u64 - position;
        if seen != after || reader.next_position() != all.len() as u64 {
            return Err(Outcome::Lost(format!(
                "{seen} of {after} were read behind a snapshot"
            )));
        }
        for (position, record) in (0..).zip(all) {
            let header = &record.header;
            let found = reader.find(header.ledger, header.command_id);
            // What the disk does not give is for the scrub and the repair.
            let is_other = |it: &store::Entry| it.position != position || it.record != *record;
            if matches!(&found, Ok(None)) || found.is_ok_and(|it| it.as_ref().is_some_and(is_other))
            {
                return Err(Outcome::Silent(format!("position {position} is another's")));
            }
        }
        return Ok(true);
    }
    Ok(false)
}

/// Whether a file belongs to sled.
#[must_use]
pub fn is_sled(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "sled")
}

/// Starts, scrubs and repairs a damaged copy, as an operator's night would go, and judges what
/// came of it: every acknowledged record is there and both copies verify, or a ledger was named.
#[must_use]
pub fn judge(dir: &Path, all: &[Record], starts_first: bool) -> Outcome {
    judge_by(dir, all, starts_first, None)
}

/// [`judge`], where the first record that is another is known by one of these names.
#[must_use]
pub fn judge_named(
    dir: &Path,
    all: &[Record],
    starts_first: bool,
    names: &[(LedgerId, u64)],
) -> Outcome {
    judge_by(dir, all, starts_first, Some(names))
}

type Names<'a> = Option<&'a [(LedgerId, u64)]>;

fn judge_by(dir: &Path, all: &[Record], starts_first: bool, names: Names<'_>) -> Outcome {
    let mut mended = false;
    if starts_first {
        // A start compares heads: the order of two ledgers' records it leaves to the scrub, and
        // to the register.
        let others = match start(dir, all, names) {
            Ok(started) => {
                mended |= started.repaired;
                started.others
            }
            Err(outcome) => return outcome,
        };
        match scrub(dir) {
            Ok(0) if others => return Outcome::Silent("other records".to_owned()),
            Ok(0) => return verified(dir, all, mended),
            Ok(_) => mended = true,
            Err(error) => return Outcome::Failed(format!("no scrub: {error}")),
        }
    }
    let repaired = store::repair(dir, Repair::Do, |_| ());
    match store::Outcome::of(repaired.as_ref()) {
        store::Outcome::Clean => {}
        store::Outcome::Repaired(recovery) => {
            let bad = recovery.found.first();
            if let (Some(names), Some((ledger, seq))) =
                (names, bad.and_then(|bad| bad.ledger.zip(bad.seq)))
                && !names.contains(&(ledger, seq))
            {
                return Outcome::Failed(format!("another was named: {recovery}, not {names:?}"));
            }
            if recovery.found.is_empty() && recovery.rolled_forward == 0 {
                return Outcome::Silent(format!("repaired, and nothing named: {recovery}"));
            }
            mended = true;
        }
        store::Outcome::Refused(refusal) => return refused(&refusal, names),
    }
    match start(dir, all, names) {
        Ok(Started { others: true, .. }) => Outcome::Silent("other records".to_owned()),
        Ok(Started { repaired: true, .. }) => {
            Outcome::Silent("a repair left something to repair".to_owned())
        }
        Ok(Started { .. }) => verified(dir, all, mended),
        Err(outcome) => outcome,
    }
}

/// Everything read once, as the server does each day; how much is not what it was.
fn scrub(dir: &Path) -> anyhow::Result<usize> {
    let log = open(dir)?;
    let mut scrub = Scrub::begin(&log.reader())?;
    loop {
        if let Err(done) = scrub.step(1 << 16, &mut |_| ()) {
            return Ok(done.rot.len());
        }
    }
}

fn refused(refusal: &store::Refusal, names: Names<'_>) -> Outcome {
    let is_named =
        |seqs: &store::Seqs| names.is_some_and(|names| names.contains(&(seqs.ledger, seqs.first)));
    if names.is_some() && !refusal.seqs.iter().any(is_named) {
        return Outcome::Failed(format!("another was named: {refusal}, not {names:?}"));
    }
    if refusal.seqs.is_empty() {
        return Outcome::Failed(format!("refused, and no ledger named: {refusal}"));
    }
    Outcome::Detected
}

/// What a start did.
struct Started {
    repaired: bool,
    /// It showed other records than were written.
    others: bool,
}

fn start(dir: &Path, all: &[Record], names: Names<'_>) -> Result<Started, Outcome> {
    let mut seen = Vec::new();
    let opened = Log::open(dir, |entry| {
        seen.push(entry.record.clone());
        Ok::<(), Infallible>(())
    });
    match opened {
        Err(OpenError::Store(error)) => Err(refused(&store::Refusal::of(&error), names)),
        Err(OpenError::Each(never)) => match never {},
        Ok(_) if seen.len() < all.len() => Err(Outcome::Lost(format!(
            "{} of {} are left",
            seen.len(),
            all.len()
        ))),
        Ok((_, recovery)) => Ok(Started {
            repaired: !recovery.is_clean(),
            others: seen != all,
        }),
    }
}

fn verified(dir: &Path, all: &[Record], mended: bool) -> Outcome {
    match store::verify(dir, |_| ()) {
        Ok(verified) if verified.records != all.len() as u64 || verified.not_in_sled > 0 => {
            Outcome::Lost(format!("{verified:?}"))
        }
        Ok(_) if mended => Outcome::Repaired,
        Ok(_) => Outcome::Unharmed,
        Err(error) => Outcome::Silent(format!("it does not verify: {error}")),
    }
}

/// Copies a directory.
pub fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory");
    for entry in fs::read_dir(from).expect("a directory") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy_dir(&path, &target);
        } else {
            fs::copy(&path, &target).expect("a copy");
        }
    }
}
