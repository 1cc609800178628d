//! What a year begins with.

use super::*;
use ledger::account::{AccountCommand, AccountKind, AccountOpening, CashNature, CashReceipt};
use ledger::book::{BookCommand, BookOpening};
use ledger::fund::{
    Allocation, AuthorityReceipt, FundAnnouncement, FundCommand, Holder, SourceKind,
};
use ledger::organisation::{
    Level, OrganisationCommand, OrganisationKind, OrganisationRegistration,
};
use ledger::person::{PersonCommand, PersonProfile};
use ledger::personal::PersonalText;
use ledger::project::{PlannedSource, ProjectApproval, ProjectCommand, ProjectEntry};
use ledger::round::{Feedback, RoundCommand, RoundKind, RoundOpening};

/// Of a batch, in fen: enough for ten million payments.
const WHOLE: u64 = 100_000_000_000_000;
/// Of a project that the year begins with.
const SHARE: u64 = 2_000_000_000_000;

pub(super) fn turns(county: &County) -> Vec<Turn> {
    let first = BusinessDate::day(civil::date(2018, 1, 2));
    let mut steps = Steps::new();
    let mut ask = |step: u8, hand: Hand, command: Command| {
        let submission = county.submission(hand, first, command);
        steps.entry((step, hand)).or_default().push(submission);
    };
    let opening = BookOpening {
        name: name("某县扶贫资金账本"),
        area: reference("530000"),
        predecessors: Vec::new(),
    };
    ask(
        0,
        Hand::Administrator,
        Command::Ledger(BookCommand::Open(opening)),
    );
    for (step, unit) in units() {
        ask(
            step,
            Hand::Clerk,
            Command::Organisation(OrganisationCommand::Register(unit)),
        );
    }
    for number in 0..county.households {
        ask(
            5,
            Hand::Clerk,
            Command::Subject(PersonCommand::Register(profile(number))),
        );
    }
    for number in 0..FUNDS {
        for (step, command) in batch(number) {
            ask(6 + step, Hand::Clerk, command);
        }
        ask(7, Hand::Clerk, cash(number));
    }
    ask(
        6,
        Hand::Clerk,
        Command::Account(AccountCommand::Open(account())),
    );
    for number in 0..PROJECTS {
        for (step, hand, command) in funded(number, number % FUNDS, SHARE) {
            ask(8 + step, hand, command);
        }
    }
    for (step, command) in round() {
        ask(6 + step, Hand::Inspector, command);
    }
    super::turns(steps)
}

/// In the order in which one stands below another.
fn units() -> Vec<(u8, OrganisationRegistration)> {
    let make = |number, of, code: &str, called: String, kind, level| OrganisationRegistration {
        organisation: unit(number),
        parent: of,
        code: reference(code),
        name: name(called),
        kind,
        level,
    };
    let (area, agency) = (OrganisationKind::Area, OrganisationKind::Agency);
    let top = Some(unit(0));
    let county = Some(unit(1));
    let mut units = vec![
        (
            1,
            make(0, None, "530000", "某州".into(), area, Level::Prefecture),
        ),
        (
            2,
            make(1, top, "530001", "某县".into(), area, Level::County),
        ),
        (
            2,
            make(
                2,
                top,
                "530000-2",
                "州委巡察组".into(),
                agency,
                Level::Prefecture,
            ),
        ),
        (
            3,
            make(
                3,
                county,
                "530001-3",
                "县交通局".into(),
                agency,
                Level::County,
            ),
        ),
    ];
    for number in 0..TOWNS {
        let (code, called) = (format!("530001{number:03}"), format!("第{number}乡"));
        units.push((
            3,
            make(100 + number, county, &code, called, area, Level::Town),
        ));
    }
    for number in 0..COMPANIES {
        let (code, called) = (format!("915300{number:06}"), format!("某建筑公司{number}"));
        let kind = OrganisationKind::Enterprise;
        units.push((
            3,
            make(10_000 + number, None, &code, called, kind, Level::County),
        ));
    }
    units
}

/// A household: who and where it is stays sealed.
fn profile(number: u64) -> PersonProfile {
    let clear = |text: String| Some(PersonalText::clear(text).expect("a short text"));
    PersonProfile {
        person: household(number),
        kind: clear("household".to_owned()),
        name: clear(format!("户主{number}")),
        identity_number: None,
        mobile: None,
        bank_card: None,
        address: clear(format!("第{}乡第{}村", number % TOWNS, number % 300)),
        remark: None,
    }
}

fn account() -> AccountOpening {
    AccountOpening {
        account: AccountId(id(Kind::Account, 0)),
        kind: AccountKind::Unit,
        owner: unit(1),
        bank: name("某银行某县支行"),
        masked_number: reference("****0001"),
    }
}

fn cash(number: u64) -> Command {
    Command::Account(AccountCommand::ReceiveCash(CashReceipt {
        account: AccountId(id(Kind::Account, 0)),
        movement: MovementId(id(Kind::Movement, (1 << 40) | number)),
        nature: CashNature::Received,
        fund: Some(fund(number)),
        amount_fen: fen(WHOLE),
        bank_reference: reference(format!("BK2018{number:06}")),
        from: None,
        payment: None,
    }))
}

/// A batch, announced and received.
pub(super) fn batch(number: u64) -> [(u8, Command); 2] {
    let document = reference(format!("云财农〔2018〕{number}号"));
    let announcement = FundAnnouncement {
        fund: fund(number),
        name: name(format!("2018年财政专项扶贫资金第{number}批")),
        document: document.clone(),
        issuer: unit(0),
        receiver: unit(1),
        source_kind: SourceKind::Province,
        amount_fen: fen(WHOLE),
        budget_year: 2018,
        function_code: Some(reference("2130505")),
        economy_code: None,
        purpose_code: reference("21305"),
        direct: false,
    };
    let receipt = AuthorityReceipt {
        fund: fund(number),
        amount_fen: fen(WHOLE),
        document,
    };
    [
        (0, Command::Fund(FundCommand::Announce(announcement))),
        (1, Command::Fund(FundCommand::Receive(receipt))),
    ]
}

/// A project, entered, approved, and with money of a batch.
pub(super) fn funded(number: u64, of: u64, amount: u64) -> [(u8, Hand, Command); 3] {
    let planned = vec![PlannedSource {
        source_kind: SourceKind::Province,
        amount_fen: fen(amount),
    }];
    let document = reference(format!("县扶贫〔2018〕{number}号"));
    let entry = ProjectEntry {
        project: project(number),
        number: reference(format!("XM2018-{number:06}")),
        name: name(format!("第{number}村通村公路硬化")),
        implementing_unit: unit(3),
        area: town(number),
        content: text("硬化路面四公里,宽四米五"),
        performance_target: None,
        planned: planned.clone(),
        planned_fen: fen(amount),
        starts_on: None,
        completes_on: None,
    };
    let approval = ProjectApproval {
        project: project(number),
        document: document.clone(),
        budget: planned,
        budget_fen: fen(amount),
    };
    let allocation = Allocation {
        fund: fund(of),
        from: unit(1),
        to: Holder::Project(project(number)),
        amount_fen: fen(amount),
        document,
    };
    [
        (
            0,
            Hand::Builder,
            Command::Project(ProjectCommand::EnterLibrary(entry)),
        ),
        (
            1,
            Hand::Chief,
            Command::Project(ProjectCommand::Approve(approval)),
        ),
        (
            2,
            Hand::Clerk,
            Command::Fund(FundCommand::Allocate(allocation)),
        ),
    ]
}

fn round() -> [(u8, Command); 2] {
    let round = RoundId(id(Kind::Round, 0));
    let opening = RoundOpening {
        round,
        name: name("州委巡察"),
        kind: RoundKind::Inspection,
        inspecting_body: unit(2),
        closing_body: unit(2),
        mandate: reference("州委巡〔2018〕1号"),
        related_round: None,
        relation: None,
    };
    let feedback = Feedback {
        round,
        receivers: vec![unit(3)],
        document: reference("州委巡〔2018〕2号"),
    };
    [
        (0, Command::Round(RoundCommand::Open(opening))),
        (1, Command::Round(RoundCommand::DeliverFeedback(feedback))),
    ]
}
