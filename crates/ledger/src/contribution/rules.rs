//! Promised, come, worked: what is not known is never spread over what is (S11).

mod amend;

#[cfg(test)]
mod tests;

use super::{
    ContributionCommand, ContributionEvent, ContributionPledge, ContributionResolution, InKind,
};
use crate::account::rules::existing as existing_account;
use crate::context::{Context, Intake};
use crate::date::BusinessDate;
use crate::fund::SourceKind;
use crate::fund::rules::{exact, payable};
use crate::ids::ContributionId;
use crate::money::Fen;
use crate::organisation::rules::existing as existing_unit;
use crate::project::PlannedSource;
use crate::project::rules::existing as existing_project;
use crate::rejection::Rejection;
use crate::seldom::Seldom;
use crate::{Books, Event};

/// A contribution as it stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Contribution {
    /// What was promised.
    pub pledge: Box<ContributionPledge>,
    /// When.
    pub pledged_on: BusinessDate,
    /// What of the undetermined part has been found to be what.
    pub resolved: Seldom<PlannedSource>,
    /// The money that has come, by source; none where nobody has said which.
    pub arrived: Seldom<(Option<SourceKind>, Fen)>,
    /// The worth of the work that was done.
    pub in_kind: Fen,
    /// Days of labour.
    pub labour_days: u64,
    /// How many records have been about it.
    pub version: u32,
}

impl Contribution {
    /// What is still undetermined of the promise.
    #[must_use]
    pub fn undetermined(&self) -> Fen {
        let found = self.resolved.iter().map(|part| part.amount_fen);
        found.fold(self.pledge.undetermined_fen, Fen::sub)
    }

    /// The sources of the promise as far as they are known; one may stand here twice.
    pub fn known(&self) -> impl Iterator<Item = (SourceKind, Fen)> {
        let part = self.pledge.amount_fen.sub(self.pledge.undetermined_fen);
        let own = self.pledge.source_kind.map(|kind| (kind, part));
        let found = self.resolved.iter();
        own.into_iter()
            .chain(found.map(|part| (part.source_kind, part.amount_fen)))
    }

    /// The money that has come.
    #[must_use]
    pub fn arrived(&self) -> Fen {
        let parts = self.arrived.iter().map(|(_, amount)| *amount);
        parts.fold(Fen::ZERO, Fen::add)
    }

    /// Adds what came to its source; where there is only one, it need not be said which.
    fn comes(&mut self, source: Option<SourceKind>, amount: Fen) {
        let only = self.pledge.source_kind;
        let source = source.or(only.filter(|_| self.pledge.undetermined_fen == Fen::ZERO));
        match self.arrived.iter_mut().find(|(kind, _)| *kind == source) {
            Some((_, sum)) => *sum = sum.add(amount),
            None => self.arrived.push((source, amount)),
        }
    }

    /// Promised, and neither come nor worked; negative if observed facts say so.
    #[must_use]
    pub fn open(&self) -> Fen {
        self.pledge.amount_fen.sub(self.arrived()).sub(self.in_kind)
    }
}

fn existing(books: &Books, contribution: ContributionId) -> Result<&Contribution, Rejection> {
    let (field, subject) = ("contribution", contribution.into());
    let row = books.contributions.get(contribution);
    row.ok_or(Rejection::NotFound { field, subject })
}

pub(crate) fn decide(
    books: &Books,
    context: &Context,
    command: &ContributionCommand,
) -> Result<Vec<Event>, Rejection> {
    match command {
        ContributionCommand::Pledge(pledge) => promise(books, context, pledge)?,
        ContributionCommand::Arrive(arrival) => {
            let row = existing(books, arrival.contribution)?;
            if let Some(account) = arrival.account {
                existing_account(books, "account", account)?;
            }
            fulfils(row, "amount_fen", arrival.amount_fen)?;
        }
        ContributionCommand::ContributeInKind(work) => {
            worth(existing(books, work.contribution)?, work)?;
        }
        ContributionCommand::Resolve(resolution) => {
            resolve(existing(books, resolution.contribution)?, resolution)?;
        }
    }
    // After this point the command succeeds, unless policy forbids it.
    Ok(vec![command.clone().into_event()])
}

fn promise(books: &Books, context: &Context, pledge: &ContributionPledge) -> Result<(), Rejection> {
    if books.contributions.contains(pledge.contribution) {
        let (field, subject) = ("contribution", pledge.contribution.into());
        return Err(Rejection::AlreadyExists { field, subject });
    }
    existing_project(books, "project", pledge.project)?;
    match pledge.party {
        Some(unit) if context.intake == Intake::Control => {
            existing_unit(books, "party", unit)?;
        }
        Some(_) | None => {}
    }
    payable("amount_fen", pledge.amount_fen)?;
    if pledge.undetermined_fen < Fen::ZERO {
        let (field, amount) = ("undetermined_fen", pledge.undetermined_fen);
        return Err(Rejection::BadAmount { field, amount });
    }
    if pledge.undetermined_fen > pledge.amount_fen {
        return Err(Rejection::SplitMismatch {
            field: "undetermined_fen",
            parts: pledge.undetermined_fen,
            total: pledge.amount_fen,
        });
    }
    let known = pledge.undetermined_fen < pledge.amount_fen;
    if known != pledge.source_kind.is_some() {
        return Err(Rejection::BadField {
            field: "source_kind",
            why: "it names the source of the known part, and there is none without such a part",
            why_zh: "已知部分须写明资金来源;全部来源待查时不得填写",
        });
    }
    Ok(())
}

fn fulfils(row: &Contribution, field: &'static str, amount: Fen) -> Result<(), Rejection> {
    payable(field, amount)?;
    exact(field, amount, &[row.arrived().add(row.in_kind)], amount)
}

/// V7: the value is exactly what the days are worth.
fn worth(row: &Contribution, work: &InKind) -> Result<(), Rejection> {
    payable("unit_price_fen", work.unit_price_fen)?;
    payable("value_fen", work.value_fen)?;
    let price = i128::from(work.unit_price_fen.get());
    let product = i128::from(work.labour_days).checked_mul(price);
    let product = product.and_then(|it| i64::try_from(it).ok());
    let parts = product.and_then(|it| Fen::new(it).ok()).unwrap_or(Fen::MAX);
    if parts != work.value_fen {
        return Err(Rejection::SplitMismatch {
            field: "value_fen",
            parts,
            total: work.value_fen,
        });
    }
    fulfils(row, "value_fen", work.value_fen)
}

fn resolve(row: &Contribution, resolution: &ContributionResolution) -> Result<(), Rejection> {
    let (field, total) = ("parts", row.undetermined());
    for (place, part) in resolution.parts.iter().enumerate() {
        payable(field, part.amount_fen)?;
        let before = resolution.parts.iter().take(place);
        if before
            .into_iter()
            .any(|it| it.source_kind == part.source_kind)
        {
            return Err(Rejection::BadField {
                field,
                why: "one source is named twice",
                why_zh: "同一资金来源出现两次",
            });
        }
    }
    let parts = Fen::sum(resolution.parts.iter().map(|part| part.amount_fen));
    let parts = parts.unwrap_or(Fen::MAX);
    if parts > total || parts == Fen::ZERO {
        return Err(Rejection::SplitMismatch {
            field,
            parts,
            total,
        });
    }
    Ok(())
}

/// The rules in their order: parties (V4), four eyes (V12), amounts (V8).
pub(crate) fn breaches(
    books: &Books,
    context: &Context,
    event: &ContributionEvent,
) -> Vec<Rejection> {
    let over = |contribution, stated| {
        let row = books.contributions.get(contribution)?;
        let open = row.open();
        (stated > open).then_some(Rejection::OverPaid { open, stated })
    };
    match event {
        ContributionEvent::Pledged(pledge) => {
            let unknown = pledge
                .party
                .filter(|unit| !books.organisations.contains(*unit));
            let field = "party";
            let alert = |unit: crate::ids::OrganisationId| Rejection::UnknownParty {
                field,
                subject: unit.into(),
            };
            unknown.map(alert).into_iter().collect()
        }
        ContributionEvent::Arrived(arrival) => {
            let broken = over(arrival.contribution, arrival.amount_fen);
            broken.into_iter().collect()
        }
        ContributionEvent::ContributedInKind(work) => {
            let mut hands = context.hands();
            let same = hands.any(|hand| work.verified_by == Some(hand.person));
            let same = same.then_some(Rejection::SamePerson {
                first: "contribution.contribute_in_kind",
                second: "verified_by",
            });
            same.into_iter()
                .chain(over(work.contribution, work.value_fen))
                .collect()
        }
        ContributionEvent::Resolved(_) => Vec::new(),
    }
}

pub(crate) fn apply(books: &mut Books, context: &Context, event: &ContributionEvent) {
    match event {
        ContributionEvent::Pledged(pledge) => {
            let row = Contribution {
                pledge: Box::new(pledge.clone()),
                pledged_on: context.occurred_on,
                resolved: Seldom::default(),
                arrived: Seldom::default(),
                in_kind: Fen::ZERO,
                labour_days: 0,
                version: 1,
            };
            books.contributions.put(pledge.contribution, row);
        }
        ContributionEvent::Arrived(arrival) => touch(books, arrival.contribution, |row| {
            row.comes(arrival.source_kind, arrival.amount_fen);
        }),
        ContributionEvent::ContributedInKind(work) => touch(books, work.contribution, |row| {
            row.in_kind = row.in_kind.add(work.value_fen);
            row.labour_days = row.labour_days.saturating_add(work.labour_days);
        }),
        ContributionEvent::Resolved(resolution) => touch(books, resolution.contribution, |row| {
            row.resolved.extend(resolution.parts.iter().cloned());
        }),
    }
}

fn touch(books: &mut Books, id: ContributionId, change: impl FnOnce(&mut Contribution)) {
    if let Some(row) = books.contributions.get_mut(id) {
        row.version = row.version.saturating_add(1);
        change(row);
    }
}
