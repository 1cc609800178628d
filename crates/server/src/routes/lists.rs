//! Lists: how far each is, its lines, and those that are to be resumed or dropped.

use crate::json::EventView;
use crate::problem::Problem;
use crate::routes::events::record;
use crate::routes::mounted::Routes;
use crate::routes::question::{Answered, Asked, Question};
use crate::routes::through::{Answer, Ask};
use actix_web::web;
use ledger::ids::{ListId, PersonId};
use ledger::list::rules::{ListState, Shape};
use projections::Page;
use projections::lists::{
    Filter, ListLineView, ListView, RosterEntries, UnfinishedList, list as one_list, list_lines,
    lists as all_lists, roster_entries as entries_of, unfinished as open_lists,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub(super) fn mount(routes: &mut Routes) {
    routes
        .route("/v1/ledgers/{ledger}/lists", web::get().to(lists))
        .route("/v1/ledgers/{ledger}/lists/{id}", web::get().to(list))
        .route(
            "/v1/ledgers/{ledger}/lists/{id}/lines",
            web::get().to(lines),
        )
        .route(
            "/v1/ledgers/{ledger}/tasks/lists",
            web::get().to(unfinished),
        )
        .route(
            "/v1/ledgers/{ledger}/subjects/{id}/roster-entries",
            web::get().to(roster_entries),
        );
}

/// Which lists.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListsQuery {
    /// Only those that are this far: `open`, `complete` or `dropped`.
    #[param(inline)]
    state: Option<ListState>,
    /// Only those of this shape: `roster`, `statement` or `table`.
    #[param(inline)]
    shape: Option<Shape>,
    /// Wait until this record is there.
    min_seq: Option<u64>,
    /// How many to pass over.
    #[serde(default)]
    offset: usize,
    /// How many at the most, up to 1,000.
    limit: Option<usize>,
}

impl Asked for ListsQuery {
    fn min_seq(&self) -> Option<u64> {
        self.min_seq
    }
}

/// A line of a list with its record.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RecordedLine {
    /// Where it stands, and what became of it.
    #[serde(flatten)]
    line: ListLineView,
    /// The record: what the line says is its `data.content`.
    record: Option<EventView>,
}

/// Lists, in the order in which they were started.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/lists", tag = "lists",
    params(("ledger" = String, Path), ListsQuery),
    responses((status = 200, body = Answer<Page<ListView>>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn lists(question: Question<ListsQuery>) -> Answered {
    let ListsQuery {
        state,
        shape,
        min_seq: _,
        offset,
        limit,
    } = question.query;
    let limit = limit.unwrap_or(100).clamp(1, super::events::PAGE_LEN_MAX);
    question.lines(|view| all_lists(view, Filter { state, shape }, offset, limit))
}

/// One list: how far it is, and which line comes next.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/lists/{id}", tag = "lists",
    params(("ledger" = String, Path), ("id" = Uuid, Path), Ask),
    responses((status = 200, body = Answer<ListView>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn list(question: Question<Ask>, path: web::Path<(String, Uuid)>) -> Answered {
    let id = ListId(path.1);
    question.one(("the list", "此清单"), |view| one_list(view, id))
}

/// The lines of a list in their order, each with its record.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/lists/{id}/lines", tag = "lists",
    params(("ledger" = String, Path), ("id" = Uuid, Path), Ask),
    responses((status = 200, body = Answer<Page<RecordedLine>>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn lines(question: Question<Ask>, path: web::Path<(String, Uuid)>) -> Answered {
    let id = ListId(path.1);
    let (offset, limit) = (question.query.offset, question.query.limit());
    let (through, page) = question.look(|view| list_lines(view, id, offset, limit));
    let page = page.ok_or_else(|| Problem::not_found("the list", "此清单"))?;
    let mut entries = Vec::with_capacity(page.entries.len());
    for line in page.entries {
        let seq = u32::try_from(line.seq).map_err(|error| Problem::internal(&error))?;
        let record = record(&question, seq)?;
        entries.push(RecordedLine { line, record });
    }
    let page = Page {
        entries,
        total: page.total,
        offset: page.offset,
        more: page.more,
    };
    question.answer_through(through, page)
}

/// Lists that are to be resumed, completed or dropped, those that have been waiting longest first.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/tasks/lists", tag = "tasks",
    params(("ledger" = String, Path), Ask),
    responses((status = 200, body = Answer<Page<UnfinishedList>>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn unfinished(question: Question<Ask>) -> Answered {
    let (offset, limit) = (question.query.offset, question.query.limit());
    let today = question.state.today();
    question.lines(|view| open_lists(view, today, offset, limit))
}

/// What a person or household is due by the rosters that are complete (P2).
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/subjects/{id}/roster-entries", tag = "subjects",
    params(("ledger" = String, Path), ("id" = Uuid, Path), Ask),
    responses((status = 200, body = Answer<RosterEntries>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn roster_entries(question: Question<Ask>, path: web::Path<(String, Uuid)>) -> Answered {
    let id = PersonId(path.1);
    let (offset, limit) = (question.query.offset, question.query.limit());
    question.one(("the subject", "此人员(户)"), |view| {
        entries_of(view, id, offset, limit)
    })
}
