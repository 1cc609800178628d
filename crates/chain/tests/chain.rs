//! What a chain promises: the next record is made and checked, a changed byte is found, a command's
//! parts stay together, and the published vectors verify for ever.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "in a test a panic is the message"
)]

use std::collections::HashMap;

use chain::{
    BODY_LEN_MAX, Broken, Check, Error, Hash, Head, Header, LedgerId, Parts, Record,
    command_digest, ledger_root,
};
use uuid::Uuid;

const LEDGER: LedgerId = LedgerId::from_bytes(*b"county ledger 01");
const COMMAND: Uuid = Uuid::from_bytes(*b"command number 1");

fn digest() -> Hash {
    command_digest(*b"actor number one", LEDGER, b"a command")
}

fn two_records() -> (Head, Record, Record) {
    let head = Head::genesis(LEDGER);
    let first = head
        .link(1_000, COMMAND, 1, 2, digest(), b"first body".to_vec())
        .unwrap();
    let second = head
        .after(&first)
        .unwrap()
        .link(1_000, COMMAND, 2, 2, digest(), vec![])
        .unwrap();
    (head, first, second)
}

#[test]
fn makes_and_checks_the_next_record() {
    let (genesis, first, second) = two_records();
    assert_eq!((genesis.seq, genesis.hash), (0, ledger_root(LEDGER)));
    assert_eq!(first.header.parent, ledger_root(LEDGER));
    assert_eq!(second.header.parent, first.hash);
    let head = genesis.after(&first).unwrap().after(&second).unwrap();
    assert_eq!(head, Head::of(&second));
    assert_eq!((head.seq, head.hash), (2, second.hash));
}

#[test]
fn link_refuses_what_could_not_be_checked() {
    let (_, first, _) = two_records();
    let head = Head::of(&first);
    let link = |at, part, parts, len| head.link(at, COMMAND, part, parts, digest(), vec![0; len]);
    assert!(link(1_000, 1, 1, BODY_LEN_MAX).is_ok());
    assert_eq!(
        link(1_000, 1, 1, 6145),
        Err(Error::BodyTooLong { len: 6145 })
    );
    assert_eq!(
        link(999, 1, 1, 0),
        Err(Error::TimeBackwards {
            last_us: 1_000,
            given_us: 999
        })
    );
    assert_eq!(link(1_000, 0, 1, 0), Err(Error::Part { part: 0, parts: 1 }));
    assert_eq!(link(1_000, 2, 1, 0), Err(Error::Part { part: 2, parts: 1 }));
    let full = Head {
        seq: u64::MAX,
        ..head
    };
    assert_eq!(
        full.link(1_000, COMMAND, 1, 1, digest(), vec![]),
        Err(Error::Seq)
    );
}

#[test]
fn names_the_check_that_failed_in_order_of_precedence() {
    let (_, first, second) = two_records();
    let head = Head::of(&first);
    let check = |expected, change: &dyn Fn(&mut Record)| {
        let mut record = second.clone();
        change(&mut record);
        let broken = Broken {
            ledger: LEDGER,
            seq: 2,
            check: expected,
        };
        assert_eq!(head.after(&record), Err(broken));
    };
    check(Check::Hash, &|record| record.hash = digest());
    check(Check::Hash, &|record| {
        record.header.command_id = Uuid::nil()
    });
    check(Check::Body, &|record| record.body.push(0));
    check(Check::Parts, &|record| record.header.part = 3);
    check(Check::Time, &|record| {
        record.header.recorded_at_us = 999;
        record.header.part = 3;
    });
    check(Check::Parent, &|record| {
        record.header.parent = digest();
        record.header.recorded_at_us = 999;
    });
    check(Check::Seq, &|record| {
        record.header.seq = 3;
        record.header.parent = digest();
    });
    check(Check::Ledger, &|record| {
        record.header.ledger = LedgerId(Uuid::nil());
        record.header.seq = 3;
    });
}

#[test]
fn finds_every_flipped_bit_of_header_hash_and_body() {
    let (genesis, first, _) = two_records();
    let bytes = [
        &first.header.to_bytes()[..],
        first.hash.as_bytes(),
        &first.body,
    ]
    .concat();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << bit;
            let Ok(header) = Header::from_bytes(&changed[..156]) else {
                continue;
            };
            let hash = Hash::from_bytes(changed[156..188].try_into().unwrap());
            let record = Record {
                header,
                hash,
                body: changed[188..].to_vec(),
            };
            assert!(genesis.after(&record).is_err(), "byte {at} bit {bit}");
        }
    }
}

#[test]
fn a_body_belongs_to_its_header() {
    let (_, first, second) = two_records();
    assert_eq!(
        Record::new(first.header, first.body.clone()),
        Ok(first.clone())
    );
    assert_eq!(Record::new(first.header, second.body), Err(Error::Body));
    assert_eq!(
        Record::new(first.header, b"First body".to_vec()),
        Err(Error::Body)
    );
}

#[test]
fn parts_come_whole_and_in_order() {
    let header = |command_id, part, parts| {
        let (_, first, _) = two_records();
        Header {
            command_id,
            part,
            parts,
            ..first.header
        }
    };
    let other = Uuid::nil();
    let follow = |headers: &[Header]| {
        let mut parts = Parts::default();
        headers
            .iter()
            .try_for_each(|header| parts.next(header))
            .map(|()| parts.is_whole())
    };
    let broken = Err(Broken {
        ledger: LEDGER,
        seq: 1,
        check: Check::Parts,
    });
    let (one, two, three) = (
        header(COMMAND, 1, 3),
        header(COMMAND, 2, 3),
        header(COMMAND, 3, 3),
    );
    assert_eq!(follow(&[]), Ok(true));
    assert_eq!(follow(&[one, two, three]), Ok(true));
    assert_eq!(follow(&[header(other, 1, 1), one, two]), Ok(false));
    assert_eq!(follow(&[two]), broken);
    assert_eq!(follow(&[one, three]), broken);
    assert_eq!(follow(&[one, one]), broken);
    assert_eq!(follow(&[one, header(other, 2, 3)]), broken);
    assert_eq!(follow(&[one, header(COMMAND, 2, 2)]), broken);
    assert_eq!(
        follow(&[
            one,
            Header {
                command_digest: two.parent,
                ..two
            }
        ]),
        broken
    );
    assert_eq!(follow(&[one, two, three, header(COMMAND, 4, 3)]), broken);
}

/// `proto/vectors/v1.txt` as blocks of `key value` lines.
fn vectors() -> Vec<HashMap<&'static str, &'static str>> {
    include_str!("../../../proto/vectors/v1.txt")
        .split("\n\n")
        .map(|block| {
            let lines = block
                .lines()
                .filter(|line| !line.starts_with('#') && !line.is_empty());
            lines
                .map(|line| line.split_once(' ').unwrap_or((line, "")))
                .collect()
        })
        .filter(|block: &HashMap<_, _>| !block.is_empty())
        .collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(digits).collect()
}

#[test]
fn the_published_vectors_verify() {
    let mut heads: HashMap<LedgerId, Head> = HashMap::new();
    let (mut roots, mut digests, mut records) = (0, 0, 0);
    for vector in vectors() {
        if let Some(root) = vector.get("ledger_root") {
            let ledger = vector["ledger"].parse().unwrap();
            assert_eq!(ledger_root(ledger).to_string(), *root);
            roots += 1;
        } else if let Some(digest) = vector.get("command_digest") {
            let actor: Uuid = vector["actor"].parse().unwrap();
            let ledger = vector["ledger"].parse().unwrap();
            let made = command_digest(actor.into_bytes(), ledger, &unhex(vector["command"]));
            assert_eq!(made.to_string(), *digest);
            digests += 1;
        } else {
            let header = Header::from_bytes(&unhex(vector["header"])).unwrap();
            assert_eq!(header.to_bytes().to_vec(), unhex(vector["header"]));
            let record = Record::new(header, unhex(vector["body"])).unwrap();
            assert_eq!(record.hash.to_string(), vector["hash"]);
            let head = heads
                .entry(header.ledger)
                .or_insert_with(|| Head::genesis(header.ledger));
            *head = head.after(&record).unwrap();
            records += 1;
        }
    }
    assert_eq!((roots, digests, records), (2, 2, 5));
}
