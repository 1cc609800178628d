//! A running witness: C2SP tlog-witness over HTTP, and nothing else of this product.
//!
//! | route | answers |
//! |---|---|
//! | `POST /add-checkpoint` | 200 and the cosignature; 400, 403, 404, 409 with the size, 422 |
//! | `GET /<SHA-256 of the origin, hexadecimal>/checkpoint` | the newest checkpoint, cosigned |
//! | `GET /healthz` | `ok` |

use crate::problem::Problem;
use crate::serve::{path_config, unknown_route};
use actix_web::error::BlockingError;
use actix_web::http::header::{CACHE_CONTROL, ContentType};
use actix_web::{App, HttpResponse, HttpServer, web};
use chain::SUBMISSION_LEN_MAX;
use std::net::TcpListener;
use std::time::{Duration, SystemTime};
use tokio::sync::Notify;
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
    witness: Witness,
    /// Rung when the disk has failed.
    stopped: Notify,
}

/// Serves a witness until the process is told to end.
///
/// # Errors
/// The network failed, or the disk: then the process must end with an exit code that is not 0, and
/// what is on the disk is found at the next start.
pub fn serve(witness: Witness, listener: TcpListener) -> anyhow::Result<()> {
    let state = web::Data::new(State {
        witness,
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
    let witness = state.clone();
    let answer = web::block(move || witness.witness.add_checkpoint(&body, now_s)).await;
    match answer.map_err(|error: BlockingError| Problem::internal(&error))? {
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
