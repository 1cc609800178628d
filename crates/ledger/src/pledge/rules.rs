//! What may happen to a responsibility pledge. Pledges go down the area tree, so that on every day
//! they are a tree themselves.

mod amend;
#[cfg(test)]
mod tests;

use super::TARGETS_MAX;
use super::{AssessmentResult, PledgeAssessment, PledgeCommand, PledgeEvent, PledgeSigning};
use crate::context::Context;
use crate::date::BusinessDate;
use crate::ids::PledgeId;
use crate::organisation::rules::{existing as existing_unit, is_within};
use crate::person::rules::existing as existing_person;
use crate::rejection::Rejection;
use crate::text::{Reference, Text};
use crate::{Books, Event};
use jiff::civil::Date;
use std::sync::Arc;

/// A pledge as it stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Pledge {
    /// What was signed.
    pub signing: Arc<PledgeSigning>,
    /// When.
    pub signed_on: BusinessDate,
    /// How it was kept.
    pub assessment: Option<Assessed>,
    /// How many records have been about it.
    pub version: u32,
}

/// How a pledge was kept.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Assessed {
    /// How.
    pub result: AssessmentResult,
    /// When that was said.
    pub on: BusinessDate,
    /// The document that says so.
    pub document: Reference,
    /// What was found.
    pub finding: Option<Text>,
}

impl Pledge {
    /// True on `day`; a date known less exactly counts with the whole of its period.
    #[must_use]
    pub fn covers(&self, day: Date) -> bool {
        let (from, until) = (self.signing.starts_on.first(), self.signing.ends_on.last());
        from.is_none_or(|from| from <= day) && until.is_none_or(|until| day <= until)
    }
}

pub(crate) fn decide(
    books: &Books,
    context: &Context,
    command: &PledgeCommand,
) -> Result<Vec<Event>, Rejection> {
    match command {
        PledgeCommand::Sign(signing) => signed(books, signing)?,
        PledgeCommand::Assess(assessment) => assessed(books, context, assessment)?,
    }
    // After this point the command succeeds, unless policy forbids it.
    Ok(vec![command.clone().into_event()])
}

fn signed(books: &Books, signing: &PledgeSigning) -> Result<(), Rejection> {
    if books.pledges.contains(signing.pledge) {
        return Err(Rejection::AlreadyExists {
            field: "pledge",
            subject: signing.pledge.into(),
        });
    }
    existing_unit(books, "from_unit", signing.from_unit)?;
    existing_person(books, "from_person", signing.from_person)?;
    existing_unit(books, "to_unit", signing.to_unit)?;
    existing_person(books, "to_person", signing.to_person)?;
    if signing.from_unit == signing.to_unit || !is_within(books, signing.to_unit, signing.from_unit)
    {
        return Err(Rejection::BadField {
            field: "to_unit",
            why: "a pledge is given by a unit below the one that demands it",
            why_zh: "责任状须由下级单位向上级单位签订",
        });
    }
    if !(1..=TARGETS_MAX).contains(&signing.targets.len()) {
        return Err(Rejection::BadField {
            field: "targets",
            why: "a pledge has 1 to 16 targets",
            why_zh: "责任状须列明 1 至 16 项目标",
        });
    }
    let dates = [signing.starts_on, signing.ends_on];
    if dates.iter().any(|date| date.first().is_none()) {
        return Err(Rejection::BadDate {
            field: "starts_on",
            why: "a pledge has a first and a last day",
            why_zh: "责任状须有起止日期",
        });
    }
    if signing.ends_on.is_certainly_before(signing.starts_on) {
        return Err(Rejection::BadDate {
            field: "ends_on",
            why: "it lies before starts_on",
            why_zh: "截止日期早于起始日期",
        });
    }
    Ok(())
}

/// Once, and not by the unit that promised (V15).
fn assessed(books: &Books, context: &Context, it: &PledgeAssessment) -> Result<(), Rejection> {
    let pledge = books.pledges.get(it.pledge);
    let pledge = pledge.ok_or_else(|| Rejection::NotFound {
        field: "pledge",
        subject: it.pledge.into(),
    })?;
    if pledge.assessment.is_some() {
        return Err(Rejection::BadTransition {
            state: "assessed",
            state_zh: "已考核",
            step: "pledge.assess",
        });
    }
    let ours = |unit| is_within(books, unit, pledge.signing.to_unit);
    // Who records it from paper is not of the unit either.
    let mut hands = context.hands().chain([context.actor]);
    if hands.any(|hand| ours(hand.organisation)) {
        return Err(Rejection::NotIndependent {
            why: "the actor belongs to the unit that promised, or to one below it",
            why_zh: "办理人属于签订责任状的单位或其下属单位,不得自行考核",
        });
    }
    Ok(())
}

/// Two signatures are of two persons (V12), one unit has one pledge at a time, and nothing is
/// assessed before it has begun (V14).
pub(crate) fn breaches(books: &Books, context: &Context, event: &PledgeEvent) -> Vec<Rejection> {
    match event {
        PledgeEvent::Signed(it) => {
            let same = (it.from_person == it.to_person).then_some(Rejection::SamePerson {
                first: "from_person",
                second: "to_person",
            });
            let other = overlapping(books, it).map(|other| Rejection::AlreadyExists {
                field: "to_unit",
                subject: other.into(),
            });
            same.into_iter().chain(other).collect()
        }
        PledgeEvent::Assessed(it) => {
            let row = books.pledges.get(it.pledge);
            let early = |row: &Pledge| {
                context
                    .occurred_on
                    .is_certainly_before(row.signing.starts_on)
            };
            let early = row.is_some_and(early).then_some(Rejection::BadDate {
                field: "occurred_on",
                why: "it lies before the pledge begins",
                why_zh: "业务日期早于责任状起始日期",
            });
            early.into_iter().collect()
        }
    }
}

/// Another pledge of the same unit in the same time.
fn overlapping(books: &Books, signing: &PledgeSigning) -> Option<PledgeId> {
    let apart = |other: &PledgeSigning| {
        other.ends_on.is_certainly_before(signing.starts_on)
            || signing.ends_on.is_certainly_before(other.starts_on)
    };
    let mut pledges = books.pledges.iter();
    let found =
        pledges.find(|(_, row)| row.signing.to_unit == signing.to_unit && !apart(&row.signing));
    found.map(|(id, _)| id)
}

pub(crate) fn apply(books: &mut Books, context: &Context, event: &PledgeEvent) {
    match event {
        PledgeEvent::Signed(signing) => {
            let row = Pledge {
                signing: Arc::new(signing.clone()),
                signed_on: context.occurred_on,
                assessment: None,
                version: 1,
            };
            books.pledges.put(signing.pledge, row);
        }
        PledgeEvent::Assessed(it) => {
            if let Some(row) = books.pledges.get_mut(it.pledge) {
                row.version = row.version.saturating_add(1);
                row.assessment = Some(Assessed {
                    result: it.result,
                    on: context.occurred_on,
                    document: it.document.clone(),
                    finding: it.finding.clone(),
                });
            }
        }
    }
}
