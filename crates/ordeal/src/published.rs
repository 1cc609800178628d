//! What is kept beside the two copies of the records: the head register and the files of the tree.
//! A bit of them may flip; and they, not the copies, show what was changed in both copies alike.

use std::convert::Infallible;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use chain::{LedgerId, Record, Signer};
use sequencer::{Publication, PublishError, StartError, machine, start_published};
use store::{Log, Register};
use tempfile::TempDir;

use crate::damage::{copy_dir, link};
use crate::tamper::{EDITS, Edit, chained, cut, first_changed, write_log};
use crate::trial::How;
use crate::{Chance, Family, Outcome, Tools, Trial};

/// One bit of the register or of the tree.
pub const BITS: Family = Family {
    name: "bits-published",
    what: "one flipped bit anywhere in the head register or the tree's files",
    in_ci: 60,
    full: 1_000,
    repaired_percent_min: 0,
    how: How::Trials(bits),
};

/// Both copies alike, by every hand of the catalogue.
pub const BOTH: Family = Family {
    name: "tamper-both",
    what: "both copies rewritten, cut, deleted from, inserted into, swapped or spliced, all hashed \
           anew; the register stays",
    in_ci: 60,
    full: 6_000,
    repaired_percent_min: 0,
    how: How::Trials(both),
};

/// The whole directory as it was before, tree and all.
pub const ROLLED_BACK: Family = Family {
    name: "tamper-roll-back",
    what: "the whole data directory taken back to an earlier state; the register stays",
    in_ci: 20,
    full: 1_000,
    repaired_percent_min: 0,
    how: How::Trials(rolled_back),
};

/// The name of the log.
pub(crate) const ORIGIN: &str = "ordeal.example/log";

/// A published log: `<dir>/data`, `<dir>/head`.
pub(crate) struct Published {
    dir: TempDir,
    pub(crate) all: Vec<Record>,
    /// How many of the first are the deployment's own.
    pub(crate) own: usize,
}

fn read_log(dir: &Path) -> Result<(Log, Vec<Record>)> {
    let mut all = Vec::new();
    let (log, _) = Log::open(dir, |entry| {
        all.push(entry.record.clone());
        Ok::<(), Infallible>(())
    })?;
    Ok((log, all))
}

impl Published {
    pub(crate) fn make() -> Result<Published> {
        let dir = tempfile::tempdir()?;
        let published = |error: StartError| anyhow::anyhow!("{error}");
        start(dir.path()).map_err(published)?;
        let data = dir.path().join("data");
        let (mut log, mut all) = read_log(&data)?;
        // The deployment's own ledger and its key: without them nothing is published at all.
        let own = all.len();
        let mut chance = Chance::of(7);
        for number in 0..60_usize {
            let group = link(&all, &mut chance, 1 + number % 15);
            log.append(&group)?;
            all.extend(group);
        }
        drop(log);
        start(dir.path()).map_err(published)?;
        let (_, all) = read_log(&data)?;
        Ok(Published { dir, all, own })
    }

    /// One that somebody else has made.
    pub(crate) fn of(dir: TempDir) -> Result<Published> {
        let (_, all) = read_log(&dir.path().join("data"))?;
        Ok(Published { dir, all, own: 0 })
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// What is left when the records that are not the deployment's own are edited.
    fn edited(&self, edit: Edit, chance: &mut Chance) -> Vec<Record> {
        let (own, others) = self.all.split_at(self.own);
        let mut others = others.to_vec();
        edit(&mut others, chance);
        [own, &others].concat()
    }

    pub(crate) fn copy(&self) -> TempDir {
        let copy = tempfile::tempdir().expect("room for a copy");
        copy_dir(self.dir.path(), copy.path());
        copy
    }

    /// Replaces both copies by a log of these records.
    fn replace(&self, records: &[Record], chance: &mut Chance) -> TempDir {
        let copy = self.copy();
        replace_logs(copy.path(), records, chance);
        copy
    }
}

/// Replaces both copies in `<dir>/data` by a log of these records.
pub(crate) fn replace_logs(dir: &Path, records: &[Record], chance: &mut Chance) {
    let data = dir.join("data");
    for name in ["journal", "sled"] {
        fs::remove_dir_all(data.join(name)).expect("a copy to replace");
    }
    write_log(records, &data, chance);
}

/// Makes the tree's files those of the records that are there, as a start without the register
/// does.
pub(crate) fn rebuild_tree(dir: &Path) {
    let (head, kept) = (dir.join("head"), dir.join("kept"));
    fs::rename(&head, &kept).expect("a register");
    fs::remove_dir_all(dir.join("data/tree")).expect("a tree");
    start(dir).expect("a log without a register");
    fs::rename(&kept, &head).expect("a register");
}

/// What signs the log.
pub(crate) fn signer() -> Signer {
    Signer::new(ORIGIN, &[7; 32]).expect("a key")
}

/// What `<dir>/data` is published with.
pub(crate) fn publication(dir: &Path) -> Publication {
    Publication {
        signer: signer(),
        register: Register::at(&dir.join("head")),
        adopt_head: !dir.join("head").exists(),
        rotation: None,
        snapshots: None,
    }
}

/// A start and a stop.
pub(crate) fn start(dir: &Path) -> Result<(), StartError> {
    let started = start_published(&dir.join("data"), machine(), publication(dir))?;
    drop(started.handle);
    started.writer.join().expect("a writer that ends");
    Ok(())
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let tree = fs::read_dir(dir.join("data/tree")).expect("a tree");
    let mut files: Vec<PathBuf> = tree.map(|file| file.expect("a file").path()).collect();
    files.push(dir.join("head"));
    files.sort();
    files
}

fn bits(_: &Tools) -> Result<Trial> {
    let published = Published::make()?;
    Ok(Box::new(move |seed| {
        let mut chance = Chance::of(seed);
        let copy = published.copy();
        let before: Vec<Vec<u8>> = read(&files(copy.path()));
        let path: PathBuf = chance.pick(&files(copy.path())).clone();
        let mut bytes = fs::read(&path).expect("a file");
        let at = chance.index(bytes.len());
        bytes[at] ^= 1 << chance.below(8);
        fs::write(&path, bytes).expect("a file");
        match start(copy.path()) {
            Err(StartError::Publish(PublishError::Foreign { .. })) if path.ends_with("head") => {
                Outcome::Detected
            }
            Err(error) => Outcome::Failed(format!("refused: {error}")),
            Ok(()) if read(&files(copy.path())) == before => Outcome::Repaired,
            Ok(()) => Outcome::Silent(format!("{} is another", path.display())),
        }
    }))
}

fn read(files: &[PathBuf]) -> Vec<Vec<u8>> {
    let bytes = files.iter().map(|file| fs::read(file).expect("a file"));
    bytes.collect()
}

fn both(_: &Tools) -> Result<Trial> {
    let published = Published::make()?;
    Ok(Box::new(move |seed| {
        let mut chance = Chance::of(seed);
        let edit: Edit = *chance.pick(&EDITS);
        let forged = chained(&published.edited(edit, &mut chance));
        let copy = published.replace(&forged, &mut chance);
        let names = first_changed(&published.all, &forged).unwrap_or_default();
        // A ledger of which nothing is left has no name any more: its first record is named by its
        // position alone.
        let gone = published.all.get(forged.len());
        if published.all.starts_with(&forged) && gone.is_some_and(|gone| gone.header.seq == 1) {
            return judge_gone(copy.path(), forged.len() as u64);
        }
        judge(copy.path(), &names)
    }))
}

fn rolled_back(_: &Tools) -> Result<Trial> {
    let published = Published::make()?;
    Ok(Box::new(move |seed| {
        let mut chance = Chance::of(seed);
        let mut before = published.edited(cut, &mut chance);
        // Some records of every ledger: a ledger that is gone as a whole nobody can name.
        before.extend(published.all[before.len()..].iter().take(20).cloned());
        before.truncate(published.all.len() - 1);
        let copy = published.replace(&before, &mut chance);
        // The tree of that time.
        rebuild_tree(copy.path());
        let names = first_changed(&published.all, &before).unwrap_or_default();
        judge(copy.path(), &names)
    }))
}

/// It is refused, by the position of the first record that is gone.
fn judge_gone(dir: &Path, position: u64) -> Outcome {
    match start(dir) {
        Err(StartError::Publish(PublishError::Rollback { size, .. })) if size == position => {
            Outcome::Detected
        }
        Err(error) => Outcome::Failed(format!("refused, and not from {position}: {error}")),
        Ok(()) => Outcome::Silent("it started".to_owned()),
    }
}

/// It is refused, by the name of the first record that is gone or another.
pub(crate) fn judge(dir: &Path, names: &[(LedgerId, u64)]) -> Outcome {
    let first = match start(dir) {
        Err(StartError::Publish(
            PublishError::Fork { first, .. } | PublishError::Rollback { first, .. },
        )) => first,
        Err(error) => return Outcome::Failed(format!("refused: {error}")),
        Ok(()) => return Outcome::Silent("it started".to_owned()),
    };
    let is_named = first
        .iter()
        .any(|seqs| names.contains(&(seqs.ledger, seqs.first)));
    if is_named {
        Outcome::Detected
    } else {
        Outcome::Failed(format!("{first:?} was named, not {names:?}"))
    }
}
