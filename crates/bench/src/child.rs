//! Processes of their own: a server that is asked over HTTP, and a start that is timed.

use crate::county::Hand;
use crate::folder::Folder;
use crate::{Place, machine};
use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use server::cli::token::{Grant, issue};
use server::identity::TokenKey;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

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
}

impl Server {
    /// Starts a server on a directory, on one processor if so asked, and waits until it serves.
    ///
    /// # Errors
    /// It does not.
    pub fn start(place: &Place, folder: &Folder, one_core: bool) -> Result<Server> {
        let mut child = Command::new(&place.program)
            .args([ARGUMENT, if one_core { "serve-on-one" } else { "serve" }])
            .arg(&folder.dir)
            // As `deploy/` sets it: what is freed is given back at once.
            .env("MIMALLOC_PURGE_DELAY", "0")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        let out = child.stdout.take().context("its output is a pipe")?;
        BufReader::new(out).read_line(&mut line)?;
        let ready = serde_json::from_str(&line).context("the server did not start")?;
        Ok(Server { child, ready })
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
    pub fn busy(&self) -> std::time::Duration {
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

/// Serves a directory until the input ends.
///
/// # Errors
/// It cannot be served.
pub fn serve(dir: &Path, one_core: bool) -> Result<()> {
    if one_core {
        stay_on_one()?;
    }
    let begin = Instant::now();
    let folder = Folder::at(dir);
    let running = server::serve::start(&folder.settings())?;
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
    std::io::stdin().read_to_end(&mut Vec::new())?;
    running.stop();
    Ok(())
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
        .env("MIMALLOC_PURGE_DELAY", "0")
        .stderr(Stdio::inherit())
        .output()?;
    ensure!(
        output.status.success(),
        "{name} ended with {}",
        output.status
    );
    Ok(serde_json::from_slice(&output.stdout)?)
}
