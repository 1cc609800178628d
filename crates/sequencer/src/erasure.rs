//! Erasure 删除个人信息: the key of a person is destroyed once no ledger needs it any more, and what
//! it sealed can be read by nobody. No hash changes.

use crate::show::{Shown, Slot};
use ledger::ids::PersonId;
use ledger::person::rules::PersonState;
use std::sync::{Arc, PoisonError, RwLock};
use store::KeyStore;

/// How much of what is sealed somebody may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// None of it.
    Nothing,
    /// What is not restricted.
    Unrestricted,
    /// What is restricted too: it is kept for them.
    Everything,
}

impl Sight {
    /// True if the texts about a person in that state are opened. Of a person that a ledger does
    /// not know, a token's bearer for one, nothing is restricted.
    #[must_use]
    pub const fn opens(self, state: Option<PersonState>) -> bool {
        match (self, state) {
            (Sight::Nothing, _) | (_, Some(PersonState::Erased)) => false,
            (Sight::Unrestricted, Some(PersonState::Restricted)) => false,
            (Sight::Unrestricted | Sight::Everything, None | Some(PersonState::Active))
            | (Sight::Everything, Some(PersonState::Restricted)) => true,
        }
    }
}

/// Destroys the keys of those persons whom every ledger that knows them has erased, and whom no
/// token names: who may open the books stays known.
pub(crate) fn carry_out(
    keys: &RwLock<KeyStore>,
    shown: &Shown,
    erased: &[PersonId],
) -> Result<(), store::Error> {
    if erased.is_empty() {
        return Ok(());
    }
    let slots = shown.slots();
    for person in erased.iter().filter(|person| is_due(&slots, **person)) {
        let mut keys = keys.write().unwrap_or_else(PoisonError::into_inner);
        if keys.erase(person.0)? {
            tracing::info!(%person, "the key of a person is destroyed");
        }
    }
    Ok(())
}

/// What was recorded as erased before the process ended, or before an older copy of the keys was
/// put back, is carried out at the start.
pub(crate) fn resume(keys: &RwLock<KeyStore>, shown: &Shown) -> Result<(), store::Error> {
    let mut erased = Vec::new();
    for slot in shown.slots() {
        let view = slot.view();
        let rows = view.books.persons.iter();
        let rows = rows.filter(|(_, row)| row.state == PersonState::Erased);
        erased.extend(rows.map(|(person, _)| person));
    }
    carry_out(keys, shown, &erased)
}

fn is_due(slots: &[Arc<Slot>], person: PersonId) -> bool {
    slots.iter().all(|slot| {
        let view = slot.view();
        let state = view.books.persons.get(person).map(|row| row.state);
        let mut tokens = view.books.tokens.values();
        // A ledger that this release cannot read may need it.
        !slot.is_newer()
            && matches!(state, None | Some(PersonState::Erased))
            && !tokens.any(|token| token.grant.person == person)
    })
}
