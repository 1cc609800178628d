//! What is new of a file, recorded as one import: begun, its rows, completed.

use super::lookup::Trouble;
use super::plan::{Planned, Verdict, again};
use super::report::{ImportOutcome, RowRefusal};
use super::{INTAKE, Place, derived};
use crate::problem::Problem;
use crate::state::State;
use ledger::date::BusinessDate;
use ledger::import::{ImportCommand, ImportCompletion, ImportStart};
use ledger::record::RecordCommand;
use ledger::text::Reference;
use ledger::{Command, Submission};
use sequencer::{Refusal, Request};
use std::sync::Arc;

/// Commands of one list, where rows may be refused without the others: as many as the largest
/// request has. All or none is one list, however long.
const LIST_MAX: usize = 20_000;
/// How often rows that take back records of their own file are sent anew, because somebody else's
/// records came in between and moved the numbers by which they name them.
const TRIES: usize = 8;
/// What a command takes while it waits for the writer, in bytes.
const COMMAND_LEN: usize = 1 << 10;

/// A command, and the line of the plan that it comes from; the import's own come from none.
type Asked = (Option<usize>, Submission);

/// Records what is new; `partial` if rows may be refused without the others.
///
/// # Errors
/// The writer does not take it: nothing was recorded; with `partial` what was recorded until then
/// stays, and the same file goes on.
pub(crate) async fn record(
    state: &State,
    place: &Arc<Place>,
    permit: &Arc<crate::places::Place>,
    mut planned: Planned,
    partial: bool,
) -> Result<(Planned, ImportOutcome), Problem> {
    let new = planned.count(|line| matches!(line.verdict, Verdict::New(_)));
    if new == 0 && !planned.resumed {
        return Ok((planned, ImportOutcome::Recorded));
    }
    if partial {
        return in_parts(state, place, permit, planned).await;
    }
    let mut list = Vec::new();
    if !planned.resumed {
        list.push((None, begin(place, &planned)?));
    }
    let complete = complete(place, &planned, new);
    list.extend(lists(&mut planned, usize::MAX).into_iter().flatten());
    list.push((None, complete));
    whole(state, place, planned, list).await
}

/// All of it in one list: there is never half an import.
async fn whole(
    state: &State,
    place: &Place,
    mut planned: Planned,
    mut list: Vec<Asked>,
) -> Result<(Planned, ImportOutcome), Problem> {
    let rests = planned.count(|line| line.rests) > 0;
    let mut tries = if rests { TRIES } else { 1 };
    loop {
        let head = place.slot.view().head().map_or(0, |head| head.seq);
        if rests {
            let own = if planned.resumed { 1 } else { 2 };
            moved(&mut planned, &mut list, head.saturating_add(own));
        }
        tries = tries.saturating_sub(1);
        let kept = if tries > 0 { list.clone() } else { Vec::new() };
        if send(state, place, &mut planned, list, false).await? {
            return Ok((planned, ImportOutcome::Recorded));
        }
        let now = place.slot.view().head().map_or(0, |head| head.seq);
        let mut refused = planned.lines.iter_mut();
        let refused =
            refused.find(|line| line.rests && matches!(line.verdict, Verdict::Refused(_)));
        let Some(line) = refused.filter(|_| now != head) else {
            return Ok((planned, ImportOutcome::Refused));
        };
        if tries == 0 {
            let why = RowRefusal::of(&line.sheet, line.row, in_between());
            line.verdict = Verdict::Refused(vec![why]);
            return Ok((planned, ImportOutcome::Refused));
        }
        line.verdict = Verdict::New(Vec::new());
        list = kept;
    }
}

fn in_between() -> Trouble {
    Trouble::new(
        "LEDGER_CHANGED",
        "other records came in between; import the file again".to_owned(),
        "导入期间账本有其他记录写入,请重新导入".to_owned(),
    )
}

/// The records of this file, where its rows name them, are those that follow now.
fn moved(planned: &mut Planned, list: &mut [Asked], first_seq: u64) {
    let before = std::mem::replace(&mut planned.first_seq, first_seq);
    for (from, asked) in list {
        let line = from.and_then(|index| planned.lines.get(index));
        if let Command::Record(RecordCommand::Reverse(it)) = &mut asked.command
            && line.is_some_and(|line| line.rests)
        {
            let place = it.seq.saturating_sub(before);
            it.seq = first_seq.saturating_add(place);
        }
    }
}

/// List after list, each row by itself; and those last that take back what others record.
async fn in_parts(
    state: &State,
    place: &Arc<Place>,
    permit: &Arc<crate::places::Place>,
    mut planned: Planned,
) -> Result<(Planned, ImportOutcome), Problem> {
    let mut rests = false;
    for line in &mut planned.lines {
        if line.rests && matches!(line.verdict, Verdict::New(_)) {
            line.verdict = Verdict::Later;
            rests = true;
        }
    }
    if !planned.resumed {
        let begin = (None, begin(place, &planned)?);
        send(state, place, &mut planned, vec![begin], true).await?;
    }
    for list in lists(&mut planned, LIST_MAX) {
        send(state, place, &mut planned, list, true).await?;
    }
    if rests {
        let (on, mut held) = (Arc::clone(place), planned);
        let judged = Arc::clone(permit).block(move || again(&on, &mut held).map(|_| held));
        planned = judged.await??;
        for list in lists(&mut planned, LIST_MAX) {
            send(state, place, &mut planned, list, true).await?;
        }
    }
    let rows = planned.count(|line| matches!(line.verdict, Verdict::Recorded));
    let complete = (None, complete(place, &planned, rows));
    send(state, place, &mut planned, vec![complete], true).await?;
    Ok((planned, ImportOutcome::Recorded))
}

/// What is new, in lists; what belongs to a row stays together.
fn lists(planned: &mut Planned, len_max: usize) -> Vec<Vec<Asked>> {
    let (mut lists, mut list) = (Vec::new(), Vec::new());
    for index in planned.order.clone() {
        let Some(line) = planned.lines.get_mut(index) else {
            continue;
        };
        let Verdict::New(submissions) = &mut line.verdict else {
            continue;
        };
        let submissions = std::mem::take(submissions);
        if list.len().saturating_add(submissions.len()) > len_max && !list.is_empty() {
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
                let why = RowRefusal::said(line, &planned.file.mapping, &problem);
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
