//! Balances: the figures of seed F (domain 5.7), and what an overspending observation does.

use super::world::*;
use crate::alerts::Filter;
use crate::balances::{FundBalance, fund_balance, fund_lines, unit_balance};
use crate::project_view::{ProjectFilter, project_lines, project_view};
use crate::references::total;
use crate::{Fraction, beijing_day};
use expect_test::expect;
use ledger::ids::{FundId, ProjectId};
use ledger::money::Fen;
use serde_json::json;

pub(super) fn fund(number: u128) -> FundId {
    FundId(id(Kind::Fund, number))
}

pub(super) fn project(number: u128) -> ProjectId {
    ProjectId(id(Kind::Project, number))
}

pub(super) fn fen(fen: i64) -> Fen {
    Fen::new(fen).unwrap()
}

pub(super) fn balance(world: &World, number: u128) -> FundBalance {
    fund_balance(&world.view, fund(number)).unwrap()
}

/// The county 1, four villages 2 to 5, and the three batches of seed F.
fn seed_f() -> World {
    let mut world = World::new();
    world.registers_unit(1, "county", 0);
    for village in 2..=5 {
        world.registers_unit(village, "village", 1);
    }
    let batches = [(1, "county", 400_000_000), (2, "east_west", 300_000_000)];
    for (number, kind, amount) in batches.into_iter().chain([(3, "province", 367_560_000)]) {
        world.announces(number, 1, kind, amount);
        world.receives(number, amount);
    }
    world
}

#[test]
fn gives_the_figures_of_seed_f() {
    let mut world = seed_f();
    world.enters_project(
        1,
        &[
            ("county", 400_000_000),
            ("sector", 530_850_000),
            ("self_raised", 300_750_000),
        ],
    );
    world.enters_project(
        2,
        &[
            ("east_west", 300_000_000),
            ("county", 44_000_000),
            ("loan", 113_000_000),
        ],
    );
    let split = [10_230_000, 43_460_000, 3_870_000, 150_000_000, 160_000_000];
    for (number, part) in (3..).zip(split) {
        world.enters_project(number, &[("province", part)]);
        world.does(allocation(3, 1, to_project(number), part));
    }
    for village in 2..=5 {
        world.does(allocation(1, 1, to_unit(village), 100_000_000));
    }
    assert_eq!(
        world.refused(allocation(1, 1, to_unit(2), 1)),
        "OVER_ALLOCATED"
    );

    let lines = fund_lines(&world.view);
    let received = total(lines.iter().map(|line| line.received_fen));
    assert_eq!(received, fen(1_067_560_000));
    let bone = balance(&world, 3);
    assert_eq!(
        (bone.allocated_fen, bone.unallocated_fen),
        (fen(367_560_000), Fen::ZERO)
    );
    assert_eq!(bone.totals.available_fen, fen(367_560_000));
    assert_eq!(balance(&world, 2).unallocated_fen, fen(300_000_000));
    for number in 1..=3 {
        let balance = balance(&world, number);
        assert!(balance.balanced, "{balance:?}");
        assert_eq!(balance.holders_sum_fen, balance.received_fen);
    }
    let planned = |number| {
        project_view(&world.view, project(number))
            .unwrap()
            .planned_fen
    };
    assert_eq!(planned(1), fen(1_231_600_000));
    assert_eq!(planned(2), fen(457_000_000));
    let programme = project_lines(&world.view, ProjectFilter::default(), 0, 100).entries;
    let programme = total(programme.iter().map(|line| line.planned_fen));
    assert_eq!(programme, fen(2_056_160_000));
    assert_eq!(programme.sub(received), fen(988_600_000));
    let village = unit_balance(&world.view, unit(3)).unwrap();
    assert_eq!(
        (village.granted_fen, village.funds.len()),
        (fen(100_000_000), 1)
    );
}

#[test]
fn an_observed_overspending_is_stored_with_an_alert_and_the_equations_still_hold() {
    let mut world = seed_f();
    world.registers_person(9);
    world.enters_project(1, &[("county", 1_000)]);
    world.starts_project(1);
    world.does(allocation(1, 1, to_project(1), 1_000));
    let before = world.view.alerts.len();
    assert_eq!(
        world.refused(instruction(1, 1, to_person(9), &[(1, 1_500)])),
        "INSUFFICIENT"
    );
    assert_eq!(world.view.alerts.len(), before);
    world.sees(instruction(1, 1, to_person(9), &[(1, 1_500)]));
    world.sees(settlement(1, 1_500));

    let filter = Filter {
        subject: Some(fund(1).into()),
        ..Filter::default()
    };
    let alerts = world.view.alerts.list(&world.view.timeline, filter, 0, 10);
    let expected = expect![[r#"
        [
          {
            "id": "18-INSUFFICIENT-1",
            "code": "INSUFFICIENT",
            "seq": 18,
            "subject": "00000000-0000-0006-0000-000000000001",
            "field": "sources",
            "text": "1500 fen asked for, 00000000-0000-0003-0000-000000000001 has 1000 fen available",
            "text_zh": "申请 15.00 元,可用指标仅 10.00 元",
            "occurred_on": "2025-12-31",
            "recorded_on": "2025-12-31"
          }
        ]"#]];
    expected.assert_eq(&serde_json::to_string_pretty(&alerts.entries).unwrap());
    let balance = balance(&world, 1);
    assert_eq!(balance.totals.available_fen, fen(-500));
    assert!(balance.balanced, "{balance:?}");
    let filter = Filter {
        code: Some("OVER_PAID"),
        ..Filter::default()
    };
    assert_eq!(
        world
            .view
            .alerts
            .list(&world.view.timeline, filter, 0, 10)
            .total,
        0
    );
}

#[test]
fn a_denied_receipt_is_an_alert_in_control_too() {
    let mut world = seed_f();
    world.registers_person(9);
    world.enters_project(1, &[("county", 1_000)]);
    world.starts_project(1);
    world.does(allocation(1, 1, to_project(1), 1_000));
    world.does(instruction(1, 1, to_person(9), &[(1, 1_000)]));
    world.does(settlement(1, 1_000));
    world.by(2, 1).does(receipt(1, 9, "wrong_amount", 400));
    let filter = Filter {
        code: Some("RECEIPT_DISPUTED"),
        ..Filter::default()
    };
    let alerts = world.view.alerts.list(&world.view.timeline, filter, 0, 10);
    assert_eq!(alerts.entries[0].text_zh, "收款人反映:金额不符");
    let benefit = balance(&world, 1).benefit;
    assert_eq!(
        (benefit.confirmed_fen, benefit.disputed_fen),
        (fen(400), fen(600))
    );
    assert!(benefit.adds_up());
}

/// Seven parts of 东西协作, two of them done: 2/7, not 28.57%.
#[test]
fn progress_is_an_exact_fraction_and_a_report_is_no_verification() {
    let mut world = seed_f();
    world.enters_project(1, &[("east_west", 300_000_000)]);
    world.starts_project(1);
    let totals: [u64; 7] = [500, 240, 3, 7, 11, 13, 17];
    for (number, total) in (1..).zip(totals) {
        world.does(json!({"milestone": {"define": {
            "milestone": id(Kind::Milestone, number), "project": id(Kind::Project, 1),
            "name": "节点", "total": total, "unit": "亩", "weighting": "count", "weight": 1,
        }}}));
    }
    for (number, total) in [(1, 500), (2, 240)] {
        world.does(json!({"milestone": {"report": {
            "milestone": id(Kind::Milestone, number), "done": total, "total": total,
            "unit": "亩", "weighting": "count",
        }}}));
    }
    world.by(2, 1).does(json!({"milestone": {"verify": {
        "milestone": id(Kind::Milestone, 1), "done": 125, "total": 500,
        "unit": "亩", "weighting": "count",
    }}}));
    let view = project_view(&world.view, project(1)).unwrap();
    assert_eq!(view.progress.reported, Fraction::new(2, 7));
    assert_eq!(view.progress.verified, Fraction::new(1, 28));
    let json = serde_json::to_string(&view.progress).unwrap();
    assert!(
        json.starts_with(r#"{"reported":{"numerator":"2","denominator":"7"}"#),
        "{json}"
    );
}

#[test]
fn a_day_begins_at_midnight_in_utc_plus_8() {
    let midnight = noon_us(day("2025-12-31")) + 12 * 3_600_000_000;
    assert_eq!(beijing_day(midnight - 1), day("2025-12-31"));
    assert_eq!(beijing_day(midnight), day("2026-01-01"));
    assert_eq!(beijing_day(0), day("1970-01-01"));
}

#[test]
fn timelines_name_each_record_once_and_page_by_seq() {
    let mut world = seed_f();
    world
        .does(allocation(1, 1, to_unit(2), 5))
        .does(allocation(1, 1, to_unit(2), 6));
    let timeline = &world.view.timeline;
    // Issuer and receiver of the announcement are the same unit.
    assert_eq!(
        timeline.of(unit(1).into()),
        [2, 3, 4, 5, 6, 7, 9, 11, 13, 14]
    );
    let page = timeline.page(unit(1).into(), Some(9), 2);
    assert_eq!(
        (page.entries, page.total, page.offset, page.more),
        (vec![11, 13], 10, 7, true)
    );
    assert_eq!(timeline.of_word("fund.allocated"), [13, 14]);
    assert_eq!(timeline.of_word("fund.reclaimed"), [0u32; 0]);
    assert_eq!(
        world.view.head().map(|head| (head.seq, head.position)),
        Some((14, 1400))
    );
}
