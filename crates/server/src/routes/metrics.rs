//! `/metrics`: what the server counts, for Prometheus.

use crate::problem::Problem;
use crate::routes::mounted::Routes;
use crate::state::State;
use actix_web::HttpResponse;
use actix_web::web;

/// The format, as Prometheus names it.
const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

pub(super) fn mount(routes: &mut Routes) {
    routes.route("/metrics", web::get().to(metrics));
}

/// What the server counts, in the text format of OpenMetrics: no content of any record, no names
/// and no ledger. Answered without a token; 404 where `--metrics` has given it an address of its
/// own.
#[utoipa::path(get, path = "/metrics", tag = "operation",
    responses((status = 200, body = String,
            content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8"),
        (status = 404, body = Problem)))]
pub async fn metrics(state: web::Data<State>) -> Result<HttpResponse, Problem> {
    if !state.shows_metrics {
        return Err(Problem::not_found("the path", "此路径"));
    }
    page(&state)
}

/// The page itself, at whatever address.
pub(crate) fn page(state: &State) -> Result<HttpResponse, Problem> {
    let page = state.metrics.page(state);
    let page = page.map_err(|error| Problem::internal(&error))?;
    Ok(HttpResponse::Ok().content_type(CONTENT_TYPE).body(page))
}
