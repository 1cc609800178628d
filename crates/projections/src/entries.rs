//! Entries 双人录入: what one person has recorded and a second one must confirm, or has.

use crate::references::{Term, term};
use crate::{Page, View};
use ledger::Command;
use ledger::context::{Actor, Signatory};
use ledger::date::BusinessDate;
use ledger::entry::rules::{Entry, EntryState};
use ledger::ids::EntryId;

/// An entry in one line.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EntryLine {
    /// The entry.
    pub entry: EntryId,
    /// How far it is.
    pub state: Term,
    /// The word of the command that was proposed: `fund.receive`.
    pub command: &'static str,
    /// Who recorded it; somebody else must confirm it.
    pub proposed_by: Actor,
    /// When it happened, as proposed.
    pub occurred_on: BusinessDate,
    /// The record of the proposal, with all that it says.
    pub seq: Option<u64>,
    /// Who signed it on paper.
    pub signatories: Vec<Signatory>,
    /// How many records have been about it.
    pub version: u32,
}

/// The entries in a state, or all of them, in the order of their proposals.
#[must_use]
pub fn entry_lines(
    view: &View,
    state: Option<EntryState>,
    offset: usize,
    limit: usize,
) -> Page<EntryLine> {
    let passes = |row: &Entry| state.is_none_or(|state| row.state == state);
    let rows = view.books.entries.iter().filter(|(_, row)| passes(row));
    let seq = |id: EntryId| view.timeline.of(id.into()).first().copied();
    let mut rows: Vec<_> = rows.map(|(id, row)| (seq(id), id, row)).collect();
    rows.sort_by_key(|(seq, id, _)| (*seq, *id));
    Page::of(&rows, offset, limit, |(seq, id, row)| line(*id, row, *seq))
}

/// An entry with what was proposed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EntryView {
    /// The entry.
    #[serde(flatten)]
    pub line: EntryLine,
    /// The command that counts once it is confirmed.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub proposal: Command,
    /// The records about it: its proposal, and what became of it.
    pub records: Vec<u32>,
}

/// One entry; nothing for one that nobody has proposed.
#[must_use]
pub fn entry(view: &View, id: EntryId) -> Option<EntryView> {
    let row = view.books.entries.get(id)?;
    let records = view.timeline.of(id.into()).to_vec();
    Some(EntryView {
        line: line(id, row, records.first().copied()),
        proposal: row.proposal.command.as_ref().clone(),
        records,
    })
}

fn line(entry: EntryId, row: &Entry, seq: Option<u32>) -> EntryLine {
    EntryLine {
        entry,
        state: term!(row.state),
        command: row.proposal.command.word(),
        proposed_by: row.proposed_by,
        occurred_on: row.occurred_on,
        seq: seq.map(u64::from),
        signatories: row.proposal.signatories.clone(),
        version: row.version,
    }
}
