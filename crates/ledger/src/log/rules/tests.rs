//! What the log says of itself goes forward only, and only the deployment says it.

use super::super::*;
use crate::context::{Actor, Admission, Context, Intake};
use crate::date::BusinessDate;
use crate::ids::{OrganisationId, PersonId};
use crate::token::Role;
use crate::{Books, Command, Rejection};
use std::sync::Arc;
use uuid::Uuid;

fn open_books() -> Books {
    let mut books = Books::default();
    let opening = crate::book::BookOpening {
        name: crate::text::Name::new("系统账本 system").unwrap(),
        area: Reference::new("system").unwrap(),
        predecessors: Vec::new(),
    };
    let event = crate::Event::Ledger(crate::book::BookEvent::Opened(opening));
    crate::apply(&mut books, &context(Actor::DEPLOYMENT, 1), &event);
    books
}

fn context(actor: Actor, seq: u64) -> Context {
    Context {
        seq,
        signatories: Arc::new([]),
        proposed_by: None,
        actor,
        intake: Intake::Control,
        occurred_on: BusinessDate::UNKNOWN,
        today: jiff::civil::date(2026, 3, 1),
    }
}

fn ask(books: &mut Books, actor: Actor, command: LogCommand) -> Result<(), Rejection> {
    let context = context(actor, 7);
    let admission = Admission {
        roles: &[Role::Administrator],
        expected_version: None,
    };
    let events = crate::decide(books, &admission, &context, &Command::Log(command))?;
    for event in events {
        crate::apply(books, &context, &event);
    }
    Ok(())
}

fn refused(books: &mut Books, command: LogCommand) -> &'static str {
    match ask(books, Actor::DEPLOYMENT, command) {
        Err(Rejection::BadField { field, .. }) => field,
        other => panic!("{other:?}"),
    }
}

fn seal(through_position: u64, count: u64) -> LogCommand {
    LogCommand::SealSubjects(SubjectsSeal {
        root: Digest([1; 32]),
        count,
        through_position,
    })
}

fn key(vkey: &str, previous: Option<&str>) -> LogCommand {
    LogCommand::IntroduceKey(KeyIntroduction {
        vkey: NoteText::new(vkey).unwrap(),
        previous: previous.map(|key| NoteText::new(key).unwrap()),
        endorsement: None,
    })
}

fn state(projection: &str, seq: u64) -> LogCommand {
    LogCommand::RecordState(StateRecording {
        ledger: LedgerId(Uuid::from_u128(1)),
        seq,
        position: 5,
        projection: Reference::new(projection).unwrap(),
        version: 1,
        hash: Digest([2; 32]),
    })
}

#[test]
fn only_the_deployment_itself_may_ask() {
    let mut books = open_books();
    let clerk = Actor {
        person: PersonId(Uuid::from_u128(9)),
        organisation: OrganisationId(Uuid::nil()),
    };
    for command in [key("k", None), seal(3, 1), state("books", 1)] {
        let word = command.word();
        let refused = Err(Rejection::Forbidden { command: word });
        assert_eq!(ask(&mut books, clerk, command.clone()), refused);
        assert_eq!(ask(&mut books, Actor::DEPLOYMENT, command), Ok(()));
    }
}

#[test]
fn a_seal_goes_further_than_the_one_before_and_loses_no_subject() {
    let mut books = open_books();
    ask(&mut books, Actor::DEPLOYMENT, seal(10, 4)).unwrap();
    assert_eq!(refused(&mut books, seal(10, 4)), "through_position");
    assert_eq!(refused(&mut books, seal(11, 3)), "count");
    ask(&mut books, Actor::DEPLOYMENT, seal(11, 4)).unwrap();
    let last = books.log.seal.unwrap();
    assert_eq!((last.seq, last.facts.through_position), (7, 11));
}

#[test]
fn a_key_follows_the_one_that_signs_now() {
    let mut books = open_books();
    assert_eq!(refused(&mut books, key("a", Some("b"))), "previous");
    ask(&mut books, Actor::DEPLOYMENT, key("a", None)).unwrap();
    assert_eq!(refused(&mut books, key("b", None)), "previous");
    assert_eq!(refused(&mut books, key("a", Some("a"))), "vkey");
    ask(&mut books, Actor::DEPLOYMENT, key("b", Some("a"))).unwrap();
    assert_eq!(
        books.log.key.map(|(key, _)| key.to_string()).as_deref(),
        Some("b")
    );
}

#[test]
fn no_older_state_of_a_projection_follows_a_later_one() {
    let mut books = open_books();
    assert_eq!(refused(&mut books, state("books", 0)), "seq");
    ask(&mut books, Actor::DEPLOYMENT, state("books", 3)).unwrap();
    assert_eq!(refused(&mut books, state("books", 2)), "seq");
    ask(&mut books, Actor::DEPLOYMENT, state("links", 2)).unwrap();
    ask(&mut books, Actor::DEPLOYMENT, state("books", 3)).unwrap();
    let ledger = LedgerId(Uuid::from_u128(1));
    assert_eq!(books.states.get(ledger).unwrap().len(), 2);
}

#[test]
fn a_trial_takes_back_what_the_log_said_of_itself() {
    let mut books = open_books();
    let trial = books.begin();
    ask(&mut books, Actor::DEPLOYMENT, seal(10, 4)).unwrap();
    ask(&mut books, Actor::DEPLOYMENT, state("books", 3)).unwrap();
    books.take_back(trial);
    assert_eq!(books.log, super::Log::default());
    assert!(books.states.is_empty());
}

#[test]
fn a_key_is_plain_text_of_a_note() {
    assert!(NoteText::new("a".repeat(256)).is_ok());
    for bad in ["", "a b", "a\n", "钥", &"a".repeat(257)] {
        assert_eq!(NoteText::new(bad), Err(BadNoteText));
    }
}
