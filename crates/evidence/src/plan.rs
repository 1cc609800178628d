//! Which records answer a question.
//!
//! The subjects of a question are a closure: whatever a figure of the answer depends on has all its
//! records in the package. Beside them stand supporting records, which only give names: the
//! registration of a unit, the announcement of a batch. Nothing is claimed about those being all.

use crate::answer;
use crate::manifest::{Named, Through};
use crate::question::Question;
use crate::told::names;
use jiff::civil::Date;
use ledger::fields::Kind;
use ledger::ids::{ItemId, ProjectId, Subject};
use ledger::item::ItemEvent;
use ledger::record::RecordEvent;
use ledger::{Event, Fact};
use projections::View;
use projections::contributions::contributions;
use projections::evidence::evidence_lines;
use projections::trace::payment_trace;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The events that say what somebody or something is called.
const SUPPORTING: [&str; 18] = [
    "organisation.registered",
    "organisation.renamed",
    "overlay.defined",
    "subject.registered",
    "subject.amended",
    "fund.announced",
    "fund.taken_over",
    "project.entered_library",
    "project.taken_over",
    "contract.signed",
    "contract.taken_over",
    "account.opened",
    "account.taken_over",
    "round.opened",
    "round.feedback_delivered",
    "item.drafted",
    "item.taken_over",
    "record.corrected",
];

/// What goes into a package.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(crate) subjects: Vec<Named>,
    /// The records that name one of its subjects.
    pub seqs: BTreeSet<u64>,
    /// The answer by the whole ledger.
    pub answer: Value,
    /// The last record that it knows.
    pub through: Through,
}

impl Plan {
    /// The subjects whose records are in the package, the question's own first.
    pub fn subjects(&self) -> impl Iterator<Item = Subject> + '_ {
        self.subjects.iter().map(|named| named.subject)
    }
}

/// Plans a package, by the whole ledger; nothing where there is no such thing.
#[must_use]
pub fn plan(view: &View, question: Question, on: Date) -> Option<Plan> {
    let head = view.head()?;
    let answer = answer::answer(view, question, on)?;
    let mut plan = Plan {
        subjects: closure(view, question, &[]),
        seqs: BTreeSet::new(),
        answer,
        through: Through {
            seq: head.seq,
            position: head.position,
            hash: chain::Hash::from_bytes(head.hash),
        },
    };
    plan.seqs = plan.naming(view);
    Some(plan)
}

impl Plan {
    /// Adds the subjects to which the planned records lead; false if there are no more.
    pub fn extend(&mut self, view: &View, question: Question, facts: &[Fact]) -> bool {
        let facts: Vec<&Fact> = facts.iter().collect();
        let subjects = closure(view, question, &facts);
        let more = subjects.len() > self.subjects.len();
        if more {
            self.subjects = subjects;
            self.seqs = self.naming(view);
        }
        more
    }

    /// The records that name a subject, as far as the answer knows.
    fn naming(&self, view: &View) -> BTreeSet<u64> {
        let seqs = self.subjects().flat_map(|id| view.timeline.of(id));
        let seqs = seqs.map(|seq| u64::from(*seq));
        seqs.filter(|seq| *seq <= self.through.seq).collect()
    }
}

/// The subjects on whose records the answer depends, by what the view knows, and by what their
/// records say of other items.
pub(crate) fn closure(view: &View, question: Question, facts: &[&Fact]) -> Vec<Named> {
    let mut all = begun(view, question);
    let mut there: BTreeSet<Named> = all.iter().copied().collect();
    related(&mut all, &mut there, facts);
    // The evidence about them, because what takes it back names only the evidence.
    let about: Vec<Subject> = all.iter().map(|named| named.subject).collect();
    for subject in about {
        for line in evidence_lines(view, Some(subject), 0, usize::MAX).entries {
            let named = Named {
                kind: Kind::Evidence,
                subject: line.evidence.into(),
            };
            if there.insert(named) {
                all.push(named);
            }
        }
    }
    all
}

/// Adds the items that were merged with those that are there, split from or into them, or linked
/// with them as the same problem, and so on: what is to be recovered goes from one to the other.
/// Each record is gone through once: anybody may have written them.
fn related(all: &mut Vec<Named>, there: &mut BTreeSet<Named>, facts: &[&Fact]) {
    let mut groups: Vec<Vec<ItemId>> = facts.iter().filter_map(|fact| together(fact)).collect();
    let mut groups_of: BTreeMap<ItemId, Vec<usize>> = BTreeMap::new();
    for (place, group) in groups.iter().enumerate() {
        for item in group {
            groups_of.entry(*item).or_default().push(place);
        }
    }
    let items = all.iter().filter(|named| named.kind == Kind::Item);
    let mut waiting: Vec<ItemId> = items.map(|named| ItemId(named.subject.0)).collect();
    while let Some(item) = waiting.pop() {
        for place in groups_of.remove(&item).unwrap_or_default() {
            let group = groups.get_mut(place).map(std::mem::take);
            for item in group.unwrap_or_default() {
                let named = Named {
                    kind: Kind::Item,
                    subject: item.into(),
                };
                if there.insert(named) {
                    all.push(named);
                    waiting.push(item);
                }
            }
        }
    }
}

/// The items that a record ties together.
fn together(fact: &Fact) -> Option<Vec<ItemId>> {
    let Event::Item(event) = &fact.event else {
        return None;
    };
    if let ItemEvent::Merged(it) = event {
        return Some(vec![it.item, it.into]);
    }
    if let ItemEvent::Split(it) = event {
        let whole = std::iter::once(it.item);
        return Some(whole.chain(it.into.iter().copied()).collect());
    }
    if let ItemEvent::OverlapLinked(it) = event {
        return Some(vec![it.item, it.with]);
    }
    None
}

/// The subjects with which an answer begins.
fn begun(view: &View, question: Question) -> Vec<Named> {
    let mut all = Vec::new();
    let mut add = |kind: Kind, subject: Subject| {
        let named = Named { kind, subject };
        if !all.contains(&named) {
            all.push(named);
        }
    };
    match question {
        Question::Fund(id) | Question::Trace(id) => {
            add(Kind::Fund, id.into());
            for project in view.links.projects_of_fund(id) {
                add(Kind::Project, (*project).into());
            }
            for payment in answer::payments_of_fund(view, id) {
                add(Kind::Payment, payment.into());
            }
        }
        Question::Payment(id) => {
            // A payment with those that paid it again, both ways.
            let mut waiting = vec![id];
            let mut known = BTreeSet::new();
            while let Some(id) = waiting.pop() {
                if known.insert(id) {
                    add(Kind::Payment, id.into());
                    let line = payment_trace(view, id).map(|trace| trace.payment);
                    let line = line.into_iter();
                    waiting.extend(
                        line.flat_map(|line| [line.reissue_of, line.reissued_by])
                            .flatten(),
                    );
                }
            }
        }
        Question::Project(id) => project(view, id, &mut add),
        Question::Item(id) => {
            add(Kind::Item, id.into());
            let children = view.books.items.get(id);
            for child in children.iter().flat_map(|item| &item.children) {
                add(Kind::Item, (*child).into());
            }
        }
    }
    all
}

fn project(view: &View, id: ProjectId, add: &mut dyn FnMut(Kind, Subject)) {
    add(Kind::Project, id.into());
    for milestone in view.links.milestones_of_project(id) {
        add(Kind::Milestone, (*milestone).into());
    }
    for contract in answer::contracts(view, id) {
        add(Kind::Contract, contract.into());
    }
    for claim in answer::claims(view, id) {
        add(Kind::Claim, claim.into());
    }
    for line in contributions(view, Some(id), 0, usize::MAX)
        .contributions
        .entries
    {
        add(Kind::Contribution, line.contribution.into());
    }
    for payment in view.links.payments_of_project(id) {
        add(Kind::Payment, payment.into());
    }
}

/// Whom the records of a package name, those who acted and signed included.
pub fn referenced<'a>(facts: impl IntoIterator<Item = &'a Fact>) -> BTreeSet<Subject> {
    let mut all = BTreeSet::new();
    for fact in facts {
        all.extend(names(fact));
        let actors = fact
            .signatories
            .iter()
            .map(|signatory| signatory.organisation);
        all.extend(actors.map(Subject::from));
        all.insert(fact.actor.organisation.into());
    }
    all
}

/// The supporting records of those who are named, up to a record.
#[must_use]
pub fn supporting(view: &View, named: &BTreeSet<Subject>, through: u64) -> BTreeSet<u64> {
    let mut seqs = BTreeSet::new();
    for word in SUPPORTING {
        let of_word = view.timeline.of_word(word);
        for subject in named {
            let of_subject = view.timeline.of(*subject);
            let (few, many) = if of_word.len() < of_subject.len() {
                (of_word, of_subject)
            } else {
                (of_subject, of_word)
            };
            let both = few.iter().filter(|seq| many.binary_search(seq).is_ok());
            seqs.extend(both.map(|seq| u64::from(*seq)));
        }
    }
    seqs.retain(|seq| *seq <= through);
    seqs
}

/// True if a supporting record is worth keeping: it is mainly about somebody who is named, and a
/// correction's record is there too.
#[must_use]
pub fn stays(fact: &Fact, named: &BTreeSet<Subject>, seqs: &BTreeSet<u64>) -> bool {
    let main = names(fact).first().copied();
    let is_meant = main.is_some_and(|main| named.contains(&main));
    let Event::Record(RecordEvent::Corrected(correction)) = &fact.event else {
        return is_meant;
    };
    is_meant && seqs.contains(&correction.seq)
}
