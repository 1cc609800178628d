//! Payments, and which documents paid them.

use crate::problem::Problem;
use crate::routes::mounted::Routes;
use crate::routes::question::{Answered, Question};
use crate::routes::through::{Answer, Ask};
use actix_web::web;
use ledger::ids::PaymentId;
use projections::trace::{BackwardTrace, PaymentLine, payment as payment_of, payment_trace};
use uuid::Uuid;

/// What is not found where there is none.
const PAYMENT: (&str, &str) = ("the payment", "此支付");

pub(super) fn mount(routes: &mut Routes) {
    routes
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
    let id = PaymentId(path.1);
    question.one(PAYMENT, |view| payment_of(view, id))
}

/// Which documents paid it, and through whom (I2).
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/payments/{id}/trace", tag = "trace",
    params(("ledger" = String, Path), ("id" = Uuid, Path), Ask),
    responses((status = 200, body = Answer<BackwardTrace>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn trace(question: Question<Ask>, path: web::Path<(String, Uuid)>) -> Answered {
    let id = PaymentId(path.1);
    question.one(PAYMENT, |view| payment_trace(view, id))
}
