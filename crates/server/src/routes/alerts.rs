//! Alerts 疑点: the questions that broken rules have raised.

use crate::problem::Problem;
use crate::routes::mounted::Routes;
use crate::routes::question::{Answered, Asked, Question};
use crate::routes::through::Answer;
use actix_web::web;
use ledger::ids::Subject;
use projections::Page;
use projections::alerts::{Alert, Filter};
use serde::Deserialize;
use uuid::Uuid;

pub(super) fn mount(routes: &mut Routes) {
    routes.route("/v1/ledgers/{ledger}/alerts", web::get().to(alerts));
}

/// Which alerts.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AlertsQuery {
    /// Only of this rule: `STEP_SKIPPED`.
    code: Option<String>,
    /// Only of records that name this subject.
    subject: Option<Uuid>,
    /// Wait until this record is there.
    min_seq: Option<u64>,
    /// How many to pass over.
    #[serde(default)]
    offset: usize,
    /// How many at the most, up to 1,000.
    limit: Option<usize>,
}

impl Asked for AlertsQuery {
    fn min_seq(&self) -> Option<u64> {
        self.min_seq
    }
}

/// The alerts, oldest first. An alert is a question, not a verdict.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/alerts", tag = "alerts",
    params(("ledger" = String, Path), AlertsQuery),
    responses((status = 200, body = Answer<Page<Alert>>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn alerts(question: Question<AlertsQuery>) -> Answered {
    let AlertsQuery {
        code,
        subject,
        min_seq: _,
        offset,
        limit,
    } = &question.query;
    let limit = limit.unwrap_or(100).clamp(1, super::events::PAGE_LEN_MAX);
    let filter = Filter {
        code: code.as_deref(),
        subject: subject.map(Subject),
    };
    let view = question.view();
    question.answer(
        &view,
        view.alerts.list(&view.timeline, filter, *offset, limit),
    )
}
