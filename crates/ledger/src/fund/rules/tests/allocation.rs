//! V6: what may be received and passed on, at every level.

use super::*;

/// Each row puts right what the row before it was refused for.
#[test]
fn refuses_an_allocation_in_this_order() {
    let rows = [
        of_nothing(allocate(1, NOWHERE, to_unit(NOWHERE), 0)),
        allocate(1, NOWHERE, to_unit(NOWHERE), 0),
        allocate(1, COUNTY, to_unit(NOWHERE), 0),
        allocate(1, COUNTY, to_project(9), 0),
        allocate(1, COUNTY, to_unit(COUNTY), 0),
        allocate(1, COUNTY, to_unit(COUNTY), 1001),
        allocate(1, COUNTY, to_unit(TOWN), 1001),
        allocate(1, COUNTY, to_unit(TOWN), 1000),
    ];
    check(
        &received(),
        &rows,
        expect![[r#"
            NOT_FOUND fund: #2009 is not known in this ledger
            NOT_FOUND from: #0063 is not known in this ledger
            NOT_FOUND to: #0063 is not known in this ledger
            NOT_FOUND to: #3009 is not known in this ledger
            BAD_AMOUNT amount_fen:
              0 fen is not an amount that may be stated (1 to 10^15 fen)
            BAD_FIELD to: a unit cannot allocate to itself
            OVER_ALLOCATED amount_fen: 1001 fen asked for, 1000 fen unallocated
            fund.allocated"#]],
    );
}

#[test]
fn receives_no_more_than_was_announced() {
    let given = [announce(|_| ()), receive(1, 999)];
    let rows = [
        of_nothing(receive(1, 0)),
        receive(1, 0),
        receive(1, 2),
        receive(1, 2).observed(),
        receive(1, 1),
    ];
    check(
        &given,
        &rows,
        expect![[r#"
            NOT_FOUND fund: #2009 is not known in this ledger
            BAD_AMOUNT amount_fen:
              0 fen is not an amount that may be stated (1 to 10^15 fen)
            OVER_ALLOCATED amount_fen: 2 fen asked for, 1 fen unallocated
            fund.received
            alert OVER_ALLOCATED amount_fen: 2 fen asked for, 1 fen unallocated
            fund.received"#]],
    );
}

/// What an adjustment has added was not announced, and leaves the announced amount to be received.
#[test]
fn an_adjustment_is_no_part_of_the_announced_amount() {
    let given = [announce(|_| ()), adjust(200)];
    check(
        &given,
        &[receive(1, 1000), receive(1, 1001)],
        expect![[r#"
        fund.received
        OVER_ALLOCATED amount_fen: 1001 fen asked for, 1000 fen unallocated"#]],
    );
}

#[test]
fn passes_on_no_more_than_there_is_at_every_level() {
    let given = and(&received(), [enter(|_| ())]);
    let levels = [
        (COUNTY, to_unit(TOWN), 1000),
        (TOWN, to_unit(VILLAGE), 600),
        (VILLAGE, to_project(1), 250),
    ];
    let mut given = given;
    let mut lines = Vec::new();
    for (from, to, amount) in levels {
        let whole = World::given(&given)
            .books
            .nodes
            .get((fund(1), unit(from)))
            .unwrap()
            .granted;
        for asked in [whole.get() + 1, whole.get()] {
            let answer = World::given(&given).answer(&allocate(1, from, to, asked));
            lines.push(format!("unit {from} has {}: {answer}", whole.get()));
        }
        given.push(allocate(1, from, to, amount));
    }
    lines.push(authority(&World::given(&given).books));
    expect![[r#"
        unit 2 has 1000: OVER_ALLOCATED amount_fen: 1001 fen asked for, 1000 fen unallocated
        unit 2 has 1000: fund.allocated
        unit 3 has 1000: OVER_ALLOCATED amount_fen: 1001 fen asked for, 1000 fen unallocated
        unit 3 has 1000: fund.allocated
        unit 4 has 600: OVER_ALLOCATED amount_fen: 601 fen asked for, 600 fen unallocated
        unit 4 has 600: fund.allocated
        batch 1: received 1000, taken back at the top 0
          unit 2: 1000 = passed on 1000 + own budget 0 + left 0
          unit 3: 1000 = passed on 600 + own budget 0 + left 400
          unit 4: 600 = passed on 0 + own budget 250 + left 350
          project 1: 250 = committed 0 + settled 0 - returned 0 + available 250"#]]
    .assert_eq(&lines.join("\n"));
}

#[test]
fn a_unit_that_holds_nothing_passes_nothing_on() {
    let rows = [
        allocate(1, TOWN, to_unit(VILLAGE), 1),
        allocate(1, PREFECTURE, to_unit(VILLAGE), 1),
        reclaim(to_unit(TOWN), Some(COUNTY), 1),
        carry(TOWN, 1, 2019),
    ];
    check(
        &received(),
        &rows,
        expect![[r#"
        OVER_ALLOCATED amount_fen: 1 fen asked for, 0 fen unallocated
        OVER_ALLOCATED amount_fen: 1 fen asked for, 0 fen unallocated
        OVER_ALLOCATED amount_fen: 1 fen asked for, 0 fen unallocated
        OVER_ALLOCATED amount_fen: 1 fen asked for, 0 fen unallocated"#]],
    );
}

#[test]
fn what_was_passed_on_is_not_passed_on_twice() {
    let given = and(
        &received(),
        [enter(|_| ()), allocate(1, COUNTY, to_unit(TOWN), 600)],
    );
    let rows = [
        allocate(1, COUNTY, to_project(1), 401),
        allocate(1, COUNTY, to_project(1), 400),
    ];
    check(
        &given,
        &rows,
        expect![[r#"
        OVER_ALLOCATED amount_fen: 401 fen asked for, 400 fen unallocated
        fund.allocated"#]],
    );
}
