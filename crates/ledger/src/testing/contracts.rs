//! Contract 1 of 1000 fen, 4:5:1, and what happens on it.

use super::*;
use crate::contract::*;

pub(crate) fn contract(number: u128) -> ContractId {
    ContractId(Uuid::from_u128(0x5000 | number))
}

pub(crate) fn stage(trigger: StageTrigger, cumulative_cap_bp: u32) -> ContractStage {
    ContractStage {
        trigger,
        name: None,
        cumulative_cap_bp,
    }
}

/// Contract 1 of project 1 with the company: 1000 fen, 40% at the signing, 50% at the acceptance,
/// 10% at the end of the warranty.
pub(crate) fn sign(change: impl FnOnce(&mut ContractSigning)) -> Ask {
    let mut signing = ContractSigning {
        contract: contract(1),
        project: project(1),
        number: reference(),
        name: name(),
        supplier: unit(COMPANY),
        price_fen: fen(1000),
        retention_bp: 1000,
        stages: vec![
            stage(StageTrigger::Signing, 4000),
            stage(StageTrigger::Acceptance, 9000),
            stage(StageTrigger::RetentionEnd, 10_000),
        ],
        advance_bp: None,
        ends_on: None,
        document: reference(),
    };
    change(&mut signing);
    ask(Command::Contract(ContractCommand::Sign(signing)))
}

/// A change of contract 1.
pub(crate) fn change(kind: ContractChangeKind, delta: i64, ends_on: Option<&str>) -> Ask {
    let change = ContractChange {
        contract: contract(1),
        kind,
        delta_fen: fen(delta),
        document: reference(),
        reason: text(),
        ends_on: ends_on.map(|day| day.parse().unwrap()),
    };
    ask(Command::Contract(ContractCommand::Change(change)))
}

/// A stage of contract 1 is reached, says the chief.
pub(crate) fn reach(stage: u32) -> Ask {
    let reach = StageReach {
        contract: contract(1),
        stage,
        basis: text(),
    };
    ask(Command::Contract(ContractCommand::ReachStage(reach))).by(CHIEF)
}

pub(crate) fn close_contract() -> Ask {
    let closing = ContractClosing {
        contract: contract(1),
        reason: text(),
    };
    ask(Command::Contract(ContractCommand::Close(closing)))
}
