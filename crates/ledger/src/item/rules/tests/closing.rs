//! Closing (V15, V16), each refusal in its order, and the checklist before it.

use super::*;

fn close(who: Actor) -> Ask {
    ask(who, "2018-09-20", step(ItemCommand::Close))
}

/// The happy path without what `leave_out` names, up to the closing.
fn verified_without(leave_out: &str) -> Vec<Ask> {
    let mut path = up_to(State::Verified);
    path.retain(|ask| ask.command.word() != leave_out);
    path
}

/// An item like that, worked on up to the closing, with `more` before closure is asked for.
pub(super) fn verified(draft: Ask, more: impl IntoIterator<Item = Ask>) -> Vec<Ask> {
    let mut path = happy_from(draft);
    path.truncate(12);
    path.splice(9..9, more);
    path
}

/// With `more` before closure is asked for: what was verified stays as it was seen.
fn worked(mut path: Vec<Ask>, more: impl IntoIterator<Item = Ask>) -> Vec<Ask> {
    let mut words = path.iter().map(|ask| ask.command.word());
    let place = words.position(|word| word == "item.request_closure");
    let place = place.unwrap();
    path.splice(place..place, more);
    path
}

#[test]
fn closers_are_independent_and_of_the_closing_body() {
    let verified = up_to(State::Verified);
    check(
        &up_to(State::ClosureRequested),
        close(CLOSER),
        expect!["BAD_TRANSITION: item.close is not possible in state closure_requested"],
    );
    check(
        &verified,
        close(who(12, TOWN)),
        expect!["NOT_INDEPENDENT: the actor belongs to the responsible unit or one below it"],
    );
    let recused = and(
        verified.clone(),
        [ask(CLOSER, "2018-09-12", recuse(CLOSER))],
    );
    check(
        &recused,
        close(CLOSER),
        expect!["NOT_INDEPENDENT: the actor has been recused from this item"],
    );
    check(
        &verified,
        close(who(10, OFFICE)),
        expect!["NOT_INDEPENDENT: the actor requested this closure"],
    );
    check(
        &verified,
        close(who(20, OFFICE)),
        expect!["NOT_INDEPENDENT: the actor has verified this closure"],
    );
    check(
        &verified,
        close(who(21, OFFICE)),
        expect!["NOT_INDEPENDENT: the actor has verified this closure"],
    );
    check(
        &verified,
        close(who(32, FINANCE)),
        expect!["NOT_INDEPENDENT: the actor does not belong to the round's closing body"],
    );
    check(
        &verified,
        close(MAYOR),
        expect!["NOT_INDEPENDENT: the actor does not belong to the round's closing body"],
    );
    check(
        &verified,
        close(who(12, TOWN)).observed(),
        expect!["NOT_INDEPENDENT: the actor belongs to the responsible unit or one below it"],
    );
    check(&verified, close(CLOSER), expect!["item.closed -> closed"]);
}

#[test]
fn a_unit_below_the_closing_body_may_close_but_not_for_itself() {
    let path = verified(draft(|draft| draft.round = round(3)), []);
    check(
        &path,
        close(who(12, TOWN)),
        expect!["NOT_INDEPENDENT: the actor belongs to the responsible unit or one below it"],
    );
    check(
        &path,
        close(who(13, VILLAGE)),
        expect!["NOT_INDEPENDENT: the actor belongs to the responsible unit or one below it"],
    );
    check(
        &path,
        close(GOVERNOR),
        expect!["NOT_INDEPENDENT: the actor does not belong to the round's closing body"],
    );
    check(&path, close(CLOSER), expect!["item.closed -> closed"]);
}

#[test]
fn no_closing_without_proof_of_every_measure() {
    let mut nothing = verified_without("item.add_evidence");
    check(
        &nothing,
        close(CLOSER),
        expect![[r#"
        EVIDENCE_MISSING:
        measure #3001 has no evidence captured on or after the day of issue"#]],
    );
    let of_measures = ["item.add_measure", "item.finish_measure"];
    nothing.retain(|ask| !of_measures.contains(&ask.command.word()));
    check(
        &nothing,
        close(CLOSER),
        expect!["EVIDENCE_MISSING: there is no measure"],
    );
    let second = || ask(CLERK, "2018-08-21", add_measure(2));
    check(
        &verified(draft(|_| ()), [second()]),
        close(CLOSER),
        expect![[r#"
            EVIDENCE_MISSING:
            measure #3002 has no evidence captured on or after the day of issue"#]],
    );
    let proof = |captured_on| {
        let proof = ask(CLERK, "2018-08-21", add_evidence(2, captured_on));
        let finish = ask(CLERK, "2018-08-21", finish_measure(2));
        verified(draft(|_| ()), [second(), proof, finish])
    };
    // Issued on 2018-07-30.
    check(
        &proof("2018-07-29"),
        close(CLOSER),
        expect![[r#"
        EVIDENCE_MISSING:
        measure #3002 has no evidence captured on or after the day of issue"#]],
    );
    check(
        &proof("2018-07-30"),
        close(CLOSER),
        expect!["item.closed -> closed"],
    );
    check(
        &proof("2018-06"),
        close(CLOSER),
        expect![[r#"
        EVIDENCE_MISSING:
        measure #3002 has no evidence captured on or after the day of issue"#]],
    );
    check(
        &proof("2018-07"),
        close(CLOSER),
        expect!["item.closed -> closed"],
    );
    let retracted = worked(
        up_to(State::Verified),
        [ask(CLERK, "2018-08-21", retract_evidence(1))],
    );
    check(
        &retracted,
        close(CLOSER),
        expect![[r#"
        EVIDENCE_MISSING:
        measure #3001 has no evidence captured on or after the day of issue"#]],
    );
    check(
        &retracted,
        close(CLOSER).observed(),
        expect![[r#"
        EVIDENCE_MISSING:
        measure #3001 has no evidence captured on or after the day of issue"#]],
    );
}

#[test]
fn no_closing_before_the_money_is_back() {
    let owing = || draft(|draft| draft.recovery_required_fen = fen(100));
    let aug = |command| ask(INSPECTOR, "2018-08-21", command);
    let receive = |fen| aug(came_back(fen));
    let demand = |fen| aug(recovery(ItemCommand::DemandRecovery, fen));
    let waive = |fen| aug(waive(fen));
    check(
        &verified(owing(), []),
        close(CLOSER),
        expect!["RECOVERY_OPEN: 100 fen must be recovered; 0 fen received, 0 fen waived"],
    );
    check(
        &verified(owing(), [receive(99)]),
        close(CLOSER),
        expect!["RECOVERY_OPEN: 100 fen must be recovered; 99 fen received, 0 fen waived"],
    );
    check(
        &verified(owing(), [receive(100)]),
        close(CLOSER),
        expect!["item.closed -> closed"],
    );
    check(
        &verified(owing(), [receive(60), waive(39)]),
        close(CLOSER),
        expect!["RECOVERY_OPEN: 100 fen must be recovered; 60 fen received, 39 fen waived"],
    );
    check(
        &verified(owing(), [receive(60), waive(40)]),
        close(CLOSER),
        expect!["item.closed -> closed"],
    );
    check(
        &verified(owing(), [receive(500)]),
        close(CLOSER),
        expect!["item.closed -> closed"],
    );
    // Demands count together, and no less than the list says.
    check(
        &verified(owing(), [demand(60), receive(99)]),
        close(CLOSER),
        expect!["RECOVERY_OPEN: 100 fen must be recovered; 99 fen received, 0 fen waived"],
    );
    let demanded = [demand(60), demand(60), receive(119)];
    check(
        &verified(owing(), demanded),
        close(CLOSER),
        expect!["RECOVERY_OPEN: 120 fen must be recovered; 119 fen received, 0 fen waived"],
    );
    let world = World::given(&verified(owing(), [receive(500)]));
    assert_eq!(
        (world.item().received, world.item().recovery_required()),
        (fen(500), fen(100))
    );
}

/// The money that a closing rests on does not rest on the word of whoever closes.
#[test]
fn who_gave_money_up_or_said_that_it_came_back_does_not_close() {
    let owing = || draft(|draft| draft.recovery_required_fen = fen(100));
    let by_closer = |command| ask(CLOSER, "2018-08-21", command);
    check(
        &verified(owing(), [by_closer(waive(100))]),
        close(CLOSER),
        expect!["NOT_INDEPENDENT: the actor has given up money that this item was to recover"],
    );
    check(
        &verified(owing(), [by_closer(came_back(100))]),
        close(CLOSER),
        expect![[r#"
            NOT_INDEPENDENT:
            the actor has recorded money as recovered, and no bank line shows it"#]],
    );
}

/// A common item that is verified, with one institutional measure or none, and one case.
fn common(institutional: bool, case: impl IntoIterator<Item = Ask>) -> Vec<Ask> {
    let parent = draft(|draft| draft.scope = ItemScope::Common);
    let child = draft(|draft| {
        draft.item = item(2);
        draft.parent = Some(item(1));
    });
    let mut path = verified(parent, []);
    if institutional {
        path[6].command = ItemCommand::AddMeasure(a_measure(1, MeasureKind::Institutional));
    }
    path.push(child);
    path.extend(case);
    path
}

/// The same command of item 2.
fn of_item_2(mut command: ItemCommand) -> ItemCommand {
    if let ItemCommand::Issue(ItemStep { item, .. })
    | ItemCommand::UpholdObjection(ReasonedStep { item, .. })
    | ItemCommand::Merge(ItemMerger { item, .. })
    | ItemCommand::CloseNotImplemented(ItemAbandonment { item, .. })
    | ItemCommand::TakeOver(ItemOpening {
        draft: ItemDraft { item, .. },
        ..
    })
    | ItemCommand::ImportClosure(HistoricalClosure { item, .. }) = &mut command
    {
        *item = super::item(2);
    }
    command
}

#[test]
fn a_common_item_waits_for_its_cases_and_for_a_rule() {
    let other = |command| ask(INSPECTOR, "2018-09-01", of_item_2(command));
    let import = || other(import_closure("2018-08-31")).observed();
    let issue = other(step(ItemCommand::Issue));
    let uphold = other(because(ItemCommand::UpholdObjection));
    check(
        &common(false, []),
        close(CLOSER),
        expect![[r#"
        COMMON_ITEM_OPEN:
        1 cases are open; an institutional measure with evidence is missing"#]],
    );
    check(
        &common(true, []),
        close(CLOSER),
        expect!["COMMON_ITEM_OPEN: 1 cases are open"],
    );
    check(
        &common(false, [import()]),
        close(CLOSER),
        expect![[r#"
        COMMON_ITEM_OPEN:
        0 cases are open; an institutional measure with evidence is missing"#]],
    );
    check(
        &common(true, [import()]),
        close(CLOSER),
        expect!["item.closed -> closed"],
    );
    check(
        &common(true, [other(give_up())]),
        close(CLOSER),
        expect!["COMMON_ITEM_OPEN: 1 cases are open"],
    );
    check(
        &common(true, [other(merge_into(1))]),
        close(CLOSER),
        expect!["item.closed -> closed"],
    );
    check(
        &common(true, [issue, uphold]),
        close(CLOSER),
        expect!["item.closed -> closed"],
    );
}

/// Not every problem that many share was given to each of them: then the rule is the proof.
#[test]
fn a_common_item_without_cases_closes_with_its_rule_alone() {
    let mut path = verified(draft(|draft| draft.scope = ItemScope::Common), []);
    check(
        &path,
        close(CLOSER),
        expect![[r#"
        COMMON_ITEM_OPEN:
        0 cases are open; an institutional measure with evidence is missing"#]],
    );
    path[6].command = ItemCommand::AddMeasure(a_measure(1, MeasureKind::Institutional));
    check(&path, close(CLOSER), expect!["item.closed -> closed"]);
}

#[test]
fn no_closing_before_every_measure_has_its_result() {
    let unfinished = verified_without("item.finish_measure");
    check(
        &unfinished,
        close(CLOSER),
        expect!["MEASURE_UNFINISHED: measure #3001 is not finished: it has no result"],
    );
    check(
        &unfinished,
        close(CLOSER).observed(),
        expect!["MEASURE_UNFINISHED: measure #3001 is not finished: it has no result"],
    );
    let finish = ask(CLERK, "2018-08-21", finish_measure(1));
    check(
        &worked(unfinished, [finish]),
        close(CLOSER),
        expect!["item.closed -> closed"],
    );
    let second = [
        ask(CLERK, "2018-08-21", add_measure(2)),
        ask(CLERK, "2018-08-21", add_evidence(2, "2018-08-21")),
    ];
    let path = verified(draft(|_| ()), second);
    check(
        &path,
        close(CLOSER),
        expect!["MEASURE_UNFINISHED: measure #3002 is not finished: it has no result"],
    );
    // Put in other words, it is as finished as it was.
    let changed = ItemCommand::ChangeMeasure(a_measure(1, MeasureKind::Ordinary));
    let changed = ask(CLERK, "2018-08-21", changed);
    let path = worked(up_to(State::Verified), [changed]);
    check(&path, close(CLOSER), expect!["item.closed -> closed"]);
}

#[test]
fn refuses_a_closing_for_the_first_thing_that_is_wrong() {
    let owing = draft(|draft| {
        draft.scope = ItemScope::Common;
        draft.recovery_required_fen = fen(100);
    });
    let unproved = ask(CLERK, "2018-08-21", add_measure(2));
    let pay = || ask(CLERK, "2018-09-12", came_back(100));
    let prove = || ask(CLERK, "2018-08-21", add_evidence(2, "2018-08-21"));
    let finish = || ask(CLERK, "2018-08-21", finish_measure(2));
    let path = verified(owing, [unproved]);
    check(
        &path[..12],
        close(CLERK),
        expect!["BAD_TRANSITION: item.close is not possible in state closure_requested"],
    );
    check(
        &path,
        close(CLERK),
        expect!["NOT_INDEPENDENT: the actor belongs to the responsible unit or one below it"],
    );
    check(
        &path,
        close(CLOSER),
        expect![[r#"
        EVIDENCE_MISSING:
        measure #3002 has no evidence captured on or after the day of issue"#]],
    );
    check(
        &worked(path.clone(), [prove()]),
        close(CLOSER),
        expect!["MEASURE_UNFINISHED: measure #3002 is not finished: it has no result"],
    );
    check(
        &worked(path.clone(), [prove(), finish()]),
        close(CLOSER),
        expect!["RECOVERY_OPEN: 100 fen must be recovered; 0 fen received, 0 fen waived"],
    );
    check(
        &and(worked(path, [prove(), finish()]), [pay()]),
        close(CLOSER),
        expect![[r#"
            COMMON_ITEM_OPEN:
            0 cases are open; an institutional measure with evidence is missing"#]],
    );
}

#[test]
fn the_checklist_names_everything_that_is_missing() {
    let list = |given: &[Ask]| {
        let missing = missing_for_closure(&World::given(given).books, item(1));
        missing.iter().map(refusal).collect::<Vec<_>>().join("\n")
    };
    let owing = draft(|draft| {
        draft.scope = ItemScope::Common;
        draft.recovery_required_fen = fen(100);
    });
    let mut path = happy_from(owing);
    path.truncate(7);
    path.push(ask(CLERK, "2018-08-21", add_measure(2)));
    expect![[r#"
        BAD_TRANSITION: item.close is not possible in state in_progress
        EVIDENCE_MISSING:
        measure #3001 has no evidence captured on or after the day of issue
        EVIDENCE_MISSING:
        measure #3002 has no evidence captured on or after the day of issue
        MEASURE_UNFINISHED: measure #3001 is not finished: it has no result
        MEASURE_UNFINISHED: measure #3002 is not finished: it has no result
        RECOVERY_OPEN: 100 fen must be recovered; 0 fen received, 0 fen waived
        COMMON_ITEM_OPEN:
        0 cases are open; an institutional measure with evidence is missing"#]]
    .assert_eq(&list(&path));
    expect!["NOT_FOUND item: #1001 is not known in this ledger"].assert_eq(&list(&[]));
    assert_eq!(list(&up_to(State::Verified)), "");
}

/// It rested on a case that was not closed after all.
#[test]
fn a_common_item_is_reopened_with_its_case() {
    let common = draft(|draft| draft.scope = ItemScope::Common);
    let case = draft(|draft| {
        draft.item = item(2);
        draft.parent = Some(item(1));
    });
    let mut path = happy_from(common);
    path[6].command = ItemCommand::AddMeasure(a_measure(1, MeasureKind::Institutional));
    let close = path.pop().unwrap();
    path.push(case);
    let mut world = World::given(&path);
    let state = |world: &mut World, state| {
        world.books.items.get_mut(item(2)).unwrap().state = state;
    };
    state(&mut world, State::Closed);
    world.take(&close);
    let fail = ask(MAYOR, "2018-12-01", {
        let reason = text("未整改到位");
        ItemCommand::FailLookback(ReasonedStep {
            item: item(2),
            reason,
        })
    });
    let events = world.decide(&fail).unwrap();
    let items: Vec<_> = events.iter().map(|event| event.word()).collect();
    assert_eq!(items, ["item.lookback_failed", "item.lookback_failed"]);
    world.take(&fail);
    let common = world.item();
    assert_eq!((common.state, common.reopen_count), (State::InProgress, 1));
    // One that is open already stays as it is.
    state(&mut world, State::Closed);
    assert_eq!(world.decide(&fail).unwrap().len(), 1);
}
