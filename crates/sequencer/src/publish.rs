//! Publishing: the tree grows behind the writer, and its signed heads are shown to everybody.
//!
//! The order is what makes a checkpoint worth something. Its records are on the disk, twice; then
//! its tree is built; then it is in the head register, outside the data directory; only then does
//! anybody see it. A crash between two of these steps leaves the log ahead of the register, which
//! the next start finds to be its ancestor, and nothing that was shown is ever taken back.

#[cfg(test)]
mod tests;

use crate::introduce::{Recorded, Rotation};
use crate::leaves::{self, Closed, Outflow};
use crate::published::{Log, ProveError};
use crate::seals::SealError;
use crate::snapshot::Snapshots;
use crate::threads::Fallen;
use crate::writer::{Outlet, chain_of};
use chain::{Checkpoint, NodeHash, Note, NoteError, Signer};
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use store::{Entry, Floor, Register, Seqs, Tree};
use tokio::sync::watch;

/// Between two checkpoints, at the least: a register that is synced four times a second does not
/// slow the journal down, and nobody waits longer than a second for their record to be covered.
const INTERVAL: Duration = Duration::from_millis(250);
/// After a register could not be written.
const RETRY: Duration = Duration::from_secs(1);

/// What a deployment publishes with.
pub struct Publication {
    /// The log's key; its name is the origin.
    pub signer: Signer,
    /// Where the newest head is kept.
    pub register: Register,
    /// Go on without a register that should be there.
    pub adopt_head: bool,
    /// The key shall take the place of the one that the log has recorded.
    pub rotation: Option<Rotation>,
    /// When snapshots are taken; none are taken or read where there is nothing.
    pub snapshots: Option<Snapshots>,
}

/// A published checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// How many records it covers.
    pub size: u64,
    /// The root over them.
    pub root: NodeHash,
    /// The signed note, with the log's signature alone.
    pub note: Note,
}

/// Why a log does not go together with its register or its key, or cannot publish.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The log says that another key signs.
    #[error(
        "the log is signed by {recorded}, and this key is {given}: use that one, or say \
         --rotate-key to introduce this one"
    )]
    OtherKey {
        /// The public key that the log has recorded.
        recorded: String,
        /// The public key that was given.
        given: String,
    },
    /// The key that shall endorse the new one is not the one that the log has recorded.
    #[error(
        "the old key is {given}, and the log is signed by {recorded}: give that one, or leave \
         --old-key out if it is lost"
    )]
    OtherOldKey {
        /// The public key that the log has recorded.
        recorded: String,
        /// The public key that was given as the old one.
        given: String,
    },
    /// The key cannot be recorded.
    #[error("the key cannot be introduced")]
    Introduce(#[source] Box<SealError>),
    /// The log has been published, and there is no register.
    #[error(
        "this log was published, and there is no head register at {}. It has {size} records now: \
         name it with --register, restore it, or let the server say --adopt-head to go on from the \
         log as it is",
        .path.display()
    )]
    Missing {
        /// Where it should be.
        path: PathBuf,
        /// How many records the log has.
        size: u64,
    },
    /// The register cannot be read as a checkpoint of this log.
    #[error("the head register {} is not a checkpoint of this log: {why}", .path.display())]
    Foreign {
        /// Where it is.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The log is shorter than what was published.
    #[error(
        "rollback: the head register {} says {registered} records, and the log has {size}. \
         Records {size} to {} are gone: restore them; see deploy/README.md. {}",
        .path.display(), .registered.saturating_sub(1), places(.first)
    )]
    Rollback {
        /// Where the register is.
        path: PathBuf,
        /// How many records it says.
        registered: u64,
        /// How many the log has.
        size: u64,
        /// The first records that are gone or others, as far as it can be told.
        first: Vec<Seqs>,
    },
    /// The log's first records are not those that were published.
    #[error(
        "fork: the first {size} records of the log are not those that the head register {} \
         covers: its root is {registered}, the log's {found}. {}",
        .path.display(), places(.first)
    )]
    Fork {
        /// Where the register is.
        path: PathBuf,
        /// How many records the register covers.
        size: u64,
        /// The root in the register.
        registered: NodeHash,
        /// The root of as many records of the log.
        found: NodeHash,
        /// The first record that is another, if the tree's files still told.
        first: Vec<Seqs>,
    },
    /// The new head would not continue the last one: the files of the tree are not to be trusted.
    #[error("the tree of {to} records does not continue the published one of {from}")]
    Contradiction {
        /// The size that was published.
        from: u64,
        /// The size that was to be.
        to: u64,
    },
    /// The log's name cannot stand in a checkpoint.
    #[error("the name of the log's key cannot stand in a checkpoint")]
    Name(#[source] NoteError),
    /// The tree's files cannot be read.
    #[error(transparent)]
    Prove(#[from] ProveError),
    /// A file cannot be used.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// The first records of a difference, in words.
fn places(seqs: &[Seqs]) -> String {
    if seqs.is_empty() {
        return "Where they part cannot be told: the tree's files do not tell either".to_owned();
    }
    let seqs: Vec<String> = seqs.iter().map(ToString::to_string).collect();
    format!("They part at: {}", seqs.join("; "))
}

/// What comes behind the end of every ledger.
pub(crate) fn ends(log: &store::Reader) -> Vec<Seqs> {
    let heads = log.heads().into_iter();
    let ends = heads.map(|head| Seqs {
        ledger: head.ledger,
        first: head.seq.saturating_add(1),
        last: None,
    });
    ends.collect()
}

/// A durable record in the tree.
pub(crate) fn leaf_of(record: &chain::Record) -> NodeHash {
    let header = &record.header;
    chain::leaf_hash(&chain::leaf_bytes(header.ledger, header.seq, record.hash))
}

/// The thread that publishes.
pub(crate) struct Publisher {
    tree: Tree,
    signer: Arc<Signer>,
    register: Register,
    /// Nobody else writes to the register.
    _lock: File,
    /// What the register held before the log was opened.
    held: Option<Held>,
    shown: watch::Sender<Option<Arc<Published>>>,
    failing: watch::Sender<bool>,
}

/// What a start finds in the register.
pub(crate) struct Held {
    /// If it is a checkpoint of any log.
    pub(crate) read: Result<(Note, Checkpoint), String>,
    /// The root of as many of the log's records, once there are as many.
    pub(crate) found: Option<NodeHash>,
}

impl Held {
    pub(crate) fn of(bytes: &[u8]) -> Held {
        let read = || -> Result<(Note, Checkpoint), String> {
            let note = Note::parse(bytes).map_err(|error| error.to_string())?;
            let checkpoint = note.text().parse::<Checkpoint>();
            Ok((note, checkpoint.map_err(|error| error.to_string())?))
        };
        Held {
            read: read(),
            found: None,
        }
    }

    /// Refuses a log of which nothing is there, where this says that something was published.
    pub(crate) fn of_nothing(&self, register: &Register) -> Result<(), PublishError> {
        match &self.read {
            Ok((_, checkpoint)) if checkpoint.size() > 0 => Err(PublishError::Rollback {
                path: register.path().to_owned(),
                registered: checkpoint.size(),
                size: 0,
                first: Vec::new(),
            }),
            // It will be said when the log is open.
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// The log has so many records by now.
    pub(crate) fn pass(&mut self, size: u64, root: impl FnOnce() -> NodeHash) {
        if let Ok((_, checkpoint)) = &self.read
            && checkpoint.size() == size
        {
            self.found = Some(root());
        }
    }
}

impl Publisher {
    pub(crate) fn new(
        tree: Tree,
        signer: Arc<Signer>,
        register: Register,
    ) -> Result<Publisher, store::Error> {
        let lock = register.lock()?;
        let mut held = register.read()?.map(|bytes| Held::of(&bytes));
        if let Some(held) = &mut held {
            held.pass(tree.size(), || tree.root());
        }
        Ok(Publisher {
            tree,
            signer,
            register,
            _lock: lock,
            held,
            shown: watch::Sender::new(None),
            failing: watch::Sender::new(false),
        })
    }

    /// What others see of it.
    pub(crate) fn log(&self, reader: &store::Reader) -> Log {
        Log {
            origin: self.origin().to_owned(),
            vkey: self.signer.verifier().to_string(),
            shown: self.shown.subscribe(),
            failing: self.failing.subscribe(),
            tree: self.tree.reader(),
            register: self.register.clone(),
            reader: reader.clone(),
        }
    }

    /// The log's name.
    fn origin(&self) -> &str {
        self.signer.verifier().name()
    }

    /// A record that a start replays.
    pub(crate) fn replay(&mut self, entry: &Entry) -> Result<(), store::Error> {
        self.tree.push(leaf_of(&entry.record))?;
        if let Some(held) = &mut self.held {
            held.pass(self.tree.size(), || self.tree.root());
        }
        Ok(())
    }

    /// How far the log went, by the register: no record that it covers is ever cut.
    pub(crate) fn floor(&self) -> Floor {
        let held = self.held.as_ref().and_then(|held| held.read.as_ref().ok());
        let own = held.filter(|(_, checkpoint)| checkpoint.origin() == self.origin());
        Floor {
            published: own.map(|(_, checkpoint)| checkpoint.size()),
            given_up: None,
        }
    }

    /// True if the register says no more and no less than what a tree can say that begins here:
    /// of a smaller one its root is not known.
    pub(crate) fn knows_register(&self) -> bool {
        let held = self.held.as_ref().and_then(|held| held.read.as_ref().ok());
        held.is_none_or(|(_, checkpoint)| checkpoint.size() >= self.tree.size())
    }

    /// There is no log in the directory: refuses that before one is made, if there was one.
    pub(crate) fn of_nothing(&self, adopt_head: bool) -> Result<(), PublishError> {
        match &self.held {
            Some(held) => held.of_nothing(&self.register),
            None if self.tree.contradicts() && !adopt_head => Err(self.missing()),
            None => Ok(()),
        }
    }

    fn missing(&self) -> PublishError {
        PublishError::Missing {
            path: self.register.path().to_owned(),
            size: self.tree.size(),
        }
    }

    /// All records have been replayed: compares the log with the register, and publishes its head.
    /// A log without a recorded key and with nothing beyond it in the files of its tree has never
    /// been published, and needs no register yet.
    pub(crate) fn begin(
        &mut self,
        adopt_head: bool,
        recorded: &Recorded,
        log: &store::Reader,
    ) -> Result<(), PublishError> {
        // Compares, and writes nothing: what is refused here is as it was, and refused again with
        // the same words.
        self.tree.flush()?;
        let head = self.registered(recorded, log)?;
        // What was published of a log that is gone still stands in the tree's files.
        let was_published = recorded.key.is_some() || self.tree.contradicts();
        if head.is_none() && was_published && !adopt_head {
            return Err(self.missing());
        }

        // The log is the one that was published.
        let mended = self.tree.settle()?;
        if mended > 0 {
            tracing::warn!(
                mended,
                "tiles of the tree were not what the records say; rewritten"
            );
        }
        if let Some(head) = head {
            self.shown.send_replace(Some(Arc::new(head)));
        }
        self.publish()
    }

    /// The checkpoint in the register, if the log continues it.
    fn registered(
        &mut self,
        recorded: &Recorded,
        log: &store::Reader,
    ) -> Result<Option<Published>, PublishError> {
        let Some(Held { read, found }) = self.held.take() else {
            return Ok(None);
        };
        let path = || self.register.path().to_owned();
        let foreign = |why: String| PublishError::Foreign { path: path(), why };
        let (note, checkpoint) = read.map_err(foreign)?;
        // Just before a change of keys is recorded the new one may have signed it.
        let signed = recorded.verify(&note, checkpoint.size(), Some(self.signer.verifier()));
        signed.map_err(|error| foreign(error.to_string()))?;
        if checkpoint.origin() != self.origin() {
            let origin = checkpoint.origin();
            return Err(foreign(format!("it is of the log {origin}")));
        }
        let (size, registered) = (checkpoint.size(), checkpoint.root());
        let Some(found) = found else {
            return Err(PublishError::Rollback {
                path: path(),
                registered: size,
                size: self.tree.size(),
                first: self.first(log, true)?,
            });
        };
        if found != registered {
            return Err(PublishError::Fork {
                path: path(),
                size,
                registered,
                found,
                first: self.first(log, false)?,
            });
        }
        Ok(Some(Published {
            size,
            root: registered,
            note,
        }))
    }

    /// Where the log parts from what it was, by the leaves that the tree's files had: a record, or
    /// the end of every ledger.
    fn first(&self, log: &store::Reader, is_short: bool) -> Result<Vec<Seqs>, PublishError> {
        let parted = self.tree.parted();
        if let Some(entry) = parted
            .map(|position| log.at(position))
            .transpose()?
            .flatten()
        {
            let header = entry.record.header;
            let (ledger, first, last) = (header.ledger, header.seq, Some(header.seq));
            return Ok(vec![Seqs {
                ledger,
                first,
                last,
            }]);
        }
        if !is_short {
            return Ok(Vec::new());
        }
        Ok(ends(log))
    }

    /// Until the writer is gone.
    pub(crate) fn run(mut self, records: &Outflow) {
        let mut due: Option<Instant> = None;
        loop {
            let now = Instant::now();
            if due.is_some_and(|due| due <= now) {
                due = self.try_publish().then(|| now.checked_add(RETRY)).flatten();
            }
            let wait = due.map(|due| due.saturating_duration_since(now));
            match records.take(wait) {
                Ok(groups) if groups.is_empty() => {}
                Ok(groups) => {
                    let mut records = groups.iter().flat_map(|group| group.iter());
                    if let Err(error) =
                        records.try_for_each(|record| self.tree.push(leaf_of(record)))
                    {
                        // Derived: a restart builds it anew. Until then nothing is published.
                        return self.fail(&chain_of(&error));
                    }
                    due = due.or_else(|| now.checked_add(INTERVAL));
                }
                Err(Closed) => {
                    self.try_publish();
                    return;
                }
            }
        }
    }

    /// True if it failed and is worth trying again.
    fn try_publish(&mut self) -> bool {
        match self.publish() {
            Ok(()) => {
                self.failing.send_if_modified(std::mem::take);
                false
            }
            Err(error) => {
                self.fail(&chain_of(&error));
                true
            }
        }
    }

    fn fail(&self, error: &str) {
        // Known before it is said: whoever reads the log may be gone.
        self.failing.send_replace(true);
        tracing::error!(error, "checkpoints are not published");
    }

    /// Signs the head, writes it into the register and shows it.
    fn publish(&mut self) -> Result<(), PublishError> {
        let size = self.tree.size();
        let last = self.shown.borrow().clone();
        // After a change of keys the same head is signed once more.
        let is_shown = last.as_ref().is_some_and(|last| {
            last.size == size && last.note.verify([self.signer.verifier()]).is_ok()
        });
        if is_shown {
            return Ok(());
        }
        let _publishing = tracing::debug_span!("publish", size).entered();
        self.tree.flush()?;
        let root = self.tree.root();
        if let Some(last) = &last {
            self.continues(last, size, root)?;
        }
        let note = self
            .signer
            .note(format!("{}\n{size}\n{}\n", self.origin(), root.to_base64()));
        let note = note.map_err(PublishError::Name)?;
        self.register.advance(note.to_string().as_bytes())?;

        // In the register: from here it may be seen.
        let published = Published { size, root, note };
        self.shown.send_replace(Some(Arc::new(published)));
        Ok(())
    }

    /// Never a checkpoint that contradicts an earlier one, whatever has become of the files.
    fn continues(&self, last: &Published, to: u64, root: NodeHash) -> Result<(), PublishError> {
        let from = last.size;
        let contradiction = PublishError::Contradiction { from, to };
        if from > to {
            return Err(contradiction);
        }
        let reader = self.tree.reader();
        let nodes = |level, index| reader.node(level, index).map_err(ProveError::from);
        let proof = chain::consistency(from, to, nodes)?;
        chain::verify_consistency(from, last.root, to, root, &proof).map_err(|_| contradiction)
    }
}

impl Drop for Publisher {
    /// Whoever asks must not be told that all is well by a thread that is gone.
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.failing.send_replace(true);
        }
    }
}

/// Starts the publisher, if there is one; the writer gets what it needs of it.
pub(crate) fn spawn(
    publisher: Option<Publisher>,
    fallen: &Fallen,
) -> std::io::Result<(Option<Outlet>, Option<JoinHandle<()>>)> {
    let Some(publisher) = publisher else {
        return Ok((None, None));
    };
    let (records, received) = leaves::channel(leaves::WAITING_MAX);
    let signer = Arc::clone(&publisher.signer);
    let thread = fallen.spawn("publisher", move || publisher.run(&received))?;
    Ok((Some(Outlet { signer, records }), Some(thread)))
}
