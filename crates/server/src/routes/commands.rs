//! `POST /v1/ledgers/{ledger}/commands`: the one way in.

use crate::identity::Bearer;
use crate::json::{self, ReceiptView};
use crate::problem::Problem;
use crate::routes::question::bad_query;
use crate::state::State;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use ledger::Submission;
use ledger::ids::LedgerId;
use sequencer::{Receipt, Refusal, Request};
use serde::{Deserialize, Serialize};

/// The largest request body: some 30,000 commands, a second of the writer's time.
pub const REQUEST_LEN_MAX: usize = 16 << 20;

/// The largest text of one command: its record may have 6 KiB, and JSON with long names, white
/// space and escapes is at most some four times as long.
const COMMAND_LEN_MAX: usize = 24 << 10;

pub(super) fn mount(config: &mut ServiceConfig) {
    config.service(
        web::resource("/v1/ledgers/{ledger}/commands")
            .app_data(web::PayloadConfig::new(REQUEST_LEN_MAX))
            .route(web::post().to(append)),
    );
}

/// How a list of commands is taken.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct AppendQuery {
    /// All or nothing; otherwise each command is judged and answered on its own.
    #[serde(default)]
    atomic: bool,
}

/// The outcome of one command of a list.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Outcome {
    /// Its status.
    pub status: u16,
    /// Its receipt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptView>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
}

/// Records commands: one object, an array, or one a line.
#[utoipa::path(
    post,
    path = "/v1/ledgers/{ledger}/commands",
    tag = "append",
    params(("ledger" = String, Path, description = "UUID of the ledger, or `system`"), AppendQuery),
    request_body(description = "one command, an array of commands, or NDJSON",
        content((crate::routes::api::CommandSchema = "application/json"),
            (String = "application/x-ndjson"))),
    responses(
        (status = 201, description = "one command recorded", body = ReceiptView),
        (status = 200, description = "a list judged, or a command that was recorded before",
            body = Vec<Outcome>),
        (status = 400, description = "it cannot be read", body = Problem),
        (status = 401, description = "no valid token", body = Problem),
        (status = 403, description = "not allowed", body = Problem),
        (status = 404, description = "unknown ledger or subject", body = Problem),
        (status = 409, description = "it does not fit the books", body = Problem),
        (status = 413, description = "too large", body = Problem),
        (status = 422, description = "it can never be right", body = Problem),
        (status = 503, description = "the writer does not write", body = Problem),
    )
)]
pub async fn append(
    state: web::Data<State>,
    bearer: Bearer,
    path: web::Path<String>,
    query: Result<web::Query<AppendQuery>, actix_web::Error>,
    request: HttpRequest,
    body: Result<web::Bytes, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    let ledger = state.ledger_id(&path)?;
    let atomic = query.map_err(|error| bad_query(&error))?.atomic;
    if !bearer.may_enter(&state, ledger) {
        return Err(Problem::forbidden(
            "the token is not for this ledger",
            "该令牌无权访问此账本",
        ));
    }
    let body = body.map_err(|error| bad_body(&error))?;
    let content_type = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let newline_delimited = content_type.is_some_and(|value| value.contains("ndjson"));
    match json::lines(&body, newline_delimited)? {
        json::Lines::One(text) => one(&state, &bearer, ledger, text).await,
        json::Lines::Many(texts) => {
            let outcomes = many(&state, &bearer, ledger, &texts, atomic).await?;
            Ok(listed(&outcomes, newline_delimited, atomic))
        }
    }
}

async fn one(
    state: &State,
    bearer: &Bearer,
    ledger: LedgerId,
    text: &[u8],
) -> Result<HttpResponse, Problem> {
    let submission = read(text)?;
    let outcome = submit(state, bearer, ledger, vec![submission], false)
        .await?
        .pop();
    match outcome {
        Some(Ok(receipt)) if receipt.repeated => {
            Ok(HttpResponse::Ok().json(ReceiptView::from(receipt)))
        }
        Some(Ok(receipt)) => Ok(HttpResponse::Created().json(ReceiptView::from(receipt))),
        Some(Err(refusal)) => Err((&refusal).into()),
        None => Err(Problem::internal(&"the writer gave no answer")),
    }
}

fn read(text: &[u8]) -> Result<Submission, Problem> {
    if text.len() > COMMAND_LEN_MAX {
        return Err(Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "BODY_TOO_LARGE",
            "one command may have 24 KiB of text and 6 KiB of record at the most",
            "单条命令的文本不得超过 24 KiB,单条记录不得超过 6 KiB",
        ));
    }
    json::command(text)
}

/// Each is judged on its own: one that cannot be read does not keep the others from being
/// recorded, unless all or nothing was asked for.
async fn many(
    state: &State,
    bearer: &Bearer,
    ledger: LedgerId,
    texts: &[&[u8]],
    atomic: bool,
) -> Result<Vec<Outcome>, Problem> {
    let read: Vec<_> = texts.iter().map(|text| self::read(text)).collect();
    if atomic && read.iter().any(Result::is_err) {
        let culprit = read.iter().position(Result::is_err).unwrap_or_default();
        let aborted = Refusal::AtomicAborted(culprit);
        let refuse = |read: Result<_, Problem>| match read {
            Ok(_) => refused((&aborted).into()),
            Err(problem) => refused(problem),
        };
        return Ok(numbered(read.into_iter().map(refuse)));
    }
    let (submissions, unread): (Vec<_>, Vec<_>) = read
        .into_iter()
        .map(|read| match read {
            Ok(submission) => (Some(submission), None),
            Err(problem) => (None, Some(problem)),
        })
        .unzip();
    let submissions = submissions.into_iter().flatten().collect();
    let mut answers = submit(state, bearer, ledger, submissions, atomic)
        .await?
        .into_iter();
    let outcome = |problem: Option<Problem>| match problem {
        Some(problem) => refused(problem),
        None => match answers.next() {
            Some(Ok(receipt)) => recorded(receipt),
            Some(Err(refusal)) => refused((&refusal).into()),
            None => refused(Problem::internal(&"the writer gave no answer")),
        },
    };
    Ok(numbered(unread.into_iter().map(outcome)))
}

fn numbered(outcomes: impl Iterator<Item = Outcome>) -> Vec<Outcome> {
    let number = |(index, mut outcome): (usize, Outcome)| {
        outcome.problem = outcome.problem.map(|problem| problem.of(index));
        outcome
    };
    outcomes.enumerate().map(number).collect()
}

fn recorded(receipt: Receipt) -> Outcome {
    let status = if receipt.repeated {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    Outcome {
        status: status.as_u16(),
        receipt: Some(receipt.into()),
        problem: None,
    }
}

fn refused(problem: Problem) -> Outcome {
    Outcome {
        status: problem.status,
        receipt: None,
        problem: Some(problem),
    }
}

async fn submit(
    state: &State,
    bearer: &Bearer,
    ledger: LedgerId,
    submissions: Vec<Submission>,
    atomic: bool,
) -> Result<Vec<Result<Receipt, Refusal>>, Problem> {
    if submissions.is_empty() {
        return Ok(Vec::new());
    }
    let request = Request {
        ledger,
        caller: bearer.caller(),
        submissions,
        atomic,
    };
    Ok(state.handle.submit(request).await?)
}

/// A list is answered with 200 and each command's own status; all or nothing with the status of
/// the command that was refused.
fn listed(outcomes: &[Outcome], newline_delimited: bool, atomic: bool) -> HttpResponse {
    let culprit = outcomes
        .iter()
        .filter_map(|outcome| outcome.problem.as_ref());
    let culprit = culprit
        .clone()
        .find(|problem| problem.code != "ATOMIC_ABORTED");
    let status = match culprit {
        Some(problem) if atomic => problem.status_code(),
        Some(_) | None => StatusCode::OK,
    };
    if !newline_delimited {
        return HttpResponse::build(status).json(outcomes);
    }
    let mut lines = Vec::new();
    for outcome in outcomes {
        if serde_json::to_writer(&mut lines, outcome).is_ok() {
            lines.push(b'\n');
        }
    }
    HttpResponse::build(status)
        .content_type("application/x-ndjson")
        .body(lines)
}

fn bad_body(error: &actix_web::Error) -> Problem {
    if error.as_response_error().status_code() == StatusCode::PAYLOAD_TOO_LARGE {
        return Problem::request_too_large();
    }
    Problem::cut_off()
}
