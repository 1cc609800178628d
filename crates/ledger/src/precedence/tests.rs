//! Promised: whoever may not ask learns nothing else, a closed ledger takes nothing, a date after
//! today and a stale version come before every rule of the nouns, and of the policy rules a control
//! command is refused for the first. Shown on every command there is.

mod states;

use super::*;
use crate::book::{BookClosing, BookCommand, BookRenaming};
use crate::fund::SourceKind;
use crate::payment::{Payee, PaymentKind};
use crate::testing::*;
use crate::token::Role;
use expect_test::expect;
use std::collections::BTreeSet;

fn close() -> Ask {
    ask(Command::Ledger(BookCommand::Close(BookClosing {
        successor: None,
        reason: text(),
    })))
}

fn rename() -> Ask {
    ask(Command::Ledger(BookCommand::Rename(BookRenaming {
        name: name(),
    })))
}

/// Asked by whom alone it may be asked.
fn ask_for(command: Command) -> Ask {
    let own = command.noun() == Noun::Log;
    let ask = ask(command);
    if own { ask.by(Actor::DEPLOYMENT) } else { ask }
}

#[test]
fn every_command_is_in_the_table() {
    let samples: BTreeSet<_> = every_command().iter().map(Command::word).collect();
    let words = Command::WORDS.iter().flat_map(|noun| noun.iter().copied());
    assert_eq!(samples, words.collect());
}

#[test]
fn every_command_is_open_to_somebody_and_none_to_readers_and_witnesses() {
    for command in every_command() {
        let (word, mut roles) = (command.word(), Role::ALL.iter());
        assert!(roles.any(|role| allows(*role, command.noun())), "{word}");
        assert!(!allows(Role::Reader, command.noun()), "{word}");
        assert!(!allows(Role::Witness, command.noun()), "{word}");
    }
}

#[test]
fn the_roles_share_the_nouns_like_this() {
    let mut lines: Vec<String> = every_command()
        .iter()
        .map(|command| {
            let (noun, _) = command.word().split_once('.').unwrap();
            let roles = Role::ALL
                .iter()
                .filter(|role| allows(**role, command.noun()));
            let roles: Vec<_> = roles.map(|role| role.word()).collect();
            format!("{noun}: {}", roles.join(", "))
        })
        .collect();
    lines.sort();
    lines.dedup();
    expect![[r#"
        account: finance
        bank_line: finance
        campaign: inspector, rectification
        claim: inspector, finance, rectification
        contract: finance, rectification
        contribution: finance, rectification
        cycle: inspector, rectification
        entry: inspector, finance, rectification
        evidence: inspector, finance, rectification
        fund: finance
        import: inspector, finance, rectification
        item: inspector, rectification
        ledger: administrator, finance
        list: finance
        log: administrator
        milestone: inspector, finance, rectification
        organisation: administrator, inspector, finance, rectification
        overlay: administrator, inspector, finance, rectification
        payment: finance
        pledge: inspector, rectification
        project: finance, rectification
        receipt: inspector, finance, rectification
        record: inspector, finance, rectification
        round: inspector, rectification
        subject: inspector, finance, rectification
        token: administrator"#]]
    .assert_eq(&lines.join("\n"));
}

#[test]
fn an_inspector_counter_signs_a_claim_and_finance_judges_it() {
    let commands = every_command();
    let claims = commands.iter().filter(|it| it.noun() == Noun::Claim);
    let mut lines: Vec<String> = claims
        .map(|command| {
            let may = |role: &&Role| allows(**role, Noun::Claim) && allows_step(**role, command);
            let roles: Vec<_> = Role::ALL.iter().filter(may).map(|it| it.word()).collect();
            format!("{}: {}", command.word(), roles.join(", "))
        })
        .collect();
    lines.dedup();
    expect![[r#"
        claim.submit: finance, rectification
        claim.review_technically: finance, rectification
        claim.countersign: inspector, finance, rectification
        claim.review_finances: finance
        claim.approve: finance
        claim.reject: finance
        claim.withdraw: finance, rectification
        claim.take_over: finance"#]]
    .assert_eq(&lines.join("\n"));
}

#[test]
fn an_administrator_writes_no_business_records() {
    for command in every_command() {
        let (noun, _) = command.word().split_once('.').unwrap();
        let own = ["ledger", "token", "log", "organisation", "overlay"].contains(&noun);
        assert_eq!(allows(Role::Administrator, command.noun()), own, "{noun}");
    }
}

#[test]
fn one_of_several_roles_is_enough_and_none_is_not() {
    let both = [Role::Reader, Role::Finance];
    let rows = [
        announce(|_| ()).with_roles(&[]),
        announce(|_| ()).with_roles(&[Role::Reader]),
        announce(|_| ()).with_roles(&both),
    ];
    check(
        &[],
        &rows,
        expect![[r#"
        FORBIDDEN: none of the token's roles allows fund.announce
        FORBIDDEN: none of the token's roles allows fund.announce
        fund.announced"#]],
    );
}

#[test]
fn a_ledger_that_is_not_open_takes_no_command_but_its_opening() {
    for command in every_command() {
        let mut world = World {
            books: Books::default(),
            events: Vec::new(),
        };
        let opening = command.word() == "ledger.open";
        let answer = world.answer(&ask_for(command));
        let expected = if opening {
            "ledger.opened"
        } else {
            "LEDGER_NOT_OPEN: the ledger is not open"
        };
        assert_eq!(answer, expected);
    }
}

#[test]
fn a_closed_ledger_refuses_every_command() {
    for command in every_command() {
        let expected = if command.word() == "ledger.open" {
            "BAD_TRANSITION: ledger.open is not possible in state closed"
        } else {
            "LEDGER_NOT_OPEN: the ledger is not open"
        };
        for observed in [false, true] {
            let ask = ask_for(command.clone());
            let ask = if observed { ask.observed() } else { ask };
            assert_eq!(World::given(&[close()]).answer(&ask), expected);
        }
    }
}

/// Each row puts right what the row before it was refused for.
#[test]
fn roles_come_before_the_ledger_the_date_the_version_and_the_rules_of_the_noun() {
    let late = |ask: Ask| ask.on("2020-01-02").expecting(7);
    let again = || announce(|_| ());
    let closed = [announce(|_| ()), close()];
    let rows = [late(again()).with_roles(&[Role::Reader]), late(again())];
    check(
        &closed,
        &rows,
        expect![[r#"
        FORBIDDEN: none of the token's roles allows fund.announce
        LEDGER_NOT_OPEN: the ledger is not open"#]],
    );
    let open = [announce(|_| ())];
    let rows = [late(again()), again().expecting(7), again().expecting(1)];
    check(
        &open,
        &rows,
        expect![[r#"
        BAD_DATE occurred_on: it lies after today (UTC+08:00)
        CONFLICT expected_version: expected version 7, but it is at version 1
        ALREADY_EXISTS fund: #2001 exists already"#]],
    );
}

#[test]
fn today_is_not_too_late_and_tomorrow_is_nor_may_a_period_begin_after_today() {
    let rows: Vec<_> = [
        "2020-01-01",
        "2020-01-02",
        "2020-01",
        "2020-02",
        "2020",
        "2021",
        "2020-Q1",
        "2020-Q2",
        "unknown",
    ]
    .into_iter()
    .map(|on| rename().on(on))
    .collect();
    check(
        &[],
        &rows,
        expect![[r#"
        ledger.renamed
        BAD_DATE occurred_on: it lies after today (UTC+08:00)
        ledger.renamed
        BAD_DATE occurred_on: it lies after today (UTC+08:00)
        ledger.renamed
        BAD_DATE occurred_on: it lies after today (UTC+08:00)
        ledger.renamed
        BAD_DATE occurred_on: it lies after today (UTC+08:00)
        ledger.renamed"#]],
    );
}

#[test]
fn a_date_after_today_is_refused_for_observations_too() {
    check(
        &[],
        &[rename().on("2020-01-02").observed()],
        expect!["BAD_DATE occurred_on: it lies after today (UTC+08:00)"],
    );
}

#[test]
fn the_expected_version_is_that_of_the_main_subject_and_counts_its_records() {
    let given = [announce(|_| ()), receive(1, 400)];
    let rows = [
        receive(1, 1).expecting(1),
        receive(1, 1).expecting(2),
        receive(1, 1).expecting(3),
        announce(|it| it.fund = fund(2)).expecting(0),
        announce(|it| it.fund = fund(2)).expecting(1),
        receive(1, 1).expecting(1).observed(),
    ];
    check(
        &given,
        &rows,
        expect![[r#"
        CONFLICT expected_version: expected version 1, but it is at version 2
        fund.received
        CONFLICT expected_version: expected version 3, but it is at version 2
        fund.announced
        CONFLICT expected_version: expected version 1, but it is at version 0
        CONFLICT expected_version: expected version 1, but it is at version 2"#]],
    );
}

#[test]
fn a_ledger_has_a_version_of_its_own() {
    let rows = [rename().expecting(1), rename().expecting(2)];
    check(
        &[rename()],
        &rows,
        expect![[r#"
        CONFLICT expected_version: expected version 1, but it is at version 2
        ledger.renamed"#]],
    );
    let mut empty = World {
        books: Books::default(),
        events: Vec::new(),
    };
    assert_eq!(
        empty.answer(&open_ledger().expecting(1)),
        "CONFLICT expected_version: expected version 1, but it is at version 0"
    );
    assert_eq!(empty.answer(&open_ledger().expecting(0)), "ledger.opened");
}

/// Project 1 is not approved, nobody knows the payee, and the budget is empty: three rules.
#[test]
fn control_is_refused_for_the_first_rule_broken_and_observation_says_them_all() {
    let given = [enter(|_| ()), announce(|_| ())];
    let pay = |change: fn(&mut crate::payment::PaymentInstruction)| {
        instruct(|it| {
            it.kind = PaymentKind::Progress;
            it.sources = vec![share(1, 100)];
            change(it);
        })
    };
    let to_nobody = |it: &mut crate::payment::PaymentInstruction| {
        it.payee = Payee::Organisation(unit(NOWHERE));
    };
    let rows = [pay(|_| ()), pay(to_nobody).observed()];
    check(
        &given,
        &rows,
        expect![[r#"
        BAD_TRANSITION: payment.instruct is not possible in state in_library
        payment.instructed
        alert BAD_TRANSITION: payment.instruct is not possible in state in_library
        alert UNKNOWN_PARTY payee: #0063 is not known in this ledger
        alert INSUFFICIENT sources: 100 fen asked for, #2001 has 0 fen available"#]],
    );
}

#[test]
fn integrity_comes_before_policy() {
    let bond = |amount: i64| {
        announce(|it| {
            it.source_kind = SourceKind::Bond;
            it.budget_year = 2014;
            it.amount_fen = fen(amount);
        })
    };
    check(
        &[],
        &[bond(0), bond(1), bond(0).observed(), bond(1).observed()],
        expect![[r#"
            BAD_AMOUNT amount_fen:
              0 fen is not an amount that may be stated (1 to 10^15 fen)
            NOT_IN_FORCE source_kind: bond is not a source of money in 2014
            BAD_AMOUNT amount_fen:
              0 fen is not an amount that may be stated (1 to 10^15 fen)
            fund.announced
            alert NOT_IN_FORCE source_kind: bond is not a source of money in 2014"#]],
    );
}

#[test]
fn a_refusal_leaves_the_books_as_they_were() {
    let mut world = World::given(&budgeted());
    let before = authority(&world.books);
    for ask in [
        instruct(|it| {
            it.amount_fen = fen(601);
            it.sources = vec![share(1, 601)];
        }),
        receive(1, 1),
        rename().expecting(9),
    ] {
        let version = world.books.version(fund(1).into());
        world.answer(&ask);
        assert_eq!(world.books.version(fund(1).into()), version);
        assert_eq!(authority(&world.books), before);
    }
}
