//! Items about the same problem: which of them is counted, and whose money is asked for once.

use super::division::{issued, of, part, row, splitting};
use super::*;

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

/// Items 1 (at work, of 1,000 fen) and 2 (of 500) are the same money; 1 is split into 5 of 400 and
/// 6 of 600, which are issued.
fn parts_of_a_linked_item(more: impl IntoIterator<Item = Ask>) -> Vec<Ask> {
    let mut path = happy_from(part(1, 0, 1_000));
    path.truncate(9);
    path.extend(issued(2, 500));
    path.extend([link(INSPECTOR, 1, 2), part(5, 0, 400), part(6, 0, 600)]);
    path.push(splitting(INSPECTOR, &[5, 6]));
    path.extend([5, 6].map(|number| {
        let issue = of(number, step(ItemCommand::Issue));
        ask(INSPECTOR, "2018-08-23", issue)
    }));
    path.extend(more);
    path
}

/// Which items are in the rates, and what they ask for together.
fn rated(given: &[Ask]) -> (Vec<u128>, Fen) {
    let world = World::given(given);
    let rated = |number: &u128| {
        let item_row = world.books.items.get(item(*number));
        item_row.is_some_and(|row| {
            in_denominator(&world.books, row) && is_counted(&world.books, item(*number), row)
        })
    };
    let rated: Vec<_> = (1..=6).filter(rated).collect();
    let rows = rated.iter().map(|number| row(&world, *number));
    let sum = rows.fold(Fen::ZERO, |sum, row| sum.add(row.recovery_required()));
    (rated, sum)
}

#[test]
fn the_parts_of_what_is_counted_with_another_item_are_counted_with_it() {
    assert_eq!(rated(&parts_of_a_linked_item([])), (vec![2], fen(500)));
    // They are one problem: where the other one is none, both of them count.
    let no_problem = ask(
        FIRST,
        "2018-08-24",
        of(2, because(ItemCommand::UpholdObjection)),
    );
    let alone = parts_of_a_linked_item([no_problem]);
    assert_eq!(rated(&alone), (vec![5, 6], fen(1_000)));
    // Each can be unlinked by itself.
    let unlink = overlap(ItemCommand::UnlinkOverlap, 5, 2);
    let unlinked = parts_of_a_linked_item([ask(INSPECTOR, "2018-08-24", unlink)]);
    assert_eq!(rated(&unlinked), (vec![2, 5], fen(900)));
    // Until one of them is issued, the whole stands for them.
    let mut unissued = parts_of_a_linked_item([]);
    unissued.truncate(unissued.len() - 2);
    assert_eq!(rated(&unissued), (vec![2], fen(500)));
}

#[test]
fn parts_that_are_merged_into_what_they_are_counted_with_bring_what_the_whole_would() {
    let merge = |number, into| ask(INSPECTOR, "2018-08-24", of(number, merge_into(into)));
    let one = parts_of_a_linked_item([merge(5, 2)]);
    assert_eq!(rated(&one), (vec![2], fen(500)));
    for [first, last] in [[5, 6], [6, 5]] {
        let both = parts_of_a_linked_item([merge(first, 2), merge(last, 2)]);
        assert_eq!(rated(&both), (vec![2], fen(1_000)));
        let into_part = parts_of_a_linked_item([merge(2, first), merge(last, first)]);
        assert_eq!(rated(&into_part), (vec![first], fen(1_000)));
    }
}

#[test]
fn a_part_has_no_link_of_its_own_where_the_whole_has_one() {
    let linked = and(four(), [link(INSPECTOR, 1, 2)]);
    for [item, with] in [[5, 3], [3, 5]] {
        let parts = [part(5, 0, 0), part(6, 0, 0), link(INSPECTOR, item, with)];
        check(
            &and(linked.clone(), parts),
            splitting(INSPECTOR, &[5, 6]),
            expect![[r#"
                BAD_FIELD into:
                the whole is counted with another item, and this part has a link of its own"#]],
        );
    }
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
