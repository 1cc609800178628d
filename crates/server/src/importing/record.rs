//! What is new of a file, recorded as one import: begun, its rows, completed.

use super::plan::{Planned, Verdict, again};
use super::report::{ImportOutcome, RowRefusal};
use super::{INTAKE, Place, derived};
use crate::problem::Problem;
use crate::state::State;
use ledger::date::BusinessDate;
use ledger::import::{ImportCommand, ImportCompletion, ImportStart};
use ledger::text::Reference;
use ledger::{Command, Submission};
use sequencer::{Refusal, Request};
use std::sync::Arc;

/// Commands of one list, all or nothing: as many as the largest request has, and less than a second
/// of the writer's time. Most files are one list.
const LIST_MAX: usize = 20_000;
/// What a command takes while it waits for the writer, in bytes.
const COMMAND_LEN: usize = 1 << 10;

/// A command, and the line of the plan that it comes from; the import's own come from none.
type Asked = (Option<usize>, Submission);

/// Records what is new; `partial` if rows may be refused without the others.
///
/// # Errors
/// The writer does not take it. What was recorded until then stays, and the same file goes on.
pub(crate) async fn record(
    state: &State,
    place: &Arc<Place>,
    permit: &Arc<crate::places::Place>,
    mut planned: Planned,
    partial: bool,
) -> Result<(Planned, ImportOutcome), Problem> {
    let later = planned.count(|line| matches!(line.verdict, Verdict::Later)) > 0;
    let mut lists = lists(&mut planned);
    if lists.is_empty() && !later && !planned.resumed {
        return Ok((planned, ImportOutcome::Recorded));
    }
    let whole = lists.len() <= 1 && !later && !partial;
    if !planned.resumed {
        let begin = begin(place, &planned)?;
        match lists.first_mut() {
            Some(first) => first.insert(0, (None, begin)),
            None => lists.push(vec![(None, begin)]),
        }
    }
    if whole {
        // One list holds all of it: there is never half an import.
        let rows = planned.count(|line| matches!(line.verdict, Verdict::New(_)));
        let complete = complete(place, &planned, rows);
        match lists.first_mut() {
            Some(first) => first.push((None, complete)),
            None => lists.push(vec![(None, complete)]),
        }
    }
    for list in lists {
        if !send(state, place, &mut planned, list, partial).await? {
            return Ok(stopped(planned));
        }
    }
    if later {
        let (on, mut held) = (Arc::clone(place), planned);
        let judged = Arc::clone(permit).block(move || again(&on, &mut held).map(|_| held));
        planned = judged.await??;
        for list in self::lists(&mut planned) {
            if !send(state, place, &mut planned, list, partial).await? {
                return Ok(stopped(planned));
            }
        }
    }
    if !whole {
        let rows = planned.count(|line| matches!(line.verdict, Verdict::Recorded));
        let complete = complete(place, &planned, rows);
        send(state, place, &mut planned, vec![(None, complete)], partial).await?;
    }
    Ok((planned, ImportOutcome::Recorded))
}

fn stopped(planned: Planned) -> (Planned, ImportOutcome) {
    let recorded = planned.count(|line| matches!(line.verdict, Verdict::Recorded));
    if recorded == 0 {
        (planned, ImportOutcome::Refused)
    } else {
        (planned, ImportOutcome::Incomplete)
    }
}

/// What is new, in lists; what belongs to a row stays together.
fn lists(planned: &mut Planned) -> Vec<Vec<Asked>> {
    let (mut lists, mut list) = (Vec::new(), Vec::new());
    for index in planned.order.clone() {
        let Some(line) = planned.lines.get_mut(index) else {
            continue;
        };
        let Verdict::New(submissions) = &mut line.verdict else {
            continue;
        };
        let submissions = std::mem::take(submissions);
        if list.len().saturating_add(submissions.len()) > LIST_MAX && !list.is_empty() {
            lists.push(std::mem::take(&mut list));
        }
        list.extend(submissions.into_iter().map(|asked| (Some(index), asked)));
    }
    if !list.is_empty() {
        lists.push(list);
    }
    lists
}

/// Sends a list, and notes what became of its rows. False if all or nothing came to nothing.
async fn send(
    state: &State,
    place: &Place,
    planned: &mut Planned,
    list: Vec<Asked>,
    partial: bool,
) -> Result<bool, Problem> {
    let (froms, submissions): (Vec<_>, Vec<_>) = list.into_iter().unzip();
    let _room = state
        .room
        .wait(froms.len().saturating_mul(COMMAND_LEN))
        .await;
    let request = Request {
        ledger: place.ledger,
        caller: place.caller.clone(),
        submissions,
        atomic: !partial,
    };
    let answered = state.handle.submit(request).await?;
    let mut taken = true;
    for (from, answer) in froms.into_iter().zip(answered.answers) {
        taken &= partial || answer.is_ok();
        let Some(line) = from.and_then(|index| planned.lines.get_mut(index)) else {
            match answer {
                Ok(_) | Err(Refusal::AtomicAborted(_)) => continue,
                Err(refusal) => return Err(Problem::from(&refusal)),
            }
        };
        match answer {
            Ok(_) => {
                if matches!(line.verdict, Verdict::New(_)) {
                    line.verdict = Verdict::Recorded;
                }
            }
            // Whoever brings the file again finds it new once more.
            Err(Refusal::AtomicAborted(_)) => {}
            Err(refusal) => {
                let problem = Problem::from(&refusal);
                let why = RowRefusal::said(&line.sheet, line.row, &problem);
                line.verdict = Verdict::Refused(vec![why]);
            }
        }
    }
    Ok(taken)
}

fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

fn begin(place: &Place, planned: &Planned) -> Result<Submission, Problem> {
    let new = planned.count(|line| matches!(line.verdict, Verdict::New(_) | Verdict::Later));
    let changed = planned.count(|line| matches!(line.verdict, Verdict::Changed(_)));
    let kind = Reference::new(planned.file.mapping.kind.as_str());
    let kind = kind.map_err(|error| Problem::internal(&error))?;
    Ok(own(
        place,
        planned,
        "begin",
        ImportCommand::Begin(ImportStart {
            import: planned.import,
            kind,
            file_sha256: planned.file.sha256,
            mapping_sha256: planned.file.mapping_sha256,
            rows: count(planned.rows_len()),
            new_rows: count(new),
            changed_rows: count(changed),
            refused_rows: count(planned.refused_len()),
        }),
    ))
}

fn complete(place: &Place, planned: &Planned, recorded: usize) -> Submission {
    own(
        place,
        planned,
        "complete",
        ImportCommand::Complete(ImportCompletion {
            import: planned.import,
            recorded_rows: count(recorded).saturating_add(before(place, planned)),
            refused_rows: count(planned.refused_len()),
        }),
    )
}

/// How many rows of it were recorded before it broke off: those that said something new then, and
/// no longer do.
fn before(place: &Place, planned: &Planned) -> u32 {
    if !planned.resumed {
        return 0;
    }
    let new = planned.count(|line| {
        matches!(
            line.verdict,
            Verdict::New(_) | Verdict::Later | Verdict::Recorded
        )
    });
    let view = place.slot.view();
    let row = view.books.imports.get(planned.import);
    row.map_or(0, |row| row.start.new_rows.saturating_sub(count(new)))
}

/// A command about the import itself.
fn own(place: &Place, planned: &Planned, step: &str, command: ImportCommand) -> Submission {
    let import = planned.import.to_string();
    Submission {
        command_id: derived(&[&place.ledger.to_string(), "import", &import, step]),
        expected_version: None,
        intake: INTAKE,
        occurred_on: BusinessDate::day(place.today),
        documents: Vec::new(),
        correlation_id: Some(planned.import.0),
        command: Command::Import(command),
    }
}
