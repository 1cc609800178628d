//! Starting: everything is read, or the end of it behind a snapshot; then the threads.

use crate::clock::Source;
use crate::compared::Compared;
use crate::introduce::{self, Recorded, Rotation};
use crate::publish::{self, Publication, PublishError, Publisher};
use crate::show::Shown;
use crate::snapshot::{self, Basis, Snapshots, Taking};
use crate::threads::Fallen;
use crate::{
    Handle, QUEUE_LEN_MAX, Started, WAITING_MAX, announce, erasure, files, lines, persist,
};
use crate::{seal, semaphore_len, writer};
use chain::Signer;
use ledger::ids::LedgerId;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, RwLock};
use store::{FileStore, Floor, KeyStore, Log, OpenError, Recovery, Register, Snapshot, Tree};
use tokio::sync::{Semaphore, mpsc, watch};
use uuid::Uuid;

/// Why the sequencer could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The log could not be opened, or is not to be trusted.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The log has records, and the file with the keys of sealed texts is gone.
    #[error(
        "{} holds records but no key store; restore the file `keys` from a backup, or make an \
         empty one to go on without the sealed texts",
        .dir.display()
    )]
    KeysMissing {
        /// The data directory.
        dir: PathBuf,
    },
    /// The log does not go together with its head register, or cannot publish.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// A thread could not be made.
    #[error("cannot start a thread")]
    Thread(#[source] std::io::Error),
    /// The system ledger could not be opened.
    #[error("cannot open the system ledger: {0}")]
    System(String),
}

/// Opens the log of a directory, checks its whole chain, rebuilds everything and starts the
/// writer. Blocks while it reads everything; `cargo xtask bench year` measures how long. Publishes
/// nothing and signs no receipts, and begins from no snapshot: those are signed.
///
/// # Errors
/// The directory is in use, damaged beyond repair, or cannot be written.
pub fn start(dir: &Path, clock: Source) -> Result<Started, StartError> {
    let opened = everything(dir, None, None)?;
    let opened = settled(dir, opened, None)?;
    run(dir, clock, opened, None)
}

/// [`start`] of a log that a server publishes, and that must continue what its register says. The
/// register `may_lack` where nothing is to be written.
///
/// # Errors
/// Those of [`start`], and [`PublishError`]: the log does not continue what was published.
pub fn start_beside(
    dir: &Path,
    clock: Source,
    register: Register,
    may_lack: bool,
) -> Result<Started, StartError> {
    let mut compared = Compared::with(register, may_lack)?;
    let opened = everything(dir, None, Some(&mut compared))?;
    let opened = settled(dir, opened, None)?;
    let recorded = Recorded::of(&opened.shown, &opened.log)?;
    compared.settle(&recorded, &opened.log.reader())?;
    run(dir, clock, opened, None)
}

/// [`start`], and publishes the log: signed checkpoints of its tree, each in the head register
/// before anybody sees it. Where there are to be snapshots, it begins from the newest that the log
/// bears out, and reads only what came after; [`Handle::verification`] is then what is left to do.
///
/// # Errors
/// Those of [`start`], and [`PublishError`]: the log does not continue what was published.
pub fn start_published(
    dir: &Path,
    clock: Source,
    publication: Publication,
) -> Result<Started, StartError> {
    let Publication {
        signer,
        register,
        adopt_head,
        rotation,
        snapshots,
    } = publication;
    let publishing = Publishing {
        signer: Arc::new(signer),
        register,
        adopt_head,
        rotation,
        snapshots,
    };
    let opened = match from_newest(dir, &publishing)? {
        Some(opened) => opened,
        None => settled(
            dir,
            everything(dir, Some(&publishing), None)?,
            Some(&publishing),
        )?,
    };
    run(dir, clock, opened, Some(&publishing))
}

/// What a log is published with, for as many attempts as there are.
pub(crate) struct Publishing {
    signer: Arc<Signer>,
    register: Register,
    adopt_head: bool,
    rotation: Option<Rotation>,
    snapshots: Option<Snapshots>,
}

impl Publishing {
    fn publisher(&self, tree: Tree) -> Result<Publisher, store::Error> {
        Publisher::new(tree, Arc::clone(&self.signer), self.register.clone())
    }
}

/// What is read and shown.
pub(crate) struct Opened {
    log: Log,
    recovery: Recovery,
    shown: Arc<Shown>,
    publisher: Option<Publisher>,
    /// What it began from.
    snapshot: Option<Snapshot>,
}

#[cfg(test)]
impl Opened {
    /// A log that a test has opened.
    pub(crate) fn of(log: Log, recovery: Recovery, shown: Arc<Shown>) -> Opened {
        Opened {
            log,
            recovery,
            shown,
            publisher: None,
            snapshot: None,
        }
    }

    /// The same, which is published.
    pub(crate) fn publishing(self, publisher: Publisher) -> Opened {
        Opened {
            publisher: Some(publisher),
            ..self
        }
    }
}

/// A start of all records.
fn everything(
    dir: &Path,
    publishing: Option<&Publishing>,
    mut compared: Option<&mut Compared>,
) -> Result<Opened, StartError> {
    let shown = Arc::new(Shown::new());
    let mut publisher = match publishing {
        Some(publishing) => Some(publishing.publisher(Tree::at(dir))?),
        None => None,
    };
    if !holds_log(dir) {
        let adopts = publishing.is_some_and(|publishing| publishing.adopt_head);
        publisher
            .as_ref()
            .map_or(Ok(()), |publisher| publisher.of_nothing(adopts))?;
        compared
            .as_ref()
            .map_or(Ok(()), |compared| compared.of_nothing())?;
    }
    let floor = match (&publisher, &compared) {
        (Some(publisher), _) => publisher.floor(),
        (None, Some(compared)) => compared.floor(),
        (None, None) => Floor::default(),
    };
    let opened = lines::applied(
        |lines| shown.show_all(lines),
        |lines| {
            Log::open_above(dir, floor, |entry| {
                if let Some(publisher) = &mut publisher {
                    publisher.replay(entry)?;
                }
                if let Some(compared) = &mut compared {
                    compared.replay(entry);
                }
                lines.push(entry.position, &entry.record);
                Ok(())
            })
        },
    );
    let (log, recovery) = opened.map_err(store_error)?;
    Ok(Opened {
        log,
        recovery,
        shown,
        publisher,
        snapshot: None,
    })
}

/// Whether a copy of the records is there; a start makes those that are not.
fn holds_log(dir: &Path) -> bool {
    ["journal", "sled"]
        .iter()
        .any(|copy| dir.join(copy).exists())
}

fn store_error(error: OpenError<store::Error>) -> store::Error {
    match error {
        OpenError::Store(error) | OpenError::Each(error) => error,
    }
}

/// A start from the newest snapshot that is of use. Whatever is wrong, with the snapshot, the log
/// or its register, a start of everything says: here it is only a reason to read everything.
fn from_newest(dir: &Path, publishing: &Publishing) -> Result<Option<Opened>, StartError> {
    if publishing.snapshots.is_none() || !holds_log(dir) {
        return Ok(None);
    }
    for position in Snapshot::list(dir)? {
        let opened = from_snapshot(dir, position, publishing)
            .and_then(|opened| settled(dir, opened, Some(publishing)));
        match opened {
            Ok(opened) => return Ok(Some(opened)),
            Err(error) => {
                let error = writer::chain_of(&error);
                tracing::warn!(position, error, "a snapshot is not used");
            }
        }
    }
    Ok(None)
}

/// A start of what came after a snapshot. The views are read while the store opens.
fn from_snapshot(dir: &Path, position: u64, publishing: &Publishing) -> Result<Opened, StartError> {
    let snapshot = Snapshot::open(dir, position)?;
    if let Some(error) = snapshot::unusable(&snapshot, publishing.signer.verifier()) {
        return Err(error.into());
    }
    let tree = Tree::resume(dir, position)?;
    if tree.root() != snapshot.root() {
        return Err(snapshot.refuse("the tree has another root").into());
    }
    let mut publisher = publishing.publisher(tree)?;
    if !publisher.knows_register() {
        return Err(snapshot.refuse("the register is behind it").into());
    }
    let shown = Arc::new(Shown::new());
    let mut other = None;
    let opened = std::thread::scope(|scope| {
        let mut loading = Some(scope.spawn(|| snapshot::load(&snapshot, &shown)));
        let show = |lines: &[lines::Line]| {
            if let Some(loading) = loading.take() {
                other = match loading.join() {
                    Ok(loaded) => loaded.err(),
                    Err(_) => Some(snapshot.refuse("its views could not be read")),
                };
            }
            if other.is_none() {
                let shown = shown.show_behind(lines);
                other = shown.err().map(|why| snapshot.refuse(&why));
            }
        };
        lines::applied(show, |lines| {
            Log::open_from_above(dir, &snapshot, publisher.floor(), |entry| {
                publisher.replay(entry)?;
                lines.push(entry.position, &entry.record);
                Ok(())
            })
        })
    });
    let (log, recovery) = opened.map_err(store_error)?;
    if let Some(error) = other {
        return Err(error.into());
    }
    if let Err(why) = shown.stand_at(&log.reader().heads()) {
        return Err(snapshot.refuse(&why).into());
    }
    Ok(Opened {
        log,
        recovery,
        shown,
        publisher: Some(publisher),
        snapshot: Some(snapshot),
    })
}

/// Everything is read: sees that the log goes together with its keys, with the key that signs and
/// with its register, and publishes its head.
fn settled(
    dir: &Path,
    mut opened: Opened,
    publishing: Option<&Publishing>,
) -> Result<Opened, StartError> {
    let Opened {
        log,
        shown,
        publisher,
        ..
    } = &mut opened;
    shown.publish(log.next_position());
    // The key store is made before the first record; a log without one has lost it.
    if log.next_position() > 0 && !dir.join("keys").exists() {
        return Err(StartError::KeysMissing {
            dir: dir.to_owned(),
        });
    }
    if let (Some(publisher), Some(publishing)) = (publisher, publishing) {
        let recorded = Recorded::of(shown, log)?;
        let rotation = publishing.rotation.as_ref();
        introduce::expected(recorded.key.as_ref(), &publishing.signer, rotation)?;
        publisher.begin(publishing.adopt_head, &recorded, &log.reader())?;
    }
    Ok(opened)
}

/// Everything is read and trusted: starts the threads.
#[expect(
    clippy::too_many_lines,
    reason = "it says who talks to whom, and reads straight down"
)]
pub(crate) fn run(
    dir: &Path,
    clock: Source,
    opened: Opened,
    with: Option<&Publishing>,
) -> Result<Started, StartError> {
    let Opened {
        log,
        recovery,
        shown,
        publisher,
        snapshot,
    } = opened;
    let began_from = snapshot.as_ref().map(Snapshot::position);
    let keys = Arc::new(RwLock::new(KeyStore::open(dir)?));
    let ledgers: Vec<_> = log.ledgers().iter().map(|id| LedgerId(id.0)).collect();
    erasure::resume(&keys, &shown)?;
    let files = FileStore::open(dir)?;
    // What is removed is gone: that waits for a start that has read every name itself.
    if snapshot.is_none() {
        files::remove_orphans(&files, &shown, &ledgers);
    }
    let reader = log.reader();
    let known = ledgers.first().copied();
    let system = known.unwrap_or_else(|| LedgerId(Uuid::new_v4()));

    let (queue, inbox) = mpsc::channel(QUEUE_LEN_MAX);
    let (stop, stopped) = watch::channel(false);
    let fallen = Fallen::default();
    let published = publisher.as_ref().map(|publisher| publisher.log(&reader));
    let (outlet, publishing) = publish::spawn(publisher, &fallen).map_err(StartError::Thread)?;
    let done = Arc::new(AtomicU64::new(0));
    let ring = seal::KeyRing::new(Arc::clone(&keys));
    let (signer, records) = outlet.map(|it| (it.signer, it.records)).unzip();
    let turn = Arc::default();
    let signer_too = signer.clone();
    let wires = writer::Wires {
        inbox,
        stop: stop.clone(),
        done: Arc::clone(&done),
        turn: Arc::clone(&turn),
        signer,
    };
    let shown_too = Arc::clone(&shown);
    let writer = writer::Writer::new(&log, shown_too, files.clone(), ring, system, clock, wires);
    let announcer = announce::Announcer {
        shown: Arc::clone(&shown),
        keys: Arc::clone(&keys),
        records,
        done,
        signer: signer_too,
        stop: stop.clone(),
    };
    let (announcing, announcer, stored) = announcer.channel();
    let announcer = fallen
        .spawn("announcer", move || announcer.run(&stored))
        .map_err(StartError::Thread)?;
    let persister = persist::Persister {
        log,
        keys: Arc::clone(&keys),
        announcing,
        turn,
        stop,
        writer: queue.downgrade(),
    };
    // Nothing lies between the two: what comes while a group is written joins the next, which is
    // handed over when the one before is done.
    let (decided, groups) = std::sync::mpsc::sync_channel(0);
    let persisting = fallen
        .spawn("persister", move || persister.run(&groups))
        .map_err(StartError::Thread)?;
    let writer = fallen
        .spawn("writer", move || {
            writer.run(&decided);
            drop(decided);
            // What it decided is on the disk, shown and published, before it counts as ended.
            let _ = persisting.join();
            let _ = announcer.join();
            let _ = publishing.map(std::thread::JoinHandle::join);
        })
        .map_err(StartError::Thread)?;
    let dir = dir.to_owned();
    let handle = Handle {
        queue,
        shown,
        reader,
        keys,
        files,
        stopped,
        system,
        dir,
        sealing: Arc::default(),
        published,
        fallen,
        room: Arc::new(Semaphore::new(semaphore_len(WAITING_MAX))),
        basis: Basis::of(snapshot),
        taking: with.and_then(|publishing| {
            Some(Arc::new(Taking {
                settings: publishing.snapshots?,
                signer: Arc::clone(&publishing.signer),
                last: AtomicU64::new(began_from.unwrap_or_default()),
                one: Mutex::default(),
            }))
        }),
    };
    if known.is_none() {
        handle.open_system().map_err(StartError::System)?;
    }
    if let Some(publishing) = with {
        let introduced = handle.introduce_key(&publishing.signer, publishing.rotation.as_ref());
        introduced.map_err(|error| PublishError::Introduce(Box::new(error)))?;
    }
    Ok(Started {
        handle,
        recovery,
        began_from,
        writer,
    })
}
