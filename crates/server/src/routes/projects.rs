//! Projects, their milestones and their money.

use crate::problem::Problem;
use crate::routes::question::{Answered, Question};
use crate::routes::through::{Answer, Ask};
use actix_web::web::{self, ServiceConfig};
use ledger::ids::ProjectId;
use projections::Page;
use projections::project_view::{
    ProjectLine, ProjectView, project_lines, project_payments, project_view,
};
use projections::trace::PaymentLine;
use uuid::Uuid;

pub(super) fn mount(config: &mut ServiceConfig) {
    config
        .route("/v1/ledgers/{ledger}/projects", web::get().to(projects))
        .route("/v1/ledgers/{ledger}/projects/{id}", web::get().to(project))
        .route(
            "/v1/ledgers/{ledger}/projects/{id}/payments",
            web::get().to(payments),
        );
}

/// Projects, one line each.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/projects", tag = "projects",
    params(("ledger" = String, Path), Ask),
    responses((status = 200, body = Answer<Page<ProjectLine>>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn projects(question: Question<Ask>) -> Answered {
    let view = question.view();
    question.answer(
        &view,
        project_lines(&view, question.query.offset, question.query.limit()),
    )
}

/// A project: state, gates, milestones, progress, money.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/projects/{id}", tag = "projects",
    params(("ledger" = String, Path), ("id" = Uuid, Path), Ask),
    responses((status = 200, body = Answer<ProjectView>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn project(question: Question<Ask>, path: web::Path<(String, Uuid)>) -> Answered {
    let id = ProjectId(path.1);
    question.one(("the project", "此项目"), |view| project_view(view, id))
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
