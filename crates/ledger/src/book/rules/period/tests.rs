//! Promised (V23): a period is signed off by another person than who prepared it, and is then what
//! was prepared; money with a day in it is refused, or raises an alert where it is a fact; it is
//! opened again by a third hand with a reason, in part or whole.

use crate::book::{BookCommand, PeriodPreparation, PeriodReopening, PeriodSignOff};
use crate::testing::*;
use crate::token::Role;
use crate::{Books, Command};
use expect_test::expect;

fn prepare(through: &str) -> Ask {
    ask(Command::Ledger(BookCommand::PreparePeriod(
        PeriodPreparation {
            through: through.parse().unwrap(),
            document: reference(),
        },
    )))
}

fn sign_off(through: &str) -> Ask {
    let through = through.parse().unwrap();
    let command = BookCommand::SignOffPeriod(PeriodSignOff { through });
    ask(Command::Ledger(command)).by(CHIEF)
}

fn reopen(after: Option<&str>) -> Ask {
    ask(Command::Ledger(BookCommand::ReopenPeriod(
        PeriodReopening {
            after: after.map(|after| after.parse().unwrap()),
            reason: text(),
            document: reference(),
        },
    )))
}

fn signed() -> Vec<Ask> {
    vec![announce(|_| {}), prepare("2018-07"), sign_off("2018-07-31")]
}

fn through(books: &Books) -> [Option<String>; 2] {
    let book = books.book.as_ref().unwrap();
    [&book.prepared, &book.signed_off].map(|it| it.as_ref().map(|it| it.through.to_string()))
}

#[test]
fn a_period_is_prepared_by_one_and_signed_off_by_another() {
    check(
        &[prepare("2018-07")],
        &[
            sign_off("2018-07"),
            sign_off("2018-07-31"),
            sign_off("2018-07").by(CLERK),
            sign_off("2018-07").by(CLERK).observed(),
            sign_off("2018-06"),
            sign_off("unknown"),
            reopen(None),
        ],
        expect![[r#"
            ledger.period_signed_off
            ledger.period_signed_off
            SAME_PERSON:
              the same person may not do both ledger.prepare_period and ledger.sign_off_period
            SAME_PERSON:
              the same person may not do both ledger.prepare_period and ledger.sign_off_period
            BAD_FIELD through: the books were prepared through another day
            BAD_FIELD through: a period has a last day
            BAD_TRANSITION: ledger.reopen_period is not possible in state prepared"#]],
    );
}

#[test]
fn only_what_is_over_and_not_signed_off_is_prepared() {
    check(
        &signed(),
        &[
            prepare("2018-07"),
            prepare("2018-08"),
            prepare("2019"),
            prepare("2020-01"),
            prepare("unknown"),
            sign_off("2018-08"),
        ],
        expect![[r#"
            BAD_TRANSITION: ledger.prepare_period is not possible in state signed_off
            ledger.period_prepared
            ledger.period_prepared
            BAD_DATE through: that day is not over yet (UTC+08:00)
            BAD_FIELD through: a period has a last day
            BAD_TRANSITION: ledger.sign_off_period is not possible in state signed_off"#]],
    );
}

#[test]
fn money_with_a_day_in_it_is_refused_and_as_a_fact_raises_an_alert() {
    check(
        &signed(),
        &[
            receive(1, 1000).on("2018-07-31"),
            receive(1, 1000).on("2018-07"),
            receive(1, 1000).on("2018-07-31").observed(),
            receive(1, 1000).on("2018-08-01"),
            receive(1, 1000).on("2018-Q3"),
            receive(1, 1000).on("unknown"),
            register_unit(50, crate::organisation::Level::Village, Some(TOWN)).on("2018-07-31"),
        ],
        expect![[r#"
            PERIOD_CLOSED occurred_on:
              signed off through 2018-07-31: reverse with a later day, or have it opened again
            PERIOD_CLOSED occurred_on:
              signed off through 2018-07-31: reverse with a later day, or have it opened again
            fund.received
            alert PERIOD_CLOSED occurred_on:
              signed off through 2018-07-31: reverse with a later day, or have it opened again
            fund.received
            fund.received
            fund.received
            organisation.registered"#]],
    );
}

#[test]
fn it_is_opened_again_by_another_in_part_or_whole() {
    check(
        &signed(),
        &[
            reopen(None),
            reopen(None).by(CHIEF),
            reopen(Some("2018-07-31")),
            reopen(Some("2018-06")),
        ],
        expect![[r#"
            ledger.period_reopened
            SAME_PERSON:
              the same person may not do both ledger.sign_off_period and ledger.reopen_period
            BAD_FIELD after: nothing after that day is signed off
            ledger.period_reopened"#]],
    );
    let mut world = World::given(&signed());
    assert_eq!(through(&world.books), [None, Some("2018-07-31".into())]);
    world.take(&reopen(Some("2018-06")));
    assert_eq!(through(&world.books), [None, Some("2018-06-30".into())]);
    world.take(&receive(1, 400).on("2018-07-31"));
    world.take(&reopen(None).by(VISITOR));
    assert_eq!(through(&world.books), [None, None]);
    world.take(&receive(1, 600).on("2018-06-30"));
}

#[test]
fn money_recorded_meanwhile_takes_the_preparation_back() {
    let prepared = |more: Ask| {
        let mut world = World::given(&[announce(|_| {}), prepare("2018-07")]);
        world.take(&more);
        through(&world.books)[0].is_some()
    };
    assert!(prepared(receive(1, 1000).on("2018-08-01")));
    assert!(!prepared(receive(1, 1000).on("2018-07-31")));
    // It may have been in it.
    assert!(!prepared(receive(1, 1000).on("2018-Q3")));
    assert!(!prepared(receive(1, 1000).on("unknown")));
    assert!(prepared(ask(Command::Ledger(BookCommand::Rename(
        crate::book::BookRenaming { name: name() }
    )))));
}

#[test]
fn whoever_keeps_the_accounts_signs_and_nobody_else() {
    let asks = [prepare("2018-08"), reopen(None)];
    for role in Role::ALL {
        for ask in &asks {
            let answer = World::given(&signed()).answer(&ask.clone().with_roles(&[*role]));
            let forbidden = answer.starts_with("FORBIDDEN");
            assert_eq!(forbidden, *role != Role::Finance, "{role:?}: {answer}");
        }
    }
}
