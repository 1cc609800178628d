//! What follows from supporting records, which no seal covers: whoever hands a package on could
//! have left one out. Where that would change a figure, the package says so instead of holding.

use crate::Fault;
use crate::told::{Told, folded};
use crate::{answer, question::Question};
use jiff::civil::Date;
use ledger::Event;
use ledger::ids::Subject;
use ledger::item::DeadlineRule;
use ledger::payment::{Payee, PaymentEvent};
use serde_json::Value;
use std::collections::BTreeSet;

/// So many places are named; more say no more.
const PLACES_MAX: usize = 20;

/// Something that nobody can tell from the package.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unproved {
    /// A payee whose registration is not here: whether there is none, or it was left out.
    Payee(Subject),
    /// A round whose feedback is not here, from which due dates run.
    Feedback(Subject),
    /// A figure or state of the answer that is another without some supporting record.
    Figure(String),
}

/// What nobody can tell, in order.
pub(crate) fn unproved(
    told: &Told,
    subjects: &BTreeSet<Subject>,
    asked: (Question, Date),
    made: &Value,
) -> Result<Vec<Unproved>, Fault> {
    let mut all = BTreeSet::new();
    payees(told, subjects, &mut all);
    feedback(told, asked.0, &mut all);
    let without = folded(told.seen.iter().filter(|seen| {
        // Who somebody is, when a round gave its feedback, and other wordings are asked for above,
        // or change no figure.
        seen.names.iter().any(|name| subjects.contains(name))
            || matches!(
                seen.fact.event,
                Event::Organisation(_) | Event::Subject(_) | Event::Round(_) | Event::Record(_)
            )
    }));
    let (question, on) = asked;
    let less = answer::answer(&without, question, on).ok_or(Fault::Unanswered)?;
    let mut places = Vec::new();
    differing(made, &less, &mut String::new(), &mut places);
    all.extend(places.into_iter().map(Unproved::Figure));
    Ok(all.into_iter().collect())
}

/// Whether a payee is known decides whether money is explained.
fn payees(told: &Told, subjects: &BTreeSet<Subject>, all: &mut BTreeSet<Unproved>) {
    let books = &told.view.books;
    for seen in &told.seen {
        let Event::Payment(PaymentEvent::Instructed(it)) = &seen.fact.event else {
            continue;
        };
        let known = match it.payee {
            Payee::Organisation(unit) => books.organisations.contains(unit),
            Payee::Subject(person) => books.persons.contains(person),
        };
        if !known && subjects.contains(&it.payment.into()) {
            let payee = match it.payee {
                Payee::Organisation(unit) => unit.into(),
                Payee::Subject(person) => person.into(),
            };
            all.insert(Unproved::Payee(payee));
        }
    }
}

/// The due date of the item that is asked about runs from the feedback, or from the issue where
/// there is none.
fn feedback(told: &Told, question: Question, all: &mut BTreeSet<Unproved>) {
    let Question::Item(id) = question else {
        return;
    };
    let books = &told.view.books;
    let item = books.items.get(id).filter(|item| item.due_base.is_some());
    let Some(item) = item else {
        return;
    };
    let runs = match item.draft.deadline_rule {
        DeadlineRule::InspectionFeedback | DeadlineRule::HalfYear | DeadlineRule::OneYear => true,
        DeadlineRule::Immediate | DeadlineRule::Fixed => false,
    };
    let round = books.rounds.get(item.draft.round);
    if runs && round.is_none_or(|round| round.feedback_on.is_none()) {
        all.insert(Unproved::Feedback(item.draft.round.into()));
    }
}

/// Where two answers differ in more than a name that one of them does not know.
fn differing(made: &Value, less: &Value, place: &mut String, all: &mut Vec<String>) {
    if all.len() >= PLACES_MAX {
        return;
    }
    let len = place.len();
    match (made, less) {
        (Value::Object(made), Value::Object(less)) => {
            let keys: BTreeSet<&String> = made.keys().chain(less.keys()).collect();
            for key in keys {
                place.push('.');
                place.push_str(key);
                let (one, other) = (made.get(key), less.get(key));
                let (one, other) = (one.unwrap_or(&Value::Null), other.unwrap_or(&Value::Null));
                differing(one, other, place, all);
                place.truncate(len);
            }
        }
        (Value::Array(made), Value::Array(less)) if made.len() == less.len() => {
            for (at, (one, other)) in made.iter().zip(less).enumerate() {
                place.push('.');
                place.push_str(&at.to_string());
                differing(one, other, place, all);
                place.truncate(len);
            }
        }
        // Names are no figures; one that a key has opened stands on one side alone, too.
        (names, Value::Null) | (Value::Null, names) if is_of_texts(names) => {}
        _ if made == less => {}
        _ => all.push(place.trim_start_matches('.').to_owned()),
    }
}

/// True of a text, and of what has nothing but texts in it, as a unit with its name.
fn is_of_texts(value: &Value) -> bool {
    match value {
        Value::String(_) | Value::Null => true,
        Value::Object(fields) => fields.values().all(is_of_texts),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) => false,
    }
}
