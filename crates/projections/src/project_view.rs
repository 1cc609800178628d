//! A project as it stands: its steps, its progress, its money.

pub mod life;
pub mod milestones;
pub mod surplus;

use crate::balances::{Spending, project_budgets};
use crate::contributions::{CoFunding, contributions};
use crate::references::{self, FundReference, ProjectReference, Term, UnitReference, term};
use crate::trace::{PaymentLine, payment_line, payment_page};
use crate::{Page, View};
use ledger::date::BusinessDate;
use ledger::fund::SourceKind;
use ledger::ids::{PersonId, ProjectId};
use ledger::money::Fen;
use ledger::project::rules::{Project, ProjectStage, ProjectState};
use ledger::project::{Gate, PlannedSource};
use life::{LifeView, life_view};
use milestones::{milestone_line, milestones};
use surplus::{ProjectSurplus, surplus};

pub use milestones::{MilestoneLine, Progress, progress};

/// A project with everything around it, except its payments.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProjectView {
    /// The project.
    pub project: ProjectReference,
    /// How far it is.
    pub state: Term,
    /// How far it was when it was suspended or given up.
    pub state_before: Option<Term>,
    /// Its stage in the words of OC4IDS.
    pub stage: Term,
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
    /// Its steps, and what each of them said.
    pub life: LifeView,
    /// What is left of its money; nothing before the final account.
    pub surplus: Option<ProjectSurplus>,
    /// The planned money, source by source.
    pub planned: Vec<SourceLine>,
    /// The planned total.
    pub planned_fen: Fen,
    /// What others promised to it and what of it came: money, work, and what is undetermined
    /// 配套/自筹; nothing where nobody promised any.
    pub co_funding: Option<CoFunding>,
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
    /// Who approved that it does not apply.
    pub approver: Option<PersonId>,
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
        state_before: project.before.map(|state| term!(state)),
        stage: term!(project.stage()),
        implementing_unit: references::unit(books, project.implementing_unit),
        area: references::unit(books, project.area),
        has_target: project.has_target,
        gates: gates(project),
        missing_to_start: project.missing_to_start(),
        started_on: project.started_on,
        completed_on: project.completed_on,
        accepted_on: project.accepted_on,
        life: life_view(books, project),
        surplus: surplus(view, id, project),
        planned: sources(&project.planned),
        planned_fen: references::total(project.planned.iter().map(|it| it.amount_fen)),
        co_funding: contributions(view, Some(id), 0, 1).projects.pop(),
        approved: sources(&project.approved),
        approved_fen: references::total(project.approved.iter().map(|it| it.amount_fen)),
        milestones: milestones(view, id)
            .map(|(id, row)| milestone_line(id, row))
            .collect(),
        progress: progress(view, id),
        totals: Spending::total(budgets.iter().map(|budget| &budget.spending)),
        budgets,
        payment_count: view.links.places_of_project(id).len(),
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
    /// Its stage in the words of OC4IDS.
    pub stage: Term,
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

/// Which projects are asked for; nothing means all.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProjectFilter {
    /// Only in this state.
    pub state: Option<ProjectState>,
    /// Only in this stage of OC4IDS.
    pub stage: Option<ProjectStage>,
}

/// The projects that pass the filter in one line each, in the order of their numbers.
#[must_use]
pub fn project_lines(
    view: &View,
    filter: ProjectFilter,
    offset: usize,
    limit: usize,
) -> Page<ProjectLine> {
    let books = &view.books;
    let passes = |project: &Project| {
        filter.state.is_none_or(|state| state == project.state)
            && filter.stage.is_none_or(|stage| stage == project.stage())
    };
    let rows = books.projects.iter().filter(|(_, project)| passes(project));
    let mut rows: Vec<_> = rows.collect();
    rows.sort_by(|(a_id, a), (b_id, b)| (&a.number, a_id).cmp(&(&b.number, b_id)));
    Page::of(&rows, offset, limit, |(id, project)| {
        let budgets = project_budgets(view, *id);
        ProjectLine {
            project: references::project(books, *id),
            state: term!(project.state),
            stage: term!(project.stage()),
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
    let places = view.links.places_of_project(id);
    payment_page(view, places, (offset, limit), |id, row| {
        payment_line(&view.books, id, row)
    })
}

fn gates(project: &Project) -> Vec<GateLine> {
    let line = |gate: &Gate| {
        let checked = project.gates.iter().find(|(checked, _)| checked == gate);
        let mut approvers = project.life.gate_approvers.iter();
        let approver = approvers.find(|(checked, _)| checked == gate);
        GateLine {
            gate: term!(*gate),
            result: checked.map(|(_, result)| term!(*result)),
            approver: approver.map(|(_, person)| *person),
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
