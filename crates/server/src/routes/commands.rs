//! `POST /v1/ledgers/{ledger}/commands`: the one way in.

use crate::identity::Bearer;
use crate::json::{self, ReceiptView, SignatureView};
use crate::problem::Problem;
use crate::routes::log;
use crate::routes::question::bad_query;
use crate::state::{Cover, State};
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use ledger::Submission;
use ledger::ids::LedgerId;
use sequencer::{Answered, Published, Receipt, Refusal, Request};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

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
    /// Hold the answer until a checkpoint covers the records: `checkpoint`, or `witnessed` for one
    /// that enough witnesses have cosigned. What is not covered in time is recorded all the same.
    wait: Option<Cover>,
    /// Whether receipts carry the server's signature.
    #[serde(default)]
    receipts: Receipts,
}

/// What a receipt carries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum Receipts {
    /// The signature, some 500 bytes each: whoever was told so can prove it.
    #[default]
    Signed,
    /// None, for loads that are checked in another way.
    Plain,
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
        (status = 202, description = "recorded, and not yet covered as was asked for",
            body = ReceiptView),
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
    let query = query.map_err(|error| bad_query(&error))?.into_inner();
    if !bearer.may_enter(&state, ledger) {
        return Err(Problem::forbidden(
            "the token is not for this ledger",
            "该令牌无权访问此账本",
        ));
    }
    if query.wait == Some(Cover::Witnessed) && state.cosigned.is_none() {
        return Err(no_witnesses());
    }
    let body = body.map_err(|error| bad_body(&error))?;
    let content_type = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let newline_delimited = content_type.is_some_and(|value| value.contains("ndjson"));
    let asking = Asking {
        state: &state,
        bearer: &bearer,
        ledger,
        query: &query,
    };
    match json::lines(&body, newline_delimited)? {
        json::Lines::One(text) => asking.one(text).await,
        json::Lines::Many(texts) => {
            let outcomes = asking.many(&texts).await?;
            Ok(listed(&outcomes, newline_delimited, query.atomic))
        }
    }
}

/// Nothing is recorded: the caller asks for what can never come.
fn no_witnesses() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "NO_WITNESSES",
        "this server has no witnesses, so nothing will ever be witnessed",
        "本服务未配置见证方,记录不会获得见证",
    )
    .at("wait")
}

/// A request to append: who asks, where, and how it shall be answered.
struct Asking<'a> {
    state: &'a State,
    bearer: &'a Bearer,
    ledger: LedgerId,
    query: &'a AppendQuery,
}

/// A receipt, or why there is none.
type Answer = Result<ReceiptView, Problem>;

impl Asking<'_> {
    async fn one(&self, text: &[u8]) -> Result<HttpResponse, Problem> {
        let submission = read(text)?;
        let outcome = self.submit(vec![submission], false).await?.pop();
        let none = || Problem::internal(&"the writer gave no answer");
        let receipt = outcome.ok_or_else(none)??;
        let mut response = if self.query.wait.is_some() && receipt.covered_by.is_none() {
            HttpResponse::Accepted()
        } else if receipt.repeated {
            HttpResponse::Ok()
        } else {
            HttpResponse::Created()
        };
        Ok(response.json(receipt))
    }

    /// Each is judged on its own: one that cannot be read does not keep the others from being
    /// recorded, unless all or nothing was asked for.
    async fn many(&self, texts: &[&[u8]]) -> Result<Vec<Outcome>, Problem> {
        let atomic = self.query.atomic;
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
        let mut answers = self.submit(submissions, atomic).await?.into_iter();
        let outcome = |problem: Option<Problem>| match problem {
            Some(problem) => refused(problem),
            None => match answers.next() {
                Some(Ok(receipt)) => recorded(receipt),
                Some(Err(problem)) => refused(problem),
                None => refused(Problem::internal(&"the writer gave no answer")),
            },
        };
        Ok(numbered(unread.into_iter().map(outcome)))
    }

    async fn submit(
        &self,
        submissions: Vec<Submission>,
        atomic: bool,
    ) -> Result<Vec<Answer>, Problem> {
        if submissions.is_empty() {
            return Ok(Vec::new());
        }
        let request = Request {
            ledger: self.ledger,
            caller: self.bearer.caller(),
            submissions,
            atomic,
        };
        let Answered { answers, signed } = self.state.handle.submit(request).await?;
        let signed = signed.filter(|_| self.query.receipts == Receipts::Signed);
        let last = answers.iter().filter_map(|answer| answer.as_ref().ok());
        let last = last.map(Receipt::last_position).max();
        let under = self.covered(last).await;
        let mut place = 0_u64..;
        let view = |answer: Result<Receipt, Refusal>| {
            let receipt = answer.map_err(|refusal| Problem::from(&refusal))?;
            let place = place.next().unwrap_or_default();
            let mut view = ReceiptView::from(receipt);
            view.signature = signed
                .as_ref()
                .map(|(group, first)| SignatureView::of(group, first.saturating_add(place)));
            if let Some(under) = &under {
                view.covered_by = Some(under.size);
                view.proof = self.proof(&receipt, under);
            }
            Ok(view)
        };
        Ok(answers.into_iter().map(view).collect())
    }

    async fn covered(&self, last: Option<u64>) -> Option<Arc<Published>> {
        self.state.covering(last?, self.query.wait?).await
    }

    /// Nothing where the tree cannot be read: the record is no less recorded, and `…/proof` says
    /// what is wrong.
    fn proof(&self, receipt: &Receipt, under: &Arc<Published>) -> Option<String> {
        let log = self.state.handle.published_log()?;
        let ledger = chain::LedgerId(receipt.ledger.0);
        let position = receipt.last_position();
        log::proof_of(log, ledger, receipt.last_seq, receipt.hash, position, under).ok()
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

fn numbered(outcomes: impl Iterator<Item = Outcome>) -> Vec<Outcome> {
    let number = |(index, mut outcome): (usize, Outcome)| {
        outcome.problem = outcome.problem.map(|problem| problem.of(index));
        outcome
    };
    outcomes.enumerate().map(number).collect()
}

fn recorded(receipt: ReceiptView) -> Outcome {
    let status = if receipt.repeated {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    Outcome {
        status: status.as_u16(),
        receipt: Some(receipt),
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
