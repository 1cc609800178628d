//! Payments, and which documents paid them.

use crate::problem::Problem;
use crate::routes::question::{Answered, Question};
use crate::routes::through::{Answer, Ask};
use actix_web::web::{self, ServiceConfig};
use ledger::ids::PaymentId;
use projections::trace::{BackwardTrace, PaymentLine, payment_trace};
use uuid::Uuid;

pub(super) fn mount(config: &mut ServiceConfig) {
    config
        .route("/v1/ledgers/{ledger}/payments/{id}", web::get().to(payment))
        .route(
            "/v1/ledgers/{ledger}/payments/{id}/trace",
            web::get().to(trace),
        );
}

/// A payment.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/payments/{id}", tag = "payments",
    params(("ledger" = String, Path), ("id" = Uuid, Path), Ask),
    responses((status = 200, body = Answer<PaymentLine>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn payment(question: Question<Ask>, path: web::Path<(String, Uuid)>) -> Answered {
    let (_, id) = path.into_inner();
    let view = question.view();
    question.found(
        &view,
        payment_trace(&view, PaymentId(id)).map(|trace| trace.payment),
        "the payment",
        "此支付",
    )
}

/// Which documents paid it, and through whom (I2).
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/payments/{id}/trace", tag = "trace",
    params(("ledger" = String, Path), ("id" = Uuid, Path), Ask),
    responses((status = 200, body = Answer<BackwardTrace>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn trace(question: Question<Ask>, path: web::Path<(String, Uuid)>) -> Answered {
    let (_, id) = path.into_inner();
    let view = question.view();
    question.found(
        &view,
        payment_trace(&view, PaymentId(id)),
        "the payment",
        "此支付",
    )
}
