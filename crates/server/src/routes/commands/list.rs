//! Bodies that are read whole: one command, or a list of at most 16 MiB.

use super::asking::Asking;
use super::split::{Framing, Group, Splitter};
use super::{Form, Outcome, block, status_of};
use crate::json;
use crate::problem::Problem;
use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use actix_web::{HttpResponse, ResponseError};
use ledger::Submission;
use sequencer::Refusal;

/// What is longer is parsed on a thread of its own, since others wait for this one: a millisecond
/// is many times what the way to another thread takes.
const LONG_LEN: usize = 64 << 10;

/// What was read of a body.
enum Read {
    /// One object: the answer is one object too.
    One(Box<Submission>),
    /// A list, each command of which is judged on its own.
    Many(Vec<Result<Submission, Problem>>),
}

/// Answers a whole body.
///
/// # Errors
/// It is no command and no list of them, or the writer does not take it.
pub(super) async fn answer(
    asking: &Asking,
    form: Form,
    body: Bytes,
) -> Result<HttpResponse, Problem> {
    let len = body.len();
    let read = if len > LONG_LEN {
        block(move || read(form, &body)).await??
    } else {
        read(form, &body)?
    };
    match read {
        Read::One(submission) => one(asking, *submission).await,
        Read::Many(read) => {
            let room = asking.state.room.at_once(len);
            let _place = room.ok_or_else(|| Problem::from(sequencer::Unavailable::Overloaded))?;
            let outcomes = many(asking, read).await?;
            Ok(listed(&outcomes, form != Form::Json, asking.query.atomic))
        }
    }
}

fn read(form: Form, body: &[u8]) -> Result<Read, Problem> {
    let framing = match form {
        Form::Json => {
            return match json::lines(body)? {
                json::Lines::One(text) => Ok(Read::One(Box::new(form.read(text)?))),
                json::Lines::Many(texts) => {
                    let read = texts.iter().map(|text| form.read(text));
                    Ok(Read::Many(read.collect()))
                }
            };
        }
        Form::Lines => Framing::Lines,
        Form::Messages => Framing::Messages,
    };
    let (mut splitter, mut group) = (Splitter::new(framing), Group::default());
    let mut piece = body;
    while !piece.is_empty() {
        piece = splitter.read(piece, &mut group)?;
    }
    splitter.end(&mut group)?;
    let texts = group.texts().filter(|(_, text)| !form.is_blank(text));
    Ok(Read::Many(texts.map(|(_, text)| form.read(text)).collect()))
}

async fn one(asking: &Asking, submission: Submission) -> Result<HttpResponse, Problem> {
    let outcome = asking.submit(vec![submission], false).await?.pop();
    let none = || Problem::internal(&"the writer gave no answer");
    let receipt = outcome.ok_or_else(none)??;
    let status = status_of(&receipt, asking.query.wait);
    Ok(HttpResponse::build(status).json(receipt))
}

/// Each is judged on its own: one that cannot be read does not keep the others from being
/// recorded, unless all or nothing was asked for.
async fn many(
    asking: &Asking,
    read: Vec<Result<Submission, Problem>>,
) -> Result<Vec<Outcome>, Problem> {
    let atomic = asking.query.atomic;
    if atomic && read.iter().any(Result::is_err) {
        let culprit = read.iter().position(Result::is_err).unwrap_or_default();
        let aborted = Refusal::AtomicAborted(culprit);
        let refuse = |read: Result<_, Problem>| match read {
            Ok(_) => Outcome::refused((&aborted).into()),
            Err(problem) => Outcome::refused(problem),
        };
        return Ok(numbered(read.into_iter().map(refuse)));
    }
    let (submissions, unread): (Vec<_>, Vec<_>) = read
        .into_iter()
        .map(|read| match read {
            Ok(submission) => (Some(submission), None),
            Err(problem) => (None, Some(problem)),
        })
        .unzip();
    let submissions = submissions.into_iter().flatten().collect();
    let mut answers = asking.submit(submissions, atomic).await?.into_iter();
    let outcome = |problem: Option<Problem>| match problem {
        Some(problem) => Outcome::refused(problem),
        None => Outcome::of(answers.next(), asking.query.wait),
    };
    Ok(numbered(unread.into_iter().map(outcome)))
}

fn numbered(outcomes: impl Iterator<Item = Outcome>) -> Vec<Outcome> {
    let number = |(index, mut outcome): (usize, Outcome)| {
        outcome.problem = outcome.problem.map(|problem| problem.of(index));
        outcome
    };
    outcomes.enumerate().map(number).collect()
}

/// A list is answered with 200 and each command's own status; all or nothing with the status of
/// the command that was refused.
fn listed(outcomes: &[Outcome], newline_delimited: bool, atomic: bool) -> HttpResponse {
    let culprit = outcomes
        .iter()
        .filter_map(|outcome| outcome.problem.as_ref());
    let culprit = culprit
        .clone()
        .find(|problem| problem.code != "ATOMIC_ABORTED");
    let status = match culprit {
        Some(problem) if atomic => problem.status_code(),
        Some(_) | None => StatusCode::OK,
    };
    if !newline_delimited {
        return HttpResponse::build(status).json(outcomes);
    }
    let mut lines = Vec::new();
    for outcome in outcomes {
        if serde_json::to_writer(&mut lines, outcome).is_ok() {
            lines.push(b'\n');
        }
    }
    HttpResponse::build(status)
        .content_type(super::NDJSON)
        .body(lines)
}
