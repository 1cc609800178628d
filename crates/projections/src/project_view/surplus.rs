//! What is left when the final account is approved, and must go back or be planned anew (B10).

use super::View;
use crate::Page;
use crate::balances::{Spending, project_budgets};
use crate::references::{self, ProjectReference, Term, UnitReference, term};
use ledger::date::BusinessDate;
use ledger::ids::ProjectId;
use ledger::money::Fen;
use ledger::project::rules::Project;
use ledger::project::rules::steps::Step;

/// Allocated less final cost; what was taken back since is no longer allocated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProjectSurplus {
    /// When the final account was approved.
    pub approved_on: Option<BusinessDate>,
    /// The authority in its budgets, of all batches.
    pub allocated_fen: Fen,
    /// What it has cost in all.
    pub cost_fen: Fen,
    /// Allocated less cost; below nothing where others have borne a part, or it has cost more.
    pub surplus_fen: Fen,
    /// What the final account says is left.
    pub stated_fen: Fen,
    /// What its budgets have left, neither paid nor promised: what can go back at once.
    pub available_fen: Fen,
}

/// A project with a surplus.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SurplusLine {
    /// The project.
    pub project: ProjectReference,
    /// How far it is.
    pub state: Term,
    /// The unit that carries it out.
    pub implementing_unit: UnitReference,
    /// What is left.
    #[serde(flatten)]
    pub surplus: ProjectSurplus,
}

/// What must go back, project by project.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Surpluses {
    /// The sum over all of them, not only of this page.
    pub total_fen: Fen,
    /// The projects, in the order of their numbers.
    pub projects: Page<SurplusLine>,
}

/// What is left of a project's money; nothing before its final account.
pub(super) fn surplus(view: &View, id: ProjectId, project: &Project) -> Option<ProjectSurplus> {
    let account = project.life.final_account.as_ref()?;
    let budgets = project_budgets(view, id);
    let totals = Spending::total(budgets.iter().map(|(_, spending)| spending));
    let mut steps = project.life.steps.iter().rev();
    let approved = steps.find(|taken| taken.step == Step::ApproveFinalAccount);
    Some(ProjectSurplus {
        approved_on: approved.map(|taken| taken.on),
        allocated_fen: totals.granted_fen,
        cost_fen: account.cost_fen,
        surplus_fen: totals.granted_fen.sub(account.cost_fen),
        stated_fen: account.surplus_fen,
        available_fen: totals.available_fen,
    })
}

/// The projects that have more than they have cost.
#[must_use]
pub fn surpluses(view: &View, offset: usize, limit: usize) -> Surpluses {
    let books = &view.books;
    let left = |(id, project)| Some((id, project, surplus(view, id, project)?));
    let rows = books.projects.iter().filter_map(left);
    let mut rows: Vec<_> = rows
        .filter(|(_, _, left)| left.surplus_fen > Fen::ZERO)
        .collect();
    rows.sort_by(|(a_id, a, _), (b_id, b, _)| (&a.number, a_id).cmp(&(&b.number, b_id)));
    Surpluses {
        total_fen: references::total(rows.iter().map(|(_, _, left)| left.surplus_fen)),
        projects: Page::of(&rows, offset, limit, |(id, project, left)| SurplusLine {
            project: references::project(books, *id),
            state: term!(project.state),
            implementing_unit: references::unit(books, project.implementing_unit),
            surplus: *left,
        }),
    }
}
