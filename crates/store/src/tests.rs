//! What the log promises, broken on purpose: crashes, bad disks, and hands that should not have
//! been there. Every test works on a directory of its own.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "in a test a panic is the message"
)]

mod append;
mod audit;
mod backup;
mod files;
mod hostile;
mod keys;
mod kill;
mod recovery;
mod repair;
mod scrub;
mod snapshot;
mod subjects;
mod tree;

use std::convert::Infallible;
use std::fs;
use std::path::{Path, PathBuf};

use chain::{Hash, Head, LedgerId, Record};
use tempfile::TempDir;
use uuid::Uuid;

use crate::{Entry, Faults, Log, OpenError, Recovery, Step, pages};

pub(crate) const A: LedgerId = LedgerId::from_bytes([0xa; 16]);
pub(crate) const B: LedgerId = LedgerId::from_bytes([0xb; 16]);

/// A log, and all that it was given.
pub(crate) struct Fixture {
    pub(crate) dir: TempDir,
    pub(crate) log: Option<Log>,
    pub(crate) faults: Faults,
    pub(crate) all: Vec<Record>,
}

impl Fixture {
    pub(crate) fn new() -> Fixture {
        let dir = tempfile::tempdir().unwrap();
        let faults = Faults::default();
        let (log, recovery) = open_with(dir.path(), &faults, |_| Ok(())).unwrap();
        assert!(recovery.is_clean());
        Fixture {
            dir,
            log: Some(log),
            faults,
            all: Vec::new(),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn log(&mut self) -> &mut Log {
        self.log.as_mut().unwrap()
    }

    /// Records of one command each, in the given ledgers, with bodies of the given lengths.
    pub(crate) fn link(&self, bodies: &[(LedgerId, usize)]) -> Vec<Record> {
        let mut all = self.all.clone();
        for (ledger, len) in bodies {
            let head = head(&all, *ledger);
            let body = (0..*len).map(|at| (at + all.len()) as u8).collect();
            let command = command(all.len());
            let record = head.link(1_000, command, 1, 1, Hash::from_bytes([4; 32]), body);
            all.push(record.unwrap());
        }
        all.split_off(self.all.len())
    }

    pub(crate) fn append(&mut self, bodies: &[(LedgerId, usize)]) {
        let group = self.link(bodies);
        let first = self.log().append(&group).unwrap();
        assert_eq!(first, self.all.len() as u64);
        self.all.extend(group);
    }

    /// Stops while a group is on its way, in the given step. The group is not in `all`.
    pub(crate) fn crash(
        &mut self,
        step: Step,
        times: u32,
        bodies: &[(LedgerId, usize)],
    ) -> Vec<Record> {
        let group = self.link(bodies);
        self.faults.fail(step, times);
        self.log().append(&group).unwrap_err();
        self.log = None;
        group
    }

    /// Opens again, and checks that the log holds exactly `all`, in both copies.
    pub(crate) fn reopen(&mut self) -> Recovery {
        self.log = None;
        let recovery = self.try_reopen().unwrap();
        self.check_all();
        recovery
    }

    pub(crate) fn try_reopen(&mut self) -> Result<Recovery, OpenError<Infallible>> {
        let mut seen = Vec::new();
        let (log, recovery) = open_with(self.dir.path(), &self.faults, |entry| {
            assert_eq!(entry.position, seen.len() as u64);
            seen.push(entry.record.clone());
            Ok(())
        })?;
        assert_eq!(seen.len(), self.all.len());
        assert!(seen == self.all);
        self.log = Some(log);
        Ok(recovery)
    }

    /// Checks what readers see, and that an audit of the closed log agrees.
    pub(crate) fn check_all(&mut self) {
        let reader = self.log().reader();
        let entries = reader.range(0, usize::MAX).unwrap();
        assert!(entries.iter().map(|entry| &entry.record).eq(&self.all));
        for (position, record) in self.all.iter().enumerate() {
            let header = &record.header;
            let entry = Some(Entry {
                position: position as u64,
                record: record.clone(),
            });
            assert_eq!(reader.get(header.ledger, header.seq).unwrap(), entry);
            assert_eq!(
                reader.find(header.ledger, header.command_id).unwrap(),
                entry
            );
        }
        for ledger in [A, B] {
            let of_ledger = self
                .all
                .iter()
                .filter(|record| record.header.ledger == ledger);
            let scanned = reader.scan(ledger, 0, usize::MAX).unwrap();
            assert!(scanned.iter().map(|entry| &entry.record).eq(of_ledger));
        }
        drop(reader);
        self.log = None;
        let verified = crate::verify(self.path(), |_| ()).unwrap();
        assert_eq!(verified.records, self.all.len() as u64);
        assert_eq!((verified.not_in_sled, verified.unfinished_bytes), (0, 0));
        self.log = Some(
            open_with(self.dir.path(), &self.faults, |_| Ok(()))
                .unwrap()
                .0,
        );
    }

    /// The journal's only segment.
    pub(crate) fn segment(&self) -> PathBuf {
        crate::journal::segment_path(&self.path().join("journal"), 0)
    }

    /// Changes the journal's only segment while the log is closed.
    pub(crate) fn edit_segment(&mut self, edit: impl FnOnce(&mut Vec<u8>)) {
        self.log = None;
        let mut bytes = fs::read(self.segment()).unwrap();
        edit(&mut bytes);
        fs::write(self.segment(), bytes).unwrap();
    }

    /// A copy of the directory, to break.
    pub(crate) fn copy(&mut self) -> Fixture {
        self.log = None;
        let dir = tempfile::tempdir().unwrap();
        pages::copy_dir(self.dir.path(), dir.path()).unwrap();
        Fixture {
            dir,
            log: None,
            faults: Faults::default(),
            all: self.all.clone(),
        }
    }

    /// The bytes of the last frame of the only segment: from, to.
    pub(crate) fn last_frame(&self) -> (usize, usize) {
        let bytes = fs::read(self.segment()).unwrap();
        let from = bytes
            .windows(8)
            .rposition(|bytes| bytes == b"FTFRAME1")
            .unwrap();
        (from, bytes.len())
    }
}

pub(crate) fn open_with(
    dir: &Path,
    faults: &Faults,
    each: impl FnMut(&Entry) -> Result<(), Infallible>,
) -> Result<(Log, Recovery), OpenError<Infallible>> {
    Log::open_with_faults(dir, faults.clone(), each)
}

pub(crate) fn head(all: &[Record], ledger: LedgerId) -> Head {
    let last = all.iter().rfind(|record| record.header.ledger == ledger);
    last.map_or(Head::genesis(ledger), Head::of)
}

pub(crate) fn command(n: usize) -> Uuid {
    Uuid::from_u128(n as u128 + 1)
}
