//! The usual payment.

use super::*;
use crate::payment::*;

pub(crate) fn share(number: u128, amount: i64) -> SourceShare {
    SourceShare {
        fund: fund(number),
        amount_fen: fen(amount),
    }
}

/// Payment 1 of 100 fen to person 1: 60 of batch 1 and 40 of batch 2.
pub(crate) fn instruct(change: impl FnOnce(&mut PaymentInstruction)) -> Ask {
    let mut instruction = PaymentInstruction {
        payment: payment(1),
        project: project(1),
        payee: Payee::Subject(person(1)),
        amount_fen: fen(100),
        sources: vec![share(1, 60), share(2, 40)],
        kind: PaymentKind::Subsidy,
        voucher: reference(),
        remark: None,
        contract: None,
        claim: None,
    };
    change(&mut instruction);
    ask(Command::Payment(PaymentCommand::Instruct(instruction)))
}

pub(crate) fn settle(number: u128, amount: i64) -> Ask {
    ask(Command::Payment(PaymentCommand::Settle(Settlement {
        payment: payment(number),
        amount_fen: fen(amount),
        bank_reference: reference(),
    })))
}

pub(crate) fn give_back(number: u128, amount: i64) -> Ask {
    ask(Command::Payment(PaymentCommand::Return(PaymentReturn {
        payment: payment(number),
        amount_fen: fen(amount),
        reason: text(),
    })))
}

pub(crate) fn reissue(number: u128, of: u128) -> Ask {
    ask(Command::Payment(PaymentCommand::Reissue(Reissue {
        payment: payment(number),
        of: payment(of),
        voucher: reference(),
        reason: text(),
    })))
}

fn of_payment(command: PaymentCommand) -> Ask {
    ask(Command::Payment(command))
}

/// Moves a part of what a payment cost from one batch to another.
pub(crate) fn reclassify(number: u128, from: u128, to: u128, amount: i64) -> Ask {
    of_payment(PaymentCommand::Reclassify(Reclassification {
        payment: payment(number),
        from: fund(from),
        to: fund(to),
        amount_fen: fen(amount),
        document: reference(),
        reason: text(),
    }))
}

pub(crate) fn demand(number: u128, amount: i64) -> Ask {
    of_payment(PaymentCommand::DemandRecovery(RecoveryDemand {
        payment: payment(number),
        amount_fen: fen(amount),
        basis: text(),
        document: reference(),
    }))
}

pub(crate) fn recover(number: u128, amount: i64) -> Ask {
    of_payment(PaymentCommand::ReceiveRecovery(RecoveredMoney {
        payment: payment(number),
        amount_fen: fen(amount),
        bank_reference: reference(),
    }))
}

pub(crate) fn offset(number: u128, against: u128, amount: i64) -> Ask {
    of_payment(PaymentCommand::OffsetRecovery(RecoveryOffset {
        payment: payment(number),
        against: payment(against),
        amount_fen: fen(amount),
        document: reference(),
    }))
}

pub(crate) fn waive(number: u128, amount: i64) -> Ask {
    of_payment(PaymentCommand::WaiveRecovery(PaymentRecoveryWaiver {
        payment: payment(number),
        amount_fen: fen(amount),
        authority: name(),
        reason: text(),
    }))
}

/// Due on 2019-07-01.
pub(crate) fn withhold(number: u128, amount: i64) -> Ask {
    of_payment(PaymentCommand::WithholdRetention(RetentionHold {
        payment: payment(number),
        amount_fen: fen(amount),
        due_on: "2019-07-01".parse().unwrap(),
    }))
}

pub(crate) fn release(number: u128, by: u128, amount: i64) -> Ask {
    of_payment(PaymentCommand::ReleaseRetention(RetentionRelease {
        payment: payment(number),
        by: payment(by),
        amount_fen: fen(amount),
    }))
}
