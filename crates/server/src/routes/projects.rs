//! Projects, their milestones and their money, and what is left of it.

use crate::problem::Problem;
use crate::routes::mounted::Routes;
use crate::routes::question::{Answered, Asked, Question};
use crate::routes::through::{Answer, Ask};
use actix_web::web;
use ledger::ids::ProjectId;
use ledger::project::rules::{ProjectStage, ProjectState};
use projections::Page;
use projections::four_ledgers::{ProjectLedgers, project_ledgers};
use projections::project_view::surplus::{Surpluses, surpluses as surpluses_of};
use projections::project_view::{
    ProjectFilter, ProjectLine, ProjectView, project_lines, project_payments, project_view,
};
use projections::trace::PaymentLine;
use serde::Deserialize;
use uuid::Uuid;

pub(super) fn mount(routes: &mut Routes) {
    routes
        .route("/v1/ledgers/{ledger}/projects", web::get().to(projects))
        .route("/v1/ledgers/{ledger}/projects/{id}", web::get().to(project))
        .route(
            "/v1/ledgers/{ledger}/projects/{id}/ledgers",
            web::get().to(ledgers),
        )
        .route(
            "/v1/ledgers/{ledger}/projects/{id}/payments",
            web::get().to(payments),
        )
        .route("/v1/ledgers/{ledger}/surpluses", web::get().to(surpluses));
}

/// Which projects.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ProjectsQuery {
    /// Only in this state: `completed`.
    #[param(value_type = Option<String>)]
    state: Option<ProjectState>,
    /// Only in this stage of OC4IDS: `implementation`.
    #[param(value_type = Option<String>)]
    stage: Option<ProjectStage>,
    /// Wait until this record is there.
    min_seq: Option<u64>,
    /// How many to pass over.
    #[serde(default)]
    offset: usize,
    /// How many at the most, up to 1,000.
    limit: Option<usize>,
}

impl Asked for ProjectsQuery {
    fn min_seq(&self) -> Option<u64> {
        self.min_seq
    }
}

/// Projects, one line each.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/projects", tag = "projects",
    params(("ledger" = String, Path), ProjectsQuery),
    responses((status = 200, body = Answer<Page<ProjectLine>>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn projects(question: Question<ProjectsQuery>) -> Answered {
    let ProjectsQuery {
        state,
        stage,
        min_seq: _,
        offset,
        limit,
    } = question.query;
    let limit = limit.unwrap_or(100).clamp(1, super::events::PAGE_LEN_MAX);
    let filter = ProjectFilter { state, stage };
    let view = question.view();
    question.answer(&view, project_lines(&view, filter, offset, limit))
}

/// A project: state, steps, gates, milestones, progress, money.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/projects/{id}", tag = "projects",
    params(("ledger" = String, Path), ("id" = Uuid, Path), Ask),
    responses((status = 200, body = Answer<ProjectView>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn project(question: Question<Ask>, path: web::Path<(String, Uuid)>) -> Answered {
    let id = ProjectId(path.1);
    question.one(("the project", "此项目"), |view| project_view(view, id))
}

/// The four ledgers of a project side by side 四本账: authority, commitment, cash, benefit.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/projects/{id}/ledgers", tag = "projects",
    params(("ledger" = String, Path), ("id" = Uuid, Path), Ask),
    responses((status = 200, body = Answer<ProjectLedgers>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn ledgers(question: Question<Ask>, path: web::Path<(String, Uuid)>) -> Answered {
    let id = ProjectId(path.1);
    question.one(("the project", "此项目"), |view| {
        project_ledgers(view, id)
    })
}

/// The payments of a project.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/projects/{id}/payments", tag = "projects",
    params(("ledger" = String, Path), ("id" = Uuid, Path), Ask),
    responses((status = 200, body = Answer<Page<PaymentLine>>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn payments(question: Question<Ask>, path: web::Path<(String, Uuid)>) -> Answered {
    let (id, ask, view) = (ProjectId(path.1), question.query, question.view());
    question.answer(&view, project_payments(&view, id, ask.offset, ask.limit()))
}

/// The projects whose final account leaves money that must go back or be planned anew (B10).
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/surpluses", tag = "projects",
    params(("ledger" = String, Path), Ask),
    responses((status = 200, body = Answer<Surpluses>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn surpluses(question: Question<Ask>) -> Answered {
    let view = question.view();
    question.answer(
        &view,
        surpluses_of(&view, question.query.offset, question.query.limit()),
    )
}
