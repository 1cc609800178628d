//! What the finance bureau asks of a day: deadlines, progress, returns, retention, idle money and
//! purposes (B2, B4, B7, B8, B9, B13).

use crate::problem::Problem;
use crate::routes::mounted::Routes;
use crate::routes::question::{Answered, Asked, Question};
use crate::routes::through::Answer;
use crate::state::State;
use actix_web::web;
use jiff::civil::Date;
use ledger::date::BusinessDate;
use projections::deadlines::{ReceiptDeadlines, allocation_deadlines as deadlines_of};
use projections::idle::{Idle, idle as idle_of};
use projections::progress::{FundProgress, spending_progress as progress_of};
use projections::purposes::{PurposeShare, purposes as purposes_of};
use projections::retention::{Retention, retention as retention_of};
use projections::returned::{Returned, returned as returned_of};
use serde::Deserialize;

pub(super) fn mount(routes: &mut Routes) {
    routes
        .route(
            "/v1/ledgers/{ledger}/allocation-deadlines",
            web::get().to(allocation_deadlines),
        )
        .route(
            "/v1/ledgers/{ledger}/spending-progress",
            web::get().to(spending_progress),
        )
        .route(
            "/v1/ledgers/{ledger}/returned-payments",
            web::get().to(returned_payments),
        )
        .route("/v1/ledgers/{ledger}/retention", web::get().to(retention))
        .route("/v1/ledgers/{ledger}/idle-money", web::get().to(idle_money))
        .route("/v1/ledgers/{ledger}/purposes", web::get().to(purposes));
}

/// On which day.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DayQuery {
    /// The day of the question, `2018-08-16`; today in UTC+08:00 if left out.
    #[param(value_type = Option<String>)]
    on: Option<BusinessDate>,
    /// Wait until this record is there.
    min_seq: Option<u64>,
    /// How many to pass over.
    #[serde(default)]
    offset: usize,
    /// How many at the most, up to 1,000.
    limit: Option<usize>,
}

impl Asked for DayQuery {
    fn min_seq(&self) -> Option<u64> {
        self.min_seq
    }
}

impl DayQuery {
    fn limit(&self) -> usize {
        let limit = self.limit.unwrap_or(100);
        limit.clamp(1, super::events::PAGE_LEN_MAX)
    }

    fn day(&self, state: &State) -> Result<Date, Problem> {
        let Some(date) = self.on else {
            return Ok(state.today());
        };
        let (title, title_zh) = ("it must be one day: 2018-08-16", "须为确切日期:2018-08-16");
        let inexact = || Problem::bad("BAD_DATE", title, title_zh).at("on");
        date.exact().ok_or_else(inexact)
    }
}

/// Which budget year.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PurposesQuery {
    /// Only batches of this budget year.
    budget_year: Option<u32>,
    /// Wait until this record is there.
    min_seq: Option<u64>,
}

impl Asked for PurposesQuery {
    fn min_seq(&self) -> Option<u64> {
        self.min_seq
    }
}

/// Receipts of authority that were not passed on within 20, 30 and 60 days (B2).
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/allocation-deadlines", tag = "finance",
    params(("ledger" = String, Path), DayQuery),
    responses((status = 200, body = Answer<Vec<ReceiptDeadlines>>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn allocation_deadlines(question: Question<DayQuery>) -> Answered {
    let on = question.query.day(&question.state)?;
    let view = question.view();
    question.answer(&view, deadlines_of(&view, on))
}

/// What is paid of each batch's budgets, beside what has gone by of its budget year (B4).
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/spending-progress", tag = "finance",
    params(("ledger" = String, Path), DayQuery),
    responses((status = 200, body = Answer<Vec<FundProgress>>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn spending_progress(question: Question<DayQuery>) -> Answered {
    let on = question.query.day(&question.state)?;
    let view = question.view();
    question.answer(&view, progress_of(&view, on))
}

/// Payments that came back and were not paid again, with their age (B7).
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/returned-payments", tag = "finance",
    params(("ledger" = String, Path), DayQuery),
    responses((status = 200, body = Answer<Returned>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn returned_payments(question: Question<DayQuery>) -> Answered {
    let (query, on) = (question.query, question.query.day(&question.state)?);
    let view = question.view();
    question.answer(&view, returned_of(&view, on, query.offset, query.limit()))
}

/// Retention that is due to be paid out (B8).
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/retention", tag = "finance",
    params(("ledger" = String, Path), DayQuery),
    responses((status = 200, body = Answer<Retention>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn retention(question: Question<DayQuery>) -> Answered {
    let (query, on) = (question.query, question.query.day(&question.state)?);
    let view = question.view();
    question.answer(&view, retention_of(&view, on, query.offset, query.limit()))
}

/// Authority that has lain with its holder for more than one year, or two (B9).
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/idle-money", tag = "finance",
    params(("ledger" = String, Path), DayQuery),
    responses((status = 200, body = Answer<Idle>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn idle_money(question: Question<DayQuery>) -> Answered {
    let on = question.query.day(&question.state)?;
    let view = question.view();
    question.answer(&view, idle_of(&view, on))
}

/// The share of each purpose in what was received, as numerator and denominator (B13).
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/purposes", tag = "finance",
    params(("ledger" = String, Path), PurposesQuery),
    responses((status = 200, body = Answer<Vec<PurposeShare>>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn purposes(question: Question<PurposesQuery>) -> Answered {
    let view = question.view();
    question.answer(&view, purposes_of(&view, question.query.budget_year))
}
