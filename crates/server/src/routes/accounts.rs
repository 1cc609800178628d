//! Accounts, the cash in them batch by batch, and who keeps whose money.

use crate::problem::Problem;
use crate::routes::mounted::Routes;
use crate::routes::question::{Answered, Question};
use crate::routes::through::{Answer, Ask};
use actix_web::web;
use ledger::ids::AccountId;
use projections::accounts::{
    AccountLine, AccountView, CustodyPosition, account_lines, account_view, custody_positions,
};
use uuid::Uuid;

pub(super) fn mount(routes: &mut Routes) {
    routes
        .route("/v1/ledgers/{ledger}/accounts", web::get().to(accounts))
        .route("/v1/ledgers/{ledger}/accounts/{id}", web::get().to(account))
        .route("/v1/ledgers/{ledger}/custody", web::get().to(custody));
}

/// All accounts, one line each.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/accounts", tag = "accounts",
    params(("ledger" = String, Path), Ask),
    responses((status = 200, body = Answer<Vec<AccountLine>>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn accounts(question: Question<Ask>) -> Answered {
    let view = question.view();
    question.answer(&view, account_lines(&view))
}

/// An account: its cash batch by batch, equation 4, its custody, its newest movements.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/accounts/{id}", tag = "accounts",
    params(("ledger" = String, Path), ("id" = Uuid, Path), Ask),
    responses((status = 200, body = Answer<AccountView>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn account(question: Question<Ask>, path: web::Path<(String, Uuid)>) -> Answered {
    let (_, id) = path.into_inner();
    let view = question.view();
    let (offset, limit) = (question.query.offset, question.query.limit());
    question.found(
        &view,
        account_view(&view, AccountId(id), offset, limit),
        "the account",
        "此账户",
    )
}

/// Who keeps whose money, and how much of it was let go of (B11).
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/custody", tag = "accounts",
    params(("ledger" = String, Path), Ask),
    responses((status = 200, body = Answer<Vec<CustodyPosition>>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn custody(question: Question<Ask>) -> Answered {
    let view = question.view();
    question.answer(&view, custody_positions(&view, |_| true))
}
