//! Evidence: what proves something about a subject.

use crate::problem::Problem;
use crate::routes::mounted::Routes;
use crate::routes::question::{Answered, Asked, Question};
use crate::routes::through::{Answer, Ask};
use actix_web::web;
use ledger::ids::{EvidenceId, Subject};
use projections::Page;
use projections::evidence::{EvidenceLine, evidence_line, evidence_lines};
use serde::Deserialize;
use uuid::Uuid;

pub(super) fn mount(routes: &mut Routes) {
    routes
        .route("/v1/ledgers/{ledger}/evidence", web::get().to(all))
        .route("/v1/ledgers/{ledger}/evidence/{id}", web::get().to(one));
}

/// Which evidence.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct EvidenceQuery {
    /// Only about this subject.
    subject: Option<Uuid>,
    /// Wait until this record is there.
    min_seq: Option<u64>,
    /// How many to pass over.
    #[serde(default)]
    offset: usize,
    /// How many at the most, up to 1,000.
    limit: Option<usize>,
}

impl Asked for EvidenceQuery {
    fn min_seq(&self) -> Option<u64> {
        self.min_seq
    }
}

/// Evidence, oldest first, with what was retracted marked as such.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/evidence", tag = "evidence",
    params(("ledger" = String, Path), EvidenceQuery),
    responses((status = 200, body = Answer<Page<EvidenceLine>>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn all(question: Question<EvidenceQuery>) -> Answered {
    let query = &question.query;
    let limit = query.limit.unwrap_or(100);
    let limit = limit.clamp(1, super::events::PAGE_LEN_MAX);
    let view = question.view();
    let subject = query.subject.map(Subject);
    question.answer(&view, evidence_lines(&view, subject, query.offset, limit))
}

/// A piece of evidence.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/evidence/{id}", tag = "evidence",
    params(("ledger" = String, Path), ("id" = Uuid, Path), Ask),
    responses((status = 200, body = Answer<EvidenceLine>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn one(question: Question<Ask>, path: web::Path<(String, Uuid)>) -> Answered {
    let (_, id) = path.into_inner();
    let view = question.view();
    let line = evidence_line(&view, EvidenceId(id));
    question.found(&view, line, "the evidence", "此佐证")
}
