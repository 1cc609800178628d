//! An item handed to another unit or other persons: by whom, what stays, and who may judge it then.

use super::*;

fn hand_on(who: Actor, change: impl FnOnce(&mut Reassignment)) -> Ask {
    ask(who, "2018-08-10", reassign(change))
}

#[test]
fn is_handed_on_from_outside_by_the_closing_body_or_above() {
    let given = at_work();
    check(
        &given,
        hand_on(CLERK, |_| ()),
        expect!["NOT_INDEPENDENT: the actor belongs to the responsible unit or one below it"],
    );
    check(
        &given,
        hand_on(SECOND, |_| ()),
        expect![[r#"
        NOT_INDEPENDENT:
        the actor belongs to the unit that would get the item, or to one below it"#]],
    );
    check(
        &given,
        hand_on(FIRST, |_| ()),
        expect![[r#"
        BAD_FIELD actor:
        an item is handed on by the round's closing body or a body above it"#]],
    );
    check(
        &given,
        hand_on(CLOSER, |_| ()),
        expect!["item.reassigned -> in_progress"],
    );
    check(
        &given,
        hand_on(MAYOR, |_| ()),
        expect!["item.reassigned -> in_progress"],
    );
    check(
        &given,
        hand_on(CLOSER, |it| it.responsible_unit = unit(OFFICE)),
        expect![[r#"
            NOT_INDEPENDENT:
            the actor belongs to the unit that would get the item, or to one below it"#]],
    );
    check(
        &given,
        hand_on(MAYOR, |it| it.responsible_unit = unit(OFFICE)),
        expect![[r#"
            NOT_INDEPENDENT:
            the round's closing body is the responsible unit or lies below it"#]],
    );
    check(
        &given,
        hand_on(CLOSER, |it| it.responsible_unit = unit(99)),
        expect!["NOT_FOUND responsible_unit: #0063 is not known in this ledger"],
    );
}

#[test]
fn not_once_the_closing_has_been_asked_for() {
    check(
        &up_to(State::ClosureRequested),
        ask(CLOSER, "2018-09-02", reassign(|_| ())),
        expect!["BAD_TRANSITION: item.reassign is not possible in state closure_requested"],
    );
}

#[test]
fn units_that_help_are_named_once_and_have_no_other_part() {
    let help = |units: &'static [u128]| {
        hand_on(CLOSER, move |it| {
            it.responsible_unit = unit(TOWN);
            it.lead_unit = Some(unit(FINANCE));
            it.cooperating_units = units.iter().map(|number| unit(*number)).collect();
        })
    };
    check(
        &at_work(),
        help(&[DISCIPLINE, COUNTY]),
        expect!["item.reassigned -> in_progress"],
    );
    check(
        &at_work(),
        help(&[DISCIPLINE, DISCIPLINE]),
        expect![[r#"
        BAD_FIELD cooperating_units:
        at most 50, each once, and neither the responsible nor the leading unit"#]],
    );
    check(
        &at_work(),
        help(&[TOWN]),
        expect![[r#"
        BAD_FIELD cooperating_units:
        at most 50, each once, and neither the responsible nor the leading unit"#]],
    );
    check(
        &at_work(),
        help(&[FINANCE]),
        expect![[r#"
        BAD_FIELD cooperating_units:
        at most 50, each once, and neither the responsible nor the leading unit"#]],
    );
    check(
        &at_work(),
        help(&[98]),
        expect!["NOT_FOUND cooperating_units: #0062 is not known in this ledger"],
    );
    let drafted = draft(|draft| draft.cooperating_units = vec![unit(TOWN)]);
    check(
        &[],
        drafted,
        expect![[r#"
        BAD_FIELD cooperating_units:
        at most 50, each once, and neither the responsible nor the leading unit"#]],
    );
}

/// The plan, the extension and the due date of the town stay; finance goes on from there.
#[test]
fn what_the_old_unit_planned_and_was_granted_stays() {
    let given = and(
        at_work(),
        [
            ask(CLERK, "2018-08-21", extend_to("2018-10-31")),
            ask(CLOSER, "2018-08-22", step(ItemCommand::GrantExtension)),
            ask(CLERK, "2018-08-23", extend_to("2018-11-30")),
            ask(
                CLOSER,
                "2018-08-24",
                reassign(|it| {
                    it.responsible_person = Some(SECOND.person);
                    it.cooperating_units = vec![unit(TOWN)];
                }),
            ),
        ],
    );
    let world = World::given(&given);
    let item = world.item();
    assert_eq!(item.draft.responsible_unit, unit(FINANCE));
    assert_eq!(item.draft.responsible_person, Some(SECOND.person));
    assert_eq!(item.draft.cooperating_units, [unit(TOWN)]);
    assert_eq!(item.state, State::InProgress);
    assert_eq!(item.plan_by, Some(CLERK.person));
    assert_eq!(item.due(day("2018-09-01")), Some(day("2018-10-31")));
    assert!(item.pending.is_some());
    let former = item.turns.former[0];
    assert_eq!((former.unit, former.until), (unit(TOWN), on("2018-08-24")));
    // The town does no more for it, and finance does.
    let request = |who| ask(who, "2018-09-01", step(ItemCommand::RequestClosure));
    check(
        &given,
        request(CLERK),
        expect![[r#"
        BAD_FIELD actor:
        this is for the responsible or leading unit, or one below it"#]],
    );
    check(
        &given,
        request(SECOND),
        expect!["item.closure_requested -> closure_requested"],
    );
}

#[test]
fn nobody_judges_it_who_is_of_a_unit_that_ever_was_responsible() {
    let mut given = at_work();
    given.push(ask(CLOSER, "2018-08-24", reassign(|_| ())));
    given.push(ask(SECOND, "2018-09-01", step(ItemCommand::RequestClosure)));
    let verify = |who| ask(who, "2018-09-10", on_site());
    check(
        &given,
        verify(who(22, FINANCE)),
        expect!["NOT_INDEPENDENT: the actor belongs to the responsible unit or one below it"],
    );
    check(
        &given,
        verify(who(12, TOWN)),
        expect![[r#"
        NOT_INDEPENDENT:
        the actor belongs to a unit that was responsible before, or to one below it"#]],
    );
    check(
        &given,
        verify(VILLAGER),
        expect![[r#"
        NOT_INDEPENDENT:
        the actor belongs to a unit that was responsible before, or to one below it"#]],
    );
    check(
        &given,
        verify(who(12, TOWN)).observed(),
        expect![[r#"
        NOT_INDEPENDENT:
        the actor belongs to a unit that was responsible before, or to one below it"#]],
    );
    given.push(verify(FIRST));
    given.push(verify(MAYOR));
    let mut of_the_town = given.clone();
    of_the_town.push(ask(CLOSER, "2018-09-12", step(ItemCommand::Close)));
    let look = |who| ask(who, "2018-10-12", step(ItemCommand::PassLookback));
    check(
        &of_the_town,
        look(who(12, TOWN)),
        expect![[r#"
        NOT_INDEPENDENT:
        the actor belongs to a unit that was responsible before, or to one below it"#]],
    );
    // A round that the town closes: after it has had the item itself, it no longer may.
    let close = |who| ask(who, "2018-09-12", step(ItemCommand::Close));
    check(
        &given,
        close(who(12, TOWN)),
        expect![[r#"
        NOT_INDEPENDENT:
        the actor belongs to a unit that was responsible before, or to one below it"#]],
    );
    check(&given, close(CLOSER), expect!["item.closed -> closed"]);
}

#[test]
fn only_other_persons_make_a_unit_no_former_one_twice() {
    let given = and(
        at_work(),
        [
            hand_on(CLOSER, |it| it.responsible_unit = unit(TOWN)),
            hand_on(CLOSER, |it| {
                it.responsible_unit = unit(TOWN);
                it.responsible_person = Some(CLERK.person);
            }),
        ],
    );
    let world = World::given(&given);
    assert_eq!(world.item().turns.former.len(), 1);
    assert!(world.item().ever_answered(CLERK.person));
    assert!(!world.item().ever_answered(SECOND.person));
}

/// As the whole of the assignment is, which it is a part of.
#[test]
fn the_lead_is_handed_on_from_outside_by_the_closing_body_or_above() {
    let lead = |who, to| ask(who, "2018-08-10", transfer_lead(to));
    let given = at_work();
    check(
        &given,
        lead(CLERK, FINANCE),
        expect!["NOT_INDEPENDENT: the actor belongs to the responsible unit or one below it"],
    );
    check(
        &given,
        lead(CLERK, FINANCE).observed(),
        expect!["NOT_INDEPENDENT: the actor belongs to the responsible unit or one below it"],
    );
    check(
        &given,
        lead(SECOND, FINANCE),
        expect![[r#"
        NOT_INDEPENDENT:
        the actor belongs to the unit that would lead, or to one below it"#]],
    );
    check(
        &given,
        lead(FIRST, FINANCE),
        expect![[r#"
        BAD_FIELD actor:
        an item is handed on by the round's closing body or a body above it"#]],
    );
    check(
        &given,
        lead(MAYOR, OFFICE),
        expect![[r#"
        NOT_INDEPENDENT:
        the round's closing body is the leading unit or lies below it"#]],
    );
    check(
        &given,
        lead(CLOSER, FINANCE),
        expect!["item.lead_transferred -> in_progress"],
    );
    check(
        &given,
        lead(MAYOR, FINANCE),
        expect!["item.lead_transferred -> in_progress"],
    );
    check(
        &given,
        hand_on(MAYOR, |it| it.lead_unit = Some(unit(OFFICE))),
        expect![[r#"
            NOT_INDEPENDENT:
            the round's closing body is the leading unit or lies below it"#]],
    );
    let led = draft(|draft| draft.lead_unit = Some(unit(OFFICE)));
    check(
        &[],
        led,
        expect![[r#"
        NOT_INDEPENDENT:
        the round's closing body is the leading unit or lies below it"#]],
    );
}
