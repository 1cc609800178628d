//! How rectification goes: common problems, what was put off or sent back, what came back (R6, R7,
//! R9).

use crate::problem::Problem;
use crate::routes::items::ItemsQuery;
use crate::routes::mounted::Routes;
use crate::routes::question::{Answered, Question};
use crate::routes::through::Answer;
use actix_web::web;
use projections::Page;
use projections::common::{CommonProblem, common_problems as problems_of};
use projections::conduct::{ConductView, conduct as conduct_of};
use projections::recoveries::{Recoveries, recoveries as recoveries_of};

pub(super) fn mount(routes: &mut Routes) {
    routes
        .route(
            "/v1/ledgers/{ledger}/common-problems",
            web::get().to(common_problems),
        )
        .route("/v1/ledgers/{ledger}/conduct", web::get().to(conduct))
        .route("/v1/ledgers/{ledger}/recoveries", web::get().to(recoveries));
}

/// Common problems with their cases, and how many of them are open and closed (R6).
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/common-problems", tag = "items",
    params(("ledger" = String, Path), ItemsQuery),
    responses((status = 200, body = Answer<Page<CommonProblem>>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn common_problems(question: Question<ItemsQuery>) -> Answered {
    let (today, filter) = asked(&question)?;
    let (offset, limit) = (question.query.offset, question.query.limit());
    let view = question.view();
    question.answer(&view, problems_of(&view, today, &filter, offset, limit))
}

/// Extensions, returns and reopenings per responsible unit (R7).
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/conduct", tag = "items",
    params(("ledger" = String, Path), ItemsQuery),
    responses((status = 200, body = Answer<ConductView>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn conduct(question: Question<ItemsQuery>) -> Answered {
    let (today, filter) = asked(&question)?;
    let view = question.view();
    question.answer(&view, conduct_of(&view, today, &filter))
}

/// Money demanded, received and waived, by item, unit and round (R9).
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/recoveries", tag = "items",
    params(("ledger" = String, Path), ItemsQuery),
    responses((status = 200, body = Answer<Recoveries>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn recoveries(question: Question<ItemsQuery>) -> Answered {
    let (today, filter) = asked(&question)?;
    let (offset, limit) = (question.query.offset, question.query.limit());
    let view = question.view();
    question.answer(&view, recoveries_of(&view, today, &filter, offset, limit))
}

fn asked(
    question: &Question<ItemsQuery>,
) -> Result<(jiff::civil::Date, projections::items::ItemFilter), Problem> {
    let today = question.query.day(&question.state)?;
    Ok((today, question.query.filter()?))
}
