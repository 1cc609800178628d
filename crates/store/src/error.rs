//! What can go wrong with the log.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use chain::{Broken, LedgerId};

use crate::{Lost, Seqs};

/// A failure of the machine or of what is on its disk. Names positions and files, never contents.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Another process, or a reader in this one, has the log open.
    #[error("{} is in use", .dir.display())]
    InUse {
        /// The data directory.
        dir: PathBuf,
    },
    /// An append failed before, and what is on the disk is known only after a restart.
    #[error("the log is stopped by an earlier failure; a restart finds out what is on the disk")]
    Stopped,
    /// A file could not be read, written or synced.
    #[error("cannot use {}", .path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// sled failed or panicked.
    #[error("sled: {reason}")]
    Pages {
        /// What it said.
        reason: String,
        /// Its bytes are to blame, and not the machine.
        is_damage: bool,
    },
    /// sled does not open, and does not fail either.
    #[error("sled in {} does not open", .dir.display())]
    Hangs {
        /// Its folder.
        dir: PathBuf,
    },
    /// A record given to `append` is not the next of its ledger.
    #[error("a record to append does not continue its ledger")]
    NotNext(#[source] Broken),
    /// A group given to `append` ends before the last part of a command.
    #[error("the group ends before the last part of a command of ledger {ledger}")]
    Unfinished {
        /// The ledger of the command.
        ledger: LedgerId,
    },
    /// A group given to `append` is over [`crate::GROUP_LEN_MAX`].
    #[error(
        "a group of {len} bytes is too long, {} is the most",
        crate::GROUP_LEN_MAX
    )]
    GroupTooLong {
        /// Its length on the disk, in bytes.
        len: usize,
    },
    /// The log has 2^32 - 1 records, all that the indexes in memory can name.
    #[error("the log is full: the indexes name at most 2^32 - 1 records")]
    Full,
    /// A record on the disk is not what it was when it was written.
    #[error(transparent)]
    Broken(#[from] BadRecord),
    /// Journal and sled have two different records at one position, and both are sound.
    #[error("journal and sled hold two different records: {0}")]
    TwoRecords(Position),
    /// The journal has a position twice, and sled does not say that both are the same.
    #[error("the journal holds a record twice: {0}")]
    Repeated(Position),
    /// Records are in neither copy, or it cannot be said that nothing was there.
    #[error(transparent)]
    Lost(#[from] Lost),
    /// The journal's end is damaged, and the head register says that what it held was published.
    #[error(
        "the journal's end from position {size} on is damaged, and the head register says \
         {registered} records: positions {size} to {} were published, and nothing is cut; {}",
        .registered.saturating_sub(1), listed(.seqs)
    )]
    Published {
        /// How many records are whole.
        size: u64,
        /// How many the register says.
        registered: u64,
        /// Which records are concerned, as far as the bytes around them tell.
        seqs: Vec<Seqs>,
    },
    /// The journal has frames of a format that this release does not know.
    #[error(
        "the journal was written by a newer release: {} holds {format} at offset {offset}, and \
         this release reads FTFRAME1", .path.display()
    )]
    Newer {
        /// The segment.
        path: PathBuf,
        /// Where in it.
        offset: u64,
        /// What stands there.
        format: String,
    },
    /// The head register holds something else than a checkpoint.
    #[error("the head register {} is not a checkpoint: {why}", .path.display())]
    NoCheckpoint {
        /// Where it is.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The head register is a symbolic link to nothing.
    #[error(
        "{} is a symbolic link, and there is no file where it leads: mount the disk that has it, \
         mend the link, or name the file itself", .path.display()
    )]
    LeadsNowhere {
        /// The link.
        path: PathBuf,
    },
    /// The head register was there, and is not any more.
    #[error(
        "the head register {} is gone: put it back as it was, and it goes on; or restore it from \
         a backup, and start again", .path.display()
    )]
    RegisterGone {
        /// Where it was.
        path: PathBuf,
    },
    /// Somebody else has written to the head register.
    #[error(
        "the head register {} is not what this server has written: find out who else writes to \
         it; put it back as it was, and it goes on, or start again", .path.display()
    )]
    RegisterChanged {
        /// Where it is.
        path: PathBuf,
    },
    /// A snapshot is not whole, or not of this log: it is of no use, and nothing is lost with it.
    #[error("the snapshot {} is of no use: {why}", .path.display())]
    Snapshot {
        /// Its directory.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

fn listed(seqs: &[Seqs]) -> String {
    let seqs: Vec<String> = seqs.iter().map(ToString::to_string).collect();
    seqs.join("; ")
}

/// Why [`crate::Log::open`] failed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError<E> {
    /// The log itself.
    #[error(transparent)]
    Store(#[from] Error),
    /// The caller refused an entry.
    #[error("an entry could not be replayed")]
    Each(#[source] E),
}

impl<E> From<BadRecord> for OpenError<E> {
    fn from(bad: BadRecord) -> OpenError<E> {
        OpenError::Store(bad.into())
    }
}

/// The first bad record of a copy, by position.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}, position {position}, {}: {reason}", .copy, Place(*.ledger, *.seq))]
pub struct BadRecord {
    /// Which copy is bad.
    pub copy: Copy,
    /// Where in the deployment's log.
    pub position: u64,
    /// Its ledger: by the other copy if that is sound, else what the bad bytes say, if anything.
    pub ledger: Option<LedgerId>,
    /// Its seq, on the same terms.
    pub seq: Option<u64>,
    /// What is wrong.
    pub reason: Reason,
}

/// One record by its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Its place in the deployment's log.
    pub position: u64,
    /// Its ledger.
    pub ledger: LedgerId,
    /// Its seq there.
    pub seq: u64,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position {
            position,
            ledger,
            seq,
        } = self;
        write!(f, "position {position}, ledger {ledger}, seq {seq}")
    }
}

struct Place(Option<LedgerId>, Option<u64>);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place(Some(ledger), Some(seq)) => write!(f, "ledger {ledger}, seq {seq}"),
            Place(..) => f.write_str("ledger unknown"),
        }
    }
}

/// One of the two places that hold every record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copy {
    /// The journal's frames.
    Journal,
    /// sled's pages.
    Sled,
    /// Both, or it cannot be said which.
    Both,
}

impl fmt::Display for Copy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Copy::Journal => "journal",
            Copy::Sled => "sled",
            Copy::Both => "journal and sled",
        })
    }
}

/// What is wrong with a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// It does not continue its ledger, or its bytes do not have its hash.
    #[error(transparent)]
    Chain(#[from] Broken),
    /// The bytes cannot be a record.
    #[error("the bytes are not a record")]
    Malformed,
    /// The journal frame it stands in does not have its hash.
    #[error("the journal frame does not have its hash")]
    Frame,
    /// The same, and a record within it is the first that is bad.
    #[error("the journal frame that begins at position {first} does not have its hash")]
    InFrame {
        /// The position of the frame's first record, which a repair names.
        first: u64,
    },
    /// It is not there.
    #[error("it is missing")]
    Missing,
    /// It comes a second time.
    #[error("it comes a second time")]
    Repeated,
    /// The copies hold different records, and both are sound.
    #[error("the copies hold different records, and both are sound")]
    Differ,
    /// The log ends before the last part of its command.
    #[error("the log ends before the last part of its command")]
    Unfinished,
    /// What stands behind the last whole frame is not a group of which it is known that a crash cut
    /// it off.
    #[error("{}", told_of_tail(*.bytes, *.is_cut))]
    Tail {
        /// How much stands there.
        bytes: u64,
        /// It begins as a frame.
        is_cut: bool,
    },
    /// sled could not read it.
    #[error("sled cannot read it: {0}")]
    Unreadable(String),
}

fn told_of_tail(bytes: u64, is_cut: bool) -> String {
    if is_cut {
        format!(
            "the journal's last {bytes} bytes begin a group that is not whole, and nothing says \
             that it was never acknowledged; fundtrace repair says what can be done"
        )
    } else {
        format!(
            "the journal's last {bytes} bytes are no record, and not the beginning of a group \
             either; fundtrace repair says what can be done"
        )
    }
}

/// Names the file in an [`io::Error`].
pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> Error {
    move |source| Error::Io {
        path: path.to_path_buf(),
        source,
    }
}
