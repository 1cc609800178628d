//! Promised: a contract is signed for an approved project with a plan that can be followed; only a
//! change with an approval moves its price or its end; a stage is reached once and in turn, as
//! somebody else than the supplier says; and nothing happens on a contract that is closed.

mod opening;

use super::*;
use crate::contract::ContractChangeKind::{Duration, Price, Scope};
use crate::contract::StageTrigger::{Acceptance, Progress, RetentionEnd, Signing};
use crate::testing::sign;
use crate::testing::*;
use expect_test::expect;

fn signed() -> Vec<Ask> {
    and(&started(), [sign(|_| ())])
}

fn row(world: &World) -> &Contract {
    world.books.contracts.get(contract(1)).unwrap()
}

/// Each row puts right what the row before it was refused for.
#[test]
fn refuses_a_signing_in_this_order() {
    let rows = [
        sign(|it| it.project = project(9)),
        sign(|it| {
            it.contract = contract(2);
            it.project = project(9);
            it.supplier = unit(NOWHERE);
        }),
        sign(|it| {
            it.contract = contract(2);
            it.supplier = unit(NOWHERE);
            it.price_fen = fen(0);
        }),
        sign(|it| {
            it.contract = contract(2);
            it.price_fen = fen(0);
            it.stages.clear();
        }),
        sign(|it| {
            it.contract = contract(2);
            it.stages.clear();
        }),
        sign(|it| it.contract = contract(2)),
    ];
    check(
        &signed(),
        &rows,
        expect![[r#"
            ALREADY_EXISTS contract: #5001 exists already
            NOT_FOUND project: #3009 is not known in this ledger
            NOT_FOUND supplier: #0063 is not known in this ledger
            BAD_AMOUNT price_fen:
              0 fen is not an amount that may be stated (1 to 10^15 fen)
            BAD_FIELD stages: a payment plan has at least one stage
            contract.signed"#]],
    );
}

#[test]
fn a_plan_can_be_followed() {
    let plan = |retention_bp: u32, stages: &[(StageTrigger, u32)]| {
        let stages: Vec<_> = stages.iter().map(|(on, cap)| stage(*on, *cap)).collect();
        sign(move |it| {
            it.stages = stages;
            it.retention_bp = retention_bp;
        })
    };
    let rows = [
        plan(10_001, &[(Signing, 10_000)]),
        sign(|it| it.advance_bp = Some(10_001)),
        plan(0, &[(Signing, 10_001)]),
        plan(0, &[(Signing, 0)]),
        plan(0, &[(Signing, 4000), (Acceptance, 4000)]),
        plan(0, &[(Acceptance, 4000), (Signing, 9000)]),
        plan(0, &[(Signing, 4000), (Signing, 9000)]),
        plan(1000, &[(Acceptance, 9000)]),
        plan(1000, &[(Acceptance, 9001), (RetentionEnd, 10_000)]),
        plan(1000, &[(Acceptance, 9000), (RetentionEnd, 10_000)]),
        plan(10_000, &[(RetentionEnd, 10_000)]),
        plan(0, &[(Signing, 1), (Progress, 2), (Progress, 10_000)]),
        sign(|it| it.advance_bp = Some(10_000)),
    ];
    check(
        &started(),
        &rows,
        expect![[r#"
            BAD_FIELD retention_bp: at most 10000
            BAD_FIELD advance_bp: at most 10000
            BAD_FIELD stages: a cap is at most 10000
            BAD_FIELD stages: each cap is above the one before it
            BAD_FIELD stages: each cap is above the one before it
            BAD_FIELD stages:
              the stages are not in the order of a contract's life; only progress comes twice
            BAD_FIELD stages:
              the stages are not in the order of a contract's life; only progress comes twice
            BAD_FIELD retention_bp: a retention is paid at a last stage retention_end
            BAD_FIELD retention_bp:
              the stages before the end of the warranty leave less than the retention
            contract.signed
            contract.signed
            contract.signed
            contract.signed"#]],
    );
}

#[test]
fn no_contract_before_the_approval_and_an_old_one_raises_questions() {
    let stranger = || sign(|it| it.supplier = unit(NOWHERE));
    let rows = [sign(|_| ()), stranger().observed()];
    check(
        &[enter(|_| ())],
        &rows,
        expect![[r#"
            BAD_TRANSITION: contract.sign is not possible in state in_library
            contract.signed
            alert BAD_TRANSITION: contract.sign is not possible in state in_library
            alert UNKNOWN_PARTY supplier: #0063 is not known in this ledger"#]],
    );
    check(
        &[enter(|_| ()), approve()],
        &[sign(|_| ())],
        expect!["contract.signed"],
    );
}

#[test]
fn a_change_says_what_fits_its_kind_and_leaves_a_price() {
    let rows = [
        change(Duration, 1, Some("2019-01-01")),
        change(Duration, 0, None),
        change(Duration, 0, Some("2019-01-01")),
        change(Price, 0, None),
        change(Price, -1000, None),
        change(Price, -999, None),
        change(Price, 1_000_000_000_000_001, None),
        change(Price, 1, None),
        change(Scope, 0, None),
        change(Scope, -1, Some("2019-01-01")),
        change(Price, 1, None).on("2018-06-30"),
        change(Price, 1, None).on("2018-06-30").observed(),
    ];
    check(
        &signed(),
        &rows,
        expect![[r#"
            BAD_FIELD delta_fen: a change of duration leaves the price: 0
            BAD_FIELD ends_on: a change of duration names the new end
            contract.changed
            BAD_AMOUNT delta_fen:
              0 fen is not an amount that may be stated (1 to 10^15 fen)
            BAD_AMOUNT delta_fen:
              -1000 fen is not an amount that may be stated (1 to 10^15 fen)
            contract.changed
            BAD_AMOUNT delta_fen:
              1000000000000001 fen is not an amount that may be stated (1 to 10^15 fen)
            contract.changed
            contract.changed
            contract.changed
            BAD_DATE occurred_on: it lies before the day of the contract's signing
            contract.changed
            alert BAD_DATE occurred_on: it lies before the day of the contract's signing"#]],
    );
    check(
        &[],
        &[change(Price, 1, None)],
        expect!["NOT_FOUND contract: #5001 is not known in this ledger"],
    );
}

#[test]
fn the_price_and_the_caps_follow_the_changes() {
    let mut world = World::given(&signed());
    assert_eq!(
        (row(&world).price, row(&world).cap()),
        (fen(1000), fen(400))
    );
    world.take(&change(Price, 3, None));
    world.take(&change(Scope, -2, Some("2019-01-01")));
    world.take(&reach(2));
    let row = row(&world);
    // Nine tenths of 1001, rounded down.
    assert_eq!((row.price, row.cap()), (fen(1001), fen(900)));
    assert_eq!(row.ends_on, Some("2019-01-01".parse().unwrap()));
    assert_eq!((row.changes.len(), row.version), (2, 4));
    assert_eq!(row.commitment(), fen(1001));
    assert_eq!(row.advance_bp(), 4000);
    assert_eq!(world.books.version(contract(1).into()), 4);
}

#[test]
fn a_stage_is_reached_once_and_in_turn_and_not_by_its_builder() {
    let rows = [
        reach(0),
        reach(4),
        reach(1),
        reach(3),
        reach(2).by(who(14, COMPANY)),
        reach(2).by(BUILDER),
        reach(2).on("2018-06-30"),
        reach(3).by(who(14, COMPANY)).observed(),
        reach(2),
    ];
    check(
        &signed(),
        &rows,
        expect![[r#"
            BAD_FIELD stage: the contract has no such stage; they are counted from 1
            BAD_FIELD stage: the contract has no such stage; they are counted from 1
            BAD_TRANSITION: contract.reach_stage is not possible in state stage_reached
            BAD_TRANSITION:
              contract.reach_stage is not possible in state earlier_stage_open
            SAME_ORG:
              the same organisation may not be both the supplier 承包单位 and the attester 确认单位
            SAME_ORG:
              the same organisation may not be both the implementing unit 实施单位 and the attester 确认单位
            BAD_DATE occurred_on: it lies before the day of the contract's signing
            contract.stage_reached
            alert BAD_TRANSITION:
              contract.reach_stage is not possible in state earlier_stage_open
            alert SAME_ORG:
              the same organisation may not be both the supplier 承包单位 and the attester 确认单位
            contract.stage_reached"#]],
    );
    check(
        &and(&signed(), [reach(2)]),
        &[reach(2), reach(3).by(BUILDER)],
        expect![[r#"
            BAD_TRANSITION: contract.reach_stage is not possible in state stage_reached
            contract.stage_reached"#]],
    );
}

#[test]
fn nothing_happens_on_a_closed_contract() {
    let rows = [
        close_contract(),
        change(Price, 1, None),
        reach(2),
        reach(2).observed(),
    ];
    check(
        &and(&signed(), [close_contract()]),
        &rows,
        expect![[r#"
            BAD_TRANSITION: contract.close is not possible in state closed
            BAD_TRANSITION: contract.change is not possible in state closed
            BAD_TRANSITION: contract.reach_stage is not possible in state closed
            contract.stage_reached
            alert BAD_TRANSITION: contract.reach_stage is not possible in state closed"#]],
    );
}
