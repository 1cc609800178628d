//! Claim 1 of 400 fen on the first stage of contract 1, and everybody who must sign it.

use super::*;
use crate::claim::*;
use crate::payment::{Payee, PaymentKind};

/// Counter-signs: the ministry's cadre, who came to help.
pub(crate) const CADRE: Actor = who(20, PREFECTURE);
/// Reviews the money.
pub(crate) const REVIEWER: Actor = who(21, COUNTY);

pub(crate) fn claim(number: u128) -> ClaimId {
    ClaimId(Uuid::from_u128(0x6000 | number))
}

pub(crate) fn capacity() -> Name {
    Name::new("挂职干部").unwrap()
}

pub(crate) fn signer(organisation: u128) -> Countersigner {
    Countersigner {
        capacity: capacity(),
        organisation: unit(organisation),
    }
}

/// The bureau claims 400 fen for the company, to be counter-signed by the ministry's cadre.
pub(crate) fn submit(change: impl FnOnce(&mut ClaimSubmission)) -> Ask {
    let mut submission = ClaimSubmission {
        claim: claim(1),
        number: reference(),
        project: project(1),
        contract: Some(contract(1)),
        stage: Some(1),
        amount_fen: fen(400),
        sources: vec![share(1, 240), share(2, 160)],
        vouchers: vec![reference()],
        payee: Payee::Organisation(unit(COMPANY)),
        countersigners: vec![signer(PREFECTURE)],
        site_visits: Vec::new(),
        custodian: Some(unit(PREFECTURE)),
        remark: None,
    };
    change(&mut submission);
    ask(Command::Claim(ClaimCommand::Submit(submission))).by(BUILDER)
}

/// Of as much as that, out of batch 1 alone.
pub(crate) fn submit_of(number: u128, stage: u32, amount: i64) -> Ask {
    submit(|it| {
        it.claim = claim(number);
        it.stage = Some(stage);
        it.amount_fen = fen(amount);
        it.sources = vec![share(1, amount)];
    })
}

pub(crate) fn review_technically() -> Ask {
    let review = TechnicalReview {
        claim: claim(1),
        progress: reference(),
        finding: text(),
    };
    ask(Command::Claim(ClaimCommand::ReviewTechnically(review))).by(VISITOR)
}

pub(crate) fn countersign() -> Ask {
    let signature = Countersignature {
        claim: claim(1),
        capacity: capacity(),
        remark: None,
    };
    ask(Command::Claim(ClaimCommand::Countersign(signature))).by(CADRE)
}

pub(crate) fn review_finances() -> Ask {
    let review = FinanceReview {
        claim: claim(1),
        finding: text(),
    };
    ask(Command::Claim(ClaimCommand::ReviewFinances(review))).by(REVIEWER)
}

pub(crate) fn approve_claim() -> Ask {
    let approval = ClaimApproval {
        claim: claim(1),
        document: reference(),
    };
    ask(Command::Claim(ClaimCommand::Approve(approval))).by(CHIEF)
}

pub(crate) fn reject() -> Ask {
    let rejection = ClaimRejection {
        claim: claim(1),
        code: ClaimRejectionCode::VouchersIncomplete,
        reason: text(),
    };
    ask(Command::Claim(ClaimCommand::Reject(rejection))).by(REVIEWER)
}

pub(crate) fn withdraw() -> Ask {
    let withdrawal = ClaimWithdrawal {
        claim: claim(1),
        reason: text(),
    };
    ask(Command::Claim(ClaimCommand::Withdraw(withdrawal))).by(BUILDER)
}

/// Project 1 with its money and contract 1.
pub(crate) fn contracted() -> Vec<Ask> {
    and(&budgeted(), [sign(|_| ())])
}

/// Claim 1 with every signature.
pub(crate) fn approved() -> Vec<Ask> {
    let steps = [
        submit(|_| ()),
        review_technically(),
        countersign(),
        review_finances(),
        approve_claim(),
    ];
    and(&contracted(), steps)
}

/// Payment `number` of `amount` fen to the company, on claim 1 and so on contract 1.
pub(crate) fn pay_claim(number: u128, amount: i64) -> Ask {
    instruct(|it| {
        it.payment = payment(number);
        it.payee = Payee::Organisation(unit(COMPANY));
        it.amount_fen = fen(amount);
        it.sources = vec![share(1, amount)];
        it.kind = PaymentKind::Progress;
        it.claim = Some(claim(1));
    })
}

/// The same on contract 1 without a claim.
pub(crate) fn pay_contract(number: u128, amount: i64) -> Ask {
    instruct(|it| {
        it.payment = payment(number);
        it.payee = Payee::Organisation(unit(COMPANY));
        it.amount_fen = fen(amount);
        it.sources = vec![share(1, amount)];
        it.kind = PaymentKind::Progress;
        it.contract = Some(contract(1));
    })
}
