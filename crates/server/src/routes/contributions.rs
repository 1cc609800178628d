//! Contributions: promised and come, per project and source.

use crate::problem::Problem;
use crate::routes::mounted::Routes;
use crate::routes::question::{Answered, Asked, Question};
use crate::routes::through::{Answer, Ask};
use actix_web::web;
use ledger::ids::{ContributionId, ProjectId};
use projections::contributions::{
    ContributionLine, Contributions, contribution as one, contributions as all,
};
use serde::Deserialize;
use uuid::Uuid;

pub(super) fn mount(routes: &mut Routes) {
    routes
        .route(
            "/v1/ledgers/{ledger}/contributions",
            web::get().to(contributions),
        )
        .route(
            "/v1/ledgers/{ledger}/contributions/{id}",
            web::get().to(contribution),
        );
}

/// Which contributions.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ContributionsQuery {
    /// Only to this project.
    project: Option<Uuid>,
    /// Wait until this record is there.
    min_seq: Option<u64>,
    /// How many to pass over.
    #[serde(default)]
    offset: usize,
    /// How many at the most, up to 1,000.
    limit: Option<usize>,
}

impl Asked for ContributionsQuery {
    fn min_seq(&self) -> Option<u64> {
        self.min_seq
    }
}

/// Contributions, and their sums project by project: known and undetermined, come and worked (B3).
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/contributions", tag = "projects",
    params(("ledger" = String, Path), ContributionsQuery),
    responses((status = 200, body = Answer<Contributions>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn contributions(question: Question<ContributionsQuery>) -> Answered {
    let ContributionsQuery {
        project,
        min_seq: _,
        offset,
        limit,
    } = question.query;
    let limit = limit.unwrap_or(100).clamp(1, super::events::PAGE_LEN_MAX);
    let view = question.view();
    question.answer(&view, all(&view, project.map(ProjectId), offset, limit))
}

/// One contribution: what was promised, and what of it came.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/contributions/{id}", tag = "projects",
    params(("ledger" = String, Path), ("id" = Uuid, Path), Ask),
    responses((status = 200, body = Answer<ContributionLine>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn contribution(question: Question<Ask>, path: web::Path<(String, Uuid)>) -> Answered {
    let id = ContributionId(path.1);
    question.one(("the contribution", "此配套或自筹"), |view| {
        one(view, id)
    })
}
