//! What may be taken back, from a unit, from a project, and at the top.

use super::*;

/// Each row puts right what the row before it was refused for.
#[test]
fn refuses_to_take_back_in_this_order() {
    let given = and(
        &received(),
        [
            enter(|_| ()),
            allocate(1, COUNTY, to_unit(TOWN), 600),
            allocate(1, TOWN, to_project(1), 100),
        ],
    );
    let rows = [
        of_nothing(reclaim(to_unit(NOWHERE), Some(NOWHERE), 0)),
        reclaim(to_unit(NOWHERE), Some(NOWHERE), 0),
        reclaim(to_project(9), Some(NOWHERE), 0),
        reclaim(to_unit(TOWN), Some(NOWHERE), 0),
        reclaim(to_unit(TOWN), Some(NOWHERE), 501),
        reclaim(to_unit(TOWN), None, 501),
        reclaim(to_project(1), None, 501),
        reclaim(to_unit(TOWN), Some(COUNTY), 501),
        reclaim(to_unit(TOWN), Some(COUNTY), 501).observed(),
        reclaim(to_unit(TOWN), Some(COUNTY), 500),
    ];
    check(
        &given,
        &rows,
        expect![[r#"
            NOT_FOUND fund: #2009 is not known in this ledger
            NOT_FOUND from: #0063 is not known in this ledger
            NOT_FOUND from: #3009 is not known in this ledger
            BAD_AMOUNT amount_fen:
              0 fen is not an amount that may be stated (1 to 10^15 fen)
            NOT_FOUND to: #0063 is not known in this ledger
            BAD_FIELD to: only the receiver of the batch gives back to the level above
            BAD_FIELD to: only the receiver of the batch gives back to the level above
            OVER_ALLOCATED amount_fen: 501 fen asked for, 500 fen unallocated
            fund.reclaimed
            alert OVER_ALLOCATED amount_fen: 501 fen asked for, 500 fen unallocated
            fund.reclaimed"#]],
    );
}

#[test]
fn takes_back_no_more_than_was_granted_along_the_line() {
    let given = and(
        &received(),
        [
            allocate(1, COUNTY, to_unit(TOWN), 300),
            allocate(1, COUNTY, to_unit(BUREAU), 200),
            allocate(1, BUREAU, to_unit(TOWN), 200),
        ],
    );
    let rows = [
        reclaim(to_unit(TOWN), Some(COUNTY), 301),
        reclaim(to_unit(TOWN), Some(COUNTY), 300),
        reclaim(to_unit(TOWN), Some(BUREAU), 201),
        reclaim(to_unit(TOWN), Some(BUREAU), 200),
        reclaim(to_unit(TOWN), Some(VILLAGE), 1),
    ];
    check(
        &given,
        &rows,
        expect![[r#"
        OVER_ALLOCATED amount_fen: 301 fen asked for, 300 fen unallocated
        fund.reclaimed
        OVER_ALLOCATED amount_fen: 201 fen asked for, 200 fen unallocated
        fund.reclaimed
        OVER_ALLOCATED amount_fen: 1 fen asked for, 0 fen unallocated"#]],
    );
    let given = and(&given, [reclaim(to_unit(TOWN), Some(COUNTY), 100)]);
    let again = |amount| reclaim(to_unit(TOWN), Some(COUNTY), amount);
    check(
        &given,
        &[again(201), again(200)],
        expect![[r#"
        OVER_ALLOCATED amount_fen: 201 fen asked for, 200 fen unallocated
        fund.reclaimed"#]],
    );
}

#[test]
fn takes_back_from_a_project_only_what_is_neither_committed_nor_paid() {
    let pay = instruct(|it| {
        it.amount_fen = fen(150);
        it.sources = vec![share(1, 150)];
    });
    let given = and(&budgeted(), [pay]);
    let back = |amount| reclaim(to_project(1), Some(COUNTY), amount);
    check(
        &given,
        &[back(451), back(450)],
        expect![[r#"
        OVER_ALLOCATED amount_fen: 451 fen asked for, 450 fen unallocated
        fund.reclaimed"#]],
    );
    let settled = and(&given, [settle(1, 150)]);
    check(
        &settled,
        &[back(451), back(450)],
        expect![[r#"
        OVER_ALLOCATED amount_fen: 451 fen asked for, 450 fen unallocated
        fund.reclaimed"#]],
    );
    let returned = and(&settled, [give_back(1, 50)]);
    check(
        &returned,
        &[back(501), back(500)],
        expect![[r#"
        OVER_ALLOCATED amount_fen: 501 fen asked for, 500 fen unallocated
        fund.reclaimed"#]],
    );
}

#[test]
fn the_receiver_gives_back_to_the_level_above_what_it_has_left() {
    let given = and(&received(), [allocate(1, COUNTY, to_unit(TOWN), 600)]);
    let up = |amount| reclaim(to_unit(COUNTY), None, amount);
    check(
        &given,
        &[up(401), up(400)],
        expect![[r#"
        OVER_ALLOCATED amount_fen: 401 fen asked for, 400 fen unallocated
        fund.reclaimed"#]],
    );
}
