//! A running witness: C2SP tlog-witness over HTTP.
//!
//! | route | answers |
//! |---|---|
//! | `POST /add-checkpoint` | 200 and the cosignature; 400, 403, 404, 409 with the size, 422 |
//! | `GET /<SHA-256 of the origin, hexadecimal>/checkpoint` | the newest checkpoint, cosigned |
//! | `GET /healthz` | `ok` |
//! | `GET /status` | how far a witness that replays is, and what it refuses; JSON |

use crate::problem::Problem;
use crate::replaying::{Replaying, WAIT_MAX};
use crate::serve::{path_config, unknown_route};
use actix_web::error::BlockingError;
use actix_web::http::header::{CACHE_CONTROL, ContentType};
use actix_web::{App, HttpResponse, HttpServer, web};
use chain::SUBMISSION_LEN_MAX;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};
use witness::{Refused, Witness};

/// Threads that parse and answer; logs come seldom, and one after the other.
const WORKERS: usize = 2;
/// Open connections for each worker.
const CONNECTIONS_MAX: usize = 512;
/// How long a client may take to send its head.
const CLIENT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a client may take to send its body, of at most 260 KiB.
const BODY_TIME_MAX: Duration = Duration::from_secs(30);
/// How long a stop waits for answers under way.
const STOP_TIMEOUT_SECONDS: u64 = 3;

struct State {
    witness: Arc<Witness>,
    /// Who reads the records, of a witness that replays.
    replaying: Option<Arc<Replaying>>,
    /// Rung when the disk has failed.
    stopped: Notify,
}

/// Serves a witness until the process is told to end; with who reads the records, if it replays.
///
/// # Errors
/// The network failed, or the disk: then the process must end with an exit code that is not 0, and
/// what is on the disk is found at the next start.
pub fn serve(
    witness: Arc<Witness>,
    replaying: Option<Arc<Replaying>>,
    listener: TcpListener,
) -> anyhow::Result<()> {
    let state = web::Data::new(State {
        witness,
        replaying,
        stopped: Notify::new(),
    });
    actix_web::rt::System::new().block_on(async move {
        let shared = state.clone();
        let server = HttpServer::new(move || {
            App::new()
                .app_data(shared.clone())
                .app_data(path_config())
                .configure(mount)
                .default_service(web::to(unknown_route))
        })
        .workers(WORKERS)
        .max_connections(CONNECTIONS_MAX)
        .client_request_timeout(CLIENT_TIMEOUT)
        .shutdown_timeout(STOP_TIMEOUT_SECONDS)
        .listen(listener)?
        .run();
        let handle = server.handle();
        let mut running = actix_web::rt::spawn(server);
        tokio::select! {
            ended = &mut running => return Ok(ended??),
            () = state.stopped.notified() => {}
        }
        // Whoever waits is told 503 before the process ends.
        handle.stop(true).await;
        anyhow::bail!("storage failed; what is on the disk will be found at a restart")
    })
}

fn mount(config: &mut web::ServiceConfig) {
    config
        .route("/add-checkpoint", web::post().to(add_checkpoint))
        .route("/status", web::get().to(status))
        .route("/{origin}/checkpoint", web::get().to(checkpoint))
        .route("/healthz", web::get().to(crate::routes::health::healthz));
}

async fn add_checkpoint(
    state: web::Data<State>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let body = tokio::time::timeout(BODY_TIME_MAX, payload.to_bytes_limited(SUBMISSION_LEN_MAX));
    let body = body
        .await
        .map_err(|_| Problem::cut_off())?
        .map_err(|_| Problem::submission_too_large())?
        .map_err(|_| Problem::cut_off())?;
    match added(&state, &body).await? {
        Ok(lines) => Ok(HttpResponse::Ok()
            .content_type(ContentType::plaintext())
            .body(lines)),
        Err(Refused::Conflict { size }) => Ok(HttpResponse::Conflict()
            .content_type("text/x.tlog.size")
            .body(format!("{size}\n"))),
        Err(refused) => {
            if matches!(refused, Refused::Stopped) {
                state.stopped.notify_one();
            }
            Err(refused.into())
        }
    }
}

/// The answer to a submission. Where the records are not read up to it yet, waits for that a while:
/// mostly they are a few, and read sooner than they could be asked for again.
async fn added(
    state: &web::Data<State>,
    body: &web::Bytes,
) -> Result<Result<String, Refused>, Problem> {
    let add = async || {
        let (state, body) = (state.clone(), body.clone());
        let answer = web::block(move || match &state.replaying {
            None => state.witness.add_checkpoint(&body, now_s),
            Some(replaying) => {
                let replayed = |checkpoint: &_| replaying.verdict(checkpoint);
                state.witness.add_replayed(&body, now_s, replayed)
            }
        });
        let answer = answer.await;
        answer.map_err(|error: BlockingError| Problem::internal(&error))
    };
    let Some(replaying) = &state.replaying else {
        return add().await;
    };
    let now = Instant::now();
    let deadline = now.checked_add(WAIT_MAX).unwrap_or(now);
    // From before it is asked, so that no end is missed.
    let mut ended = replaying.ended();
    loop {
        let answer = add().await?;
        if !matches!(answer, Err(Refused::NotReplayed { .. })) {
            return Ok(answer);
        }
        let Ok(Ok(())) = timeout_at(deadline, ended.changed()).await else {
            return Ok(answer);
        };
        // Not asked again: that would begin the reading again, for nobody.
        if let Some(why) = replaying.trouble() {
            return Ok(Err(Refused::NotReplayed { why }));
        }
    }
}

async fn status(state: web::Data<State>) -> Result<HttpResponse, Problem> {
    let replaying = state.replaying.as_ref();
    let replaying = replaying.ok_or_else(|| Problem::not_found("the page", "此页面"))?;
    let cosigned = state.witness.cosigned(replaying.origin());
    let status = serde_json::json!({
        "log": replaying.origin(),
        "cosigned": cosigned,
        "replay": replaying.status(),
    });
    Ok(HttpResponse::Ok().json(status))
}

async fn checkpoint(
    state: web::Data<State>,
    origin: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let found = state.witness.latest(&origin);
    let note = found.ok_or_else(|| Problem::not_found("the log", "此日志"))?;
    Ok(HttpResponse::Ok()
        .content_type(ContentType::plaintext())
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(note))
}

/// UTC seconds; 0 before 1970.
fn now_s() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}
