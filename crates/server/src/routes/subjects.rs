//! Persons and households, and which documents paid them.

use crate::json::EventView;
use crate::problem::Problem;
use crate::routes::events::record;
use crate::routes::mounted::Routes;
use crate::routes::question::{Answered, Question};
use crate::routes::through::{Answer, Ask, Through};
use actix_web::web;
use ledger::ids::{PersonId, Subject};
use ledger::payment::Payee;
use ledger::person::rules::PersonState;
use projections::View;
use projections::trace::{PayeeTrace, payee_trace};
use serde::Serialize;
use uuid::Uuid;

pub(super) fn mount(routes: &mut Routes) {
    routes
        .route("/v1/ledgers/{ledger}/subjects/{id}", web::get().to(subject))
        .route(
            "/v1/ledgers/{ledger}/subjects/{id}/trace",
            web::get().to(trace),
        );
}

/// The most records of a person's profile that are read: registered once, amended now and then.
const PROFILE_LEN_MAX: usize = 100;

/// A person or household. Sealed fields are opened for inspectors, and for the finance bureau
/// unless they are restricted, as long as the person's key exists.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SubjectView {
    subject: PersonId,
    version: u32,
    /// What may be done with their data: `active`, `restricted` or `erased`.
    state: PersonState,
    /// True if there is a key that opens what is sealed of them. An erased person keeps it only as
    /// long as another ledger or a token needs it.
    has_key: bool,
    /// The last day on which accounts about them must be kept; nothing may be erased until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "date")]
    kept_until: Option<jiff::civil::Date>,
    /// The registration and its amendments, oldest first.
    records: Vec<EventView>,
}

/// A person or household.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/subjects/{id}", tag = "subjects",
    params(("ledger" = String, Path), ("id" = Uuid, Path), Ask),
    responses((status = 200, body = Answer<SubjectView>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn subject(question: Question<Ask>, path: web::Path<(String, Uuid)>) -> Answered {
    let (_, id) = path.into_inner();
    let (person, seqs, through) = {
        let view = question.view();
        let person = view.books.persons.get(PersonId(id)).copied();
        let person = person.ok_or_else(|| Problem::not_found("the subject", "此人员(户)"))?;
        (
            person,
            view.timeline.of(Subject(id)).to_vec(),
            Through::of(&view),
        )
    };
    let mut records = Vec::new();
    for seq in seqs {
        let entry = record(&question, seq)?;
        records.extend(entry.filter(|event| event.word.starts_with("subject.")));
        if records.len() >= PROFILE_LEN_MAX {
            break;
        }
    }
    let subject = SubjectView {
        subject: PersonId(id),
        version: person.version,
        state: person.state,
        has_key: question.state.handle.has_key(PersonId(id)),
        kept_until: person.kept_until(),
        records,
    };
    question.answer_through(through, subject)
}

/// Which documents paid a person or household (I2).
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/subjects/{id}/trace", tag = "trace",
    params(("ledger" = String, Path), ("id" = Uuid, Path), Ask),
    responses((status = 200, body = Answer<PayeeTrace>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn trace(question: Question<Ask>, path: web::Path<(String, Uuid)>) -> Answered {
    let (_, id) = path.into_inner();
    let (offset, limit) = (question.query.offset, question.query.limit());
    let trace = move |view: &View| {
        let known = view.books.persons.contains(PersonId(id));
        let payee = Payee::Subject(PersonId(id));
        known.then(|| payee_trace(view, payee, offset, limit))
    };
    question.long(("the subject", "此人员(户)"), trace).await
}
