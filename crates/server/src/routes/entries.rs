//! Entries 双人录入: what waits for a second person, and what one has said.

use crate::problem::Problem;
use crate::routes::mounted::Routes;
use crate::routes::question::{Answered, Asked, Question};
use crate::routes::through::{Answer, Ask};
use actix_web::web;
use ledger::entry::rules::EntryState;
use ledger::ids::EntryId;
use projections::Page;
use projections::entries::{EntryLine, EntryView, entry as one, entry_lines};
use serde::Deserialize;
use uuid::Uuid;

pub(super) fn mount(routes: &mut Routes) {
    routes
        .route("/v1/ledgers/{ledger}/entries", web::get().to(entries))
        .route("/v1/ledgers/{ledger}/entries/{id}", web::get().to(entry));
}

/// Which entries.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct EntriesQuery {
    /// Only in this state: `proposed`, `confirmed` or `withdrawn`.
    #[param(value_type = Option<String>)]
    state: Option<EntryState>,
    /// Wait until this record is there.
    min_seq: Option<u64>,
    /// How many to pass over.
    #[serde(default)]
    offset: usize,
    /// How many at the most, up to 1,000.
    limit: Option<usize>,
}

impl Asked for EntriesQuery {
    fn min_seq(&self) -> Option<u64> {
        self.min_seq
    }
}

/// What one person has recorded for another to confirm, in the order of the proposals.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/entries", tag = "log",
    params(("ledger" = String, Path), EntriesQuery),
    responses((status = 200, body = Answer<Page<EntryLine>>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn entries(question: Question<EntriesQuery>) -> Answered {
    let query = question.query;
    let limit = query.limit.unwrap_or(100);
    let limit = limit.clamp(1, super::events::PAGE_LEN_MAX);
    let view = question.view();
    question.answer(&view, entry_lines(&view, query.state, query.offset, limit))
}

/// One entry, with what was proposed and the records about it.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/entries/{id}", tag = "log",
    params(("ledger" = String, Path), ("id" = Uuid, Path), Ask),
    responses((status = 200, body = Answer<EntryView>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn entry(question: Question<Ask>, path: web::Path<(String, Uuid)>) -> Answered {
    let id = EntryId(path.1);
    question.one(("the entry", "此双人录入"), |view| one(view, id))
}
