//! A form is read as what was written, and nothing else is read at all.

use super::*;
use crate::Command;
use crate::date::BusinessDate;
use crate::entry::{EntryCommand, EntryWithdrawal};
use crate::ids::EntryId;
use crate::money::Fen;
use crate::personal::PersonalText;
use crate::seldom::Seldom;
use crate::table::Table;
use crate::text::{Name, Text};
use hashbrown::HashMap;

fn written<T: Form>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut out = Out::new(&mut bytes);
    value.write(&mut out);
    out.finish().unwrap();
    bytes
}

fn read<T: Form>(bytes: &[u8]) -> Result<T, String> {
    let len = u64::try_from(bytes.len()).unwrap();
    let read = Input::new(&mut &*bytes, len).whole();
    read.map_err(|bad| bad.to_string())
}

/// Comes back as it was; every beginning of it and everything longer is refused.
#[track_caller]
fn check<T: Form + PartialEq + std::fmt::Debug>(value: T, bytes: &[u8]) {
    assert_eq!(written(&value), bytes);
    for len in 0..bytes.len() {
        assert!(read::<T>(&bytes[..len]).is_err(), "{len} bytes");
    }
    assert!(read::<T>(&[bytes, &[0]].concat()).is_err(), "a byte more");
    assert_eq!(read(bytes), Ok(value));
}

#[derive(Debug, Clone, PartialEq, crate::form::Form)]
#[form(check = "Sample::is_small")]
struct Sample {
    number: u16,
    #[form(skip)]
    derived: u16,
    list: Vec<Choice>,
}

impl Sample {
    fn is_small(&self) -> bool {
        self.number < 1_000
    }
}

#[derive(Debug, Clone, PartialEq, crate::form::Form)]
enum Choice {
    Nothing,
    Pair(u8, bool),
    Named { word: &'static str },
}

#[test]
fn values_come_back_as_they_were_written() {
    let sample = Sample {
        number: 258,
        derived: 0,
        list: vec![
            Choice::Nothing,
            Choice::Pair(7, true),
            Choice::Named { word: "a" },
            Choice::Named { word: "a" },
        ],
    };
    check(sample, &[2, 1, 4, 0, 1, 7, 1, 2, 0, 1, b'a', 2, 1]);
    check(
        Some(Fen::new(-2).unwrap()),
        &[1, 254, 255, 255, 255, 255, 255, 255, 255],
    );
    check(
        "2018-Q3".parse::<BusinessDate>().unwrap(),
        &[0xe2, 7, 7, 1, 2],
    );
    check(Seldom::from(vec![3_u32, 4]), &[2, 3, 0, 0, 0, 4, 0, 0, 0]);
    check(Name::new("村").unwrap(), &[3, 0xe6, 0x9d, 0x91]);
    check(HashMap::from_iter([(1_u8, 2_u8)]), &[1, 1, 2]);
}

#[test]
fn what_cannot_be_is_refused_and_named() {
    refused::<Sample>(&[0xe8, 3, 0], "a Sample that cannot be");
    refused::<Choice>(&[3], "no variant of Choice");
    refused::<Choice>(&[2, 1], "has not come yet");
    refused::<bool>(&[2], "neither yes nor no");
    let much = (Fen::MAX.get() + 1).to_le_bytes();
    refused::<Fen>(&much, "an amount beyond");
    refused::<BusinessDate>(&[0xe2, 7, 8, 1, 2], "not what it says");
    refused::<BusinessDate>(&[0xe2, 7, 2, 30, 0], "no calendar");
    refused::<Name>(&[1, b' '], "no text for a Name");
    refused::<Name>(&[1, 0xff], "UTF-8");
    let mobile = written(&Box::<str>::from("13800138000"));
    refused::<Name>(&mobile, "no text for a Name");
    refused::<HashMap<u8, u8>>(&[2, 1, 2, 1, 3], "do not ascend");
    refused::<Table<u8, u8>>(&[2, 1, 2, 1, 3], "twice");
    refused::<Vec<u8>>(&[255, 2, 0, 0, 0, 0, 0, 0, 0, 1, 1], "short length");
}

#[track_caller]
fn refused<T: Form>(bytes: &[u8], why: &str) {
    let said = read::<T>(bytes).err().unwrap();
    assert!(said.contains(why), "{said}");
}

#[test]
fn a_length_that_lies_costs_nothing() {
    for len in [9_u64, 1 << 20, 1 << 40, u64::MAX] {
        let bytes = [&[255][..], &len.max(255).to_le_bytes(), &[0; 8]].concat();
        assert!(read::<Vec<[u8; 32]>>(&bytes).is_err());
        assert!(read::<HashMap<u64, u64>>(&bytes).is_err());
        assert!(read::<String>(&bytes).is_err());
    }
    let mut zeros = &[0; 1_000][..];
    let input = Input::new(&mut zeros, 1_000);
    assert!(input.room::<[u8; 32]>(900) * 32 <= 4_000);
}

#[test]
fn a_command_in_a_command_ends_somewhere() {
    let withdrawal = Command::Entry(EntryCommand::Withdraw(EntryWithdrawal {
        entry: EntryId(uuid::Uuid::nil()),
        reason: Text::new("x").unwrap(),
    }));
    let noun = written(&withdrawal)[0];
    // `entry.propose` of a command that is `entry.propose` of a command
    let proposal = [&[noun, 0][..], &[0; 16]].concat();
    let deep = proposal.repeat(100_000);
    assert!(read::<Command>(&deep).unwrap_err().contains("too deep"));
}

#[test]
fn a_personal_text_in_the_clear_is_not_written() {
    let text = PersonalText::clear("张某".to_owned()).unwrap();
    let mut bytes = Vec::new();
    let mut out = Out::new(&mut bytes);
    text.write(&mut out);
    assert!(out.finish().is_err());
    assert!(!bytes.windows(3).any(|it| it == "张".as_bytes()));
    assert!(read::<PersonalText>(&[0, 3, b'a', b'b', b'c']).is_err());
}

#[test]
fn tables_come_back_with_their_places() {
    let mut table = Table::<u64, u32>::default();
    for key in 0..10_000_u32 {
        table.put(u64::from(key) << 20, key);
    }
    let mut again: Table<u64, u32> = read(&written(&table)).unwrap();
    assert!(table.iter().eq(again.iter()));
    for key in 0..10_000_u32 {
        assert_eq!(again.get(u64::from(key) << 20), Some(&key));
    }
    assert_eq!(again.get(1), None);
    again.put(1, 1);
    assert_eq!((again.get(1), again.len()), (Some(&1), 10_001));
}

#[test]
fn a_description_names_types_fields_and_variants_once() {
    let text = Description::of::<(Sample, Choice)>().text().to_owned();
    let choice = "ledger::form::tests::Choice";
    assert_eq!(
        text,
        format!(
            "(,0:ledger::form::tests::Sample{{,number:u16,list:list<{choice}\
             {{|Nothing|Pair,0:u8,1:bool|Named,word:word}}>}},1:{choice})"
        )
    );
}
