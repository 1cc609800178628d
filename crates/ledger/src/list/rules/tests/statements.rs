//! Lines of a complete statement are bank lines like those that were entered by hand, and what the
//! bank has said before is not entered twice (5.10, V24).

use super::*;
use crate::bank_line::rules::{BankLine, LineState};

fn line(number: u128) -> BankLineId {
    BankLineId(Uuid::from_u128(0x7000 | number))
}

/// The line as it was entered by hand.
fn by_hand(content: ListLine) -> Ask {
    let ListLine::BankLine(entry) = content else {
        panic!("{content:?}");
    };
    ask(Command::BankLine(crate::bank_line::BankLineCommand::Enter(
        *entry,
    )))
}

fn confirm(number: u128) -> Ask {
    let target = crate::bank_line::MatchTarget::Movement(crate::account::rules::tests::movement(1));
    let line = line(number);
    let confirmation = crate::bank_line::LineConfirmation { line, target };
    ask(Command::BankLine(
        crate::bank_line::BankLineCommand::Confirm(confirmation),
    ))
    .by(CHIEF)
}

/// 1,000 fen before, and three lines.
fn july() -> Vec<ListLine> {
    vec![bank(1, "1", 100), bank(2, "2", 100), bank(3, "3", -30)]
}

fn lines(world: &World) -> Vec<(BankLineId, LineState)> {
    let rows = world.books.bank_lines.iter();
    let mut rows: Vec<_> = rows.map(|(id, row)| (id, BankLine::state(row))).collect();
    rows.sort();
    rows
}

#[test]
fn refuses_a_line_in_this_order() {
    let given = and(
        &holding(),
        [
            by_hand(bank(8, "8", 100)),
            begin(1, statement(0, 0), 9, zeros()),
            add(1, 1, bank(1, "1", 100)),
        ],
    );
    let changed = |field: &str, to: Value| {
        let mut line = serde_json::to_value(bank(2, "2", 100)).unwrap();
        line["bank_line"][field] = to;
        add(1, 2, content(line))
    };
    let rows = [
        changed("account", json!(account(2))),
        changed("value_date", json!("2018-07")),
        changed("value_date", json!("2018-06-30")),
        changed("value_date", json!("2018-08-01")),
        changed("amount_fen", json!(0)),
        // Taken by another line, and by one that waits.
        changed("line", json!(line(8))),
        changed("line", json!(line(1))),
        changed("value_date", json!("2018-07-31")),
        // By hand neither.
        by_hand(bank(1, "7", 100)),
    ];
    check(
        &given,
        &rows,
        expect![[r#"
        BAD_FIELD account: it is not the account of the statement
        BAD_DATE value_date: a bank line has an exact day
        BAD_DATE value_date: it does not lie within the days of the statement
        BAD_DATE value_date: it does not lie within the days of the statement
        BAD_AMOUNT amount_fen:
          0 fen is not an amount that may be stated (1 to 10^15 fen)
        ALREADY_EXISTS line: #7008 exists already
        ALREADY_EXISTS line: #7001 exists already
        list.line_added
        ALREADY_EXISTS line: #7001 exists already"#]],
    );
}

#[test]
fn its_lines_are_no_bank_lines_before_it_is_complete() {
    let open = and(&holding(), filled(1, statement(1000, 1170), &july()));
    check(
        &open,
        &[confirm(1)],
        expect!["NOT_FOUND line: #7001 is not known in this ledger"],
    );
    for given in [open.clone(), and(&open, [give_up(1)])] {
        let world = World::given(&given);
        assert!(lines(&world).is_empty());
        assert_eq!(world.books.version(line(1).into()), 0);
    }
    // Those of a dropped one may come again.
    let again = and(&open, [give_up(1)]);
    let again = and(&again, completed(2, statement(1000, 1170), &july()));
    assert_eq!(lines(&World::given(&again)).len(), 3);
}

#[test]
fn its_lines_are_matched_once_like_others_when_it_is_complete() {
    let complete = and(&holding(), completed(1, statement(1000, 1170), &july()));
    let matched = and(&complete, [confirm(1)]);
    check(
        &complete,
        &[confirm(1), confirm(1).by(CLERK), confirm(2), confirm(3)],
        expect![[r#"
            bank_line.confirmed
            SAME_PERSON:
              the same person may not do both bank_line.enter and bank_line.confirm
            bank_line.confirmed
            BAD_FIELD target: it is of another account, or goes the other way"#]],
    );
    check(
        &matched,
        &[confirm(1), confirm(2)],
        expect![[r#"
        ALREADY_MATCHED line: bank line #7001 is in a live match with it
        ALREADY_MATCHED target: bank line #7001 is in a live match with it"#]],
    );
    assert_eq!(
        lines(&World::given(&matched)),
        [
            (line(1), LineState::Matched),
            (line(2), LineState::Unmatched),
            (line(3), LineState::Unmatched)
        ]
    );
}

#[test]
fn what_the_bank_has_said_before_is_not_entered_twice() {
    let hand = by_hand(bank(1, "1", 100));
    // By hand before, by hand meanwhile, and by another statement.
    let before = and(&holding(), [hand.clone()]);
    let again = [bank(11, "1", 100), bank(12, "2", 100), bank(13, "3", -30)];
    let first = and(&before, completed(1, statement(1000, 1170), &again));
    let world = World::given(&first);
    assert_eq!(row(&world, 1).known, 1);
    let there: Vec<_> = lines(&world).into_iter().map(|(id, _)| id).collect();
    assert_eq!(there, [line(1), line(12), line(13)]);

    let open = and(&holding(), filled(1, statement(1000, 1170), &again));
    let meanwhile = and(&open, [hand, complete(1)]);
    assert_eq!(row(&World::given(&meanwhile), 1).known, 1);

    let overlapping = [bank(22, "2", 100), bank(23, "3", -30), bank(24, "4", 5)];
    let second = and(&first, completed(2, statement(1100, 1175), &overlapping));
    let world = World::given(&second);
    assert_eq!(row(&world, 2).known, 2);
    let there: Vec<_> = lines(&world).into_iter().map(|(id, _)| id).collect();
    assert_eq!(there, [line(1), line(12), line(13), line(24)]);
    let place = LinePlace { list: 2, number: 1 };
    let known = world.books.list_lines.get(place).unwrap().about;
    assert_eq!(known, About::Known(line(12)));

    // The same statement with the same identifiers again: nothing new.
    let third = and(&first, completed(3, statement(1000, 1170), &again));
    let world = World::given(&third);
    assert_eq!((row(&world, 3).known, lines(&world).len()), (3, 3));
}

#[test]
fn of_two_lines_that_say_the_same_both_count_and_each_is_known_once() {
    let twice = [bank(1, "1", 100), bank(2, "1", 100)];
    let first = and(&holding(), completed(1, statement(0, 200), &twice));
    let ids = |world: &World| -> Vec<_> { lines(world).into_iter().map(|(id, _)| id).collect() };
    let world = World::given(&first);
    assert_eq!(
        (row(&world, 1).known, ids(&world)),
        (0, vec![line(1), line(2)])
    );

    // A third one is new, also where one of the others comes with its own identifier.
    for ids_of in [[11, 12, 13], [11, 1, 13], [2, 11, 1]] {
        let three = ids_of.map(|number| bank(number, "1", 100));
        let second = and(&first, completed(2, statement(0, 300), &three));
        let world = World::given(&second);
        assert_eq!(row(&world, 2).known, 2, "{ids_of:?}");
        assert_eq!(ids(&world).len(), 3, "{ids_of:?}");
    }
}

#[test]
fn a_line_is_taken_back_like_one_that_was_entered() {
    let given = and(&holding(), completed(1, statement(1000, 1170), &july()));
    let given = and(
        &given,
        completed(
            2,
            statement(1100, 1100),
            &[bank(12, "2", 100), bank(14, "4", -100)],
        ),
    );
    let mut world = World::given(&and(&given, [confirm(1)]));
    let seq = |world: &World, list, number| {
        let place = LinePlace { list, number };
        world.books.list_lines.get(place).unwrap().seq
    };
    let (matched, free, known) = (seq(&world, 1, 1), seq(&world, 1, 3), seq(&world, 2, 1));
    let answers = [
        world.answer(&unsay(1, matched, 100)),
        world.answer(&unsay(1, free, 30)),
        world.answer(&unsay(2, known, 100)),
    ];
    expect![[r#"
        BAD_REVERSAL seq: what came later rests on it: #5101
        record.reversed
        BAD_REVERSAL seq: what came later rests on it: #7002"#]]
    .assert_eq(&answers.join("\n"));
    assert_eq!(
        lines(&world),
        [
            (line(1), LineState::Matched),
            (line(2), LineState::Unmatched),
            (line(3), LineState::Reversed),
            (line(14), LineState::Unmatched)
        ]
    );
    // It was none of the statement, and may come once more.
    for ask in completed(3, statement(30, 0), &[bank(33, "3", -30)]) {
        world.take(&ask);
    }
    assert_eq!(row(&world, 3).known, 0);
}

#[test]
fn a_line_that_was_taken_back_before_its_statement_was_complete_is_there_and_reversed() {
    let open = and(
        &holding(),
        filled(1, statement(0, 100), &[bank(1, "1", 100)]),
    );
    let mut world = World::given(&open);
    let place = LinePlace { list: 1, number: 1 };
    let seq = world.books.list_lines.get(place).unwrap().seq;
    world.take(&unsay(1, seq, 100).observed());
    world.take(&complete(1));
    assert_eq!(lines(&world), [(line(1), LineState::Reversed)]);
}
