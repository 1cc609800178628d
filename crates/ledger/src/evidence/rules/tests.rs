//! Promised: evidence is about something that the ledger knows (V4) and not of the future (V14);
//! it is taken back once, and what it was stays.

use super::*;
use crate::Command;
use crate::digest::Digest;
use crate::evidence::EvidenceWithdrawal;
use crate::ids::{EvidenceId, ItemId, Subject};
use crate::record::{CorrectedField, RecordCommand, RecordCorrection};
use crate::testing::*;
use crate::text::{Reference, Wording};
use crate::token::Role;
use expect_test::expect;
use uuid::Uuid;

fn evidence(number: u128) -> EvidenceId {
    EvidenceId(Uuid::from_u128(0x9000 | number))
}

fn media(text: &str) -> Reference {
    Reference::new(text).unwrap()
}

/// Photo 1 of project 1.
fn add(change: impl FnOnce(&mut EvidenceRegistration)) -> Ask {
    let mut registration = EvidenceRegistration {
        evidence: evidence(1),
        subject: project(1).into(),
        sha256: Digest([7; 32]),
        size: 1,
        media_type: media("image/jpeg"),
        captured_on: "2018-06-30".parse().unwrap(),
        captured_by: BUILDER.person,
        description: text(),
    };
    change(&mut registration);
    ask(Command::Evidence(EvidenceCommand::Add(registration)))
}

fn retract(number: u128) -> Ask {
    let withdrawal = EvidenceWithdrawal {
        evidence: evidence(number),
        reason: text(),
    };
    ask(Command::Evidence(EvidenceCommand::Retract(withdrawal))).by(CHIEF)
}

/// Each row puts right what the row before it was refused for; an observation is refused alike.
#[test]
fn adds_what_is_of_a_known_subject_and_not_of_the_future() {
    type Change = fn(&mut EvidenceRegistration);
    let changes: [Change; 7] = [
        |it| it.subject = project(9).into(),
        |it| {
            it.evidence = evidence(2);
            it.subject = project(9).into();
            it.size = 0;
        },
        |it| {
            it.evidence = evidence(2);
            it.size = 0;
            it.media_type = media("jpeg");
        },
        |it| {
            it.evidence = evidence(2);
            it.media_type = media("jpeg");
            it.captured_on = "2020-01-02".parse().unwrap();
        },
        |it| {
            it.evidence = evidence(2);
            it.captured_on = "2020-01-02".parse().unwrap();
        },
        |it| {
            it.evidence = evidence(2);
            it.captured_on = "2020-01-01".parse().unwrap();
        },
        |it| {
            it.evidence = evidence(2);
            it.captured_on = crate::date::BusinessDate::UNKNOWN;
        },
    ];
    let given = and(&budgeted(), [add(|_| ())]);
    let rows = changes.map(add);
    let then = expect![[r#"
        ALREADY_EXISTS evidence: #9001 exists already
        NOT_FOUND subject: #3009 is not known in this ledger
        BAD_FIELD size: an empty file proves nothing
        BAD_FIELD media_type:
          it must be a type and a subtype without parameters: image/jpeg
        BAD_DATE captured_on: it lies after today (UTC+08:00)
        evidence.added
        evidence.added"#]];
    check(&given, &rows, then);
    for row in rows {
        let answer = |row| World::given(&given).answer(&row);
        assert_eq!(answer(row.clone().observed()), answer(row));
    }
}

#[test]
fn the_subject_may_be_of_any_noun() {
    let given = and(
        &budgeted(),
        [instruct(|_| ()), add(|it| it.evidence = evidence(5))],
    );
    let subjects: [Subject; 6] = [
        project(1).into(),
        payment(1).into(),
        fund(1).into(),
        unit(TOWN).into(),
        person(1).into(),
        evidence(5).into(),
    ];
    let rows = subjects.map(|subject| add(|it| it.subject = subject));
    let nobody = add(|it| it.subject = ItemId(Uuid::from_u128(1 << 64)).into());
    let mut world = World::given(&given);
    for row in rows.map(|row| World::given(&given).answer(&row)) {
        assert_eq!(row, "evidence.added");
    }
    assert!(world.answer(&nobody).starts_with("NOT_FOUND subject"));
}

#[test]
fn a_media_type_is_nothing_but_a_type_and_a_subtype() {
    for good in [
        "image/jpeg",
        "application/vnd.ms-excel",
        "image/svg+xml",
        "a/b",
    ] {
        assert!(is_media_type(good), "{good}");
    }
    for bad in [
        "image",
        "image/",
        "/jpeg",
        "image/jpeg/x",
        "text/html; charset=utf-8",
        "image /jpeg",
        "图/像",
        "image/jpeg\n",
        ".a/b",
        "a/+b",
        "a/b\"",
    ] {
        assert!(!is_media_type(bad), "{bad}");
    }
}

#[test]
fn evidence_is_taken_back_once_and_what_it_was_stays() {
    let given = and(&budgeted(), [add(|_| ())]);
    check(
        &given,
        &[retract(9), retract(1)],
        expect![[r#"
            NOT_FOUND evidence: #9009 is not known in this ledger
            evidence.retracted"#]],
    );
    let given = and(&given, [retract(1)]);
    check(
        &given,
        &[retract(1), retract(1).observed(), add(|_| ())],
        expect![[r#"
            BAD_TRANSITION: evidence.retract is not possible in state retracted
            BAD_TRANSITION: evidence.retract is not possible in state retracted
            ALREADY_EXISTS evidence: #9001 exists already"#]],
    );
    let world = World::given(&given);
    let row = world.books.evidence.get(evidence(1)).unwrap();
    assert_eq!(row.registration.sha256, Digest([7; 32]));
    assert_eq!((row.recorded_by, row.version), (CLERK.person, 2));
    assert_eq!(row.retracted.as_deref(), Some(&(text(), CHIEF.person)));
}

#[test]
fn whoever_records_business_may_add_evidence_and_a_reader_may_not() {
    for role in RECORDERS_AND_OTHERS {
        let answer = World::given(&budgeted()).answer(&add(|_| ()).with_roles(&[role.0]));
        assert_eq!(answer == "evidence.added", role.1, "{:?}: {answer}", role.0);
    }
}

const RECORDERS_AND_OTHERS: [(Role, bool); 6] = [
    (Role::Finance, true),
    (Role::Rectification, true),
    (Role::Inspector, true),
    (Role::Administrator, false),
    (Role::Reader, false),
    (Role::Witness, false),
];

#[test]
fn its_wording_can_be_corrected_and_nothing_else() {
    let given = and(&budgeted(), [add(|_| ()), retract(1)]);
    let last = u64::try_from(World::given(&given).events.len()).unwrap();
    let first = last.checked_sub(1).unwrap();
    let correct = |seq, field| {
        ask(Command::Record(RecordCommand::Correct(RecordCorrection {
            subject: evidence(1).into(),
            seq,
            field,
            to: Wording::new("竣工后的路面").unwrap(),
            reason: text(),
            original: None,
        })))
    };
    let rows = [
        correct(first, CorrectedField::Reason),
        correct(first, CorrectedField::Number),
        correct(last, CorrectedField::Description),
    ];
    for row in rows {
        let answer = World::given(&given).answer(&row);
        assert!(answer.starts_with("BAD_REVERSAL field"), "{answer}");
    }
    let good = [
        correct(first, CorrectedField::Description),
        correct(last, CorrectedField::Reason),
    ];
    let world = World::given(&and(&given, good));
    let row = world.books.evidence.get(evidence(1)).unwrap();
    assert_eq!(row.registration.description.as_str(), "竣工后的路面");
    assert_eq!(row.retracted.as_ref().unwrap().0.as_str(), "竣工后的路面");
    assert_eq!(row.version, 4);
}
