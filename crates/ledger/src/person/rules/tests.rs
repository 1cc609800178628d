//! Promised: a person is registered once and then amended; what is said of them has a length, and
//! is never shown by a log line. What is known of them is erased by two persons, once no account
//! about them must be kept, and nothing is added to it afterwards.

use super::*;
use crate::Command;
use crate::ids::PersonId;
use crate::person::{ErasureBasis, PersonRestriction, RestrictionLifting};
use crate::personal::{CHARS_MAX, PersonalText};
use crate::testing::*;
use crate::text::Reference;
use crate::token::Role;
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

fn basis() -> ErasureBasis {
    ErasureBasis::ConsentWithdrawn
}

fn document() -> Reference {
    Reference::new("申请2018-1").unwrap()
}

fn erase(number: u128) -> Ask {
    let (person, basis, document) = (person(number), basis(), document());
    ask(Command::Subject(PersonCommand::Erase(PersonErasure {
        person,
        basis,
        document,
    })))
}

fn restrict(number: u128) -> Ask {
    let (person, basis, document) = (person(number), basis(), document());
    ask(Command::Subject(PersonCommand::Restrict(
        PersonRestriction {
            person,
            basis,
            document,
        },
    )))
}

fn lift(number: u128) -> Ask {
    let (person, document) = (person(number), document());
    ask(Command::Subject(PersonCommand::LiftRestriction(
        RestrictionLifting { person, document },
    )))
}

#[test]
fn an_erasure_takes_two_persons_and_is_final() {
    let [proposed, confirmed] = by_two(1, &erase(1));
    check(
        &[],
        &[erase(1), proposed.clone()],
        expect![[r#"
            BAD_FIELD person:
              an erasure is recorded by one person and confirmed by another: propose it as an entry
            entry.proposed"#]],
    );
    check(
        &[restrict(1), proposed, confirmed],
        &[
            amend(1),
            restrict(1),
            lift(1),
            register(1),
            proposed_again(),
        ],
        expect![[r#"
            BAD_TRANSITION: subject.amend is not possible in state erased
            BAD_TRANSITION: subject.restrict is not possible in state erased
            BAD_TRANSITION: subject.lift_restriction is not possible in state erased
            ALREADY_EXISTS person: #1001 exists already
            BAD_TRANSITION: subject.erase is not possible in state erased"#]],
    );
}

fn proposed_again() -> Ask {
    let [proposed, _] = by_two(2, &erase(1));
    proposed
}

#[test]
fn a_restriction_stops_what_is_said_until_it_is_lifted() {
    check(
        &[restrict(1)],
        &[amend(1), restrict(1), amend(2)],
        expect![[r#"
            BAD_TRANSITION: subject.amend is not possible in state restricted
            BAD_TRANSITION: subject.restrict is not possible in state restricted
            subject.amended"#]],
    );
    check(
        &[restrict(1), lift(1)],
        &[lift(1), amend(1)],
        expect![[r#"
            BAD_TRANSITION: subject.lift_restriction is not possible in state active
            subject.amended"#]],
    );
}

#[test]
fn who_was_paid_is_kept_for_thirty_years_after_the_end_of_the_last_year() {
    let mut world = World::new();
    let context = erase(1).context();
    accounted(&mut world.books, &context, person(1));
    let [proposed, _] = by_two(1, &erase(1));
    let no = world.decide(&proposed).unwrap_err();
    assert_eq!(
        no.to_string(),
        "accounts about this person must be kept until 2048-12-31: restrict \
         processing instead"
    );
    let row = world.books.persons.get_mut(person(1)).unwrap();
    let year = context.today.year();
    for (accounted_in, erased) in [
        (year - RETENTION_YEARS, false),
        (year - RETENTION_YEARS - 1, true),
    ] {
        row.accounted_in = accounted_in;
        let kept = row.kept_until().unwrap();
        assert_eq!(context.today > kept, erased, "{kept}");
    }
}

#[test]
fn a_unit_that_is_inspected_removes_no_name() {
    for (asked, roles, allowed) in [
        (restrict(1), [Role::Rectification], false),
        (lift(1), [Role::Rectification], false),
        (proposed_again(), [Role::Rectification], false),
        (restrict(1), [Role::Inspector], true),
        (proposed_again(), [Role::Finance], true),
        (amend(1), [Role::Rectification], true),
    ] {
        let asked = asked.with_roles(&roles);
        let decided = World::new().decide(&asked);
        assert_eq!(decided.is_ok(), allowed, "{asked:?}: {decided:?}");
    }
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
        if !concerns(&command) {
            visit_command(&mut command.clone(), &mut |_, _, _| {
                panic!("{}", command.word())
            });
            continue;
        }
        let mut event = if let Command::Subject(subject) = &command {
            subject.clone().into_event()
        } else if let Command::Receipt(command) = &command {
            command.clone().into_event()
        } else if let Command::Token(command) = &command {
            command.clone().into_event()
        } else if let Command::List(command) = &command {
            command.clone().into_event()
        } else {
            panic!("{}", command.word());
        };
        visit_command(&mut command, &mut |id, number, _| asked.push((id, number)));
        visit(&mut event, &mut |id, number, _| happened.push((id, number)));
        assert_eq!(asked, happened, "{}", command.word());
        assert!(asked.iter().all(|(id, _)| id.0 != Uuid::nil()));
    }
}

#[test]
fn a_command_with_personal_text_is_never_taken_for_one_without() {
    use crate::personal::{holds, visit_command};
    for mut command in every_command() {
        let mut visited = false;
        visit_command(&mut command, &mut |_, _, text| {
            visited = true;
            *text = PersonalText::clear("甲某".to_owned()).ok();
        });
        assert_eq!(holds(&command), visited, "{}", command.word());
        visit_command(&mut command, &mut |_, _, text| *text = None);
        if let Command::Receipt(_) = command {
            assert!(!holds(&command), "a receipt without a remark");
        }
    }
}
