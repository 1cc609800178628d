//! Evidence is about something that exists (V4), is not of the future (V14), and is taken back at
//! most once.
//!
//! That the file itself is there the books cannot know: the writer looks before it records.

mod amend;
#[cfg(test)]
mod tests;

use super::{EvidenceCommand, EvidenceEvent, EvidenceRegistration};
use crate::context::Context;
use crate::ids::PersonId;
use crate::rejection::Rejection;
use crate::text::Text;
use crate::{Books, Event};

/// A piece of evidence as it stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Evidence {
    /// What was named.
    pub registration: Box<EvidenceRegistration>,
    /// Who recorded it.
    pub recorded_by: PersonId,
    /// Taken back: why, and by whom.
    pub retracted: Option<Box<(Text, PersonId)>>,
    /// How many records have been about it.
    pub version: u32,
}

pub(crate) fn decide(
    books: &Books,
    context: &Context,
    command: &EvidenceCommand,
) -> Result<Vec<Event>, Rejection> {
    match command {
        EvidenceCommand::Add(registration) => addition(books, context, registration)?,
        EvidenceCommand::Retract(withdrawal) => {
            let subject = withdrawal.evidence.into();
            let field = "evidence";
            let row = books.evidence.get(withdrawal.evidence);
            let row = row.ok_or(Rejection::NotFound { field, subject })?;
            if row.retracted.is_some() {
                return Err(Rejection::BadTransition {
                    state: "retracted",
                    state_zh: "已撤回",
                    step: command.word(),
                });
            }
        }
    }
    // After this point the command succeeds.
    Ok(vec![command.clone().into_event()])
}

fn addition(
    books: &Books,
    context: &Context,
    registration: &EvidenceRegistration,
) -> Result<(), Rejection> {
    if books.evidence.contains(registration.evidence) {
        return Err(Rejection::AlreadyExists {
            field: "evidence",
            subject: registration.evidence.into(),
        });
    }
    if books.version(registration.subject) == 0 {
        return Err(Rejection::NotFound {
            field: "subject",
            subject: registration.subject,
        });
    }
    if registration.size == 0 {
        return Err(Rejection::BadField {
            field: "size",
            why: "an empty file proves nothing",
            why_zh: "空文件不能作为佐证",
        });
    }
    if !is_media_type(registration.media_type.as_str()) {
        return Err(Rejection::BadField {
            field: "media_type",
            why: "it must be a type and a subtype without parameters: image/jpeg",
            why_zh: "须为不带参数的媒体类型,如 image/jpeg",
        });
    }
    let first = registration.captured_on.first();
    if first.is_some_and(|first| first > context.today) {
        return Err(Rejection::BadDate {
            field: "captured_on",
            why: "it lies after today (UTC+08:00)",
            why_zh: "取证日期晚于今天(北京时间)",
        });
    }
    Ok(())
}

/// `type/subtype` of RFC 6838, section 4.2. A file is sent with it in a header of the answer, so
/// nothing else may be in it.
fn is_media_type(text: &str) -> bool {
    let is_name = |name: &str| {
        let inner = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte);
        name.bytes()
            .next()
            .is_some_and(|byte| byte.is_ascii_alphanumeric())
            && name.bytes().all(inner)
    };
    text.split_once('/')
        .is_some_and(|(kind, subtype)| is_name(kind) && is_name(subtype))
}

/// No policy: what proves something may always be shown.
pub(crate) fn breaches(
    _books: &Books,
    _context: &Context,
    _event: &EvidenceEvent,
) -> Vec<Rejection> {
    Vec::new()
}

pub(crate) fn apply(books: &mut Books, context: &Context, event: &EvidenceEvent) {
    match event {
        EvidenceEvent::Added(registration) => {
            let row = Evidence {
                registration: Box::new(registration.clone()),
                recorded_by: context.actor.person,
                retracted: None,
                version: 1,
            };
            books.evidence.put(registration.evidence, row);
        }
        EvidenceEvent::Retracted(withdrawal) => {
            if let Some(row) = books.evidence.get_mut(withdrawal.evidence) {
                row.version = row.version.saturating_add(1);
                let reason = withdrawal.reason.clone();
                row.retracted = Some(Box::new((reason, context.actor.person)));
            }
        }
    }
}
