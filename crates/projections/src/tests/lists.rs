//! Promised: nothing of a list shows anywhere before it is complete, and afterwards a line of a
//! statement shows like one that was entered by hand, and an entry as due; a view that was read
//! from its form goes on with a list that was half recorded.

use super::world::{Kind, World, id, unit};
use crate::bank_lines::{Filter as LineFilter, bank_lines};
use crate::lists::{Filter, list, list_lines, lists, roster_entries, unfinished};
use crate::parts::Part;
use crate::search::query::Amounts;
use crate::search::{Query, find};
use crate::{Entry, View};
use ledger::ids::{ListId, PersonId};
use ledger::list::ListLine;
use ledger::list::digest::digest;
use ledger::list::rules::{ListState, Shape};
use serde_json::{Value, json};
use uuid::Uuid;

fn list_id(number: u128) -> ListId {
    ListId(Uuid::from_u128(0x8000 | number))
}

fn bank(number: u128, sequence: &str, fen: i64) -> Value {
    json!({"bank_line": {"line": id(Kind::Line, number), "account": id(Kind::Account, 1),
        "value_date": "2025-12-02", "direction": "in", "amount_fen": fen,
        "bank_sequence": sequence}})
}

fn entry(person: u128, fen: i64) -> Value {
    json!({"entry": {"subject": id(Kind::Person, person), "amount_fen": fen}})
}

fn starts(world: &mut World, number: u128, kind: &Value, lines: &[Value]) {
    let contents = lines.iter().cloned().map(serde_json::from_value);
    let contents: Vec<ListLine> = contents.collect::<Result<_, _>>().unwrap();
    world.does(json!({"list": {"start": {"list": list_id(number),
        "number": format!("QD-{number}"), "document": "名册.xlsx", "count": lines.len(),
        "digest": digest(&contents), "kind": kind}}}));
}

fn adds(world: &mut World, number: u128, first: usize, lines: &[Value]) {
    for (line_number, content) in (first..).zip(lines) {
        world.does(json!({"list": {"add_line": {"list": list_id(number),
            "line_number": line_number, "content": content}}}));
    }
}

fn completes(world: &mut World, number: u128) {
    world.does(json!({"list": {"complete": {"list": list_id(number)}}}));
}

fn statement(opening: i64, closing: i64) -> Value {
    json!({"statement": {"account": id(Kind::Account, 1), "from": "2025-12-01",
        "to": "2025-12-10", "opening_fen": opening, "closing_fen": closing}})
}

fn roster(total: i64) -> Value {
    json!({"roster": {"programme": "农机补贴", "period": "2025", "total_fen": total}})
}

/// Account 1 of unit 1, and persons 1 to 3.
fn world() -> World {
    let mut world = World::new();
    world.registers_unit(1, "county", 0);
    world.does(
        json!({"account": {"open": {"account": id(Kind::Account, 1), "kind": "unit",
        "owner": unit(1), "bank": "农商行", "masked_number": "****0001"}}}),
    );
    (1..=3).for_each(|number| world.registers_person(number));
    world
}

/// What can be asked about bank lines and persons, and found, of a world with this list.
fn told(view: &View) -> (usize, usize, Vec<i64>) {
    let day = "2025-12-31".parse().unwrap();
    let lines = bank_lines(view, day, LineFilter::default(), 0, 100);
    let query = Query::new("YH-7001", None, Amounts::default()).unwrap();
    let found = find(view, &query, 0, 100).page.total;
    let due = (1..=3).map(|number| {
        let person = PersonId(id(Kind::Person, number));
        let due = roster_entries(view, person, 0, 100).unwrap();
        due.total_fen.get()
    });
    (lines.lines.total, found, due.collect())
}

#[test]
fn nothing_of_a_list_shows_before_it_is_complete() {
    let mut world = world();
    let lines = [bank(1, "YH-7001", 100), bank(2, "YH-7002", 30)];
    let entries = [entry(1, 60), entry(2, 50)];
    let none = (0, 0, vec![0, 0, 0]);
    starts(&mut world, 1, &statement(0, 130), &lines);
    adds(&mut world, 1, 1, &lines);
    starts(&mut world, 2, &roster(110), &entries);
    adds(&mut world, 2, 1, &entries);
    starts(&mut world, 3, &statement(0, 130), &lines);
    assert_eq!(told(&world.view), none);
    world.does(json!({"list": {"drop": {"list": list_id(3), "reason": "重复"}}}));
    assert_eq!(told(&world.view), none);

    completes(&mut world, 1);
    assert_eq!(told(&world.view), (2, 1, vec![0, 0, 0]));
    completes(&mut world, 2);
    assert_eq!(told(&world.view), (2, 1, vec![60, 50, 0]));
    // What the bank says again is no second line, and is not found as one.
    starts(
        &mut world,
        4,
        &statement(100, 200),
        &[bank(9, "YH-7001", 100)],
    );
    adds(&mut world, 4, 1, &[bank(9, "YH-7001", 100)]);
    completes(&mut world, 4);
    assert_eq!(told(&world.view), (2, 1, vec![60, 50, 0]));
}

#[test]
fn a_list_says_which_line_comes_next_and_waits_as_a_task_until_it_is_complete_or_dropped() {
    let mut world = world();
    let entries = [entry(1, 60), entry(2, 50)];
    world.on("2025-12-10");
    starts(&mut world, 1, &roster(110), &entries);
    adds(&mut world, 1, 1, &entries[..1]);
    world.on("2025-12-12");
    let lines = [bank(1, "YH-7001", 100)];
    starts(&mut world, 2, &statement(0, 100), &lines);
    adds(&mut world, 2, 1, &lines);
    world.on("2025-12-31");

    let waits = |world: &World| {
        let lists = unfinished(&world.view, world.today, 0, 100).entries;
        let lists = lists.into_iter();
        lists
            .map(|it| (it.list.list, it.list.next_line, it.waiting_days))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        waits(&world),
        [(list_id(1), Some(2), 21), (list_id(2), None, 19)]
    );
    let pending = list_lines(&world.view, list_id(2), 0, 100).unwrap().entries;
    let pending = pending.first().unwrap();
    assert!(!pending.counts && pending.bank_line.is_none());
    completes(&mut world, 2);
    world.does(json!({"list": {"drop": {"list": list_id(1), "reason": "有误"}}}));
    assert!(waits(&world).is_empty());

    let state = |number| list(&world.view, list_id(number)).unwrap().state.word;
    assert_eq!((state(1), state(2)), ("dropped", "complete"));
    let chosen = |state, shape| {
        let filter = Filter { state, shape };
        lists(&world.view, filter, 0, 100).total
    };
    assert_eq!(chosen(None, None), 2);
    assert_eq!(chosen(Some(ListState::Open), None), 0);
    assert_eq!(chosen(None, Some(Shape::Roster)), 1);
    assert_eq!(chosen(Some(ListState::Complete), Some(Shape::Roster)), 0);
    let done = list_lines(&world.view, list_id(2), 0, 100).unwrap().entries;
    let done = done.first().unwrap();
    assert!(done.counts && done.bank_line.is_some() && !done.known);
    assert!(list(&world.view, list_id(9)).is_none());
    assert!(list_lines(&world.view, list_id(9), 0, 1).is_none());
}

/// A start from a snapshot in the middle of a list.
#[test]
fn a_view_that_was_read_goes_on_with_a_half_recorded_list() {
    let mut world = world();
    let lines = [bank(1, "YH-7001", 100), bank(2, "YH-7002", 30)];
    starts(&mut world, 1, &statement(0, 130), &lines);
    adds(&mut world, 1, 1, &lines[..1]);
    let mut other = View::at(world.view.head());
    for part in Part::ALL {
        let mut bytes = Vec::new();
        world.view.write_part(part, &mut bytes).unwrap();
        let len = u64::try_from(bytes.len()).unwrap();
        other.read_part(part, &mut &*bytes, len).unwrap();
    }
    assert_eq!(told(&other), (0, 0, vec![0, 0, 0]));
    let before = world.facts.len();
    adds(&mut world, 1, 2, &lines[1..]);
    completes(&mut world, 1);
    for (seq, fact) in (1..).zip(&world.facts).skip(before) {
        other.apply(&Entry {
            position: seq * 100,
            seq,
            recorded_at_us: super::world::noon_us(world.today),
            hash: [7; 32],
            fact,
        });
    }
    assert_eq!(told(&other), told(&world.view));
    assert_eq!(told(&other).0, 2);
    assert_eq!(
        list(&other, list_id(1)).unwrap(),
        list(&world.view, list_id(1)).unwrap()
    );
}

#[test]
fn an_observed_duplicate_raises_a_question_when_it_counts_and_not_before() {
    let mut world = world();
    let entries = [entry(1, 60), entry(1, 50)];
    starts(&mut world, 1, &roster(110), &entries);
    for (line_number, content) in (1..).zip(&entries) {
        world.sees(json!({"list": {"add_line": {"list": list_id(1),
            "line_number": line_number, "content": content}}}));
    }
    assert_eq!(world.view.alerts.len(), 0);
    let completion = json!({"list": {"complete": {"list": list_id(1)}}});
    assert_eq!(world.refused(completion.clone()), "DUPLICATE_ENTRY");
    world.sees(completion);
    assert_eq!(world.view.alerts.len(), 1);
    assert_eq!(told(&world.view).2, [110, 0, 0]);
}
