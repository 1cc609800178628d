//! Promised: where the ledger's policy asks for it, money that came back counts for a closing only
//! once a bank line is matched with the record of it, by another hand, one to one and to the fen
//! (V16, V24); and what is matched is neither reversed nor, once the item is closed, unmatched.

use super::closing::verified;
use super::*;
use crate::account::{AccountEvent, AccountKind, AccountOpening};
use crate::bank_line::{
    BankLineCommand, Direction, LineConfirmation, LineEntry, LineRevocation, MatchTarget,
    RecoveryTarget,
};
use crate::book::{BookEvent, BookPolicy};
use crate::ids::{AccountId, BankLineId};
use crate::record::{RecordCommand, RecordReversal};

const KEPT: AccountId = AccountId(Uuid::from_u128(0x6000));

fn line(number: u128) -> BankLineId {
    BankLineId(Uuid::from_u128(0x7000 | number))
}

/// A verified item that owes 100 fen, and lines 1 of 99 fen, 2 of 1, 3 of 1, 4 of 2, and 5 of 1
/// that went out. Records 7 and 8 say that 99 fen and 1 fen came back.
fn owing() -> World {
    let path = verified(draft(|draft| draft.recovery_required_fen = fen(100)), []);
    let mut world = World::given(&path);
    let (paper_signatures, recoveries_by_bank_line) = (false, true);
    let policy = BookEvent::PolicySet(BookPolicy {
        paper_signatures,
        recoveries_by_bank_line,
        reminder_days: None,
        warning_days: None,
        document: reference(),
    });
    world.happened("2018-06-01", Event::Ledger(policy));
    let opening = AccountEvent::Opened(AccountOpening {
        account: KEPT,
        kind: AccountKind::FiscalSpecial,
        owner: unit(FINANCE),
        bank: Name::new("农商行").unwrap(),
        masked_number: Reference::new("****0001").unwrap(),
    });
    world.happened("2018-06-01", Event::Account(opening));
    for (seq, amount) in [(7, 99), (8, 1)] {
        let received = came_back(amount);
        let received = Command::Item(received);
        assert_eq!(world.answer(CLERK, seq, received), "item.recovery_received");
    }
    for (number, amount) in [(1, 99), (2, 1), (3, 1), (4, 2), (5, 1)] {
        let out = number == 5;
        let entry = LineEntry {
            line: line(number),
            account: KEPT,
            value_date: on("2018-08-22"),
            direction: if out { Direction::Out } else { Direction::In },
            amount_fen: fen(amount),
            bank_sequence: Reference::new(number.to_string()).unwrap(),
            counterparty: None,
            remark: None,
        };
        let entry = Command::BankLine(BankLineCommand::Enter(entry));
        assert_eq!(world.answer(SECOND, 9, entry), "bank_line.entered");
    }
    world
}

fn confirm(number: u128, of: u128, seq: u64) -> Command {
    let target = RecoveryTarget {
        item: item(of),
        seq,
    };
    Command::BankLine(BankLineCommand::Confirm(LineConfirmation {
        line: line(number),
        target: MatchTarget::Recovery(target),
    }))
}

fn revoke(number: u128) -> Command {
    let (line, reason) = (line(number), text("串户"));
    Command::BankLine(BankLineCommand::Revoke(LineRevocation { line, reason }))
}

fn close() -> Command {
    Command::Item(step(ItemCommand::Close))
}

impl World {
    /// The events as record `seq`, or the refusal.
    pub(super) fn answer(&mut self, who: Actor, seq: u64, command: Command) -> String {
        self.answers(who, seq, Intake::Control, command)
    }

    pub(super) fn answers(
        &mut self,
        who: Actor,
        seq: u64,
        intake: Intake,
        command: Command,
    ) -> String {
        let mut context = ask(who, "2018-09-20", on_site()).context();
        context.seq = seq;
        context.intake = intake;
        let admission = Admission {
            roles: Role::ALL,
            expected_version: None,
        };
        match decide_any(&self.books, &admission, &context, &command) {
            Ok(events) => {
                let words = events.iter().map(Event::word);
                let words: Vec<_> = words.collect();
                events
                    .iter()
                    .for_each(|event| apply_any(&mut self.books, &context, event));
                words.join(", ")
            }
            Err(no) => refusal(&no),
        }
    }
}

#[test]
fn counts_once_a_bank_line_is_matched_to_the_fen() {
    let mut world = owing();
    expect!["RECOVERY_OPEN: 100 fen must be recovered; 0 fen received, 0 fen waived"]
        .assert_eq(&world.answer(CLOSER, 20, close()));
    assert_eq!(
        world.answer(CLOSER, 20, confirm(1, 1, 7)),
        "bank_line.confirmed"
    );
    expect!["RECOVERY_OPEN: 100 fen must be recovered; 99 fen received, 0 fen waived"]
        .assert_eq(&world.answer(CLOSER, 21, close()));
    assert_eq!(
        world.answer(CLOSER, 21, confirm(2, 1, 8)),
        "bank_line.confirmed"
    );
    assert_eq!(world.answer(CLOSER, 22, close()), "item.closed");
}

#[test]
fn without_the_policy_the_record_counts() {
    let mut world = owing();
    let book = world.books.book.as_mut().unwrap();
    book.recoveries_by_bank_line = false;
    assert_eq!(world.item().matched(), Fen::ZERO);
    assert_eq!(world.answer(CLOSER, 20, close()), "item.closed");
}

#[test]
fn a_line_is_matched_one_to_one_to_the_fen_by_another_hand() {
    let mut world = owing();
    let mut answers = Vec::new();
    for (who, command) in [
        (CLOSER, confirm(2, 9, 8)),
        (CLOSER, confirm(2, 1, 9)),
        (CLOSER, confirm(5, 1, 8)),
        (CLOSER, confirm(4, 1, 8)),
        (SECOND, confirm(2, 1, 8)),
        (CLERK, confirm(2, 1, 8)),
        (CLOSER, confirm(2, 1, 8)),
        (CLOSER, confirm(3, 1, 8)),
    ] {
        answers.push(world.answer(who, 20, command));
    }
    expect![[r#"
        NOT_FOUND target: #1009 is not known in this ledger
        BAD_FIELD target:
        it must be the number of an item.recovery_received of this item that stands, for a line in
        BAD_FIELD target:
        it must be the number of an item.recovery_received of this item that stands, for a line in
        SPLIT_MISMATCH target: the parts add up to 2 fen, the total is 1 fen
        SAME_PERSON:
        the same person may not do both bank_line.enter and bank_line.confirm
        SAME_PERSON:
        the same person may not do both item.receive_recovery and bank_line.confirm
        bank_line.confirmed
        ALREADY_MATCHED target: bank line #7002 is in a live match with it"#]]
    .assert_eq(&answers.join("\n"));
}

#[test]
fn what_is_matched_is_reversed_only_after_the_match_is_taken_back() {
    let mut world = owing();
    let received = came_back(1);
    let [received] = <[Event; 1]>::try_from(
        World::given(&at_work())
            .decide(&ask(CLERK, "2018-08-21", received))
            .unwrap(),
    )
    .unwrap();
    let reverse = Command::Record(RecordCommand::Reverse(RecordReversal {
        subject: item(1).into(),
        seq: 8,
        amount_fen: fen(1),
        reason: text("误记"),
        original: Some(Box::new(received)),
    }));
    assert_eq!(
        world.answer(CLOSER, 20, confirm(2, 1, 8)),
        "bank_line.confirmed"
    );
    expect!["BAD_REVERSAL seq: what came later rests on it: #7002"].assert_eq(&world.answer(
        INSPECTOR,
        21,
        reverse.clone(),
    ));
    assert_eq!(world.answer(CLOSER, 21, revoke(2)), "bank_line.revoked");
    assert_eq!(world.item().matched(), Fen::ZERO);
    assert_eq!(world.answer(INSPECTOR, 22, reverse), "record.reversed");
    assert_eq!(
        (world.item().received, world.item().matched()),
        (fen(99), Fen::ZERO)
    );
}

#[test]
fn a_match_stays_while_a_closing_rests_on_it() {
    let mut world = owing();
    world.answer(CLOSER, 20, confirm(1, 1, 7));
    let mut waived = world.books.clone();
    world.answer(CLOSER, 20, confirm(2, 1, 8));
    assert_eq!(world.answer(CLOSER, 21, close()), "item.closed");
    expect!["BAD_REVERSAL seq: what came later rests on it: #1001"].assert_eq(&world.answer(
        CLOSER,
        22,
        revoke(2),
    ));
    let observed = world.answers(CLOSER, 22, Intake::Observation, revoke(2));
    assert_eq!(observed, "bank_line.revoked");

    // One fen that was given up besides, and the closing no longer rests on that line.
    std::mem::swap(&mut world.books, &mut waived);
    let waiver = Command::Item(waive(1));
    assert_eq!(world.answer(INSPECTOR, 21, waiver), "item.recovery_waived");
    world.answer(CLOSER, 21, confirm(2, 1, 8));
    assert_eq!(world.answer(CLOSER, 22, close()), "item.closed");
    assert_eq!(world.answer(CLOSER, 23, revoke(2)), "bank_line.revoked");
}
