//! Promised: at every level no more authority is passed on than there is (V6), no sum is ever
//! beyond what is exact (V5), and equation 2 holds after every step. What breaks V6 is stored if
//! it was observed, and the rest is negative.

mod equations;
mod limits;

use super::*;
use crate::Command;
use crate::fund::{Adjustment, CarryOver, ReclaimReason, SourceKind};
use crate::testing::*;
use crate::testing::{allocate, announce};
use expect_test::expect;

fn adjust(delta: i64) -> Ask {
    ask(Command::Fund(FundCommand::Adjust(Adjustment {
        fund: fund(1),
        delta_fen: fen(delta),
        reason: text(),
        document: reference(),
    })))
}

fn reclaim(from: Holder, to: Option<u128>, amount: i64) -> Ask {
    ask(Command::Fund(FundCommand::Reclaim(Reclaim {
        fund: fund(1),
        from,
        to: to.map(unit),
        amount_fen: fen(amount),
        reason: ReclaimReason::Surplus,
        document: reference(),
    })))
}

fn carry(holder: u128, amount: i64, to_year: u32) -> Ask {
    ask(Command::Fund(FundCommand::CarryOver(CarryOver {
        fund: fund(1),
        holder: unit(holder),
        amount_fen: fen(amount),
        to_year,
        document: reference(),
    })))
}

/// The same of batch 9, which nobody has announced.
fn of_nothing(ask: Ask) -> Ask {
    let mut ask = ask;
    let Command::Fund(command) = &mut ask.command else {
        panic!("{ask:?}");
    };
    match command {
        FundCommand::Announce(it) => it.fund = fund(9),
        FundCommand::Receive(it) => it.fund = fund(9),
        FundCommand::Allocate(it) => it.fund = fund(9),
        FundCommand::Adjust(it) => it.fund = fund(9),
        FundCommand::Reclaim(it) => it.fund = fund(9),
        FundCommand::CarryOver(it) => it.fund = fund(9),
    }
    ask
}

/// Batch 1, with all of its 1000 fen.
fn received() -> Vec<Ask> {
    vec![announce(|_| ()), receive(1, 1000)]
}

/// Each row puts right what the row before it was refused for.
#[test]
fn refuses_an_announcement_in_this_order() {
    let wrong = |it: &mut FundAnnouncement| {
        it.fund = fund(2);
        it.source_kind = SourceKind::Bond;
        it.budget_year = 1993;
    };
    let rows = [
        announce(|it| it.issuer = unit(NOWHERE)),
        announce(|it| {
            wrong(it);
            it.issuer = unit(NOWHERE);
            it.receiver = unit(NOWHERE);
        }),
        announce(|it| {
            wrong(it);
            it.receiver = unit(NOWHERE);
            it.amount_fen = fen(0);
        }),
        announce(|it| {
            wrong(it);
            it.amount_fen = fen(0);
        }),
        announce(wrong),
        announce(|it| {
            wrong(it);
            it.budget_year = 2014;
        }),
        announce(|it| {
            wrong(it);
            it.budget_year = 2015;
        }),
    ];
    check(
        &received(),
        &rows,
        expect![[r#"
            ALREADY_EXISTS fund: #2001 exists already
            NOT_FOUND issuer: #0063 is not known in this ledger
            NOT_FOUND receiver: #0063 is not known in this ledger
            BAD_AMOUNT amount_fen:
              0 fen is not an amount that may be stated (1 to 10^15 fen)
            BAD_FIELD budget_year: it must be a year from 1994 to 2100
            NOT_IN_FORCE source_kind: bond is not a source of money in 2014
            fund.announced"#]],
    );
}

#[test]
fn a_budget_year_lies_between_1994_and_2100() {
    let rows = [1993, 1994, 2100, 2101].map(|year| announce(|it| it.budget_year = year));
    check(
        &[],
        &rows,
        expect![[r#"
        BAD_FIELD budget_year: it must be a year from 1994 to 2100
        fund.announced
        fund.announced
        BAD_FIELD budget_year: it must be a year from 1994 to 2100"#]],
    );
}

#[test]
fn a_source_is_announced_only_in_the_years_in_which_it_is_in_use() {
    let of = |kind, year| {
        announce(|it| {
            it.source_kind = kind;
            it.budget_year = year;
        })
    };
    let rows = [
        of(SourceKind::Bond, 2014),
        of(SourceKind::Bond, 2015),
        of(SourceKind::EastWest, 1995),
        of(SourceKind::EastWest, 1996),
        of(SourceKind::EastWest, 2021),
        of(SourceKind::Bond, 2014).observed(),
    ];
    check(
        &[],
        &rows,
        expect![[r#"
        NOT_IN_FORCE source_kind: bond is not a source of money in 2014
        fund.announced
        NOT_IN_FORCE source_kind: east_west is not a source of money in 1995
        fund.announced
        fund.announced
        fund.announced
        alert NOT_IN_FORCE source_kind: bond is not a source of money in 2014"#]],
    );
    let others = SourceKind::ALL
        .iter()
        .filter(|kind| !matches!(kind, SourceKind::Bond | SourceKind::EastWest));
    for kind in others {
        assert_eq!(
            World::new().answer(&of(*kind, 1994)),
            "fund.announced",
            "{kind}"
        );
    }
}

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
