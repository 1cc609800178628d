//! Who holds what after every step of a batch, beside equation 2.

use super::*;

#[test]
fn from_the_announcement_to_the_project_and_back() {
    let steps = [
        announce(|_| ()),
        receive(1, 400),
        receive(1, 600),
        adjust(-100),
        allocate(1, COUNTY, to_unit(TOWN), 500),
        allocate(1, TOWN, to_project(1), 300),
        reclaim(to_project(1), Some(TOWN), 50),
        reclaim(to_unit(TOWN), Some(COUNTY), 250),
        reclaim(to_unit(COUNTY), None, 650),
        carry(TOWN, 250, 2019),
    ];
    check_authority(
        &[enter(|_| ())],
        &steps,
        expect![[r#"
        fund.announced
        batch 1: received 0, taken back at the top 0
        fund.received
        batch 1: received 400, taken back at the top 0
          unit 2: 400 = passed on 0 + own budget 0 + left 400
        fund.received
        batch 1: received 1000, taken back at the top 0
          unit 2: 1000 = passed on 0 + own budget 0 + left 1000
        fund.adjusted
        batch 1: received 900, taken back at the top 0
          unit 2: 900 = passed on 0 + own budget 0 + left 900
        fund.allocated
        batch 1: received 900, taken back at the top 0
          unit 2: 900 = passed on 500 + own budget 0 + left 400
          unit 3: 500 = passed on 0 + own budget 0 + left 500
        fund.allocated
        batch 1: received 900, taken back at the top 0
          unit 2: 900 = passed on 500 + own budget 0 + left 400
          unit 3: 500 = passed on 0 + own budget 300 + left 200
          project 1: 300 = committed 0 + settled 0 - returned 0 + available 300
        fund.reclaimed
        batch 1: received 900, taken back at the top 0
          unit 2: 900 = passed on 500 + own budget 0 + left 400
          unit 3: 500 = passed on 0 + own budget 250 + left 250
          project 1: 250 = committed 0 + settled 0 - returned 0 + available 250
        fund.reclaimed
        batch 1: received 900, taken back at the top 0
          unit 2: 900 = passed on 250 + own budget 0 + left 650
          unit 3: 250 = passed on 0 + own budget 250 + left 0
          project 1: 250 = committed 0 + settled 0 - returned 0 + available 250
        fund.reclaimed
        batch 1: received 900, taken back at the top 650
          unit 2: 250 = passed on 250 + own budget 0 + left 0
          unit 3: 250 = passed on 0 + own budget 250 + left 0
          project 1: 250 = committed 0 + settled 0 - returned 0 + available 250
        fund.carried_over
        batch 1: received 900, taken back at the top 650
          unit 2: 250 = passed on 250 + own budget 0 + left 0
          unit 3: 250 = passed on 0 + own budget 250 + left 0
          project 1: 250 = committed 0 + settled 0 - returned 0 + available 250"#]],
    );
}

#[test]
fn observed_facts_may_leave_less_than_nothing() {
    let steps = [
        announce(|_| ()),
        receive(1, 1001).observed(),
        allocate(1, TOWN, to_project(1), 1).observed(),
        reclaim(to_project(1), Some(COUNTY), 2).observed(),
        reclaim(to_unit(COUNTY), None, 1004).observed(),
    ];
    check_authority(
        &[enter(|_| ())],
        &steps,
        expect![[r#"
        fund.announced
        batch 1: received 0, taken back at the top 0
        fund.received
        alert OVER_ALLOCATED amount_fen: 1001 fen asked for, 1000 fen unallocated
        batch 1: received 1001, taken back at the top 0
          unit 2: 1001 = passed on 0 + own budget 0 + left 1001
        fund.allocated
        alert OVER_ALLOCATED amount_fen: 1 fen asked for, 0 fen unallocated
        batch 1: received 1001, taken back at the top 0
          unit 2: 1001 = passed on 0 + own budget 0 + left 1001
          unit 3: 0 = passed on 0 + own budget 1 + left -1
          project 1: 1 = committed 0 + settled 0 - returned 0 + available 1
        fund.reclaimed
        alert OVER_ALLOCATED amount_fen: 2 fen asked for, 0 fen unallocated
        batch 1: received 1001, taken back at the top 0
          unit 2: 1001 = passed on 0 + own budget -2 + left 1003
          unit 3: 0 = passed on 0 + own budget 1 + left -1
          project 1: -1 = committed 0 + settled 0 - returned 0 + available -1
        fund.reclaimed
        alert OVER_ALLOCATED amount_fen: 1004 fen asked for, 1003 fen unallocated
        batch 1: received 1001, taken back at the top 1004
          unit 2: -3 = passed on 0 + own budget -2 + left -1
          unit 3: 0 = passed on 0 + own budget 1 + left -1
          project 1: -1 = committed 0 + settled 0 - returned 0 + available -1"#]],
    );
}

#[test]
fn two_batches_are_two_authorities() {
    let given = [
        announce(|_| ()),
        receive(1, 1000),
        announce(|it| it.fund = fund(2)),
        receive(2, 10),
    ];
    let over = allocate(2, COUNTY, to_unit(TOWN), 11);
    check_authority(
        &given,
        &[over],
        expect![[r#"
        OVER_ALLOCATED amount_fen: 11 fen asked for, 10 fen unallocated
        batch 1: received 1000, taken back at the top 0
          unit 2: 1000 = passed on 0 + own budget 0 + left 1000
        batch 2: received 10, taken back at the top 0
          unit 2: 10 = passed on 0 + own budget 0 + left 10"#]],
    );
}
