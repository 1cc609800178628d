//! What each act finds, and what must be there after it, whether it failed or not: nothing that was
//! acknowledged is lost, and the next start is fine.

use std::convert::Infallible;
use std::fs;
use std::path::Path;

use anyhow::{Result, anyhow, bail, ensure};
use chain::Record;
use store::{FileHash, FileStore, KeyStore, Log, Register, Snapshot, SubjectFile, Tree};
use tempfile::TempDir;

use super::acts::{
    self, Act, FALSE, LEAVES, LEDGER, ORIGIN, REPLAYED, ROUNDS, content, key, leaf, submission,
};
use crate::Outcome;
use crate::damage::{Sample, copy_dir, judge, snapshot, start_from_snapshot};

/// What the acts need, made once.
pub(super) struct Scene {
    sample: Sample,
    backup: TempDir,
    earlier: TempDir,
}

impl Scene {
    pub(super) fn make() -> Result<Scene> {
        let sample = Sample::make()?;
        let backup = tempfile::tempdir()?;
        let earlier = tempfile::tempdir()?;
        let data = sample.copy();
        drop(KeyStore::open(data.path())?);
        store::backup(data.path(), backup.path(), None, |_| ())?;
        Ok(Scene {
            sample,
            backup,
            earlier,
        })
    }

    /// A directory in which an act can be done.
    pub(super) fn set(&self, act: &Act) -> Result<TempDir> {
        let dir = tempfile::tempdir()?;
        let data = dir.path().join("data");
        let with_data = ["mend-journal", "mend-sled", "repair", "backup", "snapshot"];
        if with_data.contains(&act.name) {
            let copy = self.sample.copy();
            copy_dir(copy.path(), &data);
            drop(KeyStore::open(&data)?);
        }
        match act.name {
            "mend-journal" | "repair" => {
                let segments = data.join("journal");
                let first = segments.join(format!("{:020}.journal", 0));
                flip(&first)?;
            }
            "mend-sled" => flip(&data.join("sled/db"))?,
            "backup" => copy_dir(self.earlier.path(), &dir.path().join("backup")),
            "restore" => copy_dir(self.backup.path(), &dir.path().join("backup")),
            _ => {}
        }
        Ok(dir)
    }

    /// What came of it. `stopped` is how much was acknowledged before it failed.
    pub(super) fn judge(&self, act: &Act, dir: &Path, stopped: Option<u64>) -> Outcome {
        let data = dir.join("data");
        let judged = match act.name {
            "mend-journal" | "mend-sled" | "repair" => {
                return match judge(&data, &self.sample.all, true) {
                    // What the failed act had mended already.
                    Outcome::Unharmed => Outcome::Repaired,
                    // One copy was sound, and still is.
                    Outcome::Detected => {
                        let refused = store::repair(&data, store::Repair::Do, |_| ());
                        Outcome::Lost(format!("refused: {:?}", refused.err()))
                    }
                    other @ (Outcome::Repaired
                    | Outcome::Lost(_)
                    | Outcome::Silent(_)
                    | Outcome::Failed(_)) => other,
                };
            }
            "backup" => self.backed_up(dir),
            "restore" => self.restored(dir, stopped),
            "snapshot" => self.snapshot_taken(&data, stopped.is_none()),
            "keys" => keys(dir, stopped),
            "register" => register(dir, stopped.unwrap_or(ROUNDS)),
            "tree" => tree(dir),
            "subjects" => subjects(dir, stopped.is_none()),
            "files" => files(dir, stopped.is_none()),
            "witness" => witness(dir, stopped.unwrap_or(ROUNDS)),
            "replaying-witness" => replaying_witness(dir, stopped.unwrap_or(REPLAYED + 2)),
            other => panic!("no act {other}"),
        };
        match judged {
            Ok(()) if stopped.is_some() => Outcome::Repaired,
            Ok(()) => Outcome::Unharmed,
            Err(error) => Outcome::Failed(format!("{error:#}")),
        }
    }

    /// Made again, the backup is whole, and the log is as it was.
    fn backed_up(&self, dir: &Path) -> Result<()> {
        let (data, backup) = (dir.join("data"), dir.join("backup"));
        store::backup(&data, &backup, None, |_| ())?;
        let to = dir.join("restored");
        store::restore(&backup, &to, |_| (), |_, _| Ok(()))?;
        ensure!(records(&to)? == self.sample.all, "another backup");
        ensure!(records(&data)? == self.sample.all, "another log");
        Ok(())
    }

    /// Every snapshot that is there is whole and begins a start that ends with everything; the next
    /// one is taken.
    fn snapshot_taken(&self, data: &Path, finished: bool) -> Result<()> {
        let all = &self.sample.all;
        let newest = all.len() as u64;
        for position in Snapshot::list(data)? {
            let snapshot = Snapshot::open(data, position)?;
            let begins = start_from_snapshot(data, all, snapshot.hash());
            let begins = begins.map_err(|outcome| anyhow!("{position}: {outcome:?}"))?;
            ensure!(begins, "nothing starts from the snapshot at {position}");
        }
        let there = Snapshot::list(data)?.contains(&newest);
        ensure!(there || !finished, "it is gone");
        let (log, _) = Log::open(data, |_| Ok::<(), Infallible>(()))?;
        snapshot(&log)?;
        drop(log);
        ensure!(Snapshot::list(data)?.contains(&newest), "no next one");
        ensure!(records(data)? == *all, "another log");
        Ok(())
    }

    /// What was restored is whole, or nobody takes it for a log; elsewhere it goes well.
    fn restored(&self, dir: &Path, stopped: Option<u64>) -> Result<()> {
        let to = dir.join("restored");
        if stopped.is_none() || to.join("journal").is_dir() {
            ensure!(records(&to)? == self.sample.all, "restored in part");
        }
        let again = dir.join("again");
        store::restore(&dir.join("backup"), &again, |_| (), |_, _| Ok(()))?;
        ensure!(records(&again)? == self.sample.all, "another log");
        Ok(())
    }
}

fn flip(path: &Path) -> Result<()> {
    let mut bytes = fs::read(path)?;
    let written: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] != 0).collect();
    bytes[written[written.len() / 2]] ^= 1;
    fs::write(path, bytes)?;
    Ok(())
}

fn records(dir: &Path) -> Result<Vec<Record>> {
    let mut all = Vec::new();
    Log::open(dir, |entry| {
        all.push(entry.record.clone());
        Ok::<(), Infallible>(())
    })?;
    Ok(all)
}

fn keys(dir: &Path, stopped: Option<u64>) -> Result<()> {
    let acknowledged = stopped.unwrap_or(ROUNDS + 1);
    let mut keys = KeyStore::open(dir)?;
    for round in 0..acknowledged.min(ROUNDS) {
        let (subject, bytes) = key(round);
        let found = keys.get(subject);
        // The first one may be erased by what was not acknowledged.
        let may_be_gone = round == 0 && acknowledged >= ROUNDS;
        ensure!(
            found == Some(bytes) || may_be_gone && found.is_none(),
            "key {round} is gone"
        );
    }
    if stopped.is_none() {
        ensure!(keys.get(key(0).0).is_none(), "an erased key is there");
    }
    keys.put_all(&[key(90)])?;
    drop(keys);
    ensure!(
        KeyStore::open(dir)?.get(key(90).0).is_some(),
        "the next is gone"
    );
    Ok(())
}

fn register(dir: &Path, acknowledged: u64) -> Result<()> {
    let register = Register::at(&dir.join("head"));
    let held = match register.read()? {
        Some(bytes) => String::from_utf8(bytes)?.parse()?,
        None => 0,
    };
    // The one that was not acknowledged may be there, as a whole.
    if held != acknowledged && held != acknowledged + 1 {
        bail!("it holds {held}, and {acknowledged} was acknowledged");
    }
    register.write(b"9")?;
    ensure!(
        register.read()?.as_deref() == Some(b"9"),
        "the next is gone"
    );
    Ok(())
}

fn tree(dir: &Path) -> Result<()> {
    let grown = |dir: &Path| -> Result<Tree> {
        let mut tree = Tree::at(dir);
        (0..2 * LEAVES).try_for_each(|number| tree.push(leaf(number)))?;
        tree.settle()?;
        Ok(tree)
    };
    let (elsewhere, here) = (tempfile::tempdir()?, grown(dir)?);
    grown(elsewhere.path())?;
    for level in ["0", "1"] {
        let read = |dir: &Path| fs::read(dir.join("tree").join(level));
        ensure!(
            read(dir)? == read(elsewhere.path())?,
            "level {level} is another"
        );
    }
    here.reader().node(3, 1)?;
    Ok(())
}

fn subjects(dir: &Path, finished: bool) -> Result<()> {
    for through in SubjectFile::list(dir)? {
        let mut rows = 0;
        let file = SubjectFile::open(dir, through)?;
        file.each(|_| {
            rows += 1;
            Ok::<(), store::Error>(())
        })?;
        ensure!(rows == 400, "{rows} rows");
    }
    let there = SubjectFile::list(dir)?.contains(&9);
    ensure!(there || !finished, "it is gone");
    acts::subjects(dir)
}

fn files(dir: &Path, finished: bool) -> Result<()> {
    use sha2::Digest as _;
    let hash = FileHash(sha2::Sha256::digest(content()).into());
    let whole = content().len() as u64;
    let store = FileStore::open(dir)?;
    match store.len(LEDGER, hash)? {
        None if finished => bail!("it is gone"),
        Some(len) if len != whole => bail!("{len} of {whole} bytes"),
        Some(_) | None => {}
    }
    acts::upload(dir)?;
    ensure!(store.len(LEDGER, hash)? == Some(whole), "the next is gone");
    Ok(())
}

/// What it cosigned, refused and was told to look at again is as acknowledged, or one step on.
fn replaying_witness(dir: &Path, acknowledged: u64) -> Result<()> {
    if acknowledged > 0 {
        ensure!(acts::witness(dir).is_err(), "it need not replay any more");
    }
    let witness = acts::replaying_witness(dir)?;
    let cosigned = witness.cosigned(ORIGIN);
    let least = acknowledged.min(REPLAYED);
    let most = (acknowledged + 1).min(REPLAYED);
    ensure!((least..=most).contains(&cosigned), "{cosigned} cosigned");
    let refused = witness.refused(ORIGIN).is_some();
    // While it is taken back it is there or not; of what was to be refused a new look tells.
    let may = (REPLAYED..REPLAYED + 2).contains(&acknowledged);
    ensure!(may || !refused, "it refuses after {acknowledged}");
    // Taken back too, the reason stays in a file.
    let kept = fs::read_dir(dir.join("witness"))?.any(|file| {
        let text = file.and_then(|file| fs::read_to_string(file.path()));
        text.is_ok_and(|text| text.contains(FALSE))
    });
    ensure!(kept || acknowledged <= REPLAYED, "the reason is forgotten");
    if refused {
        let next = submission(cosigned + 1);
        let taken = witness.add_replayed(next.as_bytes(), || 100, |_| Ok(()));
        ensure!(taken.is_err(), "it cosigns what it refuses");
        witness.reconsider(ORIGIN)?;
    }
    let next = submission(cosigned + 1);
    witness.add_replayed(next.as_bytes(), || 100, |_| Ok(()))?;
    Ok(())
}

fn witness(dir: &Path, acknowledged: u64) -> Result<()> {
    let witness = acts::witness(dir)?;
    let mut next = acknowledged + 1;
    // What it cosigned and could not answer it has seen.
    if let Err(witness::Refused::Conflict { size }) =
        witness.add_checkpoint(submission(next).as_bytes(), || 100)
    {
        ensure!(size == next, "it has seen {size} after {acknowledged}");
        next += 1;
        witness.add_checkpoint(submission(next).as_bytes(), || 100)?;
    }
    drop(witness);
    let again = acts::witness(dir)?.add_checkpoint(submission(next).as_bytes(), || 101);
    ensure!(again.is_err(), "it has forgotten");
    Ok(())
}
