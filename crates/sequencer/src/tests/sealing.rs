//! Names on the disk: ciphertext, opened only for whoever may, and only while the key is there.

use super::*;
use ledger::Event;
use ledger::person::PersonEvent;
use std::fs;

const NAME: &str = "阿依古丽·甲某";

/// What a record's body says of a person, opened or as it stands.
fn profile_in(rig: &Rig, body: &[u8], reveal: bool) -> PersonProfile {
    let sight = if reveal {
        Sight::Unrestricted
    } else {
        Sight::Nothing
    };
    let fact = rig.handle().fact(county(), body, sight).unwrap();
    let Event::Subject(PersonEvent::Registered(it) | PersonEvent::Amended(it)) = fact.event else {
        panic!("not of a person");
    };
    it
}

/// The name in the record with this seq, opened or as it stands.
pub(super) fn name_in(rig: &Rig, seq: u64, reveal: bool) -> Option<PersonalText> {
    profile_in(rig, &rig.record(seq).body, reveal).name
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|part| part == text.as_bytes())
}

/// Every file below a directory.
fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let below = |path: PathBuf| {
        if path.is_dir() {
            files(&path)
        } else {
            vec![path]
        }
    };
    entries.flat_map(below).collect()
}

fn keys_len(rig: &Rig) -> u64 {
    fs::metadata(rig.dir.path().join("keys")).unwrap().len()
}

#[test]
fn a_name_is_nowhere_on_the_disk_in_the_clear() {
    let mut rig = Rig::with_county();
    rig.accepted(vec![household(2, 1, NAME)]);
    assert!(!holds(&rig.record(2).body, NAME));
    rig.stop();
    let all = files(rig.dir.path());
    assert!(all.len() >= 3, "{all:?}");
    for path in all {
        let bytes = fs::read(&path).unwrap();
        assert!(!holds(&bytes, NAME), "{}", path.display());
    }
}

#[test]
fn a_name_is_opened_only_on_request_and_also_after_a_restart() {
    let mut rig = Rig::with_county();
    rig.accepted(vec![household(2, 1, NAME)]);
    for _ in 0..2 {
        let Some(PersonalText::Sealed(sealed)) = name_in(&rig, 2, false) else {
            panic!("not sealed");
        };
        assert_eq!((sealed.person, sealed.suite), (person(1), 1));
        let opened = name_in(&rig, 2, true);
        assert_eq!(opened, Some(PersonalText::Clear(NAME.to_owned())));
        rig.restart();
    }
}

#[test]
fn the_same_name_of_two_households_is_sealed_differently() {
    let rig = Rig::with_county();
    rig.accepted(vec![household(2, 1, NAME), household(3, 2, NAME)]);
    let sealed = [2, 3].map(|seq| match name_in(&rig, seq, false) {
        Some(PersonalText::Sealed(sealed)) => *sealed,
        other => panic!("{other:?}"),
    });
    assert_ne!(sealed[0].ciphertext, sealed[1].ciphertext);
    assert_ne!(sealed[0].commitment, sealed[1].commitment);
}

#[test]
fn a_sealed_text_in_anothers_place_stays_shut() {
    let rig = Rig::with_county();
    rig.accepted(vec![household(2, 1, NAME), household(3, 2, "乙某")]);
    let body = rig.record(2).body;
    let (fact, salt) = wire::decode_event(&body).unwrap();
    let profile = profile_in(&rig, &body, false);
    let is_shut = |salt: [u8; 16], change: fn(&mut PersonProfile)| {
        let mut profile = profile.clone();
        change(&mut profile);
        let event = Event::Subject(PersonEvent::Registered(profile));
        let fact = Fact {
            event,
            ..fact.clone()
        };
        let opened = profile_in(&rig, &wire::encode_event(salt, &fact), true);
        matches!(
            opened.name.or(opened.address),
            Some(PersonalText::Sealed(_))
        )
    };
    assert!(!is_shut(salt, |_| ()));
    assert!(is_shut([7; 16], |_| ()), "of another record");
    assert!(
        is_shut(salt, |it| it.address = it.name.take()),
        "of another field"
    );
    assert!(
        is_shut(salt, |it| sealed(it).person = person(2)),
        "of another person"
    );
    assert!(
        is_shut(salt, |it| sealed(it).person = person(9)),
        "of nobody"
    );
    assert!(is_shut(salt, |it| sealed(it).suite = 2), "by another suite");
    assert!(
        is_shut(salt, |it| sealed(it).nonce[0] ^= 1),
        "with another nonce"
    );
    assert!(is_shut(salt, |it| sealed(it).ciphertext[0] ^= 1), "changed");
    assert!(
        is_shut(salt, |it| sealed(it).commitment[0] ^= 1),
        "with another promise"
    );
}

fn sealed(profile: &mut PersonProfile) -> &mut ledger::personal::Sealed {
    let Some(PersonalText::Sealed(sealed)) = &mut profile.name else {
        panic!("not sealed");
    };
    sealed
}

#[test]
fn a_repeated_name_is_known_again_and_another_one_is_not() {
    let mut rig = Rig::with_county();
    let first = rig.send_one(household(2, 1, NAME)).unwrap();
    for _ in 0..2 {
        let repeated = true;
        assert_eq!(
            rig.send_one(household(2, 1, NAME)),
            Ok(Receipt { repeated, ..first })
        );
        let mismatch = Err(Refusal::IdempotencyMismatch(command_id(2)));
        assert_eq!(rig.send_one(household(2, 1, "乙某")), mismatch);
        rig.restart();
    }
}

#[test]
fn the_digest_is_not_one_that_could_be_guessed_from_a_list_of_names() {
    let rig = Rig::with_county();
    let asked = household(2, 1, NAME);
    let bytes = wire::encode_command(&asked);
    let actor = *anyone().actor.person.0.as_bytes();
    let guess = chain::command_digest(actor, chain_id(county()), &bytes);
    assert_ne!(rig.send_one(asked).unwrap().digest, guess);
}

#[test]
fn a_refused_command_leaves_no_key() {
    let rig = Rig::with_county();
    rig.accepted(vec![household(2, 1, NAME)]);
    let before = keys_len(&rig);
    let amend = |who| {
        let Command::Subject(PersonCommand::Register(profile)) = household(0, who, NAME).command
        else {
            panic!("not a registration");
        };
        submission(3, Command::Subject(PersonCommand::Amend(profile)))
    };
    assert_eq!(rejected(&rig.send_one(amend(7))), "NOT_FOUND");
    assert_eq!(keys_len(&rig), before);
    rig.accepted(vec![household(4, 2, NAME)]);
    assert!(keys_len(&rig) > before);
}
