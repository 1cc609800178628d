//! A key is destroyed when every ledger that knows the person has erased it, and no sooner; what a
//! crash, or an old copy of the keys, left undone is done at the next start.

use super::sealing::name_in;
use super::*;
use ledger::entry::{EntryCommand, EntryConfirmation, EntryProposal};
use ledger::person::{ErasureBasis, PersonErasure};
use std::fs;

const NAME: &str = "甲某";

fn erasure(who: u128) -> Command {
    Command::Subject(PersonCommand::Erase(PersonErasure {
        person: person(who),
        basis: ErasureBasis::PurposeServed,
        document: reference(),
    }))
}

/// Proposed by one and confirmed by another, in a ledger.
pub(super) fn erase(rig: &Rig, ledger: LedgerId, number: u128, who: u128) {
    let entry = EntryId(id(14, number));
    let proposal = EntryProposal {
        entry,
        command: Box::new(erasure(who)),
        signatories: Vec::new(),
    };
    let confirmation = EntryConfirmation { entry };
    for (number, by, command) in [
        (number, 1, EntryCommand::Propose(proposal)),
        (number + 1, 2, EntryCommand::Confirm(confirmation)),
    ] {
        let caller = caller(by, &[Role::Finance]);
        let request = Request {
            ledger,
            caller,
            submissions: vec![submission(number, Command::Entry(command))],
            atomic: false,
        };
        let answers = rig.handle().submit_blocking(request).unwrap();
        assert!(answers[0].is_ok(), "{answers:?}");
    }
}

fn has_key(rig: &Rig) -> bool {
    rig.handle().has_key(person(1))
}

#[test]
fn the_key_goes_with_the_last_ledger_that_needs_it() {
    let mut rig = Rig::with_county();
    let other = LedgerId(id(1, 77));
    rig.accepted(vec![household(2, 1, NAME)]);
    for submission in [open(3), household(4, 1, NAME)] {
        let request = Request {
            ledger: other,
            caller: anyone(),
            submissions: vec![submission],
            atomic: false,
        };
        let answers = rig.handle().submit_blocking(request).unwrap();
        assert!(answers[0].is_ok(), "{answers:?}");
    }
    erase(&rig, county(), 10, 1);
    assert!(has_key(&rig), "the other ledger still needs it");
    assert_eq!(
        name_in(&rig, 2, true),
        name_in(&rig, 2, false),
        "and it opens nothing here"
    );
    rig.restart();
    assert!(has_key(&rig));
    erase(&rig, other, 20, 1);
    assert!(!has_key(&rig));
    rig.restart();
    assert!(!has_key(&rig));
}

#[test]
fn an_old_copy_of_the_keys_brings_no_name_back() {
    let mut rig = Rig::with_county();
    rig.accepted(vec![household(2, 1, NAME), household(3, 2, "乙某")]);
    let path = rig.dir.path().join("keys");
    let before = fs::read(&path).unwrap();
    erase(&rig, county(), 10, 1);
    let after = fs::read(&path).unwrap();
    assert!(after.len() < before.len(), "it is in the file no more");
    rig.stop();
    fs::write(&path, before).unwrap();
    rig.start();
    assert!(!has_key(&rig));
    assert_eq!(fs::read(&path).unwrap().len(), after.len());
    assert_ne!(
        name_in(&rig, 3, true),
        name_in(&rig, 3, false),
        "another's opens"
    );
}
