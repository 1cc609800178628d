//! After the last record: what the journal's end is, whether the copies agree, what to mend.

use super::{Depth, Replay};
use crate::error::{BadRecord, Copy, OpenError, Reason};
use crate::index::{Index, State};
use crate::journal::{Damage, Segment};
use crate::pages::Pages;
use crate::{Entry, Error, Recovery, mend};

/// What is known after the last record.
pub(crate) struct Replayed<'s> {
    pub(crate) index: Index,
    pub(crate) repairs: Vec<mend::Task<'s>>,
    pub(crate) cut: Option<(&'s Segment, Damage)>,
    /// What is wrong with sled: it must be built anew.
    pub(crate) sled: Option<BadRecord>,
    /// Every record is to be compared before anything is done.
    pub(crate) is_doubtful: bool,
    /// The first position that sled must be given.
    pub(crate) sled_end: u64,
}

impl<'a, F> Replay<'a, '_, F> {
    pub(crate) fn finish<E>(mut self, recovery: &mut Recovery) -> Result<Replayed<'a>, OpenError<E>>
    where
        F: FnMut(&Entry) -> Result<(), E>,
    {
        let cut = self.end()?;
        recovery.dropped_is_doubtful = cut.is_some() && !self.sled_says_all();
        self.compare_heads();
        if let Some(state) = self.index.states().find(|state| !state.is_whole()) {
            let (ledger, seq) = (Some(state.head.ledger), Some(state.head.seq));
            let position = self.next().saturating_sub(1);
            let reason = Reason::Unfinished;
            return Err(BadRecord {
                copy: Copy::Both,
                position,
                ledger,
                seq,
                reason,
            }
            .into());
        }
        self.find_forgotten();
        // A bad sled is built anew, from nothing.
        let sled_end = if self.second.is_good() {
            self.second.end()
        } else {
            0
        };
        // What is written anew stands elsewhere afterwards.
        let stands = self.stands.filter(|_| self.damaged.is_empty());
        self.index.ends_with(stands);
        recovery.rolled_forward = self.next().saturating_sub(sled_end);
        recovery.restored_to_journal = self.restored;
        recovery.found.extend(self.bad.take());
        recovery.found.extend(self.second.bad.clone());
        Ok(Replayed {
            repairs: self.tasks(),
            index: self.index,
            cut,
            sled: self.second.bad,
            is_doubtful: self.is_doubtful_pair,
            sled_end,
        })
    }

    /// Decides what the journal's end is: whole, shorter than sled, or cut off by a crash.
    fn end<E>(&mut self) -> Result<Option<(&'a Segment, Damage)>, OpenError<E>>
    where
        F: FnMut(&Entry) -> Result<(), E>,
    {
        let last = self.segments.len().checked_sub(1);
        if self.second.end() > self.next() {
            self.fill(self.second.end(), None)?;
            self.settle();
            self.damaged.insert(last.unwrap_or(0));
            return Ok(None);
        }
        // Nothing whole is ever cut, not even a frame that holds what is no record.
        let is_owed = self.owed.is_some_and(|from| from >= self.next());
        let Some((number, damage)) = self.pending.first().copied() else {
            if is_owed {
                return Err(Error::from(self.lost(None)?).into());
            }
            return Ok(None);
        };
        if Some(number) != last || is_owed {
            return Err(Error::from(self.lost(None)?).into());
        }
        if let Some(registered) = self.floor.published.filter(|size| *size > self.next()) {
            return Err(self.published(registered)?.into());
        }
        // Only a sled that has all before it says that what is damaged was never acknowledged.
        if !self.sled_says_all() && !self.floor.vouches(self.next()) {
            return Err(self.undecided()?.into());
        }
        let is_cut = damage.is_cut && !self.is_doubtful;
        let damage = Damage { is_cut, ..damage };
        Ok(self.segments.get(number).map(|segment| (segment, damage)))
    }

    /// Whether sled is whole and ends where the journal's whole frames do. A group is in sled
    /// before the next one is written: a crash in the midst of writing one leaves just that.
    fn sled_says_all(&self) -> bool {
        let pages = self.second.pages();
        pages.is_some_and(|pages| !pages.is_new()) && self.second.end() == self.next()
    }

    /// The refusal of an end of which nobody can say whether it was acknowledged.
    fn undecided(&mut self) -> Result<Error, Error> {
        let end = self.second.end();
        let is_new = self.second.pages().is_some_and(Pages::is_new);
        let mut lost = self.lost(None)?;
        lost.sled.get_or_insert_with(|| {
            if is_new {
                "there is none".to_owned()
            } else {
                format!("it has {end} records")
            }
        });
        Ok(lost.into())
    }

    /// The refusal of an end that was published.
    fn published(&mut self, registered: u64) -> Result<Error, Error> {
        let size = self.next();
        let seqs = self.lost(None)?.seqs;
        Ok(Error::Published {
            size,
            registered,
            seqs,
        })
    }

    /// Each ledger's last record must be the same in sled: a chain's head stands for all of it.
    fn compare_heads(&mut self) {
        if self.depth == Depth::All || !self.second.is_good() {
            return;
        }
        let end = self.second.end();
        let heads: Vec<State> = self.index.states().copied().collect();
        for State { head, .. } in heads {
            let before = head.seq.saturating_sub(1);
            let last = self.index.positions(head.ledger, before, 1).pop();
            // What sled lacks it is given from the journal.
            let Some(last) = last.filter(|last| *last < end) else {
                continue;
            };
            let found = self.second.at(last).map(|found| &found.record);
            self.is_doubtful_pair |= !matches!(found, Some(Ok(record)) if record.hash == head.hash);
        }
    }

    /// A crash leaves sled without the last group. A sled that lacks more has forgotten it without
    /// a word; what is written to it now it would forget again, after the next start.
    fn find_forgotten(&mut self) {
        let end = self.second.end();
        let is_new = self.second.pages().is_some_and(Pages::is_new);
        if end < self.last_frame && !is_new {
            let claimed = self.index.name(end);
            self.second.fault(end, Reason::Missing, claimed);
        }
    }

    fn tasks(&self) -> Vec<mend::Task<'a>> {
        let task = |number: &usize| mend::Task {
            damaged: self.segments.get(*number),
            start: self.starts.get(*number).copied().unwrap_or(0),
            end: number
                .checked_add(1)
                .and_then(|after| self.starts.get(after))
                .copied()
                .unwrap_or(self.index.next_position()),
            unsound: self
                .unsound
                .range((*number, 0)..=(*number, u64::MAX))
                .map(|((_, offset), sound)| (*offset, *sound))
                .collect(),
        };
        self.damaged.iter().map(task).collect()
    }
}
