//! A key is destroyed when every ledger that knows the person has erased it, and no sooner; what a
//! crash, or an old copy of the keys, left undone is done at the next start.

use super::sealing::name_in;
use super::*;
use ledger::entry::{EntryCommand, EntryConfirmation, EntryProposal};
use ledger::person::{ErasureBasis, PersonErasure};
use ledger::token::{TokenCommand, TokenGrant};
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
pub(super) fn steps(ledger: LedgerId, number: u128, who: u128) -> [Request; 2] {
    let entry = EntryId(id(14, number));
    let proposal = EntryProposal {
        entry,
        command: Box::new(erasure(who)),
        signatories: Vec::new(),
    };
    let confirmation = EntryConfirmation { entry };
    let request = |by, number, command| Request {
        ledger,
        caller: caller(by, &[Role::Finance]),
        submissions: vec![submission(number, Command::Entry(command))],
        atomic: false,
    };
    [
        request(1, number, EntryCommand::Propose(proposal)),
        request(2, number + 1, EntryCommand::Confirm(confirmation)),
    ]
}

pub(super) fn erase(rig: &Rig, ledger: LedgerId, number: u128, who: u128) {
    for request in steps(ledger, number, who) {
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

#[test]
fn the_key_of_whoever_bears_a_token_stays() {
    let mut rig = Rig::with_county();
    rig.accepted(vec![household(2, 1, NAME)]);
    let grant = TokenGrant {
        token: TokenId(id(8, 8)),
        person: person(1),
        name: Some(PersonalText::clear(NAME.to_owned()).unwrap()),
        organisation: unit(1),
        roles: vec![Role::Reader],
        ledgers: Vec::new(),
        secret_hash: ledger::digest::Digest([7; 32]),
        expires_on: None,
    };
    let issue = submission(3, Command::Token(TokenCommand::Issue(grant)));
    let request = Request {
        ledger: rig.handle().system(),
        ..Rig::request(vec![issue], false)
    };
    let answers = rig.handle().submit_blocking(request).unwrap();
    assert!(answers[0].is_ok(), "{answers:?}");
    erase(&rig, county(), 10, 1);
    assert!(has_key(&rig), "who may open the books stays known");
    rig.restart();
    assert!(has_key(&rig));
}
