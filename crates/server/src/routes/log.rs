//! The published log: checkpoints, tiles and proofs (C2SP tlog-tiles, tlog-proof).
//!
//! Checkpoints and tiles are for everybody, without a token: they name ledgers by their UUID, and
//! seqs and hashes, and no content. A witness or a client that somebody else wrote needs no more.

use crate::problem::Problem;
use crate::routes::mounted::Routes;
use crate::routes::question::{Answered, Query, Question};
use crate::state::{Cover, State};
use actix_web::http::StatusCode;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web;
use actix_web::{HttpResponse, HttpResponseBuilder};
use chain::{NodeHash, ProofError, Tile, TlogProof};
use sequencer::{ProveError, Published, PublishedLog};
use serde::{Deserialize, Serialize};

pub(super) fn mount(routes: &mut Routes) {
    routes
        .route("/checkpoint", web::get().to(checkpoint))
        .route("/tile/{tile:.*}", web::get().to(tile))
        .route("/v1/log", web::get().to(log))
        .route("/v1/consistency", web::get().to(consistency))
        .route(
            "/v1/ledgers/{ledger}/events/{seq}/proof",
            web::get().to(proof),
        );
}

/// The deployment's log.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = LogView)]
pub struct LogView {
    /// The name in its checkpoints.
    origin: String,
    /// Its public key, in the text form of C2SP signed-note.
    vkey: String,
    /// How many records the newest checkpoint covers.
    size: u64,
    /// How many records are on the disk; those beyond `size` will be covered within a second.
    records: u64,
    /// How many records the newest checkpoint covers that enough witnesses have cosigned.
    #[serde(skip_serializing_if = "Option::is_none")]
    witnessed: Option<u64>,
}

/// The log's name, key and sizes.
#[utoipa::path(get, path = "/v1/log", tag = "published", responses((status = 200, body = LogView)))]
pub async fn log(state: web::Data<State>) -> Result<HttpResponse, Problem> {
    let log = state.published_log()?;
    Ok(HttpResponse::Ok().json(LogView {
        origin: log.origin().to_owned(),
        vkey: log.vkey().to_owned(),
        size: log.latest().map_or(0, |latest| latest.size),
        records: state.handle.reader().next_position(),
        witnessed: state.witnessed().map(|newest| newest.size),
    }))
}

/// Which checkpoint.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CheckpointQuery {
    /// The newest that enough witnesses have cosigned, with their cosignatures.
    #[serde(default)]
    witnessed: bool,
}

/// The newest checkpoint, a signed note.
#[utoipa::path(get, path = "/checkpoint", tag = "published", params(CheckpointQuery),
    responses((status = 200, body = String, content_type = "text/plain"),
        (status = 404, body = Problem)))]
pub async fn checkpoint(
    state: web::Data<State>,
    query: Result<Query<CheckpointQuery>, Problem>,
) -> Result<HttpResponse, Problem> {
    let newest = if query?.0.witnessed {
        state.witnessed()
    } else {
        state.published_log()?.latest()
    };
    let newest = newest.ok_or_else(|| Problem::not_found("the checkpoint", "检查点"))?;
    Ok(text(HttpResponse::Ok(), &newest.note.to_string()))
}

fn text(mut response: HttpResponseBuilder, text: &str) -> HttpResponse {
    response
        .content_type("text/plain; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(text.to_owned())
}

/// A tile of hashes, or of entries.
#[utoipa::path(get, path = "/tile/{tile}", tag = "published",
    params(("tile" = String, Path, description = "`0/x001/234`, `1/000.p/17`, `entries/005`")),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 404, body = Problem)))]
pub async fn tile(
    state: web::Data<State>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let missing = || Problem::not_found("the tile", "该数据块");
    let tile: Tile = path.parse().map_err(|_| missing())?;
    let log = state.published_log()?;
    let bytes = log.tile(&tile).map_err(|error| not_proved(&error))?;
    let bytes = bytes.ok_or_else(missing)?;
    // The hashes of a width never change, those of a partial tile included.
    Ok(HttpResponse::Ok()
        .content_type("application/octet-stream")
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(bytes))
}

/// Of which two sizes.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ConsistencyQuery {
    /// The older tree's size, in records.
    from: u64,
    /// The newer tree's size; the newest checkpoint's where there is none.
    to: Option<u64>,
}

/// The proof that one tree begins with another.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Consistency {
    from: u64,
    /// The root of the older tree, base64.
    from_root: String,
    to: u64,
    /// The root of the newer tree, base64.
    to_root: String,
    /// The hashes of RFC 6962 section 2.1.2, base64.
    proof: Vec<String>,
}

/// Proves that the log of `to` records begins with the log of `from` records.
#[utoipa::path(get, path = "/v1/consistency", tag = "published", params(ConsistencyQuery),
    responses((status = 200, body = Consistency), (status = 400, body = Problem)))]
pub async fn consistency(
    state: web::Data<State>,
    query: Result<Query<ConsistencyQuery>, Problem>,
) -> Result<HttpResponse, Problem> {
    let query = query?.0;
    let log = state.published_log()?;
    let newest = log.latest().map_or(0, |latest| latest.size);
    let (from, to) = (query.from, query.to.unwrap_or(newest));
    if to > newest {
        return Err(beyond(to, newest).at("to"));
    }
    let proof = log
        .consistency(from, to)
        .map_err(|error| not_proved(&error))?;
    let root = |size| {
        let root = log.root_at(size).map_err(|error| not_proved(&error));
        root.map(|root| root.to_base64())
    };
    Ok(HttpResponse::Ok().json(Consistency {
        from,
        from_root: root(from)?,
        to,
        to_root: root(to)?,
        proof: proof.iter().map(NodeHash::to_base64).collect(),
    }))
}

fn beyond(size: u64, newest: u64) -> Problem {
    Problem::bad(
        "BAD_SIZE",
        &format!("{size} is beyond the newest checkpoint, which covers {newest} records"),
        &format!("{size} 超出最新检查点所覆盖的 {newest} 条记录"),
    )
}

fn not_proved(error: &ProveError) -> Problem {
    match error {
        ProveError::Proof(wrong @ ProofError::Backwards { from, to }) => Problem::bad(
            "BAD_SIZE",
            &wrong.to_string(),
            &format!("前 {to} 条记录的树不可能以前 {from} 条记录的树为开头"),
        )
        .at("from"),
        ProveError::Proof(wrong) => Problem::internal(wrong),
        ProveError::Store(_) | ProveError::Damaged(_) => Problem::internal(error),
    }
}

/// How a record is proved.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ProofQuery {
    /// Wait until this record is there.
    min_seq: Option<u64>,
    /// Wait for a checkpoint of this kind; without it the proof stands under one that witnesses
    /// have cosigned, where one covers the record by now.
    wait: Option<Cover>,
}

impl super::question::Asked for ProofQuery {
    fn min_seq(&self) -> Option<u64> {
        self.min_seq
    }
}

/// The proof that a record is in the log: a C2SP tlog-proof, under the newest checkpoint that
/// enough witnesses have cosigned, or else under the newest.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/events/{seq}/proof", tag = "published",
    params(("ledger" = String, Path), ("seq" = u64, Path), ProofQuery),
    responses((status = 200, body = String, content_type = "text/plain"),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 503, body = Problem)))]
pub async fn proof(question: Question<ProofQuery>, path: web::Path<(String, u64)>) -> Answered {
    let (_, seq) = path.into_inner();
    let state = &question.state;
    let ledger = chain::LedgerId(question.ledger.0);
    let entry = state.handle.reader().get(ledger, seq);
    let entry = entry.map_err(|error| Problem::internal(&error))?;
    let entry = entry.ok_or_else(|| Problem::not_found("the record", "此记录"))?;
    let wait = question.query.wait;
    if wait == Some(Cover::Witnessed) && state.cosigned.is_none() {
        return Err(super::commands::no_witnesses());
    }
    let cosigned = state.witnessed().filter(|it| it.size > entry.position);
    let under = match cosigned.filter(|_| wait != Some(Cover::Checkpoint)) {
        Some(under) => Some(under),
        None => {
            let cover = wait.unwrap_or(Cover::Checkpoint);
            state.covering(entry.position, cover).await
        }
    };
    let under = under.ok_or_else(not_published)?;
    let (log, hash) = (state.published_log()?, entry.record.hash);
    let proof = proof_of(log, ledger, seq, hash, entry.position, &under)?;
    Ok(text(HttpResponse::Ok(), &proof))
}

/// The proof of a record under a checkpoint that covers it.
///
/// # Errors
/// The tree cannot be read.
pub(super) fn proof_of(
    log: &PublishedLog,
    ledger: chain::LedgerId,
    seq: u64,
    hash: chain::Hash,
    position: u64,
    under: &Published,
) -> Result<String, Problem> {
    let leaf = chain::leaf_hash(&chain::leaf_bytes(ledger, seq, hash));
    let path = log
        .inclusion(position, leaf, under)
        .map_err(|error| not_proved(&error))?;
    let proof = TlogProof {
        extra: None,
        index: position,
        path,
        checkpoint: under.note.clone(),
    };
    Ok(proof.to_string())
}

/// 503 for what is not published yet.
pub(super) fn not_published() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "NOT_PUBLISHED",
        "no checkpoint covers this record yet",
        "尚无检查点覆盖此记录",
    )
}
