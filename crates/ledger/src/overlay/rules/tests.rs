//! Promised: a unit belongs to a zone on the days of its membership, both ends included, with all
//! that lies below it; and once at a time.

use super::*;
use crate::Command;
use crate::overlay::{OverlayDefinition, OverlayDeparture, OverlayMembership};
use crate::testing::*;
use expect_test::expect;
use uuid::Uuid;

fn overlay(number: u128) -> OverlayId {
    OverlayId(Uuid::from_u128(0x6000 | number))
}

fn define(number: u128) -> Ask {
    ask(Command::Overlay(OverlayCommand::Define(
        OverlayDefinition {
            overlay: overlay(number),
            kind: OverlayKind::WarZone,
            name: name(),
            commander: None,
        },
    )))
}

fn add(number: u128, member: u128, from: &str) -> Ask {
    ask(Command::Overlay(OverlayCommand::AddMember(
        OverlayMembership {
            overlay: overlay(number),
            organisation: unit(member),
            from: from.parse().unwrap(),
        },
    )))
}

fn remove(number: u128, member: u128, until: &str) -> Ask {
    ask(Command::Overlay(OverlayCommand::RemoveMember(
        OverlayDeparture {
            overlay: overlay(number),
            organisation: unit(member),
            until: until.parse().unwrap(),
        },
    )))
}

/// The zones of a unit on each of these days.
fn zones(given: &[Ask], member: u128, days: &[&str]) -> Vec<Vec<OverlayId>> {
    let world = World::given(given);
    let zones = |day: &&str| zones_of(&world.books, unit(member), day.parse().unwrap());
    days.iter().map(zones).collect()
}

#[test]
fn defines_a_zone_once() {
    check(
        &[define(1)],
        &[define(1), define(2)],
        expect![[r#"
        ALREADY_EXISTS overlay: #6001 exists already
        overlay.defined"#]],
    );
}

#[test]
fn adds_a_known_unit_to_a_known_zone_once_at_a_time() {
    let given = [define(1), add(1, TOWN, "2018-01-01")];
    let rows = [
        add(2, NOWHERE, "2018-01-01"),
        add(1, NOWHERE, "2018-01-01"),
        add(1, TOWN, "2019-01-01"),
        add(1, VILLAGE, "2018-01-01"),
    ];
    check(
        &given,
        &rows,
        expect![[r#"
        NOT_FOUND overlay: #6002 is not known in this ledger
        NOT_FOUND organisation: #0063 is not known in this ledger
        ALREADY_EXISTS organisation: #0003 exists already
        overlay.member_added"#]],
    );
    let left = and(&given, [remove(1, TOWN, "2018-06-30")]);
    check(
        &left,
        &[add(1, TOWN, "2018-07-01")],
        expect!["overlay.member_added"],
    );
}

#[test]
fn removes_only_who_is_a_member_and_not_before_the_first_day() {
    let given = [define(1), add(1, TOWN, "2018-03-02")];
    let rows = [
        remove(2, TOWN, "2018-03-02"),
        remove(1, VILLAGE, "2018-03-02"),
        remove(1, TOWN, "2018-03-01"),
        remove(1, TOWN, "2018-02"),
        remove(1, TOWN, "2018-03-02"),
        remove(1, TOWN, "2018-03"),
        remove(1, TOWN, "unknown"),
    ];
    check(
        &given,
        &rows,
        expect![[r#"
        NOT_FOUND overlay: #6002 is not known in this ledger
        NOT_FOUND organisation: #0004 is not known in this ledger
        BAD_DATE until: it lies before the first day of the membership
        BAD_DATE until: it lies before the first day of the membership
        overlay.member_removed
        overlay.member_removed
        overlay.member_removed"#]],
    );
    let left = and(&given, [remove(1, TOWN, "2018-12-31")]);
    check(
        &left,
        &[remove(1, TOWN, "2018-12-31")],
        expect!["NOT_FOUND organisation: #0003 is not known in this ledger"],
    );
}

#[test]
fn a_membership_has_its_first_and_its_last_day() {
    let days = ["2018-02-28", "2018-03-01", "2018-06-30", "2018-07-01"];
    let given = [
        define(1),
        add(1, TOWN, "2018-03-01"),
        remove(1, TOWN, "2018-06-30"),
    ];
    let (inside, outside) = (vec![overlay(1)], vec![]);
    let expected = [outside.clone(), inside.clone(), inside, outside];
    assert_eq!(zones(&given, TOWN, &days), expected);
}

#[test]
fn a_date_known_less_exactly_counts_with_the_whole_of_its_period() {
    let days = ["2017-12-31", "2018-01-01", "2018-09-30", "2018-10-01"];
    let given = [define(1), add(1, TOWN, "2018"), remove(1, TOWN, "2018-Q3")];
    let (inside, outside) = (vec![overlay(1)], vec![]);
    let expected = [outside.clone(), inside.clone(), inside, outside];
    assert_eq!(zones(&given, TOWN, &days), expected);
}

#[test]
fn an_unknown_first_day_is_before_every_day_and_an_unknown_last_day_after() {
    let given = [
        define(1),
        add(1, TOWN, "unknown"),
        remove(1, TOWN, "unknown"),
    ];
    let all = zones(&given, TOWN, &["0001-01-01", "2018-07-01", "9999-12-31"]);
    assert_eq!(all, vec![vec![overlay(1)]; 3]);
}

#[test]
fn a_unit_belongs_to_the_zones_of_those_above_it_in_one_order() {
    let given = [
        define(2),
        define(1),
        add(2, TOWN, "2018"),
        add(1, COUNTY, "2018"),
    ];
    let day = ["2018-07-01"];
    assert_eq!(zones(&given, VILLAGE, &day), [[overlay(1), overlay(2)]]);
    assert_eq!(zones(&given, COUNTY, &day), [[overlay(1)]]);
    assert_eq!(zones(&given, COMPANY, &day), [[]; 1]);
}
