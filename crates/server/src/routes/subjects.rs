//! Persons and households, and which documents paid them.

use crate::identity::Bearer;
use crate::json::EventView;
use crate::problem::Problem;
use crate::routes::commands::bad_query;
use crate::routes::events::{chain, read, view_of};
use crate::routes::through::{Answer, Ask, answer, found};
use crate::state::State;
use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use ledger::ids::{PersonId, Subject};
use ledger::payment::Payee;
use projections::trace::{PayeeTrace, payee_trace};
use serde::Serialize;
use uuid::Uuid;

pub(super) fn mount(config: &mut ServiceConfig) {
    config
        .route("/v1/ledgers/{ledger}/subjects/{id}", web::get().to(subject))
        .route(
            "/v1/ledgers/{ledger}/subjects/{id}/trace",
            web::get().to(trace),
        );
}

/// The most records of a person's profile that are read: registered once, amended now and then.
const PROFILE_LEN_MAX: usize = 100;

/// A person or household. Sealed fields are opened for inspectors and the finance bureau, as long
/// as the person's key exists.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SubjectView {
    subject: PersonId,
    version: u32,
    /// The registration and its amendments, oldest first.
    records: Vec<EventView>,
}

/// A person or household.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/subjects/{id}", tag = "subjects",
    params(("ledger" = String, Path), ("id" = Uuid, Path), Ask),
    responses((status = 200, body = Answer<SubjectView>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn subject(
    state: web::Data<State>,
    bearer: Bearer,
    path: web::Path<(String, Uuid)>,
    ask: Result<web::Query<Ask>, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    let ask = ask.map_err(|error| bad_query(&error))?;
    let (name, id) = path.into_inner();
    let (ledger, slot) = state.enter(&bearer, &name, ask.min_seq).await?;
    let view = slot.view();
    let Some(person) = view.books.persons.get(PersonId(id)) else {
        return Err(Problem::not_found("the subject", "此人员(户)"));
    };
    let mut records = Vec::new();
    for seq in view.timeline.page(Subject(id), None, usize::MAX).entries {
        let entry = read(state.handle.reader().get(chain(ledger), seq))?;
        let event = entry
            .map(|entry| view_of(&state, &bearer, &entry))
            .transpose()?;
        records.extend(event.filter(|event| event.word.starts_with("subject.")));
        if records.len() >= PROFILE_LEN_MAX {
            break;
        }
    }
    let subject = SubjectView {
        subject: PersonId(id),
        version: person.version,
        records,
    };
    Ok(answer(ledger, &view, subject))
}

/// Which documents paid a person or household (I2).
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/subjects/{id}/trace", tag = "trace",
    params(("ledger" = String, Path), ("id" = Uuid, Path), Ask),
    responses((status = 200, body = Answer<PayeeTrace>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn trace(
    state: web::Data<State>,
    bearer: Bearer,
    path: web::Path<(String, Uuid)>,
    ask: Result<web::Query<Ask>, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    let ask = ask.map_err(|error| bad_query(&error))?;
    let (name, id) = path.into_inner();
    let (ledger, slot) = state.enter(&bearer, &name, ask.min_seq).await?;
    let view = slot.view();
    found(
        ledger,
        &view,
        Some(payee_trace(
            &view,
            Payee::Subject(PersonId(id)),
            ask.offset,
            ask.limit(),
        )),
        "the subject",
        "此人员(户)",
    )
}
