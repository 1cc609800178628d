//! Promised: lines come in their order without gaps, a list is completed only when it is what its
//! head says, and until then nothing of it counts; a dropped one never does (log.md 1, V19, 5.10).

mod duplicates;
mod statements;

use super::*;
use crate::Command;
use crate::account::rules::tests::{account, holding};
use crate::digest::Digest;
use crate::list::digest::digest;
use crate::list::{LineAddition, ListCompletion, ListDropping, ListLine};
use crate::record::{RecordCommand, RecordReversal};
use crate::testing::*;
use expect_test::{Expect, expect};
use serde_json::{Value, json};
use uuid::Uuid;

fn id(number: u128) -> ListId {
    ListId(Uuid::from_u128(0x8000 | number))
}

fn said(command: ListCommand) -> Ask {
    ask(Command::List(command))
}

fn content(line: Value) -> ListLine {
    serde_json::from_value(line).unwrap()
}

/// Person `number` is to be paid `fen`.
fn entry(number: u128, fen: i64) -> ListLine {
    content(json!({"entry": {"subject": person(number), "amount_fen": fen}}))
}

/// Line `number` of account 1: what came in, or with a minus went out, on 2018-07-02.
fn bank(number: u128, sequence: &str, fen: i64) -> ListLine {
    let direction = if fen < 0 { "out" } else { "in" };
    content(
        json!({"bank_line": {"line": Uuid::from_u128(0x7000 | number), "account": account(1),
        "value_date": "2018-07-02", "direction": direction, "amount_fen": fen.abs(),
        "bank_sequence": sequence}}),
    )
}

fn figure(key: &str, value: i64) -> ListLine {
    content(json!({"figure": {"key": key, "value": value, "unit": "户"}}))
}

fn begin(number: u128, kind: Value, count: u32, digest: Digest) -> Ask {
    said(ListCommand::Start(
        serde_json::from_value(
            json!({"list": id(number), "number": "QD-1", "document": "D-1",
            "count": count, "digest": digest, "kind": kind}),
        )
        .unwrap(),
    ))
}

fn roster(total: i64) -> Value {
    json!({"roster": {"programme": "农机补贴", "period": "2018", "total_fen": total}})
}

fn statement(opening: i64, closing: i64) -> Value {
    json!({"statement": {"account": account(1), "from": "2018-07-01", "to": "2018-07-31",
        "opening_fen": opening, "closing_fen": closing}})
}

fn table() -> Value {
    json!({"table": {"name": "统计表", "as_of": "2018"}})
}

fn add(list: u128, line_number: u32, content: ListLine) -> Ask {
    said(ListCommand::AddLine(LineAddition {
        list: id(list),
        line_number,
        content,
    }))
}

fn complete(list: u128) -> Ask {
    said(ListCommand::Complete(ListCompletion { list: id(list) }))
}

fn give_up(list: u128) -> Ask {
    said(ListCommand::Drop(ListDropping {
        list: id(list),
        reason: text(),
    }))
}

/// The list with all these lines, not completed yet.
fn filled(list: u128, kind: Value, lines: &[ListLine]) -> Vec<Ask> {
    let count = u32::try_from(lines.len()).unwrap();
    let start = begin(list, kind, count, digest(lines));
    let lines = (1..).zip(lines.iter().cloned());
    let lines = lines.map(|(number, line)| add(list, number, line));
    std::iter::once(start).chain(lines).collect()
}

fn completed(list: u128, kind: Value, lines: &[ListLine]) -> Vec<Ask> {
    and(&filled(list, kind, lines), [complete(list)])
}

/// Takes the record `seq` of a list back.
fn unsay(list: u128, seq: u64, amount: i64) -> Ask {
    ask(Command::Record(RecordCommand::Reverse(RecordReversal {
        subject: id(list).into(),
        seq,
        amount_fen: fen(amount),
        reason: text(),
        original: None,
    })))
}

fn row(world: &World, list: u128) -> &List {
    world.books.lists.get(id(list)).unwrap()
}

/// What somebody is due to be paid, by what counts.
fn due(books: &Books, number: u128) -> i64 {
    let due = books.due.get(person(number));
    let places = due.into_iter().flat_map(Due::places);
    let lines = places.filter_map(|place| {
        let line = books.list_lines.get(place)?;
        counts(books, list_at(books, place)?, line).then_some(line.amount.get())
    });
    lines.sum()
}

fn zeros() -> Digest {
    Digest([0; 32])
}

/// Each row puts right what the row before it was refused for.
#[test]
fn refuses_a_start_in_this_order() {
    let of = |days: (&str, &str), account_number: u128, opening: i64| {
        let (from, to) = days;
        json!({"statement": {"account": account(account_number), "from": from, "to": to,
            "opening_fen": opening, "closing_fen": 0}})
    };
    let with_fund = |number: u128, total: i64| {
        json!({"roster": {"programme": "某", "period": "1", "fund": fund(number),
            "total_fen": total}})
    };
    let given = and(&holding(), [begin(1, table(), 1, zeros())]);
    let july = ("2018-07-01", "2018-07-31");
    let rows = [
        begin(1, with_fund(9, 0), 0, zeros()),
        begin(2, with_fund(9, 0), 0, zeros()),
        begin(2, with_fund(1, 0), 0, zeros()),
        begin(2, of(("2018-07", "2018-07-31"), 9, -1), 0, zeros()),
        begin(2, of(("2018-07", "2018-07-31"), 1, -1), 0, zeros()),
        begin(2, of(("2018-07-01", "2018-06-30"), 1, -1), 0, zeros()),
        begin(2, of(("2018-07-01", "2020-01-02"), 1, -1), 0, zeros()),
        begin(2, of(july, 1, -1), 0, zeros()),
        begin(2, of(july, 1, 0), 0, zeros()),
        begin(2, of(july, 1, 0), 100_001, zeros()),
        begin(2, table(), 1_000_001, zeros()),
        begin(2, of(july, 1, 0), 100_000, zeros()),
        begin(2, table(), 1_000_000, zeros()),
    ];
    check(
        &given,
        &rows,
        expect![[r#"
        ALREADY_EXISTS list: #8001 exists already
        NOT_FOUND fund: #2009 is not known in this ledger
        BAD_AMOUNT total_fen:
          0 fen is not an amount that may be stated (1 to 10^15 fen)
        NOT_FOUND account: #5009 is not known in this ledger
        BAD_DATE from: a statement is of exact days
        BAD_DATE to: it lies before the first day
        BAD_DATE to: it lies after today (UTC+08:00)
        BAD_AMOUNT opening_fen:
          -1 fen is not an amount that may be stated (1 to 10^15 fen)
        BAD_FIELD count:
          a list has from 1 to 1,000,000 lines, a bank statement to 100,000
        BAD_FIELD count:
          a list has from 1 to 1,000,000 lines, a bank statement to 100,000
        BAD_FIELD count:
          a list has from 1 to 1,000,000 lines, a bank statement to 100,000
        list.started
        list.started"#]],
    );
}

#[test]
fn takes_the_next_line_and_no_other() {
    let lines = [entry(1, 100), entry(2, 50)];
    let start = begin(1, roster(150), 2, digest(&lines));
    let first = [start.clone(), add(1, 1, entry(1, 100))];
    let noted = content(json!({"entry": {"subject": person(1), "amount_fen": 100,
        "remark": "代领"}}));
    let reason = content(json!({"entry": {"subject": person(1), "amount_fen": 100,
        "reissue_reason": "漏发"}}));
    let rows = [
        add(9, 1, entry(1, 100)),
        add(1, 0, entry(1, 100)),
        // The same again is no new line; what is sealed of it is not compared.
        add(1, 1, entry(1, 100)),
        add(1, 1, noted),
        add(1, 1, reason),
        add(1, 1, entry(2, 100)),
        add(1, 1, entry(1, 101)),
        add(1, 1, figure("A", 1)),
        add(1, 3, entry(2, 50)),
        add(1, 2, figure("A", 1)),
        add(1, 2, entry(9, 50)),
        add(1, 2, entry(2, 0)),
        add(1, 2, entry(2, 50)),
    ];
    check(
        &first,
        &rows,
        expect![[r#"
        NOT_FOUND list: #8009 is not known in this ledger
        LINE_GAP line_number: line 2 is the next one, not line 0
        LINE_RECORDED line_number:
          line 1 is recorded already and says the same; go on with line 2
        LINE_RECORDED line_number:
          line 1 is recorded already and says the same; go on with line 2
        LINE_DIFFERS content: line 1 is recorded already and says something else
        LINE_DIFFERS content: line 1 is recorded already and says something else
        LINE_DIFFERS content: line 1 is recorded already and says something else
        LINE_DIFFERS content: line 1 is recorded already and says something else
        BAD_FIELD line_number: the list has fewer lines, as its head says
        BAD_FIELD content:
          a roster has entries, a statement bank lines, a table figures
        NOT_FOUND subject: #1009 is not known in this ledger
        BAD_AMOUNT amount_fen:
          0 fen is not an amount that may be stated (1 to 10^15 fen)
        list.line_added"#]],
    );
    let all = and(&first, [add(1, 2, entry(2, 50))]);
    check(
        &all,
        &[add(1, 3, entry(2, 1))],
        expect!["BAD_FIELD line_number: the list has fewer lines, as its head says"],
    );
    check(
        &[start],
        &[add(1, 2, entry(2, 50))],
        expect!["LINE_GAP line_number: line 1 is the next one, not line 2"],
    );
    let world = World::given(&first);
    assert_eq!(row(&world, 1).next_line(), Some(2));
    assert_eq!(row(&World::given(&all), 1).next_line(), None);
}

#[test]
fn a_figure_is_what_json_holds() {
    let most = (1 << 53) - 1;
    let given = [begin(1, table(), 1, zeros())];
    let rows = [
        add(1, 1, figure("A", most + 1)),
        add(1, 1, figure("A", -most - 1)),
        add(1, 1, figure("A", -most)),
        add(1, 1, figure("A", most)),
    ];
    check(
        &given,
        &rows,
        expect![[r#"
        BAD_FIELD value: it is beyond 2^53 - 1
        BAD_FIELD value: it is beyond 2^53 - 1
        list.line_added
        list.line_added"#]],
    );
}

fn completion(kind: Value, count: u32, stated: Digest, lines: &[ListLine], then: Expect) {
    let mut given = and(&holding(), [begin(1, kind, count, stated)]);
    let numbered = (1..).zip(lines.iter().cloned());
    given.extend(numbered.map(|(number, line)| add(1, number, line)));
    check(&given, &[complete(1)], then);
}

#[test]
fn is_complete_only_when_it_is_what_its_head_says() {
    let lines = [entry(1, 100), entry(2, 50)];
    let right = digest(&lines);
    completion(
        roster(151),
        3,
        zeros(),
        &lines,
        expect![[r#"
        LIST_DIFFERS count:
          the head states count 3, the lines come to 2: 1 too little"#]],
    );
    completion(
        roster(151),
        2,
        zeros(),
        &lines,
        expect![[r#"
        LIST_DIFFERS total_fen:
          the head states total_fen 151, the lines come to 150: 1 too little"#]],
    );
    completion(
        roster(149),
        2,
        right,
        &lines,
        expect![[r#"
        LIST_DIFFERS total_fen:
          the head states total_fen 149, the lines come to 150: 1 too much"#]],
    );
    let mut others = filled(1, roster(150), &lines);
    others[0] = begin(1, roster(150), 2, zeros());
    let differs = Rejection::ListDigest {
        stated: zeros(),
        found: right,
    };
    assert_eq!(World::given(&others).decide(&complete(1)), Err(differs));
    completion(roster(150), 2, right, &lines, expect!["list.completed"]);

    // The same lines in another order are another list.
    let turned = [entry(2, 50), entry(1, 100)];
    assert_ne!(digest(&turned), right);

    let lines = [bank(1, "1", 100), bank(2, "2", -31)];
    let right = digest(&lines);
    completion(
        statement(1000, 1070),
        2,
        right,
        &lines,
        expect![[r#"
        LIST_DIFFERS closing_fen:
          the head states closing_fen 1070, the lines come to 1069: 1 too little"#]],
    );
    completion(
        statement(1000, 1069),
        2,
        right,
        &lines,
        expect!["list.completed"],
    );
    let lines = [figure("A", 3)];
    completion(
        table(),
        1,
        digest(&lines),
        &lines,
        expect!["list.completed"],
    );
}

#[test]
fn what_is_complete_or_dropped_is_so_for_good() {
    let lines = [entry(1, 100)];
    let start = || begin(1, roster(100), 2, zeros());
    let rows = [
        start(),
        add(1, 1, entry(1, 100)),
        add(1, 2, entry(2, 100)),
        complete(1),
        give_up(1),
    ];
    check(
        &completed(1, roster(100), &lines),
        &rows,
        expect![[r#"
        ALREADY_EXISTS list: #8001 exists already
        BAD_TRANSITION: list.add_line is not possible in state complete
        BAD_TRANSITION: list.add_line is not possible in state complete
        BAD_TRANSITION: list.complete is not possible in state complete
        BAD_TRANSITION: list.drop is not possible in state complete"#]],
    );
    check(
        &[start(), give_up(1)],
        &rows,
        expect![[r#"
        ALREADY_EXISTS list: #8001 exists already
        BAD_TRANSITION: list.add_line is not possible in state dropped
        BAD_TRANSITION: list.add_line is not possible in state dropped
        BAD_TRANSITION: list.complete is not possible in state dropped
        BAD_TRANSITION: list.drop is not possible in state dropped"#]],
    );
}

#[test]
fn nothing_counts_before_a_list_is_complete_or_after_it_was_dropped() {
    let lines = [entry(1, 100), entry(2, 50)];
    let open = filled(1, roster(150), &lines);
    for given in [open.clone(), and(&open, [give_up(1)])] {
        let world = World::given(&given);
        assert_eq!((due(&world.books, 1), due(&world.books, 2)), (0, 0));
    }
    let world = World::given(&completed(1, roster(150), &lines));
    assert_eq!((due(&world.books, 1), due(&world.books, 2)), (100, 50));
}

#[test]
fn an_entry_that_was_taken_back_is_due_no_longer() {
    let lines = [entry(1, 100), entry(2, 50)];
    let mut world = World::given(&completed(1, roster(150), &lines));
    let seq = |number| {
        let place = LinePlace { list: 1, number };
        world.books.list_lines.get(place).unwrap().seq
    };
    let (first, complete) = (seq(1), next(&world.events) - 1);
    let answers = [
        world.answer(&unsay(1, first, 99)),
        world.answer(&unsay(1, complete, 150)),
    ];
    expect![[r#"
        BAD_REVERSAL amount_fen:
          a reversal takes back exactly the amount that the record states
        BAD_REVERSAL seq:
          it states no amount: what follows a step or a statement is a new one"#]]
    .assert_eq(&answers.join("\n"));
    world.take(&unsay(1, first, 100));
    assert_eq!((due(&world.books, 1), due(&world.books, 2)), (0, 50));
    let row = row(&world, 1);
    assert_eq!((row.reversed, row.reversed_fen), (1, fen(100)));
}

#[test]
fn a_line_of_a_list_that_is_not_complete_is_taken_back_with_the_list() {
    let open = filled(1, roster(100), &[entry(1, 100)]);
    let mut world = World::given(&open);
    let place = LinePlace { list: 1, number: 1 };
    let seq = world.books.list_lines.get(place).unwrap().seq;
    // Observed all the same, it is as if it had never been once the list is complete.
    let answers = [
        world.answer(&unsay(1, seq, 100)),
        world.answer(&unsay(1, seq, 100).observed()),
    ];
    expect![[r#"
        BAD_REVERSAL seq: what came later rests on it: #8001
        record.reversed
        alert BAD_REVERSAL seq: what came later rests on it: #8001"#]]
    .assert_eq(&answers.join("\n"));
    world.take(&complete(1));
    assert_eq!(due(&world.books, 1), 0);
}

#[test]
fn a_line_is_kept_in_40_bytes_at_a_place_of_8() {
    assert_eq!(size_of::<(LinePlace, Line)>(), 48);
    assert_eq!(size_of::<(PersonId, Due)>(), 32);
}
