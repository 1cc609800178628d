//! Imports 导入: working files in, what was imported, and imports taken back.

use crate::identity::Bearer;
use crate::importing::{self, File, ImportOutcome, ImportReport, Place, UndoReport};
use crate::problem::Problem;
use crate::routes::mounted::Routes;
use crate::routes::question::{Answered, Query, Question};
use crate::routes::through::{Answer, Ask};
use crate::state::State;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{self, Bytes, BytesMut};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::{StreamExt, stream};
use ledger::digest::Digest;
use ledger::evidence::RECORDERS;
use ledger::ids::ImportId;
use ledger::rejection::Rejection;
use projections::Page;
use projections::imports::{ImportLine, import_line, import_lines};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use sheets::limits::FILE_LEN_MAX;
use sheets::{Mapping, Unit};
use std::convert::Infallible;
use std::sync::Arc;
use uuid::Uuid;

/// The largest mapping, in bytes: the largest of ours has some 6 KiB.
const MAPPING_LEN_MAX: usize = 256 << 10;
/// What stands around the parts of a form.
const AROUND_LEN_MAX: usize = 16 << 10;

pub(super) fn mount(routes: &mut Routes) {
    routes
        .route("/v1/ledgers/{ledger}/imports", web::get().to(imports))
        .route("/v1/ledgers/{ledger}/imports/{id}", web::get().to(import))
        .route("/v1/ledgers/{ledger}/imports/{kind}", web::post().to(post))
        .route(
            "/v1/ledgers/{ledger}/imports/{id}/reverse",
            web::post().to(reverse),
        );
}

/// How a file is imported.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ImportQuery {
    /// What amounts are counted in, where the table does not say: `元` or `万元`, or `yuan`, `wan`.
    unit: Option<String>,
    /// Only this sheet; else every one that has the headings and can be seen.
    sheet: Option<String>,
    /// Say what would become of it, and record nothing.
    #[serde(default)]
    dry_run: bool,
    /// Record the good rows even if others are refused; else none.
    #[serde(default)]
    partial: bool,
    /// Give the refused rows back in the form of their table, with the reasons.
    #[serde(default)]
    rejects: bool,
    /// List every row that is new, other, refused or passed over, and not the first 1,000 of each.
    #[serde(default)]
    all: bool,
}

/// Imports a working file: what is new in it is recorded, what is there already creates nothing,
/// what is different is listed and left as it is.
///
/// Every row is read, looked up and tried before anything is recorded. If one is refused, none is
/// recorded, unless `partial` says otherwise. The answer says what became of each.
#[utoipa::path(post, path = "/v1/ledgers/{ledger}/imports/{kind}", tag = "append",
    params(("ledger" = String, Path),
        ("kind" = String, Path, description = "organisations, funds, projects, contracts, claims, \
            payments, items; opening_accounts, opening_projects, opening_funds, opening_contracts, \
            opening_claims, opening_items"), ImportQuery),
    request_body(description = "the file: XLSX, XLS, or a table in text, 32 MiB at the most; or a \
        form with the parts `file` and `mapping`, the TOML of another mapping of headings",
        content((Vec<u8> = "application/octet-stream"), (String = "multipart/form-data"))),
    responses((status = 200, description = "nothing new was recorded: a dry run, refused, or all \
            of it known", body = ImportReport),
        (status = 201, description = "recorded", body = ImportReport),
        (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 408, body = Problem), (status = 409, body = Problem),
        (status = 413, body = Problem), (status = 422, body = Problem),
        (status = 503, body = Problem)))]
pub async fn post(
    state: web::Data<State>,
    bearer: Bearer,
    path: web::Path<(String, String)>,
    query: Result<Query<ImportQuery>, Problem>,
    request: HttpRequest,
    payload: web::Payload,
) -> Answered {
    let (ledger, kind) = path.into_inner();
    let query = query?.0;
    let place = Arc::new(admitted(&state, &bearer, &ledger).await?);
    if !importing::is_known(&kind) {
        return Err(Problem::not_found("the kind of table", "此种表格"));
    }
    let unit = query.unit.as_deref().map(str::parse::<Unit>);
    let unit = unit.transpose().map_err(|error| {
        Problem::bad("BAD_QUERY", &error, &format!("金额单位有误:{error}")).at("unit")
    })?;
    let body = received(payload).await?;
    let (bytes, mapping) = parts(&request, body).await?;
    let mapping_sha256 = mapping.as_ref().map(|toml| sha256(toml.as_bytes()));
    let file = File {
        sha256: sha256(&bytes),
        mapping: mapping_of(&kind, mapping)?,
        mapping_sha256,
        unit,
        sheet: query.sheet,
        whole: !query.partial,
        bytes,
    };
    // Held until what it says is recorded: two copies of one file would both find it new.
    let permit = state.imports.enter().await?;
    let on = Arc::clone(&place);
    let planned = Arc::clone(&permit).block(move || importing::make(&on, file));
    let planned = planned.await??;
    let refused = planned.refused_len() > 0 && !(query.partial && planned.is_readable());
    let (planned, outcome) = if query.dry_run {
        (planned, ImportOutcome::DryRun)
    } else if refused {
        (planned, ImportOutcome::Refused)
    } else {
        importing::record(&state, &place, &permit, planned, query.partial).await?
    };
    let (rejects, all) = (query.rejects, query.all);
    let report = permit
        .block(move || planned.report(outcome, rejects, all))
        .await??;
    let status = if report.import.is_some() {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok(HttpResponse::build(status).json(report))
}

/// The ledger, if it takes imports from this bearer. Whether they may record what the rows say is
/// judged row by row, as for any command.
async fn admitted(state: &State, bearer: &Bearer, ledger: &str) -> Result<Place, Problem> {
    let (ledger, slot) = state.enter(bearer, ledger, None).await?;
    if ledger == state.handle.system() || !bearer.is_any(RECORDERS) {
        return Err(Problem::forbidden(
            "the token may not import into this ledger",
            "该令牌无权向此账本导入",
        ));
    }
    let book = slot.view().books.book.clone();
    if book.is_none_or(|book| book.closed) {
        return Err((&Rejection::LedgerNotOpen).into());
    }
    Ok(Place {
        handle: state.handle.clone(),
        slot,
        ledger,
        caller: bearer.caller(),
        // As the writer does, and not as questions may be asked in tests.
        today: ledger::date::civil_day(sequencer::wall_us()),
    })
}

fn sha256(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}

/// The whole body; what is longer than a file may be is not read to its end.
async fn received(mut payload: web::Payload) -> Result<Bytes, Problem> {
    let len_max = FILE_LEN_MAX
        .saturating_add(MAPPING_LEN_MAX)
        .saturating_add(AROUND_LEN_MAX);
    let mut body = BytesMut::new();
    while let Some(piece) = payload.next().await {
        let piece = piece.map_err(|_| Problem::cut_off())?;
        if body.len().saturating_add(piece.len()) > len_max {
            return Err(Problem::file_too_large(FILE_LEN_MAX));
        }
        body.extend_from_slice(&piece);
    }
    Ok(body.freeze())
}

/// The file and the mapping: the body itself, or the parts of a form.
async fn parts(request: &HttpRequest, body: Bytes) -> Result<(Bytes, Option<String>), Problem> {
    let content_type = request.headers().get(CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    let Some(boundary) = content_type.and_then(|it| multer::parse_boundary(it).ok()) else {
        return within(body).map(|file| (file, None));
    };
    let bad = |error: multer::Error| {
        let (title, title_zh) = (error.to_string(), format!("表单有误:{error}"));
        Problem::bad("BAD_BODY", &title, &title_zh)
    };
    let pieces = stream::once(async move { Ok::<_, Infallible>(body) });
    let mut form = multer::Multipart::new(pieces, boundary);
    let (mut file, mut mapping) = (None, None);
    while let Some(part) = form.next_field().await.map_err(bad)? {
        match part.name() {
            Some("file") if file.is_none() => file = Some(part.bytes().await.map_err(bad)?),
            Some("mapping") if mapping.is_none() => {
                mapping = Some(part.text().await.map_err(bad)?);
            }
            other => {
                let name = other.unwrap_or_default();
                let (title, title_zh) = (
                    format!("a form has one `file` and at most one `mapping`, not `{name}`"),
                    format!("表单只能有一个 file 和至多一个 mapping,不应有“{name}”"),
                );
                return Err(Problem::bad("BAD_BODY", &title, &title_zh));
            }
        }
    }
    let none = || Problem::bad("BAD_BODY", "the form has no `file`", "表单中没有 file");
    within(file.ok_or_else(none)?).map(|file| (file, mapping))
}

fn within(file: Bytes) -> Result<Bytes, Problem> {
    if file.len() > FILE_LEN_MAX {
        return Err(Problem::file_too_large(FILE_LEN_MAX));
    }
    Ok(file)
}

fn mapping_of(kind: &str, toml: Option<String>) -> Result<Mapping, Problem> {
    let Some(toml) = toml else {
        let none = || Problem::internal(&"the built-in mapping is unusable");
        return Mapping::built_in(kind).ok_or_else(none);
    };
    let bad = |why: &str| Problem::bad("BAD_MAPPING", why, &format!("对照表有误:{why}"));
    if toml.len() > MAPPING_LEN_MAX {
        return Err(bad("it is larger than 256 KiB"));
    }
    let mapping = Mapping::parse(&toml).map_err(|error| bad(&error.to_string()))?;
    if mapping.kind != kind {
        return Err(bad(&format!("it is of the kind `{}`", mapping.kind)));
    }
    Ok(mapping)
}

/// The imports of a ledger, the last first.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/imports", tag = "log",
    params(("ledger" = String, Path), Ask),
    responses((status = 200, body = Answer<Page<ImportLine>>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn imports(question: Question<Ask>) -> Answered {
    let (offset, limit) = (question.query.offset, question.query.limit());
    question.lines(|view| import_lines(view, offset, limit))
}

/// One import.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/imports/{id}", tag = "log",
    params(("ledger" = String, Path), ("id" = Uuid, Path), Ask),
    responses((status = 200, body = Answer<ImportLine>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn import(question: Question<Ask>, path: web::Path<(String, Uuid)>) -> Answered {
    let id = ImportId(path.1);
    question.one(("the import", "此导入"), |view| import_line(view, id))
}

/// How an import is taken back.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct UndoQuery {
    /// Why.
    reason: Option<String>,
    /// Say what would be taken back and what would stay, and record nothing.
    #[serde(default)]
    dry_run: bool,
    /// Take back what can be, even if something stays; else nothing.
    #[serde(default)]
    partial: bool,
}

/// Takes back what an import recorded, the last first: money by reversals, payments and claims that
/// were asked for by their cancellation, projects out of the library, and what waits for a second
/// person off the table. What cannot be taken back, because something rests on it or because it
/// states no amount, is listed; then nothing is done, unless `partial` says otherwise.
#[utoipa::path(post, path = "/v1/ledgers/{ledger}/imports/{id}/reverse", tag = "append",
    params(("ledger" = String, Path), ("id" = Uuid, Path), UndoQuery),
    responses((status = 200, body = UndoReport), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 503, body = Problem)))]
pub async fn reverse(
    state: web::Data<State>,
    bearer: Bearer,
    path: web::Path<(String, Uuid)>,
    query: Result<Query<UndoQuery>, Problem>,
) -> Answered {
    let (ledger, id) = path.into_inner();
    let query = query?.0;
    let place = Arc::new(admitted(&state, &bearer, &ledger).await?);
    let permit = state.imports.enter().await?;
    let reason = query.reason.unwrap_or_else(|| "导入有误".to_owned());
    let on = Arc::clone(&place);
    let undoing =
        Arc::clone(&permit).block(move || importing::plan_undoing(&on, ImportId(id), &reason));
    let undoing = undoing.await??;
    // Of one whose rows were taken back one by one only this is left to be said.
    let whole = undoing.is_whole();
    let done = !query.dry_run && (whole || (query.partial && !undoing.is_empty()));
    let undoing = if done {
        importing::undo(&state, &place, undoing).await?
    } else {
        undoing
    };
    drop(permit);
    Ok(HttpResponse::Ok().json(undoing.report(!done)))
}
