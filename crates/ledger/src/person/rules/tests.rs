//! Promised: a person is registered once and then amended; what is said of them has a length, and
//! is never shown by a log line.

use super::*;
use crate::Command;
use crate::ids::PersonId;
use crate::personal::{CHARS_MAX, PersonalText};
use crate::testing::*;
use expect_test::expect;
use uuid::Uuid;

fn register(number: u128) -> Ask {
    ask(Command::Subject(PersonCommand::Register(profile(number))))
}

fn amend(number: u128) -> Ask {
    ask(Command::Subject(PersonCommand::Amend(profile(number))))
}

#[test]
fn registers_a_person_once_and_amends_only_a_known_one() {
    check(
        &[],
        &[register(1), register(3), amend(3), amend(1)],
        expect![[r#"
            ALREADY_EXISTS person: #1001 exists already
            subject.registered
            NOT_FOUND person: #1003 is not known in this ledger
            subject.amended"#]],
    );
    let world = World::given(&[amend(1), amend(1)]);
    assert_eq!(world.books.version(person(1).into()), 3);
}

#[test]
fn a_personal_text_has_1_to_200_characters() {
    for (len, fits) in [
        (0, false),
        (1, true),
        (CHARS_MAX, true),
        (CHARS_MAX + 1, false),
    ] {
        let text = PersonalText::clear("村".repeat(len));
        assert_eq!(text.is_ok(), fits, "{len}");
    }
    assert!(PersonalText::clear("  ".to_owned()).is_err());
}

#[test]
fn a_personal_text_is_not_printed_where_it_is_traced() {
    let mut named = profile(1);
    named.name = Some(PersonalText::clear("甲某".to_owned()).unwrap());
    let shown = format!("{named:?}");
    assert!(
        shown.contains("PersonalText(clear)") && !shown.contains("甲某"),
        "{shown}"
    );
}

#[test]
fn every_personal_text_of_a_command_and_of_its_event_is_visited_with_the_same_number() {
    use crate::personal::{concerns, visit, visit_command};
    for mut command in every_command() {
        let (mut asked, mut happened): (Vec<(PersonId, u32)>, Vec<_>) = (vec![], vec![]);
        let mut event = if let Command::Subject(command) = &command {
            command.clone().into_event()
        } else if let Command::Receipt(command) = &command {
            command.clone().into_event()
        } else if let Command::Token(command) = &command {
            command.clone().into_event()
        } else {
            assert!(!concerns(&command), "{}", command.word());
            continue;
        };
        assert!(concerns(&command), "{}", command.word());
        visit_command(&mut command, &mut |id, number, _| asked.push((id, number)));
        visit(&mut event, &mut |id, number, _| happened.push((id, number)));
        assert_eq!(asked, happened, "{}", command.word());
        assert!(asked.iter().all(|(id, _)| id.0 != Uuid::nil()));
    }
}
