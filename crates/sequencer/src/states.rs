//! Recording what projections are, so that a rebuild can be held against it.

use crate::canon::{self, Unhashable};
use crate::{Handle, SealError};
use ledger::digest::Digest;
use ledger::ids::LedgerId;
use ledger::log::{LogCommand, StateRecording};
use ledger::text::Reference;
use projections::View;
use projections::parts::Part;

/// The hash of a part of a view.
///
/// # Errors
/// It cannot be serialized.
pub fn state_hash(view: &View, part: Part) -> Result<Digest, Unhashable> {
    canon::hash(&view.part(part)).map(Digest)
}

impl Handle {
    /// Records the state of every projection of every ledger that has changed since the last time;
    /// answers how many were recorded. Blocks for some seconds on a ledger of a million records,
    /// and holds up what that ledger takes in while one of its parts is hashed.
    ///
    /// # Errors
    /// [`SealError`]: the writer does not take it.
    pub fn record_states(&self) -> Result<usize, SealError> {
        let sealing = self.sealing.lock();
        let _one_at_a_time = sealing.unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut recorded = 0_usize;
        for ledger in self.ledgers() {
            let states = self.states_of(ledger)?;
            recorded = recorded.saturating_add(states.len());
            if !states.is_empty() {
                self.say(states)?;
            }
        }
        Ok(recorded)
    }

    /// The states of a ledger; none if it is not served, or stands where it stood.
    fn states_of(&self, ledger: LedgerId) -> Result<Vec<LogCommand>, SealError> {
        let Some(slot) = self.slot(ledger).filter(|slot| !slot.is_newer()) else {
            return Ok(Vec::new());
        };
        let head = slot.view().head().map(|head| head.seq);
        let system = self.slot(self.system);
        let stands = system.is_some_and(|system| {
            let view = system.view();
            let last = view.books.states.get(ledger).into_iter().flatten();
            last.map(|state| state.seq).max() == head
        });
        if stands {
            return Ok(Vec::new());
        }
        let mut states = Vec::with_capacity(Part::ALL.len());
        for part in Part::ALL {
            let (head, hash) = if part == Part::Books {
                // A copy of the books is a copy of pointers, and the largest part is hashed
                // without holding anybody up.
                let (head, copy) = {
                    let view = slot.view();
                    (view.head(), view.books.clone())
                };
                (head, canon::hash(&copy).map(Digest)?)
            } else {
                let view = slot.view();
                (view.head(), state_hash(&view, part)?)
            };
            let (Some(head), Ok(projection)) = (head, Reference::new(part.name())) else {
                continue;
            };
            states.push(LogCommand::RecordState(StateRecording {
                ledger,
                seq: head.seq,
                position: head.position,
                projection,
                version: part.version(),
                hash,
            }));
        }
        Ok(states)
    }
}
