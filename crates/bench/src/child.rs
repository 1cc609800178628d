//! Processes of their own: a server that is asked over HTTP, and a start that is timed.

use crate::county::Hand;
use crate::folder::Folder;
use crate::{Place, machine};
use anyhow::{Context, Result, ensure};
use sequencer::Trust;
use serde::{Deserialize, Serialize};
use server::cli::token::{Grant, issue};
use server::identity::TokenKey;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// The first argument of a process that we start ourselves.
pub const ARGUMENT: &str = "--as-child";

/// What a server says when it serves.
#[derive(Debug, Serialize, Deserialize)]
struct Ready {
    addr: SocketAddr,
    tokens: BTreeMap<Hand, String>,
    /// From the beginning of its start until it served.
    seconds: f64,
    records: u64,
}

/// A server in a process of its own; ends when this is dropped.
pub struct Server {
    child: Child,
    ready: Ready,
    out: RefCell<BufReader<ChildStdout>>,
}

impl Server {
    /// Starts a server on a directory, on one processor if so asked, and waits until it serves.
    ///
    /// # Errors
    /// It does not.
    pub fn start(place: &Place, folder: &Folder, one_core: bool) -> Result<Server> {
        Server::start_as(
            place,
            folder,
            if one_core { "serve-on-one" } else { "serve" },
        )
    }

    /// [`Server::start`] from a snapshot, if there is one.
    ///
    /// # Errors
    /// It does not serve.
    pub fn start_from_snapshot(place: &Place, folder: &Folder) -> Result<Server> {
        Server::start_as(place, folder, "serve-from-snapshot")
    }

    fn start_as(place: &Place, folder: &Folder, how: &str) -> Result<Server> {
        let mut child = Command::new(&place.program)
            .args([ARGUMENT, how])
            .arg(&folder.dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        let out = child.stdout.take().context("its output is a pipe")?;
        let mut out = BufReader::new(out);
        out.read_line(&mut line)?;
        let ready = serde_json::from_str(&line).context("the server did not start")?;
        Ok(Server {
            child,
            ready,
            out: RefCell::new(out),
        })
    }

    /// Waits until all that it serves is verified: how many seconds that was after it served.
    ///
    /// # Errors
    /// It did not start from a snapshot, or the snapshot is not what the records say.
    pub fn verified(&self) -> Result<f64> {
        let mut line = String::new();
        self.out.borrow_mut().read_line(&mut line)?;
        line.trim()
            .parse()
            .context("it did not start from a snapshot that holds")
    }

    /// Where it listens.
    #[must_use]
    pub const fn addr(&self) -> SocketAddr {
        self.ready.addr
    }

    /// The token of a hand.
    #[must_use]
    pub fn token(&self, hand: Hand) -> &str {
        &self.ready.tokens[&hand]
    }

    /// How long its start took until it served.
    #[must_use]
    pub const fn seconds(&self) -> f64 {
        self.ready.seconds
    }

    /// How many records it started with.
    #[must_use]
    pub const fn records(&self) -> u64 {
        self.ready.records
    }

    /// Its resident memory, in bytes.
    #[must_use]
    pub fn rss(&self) -> u64 {
        machine::rss(&self.child.id().to_string())
    }

    /// Of its resident memory, what is its own and not a file's, in bytes.
    #[must_use]
    pub fn anonymous(&self) -> u64 {
        machine::anonymous(&self.child.id().to_string())
    }

    /// Its processor time so far.
    #[must_use]
    pub fn busy(&self) -> Duration {
        machine::busy(&self.child.id().to_string())
    }

    /// Its process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It ends when its input does; whatever becomes of it, it is waited for.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// How a directory is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// After everything was read, on all processors.
    Usual,
    /// The same on one.
    OnOne,
    /// From a snapshot.
    FromSnapshot,
}

/// Serves a directory until the input ends.
///
/// # Errors
/// It cannot be served.
pub fn serve(dir: &Path, how: How) -> Result<()> {
    if how == How::OnOne {
        stay_on_one()?;
    }
    let begin = Instant::now();
    let folder = Folder::at(dir);
    let mut settings = folder.settings();
    if how == How::FromSnapshot {
        settings.snapshots = Some(crate::folder::SNAPSHOTS);
    }
    let running = server::serve::start(&settings)?;
    let seconds = begin.elapsed().as_secs_f64();
    let records = running.handle.reader().next_position();
    let ready = Ready {
        addr: running.addr,
        tokens: tokens(&running.handle, dir)?,
        seconds,
        records,
    };
    let mut out = std::io::stdout();
    writeln!(out, "{}", serde_json::to_string(&ready)?)?;
    out.flush()?;
    if how == How::FromSnapshot {
        writeln!(out, "{}", until_verified(&running.handle))?;
        out.flush()?;
    }
    std::io::stdin().read_to_end(&mut Vec::new())?;
    running.stop();
    Ok(())
}

/// Audits a directory in a process of its own, on one processor: how many records, in how many
/// seconds.
///
/// # Errors
/// It is not intact.
pub fn audit(place: &Place, folder: &Folder) -> Result<(u64, f64)> {
    let mut program = Command::new(&place.program);
    program.args([ARGUMENT, "audit"]).arg(&folder.dir);
    let output = program.stderr(Stdio::inherit()).output()?;
    ensure!(
        output.status.success(),
        "the audit ended with {}",
        output.status
    );
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// The audit itself.
///
/// # Errors
/// The directory is not intact.
pub fn audited(dir: &Path) -> Result<()> {
    stay_on_one()?;
    let begin = Instant::now();
    let verified = store::verify(dir, |_| ())?;
    let told = (verified.records, begin.elapsed().as_secs_f64());
    writeln!(std::io::stdout(), "{}", serde_json::to_string(&told)?)?;
    Ok(())
}

/// How long until all that is served is verified, in seconds; or why it never will be.
fn until_verified(handle: &sequencer::Handle) -> String {
    let begin = Instant::now();
    if handle.trust() == Trust::Verified {
        return "nothing is from a snapshot".to_owned();
    }
    loop {
        match handle.trust() {
            Trust::Verified => return begin.elapsed().as_secs_f64().to_string(),
            Trust::Wrong { why, .. } => return why,
            Trust::Unverified { .. } => std::thread::sleep(Duration::from_millis(20)),
        }
    }
}

fn tokens(handle: &sequencer::Handle, dir: &Path) -> Result<BTreeMap<Hand, String>> {
    let key = TokenKey::open(dir, true)?;
    let mut tokens = BTreeMap::new();
    for hand in Hand::ALL {
        let actor = hand.actor();
        let grant = Grant {
            person: actor.person,
            name: None,
            organisation: actor.organisation,
            roles: hand.roles(),
            ledgers: Vec::new(),
            expires_on: None,
        };
        tokens.insert(hand, issue(handle, &key, grant)?.0);
    }
    Ok(tokens)
}

/// This process and its threads run on the first processor that they may run on, and on no other.
///
/// # Errors
/// The system does not allow it.
pub fn stay_on_one() -> Result<()> {
    use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
    use nix::unistd::Pid;
    let may = sched_getaffinity(Pid::from_raw(0))?;
    let first = (0..CpuSet::count()).find(|cpu| may.is_set(*cpu).unwrap_or_default());
    let mut one = CpuSet::new();
    one.set(first.context("a processor")?)?;
    sched_setaffinity(Pid::from_raw(0), &one)?;
    Ok(())
}

/// Runs a benchmark in a process of its own and gives its rows.
///
/// # Errors
/// It ends in another way than it should.
pub fn measure(place: &Place, name: &str) -> Result<Vec<crate::Row>> {
    let output = Command::new(&place.program)
        .args([ARGUMENT, "measure"])
        .arg(&place.dir)
        .arg(name)
        .arg(serde_json::to_string(&place.sizes)?)
        .stderr(Stdio::inherit())
        .output()?;
    ensure!(
        output.status.success(),
        "{name} ended with {}",
        output.status
    );
    Ok(serde_json::from_slice(&output.stdout)?)
}
