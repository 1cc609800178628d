//! Lines taken back that were no lines of the statement; what was typed wrongly is entered anew.

use super::note_recovery;
use crate::Books;
use crate::bank_line::{BankLineEvent, MatchTarget};
use crate::ids::Subject;
use crate::money::Fen;
use crate::record::CorrectedField;
use crate::record::amend::{Amend, Slot};

impl Amend for BankLineEvent {
    fn reversible(&self) -> Option<Fen> {
        match self {
            BankLineEvent::Entered(entry) => Some(entry.amount_fen),
            BankLineEvent::Confirmed(_) | BankLineEvent::Revoked(_) => None,
        }
    }

    /// A match is taken back first.
    fn resting(&self, books: &Books, _seq: u64) -> Option<Vec<Subject>> {
        let BankLineEvent::Entered(entry) = self else {
            return None;
        };
        let matched = books.bank_lines.get(entry.line)?.matched?;
        Some(vec![match matched.target {
            MatchTarget::Payment(id) => id.into(),
            MatchTarget::Movement(id) => id.into(),
            MatchTarget::Recovery(it) => it.item.into(),
        }])
    }

    fn reverse(&self, books: &mut Books, _seq: u64) {
        let BankLineEvent::Entered(entry) = self else {
            return;
        };
        let Some(line) = books.bank_lines.get_mut(entry.line) else {
            return;
        };
        line.reversed = true;
        // Observed although it was matched: no line, no match.
        if let Some(matched) = line.matched.take() {
            books.matches.put((matched.target, entry.direction), None);
            note_recovery(books, matched.target, false);
        }
    }

    fn text(&mut self, field: CorrectedField) -> Option<Slot<'_>> {
        match (self, field) {
            (BankLineEvent::Revoked(it), CorrectedField::Reason) => Some((&mut it.reason).into()),
            _ => None,
        }
    }
}
