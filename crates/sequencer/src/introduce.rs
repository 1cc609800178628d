//! The key that signs checkpoints is itself a record: nobody exchanges it without a trace.

use crate::seals::SealError;
use crate::{Handle, PublishError};
use chain::{Signer, VerifierKey};
use ledger::log::{BadNoteText, KeyIntroduction, LogCommand, NoteText};

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
