//! Everything that the books know of one item.

use super::{ItemLine, Obstacle, item_line, zero_is_none};
use crate::View;
use crate::letters::{self, LetterLine};
use crate::references::{self, BeforeBook, Term, UnitReference, term};
use jiff::civil::Date;
use ledger::Books;
use ledger::context::Actor;
use ledger::date::BusinessDate;
use ledger::digest::Digest;
use ledger::ids::{ItemId, MeasureId, PersonId};
use ledger::item::RecoveryWay;
use ledger::item::rules::state::{Attempt, Closing, MeasureState};
use ledger::item::rules::{Item, State, Step, is_open, missing_for_closure, steps_from};
use ledger::money::Fen;
use ledger::text::Text;

/// An item with all that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ItemView {
    /// What lists show of it.
    #[serde(flatten)]
    pub line: ItemLine,
    /// Common or individual.
    pub scope: Term,
    /// The rule that was broken.
    pub basis: Option<Text>,
    /// The money concerned; none where none is.
    pub amount_involved_fen: Option<Fen>,
    /// The common item of which this is one case.
    pub parent: Option<ItemId>,
    /// The cases of this common item.
    pub children: Vec<ItemId>,
    /// The item that goes on in its place.
    pub merged_into: Option<ItemId>,
    /// The items that go on in its place, after a split.
    pub split_into: Vec<ItemId>,
    /// The item of which it is a part.
    pub split_from: Option<ItemId>,
    /// The item that is counted for this one too, because they are about the same problem.
    pub counted_with: Option<ItemId>,
    /// The items for which this one is counted too, in the order of linking.
    pub counted_for: Vec<ItemId>,
    /// Who had it before, oldest first; what they planned and were granted stays.
    pub former: Vec<FormerLine>,
    /// By which rule the due date was found.
    pub deadline_rule: Term,
    /// Where it was taken over from before the book 建账前: until when, and the document that it
    /// rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opening: Option<BeforeBook>,
    /// When it was issued.
    pub issued_on: Option<BusinessDate>,
    /// The due date by its issue, before extensions and suspensions.
    pub due_base: Option<BusinessDate>,
    /// The extensions granted, oldest first.
    pub extensions: Vec<ExtensionLine>,
    /// The extension asked for and not answered.
    pub extension_pending: Option<ExtensionLine>,
    /// The days during which the clock stood still because it was suspended, until today.
    pub suspended_days: u32,
    /// The days from asking for the closing to the answer, until today: they are not the unit's.
    pub review_days: u32,
    /// By when a long-term item is reviewed next.
    pub next_review_on: Option<BusinessDate>,
    /// How many reviews have said that it goes on.
    pub reviews: u32,
    /// The last letter sent.
    pub last_letter: Option<Term>,
    /// The letters sent, oldest record first.
    pub letters: Vec<LetterLine>,
    /// Who submitted the present plan.
    pub plan_by: Option<PersonId>,
    /// Who approved it; two bodies are needed.
    pub plan_approvals: Vec<Deed>,
    /// The measures, oldest first.
    pub measures: Vec<MeasureLine>,
    /// Money to be recovered; none where none is.
    pub recovery: Option<RecoveryLine>,
    /// The closure now asked for and verified.
    pub attempt: Option<AttemptLine>,
    /// Every closing with its names, oldest first.
    pub closings: Vec<ClosingLine>,
    /// How many times a look back reopened it.
    pub reopen_count: u32,
    /// Who may not judge it.
    pub recused: Vec<PersonId>,
    /// What stands between it and its closing; nothing for one that has ended.
    pub missing_for_closure: Vec<Obstacle>,
    /// The steps that its state allows; further rules may still refuse them.
    pub next_steps: Vec<Term>,
    /// How many records have been about it.
    pub version: u32,
    /// Its history: the records that name it, oldest first.
    pub records: Vec<u64>,
}

/// Something that somebody did for an organisation.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Deed {
    /// The person.
    pub person: PersonId,
    /// The organisation.
    pub organisation: UnitReference,
    /// On site or on paper, of a verification.
    pub mode: Option<Term>,
}

/// A later due date.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExtensionLine {
    /// The day.
    pub due_on: BusinessDate,
    /// Who asked, of one that is not answered.
    pub asked_by: Option<PersonId>,
}

/// Who had an item before.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FormerLine {
    /// The unit that was responsible.
    pub unit: UnitReference,
    /// The official who answered for it.
    pub person: Option<PersonId>,
    /// Until when.
    pub until: BusinessDate,
    /// The record that handed it on.
    pub seq: u64,
}

/// A measure and its proof.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MeasureLine {
    /// The measure.
    pub measure: MeasureId,
    /// Ordinary or institutional.
    pub kind: Term,
    /// What will be done.
    pub description: Text,
    /// By when.
    pub due_on: Option<BusinessDate>,
    /// The unit that carries it out: the responsible unit where none is named.
    pub owner_unit: UnitReference,
    /// The official who answers for it.
    pub owner_person: Option<PersonId>,
    /// Said to be done.
    pub finished: bool,
    /// What came of it.
    pub result: Option<Text>,
    /// When it was said to be done.
    pub finished_on: Option<BusinessDate>,
    /// It is not done, and its day is over.
    pub overdue: bool,
    /// How many evidence files stand for it.
    pub evidence_count: usize,
    /// Their digests.
    pub evidence: Vec<Digest>,
    /// Those of them that can be downloaded. The records do not know: it is left empty here, and
    /// filled in by who can look.
    pub evidence_held: Vec<Digest>,
    /// At least one of them counts: it was not certainly taken before the issue.
    pub proved: bool,
}

/// Money to be recovered.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecoveryLine {
    /// What must come back before it can be closed.
    pub required_fen: Fen,
    /// Demanded.
    pub demanded_fen: Fen,
    /// Received.
    pub received_fen: Fen,
    /// Of this, what a bank line is matched with, and what had come back before the book.
    pub matched_fen: Fen,
    /// Of it, paid in as non-tax revenue 非税缴库.
    pub non_tax_fen: Fen,
    /// Of it, set off against later payments 抵扣.
    pub offset_fen: Fen,
    /// Given up by an authority.
    pub waived_fen: Fen,
    /// Still to come, or still to be matched where the ledger's policy asks for it.
    pub open_fen: Fen,
    /// Received or given up beyond what was required.
    pub surplus_fen: Fen,
    /// What items brought that were merged into it; it is in what is required.
    pub moved_in_fen: Fen,
    /// What goes on in others, by a merger or a split; it is no longer in what is required.
    pub moved_out_fen: Fen,
}

/// A closure asked for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AttemptLine {
    /// Who asked.
    pub requester: PersonId,
    /// On which day: the unit's clock stands still from then on.
    pub requested_on: BusinessDate,
    /// Who verified so far.
    pub verifications: Vec<Deed>,
}

/// A closing with those who answer for it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClosingLine {
    /// Who asked for it.
    pub requester: PersonId,
    /// Who verified.
    pub verifiers: Vec<PersonId>,
    /// Who closed.
    pub closer: PersonId,
    /// On which day it was asked for.
    pub requested_on: BusinessDate,
    /// On which day it was closed.
    pub closed_on: BusinessDate,
    /// The due date on the day on which it was asked for.
    pub due_on: Option<BusinessDate>,
    /// It was asked for after that.
    pub late: bool,
    /// How many looks back found it good.
    pub lookbacks_passed: u32,
}

/// An item; nothing for one that nobody has drafted.
#[must_use]
pub fn item_view(view: &View, today: Date, id: ItemId) -> Option<ItemView> {
    let books = &view.books;
    let item = books.items.get(id)?;
    let draft = &item.draft;
    let missing = if is_open(item.state) {
        missing_for_closure(books, id)
    } else {
        Vec::new()
    };
    Some(ItemView {
        line: item_line(books, today, id, item),
        scope: term!(draft.scope),
        basis: draft.basis.clone(),
        amount_involved_fen: zero_is_none(draft.amount_involved_fen),
        parent: draft.parent,
        children: item.children.clone(),
        merged_into: item.merged_into,
        split_into: item.turns.split_into.clone(),
        split_from: item.turns.split_from,
        counted_with: item.turns.counted_with,
        counted_for: item.turns.counted_for.clone(),
        former: former(books, item),
        deadline_rule: term!(draft.deadline_rule),
        opening: item.opening.as_deref().map(BeforeBook::from),
        issued_on: item.issued_on,
        due_base: item.due_base.map(BusinessDate::day),
        extensions: item
            .extensions
            .iter()
            .map(|it| extension(it.due_on, None))
            .collect(),
        extension_pending: item
            .pending
            .as_ref()
            .map(|pending| extension(pending.extension.due_on, Some(pending.by))),
        suspended_days: item.suspended_days(clock_until(item, today)),
        review_days: item.review_days(clock_until(item, today)),
        next_review_on: item.turns.next_review_on,
        reviews: item.turns.reviews,
        last_letter: item.letters.last().map(|letter| term!(letter.kind)),
        letters: letters::of_item(books, id, item),
        plan_by: item.plan_by,
        plan_approvals: item
            .approvals
            .iter()
            .map(|by| deed(books, by, None))
            .collect(),
        measures: measures(books, today, item),
        recovery: recovery(books, item),
        attempt: item.attempt.as_ref().map(|it| attempt(books, it)),
        closings: item.closings.iter().map(closing).collect(),
        reopen_count: item.reopen_count,
        recused: item.recused.clone(),
        missing_for_closure: missing.iter().map(Obstacle::from).collect(),
        next_steps: steps_from(item.state)
            .map(|step: Step| term!(step))
            .collect(),
        version: item.version,
        records: view
            .timeline
            .of(id.into())
            .iter()
            .map(|seq| u64::from(*seq))
            .collect(),
    })
}

/// The clock of an item that ended while it stood still does not go on standing.
fn clock_until(item: &Item, today: Date) -> Date {
    match item.state {
        State::Merged
        | State::Split
        | State::NotSubstantiated
        | State::Discarded
        | State::ClosedNotImplemented => item.state_since.last().unwrap_or(today),
        State::Drafted
        | State::Issued
        | State::Acknowledged
        | State::PlanSubmitted
        | State::InProgress
        | State::ClosureRequested
        | State::Verified
        | State::Closed
        | State::LongTerm
        | State::Suspended
        | State::HistoricallyClosed => today,
    }
}

fn former(books: &Books, item: &Item) -> Vec<FormerLine> {
    let lines = item.turns.former.iter().map(|it| FormerLine {
        unit: references::unit(books, it.unit),
        person: it.person,
        until: it.until,
        seq: it.seq,
    });
    lines.collect()
}

fn extension(due_on: Date, asked_by: Option<PersonId>) -> ExtensionLine {
    ExtensionLine {
        due_on: BusinessDate::day(due_on),
        asked_by,
    }
}

fn deed(books: &Books, by: &Actor, mode: Option<Term>) -> Deed {
    let organisation = references::unit(books, by.organisation);
    Deed {
        person: by.person,
        organisation,
        mode,
    }
}

fn measures(books: &Books, today: Date, item: &Item) -> Vec<MeasureLine> {
    let rows = item.measures.iter();
    rows.map(|row| measure(books, today, item, row)).collect()
}

fn measure(books: &Books, today: Date, item: &Item, row: &MeasureState) -> MeasureLine {
    let owner = row.owner_unit.unwrap_or(item.draft.responsible_unit);
    let over = |due: BusinessDate| due.last().is_some_and(|due| due < today);
    MeasureLine {
        measure: row.measure,
        kind: term!(row.kind),
        description: row.description.clone(),
        due_on: row.due_on,
        owner_unit: references::unit(books, owner),
        owner_person: row.owner_person,
        finished: row.done.is_some(),
        result: row.done.as_ref().map(|done| done.result.clone()),
        finished_on: row.done.as_ref().map(|done| done.on),
        overdue: is_open(item.state) && row.done.is_none() && row.due_on.is_some_and(over),
        evidence_count: row.evidence.len(),
        evidence: row.evidence.iter().map(|file| file.sha256).collect(),
        evidence_held: Vec::new(),
        proved: row.is_proved(item.issued_on),
    }
}

fn recovery(books: &Books, item: &Item) -> Option<RecoveryLine> {
    let required = item.recovery_required();
    let settled = item.recovered(books).add(item.waived);
    let concerned = [required, item.received, item.waived]
        .iter()
        .any(|it| *it != Fen::ZERO);
    let moved_out = item.turns.moved_out;
    (concerned || moved_out != Fen::ZERO).then(|| RecoveryLine {
        required_fen: required,
        demanded_fen: item.demanded,
        received_fen: item.received,
        matched_fen: item.matched(),
        non_tax_fen: item.received_by(RecoveryWay::NonTax),
        offset_fen: item.received_by(RecoveryWay::Offset),
        waived_fen: item.waived,
        open_fen: item.recovery_open(books),
        surplus_fen: settled.sub(required).max(Fen::ZERO),
        moved_in_fen: item.turns.moved_in,
        moved_out_fen: moved_out,
    })
}

fn attempt(books: &Books, attempt: &Attempt) -> AttemptLine {
    let verifications = attempt.verifications.iter();
    AttemptLine {
        requester: attempt.requester,
        requested_on: BusinessDate::day(attempt.since),
        verifications: verifications
            .map(|it| deed(books, &it.by, Some(term!(it.mode))))
            .collect(),
    }
}

fn closing(closing: &Closing) -> ClosingLine {
    ClosingLine {
        requester: closing.requester,
        verifiers: closing.verifiers.clone(),
        closer: closing.closer,
        requested_on: BusinessDate::day(closing.requested_on),
        closed_on: BusinessDate::day(closing.closed_on),
        due_on: closing.due_on.map(BusinessDate::day),
        late: closing.is_late(),
        lookbacks_passed: closing.lookbacks_passed,
    }
}
