//! A running server: the sequencer and actix-web over it.

use crate::body;
use crate::connections;
use crate::key;
use crate::observe;
use crate::problem::Problem;
use crate::room::Room;
use crate::routes;
use crate::scrub;
use crate::state::State;
use crate::witnesses::Witnesses;
use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use sequencer::{Handle, Publication, Rotation, SnapshotTimer, Snapshots, Timer, Trust};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use store::Register;
use tokio::sync::watch;

/// Threads that parse and answer. The writer has its own; on two cores more would only wait.
const WORKERS: usize = 2;
/// How long a client may take to send its head before the connection is closed.
const CLIENT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long an idle connection is kept for another request.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Threads of each worker for what waits for the disk. What takes long has places, `State` says how
/// many: these are more, so that a download never waits for a trace.
const BLOCKING_THREADS: usize = 24;

/// Connections to the address of `/metrics`: some Prometheus servers and somebody who looks.
const METRICS_CONNECTIONS_MAX: usize = 32;

/// How long a stop waits for answers under way; streams of records are told to end.
const STOP_TIMEOUT_SECONDS: u64 = 3;

/// A running server.
pub struct Running {
    /// Where it listens.
    pub addr: SocketAddr,
    /// Where `/metrics` is, if it has an address of its own.
    pub metrics_addr: Option<SocketAddr>,
    /// The sequencer under it.
    pub handle: Handle,
    /// What its daily scrub has to say.
    pub health: scrub::Shared,
    /// How much of what clients send it holds at the moment, and held at the most.
    pub room: Arc<Room>,
    closing: watch::Sender<bool>,
    server: ServerHandle,
    scrub: scrub::Running,
    http: JoinHandle<std::io::Result<()>>,
    writer: JoinHandle<()>,
    witnesses: Option<Witnesses>,
    timer: Option<Timer>,
    snapshots: Option<SnapshotTimer>,
}

/// What is served, where, and with which key.
pub struct Settings {
    /// The data directory.
    pub dir: PathBuf,
    /// The address to listen on.
    pub listen: String,
    /// The file with the log's key; must exist.
    pub key: PathBuf,
    /// The file with the log's newest head; should be on another disk than the data.
    pub register: PathBuf,
    /// Go on without a register that should be there.
    pub adopt_head: bool,
    /// The trust policy (C2SP tlog-policy) whose witnesses are asked to cosign; none without it.
    pub policy: Option<PathBuf>,
    /// The key shall take the place of the one that the log has recorded.
    pub rotation: Option<Rotation>,
    /// When snapshots are taken; where there is nothing none are taken, and none are read.
    pub snapshots: Option<Snapshots>,
    /// The address of `/metrics`; the same as all else where there is none.
    pub metrics: Option<String>,
    /// How long a head may take to come, and how long a body may keep the server waiting; the usual
    /// times where there is none, which is for tests.
    pub patience: Option<Duration>,
    /// The day, for tests of due dates; the machine's where there is none.
    pub today: Option<jiff::civil::Date>,
}

impl Settings {
    /// For a data directory: the key and the register stand beside it, as `<dir>.key` and
    /// `<dir>.head`.
    #[must_use]
    pub fn of(dir: &Path, listen: &str) -> Settings {
        Settings {
            dir: dir.to_owned(),
            listen: listen.to_owned(),
            key: beside(dir, "key"),
            register: beside(dir, "head"),
            adopt_head: false,
            policy: None,
            rotation: None,
            snapshots: None,
            metrics: None,
            patience: None,
            today: None,
        }
    }
}

/// `<path>.<ending>`.
#[must_use]
pub fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

/// Opens a data directory, verifies all of it, and serves it on background threads.
///
/// # Errors
/// The log is damaged or in use, does not continue what was published, there is no key, or the
/// address cannot be listened on.
pub fn start(settings: &Settings) -> anyhow::Result<Running> {
    let Settings { dir, listen, .. } = settings;
    make_private(dir)?;
    let publication = publication(settings)?;
    let kept = beside(&settings.register, "witnessed");
    anyhow::ensure!(
        settings.adopt_head || settings.register.exists() || !kept.exists(),
        "this log was published, for {} holds its cosignatures, and there is no head register at \
         {}: name it with --register, restore it, or say --adopt-head to go on from the log as it \
         is",
        kept.display(),
        settings.register.display()
    );
    let started = sequencer::start_published(dir, sequencer::machine(), publication)?;
    let handle = started.handle;
    let mut state = State::new(handle.clone())?;
    state.fixed_today = settings.today;
    state.patience = settings.patience.unwrap_or(state.patience);
    state.shows_metrics = settings.metrics.is_none();
    // What a start has not read itself is read by the scrub, which begins with it at once.
    if handle.trust() == Trust::Verified {
        let records = handle.reader().next_position();
        state.scrub.verified_at_start(records);
    }
    let witnesses = match (&settings.policy, handle.published_log()) {
        (Some(policy), Some(log)) => Some(Witnesses::start(policy, log, &kept, handle.fallen())?),
        (Some(_) | None, _) => None,
    };
    if let Some(witnesses) = &witnesses {
        state.cosigned = Some(witnesses.cosigned());
        state.disputes = witnesses.disputes();
    }
    let closing = state.closing.clone();
    let health = state.scrub.clone();
    let room = Arc::clone(&state.room);
    let scrub = scrub::Running::start(handle.clone(), health.clone())?;
    let read = handle.reader().next_position();
    let read = read.saturating_sub(started.began_from.unwrap_or_default());
    let snapshots = match settings.snapshots {
        Some(_) => Some(SnapshotTimer::start(handle.clone(), read)?),
        None => None,
    };
    let listener = bind(listen)?;
    let addr = listener.local_addr()?;
    let metrics = settings.metrics.as_deref().map(bind).transpose()?;
    let metrics_addr = metrics
        .as_ref()
        .map(|bound| bound.local_addr())
        .transpose()?;
    let listeners = Listeners {
        listener,
        metrics,
        head_time: settings.patience.unwrap_or(CLIENT_TIMEOUT),
    };
    let (http, server) = answer(listeners, web::Data::new(state))?;
    Ok(Running {
        addr,
        metrics_addr,
        handle,
        health,
        room,
        closing,
        server,
        scrub,
        http,
        writer: started.writer,
        witnesses,
        timer: None,
        snapshots,
    })
}

/// What the log is published with. Key and register are elsewhere than what they stand for.
fn publication(settings: &Settings) -> anyhow::Result<Publication> {
    let signer = key::signer(&settings.key)?;
    key::outside(&settings.key, &settings.dir)?;
    key::outside(&directory_of(&settings.register), &settings.dir)?;
    let register = Register::at(&settings.register);
    key::outside(&directory_of(register.file()?), &settings.dir)?;
    Ok(Publication {
        signer,
        register,
        adopt_head: settings.adopt_head,
        rotation: settings.rotation.clone(),
        snapshots: settings.snapshots,
    })
}

fn bind(listen: &str) -> anyhow::Result<TcpListener> {
    let bound = TcpListener::bind(listen);
    bound.map_err(|error| anyhow::anyhow!("cannot listen on {listen}: {error}"))
}

/// Where requests come in.
struct Listeners {
    listener: TcpListener,
    metrics: Option<TcpListener>,
    head_time: Duration,
}

/// Answers requests on a thread of its own.
fn answer(
    listeners: Listeners,
    data: web::Data<State>,
) -> anyhow::Result<(JoinHandle<std::io::Result<()>>, ServerHandle)> {
    let (sent, received) = std::sync::mpsc::channel();
    let thread = std::thread::Builder::new().name("http".to_owned());
    let http = thread.spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let Listeners {
                listener,
                metrics,
                head_time,
            } = listeners;
            let connections = data.metrics.connections.clone();
            let beside = metrics.map(|listener| answer_metrics(listener, data.clone()));
            let beside = beside.transpose()?;
            let server = HttpServer::new(move || {
                App::new()
                    .app_data(data.clone())
                    .app_data(path_config())
                    .wrap(Compress::default())
                    .wrap(from_fn(body::received))
                    .wrap(from_fn(observe::observed))
                    .configure(routes::mount)
                    .default_service(web::to(unknown_route))
            })
            .workers(WORKERS)
            .on_connect(move |stream, extensions| {
                connections::accepted(&connections, stream, extensions);
            })
            .max_connections(connections_max())
            .worker_max_blocking_threads(BLOCKING_THREADS)
            .tcp_nodelay(true)
            .keep_alive(KEEP_ALIVE)
            .client_request_timeout(head_time)
            .shutdown_timeout(STOP_TIMEOUT_SECONDS)
            .disable_signals()
            .listen(listener)?
            .run();
            // The receiver waits for this one message.
            let _ = sent.send(server.handle());
            let ended = server.await;
            if let Some(beside) = beside {
                beside.stop(false).await;
            }
            ended
        })
    })?;
    Ok((http, received.recv()?))
}

/// Open connections of each worker, as many as the process has files for.
fn connections_max() -> usize {
    let (most, warning) = connections::most(connections::files_max());
    if let Some(warning) = warning {
        tracing::warn!("{warning}");
    }
    (most / WORKERS).max(1)
}

/// Answers `/metrics` at an address of its own: who may reach it is then the network's business,
/// and it answers also when all connections of the other address are taken.
fn answer_metrics(listener: TcpListener, data: web::Data<State>) -> std::io::Result<ServerHandle> {
    let page = |state: web::Data<State>| async move { routes::metrics::page(&state) };
    let server = HttpServer::new(move || {
        App::new()
            .app_data(data.clone())
            .route("/metrics", web::get().to(page))
            .default_service(web::to(unknown_route))
    })
    .workers(1)
    .max_connections(METRICS_CONNECTIONS_MAX)
    .client_request_timeout(CLIENT_TIMEOUT)
    .disable_signals()
    .listen(listener)?
    .run();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    Ok(handle)
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

/// The directory of a file that may not be there yet.
fn directory_of(file: &Path) -> PathBuf {
    let parent = file
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or(Path::new(".")).to_owned()
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
    /// From here on records states once a day and, if so, seals the subjects every so often and
    /// soon after what is signed off; no less than a minute apart.
    ///
    /// # Errors
    /// A thread cannot be made.
    pub fn seal_every(&mut self, every: Option<Duration>) -> anyhow::Result<()> {
        self.timer = Some(Timer::start(self.handle.clone(), every)?);
        Ok(())
    }

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
            metrics_addr: _,
            health: _,
            room: _,
            handle,
            closing,
            server,
            scrub,
            http,
            writer,
            witnesses,
            timer,
            snapshots,
        } = self;
        closing.send_replace(true);
        drop(server.stop(true));
        let _ = http.join();
        drop(witnesses);
        // It reads the log, which is let go of only when nobody does.
        drop(scrub);
        drop(timer);
        drop(snapshots);
        // Nobody writes any more, so the next start reads nothing but this.
        if let Err(error) = handle.take_snapshot() {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(error, "no snapshot was taken");
        }
        drop(handle);
        let _ = writer.join();
    }
}
