//! Snapshots: what a start makes of the records up to a position, kept, so that the next reads only
//! what came after. Derived, and free to be lost: a missing, old or damaged one costs a replay.
//!
//! `<dir>/snapshots/<position, 20 digits>/`, written whole under another name and never changed;
//! free to change:
//!
//! | file | content |
//! |---|---|
//! | `manifest` | what it is of, and the hash of every other file but the signature: see `manifest` |
//! | `signature` | what its owner signed of the manifest's hash |
//! | `index` | ledgers, heads and positions: see `kept` |
//! | `commands` | the commands by their fingerprints: see `kept` |
//! | others | their owner's business |
//!
//! It is believed in nothing that the log can say: the heads of its ledgers must be in sled, the
//! journal must go on exactly where it ends, and every byte must have its hash. Whoever writes to
//! the disk can make all of that true. Against them there is the signature, and the comparison with
//! the records that whoever started from a snapshot owes (`sequencer`, `verification`).

mod kept;
mod manifest;
mod write;

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use chain::{Hash, NodeHash};

use crate::disk::{self, narrow, wide};
use crate::error::at;
use crate::index::Index;
use crate::journal::{FrameAt, Frames, Piece, Segment};
use crate::second::Second;
use crate::{Error, LedgerHead};

pub(crate) use manifest::Manifest;
pub use write::SnapshotWriter;

/// How many are kept: where the newest is of no use, the one before may be.
const KEPT_MAX: usize = 2;

/// A manifest has a line for each ledger, segment and file: more than this is none of ours.
const MANIFEST_LEN_MAX: u64 = 64 << 20;

const MANIFEST: &str = "manifest";
const SIGNATURE: &str = "signature";
const INDEX: &str = "index";
const COMMANDS: &str = "commands";

/// A snapshot whose manifest was read.
#[derive(Debug, Clone)]
pub struct Snapshot {
    path: PathBuf,
    manifest: Manifest,
    hash: Hash,
    signature: Vec<u8>,
}

fn folder(dir: &Path) -> PathBuf {
    dir.join("snapshots")
}

fn named(dir: &Path, position: u64) -> PathBuf {
    folder(dir).join(format!("{position:020}"))
}

impl Snapshot {
    /// The positions of the snapshots that a data directory has, the newest first.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn list(dir: &Path) -> Result<Vec<u64>, Error> {
        let folder = folder(dir);
        if !folder.is_dir() {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        for entry in fs::read_dir(&folder).map_err(at(&folder))? {
            let name = entry.map_err(at(&folder))?.file_name();
            let digits = name.to_str().filter(|name| name.len() == 20);
            found.extend(digits.and_then(|digits| digits.parse::<u64>().ok()));
        }
        found.sort_unstable_by(|a, b| b.cmp(a));
        Ok(found)
    }

    /// The snapshot of a position; its files are read later.
    ///
    /// # Errors
    /// [`Error::Snapshot`]: it has no manifest of this form.
    pub fn open(dir: &Path, position: u64) -> Result<Snapshot, Error> {
        let path = named(dir, position);
        let refuse = |why: String| Error::Snapshot {
            path: path.clone(),
            why,
        };
        let bytes = read(&path.join(MANIFEST), MANIFEST_LEN_MAX)
            .map_err(|error| refuse(format!("its manifest cannot be read: {error}")))?;
        let hash = Hash::from_bytes(*blake3::hash(&bytes).as_bytes());
        let manifest = Manifest::parse(&bytes).filter(|manifest| manifest.position == position);
        let manifest = manifest.ok_or_else(|| refuse("its manifest is not of this form".into()))?;
        let signature = match read(&path.join(SIGNATURE), MANIFEST_LEN_MAX) {
            Ok(signature) => signature,
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(refuse(format!("its signature cannot be read: {error}"))),
        };
        Ok(Snapshot {
            path,
            manifest,
            hash,
            signature,
        })
    }

    /// The position after its last record.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.manifest.position
    }

    /// The hash of its manifest, and so of all of it.
    #[must_use]
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// What its owner signed; empty if nothing.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// What the form of its owner's files was.
    #[must_use]
    pub fn form(&self) -> Hash {
        self.manifest.form
    }

    /// The root of the tree over its records.
    #[must_use]
    pub fn root(&self) -> NodeHash {
        self.manifest.root
    }

    /// The heads of its ledgers, in the order of their first records.
    #[must_use]
    pub fn heads(&self) -> &[LedgerHead] {
        &self.manifest.ledgers
    }

    /// How many bytes a file of it has; nothing for one that it does not have.
    #[must_use]
    pub fn len_of(&self, name: &str) -> Option<u64> {
        self.manifest.files.get(name).map(|(len, _)| *len)
    }

    /// A file of it, read from front to back: that it has its hash is known at its end.
    ///
    /// # Errors
    /// [`Error::Snapshot`]: it is not there, or not as long as it was.
    pub fn source(&self, name: &str) -> Result<SnapshotFile, Error> {
        let Some((len, hash)) = self.manifest.files.get(name).copied() else {
            return Err(self.refuse(&format!("it has no file {name}")));
        };
        let path = self.path.join(name);
        let (there, file) = File::open(&path)
            .and_then(|file| Ok((file.metadata()?.len(), file)))
            .map_err(|error| self.refuse(&format!("{name} cannot be read: {error}")))?;
        if there != len {
            return Err(self.refuse(&format!("{name} is not as long as it was")));
        }
        Ok(SnapshotFile {
            file,
            hasher: blake3::Hasher::new(),
            len,
            read: 0,
            hash,
        })
    }

    /// A file of it, which has its hash.
    ///
    /// # Errors
    /// [`Error::Snapshot`]: it is not there, or not what it was.
    pub fn read(&self, name: &str) -> Result<Vec<u8>, Error> {
        let Some((len, hash)) = self.manifest.files.get(name) else {
            return Err(self.refuse(&format!("it has no file {name}")));
        };
        let bytes = read(&self.path.join(name), *len)
            .map_err(|error| self.refuse(&format!("{name} cannot be read: {error}")))?;
        if wide(bytes.len()) != *len || *blake3::hash(&bytes).as_bytes() != *hash.as_bytes() {
            return Err(self.refuse(&format!("{name} does not have its hash")));
        }
        Ok(bytes)
    }

    /// The error that says what is wrong with it.
    #[must_use]
    pub fn refuse(&self, why: &str) -> Error {
        Error::Snapshot {
            path: self.path.clone(),
            why: why.to_owned(),
        }
    }

    /// Gives it another name, under which nobody reads it: for whoever asks what was wrong.
    ///
    /// # Errors
    /// It cannot be renamed.
    pub fn set_aside(&self) -> Result<PathBuf, Error> {
        let aside = disk::aside(&self.path);
        fs::rename(&self.path, &aside).map_err(at(&self.path))?;
        disk::sync(self.path.parent().unwrap_or(&self.path))?;
        Ok(aside)
    }

    /// Removes all snapshots of a directory but those kept aside.
    ///
    /// # Errors
    /// One cannot be removed.
    pub fn remove_all(dir: &Path) -> Result<(), Error> {
        remove_all_but(dir, 0)
    }

    /// The index that it has kept.
    pub(crate) fn index(&self) -> Result<Index, Error> {
        let commands = kept::commands(&self.read(COMMANDS)?, self.position());
        let commands = commands.ok_or_else(|| self.refuse("its commands are none"))?;
        let index = kept::index(&self.read(INDEX)?, self.position(), commands);
        let mut index = index.ok_or_else(|| self.refuse("its index is none"))?;
        let heads = index.states().map(|state| LedgerHead {
            id: state.head.ledger,
            seq: state.head.seq,
            hash: state.head.hash,
        });
        if !heads.eq(self.manifest.ledgers.iter().copied()) {
            return Err(self.refuse("its index has other heads than its manifest"));
        }
        index.ends_with(Some(self.manifest.frame));
        Ok(index)
    }

    /// Where the journal goes on behind it.
    pub(crate) fn continues(&self, segments: &[Segment]) -> Result<Place, Error> {
        let Manifest {
            frame, position, ..
        } = &self.manifest;
        let number = segments.partition_point(|segment| segment.first < frame.segment);
        let mut before = Vec::with_capacity(number);
        for segment in segments.iter().take(number) {
            let len = fs::metadata(&segment.path)
                .map_err(at(&segment.path))?
                .len();
            before.push((segment.first, len));
        }
        if before != self.manifest.segments {
            return Err(self.refuse("the journal before it has changed"));
        }
        let segment = segments
            .get(number)
            .filter(|segment| segment.first == frame.segment);
        let segment = segment.ok_or_else(|| self.refuse("the journal ends before it"))?;
        let mut rest = Frames::open_at(&segment.path, frame.from)?;
        let last_frame = match rest.next()? {
            Some(Piece::Frame(last))
                if FrameAt::of(segment.first, frame.from, last.bytes) == Some(*frame)
                    && last.first.checked_add(last.count.into()) == Some(*position) =>
            {
                last.first
            }
            Some(Piece::Frame(_) | Piece::Damage(_)) | None => {
                return Err(self.refuse("the journal does not go on from it"));
            }
        };
        Ok(Place {
            number,
            last_frame,
            rest,
        })
    }

    /// Each ledger's head is the record that sled has at its place.
    pub(crate) fn is_of(&self, index: &Index, sled: &mut Second<'_>) -> Result<(), Error> {
        for state in index.states() {
            let head = state.head;
            let before = head.seq.saturating_sub(1);
            let last = index.positions(head.ledger, before, 1).pop();
            let found = last.and_then(|last| sled.at(last));
            let is_it = found.is_some_and(|found| {
                found.record.as_ref().is_ok_and(|record| {
                    record.hash == head.hash && record.header.recorded_at_us == head.recorded_at_us
                })
            });
            if !is_it {
                let (ledger, seq) = (head.ledger, head.seq);
                let why = format!("ledger {ledger}, seq {seq} is another record in the log");
                return Err(self.refuse(&why));
            }
        }
        Ok(())
    }
}

/// A file of a snapshot that is being read. What was read of it is what was written only if
/// [`SnapshotFile::is_whole`] says so.
#[derive(Debug)]
pub struct SnapshotFile {
    file: File,
    hasher: blake3::Hasher,
    len: u64,
    read: u64,
    hash: Hash,
}

impl SnapshotFile {
    /// How long it is.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "it is no container")]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether all of it was read, and had its hash.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.read == self.len && self.hasher.finalize() == *self.hash.as_bytes()
    }
}

impl Read for SnapshotFile {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.hasher.update(buffer.get(..read).unwrap_or_default());
        self.read = self.read.saturating_add(wide(read));
        Ok(read)
    }
}

/// Where the journal goes on.
pub(crate) struct Place {
    /// The segment's number.
    pub(crate) number: usize,
    /// The position at which the last frame before begins.
    pub(crate) last_frame: u64,
    /// The segment, read up to there.
    pub(crate) rest: Frames,
}

/// A file that should have at most so many bytes.
fn read(path: &Path, len_max: u64) -> std::io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let len = file.metadata()?.len();
    if len > len_max {
        return Err(ErrorKind::InvalidData.into());
    }
    let mut bytes = Vec::with_capacity(narrow(len));
    file.take(len).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Removes all but the newest, and what a crash left unfinished.
fn remove_all_but(dir: &Path, keep: usize) -> Result<(), Error> {
    let old = Snapshot::list(dir)?.into_iter().skip(keep);
    let old = old.map(|position| named(dir, position));
    let unfinished = Some(write::unfinished(dir)).filter(|path| path.exists());
    for path in old.chain(unfinished) {
        // Its manifest first: what is left of it by a crash is then no snapshot.
        match fs::remove_file(path.join(MANIFEST)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(at(&path)(error)),
            Ok(()) | Err(_) => {}
        }
        fs::remove_dir_all(&path).map_err(at(&path))?;
    }
    Ok(())
}
