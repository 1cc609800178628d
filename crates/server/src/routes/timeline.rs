//! What happened to a subject, and who did it (I4).

use crate::identity::Bearer;
use crate::json::EventView;
use crate::problem::Problem;
use crate::routes::commands::bad_query;
use crate::routes::events::{chain, read, view_of};
use crate::routes::through::{Answer, Ask, answer};
use crate::state::State;
use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use ledger::Fact;
use ledger::ids::{LedgerId, Subject};
use projections::steps::{Steps, steps as steps_of};
use uuid::Uuid;

pub(super) fn mount(config: &mut ServiceConfig) {
    config
        .route(
            "/v1/ledgers/{ledger}/timeline/{id}",
            web::get().to(timeline),
        )
        .route("/v1/ledgers/{ledger}/steps/{id}", web::get().to(steps));
}

/// The most records over which steps are told: more than any project or item has.
const STEPS_LEN_MAX: usize = 10_000;

fn unknown() -> Problem {
    Problem::not_found("the subject", "此对象")
}

/// Everything that names a subject, oldest first.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/timeline/{id}", tag = "trace",
    params(("ledger" = String, Path), ("id" = Uuid, Path), Ask),
    responses((status = 200, body = Answer<Vec<EventView>>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn timeline(
    state: web::Data<State>,
    bearer: Bearer,
    path: web::Path<(String, Uuid)>,
    ask: Result<web::Query<Ask>, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    let ask = ask.map_err(|error| bad_query(&error))?;
    let (name, id) = path.into_inner();
    let (ledger, slot) = state.enter(&bearer, &name, ask.min_seq).await?;
    let view = slot.view();
    let seqs = view.timeline.of(Subject(id));
    if seqs.is_empty() {
        return Err(unknown());
    }
    let mut events = Vec::new();
    for seq in seqs.iter().skip(ask.offset).take(ask.limit()) {
        let entry = read(state.handle.reader().get(chain(ledger), u64::from(*seq)))?;
        events.extend(
            entry
                .map(|entry| view_of(&state, &bearer, &entry))
                .transpose()?,
        );
    }
    Ok(answer(ledger, &view, events))
}

/// Who did what at each step, and whose hands met where they should not (I4).
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/steps/{id}", tag = "trace",
    params(("ledger" = String, Path), ("id" = Uuid, Path), Ask),
    responses((status = 200, body = Answer<Steps>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn steps(
    state: web::Data<State>,
    bearer: Bearer,
    path: web::Path<(String, Uuid)>,
    ask: Result<web::Query<Ask>, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    let ask = ask.map_err(|error| bad_query(&error))?;
    let (name, id) = path.into_inner();
    let (ledger, slot) = state.enter(&bearer, &name, ask.min_seq).await?;
    let view = slot.view();
    let facts = facts(&state, ledger, view.timeline.of(Subject(id)))?;
    if facts.is_empty() {
        return Err(unknown());
    }
    let steps = steps_of(&view.books, facts.iter().map(|(seq, fact)| (*seq, fact)));
    Ok(answer(ledger, &view, steps))
}

fn facts(state: &State, ledger: LedgerId, seqs: &[u32]) -> Result<Vec<(u64, Fact)>, Problem> {
    let mut facts = Vec::new();
    for seq in seqs.iter().take(STEPS_LEN_MAX) {
        let seq = u64::from(*seq);
        if let Some(entry) = read(state.handle.reader().get(chain(ledger), seq))? {
            let fact = state.handle.fact(&entry.record.body, false);
            facts.push((seq, fact.map_err(|error| Problem::internal(&error))?));
        }
    }
    Ok(facts)
}
