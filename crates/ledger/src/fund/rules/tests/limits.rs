//! Amounts from 1 fen to 10^15 fen, sums to half of 2^53 − 1: also for observed facts, whose sums
//! must be exact to be worth anything.

use super::*;

/// The largest amount of one command.
const MOST: i64 = 1_000_000_000_000_000;
/// What is missing to the largest sum, 2^52 − 1, after four of them.
const REST: i64 = (1 << 52) - 1 - 4 * MOST;

/// Four times 10^15 and then the amount that is asked, all of them observed.
fn four_and(make: impl Fn(i64) -> Ask, last: &[i64]) -> (Vec<Ask>, Vec<Ask>) {
    let four = (0..4).map(|_| make(MOST).observed()).collect();
    (four, last.iter().map(|it| make(*it).observed()).collect())
}

fn codes(given: &[Ask], when: &[Ask]) -> Vec<String> {
    let world = World::given(given);
    when.iter()
        .map(|ask| match world.decide(ask) {
            Ok(events) => events[0].word().to_owned(),
            Err(no) => format!("{} {}", no.code(), no.field().unwrap_or_default()),
        })
        .collect()
}

#[test]
fn an_amount_is_from_1_fen_to_10_to_the_15() {
    let announced = |amount: i64| announce(|it| it.amount_fen = fen(amount));
    let rows = [-1, 0, 1, MOST, MOST + 1].map(announced);
    check(
        &[],
        &rows,
        expect![[r#"
            BAD_AMOUNT amount_fen:
              -1 fen is not an amount that may be stated (1 to 10^15 fen)
            BAD_AMOUNT amount_fen:
              0 fen is not an amount that may be stated (1 to 10^15 fen)
            fund.announced
            fund.announced
            BAD_AMOUNT amount_fen:
              1000000000000001 fen is not an amount that may be stated (1 to 10^15 fen)"#]],
    );
    let given = received();
    let deltas = [0, 1, MOST, MOST + 1, -MOST, -MOST - 1].map(|it| adjust(it).observed());
    check(
        &given,
        &deltas,
        expect![[r#"
            BAD_AMOUNT delta_fen:
              0 fen is not an amount that may be stated (1 to 10^15 fen)
            fund.adjusted
            fund.adjusted
            BAD_AMOUNT delta_fen:
              1000000000000001 fen is not an amount that may be stated (1 to 10^15 fen)
            fund.adjusted
            alert OVER_ALLOCATED amount_fen:
              1000000000000000 fen asked for, 1000 fen unallocated
            BAD_AMOUNT delta_fen:
              -1000000000000001 fen is not an amount that may be stated (1 to 10^15 fen)"#]],
    );
}

#[test]
fn a_received_sum_stays_exact() {
    let (four, last) = four_and(|amount| receive(1, amount), &[REST, REST + 1]);
    let given = and(&[announce(|_| ())], four);
    assert_eq!(
        codes(&given, &last),
        ["fund.received", "BAD_AMOUNT amount_fen"]
    );
    let up = [adjust(REST).observed(), adjust(REST + 1).observed()];
    assert_eq!(
        codes(&given, &up),
        ["fund.adjusted", "BAD_AMOUNT delta_fen"]
    );
}

#[test]
fn a_sum_adjusted_downwards_stays_exact() {
    let (four, last) = four_and(|amount| adjust(-amount), &[REST, REST + 1]);
    let given = and(&[announce(|_| ())], four);
    assert_eq!(
        codes(&given, &last),
        ["fund.adjusted", "BAD_AMOUNT delta_fen"]
    );
}

#[test]
fn a_sum_passed_on_stays_exact_whoever_gets_it() {
    let to_town = |amount| allocate(1, COUNTY, to_unit(TOWN), amount);
    let (four, last) = four_and(to_town, &[REST, REST + 1]);
    let given = and(&[announce(|_| ()), enter(|_| ())], four);
    assert_eq!(
        codes(&given, &last),
        ["fund.allocated", "BAD_AMOUNT amount_fen"]
    );
    let to_others = [
        allocate(1, COUNTY, to_project(1), REST + 1).observed(),
        allocate(1, COUNTY, to_unit(BUREAU), REST + 1).observed(),
    ];
    assert_eq!(codes(&given, &to_others), ["BAD_AMOUNT amount_fen"; 2]);
}

#[test]
fn a_sum_granted_stays_exact_whoever_grants_it() {
    let to_town = |amount| allocate(1, COUNTY, to_unit(TOWN), amount);
    let (four, _) = four_and(to_town, &[]);
    let given = and(&[announce(|_| ())], four);
    let from_bureau = [REST, REST + 1].map(|it| allocate(1, BUREAU, to_unit(TOWN), it).observed());
    assert_eq!(
        codes(&given, &from_bureau),
        ["fund.allocated", "BAD_AMOUNT amount_fen"]
    );
    let to_budget = |amount| allocate(1, COUNTY, to_project(1), amount);
    let (four, _) = four_and(to_budget, &[]);
    let given = and(&[announce(|_| ()), enter(|_| ())], four);
    let from_bureau = [REST, REST + 1].map(|it| allocate(1, BUREAU, to_project(1), it).observed());
    assert_eq!(
        codes(&given, &from_bureau),
        ["fund.allocated", "BAD_AMOUNT amount_fen"]
    );
}

#[test]
fn a_sum_taken_back_stays_exact() {
    for (from, to) in [
        (to_unit(TOWN), Some(COUNTY)),
        (to_project(1), Some(COUNTY)),
        (to_unit(COUNTY), None),
    ] {
        let (four, last) = four_and(|amount| reclaim(from, to, amount), &[REST, REST + 1]);
        let given = and(&[announce(|_| ()), enter(|_| ())], four);
        assert_eq!(
            codes(&given, &last),
            ["fund.reclaimed", "BAD_AMOUNT amount_fen"]
        );
    }
}

#[test]
fn equation_2_holds_at_the_limit() {
    let steps = [
        adjust(-REST).observed(),
        allocate(1, COUNTY, to_unit(TOWN), MOST).observed(),
        allocate(1, COUNTY, to_project(1), MOST).observed(),
        reclaim(to_unit(TOWN), Some(BUREAU), REST).observed(),
    ];
    let (down, _) = four_and(|amount| adjust(-amount), &[]);
    let given = and(&[announce(|_| ()), enter(|_| ())], down);
    // `authority` checks both equations at every holder.
    let mut world = World::given(&given);
    for step in &steps {
        world.take(step);
        authority(&world.books);
    }
}
