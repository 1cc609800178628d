//! `POST /v1/ledgers/{ledger}/commands`: the one way in.

mod asking;
mod body;
mod judge;
mod list;
mod split;
mod stream;

use crate::identity::Bearer;
use crate::json::{self, ReceiptView};
use crate::problem::Problem;
use crate::routes::mounted::Routes;
use crate::routes::question::Query;
use crate::state::{Cover, State};
use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName};
use actix_web::web;
use actix_web::{HttpRequest, HttpResponse};
use asking::{Answer, Asking};
use ledger::Submission;
use serde::{Deserialize, Serialize};
use split::Framing;

pub use judge::LineOutcome;
pub use stream::StreamLine;

/// The largest body that is read whole: some 30,000 commands, a second of the writer's time. What
/// is longer is a stream.
pub const REQUEST_LEN_MAX: usize = 16 << 20;

/// The largest text of one command: its record may have 6 KiB, and JSON with long names, white
/// space and escapes is at most some four times as long.
const COMMAND_LEN_MAX: usize = 24 << 10;

const NDJSON: &str = "application/x-ndjson";

pub(super) fn mount(routes: &mut Routes) {
    routes.route("/v1/ledgers/{ledger}/commands", web::post().to(append));
}

/// How a list of commands is taken.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AppendQuery {
    /// All or nothing; otherwise each command is judged and answered on its own.
    #[serde(default)]
    atomic: bool,
    /// Hold the answer until a checkpoint covers the records: `checkpoint`, or `witnessed` for one
    /// that enough witnesses have cosigned. What is not covered in time is recorded all the same,
    /// and its status is 202.
    wait: Option<Cover>,
    /// Whether receipts carry the server's signature.
    #[serde(default)]
    receipts: Receipts,
    /// Take NDJSON or protobuf as a stream, and say this much of what becomes of it while it
    /// arrives. Longer bodies than 16 MiB are taken so in any case.
    answers: Option<Answers>,
}

/// What a stream is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answers {
    /// A line for each command, and one after every group that says how far it came.
    All,
    /// The commands that were refused, and the lines that say how far it came.
    Refused,
    /// Only the lines that say how far it came.
    Summary,
}

/// What a receipt carries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Receipts {
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

impl Outcome {
    fn of(answer: Option<Answer>, wait: Option<Cover>) -> Outcome {
        match answer {
            Some(Ok(receipt)) => Outcome::recorded(receipt, wait),
            Some(Err(problem)) => Outcome::refused(problem),
            None => Outcome::refused(Problem::internal(&"the writer gave no answer")),
        }
    }

    fn recorded(receipt: ReceiptView, wait: Option<Cover>) -> Outcome {
        Outcome {
            status: status_of(&receipt, wait).as_u16(),
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
}

/// Recorded, recorded before, or recorded and not covered in time as was asked for.
fn status_of(receipt: &ReceiptView, wait: Option<Cover>) -> StatusCode {
    if wait.is_some() && receipt.covered_by.is_none() {
        StatusCode::ACCEPTED
    } else if receipt.repeated {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    }
}

/// How commands are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// One object, or an array of them.
    Json,
    /// NDJSON.
    Lines,
    /// Messages `fundtrace.v1.Command`, each after its length.
    Messages,
}

impl Form {
    fn of(request: &HttpRequest) -> Form {
        let content_type = header(request, &CONTENT_TYPE).unwrap_or_default();
        if content_type.contains("ndjson") {
            Form::Lines
        } else if content_type.contains("protobuf") {
            Form::Messages
        } else {
            Form::Json
        }
    }

    const fn framing(self) -> Framing {
        match self {
            Form::Json | Form::Lines => Framing::Lines,
            Form::Messages => Framing::Messages,
        }
    }

    /// A line that says nothing. One that is too long says too much, whatever it begins with.
    fn is_blank(self, text: &[u8]) -> bool {
        self != Form::Messages && text.len() <= COMMAND_LEN_MAX && text.trim_ascii().is_empty()
    }

    fn read(self, text: &[u8]) -> Result<Submission, Problem> {
        if text.len() > COMMAND_LEN_MAX {
            return Err(Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "BODY_TOO_LARGE",
                "one command may have 24 KiB of text and 6 KiB of record at the most",
                "单条命令的文本不得超过 24 KiB,单条记录不得超过 6 KiB",
            ));
        }
        match self {
            Form::Json | Form::Lines => json::command(text),
            Form::Messages => wire::decode_command(text).map_err(|error| json::in_protobuf(&error)),
        }
    }
}

fn header<'a>(request: &'a HttpRequest, name: &HeaderName) -> Option<&'a str> {
    request.headers().get(name)?.to_str().ok()
}

/// Work that would keep others waiting, on a thread for such.
async fn block<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    let done = web::block(work).await;
    done.map_err(|error| Problem::internal(&error))
}

/// Records commands: one object, an array, or a list as NDJSON or as protobuf, each command judged
/// on its own.
///
/// A body of at most 16 MiB is read whole, and then answered. NDJSON and protobuf that are longer,
/// or are sent with `answers`, are a stream: read as fast as they are recorded, and answered while
/// they arrive, so whoever sends must read. The answer is NDJSON: outcomes with their `line`, after
/// every group `{"progress": …}`, and in the end `{"done": …}` or `{"stopped": …}`. Everything up
/// to `lines` has been answered; to resume, send from the next one on. What was recorded and not
/// answered is answered as `repeated` when it is sent again.
#[utoipa::path(
    post,
    path = "/v1/ledgers/{ledger}/commands",
    tag = "append",
    params(("ledger" = String, Path, description = "UUID of the ledger, or `system`"), AppendQuery),
    request_body(description = "one command, an array of commands, NDJSON, or messages \
        fundtrace.v1.Command of the published schema, each after its length as a varint",
        content((crate::routes::api::CommandSchema = "application/json"),
            (String = "application/x-ndjson"), (Vec<u8> = "application/x-protobuf"))),
    responses(
        (status = 201, description = "one command recorded", body = ReceiptView),
        (status = 200, description = "a list judged, a stream, or a command that was \
            recorded before", body = Vec<Outcome>),
        (status = 202, description = "recorded, and not yet covered as was asked for",
            body = ReceiptView),
        (status = 400, description = "it cannot be read", body = Problem),
        (status = 401, description = "no valid token", body = Problem),
        (status = 403, description = "not allowed", body = Problem),
        (status = 404, description = "unknown ledger or subject", body = Problem),
        (status = 408, description = "nothing more of the body came", body = Problem),
        (status = 409, description = "it does not fit the books", body = Problem),
        (status = 413, description = "too large", body = Problem),
        (status = 422, description = "it can never be right", body = Problem),
        (status = 503, description = "the writer does not write, or too many wait; \
            `Retry-After` says when to ask again", body = Problem),
    )
)]
pub async fn append(
    state: web::Data<State>,
    bearer: Bearer,
    path: web::Path<String>,
    query: Result<Query<AppendQuery>, Problem>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let ledger = state.ledger_id(&path)?;
    let query = query?.0;
    if !bearer.may_enter(&state, ledger) {
        return Err(Problem::forbidden(
            "the token is not for this ledger",
            "该令牌无权访问此账本",
        ));
    }
    if query.wait == Some(Cover::Witnessed) && state.cosigned.is_none() {
        return Err(no_witnesses());
    }
    let form = Form::of(&request);
    if query.answers.is_some() && (form == Form::Json || query.atomic) {
        return Err(no_stream());
    }
    let mut body = body::of(&request, payload);
    let longer = body::stated_len(&request).is_some_and(|len| len > REQUEST_LEN_MAX);
    let streamed = query.answers.is_some() || longer;
    let (begun, whole) = if streamed {
        (web::Bytes::new(), false)
    } else {
        body::begin(&mut body, REQUEST_LEN_MAX).await?
    };
    let asking = Asking {
        state,
        bearer,
        ledger,
        query,
    };
    if whole && begun.len() <= REQUEST_LEN_MAX {
        return list::answer(&asking, form, begun).await;
    }
    if form == Form::Json || asking.query.atomic {
        return Err(Problem::request_too_large());
    }
    let answers = asking.query.answers.unwrap_or(Answers::All);
    let token = header(&request, &AUTHORIZATION).unwrap_or_default();
    let token = token.trim_start_matches("Bearer ").trim().to_owned();
    let load = stream::Load::new(asking, (form, answers), token, begun, body);
    load.answer().await
}

/// Nothing is recorded: the caller asks for what can never come.
pub(super) fn no_witnesses() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "NO_WITNESSES",
        "this server has no witnesses, so nothing will ever be witnessed",
        "本服务未配置见证方,记录不会获得见证",
    )
    .at("wait")
}

/// Nothing is recorded: what shall be recorded whole must be read whole, and so must an array.
fn no_stream() -> Problem {
    let (title, title_zh) = (
        "a stream is NDJSON or protobuf, and each of its commands is judged on its own",
        "流式提交须为 NDJSON 或 protobuf,且逐条判定,不支持 atomic",
    );
    Problem::bad("BAD_QUERY", title, title_zh).at("answers")
}
