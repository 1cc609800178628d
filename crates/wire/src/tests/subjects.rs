//! The published table of subjects says what the code does: walked over the bare bytes of every
//! published body, without the schema and without this crate's decoder, it names the same subjects.

use super::*;
use ledger::subjects::Subjects;

/// Message and field number to the message that the field holds; none where it names a subject.
type Table = HashMap<(&'static str, u64), Option<&'static str>>;

fn table() -> Table {
    let lines = include_str!("../../../../proto/subjects-v1.txt").lines();
    let lines = lines.filter(|line| !line.starts_with('#') && !line.is_empty());
    let mut table = Table::new();
    for line in lines {
        let words: Vec<_> = line.split(' ').collect();
        let [message, number, _name, holds] = words[..] else {
            panic!("{line}");
        };
        let holds = (holds != "subject").then_some(holds);
        let before = table.insert((message, number.parse().unwrap()), holds);
        assert_eq!(before, None, "{line}");
    }
    table
}

/// Takes a number off the front.
fn varint(bytes: &mut &[u8]) -> u64 {
    let (byte, rest) = bytes.split_first().unwrap();
    *bytes = rest;
    let low = u64::from(byte & 0x7f);
    if *byte < 0x80 {
        return low;
    }
    low | varint(bytes) << 7
}

/// Walks a message: what another verifier has to write, in any language.
fn walk(
    table: &Table,
    message: &'static str,
    mut bytes: &[u8],
    used: &mut BTreeSet<(&'static str, u64)>,
    subjects: &mut BTreeSet<Uuid>,
) {
    while !bytes.is_empty() {
        let tag = varint(&mut bytes);
        let field = match tag & 7 {
            0 => {
                varint(&mut bytes);
                continue;
            }
            2 => {
                let len = usize::try_from(varint(&mut bytes)).unwrap();
                let (field, rest) = bytes.split_at(len);
                bytes = rest;
                field
            }
            other => panic!("wire type {other} in {message}"),
        };
        let Some(holds) = table.get(&(message, tag >> 3)) else {
            continue;
        };
        used.insert((message, tag >> 3));
        match holds {
            Some(inner) => walk(table, inner, field, used, subjects),
            None if field.is_empty() => {}
            None => {
                subjects.insert(Uuid::from_slice(field).unwrap());
            }
        }
    }
}

fn of(event: &Event) -> BTreeSet<Uuid> {
    let mut subjects = BTreeSet::new();
    event.each(&mut |subject| {
        subjects.insert(subject.0);
    });
    subjects
}

#[test]
fn the_published_table_names_the_subjects_of_every_published_body() {
    let table = table();
    let mut used = BTreeSet::new();
    for vector in vectors() {
        let mut subjects = BTreeSet::new();
        walk(&table, "Event", &vector.body, &mut used, &mut subjects);
        let (fact, _) = decode_event(&vector.body).unwrap();
        assert_eq!(subjects, of(&fact.event), "{}", vector.event_word);
    }
    // A command stands in a body only within a proposal, so not every one is there; of events every
    // line of the table is.
    let idle: Vec<_> = table
        .keys()
        .filter(|line| !used.contains(*line) && !line.0.ends_with("Command"))
        .collect();
    assert_eq!(idle, Vec::<&(&str, u64)>::new());
}

#[test]
fn the_published_table_names_the_subjects_of_every_proposed_command() {
    let table = table();
    let mut used = BTreeSet::new();
    for vector in vectors() {
        let (noun, word) = vector.command_word.split_once('.').unwrap();
        let facts = json!({ noun: { word: vector.facts } });
        let command = serde_json::from_value(facts).unwrap();
        let proposed = ledger::entry::EntryProposal {
            entry: ledger::ids::EntryId(Uuid::from_u128(7)),
            command: Box::new(command),
            signatories: Vec::new(),
        };
        let event = Event::Entry(ledger::entry::EntryEvent::Proposed(proposed));
        let mut subjects = BTreeSet::new();
        let bytes = pb::Event {
            noun: Some(event_noun(&event)),
            ..pb::Event::default()
        }
        .encode_to_vec();
        walk(&table, "Event", &bytes, &mut used, &mut subjects);
        assert_eq!(subjects, of(&event), "{}", vector.command_word);
    }
    let idle: Vec<_> = table
        .keys()
        .filter(|line| !used.contains(*line) && line.0.ends_with("Command"))
        .collect();
    assert_eq!(idle, Vec::<&(&str, u64)>::new());
}
