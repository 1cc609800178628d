//! What may be carried over into a later year.

use super::*;

/// Each row puts right what the row before it was refused for.
#[test]
fn refuses_to_carry_over_in_this_order() {
    let given = and(
        &received(),
        [
            enter(|_| ()),
            allocate(1, COUNTY, to_unit(TOWN), 600),
            allocate(1, COUNTY, to_project(1), 100),
        ],
    );
    let rows = [
        of_nothing(carry(NOWHERE, 0, 2018)),
        carry(NOWHERE, 0, 2018),
        carry(COUNTY, 0, 2018),
        carry(COUNTY, 401, 2018),
        carry(COUNTY, 401, 2101),
        carry(COUNTY, 401, 2019),
        carry(COUNTY, 401, 2019).observed(),
        carry(COUNTY, 400, 2019),
        carry(COUNTY, 400, 2100),
    ];
    check(
        &given,
        &rows,
        expect![[r#"
            NOT_FOUND fund: #2009 is not known in this ledger
            NOT_FOUND holder: #0063 is not known in this ledger
            BAD_AMOUNT amount_fen:
              0 fen is not an amount that may be stated (1 to 10^15 fen)
            BAD_FIELD to_year:
              it must be later than the budget year, and no later than 2100
            BAD_FIELD to_year:
              it must be later than the budget year, and no later than 2100
            OVER_ALLOCATED amount_fen: 401 fen asked for, 400 fen unallocated
            fund.carried_over
            alert OVER_ALLOCATED amount_fen: 401 fen asked for, 400 fen unallocated
            fund.carried_over
            fund.carried_over"#]],
    );
}

/// Into one year no more than there is; what is still left then may go on into the next.
#[test]
fn the_same_rest_is_carried_over_into_a_year_once() {
    let given = and(&received(), [carry(COUNTY, 700, 2019)]);
    check(
        &given,
        &[
            carry(COUNTY, 301, 2019),
            carry(COUNTY, 300, 2019),
            carry(COUNTY, 1000, 2020),
            carry(COUNTY, 1001, 2020),
        ],
        expect![[r#"
            OVER_ALLOCATED amount_fen: 301 fen asked for, 300 fen unallocated
            fund.carried_over
            fund.carried_over
            OVER_ALLOCATED amount_fen: 1001 fen asked for, 1000 fen unallocated"#]],
    );
}
