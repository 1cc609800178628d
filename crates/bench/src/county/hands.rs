//! Who does what: four eyes, and more.

use super::{Kind, id, unit};
use ledger::Actor;
use ledger::ids::PersonId;
use ledger::token::Role;
use sequencer::Caller;
use serde::{Deserialize, Serialize};

/// Somebody who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Hand {
    /// Opens the ledger.
    Administrator,
    /// Enters, instructs and settles, at the county's finance bureau.
    Clerk,
    /// Approves.
    Chief,
    /// Visits households, and reviews what is claimed.
    Visitor,
    /// Works for the bureau that builds, and puts right what it did wrong.
    Builder,
    /// Issues items, and closes them, in the prefecture.
    Inspector,
}

impl Hand {
    /// Everybody.
    pub const ALL: [Hand; 6] = [
        Hand::Administrator,
        Hand::Clerk,
        Hand::Chief,
        Hand::Visitor,
        Hand::Builder,
        Hand::Inspector,
    ];

    /// What they may do.
    #[must_use]
    pub fn roles(self) -> Vec<Role> {
        match self {
            Hand::Administrator => vec![Role::Administrator],
            Hand::Clerk => vec![Role::Finance],
            Hand::Chief => vec![Role::Finance, Role::Rectification],
            Hand::Visitor | Hand::Builder => vec![Role::Rectification],
            Hand::Inspector => vec![Role::Inspector],
        }
    }

    /// Who they are, and for which unit they act.
    #[must_use]
    pub fn actor(self) -> Actor {
        let (person, organisation) = match self {
            Hand::Administrator => (1, unit(1)),
            Hand::Clerk => (2, unit(1)),
            Hand::Chief => (3, unit(1)),
            Hand::Visitor => (4, unit(1)),
            Hand::Builder => (5, unit(3)),
            Hand::Inspector => (6, unit(2)),
        };
        Actor {
            person: PersonId(id(Kind::Person, 1_000_000 + person)),
            organisation,
        }
    }

    /// As the writer knows them.
    #[must_use]
    pub fn caller(self) -> Caller {
        Caller {
            actor: self.actor(),
            roles: self.roles(),
        }
    }
}
