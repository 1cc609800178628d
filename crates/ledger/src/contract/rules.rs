//! A contract has a plan that can be followed, and only an approved change moves its price.

mod amend;
pub mod caps;
mod opening;
mod plan;
#[cfg(test)]
mod tests;

use super::{
    ContractChange, ContractChangeKind, ContractCommand, ContractEvent, ContractSigning,
    ContractStage, StageReach, StageTrigger,
};
use crate::context::{Context, Intake};
use crate::date::BusinessDate;
use crate::fund::rules::{exact, payable};
use crate::ids::{ContractId, PersonId};
use crate::money::Fen;
use crate::organisation::rules::existing as existing_unit;
use crate::project::rules::{Project, ProjectState, existing as existing_project};
use crate::rejection::Rejection;
use crate::seldom::Seldom;
use crate::{Books, Event};

pub use opening::Opened;

choices! {
    /// How far a contract is.
    ContractState {
        InForce = "in_force" "履行中",
        Closed = "closed" "已完结",
    }
}

/// A contract as it stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Contract {
    /// What was signed.
    pub signing: Box<ContractSigning>,
    /// When.
    pub signed_on: BusinessDate,
    /// Who recorded the signing.
    pub signed_by: PersonId,
    /// How far it is.
    pub state: ContractState,
    /// The price with all changes.
    pub price: Fen,
    /// The changes, oldest first.
    pub changes: Seldom<Changed>,
    /// When it is to be fulfilled, as last agreed.
    pub ends_on: Option<BusinessDate>,
    /// The stages that have been reached, besides those that the signing reaches.
    pub reached: Seldom<Reached>,
    /// Settled less returned, of the payments that name it.
    pub paid: Fen,
    /// Instructed and open, of the payments that name it.
    pub open: Fen,
    /// The part of both that no claim stands behind.
    pub unclaimed: Fen,
    /// Kept back with the payments that name it, whether paid out since or not.
    pub withheld: Fen,
    /// The sum of its claims that were neither rejected nor withdrawn.
    pub claimed: Fen,
    /// Where it was taken over from before the book.
    pub opening: Option<Box<Opened>>,
    /// How many records have been about it.
    pub version: u32,
}

/// A change of a contract.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Changed {
    /// What was changed.
    pub change: ContractChange,
    /// When.
    pub on: BusinessDate,
    /// Its record, so that it can be taken back.
    pub seq: u64,
}

/// A stage that was reached.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Reached {
    /// Which one, and what shows it.
    pub reach: StageReach,
    /// When.
    pub on: BusinessDate,
    /// Who said so.
    pub by: PersonId,
}

impl Contract {
    /// A stage of the plan, counted from 1.
    #[must_use]
    pub fn stage(&self, number: u32) -> Option<&ContractStage> {
        let place = usize::try_from(number).ok()?.checked_sub(1)?;
        self.signing.stages.get(place)
    }

    /// True if a stage, counted from 1, has been reached.
    #[must_use]
    pub fn has_reached(&self, number: u32) -> bool {
        let by_signing = |stage: &ContractStage| stage.trigger == StageTrigger::Signing;
        let before_book = self.opening.as_ref().map_or(0, |it| it.reached_stage);
        self.stage(number).is_some_and(by_signing)
            || (1..=before_book).contains(&number)
            || self.reached.iter().any(|it| it.reach.stage == number)
    }

    /// The stages with their numbers.
    pub fn stages(&self) -> impl Iterator<Item = (u32, &ContractStage)> {
        (1..).zip(&self.signing.stages)
    }

    /// How much may be paid in all once a stage is reached.
    #[must_use]
    pub fn stage_cap(&self, stage: &ContractStage) -> Fen {
        caps::part(self.price, stage.cumulative_cap_bp)
    }

    /// How much may be paid in all by the stages that have been reached.
    #[must_use]
    pub fn cap(&self) -> Fen {
        let reached = self
            .stages()
            .filter(|(number, _)| self.has_reached(*number));
        let caps = reached.map(|(_, stage)| self.stage_cap(stage));
        caps.max().unwrap_or(Fen::ZERO)
    }

    /// How far payments may run ahead of the verified progress, in 1/10,000.
    #[must_use]
    pub fn advance_bp(&self) -> u32 {
        let by_signing = self.signing.stages.iter().rev();
        let by_signing = by_signing
            .filter(|stage| stage.trigger == StageTrigger::Signing)
            .map(|stage| stage.cumulative_cap_bp);
        let agreed = self.signing.advance_bp;
        agreed.or(by_signing.max()).unwrap_or(0)
    }

    /// The price less what is paid 合同占用: what is still owed for it.
    #[must_use]
    pub fn commitment(&self) -> Fen {
        self.price.sub(self.paid)
    }
}

/// The contract, or the refusal that names the field (V4).
///
/// # Errors
/// `NOT_FOUND`.
pub fn existing<'a>(
    books: &'a Books,
    field: &'static str,
    contract: ContractId,
) -> Result<&'a Contract, Rejection> {
    let subject = contract.into();
    let row = books.contracts.get(contract);
    row.ok_or(Rejection::NotFound { field, subject })
}

pub(crate) fn decide(
    books: &Books,
    context: &Context,
    command: &ContractCommand,
) -> Result<Vec<Event>, Rejection> {
    match command {
        ContractCommand::Sign(signing) => sign(books, context, signing)?,
        ContractCommand::TakeOver(it) => opening::check(books, context, it)?,
        ContractCommand::Change(change) => {
            agreed(existing(books, "contract", change.contract)?, change)?;
        }
        ContractCommand::ReachStage(reach) => {
            let contract = existing(books, "contract", reach.contract)?;
            if contract.stage(reach.stage).is_none() {
                return Err(NO_STAGE);
            }
        }
        ContractCommand::Close(closing) => {
            existing(books, "contract", closing.contract)?;
        }
    }
    // After this point the command succeeds, unless policy forbids it.
    Ok(vec![command.clone().into_event()])
}

/// A number that no stage of the plan has.
pub(crate) const NO_STAGE: Rejection = Rejection::BadField {
    field: "stage",
    why: "the contract has no such stage; they are counted from 1",
    why_zh: "合同没有这一付款节点(节点从 1 起编号)",
};

fn sign(books: &Books, context: &Context, signing: &ContractSigning) -> Result<(), Rejection> {
    if books.contracts.contains(signing.contract) {
        let subject = signing.contract.into();
        return Err(Rejection::AlreadyExists {
            field: "contract",
            subject,
        });
    }
    existing_project(books, "project", signing.project)?;
    // History may name anybody: stored, with an alert (V4).
    if context.intake == Intake::Control {
        existing_unit(books, "supplier", signing.supplier)?;
    }
    payable("price_fen", signing.price_fen)?;
    plan::check(signing)
}

/// What a change says fits its kind, and leaves a price (V5).
fn agreed(contract: &Contract, change: &ContractChange) -> Result<(), Rejection> {
    let (field, delta) = ("delta_fen", change.delta_fen);
    let bad_amount = Rejection::BadAmount {
        field,
        amount: delta,
    };
    let moves = delta != Fen::ZERO;
    match change.kind {
        ContractChangeKind::Duration if moves => {
            return Err(Rejection::BadField {
                field,
                why: "a change of duration leaves the price: 0",
                why_zh: "工期变更不得改变价款,应为 0",
            });
        }
        ContractChangeKind::Duration if change.ends_on.is_none() => {
            return Err(Rejection::BadField {
                field: "ends_on",
                why: "a change of duration names the new end",
                why_zh: "工期变更须写明新的完工日期",
            });
        }
        ContractChangeKind::Price if !moves => return Err(bad_amount),
        ContractChangeKind::Duration | ContractChangeKind::Price | ContractChangeKind::Scope => {}
    }
    if moves {
        payable(field, delta.max(delta.negated())).map_err(|_| bad_amount.clone())?;
        exact(field, delta, &[contract.price], delta)?;
    }
    if contract.price.add(delta) <= Fen::ZERO {
        return Err(bad_amount);
    }
    Ok(())
}

/// The rules in their order: state (V13), dates (V14), one hand (V12), the price (V9).
pub(crate) fn breaches(books: &Books, context: &Context, event: &ContractEvent) -> Vec<Rejection> {
    let (id, step) = match event {
        ContractEvent::Signed(signing) => return signed_too_soon(books, signing),
        ContractEvent::TakenOver(it) => return opening::breaches(books, context, it),
        ContractEvent::Changed(change) => (change.contract, "contract.change"),
        ContractEvent::StageReached(reach) => (reach.contract, "contract.reach_stage"),
        ContractEvent::Closed(closing) => (closing.contract, "contract.close"),
    };
    let Some(contract) = books.contracts.get(id) else {
        return Vec::new();
    };
    let mut broken = Vec::new();
    broken.extend(closed(contract, step));
    broken.extend(before_signing(contract, context));
    match event {
        ContractEvent::Signed(_) | ContractEvent::TakenOver(_) => {}
        ContractEvent::Changed(change) => {
            let price = contract.price.add(change.delta_fen);
            let asked = contract.paid.add(contract.open);
            if change.delta_fen < Fen::ZERO && asked > price {
                broken.push(Rejection::OverContract { price, asked });
            }
        }
        ContractEvent::StageReached(reach) => {
            broken.extend(out_of_turn(contract, reach.stage));
            broken.extend(own_work(books, context, contract, reach.stage));
        }
        ContractEvent::Closed(_) => {
            if contract.open > Fen::ZERO {
                broken.push(Rejection::BadTransition {
                    state: "payment_open",
                    state_zh: "尚有已指令未到账的支付",
                    step,
                });
            }
        }
    }
    broken
}

/// No project is contracted before it is approved, or after its end.
fn signed_too_soon(books: &Books, signing: &ContractSigning) -> Vec<Rejection> {
    let barred = project_barred(books, signing, "contract.sign");
    let parties = unknown_supplier(books, signing);
    barred.into_iter().chain(parties).collect()
}

fn project_barred(
    books: &Books,
    signing: &ContractSigning,
    step: &'static str,
) -> Option<Rejection> {
    let project = books.projects.get(signing.project);
    let barred = |project: &&Project| {
        project.reached() < ProjectState::Approved || project.state.has_ended()
    };
    let state = project.filter(barred)?.state;
    Some(Rejection::BadTransition {
        state: state.word(),
        state_zh: state.zh(),
        step,
    })
}

fn unknown_supplier(books: &Books, signing: &ContractSigning) -> Option<Rejection> {
    let known = books.organisations.contains(signing.supplier);
    (!known).then(|| Rejection::UnknownParty {
        field: "supplier",
        subject: signing.supplier.into(),
    })
}

/// Nothing happens on a closed contract.
pub(crate) fn closed(contract: &Contract, step: &'static str) -> Option<Rejection> {
    let state = contract.state;
    (state == ContractState::Closed).then_some(Rejection::BadTransition {
        state: state.word(),
        state_zh: state.zh(),
        step,
    })
}

/// Nothing happens on a contract before it is signed, nor within the time of its opening.
pub(crate) fn before_signing(contract: &Contract, context: &Context) -> Option<Rejection> {
    let early = context.occurred_on.is_certainly_before(contract.signed_on);
    if !early {
        return opening::before_cut_over(contract, context);
    }
    Some(Rejection::BadDate {
        field: "occurred_on",
        why: "it lies before the day of the contract's signing",
        why_zh: "业务日期早于合同签订日期",
    })
}

/// A stage is reached once, and after the one before it.
fn out_of_turn(contract: &Contract, stage: u32) -> Option<Rejection> {
    let before = stage.saturating_sub(1);
    let (state, state_zh) = if contract.has_reached(stage) {
        ("stage_reached", "付款节点已达到")
    } else if before > 0 && !contract.has_reached(before) {
        ("earlier_stage_open", "前一付款节点尚未达到")
    } else {
        return None;
    };
    Some(Rejection::BadTransition {
        state,
        state_zh,
        step: "contract.reach_stage",
    })
}

/// The supplier does not attest its own work, and who builds does not accept (domain 5.11).
fn own_work(
    books: &Books,
    context: &Context,
    contract: &Contract,
    stage: u32,
) -> Option<Rejection> {
    let actor = context.hand().organisation;
    let second = "the attester 确认单位";
    if actor == contract.signing.supplier {
        let first = "the supplier 承包单位";
        return Some(Rejection::SameOrganisation { first, second });
    }
    let accepts = contract
        .stage(stage)
        .is_some_and(|stage| stage.trigger == StageTrigger::Acceptance);
    let project = books.projects.get(contract.signing.project);
    let builds = project.is_some_and(|project| project.implementing_unit == actor);
    (accepts && builds).then_some(Rejection::SameOrganisation {
        first: "the implementing unit 实施单位",
        second,
    })
}

pub(crate) fn apply(books: &mut Books, context: &Context, event: &ContractEvent) {
    match event {
        ContractEvent::Signed(signing) => {
            let contract = signed(signing, context);
            books.contracts.put(signing.contract, contract);
        }
        ContractEvent::TakenOver(it) => {
            let contract = opening::taken_over(it, context);
            books.contracts.put(it.signing.contract, contract);
        }
        ContractEvent::Changed(change) => touch(books, change.contract, |row| {
            row.price = row.price.add(change.delta_fen);
            row.ends_on = change.ends_on.or(row.ends_on);
            row.changes.push(Changed {
                change: change.clone(),
                on: context.occurred_on,
                seq: context.seq,
            });
        }),
        ContractEvent::StageReached(reach) => touch(books, reach.contract, |row| {
            row.reached.push(Reached {
                reach: reach.clone(),
                on: context.occurred_on,
                by: context.hand().person,
            });
        }),
        ContractEvent::Closed(closing) => touch(books, closing.contract, |row| {
            row.state = ContractState::Closed;
        }),
    }
}

fn signed(signing: &ContractSigning, context: &Context) -> Contract {
    Contract {
        signing: Box::new(signing.clone()),
        signed_on: context.occurred_on,
        signed_by: context.hand().person,
        state: ContractState::InForce,
        price: signing.price_fen,
        changes: Seldom::default(),
        ends_on: signing.ends_on,
        reached: Seldom::default(),
        paid: Fen::ZERO,
        open: Fen::ZERO,
        unclaimed: Fen::ZERO,
        withheld: Fen::ZERO,
        claimed: Fen::ZERO,
        opening: None,
        version: 1,
    }
}

fn touch(books: &mut Books, contract: ContractId, change: impl FnOnce(&mut Contract)) {
    if let Some(row) = books.contracts.get_mut(contract) {
        row.version = row.version.saturating_add(1);
        change(row);
    }
}
