//! Promised: cash of a batch never leaves an account in which it is not (V10), every term of
//! equation 4 is exact, a closed account is closed, and from a kept account no more goes out than
//! its custodian let go of. What an observed fact breaks is stored and named.

pub(crate) mod amend;
mod custody;
mod opening;

use super::*;
use crate::account::{AccountClosing, CashNature, CustodyRelease, Interest};
use crate::testing::*;
use crate::{Command, account::AccountCommand as Asked};
use expect_test::{Expect, expect};
use uuid::Uuid;

pub(crate) fn account(number: u128) -> AccountId {
    AccountId(Uuid::from_u128(0x5000 | number))
}
pub(crate) fn movement(number: u128) -> MovementId {
    MovementId(Uuid::from_u128(0x5100 | number))
}

/// Opened on 2018-01-01 for the county.
pub(crate) fn open(number: u128, change: impl FnOnce(&mut AccountOpening)) -> Ask {
    let mut opening = AccountOpening {
        account: account(number),
        kind: AccountKind::FiscalSpecial,
        owner: unit(COUNTY),
        bank: name(),
        masked_number: Reference::new("****1234").unwrap(),
    };
    change(&mut opening);
    ask(Command::Account(Asked::Open(opening))).on("2018-01-01")
}

pub(crate) fn close(number: u128) -> Ask {
    ask(Command::Account(Asked::Close(AccountClosing {
        account: account(number),
        reason: text(),
    })))
}

/// Into account 1, of batch 1.
pub(crate) fn receive(number: u128, amount: i64, change: impl FnOnce(&mut CashReceipt)) -> Ask {
    let mut receipt = CashReceipt {
        account: account(1),
        movement: movement(number),
        nature: CashNature::Received,
        fund: Some(fund(1)),
        amount_fen: fen(amount),
        bank_reference: reference(),
        from: None,
        payment: None,
    };
    change(&mut receipt);
    ask(Command::Account(Asked::ReceiveCash(receipt)))
}

/// Out of account 1, of batch 1.
pub(crate) fn pay(number: u128, amount: i64, change: impl FnOnce(&mut CashPayment)) -> Ask {
    let mut payment = CashPayment {
        account: account(1),
        movement: movement(number),
        fund: Some(fund(1)),
        payment: None,
        amount_fen: fen(amount),
        bank_reference: reference(),
    };
    change(&mut payment);
    ask(Command::Account(Asked::PayCash(payment)))
}

pub(crate) fn credit(number: u128, amount: i64) -> Ask {
    ask(Command::Account(Asked::CreditInterest(Interest {
        account: account(1),
        movement: movement(number),
        fund: Some(fund(1)),
        amount_fen: fen(amount),
    })))
}

/// From account 1 to account 2, of batch 1.
pub(crate) fn transfer(number: u128, amount: i64, change: impl FnOnce(&mut CashTransfer)) -> Ask {
    let mut transfer = CashTransfer {
        from: account(1),
        to: account(2),
        movement: movement(number),
        fund: Some(fund(1)),
        amount_fen: fen(amount),
        bank_reference: reference(),
    };
    change(&mut transfer);
    ask(Command::Account(Asked::Transfer(transfer)))
}

/// Accounts 1 and 2, and batch 1, of which nothing has come.
pub(super) fn accounts() -> Vec<Ask> {
    vec![announce(|_| ()), open(1, |_| ()), open(2, |_| ())]
}

/// 100 fen of batch 1 and 50 of nobody knows what, in account 1.
pub(crate) fn holding() -> Vec<Ask> {
    let more = [receive(1, 100, |_| ()), receive(2, 50, |it| it.fund = None)];
    and(&accounts(), more)
}

/// Each batch's row of equation 4, and the account's, which is their sum.
fn cash_lines(books: &Books) -> String {
    let mut lines = Vec::new();
    for number in 1..=2 {
        let all = books.accounts.get(account(number)).unwrap().cash;
        let mut sum = Fen::ZERO;
        for batch in [Some(fund(1)), None] {
            let row = cash(books, account(number), batch);
            sum = sum.add(row.balance());
            let terms = [
                ("received", row.received),
                ("in", row.transferred_in),
                ("interest", row.interest),
                ("returned", row.returned),
                ("recovered", row.recovered),
                ("paid", row.paid),
                ("out", row.transferred_out),
            ];
            let terms = terms.iter().filter(|(_, term)| *term != Fen::ZERO);
            let terms: Vec<_> = terms
                .map(|(word, it)| format!("{word} {}", it.get()))
                .collect();
            if !terms.is_empty() {
                let batch = if batch.is_some() {
                    "batch 1"
                } else {
                    "unknown"
                };
                let (balance, terms) = (row.balance().get(), terms.join(", "));
                lines.push(format!("  {number}, {batch}: {balance} = {terms}"));
            }
        }
        assert_eq!(all.balance(), sum, "equation 4");
    }
    lines.join("\n")
}

fn check_cash(given: &[Ask], when: &[Ask], then: Expect) {
    let mut world = World::given(given);
    let mut blocks = Vec::new();
    for ask in when {
        let answer = world.answer(ask);
        blocks.push(format!("{answer}\n{}", cash_lines(&world.books)));
    }
    then.assert_eq(&blocks.join("\n"));
}

#[test]
fn an_account_is_opened_once_by_a_known_unit_and_shows_four_digits() {
    let numbered = |number: &'static str| {
        open(9, move |it| {
            it.masked_number = Reference::new(number).unwrap()
        })
    };
    let rows = [
        open(1, |it| it.owner = unit(NOWHERE)),
        open(9, |it| it.owner = unit(NOWHERE)),
        numbered("***12345"),
        numbered("6222 0200 0000 0000 000"),
        numbered("****1２３45").observed(),
        numbered("****1234"),
    ];
    check(
        &accounts(),
        &rows,
        expect![[r#"
        ALREADY_EXISTS account: #5001 exists already
        NOT_FOUND owner: #0063 is not known in this ledger
        BAD_FIELD masked_number:
          no more than the last four digits may be stored; mask the others
        BAD_FIELD masked_number:
          no more than the last four digits may be stored; mask the others
        BAD_FIELD masked_number:
          no more than the last four digits may be stored; mask the others
        account.opened"#]],
    );
}

/// Each row puts right what the row before it was refused for.
#[test]
fn refuses_cash_in_this_order() {
    let rows = [
        receive(1, 0, |it| it.account = account(9)),
        receive(1, 0, |it| it.fund = Some(fund(9))),
        receive(3, 0, |it| it.fund = Some(fund(9))),
        receive(3, 0, |it| it.from = Some(unit(NOWHERE))),
        receive(3, 0, |it| it.payment = Some(payment(9))),
        receive(3, 0, |it| it.payment = Some(payment(1))),
        receive(3, 0, |_| ()),
        receive(3, -1, |_| ()).observed(),
        receive(3, 1_000_000_000_000_001, |_| ()),
        receive(3, 1, |_| ()),
        pay(1, 0, |it| it.account = account(9)),
        pay(1, 0, |_| ()),
        pay(3, 0, |it| it.payment = Some(payment(9))),
        pay(3, 0, |_| ()),
        pay(3, 1, |_| ()),
        credit(1, 0),
        credit(3, 0),
        credit(3, 1),
        transfer(1, 0, |it| it.from = account(9)),
        transfer(1, 0, |it| it.to = account(9)),
        transfer(1, 0, |it| it.to = account(1)),
        transfer(1, 0, |_| ()),
        transfer(3, 0, |_| ()),
        transfer(3, 1, |_| ()),
    ];
    let accounts = [open(1, |_| ()), open(2, |_| ()), receive(1, 100, |_| ())];
    let given = and(&and(&budgeted(), [instruct(|_| ())]), accounts);
    check(
        &given,
        &rows,
        expect![[r#"
        NOT_FOUND account: #5009 is not known in this ledger
        ALREADY_EXISTS movement: #5101 exists already
        NOT_FOUND fund: #2009 is not known in this ledger
        NOT_FOUND from: #0063 is not known in this ledger
        NOT_FOUND payment: #4009 is not known in this ledger
        BAD_FIELD payment:
          only cash that was returned names the payment that came back
        BAD_AMOUNT amount_fen:
          0 fen is not an amount that may be stated (1 to 10^15 fen)
        BAD_AMOUNT amount_fen:
          -1 fen is not an amount that may be stated (1 to 10^15 fen)
        BAD_AMOUNT amount_fen:
          1000000000000001 fen is not an amount that may be stated (1 to 10^15 fen)
        account.cash_received
        NOT_FOUND account: #5009 is not known in this ledger
        ALREADY_EXISTS movement: #5101 exists already
        NOT_FOUND payment: #4009 is not known in this ledger
        BAD_AMOUNT amount_fen:
          0 fen is not an amount that may be stated (1 to 10^15 fen)
        account.cash_paid
        ALREADY_EXISTS movement: #5101 exists already
        BAD_AMOUNT amount_fen:
          0 fen is not an amount that may be stated (1 to 10^15 fen)
        account.interest_credited
        NOT_FOUND from: #5009 is not known in this ledger
        NOT_FOUND to: #5009 is not known in this ledger
        BAD_FIELD to: an account cannot transfer to itself
        ALREADY_EXISTS movement: #5101 exists already
        BAD_AMOUNT amount_fen:
          0 fen is not an amount that may be stated (1 to 10^15 fen)
        account.transferred"#]],
    );
}

#[test]
fn whoever_sends_cash_may_be_unknown_if_it_was_observed() {
    let from_nowhere = receive(3, 1, |it| it.from = Some(unit(NOWHERE)));
    let rows = [
        from_nowhere.clone(),
        from_nowhere.observed(),
        receive(3, 1, |it| it.from = Some(unit(PREFECTURE))),
    ];
    check(
        &accounts(),
        &rows,
        expect![[r#"
        NOT_FOUND from: #0063 is not known in this ledger
        account.cash_received
        alert UNKNOWN_PARTY from: #0063 is not known in this ledger
        account.cash_received"#]],
    );
}

#[test]
fn the_cash_of_a_batch_is_never_below_nothing() {
    let rows = [
        pay(3, 101, |_| ()),
        pay(3, 100, |_| ()),
        pay(3, 51, |it| it.fund = None),
        pay(3, 50, |it| it.fund = None),
        transfer(3, 101, |_| ()),
        transfer(3, 100, |_| ()),
        transfer(3, 1, |it| {
            it.from = account(2);
            it.to = account(1);
        }),
        pay(3, 101, |_| ()).observed(),
        transfer(3, 51, |it| it.fund = None).observed(),
    ];
    check(
        &holding(),
        &rows,
        expect![[r#"
        INSUFFICIENT fund: 101 fen asked for, #2001 has 100 fen available
        account.cash_paid
        INSUFFICIENT account: 51 fen asked for, #5001 has 50 fen available
        account.cash_paid
        INSUFFICIENT fund: 101 fen asked for, #2001 has 100 fen available
        account.transferred
        INSUFFICIENT fund: 1 fen asked for, #2001 has 0 fen available
        account.cash_paid
        alert INSUFFICIENT fund: 101 fen asked for, #2001 has 100 fen available
        account.transferred
        alert INSUFFICIENT from: 51 fen asked for, #5001 has 50 fen available"#]],
    );
}

#[test]
fn every_batch_has_its_row_and_every_account_their_sum() {
    let back = |number, nature| receive(number, 30, move |it| it.nature = nature);
    let rows = [
        credit(3, 5),
        pay(4, 60, |_| ()),
        back(5, CashNature::Returned),
        back(6, CashNature::Recovered),
        transfer(7, 45, |_| ()),
        transfer(8, 45, |it| {
            it.from = account(2);
            it.to = account(1);
            it.fund = None;
        })
        .observed(),
        pay(9, 106, |_| ()),
    ];
    check_cash(
        &holding(),
        &rows,
        expect![[r#"
            account.interest_credited
              1, batch 1: 105 = received 100, interest 5
              1, unknown: 50 = received 50
            account.cash_paid
              1, batch 1: 45 = received 100, interest 5, paid 60
              1, unknown: 50 = received 50
            account.cash_received
              1, batch 1: 75 = received 100, interest 5, returned 30, paid 60
              1, unknown: 50 = received 50
            account.cash_received
              1, batch 1: 105 = received 100, interest 5, returned 30, recovered 30, paid 60
              1, unknown: 50 = received 50
            account.transferred
              1, batch 1: 60 = received 100, interest 5, returned 30, recovered 30, paid 60, out 45
              1, unknown: 50 = received 50
              2, batch 1: 45 = in 45
            account.transferred
            alert INSUFFICIENT from: 45 fen asked for, #5002 has 0 fen available
              1, batch 1: 60 = received 100, interest 5, returned 30, recovered 30, paid 60, out 45
              1, unknown: 95 = received 50, in 45
              2, batch 1: 45 = in 45
              2, unknown: -45 = out 45
            INSUFFICIENT fund: 106 fen asked for, #2001 has 60 fen available
              1, batch 1: 60 = received 100, interest 5, returned 30, recovered 30, paid 60, out 45
              1, unknown: 95 = received 50, in 45
              2, batch 1: 45 = in 45
              2, unknown: -45 = out 45"#]],
    );
}

#[test]
fn an_account_with_cash_is_not_closed_and_a_closed_one_takes_no_cash() {
    let empty = and(&holding(), [pay(3, 100, |_| ())]);
    check(
        &empty,
        &[close(1), close(1).observed()],
        expect![[r#"
        BAD_TRANSITION: account.close is not possible in state holding_cash
        account.closed
        alert BAD_TRANSITION: account.close is not possible in state holding_cash"#]],
    );
    let empty = and(&empty, [pay(4, 50, |it| it.fund = None), close(1)]);
    let rows = [
        close(1),
        receive(5, 1, |_| ()),
        receive(5, 1, |_| ()).observed(),
        pay(5, 1, |_| ()),
        credit(5, 1),
        transfer(5, 1, |_| ()),
        transfer(5, 1, |it| {
            it.from = account(2);
            it.to = account(1);
        })
        .observed(),
        open(1, |_| ()),
    ];
    check(
        &empty,
        &rows,
        expect![[r#"
        BAD_TRANSITION: account.close is not possible in state closed
        BAD_TRANSITION: account.receive_cash is not possible in state closed
        account.cash_received
        alert BAD_TRANSITION: account.receive_cash is not possible in state closed
        BAD_TRANSITION: account.pay_cash is not possible in state closed
        BAD_TRANSITION: account.credit_interest is not possible in state closed
        BAD_TRANSITION: account.transfer is not possible in state closed
        account.transferred
        alert BAD_TRANSITION: account.transfer is not possible in state closed
        alert INSUFFICIENT fund: 1 fen asked for, #2001 has 0 fen available
        ALREADY_EXISTS account: #5001 exists already"#]],
    );
}

#[test]
fn nothing_moves_before_the_account_is_open() {
    let rows = [
        receive(3, 1, |_| ()).on("2017-12-31"),
        receive(3, 1, |_| ()).on("2017-12-31").observed(),
        receive(3, 1, |_| ()).on("2018"),
        pay(3, 1, |_| ()).on("2017"),
        close(2).on("2017-12"),
    ];
    check(
        &holding(),
        &rows,
        expect![[r#"
        BAD_DATE occurred_on: it lies before the day on which the account was opened
        account.cash_received
        alert BAD_DATE occurred_on: it lies before the day on which the account was opened
        account.cash_received
        BAD_DATE occurred_on: it lies before the day on which the account was opened
        BAD_DATE occurred_on: it lies before the day on which the account was opened"#]],
    );
}

#[test]
fn the_cash_of_a_payment_is_no_more_than_was_instructed() {
    let cash = [open(1, |_| ()), receive(1, 500, |_| ())];
    let given = and(&and(&budgeted(), [instruct(|_| ())]), cash);
    let of = |number, amount| pay(number, amount, |it| it.payment = Some(payment(1)));
    let back = |number, amount| {
        receive(number, amount, |it| {
            it.nature = CashNature::Returned;
            it.payment = Some(payment(1));
        })
    };
    let rows = [of(2, 101), of(2, 101).observed(), of(2, 100), back(2, 1)];
    check(
        &given,
        &rows,
        expect![[r#"
        OVER_PAID amount_fen: 101 fen stated, 100 fen are open
        account.cash_paid
        alert OVER_PAID amount_fen: 101 fen stated, 100 fen are open
        account.cash_paid
        OVER_PAID amount_fen: 1 fen stated, 0 fen are open"#]],
    );
    let paid = and(&given, [of(2, 100)]);
    let rows = [
        of(3, 1),
        back(3, 101),
        back(3, 101).observed(),
        back(3, 100),
    ];
    check(
        &paid,
        &rows,
        expect![[r#"
        OVER_PAID amount_fen: 1 fen stated, 0 fen are open
        OVER_PAID amount_fen: 101 fen stated, 100 fen are open
        account.cash_received
        alert OVER_PAID amount_fen: 101 fen stated, 100 fen are open
        account.cash_received"#]],
    );
    let returned = and(&paid, [back(3, 40)]);
    check(
        &returned,
        &[of(4, 41), of(4, 40)],
        expect![[r#"
        OVER_PAID amount_fen: 41 fen stated, 40 fen are open
        account.cash_paid"#]],
    );
}

/// The largest sum is half of what JSON holds, 4,503,599,627,370,495 fen, in both intakes.
#[test]
fn no_sum_of_cash_is_inexact() {
    let most = Fen::COMMAND_MAX.get();
    let fill = |number| receive(number, most, |_| ());
    let given = and(&accounts(), (1..=4).map(fill));
    let rest = Fen::MAX.get() / 2 - 4 * most;
    let rows = [
        receive(9, rest + 1, |_| ()),
        receive(9, rest + 1, |it| it.fund = None).observed(),
        credit(9, rest + 1),
        receive(9, rest, |_| ()),
        transfer(9, most, |_| ()),
    ];
    check(
        &given,
        &rows,
        expect![[r#"
        BAD_AMOUNT amount_fen:
          503599627370496 fen is not an amount that may be stated (1 to 10^15 fen)
        BAD_AMOUNT amount_fen:
          503599627370496 fen is not an amount that may be stated (1 to 10^15 fen)
        BAD_AMOUNT amount_fen:
          503599627370496 fen is not an amount that may be stated (1 to 10^15 fen)
        account.cash_received
        account.transferred"#]],
    );
    let gone = (11..=14).map(|number| pay(number, most, |_| ()));
    let given = and(&given, gone);
    let rows = [
        pay(9, rest + 1, |_| ()).observed(),
        pay(9, rest, |_| ()).observed(),
        transfer(9, rest + 1, |_| ()).observed(),
    ];
    check(
        &given,
        &rows,
        expect![[r#"
        BAD_AMOUNT amount_fen:
          503599627370496 fen is not an amount that may be stated (1 to 10^15 fen)
        account.cash_paid
        alert INSUFFICIENT fund: 503599627370495 fen asked for, #2001 has 0 fen available
        BAD_AMOUNT amount_fen:
          503599627370496 fen is not an amount that may be stated (1 to 10^15 fen)"#]],
    );
}

#[test]
fn every_record_counts_for_its_account() {
    let mut world = World::given(&holding());
    world.take(&transfer(3, 10, |_| ()));
    let version = |number| world.books.version(account(number).into());
    assert_eq!((version(1), version(2)), (4, 2));
}
