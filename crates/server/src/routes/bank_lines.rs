//! Bank lines: matched with what, or waiting since when.

use crate::problem::Problem;
use crate::routes::mounted::Routes;
use crate::routes::question::{Answered, Asked, Question};
use crate::routes::through::{Answer, Ask};
use actix_web::web;
use ledger::bank_line::rules::LineState;
use ledger::ids::{AccountId, BankLineId};
use projections::bank_lines::{
    BankLineView, BankLines, Filter, bank_line as line, bank_lines as lines,
};
use serde::Deserialize;
use uuid::Uuid;

pub(super) fn mount(routes: &mut Routes) {
    routes
        .route("/v1/ledgers/{ledger}/bank-lines", web::get().to(bank_lines))
        .route(
            "/v1/ledgers/{ledger}/bank-lines/{id}",
            web::get().to(bank_line),
        );
}

/// Which bank lines.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct BankLinesQuery {
    /// Only those that are this far: `unmatched`, `matched` or `reversed`.
    #[param(inline)]
    state: Option<LineState>,
    /// Only those of this account.
    account: Option<Uuid>,
    /// Wait until this record is there.
    min_seq: Option<u64>,
    /// How many to pass over.
    #[serde(default)]
    offset: usize,
    /// How many at the most, up to 1,000.
    limit: Option<usize>,
}

impl Asked for BankLinesQuery {
    fn min_seq(&self) -> Option<u64> {
        self.min_seq
    }
}

/// Bank lines, and what those that wait come to (B6). They wait until today.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/bank-lines", tag = "accounts",
    params(("ledger" = String, Path), BankLinesQuery),
    responses((status = 200, body = Answer<BankLines>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn bank_lines(question: Question<BankLinesQuery>) -> Answered {
    let BankLinesQuery {
        state,
        account,
        min_seq: _,
        offset,
        limit,
    } = question.query;
    let limit = limit.unwrap_or(100).clamp(1, super::events::PAGE_LEN_MAX);
    let filter = Filter {
        state,
        account: account.map(AccountId),
    };
    let view = question.view();
    let today = question.state.today();
    question.answer(&view, lines(&view, today, filter, offset, limit))
}

/// One bank line, and what it is matched with.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/bank-lines/{id}", tag = "accounts",
    params(("ledger" = String, Path), ("id" = Uuid, Path), Ask),
    responses((status = 200, body = Answer<BankLineView>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn bank_line(question: Question<Ask>, path: web::Path<(String, Uuid)>) -> Answered {
    let (id, today) = (BankLineId(path.1), question.state.today());
    question.one(("the bank line", "此银行流水"), |view| {
        line(view, today, id)
    })
}
