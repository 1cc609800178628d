//! Idle money 闲置 (B9): authority that has lain with its holder for more than a year, or two.
//!
//! The parts are about authority: what a unit has not passed on, and what a project has neither
//! paid nor instructed; the cash in the accounts is beside them. What goes out is taken from what
//! came first (first in, first out), so that what is left is the youngest that the holder can have.

mod cash;

pub use cash::{IdleCash, IdleCashPart};

use crate::View;
use crate::days::days_between;
use crate::references::{self, FundReference, ProjectReference, UnitReference, total};
use jiff::ToSpan;
use jiff::civil::Date;
use ledger::date::BusinessDate;
use ledger::fund::Holder;
use ledger::ids::FundId;
use ledger::money::Fen;

/// A part of a batch that lies with a holder.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IdlePart {
    /// The batch.
    pub fund: FundReference,
    /// The unit with which it lies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitReference>,
    /// The project with which it lies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectReference>,
    /// How much.
    pub amount_fen: Fen,
    /// Since when.
    pub since: BusinessDate,
    /// For how many days.
    pub days: i32,
    /// For more than how many years: 1 or 2.
    pub over_years: u8,
}

/// Idle money.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Idle {
    /// Idle for more than one year, and not for more than two.
    pub over_1_year_fen: Fen,
    /// Idle for more than two years.
    pub over_2_years_fen: Fen,
    /// The parts, the oldest first.
    pub parts: Vec<IdlePart>,
    /// How old the cash in the accounts is.
    pub cash: IdleCash,
}

/// B9: what has lain with its holder for more than a year, as the ledger stands.
#[must_use]
pub fn idle(view: &View, on: Date) -> Idle {
    let mut parts = Vec::new();
    for (fund, _) in view.books.funds.iter() {
        for unit in view.links.units_of_fund(fund) {
            if let Some(node) = view.books.nodes.get((fund, *unit)) {
                let holder = Holder::Organisation(*unit);
                parts.extend(aged(view, on, fund, holder, node.unallocated()));
            }
        }
        for project in view.links.projects_of_fund(fund) {
            if let Some(budget) = view.books.budgets.get((fund, *project)) {
                let holder = Holder::Project(*project);
                parts.extend(aged(view, on, fund, holder, budget.available()));
            }
        }
    }
    parts.sort_by(|a, b| {
        let key = |it: &IdlePart| (std::cmp::Reverse(it.days), it.fund.clone());
        key(a)
            .cmp(&key(b))
            .then_with(|| a.unit.cmp(&b.unit))
            .then_with(|| a.project.cmp(&b.project))
    });
    let sum = |years: u8| {
        let parts = parts.iter().filter(|part| part.over_years == years);
        total(parts.map(|part| part.amount_fen))
    };
    Idle {
        over_1_year_fen: sum(1),
        over_2_years_fen: sum(2),
        parts,
        cash: cash::cash(view, on),
    }
}

/// The rest of a holder, by the days on which it came.
fn aged(view: &View, on: Date, fund: FundId, holder: Holder, rest: Fen) -> Vec<IdlePart> {
    let grants = view.days.grants(&view.books, fund);
    let mut grants: Vec<_> = grants
        .filter(|it| it.to == Some(holder) && it.from != it.to && it.amount > Fen::ZERO)
        .collect();
    grants.sort_by_key(|it| std::cmp::Reverse((it.on, it.seq)));
    let (unit, project) = match holder {
        Holder::Organisation(unit) => (Some(unit), None),
        Holder::Project(project) => (None, Some(project)),
    };
    let (mut rest, mut parts) = (rest.max(Fen::ZERO), Vec::new());
    for grant in grants {
        let amount_fen = rest.min(grant.amount);
        rest = rest.sub(amount_fen);
        let over = |years: i32| grant.on.saturating_add(years.years()) < on;
        let over_years = if over(2) { 2 } else { u8::from(over(1)) };
        if over_years > 0 && amount_fen > Fen::ZERO {
            parts.push(IdlePart {
                fund: references::fund(&view.books, fund),
                unit: unit.map(|unit| references::unit(&view.books, unit)),
                project: project.map(|project| references::project(&view.books, project)),
                amount_fen,
                since: BusinessDate::day(grant.on),
                days: days_between(grant.on, on),
                over_years,
            });
        }
    }
    parts
}
