//! What the log says of itself goes forward only.

#[cfg(test)]
mod tests;

use super::{KeyIntroduction, LogCommand, LogEvent, NoteText, StateRecording, SubjectsSeal};
use crate::context::Context;
use crate::digest::Digest;
use crate::rejection::Rejection;
use crate::{Books, Event};

/// The log as it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Log {
    /// The key that signs checkpoints, and the record that introduced it.
    pub key: Option<(NoteText, u64)>,
    /// The last seal of the subjects.
    pub seal: Option<Seal>,
}

/// A seal of the subjects.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Seal {
    /// Its record in the `system` ledger.
    pub seq: u64,
    /// What it says.
    pub facts: SubjectsSeal,
}

/// The last state recorded of a projection.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct State {
    /// Which projection.
    pub projection: crate::text::Reference,
    /// The version of its form.
    pub version: u32,
    /// After which record of its ledger.
    pub seq: u64,
    /// Its hash.
    pub hash: Digest,
}

fn bad(field: &'static str, why: &'static str, why_zh: &'static str) -> Rejection {
    Rejection::BadField { field, why, why_zh }
}

pub(crate) fn decide(
    books: &Books,
    _context: &Context,
    command: &LogCommand,
) -> Result<Vec<Event>, Rejection> {
    match command {
        LogCommand::IntroduceKey(introduction) => follows(books, introduction)?,
        LogCommand::SealSubjects(seal) => goes_on(books, seal)?,
        LogCommand::RecordState(state) => is_not_older(books, state)?,
    }
    // After this point the command succeeds.
    Ok(vec![command.clone().into_event()])
}

fn follows(books: &Books, introduction: &KeyIntroduction) -> Result<(), Rejection> {
    let current = books.log.key.as_ref().map(|(key, _)| key);
    if introduction.previous.as_ref() != current {
        return Err(bad(
            "previous",
            "it is not the key that signs now",
            "与现用密钥不符",
        ));
    }
    if current == Some(&introduction.vkey) {
        return Err(bad("vkey", "it signs already", "该密钥已在使用"));
    }
    if introduction.previous.is_none() && introduction.endorsement.is_some() {
        return Err(bad(
            "endorsement",
            "there is no key that could have made it",
            "此前没有可作签名的密钥",
        ));
    }
    Ok(())
}

fn goes_on(books: &Books, seal: &SubjectsSeal) -> Result<(), Rejection> {
    let Some(last) = &books.log.seal else {
        return Ok(());
    };
    if seal.through_position <= last.facts.through_position {
        return Err(bad(
            "through_position",
            "the last seal went as far",
            "未超过上次封存的位置",
        ));
    }
    if seal.count < last.facts.count {
        return Err(bad(
            "count",
            "the last seal held more subjects, and none ever goes",
            "少于上次封存的主体数",
        ));
    }
    Ok(())
}

fn is_not_older(books: &Books, state: &StateRecording) -> Result<(), Rejection> {
    let last = books.states.get(state.ledger).into_iter().flatten();
    let last = last
        .filter(|last| last.projection == state.projection)
        .map(|last| last.seq);
    if last.max().unwrap_or(1) > state.seq {
        return Err(bad(
            "seq",
            "a later state is recorded already",
            "已登记更新的状态",
        ));
    }
    Ok(())
}

pub(crate) fn breaches(_: &Books, _: &Context, _: &LogEvent) -> Vec<Rejection> {
    Vec::new()
}

pub(crate) fn apply(books: &mut Books, context: &Context, event: &LogEvent) {
    match event {
        LogEvent::KeyIntroduced(introduction) => {
            books.log.key = Some((introduction.vkey.clone(), context.seq));
        }
        LogEvent::SubjectsSealed(seal) => {
            books.log.seal = Some(Seal {
                seq: context.seq,
                facts: seal.clone(),
            });
        }
        LogEvent::StateRecorded(recording) => {
            let states = books.states.entry(recording.ledger);
            states.retain(|state| state.projection != recording.projection);
            states.push(State {
                projection: recording.projection.clone(),
                version: recording.version,
                seq: recording.seq,
                hash: recording.hash,
            });
        }
    }
}
