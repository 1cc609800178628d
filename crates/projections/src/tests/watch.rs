//! Rectification seen from above: letters that are due, months with missing legs, pledges with a
//! gap, and whose verifications held.

use super::items::inspected;
use super::world::*;
use crate::cycles::{CycleFilter, CycleView, cycle_view, cycles};
use crate::items::{ItemFilter, item_lines};
use crate::letters::{letters_due, letters_sent};
use crate::pledges::{pledges, unnamed};
use crate::tasks::{Grouping, completion};
use ledger::ids::{CycleId, OverlayId};
use serde_json::{Value, json};

const COUNTY: u128 = 1;
const TOWN: u128 = 2;
const OTHER_TOWN: u128 = 3;
const VILLAGE: u128 = 4;
const OFFICE: u128 = 5;

/// Item 1 of the village, 2 of the town, 3 of the other town: due on 2018-09-28, and issued.
fn three() -> World {
    let mut world = inspected();
    world.registers_person(41);
    world.registers_person(42);
    for (number, responsible) in [(1, VILLAGE), (2, TOWN), (3, OTHER_TOWN)] {
        let draft = json!({"item": {"draft": {
            "item": id(Kind::Item, number), "number": format!("问题{number:03}"),
            "round": id(Kind::Round, 1), "category": "groundwork", "scope": "individual",
            "severity": "minor", "facts": "台账不全", "amount_involved_fen": 0,
            "recovery_required_fen": 0, "responsible_unit": unit(responsible),
            "responsible_person": (number != 2).then(|| id(Kind::Person, 41)),
            "deadline_rule": "inspection_feedback"}}});
        world.by(31, OFFICE).does(draft);
        world.does(json!({"item": {"issue": {"item": id(Kind::Item, number)}}}));
    }
    world
}

fn of_month(world: &World, today: &str, month: &str) -> Vec<CycleView> {
    let month = month.parse().unwrap();
    cycles(&world.view, day(today), month, &CycleFilter::default())
}

/// `unit: under way, overdue, missing`, unit by unit.
fn told(rows: &[CycleView]) -> Vec<(u128, usize, usize, String)> {
    let row = |row: &CycleView| {
        let legs: Vec<_> = row.missing.iter().map(|leg| leg.word).collect();
        let number = row.unit.organisation.0.as_u128() & 0xff;
        (number, row.under_way, row.overdue.len(), legs.join(" "))
    };
    let mut told: Vec<_> = rows.iter().map(row).collect();
    told.sort_unstable();
    told
}

fn opens(world: &mut World, number: u128, of: u128, month: &str) {
    let cycle = id(Kind::Cycle, number);
    world.by(31, OFFICE).does(json!({"cycle": {"open": {
        "cycle": cycle, "unit": unit(of), "month": month}}}));
}

#[test]
fn a_month_is_missing_where_nobody_opened_one() {
    let mut world = three();
    let two = "dispatch supervision".to_owned();
    let three = "dispatch supervision accountability".to_owned();
    let rows = of_month(&world, "2018-08-15", "2018-08");
    let expected = [TOWN, OTHER_TOWN, VILLAGE].map(|it| (it, 1, 0, two.clone()));
    assert_eq!(told(&rows), expected);
    assert!(
        rows.iter()
            .all(|row| row.cycle.is_none() && !row.month_over)
    );
    // The due date is the 28th of September: overdue by the end of that month, not by the 28th.
    let rows = of_month(&world, "2018-09-28", "2018-09");
    assert!(told(&rows).iter().all(|row| row.2 == 0));
    let rows = of_month(&world, "2018-11-11", "2018-09");
    assert!(rows.iter().all(|row| row.month_over));
    assert_eq!(told(&rows)[0], (TOWN, 1, 1, three));
    // Nothing was under way before the feedback, and nothing is in a month that has not begun.
    assert!(of_month(&world, "2018-11-11", "2018-06").is_empty());
    assert!(of_month(&world, "2018-08-15", "2018-09").is_empty());

    // The town's cycle is the village's too, until that has its own.
    world.on("2018-08-15");
    opens(&mut world, 1, TOWN, "2018-08");
    let rows = of_month(&world, "2018-08-15", "2018-08");
    assert_eq!(told(&rows)[0], (TOWN, 2, 0, two.clone()));
    assert_eq!(rows.len(), 2);
    opens(&mut world, 2, VILLAGE, "2018-08");
    let meeting = json!({"cycle": id(Kind::Cycle, 2), "document": "纪要1号"});
    world.does(json!({"cycle": {"hold_dispatch": meeting}}));
    let rows = of_month(&world, "2018-08-15", "2018-08");
    let village = (VILLAGE, 1, 0, "supervision".to_owned());
    let expected = [(TOWN, 1, 0, two.clone()), (OTHER_TOWN, 1, 0, two), village];
    assert_eq!(told(&rows), expected);
    let one = cycle_view(&world.view, day("2018-08-15"), CycleId(id(Kind::Cycle, 2)));
    assert!(rows.contains(&one.unwrap()));
    let within = CycleFilter {
        within: Some(unit(TOWN)),
        missing: true,
    };
    let month = "2018-08".parse().unwrap();
    let rows = cycles(&world.view, day("2018-08-15"), month, &within);
    assert_eq!(rows.len(), 2);
}

#[test]
fn letters_are_due_by_unit_and_the_highest_rung_comes_first() {
    let mut world = three();
    let letter = json!({"item": id(Kind::Item, 3), "kind": "urging", "number": "督办1号"});
    world.on("2018-10-01").by(31, OFFICE);
    world.does(json!({"item": {"send_letter": letter}}));
    let due = |today: &str, within: Option<u128>| {
        let filter = ItemFilter {
            within: within.map(unit),
            ..ItemFilter::default()
        };
        letters_due(&world.view, day(today), &filter, 0, 10)
    };
    let words = |today: &str| {
        let letters = due(today, None).letters.entries.into_iter();
        letters
            .map(|task| format!("{} {}", task.line.number, task.letter.word))
            .collect::<Vec<_>>()
    };
    assert_eq!(words("2018-10-02"), ["问题001 urging", "问题002 urging"]);
    assert_eq!(
        words("2018-10-28"),
        ["问题003 warning", "问题001 urging", "问题002 urging"]
    );
    let town = due("2018-10-28", Some(TOWN));
    assert_eq!(town.units.len(), 2);
    assert!(
        town.units
            .iter()
            .all(|row| (row.urgings, row.warnings) == (1, 0))
    );
    let other = due("2018-10-28", Some(OTHER_TOWN));
    let task = &other.letters.entries[0];
    assert_eq!(task.waiting_days, 0);
    assert_eq!(task.last.as_ref().unwrap().number.as_str(), "督办1号");
    let sent = letters_sent(
        &world.view,
        day("2018-10-28"),
        &ItemFilter::default(),
        0,
        10,
    );
    assert_eq!(sent.entries, [task.last.clone().unwrap()]);
}

fn pledge(number: u128, from: u128, to: u128, starts_on: &str, ends_on: &str) -> Value {
    json!({"pledge": {"sign": {
        "pledge": id(Kind::Pledge, number), "from_unit": unit(from),
        "from_person": id(Kind::Person, 41), "to_unit": unit(to),
        "to_person": id(Kind::Person, 42), "targets": ["按期销号"], "starts_on": starts_on,
        "ends_on": ends_on, "document": "责任状1号"}}})
}

#[test]
fn a_gap_in_the_tree_of_pledges_is_named_as_of_the_day() {
    let mut world = three();
    let gaps = |world: &World, today: &str| {
        let page = unnamed(&world.view, day(today), &ItemFilter::default(), 0, 10);
        let row = |row: crate::pledges::UnnamedItem| {
            let units = row.pledges_missing.into_iter();
            let units = units.map(|unit| unit.organisation.0.as_u128() & 0xff);
            (
                row.line.number.to_string(),
                row.person_missing,
                units.collect(),
            )
        };
        page.entries
            .into_iter()
            .map(row)
            .collect::<Vec<(_, _, Vec<u128>)>>()
    };
    let row =
        |number: &str, person: bool, units: &[u128]| (number.to_owned(), person, units.to_vec());
    // Without any pledge each responsible unit lacks its own.
    assert_eq!(
        gaps(&world, "2018-10-01"),
        [
            row("问题001", false, &[VILLAGE]),
            row("问题002", true, &[TOWN]),
            row("问题003", false, &[OTHER_TOWN]),
        ]
    );
    world.on("2018-08-01").by(31, OFFICE);
    world.does(pledge(1, COUNTY, OTHER_TOWN, "2018", "2018"));
    world.does(pledge(2, TOWN, VILLAGE, "2018", "2018"));
    assert_eq!(
        gaps(&world, "2018-10-01"),
        [row("问题002", true, &[TOWN])],
        "nobody above the town has demanded one for the village's way up"
    );
    world.does(pledge(3, COUNTY, TOWN, "2018-01-01", "2018-09-30"));
    assert_eq!(gaps(&world, "2018-09-30"), [row("问题002", true, &[])]);
    // On the day after, the town's has ended.
    assert_eq!(gaps(&world, "2018-10-01"), [row("问题002", true, &[TOWN])]);
    let listed = pledges(&world.view, day("2018-10-01"), Some(unit(TOWN)));
    assert_eq!(listed.len(), 2);
    assert!(listed[0].in_force && !listed[1].in_force);

    // The village's items are the town's too.
    let filter = ItemFilter::default();
    let rates = completion(&world.view, day("2018-09-30"), Grouping::Pledge, &filter);
    let mut figures: Vec<_> = rates
        .groups
        .iter()
        .map(|group| (group.figures.denominator, group.above.is_some()))
        .collect();
    figures.sort_unstable();
    assert_eq!(figures, [(1, false), (1, true), (2, false)]);
    assert_eq!(rates.total.denominator, 3);
}

#[test]
fn a_zone_holds_the_items_of_its_members_on_the_day() {
    let world = three();
    let in_zone = |today: &str| {
        let filter = ItemFilter {
            zone: Some(OverlayId(id(Kind::Zone, 1))),
            ..ItemFilter::default()
        };
        item_lines(&world.view, day(today), &filter, 0, 10).total
    };
    assert_eq!((in_zone("2018-12-31"), in_zone("2019-01-01")), (2, 0));
}
