//! A log that is opened without being published: still it must be the one that was.
//!
//! Whoever writes to a log that was taken back to last week makes a second history of it, and the
//! refusal comes too late, when the server starts.

use crate::introduce::Recorded;
use crate::publish::{Held, PublishError, ends, leaf_of};
use chain::Frontier;
use store::{Entry, Floor, Register};

/// A register, and the log that is to continue what it says.
pub(crate) struct Compared {
    register: Register,
    held: Option<Held>,
    tree: Frontier,
    may_lack: bool,
}

impl Compared {
    /// Reads the register. It `may_lack` where nothing is to be written.
    pub(crate) fn with(register: Register, may_lack: bool) -> Result<Compared, store::Error> {
        let mut held = register.read()?.map(|bytes| Held::of(&bytes));
        let tree = Frontier::new();
        if let Some(held) = &mut held {
            held.pass(tree.size(), || tree.root());
        }
        Ok(Compared {
            register,
            held,
            tree,
            may_lack,
        })
    }

    /// There is no log in the directory: refuses that before one is made, if there was one.
    pub(crate) fn of_nothing(&self) -> Result<(), PublishError> {
        let held = self.held.as_ref();
        held.map_or(Ok(()), |held| held.of_nothing(&self.register))
    }

    /// No record that the register covers is ever cut.
    pub(crate) fn floor(&self) -> Floor {
        let held = self.held.as_ref().and_then(|held| held.read.as_ref().ok());
        Floor {
            published: held.map(|(_, checkpoint)| checkpoint.size()),
            given_up: None,
        }
    }

    /// A record of the log.
    pub(crate) fn replay(&mut self, entry: &Entry) {
        let Some(held) = &mut self.held else {
            return;
        };
        self.tree.push(leaf_of(&entry.record));
        held.pass(self.tree.size(), || self.tree.root());
    }

    /// All records have been replayed. Without a key there is nothing that the log itself says of
    /// who signs: then size and root alone are compared.
    pub(crate) fn settle(
        self,
        recorded: &Recorded,
        log: &store::Reader,
    ) -> Result<(), PublishError> {
        let path = || self.register.path().to_owned();
        let Some(Held { read, found }) = self.held else {
            if recorded.key.is_none() || self.may_lack {
                return Ok(());
            }
            return Err(PublishError::Missing {
                path: path(),
                size: log.next_position(),
            });
        };
        let foreign = |why: String| PublishError::Foreign { path: path(), why };
        let (note, checkpoint) = read.map_err(foreign)?;
        let (size, registered) = (checkpoint.size(), checkpoint.root());
        if recorded.key.is_some() {
            let signed = recorded.verify(&note, size, None);
            signed.map_err(|error| foreign(error.to_string()))?;
        }
        match found {
            Some(found) if found == registered => Ok(()),
            Some(found) => Err(PublishError::Fork {
                path: path(),
                size,
                registered,
                found,
                first: Vec::new(),
            }),
            None => Err(PublishError::Rollback {
                path: path(),
                registered: size,
                size: self.tree.size(),
                first: ends(log),
            }),
        }
    }
}
