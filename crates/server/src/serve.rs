//! A running server: the sequencer and actix-web over it.

use crate::problem::Problem;
use crate::routes;
use crate::state::State;
use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::middleware::Compress;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use sequencer::Handle;
use std::net::SocketAddr;
use std::path::Path;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::watch;

/// Threads that parse and answer. The writer has its own; on two cores more would only wait.
const WORKERS: usize = 2;
/// How long a client may take to send its head before the connection is closed.
const CLIENT_TIMEOUT: Duration = Duration::from_secs(10);
/// Open connections, idle ones included, for each worker.
const CONNECTIONS_MAX: usize = 4096;

/// How long a stop waits for answers under way; streams of records are told to end.
const STOP_TIMEOUT_SECONDS: u64 = 3;

/// A running server.
pub struct Running {
    /// Where it listens.
    pub addr: SocketAddr,
    /// The sequencer under it.
    pub handle: Handle,
    closing: watch::Sender<bool>,
    server: ServerHandle,
    http: JoinHandle<std::io::Result<()>>,
    writer: JoinHandle<()>,
}

/// Opens a data directory, verifies all of it, and serves it on background threads.
///
/// # Errors
/// The log is damaged or in use, or the address cannot be listened on.
pub fn start(dir: &Path, listen: &str) -> anyhow::Result<Running> {
    start_at(dir, listen, None)
}

/// [`start`] with a fixed day, for tests of due dates.
///
/// # Errors
/// Those of [`start`].
pub fn start_at(
    dir: &Path,
    listen: &str,
    today: Option<jiff::civil::Date>,
) -> anyhow::Result<Running> {
    make_private(dir)?;
    let started = sequencer::start(dir, sequencer::machine())?;
    let handle = started.handle;
    let mut state = State::new(handle.clone())?;
    state.fixed_today = today;
    let closing = state.closing.clone();
    let listener = std::net::TcpListener::bind(listen)
        .map_err(|error| anyhow::anyhow!("cannot listen on {listen}: {error}"))?;
    let addr = listener.local_addr()?;
    let data = web::Data::new(state);
    let (sent, received) = std::sync::mpsc::channel();
    let thread = std::thread::Builder::new().name("http".to_owned());
    let http = thread.spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let server = HttpServer::new(move || {
                App::new()
                    .app_data(data.clone())
                    .app_data(path_config())
                    .wrap(Compress::default())
                    .configure(routes::mount)
                    .default_service(web::to(unknown_route))
            })
            .workers(WORKERS)
            .max_connections(CONNECTIONS_MAX)
            .client_request_timeout(CLIENT_TIMEOUT)
            .shutdown_timeout(STOP_TIMEOUT_SECONDS)
            .disable_signals()
            .listen(listener)?
            .run();
            // The receiver waits for this one message.
            let _ = sent.send(server.handle());
            server.await
        })
    })?;
    let server = received.recv()?;
    Ok(Running {
        addr,
        handle,
        closing,
        server,
        http,
        writer: started.writer,
    })
}

/// Makes a data directory that only its owner may read; one that exists stays as it is.
///
/// # Errors
/// It cannot be made.
pub fn make_private(dir: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
}

pub(crate) fn path_config() -> web::PathConfig {
    web::PathConfig::default().error_handler(|error, _| {
        let title = error.to_string();
        Problem::bad("BAD_PATH", &title, &format!("路径有误:{title}")).into()
    })
}

pub(crate) async fn unknown_route(request: HttpRequest) -> Result<HttpResponse, Problem> {
    if request.match_pattern().is_none() {
        return Err(Problem::not_found("the path", "此路径"));
    }
    let (title, title_zh) = (
        "this path does not take this method",
        "此路径不支持该请求方法",
    );
    Err(Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "METHOD_NOT_ALLOWED",
        title,
        title_zh,
    ))
}

impl Running {
    /// Serves until somebody interrupts it, or until the disk fails.
    ///
    /// # Errors
    /// The disk has failed: the process must end with an exit code that is not 0.
    pub fn wait(self) -> anyhow::Result<()> {
        let mut stopped = self.handle.stopped();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let failed = runtime.block_on(async {
            let mut term =
                tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = term.recv() => {}
                _ = stopped.wait_for(|stopped| *stopped) => {}
            }
            // Those who wait are told 503 before the process ends.
            if *self.handle.stopped().borrow() {
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
            Ok::<_, std::io::Error>(*self.handle.stopped().borrow())
        })?;
        self.stop();
        anyhow::ensure!(
            !failed,
            "storage failed; what is on the disk will be found at a restart"
        );
        Ok(())
    }

    /// Stops listening, finishes what was begun and lets go of the log.
    pub fn stop(self) {
        let Running {
            addr: _,
            handle,
            closing,
            server,
            http,
            writer,
        } = self;
        closing.send_replace(true);
        drop(server.stop(true));
        let _ = http.join();
        drop(handle);
        let _ = writer.join();
    }
}
