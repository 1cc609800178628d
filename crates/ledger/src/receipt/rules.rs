//! What the payee says: only about a payment to them, and not recorded by who paid it.

#[cfg(test)]
mod tests;

use super::{ReceiptCommand, ReceiptConfirmation, ReceiptEvent, ReceiptResult};
use crate::context::Context;
use crate::money::Fen;
use crate::payment::Payee;
use crate::payment::rules::{PaymentState, existing as existing_payment};
use crate::person::rules::{accounted, may_be_told};
use crate::rejection::Rejection;
use crate::{Books, Event};

pub(crate) fn decide(
    books: &Books,
    _context: &Context,
    command: &ReceiptCommand,
) -> Result<Vec<Event>, Rejection> {
    let ReceiptCommand::Confirm(receipt) = command;
    let payment = existing_payment(books, "payment", receipt.payment)?;
    may_be_told(books, "subject", receipt.subject, receipt.remark.as_ref())?;
    if payment.payee != Payee::Subject(receipt.subject) {
        return Err(Rejection::BadField {
            field: "subject",
            why: "the payment was not made to this person or household",
            why_zh: "该笔支付的收款人不是此人(户)",
        });
    }
    amount_fits(receipt)?;
    // After this point the command succeeds, unless policy forbids it.
    Ok(vec![command.clone().into_event()])
}

/// Something arrived, or nothing did: the amount must say the same as the word (V5).
fn amount_fits(receipt: &ReceiptConfirmation) -> Result<(), Rejection> {
    let amount = receipt.amount_fen;
    let fits = match receipt.result {
        ReceiptResult::Received | ReceiptResult::CollectedBack => amount.is_payable(),
        ReceiptResult::NotReceived => amount == Fen::ZERO,
        ReceiptResult::WrongAmount => amount == Fen::ZERO || amount.is_payable(),
    };
    if fits {
        Ok(())
    } else {
        Err(Rejection::BadAmount {
            field: "amount_fen",
            amount,
        })
    }
}

/// The rules in their order: state (V13), four eyes (V12).
pub(crate) fn breaches(books: &Books, context: &Context, event: &ReceiptEvent) -> Vec<Rejection> {
    let ReceiptEvent::Confirmed(receipt) = event;
    let Some(payment) = books.payments.get(receipt.payment) else {
        return Vec::new();
    };
    let mut broken = Vec::new();
    let state = payment.state();
    if matches!(state, PaymentState::Instructed | PaymentState::Reissued) {
        let (state, state_zh) = (state.word(), state.zh());
        broken.push(Rejection::BadTransition {
            state,
            state_zh,
            step: "receipt.confirm",
        });
    }
    if context.hand().person == payment.instructed_by {
        let (first, second) = ("payment.instruct", "receipt.confirm");
        broken.push(Rejection::SamePerson { first, second });
    }
    broken
}

pub(crate) fn apply(books: &mut Books, context: &Context, event: &ReceiptEvent) {
    let ReceiptEvent::Confirmed(receipt) = event;
    accounted(books, context, receipt.subject);
    if let Some(payment) = books.payments.get_mut(receipt.payment) {
        payment.version = payment.version.saturating_add(1);
        payment.receipt = Some((receipt.result, receipt.amount_fen));
    }
}
