//! What the log says of itself: seals of the subjects, and states of the projections.

use crate::identity::Bearer;
use crate::problem::Problem;
use crate::routes::mounted::Routes;
use crate::routes::question::{Answered, Question, in_query};
use crate::routes::through::{Answer, Ask, Through};
use crate::state::State;
use actix_web::web;
use actix_web::{HttpRequest, HttpResponse};
use chain::NodeHash;
use ledger::ids::Subject;
use ledger::token::Role;
use sequencer::{SealError, Sealed};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub(super) fn mount(routes: &mut Routes) {
    routes
        .route("/v1/seals", web::get().to(seals))
        .route("/v1/seals", web::post().to(seal))
        .route("/v1/states", web::post().to(record_states))
        .route(
            "/v1/ledgers/{ledger}/subjects/{id}/proof",
            web::get().to(completeness),
        );
}

/// A seal 主体封存: through its last position no record of any subject can be left out unseen.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SealView {
    /// Its record in the `system` ledger.
    pub seq: u64,
    /// The position of that record in the deployment's log.
    pub position: u64,
    /// The RFC 6962 root over the subjects' leaves: 64 hexadecimal digits.
    pub root: String,
    /// How many subjects there are, counted in each ledger that names them.
    pub count: u64,
    /// The position of the last record that counts.
    pub through_position: u64,
}

impl From<Sealed> for SealView {
    fn from(seal: Sealed) -> SealView {
        SealView {
            seq: seal.seq,
            position: seal.position,
            root: seal.root.to_string(),
            count: seal.count,
            through_position: seal.through_position,
        }
    }
}

/// Seals, oldest first.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Seals {
    /// The last one, whatever was asked.
    pub latest: Option<SealView>,
    /// Those that were asked for.
    pub entries: Vec<SealView>,
    /// True if there are more after them.
    pub more: bool,
}

/// Which seals.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SealsQuery {
    /// Those recorded after this record of the `system` ledger.
    #[serde(default)]
    after_seq: u64,
    /// How many at the most, up to 1,000.
    limit: Option<usize>,
}

/// The seals of the subjects. They name nobody, so every token may ask.
#[utoipa::path(get, path = "/v1/seals", tag = "log", params(SealsQuery),
    responses((status = 200, body = Seals), (status = 401, body = Problem)))]
pub async fn seals(state: web::Data<State>, _bearer: Bearer, request: HttpRequest) -> Answered {
    let query = in_query::<SealsQuery>(request.query_string());
    let query = query?;
    let limit = query.limit.unwrap_or(100);
    let limit = limit.clamp(1, super::events::PAGE_LEN_MAX);
    let handle = state.handle.clone();
    let place = state.long.enter().await?;
    let found = place.block(move || {
        let (seals, more) = handle.seals(query.after_seq, limit)?;
        Ok::<_, SealError>(Seals {
            latest: handle.last_seal().map(SealView::from),
            entries: seals.into_iter().map(SealView::from).collect(),
            more,
        })
    });
    Ok(HttpResponse::Ok().json(found.await??))
}

/// Seals the subjects now: 201 with the seal, or 200 with the last one if there is nothing new.
/// Only for an administrator. Takes seconds on a million subjects.
#[utoipa::path(post, path = "/v1/seals", tag = "operation",
    responses((status = 201, body = SealView), (status = 200, body = SealView),
        (status = 403, body = Problem)))]
pub async fn seal(state: web::Data<State>, bearer: Bearer) -> Answered {
    administrator(&bearer)?;
    let handle = state.handle.clone();
    let place = state.seals.enter().await?;
    let sealed = place.block(move || {
        let sealed = handle.seal_subjects()?;
        Ok::<_, SealError>((sealed.is_some(), sealed.or_else(|| handle.last_seal())))
    });
    let (new, seal) = sealed.await??;
    let seal = seal.map(SealView::from);
    Ok(if new {
        HttpResponse::Created().json(seal)
    } else {
        HttpResponse::Ok().json(seal)
    })
}

/// How many states were recorded.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct StatesRecorded {
    /// One for each projection of each ledger that has changed since the last time.
    pub recorded: usize,
}

/// Records the hash of every projection of every ledger that has changed, so that a rebuild
/// (`fundtrace verify --rebuild`) can be held against it. Only for an administrator.
#[utoipa::path(post, path = "/v1/states", tag = "operation",
    responses((status = 201, body = StatesRecorded), (status = 403, body = Problem)))]
pub async fn record_states(state: web::Data<State>, bearer: Bearer) -> Answered {
    administrator(&bearer)?;
    let handle = state.handle.clone();
    let place = state.seals.enter().await?;
    let recorded = place.block(move || handle.record_states()).await??;
    Ok(HttpResponse::Created().json(StatesRecorded { recorded }))
}

/// That no record of a subject was left out through the last position of a seal: what its leaf is
/// made of, and the way from the leaf to the seal's root. `proto/README.md` says how it is checked.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CompletenessView {
    /// The seal.
    pub seal: SealView,
    /// The subject.
    pub subject: Uuid,
    /// How many records of the ledger name it through the seal's last position.
    pub records: u64,
    /// What their hashes come to, one after the other: 64 hexadecimal digits.
    pub hash: String,
    /// The place of its leaf, from 0.
    pub index: u64,
    /// The RFC 6962 inclusion proof from the leaf's sibling upwards, base64.
    pub path: Vec<String>,
}

/// How many records a subject of whatever kind had when the log was last sealed, and that these are
/// all: whoever holds as many can check that none was left out. 404 before the first seal, and for
/// what no record named by then.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/subjects/{id}/proof", tag = "log",
    params(("ledger" = String, Path), ("id" = Uuid, Path), Ask),
    responses((status = 200, body = Answer<CompletenessView>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn completeness(question: Question<Ask>, path: web::Path<(String, Uuid)>) -> Answered {
    let (_, id) = path.into_inner();
    let through = Through::of(&question.view());
    let of = (question.ledger, Subject(id));
    let handle = question.state.handle.clone();
    let proved = web::block(move || handle.prove_subjects(&[of]));
    let proved = proved.await.map_err(|error| Problem::internal(&error))?;
    let none = || Problem::not_found("a sealed record of the subject", "此主体的封存记录");
    let (seal, proofs) = match proved {
        Err(SealError::NotSealed) => return Err(none()),
        proved => proved?,
    };
    let proof = proofs.into_iter().next().flatten().ok_or_else(none)?;
    let view = CompletenessView {
        seal: seal.into(),
        subject: id,
        records: proof.accumulator.records,
        hash: proof.accumulator.hash.to_string(),
        index: proof.leaf_index,
        path: proof.path.iter().map(NodeHash::to_base64).collect(),
    };
    question.answer_through(through, view)
}

fn administrator(bearer: &Bearer) -> Result<(), Problem> {
    if bearer.is_any(&[Role::Administrator]) {
        return Ok(());
    }
    Err(Problem::forbidden(
        "an administrator's token is needed",
        "需要系统管理员令牌",
    ))
}

impl From<SealError> for Problem {
    fn from(error: SealError) -> Problem {
        match error {
            SealError::Newer { .. } => Problem::from(&sequencer::Refusal::Newer),
            SealError::Unavailable(unavailable) => unavailable.into(),
            SealError::Refused(refusal) => Problem::from(&refusal),
            SealError::Store(_)
            | SealError::NotSealed
            | SealError::Differs { .. }
            | SealError::NoPosition(_)
            | SealError::Proof(_)
            | SealError::Key(_)
            | SealError::Unhashable(_) => Problem::internal(&error),
        }
    }
}
