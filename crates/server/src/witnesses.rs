//! Getting checkpoints cosigned: each witness of the policy is asked by a thread of its own, and
//! what enough of them have cosigned is kept and shown.
//!
//! Nobody waits for this who did not ask to: the writer and the publisher do not know of it. A
//! witness that is slow or dead is asked again later, for the checkpoint that is then the newest.
//!
//! Witnesses are asked in rounds. A log may publish four checkpoints a second, and witnesses that
//! each cosigned another one would never be a quorum for any. So all are asked for the same one,
//! until enough have cosigned it or `ROUND_MAX` is over.

use crate::key::read_policy;
use anyhow::{Context, Result, bail, ensure};
use chain::{Note, NoteSignature, Policy, PolicyWitness};
use sequencer::{Fallen, Published, PublishedLog};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::Register;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

mod ask;
#[cfg(test)]
mod tests;

use ask::Asker;

/// How long a checkpoint waits for its quorum before the newest takes its place.
const ROUND_MAX: Duration = Duration::from_secs(5);

/// Cosignatures on their way from the threads; one that waits here loses nothing.
const ANSWERS_MAX: usize = 64;

/// The names of witnesses that have seen another history of this log, or found it false.
pub(crate) type Disputes = Arc<Mutex<BTreeSet<String>>>;

/// A checkpoint, or none yet.
type Newest = Option<Arc<Published>>;

/// The witnesses of a policy at work. They end when this is dropped.
pub struct Witnesses {
    cosigned: watch::Receiver<Newest>,
    disputes: Disputes,
    /// The threads have it only while they make a proof, so that the log is closed without them.
    _log: Arc<PublishedLog>,
    _closing: mpsc::Sender<()>,
}

impl Witnesses {
    /// Begins to ask the witnesses of a policy about a log. What enough of them cosigned is kept
    /// in the file `kept`, and read from there at the next start.
    ///
    /// # Errors
    /// The policy cannot be read, is of another log, or could never be fulfilled from here.
    pub fn start(
        policy: &Path,
        log: &PublishedLog,
        kept: &Path,
        fallen: &Fallen,
    ) -> Result<Witnesses> {
        let shown = policy.display();
        let policy = read_policy(policy)?;
        ensure!(
            policy
                .logs()
                .iter()
                .any(|known| known.key.to_string() == log.vkey()),
            "策略未列出本日志 · the policy {shown} does not name this log, {}",
            log.vkey()
        );
        ensure!(
            policy.is_met_by(|witness| witness.url.is_some()),
            "策略 {shown} 的联署要求无法满足:有地址的见证方不足 · the policy {shown} can never be met \
             from here: it says the addresses of too few witnesses, and the others cannot be asked"
        );
        let kept = Register::at(kept);
        let cosigned = watch::Sender::new(restored(&policy, log, &kept));
        let log = Arc::new(log.clone());
        let (answers, answered) = mpsc::channel(ANSWERS_MAX);
        let target = watch::Sender::new(None);
        let disputes = Disputes::default();
        for witness in policy.witnesses() {
            let Some(prefix) = prefix(witness)? else {
                tracing::warn!(
                    witness = witness.key.name(),
                    "the policy says no address of this witness: it is not asked"
                );
                continue;
            };
            let url = format!("{prefix}/add-checkpoint");
            let asker = Asker::new(witness.key.clone(), &url, &log, Arc::clone(&disputes));
            let (target, answers) = (target.subscribe(), answers.clone());
            let name = format!("witness {}", witness.key.name());
            fallen.spawn(&name, move || asker.run(target, &answers))?;
        }
        let (closing, closed) = mpsc::channel(1);
        let receiver = cosigned.subscribe();
        let rounds = Rounds {
            policy,
            kept,
            target,
            cosigned,
            current: None,
            is_quorum: false,
        };
        let newest = log.checkpoints();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()?;
        fallen.spawn("witnesses", move || {
            runtime.block_on(rounds.run(newest, answered, closed));
        })?;
        Ok(Witnesses {
            cosigned: receiver,
            disputes,
            _log: log,
            _closing: closing,
        })
    }

    /// The newest checkpoint that enough witnesses have cosigned, with their cosignatures.
    #[must_use]
    pub fn cosigned(&self) -> watch::Receiver<Newest> {
        self.cosigned.clone()
    }

    /// Who disputes what the log shows.
    pub(crate) fn disputes(&self) -> Disputes {
        Arc::clone(&self.disputes)
    }
}

/// Where a witness takes checkpoints. There is no TLS in this program, for which a proxy stands.
pub(crate) fn prefix(witness: &PolicyWitness) -> Result<Option<String>> {
    let Some(url) = &witness.url else {
        return Ok(None);
    };
    if !url.starts_with("http://") {
        let name = witness.key.name();
        bail!(
            "见证者 {name} 的地址须为 http:// · the address of the witness {name} is {url}: only \
             http:// is spoken here, put a proxy before it"
        );
    }
    Ok(Some(url.strip_suffix('/').unwrap_or(url).to_owned()))
}

/// What was kept before, if policy and log still go together with it.
fn restored(policy: &Policy, log: &PublishedLog, kept: &Register) -> Newest {
    let read = || -> Result<Newest> {
        let Some(bytes) = kept.read()? else {
            return Ok(None);
        };
        let note = Note::parse(&bytes)?;
        let checkpoint = policy.verify(&note)?.checkpoint;
        let (size, root) = (checkpoint.size(), checkpoint.root());
        let newest = log.latest().map_or(0, |latest| latest.size);
        ensure!(
            size <= newest,
            "it covers {size} records, the log has {newest}"
        );
        ensure!(
            log.root_at(size)? == root,
            "its root is not that of the log"
        );
        Ok(Some(Arc::new(Published { size, root, note })))
    };
    read()
        .with_context(|| format!("{} is left aside", kept.path().display()))
        .unwrap_or_else(|error| {
            tracing::warn!(
                error = format!("{error:#}"),
                "cosignatures are asked for anew"
            );
            None
        })
}

/// Which checkpoint all witnesses are asked for now.
struct Rounds {
    policy: Policy,
    kept: Register,
    target: watch::Sender<Newest>,
    cosigned: watch::Sender<Newest>,
    /// The target with the cosignatures that it has.
    current: Option<Published>,
    is_quorum: bool,
}

impl Rounds {
    /// Until the log is published no more, or [`Witnesses`] is dropped.
    async fn run(
        mut self,
        mut newest: watch::Receiver<Newest>,
        mut answers: mpsc::Receiver<(u64, NoteSignature)>,
        mut closed: mpsc::Receiver<()>,
    ) {
        let mut end = Instant::now();
        loop {
            let now = Instant::now();
            if self.is_quorum || end <= now {
                let next = newest.borrow_and_update().clone();
                self.begin(next);
                end = now.checked_add(ROUND_MAX).unwrap_or(now);
            }
            tokio::select! {
                changed = newest.changed() => if changed.is_err() { return },
                Some((size, signature)) = answers.recv() => self.take(size, signature),
                () = tokio::time::sleep_until(end), if !self.is_quorum => {}
                _ = closed.recv() => return,
            }
        }
    }

    /// Asks for the newest checkpoint, unless that is asked for already.
    fn begin(&mut self, next: Newest) {
        let Some(next) = next else { return };
        let is_asked = self.current.as_ref().map(|current| current.size) == Some(next.size);
        if is_asked {
            return;
        }
        self.current = Some(Published::clone(&next));
        self.is_quorum = false;
        self.target.send_replace(Some(next));
        self.show();
    }

    /// Adds a cosignature, which has been verified. One that comes late is for nobody.
    fn take(&mut self, size: u64, signature: NoteSignature) {
        let Some(current) = self.current.as_mut().filter(|now| now.size == size) else {
            return;
        };
        if let Err(error) = current.note.add(signature) {
            tracing::warn!(%error, "a cosignature does not fit on the checkpoint");
            return;
        }
        self.show();
    }

    /// Keeps and shows the checkpoint, if enough have cosigned it.
    fn show(&mut self) {
        let Some(current) = &self.current else { return };
        if self.policy.verify(&current.note).is_err() {
            return;
        }
        self.is_quorum = true;
        if let Err(error) = self.kept.write(current.note.to_string().as_bytes()) {
            // They can be asked for again; what is shown holds without the file.
            tracing::warn!(error = %anyhow::Error::from(error), "cosignatures are not kept");
        }
        self.cosigned.send_replace(Some(Arc::new(current.clone())));
    }
}
