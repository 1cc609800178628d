//! Subsidies to households: instructed, settled, and confirmed by a visit.

use super::*;
use ledger::payment::{
    Payee, PaymentCommand, PaymentInstruction, PaymentKind, Settlement, SourceShare,
};
use ledger::receipt::{ReceiptChannel, ReceiptCommand, ReceiptConfirmation, ReceiptResult};

/// What the writer is asked a million times.
struct Subsidy {
    payment: PaymentId,
    project: u64,
    payee: PersonId,
    amount_fen: Fen,
    on: BusinessDate,
    number: u64,
}

impl Subsidy {
    fn of(county: &County, number: u64, project: Option<u64>) -> Subsidy {
        let mut chance = county.chance(Kind::Payment, number);
        Subsidy {
            payment: payment(number),
            project: project.unwrap_or_else(|| chance.below(PROJECTS)),
            payee: household(chance.below(county.households)),
            // 100 to 5,000 yuan.
            amount_fen: fen(100 * (100 + chance.below(4_900))),
            on: day(chance.below(28 * 9)),
            number,
        }
    }

    fn instruct(&self) -> Command {
        Command::Payment(PaymentCommand::Instruct(PaymentInstruction {
            payment: self.payment,
            project: project(self.project),
            payee: Payee::Subject(self.payee),
            amount_fen: self.amount_fen,
            sources: vec![SourceShare {
                fund: fund(self.project % FUNDS),
                amount_fen: self.amount_fen,
            }],
            kind: PaymentKind::Subsidy,
            voucher: reference(format!("ZF2018-{:08}", self.number)),
            remark: None,
            contract: None,
            claim: None,
        }))
    }

    fn settle(&self) -> Command {
        Command::Payment(PaymentCommand::Settle(Settlement {
            payment: self.payment,
            amount_fen: self.amount_fen,
            bank_reference: reference(format!("YH{:012}", self.number)),
        }))
    }

    fn confirm(&self) -> Command {
        Command::Receipt(ReceiptCommand::Confirm(ReceiptConfirmation {
            payment: self.payment,
            subject: self.payee,
            amount_fen: self.amount_fen,
            channel: ReceiptChannel::Visit,
            result: ReceiptResult::Received,
            visitor: None,
            remark: None,
        }))
    }
}

/// The instruction of one subsidy by itself, which rests on the setting up alone: by the clerk.
#[must_use]
pub fn instruction(county: &County, number: u64) -> Submission {
    let subsidy = Subsidy::of(county, number, None);
    county.submission(Hand::Clerk, subsidy.on, subsidy.instruct())
}

/// `project`: all of them out of this one.
pub(super) fn turns(county: &County, from: u64, until: u64, project: Option<u64>) -> Vec<Turn> {
    let mut steps = Steps::new();
    for number in from..until {
        let subsidy = Subsidy::of(county, number, project);
        take(county, &subsidy, &mut steps, true);
    }
    super::turns(steps)
}

/// Of a year; one in sixteen is not confirmed yet.
pub(super) fn of_year(county: &County, number: u64, steps: &mut Steps) {
    let subsidy = Subsidy::of(county, number, None);
    take(county, &subsidy, steps, !number.is_multiple_of(16));
}

fn take(county: &County, subsidy: &Subsidy, steps: &mut Steps, confirmed: bool) {
    let mut ask = |step: u8, hand: Hand, command: Command| {
        let submission = county.submission(hand, subsidy.on, command);
        steps.entry((step, hand)).or_default().push(submission);
    };
    ask(1, Hand::Clerk, subsidy.instruct());
    ask(2, Hand::Clerk, subsidy.settle());
    if confirmed {
        ask(3, Hand::Visitor, subsidy.confirm());
    }
}
