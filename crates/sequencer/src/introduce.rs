//! The key that signs checkpoints is itself a record: nobody exchanges it without a trace.

use crate::seals::SealError;
use crate::show::Shown;
use crate::{Handle, PublishError};
use chain::{Note, NoteError, Signer, VerifierKey};
use ledger::Event;
use ledger::ids::LedgerId;
use ledger::log::{BadNoteText, KeyIntroduction, LogCommand, LogEvent, NoteText};

/// What an old key signs of a new one, C2SP signed-note's text of a note.
fn endorsed_text(vkey: &VerifierKey) -> String {
    format!("fundtrace-key/v1\n{vkey}\n")
}

/// A key in the place of the one that the log has recorded.
#[derive(Debug, Clone, Default)]
pub struct Rotation {
    /// The old key, which endorses the new one; none if it is lost.
    pub old: Option<Signer>,
}

/// The keys that the log says have signed its checkpoints.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    /// The one that signs now; nothing before the first was introduced.
    pub(crate) key: Option<VerifierKey>,
    /// Those before it, each with the position of the record that says that it signs no more.
    earlier: Vec<(VerifierKey, u64)>,
}

impl Recorded {
    /// By what was read of a log.
    pub(crate) fn of(shown: &Shown, log: &store::Log) -> Result<Recorded, store::Error> {
        let Some(&system) = log.ledgers().first() else {
            return Ok(Recorded::default());
        };
        let slot = shown.slot(LedgerId(system.0));
        let seqs = slot.map(|slot| slot.view().timeline.of_word("log.key_introduced").to_vec());
        let reader = log.reader();
        let mut earlier = Vec::new();
        for seq in seqs.unwrap_or_default() {
            let Some(entry) = reader.get(system, u64::from(seq))? else {
                continue;
            };
            if let Some(key) = replaced(&entry.record.body) {
                earlier.push((key, entry.position));
            }
        }
        let key = shown.recorded_key(Some(&system));
        Ok(Recorded { key, earlier })
    }

    /// Whether a checkpoint of so many records is signed as it must be, by `also` or by a key that
    /// signed when the log had no more of them. A backup's register is as old as the backup.
    pub(crate) fn verify<'a>(
        &'a self,
        note: &Note,
        size: u64,
        also: Option<&'a VerifierKey>,
    ) -> Result<(), NoteError> {
        let then = self.earlier.iter().filter(|(_, until)| size <= *until);
        let keys = also.into_iter().chain(&self.key);
        note.verify(keys.chain(then.map(|(key, _)| key))).map(drop)
    }
}

/// The key in whose place a record introduces another.
fn replaced(body: &[u8]) -> Option<VerifierKey> {
    let (fact, _salt) = wire::decode_event(body).ok()?;
    if let Event::Log(LogEvent::KeyIntroduced(introduction)) = fact.event {
        return introduction.previous?.as_str().parse().ok();
    }
    None
}

/// Refuses a key that the log does not know, unless it shall be exchanged, and an endorsement by a
/// key that is not the one before.
pub(crate) fn expected(
    recorded: Option<&VerifierKey>,
    signer: &Signer,
    rotation: Option<&Rotation>,
) -> Result<(), PublishError> {
    match recorded {
        Some(recorded) if recorded != signer.verifier() && rotation.is_none() => {
            Err(PublishError::OtherKey {
                recorded: recorded.to_string(),
                given: signer.verifier().to_string(),
            })
        }
        Some(recorded) if recorded != signer.verifier() => {
            let old = rotation.and_then(|rotation| rotation.old.as_ref());
            match old.filter(|old| old.verifier() != recorded) {
                Some(other) => Err(PublishError::OtherOldKey {
                    recorded: recorded.to_string(),
                    given: other.verifier().to_string(),
                }),
                None => Ok(()),
            }
        }
        Some(_) | None => Ok(()),
    }
}

impl Handle {
    /// The key that the log says signs its checkpoints; nothing before the first was introduced.
    #[must_use]
    pub fn recorded_key(&self) -> Option<VerifierKey> {
        self.shown
            .recorded_key(Some(&chain::LedgerId(self.system.0)))
    }

    /// Records the key, if it is another than the log has.
    pub(crate) fn introduce_key(
        &self,
        signer: &Signer,
        rotation: Option<&Rotation>,
    ) -> Result<(), SealError> {
        let previous = self.recorded_key();
        if previous.as_ref() == Some(signer.verifier()) {
            return Ok(());
        }
        let text = |text: String| NoteText::new(text).map_err(unsayable);
        let old = rotation.and_then(|rotation| rotation.old.as_ref());
        let old = old.filter(|old| Some(old.verifier()) == previous.as_ref());
        let endorsement = old.map(|old| {
            let signature = old.sign(&endorsed_text(signer.verifier())).to_string();
            let encoded = signature.rsplit(' ').next().unwrap_or_default();
            text(encoded.to_owned())
        });
        self.say(vec![LogCommand::IntroduceKey(KeyIntroduction {
            vkey: text(signer.verifier().to_string())?,
            previous: previous.map(|key| text(key.to_string())).transpose()?,
            endorsement: endorsement.transpose()?,
        })])
    }
}

fn unsayable(error: BadNoteText) -> SealError {
    SealError::Key(error)
}
