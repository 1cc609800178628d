//! Items that are really one or really several: no fen and no item is lost or counted twice.

use super::*;
use crate::record::{RecordCommand, RecordReversal};

fn of(number: u128, mut command: ItemCommand) -> ItemCommand {
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
fn part(number: u128, involved: i64, required: i64) -> Ask {
    draft(|draft| {
        draft.item = item(number);
        draft.amount_involved_fen = fen(involved);
        draft.recovery_required_fen = fen(required);
    })
}

/// The same, issued.
fn issued(number: u128, required: i64) -> [Ask; 2] {
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

fn row(world: &World, number: u128) -> &Item {
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

fn splitting(who: Actor, parts: &[u128]) -> Ask {
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

fn link(who: Actor, number: u128, with: u128) -> Ask {
    ask(
        who,
        "2018-08-22",
        overlap(ItemCommand::LinkOverlap, number, with),
    )
}

/// Items 1 (at work), 2, 3 and 4 (issued).
fn four() -> Vec<Ask> {
    let others = [2, 3, 4].into_iter().flat_map(|number| {
        let issue = of(number, step(ItemCommand::Issue));
        [part(number, 0, 0), ask(INSPECTOR, "2018-08-21", issue)]
    });
    and(at_work(), others)
}

fn counted(given: &[Ask]) -> Vec<u128> {
    let world = World::given(given);
    let counted = |number: &u128| is_counted(&world.books, item(*number), row(&world, *number));
    [1, 2, 3, 4].into_iter().filter(counted).collect()
}

#[test]
fn of_items_that_overlap_one_is_counted_and_it_is_said_which() {
    check(
        &four(),
        link(CLERK, 2, 1),
        expect!["NOT_INDEPENDENT: the actor belongs to the responsible unit or one below it"],
    );
    check(
        &four(),
        link(INSPECTOR, 2, 2),
        expect!["BAD_FIELD with: it must be another item, which is counted by itself"],
    );
    check(
        &four(),
        link(INSPECTOR, 2, 9),
        expect!["NOT_FOUND with: #1009 is not known in this ledger"],
    );
    check(
        &four(),
        link(INSPECTOR, 2, 1),
        expect!["item.overlap_linked -> in_progress"],
    );
    let linked = and(four(), [link(INSPECTOR, 2, 1), link(INSPECTOR, 3, 1)]);
    assert_eq!(counted(&linked), [1, 4]);
    check(
        &linked,
        link(INSPECTOR, 4, 2),
        expect!["BAD_FIELD with: it must be another item, which is counted by itself"],
    );
    check(
        &linked,
        link(INSPECTOR, 1, 4),
        expect![[r#"
        BAD_FIELD item:
        it is counted with another item already, or another one with it"#]],
    );
    check(
        &linked,
        link(INSPECTOR, 2, 4),
        expect![[r#"
        BAD_FIELD item:
        it is counted with another item already, or another one with it"#]],
    );
    let unlink = |with| {
        ask(
            INSPECTOR,
            "2018-08-23",
            overlap(ItemCommand::UnlinkOverlap, 2, with),
        )
    };
    check(
        &linked,
        unlink(4),
        expect!["BAD_FIELD with: this item is not counted with that one"],
    );
    assert_eq!(counted(&and(linked, [unlink(1)])), [1, 2, 4]);
}

/// A problem that two have found does not vanish from the rates because one of them was wrong.
#[test]
fn where_the_counted_one_ends_as_no_problem_the_first_of_the_others_counts() {
    let linked = and(four(), [link(INSPECTOR, 1, 2), link(INSPECTOR, 3, 2)]);
    assert_eq!(counted(&linked), [2, 4]);
    let no_problem = ask(
        FIRST,
        "2018-08-25",
        of(2, because(ItemCommand::UpholdObjection)),
    );
    assert_eq!(counted(&and(linked.clone(), [no_problem])), [1, 2, 4]);
    // One that was merged is stood for by the one that goes on.
    let merged = ask(INSPECTOR, "2018-08-25", of(2, merge_into(4)));
    assert_eq!(counted(&and(linked, [merged])), [2, 4]);
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

/// Items 1 and 2 about the same 1,000 fen, and what is asked for of both, counted once.
fn same_money(more: impl IntoIterator<Item = Ask>) -> (World, Vec<u128>, Fen) {
    let mut path = happy_from(part(1, 0, 1_000));
    path.truncate(9);
    path.extend(issued(2, 1_500));
    path.extend(issued(3, 0));
    path.extend(issued(4, 0));
    path.extend(more);
    let counts = counted(&path);
    let world = World::given(&path);
    let sums = counts.iter().map(|number| row(&world, *number));
    let sum = sums.fold(Fen::ZERO, |sum, item| sum.add(item.recovery_required()));
    (world, counts, sum)
}

#[test]
fn of_two_that_overlap_the_greater_sum_is_asked_for_after_a_merger() {
    let merge = |number, into| ask(INSPECTOR, "2018-08-23", of(number, merge_into(into)));
    let linked = || link(INSPECTOR, 1, 2);
    assert_eq!(same_money([linked()]).2, fen(1_500));
    let (world, counts, sum) = same_money([linked(), merge(1, 2)]);
    assert_eq!((counts, sum), (vec![2, 3, 4], fen(1_500)));
    assert_eq!(row(&world, 1).recovery_required(), Fen::ZERO);
    // The other way round, the one that goes on counts, and another that was counted with it not.
    let other = link(INSPECTOR, 3, 2);
    let (world, counts, sum) = same_money([linked(), other, merge(2, 1)]);
    assert_eq!((counts, sum), (vec![1, 2, 4], fen(1_500)));
    let denominators = [1, 2].map(|number| in_denominator(&world.books, row(&world, number)));
    assert_eq!(denominators, [true, false]);
}

#[test]
fn what_is_counted_with_a_third_item_is_not_merged() {
    let merge = |number, into| ask(INSPECTOR, "2018-08-23", of(number, merge_into(into)));
    let linked = and(four(), [link(INSPECTOR, 1, 2), link(INSPECTOR, 3, 2)]);
    for (number, into) in [(1, 4), (4, 1), (1, 3)] {
        check(
            &linked,
            merge(number, into),
            expect!["BAD_FIELD into: one of the two is counted with a third item: unlink it first"],
        );
    }
}

/// What overlaps with it is counted again when no part is a problem.
#[test]
fn a_principal_that_was_split_stands_while_one_of_its_parts_does() {
    let given = |more: &[Ask]| {
        let linked = and(four(), [link(INSPECTOR, 2, 1)]);
        let split = [part(5, 0, 0), part(6, 0, 0), splitting(INSPECTOR, &[5, 6])];
        let given = and(and(linked, split), more.to_vec());
        let world = World::given(&given);
        is_counted(&world.books, item(2), row(&world, 2))
    };
    let issue = |number| {
        ask(
            INSPECTOR,
            "2018-08-23",
            of(number, step(ItemCommand::Issue)),
        )
    };
    let none = |number| {
        let no_problem = because(ItemCommand::UpholdObjection);
        ask(FIRST, "2018-08-24", of(number, no_problem))
    };
    assert!(!given(&[]));
    assert!(!given(&[issue(5), issue(6), none(5)]));
    assert!(given(&[issue(5), issue(6), none(5), none(6)]));
}
