//! Promised: the same line of a statement is entered once, a second person says what it is, and a
//! line or what it is matched with is in one live match (V24), to the fen.

use super::*;
use crate::Command;
use crate::account::rules::tests::amend::unsay;
use crate::account::rules::tests::{
    account, credit, holding, movement, open, pay, receive, transfer,
};
use crate::bank_line::LineRevocation;
use crate::testing::*;
use crate::text::{Reference, Text};
use expect_test::expect;
use uuid::Uuid;

fn line(number: u128) -> BankLineId {
    BankLineId(Uuid::from_u128(0x7000 | number))
}

fn command(command: BankLineCommand) -> Ask {
    ask(Command::BankLine(command))
}

/// 100 fen into account 1 on 2018-07-01.
fn enter(number: u128, change: impl FnOnce(&mut LineEntry)) -> Ask {
    let mut entry = LineEntry {
        line: line(number),
        account: account(1),
        value_date: "2018-07-01".parse().unwrap(),
        direction: Direction::In,
        amount_fen: fen(100),
        bank_sequence: Reference::new("000001").unwrap(),
        counterparty: None,
        remark: None,
    };
    change(&mut entry);
    command(BankLineCommand::Enter(entry))
}

/// Another person says that a line is a movement.
fn confirm(number: u128, moved: u128) -> Ask {
    matches(number, MatchTarget::Movement(movement(moved)))
}

fn matches(number: u128, target: MatchTarget) -> Ask {
    let line = line(number);
    let confirmation = LineConfirmation { line, target };
    command(BankLineCommand::Confirm(confirmation)).by(CHIEF)
}

fn revoke(number: u128) -> Ask {
    command(BankLineCommand::Revoke(LineRevocation {
        line: line(number),
        reason: text(),
    }))
}

/// Line 1 is not matched yet with movement 1: 100 fen received.
fn entered() -> Vec<Ask> {
    and(&holding(), [enter(1, |_| ())])
}

fn numbered(number: u128, sequence: &'static str, change: impl FnOnce(&mut LineEntry)) -> Ask {
    enter(number, |it| {
        it.bank_sequence = Reference::new(sequence).unwrap();
        change(it);
    })
}

/// Each row puts right what the row before it was refused for.
#[test]
fn refuses_a_line_in_this_order() {
    let dated = |date: &'static str| {
        enter(2, move |it| {
            it.value_date = date.parse().unwrap();
            it.amount_fen = fen(0);
        })
    };
    let rows = [
        enter(1, |it| it.account = account(9)),
        enter(2, |it| {
            it.account = account(9);
            it.value_date = "2018-07".parse().unwrap();
        }),
        dated("2018-07"),
        dated("unknown").observed(),
        dated("2020-01-02").observed(),
        dated("2020-01-01"),
        enter(2, |_| ()),
        enter(2, |_| ()).observed(),
        numbered(2, "000002", |_| ()),
    ];
    check(
        &entered(),
        &rows,
        expect![[r#"
        ALREADY_EXISTS line: #7001 exists already
        NOT_FOUND account: #5009 is not known in this ledger
        BAD_DATE value_date: a bank line has an exact day
        BAD_DATE value_date: a bank line has an exact day
        BAD_DATE value_date: it lies after today (UTC+08:00)
        BAD_AMOUNT amount_fen:
          0 fen is not an amount that may be stated (1 to 10^15 fen)
        ALREADY_EXISTS bank_sequence: #7001 exists already
        ALREADY_EXISTS bank_sequence: #7001 exists already
        bank_line.entered"#]],
    );
}

#[test]
fn every_part_of_its_identity_makes_another_line() {
    let rows = [
        enter(2, |it| it.counterparty = Some(name())),
        enter(2, |it| it.account = account(2)),
        enter(2, |it| it.value_date = "2018-07-02".parse().unwrap()),
        enter(2, |it| it.direction = Direction::Out),
        enter(2, |it| it.amount_fen = fen(101)),
        numbered(2, "000002", |_| ()),
        enter(2, |it| it.remark = Some(Text::new("拨款").unwrap())),
    ];
    check(
        &entered(),
        &rows,
        expect![[r#"
        ALREADY_EXISTS bank_sequence: #7001 exists already
        bank_line.entered
        bank_line.entered
        bank_line.entered
        bank_line.entered
        bank_line.entered
        bank_line.entered"#]],
    );
    let remarked = |number| enter(number, |it| it.remark = Some(text()));
    let both = and(&entered(), [remarked(2)]);
    check(
        &both,
        &[remarked(3)],
        expect!["ALREADY_EXISTS bank_sequence: #7002 exists already"],
    );
}

#[test]
fn a_line_is_what_it_is_to_the_fen_in_its_account_and_on_its_way() {
    let given = and(
        &entered(),
        [
            receive(3, 99, |_| ()),
            receive(4, 100, |it| it.account = account(2)),
            pay(5, 100, |_| ()),
            credit(6, 100),
            transfer(7, 1, |_| ()),
        ],
    );
    let rows = [
        confirm(9, 1),
        confirm(1, 9),
        confirm(1, 3),
        confirm(1, 3).observed(),
        confirm(1, 4),
        confirm(1, 5),
        confirm(1, 6),
        confirm(1, 7),
        confirm(1, 1),
    ];
    check(
        &given,
        &rows,
        expect![[r#"
        NOT_FOUND line: #7009 is not known in this ledger
        NOT_FOUND target: #5109 is not known in this ledger
        SPLIT_MISMATCH target: the parts add up to 100 fen, the total is 99 fen
        SPLIT_MISMATCH target: the parts add up to 100 fen, the total is 99 fen
        BAD_FIELD target: it is of another account, or goes the other way
        BAD_FIELD target: it is of another account, or goes the other way
        bank_line.confirmed
        BAD_FIELD target: it is of another account, or goes the other way
        bank_line.confirmed"#]],
    );
}

#[test]
fn both_legs_of_a_transfer_have_a_line_of_their_own() {
    let leg = |number, here, direction| {
        enter(number, move |it| {
            it.account = account(here);
            it.direction = direction;
        })
    };
    let given = and(
        &holding(),
        [
            transfer(3, 100, |_| ()),
            leg(1, 1, Direction::Out),
            leg(2, 2, Direction::In),
            leg(4, 1, Direction::In),
            confirm(1, 3),
        ],
    );
    check(
        &given,
        &[confirm(4, 3), confirm(2, 3)],
        expect![[r#"
        BAD_FIELD target: it is of another account, or goes the other way
        bank_line.confirmed"#]],
    );
}

#[test]
fn a_second_person_confirms() {
    let rows = [
        confirm(1, 1).by(CLERK),
        confirm(1, 1).by(CLERK).observed(),
        confirm(1, 1),
    ];
    check(
        &entered(),
        &rows,
        expect![[r#"
        SAME_PERSON:
          the same person may not do both bank_line.enter and bank_line.confirm
        bank_line.confirmed
        alert SAME_PERSON:
          the same person may not do both bank_line.enter and bank_line.confirm
        bank_line.confirmed"#]],
    );
}

#[test]
fn a_line_and_its_target_are_in_one_live_match() {
    let more = [
        receive(3, 100, |_| ()),
        numbered(2, "000002", |_| ()),
        confirm(1, 1),
    ];
    let given = and(&entered(), more);
    let rows = [
        confirm(1, 1),
        confirm(1, 3),
        confirm(1, 3).observed(),
        confirm(2, 1),
        confirm(2, 1).observed(),
        confirm(2, 3),
    ];
    check(
        &given,
        &rows,
        expect![[r#"
        ALREADY_MATCHED line: bank line #7001 is in a live match with it
        ALREADY_MATCHED line: bank line #7001 is in a live match with it
        ALREADY_MATCHED line: bank line #7001 is in a live match with it
        ALREADY_MATCHED target: bank line #7001 is in a live match with it
        ALREADY_MATCHED target: bank line #7001 is in a live match with it
        bank_line.confirmed"#]],
    );
}

#[test]
fn taking_a_match_back_undoes_only_that_one() {
    let more = [
        receive(3, 100, |_| ()),
        numbered(2, "000002", |_| ()),
        confirm(1, 1),
        confirm(2, 3),
        revoke(1),
    ];
    let given = and(&entered(), more);
    let rows = [
        revoke(9),
        revoke(1),
        revoke(2),
        confirm(2, 1),
        confirm(1, 3),
        confirm(1, 1),
    ];
    check(
        &given,
        &rows,
        expect![[r#"
        NOT_FOUND line: #7009 is not known in this ledger
        BAD_TRANSITION: bank_line.revoke is not possible in state unmatched
        bank_line.revoked
        ALREADY_MATCHED line: bank line #7002 is in a live match with it
        ALREADY_MATCHED target: bank line #7002 is in a live match with it
        bank_line.confirmed"#]],
    );
    let world = World::given(&given);
    let row = |number| world.books.bank_lines.get(line(number)).unwrap();
    assert_eq!((row(1).state(), row(1).revoked), (LineState::Unmatched, 1));
    assert_eq!((row(2).state(), row(2).revoked), (LineState::Matched, 0));
    assert_eq!(world.books.version(line(1).into()), 3);
}

#[test]
fn a_payment_is_matched_by_what_was_settled_and_what_came_back() {
    let of = MatchTarget::Payment(payment(1));
    let out = |number, amount| {
        enter(number, move |it| {
            it.direction = Direction::Out;
            it.amount_fen = fen(amount);
        })
    };
    let settled = [
        instruct(|_| ()),
        open(1, |_| ()),
        settle(1, 90),
        give_back(1, 20),
    ];
    let lines = [
        out(1, 90),
        out(2, 70),
        enter(3, |it| it.amount_fen = fen(20)),
    ];
    let given = and(&and(&budgeted(), settled), lines);
    let rows = [
        matches(1, MatchTarget::Payment(payment(9))),
        matches(2, of),
        matches(1, of),
        matches(3, of),
    ];
    check(
        &given,
        &rows,
        expect![[r#"
        NOT_FOUND target: #4009 is not known in this ledger
        SPLIT_MISMATCH target: the parts add up to 70 fen, the total is 90 fen
        bank_line.confirmed
        bank_line.confirmed"#]],
    );
    // Its cash is counted once: as the payment, or as the movement that carries it out.
    let cash = [
        receive(1, 500, |_| ()),
        pay(2, 90, |it| it.payment = Some(payment(1))),
    ];
    let moved = and(&given, cash.clone());
    check(
        &moved,
        &[matches(1, of), confirm(1, 2)],
        expect![[r#"
        BAD_FIELD target: its cash is recorded as a movement: match that one
        bank_line.confirmed"#]],
    );
    let matched = and(&and(&given, [matches(1, of)]), cash);
    let other = out(4, 90).command;
    let Command::BankLine(BankLineCommand::Enter(entry)) = other else {
        panic!("{other:?}")
    };
    let entry = LineEntry {
        bank_sequence: Reference::new("000002").unwrap(),
        ..entry
    };
    let given = and(&matched, [command(BankLineCommand::Enter(entry))]);
    check(
        &given,
        &[confirm(4, 2)],
        expect!["ALREADY_MATCHED target: bank line #7001 is in a live match with it"],
    );
}

#[test]
fn a_line_that_was_none_is_taken_back_and_entered_anew() {
    let world = World::given(&entered());
    let undo = unsay(&world, line(1), "bank_line.entered", 100);
    let gone = and(&entered(), [undo.clone()]);
    let rows = [confirm(1, 1), revoke(1), enter(1, |_| ()), enter(2, |_| ())];
    check(
        &gone,
        &rows,
        expect![[r#"
        BAD_TRANSITION: bank_line.confirm is not possible in state reversed
        BAD_TRANSITION: bank_line.revoke is not possible in state reversed
        ALREADY_EXISTS line: #7001 exists already
        bank_line.entered"#]],
    );
    // A match is taken back first; observed, it goes with the line.
    let matched = and(&entered(), [confirm(1, 1)]);
    check(
        &matched,
        &[undo.clone(), undo.clone().observed()],
        expect![[r#"
            BAD_REVERSAL seq: what came later rests on it: #5101
            record.reversed
            alert BAD_REVERSAL seq: what came later rests on it: #5101"#]],
    );
    let freed = and(&matched, [undo.observed(), enter(2, |_| ())]);
    check(&freed, &[confirm(2, 1)], expect!["bank_line.confirmed"]);
}

#[test]
fn cash_that_a_line_has_confirmed_is_not_taken_back() {
    let world = World::given(&entered());
    let undo = unsay(&world, account(1), "account.cash_received", 50);
    let gone = and(&entered(), [undo]);
    let half = numbered(2, "000002", |it| it.amount_fen = fen(50));
    check(
        &and(&gone, [half.clone()]),
        &[confirm(2, 2)],
        expect!["BAD_FIELD target: it has been reversed"],
    );
    let matched = and(&entered(), [half, confirm(2, 2)]);
    let world = World::given(&matched);
    let undo = unsay(&world, account(1), "account.cash_received", 50);
    check(
        &matched,
        &[undo.clone(), undo.observed()],
        expect![[r#"
        BAD_REVERSAL seq: what came later rests on it: #7002
        record.reversed
        alert BAD_REVERSAL seq: what came later rests on it: #7002"#]],
    );
}

#[test]
fn what_was_settled_or_came_back_is_not_taken_back_while_a_line_says_so() {
    let of = MatchTarget::Payment(payment(1));
    let out = enter(1, |it| {
        it.direction = Direction::Out;
        it.amount_fen = fen(90);
    });
    let back = enter(3, |it| it.amount_fen = fen(20));
    let paid = [
        instruct(|_| ()),
        open(1, |_| ()),
        settle(1, 90),
        give_back(1, 20),
        out,
        back,
    ];
    let given = and(&budgeted(), paid);
    let world = World::given(&given);
    let unsettle = unsay(&world, payment(1), "payment.settled", 90);
    let unreturn = unsay(&world, payment(1), "payment.returned", 20);
    // The match of the return is not that of the settlement.
    let matched = and(&given, [matches(1, of), matches(3, of)]);
    check(
        &matched,
        &[unreturn.clone(), unsettle.clone()],
        expect![[r#"
        BAD_REVERSAL seq: what came later rests on it: #7003
        BAD_REVERSAL seq: what came later rests on it: #7001"#]],
    );
    let one_left = and(&matched, [revoke(3), unreturn]);
    check(
        &one_left,
        std::slice::from_ref(&unsettle),
        expect!["BAD_REVERSAL seq: what came later rests on it: #7001"],
    );
    check(
        &and(&one_left, [revoke(1)]),
        &[unsettle],
        expect!["record.reversed"],
    );
}
