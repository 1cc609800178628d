//! Responsibility pledges, and the items for which somebody is missing in their tree (RR50).

use crate::problem::Problem;
use crate::routes::items::ItemsQuery;
use crate::routes::mounted::Routes;
use crate::routes::question::{Answered, Question};
use crate::routes::through::Answer;
use actix_web::web;
use ledger::ids::PledgeId;
use projections::Page;
use projections::pledges::{
    PledgeView, UnnamedItem, pledge_view, pledges as pledges_of, unnamed as unnamed_of,
};
use uuid::Uuid;

pub(super) fn mount(routes: &mut Routes) {
    routes
        .route("/v1/ledgers/{ledger}/pledges", web::get().to(pledges))
        .route("/v1/ledgers/{ledger}/pledges/{id}", web::get().to(pledge))
        .route("/v1/ledgers/{ledger}/tasks/unnamed", web::get().to(unnamed));
}

/// All pledges as of a day, those in force first.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/pledges", tag = "tasks",
    params(("ledger" = String, Path), ItemsQuery),
    responses((status = 200, body = Answer<Vec<PledgeView>>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn pledges(question: Question<ItemsQuery>) -> Answered {
    let today = question.query.day(&question.state)?;
    let within = question.query.filter()?.within;
    question.lines(|view| pledges_of(view, today, within))
}

/// One pledge.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/pledges/{id}", tag = "tasks",
    params(("ledger" = String, Path), ("id" = Uuid, Path), ItemsQuery),
    responses((status = 200, body = Answer<PledgeView>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn pledge(question: Question<ItemsQuery>, path: web::Path<(String, Uuid)>) -> Answered {
    let today = question.query.day(&question.state)?;
    let (_, id) = path.into_inner();
    question.one(("the pledge", "此责任状"), |view| {
        pledge_view(view, today, PledgeId(id))
    })
}

/// Open items that lack a named person, themselves or at some level of the pledge tree (RR50).
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/tasks/unnamed", tag = "tasks",
    params(("ledger" = String, Path), ItemsQuery),
    responses((status = 200, body = Answer<Page<UnnamedItem>>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn unnamed(question: Question<ItemsQuery>) -> Answered {
    let today = question.query.day(&question.state)?;
    let filter = question.query.filter()?;
    let (offset, limit) = (question.query.offset, question.query.limit());
    question.lines(|view| unnamed_of(view, today, &filter, offset, limit))
}
