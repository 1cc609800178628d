//! Alerts 疑点: the questions that broken rules have raised.

use crate::identity::Bearer;
use crate::problem::Problem;
use crate::routes::commands::bad_query;
use crate::routes::through::{Answer, answer};
use crate::state::State;
use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use ledger::ids::Subject;
use projections::Page;
use projections::alerts::{Alert, Filter};
use serde::Deserialize;
use uuid::Uuid;

pub(super) fn mount(config: &mut ServiceConfig) {
    config.route("/v1/ledgers/{ledger}/alerts", web::get().to(alerts));
}

/// Which alerts.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
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

/// The alerts, oldest first. An alert is a question, not a verdict.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/alerts", tag = "alerts",
    params(("ledger" = String, Path), AlertsQuery),
    responses((status = 200, body = Answer<Page<Alert>>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn alerts(
    state: web::Data<State>,
    bearer: Bearer,
    path: web::Path<String>,
    query: Result<web::Query<AlertsQuery>, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    let query = query.map_err(|error| bad_query(&error))?;
    let (ledger, slot) = state.enter(&bearer, &path, query.min_seq).await?;
    let limit = query
        .limit
        .unwrap_or(100)
        .clamp(1, super::events::PAGE_LEN_MAX);
    let filter = Filter {
        code: query.code.as_deref(),
        subject: query.subject.map(Subject),
    };
    let view = slot.view();
    let page = view
        .alerts
        .list(&view.timeline, filter, query.offset, limit);
    Ok(answer(ledger, &view, page))
}
