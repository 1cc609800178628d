//! What is to be done, and how much has been (R1 to R5).

use crate::problem::Problem;
use crate::routes::items::ItemsQuery;
use crate::routes::mounted::Routes;
use crate::routes::question::{Answered, Question};
use crate::routes::through::Answer;
use actix_web::web;
use ledger::organisation::Level;
use projections::Page;
use projections::items::ItemLine;
use projections::letters::{LetterLine, LetterTasks, letters_due, letters_sent as sent};
use projections::tasks::{
    Checklist, Completion, Grouping, PlanTask, ReviewTask, VerificationTask, checklists,
    completion as rates, my_items, plans as plans_of, reviews as reviews_of, verifications,
};

pub(super) fn mount(routes: &mut Routes) {
    routes
        .route("/v1/ledgers/{ledger}/tasks/due", web::get().to(due))
        .route("/v1/ledgers/{ledger}/tasks/plans", web::get().to(plans))
        .route("/v1/ledgers/{ledger}/tasks/closing", web::get().to(closing))
        .route(
            "/v1/ledgers/{ledger}/tasks/verification",
            web::get().to(verification),
        )
        .route("/v1/ledgers/{ledger}/tasks/letters", web::get().to(letters))
        .route("/v1/ledgers/{ledger}/letters", web::get().to(letters_sent))
        .route("/v1/ledgers/{ledger}/tasks/reviews", web::get().to(reviews))
        .route("/v1/ledgers/{ledger}/completion", web::get().to(completion));
}

/// Items to be put right, the most overdue first (R1).
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/tasks/due", tag = "tasks",
    params(("ledger" = String, Path), ItemsQuery),
    responses((status = 200, body = Answer<Page<ItemLine>>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn due(question: Question<ItemsQuery>) -> Answered {
    let today = question.query.day(&question.state)?;
    let filter = question.query.filter()?;
    let (offset, limit) = (question.query.offset, question.query.limit());
    question.lines(|view| my_items(view, today, &filter, offset, limit))
}

/// Plans that wait for review or were returned (R2).
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/tasks/plans", tag = "tasks",
    params(("ledger" = String, Path), ItemsQuery),
    responses((status = 200, body = Answer<Page<PlanTask>>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn plans(question: Question<ItemsQuery>) -> Answered {
    let today = question.query.day(&question.state)?;
    let filter = question.query.filter()?;
    let (offset, limit) = (question.query.offset, question.query.limit());
    question.lines(|view| plans_of(view, today, &filter, offset, limit))
}

/// What is missing before closing can be asked for (R3).
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/tasks/closing", tag = "tasks",
    params(("ledger" = String, Path), ItemsQuery),
    responses((status = 200, body = Answer<Page<Checklist>>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn closing(question: Question<ItemsQuery>) -> Answered {
    let today = question.query.day(&question.state)?;
    let filter = question.query.filter()?;
    let (offset, limit) = (question.query.offset, question.query.limit());
    question.lines(|view| checklists(view, today, &filter, offset, limit))
}

/// What waits for verification, and whether the bearer is independent (R4).
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/tasks/verification", tag = "tasks",
    params(("ledger" = String, Path), ItemsQuery),
    responses((status = 200, body = Answer<Page<VerificationTask>>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn verification(question: Question<ItemsQuery>) -> Answered {
    let today = question.query.day(&question.state)?;
    let filter = question.query.filter()?;
    let (offset, limit) = (question.query.offset, question.query.limit());
    let actor = question.bearer.caller().actor;
    question.lines(|view| verifications(view, today, &actor, &filter, offset, limit))
}

/// Which letter of the ladder is due for which item, since when and why.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/tasks/letters", tag = "tasks",
    params(("ledger" = String, Path), ItemsQuery),
    responses((status = 200, body = Answer<LetterTasks>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn letters(question: Question<ItemsQuery>) -> Answered {
    let today = question.query.day(&question.state)?;
    let filter = question.query.filter()?;
    let (offset, limit) = (question.query.offset, question.query.limit());
    question.lines(|view| letters_due(view, today, &filter, offset, limit))
}

/// The letters sent, in the order of their records.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/letters", tag = "tasks",
    params(("ledger" = String, Path), ItemsQuery),
    responses((status = 200, body = Answer<Page<LetterLine>>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn letters_sent(question: Question<ItemsQuery>) -> Answered {
    let today = question.query.day(&question.state)?;
    let filter = question.query.filter()?;
    let (offset, limit) = (question.query.offset, question.query.limit());
    question.lines(|view| sent(view, today, &filter, offset, limit))
}

/// Long-term items by the day of their next review, the most overdue first.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/tasks/reviews", tag = "tasks",
    params(("ledger" = String, Path), ItemsQuery),
    responses((status = 200, body = Answer<Page<ReviewTask>>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn reviews(question: Question<ItemsQuery>) -> Answered {
    let today = question.query.day(&question.state)?;
    let filter = question.query.filter()?;
    let (offset, limit) = (question.query.offset, question.query.limit());
    question.lines(|view| reviews_of(view, today, &filter, offset, limit))
}

/// 销号率 and 申报完成率 with their exact numerators and denominators (R5).
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/completion", tag = "tasks",
    params(("ledger" = String, Path), ItemsQuery),
    responses((status = 200, body = Answer<Completion>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn completion(question: Question<ItemsQuery>) -> Answered {
    let today = question.query.day(&question.state)?;
    let filter = question.query.filter()?;
    let grouping = grouping(question.query.by.as_deref())?;
    let view = question.view();
    question.answer(&view, rates(&view, today, grouping, &filter))
}

fn grouping(by: Option<&str>) -> Result<Grouping, Problem> {
    Ok(match by.unwrap_or("unit") {
        "unit" => Grouping::Unit,
        "zone" => Grouping::Zone,
        "pledge" => Grouping::Pledge,
        "category" => Grouping::Category,
        "round" => Grouping::Round,
        other => match Level::ALL.iter().find(|level| level.word() == other) {
            Some(level) => Grouping::Level(*level),
            None => {
                let words = Level::ALL
                    .iter()
                    .map(|level| level.word())
                    .collect::<Vec<_>>();
                let list = format!("unit, zone, pledge, category, round, {}", words.join(", "));
                let title = format!("\"{other}\" is not a grouping; known are: {list}");
                let title_zh = format!("没有“{other}”这一分组;可用:{list}");
                return Err(Problem::bad("BAD_QUERY", &title, &title_zh).at("by"));
            }
        },
    })
}
