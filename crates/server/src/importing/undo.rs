//! An import taken back: what its rows recorded, the last first, by the records that each noun has
//! for that. Nothing is deleted.

use super::backs::REVERSED;
use super::trial::Trial;
use super::{Place, derived, said};
use crate::problem::Problem;
use crate::state::State;
use ledger::book::rules::period;
use ledger::claim::{ClaimCommand, ClaimEvent, ClaimWithdrawal};
use ledger::contract::rules::{Contract, ContractState};
use ledger::contract::{ContractClosing, ContractCommand, ContractEvent};
use ledger::date::BusinessDate;
use ledger::entry::rules::EntryState;
use ledger::entry::{EntryCommand, EntryEvent, EntryWithdrawal};
use ledger::ids::{ImportId, Subject};
use ledger::import::{ImportCommand, ImportReversal};
use ledger::item::rules::State as ItemState;
use ledger::item::{ItemCommand, ItemEvent, ReasonedStep};
use ledger::money::Fen;
use ledger::payment::{PaymentCommand, PaymentEvent, PaymentReturn};
use ledger::project::{ProjectCommand, ProjectEvent, ProjectReason};
use ledger::record::{RecordCommand, RecordEvent, RecordReversal, reversible};
use ledger::subjects::Subjects;
use ledger::text::Text;
use ledger::{Books, Command, Event, Intake, Submission};
use sequencer::Request;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use uuid::Uuid;

/// With this the reason of whatever takes back an import begins: a row of the same file is recorded
/// anew after it.
pub(super) const UNDONE: &str = "撤销导入";

/// Of money in a period that was signed off: whoever signed has seen it.
const IN_SIGNED_OFF: (&str, &str) = (
    "it lies in a period that is signed off: have that opened again, or reverse it by itself",
    "所在期间已封账:请经批准重新开账,或单独冲销",
);

/// Records that are read at once.
const PAGE_LEN: usize = 1_000;
/// How many of what stays are listed.
const LISTED_MAX: usize = 1_000;

/// What became of the records of an import, or would.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct UndoReport {
    /// The import.
    pub import: Uuid,
    /// Nothing was recorded: a preview, or something would have stayed.
    pub dry_run: bool,
    /// How many of its records are taken back.
    pub undone: usize,
    /// How many of them stay.
    pub kept: usize,
    /// The first 1,000 of those that stay, and why.
    pub kept_records: Vec<Kept>,
}

/// A record that stays.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Kept {
    /// Its place in the ledger.
    pub seq: u64,
    /// Its word: `project.entered_library`.
    #[serde(rename = "type")]
    pub word: String,
    /// What it is about.
    pub subject: Option<Uuid>,
    /// The stable code of the reason.
    pub code: String,
    /// Why, in English.
    pub title: String,
    /// Why, in Chinese.
    pub title_zh: String,
}

/// What is to be done to take an import back.
pub(crate) struct Undoing {
    import: ImportId,
    reason: Text,
    steps: Vec<Submission>,
    undone: usize,
    kept: Vec<Kept>,
}

/// Of what an import took back that another one, or a clerk, had recorded.
const REVERSES_OTHERS: (&str, &str) = (
    "it takes back what was recorded elsewhere, and cannot be undone: record the settlement again",
    "冲销不能撤销:确已支付的,请重新登记到账",
);

/// What an import recorded, as far as its reversals are concerned.
struct Own {
    seqs: HashSet<u64>,
    /// Payments of others whose settlement a row of it took back.
    reversed: HashSet<Subject>,
    /// Payments that it brought.
    instructed: HashSet<Subject>,
}

impl Own {
    fn of(records: &[(u64, BusinessDate, Event)]) -> Own {
        let seqs: HashSet<u64> = records.iter().map(|(seq, _, _)| *seq).collect();
        let reversed = records.iter().filter_map(|(_, _, event)| {
            let Event::Record(RecordEvent::Reversed(it)) = event else {
                return None;
            };
            (!seqs.contains(&it.seq)).then_some(it.subject)
        });
        let reversed = reversed.collect();
        let instructed = records.iter().filter_map(|(_, _, event)| {
            let Event::Payment(PaymentEvent::Instructed(it)) = event else {
                return None;
            };
            Some(it.payment.into())
        });
        let instructed = instructed.collect();
        Own {
            seqs,
            reversed,
            instructed,
        }
    }

    /// True for what a row took back of a payment of this same import: both are gone already.
    fn reverses_own(&self, event: &Event) -> bool {
        let Event::Payment(PaymentEvent::Returned(it)) = event else {
            return false;
        };
        let by_row = it.reason.as_str().starts_with(REVERSED);
        by_row && self.instructed.contains(&it.payment.into())
    }

    /// True for a reversal of what others recorded, and for the return of what it left instructed:
    /// without it the payment would be half there.
    fn reverses_others(&self, event: &Event) -> bool {
        if let Event::Record(RecordEvent::Reversed(it)) = event {
            return !self.seqs.contains(&it.seq);
        }
        if let Event::Payment(PaymentEvent::Returned(it)) = event {
            let by_row = it.reason.as_str().starts_with(REVERSED);
            return by_row && self.reversed.contains(&it.payment.into());
        }
        false
    }
}

/// How one record is taken back.
enum How {
    By(Box<Command>),
    /// It says nothing by itself, or was taken back already.
    Nothing,
    Stays(&'static str, &'static str, &'static str),
}

/// Reads what an import recorded, and tries to take it back, the last first.
///
/// # Errors
/// 404: there is no such import. The log cannot be read, or the caller may not do this.
pub(crate) fn plan(place: &Place, import: ImportId, reason: &str) -> Result<Undoing, Problem> {
    let books = place.slot.view().books.clone();
    let row = books.imports.get(import);
    let row = row.ok_or_else(|| Problem::not_found("the import", "此导入"))?;
    if row.state == ledger::import::rules::ImportState::Reversed {
        let step = "import.reverse";
        let (state, state_zh) = (row.state.word(), row.state.zh());
        let rejection = ledger::Rejection::BadTransition {
            state,
            state_zh,
            step,
        };
        return Err((&rejection).into());
    }
    let bad = |error: ledger::text::BadText| {
        let (title, title_zh) = (error.to_string(), format!("原因有误:{error}"));
        Problem::bad("BAD_TEXT", &title, &title_zh).at("reason")
    };
    let reason: String = format!("{UNDONE}:{reason}").chars().take(500).collect();
    let mut undoing = Undoing {
        import,
        reason: Text::new(reason).map_err(bad)?,
        steps: Vec::new(),
        undone: 0,
        kept: Vec::new(),
    };
    let until = row.completed_seq.unwrap_or(u64::MAX);
    let mut records = records(place, import, row.begun_seq, until)?;
    let own = Own::of(&records);
    let mut trial = Trial::new(place, books);
    while let Some((seq, occurred_on, event)) = records.pop() {
        let how = how(trial.books(), &own, &undoing.reason, seq, &event);
        let signed_off = period::breach(trial.books(), occurred_on, &event);
        let stays = match how {
            How::Nothing => continue,
            How::Stays(code, en, zh) => kept(seq, &event, code, en, zh),
            How::By(_) if signed_off.is_some() => {
                let (title, title_zh) = IN_SIGNED_OFF;
                kept(seq, &event, "PERIOD_CLOSED", title, title_zh)
            }
            How::By(command) => {
                let submission = submission(place, &undoing, seq, *command);
                match trial.take(std::slice::from_ref(&submission)) {
                    Ok(()) => {
                        undoing.steps.push(submission);
                        undoing.undone = undoing.undone.saturating_add(1);
                        continue;
                    }
                    Err(refused) => {
                        let problem = refused.of_row()?;
                        kept(
                            seq,
                            &event,
                            &problem.code,
                            &problem.title,
                            &problem.title_zh,
                        )
                    }
                }
            }
        };
        undoing.kept.push(stays);
    }
    Ok(undoing)
}

/// What the rows of an import recorded, in the order of the ledger.
fn records(
    place: &Place,
    import: ImportId,
    begun: u64,
    until: u64,
) -> Result<Vec<(u64, BusinessDate, Event)>, Problem> {
    let ledger = chain::LedgerId(place.ledger.0);
    let (mut found, mut after) = (Vec::new(), begun);
    loop {
        let entries = place.handle.reader().scan(ledger, after, PAGE_LEN);
        let entries = entries.map_err(|error| Problem::internal(&error))?;
        let Some(last) = entries.last().map(|entry| entry.record.header.seq) else {
            return Ok(found);
        };
        for entry in entries {
            let seq = entry.record.header.seq;
            if seq >= until {
                return Ok(found);
            }
            let (_, fact) = said(entry)?;
            if fact.correlation_id == Some(import.0) {
                found.push((seq, fact.occurred_on, fact.event));
            }
        }
        after = last;
    }
}

fn main_subject(event: &Event) -> Option<Subject> {
    let mut main = None;
    event.each(&mut |subject| main = main.or(Some(subject)));
    main
}

fn kept(seq: u64, event: &Event, code: &str, title: &str, title_zh: &str) -> Kept {
    Kept {
        seq,
        word: event.word().to_owned(),
        subject: main_subject(event).map(|subject| subject.0),
        code: code.to_owned(),
        title: title.to_owned(),
        title_zh: title_zh.to_owned(),
    }
}

/// True if a contract is more than what was signed.
fn is_lived(row: &Contract) -> bool {
    let asked = [row.paid, row.open, row.claimed, row.withheld];
    let agreed = row.changes.iter().next().is_some() || row.reached.iter().next().is_some();
    agreed || asked.iter().any(|amount| *amount > Fen::ZERO)
}

fn by(command: Command) -> How {
    How::By(Box::new(command))
}

/// How a record is taken back: money by a reversal, what was asked for by its withdrawal, what has
/// not counted yet by taking it off the table.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "what no import records, and what has no way back but its own steps"
)]
#[expect(clippy::too_many_lines, reason = "a table: one record after the other")]
fn how(books: &Books, own: &Own, reason: &Text, seq: u64, event: &Event) -> How {
    if books.reversed.contains(seq) {
        return How::Nothing;
    }
    if own.reverses_others(event) {
        let (en, zh) = REVERSES_OTHERS;
        return How::Stays("NOT_REVERSIBLE", en, zh);
    }
    if own.reverses_own(event) {
        return How::Nothing;
    }
    let reason = reason.clone();
    if let (Some(amount_fen), Some(subject)) = (reversible(event), main_subject(event)) {
        let original = None;
        return by(Command::Record(RecordCommand::Reverse(RecordReversal {
            subject,
            seq,
            amount_fen,
            reason,
            original,
        })));
    }
    match event {
        Event::Payment(PaymentEvent::Instructed(it)) => {
            let open = books.payments.get(it.payment).map(|row| row.open());
            match open.filter(|open| *open > Fen::ZERO) {
                Some(amount_fen) => by(Command::Payment(PaymentCommand::Return(PaymentReturn {
                    payment: it.payment,
                    amount_fen,
                    reason,
                }))),
                None => How::Nothing,
            }
        }
        Event::Claim(ClaimEvent::Submitted(it)) => {
            let live = books.claims.get(it.claim).is_some_and(|row| row.is_live());
            if !live {
                return How::Nothing;
            }
            let claim = it.claim;
            by(Command::Claim(ClaimCommand::Withdraw(ClaimWithdrawal {
                claim,
                reason,
            })))
        }
        Event::Project(ProjectEvent::EnteredLibrary(it)) => {
            let ended = books
                .projects
                .get(it.project)
                .map(|row| row.state.has_ended());
            if ended == Some(true) {
                return How::Nothing;
            }
            let project = it.project;
            by(Command::Project(ProjectCommand::Remove(ProjectReason {
                project,
                reason,
                document: None,
            })))
        }
        Event::Contract(ContractEvent::Signed(it)) => {
            let contract = it.contract;
            let row = books.contracts.get(contract);
            let Some(row) = row.filter(|row| row.state == ContractState::InForce) else {
                return How::Nothing;
            };
            if is_lived(row) {
                return How::Stays(
                    "BAD_REVERSAL",
                    "something was agreed, reached, claimed or paid under this contract since",
                    "该合同此后已有变更、付款节点、报账或支付",
                );
            }
            by(Command::Contract(ContractCommand::Close(ContractClosing {
                contract,
                reason,
            })))
        }
        Event::Item(ItemEvent::Drafted(it)) => {
            let state = books.items.get(it.item).map(|row| row.state);
            if state == Some(ItemState::Discarded) {
                return How::Nothing;
            }
            let item = it.item;
            by(Command::Item(ItemCommand::Discard(ReasonedStep {
                item,
                reason,
            })))
        }
        Event::Entry(EntryEvent::Proposed(it)) => {
            match books.entries.get(it.entry).map(|row| row.state) {
                Some(EntryState::Proposed) => {
                    let entry = it.entry;
                    by(Command::Entry(EntryCommand::Withdraw(EntryWithdrawal {
                        entry,
                        reason,
                    })))
                }
                Some(EntryState::Confirmed) => How::Stays(
                    "CONFIRMED",
                    "a second person has confirmed it",
                    "已由另一人复核生效",
                ),
                Some(EntryState::Withdrawn) | None => How::Nothing,
            }
        }
        Event::Import(_) | Event::Record(_) => How::Nothing,
        _ => How::Stays(
            "NOT_REVERSIBLE",
            "it states no amount that could be taken back: what follows is a step of its own",
            "该记录没有可冲销的金额,只能按流程办理后续环节",
        ),
    }
}

fn submission(place: &Place, undoing: &Undoing, seq: u64, command: Command) -> Submission {
    let import = undoing.import.to_string();
    let (ledger, seq) = (place.ledger.to_string(), seq.to_string());
    let head = place.slot.view().head().map_or(0, |head| head.seq);
    let parts = [&ledger, "undo", &import, &seq, &head.to_string()];
    Submission {
        command_id: derived(&parts),
        expected_version: None,
        // What rests on a record keeps it from being taken back.
        intake: Intake::Control,
        occurred_on: BusinessDate::day(place.today),
        documents: Vec::new(),
        correlation_id: Some(undoing.import.0),
        command,
    }
}

impl Undoing {
    /// True if nothing of it stays.
    pub(crate) fn is_whole(&self) -> bool {
        self.kept.is_empty()
    }

    /// True if there is nothing to be taken back.
    pub(crate) fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// What is told of it.
    pub(crate) fn report(&self, dry_run: bool) -> UndoReport {
        UndoReport {
            import: self.import.0,
            dry_run,
            undone: self.undone,
            kept: self.kept.len(),
            kept_records: self.kept.iter().take(LISTED_MAX).cloned().collect(),
        }
    }
}

/// Takes it back: all of it in one list, and that it was done.
///
/// # Errors
/// The writer does not take it: nothing was taken back, and it can be tried again.
pub(crate) async fn undo(
    state: &State,
    place: &Place,
    mut undoing: Undoing,
) -> Result<Undoing, Problem> {
    let count = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
    let reversal = ImportReversal {
        import: undoing.import,
        undone: count(undoing.undone),
        kept: count(undoing.kept.len()),
        reason: undoing.reason.clone(),
    };
    let mut submissions = std::mem::take(&mut undoing.steps);
    let reversed = Command::Import(ImportCommand::Reverse(reversal));
    submissions.push(submission(place, &undoing, 0, reversed));
    let len = submissions.len().saturating_mul(1 << 10);
    let _room = state.room.wait(len).await;
    let request = Request {
        ledger: place.ledger,
        caller: place.caller.clone(),
        submissions,
        atomic: true,
    };
    let answered = state.handle.submit(request).await?;
    let refused = answered
        .answers
        .iter()
        .filter_map(|answer| answer.as_ref().err());
    let mut refused = refused.filter(|it| !matches!(it, sequencer::Refusal::AtomicAborted(_)));
    match refused.next() {
        Some(refusal) => Err(refusal.into()),
        None => Ok(undoing),
    }
}
