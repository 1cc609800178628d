//! `GET /v1/records`: the exact bytes of the records of all ledgers, for whoever replays the log.

use crate::identity::Bearer;
use crate::problem::Problem;
use crate::routes::mounted::Routes;
use crate::routes::question::{Answered, in_query};
use crate::state::State;
use actix_web::error::BlockingError;
use actix_web::http::header::{CACHE_CONTROL, ContentEncoding};
use actix_web::web;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

/// How many bytes an answer has at the most, but for its last record: enough for some twenty
/// thousand records, little enough to be in memory for each who asks.
pub const RECORDS_LEN_MAX: usize = 4 << 20;
/// How many records are read at once.
const CHUNK_LEN: usize = 256;

pub(super) fn mount(routes: &mut Routes) {
    routes.route("/v1/records", web::get().to(records));
}

/// Which records.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RecordsQuery {
    /// The position of the first.
    from: u64,
    /// How many at the most.
    limit: Option<u64>,
}

/// The records of all ledgers in the order of position: each its header of 156 bytes and its body,
/// one behind the other, as a package has them. As many as fit into 4 MiB, whole ones only; none
/// where the log ends. For witnesses that replay, who may read nothing else, and for whoever may
/// read every ledger and the `system` ledger besides: inspectors and administrators of the whole
/// deployment. Personal texts are as sealed as on the disk, and no key is handed out.
#[utoipa::path(get, path = "/v1/records", tag = "log", params(RecordsQuery),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 401, body = Problem), (status = 403, body = Problem)))]
pub async fn records(state: web::Data<State>, bearer: Bearer, request: HttpRequest) -> Answered {
    if !bearer.reads_every_record() {
        return Err(Problem::forbidden(
            "only a witness, inspector or administrator of the whole deployment reads every record",
            "仅限见证方及全部账本的巡察组员、系统管理员读取全部记录",
        ));
    }
    let query = in_query::<RecordsQuery>(request.query_string());
    let RecordsQuery { from, limit } = query?;
    let limit = limit.unwrap_or(u64::MAX);
    let read = web::block(move || page(&state, from, limit)).await;
    let bytes = read.map_err(|error: BlockingError| Problem::internal(&error))?;
    let bytes = bytes.map_err(|error| Problem::internal(&error))?;
    Ok(HttpResponse::Ok()
        .content_type("application/octet-stream")
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header(ContentEncoding::Identity)
        .body(bytes))
}

fn page(state: &State, mut from: u64, limit: u64) -> Result<Vec<u8>, store::Error> {
    let end = from.saturating_add(limit);
    let mut bytes = Vec::new();
    while bytes.len() < RECORDS_LEN_MAX && from < end {
        let left = usize::try_from(end.saturating_sub(from)).unwrap_or(usize::MAX);
        let entries = state.handle.reader().range(from, left.min(CHUNK_LEN))?;
        if entries.is_empty() {
            break;
        }
        for entry in entries {
            if bytes.len() >= RECORDS_LEN_MAX {
                break;
            }
            bytes.extend_from_slice(&entry.record.header.to_bytes());
            bytes.extend_from_slice(&entry.record.body);
            from = entry.position.saturating_add(1);
        }
    }
    Ok(bytes)
}
