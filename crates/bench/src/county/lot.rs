//! A village's fortnight: what a county's year is made of.

use super::*;
use ledger::account::{AccountCommand, CashPayment};
use ledger::bank_line::{
    BankLineCommand, Direction, LineConfirmation, LineEntry, MatchTarget,
};
use ledger::claim::{ClaimApproval, ClaimCommand, ClaimSubmission, FinanceReview, TechnicalReview};
use ledger::contract::{ContractCommand, ContractSigning, ContractStage, StageTrigger};
use ledger::payment::{
    Payee, PaymentCommand, PaymentInstruction, PaymentKind, Settlement, SourceShare,
};

/// Subsidies of a lot.
const SUBSIDIES: u64 = 16;
/// Every so many lots there is an item, …
const ITEM_EVERY: u64 = 4;
/// … a new project, …
const PROJECT_EVERY: u64 = 10;
/// … a new batch.
const FUND_EVERY: u64 = 40;
/// Of a new project, in fen.
const PROJECT_FEN: u64 = 1_000_000_000;

pub(super) fn take(county: &County, number: u64, steps: &mut Steps) {
    for subsidy in 0..SUBSIDIES {
        subsidies::of_year(county, number * SUBSIDIES + subsidy, steps);
    }
    contract(county, number, steps);
    if number % ITEM_EVERY == 0 {
        let item = number / ITEM_EVERY;
        rectification::under_way(county, item, steps);
        // Half of what was found has been put right.
        if item % 2 == 0 {
            rectification::put_right(county, item, steps);
        }
    }
    let on = day(number % (28 * 9));
    let mut ask = |step: u8, hand: Hand, command: Command| {
        let submission = county.submission(on, command);
        steps.entry((step, hand)).or_default().push(submission);
    };
    if number % PROJECT_EVERY == 0 {
        let project = number / PROJECT_EVERY;
        for (step, hand, command) in
            setup::funded(PROJECTS + project, project % FUNDS, PROJECT_FEN)
        {
            ask(1 + step, hand, command);
        }
    }
    if number % FUND_EVERY == 0 {
        for (step, command) in setup::batch(FUNDS + number / FUND_EVERY) {
            ask(1 + step, Hand::Clerk, command);
        }
    }
}

/// A contract with its first claim, paid, gone from the account, and found on the statement.
fn contract(county: &County, number: u64, steps: &mut Steps) {
    let mut chance = county.chance(Kind::Contract, number);
    let of = chance.below(PROJECTS);
    let amount = 100 * (10_000 + chance.below(100_000));
    let on = day(number % (28 * 9));
    let (contract, claim) = (
        ContractId(id(Kind::Contract, number)),
        ClaimId(id(Kind::Claim, number)),
    );
    let paid = payment((1 << 40) | number);
    let sources = vec![SourceShare {
        fund: fund(of % FUNDS),
        amount_fen: fen(amount),
    }];
    let payee = Payee::Organisation(company(number));
    let mut ask = |step: u8, hand: Hand, command: Command| {
        let submission = county.submission(on, command);
        steps.entry((step, hand)).or_default().push(submission);
    };
    let signing = ContractSigning {
        contract,
        project: project(of),
        number: reference(format!("HT2018-{number:06}")),
        name: name(format!("第{number}村通村公路施工合同")),
        supplier: company(number),
        price_fen: fen(3 * amount),
        retention_bp: 300,
        stages: stages(),
        advance_bp: None,
        ends_on: None,
        document: reference(format!("HT2018-{number:06}")),
    };
    let submission = ClaimSubmission {
        claim,
        number: reference(format!("BZ2018-{number:06}")),
        project: project(of),
        contract: Some(contract),
        stage: Some(1),
        amount_fen: fen(amount),
        sources: sources.clone(),
        vouchers: vec![reference(format!("FP{number:010}"))],
        payee,
        countersigners: Vec::new(),
        site_visits: Vec::new(),
        custodian: None,
        remark: None,
    };
    let technical = TechnicalReview {
        claim,
        progress: reference(format!("JD2018-{number:06}")),
        finding: text("形象进度与报账一致"),
    };
    let finances = FinanceReview {
        claim,
        finding: text("凭证齐全,金额相符"),
    };
    let approval = ClaimApproval {
        claim,
        document: reference(format!("BZ2018-{number:06}")),
    };
    ask(1, Hand::Clerk, Command::Contract(ContractCommand::Sign(signing)));
    ask(2, Hand::Builder, Command::Claim(ClaimCommand::Submit(submission)));
    ask(3, Hand::Visitor, Command::Claim(ClaimCommand::ReviewTechnically(technical)));
    ask(4, Hand::Clerk, Command::Claim(ClaimCommand::ReviewFinances(finances)));
    ask(5, Hand::Chief, Command::Claim(ClaimCommand::Approve(approval)));
    let instruction = PaymentInstruction {
        payment: paid,
        project: project(of),
        payee,
        amount_fen: fen(amount),
        sources,
        kind: PaymentKind::Advance,
        voucher: reference(format!("ZF2018-C{number:07}")),
        remark: None,
        contract: Some(contract),
        claim: Some(claim),
    };
    ask(6, Hand::Clerk, Command::Payment(PaymentCommand::Instruct(instruction)));
    for (step, command) in settled(number, paid, of % FUNDS, fen(amount), on) {
        ask(step, Hand::Clerk, command);
    }
}

fn stages() -> Vec<ContractStage> {
    let stage = |trigger, cumulative_cap_bp| ContractStage {
        trigger,
        name: None,
        cumulative_cap_bp,
    };
    vec![
        stage(StageTrigger::Signing, 4_000),
        stage(StageTrigger::Completion, 9_700),
        stage(StageTrigger::RetentionEnd, 10_000),
    ]
}

fn settled(
    number: u64,
    payment: PaymentId,
    of: u64,
    amount_fen: Fen,
    on: BusinessDate,
) -> [(u8, Command); 4] {
    let bank_reference = reference(format!("YH-C{number:010}"));
    let account = AccountId(id(Kind::Account, 0));
    let (movement, line) = (
        MovementId(id(Kind::Movement, number)),
        BankLineId(id(Kind::Line, number)),
    );
    let settlement = Settlement {
        payment,
        amount_fen,
        bank_reference: bank_reference.clone(),
    };
    let cash = CashPayment {
        account,
        movement,
        fund: Some(fund(of)),
        payment: Some(payment),
        amount_fen,
        bank_reference,
    };
    let entry = LineEntry {
        line,
        account,
        value_date: on,
        direction: Direction::Out,
        amount_fen,
        bank_sequence: reference(format!("LS2018{number:08}")),
        counterparty: Some(name(format!("某建筑公司{}", number % COMPANIES))),
        remark: None,
    };
    let target = MatchTarget::Movement(movement);
    [
        (7, Command::Payment(PaymentCommand::Settle(settlement))),
        (8, Command::Account(AccountCommand::PayCash(cash))),
        (9, Command::BankLine(BankLineCommand::Enter(entry))),
        (
            10,
            Command::BankLine(BankLineCommand::Confirm(LineConfirmation { line, target })),
        ),
    ]
}
