//! Promised: only the payee confirms a payment, with an amount that says what the word says, and
//! not before it is settled nor through the hand that paid.

use super::*;
use crate::Command;
use crate::payment::PaymentKind;
use crate::receipt::ReceiptChannel;
use crate::testing::*;
use expect_test::expect;

fn confirm(number: u128, payee: u128, result: ReceiptResult, amount: i64) -> Ask {
    let confirmation = ReceiptConfirmation {
        payment: payment(number),
        subject: person(payee),
        amount_fen: fen(amount),
        channel: ReceiptChannel::Visit,
        result,
        visitor: None,
        remark: None,
    };
    ask(Command::Receipt(ReceiptCommand::Confirm(confirmation))).by(VISITOR)
}

fn received(amount: i64) -> Ask {
    confirm(1, 1, ReceiptResult::Received, amount)
}

/// Payment 1 of 100 fen to person 1, settled.
fn settled() -> Vec<Ask> {
    and(&budgeted(), [instruct(|_| ()), settle(1, 100)])
}

/// Each row puts right what the row before it was refused for.
#[test]
fn refuses_a_confirmation_in_this_order() {
    let given = and(&budgeted(), [instruct(|_| ())]);
    let rows = [
        confirm(2, 9, ReceiptResult::Received, 0),
        confirm(1, 9, ReceiptResult::Received, 0),
        confirm(1, 2, ReceiptResult::Received, 0),
        received(0).by(CLERK),
        received(100).by(CLERK),
        received(100).by(CLERK).observed(),
    ];
    check(
        &given,
        &rows,
        expect![[r#"
            NOT_FOUND payment: #4002 is not known in this ledger
            NOT_FOUND subject: #1009 is not known in this ledger
            BAD_FIELD subject: the payment was not made to this person or household
            BAD_AMOUNT amount_fen:
              0 fen is not an amount that may be stated (1 to 10^15 fen)
            BAD_TRANSITION: receipt.confirm is not possible in state instructed
            receipt.confirmed
            alert BAD_TRANSITION: receipt.confirm is not possible in state instructed
            alert SAME_PERSON:
              the same person may not do both payment.instruct and receipt.confirm"#]],
    );
    check(
        &settled(),
        &[received(100).by(CLERK), received(100)],
        expect![[r#"
            SAME_PERSON:
              the same person may not do both payment.instruct and receipt.confirm
            receipt.confirmed"#]],
    );
}

#[test]
fn a_payment_to_an_organisation_is_confirmed_by_nobody() {
    let to_company = instruct(|it| {
        it.payee = Payee::Organisation(unit(COMPANY));
        it.kind = PaymentKind::Progress;
    });
    let given = and(&budgeted(), [to_company, settle(1, 100)]);
    check(
        &given,
        &[received(100)],
        expect!["BAD_FIELD subject: the payment was not made to this person or household"],
    );
}

#[test]
fn the_amount_says_what_the_word_says() {
    const MOST: i64 = 1_000_000_000_000_000;
    for (result, accepted) in [
        (ReceiptResult::Received, [false, true, true, false]),
        (ReceiptResult::NotReceived, [true, false, false, false]),
        (ReceiptResult::WrongAmount, [true, true, true, false]),
        (ReceiptResult::CollectedBack, [false, true, true, false]),
    ] {
        let world = World::given(&settled());
        let fits = [0, 1, MOST, MOST + 1].map(|amount| {
            let answer = world.decide(&confirm(1, 1, result, amount).observed());
            answer.is_ok()
        });
        assert_eq!(fits, accepted, "{result}");
        assert!(
            world.decide(&confirm(1, 1, result, -1)).is_err(),
            "{result}"
        );
    }
    check(
        &settled(),
        &[received(0)],
        expect![[r#"
            BAD_AMOUNT amount_fen:
              0 fen is not an amount that may be stated (1 to 10^15 fen)"#]],
    );
}

#[test]
fn can_be_said_while_partly_settled_and_after_a_return_but_not_once_reissued() {
    let partly = and(&budgeted(), [instruct(|_| ()), settle(1, 1)]);
    check(&partly, &[received(1)], expect!["receipt.confirmed"]);
    let returned = and(&settled(), [give_back(1, 100)]);
    let not_received = confirm(1, 1, ReceiptResult::NotReceived, 0);
    check(
        &returned,
        std::slice::from_ref(&not_received),
        expect!["receipt.confirmed"],
    );
    let again = and(&returned, [reissue(2, 1)]);
    check(
        &again,
        &[not_received],
        expect!["BAD_TRANSITION: receipt.confirm is not possible in state reissued"],
    );
}

#[test]
fn the_last_word_counts() {
    let given = and(
        &settled(),
        [
            received(100),
            confirm(1, 1, ReceiptResult::CollectedBack, 100),
        ],
    );
    let world = World::given(&given);
    let row = world.books.payments.get(payment(1)).unwrap();
    assert_eq!(row.receipt, Some((ReceiptResult::CollectedBack, fen(100))));
    assert_eq!(row.version, 4);
}
