//! Projects, their milestones and their money.

use crate::identity::Bearer;
use crate::problem::Problem;
use crate::routes::commands::bad_query;
use crate::routes::through::{Answer, Ask, answer, found};
use crate::state::State;
use actix_web::HttpResponse;
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
pub async fn projects(
    state: web::Data<State>,
    bearer: Bearer,
    path: web::Path<String>,
    ask: Result<web::Query<Ask>, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    let ask = ask.map_err(|error| bad_query(&error))?;
    let name = path.into_inner();
    let (ledger, slot) = state.enter(&bearer, &name, ask.min_seq).await?;
    let view = slot.view();
    Ok(answer(
        ledger,
        &view,
        project_lines(&view, ask.offset, ask.limit()),
    ))
}

/// A project: state, gates, milestones, progress, money.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/projects/{id}", tag = "projects",
    params(("ledger" = String, Path), ("id" = Uuid, Path), Ask),
    responses((status = 200, body = Answer<ProjectView>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn project(
    state: web::Data<State>,
    bearer: Bearer,
    path: web::Path<(String, Uuid)>,
    ask: Result<web::Query<Ask>, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    let ask = ask.map_err(|error| bad_query(&error))?;
    let (name, id) = path.into_inner();
    let (ledger, slot) = state.enter(&bearer, &name, ask.min_seq).await?;
    let view = slot.view();
    found(
        ledger,
        &view,
        project_view(&view, ProjectId(id)),
        "the project",
        "此项目",
    )
}

/// The payments of a project.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/projects/{id}/payments", tag = "projects",
    params(("ledger" = String, Path), ("id" = Uuid, Path), Ask),
    responses((status = 200, body = Answer<Page<PaymentLine>>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn payments(
    state: web::Data<State>,
    bearer: Bearer,
    path: web::Path<(String, Uuid)>,
    ask: Result<web::Query<Ask>, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    let ask = ask.map_err(|error| bad_query(&error))?;
    let (name, id) = path.into_inner();
    let (ledger, slot) = state.enter(&bearer, &name, ask.min_seq).await?;
    let view = slot.view();
    Ok(answer(
        ledger,
        &view,
        project_payments(&view, ProjectId(id), ask.offset, ask.limit()),
    ))
}
