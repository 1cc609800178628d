//! What a row says against what is recorded, step by step.

use super::known::{About, Recorded, reversed};
use super::lookup::Trouble;
use super::plan::{Judged, Maker, Verdict};
use super::report::Difference;
use super::row::{Row, Step};
use super::rows;
use super::words::Words;
use crate::problem::Problem;
use ledger::claim::ClaimEvent;
use ledger::context::Signatory;
use ledger::contract::ContractEvent;
use ledger::entry::EntryCommand;
use ledger::fund::FundEvent;
use ledger::item::ItemEvent;
use ledger::organisation::OrganisationEvent;
use ledger::payment::PaymentEvent;
use ledger::project::ProjectEvent;
use ledger::{Command, Event, Submission};
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// Lists whose order says nothing that a table could: an export may bring its lines in another.
const UNORDERED: [&str; 4] = ["sources", "lines", "spent", "balances"];

/// In which fact an opening says what was taken over.
const TAKEN_OVER: [&str; 6] = [
    "announcement",
    "entry",
    "signing",
    "submission",
    "draft",
    "opening",
];

impl Maker<'_> {
    /// Against what is recorded, step by step.
    pub(super) fn compared(
        &self,
        row: &Row<'_>,
        steps: Vec<Step>,
        subject: Uuid,
    ) -> Result<Judged, Problem> {
        let mut about = About::new(self.place, self.books, rows::subject(subject));
        let judged = |verdict, waits| Judged {
            verdict: Ok(verdict),
            subject: Some(subject),
            waits,
        };
        if let Some(verdict) = self.against_opening(row, &steps, subject, &mut about)? {
            return Ok(match verdict {
                Ok(verdict) => judged(verdict, false),
                Err(trouble) => Judged::refused(vec![trouble]),
            });
        }
        let paid_since = is_paid_since(&steps, &mut about)?;
        let (mut asked, mut differences, mut waits) = (Vec::new(), Vec::new(), false);
        for step in steps {
            let submission = match self.submission(row, &step, subject)? {
                Ok(submission) => submission,
                Err(trouble) => return Ok(Judged::refused(vec![trouble])),
            };
            if self.is_pending(subject, &submission) {
                continue;
            }
            match self.against(&step, &submission, paid_since, &mut about)? {
                Found::Same => {}
                Found::Nothing if step.proposed.is_some() => {
                    let other = self.other_pending(&step, &submission, subject);
                    differences.extend(other.clone().unwrap_or_default());
                    if other.is_none() {
                        waits = true;
                        asked.push(submission);
                    }
                }
                Found::Nothing => asked.push(submission),
                Found::Other(found) => {
                    // Both the payment and its settlement have the amount.
                    for told in found {
                        if !differences.contains(&told) {
                            differences.push(told);
                        }
                    }
                }
            }
        }
        let verdict = if !differences.is_empty() {
            Verdict::Changed(differences)
        } else if asked.is_empty() {
            Verdict::Known
        } else {
            Verdict::New(asked)
        };
        Ok(judged(verdict, waits))
    }

    /// One step against what is recorded; `paid_since` if an instruction may be older.
    fn against(
        &self,
        step: &Step,
        submission: &Submission,
        paid_since: bool,
        about: &mut About<'_>,
    ) -> Result<Found, Problem> {
        let asked_for = asked_for(submission);
        let event = asked_for.clone().into_event();
        let signatories = signatories(submission);
        let instructs = step.word == "payment.instruct";
        let is_same = |it: &Recorded| {
            let (was, is) = (it.fact.occurred_on, submission.occurred_on);
            let before = was
                .exact()
                .zip(is.exact())
                .is_some_and(|(was, is)| was <= is);
            (was == is || (instructs && paid_since && before))
                && self.says_the_same(&it.fact.event, &event)
                && *it.fact.signatories == *signatories
        };
        if about
            .find(|it| it.reversed_by.is_none() && is_same(it))?
            .is_some()
        {
            return Ok(Found::Same);
        }
        let is_other = |it: &Recorded| {
            let alike = it.fact.event.word() == event.word();
            alike && (is_same(it) || !step.repeatable)
        };
        let standing = about.find(|it| it.reversed_by.is_none() && is_other(it))?;
        if let Some(other) = standing {
            let words = self.words();
            let mut found = Vec::new();
            let (was, is) = (other.fact.occurred_on, submission.occurred_on);
            if was != is {
                let (was, is) = (json!(was.to_string()), json!(is.to_string()));
                found.push(words.difference("occurred_on", Some(&was), Some(&is)));
            }
            found.extend(differences(&other.fact.event, &event, &words));
            return Ok(Found::Other(found));
        }
        // Whoever reversed it knew better than the file.
        let by = about.find(is_other)?.and_then(|it| it.reversed_by);
        Ok(by.map_or(Found::Nothing, |by| Found::Other(reversed(by))))
    }

    /// A subject that was taken over when the book was begun is known, or other by what it was
    /// taken over with. The days of its opening are not those of its own steps, and these are not
    /// recorded anew.
    fn against_opening(
        &self,
        row: &Row<'_>,
        steps: &[Step],
        subject: Uuid,
        about: &mut About<'_>,
    ) -> Result<Option<Result<Verdict, Trouble>>, Problem> {
        let Some((first, others)) = steps.split_first() else {
            return Ok(None);
        };
        if first.proposed.is_some() {
            return Ok(None);
        }
        let began = |it: &Recorded| it.reversed_by.is_none() && begins(&it.fact.event);
        let recorded = about.find(began)?.map(|it| it.fact.event.clone());
        let waits = recorded.is_none();
        let opening = match recorded {
            Some(it) => drafted(&it),
            None => self
                .pending
                .beginning(subject)
                .map(|it| drafted(&it).unwrap_or(it)),
        };
        let Some(drafted) = opening else {
            return Ok(None);
        };
        let Ok(submission) = self.submission(row, first, subject)? else {
            return Ok(None);
        };
        let event = submission.command.into_event();
        let words = self.words();
        let mut found = if self.says_the_same(&drafted, &event) {
            Vec::new()
        } else {
            differences(&drafted, &event, &words)
        };
        // What was open at the cut-over is closed by its own steps, and not by a list.
        let closed = others.iter().find(|it| it.word == "item.import_closure");
        found.extend(
            closed.map(|step| words.difference("closed_on", None, Some(&json!(step.occurred_on)))),
        );
        if waits {
            found.iter_mut().for_each(Difference::waits);
        }
        // What is to be done about it is no part of an opening, and is added once that counts.
        let mut asked = Vec::new();
        let measures = others.iter().filter(|it| it.word == rows::MEASURE);
        for step in measures.filter(|_| !waits) {
            let submission = match self.submission(row, step, subject)? {
                Ok(submission) => submission,
                Err(trouble) => return Ok(Some(Err(trouble))),
            };
            match self.against(step, &submission, false, about)? {
                Found::Same => {}
                Found::Nothing => asked.push(submission),
                Found::Other(other) => found.extend(other),
            }
        }
        Ok(Some(Ok(if !found.is_empty() {
            Verdict::Changed(found)
        } else if asked.is_empty() {
            Verdict::Known
        } else {
            Verdict::New(asked)
        })))
    }

    /// True where two events are one, whatever the order of their lines.
    fn says_the_same(&self, one: &Event, other: &Event) -> bool {
        one == other
            || (!self.mapping.parts.is_empty()
                && one.word() == other.word()
                && facts(one) == facts(other))
    }

    pub(super) fn words(&self) -> Words<'_> {
        Words {
            books: self.books,
            mapping: self.mapping,
        }
    }

    /// True for what waits for a second person already.
    fn is_pending(&self, subject: Uuid, submission: &Submission) -> bool {
        let Command::Entry(EntryCommand::Propose(asked)) = &submission.command else {
            return false;
        };
        let asked_for = asked.command.clone().into_event();
        self.pending.about(subject).iter().any(|it| {
            let same = it.command == asked.command
                || self.says_the_same(&it.command.clone().into_event(), &asked_for);
            same && it.signatories == asked.signatories
        })
    }

    /// In what a step is other than what waits for a second person already, where only one of the
    /// two can stand.
    fn other_pending(
        &self,
        step: &Step,
        submission: &Submission,
        subject: Uuid,
    ) -> Option<Vec<Difference>> {
        let event = asked_for(submission).clone().into_event();
        let alike = |it: &Event| it.word() == event.word() && !step.repeatable;
        let pending = self.pending.about(subject).iter();
        let mut pending = pending.map(|it| it.command.clone().into_event());
        let mut found = differences(&pending.find(alike)?, &event, &self.words());
        found.iter_mut().for_each(Difference::waits);
        Some(found)
    }
}

/// What is recorded of a step.
enum Found {
    Same,
    Nothing,
    Other(Vec<Difference>),
}

/// What a submission asks for, by itself or for a second person.
fn asked_for(submission: &Submission) -> &Command {
    if let Command::Entry(EntryCommand::Propose(it)) = &submission.command {
        &it.command
    } else {
        &submission.command
    }
}

fn signatories(submission: &Submission) -> &[Signatory] {
    if let Command::Entry(EntryCommand::Propose(it)) = &submission.command {
        &it.signatories
    } else {
        &[]
    }
}

/// True where a row says of a payment that the bank has made it, and nothing recorded contradicts
/// it: an export of before said that it was instructed, and on which day.
fn is_paid_since(steps: &[Step], about: &mut About<'_>) -> Result<bool, Problem> {
    let Some(paid) = steps.iter().find(|step| step.word == "payment.settle") else {
        return Ok(false);
    };
    let settled = about.find(|it| {
        let event = &it.fact.event;
        matches!(event, Event::Payment(PaymentEvent::Settled(_)))
    })?;
    Ok(settled.is_none_or(|it| it.fact.occurred_on.to_string() == paid.occurred_on))
}

/// True for the record with which a subject that tables bring begins.
fn begins(event: &Event) -> bool {
    drafted(event).is_some()
        || matches!(
            event,
            Event::Organisation(OrganisationEvent::Registered(_))
                | Event::Fund(FundEvent::Announced(_))
                | Event::Project(ProjectEvent::EnteredLibrary(_))
                | Event::Contract(ContractEvent::Signed(_))
                | Event::Claim(ClaimEvent::Submitted(_))
                | Event::Item(ItemEvent::Drafted(_))
                | Event::Payment(PaymentEvent::Instructed(_))
        )
}

/// What an opening says that the ordinary table of its kind says too, as that would be recorded.
pub(super) fn drafted(event: &Event) -> Option<Event> {
    if let Event::Fund(FundEvent::TakenOver(it)) = event {
        return Some(Event::Fund(FundEvent::Announced(it.announcement.clone())));
    }
    if let Event::Project(ProjectEvent::TakenOver(it)) = event {
        let entry = it.entry.clone();
        return Some(Event::Project(ProjectEvent::EnteredLibrary(entry)));
    }
    if let Event::Contract(ContractEvent::TakenOver(it)) = event {
        let signing = it.signing.clone();
        return Some(Event::Contract(ContractEvent::Signed(signing)));
    }
    if let Event::Claim(ClaimEvent::TakenOver(it)) = event {
        let submission = it.submission.clone();
        return Some(Event::Claim(ClaimEvent::Submitted(submission)));
    }
    if let Event::Item(ItemEvent::TakenOver(it)) = event {
        return Some(Event::Item(ItemEvent::Drafted(it.draft.clone())));
    }
    None
}

/// The fields in which something is other than what is asked for.
fn differences(was: &Event, is: &Event, words: &Words<'_>) -> Vec<Difference> {
    let (old, new) = (each(facts(was)), each(facts(is)));
    let mut names: Vec<_> = old.keys().chain(new.keys()).collect();
    names.sort();
    names.dedup();
    let told = names.into_iter().filter_map(|name| {
        let (was, is) = (old.get(name), new.get(name));
        (was != is).then(|| words.difference(name, was, is))
    });
    told.collect()
}

/// The facts one by one: of an opening also those of what it takes over.
fn each(mut facts: Map<String, Value>) -> Map<String, Value> {
    for name in TAKEN_OVER {
        if let Some(Value::Object(inner)) = facts.remove(name) {
            facts.extend(inner);
        }
    }
    facts
}

/// The facts of an event, without its noun and its word, its lines in one order.
fn facts(event: &Event) -> Map<String, Value> {
    let mut value = serde_json::to_value(event).unwrap_or_default();
    for _ in 0..2 {
        let inner = value.as_object_mut().and_then(|tagged| {
            let (_, inner) = tagged.iter_mut().next()?;
            Some(inner.take())
        });
        value = inner.unwrap_or_default();
    }
    if let Value::Object(mut facts) = value {
        in_order(&mut facts);
        facts
    } else {
        Map::new()
    }
}

fn in_order(facts: &mut Map<String, Value>) {
    for (name, value) in facts.iter_mut() {
        if let Value::Array(lines) = value
            && UNORDERED.contains(&name.as_str())
        {
            lines.sort_by_cached_key(Value::to_string);
        } else if let Value::Object(inner) = value {
            in_order(inner);
        }
    }
}
