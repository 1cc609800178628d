//! Promised: a unit has one cycle a month, whose meetings lie in it, and which is closed only with
//! all its legs: 追究 where an item of the unit was overdue by the end of the month.

use super::*;
use crate::Command;
use crate::cycle::*;
use crate::ids::{PersonId, RoundId};
use crate::item::*;
use crate::money::Fen;
use crate::round::*;
use crate::testing::*;
use expect_test::expect;
use uuid::Uuid;

fn cycle(number: u128) -> CycleId {
    CycleId(Uuid::from_u128(0x7000 | number))
}
fn item(number: u128) -> ItemId {
    ItemId(Uuid::from_u128(0x6000 | number))
}
fn said(command: CycleCommand, on: &'static str) -> Ask {
    ask(Command::Cycle(command)).on(on)
}

fn open_of(number: u128, of: u128, month: &str) -> Ask {
    let opening = CycleOpening {
        cycle: cycle(number),
        unit: unit(of),
        month: month.parse().unwrap(),
    };
    said(CycleCommand::Open(opening), "2018-07-01")
}
fn open() -> Ask {
    open_of(1, TOWN, "2018-07")
}
fn meeting(make: fn(CycleMeeting) -> CycleCommand, on: &'static str) -> Ask {
    let meeting = CycleMeeting {
        cycle: cycle(1),
        document: reference(),
        remark: None,
    };
    said(make(meeting), on)
}
fn dispatch() -> Ask {
    meeting(CycleCommand::HoldDispatch, "2018-07-05")
}
fn supervision() -> Ask {
    meeting(CycleCommand::HoldSupervision, "2018-07-15")
}
fn call(number: u128, person: PersonId) -> Ask {
    let facts = CycleAccountability {
        cycle: cycle(1),
        item: item(number),
        person,
        form: AccountabilityForm::Talk,
        document: reference(),
    };
    said(CycleCommand::RecordAccountability(facts), "2018-07-20")
}
fn close(on: &'static str) -> Ask {
    let closing = CycleClosing {
        cycle: cycle(1),
        remark: None,
    };
    said(CycleCommand::Close(closing), on)
}

/// Item 1 of the village below the town, due on that day.
fn late_item(due: &str) -> Vec<Ask> {
    let round = RoundId(Uuid::from_u128(0x5001));
    let opening = RoundOpening {
        round,
        name: name(),
        kind: RoundKind::Inspection,
        inspecting_body: unit(COUNTY),
        closing_body: unit(COUNTY),
        mandate: reference(),
        related_round: None,
        relation: None,
    };
    let draft = ItemDraft {
        item: item(1),
        number: reference(),
        round,
        category: ItemCategory::Funds,
        scope: ItemScope::Individual,
        parent: None,
        severity: Severity::Serious,
        facts: text(),
        basis: None,
        amount_involved_fen: Fen::ZERO,
        recovery_required_fen: Fen::ZERO,
        responsible_unit: unit(VILLAGE),
        responsible_person: None,
        lead_unit: None,
        cooperating_units: Vec::new(),
        deadline_rule: DeadlineRule::Fixed,
        deadline_days: None,
        due_on: Some(due.parse().unwrap()),
    };
    let issue = ItemStep {
        item: item(1),
        remark: None,
    };
    vec![
        ask(Command::Round(RoundCommand::Open(opening))).on("2018-05-01"),
        ask(Command::Item(ItemCommand::Draft(draft))).on("2018-05-02"),
        ask(Command::Item(ItemCommand::Issue(issue))).on("2018-05-03"),
    ]
}

#[test]
fn is_opened_once_for_a_unit_and_a_month_that_has_begun() {
    check(
        &[open()],
        &[
            open_of(1, TOWN, "2018-06"),
            open_of(2, NOWHERE, "2018-07"),
            open_of(2, TOWN, "2018-07-01"),
            open_of(2, TOWN, "2018-Q3"),
            open_of(2, TOWN, "2020-02"),
            open(),
            open_of(2, TOWN, "2018-07"),
            open_of(2, TOWN, "2018-06"),
            open_of(2, VILLAGE, "2018-07"),
            open_of(2, TOWN, "2020-01"),
        ],
        expect![[r#"
            ALREADY_EXISTS cycle: #7001 exists already
            NOT_FOUND unit: #0063 is not known in this ledger
            BAD_FIELD month: a cycle is of one month: 2018-08
            BAD_FIELD month: a cycle is of one month: 2018-08
            BAD_DATE month: it lies after today (UTC+08:00)
            ALREADY_EXISTS cycle: #7001 exists already
            ALREADY_EXISTS month: #7001 exists already
            cycle.opened
            cycle.opened
            cycle.opened"#]],
    );
}

#[test]
fn its_meetings_lie_in_its_month_and_nobody_is_called_to_account_before_it() {
    let given = and(&late_item("2018-06-29"), [open()]);
    let early_call = call(1, person(1)).on("2018-06-30");
    check(
        &given,
        &[
            meeting(CycleCommand::HoldDispatch, "2018-06-30"),
            meeting(CycleCommand::HoldDispatch, "2018-07-01"),
            meeting(CycleCommand::HoldSupervision, "2018-07-31"),
            meeting(CycleCommand::HoldSupervision, "2018-08-01"),
            meeting(CycleCommand::HoldSupervision, "2018-08-01").observed(),
            early_call,
            call(1, person(1)).on("2018-08-10"),
            call(2, person(1)),
            call(1, person(9)),
        ],
        expect![[r#"
            BAD_DATE occurred_on: it lies outside the cycle's month
            cycle.dispatch_held
            cycle.supervision_held
            BAD_DATE occurred_on: it lies outside the cycle's month
            cycle.supervision_held
            alert BAD_DATE occurred_on: it lies outside the cycle's month
            BAD_DATE occurred_on: it lies before the cycle's month
            cycle.accountability_recorded
            NOT_FOUND item: #6002 is not known in this ledger
            NOT_FOUND person: #1009 is not known in this ledger"#]],
    );
}

#[test]
fn accounts_only_for_what_its_unit_or_one_below_was_given() {
    let drafted = late_item("2018-06-30")[..2].to_vec();
    check(
        &and(&drafted, [open()]),
        &[call(1, person(1))],
        expect![[r#"
        BAD_FIELD item:
          it is no item that the cycle's unit, or one below it, was given"#]],
    );
    let bureau = open_of(1, BUREAU, "2018-07");
    let given = and(&late_item("2018-06-30"), [bureau]);
    check(
        &given,
        &[call(1, person(1))],
        expect![[r#"
        BAD_FIELD item:
          it is no item that the cycle's unit, or one below it, was given"#]],
    );
}

/// Else the unit would fill the leg by itself, with any of its items.
#[test]
fn others_call_to_account_for_what_is_late() {
    let given = and(&late_item("2018-07-19"), [open()]);
    check(
        &given,
        &[
            call(1, person(1)).by(VISITOR),
            call(1, person(1)).by(VISITOR).observed(),
            call(1, person(1)).on("2018-07-19"),
            call(1, person(1)).on("2018-07-19").observed(),
            call(1, person(1)).on("2018-07-20"),
        ],
        expect![[r#"
            NOT_INDEPENDENT: the actor belongs to the cycle's unit or to one below it
            NOT_INDEPENDENT: the actor belongs to the cycle's unit or to one below it
            BAD_FIELD item:
              it was not overdue on that day, nor at the end of the cycle's month
            BAD_FIELD item:
              it was not overdue on that day, nor at the end of the cycle's month
            cycle.accountability_recorded"#]],
    );
    // Late in August, which is another month.
    let given = and(&late_item("2018-07-31"), [open()]);
    check(
        &given,
        &[call(1, person(1)).on("2018-08-20")],
        expect![[r#"
            BAD_FIELD item:
              it was not overdue on that day, nor at the end of the cycle's month"#]],
    );
}

/// Each row adds the leg for which the row before was refused.
#[test]
fn is_not_closed_without_its_legs() {
    let late = and(&late_item("2018-07-30"), [open()]);
    let given = and(&late, [dispatch()]);
    check(
        &late,
        &[close("2018-08-02")],
        expect!["CYCLE_LEG_MISSING: the cycle of 2018-07 has no dispatch"],
    );
    check(
        &given,
        &[close("2018-08-02")],
        expect!["CYCLE_LEG_MISSING: the cycle of 2018-07 has no supervision"],
    );
    let given = and(&given, [supervision()]);
    check(
        &given,
        &[close("2018-08-02"), close("2018-08-02").observed()],
        expect![[r#"
        CYCLE_LEG_MISSING: the cycle of 2018-07 has no accountability
        cycle.closed
        alert CYCLE_LEG_MISSING: the cycle of 2018-07 has no accountability"#]],
    );
    let given = and(&given, [call(1, person(1)).on("2018-08-01")]);
    check(&given, &[close("2018-08-02")], expect!["cycle.closed"]);
    let given = and(&given, [close("2018-08-02")]);
    check(
        &given,
        &[close("2018-08-02"), dispatch(), call(1, person(1))],
        expect![[r#"
        BAD_TRANSITION: cycle.close is not possible in state closed
        BAD_TRANSITION: cycle.hold_dispatch is not possible in state closed
        BAD_TRANSITION: cycle.record_accountability is not possible in state closed"#]],
    );
}

#[test]
fn nobody_need_be_called_to_account_where_nothing_was_overdue_by_the_end_of_the_month() {
    let met = |due| and(&late_item(due), [open(), dispatch(), supervision()]);
    // Due on the 31st: the first overdue day is in August, whenever the cycle is closed.
    check(
        &met("2018-07-31"),
        &[close("2018-08-20")],
        expect!["cycle.closed"],
    );
    check(
        &met("2018-07-30"),
        &[close("2018-07-30"), close("2018-07-31")],
        expect![[r#"
            BAD_DATE occurred_on:
              a cycle is closed on the last day of its month or later
            CYCLE_LEG_MISSING: the cycle of 2018-07 has no accountability"#]],
    );
}

/// What ended after the month was late in it all the same.
#[test]
fn an_item_that_ended_after_the_month_was_late_in_it() {
    let give_up = ItemAbandonment {
        item: item(1),
        authority: name(),
        reason: text(),
    };
    let end = |on| {
        ask(Command::Item(ItemCommand::CloseNotImplemented(
            give_up.clone(),
        )))
        .on(on)
    };
    let met = and(
        &late_item("2018-06-30"),
        [open(), dispatch(), supervision()],
    );
    check(
        &and(&met, [end("2018-08-01")]),
        &[close("2018-08-02")],
        expect!["CYCLE_LEG_MISSING: the cycle of 2018-07 has no accountability"],
    );
    check(
        &and(&met, [end("2018-07-31")]),
        &[close("2018-08-02")],
        expect!["cycle.closed"],
    );
}

/// What is granted in August does not make July one in which nothing was late.
#[test]
fn an_extension_granted_after_the_month_does_not_move_it() {
    let granted = |on| {
        let request = ExtensionRequest {
            item: item(1),
            due_on: "2018-09-30".parse().unwrap(),
            reason: text(),
        };
        let step = ItemStep {
            item: item(1),
            remark: None,
        };
        let request = ask(Command::Item(ItemCommand::RequestExtension(request)));
        let grant = ask(Command::Item(ItemCommand::GrantExtension(step)));
        let asked = [
            request.by(who(20, VILLAGE)).on("2018-06-30"),
            grant.by(CHIEF).on(on),
        ];
        let met = [open(), dispatch(), supervision()];
        and(&and(&late_item("2018-06-30"), asked), met)
    };
    check(
        &granted("2018-08-05"),
        &[close("2018-08-10")],
        expect!["CYCLE_LEG_MISSING: the cycle of 2018-07 has no accountability"],
    );
    check(
        &granted("2018-07-31"),
        &[close("2018-08-10")],
        expect!["cycle.closed"],
    );
}

/// The village's own cycle is where its items count.
#[test]
fn a_unit_below_with_a_cycle_of_its_own_answers_for_its_items_itself() {
    let met = and(
        &late_item("2018-06-30"),
        [open(), dispatch(), supervision()],
    );
    let own = open_of(2, VILLAGE, "2018-07");
    let other_month = open_of(2, VILLAGE, "2018-06");
    check(
        &and(&met, [own]),
        &[close("2018-08-02")],
        expect!["cycle.closed"],
    );
    check(
        &and(&met, [other_month]),
        &[close("2018-08-02")],
        expect!["CYCLE_LEG_MISSING: the cycle of 2018-07 has no accountability"],
    );
}

/// A closed cycle takes no more legs: one closed early would lack them for good.
#[test]
fn is_closed_at_the_end_of_its_month_and_not_before() {
    let given = and(
        &late_item("2018-07-02"),
        [open(), dispatch(), supervision()],
    );
    let given = and(&given, [call(1, person(1))]);
    check(
        &given,
        &[
            close("2018-07-02"),
            close("2018-07-30"),
            close("2018-07-30").observed(),
            close("2018-07-31"),
            close("2018-07"),
            close("2018-08-01"),
        ],
        expect![[r#"
            BAD_DATE occurred_on:
              a cycle is closed on the last day of its month or later
            BAD_DATE occurred_on:
              a cycle is closed on the last day of its month or later
            BAD_DATE occurred_on:
              a cycle is closed on the last day of its month or later
            cycle.closed
            cycle.closed
            cycle.closed"#]],
    );
}

#[test]
fn is_supervised_and_closed_by_others_than_its_unit() {
    let given = and(&late_item("2018-07-31"), [open(), dispatch()]);
    let villager = who(14, VILLAGE);
    check(
        &given,
        &[
            supervision().by(VISITOR),
            supervision().by(VISITOR).observed(),
            supervision().by(villager),
            supervision(),
        ],
        expect![[r#"
            NOT_INDEPENDENT: the actor belongs to the cycle's unit or to one below it
            NOT_INDEPENDENT: the actor belongs to the cycle's unit or to one below it
            NOT_INDEPENDENT: the actor belongs to the cycle's unit or to one below it
            cycle.supervision_held"#]],
    );
    check(
        &and(&given, [supervision()]),
        &[
            close("2018-08-02").by(VISITOR),
            close("2018-08-02").by(VISITOR).observed(),
            close("2018-08-02").by(villager),
            close("2018-08-02"),
        ],
        expect![[r#"
            NOT_INDEPENDENT: the actor belongs to the cycle's unit or to one below it
            NOT_INDEPENDENT: the actor belongs to the cycle's unit or to one below it
            NOT_INDEPENDENT: the actor belongs to the cycle's unit or to one below it
            cycle.closed"#]],
    );
}
