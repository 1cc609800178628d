//! What an opening comes to: clean, repaired, or refused with what is concerned and what to do.

use std::fmt;

use chain::LedgerId;

use crate::{Error, Recovery};

/// What became of opening or repairing a log. There is no fourth way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// There was nothing to mend.
    Clean,
    /// It was mended to the head it had; nothing acknowledged is lost.
    Repaired(Recovery),
    /// Nothing was changed: what is on the disk cannot be trusted, or not be used.
    Refused(Refusal),
}

/// Why a log was not opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// One line.
    pub why: String,
    /// The records concerned, ledger by ledger. Empty where no record is: a lock, a full disk.
    pub seqs: Vec<Seqs>,
    /// What to do, in Chinese and in English.
    pub advice: (&'static str, &'static str),
}

/// Records of one ledger that follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seqs {
    /// The ledger.
    pub ledger: LedgerId,
    /// The first.
    pub first: u64,
    /// The last, inclusive; unknown where nothing sound follows.
    pub last: Option<u64>,
}

impl fmt::Display for Seqs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Seqs {
            ledger,
            first,
            last,
        } = self;
        match last {
            Some(last) if last == first => write!(f, "ledger {ledger}, seq {first}"),
            Some(last) => write!(f, "ledger {ledger}, seq {first} to {last}"),
            None => write!(f, "ledger {ledger}, from seq {first} on"),
        }
    }
}

/// Records that neither copy has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// The first lost position.
    pub from: u64,
    /// The first position after them that is known to exist; unknown at the end of the log.
    pub to: Option<u64>,
    /// Which records they were, as far as the records around them tell.
    pub seqs: Vec<Seqs>,
    /// What is wrong with sled's copy, if it could not be asked.
    pub sled: Option<String>,
}

/// What is known from outside of how far a log went: whoever has the disk cannot have changed it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Floor {
    /// How many records the head register says; nothing where it was not asked. No end is cut in
    /// which one of them stands.
    pub published: Option<u64>,
    /// The position from which on an operator gives up a damaged end of the journal.
    pub given_up: Option<u64>,
}

impl Floor {
    /// Whether a damaged end from a position on may be cut where sled cannot say that it was never
    /// acknowledged.
    pub(crate) fn vouches(&self, next: u64) -> bool {
        self.given_up == Some(next) || self.published.is_some_and(|size| size <= next)
    }
}

impl std::error::Error for Lost {}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Lost {
            from,
            to,
            seqs,
            sled,
        } = self;
        match to.map(|to| to.saturating_sub(1)) {
            Some(last) => write!(f, "the journal has lost positions {from} to {last}")?,
            None => write!(f, "the journal's end from position {from} on is damaged")?,
        }
        match sled {
            Some(reason) => write!(f, ", and sled's copy cannot help ({reason})")?,
            None => f.write_str(", and sled does not have them")?,
        }
        for seqs in seqs {
            write!(f, "; {seqs}")?;
        }
        Ok(())
    }
}

impl Outcome {
    /// The outcome of [`crate::Log::open`], or of [`crate::repair`].
    #[must_use]
    pub fn of(opened: Result<&Recovery, &Error>) -> Outcome {
        match opened {
            Ok(recovery) if recovery.is_clean() => Outcome::Clean,
            Ok(recovery) => Outcome::Repaired(recovery.clone()),
            Err(error) => Outcome::Refused(Refusal::of(error)),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Clean => f.write_str("clean"),
            Outcome::Repaired(recovery) => write!(f, "repaired: {recovery}"),
            Outcome::Refused(refusal) => write!(f, "refused: {refusal}"),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (zh, en) = self.advice;
        write!(f, "{} → {zh} · {en}", self.why)
    }
}

const RESTORE: (&str, &str) = (
    "保留现场,用 fundtrace restore 从备份恢复到另一目录",
    "keep everything as it is, and restore a backup elsewhere with fundtrace restore",
);
const END: (&str, &str) = (
    "保留现场。有链头登记的:fundtrace repair --register 登记文件,所载记录齐全才截去末尾;\
     没有的:从备份恢复到另一目录,或以 --cut-from 位置 放弃末尾(另存一份)",
    "keep everything as it is. With the head register: fundtrace repair --register FILE, which \
     cuts the end only if no record that the register covers is in it; without: restore a backup \
     elsewhere, or give the end up with --cut-from POSITION, which keeps a copy",
);
const PUBLISHED: (&str, &str) = (
    "末尾含已公布的记录,不截去:保留现场,找回 sled 目录或日志的另一份,\
     或用 fundtrace restore 从备份恢复到另一目录",
    "published records stand there, and nothing is cut: keep everything, find the folder sled or \
     another copy of the journal, or restore a backup elsewhere with fundtrace restore",
);
const NEWER: (&str, &str) = (
    "换用写入它的新版程序;本版未作任何改动",
    "use the release that wrote it: this one has changed nothing",
);
const COMPARE: (&str, &str) = (
    "有人改动过文件:保留现场,另行恢复备份,并与回执和见证人比对",
    "somebody wrote to the files: keep everything, restore elsewhere, compare with receipts and \
     witnesses",
);
const MACHINE: (&str, &str) = (
    "排除机器故障后重新启动,记录未改动",
    "mend the machine and start again; no record was touched",
);
const SLED_AWAY: (&str, &str) = (
    "把 sled 目录移到别处后重新启动,将由日志重建",
    "move the folder sled away and start again: it is built from the journal",
);

impl Refusal {
    /// What an error of opening says to whoever must act.
    #[must_use]
    pub fn of(error: &Error) -> Refusal {
        let one = |ledger: Option<LedgerId>, seq: Option<u64>| {
            let seqs = ledger.zip(seq).map(|(ledger, seq)| Seqs {
                ledger,
                first: seq,
                last: Some(seq),
            });
            seqs.into_iter().collect::<Vec<_>>()
        };
        let (seqs, advice) = match error {
            Error::Lost(lost) if lost.to.is_none() => (lost.seqs.clone(), END),
            Error::Lost(lost) => (lost.seqs.clone(), RESTORE),
            Error::Published { seqs, .. } => (seqs.clone(), PUBLISHED),
            Error::TwoRecords(at) | Error::Repeated(at) => {
                (one(Some(at.ledger), Some(at.seq)), COMPARE)
            }
            Error::Broken(bad) => (one(bad.ledger, bad.seq), RESTORE),
            Error::Unfinished { ledger } => (one(Some(*ledger), None), RESTORE),
            Error::Newer { .. } => (Vec::new(), NEWER),
            Error::Hangs { .. }
            | Error::Pages {
                is_damage: true, ..
            } => (Vec::new(), SLED_AWAY),
            Error::Pages { .. }
            | Error::InUse { .. }
            | Error::Stopped
            | Error::Io { .. }
            | Error::Snapshot { .. }
            | Error::NotNext(_)
            | Error::NoCheckpoint { .. }
            | Error::LeadsNowhere { .. }
            | Error::RegisterGone { .. }
            | Error::RegisterChanged { .. }
            | Error::GroupTooLong { .. }
            | Error::Full => (Vec::new(), MACHINE),
        };
        let mut why = error.to_string();
        let mut source = std::error::Error::source(error);
        while let Some(cause) = source {
            why = format!("{why}: {cause}");
            source = cause.source();
        }
        Refusal { why, seqs, advice }
    }
}
