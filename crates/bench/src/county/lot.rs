//! A village's fortnight: what a county's year is made of.

use super::*;
use ledger::account::{AccountCommand, CashPayment};
use ledger::bank_line::{BankLineCommand, Direction, LineConfirmation, LineEntry, MatchTarget};
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
    if number.is_multiple_of(ITEM_EVERY) {
        let item = number / ITEM_EVERY;
        rectification::under_way(county, item, steps);
        // Half of what was found has been put right.
        if item.is_multiple_of(2) {
            rectification::put_right(county, item, steps);
        }
    }
    let on = day(number % (28 * 9));
    let mut ask = |step: u8, hand: Hand, command: Command| {
        let submission = county.submission(hand, on, command);
        steps.entry((step, hand)).or_default().push(submission);
    };
    if number.is_multiple_of(PROJECT_EVERY) {
        let project = number / PROJECT_EVERY;
        for (step, hand, command) in setup::funded(PROJECTS + project, project % FUNDS, PROJECT_FEN)
        {
            ask(1 + step, hand, command);
        }
    }
    if number.is_multiple_of(FUND_EVERY) {
        for (step, command) in setup::batch(FUNDS + number / FUND_EVERY) {
            ask(1 + step, Hand::Clerk, command);
        }
    }
}

/// A contract with its first claim, paid, gone from the account, and found on the statement.
fn contract(county: &County, number: u64, steps: &mut Steps) {
    let works = Works::of(county, number);
    let mut ask = |step: u8, hand: Hand, command: Command| {
        let submission = county.submission(hand, works.on, command);
        steps.entry((step, hand)).or_default().push(submission);
    };
    let sign = ContractCommand::Sign(works.signing());
    ask(1, Hand::Clerk, Command::Contract(sign));
    for (step, hand, command) in works.claimed() {
        ask(step, hand, Command::Claim(command));
    }
    for (step, hand, command) in works.paid() {
        ask(step, hand, command);
    }
}

struct Works {
    number: u64,
    /// Of which project.
    of: u64,
    amount: u64,
    on: BusinessDate,
    contract: ContractId,
    claim: ClaimId,
}

impl Works {
    fn of(county: &County, number: u64) -> Works {
        let mut chance = county.chance(Kind::Contract, number);
        Works {
            number,
            of: chance.below(PROJECTS),
            amount: 100 * (10_000 + chance.below(100_000)),
            on: day(number % (28 * 9)),
            contract: ContractId(id(Kind::Contract, number)),
            claim: ClaimId(id(Kind::Claim, number)),
        }
    }

    fn called(&self, what: &str) -> Reference {
        reference(format!("{what}2018-{:08}", self.number))
    }

    fn payee(&self) -> Payee {
        Payee::Organisation(company(self.number))
    }

    fn sources(&self) -> Vec<SourceShare> {
        vec![SourceShare {
            fund: fund(self.of % FUNDS),
            amount_fen: fen(self.amount),
        }]
    }

    fn signing(&self) -> ContractSigning {
        ContractSigning {
            contract: self.contract,
            project: project(self.of),
            number: self.called("HT"),
            name: name(format!("第{}村通村公路施工合同", self.number)),
            supplier: company(self.number),
            price_fen: fen(3 * self.amount),
            retention_bp: 300,
            stages: stages(),
            advance_bp: None,
            ends_on: None,
            document: self.called("HT"),
        }
    }

    /// Submitted, and signed by everybody who must.
    fn claimed(&self) -> [(u8, Hand, ClaimCommand); 4] {
        let claim = self.claim;
        let submission = ClaimSubmission {
            claim,
            number: self.called("BZ"),
            project: project(self.of),
            contract: Some(self.contract),
            stage: Some(1),
            amount_fen: fen(self.amount),
            sources: self.sources(),
            vouchers: vec![self.called("FP")],
            payee: self.payee(),
            countersigners: Vec::new(),
            site_visits: Vec::new(),
            custodian: None,
            remark: None,
        };
        let technical = TechnicalReview {
            claim,
            progress: self.called("JD"),
            finding: text("形象进度与报账一致"),
        };
        let finances = FinanceReview {
            claim,
            finding: text("凭证齐全,金额相符"),
        };
        let approval = ClaimApproval {
            claim,
            document: self.called("BZ"),
        };
        [
            (2, Hand::Builder, ClaimCommand::Submit(submission)),
            (3, Hand::Visitor, ClaimCommand::ReviewTechnically(technical)),
            (4, Hand::Clerk, ClaimCommand::ReviewFinances(finances)),
            (5, Hand::Chief, ClaimCommand::Approve(approval)),
        ]
    }

    /// Paid, gone from the account, found on the statement.
    fn paid(&self) -> [(u8, Hand, Command); 5] {
        let payment = payment((1 << 40) | self.number);
        let amount_fen = fen(self.amount);
        let account = AccountId(id(Kind::Account, 0));
        let movement = MovementId(id(Kind::Movement, self.number));
        let line = BankLineId(id(Kind::Line, self.number));
        let instruction = PaymentInstruction {
            payment,
            project: project(self.of),
            payee: self.payee(),
            amount_fen,
            sources: self.sources(),
            kind: PaymentKind::Advance,
            voucher: self.called("ZC"),
            remark: None,
            contract: Some(self.contract),
            claim: Some(self.claim),
        };
        let settlement = Settlement {
            payment,
            amount_fen,
            bank_reference: self.called("YH"),
        };
        let cash = CashPayment {
            account,
            movement,
            fund: Some(fund(self.of % FUNDS)),
            payment: Some(payment),
            amount_fen,
            bank_reference: self.called("YH"),
        };
        let entry = LineEntry {
            line,
            account,
            value_date: self.on,
            direction: Direction::Out,
            amount_fen,
            bank_sequence: self.called("LS"),
            counterparty: Some(name(format!("某建筑公司{}", self.number % COMPANIES))),
            remark: None,
        };
        let target = MatchTarget::Movement(movement);
        let found = LineConfirmation { line, target };
        [
            (
                6,
                Hand::Clerk,
                Command::Payment(PaymentCommand::Instruct(instruction)),
            ),
            (
                7,
                Hand::Clerk,
                Command::Payment(PaymentCommand::Settle(settlement)),
            ),
            (
                8,
                Hand::Clerk,
                Command::Account(AccountCommand::PayCash(cash)),
            ),
            (
                9,
                Hand::Clerk,
                Command::BankLine(BankLineCommand::Enter(entry)),
            ),
            (
                10,
                Hand::Chief,
                Command::BankLine(BankLineCommand::Confirm(found)),
            ),
        ]
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
