//! Claims, and whose signatures they lack (B5).

use crate::problem::Problem;
use crate::routes::mounted::Routes;
use crate::routes::question::{Answered, Asked, Question};
use crate::routes::through::{Answer, Ask};
use actix_web::web;
use ledger::claim::rules::ClaimState;
use ledger::ids::{ClaimId, ContractId, ProjectId};
use projections::Page;
use projections::claims::{ClaimFilter, ClaimLine, ClaimView, claim_lines, claim_view};
use serde::Deserialize;
use uuid::Uuid;

pub(super) fn mount(routes: &mut Routes) {
    routes
        .route("/v1/ledgers/{ledger}/claims", web::get().to(claims))
        .route("/v1/ledgers/{ledger}/claims/{id}", web::get().to(claim));
}

/// Which claims.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ClaimsQuery {
    /// Only in this state: `tech_reviewed`.
    #[param(value_type = Option<String>)]
    state: Option<ClaimState>,
    /// Only of this project.
    project: Option<Uuid>,
    /// Only of this contract.
    contract: Option<Uuid>,
    /// Only those that lack a counter-signature and go on, or only others.
    missing: Option<bool>,
    /// Wait until this record is there.
    min_seq: Option<u64>,
    /// How many to pass over.
    #[serde(default)]
    offset: usize,
    /// How many at the most, up to 1,000.
    limit: Option<usize>,
}

impl Asked for ClaimsQuery {
    fn min_seq(&self) -> Option<u64> {
        self.min_seq
    }
}

/// Claims, one line each with the signatures that are missing, in the order of their numbers.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/claims", tag = "claims",
    params(("ledger" = String, Path), ClaimsQuery),
    responses((status = 200, body = Answer<Page<ClaimLine>>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn claims(question: Question<ClaimsQuery>) -> Answered {
    let query = &question.query;
    let limit = query.limit.unwrap_or(100);
    let limit = limit.clamp(1, super::events::PAGE_LEN_MAX);
    let filter = ClaimFilter {
        state: query.state,
        project: query.project.map(ProjectId),
        contract: query.contract.map(ContractId),
        missing: query.missing,
    };
    let view = question.view();
    question.answer(&view, claim_lines(&view, filter, query.offset, limit))
}

/// A claim: who has signed, who has not, and what has been paid.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/claims/{id}", tag = "claims",
    params(("ledger" = String, Path), ("id" = Uuid, Path), Ask),
    responses((status = 200, body = Answer<ClaimView>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn claim(question: Question<Ask>, path: web::Path<(String, Uuid)>) -> Answered {
    let (_, id) = path.into_inner();
    let view = question.view();
    question.found(
        &view,
        claim_view(&view, ClaimId(id)),
        "the claim",
        "此报账单",
    )
}
