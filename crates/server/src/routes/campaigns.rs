//! Look-back campaigns (R10).

use crate::problem::Problem;
use crate::routes::items::ItemsQuery;
use crate::routes::mounted::Routes;
use crate::routes::question::{Answered, Question};
use crate::routes::through::Answer;
use actix_web::web;
use ledger::ids::CampaignId;
use projections::campaigns::{
    CampaignLine, CampaignView, PopulationView, VerifierRecord, campaign_view,
    campaigns as campaigns_of, population_view, verifiers as verifiers_of,
};
use uuid::Uuid;

pub(super) fn mount(routes: &mut Routes) {
    routes
        .route("/v1/ledgers/{ledger}/campaigns", web::get().to(campaigns))
        .route(
            "/v1/ledgers/{ledger}/campaigns/{id}",
            web::get().to(campaign),
        )
        .route(
            "/v1/ledgers/{ledger}/campaigns/{id}/population",
            web::get().to(population),
        )
        .route("/v1/ledgers/{ledger}/verifiers", web::get().to(verifiers));
}

/// All look-back campaigns, the unfinished ones first.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/campaigns", tag = "items",
    params(("ledger" = String, Path), ItemsQuery),
    responses((status = 200, body = Answer<Vec<CampaignLine>>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn campaigns(question: Question<ItemsQuery>) -> Answered {
    question.lines(campaigns_of)
}

/// A campaign with its sample, and what of it is unchecked (R10).
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/campaigns/{id}", tag = "items",
    params(("ledger" = String, Path), ("id" = Uuid, Path), ItemsQuery),
    responses((status = 200, body = Answer<CampaignView>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn campaign(question: Question<ItemsQuery>, path: web::Path<(String, Uuid)>) -> Answered {
    let today = question.query.day(&question.state)?;
    let (_, id) = path.into_inner();
    question.one(("the campaign", "此次回头看"), |view| {
        campaign_view(view, today, CampaignId(id))
    })
}

/// What a campaign may draw, with its size and digest: before the freeze what would be frozen now.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/campaigns/{id}/population", tag = "items",
    params(("ledger" = String, Path), ("id" = Uuid, Path), ItemsQuery),
    responses((status = 200, body = Answer<PopulationView>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn population(
    question: Question<ItemsQuery>,
    path: web::Path<(String, Uuid)>,
) -> Answered {
    let (offset, limit) = (question.query.offset, question.query.limit());
    let (_, id) = path.into_inner();
    question.one(("the campaign", "此次回头看"), |view| {
        population_view(view, CampaignId(id), offset, limit)
    })
}

/// How the closings held that each verifier has verified: reopened of looked back at (R10).
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/verifiers", tag = "items",
    params(("ledger" = String, Path), ItemsQuery),
    responses((status = 200, body = Answer<Vec<VerifierRecord>>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn verifiers(question: Question<ItemsQuery>) -> Answered {
    let today = question.query.day(&question.state)?;
    let filter = question.query.filter()?;
    question.lines(|view| verifiers_of(view, today, &filter))
}
