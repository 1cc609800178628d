//! One group of a stream: parsed beside the threads that answer, judged by the writer in its turn,
//! and told.

use super::asking::{Asking, Under};
use super::split::Group;
use super::{Answers, Form, Outcome, block};
use crate::problem::Problem;
use ledger::Submission;
use sequencer::{Answered, Receipt, Unavailable};
use serde::Serialize;
use std::sync::Arc;
use tokio::sync::oneshot;

/// What became of a group.
#[derive(Default)]
pub(super) struct Told {
    /// The answers to its commands, as far as they were asked for.
    pub(super) bytes: Vec<u8>,
    /// The number of its last command.
    pub(super) lines: u64,
    pub(super) recorded: u64,
    pub(super) repeated: u64,
    pub(super) refused: u64,
    /// The position of its last record.
    pub(super) position: Option<u64>,
}

/// When it is a group's turn: groups are parsed side by side, and queued in their order.
pub(super) struct Turn {
    /// Comes when the group before is in the queue; never, if that failed.
    pub(super) before: Option<oneshot::Receiver<()>>,
    /// Says that this one is.
    pub(super) sent: oneshot::Sender<()>,
}

/// A group whose commands were read.
struct Read {
    /// The number of each command, and why it could not be read.
    commands: Vec<(u64, Option<Problem>)>,
    submissions: Vec<Submission>,
    lines: u64,
}

/// An answer with the number of its line or message.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct LineOutcome {
    /// Which line or message, from 1.
    pub line: u64,
    /// Its outcome.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// Judges a group, and says what came of it.
///
/// # Errors
/// The writer has stopped, or the group before failed. Then nothing says which of its commands
/// were recorded.
pub(super) async fn judge(
    asking: Arc<Asking>,
    form: Form,
    answers: Answers,
    group: Group,
    turn: Turn,
) -> Result<Told, Problem> {
    let len = group.len();
    let mut read = block(move || read(form, &group)).await?;
    if let Some(before) = turn.before {
        let stopped = |_| Problem::from(Unavailable::Stopped);
        before.await.map_err(stopped)?;
    }
    let submissions = std::mem::take(&mut read.submissions);
    let answered = if submissions.is_empty() {
        let _ = turn.sent.send(());
        None
    } else {
        let _place = asking.state.room.wait(len).await;
        let request = asking.request(submissions, false);
        let queued = asking.state.handle.enqueue(request).await?;
        // Nobody waits for it where the stream has ended.
        let _ = turn.sent.send(());
        Some(queued.answered().await?)
    };
    let under = match &answered {
        Some(answered) => asking.covered(answered).await,
        None => None,
    };
    block(move || tell(&asking, answers, read, answered, &under)).await
}

fn read(form: Form, group: &Group) -> Read {
    let mut read = Read {
        commands: Vec::with_capacity(group.count()),
        submissions: Vec::with_capacity(group.count()),
        lines: group.last(),
    };
    for (number, text) in group.texts().filter(|(_, text)| !form.is_blank(text)) {
        let problem = match form.read(text) {
            Ok(submission) => {
                read.submissions.push(submission);
                None
            }
            Err(problem) => Some(problem),
        };
        read.commands.push((number, problem));
    }
    read
}

fn tell(
    asking: &Asking,
    answers: Answers,
    read: Read,
    answered: Option<Answered>,
    under: &Under,
) -> Told {
    let mut told = Told {
        lines: read.lines,
        ..Told::default()
    };
    let given = answered.iter().flat_map(|answered| &answered.answers);
    for receipt in given.flatten() {
        let count = if receipt.repeated {
            &mut told.repeated
        } else {
            &mut told.recorded
        };
        *count = count.saturating_add(1);
        told.position = told.position.max(Some(Receipt::last_position(receipt)));
    }
    let commands = u64::try_from(read.commands.len()).unwrap_or(u64::MAX);
    told.refused = commands.saturating_sub(told.recorded.saturating_add(told.repeated));
    let silent = match answers {
        Answers::All => false,
        Answers::Refused => told.refused == 0,
        Answers::Summary => true,
    };
    if silent {
        return told;
    }
    let mut views = answered.map(|answered| asking.views(answered, under));
    for (line, problem) in read.commands {
        let outcome = match problem {
            Some(problem) => Outcome::refused(problem),
            None => Outcome::of(views.as_mut().and_then(Iterator::next), asking.query.wait),
        };
        if answers == Answers::Refused && outcome.problem.is_none() {
            continue;
        }
        let answer = LineOutcome { line, outcome };
        // What it is written to is memory, and its keys are texts.
        if serde_json::to_writer(&mut told.bytes, &answer).is_ok() {
            told.bytes.push(b'\n');
        }
    }
    told
}
