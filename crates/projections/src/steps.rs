//! Who did what, step by step, and whose hands met where they should not (I4).

use crate::references::UnitReference;
use hashbrown::HashMap;
use ledger::date::BusinessDate;
use ledger::ids::{OrganisationId, PersonId, Subject};
use ledger::subjects::Subjects;
use ledger::{Books, Fact, Intake};
use uuid::Uuid;

/// Two steps over one subject that belong into different hands (domain 5.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pair {
    /// The word of the one step.
    pub first: &'static str,
    /// The word of the other step.
    pub second: &'static str,
    /// The two roles, in Chinese.
    pub zh: &'static str,
}

const fn pair(first: &'static str, second: &'static str, zh: &'static str) -> Pair {
    Pair { first, second, zh }
}

/// The pairs that are looked for.
pub const PAIRS: &[Pair] = &[
    pair(
        "project.declared",
        "project.reviewed_in_town",
        "项目申报与乡镇初审",
    ),
    pair(
        "project.declared",
        "project.entered_library",
        "项目申报与批准入库",
    ),
    pair(
        "project.reviewed_in_town",
        "project.entered_library",
        "乡镇初审与批准入库",
    ),
    pair("project.declared", "project.reviewed", "项目申报与评审复核"),
    pair("project.declared", "project.approved", "项目申报与批复立项"),
    pair(
        "project.entered_library",
        "project.approved",
        "申报入库与批复立项",
    ),
    pair("project.completed", "project.accepted", "实施竣工与验收"),
    pair(
        "project.completed",
        "project.acceptance_failed",
        "实施竣工与验收",
    ),
    pair(
        "milestone.reported",
        "milestone.verified",
        "进度填报与进度核实",
    ),
    pair(
        "payment.instructed",
        "receipt.confirmed",
        "支付经办与到账核实",
    ),
    pair(
        "payment.instructed",
        "payment.settled",
        "支付经办与到账登记",
    ),
    pair("item.closure_requested", "item.verified", "申请销号与核验"),
    pair("item.closure_requested", "item.closed", "申请销号与销号"),
    // A long-term item's closing is asked for by its review.
    pair("item.long_term_reviewed", "item.verified", "申请销号与核验"),
    pair("item.long_term_reviewed", "item.closed", "申请销号与销号"),
    pair("item.verified", "item.closed", "核验与销号"),
];

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Step {
    /// The record.
    pub seq: u64,
    /// What was done: the word of the event.
    pub word: &'static str,
    /// What it is mainly about; none for the ledger itself.
    pub subject: Option<Uuid>,
    /// When it happened.
    pub occurred_on: BusinessDate,
    /// Who did it.
    pub person: PersonId,
    /// For which organisation.
    pub organisation: UnitReference,
    /// By which way in.
    pub intake: Intake,
}

/// What two steps have in common that they should not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Same {
    /// One person did both.
    Person,
    /// Two persons of one organisation did them; normal for some pairs, and worth a look.
    Organisation,
}

/// One pair of hands over one subject.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Conflict {
    /// The project, milestone, payment or item.
    pub subject: Uuid,
    /// Which two steps.
    pub pair: Pair,
    /// What they have in common.
    pub same: Same,
    /// The person, where it is one.
    pub person: Option<PersonId>,
    /// The organisation.
    pub organisation: UnitReference,
    /// The records of the one step.
    pub first_seqs: Vec<u64>,
    /// The records of the other step.
    pub second_seqs: Vec<u64>,
}

/// The steps that some records tell, and the conflicts among them.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Steps {
    /// In the order of the records.
    pub steps: Vec<Step>,
    /// In the order of [`PAIRS`], persons before organisations.
    pub conflicts: Vec<Conflict>,
}

/// Tells the steps of some records, which the caller has picked: those of a subject, or of a day.
#[must_use]
pub fn steps<'a>(books: &Books, facts: impl IntoIterator<Item = (u64, &'a Fact)>) -> Steps {
    let show = |(seq, fact): (u64, &Fact)| {
        let mut subject: Option<Subject> = None;
        fact.event
            .each(&mut |named| subject = subject.or(Some(named)));
        Step {
            seq,
            word: fact.event.word(),
            subject: subject.map(|subject| subject.0),
            occurred_on: fact.occurred_on,
            person: fact.actor.person,
            organisation: crate::references::unit(books, fact.actor.organisation),
            intake: fact.intake,
        }
    };
    let steps: Vec<Step> = facts.into_iter().map(show).collect();
    let conflicts = conflicts(&steps);
    Steps { steps, conflicts }
}

type Hands<'a> = HashMap<(Uuid, &'static str), Vec<&'a Step>>;

fn conflicts(steps: &[Step]) -> Vec<Conflict> {
    let mut hands: Hands<'_> = HashMap::new();
    let mut subjects: Vec<Uuid> = Vec::new();
    for step in steps {
        let Some(subject) = step.subject else {
            continue;
        };
        let row = hands.entry((subject, step.word)).or_default();
        row.push(step);
        subjects.push(subject);
    }
    subjects.sort_unstable();
    subjects.dedup();
    let mut conflicts = Vec::new();
    for pair in PAIRS {
        for subject in &subjects {
            let of = |word| hands.get(&(*subject, word)).map_or(&[][..], Vec::as_slice);
            let (first, second) = (of(pair.first), of(pair.second));
            conflicts.extend(met(*subject, *pair, first, second));
        }
    }
    conflicts
}

/// The persons, and then the organisations, that stand on both sides.
fn met(subject: Uuid, pair: Pair, first: &[&Step], second: &[&Step]) -> Vec<Conflict> {
    let seqs = |side: &[&Step], is: &dyn Fn(&Step) -> bool| -> Vec<u64> {
        side.iter()
            .filter(|step| is(step))
            .map(|step| step.seq)
            .collect()
    };
    let mut found = Vec::new();
    let mut persons: Vec<PersonId> = first.iter().map(|step| step.person).collect();
    persons.sort_unstable();
    persons.dedup();
    for person in persons {
        let by = |step: &Step| step.person == person;
        let Some(step) = second.iter().find(|step| by(step)) else {
            continue;
        };
        found.push(Conflict {
            subject,
            pair,
            same: Same::Person,
            person: Some(person),
            organisation: step.organisation.clone(),
            first_seqs: seqs(first, &by),
            second_seqs: seqs(second, &by),
        });
    }
    let mut units: Vec<OrganisationId> = first
        .iter()
        .map(|step| step.organisation.organisation)
        .collect();
    units.sort_unstable();
    units.dedup();
    for unit in units {
        let of = |step: &Step| step.organisation.organisation == unit;
        // Two persons: one person in both steps has been named above.
        let two = |step: &&&Step| {
            of(step)
                && first
                    .iter()
                    .any(|other| of(other) && other.person != step.person)
        };
        let Some(step) = second.iter().find(two) else {
            continue;
        };
        found.push(Conflict {
            subject,
            pair,
            same: Same::Organisation,
            person: None,
            organisation: step.organisation.clone(),
            first_seqs: seqs(first, &of),
            second_seqs: seqs(second, &of),
        });
    }
    found
}
