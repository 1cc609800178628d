//! sled: pages of records, from which readers read.
//!
//! | | bytes | content |
//! |---|---|---|
//! | key | 1 + 8 | `p`, position of the first record, big-endian |
//! | value | at most 7 KiB | entries (see `entry`), of consecutive positions |
//!
//! Pages and not single records: one key per record was six times slower and a third larger.
//!
//! How sled 0.34.7 must be used, by experiments in which power was cut at recorded system calls:
//!
//! - `flush` writes but does not sync (spacejam/sled#1452): 68 of 120 cuts lost acknowledged
//!   records. With a `sync_data` on sled's file after it, 0 of 900 did.
//! - At creation its files and folders are synced by us, and it is opened twice.
//! - Values stay small and flushes frequent: see the limits below.
//! - After damage its iterators answer errors for ever, it may panic, or history may become
//!   shorter without a word. So we stop at the first error, catch panics, and hash everything.
//! - A failed flush is final: nobody knows what is on the disk until it is read again.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::pin::pin;
use std::sync::{Arc, mpsc};
use std::task::{Context, Waker};
use std::thread;
use std::time::Duration;

use chain::Record;

use crate::Error;
use crate::disk;
use crate::entry::{Decoder, ENTRY_LEN_MAX, Encoder};
use crate::error::at;
use crate::faults::{Faults, Step};
use crate::watchdog::Watchdog;

/// A leaf of sled holds up to 16 values; above 128 KiB it becomes a file that sled never syncs.
pub(crate) const PAGE_LEN_MAX: usize = 7 * 1024;

/// The most between two flushes: 75 KB never hung, 750 KB did (spacejam/sled#1412).
const BATCH_LEN_MAX: usize = 256 * 1024;

/// sled's default is 1 GiB.
const CACHE_LEN: u64 = 64 * 1024 * 1024;

/// sled lets go of its lock from a background thread, some moments after it was dropped.
const LOCK_ATTEMPTS: u32 = 100;
const LOCK_WAIT: Duration = Duration::from_millis(20);

/// The longest that sled may take to open: ten million records took under half a minute.
const OPEN_TIME_MAX: Duration = Duration::from_mins(10);

const PREFIX: u8 = b'p';
const AFTER_PREFIX: u8 = b'q';

/// The open tree.
#[derive(Debug)]
pub(crate) struct Pages {
    db: Handle,
    /// A second descriptor of sled's file: `flush` writes it but does not sync it (sled#1452).
    file: File,
    faults: Faults,
    is_new: bool,
}

/// sled while it is open, and who watches over it.
#[derive(Debug)]
struct Handle {
    /// Nothing only while it is closed. Only the watchdog has another one, for moments.
    db: Option<Arc<sled::Db>>,
    watchdog: Watchdog,
}

/// Why sled's folder could not be opened.
pub(crate) enum NotOpened {
    /// Its bytes are bad: it may be set aside and rebuilt.
    Damaged(String),
    /// The machine said no: nothing is to be concluded about the bytes.
    Failed(Error),
}

impl From<Error> for NotOpened {
    fn from(error: Error) -> NotOpened {
        NotOpened::Failed(error)
    }
}

/// A page: consecutive records.
pub(crate) struct Page {
    pub(crate) first: u64,
    value: sled::IVec,
}

impl Page {
    pub(crate) fn entries(&self) -> Decoder<'_> {
        Decoder::new(&self.value)
    }

    /// The bytes of its entries.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.value
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.value.len()
    }
}

impl Pages {
    /// Opens the folder, or creates it so that it survives a power cut.
    pub(crate) fn open(dir: &Path, faults: Faults) -> Result<Pages, NotOpened> {
        let path = dir.join("db");
        let is_new = !path.exists();
        if is_new {
            let held = fs::read_dir(dir).ok().and_then(|mut files| files.next());
            if held.is_some() {
                return Err(NotOpened::Damaged("its file db is missing".to_owned()));
            }
            // Closed and opened once more, so that a snapshot exists: without one, 82 of 400
            // single flipped bits changed what sled holds and went unseen; with it, none.
            Handle::of(open(dir)?).close().map_err(NotOpened::Failed)?;
            for name in ["conf", "db", "blobs"] {
                if dir.join(name).exists() {
                    disk::sync(&dir.join(name))?;
                }
            }
            disk::sync(dir)?;
            disk::sync(dir.parent().unwrap_or(dir))?;
        }
        remove_unfinished(dir)?;
        let db = Handle::of(open(dir)?);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(&path)
            .map_err(at(&path))?;
        // Opening wrote too. Unless that is on the disk, a power cut during the first append could
        // tear both copies at once.
        file.sync_data().map_err(at(&path))?;
        Ok(Pages {
            db,
            file,
            faults,
            is_new,
        })
    }

    /// It was created a moment ago.
    pub(crate) fn is_new(&self) -> bool {
        self.is_new
    }

    /// The last page.
    pub(crate) fn last(&self) -> Result<Option<Page>, Error> {
        self.before(&[AFTER_PREFIX])
    }

    /// The page that holds a position, if any does.
    pub(crate) fn holding(&self, position: u64) -> Result<Option<Page>, Error> {
        match position.checked_add(1) {
            Some(next) => self.before(&key(next)),
            None => self.last(),
        }
    }

    /// The pages from the one that begins at a position on. Ends after the first error.
    pub(crate) fn from(&self, first: u64) -> impl Iterator<Item = Result<Page, Error>> {
        let db = self.db.get().ok();
        let mut pages = db.map(|db| db.range(key(first).to_vec()..vec![AFTER_PREFIX]));
        let mut ended = false;
        std::iter::from_fn(move || {
            let pages = pages.as_mut().filter(|_| !ended)?;
            let next = guard(|| pages.next().transpose()).transpose()?;
            let page = next.and_then(|(key, value)| page(&key, value));
            ended = page.is_err();
            Some(page)
        })
    }

    pub(crate) fn writer(&self, first: u64) -> Writer<'_> {
        Writer {
            pages: self,
            batch: Vec::new(),
            batch_len: 0,
            encoder: Encoder::default(),
            page: Vec::with_capacity(PAGE_LEN_MAX),
            page_first: first,
            next: first,
        }
    }

    pub(crate) fn watchdog(&self) -> &Watchdog {
        &self.db.watchdog
    }

    fn before(&self, key: &[u8]) -> Result<Option<Page>, Error> {
        let found = self.db.get().and_then(|db| guard(|| db.get_lt(key)))?;
        found.map(|(key, value)| page(&key, value)).transpose()
    }

    #[cfg(test)]
    pub(crate) fn db(&self) -> &sled::Db {
        self.db.get().unwrap()
    }
}

impl Handle {
    fn of(db: sled::Db) -> Handle {
        let db = Arc::new(db);
        let watched = Arc::downgrade(&db);
        let watchdog = Watchdog::start(move || {
            if let Some(db) = watched.upgrade() {
                nudge(&db);
            }
        });
        let db = Some(db);
        Handle { db, watchdog }
    }

    fn get(&self) -> Result<&sled::Db, Error> {
        self.db.as_deref().ok_or(Error::Stopped)
    }

    /// Writes what is not written, and waits for it.
    fn flush(&self) -> Result<(), Error> {
        let db = self.get()?;
        self.watchdog.watch("sled flush", || guard(|| db.flush()))?;
        Ok(())
    }

    /// Lets go of sled. That writes too, where nobody can wake it, and panics where it cannot; so
    /// what is left is flushed before.
    fn close(mut self) -> Result<(), Error> {
        self.end()
    }

    fn end(&mut self) -> Result<(), Error> {
        if self.db.is_none() {
            return Ok(());
        }
        let flushed = self.flush();
        self.watchdog.stop();
        let db = self.db.take();
        let dropped = catch_unwind(AssertUnwindSafe(|| drop(db)));
        flushed.and(dropped.map_err(|panic| Error::Pages {
            reason: told(&*panic),
            is_damage: false,
        }))
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            tracing::error!(%error, "sled could not be closed");
        }
    }
}

/// Wakes a flush that waits for a write that has failed: sled notes the failure, and where the
/// write was started by whoever left a full buffer last, forgets to say so to who waits (0.34.7,
/// `exit_reservation`). Another flush finds the failure and tells all. One poll hands it to sled's
/// own threads, and waits for nothing.
fn nudge(db: &sled::Db) {
    let flush = pin!(db.flush_async());
    // That it panicked would change nothing here.
    let polled = catch_unwind(AssertUnwindSafe(|| {
        flush.poll(&mut Context::from_waker(Waker::noop()))
    }));
    drop(polled);
}

/// Removes the snapshot that sled was writing when it crashed or the disk was full: it takes that
/// for its newest one and then says that its data are corrupted (0.34.7; the names that it leaves
/// out are others). The one before is removed only after the new one has its name.
fn remove_unfinished(dir: &Path) -> Result<(), Error> {
    for file in fs::read_dir(dir).map_err(at(dir))? {
        let path = file.map_err(at(dir))?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        if name.is_some_and(|name| name.starts_with("snap.") && name.ends_with(".generating")) {
            fs::remove_file(&path).map_err(at(&path))?;
        }
    }
    Ok(())
}

/// Packs records into pages and pages into batches, flushing after each.
pub(crate) struct Writer<'a> {
    pages: &'a Pages,
    /// Pages that are not in sled yet, with their keys.
    batch: Vec<([u8; 9], sled::IVec)>,
    batch_len: usize,
    encoder: Encoder,
    page: Vec<u8>,
    page_first: u64,
    next: u64,
}

impl Writer<'_> {
    /// Takes the record of the next position.
    pub(crate) fn push(&mut self, record: &Record) -> Result<(), Error> {
        // A page must have room for the longest form of the entry.
        let longest = ENTRY_LEN_MAX
            .saturating_sub(chain::BODY_LEN_MAX)
            .saturating_add(record.body.len());
        if self.page.len().saturating_add(longest) > PAGE_LEN_MAX {
            self.end_page()?;
        }
        self.encoder.push(&mut self.page, record);
        self.next = self.next.saturating_add(1);
        Ok(())
    }

    /// Writes what is left, and syncs: afterwards all records are on the disk.
    pub(crate) fn finish(mut self) -> Result<(), Error> {
        self.end_page()?;
        self.end_batch()?;
        let Pages {
            db, file, faults, ..
        } = self.pages;
        let failed = |error: std::io::Error| Error::Pages {
            reason: error.to_string(),
            is_damage: false,
        };
        faults.check(Step::PagesSync).map_err(failed)?;
        db.watchdog
            .watch("sled sync", || file.sync_data())
            .map_err(failed)
    }

    fn end_page(&mut self) -> Result<(), Error> {
        if self.page.is_empty() {
            return Ok(());
        }
        let key = key(self.page_first);
        let len = self.page.len().saturating_add(key.len());
        if self.batch_len.saturating_add(len) > BATCH_LEN_MAX {
            self.end_batch()?;
        }
        self.batch.push((key, self.page.as_slice().into()));
        self.batch_len = self.batch_len.saturating_add(len);
        self.page.clear();
        self.page_first = self.next;
        self.encoder.restart();
        Ok(())
    }

    fn end_batch(&mut self) -> Result<(), Error> {
        if self.batch_len == 0 {
            return Ok(());
        }
        let Pages { db, faults, .. } = self.pages;
        let failed = |error: std::io::Error| Error::Pages {
            reason: error.to_string(),
            is_damage: false,
        };
        let batch = std::mem::take(&mut self.batch);
        faults.check(Step::PagesApply).map_err(failed)?;
        let sled = db.get()?;
        db.watchdog
            .watch("sled batch", || guard(|| apply(sled, batch)))?;
        faults.check(Step::PagesFlush).map_err(failed)?;
        db.flush()?;
        self.batch_len = 0;
        Ok(())
    }
}

/// Writes pages, all of them or none. A batch costs sled a manifest, which it writes and waits for
/// as for the pages themselves, and every write wakes all of its threads; one page is one write
/// anyway, and most groups of single commands are one page.
fn apply(db: &sled::Db, mut pages: Vec<([u8; 9], sled::IVec)>) -> sled::Result<()> {
    if pages.len() == 1
        && let Some((key, page)) = pages.pop()
    {
        return db.insert(key, page).map(drop);
    }
    let mut batch = sled::Batch::default();
    for (key, page) in pages {
        batch.insert(&key, page);
    }
    db.apply_batch(batch)
}

/// Opens on a thread of its own: there a panic ends nothing else, and a hang can be told.
fn open(dir: &Path) -> Result<sled::Db, NotOpened> {
    let config = sled::Config::new()
        .path(dir)
        .flush_every_ms(None)
        .cache_capacity(CACHE_LEN);
    for _ in 0..LOCK_ATTEMPTS {
        let (sender, opened) = mpsc::channel();
        let config = config.clone();
        let thread = thread::Builder::new().name("sled-open".to_owned());
        let thread = thread.spawn(move || {
            let opened = catch_unwind(AssertUnwindSafe(|| config.open()));
            // Nobody waits any more if it took too long.
            let _ = sender.send(opened.map_err(|panic| told(&*panic)));
        });
        thread.map_err(at(dir))?;
        match opened.recv_timeout(OPEN_TIME_MAX) {
            Ok(Ok(Ok(db))) => return Ok(db),
            Ok(Ok(Err(sled::Error::Io(error)))) if error.to_string().contains("acquire lock") => {
                thread::sleep(LOCK_WAIT);
            }
            Ok(Ok(Err(sled::Error::Io(source)))) if !is_damage(source.kind()) => {
                return Err(NotOpened::Failed(at(dir)(source)));
            }
            Ok(Ok(Err(error))) => return Err(NotOpened::Damaged(error.to_string())),
            Ok(Err(panic)) => return Err(NotOpened::Damaged(panic)),
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                return Err(NotOpened::Damaged("it ended without a word".to_owned()));
            }
            // It may still write: it cannot be moved away under its hands.
            Err(mpsc::RecvTimeoutError::Timeout) => {
                return Err(NotOpened::Failed(Error::Hangs {
                    dir: dir.to_path_buf(),
                }));
            }
        }
    }
    Err(NotOpened::Failed(Error::InUse {
        dir: dir.to_path_buf(),
    }))
}

/// What the system says of files that were cut, removed or exchanged. Anything else, a disk that
/// cannot be read for one, says nothing about the bytes.
fn is_damage(kind: io::ErrorKind) -> bool {
    matches!(
        kind,
        io::ErrorKind::UnexpectedEof
            | io::ErrorKind::InvalidData
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::NotFound
            | io::ErrorKind::IsADirectory
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::Other
    )
}

/// Calls sled, which may panic on damaged bytes.
fn guard<T>(act: impl FnOnce() -> sled::Result<T>) -> Result<T, Error> {
    match catch_unwind(AssertUnwindSafe(act)) {
        Ok(done) => done.map_err(|error| Error::Pages {
            is_damage: match &error {
                sled::Error::Io(error) => is_damage(error.kind()),
                sled::Error::CollectionNotFound(_)
                | sled::Error::Unsupported(_)
                | sled::Error::ReportableBug(_)
                | sled::Error::Corruption { .. } => true,
            },
            reason: error.to_string(),
        }),
        Err(panic) => Err(Error::Pages {
            is_damage: true,
            reason: told(&*panic),
        }),
    }
}

fn told(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    format!("panicked: {}", text.unwrap_or("without a message"))
}

pub(crate) fn key(position: u64) -> [u8; 9] {
    let [a, b, c, d, e, f, g, h] = position.to_be_bytes();
    [PREFIX, a, b, c, d, e, f, g, h]
}

fn page(key: &[u8], value: sled::IVec) -> Result<Page, Error> {
    let position = key.split_first().filter(|(prefix, _)| **prefix == PREFIX);
    match position.and_then(|(_, position)| position.try_into().ok()) {
        Some(position) => Ok(Page {
            first: u64::from_be_bytes(position),
            value,
        }),
        None => Err(Error::Pages {
            is_damage: true,
            reason: format!("a key that is not a page's: {key:02x?}"),
        }),
    }
}

/// Copies a folder of sled's, so that it can be opened without being written to.
pub(crate) fn copy_dir(from: &Path, to: &Path) -> Result<(), Error> {
    fs::create_dir_all(to).map_err(at(to))?;
    for file in fs::read_dir(from).map_err(at(from))? {
        let path = file.map_err(at(from))?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy_dir(&path, &target)?;
        } else {
            fs::copy(&path, &target).map_err(at(&path))?;
        }
    }
    Ok(())
}
