//! What may be put right, and what must stay (V22).

#[cfg(test)]
mod tests;

use super::amend::Amend;
use super::{RecordCommand, RecordCorrection, RecordEvent, RecordReversal};
use crate::context::Context;
use crate::ids::Subject;
use crate::rejection::Rejection;
use crate::subjects::Subjects;
use crate::{Books, Event};

fn bad(field: &'static str, why: &'static str, why_zh: &'static str) -> Rejection {
    Rejection::BadReversal { field, why, why_zh }
}

pub(crate) fn decide(
    books: &Books,
    _context: &Context,
    command: &RecordCommand,
) -> Result<Vec<Event>, Rejection> {
    match command {
        RecordCommand::Reverse(reversal) => reverse(books, reversal)?,
        RecordCommand::Correct(correction) => correct(books, correction)?,
    }
    // After this point the command succeeds, unless policy forbids it.
    Ok(vec![command.clone().into_event()])
}

/// The event of the record that is named, if it is one of that subject and still stands.
fn standing<'a>(
    books: &Books,
    subject: Subject,
    seq: u64,
    original: Option<&'a Event>,
) -> Result<&'a Event, Rejection> {
    let original = original.ok_or(bad(
        "seq",
        "the ledger has no record with this number",
        "本账本没有该序号的记录",
    ))?;
    let mut main = None;
    original.each(&mut |named| main = main.or(Some(named)));
    if main != Some(subject) {
        return Err(bad(
            "subject",
            "the record is not mainly about this subject",
            "该记录的主体不是所填主体",
        ));
    }
    if books.reversed.contains(seq) {
        return Err(bad(
            "seq",
            "the record has been reversed already",
            "该记录已被冲销",
        ));
    }
    Ok(original)
}

fn reverse(books: &Books, reversal: &RecordReversal) -> Result<(), Rejection> {
    let original = reversal.original.as_deref();
    let original = standing(books, reversal.subject, reversal.seq, original)?;
    let Some(amount) = original.reversible() else {
        return Err(bad(
            "seq",
            "it states no amount: what follows a step or a statement is a new one",
            "该记录没有可冲销的金额:环节不能冲销,只能按流程办理后续环节;陈述以新的记录取代",
        ));
    };
    if amount != reversal.amount_fen {
        return Err(bad(
            "amount_fen",
            "a reversal takes back exactly the amount that the record states",
            "冲销金额须与原记录金额完全一致",
        ));
    }
    Ok(())
}

fn correct(books: &Books, correction: &RecordCorrection) -> Result<(), Rejection> {
    let original = correction.original.as_deref();
    let mut corrected = standing(books, correction.subject, correction.seq, original)?.clone();
    let Some(slot) = corrected.text(correction.field) else {
        return Err(bad(
            "field",
            "the record has no such text; amounts are reversed and recorded anew",
            "该记录没有这一文字项;金额有误的,应先冲销再重新登记",
        ));
    };
    // What was put right before may be put back to what the record says.
    if slot.get() == Some(correction.to.as_str()) && !books.corrected.contains(correction.seq) {
        return Err(bad("to", "the record says so already", "与原记录内容相同"));
    }
    slot.set(&correction.to).map_err(|_| Rejection::BadField {
        field: "to",
        why: "the field does not allow it: too long, or a personal number",
        why_zh: "所更正的项目不允许该内容:过长,或含有个人号码",
    })
}

pub(crate) fn breaches(books: &Books, _context: &Context, event: &RecordEvent) -> Vec<Rejection> {
    let resting = match event {
        RecordEvent::Reversed(reversal) => {
            let original = reversal.original.as_ref();
            original.and_then(|original| original.resting(books, reversal.seq))
        }
        RecordEvent::Corrected(_) => None,
    };
    let rested = resting.map(|dependents| Rejection::RestedOn { dependents });
    rested.into_iter().collect()
}

pub(crate) fn apply(books: &mut Books, context: &Context, event: &RecordEvent) {
    match event {
        RecordEvent::Reversed(reversal) => {
            if let Some(original) = &reversal.original {
                original.reverse(books, reversal.seq);
            }
            books.reversed.put(reversal.seq, context.seq);
            books.touch(reversal.subject);
        }
        RecordEvent::Corrected(correction) => {
            if let Some(original) = &correction.original {
                original.describe_record(books, correction.seq, correction.field, &correction.to);
            }
            books.corrected.put(correction.seq, context.seq);
            books.touch(correction.subject);
        }
    }
}
