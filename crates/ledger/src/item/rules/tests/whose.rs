//! Whose work it is: measures and their proof are of the units that have to do with the item, and
//! what was verified stays as it was seen.

use super::*;

/// Somebody of a unit that has nothing to do with item 1.
const STRANGER: Actor = who(60, FINANCE);

fn works() -> [ItemCommand; 5] {
    [
        add_measure(2),
        ItemCommand::ChangeMeasure(a_measure(1, MeasureKind::Ordinary)),
        finish_measure(1),
        add_evidence(1, "2018-08-20"),
        retract_evidence(1),
    ]
}

fn answers(given: &[Ask], who: Actor) -> Vec<&'static str> {
    let world = World::given(given);
    let answer = |command| {
        let asked = ask(who, "2018-09-15", command);
        let observed = world.decide(&asked.clone().observed()).err();
        let refused = world.decide(&asked).err();
        assert_eq!(refused, observed);
        refused.map_or("ok", |no| no.code())
    };
    works().into_iter().map(answer).collect()
}

#[test]
fn nobody_does_the_work_of_another_unit() {
    assert_eq!(answers(&at_work(), STRANGER), ["BAD_FIELD"; 5]);
    check(
        &at_work(),
        ask(STRANGER, "2018-08-21", add_measure(2)),
        expect![[r#"
            BAD_FIELD actor:
            this is for a unit of the item, the owner of the measure, or the closing body"#]],
    );
    for who in [CLERK, VILLAGER, INSPECTOR, MAYOR] {
        assert_eq!(answers(&at_work(), who), ["ok"; 5], "{who:?}");
    }
    let mut helped = happy_from(draft(|draft| draft.cooperating_units = vec![unit(FINANCE)]));
    helped.truncate(9);
    assert_eq!(answers(&helped, STRANGER), ["ok"; 5]);
    // The owner of a measure works at that one, and plans no other.
    let mut owned = at_work();
    owned[6].command = ItemCommand::AddMeasure(Measure {
        owner_unit: Some(unit(FINANCE)),
        ..a_measure(1, MeasureKind::Ordinary)
    });
    let mut added = answers(&owned, STRANGER);
    assert_eq!(added.remove(0), "BAD_FIELD");
    assert_eq!(added, ["ok"; 4]);
}

/// Who finds a problem says what is to be done, until the unit is told: then it is that one's work.
#[test]
fn who_inspects_plans_measures_for_a_draft() {
    let mut happy = happy();
    happy.truncate(2);
    for (given, expected) in [(&happy[..1], None), (&happy[..], Some("BAD_FIELD"))] {
        let mut world = World::given(given);
        let round = world.item().draft.round;
        let round = world.books.rounds.get_mut(round).unwrap();
        round.inspecting_body = unit(FINANCE);
        let asked = ask(STRANGER, "2018-09-15", add_measure(2));
        let refused = world.decide(&asked).err();
        assert_eq!(refused.map(|no| no.code()), expected);
    }
}

/// Else anybody's clerk would settle what another unit owes.
#[test]
fn nobody_recovers_the_money_of_an_item_of_others() {
    let steps = || {
        let mut treasury = came_back(1);
        if let ItemCommand::ReceiveRecovery(it) = &mut treasury {
            it.way = Some(RecoveryWay::NonTax);
        }
        let demand = recovery(ItemCommand::DemandRecovery, 1);
        [demand, came_back(1), treasury]
    };
    let answers = |given: &[Ask], who: Actor| {
        let world = World::given(given);
        let answer = |command| {
            let asked = ask(who, "2018-09-15", command);
            let observed = world.decide(&asked.clone().observed()).err();
            let refused = world.decide(&asked).err();
            assert_eq!(refused, observed);
            refused.map_or("ok", |no| no.code())
        };
        steps().map(answer)
    };
    assert_eq!(answers(&at_work(), STRANGER), ["BAD_FIELD"; 3]);
    check(
        &at_work(),
        ask(STRANGER, "2018-09-15", came_back(1)),
        expect![[r#"
            BAD_FIELD actor:
            this is for a unit of the item, the owner of a measure, or who inspects or closes"#]],
    );
    // The county inspects, and the office closes.
    for who in [INSPECTOR, CLOSER, MAYOR, GOVERNOR] {
        assert_eq!(answers(&at_work(), who), ["ok"; 3], "{who:?}");
    }
    for who in [CLERK, VILLAGER] {
        let expected = ["ok", "ok", "NOT_INDEPENDENT"];
        assert_eq!(answers(&at_work(), who), expected, "{who:?}");
    }
    let mut helped = happy_from(draft(|draft| draft.cooperating_units = vec![unit(FINANCE)]));
    helped.truncate(9);
    assert_eq!(answers(&helped, STRANGER), ["ok"; 3]);
    let mut owned = at_work();
    owned[6].command = ItemCommand::AddMeasure(Measure {
        owner_unit: Some(unit(FINANCE)),
        ..a_measure(1, MeasureKind::Ordinary)
    });
    assert_eq!(answers(&owned, STRANGER), ["ok"; 3]);
}

#[test]
fn who_carries_out_a_measure_does_not_verify_it() {
    let mut path = up_to(State::ClosureRequested);
    path[6].command = ItemCommand::AddMeasure(Measure {
        owner_unit: Some(unit(FINANCE)),
        ..a_measure(1, MeasureKind::Ordinary)
    });
    check(
        &path,
        ask(STRANGER, "2018-09-10", on_site()),
        expect![[r#"
            NOT_INDEPENDENT:
            the actor belongs to a unit that carries out a measure of it, or to one below it"#]],
    );
    let world = World::given(&path);
    let may = |who| may_verify(&world.books, item(1), &who).is_ok();
    assert_eq!([STRANGER, FIRST].map(may), [false, true]);
}

/// Its deadline runs from the issue.
#[test]
fn a_unit_issues_no_item_to_itself() {
    for who in [CLERK, VILLAGER] {
        check(
            &[draft(|_| ())],
            ask(who, "2018-07-30", step(ItemCommand::Issue)),
            expect!["NOT_INDEPENDENT: the actor belongs to the responsible unit or one below it"],
        );
    }
}

/// Else something else would be closed than what was verified.
#[test]
fn what_was_verified_changes_only_after_it_was_sent_back() {
    let requested = up_to(State::ClosureRequested);
    assert_eq!(answers(&requested, CLERK), ["ok"; 5]);
    let once = and(requested, [ask(FIRST, "2018-09-10", on_site())]);
    assert_eq!(answers(&once, CLERK), ["BAD_FIELD"; 5]);
    let verified = up_to(State::Verified);
    assert_eq!(answers(&verified, CLERK), ["BAD_FIELD"; 5]);
    check(
        &verified,
        ask(CLERK, "2018-09-12", retract_evidence(1)),
        expect![[r#"
            BAD_FIELD item:
            it was verified as it is: measures and evidence change once it was sent back"#]],
    );
    let back = ask(CLOSER, "2018-09-13", because(ItemCommand::ReturnForRework));
    assert_eq!(answers(&and(verified, [back]), CLERK), ["ok"; 5]);
}
