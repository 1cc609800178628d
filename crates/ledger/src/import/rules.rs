//! What may happen to an import: begun once, completed once, taken back as often as something of it
//! is left.

#[cfg(test)]
mod tests;

use super::{ImportCommand, ImportEvent, ImportStart};
use crate::context::{Actor, Context};
use crate::ids::ImportId;
use crate::record::amend::Amend;
use crate::rejection::Rejection;
use crate::{Books, Event};

choices! {
    /// How far an import is.
    ImportState {
        /// Whoever brings the file again goes on with it.
        Begun = "begun" "进行中",
        Completed = "completed" "已完成",
        PartlyReversed = "partly_reversed" "部分撤销",
        Reversed = "reversed" "已撤销",
    }
}

/// An import as it stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Import {
    /// What was begun.
    pub start: Box<ImportStart>,
    /// Who brought the file.
    pub begun_by: Actor,
    /// The record of its beginning: those of its rows come after it.
    pub begun_seq: u64,
    /// The record of its end, once there is one: those of its rows come before it.
    pub completed_seq: Option<u64>,
    /// How many rows were recorded, once it is complete.
    pub recorded_rows: u32,
    /// How far it is.
    pub state: ImportState,
    /// How many records have been about it.
    pub version: u32,
}

/// The import, or the refusal that names the field (V4).
///
/// # Errors
/// `NOT_FOUND`.
pub fn existing<'a>(
    books: &'a Books,
    field: &'static str,
    import: ImportId,
) -> Result<&'a Import, Rejection> {
    let subject = import.into();
    let row = books.imports.get(import);
    row.ok_or(Rejection::NotFound { field, subject })
}

pub(crate) fn decide(
    books: &Books,
    _context: &Context,
    command: &ImportCommand,
) -> Result<Vec<Event>, Rejection> {
    match command {
        ImportCommand::Begin(start) => begin(books, start)?,
        ImportCommand::Complete(completion) => {
            let row = existing(books, "import", completion.import)?;
            in_state(row, "import.complete", |state| state == ImportState::Begun)?;
            if completion.recorded_rows > row.start.rows {
                return Err(TOO_MANY);
            }
        }
        ImportCommand::Reverse(reversal) => {
            let row = existing(books, "import", reversal.import)?;
            let left = |state| state != ImportState::Reversed;
            in_state(row, "import.reverse", left)?;
        }
    }
    // After this point the command succeeds.
    Ok(vec![command.clone().into_event()])
}

const TOO_MANY: Rejection = Rejection::BadField {
    field: "rows",
    why: "there are fewer rows than are said to be new, other or refused",
    why_zh: "行数少于新增、不同与退回行数之和",
};

fn begin(books: &Books, start: &ImportStart) -> Result<(), Rejection> {
    if books.imports.contains(start.import) {
        let subject = start.import.into();
        return Err(Rejection::AlreadyExists {
            field: "import",
            subject,
        });
    }
    let parts = [start.new_rows, start.changed_rows, start.refused_rows];
    let parts = parts.iter().map(|part| u64::from(*part)).sum::<u64>();
    if parts > u64::from(start.rows) {
        return Err(TOO_MANY);
    }
    Ok(())
}

fn in_state(
    row: &Import,
    step: &'static str,
    allowed: fn(ImportState) -> bool,
) -> Result<(), Rejection> {
    if allowed(row.state) {
        return Ok(());
    }
    Err(Rejection::BadTransition {
        state: row.state.word(),
        state_zh: row.state.zh(),
        step,
    })
}

pub(crate) fn breaches(_: &Books, _: &Context, _: &ImportEvent) -> Vec<Rejection> {
    Vec::new()
}

pub(crate) fn apply(books: &mut Books, context: &Context, event: &ImportEvent) {
    match event {
        ImportEvent::Begun(start) => {
            let row = Import {
                start: Box::new(start.clone()),
                begun_by: context.actor,
                begun_seq: context.seq,
                completed_seq: None,
                recorded_rows: 0,
                state: ImportState::Begun,
                version: 1,
            };
            books.imports.put(start.import, row);
        }
        ImportEvent::Completed(completion) => {
            if let Some(row) = books.imports.get_mut(completion.import) {
                row.completed_seq = Some(context.seq);
                row.recorded_rows = completion.recorded_rows;
                row.state = ImportState::Completed;
                row.version = row.version.saturating_add(1);
            }
        }
        ImportEvent::Reversed(reversal) => {
            if let Some(row) = books.imports.get_mut(reversal.import) {
                let whole = reversal.kept == 0;
                row.state = if whole {
                    ImportState::Reversed
                } else {
                    ImportState::PartlyReversed
                };
                // What was begun and taken back is not gone on with.
                row.completed_seq = row.completed_seq.or(Some(context.seq));
                row.version = row.version.saturating_add(1);
            }
        }
    }
}

/// Its rows' own records are taken back, each by itself.
impl Amend for ImportEvent {}
