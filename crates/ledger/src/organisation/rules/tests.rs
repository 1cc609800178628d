//! Promised: units form a tree that is at most 16 deep and in which nobody stands below a unit of
//! a lower level.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "in a test a panic is the message"
)]

use super::*;
use crate::Command;
use crate::organisation::OrganisationRenaming;
use crate::testing::*;
use expect_test::expect;

fn rename(number: u128) -> Ask {
    let renaming = OrganisationRenaming {
        organisation: unit(number),
        name: Name::new("新名").unwrap(),
    };
    ask(Command::Organisation(OrganisationCommand::Rename(renaming)))
}

/// Units 101, 102, …, each below the one before.
fn line(depth: u128) -> Vec<Ask> {
    (0..depth)
        .map(|place| {
            let parent = (place > 0).then_some(100 + place);
            register_unit(101 + place, Level::Village, parent)
        })
        .collect()
}

#[test]
fn registers_a_unit_once() {
    let rows = [
        register_unit(COUNTY, Level::Nation, Some(NOWHERE)),
        register_unit(7, Level::Nation, Some(NOWHERE)),
        register_unit(7, Level::Nation, Some(7)),
    ];
    check(
        &[],
        &rows,
        expect![[r#"
        ALREADY_EXISTS organisation: #0002 exists already
        NOT_FOUND parent: #0063 is not known in this ledger
        NOT_FOUND parent: #0007 is not known in this ledger"#]],
    );
}

#[test]
fn a_unit_is_not_of_a_higher_level_than_the_one_above_it() {
    let below_county = |level| register_unit(7, level, Some(COUNTY));
    let rows: Vec<_> = Level::ALL
        .iter()
        .map(|level| below_county(*level))
        .collect();
    check(
        &[],
        &rows,
        expect![[r#"
        BAD_FIELD level: a unit cannot be of a higher level than the one above it
        BAD_FIELD level: a unit cannot be of a higher level than the one above it
        BAD_FIELD level: a unit cannot be of a higher level than the one above it
        organisation.registered
        organisation.registered
        organisation.registered
        organisation.registered"#]],
    );
}

#[test]
fn the_tree_is_at_most_16_deep() {
    check(
        &line(15),
        &line(16)[15..],
        expect!["organisation.registered"],
    );
    let seventeenth = register_unit(117, Level::Village, Some(116));
    let both_wrong = register_unit(117, Level::Nation, Some(116));
    check(
        &line(16),
        &[both_wrong, seventeenth],
        expect![[r#"
        BAD_FIELD level: a unit cannot be of a higher level than the one above it
        BAD_FIELD parent: the tree would be deeper than 16"#]],
    );
}

#[test]
fn the_lowest_of_16_still_lies_within_the_highest() {
    let world = World::given(&line(16));
    assert!(is_within(&world.books, unit(116), unit(101)));
    assert!(!is_within(&world.books, unit(101), unit(116)));
    assert_eq!(
        upwards(&world.books, unit(103)).collect::<Vec<_>>(),
        [unit(103), unit(102), unit(101)]
    );
}

#[test]
fn a_unit_lies_within_itself() {
    let world = World::new();
    assert!(is_within(&world.books, unit(TOWN), unit(TOWN)));
    assert!(is_within(&world.books, unit(TOWN), unit(COUNTY)));
    assert!(!is_within(&world.books, unit(TOWN), unit(BUREAU)));
}

#[test]
fn renames_only_a_known_unit() {
    check(
        &[],
        &[rename(NOWHERE), rename(TOWN)],
        expect![[r#"
        NOT_FOUND organisation: #0063 is not known in this ledger
        organisation.renamed"#]],
    );
    let world = World::given(&[rename(TOWN)]);
    let town = world.books.organisations.get(unit(TOWN)).unwrap();
    assert_eq!((town.name.as_str(), town.version), ("新名", 2));
}
