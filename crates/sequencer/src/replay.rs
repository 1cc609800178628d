//! Replaying a log that somebody else runs: every record is hashed into the tree, every chain is
//! followed, and every seal is computed again from the records before it.
//!
//! What it knows is in a directory of its own and goes on where it stopped. All of it is derived
//! from the records: whatever is lost or damaged costs a reading from the first record.
//!
//! ```text
//! <dir>/state                                     what stands in memory, see `state.rs`
//! <dir>/subjects/<position, 20 digits>.subjects   what each subject had come to at the last seal
//! <dir>/pairs/<position, 20 digits>.pairs         which records name whom since, see `pairs.rs`
//! ```
//!
//! A seal names a position before its own, and which one is known only when it comes. So who is
//! named by a record waits in a file until the next seal says how much of it counts.

mod fault;
mod pairs;
mod state;

pub use fault::ReplayFault;

use crate::seals::{Folded, PAIRS_MAX, root, subjects_of};
use chain::{Frontier, Head, NodeHash, Record, leaf_bytes, leaf_hash};
use ledger::Event;
use ledger::ids::LedgerId;
use ledger::log::{LogEvent, SubjectsSeal};
use pairs::Pairs;
use state::{LastSeal, State};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use store::SubjectFile;

/// Why a record cannot be replayed. What is in memory is then worth nothing: open it again.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// A record of a newer release: nobody here knows whom it names.
    #[error("ledger {ledger}, seq {seq} was written by a newer release")]
    Newer {
        /// Its ledger.
        ledger: LedgerId,
        /// Its place there.
        seq: u64,
    },
    /// The disk of whoever replays, or what is on it.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// What was kept is not what was written. Begin again from nothing.
    #[error("{} is not what was written: {why}", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
}

impl ReplayError {
    /// True if what was kept is to blame: then it is begun again from nothing.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        match self {
            ReplayError::Damaged { .. } => true,
            ReplayError::Store(store::Error::Io { source, .. }) => matches!(
                source.kind(),
                ErrorKind::InvalidData | ErrorKind::UnexpectedEof | ErrorKind::NotFound
            ),
            ReplayError::Newer { .. } | ReplayError::Store(_) => false,
        }
    }
}

/// A log as far as it was replayed.
#[derive(Debug)]
pub struct Replay {
    dir: PathBuf,
    state: State,
    pairs: Pairs,
}

impl Replay {
    /// Goes on where it stopped, or begins with nothing. `dir` is nobody else's.
    ///
    /// # Errors
    /// [`ReplayError`]; at [`ReplayError::Damaged`] use [`Replay::clear`].
    pub fn open(dir: &Path) -> Result<Replay, ReplayError> {
        let state = State::read(dir)?.unwrap_or_default();
        let pairs = match state.pairs {
            Some((from, len)) => Pairs::open(dir, from, len)?,
            None => Pairs::create(dir, 0)?,
        };
        let dir = dir.to_owned();
        Ok(Replay { dir, state, pairs })
    }

    /// Forgets everything, so that the next one begins with the first record.
    ///
    /// # Errors
    /// The directory cannot be removed.
    pub fn clear(dir: &Path) -> std::io::Result<()> {
        match std::fs::remove_dir_all(dir) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            Err(_) | Ok(()) => Ok(()),
        }
    }

    /// How many records were replayed; the next one has this position.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.state.tree.size()
    }

    /// The root of the tree over them.
    #[must_use]
    pub fn root(&self) -> NodeHash {
        self.state.tree.root()
    }

    /// How many seals came out as they were recorded.
    #[must_use]
    pub fn seals(&self) -> u64 {
        self.state.seals
    }

    /// The first thing that the records do not bear out. From there on only the tree is computed,
    /// which says whether these are the records of the log.
    #[must_use]
    pub fn fault(&self) -> Option<&str> {
        self.state.fault.as_deref()
    }

    /// Takes the next record, in the order of positions. That it has its own hash is known, as from
    /// [`Record::new`].
    ///
    /// # Errors
    /// [`ReplayError`], and not a fault of the log, which is remembered here.
    pub fn take(&mut self, record: &Record) -> Result<(), ReplayError> {
        if self.state.fault.is_none()
            && let Err(fault) = self.check(record)?
        {
            self.state.fault = Some(fault.to_string());
        }
        let header = &record.header;
        let leaf = leaf_bytes(header.ledger, header.seq, record.hash);
        self.state.tree.push(leaf_hash(&leaf));
        Ok(())
    }

    fn check(&mut self, record: &Record) -> Result<Result<(), ReplayFault>, ReplayError> {
        let (header, position) = (&record.header, self.size());
        let head = self.state.heads.entry(header.ledger);
        let head = head.or_insert_with(|| Head::genesis(header.ledger));
        match head.precedes(header) {
            Ok(()) => *head = Head::of(record),
            Err(broken) => return Ok(Err(ReplayFault::Chain { position, broken })),
        }
        let event = wire::decode_event(&record.body).map(|(fact, _salt)| fact.event);
        let event = event.map_err(|_| ReplayError::Newer {
            ledger: LedgerId(header.ledger.0),
            seq: header.seq,
        })?;
        // Of whatever ledger: who is shown a seal in a package does not know which one is `system`.
        if let Event::Log(LogEvent::SubjectsSealed(seal)) = &event {
            let at = (LedgerId(header.ledger.0), header.seq, position);
            if let Err(fault) = self.check_seal(at, seal)? {
                return Ok(Err(fault));
            }
        }
        for subject in subjects_of(&event) {
            let key = (header.ledger, subject);
            self.pairs.push((key, position, record.hash))?;
        }
        Ok(Ok(()))
    }

    fn check_seal(
        &mut self,
        (ledger, seq, position): (LedgerId, u64, u64),
        seal: &SubjectsSeal,
    ) -> Result<Result<(), ReplayFault>, ReplayError> {
        let through = seal.through_position;
        let fault = |why| ReplayFault::Seal {
            ledger,
            seq,
            position,
            through,
            why,
        };
        if through >= position {
            return Ok(Err(fault(fault::SealFault::Ahead)));
        }
        let last = self.state.last;
        if let Some(last) = last.filter(|last| last.through > through) {
            let last = last.through;
            return Ok(Err(fault(fault::SealFault::Back { last })));
        }
        let found = match last.filter(|last| last.through == through) {
            Some(last) => last,
            None => self.fold(through)?,
        };
        let stated = (NodeHash::from_bytes(seal.root.0), seal.count);
        let computed = (found.root, found.count);
        if stated != computed {
            return Ok(Err(fault(fault::SealFault::Root { stated, computed })));
        }
        self.state.seals = self.state.seals.saturating_add(1);
        Ok(Ok(()))
    }

    /// Folds the records through a position into what the subjects had come to before.
    fn fold(&mut self, through: u64) -> Result<LastSeal, ReplayError> {
        let last = self.state.last;
        let mut file = match last {
            Some(last) => Some(SubjectFile::open(&self.dir, last.through)?),
            None => None,
        };
        let mut blocks = self.pairs.through(through)?;
        let mut is_last = false;
        while !is_last {
            let mut folded = Folded::empty(through);
            while folded.pairs.len() < PAIRS_MAX && !is_last {
                is_last = !blocks.next_into(&mut folded.pairs)?;
            }
            if let Some(pair) = folded.pairs.last().filter(|_| !is_last) {
                folded.through = pair.1;
            }
            folded.sort();
            file = Some(folded.merge(&self.dir, file.as_ref())?);
        }
        drop(blocks);
        self.pairs = self.pairs.rest(&self.dir, through)?;
        // There is one: the loop has run at least once.
        let file = file.map_or_else(|| SubjectFile::open(&self.dir, through), Ok)?;
        let (root, count) = (root(&file)?, file.count);
        let last = LastSeal {
            through,
            root,
            count,
        };
        self.state.last = Some(last);
        Ok(last)
    }

    /// Puts all of it on the disk, so that the next start goes on here. Blocks.
    ///
    /// # Errors
    /// The disk failed: what was kept before stands.
    pub fn keep(&mut self) -> Result<(), ReplayError> {
        self.state.pairs = Some(self.pairs.sync()?);
        self.state.write(&self.dir)?;
        // What the state named before is needed no more.
        let keep: Vec<u64> = self.state.last.iter().map(|last| last.through).collect();
        SubjectFile::remove_others(&self.dir, &keep)?;
        self.pairs.remove_others(&self.dir)
    }
}

/// The tree of nothing.
impl Default for State {
    fn default() -> State {
        State {
            tree: Frontier::new(),
            heads: std::collections::BTreeMap::new(),
            last: None,
            pairs: None,
            seals: 0,
            fault: None,
        }
    }
}
