//! Payments, and which documents paid them.

use crate::problem::Problem;
use crate::routes::question::{Answered, Question};
use crate::routes::through::{Answer, Ask};
use actix_web::web::{self, ServiceConfig};
use ledger::ids::PaymentId;
use projections::trace::{BackwardTrace, PaymentLine, payment_trace};
use uuid::Uuid;

/// What is not found where there is none.
const PAYMENT: (&str, &str) = ("the payment", "此支付");

pub(super) fn mount_in_ledger(config: &mut ServiceConfig) {
    config
        .route("/payments/{id}", web::get().to(payment))
        .route("/payments/{id}/trace", web::get().to(trace));
}

/// A payment.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/payments/{id}", tag = "payments",
    params(("ledger" = String, Path), ("id" = Uuid, Path), Ask),
    responses((status = 200, body = Answer<PaymentLine>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn payment(question: Question<Ask>, path: web::Path<(String, Uuid)>) -> Answered {
    let id = PaymentId(path.1);
    question.one(PAYMENT, |view| Some(payment_trace(view, id)?.payment))
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
