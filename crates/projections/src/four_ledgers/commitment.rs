//! Commitment: contracts signed, claims made and approved, payments instructed and not yet paid.

use crate::View;
use crate::references::total;
use ledger::claim::rules::{Claim, ClaimState};
use ledger::contract::rules::Contract;
use ledger::ids::{FundId, ProjectId};
use ledger::money::Fen;

/// What is promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Commitment {
    /// How many contracts there are. A contract is for a project and names no batch: of a batch,
    /// those of all projects to which it has given a budget count, each in whole.
    pub contracts: usize,
    /// Their prices as signed.
    pub signed_fen: Fen,
    /// By how much approved changes have raised them.
    pub changes_fen: Fen,
    /// Their prices with all changes.
    pub contract_price_fen: Fen,
    /// What has been paid on them, net, from whatever batch.
    pub contract_paid_fen: Fen,
    /// Their prices less what is paid 合同占用.
    pub contract_open_fen: Fen,
    /// Claimed, and neither rejected nor withdrawn 已报账; of a batch, what it bears.
    pub claimed_fen: Fen,
    /// Of this, approved 已审批.
    pub approved_fen: Fen,
    /// Instructed, and neither settled nor given up 已指令未到账; of a batch, what it bears.
    pub committed_unpaid_fen: Fen,
}

pub(super) fn of_fund(view: &View, id: FundId, committed_unpaid_fen: Fen) -> Commitment {
    let projects = view.links.projects_of_fund(id);
    let share = |claim: &Claim| {
        let sources = claim.submission.sources.iter();
        total(sources.filter(|it| it.fund == id).map(|it| it.amount_fen))
    };
    sum(
        view,
        |contract| projects.contains(&contract.signing.project),
        share,
        committed_unpaid_fen,
    )
}

pub(super) fn of_project(view: &View, id: ProjectId, committed_unpaid_fen: Fen) -> Commitment {
    let share = |claim: &Claim| {
        let mine = claim.submission.project == id;
        if mine {
            claim.submission.amount_fen
        } else {
            Fen::ZERO
        }
    };
    sum(
        view,
        |contract| contract.signing.project == id,
        share,
        committed_unpaid_fen,
    )
}

fn sum(
    view: &View,
    concerns: impl Fn(&Contract) -> bool,
    share: impl Fn(&Claim) -> Fen,
    committed_unpaid_fen: Fen,
) -> Commitment {
    let contracts = view.books.contracts.values();
    let contracts: Vec<&Contract> = contracts.filter(|row| concerns(row)).collect();
    let add = |which: fn(&Contract) -> Fen| total(contracts.iter().map(|row| which(row)));
    let claims = |wanted: fn(ClaimState) -> bool| {
        let claims = view.books.claims.values();
        total(claims.filter(|row| wanted(row.state)).map(&share))
    };
    Commitment {
        contracts: contracts.len(),
        signed_fen: add(|row| row.signing.price_fen),
        changes_fen: add(|row| row.price.sub(row.signing.price_fen)),
        contract_price_fen: add(|row| row.price),
        contract_paid_fen: add(|row| row.paid),
        contract_open_fen: add(Contract::commitment),
        claimed_fen: claims(|state| !matches!(state, ClaimState::Rejected | ClaimState::Withdrawn)),
        approved_fen: claims(|state| state == ClaimState::Approved),
        committed_unpaid_fen,
    }
}
