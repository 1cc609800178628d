//! A command's records: all of them, together, in order.

use uuid::Uuid;

use crate::{Broken, Check, Hash, Header};

/// Follows one ledger and sees that a command's parts come as 1, 2, … to the last, with nothing of
/// another command between them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Parts {
    unfinished: Option<Unfinished>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Unfinished {
    command_id: Uuid,
    command_digest: Hash,
    part: u16,
    parts: u16,
}

impl Parts {
    /// Takes the next header of the ledger.
    ///
    /// # Errors
    /// [`Broken`] with [`Check::Parts`] if it is not the part that must come; nothing is changed.
    pub fn next(&mut self, header: &Header) -> Result<(), Broken> {
        let now = Unfinished {
            command_id: header.command_id,
            command_digest: header.command_digest,
            part: header.part,
            parts: header.parts,
        };
        let fits = match self.unfinished {
            None => now.part == 1 && now.parts >= 1,
            Some(before) => {
                before.part.checked_add(1) == Some(now.part)
                    && now
                        == Unfinished {
                            part: now.part,
                            ..before
                        }
            }
        };
        if !fits {
            return Err(Broken {
                ledger: header.ledger,
                seq: header.seq,
                check: Check::Parts,
            });
        }
        self.unfinished = (now.part < now.parts).then_some(now);
        Ok(())
    }

    /// Whether the last command is complete. A group of records, and a log, end only there.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.unfinished.is_none()
    }
}
