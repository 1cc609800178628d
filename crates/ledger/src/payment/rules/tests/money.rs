//! What each budget bears after every step, beside equation 3: the source that is named first is
//! paid first, and what the bank could not pay is taken from the one that is named last.

use super::*;

#[test]
fn settled_in_parts_over_two_sources() {
    let steps = [
        instruct(|_| ()),
        settle(1, 50),
        settle(1, 30),
        settle(1, 20),
    ];
    check_authority(
        &budgeted(),
        &steps,
        expect![[r#"
        payment.instructed
        batch 1: received 1000, taken back at the top 0
          unit 2: 1000 = passed on 0 + own budget 600 + left 400
          project 1: 600 = committed 60 + settled 0 - returned 0 + available 540
        batch 2: received 1000, taken back at the top 0
          unit 2: 1000 = passed on 0 + own budget 400 + left 600
          project 1: 400 = committed 40 + settled 0 - returned 0 + available 360
        payment.settled
        batch 1: received 1000, taken back at the top 0
          unit 2: 1000 = passed on 0 + own budget 600 + left 400
          project 1: 600 = committed 10 + settled 50 - returned 0 + available 540
        batch 2: received 1000, taken back at the top 0
          unit 2: 1000 = passed on 0 + own budget 400 + left 600
          project 1: 400 = committed 40 + settled 0 - returned 0 + available 360
        payment.settled
        batch 1: received 1000, taken back at the top 0
          unit 2: 1000 = passed on 0 + own budget 600 + left 400
          project 1: 600 = committed 0 + settled 60 - returned 0 + available 540
        batch 2: received 1000, taken back at the top 0
          unit 2: 1000 = passed on 0 + own budget 400 + left 600
          project 1: 400 = committed 20 + settled 20 - returned 0 + available 360
        payment.settled
        batch 1: received 1000, taken back at the top 0
          unit 2: 1000 = passed on 0 + own budget 600 + left 400
          project 1: 600 = committed 0 + settled 60 - returned 0 + available 540
        batch 2: received 1000, taken back at the top 0
          unit 2: 1000 = passed on 0 + own budget 400 + left 600
          project 1: 400 = committed 0 + settled 40 - returned 0 + available 360"#]],
    );
}

#[test]
fn returned_in_parts_over_two_sources() {
    let given = and(&instructed(), [settle(1, 100)]);
    let steps = [give_back(1, 50), give_back(1, 30), give_back(1, 20)];
    check_authority(
        &given,
        &steps,
        expect![[r#"
        payment.returned
        batch 1: received 1000, taken back at the top 0
          unit 2: 1000 = passed on 0 + own budget 600 + left 400
          project 1: 600 = committed 0 + settled 60 - returned 50 + available 590
        batch 2: received 1000, taken back at the top 0
          unit 2: 1000 = passed on 0 + own budget 400 + left 600
          project 1: 400 = committed 0 + settled 40 - returned 0 + available 360
        payment.returned
        batch 1: received 1000, taken back at the top 0
          unit 2: 1000 = passed on 0 + own budget 600 + left 400
          project 1: 600 = committed 0 + settled 60 - returned 60 + available 600
        batch 2: received 1000, taken back at the top 0
          unit 2: 1000 = passed on 0 + own budget 400 + left 600
          project 1: 400 = committed 0 + settled 40 - returned 20 + available 380
        payment.returned
        batch 1: received 1000, taken back at the top 0
          unit 2: 1000 = passed on 0 + own budget 600 + left 400
          project 1: 600 = committed 0 + settled 60 - returned 60 + available 600
        batch 2: received 1000, taken back at the top 0
          unit 2: 1000 = passed on 0 + own budget 400 + left 600
          project 1: 400 = committed 0 + settled 40 - returned 40 + available 400"#]],
    );
}

#[test]
fn returned_before_it_was_settled() {
    check_authority(
        &instructed(),
        &[give_back(1, 50), give_back(1, 50)],
        expect![[r#"
            payment.returned
            batch 1: received 1000, taken back at the top 0
              unit 2: 1000 = passed on 0 + own budget 600 + left 400
              project 1: 600 = committed 50 + settled 0 - returned 0 + available 550
            batch 2: received 1000, taken back at the top 0
              unit 2: 1000 = passed on 0 + own budget 400 + left 600
              project 1: 400 = committed 0 + settled 0 - returned 0 + available 400
            payment.returned
            batch 1: received 1000, taken back at the top 0
              unit 2: 1000 = passed on 0 + own budget 600 + left 400
              project 1: 600 = committed 0 + settled 0 - returned 0 + available 600
            batch 2: received 1000, taken back at the top 0
              unit 2: 1000 = passed on 0 + own budget 400 + left 600
              project 1: 400 = committed 0 + settled 0 - returned 0 + available 400"#]],
    );
}

#[test]
fn partly_settled_then_more_comes_back_than_was_settled_then_the_rest_is_settled() {
    let steps = [settle(1, 50), give_back(1, 80), settle(1, 20)];
    check_authority(
        &instructed(),
        &steps,
        expect![[r#"
            payment.settled
            batch 1: received 1000, taken back at the top 0
              unit 2: 1000 = passed on 0 + own budget 600 + left 400
              project 1: 600 = committed 10 + settled 50 - returned 0 + available 540
            batch 2: received 1000, taken back at the top 0
              unit 2: 1000 = passed on 0 + own budget 400 + left 600
              project 1: 400 = committed 40 + settled 0 - returned 0 + available 360
            payment.returned
            batch 1: received 1000, taken back at the top 0
              unit 2: 1000 = passed on 0 + own budget 600 + left 400
              project 1: 600 = committed 10 + settled 50 - returned 50 + available 590
            batch 2: received 1000, taken back at the top 0
              unit 2: 1000 = passed on 0 + own budget 400 + left 600
              project 1: 400 = committed 10 + settled 0 - returned 0 + available 390
            payment.settled
            batch 1: received 1000, taken back at the top 0
              unit 2: 1000 = passed on 0 + own budget 600 + left 400
              project 1: 600 = committed 0 + settled 60 - returned 50 + available 590
            batch 2: received 1000, taken back at the top 0
              unit 2: 1000 = passed on 0 + own budget 400 + left 600
              project 1: 400 = committed 0 + settled 10 - returned 0 + available 390"#]],
    );
}

#[test]
fn paid_again_the_budget_is_committed_again() {
    check_authority(
        &returned(),
        &[reissue(2, 1), settle(2, 100)],
        expect![[r#"
        payment.instructed
        payment.reissued
        batch 1: received 1000, taken back at the top 0
          unit 2: 1000 = passed on 0 + own budget 600 + left 400
          project 1: 600 = committed 60 + settled 60 - returned 60 + available 540
        batch 2: received 1000, taken back at the top 0
          unit 2: 1000 = passed on 0 + own budget 400 + left 600
          project 1: 400 = committed 40 + settled 40 - returned 40 + available 360
        payment.settled
        batch 1: received 1000, taken back at the top 0
          unit 2: 1000 = passed on 0 + own budget 600 + left 400
          project 1: 600 = committed 0 + settled 120 - returned 60 + available 540
        batch 2: received 1000, taken back at the top 0
          unit 2: 1000 = passed on 0 + own budget 400 + left 600
          project 1: 400 = committed 0 + settled 80 - returned 40 + available 360"#]],
    );
}

#[test]
fn what_the_bank_paid_too_much_is_gone_and_burdens_the_last_source() {
    let steps = [settle(1, 150).observed(), give_back(1, 150).observed()];
    check_authority(
        &instructed(),
        &steps,
        expect![[r#"
            payment.settled
            alert OVER_PAID amount_fen: 150 fen stated, 100 fen are open
            batch 1: received 1000, taken back at the top 0
              unit 2: 1000 = passed on 0 + own budget 600 + left 400
              project 1: 600 = committed 0 + settled 60 - returned 0 + available 540
            batch 2: received 1000, taken back at the top 0
              unit 2: 1000 = passed on 0 + own budget 400 + left 600
              project 1: 400 = committed 0 + settled 90 - returned 0 + available 310
            payment.returned
            batch 1: received 1000, taken back at the top 0
              unit 2: 1000 = passed on 0 + own budget 600 + left 400
              project 1: 600 = committed 0 + settled 60 - returned 60 + available 600
            batch 2: received 1000, taken back at the top 0
              unit 2: 1000 = passed on 0 + own budget 400 + left 600
              project 1: 400 = committed 0 + settled 90 - returned 90 + available 400"#]],
    );
}

#[test]
fn what_came_back_too_much_is_nobodys() {
    let steps = [settle(1, 100), give_back(1, 130).observed()];
    check_authority(
        &instructed(),
        &steps,
        expect![[r#"
            payment.settled
            batch 1: received 1000, taken back at the top 0
              unit 2: 1000 = passed on 0 + own budget 600 + left 400
              project 1: 600 = committed 0 + settled 60 - returned 0 + available 540
            batch 2: received 1000, taken back at the top 0
              unit 2: 1000 = passed on 0 + own budget 400 + left 600
              project 1: 400 = committed 0 + settled 40 - returned 0 + available 360
            payment.returned
            alert OVER_PAID amount_fen: 130 fen stated, 100 fen are open
            batch 1: received 1000, taken back at the top 0
              unit 2: 1000 = passed on 0 + own budget 600 + left 400
              project 1: 600 = committed 0 + settled 60 - returned 60 + available 600
            batch 2: received 1000, taken back at the top 0
              unit 2: 1000 = passed on 0 + own budget 400 + left 600
              project 1: 400 = committed 0 + settled 40 - returned 40 + available 400"#]],
    );
}

#[test]
fn an_observed_payment_overdraws_the_budget() {
    let pay = instruct(|it| {
        it.amount_fen = fen(700);
        it.sources = vec![share(1, 700)];
    });
    check_authority(
        &budgeted(),
        &[pay.observed(), settle(1, 700)],
        expect![[r#"
            payment.instructed
            alert INSUFFICIENT sources: 700 fen asked for, #2001 has 600 fen available
            batch 1: received 1000, taken back at the top 0
              unit 2: 1000 = passed on 0 + own budget 600 + left 400
              project 1: 600 = committed 700 + settled 0 - returned 0 + available -100
            batch 2: received 1000, taken back at the top 0
              unit 2: 1000 = passed on 0 + own budget 400 + left 600
              project 1: 400 = committed 0 + settled 0 - returned 0 + available 400
            payment.settled
            batch 1: received 1000, taken back at the top 0
              unit 2: 1000 = passed on 0 + own budget 600 + left 400
              project 1: 600 = committed 0 + settled 700 - returned 0 + available -100
            batch 2: received 1000, taken back at the top 0
              unit 2: 1000 = passed on 0 + own budget 400 + left 600
              project 1: 400 = committed 0 + settled 0 - returned 0 + available 400"#]],
    );
}
