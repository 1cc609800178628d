//! `/healthz`, `/readyz`, and an operator's word about the clock.

use crate::identity::Bearer;
use crate::problem::Problem;
use crate::routes::mounted::Routes;
use crate::scrub::{Reading, UnderWay, Verified};
use crate::state::State;
use actix_web::HttpResponse;
use actix_web::web;
use ledger::token::Role;
use sequencer::Trust;
use serde::Serialize;
use std::sync::PoisonError;
use store::Standing;

pub(super) fn mount(routes: &mut Routes) {
    routes
        .route("/healthz", web::get().to(healthz))
        .route("/readyz", web::get().to(readyz))
        .route("/v1/clock/confirmation", web::post().to(confirm_clock));
}

/// The process answers.
#[utoipa::path(get, path = "/healthz", tag = "operation", responses((status = 200)))]
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain").body("ok\n")
}

/// How ready the server is.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Readiness {
    ready: bool,
    /// How many records are served.
    records: u64,
    ledgers: usize,
    /// The position up to which, exclusive, every record was read from the disk and found sound
    /// since the start.
    verified_through: u64,
    /// How many records after that have not been read again since they were written.
    unverified: u64,
    /// How far the reading under way has come.
    #[serde(skip_serializing_if = "Option::is_none")]
    reading: Option<UnderWay>,
    /// The last time that everything on the disk was read and found sound.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_verified: Option<Reading>,
    /// How many records the newest checkpoint covers.
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<u64>,
    /// How far the snapshot that the start began from is verified; nothing where the start has read
    /// everything. Until then every answer bears the header `fundtrace-unverified`.
    #[serde(skip_serializing_if = "Option::is_none")]
    snapshot: Option<Verified>,
    /// What does not keep it from serving and should be mended.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Warning>,
}

/// What an operator should mend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Warning {
    /// The head register is on the disk of the data: whoever takes that disk back to last week
    /// takes the register with it.
    RegisterOnDataDisk,
    /// The head register is not there any more, or cannot be read: nothing is published until it
    /// is put back as it was.
    RegisterGone,
    /// Somebody else has written to the head register: nothing is published until it is put back as
    /// it was.
    RegisterChanged,
    /// Checkpoints cannot be published: the register, or the files of the tree, cannot be written.
    CheckpointsNotPublished,
    /// A witness has seen another history of this log, or found it false: its own log says what.
    WitnessDisputes,
}

fn warnings(state: &State) -> Vec<Warning> {
    let Some(log) = state.handle.published_log() else {
        return Vec::new();
    };
    let shares = log.register().shares_disk(state.handle.dir());
    let shares = shares.then_some(Warning::RegisterOnDataDisk);
    let standing = match log.register().standing() {
        Standing::Kept => None,
        Standing::Gone => Some(Warning::RegisterGone),
        Standing::Another => Some(Warning::RegisterChanged),
    };
    let failing = log.is_failing();
    let failing = failing.then_some(Warning::CheckpointsNotPublished);
    let disputed = state.disputes.lock();
    let disputed = !disputed.unwrap_or_else(PoisonError::into_inner).is_empty();
    let disputed = disputed.then_some(Warning::WitnessDisputes);
    let of_register = shares.into_iter().chain(standing);
    of_register.chain(failing).chain(disputed).collect()
}

/// The server reads and writes.
#[utoipa::path(get, path = "/readyz", tag = "operation",
    responses((status = 200, body = Readiness), (status = 503, body = Problem)))]
pub async fn readyz(state: web::Data<State>) -> Result<HttpResponse, Problem> {
    if *state.handle.stopped().borrow() {
        return Err(sequencer::Unavailable::Stopped.into());
    }
    if let Trust::Wrong { why, .. } = state.handle.trust() {
        return Err(Problem::unavailable(
            "SNAPSHOT_WRONG",
            &format!("what is served is not what the records say: {why}; start again"),
            &format!("当前数据与记录不符:{why};请重新启动"),
        ));
    }
    let ended = state.handle.fallen().names().join(", ");
    if !ended.is_empty() {
        return Err(Problem::unavailable(
            "THREAD_ENDED",
            &format!(
                "a part of the server has failed and does nothing any more: {ended}; start again"
            ),
            &format!("服务的一部分已意外终止:{ended};请重新启动"),
        ));
    }
    let scrub = state.scrub.health();
    if let Some(rot) = scrub.rot.first() {
        let (what, (zh, en)) = (&rot.what, rot.advice);
        return Err(Problem::unavailable(
            "DAMAGED",
            &format!("damage was found on the disk: {what}; {en}"),
            &format!("磁盘上发现损坏:{what};{zh}"),
        ));
    }
    let records = state.handle.reader().next_position();
    let ledgers = state.handle.ledgers().len();
    let verified_through = scrub.verified_through().min(records);
    Ok(HttpResponse::Ok().json(Readiness {
        ready: true,
        records,
        ledgers,
        verified_through,
        unverified: records.saturating_sub(verified_through),
        reading: scrub.under_way,
        last_verified: scrub.last,
        published: state
            .handle
            .published_log()
            .and_then(|log| Some(log.latest()?.size)),
        snapshot: scrub.snapshot,
        warnings: warnings(&state),
    }))
}

/// An administrator says that the machine's clock is right, after `CLOCK` was answered.
#[utoipa::path(post, path = "/v1/clock/confirmation", tag = "operation",
    responses((status = 202), (status = 403, body = Problem)))]
pub async fn confirm_clock(
    state: web::Data<State>,
    bearer: Bearer,
) -> Result<HttpResponse, Problem> {
    if !bearer.is_any(&[Role::Administrator]) {
        return Err(Problem::forbidden(
            "an administrator's token is needed",
            "需要系统管理员令牌",
        ));
    }
    state.handle.confirm_clock()?;
    Ok(HttpResponse::Accepted().finish())
}
