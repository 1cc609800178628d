//! Fund batches: balances with their equations, and where the money of a document went.

use crate::problem::Problem;
use crate::routes::question::{Answered, Question};
use crate::routes::through::{Answer, Ask};
use actix_web::web::{self, ServiceConfig};
use ledger::ids::FundId;
use projections::balances::{FundBalance, FundLine, fund_balance, fund_lines};
use projections::benefit::{BenefitView, benefit as benefit_of};
use projections::four_ledgers::{FundLedgers, fund_ledgers};
use projections::trace::{ForwardTrace, fund_trace};
use uuid::Uuid;

/// What is not found where there is none.
const FUND: (&str, &str) = ("the fund", "此资金批次");

pub(super) fn mount(config: &mut ServiceConfig) {
    config
        .route("/v1/ledgers/{ledger}/funds", web::get().to(funds))
        .route("/v1/ledgers/{ledger}/funds/{id}", web::get().to(fund))
        .route(
            "/v1/ledgers/{ledger}/funds/{id}/ledgers",
            web::get().to(ledgers),
        )
        .route(
            "/v1/ledgers/{ledger}/funds/{id}/trace",
            web::get().to(trace),
        )
        .route("/v1/ledgers/{ledger}/benefit", web::get().to(benefit));
}

/// All batches, one line each.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/funds", tag = "funds",
    params(("ledger" = String, Path), Ask),
    responses((status = 200, body = Answer<Vec<FundLine>>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn funds(question: Question<Ask>) -> Answered {
    let view = question.view();
    question.answer(&view, fund_lines(&view))
}

/// A batch: who holds what of it, and whether its equations hold.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/funds/{id}", tag = "funds",
    params(("ledger" = String, Path), ("id" = Uuid, Path), Ask),
    responses((status = 200, body = Answer<FundBalance>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn fund(question: Question<Ask>, path: web::Path<(String, Uuid)>) -> Answered {
    let id = FundId(path.1);
    question.one(FUND, |view| fund_balance(view, id))
}

/// The four ledgers of a batch side by side 四本账: authority, commitment, cash, benefit.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/funds/{id}/ledgers", tag = "funds",
    params(("ledger" = String, Path), ("id" = Uuid, Path), Ask),
    responses((status = 200, body = Answer<FundLedgers>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn ledgers(question: Question<Ask>, path: web::Path<(String, Uuid)>) -> Answered {
    let id = FundId(path.1);
    question.one(FUND, |view| fund_ledgers(view, id))
}

/// Where the money of a document went, to the payee and the receipt (I1).
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/funds/{id}/trace", tag = "trace",
    params(("ledger" = String, Path), ("id" = Uuid, Path), Ask),
    responses((status = 200, body = Answer<ForwardTrace>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn trace(question: Question<Ask>, path: web::Path<(String, Uuid)>) -> Answered {
    let (id, ask) = (FundId(path.1), question.query);
    question.one(FUND, |view| fund_trace(view, id, ask.offset, ask.limit()))
}

/// What has reached persons: confirmed, unconfirmed, disputed.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/benefit", tag = "funds",
    params(("ledger" = String, Path), Ask),
    responses((status = 200, body = Answer<BenefitView>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn benefit(question: Question<Ask>) -> Answered {
    let view = question.view();
    question.answer(&view, benefit_of(&view))
}
