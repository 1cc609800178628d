//! Promised: what was there before the book comes in as the first record of a batch, recorded by
//! two; its figures go together, and what comes after counts them.

use super::*;
use crate::fund::{FundOpening, OpeningCarry, OpeningLine, OpeningSpending};
use crate::testing::{by_two, check_openings, cut_over, proposed};

fn line(from: u128, to: Holder, amount: i64) -> OpeningLine {
    OpeningLine {
        from: unit(from),
        to,
        amount_fen: fen(amount),
    }
}

fn spending(number: u128, settled: i64, returned: i64) -> OpeningSpending {
    OpeningSpending {
        project: project(number),
        settled_fen: fen(settled),
        returned_fen: fen(returned),
    }
}

/// Batch 1: 900 of 1000 fen received, 100 of them taken back, 600 with the town, which has given
/// 500 to project 1, which has spent 300 of them.
fn take_over(change: impl FnOnce(&mut FundOpening)) -> Ask {
    let Command::Fund(FundCommand::Announce(announcement)) = announce(|_| ()).command else {
        panic!("no announcement");
    };
    let mut opening = FundOpening {
        announcement,
        cut_over: cut_over(),
        received_fen: fen(900),
        reclaimed_from_top_fen: fen(100),
        lines: vec![
            line(COUNTY, to_unit(TOWN), 600),
            line(TOWN, to_project(1), 500),
        ],
        spent: vec![spending(1, 350, 50)],
        adjusted_fen: fen(0),
        carried: Vec::new(),
    };
    change(&mut opening);
    ask(Command::Fund(FundCommand::TakeOver(opening)))
}

fn given() -> Vec<Ask> {
    vec![enter(|_| ())]
}

#[test]
fn refuses_what_one_person_records_and_what_two_record_too_late() {
    check(
        &given(),
        &[take_over(|_| ())],
        expect![[r#"
        BAD_FIELD cut_over:
          an opening is recorded by one person and confirmed by another: propose it as an entry"#]],
    );
    let begun = and(&given(), [announce(|_| ())]);
    let rows = [take_over(|_| ()), take_over(|_| ()).observed()];
    check_openings(
        &begun,
        &rows,
        expect![[r#"
        ALREADY_EXISTS fund: #2001 exists already
        ALREADY_EXISTS fund: #2001 exists already"#]],
    );
    // What was proposed before the first record and confirmed after it.
    let mut world = World::given(&given());
    let [proposal, confirmation] = by_two(1, &take_over(|_| ()));
    assert_eq!(world.answer(&proposal), "entry.proposed");
    world.take(&announce(|_| ()));
    expect!["ALREADY_EXISTS fund: #2001 exists already"].assert_eq(&world.answer(&confirmation));
    let twice = and(&given(), by_two(1, &take_over(|_| ())));
    expect!["ALREADY_EXISTS fund: #2001 exists already"]
        .assert_eq(&World::given(&twice).answer(&proposed(2, &take_over(|_| ()))));
}

#[test]
fn refuses_figures_that_cannot_be_in_both_ways_in() {
    let rows = [
        take_over(|it| it.cut_over.on = "2020-01-02".parse().unwrap()),
        take_over(|it| it.received_fen = fen(-1)),
        take_over(|it| it.reclaimed_from_top_fen = fen(-1)),
        take_over(|it| it.lines.push(line(NOWHERE, to_unit(TOWN), 1))),
        take_over(|it| it.lines.push(line(COUNTY, to_project(9), 1))),
        take_over(|it| it.lines.push(line(COUNTY, to_unit(COUNTY), 1))),
        take_over(|it| it.lines.push(line(COUNTY, to_unit(TOWN), 1))),
        take_over(|it| it.lines.push(line(COUNTY, to_project(1), 0))),
        take_over(|it| it.spent.push(spending(9, 1, 0))),
        take_over(|it| it.spent.push(spending(1, 1, 0))),
        take_over(|it| it.spent = vec![spending(1, 0, 0)]),
        take_over(|it| it.spent = vec![spending(1, 100, 101)]),
    ];
    let answers = |rows: &[Ask]| {
        let answer = |ask: &Ask| World::given(&given()).answer(&proposed(1, ask));
        rows.iter().map(answer).collect::<Vec<_>>().join("\n")
    };
    let observed: Vec<_> = rows.iter().map(|row| row.clone().observed()).collect();
    assert_eq!(answers(&rows), answers(&observed));
    expect![[r#"
        BAD_DATE cut_over: it lies after today (UTC+08:00)
        BAD_AMOUNT received_fen:
          -1 fen is not an amount that may be stated (1 to 10^15 fen)
        BAD_AMOUNT reclaimed_from_top_fen:
          -1 fen is not an amount that may be stated (1 to 10^15 fen)
        NOT_FOUND lines: #0063 is not known in this ledger
        NOT_FOUND lines: #3009 is not known in this ledger
        BAD_FIELD lines: a unit cannot allocate to itself
        BAD_FIELD lines: the same line is named twice
        BAD_AMOUNT lines: 0 fen is not an amount that may be stated (1 to 10^15 fen)
        NOT_FOUND spent: #3009 is not known in this ledger
        BAD_FIELD spent: the same line is named twice
        BAD_AMOUNT spent: 0 fen is not an amount that may be stated (1 to 10^15 fen)
        OVER_PAID amount_fen: 101 fen stated, 100 fen are open"#]]
    .assert_eq(&answers(&rows));
}

#[test]
fn refuses_or_notes_what_was_passed_on_or_spent_too_much() {
    let rows = [
        take_over(|it| it.received_fen = fen(1001)),
        take_over(|it| it.received_fen = fen(699)),
        take_over(|it| it.lines = vec![line(TOWN, to_project(1), 500)]),
        take_over(|it| it.spent = vec![spending(1, 501, 0)]),
        take_over(|it| it.spent = vec![spending(1, 501, 1)]),
    ];
    check_openings(
        &given(),
        &rows,
        expect![[r#"
        OVER_ALLOCATED amount_fen: 1001 fen asked for, 1000 fen unallocated
        OVER_ALLOCATED amount_fen: 600 fen asked for, 599 fen unallocated
        OVER_ALLOCATED amount_fen: 500 fen asked for, 0 fen unallocated
        INSUFFICIENT spent: 501 fen asked for, #3001 has 500 fen available
        fund.taken_over"#]],
    );
    let observed = rows.map(Ask::observed);
    check_openings(
        &given(),
        &observed,
        expect![[r#"
        fund.taken_over
        alert OVER_ALLOCATED amount_fen: 1001 fen asked for, 1000 fen unallocated
        fund.taken_over
        alert OVER_ALLOCATED amount_fen: 600 fen asked for, 599 fen unallocated
        fund.taken_over
        alert OVER_ALLOCATED amount_fen: 500 fen asked for, 0 fen unallocated
        fund.taken_over
        alert INSUFFICIENT spent: 501 fen asked for, #3001 has 500 fen available
        fund.taken_over"#]],
    );
}

#[test]
fn goes_on_from_there() {
    let taken = and(&given(), by_two(1, &take_over(|_| ())));
    expect![[r#"
        batch 1: received 900, taken back at the top 100
          unit 2: 800 = passed on 600 + own budget 0 + left 200
          unit 3: 600 = passed on 0 + own budget 500 + left 100
          project 1: 500 = committed 0 + settled 350 - returned 50 + available 200"#]]
    .assert_eq(&authority(&World::given(&taken).books));
    let rows = [
        receive(1, 101),
        receive(1, 100),
        allocate(1, COUNTY, to_unit(TOWN), 201),
        allocate(1, TOWN, to_project(1), 101),
        allocate(1, TOWN, to_project(1), 100),
        reclaim(to_project(1), Some(TOWN), 201),
        reclaim(to_project(1), Some(TOWN), 200),
    ];
    check(
        &taken,
        &rows,
        expect![[r#"
        OVER_ALLOCATED amount_fen: 101 fen asked for, 100 fen unallocated
        fund.received
        OVER_ALLOCATED amount_fen: 201 fen asked for, 200 fen unallocated
        OVER_ALLOCATED amount_fen: 101 fen asked for, 100 fen unallocated
        fund.allocated
        OVER_ALLOCATED amount_fen: 201 fen asked for, 200 fen unallocated
        fund.reclaimed"#]],
    );
}

fn carried(holder: u128, to_year: u32, amount: i64) -> OpeningCarry {
    OpeningCarry {
        holder: unit(holder),
        to_year,
        amount_fen: fen(amount),
    }
}

/// 1,000 fen are announced for 2018; the county has left 800, less the 600 that the town has.
#[test]
fn takes_over_what_was_adjusted_and_carried_over() {
    let rows = [
        take_over(|it| it.adjusted_fen = fen(901)),
        take_over(|it| it.adjusted_fen = fen(-1_000_000_000_000_001)),
        take_over(|it| it.carried = vec![carried(NOWHERE, 2019, 1)]),
        take_over(|it| it.carried = vec![carried(COUNTY, 2019, 0)]),
        take_over(|it| it.carried = vec![carried(COUNTY, 2018, 1)]),
        take_over(|it| it.carried = vec![carried(COUNTY, 2101, 1)]),
        take_over(|it| it.carried = vec![carried(COUNTY, 2019, 1), carried(COUNTY, 2019, 1)]),
        take_over(|it| it.adjusted_fen = fen(-101)),
        take_over(|it| it.adjusted_fen = fen(-101)).observed(),
        take_over(|it| it.adjusted_fen = fen(-100)),
        take_over(|it| it.carried = vec![carried(COUNTY, 2019, 201)]),
        take_over(|it| it.carried = vec![carried(COUNTY, 2019, 201)]).observed(),
        take_over(|it| it.carried = vec![carried(COUNTY, 2019, 200), carried(COUNTY, 2020, 200)]),
        take_over(|it| it.carried = vec![carried(TOWN, 2019, 601)]),
        take_over(|it| it.carried = vec![carried(TOWN, 2019, 600)]),
    ];
    check_openings(
        &given(),
        &rows,
        expect![[r#"
        BAD_AMOUNT adjusted_fen:
          901 fen is not an amount that may be stated (1 to 10^15 fen)
        BAD_AMOUNT adjusted_fen:
          -1000000000000001 fen is not an amount that may be stated (1 to 10^15 fen)
        NOT_FOUND carried: #0063 is not known in this ledger
        BAD_AMOUNT carried:
          0 fen is not an amount that may be stated (1 to 10^15 fen)
        BAD_FIELD carried:
          it must be later than the budget year, and no later than 2100
        BAD_FIELD carried:
          it must be later than the budget year, and no later than 2100
        BAD_FIELD carried: the same line is named twice
        OVER_ALLOCATED amount_fen: 1001 fen asked for, 1000 fen unallocated
        fund.taken_over
        alert OVER_ALLOCATED amount_fen: 1001 fen asked for, 1000 fen unallocated
        fund.taken_over
        OVER_ALLOCATED amount_fen: 201 fen asked for, 200 fen unallocated
        fund.taken_over
        alert OVER_ALLOCATED amount_fen: 201 fen asked for, 200 fen unallocated
        fund.taken_over
        OVER_ALLOCATED amount_fen: 601 fen asked for, 600 fen unallocated
        fund.taken_over"#]],
    );
}

#[test]
fn counts_what_was_adjusted_and_carried_over() {
    let opening = take_over(|it| {
        it.adjusted_fen = fen(150);
        it.carried = vec![carried(COUNTY, 2019, 150)];
    });
    let taken = and(&given(), by_two(1, &opening));
    // 900 with 150 of adjustments: 750 of the 1,000 that were announced.
    let rows = [
        receive(1, 251),
        receive(1, 250),
        carry(COUNTY, 51, 2019),
        carry(COUNTY, 50, 2019),
        carry(COUNTY, 200, 2020),
    ];
    check(
        &taken,
        &rows,
        expect![[r#"
        OVER_ALLOCATED amount_fen: 251 fen asked for, 250 fen unallocated
        fund.received
        OVER_ALLOCATED amount_fen: 51 fen asked for, 50 fen unallocated
        fund.carried_over
        fund.carried_over"#]],
    );
}

/// The figures of the batch end with 2017-12-31.
#[test]
fn no_payment_is_of_a_day_that_the_opening_covers() {
    let taken = and(&started(), by_two(1, &take_over(|_| ())));
    let paid = |on: &'static str| {
        instruct(|it| {
            it.amount_fen = fen(10);
            it.sources = vec![share(1, 10)];
        })
        .on(on)
    };
    let rows = [
        paid("2017-12-30"),
        paid("2017-12-30").observed(),
        paid("2017-12-31"),
        paid("2017"),
    ];
    check(
        &taken,
        &rows,
        expect![[r#"
        BAD_DATE occurred_on:
          it lies before the cut-over day: the opening's figures count it already
        payment.instructed
        alert BAD_DATE occurred_on:
          it lies before the cut-over day: the opening's figures count it already
        payment.instructed
        payment.instructed"#]],
    );
    let instructed = and(&taken, [paid("2017-12-30").observed()]);
    let rows = [
        settle(1, 10).on("2017-12-30"),
        settle(1, 10).on("2017-12-30").observed(),
        settle(1, 10).on("2017-12-31"),
    ];
    check(
        &instructed,
        &rows,
        expect![[r#"
        BAD_DATE occurred_on:
          it lies before the cut-over day: the opening's figures count it already
        payment.settled
        alert BAD_DATE occurred_on:
          it lies before the cut-over day: the opening's figures count it already
        payment.settled"#]],
    );
    let settled = and(&instructed, [settle(1, 10)]);
    let rows = [
        give_back(1, 10).on("2017-12-30"),
        give_back(1, 10).on("2017-12-31"),
    ];
    check(
        &settled,
        &rows,
        expect![[r#"
        BAD_DATE occurred_on:
          it lies before the cut-over day: the opening's figures count it already
        payment.returned"#]],
    );
}
