//! Promised: pledges go down the area tree, one at a time for a unit, and are assessed once, by
//! others than those who promised.

use super::*;
use crate::Command;
use crate::context::{Actor, Signatory};
use crate::pledge::*;
use crate::testing::*;
use expect_test::expect;
use uuid::Uuid;

fn pledge(number: u128) -> PledgeId {
    PledgeId(Uuid::from_u128(0x7000 | number))
}

fn sign(change: impl FnOnce(&mut PledgeSigning)) -> Ask {
    let mut signing = PledgeSigning {
        pledge: pledge(1),
        from_unit: unit(COUNTY),
        from_person: person(1),
        to_unit: unit(TOWN),
        to_person: person(2),
        targets: vec![text()],
        starts_on: "2018-01-01".parse().unwrap(),
        ends_on: "2018-12-31".parse().unwrap(),
        document: reference(),
    };
    change(&mut signing);
    ask(Command::Pledge(PledgeCommand::Sign(signing)))
}
fn second(change: impl FnOnce(&mut PledgeSigning)) -> Ask {
    sign(|it| {
        it.pledge = pledge(2);
        change(it);
    })
}
fn assess() -> Ask {
    let assessment = PledgeAssessment {
        pledge: pledge(1),
        result: AssessmentResult::Good,
        document: reference(),
        finding: None,
    };
    ask(Command::Pledge(PledgeCommand::Assess(assessment)))
}

#[test]
fn refuses_a_signing_in_this_order() {
    check(
        &[sign(|_| ())],
        &[
            sign(|it| it.from_unit = unit(NOWHERE)),
            second(|it| it.from_unit = unit(NOWHERE)),
            second(|it| it.from_person = person(9)),
            second(|it| it.to_unit = unit(NOWHERE)),
            second(|it| it.to_person = person(9)),
            second(|it| it.to_unit = unit(COUNTY)),
            second(|it| it.to_unit = unit(PREFECTURE)),
            second(|it| it.targets.clear()),
            second(|it| it.targets = vec![text(); 17]),
            second(|it| it.starts_on = "unknown".parse().unwrap()),
            second(|it| it.ends_on = "2017-12-31".parse().unwrap()),
            second(|it| it.to_person = it.from_person),
            second(|_| ()),
            second(|it| it.starts_on = "2018-12-31".parse().unwrap()),
            second(|_| ()).observed(),
            second(|it| {
                it.starts_on = "2019-01-01".parse().unwrap();
                it.ends_on = "2019".parse().unwrap();
                it.targets = vec![text(); 16];
            }),
            second(|it| it.to_unit = unit(VILLAGE)),
        ],
        expect![[r#"
            ALREADY_EXISTS pledge: #7001 exists already
            NOT_FOUND from_unit: #0063 is not known in this ledger
            NOT_FOUND from_person: #1009 is not known in this ledger
            NOT_FOUND to_unit: #0063 is not known in this ledger
            NOT_FOUND to_person: #1009 is not known in this ledger
            BAD_FIELD to_unit: a pledge is given by a unit below the one that demands it
            BAD_FIELD to_unit: a pledge is given by a unit below the one that demands it
            BAD_FIELD targets: a pledge has 1 to 16 targets
            BAD_FIELD targets: a pledge has 1 to 16 targets
            BAD_DATE starts_on: a pledge has a first and a last day
            BAD_DATE ends_on: it lies before starts_on
            SAME_PERSON: the same person may not do both from_person and to_person
            ALREADY_EXISTS to_unit: #7001 exists already
            ALREADY_EXISTS to_unit: #7001 exists already
            pledge.signed
            alert ALREADY_EXISTS to_unit: #7001 exists already
            pledge.signed
            pledge.signed"#]],
    );
}

#[test]
fn is_assessed_once_after_its_beginning_and_not_by_those_who_promised() {
    let villager = who(14, VILLAGE);
    check(
        &[sign(|_| ())],
        &[
            assess().by(VISITOR),
            assess().by(villager),
            assess().on("2017-12-31"),
            assess().on("2017-12-31").observed(),
            assess(),
        ],
        expect![[r#"
            NOT_INDEPENDENT:
              the actor belongs to the unit that promised, or to one below it
            NOT_INDEPENDENT:
              the actor belongs to the unit that promised, or to one below it
            BAD_DATE occurred_on: it lies before the pledge begins
            pledge.assessed
            alert BAD_DATE occurred_on: it lies before the pledge begins
            pledge.assessed"#]],
    );
    check(
        &[],
        &[assess()],
        expect!["NOT_FOUND pledge: #7001 is not known in this ledger"],
    );
    check(
        &[sign(|_| ()), assess()],
        &[assess()],
        expect!["BAD_TRANSITION: pledge.assess is not possible in state assessed"],
    );
}

#[test]
fn covers_the_whole_of_its_time() {
    let world = World::given(&[sign(|it| it.ends_on = "2018-11".parse().unwrap())]);
    let row = world.books.pledges.get(pledge(1)).unwrap();
    let covers = |day: &str| row.covers(day.parse().unwrap());
    assert!(!covers("2017-12-31") && covers("2018-01-01"));
    assert!(covers("2018-11-30") && !covers("2018-12-01"));
}

#[test]
fn is_not_assessed_from_paper_by_a_clerk_of_those_who_promised() {
    let world = World::given(&[sign(|_| ())]);
    let signed = |by: Actor| {
        let ask = assess().by(by);
        let mut context = world.context(&ask);
        context.signatories = [Signatory {
            person: CHIEF.person,
            organisation: CHIEF.organisation,
            capacity: name(),
            signed_on: context.occurred_on,
            evidence_sha256: None,
        }]
        .into();
        let Command::Pledge(command) = &ask.command else {
            unreachable!()
        };
        decide(&world.books, &context, command).map_err(|no| no.code())
    };
    assert_eq!(signed(VISITOR).err(), Some("NOT_INDEPENDENT"));
    assert!(signed(CLERK).is_ok());
}
