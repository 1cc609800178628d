//! Asking one witness: `add-checkpoint` of C2SP tlog-witness, as a client.

use super::{Disputes, Newest};
use chain::{NoteError, NoteSignature, Submission, SubmissionError, VerifierKey};
use sequencer::{ProveError, Published, PublishedLog};
use std::sync::{Arc, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{mpsc, watch};

/// How long a witness may take to answer.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(10);
/// The longest answer that is read, in bytes: a hundred lines of cosignatures.
const ANSWER_LEN_MAX: u64 = 64 * 1024;
/// The first pause after a failure; each further one is twice as long.
const PAUSE_MIN: Duration = Duration::from_secs(1);
/// The longest pause.
const PAUSE_MAX: Duration = Duration::from_secs(10);
/// How often it is asked again at once because it remembers another size: once, unless somebody
/// else is sending it this log's checkpoints.
const TRIES: usize = 3;

/// Why a witness has not cosigned.
#[derive(Debug, thiserror::Error)]
enum AskError {
    #[error("it cannot be reached")]
    Http(#[from] ureq::Error),
    #[error("it answers {status}: {text}")]
    Status { status: u16, text: String },
    #[error("its answer is not that of C2SP tlog-witness")]
    Answer(#[source] NoteError),
    #[error("it answers 409 without a size")]
    Size,
    #[error(
        "it remembers {known} records, and the log has {size}: another copy of this log runs, or \
         this one was set back"
    )]
    Ahead { known: u64, size: u64 },
    #[error("it remembers another root of the same {size} records")]
    OtherRoot { size: u64 },
    #[error("it remembers another size each time it is asked")]
    Restless,
    #[error("the proof for it cannot be made")]
    Prove(#[from] ProveError),
    #[error("the checkpoint cannot be sent")]
    Submission(#[from] SubmissionError),
    #[error("the log is closed")]
    Closed,
}

/// One witness, and what it is known to remember.
pub(super) struct Asker {
    key: VerifierKey,
    url: String,
    log: Weak<PublishedLog>,
    agent: ureq::Agent,
    /// The size that it cosigned last, as far as is known.
    known: u64,
    disputes: Disputes,
}

impl Asker {
    pub(super) fn new(
        key: VerifierKey,
        url: &str,
        log: &Arc<PublishedLog>,
        disputes: Disputes,
    ) -> Asker {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(ANSWER_TIME_MAX))
            .max_redirects(0)
            .build();
        Asker {
            key,
            url: url.to_owned(),
            log: Arc::downgrade(log),
            agent: config.into(),
            known: 0,
            disputes,
        }
    }

    /// Whether this witness disputes what the log shows, for whoever asks how the server is.
    fn disputes(&self, disputes: bool) {
        let mut names = self.disputes.lock().unwrap_or_else(PoisonError::into_inner);
        if disputes {
            names.insert(self.key.name().to_owned());
        } else {
            names.remove(self.key.name());
        }
    }

    /// Asks for each target, until there will be none any more.
    pub(super) fn run(
        mut self,
        mut target: watch::Receiver<Newest>,
        answers: &mpsc::Sender<(u64, NoteSignature)>,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build();
        let runtime = match runtime {
            Ok(runtime) => runtime,
            Err(error) => {
                tracing::error!(%error, witness = self.key.name(), "cannot ask a witness");
                return;
            }
        };
        let mut pause = PAUSE_MIN;
        loop {
            let asked = target.borrow_and_update().clone();
            let Some(asked) = asked else {
                if runtime.block_on(target.changed()).is_err() {
                    return;
                }
                continue;
            };
            match self.ask(&asked) {
                Ok(signature) => {
                    self.disputes(false);
                    pause = PAUSE_MIN;
                    if answers.blocking_send((asked.size, signature)).is_err()
                        || runtime.block_on(target.changed()).is_err()
                    {
                        return;
                    }
                }
                Err(AskError::Closed) => return,
                Err(error) => {
                    self.complain(error, asked.size);
                    // Only the end of the log ends a pause; a new target does not.
                    let ended = target.wait_for(|_| false);
                    let paused = async { tokio::time::timeout(pause, ended).await };
                    if runtime.block_on(paused).is_ok() {
                        return;
                    }
                    pause = pause.saturating_mul(2).min(PAUSE_MAX);
                }
            }
        }
    }

    fn complain(&self, error: AskError, size: u64) {
        let witness = self.key.name();
        let is_serious = matches!(
            error,
            AskError::Ahead { .. }
                | AskError::OtherRoot { .. }
                | AskError::Status { status: 422, .. }
        );
        // By its code: C2SP tlog-witness knows no such answer.
        let is_false = matches!(
            &error,
            AskError::Status { status: 422, text } if text.contains("NOT_BORNE_OUT")
        );
        if is_serious {
            self.disputes(true);
        }
        let error = format!("{:#}", anyhow::Error::from(error));
        if is_false {
            tracing::error!(
                witness,
                size,
                error,
                "a witness has replayed the records and refuses this log for good"
            );
        } else if is_serious {
            tracing::error!(
                witness,
                size,
                error,
                "a witness has seen another history of this log"
            );
        } else {
            tracing::warn!(witness, size, error, "a witness has not cosigned");
        }
    }

    /// The cosignature of a checkpoint, verified.
    fn ask(&mut self, asked: &Published) -> Result<NoteSignature, AskError> {
        for _ in 0..TRIES {
            let (known, size) = (self.known, asked.size);
            if known > size {
                // It may have forgotten since, or somebody was wrong: ask it anew next time.
                self.known = 0;
                return Err(AskError::Ahead { known, size });
            }
            let log = self.log.upgrade().ok_or(AskError::Closed)?;
            let proof = log.consistency(known, size)?;
            drop(log);
            let submission = Submission::new(known, proof, asked.note.clone())?;
            let (status, text) = self.post(&submission.to_string())?;
            match status {
                200 => {
                    let signature = self.cosignature(asked, &text)?;
                    self.known = size;
                    return Ok(signature);
                }
                409 => {
                    // It has no use for another size, or names the one that it was told.
                    let other = text.contains("OTHER_ROOT");
                    let said = text.strip_suffix('\n').unwrap_or(&text).parse();
                    if other || said == Ok(known) {
                        return Err(AskError::OtherRoot { size });
                    }
                    self.known = said.map_err(|_| AskError::Size)?;
                }
                _ => {
                    // A refusal of a witness that replays names two roots.
                    let text = text.chars().take(800).collect();
                    return Err(AskError::Status { status, text });
                }
            }
        }
        Err(AskError::Restless)
    }

    fn post(&self, body: &str) -> Result<(u16, String), AskError> {
        let request = self.agent.post(&self.url);
        let mut response = request.content_type("text/plain").send(body)?;
        let status = response.status().as_u16();
        let text = response.body_mut().with_config().limit(ANSWER_LEN_MAX);
        Ok((status, text.read_to_string()?))
    }

    /// The line of this witness's key; lines of other keys mean nothing.
    fn cosignature(&self, asked: &Published, text: &str) -> Result<NoteSignature, AskError> {
        let lines = NoteSignature::parse_lines(text).map_err(AskError::Answer)?;
        let ours = lines.into_iter().find(|line| self.key.has_made(line));
        let ours = ours.ok_or(AskError::Answer(NoteError::Unsigned))?;
        let verified = self.key.verify(asked.note.text(), &ours);
        verified.map_err(AskError::Answer)?;
        Ok(ours)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chain::{Checkpoint, Cosigner, NodeHash, Signer};

    fn published(root: u8) -> Published {
        let signer = Signer::new("log.example", &[1; 32]).unwrap();
        let root = NodeHash::from_bytes([root; 32]);
        let checkpoint = Checkpoint::new("log.example", 4, root).unwrap();
        let note = checkpoint.sign(&signer).unwrap();
        Published {
            size: 4,
            root,
            note,
        }
    }

    #[test]
    fn only_a_cosignature_of_this_witness_over_this_checkpoint_is_taken() {
        let ours = Cosigner::new("w.example", &[2; 32]).unwrap();
        let stranger = Cosigner::new("w.example", &[3; 32]).unwrap();
        let asker = Asker {
            key: ours.verifier().clone(),
            url: String::new(),
            log: Weak::new(),
            agent: ureq::Agent::new_with_defaults(),
            known: 0,
            disputes: Disputes::default(),
        };
        let (asked, other) = (published(5), published(6));
        let line = |by: &Cosigner, of: &Published| format!("{}\n", by.cosign(of.note.text(), 7));
        let (good, wrong) = (line(&ours, &asked), line(&ours, &other));
        let foreign = line(&stranger, &asked);
        assert!(asker.cosignature(&asked, &good).is_ok());
        assert!(
            asker
                .cosignature(&asked, &format!("{foreign}{good}"))
                .is_ok()
        );
        for text in [wrong, foreign, String::new(), "no line\n".to_owned()] {
            let taken = asker.cosignature(&asked, &text);
            assert!(matches!(taken, Err(AskError::Answer(_))), "{text:?}");
        }
    }
}
