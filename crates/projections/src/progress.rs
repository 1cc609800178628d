//! Spending against the calendar (B4): what is paid of the budgets, beside what has gone by of the
//! budget year.

use crate::View;
use crate::balances::{BudgetBalance, fund_balance};
use crate::days::days_between;
use crate::references::{FundReference, ProjectReference};
use jiff::civil::{Date, date};
use ledger::ids::FundId;
use ledger::money::Fen;

/// What is paid of a budget, as numerator and denominator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Share {
    /// The numerator: settled, less returned and recovered.
    pub paid_net_fen: Fen,
    /// The denominator: the budget.
    pub own_budget_fen: Fen,
    /// True if less of the budget is paid than of the year has gone by.
    pub behind: bool,
}

/// What one project has paid of one batch.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProjectShare {
    /// The project.
    pub project: ProjectReference,
    /// What is paid of its budget.
    #[serde(flatten)]
    pub share: Share,
}

/// A batch and its budget year.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FundProgress {
    /// The batch.
    pub fund: FundReference,
    /// The budget year.
    pub budget_year: u32,
    /// How many days of it have gone by, the day of the question included.
    pub days: i32,
    /// How many days it has.
    pub of_days: i32,
    /// What is paid of all its budgets.
    #[serde(flatten)]
    pub share: Share,
    /// Project by project, in the order of their numbers.
    pub projects: Vec<ProjectShare>,
}

/// B4: batch by batch, in the order of their documents, what is paid as the ledger stands.
#[must_use]
pub fn spending_progress(view: &View, on: Date) -> Vec<FundProgress> {
    let ids = view.books.funds.iter().map(|(id, _)| id);
    let mut lines: Vec<_> = ids.filter_map(|id| progress(view, on, id)).collect();
    lines.sort_by(|a, b| a.fund.cmp(&b.fund));
    lines
}

fn progress(view: &View, on: Date, id: FundId) -> Option<FundProgress> {
    let balance = fund_balance(view, id)?;
    let (days, of_days) = elapsed(balance.budget_year, on);
    let share = |paid_net_fen: Fen, own_budget_fen: Fen| {
        let side = |fen: Fen, days: i32| i128::from(fen.get()).saturating_mul(i128::from(days));
        Share {
            paid_net_fen,
            own_budget_fen,
            behind: side(paid_net_fen, of_days) < side(own_budget_fen, days),
        }
    };
    let line = |budget: BudgetBalance| ProjectShare {
        share: share(budget.spending.paid_net_fen, budget.spending.granted_fen),
        project: budget.project,
    };
    Some(FundProgress {
        fund: balance.fund,
        budget_year: balance.budget_year,
        days,
        of_days,
        share: share(balance.totals.paid_net_fen, balance.totals.granted_fen),
        projects: balance.budgets.into_iter().map(line).collect(),
    })
}

/// The days of a year that have gone by, and all of them.
fn elapsed(year: u32, on: Date) -> (i32, i32) {
    let first = i16::try_from(year).ok();
    let first = first.and_then(|year| Date::new(year, 1, 1).ok());
    let first = first.unwrap_or(date(1, 1, 1));
    let of_days = i32::from(first.days_in_year());
    let days = days_between(first, on).saturating_add(1);
    (days.clamp(0, of_days), of_days)
}
