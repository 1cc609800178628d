//! A project as it stands: its steps, its progress, its money.

use crate::balances::{Spending, project_budgets};
use crate::references::{self, FundReference, ProjectReference, Term, UnitReference, term};
use crate::trace::{PaymentLine, payment_line};
use crate::{Fraction, Page, View};
use ledger::date::BusinessDate;
use ledger::fund::SourceKind;
use ledger::ids::{MilestoneId, PaymentId, ProjectId};
use ledger::milestone::rules::Milestone;
use ledger::money::Fen;
use ledger::project::rules::Project;
use ledger::project::{Gate, PlannedSource};
use ledger::text::Name;

/// A project with everything around it, except its payments.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProjectView {
    /// The project.
    pub project: ProjectReference,
    /// How far it is.
    pub state: Term,
    /// The unit that carries it out.
    pub implementing_unit: UnitReference,
    /// The area it serves.
    pub area: UnitReference,
    /// It has a performance target.
    pub has_target: bool,
    /// The five gates, in their order; no result where none was checked.
    pub gates: Vec<GateLine>,
    /// What it lacks before it may start, in Chinese.
    pub missing_to_start: Vec<&'static str>,
    /// When it started.
    pub started_on: Option<BusinessDate>,
    /// When it was complete.
    pub completed_on: Option<BusinessDate>,
    /// When it was accepted.
    pub accepted_on: Option<BusinessDate>,
    /// The planned money, source by source.
    pub planned: Vec<SourceLine>,
    /// The planned total.
    pub planned_fen: Fen,
    /// The approved money, source by source; empty before approval.
    pub approved: Vec<SourceLine>,
    /// The approved total.
    pub approved_fen: Fen,
    /// Its milestones, in the order of their definition.
    pub milestones: Vec<MilestoneLine>,
    /// How far it has come.
    pub progress: Progress,
    /// Its budgets, batch by batch, in the order of their documents.
    pub budgets: Vec<ProjectBudget>,
    /// The sums over all its budgets.
    pub totals: Spending,
    /// How many payments it has had.
    pub payment_count: usize,
    /// How many records have been about it.
    pub version: u32,
}

/// One of the five gates.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GateLine {
    /// Which one.
    pub gate: Term,
    /// What the last check found.
    pub result: Option<Term>,
}

/// A source of a project's money.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SourceLine {
    /// Which one.
    pub source_kind: Term,
    /// How much.
    pub amount_fen: Fen,
}

/// A project's budget out of one batch.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProjectBudget {
    /// The batch.
    pub fund: FundReference,
    /// What was granted and what became of it.
    #[serde(flatten)]
    pub spending: Spending,
}

/// A milestone: numerators over one denominator.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MilestoneLine {
    /// The milestone.
    pub milestone: MilestoneId,
    /// What is to be done.
    pub name: Name,
    /// How much of it there is in all: the denominator.
    pub total: u64,
    /// Done, as reported.
    pub reported: Option<u64>,
    /// Done, as verified by somebody else.
    pub verified: Option<u64>,
    /// The last verification was on the site.
    pub verified_on_site: bool,
    /// What is counted.
    pub unit: Name,
    /// By what it is weighed.
    pub weighting: Term,
    /// Its weight.
    pub weight: u32,
    /// Preparation rather than the work itself.
    pub preparatory: bool,
}

/// Σ weight × done / total over Σ weight, exactly; what was reported and what was verified are
/// never mixed. Nothing without weights, or where 128 bits cannot hold it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Progress {
    /// As reported.
    pub reported: Option<Fraction>,
    /// As verified.
    pub verified: Option<Fraction>,
    /// The sum of the weights.
    pub weights: u64,
}

/// A project; nothing for one that nobody has entered.
#[must_use]
pub fn project_view(view: &View, id: ProjectId) -> Option<ProjectView> {
    let books = &view.books;
    let project = books.projects.get(id)?;
    let budgets: Vec<ProjectBudget> = project_budgets(view, id)
        .into_iter()
        .map(|(fund, spending)| ProjectBudget { fund, spending })
        .collect();
    Some(ProjectView {
        project: references::project(books, id),
        state: term!(project.state),
        implementing_unit: references::unit(books, project.implementing_unit),
        area: references::unit(books, project.area),
        has_target: project.has_target,
        gates: gates(project),
        missing_to_start: project.missing_to_start(),
        started_on: project.started_on,
        completed_on: project.completed_on,
        accepted_on: project.accepted_on,
        planned: sources(&project.planned),
        planned_fen: references::total(project.planned.iter().map(|it| it.amount_fen)),
        approved: sources(&project.approved),
        approved_fen: references::total(project.approved.iter().map(|it| it.amount_fen)),
        milestones: milestones(view, id)
            .map(|(id, row)| milestone_line(id, row))
            .collect(),
        progress: progress(view, id),
        totals: Spending::total(budgets.iter().map(|budget| &budget.spending)),
        budgets,
        payment_count: view.links.payments_of_project(id).count(),
        version: project.version,
    })
}

/// A project in one line.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProjectLine {
    /// The project.
    pub project: ProjectReference,
    /// How far it is.
    pub state: Term,
    /// The unit that carries it out.
    pub implementing_unit: UnitReference,
    /// The area it serves.
    pub area: UnitReference,
    /// The planned total.
    pub planned_fen: Fen,
    /// The approved total.
    pub approved_fen: Fen,
    /// The sums over all its budgets.
    pub totals: Spending,
    /// How far it has come.
    pub progress: Progress,
}

/// All projects in one line each, in the order of their numbers.
#[must_use]
pub fn project_lines(view: &View, offset: usize, limit: usize) -> Page<ProjectLine> {
    let books = &view.books;
    let mut rows: Vec<_> = books.projects.iter().collect();
    rows.sort_by(|(a_id, a), (b_id, b)| (&a.number, a_id).cmp(&(&b.number, b_id)));
    Page::of(&rows, offset, limit, |(id, project)| {
        let budgets = project_budgets(view, *id);
        ProjectLine {
            project: references::project(books, *id),
            state: term!(project.state),
            implementing_unit: references::unit(books, project.implementing_unit),
            area: references::unit(books, project.area),
            planned_fen: references::total(project.planned.iter().map(|it| it.amount_fen)),
            approved_fen: references::total(project.approved.iter().map(|it| it.amount_fen)),
            totals: Spending::total(budgets.iter().map(|(_, spending)| spending)),
            progress: progress(view, *id),
        }
    })
}

/// A page of a project's payments, in the order of their instructions.
#[must_use]
pub fn project_payments(
    view: &View,
    id: ProjectId,
    offset: usize,
    limit: usize,
) -> Page<PaymentLine> {
    let rows: Vec<PaymentId> = view.links.payments_of_project(id).collect();
    let rows: Vec<_> = rows
        .into_iter()
        .filter_map(|payment| view.books.payments.get(payment).map(|row| (payment, row)))
        .collect();
    Page::of(&rows, offset, limit, |(payment, row)| {
        payment_line(&view.books, *payment, row)
    })
}

/// How far a project has come.
#[must_use]
pub fn progress(view: &View, id: ProjectId) -> Progress {
    let weights = milestones(view, id).map(|(_, row)| u64::from(row.definition.weight));
    let weights = weights.fold(0u64, u64::saturating_add);
    let share = |done: fn(&Milestone) -> Option<u64>| {
        let parts = milestones(view, id).map(|(_, row)| {
            let weighed = u128::from(row.definition.weight)
                .checked_mul(u128::from(done(row).unwrap_or(0)))?;
            Fraction::new(weighed, row.definition.total.into())
        });
        let mut sum = Fraction::ZERO;
        for part in parts {
            sum = sum.plus(part?)?;
        }
        sum.over(weights.into())
    };
    Progress {
        reported: share(|row| row.reported),
        verified: share(|row| row.verified),
        weights,
    }
}

fn milestones(view: &View, id: ProjectId) -> impl Iterator<Item = (MilestoneId, &Milestone)> {
    let ids = view.links.milestones_of_project(id).iter();
    ids.filter_map(|id| view.books.milestones.get(*id).map(|row| (*id, row)))
}

fn milestone_line(milestone: MilestoneId, row: &Milestone) -> MilestoneLine {
    let definition = &row.definition;
    MilestoneLine {
        milestone,
        name: definition.name.clone(),
        total: definition.total,
        reported: row.reported,
        verified: row.verified,
        verified_on_site: row.on_site,
        unit: definition.unit.clone(),
        weighting: term!(definition.weighting),
        weight: definition.weight,
        preparatory: definition.preparatory,
    }
}

fn gates(project: &Project) -> Vec<GateLine> {
    let line = |gate: &Gate| {
        let checked = project.gates.iter().find(|(checked, _)| checked == gate);
        GateLine {
            gate: term!(*gate),
            result: checked.map(|(_, result)| term!(*result)),
        }
    };
    Gate::ALL.iter().map(line).collect()
}

fn sources(parts: &[PlannedSource]) -> Vec<SourceLine> {
    let line = |part: &PlannedSource| {
        let kind: SourceKind = part.source_kind;
        SourceLine {
            source_kind: term!(kind),
            amount_fen: part.amount_fen,
        }
    };
    parts.iter().map(line).collect()
}
