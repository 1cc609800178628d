//! Sealing: committing to every record of every subject, and proving one subject's.
//!
//! Nothing of it is in memory. The last file of subjects says what each had come to; the records
//! since are folded in, the next file is written, and its root goes into the `system` ledger by the
//! write path that everything takes. A crash between the file and the record leaves a file that
//! the next seal begins from.

mod fold;
mod proof;

pub(crate) use fold::{Folded, PAIRS_MAX, Pair, subjects_of};
pub use proof::SubjectProof;

use crate::{Caller, Handle, Refusal, Request, Unavailable};
use chain::{Frontier, NodeHash, ProofError};
use ledger::date::BusinessDate;
use ledger::digest::Digest;
use ledger::ids::LedgerId;
use ledger::log::{LogCommand, SubjectsSeal};
use ledger::token::Role;
use ledger::{Actor, Command, Event, Intake, Noun, Submission};
use std::sync::PoisonError;
use store::SubjectFile;
use uuid::Uuid;

/// How many records are read at once: at most 6 MiB.
const RECORDS_AT_ONCE: usize = 1024;

/// A seal of the subjects, as the `system` ledger has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sealed {
    /// Its record in the `system` ledger.
    pub seq: u64,
    /// The position of that record.
    pub position: u64,
    /// The root over the subjects' leaves.
    pub root: NodeHash,
    /// How many leaves there are.
    pub count: u64,
    /// The position of the last record that counts.
    pub through_position: u64,
}

/// Why subjects cannot be sealed or proved.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The disk, or what is on it.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A record was written by a newer release: nobody here knows its subjects.
    #[error("ledger {ledger}, seq {seq} was written by a newer release")]
    Newer {
        /// Its ledger.
        ledger: LedgerId,
        /// Its place there.
        seq: u64,
    },
    /// The writer does not take it.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    /// The writer says no.
    #[error("what the log says of itself was refused: {0}")]
    Refused(#[from] Refusal),
    /// Nothing has been sealed yet.
    #[error("nothing is sealed yet")]
    NotSealed,
    /// The records do not give the root that was sealed: one of the two was changed.
    #[error("the records through position {through} do not give the root that was sealed")]
    Differs {
        /// The last position that the seal counts.
        through: u64,
    },
    /// The log has no such position.
    #[error("the log has no position {0}")]
    NoPosition(u64),
    /// A proof cannot be made.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// A key has a name that no record can hold.
    #[error("the key cannot be recorded: {0}")]
    Key(ledger::log::BadNoteText),
    /// A state cannot be hashed.
    #[error(transparent)]
    Unhashable(#[from] crate::Unhashable),
}

impl Handle {
    /// Seals the subjects through the last record. Nothing, if the log has said nothing since the
    /// last seal but of itself. Blocks: on a million subjects for some seconds, on its own thread.
    ///
    /// # Errors
    /// [`SealError`]; then nothing is sealed, and the next time does it.
    pub fn seal_subjects(&self) -> Result<Option<Sealed>, SealError> {
        let sealing = self.sealing.lock();
        let _one_at_a_time = sealing.unwrap_or_else(PoisonError::into_inner);
        let before = self.last_seal();
        let next = before.map_or(0, |seal| seal.through_position.saturating_add(1));
        let end = self.reader.next_position();
        if !self.has_news(next, end)? {
            return Ok(None);
        }
        let file = fold::file_through(&self.reader, &self.dir, end.saturating_sub(1))?;
        let seal = SubjectsSeal {
            root: Digest(*root(&file)?.as_bytes()),
            count: file.count,
            through_position: file.through,
        };
        self.say(vec![LogCommand::SealSubjects(seal)])?;
        let keep = [Some(file.through), before.map(|seal| seal.through_position)];
        let keep: Vec<u64> = keep.into_iter().flatten().collect();
        SubjectFile::remove_others(&self.dir, &keep)?;
        Ok(self.last_seal())
    }

    /// True if a record from `next` on says more than what the log says of itself.
    fn has_news(&self, mut next: u64, end: u64) -> Result<bool, SealError> {
        while next < end {
            for entry in self.reader.range(next, RECORDS_AT_ONCE)? {
                if fold::event(&entry)?.noun() != Noun::Log {
                    return Ok(true);
                }
                next = entry.position.saturating_add(1);
            }
        }
        Ok(false)
    }

    /// The last seal.
    #[must_use]
    pub fn last_seal(&self) -> Option<Sealed> {
        let slot = self.slot(self.system)?;
        let seal = slot.view().books.log.seal.clone()?;
        self.sealed(seal.seq, &seal.facts)
    }

    /// The seal that a record of the `system` ledger states.
    #[must_use]
    pub fn sealed(&self, seq: u64, facts: &SubjectsSeal) -> Option<Sealed> {
        let system = chain::LedgerId(self.system.0);
        let position = self.reader.positions(system, seq, 1).first().copied()?;
        Some(Sealed {
            seq,
            position,
            root: NodeHash::from_bytes(facts.root.0),
            count: facts.count,
            through_position: facts.through_position,
        })
    }

    /// The seals after record `after` of the `system` ledger, at most `limit`, oldest first; and
    /// whether there are more.
    ///
    /// # Errors
    /// A record cannot be read.
    pub fn seals(&self, after: u64, limit: usize) -> Result<(Vec<Sealed>, bool), SealError> {
        let Some(slot) = self.slot(self.system) else {
            return Ok((Vec::new(), false));
        };
        let page = slot
            .view()
            .timeline
            .page_of_word("log.subjects_sealed", Some(after), limit);
        let mut seals = Vec::with_capacity(page.entries.len());
        for seq in page.entries {
            let entry = self.reader.get(chain::LedgerId(self.system.0), seq)?;
            let event = entry.as_ref().map(fold::event).transpose()?;
            if let Some(Event::Log(ledger::log::LogEvent::SubjectsSealed(facts))) = event {
                seals.extend(self.sealed(seq, &facts));
            }
        }
        Ok((seals, page.more))
    }

    /// What the log says of itself, recorded as everything is; as the deployment, for nobody.
    pub(crate) fn say(&self, commands: Vec<LogCommand>) -> Result<(), SealError> {
        let submissions = commands.into_iter().map(|command| Submission {
            command_id: Uuid::new_v4(),
            expected_version: None,
            intake: Intake::Control,
            occurred_on: BusinessDate::UNKNOWN,
            documents: Vec::new(),
            correlation_id: None,
            command: Command::Log(command),
        });
        let answers = self.submit_blocking(Request {
            ledger: self.system,
            caller: Caller {
                actor: Actor::DEPLOYMENT,
                roles: vec![Role::Administrator],
            },
            submissions: submissions.collect(),
            atomic: true,
        })?;
        for answer in answers {
            answer?;
        }
        Ok(())
    }
}

/// The root over the rows of a file, which is found sound on the way.
pub(crate) fn root(file: &SubjectFile) -> Result<NodeHash, store::Error> {
    let mut tree = Frontier::new();
    file.each(|row| {
        tree.push(row.leaf());
        Ok::<(), store::Error>(())
    })?;
    Ok(tree.root())
}
