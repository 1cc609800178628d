//! The scrub: everything that is on the disk read once, beside the writer and in small steps. Bits
//! rot where nobody reads.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::mem::{self, discriminant};
use std::path::PathBuf;
use std::sync::Arc;

use chain::{Broken, LedgerId, Record};

use crate::entry::Decoder;
use crate::error::{BadRecord, Copy, Reason};
use crate::files::Hashing;
use crate::index::State;
use crate::journal::{self, Frame, Frames, Piece, Segment};
use crate::log::Shared;
use crate::second::Second;
use crate::{Error, Reader, TreeReader};

mod nodes;

use nodes::Nodes;

/// The most that is remembered of what was found bad of a kind: enough to see the extent, and
/// bounded.
const FOUND_MAX: usize = 100;

/// Something that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rot {
    /// A record, in one copy or in both.
    Record(BadRecord),
    /// An evidence file: its path, and what is wrong.
    File(PathBuf, String),
    /// What the index in memory says of a record is wrong: the snapshot that it was loaded from
    /// was, or the memory is. A command may have been recorded twice.
    Index {
        /// The record's position.
        position: u64,
        /// Its ledger.
        ledger: LedgerId,
        /// Its seq there.
        seq: u64,
    },
    /// A file of the Merkle tree holds another hash than the records come to. Without the
    /// folder a start builds it anew; until then no proof is made from it.
    Tree {
        /// Which file of the tree.
        level: u8,
        /// Its first hash that is another.
        hash: u64,
    },
    /// A file of the journal, or of the tree, that could not be read.
    Unread(String),
}

impl Rot {
    /// What to do, in Chinese and in English.
    #[must_use]
    pub const fn advice(&self) -> (&'static str, &'static str) {
        match self {
            Rot::Record(_) => (
                "请停止服务并运行 fundtrace repair",
                "stop and run fundtrace repair",
            ),
            Rot::File(..) => Rot::FILE,
            Rot::Index { .. } => (
                "请重新启动,启动时将读取全部记录",
                "start again: that reads everything",
            ),
            Rot::Tree { .. } => (
                "请停止服务,删除 tree 目录后启动,将重新生成",
                "stop, remove the folder tree, and start: it is built anew",
            ),
            Rot::Unread(_) => Rot::UNREAD,
        }
    }

    /// [`Rot::advice`] where an evidence file is not what it was, or not there.
    pub const FILE: (&'static str, &'static str) = (
        "请重新上传该文件,或从备份恢复该文件",
        "upload that file again, or restore it from a backup",
    );

    /// [`Rot::advice`] where something could not be read.
    pub const UNREAD: (&'static str, &'static str) = (
        "请检查磁盘;若为记录,停止服务并运行 fundtrace repair;若为 tree 目录,删除后启动",
        "look at the disk; if it is the records, stop and run fundtrace repair; if the folder \
         tree, stop, remove it, and start",
    );

    /// True if both are of one kind, and in the same copy: much of one hides none of another.
    fn is_like(&self, other: &Rot) -> bool {
        let copy = |rot: &Rot| match rot {
            Rot::Record(bad) => Some(bad.copy),
            Rot::File(..) | Rot::Index { .. } | Rot::Tree { .. } | Rot::Unread(_) => None,
        };
        discriminant(self) == discriminant(other) && copy(self) == copy(other)
    }
}

impl fmt::Display for Rot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rot::Record(bad) => write!(f, "{bad}"),
            Rot::File(path, what) => write!(f, "evidence file {}: {what}", path.display()),
            Rot::Index {
                position,
                ledger,
                seq,
            } => write!(
                f,
                "the index in memory, position {position}, ledger {ledger}, seq {seq}: it says \
                 something else than the record"
            ),
            Rot::Tree { level, hash } => write!(
                f,
                "tree/{level}, hash {hash}: it is not what the records come to"
            ),
            Rot::Unread(what) => f.write_str(what),
        }
    }
}

/// What one whole reading found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scrubbed {
    /// The position up to which, exclusive, both copies of every record are what they were.
    pub through: u64,
    /// The last such record of every ledger, by its seq.
    pub last_verified: HashMap<LedgerId, u64>,
    /// How many evidence files have their hashes.
    pub files: u64,
    /// What is not what it was, of each kind and copy at most the first hundred. Empty is what one
    /// hopes for.
    pub rot: Vec<Rot>,
    /// How many more there are that are not named.
    pub unnamed: u64,
}

impl Scrubbed {
    pub(crate) fn found(&mut self, rot: Rot) {
        let alike = self.rot.iter().filter(|it| it.is_like(&rot)).count();
        if alike < FOUND_MAX {
            self.rot.push(rot);
        } else {
            self.unnamed = self.unnamed.saturating_add(1);
        }
    }
}

/// One reading of everything, under way: the journal against the chain, sled against the journal,
/// the evidence files against their names. Goes as far as the log did when it began.
pub struct Scrub {
    shared: Arc<Shared>,
    end: u64,
    segments: VecDeque<Segment>,
    frames: Option<Frames>,
    states: HashMap<LedgerId, State>,
    next: u64,
    nodes: Option<Nodes>,
    /// The evidence files still to be hashed; nothing before the records are done.
    files: Option<VecDeque<(crate::FileHash, PathBuf)>>,
    hashing: Option<Hashing>,
    done: Scrubbed,
}

impl fmt::Debug for Scrub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scrub")
            .field("next", &self.next)
            .field("end", &self.end)
            .finish_non_exhaustive()
    }
}

impl Scrub {
    /// Begins.
    ///
    /// # Errors
    /// The journal's directory cannot be read.
    pub fn begin(reader: &Reader) -> Result<Scrub, Error> {
        let shared = reader.shared();
        // The end first: what was published by then is in the segments that are listed now.
        let end = shared.index().next_position();
        let segments = journal::segments(&shared.dir().join("journal"))?;
        Ok(Scrub {
            shared,
            end,
            segments: segments.into(),
            frames: None,
            states: HashMap::new(),
            next: 0,
            nodes: None,
            files: None,
            hashing: None,
            done: Scrubbed::default(),
        })
    }

    /// Holds the files of the tree against the records too. They must have the first
    /// `size` of them.
    #[must_use]
    pub fn with_tree(self, tree: TreeReader, size: u64) -> Scrub {
        let nodes = Some(Nodes::new(tree, size));
        Scrub { nodes, ..self }
    }

    /// How far it has come, as a position.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.next
    }

    /// Where it ends, as a position.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Reads on for at least `bytes` of the journal or of files, or to the end; answers how many
    /// were read, or what was found when everything is read. Blocks. Every record of the journal
    /// that is sound is given to `each`.
    pub fn step(
        &mut self,
        bytes: u64,
        each: &mut dyn FnMut(&Record),
    ) -> Result<u64, Box<Scrubbed>> {
        let mut read = 0_u64;
        while read < bytes {
            let some = if self.files.is_none() {
                self.piece(each)
            } else {
                self.chunk()
            };
            match some {
                Some(some) => read = read.saturating_add(some),
                None => return Err(Box::new(mem::take(&mut self.done))),
            }
        }
        Ok(read)
    }

    /// The next frame of the journal.
    fn piece(&mut self, each: &mut dyn FnMut(&Record)) -> Option<u64> {
        if self.next >= self.end {
            return Some(self.end_of_records());
        }
        let mut frames = match self.frames.take() {
            Some(frames) => frames,
            None => match self.segments.pop_front().map(|one| Frames::open(&one.path)) {
                Some(Ok(frames)) => frames,
                Some(Err(error)) => {
                    self.found(Rot::Unread(error.to_string()));
                    return Some(1);
                }
                None => {
                    // The journal ends before the log does.
                    self.skip(self.end, Reason::Missing);
                    return Some(self.end_of_records());
                }
            },
        };
        let before = frames.offset();
        match frames.next() {
            Ok(Some(Piece::Frame(frame))) => self.frame(&frame, each),
            // What is damaged is told by the gap that it leaves; of what is written now, nothing.
            Ok(Some(Piece::Damage(_))) => {}
            Ok(None) => return Some(1),
            Err(error) => {
                self.found(Rot::Unread(error.to_string()));
                return Some(1);
            }
        }
        let read = frames.offset().saturating_sub(before);
        self.frames = Some(frames);
        Some(read.max(1))
    }

    fn frame(&mut self, frame: &Frame<'_>, each: &mut dyn FnMut(&Record)) {
        if frame.first > self.next {
            self.skip(frame.first.min(self.end), Reason::Frame);
        }
        if frame.first < self.next {
            self.bad(Copy::Journal, frame.first, Reason::Repeated);
            return;
        }
        let shared = Arc::clone(&self.shared);
        let mut second = Second::asked(&shared.pages, self.end);
        for raw in Decoder::new(frame.entries) {
            if self.next >= self.end {
                return;
            }
            let record = raw
                .map_err(|_| Reason::Malformed)
                .and_then(|raw| raw.record(Vec::new()).map_err(Reason::from))
                .and_then(|record| self.fits(&record).map(|()| record).map_err(Reason::from));
            let record = match record {
                Ok(record) => record,
                Err(reason) => {
                    let to = frame.first.saturating_add(frame.count.into());
                    return self.skip(to.min(self.end), reason);
                }
            };
            self.compare(&mut second, &record);
            self.look_up(&record);
            each(&record);
            self.take(&record);
        }
    }

    fn compare(&mut self, second: &mut Second<'_>, record: &Record) {
        let header = &record.header;
        let claimed = (header.ledger, header.seq);
        let position = self.next;
        let contradicts =
            second.contradicts(position, &record.hash, claimed, |other| self.fits(other));
        if contradicts {
            self.bad(Copy::Both, position, Reason::Differ);
        } else if let Some(bad) = second.bad.take() {
            self.found(Rot::Record(bad));
        }
    }

    /// What the index says of a record must be what the record says.
    fn look_up(&mut self, record: &Record) {
        let (position, header) = (self.next, &record.header);
        if !self.shared.index().knows(position, header) {
            self.found(Rot::Index {
                position,
                ledger: header.ledger,
                seq: header.seq,
            });
        }
    }

    /// The journal has lost what comes before a position: sled says how the chains go on.
    fn skip(&mut self, to: u64, reason: Reason) {
        self.bad(Copy::Journal, self.next, reason);
        let shared = Arc::clone(&self.shared);
        let mut second = Second::asked(&shared.pages, self.end);
        while self.next < to {
            let record = match second.at(self.next).map(|found| &found.record) {
                Some(Ok(record)) if self.fits(record).is_ok() => record.clone(),
                Some(Ok(_) | Err(_)) | None => {
                    self.bad(Copy::Both, self.next, Reason::Missing);
                    // Nothing that follows can be checked any more.
                    self.next = self.end;
                    return;
                }
            };
            self.take(&record);
        }
    }

    fn state(&self, ledger: LedgerId) -> State {
        let state = self.states.get(&ledger).copied();
        state.unwrap_or_else(|| State::genesis(ledger))
    }

    fn fits(&self, record: &Record) -> Result<(), Broken> {
        self.state(record.header.ledger).take(record)
    }

    fn take(&mut self, record: &Record) {
        let ledger = record.header.ledger;
        let mut state = self.state(ledger);
        // It fits, as was asked before.
        if state.take(record).is_ok() {
            self.states.insert(ledger, state);
        }
        let rot = self.nodes.as_mut().map(|nodes| nodes.push(record));
        for rot in rot.unwrap_or_default() {
            self.found(rot);
        }
        self.next = self.next.saturating_add(1);
        if self.done.rot.is_empty() {
            self.done.through = self.next;
            self.done.last_verified.insert(ledger, record.header.seq);
        }
    }

    fn bad(&mut self, copy: Copy, position: u64, reason: Reason) {
        let (ledger, seq) = self.shared.index().name(position).unzip();
        self.found(Rot::Record(BadRecord {
            copy,
            position,
            ledger,
            seq,
            reason,
        }));
    }

    fn found(&mut self, rot: Rot) {
        self.done.found(rot);
    }

    fn end_of_records(&mut self) -> u64 {
        self.frames = None;
        self.segments.clear();
        let rot = self.nodes.take().map(Nodes::end);
        for rot in rot.unwrap_or_default() {
            self.found(rot);
        }
        self.files = Some(match crate::files::shelves(self.shared.dir()) {
            Ok(files) => files.into(),
            Err(error) => {
                self.found(Rot::Unread(error.to_string()));
                VecDeque::new()
            }
        });
        1
    }

    /// The next bytes of an evidence file.
    fn chunk(&mut self) -> Option<u64> {
        let mut hashing = match self.hashing.take() {
            Some(hashing) => hashing,
            None => {
                let (hash, path) = self.files.as_mut()?.pop_front()?;
                match Hashing::begin(hash, &path) {
                    Ok(hashing) => hashing,
                    Err(error) => {
                        // An orphan may be removed meanwhile; whoever names it finds out.
                        if path.exists() {
                            self.found(Rot::File(path, error.to_string()));
                        }
                        return Some(1);
                    }
                }
            }
        };
        match hashing.next_chunk() {
            Ok(Some(read)) => {
                self.hashing = Some(hashing);
                return Some(read);
            }
            Ok(None) if hashing.is_sound() => self.done.files = self.done.files.saturating_add(1),
            Ok(None) => {
                let what = "its bytes do not have the hash of its name".to_owned();
                self.found(Rot::File(hashing.path().to_path_buf(), what));
            }
            Err(error) => {
                self.found(Rot::File(hashing.path().to_path_buf(), error.to_string()));
            }
        }
        Some(1)
    }
}
