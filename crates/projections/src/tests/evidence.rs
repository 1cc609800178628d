//! Evidence: what there is of a subject, retracted or not, and which records name a file.

use super::items::inspected;
use super::world::*;
use crate::evidence::{Naming, evidence_line, evidence_lines};
use ledger::digest::Digest;
use ledger::ids::{EvidenceId, ItemId, Subject};
use serde_json::{Value, json};

fn evidence(number: u128) -> EvidenceId {
    EvidenceId(id(Kind::Evidence, number))
}

/// Evidence of a unit: a file of 64 times the digit.
fn add(number: u128, of: u128, digit: &str) -> Value {
    json!({"evidence": {"add": {
        "evidence": evidence(number), "subject": unit(of), "sha256": digit.repeat(64),
        "size": 3, "media_type": "image/png", "captured_on": "2018-06", "captured_by": unit(7),
        "description": "现场照片",
    }}})
}

fn of_unit(world: &World, number: u128) -> Vec<(EvidenceId, bool)> {
    let subject = Some(Subject(unit(number).0));
    let page = evidence_lines(&world.view, subject, 0, 10);
    let lines = page.entries.iter();
    lines
        .map(|line| (line.evidence, line.retracted.is_some()))
        .collect()
}

#[test]
fn evidence_stays_in_its_subjects_list_when_it_is_retracted() {
    let mut world = World::new();
    world.registers_unit(1, "county", 0);
    world.registers_unit(2, "town", 1);
    world.does(add(1, 1, "a"));
    world.does(add(2, 2, "b"));
    world.does(add(3, 1, "a"));
    world.by(5, 1);
    world.does(json!({"evidence": {"retract": {"evidence": evidence(1), "reason": "拍错"}}}));
    assert_eq!(
        of_unit(&world, 1),
        [(evidence(1), true), (evidence(3), false)]
    );
    assert_eq!(of_unit(&world, 2), [(evidence(2), false)]);
    assert_eq!(of_unit(&world, 3), []);
    let all = evidence_lines(&world.view, None, 1, 1);
    assert_eq!((all.total, all.more, all.entries.len()), (3, true, 1));
    assert_eq!(all.entries[0].evidence, evidence(2));
    let line = evidence_line(&world.view, evidence(1)).unwrap();
    let retracted = line.retracted.unwrap();
    assert_eq!((retracted.reason.as_str(), line.version), ("拍错", 2));
    assert_eq!(
        (retracted.by, line.recorded_by),
        (who(5, 1).person, who(1, 1).person)
    );
}

#[test]
fn every_record_that_names_a_file_is_found_by_its_hash() {
    let mut world = inspected();
    // The measure's own evidence.
    world.asks(1, 2);
    world.does(add(1, 1, "a"));
    world.does(add(2, 2, "a"));
    let naming = |text: &str| {
        let digest: Digest = text.parse().unwrap();
        world.view.evidence.naming(digest).to_vec()
    };
    assert_eq!(
        naming(&"a".repeat(64)),
        [1, 2].map(|number| Naming::Evidence(evidence(number)))
    );
    let item = ItemId(id(Kind::Item, 1));
    assert_eq!(naming(&"ab".repeat(32)), [Naming::Item(item)]);
    assert_eq!(naming(&"c".repeat(64)), []);
}
