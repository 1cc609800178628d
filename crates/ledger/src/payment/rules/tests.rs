//! Promised: a payment is instructed out of a project's budget (V10), its shares add up (V7), the
//! bank settles and returns no more than that (V8), and what came back is paid again once. What an
//! observed fact breaks is stored and named.

mod later;
mod limits;
mod money;
mod random;
mod together;

use super::*;
use crate::Command;
use crate::project::ProjectCommand;
use crate::testing::*;
use crate::testing::{instruct, reissue};
use expect_test::expect;

fn instructed() -> Vec<Ask> {
    and(&budgeted(), [instruct(|_| ())])
}

/// Payment 1 settled, and all of it come back.
fn returned() -> Vec<Ask> {
    and(&instructed(), [settle(1, 100), give_back(1, 100)])
}

/// Each row puts right what the row before it was refused for.
#[test]
fn refuses_an_instruction_in_this_order() {
    let rows = [
        instruct(|it| it.project = project(9)),
        instruct(|it| {
            it.payment = payment(2);
            it.project = project(9);
            it.payee = Payee::Subject(person(9));
        }),
        instruct(|it| {
            it.payment = payment(2);
            it.payee = Payee::Subject(person(9));
            it.amount_fen = fen(0);
        }),
        instruct(|it| {
            it.payment = payment(2);
            it.payee = Payee::Organisation(unit(NOWHERE));
            it.amount_fen = fen(0);
        }),
        instruct(|it| {
            it.payment = payment(2);
            it.amount_fen = fen(0);
            it.sources = vec![share(9, 0)];
        }),
        instruct(|it| {
            it.payment = payment(2);
            it.sources = vec![share(9, 0)];
        }),
        instruct(|it| {
            it.payment = payment(2);
            it.sources = vec![share(1, 0)];
        }),
        instruct(|it| {
            it.payment = payment(2);
            it.sources = vec![share(1, 60), share(2, 10), share(1, 30), share(9, 0)];
        }),
        instruct(|it| {
            it.payment = payment(2);
            it.sources = vec![share(1, 60), share(2, 41)];
        }),
        instruct(|it| it.payment = payment(2)),
    ];
    check(
        &instructed(),
        &rows,
        expect![[r#"
            ALREADY_EXISTS payment: #4001 exists already
            NOT_FOUND project: #3009 is not known in this ledger
            NOT_FOUND payee: #1009 is not known in this ledger
            NOT_FOUND payee: #0063 is not known in this ledger
            BAD_AMOUNT amount_fen:
              0 fen is not an amount that may be stated (1 to 10^15 fen)
            NOT_FOUND sources: #2009 is not known in this ledger
            BAD_AMOUNT sources:
              0 fen is not an amount that may be stated (1 to 10^15 fen)
            BAD_FIELD sources: one batch is named twice
            SPLIT_MISMATCH sources: the parts add up to 101 fen, the total is 100 fen
            payment.instructed"#]],
    );
}

#[test]
fn the_shares_add_up_to_the_amount_also_when_observed() {
    let of = |sources: &[SourceShare]| instruct(|it| it.sources = sources.to_vec());
    let rows = [
        of(&[]),
        of(&[share(1, 99)]),
        of(&[share(1, 60), share(2, 39)]),
        of(&[share(1, 60), share(2, 41)]).observed(),
        of(&[share(1, 101), share(2, -1)]).observed(),
    ];
    check(
        &budgeted(),
        &rows,
        expect![[r#"
            SPLIT_MISMATCH sources: the parts add up to 0 fen, the total is 100 fen
            SPLIT_MISMATCH sources: the parts add up to 99 fen, the total is 100 fen
            SPLIT_MISMATCH sources: the parts add up to 99 fen, the total is 100 fen
            SPLIT_MISMATCH sources: the parts add up to 101 fen, the total is 100 fen
            BAD_AMOUNT sources:
              -1 fen is not an amount that may be stated (1 to 10^15 fen)"#]],
    );
}

#[test]
fn no_budget_bears_more_than_it_has() {
    let of = |first: i64, second: i64| {
        instruct(|it| {
            it.amount_fen = fen(first + second);
            it.sources = vec![share(1, first), share(2, second)];
        })
    };
    let rows = [
        of(601, 400),
        of(600, 401),
        of(601, 401),
        of(601, 401).observed(),
        of(600, 400),
    ];
    check(
        &budgeted(),
        &rows,
        expect![[r#"
        INSUFFICIENT sources: 601 fen asked for, #2001 has 600 fen available
        INSUFFICIENT sources: 401 fen asked for, #2002 has 400 fen available
        INSUFFICIENT sources: 601 fen asked for, #2001 has 600 fen available
        payment.instructed
        alert INSUFFICIENT sources: 601 fen asked for, #2001 has 600 fen available
        alert INSUFFICIENT sources: 401 fen asked for, #2002 has 400 fen available
        payment.instructed"#]],
    );
}

#[test]
fn a_batch_that_gave_the_project_nothing_pays_nothing() {
    let third = and(
        &budgeted(),
        [announce(|it| it.fund = fund(3)), receive(3, 1000)],
    );
    let of_third = instruct(|it| it.sources = vec![share(3, 100)]);
    check(
        &third,
        &[of_third],
        expect!["INSUFFICIENT sources: 100 fen asked for, #2003 has 0 fen available"],
    );
}

/// Every kind, for a project that is only entered, that is approved, and that has started.
#[test]
fn advances_and_subsidies_need_an_approved_project_and_the_rest_a_started_one() {
    let funds = |given: &[Ask]| {
        let given = given.to_vec();
        and(
            &given,
            [
                announce(|_| ()),
                receive(1, 1000),
                allocate(1, COUNTY, to_project(1), 600),
            ],
        )
    };
    let mut lines = Vec::new();
    for given in [vec![enter(|_| ())], ready(), started()] {
        let world = World::given(&funds(&given));
        let state = world.books.projects.get(project(1)).unwrap().state;
        for kind in PaymentKind::ALL {
            let pay = instruct(|it| {
                it.kind = *kind;
                it.sources = vec![share(1, 100)];
            });
            let answer = match world.decide(&pay) {
                Ok(_) => "ok",
                Err(no) => no.code(),
            };
            lines.push(format!("{state} {kind}: {answer}"));
        }
    }
    expect![[r#"
        in_library advance: BAD_TRANSITION
        in_library progress: BAD_TRANSITION
        in_library final: BAD_TRANSITION
        in_library retention: BAD_TRANSITION
        in_library subsidy: BAD_TRANSITION
        in_library other: BAD_TRANSITION
        in_library management_fee: BAD_TRANSITION
        in_library preliminary_cost: ok
        approved advance: ok
        approved progress: BAD_TRANSITION
        approved final: BAD_TRANSITION
        approved retention: BAD_TRANSITION
        approved subsidy: ok
        approved other: ok
        approved management_fee: ok
        approved preliminary_cost: ok
        started advance: ok
        started progress: ok
        started final: ok
        started retention: ok
        started subsidy: ok
        started other: ok
        started management_fee: ok
        started preliminary_cost: ok"#]]
    .assert_eq(&lines.join("\n"));
}

#[test]
fn a_payment_goes_on_after_the_project_is_complete() {
    let given = and(&budgeted(), [project_step(ProjectCommand::Complete)]);
    check(
        &given,
        &[instruct(|it| it.kind = PaymentKind::Retention)],
        expect!["payment.instructed"],
    );
}

#[test]
fn an_observed_payment_to_an_unknown_organisation_is_stored_and_asked_about() {
    let to_nobody = instruct(|it| it.payee = Payee::Organisation(unit(NOWHERE)));
    let to_company = instruct(|it| it.payee = Payee::Organisation(unit(COMPANY)));
    let rows = [
        to_nobody.clone(),
        to_nobody.observed(),
        to_company.clone(),
        to_company.observed(),
        instruct(|it| it.payee = Payee::Subject(person(9))).observed(),
    ];
    check(
        &budgeted(),
        &rows,
        expect![[r#"
        NOT_FOUND payee: #0063 is not known in this ledger
        payment.instructed
        alert UNKNOWN_PARTY payee: #0063 is not known in this ledger
        payment.instructed
        payment.instructed
        NOT_FOUND payee: #1009 is not known in this ledger"#]],
    );
}

#[test]
fn the_bank_settles_no_more_than_was_instructed_and_not_before() {
    let rows = [
        settle(9, 0),
        settle(1, 0),
        settle(1, 101).on("2018-06-30"),
        settle(1, 101),
        settle(1, 101).on("2018-06-30").observed(),
        settle(1, 100).on("2018-07"),
        settle(1, 100),
    ];
    check(
        &instructed(),
        &rows,
        expect![[r#"
            NOT_FOUND payment: #4009 is not known in this ledger
            BAD_AMOUNT amount_fen:
              0 fen is not an amount that may be stated (1 to 10^15 fen)
            BAD_DATE occurred_on: it lies before the day of the instruction
            OVER_PAID amount_fen: 101 fen stated, 100 fen are open
            payment.settled
            alert BAD_DATE occurred_on: it lies before the day of the instruction
            alert OVER_PAID amount_fen: 101 fen stated, 100 fen are open
            payment.settled
            payment.settled"#]],
    );
    let partly = and(&instructed(), [settle(1, 60)]);
    check(
        &partly,
        &[settle(1, 41), settle(1, 40)],
        expect![[r#"
        OVER_PAID amount_fen: 41 fen stated, 40 fen are open
        payment.settled"#]],
    );
}

#[test]
fn the_bank_returns_no_more_than_was_settled_or_is_open() {
    let rows = [
        give_back(9, 0),
        give_back(1, 0),
        give_back(1, 101).on("2018-06-30"),
        give_back(1, 101),
        give_back(1, 101).on("2018-06-30").observed(),
        give_back(1, 100),
    ];
    check(
        &instructed(),
        &rows,
        expect![[r#"
            NOT_FOUND payment: #4009 is not known in this ledger
            BAD_AMOUNT amount_fen:
              0 fen is not an amount that may be stated (1 to 10^15 fen)
            BAD_DATE occurred_on: it lies before the day of the instruction
            OVER_PAID amount_fen: 101 fen stated, 100 fen are open
            payment.returned
            alert BAD_DATE occurred_on: it lies before the day of the instruction
            alert OVER_PAID amount_fen: 101 fen stated, 100 fen are open
            payment.returned"#]],
    );
    let settled = and(&instructed(), [settle(1, 100)]);
    check(
        &settled,
        &[give_back(1, 101), give_back(1, 100)],
        expect![[r#"
            OVER_PAID amount_fen: 101 fen stated, 100 fen are open
            payment.returned"#]],
    );
    check(
        &returned(),
        &[give_back(1, 1), settle(1, 1)],
        expect![[r#"
        OVER_PAID amount_fen: 1 fen stated, 0 fen are open
        OVER_PAID amount_fen: 1 fen stated, 0 fen are open"#]],
    );
}

#[test]
fn what_was_paid_too_much_can_come_back_whole() {
    let given = and(&instructed(), [settle(1, 150).observed()]);
    check(
        &given,
        &[settle(1, 1), give_back(1, 151), give_back(1, 150)],
        expect![[r#"
            OVER_PAID amount_fen: 1 fen stated, 0 fen are open
            OVER_PAID amount_fen: 151 fen stated, 150 fen are open
            payment.returned"#]],
    );
}

#[test]
fn a_payment_moves_through_its_states() {
    let state = |given: &[Ask]| {
        let world = World::given(&and(&instructed(), given.iter().cloned()));
        world.books.payments.get(payment(1)).unwrap().state()
    };
    assert_eq!(state(&[]), PaymentState::Instructed);
    assert_eq!(state(&[settle(1, 99)]), PaymentState::PartlySettled);
    assert_eq!(state(&[settle(1, 100)]), PaymentState::Settled);
    assert_eq!(
        state(&[settle(1, 100), give_back(1, 99)]),
        PaymentState::Settled
    );
    assert_eq!(
        state(&[settle(1, 100), give_back(1, 100)]),
        PaymentState::Returned
    );
    assert_eq!(state(&[give_back(1, 100)]), PaymentState::Returned);
    assert_eq!(
        state(&[settle(1, 60), give_back(1, 100)]),
        PaymentState::Returned
    );
    assert_eq!(
        state(&[give_back(1, 100), reissue(2, 1)]),
        PaymentState::Reissued
    );
}

/// Each row puts right what the row before it was refused for.
#[test]
fn pays_again_only_what_came_back_whole_and_only_once() {
    let given = and(&returned(), [instruct(|it| it.payment = payment(3))]);
    let rows = [
        reissue(1, 9),
        reissue(3, 3),
        reissue(2, 3),
        reissue(2, 1),
        reissue(2, 2),
    ];
    check(
        &given,
        &rows,
        expect![[r#"
        NOT_FOUND of: #4009 is not known in this ledger
        ALREADY_EXISTS payment: #4003 exists already
        BAD_TRANSITION: payment.reissue is not possible in state instructed
        payment.instructed
        payment.reissued
        NOT_FOUND of: #4002 is not known in this ledger"#]],
    );
    let partly = and(&instructed(), [settle(1, 100), give_back(1, 99)]);
    check(
        &partly,
        &[reissue(2, 1), reissue(2, 1).observed()],
        expect![[r#"
            BAD_TRANSITION: payment.reissue is not possible in state settled
            BAD_TRANSITION: payment.reissue is not possible in state settled"#]],
    );
    let again = and(&returned(), [reissue(2, 1)]);
    check(
        &again,
        &[reissue(4, 1)],
        expect!["BAD_TRANSITION: payment.reissue is not possible in state reissued"],
    );
}

#[test]
fn a_reissue_is_a_new_payment_that_knows_the_old_one() {
    let world = World::given(&and(&returned(), [reissue(2, 1)]));
    let row = |number| world.books.payments.get(payment(number)).unwrap();
    let (old, new) = (row(1), row(2));
    assert_eq!(old.reissue.as_ref().unwrap().by, Some(payment(2)));
    assert_eq!(old.reissue.as_ref().unwrap().of, None);
    assert_eq!(new.reissue.as_ref().unwrap().of, Some(payment(1)));
    assert_eq!(new.reissue.as_ref().unwrap().by, None);
    assert_eq!(
        (new.state(), new.open()),
        (PaymentState::Instructed, fen(100))
    );
    assert_eq!(
        (&new.sources, new.payee, new.kind),
        (&old.sources, old.payee, old.kind)
    );
    assert_eq!((old.version, new.version), (4, 2));
}

#[test]
fn a_reissue_that_comes_back_is_paid_again_in_its_turn() {
    let given = and(
        &returned(),
        [reissue(2, 1), give_back(2, 100), reissue(3, 2)],
    );
    let world = World::given(&given);
    let middle = world.books.payments.get(payment(2)).unwrap();
    let chained = middle.reissue.as_ref().unwrap();
    assert_eq!(
        (chained.of, chained.by),
        (Some(payment(1)), Some(payment(3)))
    );
    assert_eq!(middle.state(), PaymentState::Reissued);
}

#[test]
fn a_reissue_needs_the_budget_that_may_have_been_spent_meanwhile() {
    let spend = instruct(|it| {
        it.payment = payment(3);
        it.amount_fen = fen(541);
        it.sources = vec![share(1, 541)];
    });
    let given = and(&returned(), [spend]);
    check(
        &given,
        &[reissue(2, 1), reissue(2, 1).observed()],
        expect![[r#"
            INSUFFICIENT sources: 60 fen asked for, #2001 has 59 fen available
            payment.instructed
            alert INSUFFICIENT sources: 60 fen asked for, #2001 has 59 fen available
            payment.reissued"#]],
    );
}
