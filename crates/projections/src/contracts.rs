//! Contracts as they stand: price, plan, and what is claimed, paid and still owed.

use crate::references::{self, BeforeBook, ProjectReference, Term, UnitReference, term};
use crate::{Page, View};
use ledger::Books;
use ledger::contract::ContractChange;
use ledger::contract::rules::{Contract, Reached};
use ledger::date::BusinessDate;
use ledger::ids::{ContractId, PersonId, ProjectId};
use ledger::money::Fen;
use ledger::text::{Name, Reference, Text};

/// A contract in one line.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContractLine {
    /// The contract.
    pub contract: ContractId,
    /// Its number.
    pub number: Reference,
    /// Its name.
    pub name: Name,
    /// The project it is for.
    pub project: ProjectReference,
    /// Who builds or delivers.
    pub supplier: UnitReference,
    /// How far it is.
    pub state: Term,
    /// When it was signed.
    pub signed_on: BusinessDate,
    /// The price with all approved changes.
    pub price_fen: Fen,
    /// How much may be paid in all by the stages that have been reached.
    pub cap_fen: Fen,
    /// The sum of its claims that were neither rejected nor withdrawn.
    pub claimed_fen: Fen,
    /// Instructed, and neither settled nor given up.
    pub instructed_open_fen: Fen,
    /// Settled less returned.
    pub paid_fen: Fen,
    /// The price less what is paid 合同占用.
    pub commitment_fen: Fen,
}

/// A contract with its plan and its changes.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContractView {
    /// The contract and its money.
    #[serde(flatten)]
    pub line: ContractLine,
    /// The price as signed.
    pub signed_price_fen: Fen,
    /// The part kept until the end of the warranty, in 1/10,000.
    pub retention_bp: u32,
    /// How far payments may run ahead of the verified progress, in 1/10,000.
    pub advance_bp: u32,
    /// When it is to be fulfilled, as last agreed.
    pub ends_on: Option<BusinessDate>,
    /// The contract's document.
    pub document: Reference,
    /// Who recorded the signing.
    pub signed_by: PersonId,
    /// Its changes, oldest first.
    pub changes: Vec<ChangeLine>,
    /// The payment plan, in order.
    pub stages: Vec<StageLine>,
    /// What stood in its opening, where it was taken over from before the book 建账前.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opening: Option<ContractBefore>,
    /// How many records have been about it.
    pub version: u32,
}

/// What had become of a contract before the book.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContractBefore {
    /// Until when, and the document that it rests on.
    #[serde(flatten)]
    pub cut_over: BeforeBook,
    /// By how much the price had moved.
    pub changes_delta_fen: Fen,
    /// What had been paid: a part of what is paid, with no payment behind it.
    pub paid_fen: Fen,
}

/// A change of a contract.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeLine {
    /// What it is about.
    pub kind: Term,
    /// By how much the price rose.
    pub delta_fen: Fen,
    /// The document that approves it.
    pub document: Reference,
    /// Why.
    pub reason: Text,
    /// The new end.
    pub ends_on: Option<BusinessDate>,
    /// When.
    pub changed_on: BusinessDate,
}

/// A stage of the payment plan.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StageLine {
    /// Its number, from 1.
    pub stage: u32,
    /// What must have happened.
    pub trigger: Term,
    /// What it is called.
    pub name: Option<Name>,
    /// How much of the price may be paid in all once it is reached, in 1/10,000.
    pub cumulative_cap_bp: u32,
    /// The same in money, of the price with its changes.
    pub cap_fen: Fen,
    /// What has been paid of this stage, when payments fill the stages in their order; what
    /// exceeds all of them stands at the last one.
    pub paid_fen: Fen,
    /// It has been reached.
    pub reached: bool,
    /// When.
    pub reached_on: Option<BusinessDate>,
    /// What shows it.
    pub basis: Option<Text>,
    /// Who said so.
    pub reached_by: Option<PersonId>,
}

/// Which contracts are asked for; nothing means all.
#[derive(Debug, Clone, Copy, Default)]
pub struct ContractFilter {
    /// Only of this project.
    pub project: Option<ProjectId>,
}

/// The contracts that pass the filter in one line each, in the order of their numbers.
#[must_use]
pub fn contract_lines(
    view: &View,
    filter: ContractFilter,
    offset: usize,
    limit: usize,
) -> Page<ContractLine> {
    let of = |row: &Contract| filter.project.is_none_or(|id| row.signing.project == id);
    let rows = view.books.contracts.iter().filter(|(_, row)| of(row));
    let mut rows: Vec<_> = rows.collect();
    rows.sort_by(|(a_id, a), (b_id, b)| (&a.signing.number, a_id).cmp(&(&b.signing.number, b_id)));
    Page::of(&rows, offset, limit, |(id, row)| {
        contract_line(&view.books, *id, row)
    })
}

/// A contract; nothing for one that nobody has signed.
#[must_use]
pub fn contract_view(view: &View, id: ContractId) -> Option<ContractView> {
    let row = view.books.contracts.get(id)?;
    let signing = &row.signing;
    Some(ContractView {
        line: contract_line(&view.books, id, row),
        signed_price_fen: signing.price_fen,
        retention_bp: signing.retention_bp,
        advance_bp: row.advance_bp(),
        ends_on: row.ends_on,
        document: signing.document.clone(),
        signed_by: row.signed_by,
        changes: row
            .changes
            .iter()
            .map(|it| change_line(&it.change, it.on))
            .collect(),
        stages: stage_lines(row),
        opening: row.opening.as_ref().map(|it| ContractBefore {
            cut_over: (&it.cut_over).into(),
            changes_delta_fen: it.changes_delta,
            paid_fen: it.paid,
        }),
        version: row.version,
    })
}

fn contract_line(books: &Books, id: ContractId, row: &Contract) -> ContractLine {
    let signing = &row.signing;
    ContractLine {
        contract: id,
        number: signing.number.clone(),
        name: signing.name.clone(),
        project: references::project(books, signing.project),
        supplier: references::unit(books, signing.supplier),
        state: term!(row.state),
        signed_on: row.signed_on,
        price_fen: row.price,
        cap_fen: row.cap(),
        claimed_fen: row.claimed,
        instructed_open_fen: row.open,
        paid_fen: row.paid,
        commitment_fen: row.commitment(),
    }
}

fn change_line(change: &ContractChange, changed_on: BusinessDate) -> ChangeLine {
    ChangeLine {
        kind: term!(change.kind),
        delta_fen: change.delta_fen,
        document: change.document.clone(),
        reason: change.reason.clone(),
        ends_on: change.ends_on,
        changed_on,
    }
}

fn stage_lines(row: &Contract) -> Vec<StageLine> {
    let last = row.signing.stages.len();
    let mut before = Fen::ZERO;
    let line = |(number, stage)| {
        let stage: &ledger::contract::ContractStage = stage;
        let cap = row.stage_cap(stage);
        let upper = if usize::try_from(number) == Ok(last) {
            row.paid
        } else {
            row.paid.min(cap)
        };
        let paid = upper.sub(before).max(Fen::ZERO);
        before = cap;
        let reached = row
            .reached
            .iter()
            .find(|it: &&Reached| it.reach.stage == number);
        let signs = stage.trigger == ledger::contract::StageTrigger::Signing;
        let by_signing = signs && reached.is_none();
        StageLine {
            stage: number,
            trigger: term!(stage.trigger),
            name: stage.name.clone(),
            cumulative_cap_bp: stage.cumulative_cap_bp,
            cap_fen: cap,
            paid_fen: paid,
            reached: row.has_reached(number),
            reached_on: reached
                .map(|it| it.on)
                .or(by_signing.then_some(row.signed_on)),
            basis: reached.map(|it| it.reach.basis.clone()),
            reached_by: reached.map(|it| it.by),
        }
    };
    row.stages().map(line).collect()
}
