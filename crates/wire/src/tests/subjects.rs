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

fn varint(bytes: &[u8], at: &mut usize) -> u64 {
    let (mut value, mut shift) = (0, 0);
    loop {
        let byte = bytes[*at];
        *at += 1;
        value |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte < 0x80 {
            return value;
        }
    }
}

/// Walks a message: what another verifier has to write, in any language.
fn walk(
    table: &Table,
    message: &'static str,
    bytes: &[u8],
    used: &mut BTreeSet<(&'static str, u64)>,
    subjects: &mut BTreeSet<Uuid>,
) {
    let mut at = 0;
    while at < bytes.len() {
        let tag = varint(bytes, &mut at);
        match tag & 7 {
            0 => {
                varint(bytes, &mut at);
            }
            2 => {
                let len = usize::try_from(varint(bytes, &mut at)).unwrap();
                let field = &bytes[at..at + len];
                at += len;
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
            other => panic!("wire type {other} in {message}"),
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
    assert_eq!(idle, [] as [&(&str, u64); 0]);
}

#[test]
fn the_published_table_names_the_subjects_of_every_proposed_command() {
    let table = table();
    let mut used = BTreeSet::new();
    for vector in vectors() {
        let facts = json!({ word_path(vector.command_word).0: {word_path(vector.command_word).1: vector.facts} });
        let Ok(command) = serde_json::from_value::<Command>(facts) else {
            panic!("{}", vector.command_word);
        };
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
    assert_eq!(idle, [] as [&(&str, u64); 0]);
}

/// `fund.allocate` as noun and command.
fn word_path(word: &str) -> (&str, &str) {
    word.split_once('.').unwrap()
}
