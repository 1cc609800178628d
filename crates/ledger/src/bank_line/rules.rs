//! A line is entered once (V2), and a line or what it is matched with is in one live match (V24).

mod amend;

#[cfg(test)]
mod tests;

use super::{
    BankLineCommand, BankLineEvent, Direction, LineConfirmation, LineEntry, LineRevocation,
    MatchTarget, RecoveryTarget,
};
use crate::account::rules::{Movement, MovementKind, existing as existing_account};
use crate::context::Context;
use crate::date::BusinessDate;
use crate::fund::rules::payable;
use crate::ids::{BankLineId, MovementId, PersonId, Subject};
use crate::item::rules::{Received, State, by_bank_line, existing as existing_item};
use crate::list::rules::is_pending;
use crate::payment::rules::existing as existing_payment;
use crate::rejection::Rejection;
use crate::seldom::Seldom;
use crate::{Books, Event};
use std::hash::{DefaultHasher, Hash, Hasher};

choices! {
    /// How far a line is.
    LineState {
        Unmatched = "unmatched" "未对账",
        Matched = "matched" "已对账",
        /// It was no line of the statement.
        Reversed = "reversed" "已冲销",
    }
}

/// A bank line as it stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct BankLine {
    /// What was entered.
    pub entry: Box<LineEntry>,
    /// By whom.
    pub entered_by: PersonId,
    /// What it is matched with.
    pub matched: Option<Match>,
    /// How many matches were taken back.
    pub revoked: u32,
    /// The line itself was taken back.
    pub reversed: bool,
    /// How many records have been about it.
    pub version: u32,
}

/// A live match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Match {
    /// What the line is.
    pub target: MatchTarget,
    /// Who confirmed it.
    pub confirmed_by: PersonId,
    /// When.
    pub confirmed_on: BusinessDate,
}

impl BankLine {
    /// How far it is.
    #[must_use]
    pub fn state(&self) -> LineState {
        match self.matched {
            _ if self.reversed => LineState::Reversed,
            Some(_) => LineState::Matched,
            None => LineState::Unmatched,
        }
    }
}

/// A hash of all that the same lines have in common: 8 bytes instead of 48. Lines with one hash are
/// compared.
pub type LineKey = u64;

/// The lines with one [`LineKey`]; there is seldom more than one.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Alike {
    first: BankLineId,
    more: Seldom<BankLineId>,
}

impl Alike {
    pub(crate) fn lines(&self) -> impl Iterator<Item = BankLineId> {
        std::iter::once(self.first).chain(self.more.iter().copied())
    }
}

/// What can be in one live match: a target and the way the money went.
pub type MatchKey = (MatchTarget, Direction);

/// What makes two lines the same: all that the bank says.
fn said(entry: &LineEntry) -> impl Hash + PartialEq {
    let LineEntry {
        line: _,
        account,
        value_date,
        direction,
        amount_fen,
        bank_sequence,
        counterparty: _,
        remark,
    } = entry;
    // A day's subsidies are all of one amount: without the sequence they would all be alike.
    (
        account,
        value_date,
        direction,
        amount_fen,
        bank_sequence,
        remark,
    )
}

/// Under which lines of which the bank says the same are found; others may be there too.
pub(crate) fn key(entry: &LineEntry) -> LineKey {
    let mut hasher = DefaultHasher::new();
    said(entry).hash(&mut hasher);
    hasher.finish()
}

/// True for two lines of which the bank says the same.
pub(crate) fn says_the_same(one: &LineEntry, other: &LineEntry) -> bool {
    said(one) == said(other)
}

/// The line that is there already, if the bank has said this before.
pub(crate) fn alike(books: &Books, entry: &LineEntry) -> Option<BankLineId> {
    let mut lines = books.lines_alike.get(key(entry))?.lines();
    lines.find(|line| is_alike(books, *line, entry))
}

/// True for a line that stands, and of which the bank says the same.
pub(crate) fn is_alike(books: &Books, line: BankLineId, entry: &LineEntry) -> bool {
    let row = books.bank_lines.get(line);
    row.is_some_and(|row| !row.reversed && says_the_same(&row.entry, entry))
}

/// The line, or the refusal that names the field (V4).
///
/// # Errors
/// `NOT_FOUND`.
pub fn existing(books: &Books, line: BankLineId) -> Result<&BankLine, Rejection> {
    let (field, subject) = ("line", line.into());
    let row = books.bank_lines.get(line);
    row.ok_or(Rejection::NotFound { field, subject })
}

/// The line with which this target is matched.
#[must_use]
pub fn matched_with(books: &Books, key: MatchKey) -> Option<BankLineId> {
    books.matches.get(key).copied().flatten()
}

/// The lines with which a target is matched, either way; none if there is none.
pub(crate) fn lines_of(
    books: &Books,
    target: MatchTarget,
    directions: &[Direction],
) -> Option<Vec<Subject>> {
    let keys = directions.iter().map(|direction| (target, *direction));
    let lines = keys.filter_map(|key| matched_with(books, key));
    let lines: Vec<Subject> = lines.map(Into::into).collect();
    (!lines.is_empty()).then_some(lines)
}

pub(crate) fn decide(
    books: &Books,
    context: &Context,
    command: &BankLineCommand,
) -> Result<Vec<Event>, Rejection> {
    match command {
        BankLineCommand::Enter(entry) => enter(books, context, entry)?,
        BankLineCommand::Confirm(confirmation) => confirm(books, confirmation)?,
        BankLineCommand::Revoke(revocation) => {
            let line = existing(books, revocation.line)?;
            if line.matched.is_none() {
                let state = line.state();
                return Err(not_in(state, "bank_line.revoke"));
            }
        }
    }
    // After this point the command succeeds, unless policy forbids it.
    Ok(vec![command.clone().into_event()])
}

fn enter(books: &Books, context: &Context, entry: &LineEntry) -> Result<(), Rejection> {
    if books.bank_lines.contains(entry.line) || is_pending(books, entry.line) {
        let (field, subject) = ("line", entry.line.into());
        return Err(Rejection::AlreadyExists { field, subject });
    }
    existing_account(books, "account", entry.account)?;
    let bad_date = |why, why_zh| {
        let field = "value_date";
        Rejection::BadDate { field, why, why_zh }
    };
    let Some(day) = entry.value_date.exact() else {
        let why = "a bank line has an exact day";
        return Err(bad_date(why, "银行流水的记账日期须精确到日"));
    };
    if day > context.today {
        let why = "it lies after today (UTC+08:00)";
        return Err(bad_date(why, "记账日期晚于今天(北京时间)"));
    }
    payable("amount_fen", entry.amount_fen)?;
    if let Some(first) = alike(books, entry) {
        let (field, subject) = ("bank_sequence", first.into());
        return Err(Rejection::AlreadyExists { field, subject });
    }
    Ok(())
}

fn confirm(books: &Books, confirmation: &LineConfirmation) -> Result<(), Rejection> {
    let (line, target) = (existing(books, confirmation.line)?, confirmation.target);
    let direction = line.entry.direction;
    let total = match target {
        MatchTarget::Payment(payment) => {
            let row = existing_payment(books, "target", payment)?;
            // Its cash would be matched twice: here, and as a movement.
            if books.cash_of_payments.contains(payment) {
                return Err(Rejection::BadField {
                    field: "target",
                    why: "its cash is recorded as a movement: match that one",
                    why_zh: "该支付的资金已登记为账户收付,请与该笔收付对账",
                });
            }
            match direction {
                Direction::Out => row.settled,
                Direction::In => row.returned,
            }
        }
        MatchTarget::Movement(movement) => leg(books, movement, &line.entry)?.amount,
        MatchTarget::Recovery(it) => recovery(books, it, direction)?.amount,
    };
    if line.reversed {
        return Err(not_in(line.state(), "bank_line.confirm"));
    }
    if line.matched.is_some() {
        return Err(already("line", confirmation.line.into()));
    }
    if let Some(other) = other_match(books, target, direction) {
        return Err(already("target", other.into()));
    }
    let parts = line.entry.amount_fen;
    if parts != total {
        return Err(Rejection::SplitMismatch {
            field: "target",
            parts,
            total,
        });
    }
    Ok(())
}

/// The movement, if one of its legs is in the line's account and goes the line's way.
fn leg<'a>(
    books: &'a Books,
    movement: MovementId,
    line: &LineEntry,
) -> Result<&'a Movement, Rejection> {
    let (field, subject) = ("target", movement.into());
    let row = books.movements.get(movement);
    let row = row.ok_or(Rejection::NotFound { field, subject })?;
    let account = match (row.kind, line.direction) {
        (MovementKind::Paid | MovementKind::Transferred, Direction::Out)
        | (
            MovementKind::Received
            | MovementKind::Returned
            | MovementKind::Recovered
            | MovementKind::Interest,
            Direction::In,
        ) => Some(row.account),
        (MovementKind::Transferred, Direction::In) => row.to,
        (MovementKind::Paid, Direction::In)
        | (
            MovementKind::Received
            | MovementKind::Returned
            | MovementKind::Recovered
            | MovementKind::Interest,
            Direction::Out,
        ) => None,
    };
    if row.reversed {
        return Err(Rejection::BadField {
            field,
            why: "it has been reversed",
            why_zh: "该笔收付已被冲销",
        });
    }
    if account == Some(line.account) {
        return Ok(row);
    }
    Err(Rejection::BadField {
        field,
        why: "it is of another account, or goes the other way",
        why_zh: "该笔收付不属于此账户,或收支方向不符",
    })
}

/// What came back for an item, if the record says so and still stands.
fn recovery(
    books: &Books,
    it: RecoveryTarget,
    direction: Direction,
) -> Result<&Received, Rejection> {
    let item = existing_item(books, "target", it.item)?;
    let by_bank = |received: &&Received| direction == Direction::In && received.way.is_none();
    let found = item.recovery(it.seq).filter(by_bank);
    found.ok_or(Rejection::BadField {
        field: "target",
        why: "it must be the number of an item.recovery_received of this item that stands, for a \
              line in",
        why_zh: "须为本整改事项追缴到账的有效记录序号,且流水方向须为收入",
    })
}

/// The line with which the target, or the payment that it carries out, is matched already.
fn other_match(books: &Books, target: MatchTarget, direction: Direction) -> Option<BankLineId> {
    let payment = match target {
        MatchTarget::Payment(_) | MatchTarget::Recovery(_) => None,
        MatchTarget::Movement(id) => books.movements.get(id).and_then(|row| row.payment),
    };
    let payment = payment.map(MatchTarget::Payment);
    let targets = std::iter::once(target).chain(payment);
    let mut lines = targets.map(|target| matched_with(books, (target, direction)));
    lines.find_map(|line| line)
}

const fn not_in(state: LineState, step: &'static str) -> Rejection {
    let (state, state_zh) = (state.word(), state.zh());
    Rejection::BadTransition {
        state,
        state_zh,
        step,
    }
}

const fn already(field: &'static str, subject: Subject) -> Rejection {
    Rejection::AlreadyMatched { field, subject }
}

/// Four eyes (V12): whoever entered a line, or says that money came back, does not say that the one
/// is the other. And a closing rests on the match (V16).
pub(crate) fn breaches(books: &Books, context: &Context, event: &BankLineEvent) -> Vec<Rejection> {
    match event {
        BankLineEvent::Entered(_) => Vec::new(),
        BankLineEvent::Confirmed(confirmation) => same_person(books, context, confirmation),
        BankLineEvent::Revoked(revocation) => closed_by(books, revocation).into_iter().collect(),
    }
}

fn same_person(
    books: &Books,
    context: &Context,
    confirmation: &LineConfirmation,
) -> Vec<Rejection> {
    let hand = |person: PersonId| context.hands().any(|hand| hand.person == person);
    let line = books.bank_lines.get(confirmation.line);
    let entered = line.is_some_and(|line| hand(line.entered_by));
    let received = match confirmation.target {
        MatchTarget::Payment(_) | MatchTarget::Movement(_) => None,
        MatchTarget::Recovery(it) => {
            let item = books.items.get(it.item);
            item.and_then(|item| item.recovery(it.seq))
        }
    };
    let received = received.is_some_and(|it| it.by.iter().any(|person| hand(*person)));
    let firsts = [
        (entered, "bank_line.enter"),
        (received, "item.receive_recovery"),
    ];
    let firsts = firsts.into_iter().filter(|(same, _)| *same);
    let second = "bank_line.confirm";
    firsts
        .map(|(_, first)| Rejection::SamePerson { first, second })
        .collect()
}

/// The item that is closed, or went on in others, and would lack money without the match.
fn closed_by(books: &Books, revocation: &LineRevocation) -> Option<Rejection> {
    let matched = books.bank_lines.get(revocation.line)?.matched?;
    let MatchTarget::Recovery(it) = matched.target else {
        return None;
    };
    let item = books.items.get(it.item)?;
    let counted = item.recovered(books).add(item.waived);
    let without = counted.sub(item.recovery(it.seq)?.amount);
    let ended = matches!(item.state, State::Closed | State::Merged | State::Split);
    let rests = by_bank_line(books) && ended && without < item.recovery_required();
    let dependents = vec![it.item.into()];
    rests.then_some(Rejection::RestedOn { dependents })
}

pub(crate) fn apply(books: &mut Books, context: &Context, event: &BankLineEvent) {
    match event {
        BankLineEvent::Entered(entry) => {
            put(books, entry.clone(), context.hand().person, false);
        }
        BankLineEvent::Confirmed(confirmation) => {
            let Some(line) = books.bank_lines.get_mut(confirmation.line) else {
                return;
            };
            line.version = line.version.saturating_add(1);
            line.matched = Some(Match {
                target: confirmation.target,
                confirmed_by: context.hand().person,
                confirmed_on: context.occurred_on,
            });
            let key = (confirmation.target, line.entry.direction);
            books.matches.put(key, Some(confirmation.line));
            note_recovery(books, confirmation.target, true);
        }
        BankLineEvent::Revoked(revocation) => {
            let Some(line) = books.bank_lines.get_mut(revocation.line) else {
                return;
            };
            line.version = line.version.saturating_add(1);
            line.revoked = line.revoked.saturating_add(1);
            if let Some(matched) = line.matched.take() {
                let key = (matched.target, line.entry.direction);
                books.matches.put(key, None);
                note_recovery(books, matched.target, false);
            }
        }
    }
}

/// From now on the line is there.
pub(crate) fn put(books: &mut Books, entry: LineEntry, entered_by: PersonId, reversed: bool) {
    let (id, key) = (entry.line, key(&entry));
    match books.lines_alike.get_mut(key) {
        Some(alike) => alike.more.push(id),
        None => books.lines_alike.put(
            key,
            Alike {
                first: id,
                more: Seldom::default(),
            },
        ),
    }
    let line = BankLine {
        entry: Box::new(entry),
        entered_by,
        matched: None,
        revoked: 0,
        reversed,
        version: 1,
    };
    books.bank_lines.put(id, line);
}

/// What came back for an item counts with the match.
fn note_recovery(books: &mut Books, target: MatchTarget, matched: bool) {
    if let MatchTarget::Recovery(it) = target
        && let Some(item) = books.items.get_mut(it.item)
    {
        item.match_recovery(it.seq, matched);
    }
}
