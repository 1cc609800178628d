//! Promised: what was in an account before the book comes in with its first record, batch by batch,
//! and can be paid out like any other cash.

use super::*;
use crate::account::{AccountTakeover, OpeningBalance};
use crate::testing::{by_two, check_openings, cut_over};

fn balance(fund: Option<FundId>, amount: i64) -> OpeningBalance {
    OpeningBalance {
        fund,
        amount_fen: fen(amount),
    }
}

/// Account 1 with 300 fen of batch 1, and 50 of nobody knows which.
fn take_over(change: impl FnOnce(&mut AccountTakeover)) -> Ask {
    let Command::Account(Asked::Open(opening)) = open(1, |_| ()).command else {
        panic!("no opening");
    };
    let mut takeover = AccountTakeover {
        opening,
        cut_over: cut_over(),
        balances: vec![balance(Some(fund(1)), 300), balance(None, 50)],
    };
    change(&mut takeover);
    ask(Command::Account(Asked::TakeOver(takeover)))
}

#[test]
fn refuses_what_one_person_records_and_what_cannot_be() {
    let given = [announce(|_| ())];
    check(
        &given,
        &[take_over(|_| ())],
        expect![[r#"
        BAD_FIELD cut_over:
          an opening is recorded by one person and confirmed by another: propose it as an entry"#]],
    );
    let rows = [
        take_over(|it| it.opening.owner = unit(NOWHERE)),
        take_over(|it| it.balances.push(balance(Some(fund(9)), 1))),
        take_over(|it| it.balances.push(balance(None, 1))),
        take_over(|it| it.balances = vec![balance(None, 0)]),
        take_over(|it| it.balances.clear()),
    ];
    check_openings(
        &given,
        &rows,
        expect![[r#"
        NOT_FOUND owner: #0063 is not known in this ledger
        NOT_FOUND balances: #2009 is not known in this ledger
        BAD_FIELD balances: one batch is named twice
        BAD_AMOUNT balances:
          0 fen is not an amount that may be stated (1 to 10^15 fen)
        account.taken_over"#]],
    );
    let begun = and(&given, [open(1, |_| ())]);
    let rows = [take_over(|_| ()), take_over(|_| ()).observed()];
    check_openings(
        &begun,
        &rows,
        expect![[r#"
        ALREADY_EXISTS account: #5001 exists already
        ALREADY_EXISTS account: #5001 exists already"#]],
    );
}

#[test]
fn what_was_there_can_be_paid_out_and_no_more() {
    let given = and(&[announce(|_| ())], by_two(1, &take_over(|_| ())));
    let rows = [
        pay(1, 300, |_| ()),
        pay(1, 301, |_| ()),
        pay(1, 300, |_| ()).on("2017-12-30").observed(),
        close(1),
    ];
    check(
        &given,
        &rows,
        expect![[r#"
        account.cash_paid
        INSUFFICIENT fund: 301 fen asked for, #2001 has 300 fen available
        account.cash_paid
        alert BAD_DATE occurred_on: it lies before the day on which the account was opened
        BAD_TRANSITION: account.close is not possible in state holding_cash"#]],
    );
    let world = World::given(&given);
    let row = world.books.accounts.get(account(1)).unwrap();
    assert_eq!((row.cash.balance(), row.cash.opening), (fen(350), fen(350)));
    assert_eq!(cash(&world.books, account(1), None).balance(), fen(50));
}
