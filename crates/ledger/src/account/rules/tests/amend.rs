//! Cash taken back is as if it had never moved, unless something rests on it (V22).

use super::*;
use crate::Event;
use crate::ids::Subject;
use crate::record::{CorrectedField, RecordCommand, RecordCorrection, RecordReversal};
use crate::text::Wording;

/// The place of the last event with that word.
pub(crate) fn last(world: &World, word: &str) -> u64 {
    let place = world.events.iter().rposition(|event| event.word() == word);
    u64::try_from(place.unwrap()).unwrap().saturating_add(1)
}

/// Takes back the last record with that word.
pub(crate) fn unsay(world: &World, subject: impl Into<Subject>, word: &str, amount: i64) -> Ask {
    ask(Command::Record(RecordCommand::Reverse(RecordReversal {
        subject: subject.into(),
        seq: last(world, word),
        amount_fen: fen(amount),
        reason: text(),
        original: None,
    })))
}

pub(crate) fn reword(
    world: &World,
    subject: impl Into<Subject>,
    word: &str,
    field: CorrectedField,
) -> Ask {
    ask(Command::Record(RecordCommand::Correct(RecordCorrection {
        subject: subject.into(),
        seq: last(world, word),
        field,
        to: Wording::new("更正后的内容").unwrap(),
        reason: text(),
        original: None,
    })))
}

/// Given these, what comes of taking back the last record with that word, in both intakes.
fn check_unsaid(given: &[Ask], subject: Subject, word: &str, amount: i64, then: Expect) {
    let world = World::given(given);
    let undo = unsay(&world, subject, word, amount);
    check(given, &[undo.clone(), undo.observed()], then);
}

#[test]
fn cash_that_is_taken_back_has_never_moved() {
    let back = |number, nature| receive(number, 30, move |it| it.nature = nature);
    let given = and(
        &holding(),
        [
            transfer(90, 20, |_| ()),
            pay(91, 10, |_| ()),
            custody::agree(1, |_| ()),
            custody::release(1, 60),
        ],
    );
    let moves = [
        (receive(3, 7, |_| ()), "account.cash_received", 7),
        (back(3, CashNature::Returned), "account.cash_received", 30),
        (back(3, CashNature::Recovered), "account.cash_received", 30),
        (pay(3, 8, |_| ()), "account.cash_paid", 8),
        (credit(3, 9), "account.interest_credited", 9),
        (transfer(3, 5, |_| ()), "account.transferred", 5),
    ];
    for (ask, word, amount) in moves {
        let mut world = World::given(&given);
        let of = |world: &World| {
            let rows = [1, 2].map(|number| {
                let mut row = world.books.accounts.get(account(number)).cloned().unwrap();
                row.version = 0;
                row
            });
            (cash_lines(&world.books), rows)
        };
        let (before, version) = (of(&world), world.books.version(account(1).into()));
        world.take(&ask);
        world.take(&unsay(&world, account(1), word, amount));
        assert_eq!(of(&world), before, "{word}");
        assert!(world.books.movements.get(movement(3)).unwrap().reversed);
        assert_eq!(world.books.version(account(1).into()), version + 2);
    }
}

#[test]
fn what_was_spent_stays_received() {
    let spent = and(
        &holding(),
        [pay(3, 40, |_| ()), pay(4, 21, |it| it.fund = None)],
    );
    let of = account(1).into();
    check_unsaid(
        &and(&spent, [credit(5, 40)]),
        of,
        "account.interest_credited",
        40,
        expect![[r#"
            record.reversed
            record.reversed"#]],
    );
    let spent = and(&holding(), [receive(3, 5, |_| ()), pay(4, 101, |_| ())]);
    check_unsaid(
        &spent,
        of,
        "account.cash_received",
        5,
        expect![[r#"
        BAD_REVERSAL seq: what came later rests on it: #5104
        record.reversed
        alert BAD_REVERSAL seq: what came later rests on it: #5104"#]],
    );
    let moved_on = [
        transfer(3, 50, |_| ()),
        pay(4, 1, |it| it.account = account(2)),
    ];
    check_unsaid(
        &and(&holding(), moved_on),
        of,
        "account.transferred",
        50,
        expect![[r#"
            BAD_REVERSAL seq: what came later rests on it: #5104
            record.reversed
            alert BAD_REVERSAL seq: what came later rests on it: #5104"#]],
    );
    check_unsaid(
        &spent,
        of,
        "account.cash_paid",
        101,
        expect![[r#"
        record.reversed
        record.reversed"#]],
    );
}

#[test]
fn what_came_back_rests_on_what_was_paid() {
    let cash = [open(1, |_| ()), receive(1, 500, |_| ())];
    let given = and(&and(&budgeted(), [instruct(|_| ())]), cash);
    let of = |number, amount| pay(number, amount, |it| it.payment = Some(payment(1)));
    let back = receive(3, 60, |it| {
        it.nature = CashNature::Returned;
        it.payment = Some(payment(1));
    });
    let returned = and(&given, [of(2, 100), back]);
    check_unsaid(
        &returned,
        account(1).into(),
        "account.cash_paid",
        100,
        expect![[r#"
            BAD_REVERSAL seq: what came later rests on it: #5103
            record.reversed
            alert BAD_REVERSAL seq: what came later rests on it: #5103"#]],
    );
    check_unsaid(
        &returned,
        account(1).into(),
        "account.cash_received",
        60,
        expect![[r#"
            record.reversed
            record.reversed"#]],
    );
    let again = and(&returned, [of(4, 50)]);
    check_unsaid(
        &again,
        account(1).into(),
        "account.cash_received",
        60,
        expect![[r#"
            BAD_REVERSAL seq: what came later rests on it: #5102, #5104
            record.reversed
            alert BAD_REVERSAL seq: what came later rests on it: #5102, #5104"#]],
    );
}

#[test]
fn what_was_let_go_of_and_has_gone_stays() {
    let kept = and(
        &holding(),
        [custody::agree(1, |_| ()), custody::release(1, 60)],
    );
    let word = "account.custody_released";
    check_unsaid(
        &kept,
        custody::custody(1).into(),
        word,
        60,
        expect![[r#"
        record.reversed
        record.reversed"#]],
    );
    let gone = and(&kept, [pay(3, 1, |_| ())]);
    check_unsaid(
        &gone,
        custody::custody(1).into(),
        word,
        60,
        expect![[r#"
        BAD_REVERSAL seq: what came later rests on it: #5103
        record.reversed
        alert BAD_REVERSAL seq: what came later rests on it: #5103"#]],
    );
    let mut world = World::given(&kept);
    world.take(&unsay(&world, custody::custody(1), word, 60));
    let row = world.books.custodies.get(custody::custody(1)).unwrap();
    assert_eq!((row.released, row.version), (Fen::ZERO, 3));
}

#[test]
fn a_closed_account_stays_empty_and_no_step_is_taken_back() {
    let out = [
        pay(3, 100, |_| ()),
        pay(4, 50, |it| it.fund = None),
        close(1),
    ];
    let closed = and(&holding(), out);
    check_unsaid(
        &closed,
        account(1).into(),
        "account.cash_paid",
        50,
        expect![[r#"
            BAD_REVERSAL seq: what came later rests on it: #5001
            record.reversed
            alert BAD_REVERSAL seq: what came later rests on it: #5001"#]],
    );
    let world = World::given(&closed);
    let rows = [
        unsay(&world, account(1), "account.closed", 1),
        unsay(&world, account(2), "account.opened", 1),
    ];
    check(
        &closed,
        &rows,
        expect![[r#"
            BAD_REVERSAL seq:
              it states no amount: what follows a step or a statement is a new one
            BAD_REVERSAL seq:
              it states no amount: what follows a step or a statement is a new one"#]],
    );
}

#[test]
fn references_and_terms_are_put_right_and_shown() {
    let given = and(
        &holding(),
        [transfer(3, 5, |_| ()), custody::agree(1, |_| ())],
    );
    let mut world = World::given(&given);
    let bank = CorrectedField::BankReference;
    for ask in [
        reword(&world, account(1), "account.transferred", bank),
        reword(&world, account(1), "account.cash_received", bank),
        reword(
            &world,
            custody::custody(1),
            "account.custody_agreed",
            CorrectedField::Terms,
        ),
    ] {
        world.take(&ask);
    }
    for number in [2, 3] {
        let row = world.books.movements.get(movement(number)).unwrap();
        let said = row.bank_reference.as_ref().map(Reference::as_str);
        assert_eq!(said, Some("更正后的内容"));
    }
    let row = world.books.custodies.get(custody::custody(1)).unwrap();
    assert_eq!(row.agreement.terms.as_str(), "更正后的内容");
    let rows = [
        reword(
            &world,
            account(1),
            "account.cash_received",
            CorrectedField::Reason,
        ),
        reword(&world, account(2), "account.opened", CorrectedField::Number),
    ];
    check(
        &given,
        &rows,
        expect![[r#"
        BAD_REVERSAL field:
          the record has no such text; amounts are reversed and recorded anew
        BAD_REVERSAL field:
          the record has no such text; amounts are reversed and recorded anew"#]],
    );
}

/// The movement of an event is what the books keep of it.
#[test]
fn every_event_that_moves_cash_is_a_movement() {
    let world = World::given(&and(&holding(), [transfer(3, 5, |_| ())]));
    for event in &world.events {
        let Event::Account(event) = event else {
            continue;
        };
        if let Some((id, movement)) = crate::account::rules::taking::movement(event) {
            let kept = world.books.movements.get(id).unwrap();
            let value_date = kept.value_date;
            assert_eq!(
                kept,
                &Movement {
                    value_date,
                    ..movement
                }
            );
        }
    }
}
