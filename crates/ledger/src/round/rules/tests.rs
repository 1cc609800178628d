//! Promised: a round names the bodies that exist, delivers its feedback once, and ends for good.

use super::*;
use crate::Command;
use crate::round::{Feedback, RoundClosing, RoundOpening};
use crate::testing::*;
use expect_test::expect;
use uuid::Uuid;

fn round(number: u128) -> RoundId {
    RoundId(Uuid::from_u128(0x7000 | number))
}

fn opening(number: u128) -> RoundOpening {
    RoundOpening {
        round: round(number),
        name: name(),
        kind: RoundKind::Inspection,
        inspecting_body: unit(PREFECTURE),
        closing_body: unit(COUNTY),
        mandate: reference(),
        related_round: None,
        relation: None,
    }
}

fn open_round(change: impl FnOnce(&mut RoundOpening)) -> Ask {
    let mut opening = opening(1);
    change(&mut opening);
    ask(Command::Round(RoundCommand::Open(opening)))
}

fn feedback(number: u128, receiver: u128) -> Ask {
    ask(Command::Round(RoundCommand::DeliverFeedback(Feedback {
        round: round(number),
        receivers: vec![unit(COUNTY), unit(receiver)],
        document: reference(),
    })))
}

fn close(number: u128) -> Ask {
    let round = round(number);
    ask(Command::Round(RoundCommand::Close(RoundClosing { round })))
}

/// Each row puts right what the row before it was refused for.
#[test]
fn refuses_an_opening_in_this_order() {
    let rows = [
        open_round(|it| it.inspecting_body = unit(NOWHERE)),
        open_round(|it| {
            it.round = round(2);
            it.inspecting_body = unit(NOWHERE);
            it.closing_body = unit(NOWHERE);
        }),
        open_round(|it| {
            it.round = round(2);
            it.closing_body = unit(NOWHERE);
            it.related_round = Some(round(9));
        }),
        open_round(|it| {
            it.round = round(2);
            it.related_round = Some(round(9));
        }),
        open_round(|it| {
            it.round = round(2);
            it.related_round = Some(round(1));
        }),
        open_round(|it| {
            it.round = round(2);
            it.relation = Some(SetRelation::Disjoint);
        }),
        open_round(|it| {
            it.round = round(2);
            it.related_round = Some(round(1));
            it.relation = Some(SetRelation::Disjoint);
        }),
    ];
    check(
        &[open_round(|_| ())],
        &rows,
        expect![[r#"
        ALREADY_EXISTS round: #7001 exists already
        NOT_FOUND inspecting_body: #0063 is not known in this ledger
        NOT_FOUND closing_body: #0063 is not known in this ledger
        NOT_FOUND related_round: #7009 is not known in this ledger
        BAD_FIELD relation: related_round and relation go together
        BAD_FIELD relation: related_round and relation go together
        round.opened"#]],
    );
}

#[test]
fn delivers_feedback_once_to_known_units_and_only_while_open() {
    let open = open_round(|_| ());
    let rows = [
        feedback(2, NOWHERE),
        feedback(1, NOWHERE),
        feedback(1, TOWN),
    ];
    check(
        std::slice::from_ref(&open),
        &rows,
        expect![[r#"
        NOT_FOUND round: #7002 is not known in this ledger
        NOT_FOUND receivers: #0063 is not known in this ledger
        round.feedback_delivered"#]],
    );
    let delivered = [open.clone(), feedback(1, TOWN)];
    check(
        &delivered,
        &[feedback(1, NOWHERE), feedback(1, TOWN)],
        expect![[r#"
            NOT_FOUND receivers: #0063 is not known in this ledger
            BAD_TRANSITION:
              round.deliver_feedback is not possible in state feedback_delivered"#]],
    );
    let closed = [open, close(1)];
    check(
        &closed,
        &[feedback(1, TOWN), feedback(1, TOWN).observed()],
        expect![[r#"
            BAD_TRANSITION: round.deliver_feedback is not possible in state closed
            BAD_TRANSITION: round.deliver_feedback is not possible in state closed"#]],
    );
}

#[test]
fn ends_once() {
    let open = open_round(|_| ());
    check(
        std::slice::from_ref(&open),
        &[close(2), close(1)],
        expect![[r#"
        NOT_FOUND round: #7002 is not known in this ledger
        round.closed"#]],
    );
    check(
        &[open, close(1)],
        &[close(1)],
        expect!["BAD_TRANSITION: round.close is not possible in state closed"],
    );
}

#[test]
fn deadlines_count_from_the_day_of_the_feedback_not_of_its_recording() {
    let world = World::given(&[
        open_round(|_| ()),
        feedback(1, TOWN).on("2018-07-28"),
        close(1),
    ]);
    let row = world.books.rounds.get(round(1)).unwrap();
    assert_eq!(row.feedback_on, Some("2018-07-28".parse().unwrap()));
    assert_eq!((row.closed, row.version), (true, 3));
}
