//! A payment as it stands, and what of it is open, settled, sent back.

use super::{Basis, Exceeded, later};
use crate::date::BusinessDate;
use crate::ids::{PaymentId, PersonId, ProjectId};
use crate::money::Fen;
use crate::payment::{Payee, PaymentKind, SourceShare};
use crate::rarely::{AtFirst, Rarely};
use crate::receipt::ReceiptResult;
use crate::seldom::Seldom;
use crate::text::Reference;
use std::ops::{Deref, DerefMut};

choices! {
    /// How far a payment is.
    PaymentState {
        Instructed = "instructed" "已指令",
        PartlySettled = "partly_settled" "部分到账",
        Settled = "settled" "已到账",
        Returned = "returned" "已退票",
        Reissued = "reissued" "已补发",
    }
}

/// A payment as it stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Payment {
    /// What it is for.
    pub project: ProjectId,
    /// Who is paid.
    pub payee: Payee,
    /// The instructed amount.
    pub amount: Fen,
    /// Which batches bear it, in the order of bearing. One from which all was moved away keeps its
    /// place with nothing, so that moving it back restores what each of them bears.
    pub sources: Box<[SourceShare]>,
    /// The kind.
    pub kind: PaymentKind,
    /// The voucher.
    pub voucher: Reference,
    /// Who instructed it.
    pub instructed_by: PersonId,
    /// When it was instructed.
    pub instructed_on: BusinessDate,
    /// Settled by the bank.
    pub settled: Fen,
    /// The contract and the claim on which it rests.
    pub basis: Option<Box<Basis>>,
    /// What happens to few payments.
    pub mishaps: Rarely<Mishaps>,
    /// What the payee last said.
    pub receipt: Option<(ReceiptResult, Fen)>,
    /// How many records have been about it.
    pub version: u32,
}

/// What happens to few payments; a payment is read as if it had these fields itself.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Mishaps {
    /// Settled and come back.
    pub returned: Fen,
    /// Never settled: the bank could not pay it.
    pub cancelled: Fen,
    /// The payment it pays again, or the one that pays it again.
    pub reissue: Option<Box<Chained>>,
    /// What came back, return by return, so that one of them can be taken back.
    pub returns: Seldom<ReturnSplit>,
    /// What has come long after it: recoveries, retention.
    pub later: Option<Box<later::Later>>,
}

impl AtFirst for Mishaps {
    fn at_first() -> &'static Mishaps {
        static NONE: Mishaps = Mishaps {
            returned: Fen::ZERO,
            cancelled: Fen::ZERO,
            reissue: None,
            returns: Seldom::NONE,
            later: None,
        };
        &NONE
    }
}

impl Deref for Payment {
    type Target = Mishaps;
    fn deref(&self) -> &Mishaps {
        &self.mishaps
    }
}

impl DerefMut for Payment {
    fn deref_mut(&mut self) -> &mut Mishaps {
        &mut self.mishaps
    }
}

/// What one return took away.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct ReturnSplit {
    /// Its record.
    pub seq: u64,
    /// Of what had been settled.
    pub of_settled: Fen,
    /// Of what was still open: cancelled.
    pub of_open: Fen,
    /// What was exceeded just before it.
    pub exceeded: Seldom<Exceeded>,
}

/// A payment's place in a chain of reissues.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Chained {
    /// The payment before, which came back.
    pub of: Option<PaymentId>,
    /// The payment after, which pays it again.
    pub by: Option<PaymentId>,
}

impl Payment {
    /// Settled, less what was returned and recovered.
    #[must_use]
    pub fn paid_net(&self) -> Fen {
        self.settled.sub(self.returned).sub(self.recovered())
    }

    /// Instructed and neither settled nor cancelled. Never below nothing: what the bank paid too
    /// much is gone, and no longer owed to anybody.
    #[must_use]
    pub fn open(&self) -> Fen {
        let open = self.amount.sub(self.settled).sub(self.cancelled);
        open.max(Fen::ZERO)
    }

    /// Open, without what is not paid because it recovers others: what may still be settled, sent
    /// back or set off.
    #[must_use]
    pub fn payable(&self) -> Fen {
        self.open().sub(self.later().set_off).max(Fen::ZERO)
    }

    /// How far it is.
    #[must_use]
    pub fn state(&self) -> PaymentState {
        if self
            .reissue
            .as_ref()
            .is_some_and(|chained| chained.by.is_some())
        {
            PaymentState::Reissued
        } else if self.settled <= self.returned && self.returned.add(self.cancelled) >= self.amount
        {
            PaymentState::Returned
        } else if self.settled == Fen::ZERO {
            PaymentState::Instructed
        } else if self.open() > Fen::ZERO {
            PaymentState::PartlySettled
        } else {
            PaymentState::Settled
        }
    }

    /// What each batch bears when `amount` of the payment is reached: the source that is named
    /// first bears first. Whatever exceeds the instruction falls to the last one that bears any.
    #[must_use]
    pub fn borne(&self, amount: Fen) -> Vec<SourceShare> {
        self.bears(amount).collect()
    }

    /// As [`Payment::borne`], one by one.
    pub(super) fn bears(&self, amount: Fen) -> impl Iterator<Item = SourceShare> {
        let mut rest = amount;
        let bearer = |source: &SourceShare| source.amount_fen > Fen::ZERO;
        let last = self.sources.iter().rposition(bearer);
        let share = move |(place, source): (usize, &SourceShare)| {
            let share = if Some(place) == last {
                rest
            } else {
                rest.min(source.amount_fen)
            };
            rest = rest.sub(share);
            SourceShare {
                fund: source.fund,
                amount_fen: share,
            }
        };
        self.sources.iter().enumerate().map(share)
    }
}

impl Payment {
    pub(super) fn note_return(&mut self, split: ReturnSplit) {
        self.returned = self.returned.add(split.of_settled);
        self.cancelled = self.cancelled.add(split.of_open);
        self.returns.push(split);
    }

    /// Takes back the return `seq`.
    pub(super) fn forget_return(&mut self, seq: u64) {
        let split = self.returns.iter().find(|split| split.seq == seq);
        if let Some((of_settled, of_open)) = split.map(|it| (it.of_settled, it.of_open)) {
            self.returns.retain(|split| split.seq != seq);
            self.returned = self.returned.sub(of_settled);
            self.cancelled = self.cancelled.sub(of_open);
        }
    }

    /// What was exceeded just before the return `seq`.
    pub(super) fn exceeded_before(&self, seq: u64) -> &[Exceeded] {
        let split = self.returns.iter().find(|split| split.seq == seq);
        split.map_or(&[], |split| &split.exceeded)
    }

    /// What each batch still bears of the open amount: the instruction is used up by settlements
    /// from its first source on and by cancellations from its last one back, so that what one of
    /// them has set free in a budget is not taken again by the other.
    #[must_use]
    pub fn open_by_source(&self) -> Vec<SourceShare> {
        let sources = self.sources.iter().zip(self.bears(self.settled));
        let open = sources.map(|(source, settled)| SourceShare {
            fund: source.fund,
            amount_fen: source.amount_fen.sub(settled.amount_fen),
        });
        let mut open: Vec<_> = open.collect();
        let mut rest = self.cancelled;
        for (open, source) in open.iter_mut().zip(&self.sources).rev() {
            let cancelled = rest.min(source.amount_fen);
            rest = rest.sub(cancelled);
            open.amount_fen = open.amount_fen.sub(cancelled).max(Fen::ZERO);
        }
        open
    }

    /// What each batch bears in all, so that its budget cannot spend it otherwise: what is open,
    /// and what was paid and has not come back.
    #[must_use]
    pub fn bearing(&self) -> Vec<SourceShare> {
        let settled = self.borne(self.settled);
        let back = self.borne(self.returned.add(self.recovered()));
        let sums = self.open_by_source().into_iter().zip(settled).zip(back);
        sums.map(|((open, settled), back)| SourceShare {
            fund: open.fund,
            amount_fen: open.amount_fen.add(settled.amount_fen).sub(back.amount_fen),
        })
        .collect()
    }
}
