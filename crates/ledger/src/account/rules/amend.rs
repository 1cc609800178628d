//! Cash taken back, and the references and terms of its records put right.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "what is not named here may not be put right"
)]

use super::taking::{movement, take_back};
use super::{Movement, MovementKind, cash};
use crate::Books;
use crate::account::{AccountEvent, CustodyRelease};
use crate::bank_line::rules::lines_of;
use crate::bank_line::{Direction, MatchTarget};
use crate::ids::{AccountId, MovementId, PaymentId, Subject};
use crate::money::Fen;
use crate::record::CorrectedField;
use crate::record::amend::{Amend, Slot, named, put};
use crate::text::Wording;

impl Amend for AccountEvent {
    fn reversible(&self) -> Option<Fen> {
        match self {
            AccountEvent::CashReceived(it) => Some(it.amount_fen),
            AccountEvent::CashPaid(it) => Some(it.amount_fen),
            AccountEvent::InterestCredited(it) => Some(it.amount_fen),
            AccountEvent::Transferred(it) => Some(it.amount_fen),
            AccountEvent::CustodyReleased(it) => Some(it.amount_fen),
            AccountEvent::Opened(_)
            | AccountEvent::TakenOver(_)
            | AccountEvent::Closed(_)
            | AccountEvent::CustodyAgreed(_) => None,
        }
    }

    fn resting(&self, books: &Books, _seq: u64) -> Option<Vec<Subject>> {
        if let AccountEvent::CustodyReleased(release) = self {
            return let_go(books, release);
        }
        let (id, movement) = movement(self)?;
        matched(books, id)
            .or_else(|| closed(books, &movement))
            .or_else(|| spent(books, id, &movement))
            .or_else(|| carried(books, id, &movement))
            .map(named)
    }

    fn reverse(&self, books: &mut Books, _seq: u64) {
        take_back(books, self);
    }

    fn text(&mut self, field: CorrectedField) -> Option<Slot<'_>> {
        use CorrectedField as Field;
        match (self, field) {
            (AccountEvent::TakenOver(it), Field::Document) => {
                Some((&mut it.cut_over.document).into())
            }
            (AccountEvent::Closed(it), Field::Reason) => Some((&mut it.reason).into()),
            (AccountEvent::CashReceived(it), Field::BankReference) => {
                Some((&mut it.bank_reference).into())
            }
            (AccountEvent::CashPaid(it), Field::BankReference) => {
                Some((&mut it.bank_reference).into())
            }
            (AccountEvent::Transferred(it), Field::BankReference) => {
                Some((&mut it.bank_reference).into())
            }
            (AccountEvent::CustodyAgreed(it), Field::Terms) => Some((&mut it.terms).into()),
            (AccountEvent::CustodyAgreed(it), Field::Document) => Some((&mut it.document).into()),
            _ => None,
        }
    }

    fn describe(&self, books: &mut Books, field: CorrectedField, to: &Wording) {
        use CorrectedField as Field;
        match (self, field) {
            (AccountEvent::CustodyAgreed(it), field) => {
                let Some(row) = books.custodies.get_mut(it.custody) else {
                    return;
                };
                match field {
                    Field::Terms => put(Some(&mut row.agreement.terms), to),
                    Field::Document => put(Some(&mut row.agreement.document), to),
                    _ => {}
                }
            }
            (AccountEvent::TakenOver(it), Field::Document) => {
                let row = books.accounts.get_mut(it.opening.account);
                let opening = row.and_then(|row| row.opening.as_mut());
                put(opening.map(|opening| &mut opening.document), to);
            }
            (event, Field::BankReference) => {
                if let Some((id, _)) = movement(event)
                    && let Some(row) = books.movements.get_mut(id)
                {
                    put(Some(&mut row.bank_reference), to);
                }
            }
            _ => {}
        }
    }
}

/// Cash that a bank line has confirmed stays, until the match is taken back (V24).
fn matched(books: &Books, id: MovementId) -> Option<Vec<Subject>> {
    let legs = [Direction::In, Direction::Out];
    lines_of(books, MatchTarget::Movement(id), &legs)
}

/// A closed account was empty, and stays so.
fn closed(books: &Books, movement: &Movement) -> Option<Vec<Subject>> {
    let accounts = [Some(movement.account), movement.to];
    let closed = accounts.into_iter().flatten().filter(|id| {
        let row = books.accounts.get(*id);
        row.is_some_and(|row| row.closed_on.is_some())
    });
    let closed: Vec<Subject> = closed.map(Into::into).collect();
    (!closed.is_empty()).then_some(closed)
}

/// V10: what came in cannot be unsaid once it has gone out.
fn spent(books: &Books, id: MovementId, movement: &Movement) -> Option<Vec<Subject>> {
    let into = match movement.kind {
        MovementKind::Paid => return None,
        MovementKind::Transferred => movement.to?,
        MovementKind::Received
        | MovementKind::Returned
        | MovementKind::Recovered
        | MovementKind::Interest => movement.account,
    };
    let left = cash(books, into, movement.fund).balance();
    (movement.amount > left).then(|| {
        let out = move |row: &Movement| {
            row.fund == movement.fund && row.account == into && row.change(into) < Fen::ZERO
        };
        others(books, id, into, out)
    })
}

/// V8: what came back cannot come back of nothing, nor what was instructed be paid twice.
fn carried(books: &Books, id: MovementId, movement: &Movement) -> Option<Vec<Subject>> {
    let payment: PaymentId = movement.payment?;
    let net = books.cash_of_payments.get(payment).copied()?;
    let (broken, kind) = match movement.kind {
        MovementKind::Paid => (movement.amount > net, MovementKind::Returned),
        MovementKind::Returned => {
            let instructed = books.payments.get(payment)?.amount;
            let again = net.add(movement.amount);
            (again > instructed, MovementKind::Paid)
        }
        MovementKind::Received
        | MovementKind::Recovered
        | MovementKind::Interest
        | MovementKind::Transferred => return None,
    };
    let of = move |row: &Movement| row.payment == Some(payment) && row.kind == kind;
    broken.then(|| others(books, id, movement.account, of))
}

/// What was let go of cannot be kept once it has gone.
fn let_go(books: &Books, release: &CustodyRelease) -> Option<Vec<Subject>> {
    let custody = books.custodies.get(release.custody)?;
    let account = custody.agreement.account?;
    let kept = books.accounts.get(account)?.kept?;
    (release.amount_fen > kept.open()).then(|| {
        let out = move |row: &Movement| row.account == account && row.change(account) < Fen::ZERO;
        let rests = books.movements.iter();
        let rests = rests.filter(|(_, row)| !row.reversed && out(row));
        named(rests.map(|(id, _)| id.into()))
    })
}

/// The movements that rest on one, or the account where no single one does.
fn others(
    books: &Books,
    but: MovementId,
    account: AccountId,
    wanted: impl Fn(&Movement) -> bool,
) -> Vec<Subject> {
    let rows = books.movements.iter();
    let rows = rows.filter(|(id, row)| *id != but && !row.reversed && wanted(row));
    let found: Vec<Subject> = rows.map(|(id, _)| id.into()).collect();
    if found.is_empty() {
        vec![account.into()]
    } else {
        found
    }
}
