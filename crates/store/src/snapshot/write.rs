//! Writing a snapshot beside the writer: whole under another name, synced, and then renamed.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chain::{Hash, NodeHash};

use super::kept::{self, Seen};
use super::manifest::is_name;
use super::{COMMANDS, INDEX, KEPT_MAX, MANIFEST, Manifest, SIGNATURE, folder, named};
use crate::disk::{self, wide};
use crate::error::at;
use crate::log::Shared;
use crate::{Error, LedgerHead, Reader, journal};

/// How much is written before it is synced: a journal that is synced meanwhile waits for what the
/// file system has to write before it, and 8 MiB are some milliseconds of a small disk.
const SYNC_LEN: usize = 8 << 20;

/// How often the table of commands may be moved while it is copied: it is some hours before it
/// must be larger again.
const TRIES: usize = 4;

/// The directory of one that is being written.
pub(super) fn unfinished(dir: &Path) -> PathBuf {
    folder(dir).join("writing")
}

/// A snapshot that is being written. There is one at a time: the caller sees to that.
#[derive(Debug)]
pub struct SnapshotWriter {
    dir: PathBuf,
    path: PathBuf,
    manifest: Manifest,
    bytes: u64,
}

impl SnapshotWriter {
    /// Begins one of everything that is published now, and writes the index. Blocks; the writer
    /// goes on meanwhile.
    ///
    /// # Errors
    /// The files cannot be written, or nothing was appended since the journal was repaired.
    pub fn begin(reader: &Reader) -> Result<SnapshotWriter, Error> {
        let shared = reader.shared();
        let dir = shared.dir().to_path_buf();
        let path = unfinished(&dir);
        let (seen, frame) = {
            let index = shared.index();
            let seen = Seen {
                key: index.key(),
                heads: crate::log::heads(&index),
                position: index.next_position(),
            };
            (seen, index.frame())
        };
        let frame = frame.ok_or_else(|| Error::Snapshot {
            path: path.clone(),
            why: "it is not known where the journal ends".to_owned(),
        })?;
        let mut segments = Vec::new();
        for segment in journal::segments(&dir.join("journal"))? {
            if segment.first < frame.segment {
                let len = fs::metadata(&segment.path)
                    .map_err(at(&segment.path))?
                    .len();
                segments.push((segment.first, len));
            }
        }
        let heads = seen.heads.iter().map(|head| LedgerHead {
            id: head.ledger,
            seq: head.seq,
            hash: head.hash,
        });
        let mut writer = SnapshotWriter {
            manifest: Manifest {
                form: Hash::from_bytes([0; 32]),
                position: seen.position,
                root: chain::empty_root(),
                frame,
                segments,
                ledgers: heads.collect(),
                files: BTreeMap::new(),
            },
            dir,
            path,
            bytes: 0,
        };
        writer.make_dir()?;
        writer.index(&shared, &seen)?;
        Ok(writer)
    }

    fn make_dir(&self) -> Result<(), Error> {
        disk::create_dir(&folder(&self.dir))?;
        if self.path.exists() {
            fs::remove_dir_all(&self.path).map_err(at(&self.path))?;
        }
        let mut builder = fs::DirBuilder::new();
        builder
            .mode(0o700)
            .create(&self.path)
            .map_err(at(&self.path))
    }

    fn index(&mut self, shared: &Arc<Shared>, seen: &Seen) -> Result<(), Error> {
        self.file(INDEX, |out| kept::write_index(shared, seen, out))?;
        for _ in 0..TRIES {
            let mut is_whole = false;
            self.file(COMMANDS, |out| {
                is_whole = kept::write_commands(shared, seen, out)?;
                Ok(())
            })?;
            if is_whole {
                return Ok(());
            }
        }
        let moved = io::Error::other("the table of commands was moved while it was copied");
        Err(at(&self.path.join(COMMANDS))(moved))
    }

    /// The position after its last record.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.manifest.position
    }

    /// The heads of its ledgers, in the order of their first records.
    #[must_use]
    pub fn heads(&self) -> &[LedgerHead] {
        &self.manifest.ledgers
    }

    /// Writes a file of it, and syncs it. Names are of small letters, digits, `-` and `.`.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn file(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Error> {
        let path = self.path.join(name);
        if !is_name(name) {
            return Err(at(&path)(io::ErrorKind::InvalidInput.into()));
        }
        let mut options = File::options();
        let options = options.create(true).truncate(true).write(true).mode(0o600);
        let written = || {
            let file = options.open(&path)?;
            let hashed = Hashed {
                file,
                hasher: blake3::Hasher::new(),
                len: 0,
                unsynced: 0,
            };
            let mut out = BufWriter::with_capacity(1 << 20, hashed);
            write(&mut out)?;
            let hashed = out.into_inner().map_err(io::IntoInnerError::into_error)?;
            hashed.file.sync_all()?;
            let hash = Hash::from_bytes(*hashed.hasher.finalize().as_bytes());
            Ok((hashed.len, hash))
        };
        let (len, hash) = written().map_err(at(&path))?;
        self.manifest.files.insert(name.to_owned(), (len, hash));
        self.bytes = self.bytes.saturating_add(len);
        Ok(())
    }

    /// Ends it: says of which form its files are and which root the tree over its records has, and
    /// writes what `sign` makes of the manifest's hash. It is there when this comes back, and of
    /// older ones one is kept. Answers how many bytes it has.
    ///
    /// # Errors
    /// It cannot be written; then it is not there.
    pub fn finish(
        mut self,
        form: Hash,
        root: NodeHash,
        sign: impl FnOnce(Hash) -> Option<Vec<u8>>,
    ) -> Result<u64, Error> {
        self.manifest.form = form;
        self.manifest.root = root;
        let text = self.manifest.text();
        let hash = Hash::from_bytes(*blake3::hash(text.as_bytes()).as_bytes());
        let put = |name: &str, bytes: &[u8]| {
            let path = self.path.join(name);
            let mut options = File::options();
            let options = options.create(true).truncate(true).write(true).mode(0o600);
            let mut file = options.open(&path).map_err(at(&path))?;
            let written = file.write_all(bytes).and_then(|()| file.sync_all());
            written.map_err(at(&path))
        };
        if let Some(signature) = sign(hash) {
            put(SIGNATURE, &signature)?;
        }
        put(MANIFEST, text.as_bytes())?;
        disk::sync(&self.path)?;

        // From here on it is there or not, and never half of it.
        let path = named(&self.dir, self.manifest.position);
        if path.exists() {
            fs::remove_dir_all(&path).map_err(at(&path))?;
        }
        fs::rename(&self.path, &path).map_err(at(&path))?;
        disk::sync(&folder(&self.dir))?;
        super::remove_all_but(&self.dir, KEPT_MAX)?;
        Ok(self.bytes.saturating_add(wide(text.len())))
    }
}

/// A file that is hashed while it is written.
struct Hashed {
    file: File,
    hasher: blake3::Hasher,
    len: u64,
    unsynced: usize,
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        let bytes = bytes.get(..written).unwrap_or(bytes);
        self.hasher.update(bytes);
        self.len = self.len.saturating_add(wide(written));
        self.unsynced = self.unsynced.saturating_add(written);
        if self.unsynced >= SYNC_LEN {
            self.file.sync_data()?;
            self.unsynced = 0;
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
