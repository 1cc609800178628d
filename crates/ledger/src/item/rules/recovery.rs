//! What came back of an item's money, by which way, and what of it counts (V16).

use super::{Item, State, independence};
use crate::Books;
use crate::context::Actor;
use crate::ids::{ItemId, PersonId};
use crate::item::{ItemEvent, Recovery, RecoveryWaiver, RecoveryWay};
use crate::money::Fen;
use crate::organisation::rules::is_within;
use crate::payment::Payee;
use crate::payment::rules::existing as existing_payment;
use crate::rejection::Rejection;
use crate::text::Reference;

/// Money received back, as one record says.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Received {
    /// The record.
    pub seq: u64,
    /// How much.
    pub amount: Fen,
    /// Who stands for it.
    pub by: Box<[PersonId]>,
    /// How it came back; none for one that waits for a bank line or has one.
    pub way: Option<RecoveryWay>,
    /// The number of the paper that shows it.
    pub reference: Reference,
    /// A bank line is matched with it.
    pub matched: bool,
}

/// True where only what a bank line is matched with counts as recovered.
#[must_use]
pub fn by_bank_line(books: &Books) -> bool {
    let book = books.book.as_ref();
    book.is_some_and(|book| book.recoveries_by_bank_line)
}

impl Item {
    /// What must come back before it can be closed: what the list says, or more if more was
    /// demanded; with what items brought that were merged into it, without what went on in others.
    #[must_use]
    pub fn recovery_required(&self) -> Fen {
        let own = self.draft.recovery_required_fen.max(self.demanded);
        own.add(self.turns.moved_in).sub(self.turns.moved_out)
    }

    /// True of an item whose sums are to be added up. Not of one that was found to be no problem,
    /// was given up as a draft, or was closed before the book: its import comes again, and would
    /// count twice.
    #[must_use]
    pub const fn asks_for_money(&self) -> bool {
        match self.state {
            State::NotSubstantiated | State::Discarded | State::HistoricallyClosed => false,
            State::Drafted
            | State::Issued
            | State::Acknowledged
            | State::PlanSubmitted
            | State::InProgress
            | State::ClosureRequested
            | State::Verified
            | State::Closed
            | State::LongTerm
            | State::Suspended
            | State::Merged
            | State::Split
            | State::ClosedNotImplemented => true,
        }
    }

    /// What must still come back; nothing of an item of which nothing is asked for any more.
    #[must_use]
    pub fn recovery_open(&self, books: &Books) -> Fen {
        if !self.asks_for_money() {
            return Fen::ZERO;
        }
        let settled = self.recovered(books).add(self.waived);
        self.recovery_required().sub(settled).max(Fen::ZERO)
    }

    /// What came back, without what no bank line is matched with. What came back before the book
    /// rests on the opening's document.
    #[must_use]
    pub fn matched(&self) -> Fen {
        let unmatched = self.recoveries.iter().filter(|it| !it.matched);
        unmatched.fold(self.received, |sum, it| sum.sub(it.amount))
    }

    /// What came back that way, which no bank line shows.
    #[must_use]
    pub fn received_by(&self, way: RecoveryWay) -> Fen {
        let of = self.recoveries.iter().filter(|it| it.way == Some(way));
        of.fold(Fen::ZERO, |sum, it| sum.add(it.amount))
    }

    /// What counts for the closing (V16): what came back or, where the ledger's policy asks for
    /// it, what of it a bank line is matched with, and what came back by another way.
    #[must_use]
    pub fn recovered(&self, books: &Books) -> Fen {
        if !by_bank_line(books) {
            return self.received;
        }
        let ways = RecoveryWay::ALL.iter();
        ways.fold(self.matched(), |sum, way| sum.add(self.received_by(*way)))
    }

    /// What one record says came back.
    #[must_use]
    pub fn recovery(&self, seq: u64) -> Option<&Received> {
        self.recoveries.iter().find(|it| it.seq == seq)
    }

    /// A bank line is matched with what a record says, or no longer.
    pub(crate) fn match_recovery(&mut self, seq: u64, matched: bool) {
        let recovery = self.recoveries.iter_mut().find(|it| it.seq == seq);
        recovery.into_iter().for_each(|it| it.matched = matched);
    }
}

const fn bad(field: &'static str, why: &'static str, why_zh: &'static str) -> Rejection {
    Rejection::BadField { field, why, why_zh }
}

/// What is demanded has not come back by any way yet.
pub(super) const fn demanded(it: &Recovery) -> Result<(), Rejection> {
    if it.way.is_some() || it.payment.is_some() || it.overpaid.is_some() {
        return Err(bad(
            "way",
            "a demand says nothing of how the money comes back",
            "责令追缴不填写追回方式",
        ));
    }
    Ok(())
}

/// What the way asks for: an offset its payment, and both that somebody else records them.
pub(super) fn received(
    books: &Books,
    item: &Item,
    actor: &Actor,
    it: &Recovery,
) -> Result<(), Rejection> {
    if it.way.is_some() {
        independence::outside(books, item, actor)?;
    }
    match (it.way, it.payment) {
        (Some(RecoveryWay::Offset), Some(_)) => offset(books, item, it),
        (Some(RecoveryWay::Offset), None) => Err(bad(
            "payment",
            "an offset names the later payment",
            "抵扣须写明用以抵扣的后续支付",
        )),
        (Some(RecoveryWay::NonTax) | None, Some(_)) => Err(bad(
            "payment",
            "only an offset names a payment",
            "只有抵扣才填写支付",
        )),
        (Some(RecoveryWay::NonTax) | None, None) if it.overpaid.is_some() => Err(bad(
            "overpaid",
            "only an offset names a payment",
            "只有抵扣才填写支付",
        )),
        (Some(RecoveryWay::NonTax), None) if has_receipt(item, &it.reference) => {
            Err(Rejection::AlreadyExists {
                field: "reference",
                subject: it.item.into(),
            })
        }
        (Some(RecoveryWay::NonTax) | None, None) => Ok(()),
    }
}

/// True of an item for which a treasury receipt of that number stands: no bank line shows the
/// money, so that the number is all by which it is known to be the same.
fn has_receipt(item: &Item, reference: &Reference) -> bool {
    let mut receipts = item.recoveries.iter();
    receipts.any(|it| it.way == Some(RecoveryWay::NonTax) && it.reference == *reference)
}

/// Another item for which the treasury receipt stands that this event names. One receipt may be for
/// several items, so that it is a question in both intakes, and no refusal.
#[must_use]
pub fn same_receipt(books: &Books, event: &ItemEvent) -> Option<Rejection> {
    let ItemEvent::RecoveryReceived(it) = event else {
        return None;
    };
    it.way.filter(|way| *way == RecoveryWay::NonTax)?;
    let other = |(id, item): &(ItemId, &Item)| *id != it.item && has_receipt(item, &it.reference);
    let (other, _) = books.items.iter().find(other)?;
    Some(Rejection::AlreadyExists {
        field: "reference",
        subject: other.into(),
    })
}

/// Not more is given up than is still open: the rest would be a surplus that nobody paid.
pub(super) fn waives(books: &Books, item: &Item, it: &RecoveryWaiver) -> Result<(), Rejection> {
    let open = item.recovery_open(books);
    if it.amount_fen <= open {
        return Ok(());
    }
    let stated = it.amount_fen;
    Err(Rejection::OverPaid { open, stated })
}

/// Against a later payment to whoever owes the money, of which all that is set off together is no
/// more than what is neither paid nor sent back of it: else nobody would have been paid less.
fn offset(books: &Books, item: &Item, it: &Recovery) -> Result<(), Rejection> {
    let Some(id) = it.payment else {
        return Ok(());
    };
    let payment = existing_payment(books, "payment", id)?;
    let owes = match it.overpaid {
        Some(overpaid) => {
            let before = existing_payment(books, "overpaid", overpaid)?;
            let later = payment
                .instructed_on
                .is_certainly_before(before.instructed_on);
            overpaid != id && before.payee == payment.payee && !later
        }
        None => match payment.payee {
            Payee::Organisation(unit) => item
                .ever_responsible()
                .any(|responsible| is_within(books, unit, responsible)),
            Payee::Subject(person) => item.ever_answered(person),
        },
    };
    if !owes {
        return Err(bad(
            "payment",
            "it must be a later payment to the same payee, or to who answers for the item",
            "须为付给同一收款人或本事项责任单位、责任人的后续支付",
        ));
    }
    let issued = item.issued_on;
    if issued.is_some_and(|issued| payment.instructed_on.is_certainly_before(issued)) {
        return Err(bad(
            "payment",
            "it was instructed before the item was issued",
            "该笔支付早于事项交办,不得用于抵扣",
        ));
    }
    let open = payment.payable();
    let stated = it.amount_fen;
    if stated > open {
        return Err(Rejection::OverPaid { open, stated });
    }
    Ok(())
}
