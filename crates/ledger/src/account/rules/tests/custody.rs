//! Who keeps whose money, and what the keeper lets go of.

use super::*;

pub(super) fn custody(number: u128) -> CustodyId {
    CustodyId(Uuid::from_u128(0x5200 | number))
}

/// Of account 1: the county's money in the prefecture's hands.
pub(super) fn agree(number: u128, change: impl FnOnce(&mut CustodyAgreement)) -> Ask {
    let mut agreement = CustodyAgreement {
        custody: custody(number),
        account: Some(account(1)),
        principal: unit(COUNTY),
        custodian: unit(PREFECTURE),
        terms: text(),
        fee_bp: None,
        document: reference(),
    };
    change(&mut agreement);
    ask(Command::Account(Asked::AgreeCustody(agreement)))
}

pub(super) fn release(number: u128, amount: i64) -> Ask {
    ask(Command::Account(Asked::ReleaseCustody(CustodyRelease {
        custody: custody(number),
        claim: None,
        amount_fen: fen(amount),
    })))
}

/// 150 fen in account 1, which is kept.
fn kept() -> Vec<Ask> {
    and(&holding(), [agree(1, |_| ())])
}

#[test]
fn refuses_an_agreement_in_this_order() {
    let rows = [
        agree(1, |it| it.account = Some(account(9))),
        agree(2, |it| {
            it.account = Some(account(9));
            it.principal = unit(NOWHERE);
        }),
        agree(2, |it| it.principal = unit(NOWHERE)),
        agree(2, |it| {
            it.custodian = unit(NOWHERE);
            it.fee_bp = Some(10_001);
        }),
        agree(2, |it| it.fee_bp = Some(10_001)),
        agree(2, |it| it.custodian = unit(COUNTY)),
        agree(2, |it| it.custodian = unit(COUNTY)).observed(),
        agree(2, |it| it.fee_bp = Some(10_000)),
        agree(2, |it| it.account = None),
        release(9, 0),
        release(1, 0),
    ];
    check(
        &kept(),
        &rows,
        expect![[r#"
        ALREADY_EXISTS custody: #5201 exists already
        NOT_FOUND account: #5009 is not known in this ledger
        NOT_FOUND principal: #0063 is not known in this ledger
        NOT_FOUND custodian: #0063 is not known in this ledger
        BAD_FIELD fee_bp: a fee is at most the whole, 10,000 of 10,000
        SAME_ORG: the same organisation may not be both principal and custodian
        account.custody_agreed
        alert SAME_ORG: the same organisation may not be both principal and custodian
        account.custody_agreed
        account.custody_agreed
        NOT_FOUND custody: #5209 is not known in this ledger
        BAD_AMOUNT amount_fen:
          0 fen is not an amount that may be stated (1 to 10^15 fen)"#]],
    );
}

#[test]
fn nobody_lets_go_of_more_than_is_there() {
    let rows = [release(1, 151), release(1, 151).observed(), release(1, 150)];
    check(
        &kept(),
        &rows,
        expect![[r#"
        INSUFFICIENT custody: 151 fen asked for, #5001 has 150 fen available
        account.custody_released
        alert INSUFFICIENT custody: 151 fen asked for, #5001 has 150 fen available
        account.custody_released"#]],
    );
    let promised = and(&kept(), [release(1, 100)]);
    check(
        &promised,
        &[release(1, 51), release(1, 50)],
        expect![[r#"
        INSUFFICIENT custody: 51 fen asked for, #5001 has 50 fen available
        account.custody_released"#]],
    );
    // What has gone out is neither there nor promised any more.
    let gone = and(&promised, [pay(5, 100, |_| ())]);
    check(
        &gone,
        &[release(1, 51), release(1, 50)],
        expect![[r#"
        INSUFFICIENT custody: 51 fen asked for, #5001 has 50 fen available
        account.custody_released"#]],
    );
    // Without an account there is nothing to compare with.
    let elsewhere = and(&holding(), [agree(1, |it| it.account = None)]);
    check(
        &elsewhere,
        &[release(1, 1_000)],
        expect!["account.custody_released"],
    );
}

#[test]
fn no_more_leaves_a_kept_account_than_was_let_go_of() {
    let promised = and(&kept(), [release(1, 40)]);
    let rows = [
        pay(5, 41, |_| ()),
        pay(5, 41, |_| ()).observed(),
        transfer(5, 41, |_| ()),
        pay(5, 40, |_| ()),
        transfer(5, 40, |_| ()),
    ];
    check(
        &promised,
        &rows,
        expect![[r#"
        INSUFFICIENT amount_fen: 41 fen asked for, #5201 has 40 fen available
        account.cash_paid
        alert INSUFFICIENT amount_fen: 41 fen asked for, #5201 has 40 fen available
        INSUFFICIENT amount_fen: 41 fen asked for, #5201 has 40 fen available
        account.cash_paid
        account.transferred"#]],
    );
    // What the bank has sent back may go out again.
    let back = receive(6, 15, |it| it.nature = CashNature::Returned);
    let returned = and(&promised, [pay(5, 40, |_| ()), back]);
    check(
        &returned,
        &[pay(7, 16, |_| ()), pay(7, 15, |_| ())],
        expect![[r#"
        INSUFFICIENT amount_fen: 16 fen asked for, #5201 has 15 fen available
        account.cash_paid"#]],
    );
}

#[test]
fn a_later_agreement_takes_the_place_of_an_earlier_one() {
    let promised = and(&kept(), [release(1, 40), agree(2, |_| ())]);
    let rows = [
        release(1, 1),
        release(2, 111),
        release(2, 110),
        pay(5, 40, |_| ()),
    ];
    check(
        &promised,
        &rows,
        expect![[r#"
        BAD_TRANSITION: account.release_custody is not possible in state superseded
        INSUFFICIENT custody: 111 fen asked for, #5001 has 110 fen available
        account.custody_released
        account.cash_paid"#]],
    );
}

#[test]
fn what_left_before_the_agreement_needs_no_release() {
    let given = and(&holding(), [pay(4, 60, |_| ()), agree(1, |_| ())]);
    check(
        &given,
        &[release(1, 91), release(1, 90)],
        expect![[r#"
        INSUFFICIENT custody: 91 fen asked for, #5001 has 90 fen available
        account.custody_released"#]],
    );
}

#[test]
fn every_record_counts_for_its_agreement() {
    let world = World::given(&and(&kept(), [release(1, 40), release(1, 2)]));
    assert_eq!(world.books.version(custody(1).into()), 3);
    assert_eq!(
        world.books.custodies.get(custody(1)).unwrap().released,
        fen(42)
    );
}
