//! `GET …/events`: the records, as they are.

use crate::identity::Bearer;
use crate::json::EventView;
use crate::problem::Problem;
use crate::routes::mounted::Routes;
use crate::routes::question::{Answered, Asked, Question};
use crate::routes::through::{Answer, Ask, Through};
use crate::state::State;
use actix_web::http::header::ACCEPT;
use actix_web::web;
use actix_web::{HttpRequest, HttpResponse};
use ledger::ids::{LedgerId, Subject};
use projections::View;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The most records of one page: with 6 KiB each, still a few megabytes.
pub const PAGE_LEN_MAX: usize = 1000;

pub(super) fn mount(routes: &mut Routes) {
    routes
        .route("/v1/ledgers/{ledger}/events", web::get().to(events))
        .route("/v1/ledgers/{ledger}/events/{seq}", web::get().to(event));
}

/// Which records.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct EventsQuery {
    /// Records after this one.
    #[serde(default)]
    after_seq: u64,
    /// How many at the most, up to 1,000.
    limit: Option<usize>,
    /// Only events of this word: `payment.settled`.
    #[serde(rename = "type")]
    word: Option<String>,
    /// Only events that name this subject.
    subject: Option<Uuid>,
    /// Wait until this record is there.
    min_seq: Option<u64>,
}

impl Asked for EventsQuery {
    fn min_seq(&self) -> Option<u64> {
        self.min_seq
    }
}

/// A page of records.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = EventsPage)]
pub struct Page {
    #[schema(value_type = String, format = "uuid")]
    ledger: LedgerId,
    through: Option<Through>,
    data: Vec<EventView>,
    /// Ask again with `after_seq` of this; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_after_seq: Option<u64>,
}

/// The records of a ledger in their order, a page at a time, as JSON or NDJSON.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/events", tag = "log",
    params(("ledger" = String, Path), EventsQuery),
    responses((status = 200, body = Page), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn events(question: Question<EventsQuery>, request: HttpRequest) -> Answered {
    let Question {
        state,
        bearer,
        ledger,
        query,
        ..
    } = &question;
    let ledger = *ledger;
    let limit = query.limit.unwrap_or(100).clamp(1, PAGE_LEN_MAX);
    let (seqs, through) = {
        let view = question.view();
        (numbers(&view, query, limit)?, Through::of(&view))
    };
    let last_seq = through.as_ref().map_or(0, |head| head.seq);
    let entries = match seqs {
        // A run of records is one scan; a choice of them is read one by one.
        None => read(
            state
                .handle
                .reader()
                .scan(chain(ledger), query.after_seq, limit),
        )?,
        Some(seqs) => {
            let mut entries = Vec::with_capacity(seqs.len());
            for seq in seqs {
                entries.extend(read(state.handle.reader().get(chain(ledger), seq))?);
            }
            entries
        }
    };
    let full = entries.len() == limit;
    let mut data = Vec::with_capacity(entries.len());
    for entry in entries
        .iter()
        .filter(|entry| entry.record.header.seq <= last_seq)
    {
        data.push(view_of(state, bearer, entry)?);
    }
    note_reversals(&question.view(), &mut data);
    let accept = request
        .headers()
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok());
    if accept.is_some_and(|value| value.contains("ndjson")) {
        let mut lines = Vec::new();
        for event in &data {
            serde_json::to_writer(&mut lines, event).map_err(|e| Problem::internal(&e))?;
            lines.push(b'\n');
        }
        return Ok(HttpResponse::Ok()
            .content_type("application/x-ndjson")
            .body(lines));
    }
    let next_after_seq = data.last().map(|event| event.seq).filter(|_| full);
    Ok(HttpResponse::Ok().json(Page {
        ledger,
        through,
        data,
        next_after_seq,
    }))
}

/// Which records a filter chooses; nothing where there is no filter.
fn numbers(view: &View, query: &EventsQuery, limit: usize) -> Result<Option<Vec<u64>>, Problem> {
    let chosen = match (&query.word, query.subject) {
        (None, None) => return Ok(None),
        (Some(word), None) => view
            .timeline
            .page_of_word(word, Some(query.after_seq), limit),
        (None, Some(subject)) => view
            .timeline
            .page(Subject(subject), Some(query.after_seq), limit),
        (Some(_), Some(_)) => {
            return Err(Problem::bad(
                "BAD_QUERY",
                "type and subject cannot be combined",
                "type 与 subject 不能同时使用",
            )
            .at("type"));
        }
    };
    Ok(Some(chosen.entries))
}

/// One record.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/events/{seq}", tag = "log",
    params(("ledger" = String, Path), ("seq" = u64, Path), Ask),
    responses((status = 200, body = Answer<EventView>), (status = 404, body = Problem)))]
pub async fn event(question: Question<Ask>, path: web::Path<(String, u64)>) -> Answered {
    let (_, seq) = path.into_inner();
    let entry = read(
        question
            .state
            .handle
            .reader()
            .get(chain(question.ledger), seq),
    )?;
    let entry = entry.ok_or_else(|| Problem::not_found("the record", "此记录"))?;
    let mut event = view_of(&question.state, &question.bearer, &entry)?;
    let view = question.view();
    note_reversals(&view, std::slice::from_mut(&mut event));
    question.answer(&view, event)
}

/// Says of each record which other one has reversed it.
fn note_reversals(view: &View, events: &mut [EventView]) {
    for event in events {
        event.reversed_by = view.books.reversed.get(event.seq).copied();
    }
}

/// A record as this bearer may see it.
pub(super) fn view_of(
    state: &State,
    bearer: &Bearer,
    entry: &store::Entry,
) -> Result<EventView, Problem> {
    let fact = {
        let ledger = LedgerId(entry.record.header.ledger.0);
        let handle = &state.handle;
        handle.fact(ledger, &entry.record.body, bearer.sight())
    };
    EventView::new(entry, fact.map_err(|error| Problem::internal(&error))?)
}

/// One record as the asker may see it.
pub(super) fn record<Q>(question: &Question<Q>, seq: u32) -> Result<Option<EventView>, Problem> {
    let reader = question.state.handle.reader();
    let entry = read(reader.get(chain(question.ledger), u64::from(seq)))?;
    entry
        .map(|entry| view_of(&question.state, &question.bearer, &entry))
        .transpose()
}

pub(super) const fn chain(ledger: LedgerId) -> chain::LedgerId {
    chain::LedgerId(ledger.0)
}

pub(super) fn read<T>(read: Result<T, store::Error>) -> Result<T, Problem> {
    read.map_err(|error| Problem::internal(&error))
}
