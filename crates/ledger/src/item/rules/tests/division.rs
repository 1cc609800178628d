//! Items that are really one or really several: no fen and no item is lost or counted twice.

use super::*;
use crate::record::{RecordCommand, RecordReversal};

pub(super) fn of(number: u128, mut command: ItemCommand) -> ItemCommand {
    if let ItemCommand::Issue(ItemStep { item, .. })
    | ItemCommand::UpholdObjection(ReasonedStep { item, .. })
    | ItemCommand::Discard(ReasonedStep { item, .. })
    | ItemCommand::Merge(ItemMerger { item, .. }) = &mut command
    {
        *item = super::item(number);
    }
    command
}

/// Another draft of 1,000 fen, some of it to be recovered.
pub(super) fn part(number: u128, involved: i64, required: i64) -> Ask {
    draft(|draft| {
        draft.item = item(number);
        draft.amount_involved_fen = fen(involved);
        draft.recovery_required_fen = fen(required);
    })
}

/// The same, issued.
pub(super) fn issued(number: u128, required: i64) -> [Ask; 2] {
    let issue = of(number, step(ItemCommand::Issue));
    [
        part(number, 0, required),
        ask(INSPECTOR, "2018-08-21", issue),
    ]
}

/// Item 1 at work: 1,000 fen concerned, 100 to be recovered, 30 back and 20 given up.
fn owing(more: impl IntoIterator<Item = Ask>) -> Vec<Ask> {
    let mut path = happy_from(part(1, 1_000, 100));
    path.truncate(9);
    path.push(ask(CLERK, "2018-08-21", came_back(30)));
    path.push(ask(FIRST, "2018-08-21", waive(20)));
    path.extend(more);
    path
}

pub(super) fn row(world: &World, number: u128) -> &Item {
    world.books.items.get(item(number)).unwrap()
}

#[test]
fn what_is_still_to_be_recovered_goes_with_a_merged_item() {
    let merge = ask(INSPECTOR, "2018-08-22", merge_into(2));
    let world = World::given(&owing(issued(2, 10).into_iter().chain([merge])));
    let (gone, on) = (row(&world, 1), row(&world, 2));
    assert_eq!(
        (gone.recovery_required(), on.recovery_required()),
        (fen(50), fen(60))
    );
    assert_eq!(gone.recovery_open(&world.books), Fen::ZERO);
    assert_eq!(on.recovery_open(&world.books), fen(60));
    // And with that one in its turn.
    let again = ask(INSPECTOR, "2018-08-23", {
        let ItemCommand::Merge(merger) = of(2, merge_into(3)) else {
            unreachable!()
        };
        ItemCommand::Merge(merger)
    });
    let merge = ask(INSPECTOR, "2018-08-22", merge_into(2));
    let others = issued(2, 10).into_iter().chain(issued(3, 0));
    let world = World::given(&owing(others.chain([merge, again])));
    assert_eq!(row(&world, 2).recovery_required(), Fen::ZERO);
    assert_eq!(row(&world, 3).recovery_required(), fen(60));
}

/// Whoever gave money up closes none of the items in which the rest goes on.
#[test]
fn who_gave_money_up_is_known_where_the_item_goes_on() {
    let gave_up = |world: &World, number| {
        let waivers = &row(world, number).turns.waivers;
        waivers
            .iter()
            .any(|waiver| waiver.by.contains(&FIRST.person))
    };
    let merge = ask(INSPECTOR, "2018-08-22", merge_into(2));
    let world = World::given(&owing(issued(2, 10).into_iter().chain([merge])));
    assert!(gave_up(&world, 1) && gave_up(&world, 2));
    let parts = [part(2, 400, 20), part(3, 600, 30)];
    let split = splitting(INSPECTOR, &[2, 3]);
    let world = World::given(&owing(parts.into_iter().chain([split])));
    assert!(gave_up(&world, 2) && gave_up(&world, 3));
}

#[test]
fn what_was_settled_before_a_merger_is_not_reversed() {
    let merge = ask(INSPECTOR, "2018-08-22", merge_into(2));
    let mut world = World::given(&owing(issued(2, 10).into_iter().chain([merge])));
    let received = ask(CLERK, "2018-08-21", came_back(30)).command.into_event();
    let reverse = Command::Record(RecordCommand::Reverse(RecordReversal {
        subject: item(1).into(),
        seq: 1,
        amount_fen: fen(30),
        reason: text("误记"),
        original: Some(Box::new(received)),
    }));
    expect!["BAD_REVERSAL seq: what came later rests on it: #1001"]
        .assert_eq(&world.answer(INSPECTOR, 21, reverse));
}

pub(super) fn splitting(who: Actor, parts: &[u128]) -> Ask {
    ask(who, "2018-08-22", split_into(parts))
}

#[test]
fn is_split_into_drafts_that_add_up_to_the_fen() {
    let check = |parts: &[(u128, i64, i64)], into: &[u128], then: Expect| {
        let parts = parts
            .iter()
            .map(|(number, all, back)| part(*number, *all, *back));
        check(&owing(parts), splitting(INSPECTOR, into), then);
    };
    check(
        &[(2, 400, 20), (3, 600, 30)],
        &[2, 3],
        expect!["item.split -> split"],
    );
    check(
        &[(2, 400, 20), (3, 599, 30)],
        &[2, 3],
        expect![[r#"
        SPLIT_MISMATCH amount_involved_fen:
        the parts add up to 999 fen, the total is 1000 fen"#]],
    );
    check(
        &[(2, 400, 20), (3, 600, 29)],
        &[2, 3],
        expect![[r#"
        SPLIT_MISMATCH recovery_required_fen:
        the parts add up to 49 fen, the total is 50 fen"#]],
    );
    check(
        &[(2, 400, 20), (3, 600, 31)],
        &[2, 3],
        expect![[r#"
        SPLIT_MISMATCH recovery_required_fen:
        the parts add up to 51 fen, the total is 50 fen"#]],
    );
    check(
        &[(2, 1_000, 50)],
        &[2],
        expect!["BAD_FIELD into: an item is split into 2 to 100 others, each named once"],
    );
    check(
        &[(2, 500, 25)],
        &[2, 2],
        expect!["BAD_FIELD into: an item is split into 2 to 100 others, each named once"],
    );
    check(
        &[(2, 500, 25)],
        &[2, 1],
        expect![[r#"
        BAD_FIELD into:
        each part is another draft, of the same round and common item, and of no other split"#]],
    );
    check(
        &[(2, 500, 25)],
        &[2, 9],
        expect!["NOT_FOUND into: #1009 is not known in this ledger"],
    );
}

#[test]
fn the_parts_are_drafts_of_the_same_round_and_of_no_other_split() {
    let parts = || [part(2, 400, 20), part(3, 600, 30)];
    check(
        &owing(parts()),
        splitting(CLERK, &[2, 3]),
        expect!["NOT_INDEPENDENT: the actor belongs to the responsible unit or one below it"],
    );
    let issue = ask(INSPECTOR, "2018-08-21", of(2, step(ItemCommand::Issue)));
    let issued = parts().into_iter().chain([issue]);
    check(
        &owing(issued),
        splitting(INSPECTOR, &[2, 3]),
        expect![[r#"
        BAD_FIELD into:
        each part is another draft, of the same round and common item, and of no other split"#]],
    );
    let elsewhere = draft(|draft| {
        draft.item = item(2);
        draft.round = round(2);
        draft.amount_involved_fen = fen(400);
        draft.recovery_required_fen = fen(20);
    });
    let given = owing([elsewhere, part(3, 600, 30)]);
    check(
        &given,
        splitting(INSPECTOR, &[2, 3]),
        expect![[r#"
        BAD_FIELD into:
        each part is another draft, of the same round and common item, and of no other split"#]],
    );
    check(
        &up_to(State::ClosureRequested),
        ask(INSPECTOR, "2018-09-02", split_into(&[1, 1])),
        expect!["BAD_TRANSITION: item.split is not possible in state closure_requested"],
    );
}

#[test]
fn a_split_item_is_out_of_the_rates_once_a_part_is_in_them_and_its_parts_know_it() {
    let given = owing([
        part(2, 400, 20),
        part(3, 600, 30),
        splitting(INSPECTOR, &[2, 3]),
    ]);
    let world = World::given(&given);
    let whole = row(&world, 1);
    assert_eq!(whole.state, State::Split);
    assert_eq!(whole.turns.split_into, [item(2), item(3)]);
    assert_eq!(row(&world, 2).turns.split_from, Some(item(1)));
    // Nobody must issue the parts: until one of them is in the rates, the whole is.
    assert!(in_denominator(&world.books, whole) && !is_open(whole.state));
    let issue = ask(INSPECTOR, "2018-08-23", of(2, step(ItemCommand::Issue)));
    let no_problem = because(ItemCommand::UpholdObjection);
    let no_problem = ask(FIRST, "2018-08-24", of(2, no_problem));
    let rates = |more: &[Ask]| {
        let world = World::given(&and(given.clone(), more.to_vec()));
        [1, 2, 3].map(|number| in_denominator(&world.books, row(&world, number)))
    };
    assert_eq!(rates(std::slice::from_ref(&issue)), [false, true, false]);
    assert_eq!(rates(&[issue, no_problem]), [true, false, false]);
    // What was settled on it is all that it asks for; the parts ask for the rest.
    let required = [1, 2, 3].map(|number| row(&world, number).recovery_required());
    assert_eq!(required, [fen(50), fen(20), fen(30)]);
    let other = part(4, 0, 0);
    let twice = and(given, [other, draft(|draft| draft.item = item(5))]);
    let again = ask(
        INSPECTOR,
        "2018-08-23",
        ItemCommand::Split(ItemSplit {
            item: item(4),
            into: vec![item(2), item(5)],
            reason: text("再拆"),
        }),
    );
    check(
        &twice,
        again,
        expect![[r#"
        BAD_FIELD into:
        each part is another draft, of the same round and common item, and of no other split"#]],
    );
}

#[test]
fn a_common_item_waits_for_what_its_merged_case_went_into() {
    let case = |number| {
        draft(|draft| {
            draft.item = item(number);
            draft.parent = Some(item(1));
        })
    };
    let common = draft(|draft| draft.scope = ItemScope::Common);
    let mut path = super::closing::verified(common, []);
    path[6].command = ItemCommand::AddMeasure(a_measure(1, MeasureKind::Institutional));
    path.push(case(2));
    path.push(draft(|draft| draft.item = item(3)));
    path.push(ask(INSPECTOR, "2018-09-12", of(2, merge_into(3))));
    let close = || ask(CLOSER, "2018-09-20", step(ItemCommand::Close));
    check(
        &path,
        close(),
        expect!["COMMON_ITEM_OPEN: 1 cases are open"],
    );
    let mut import = import_closure("2018-09-01");
    if let ItemCommand::ImportClosure(closure) = &mut import {
        closure.item = item(3);
    }
    path.push(ask(INSPECTOR, "2018-09-13", import).observed());
    check(&path, close(), expect!["item.closed -> closed"]);
}

/// Else the cases would be left behind, and nobody would wait for them.
#[test]
fn a_common_item_is_not_merged_away_from_its_open_cases() {
    let common = draft(|draft| draft.scope = ItemScope::Common);
    let case = draft(|draft| {
        draft.item = item(2);
        draft.parent = Some(item(1));
    });
    let given = [common, case, part(3, 0, 0)];
    let merge = || ask(INSPECTOR, "2018-09-12", merge_into(3));
    check(
        &given,
        merge(),
        expect!["COMMON_ITEM_OPEN: 1 cases are open"],
    );
    check(
        &given,
        merge().observed(),
        expect!["COMMON_ITEM_OPEN: 1 cases are open"],
    );
    let import = ask(INSPECTOR, "2018-09-12", import_closure("2018-05-01")).observed();
    check(
        &given,
        import.clone(),
        expect!["COMMON_ITEM_OPEN: 1 cases are open"],
    );
    let ended = ask(
        INSPECTOR,
        "2018-09-11",
        of(2, because(ItemCommand::Discard)),
    );
    let given = and(given.to_vec(), [ended]);
    check(&given, merge(), expect!["item.merged -> merged"]);
    check(
        &given,
        import,
        expect!["item.closure_imported -> historically_closed"],
    );
}

/// A case whose common item was given up goes on, and so do its parts.
#[test]
fn the_parts_of_a_case_whose_common_item_has_ended_have_none() {
    let common = draft(|draft| {
        draft.item = item(4);
        draft.scope = ItemScope::Common;
    });
    let case = draft(|draft| draft.parent = Some(item(4)));
    let parts = [part(2, 0, 0), part(3, 0, 0)];
    let given = and(vec![common, case], parts);
    check(
        &given,
        splitting(INSPECTOR, &[2, 3]),
        expect![[r#"
        BAD_FIELD into:
        each part is another draft, of the same round and common item, and of no other split"#]],
    );
    let mut abandoned = give_up();
    if let ItemCommand::CloseNotImplemented(it) = &mut abandoned {
        it.item = item(4);
    }
    let given = and(given, [ask(INSPECTOR, "2018-08-21", abandoned)]);
    check(
        &given,
        splitting(INSPECTOR, &[2, 3]),
        expect!["item.split -> split"],
    );
}

/// Whoever could merge an item into a draft and give that up, or give up the parts of a split one,
/// would take it out of the rates with one hand.
#[test]
fn what_was_issued_goes_on_in_what_is_not_given_up_by_one_hand() {
    check(
        &owing([part(2, 0, 10)]),
        ask(INSPECTOR, "2018-08-22", merge_into(2)),
        expect![[r#"
        BAD_FIELD into:
        it is a draft, and an item that was issued goes on in one that was issued"#]],
    );
    let split = owing([
        part(2, 400, 20),
        part(3, 600, 30),
        splitting(INSPECTOR, &[2, 3]),
        part(4, 0, 0),
        ask(INSPECTOR, "2018-08-22", of(3, merge_into(4))),
    ]);
    // 2 is a part, and 4 is what another part was merged into.
    for number in [2, 4] {
        let discard = of(number, because(ItemCommand::Discard));
        check(
            &split,
            ask(INSPECTOR, "2018-08-23", discard),
            expect![[r#"
            BAD_FIELD item:
            an item that was issued goes on in this draft, by a split or a merger"#]],
        );
    }
    let mut import = import_closure("2018-05-01");
    if let ItemCommand::ImportClosure(closure) = &mut import {
        closure.item = item(2);
    }
    check(
        &split,
        ask(INSPECTOR, "2018-08-23", import).observed(),
        expect![[r#"
        BAD_FIELD item:
        an item that was issued goes on in this draft, by a split or a merger"#]],
    );
}

/// As a log of before may say.
#[test]
fn a_common_item_waits_for_a_case_whose_parts_were_given_up() {
    let under = |number| {
        draft(|draft| {
            draft.item = item(number);
            draft.parent = Some(item(4));
        })
    };
    let common = draft(|draft| {
        draft.item = item(4);
        draft.scope = ItemScope::Common;
    });
    let mut path = happy_from(draft(|draft| draft.parent = Some(item(4))));
    path.truncate(9);
    path.insert(0, common);
    path.extend([under(2), under(3), splitting(INSPECTOR, &[2, 3])]);
    let mut world = World::given(&path);
    for number in [2, 3] {
        let discarded = of(number, because(ItemCommand::Discard)).into_event();
        world.happened("2018-08-23", discarded);
    }
    let open = |world: &World| {
        let missing = missing_for_closure(&world.books, item(4)).into_iter();
        missing.last().map(|no| no.to_string())
    };
    let expected = "1 cases are open; an institutional measure with evidence is missing";
    assert_eq!(open(&world).as_deref(), Some(expected));
}
