//! What an adjustment may take away.

use super::*;

/// Each row puts right what the row before it was refused for.
#[test]
fn refuses_an_adjustment_in_this_order() {
    let given = and(&received(), [allocate(1, COUNTY, to_unit(TOWN), 600)]);
    let rows = [
        of_nothing(adjust(0)),
        adjust(0),
        adjust(-401),
        adjust(-401).observed(),
        adjust(-400),
        adjust(1),
    ];
    check(
        &given,
        &rows,
        expect![[r#"
            NOT_FOUND fund: #2009 is not known in this ledger
            BAD_AMOUNT delta_fen:
              0 fen is not an amount that may be stated (1 to 10^15 fen)
            OVER_ALLOCATED amount_fen: 401 fen asked for, 400 fen unallocated
            fund.adjusted
            alert OVER_ALLOCATED amount_fen: 401 fen asked for, 400 fen unallocated
            fund.adjusted
            fund.adjusted"#]],
    );
}

#[test]
fn what_makes_a_shortage_smaller_is_not_refused_for_it() {
    let short = allocate(1, COUNTY, to_unit(TOWN), 1100).observed();
    let given = and(&received(), [short]);
    check(
        &given,
        &[adjust(99), adjust(100), adjust(101), adjust(-1)],
        expect![[r#"
            fund.adjusted
            fund.adjusted
            fund.adjusted
            OVER_ALLOCATED amount_fen: 1 fen asked for, -100 fen unallocated"#]],
    );
}
