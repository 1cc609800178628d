//! Money that came back without a bank line of ours: by a treasury receipt, or because less was
//! paid out to whoever owed it (V16).

use super::closing::verified;
use super::*;
use crate::ids::{PaymentId, ProjectId};
use crate::payment::{
    Payee, PaymentEvent, PaymentInstruction, PaymentKind, PaymentReturn, Settlement,
};
use crate::record::{RecordCommand, RecordReversal};

fn payment(number: u128) -> PaymentId {
    PaymentId(Uuid::from_u128(0x8000 | number))
}

/// A verified item that owes 100 fen, where bank lines count; payments 1 of 60 fen to the town, 2
/// to its village, 3 to finance, 4 to the town of before the issue, 5 and 6 to one supplier.
fn owing() -> World {
    let path = verified(draft(|draft| draft.recovery_required_fen = fen(100)), []);
    let mut world = World::given(&path);
    world.books.book.as_mut().unwrap().recoveries_by_bank_line = true;
    for (number, payee, on) in [
        (1, TOWN, "2018-08-20"),
        (2, VILLAGE, "2018-08-20"),
        (3, FINANCE, "2018-08-20"),
        (4, TOWN, "2018-07-29"),
        (5, 99, "2018-03-01"),
        (6, 99, "2018-09-01"),
    ] {
        let event = PaymentEvent::Instructed(PaymentInstruction {
            payment: payment(number),
            project: ProjectId(Uuid::from_u128(1)),
            payee: Payee::Organisation(unit(payee)),
            amount_fen: fen(60),
            sources: Vec::new(),
            kind: PaymentKind::Other,
            voucher: reference(),
            remark: None,
            contract: None,
            claim: None,
        });
        world.happened(on, Event::Payment(event));
    }
    world
}

fn back(amount: i64, way: Option<RecoveryWay>, by: [Option<u128>; 2]) -> Command {
    let [paid, overpaid] = by.map(|number| number.map(payment));
    Command::Item(ItemCommand::ReceiveRecovery(Recovery {
        item: item(1),
        amount_fen: fen(amount),
        reference: reference(),
        way,
        payment: paid,
        overpaid,
    }))
}

fn offset(amount: i64, against: u128) -> Command {
    back(amount, Some(RecoveryWay::Offset), [Some(against), None])
}

fn demand(way: Option<RecoveryWay>) -> Command {
    let mut demand = recovery(ItemCommand::DemandRecovery, 1);
    if let ItemCommand::DemandRecovery(demand) = &mut demand {
        demand.way = way;
    }
    Command::Item(demand)
}

fn set_off(world: &World, number: u128) -> Fen {
    world
        .books
        .payments
        .get(payment(number))
        .unwrap()
        .later()
        .set_off
}

#[test]
fn an_offset_names_a_later_payment_to_who_owes_the_money() {
    let mut world = owing();
    let way = Some(RecoveryWay::Offset);
    let answers: Vec<_> = [
        (CLOSER, back(1, way, [None, None])),
        (CLOSER, offset(1, 9)),
        (CLOSER, offset(1, 3)),
        (CLOSER, offset(1, 4)),
        (CLERK, offset(1, 1)),
        (CLOSER, offset(61, 1)),
        (CLOSER, offset(1, 2)),
        // A supplier that had been paid too much.
        (CLOSER, offset(1, 6)),
        (CLOSER, back(1, way, [Some(5), Some(6)])),
        (CLOSER, back(1, way, [Some(6), Some(6)])),
        (CLOSER, back(1, way, [Some(6), Some(5)])),
        (CLOSER, back(1, None, [Some(1), None])),
        (CLOSER, demand(Some(RecoveryWay::NonTax))),
        (CLOSER, back(1, Some(RecoveryWay::NonTax), [None, Some(5)])),
    ]
    .into_iter()
    .map(|(who, command)| world.answer(who, 20, command))
    .collect();
    expect![[r#"
        BAD_FIELD payment: an offset names the later payment
        NOT_FOUND payment: #8009 is not known in this ledger
        BAD_FIELD payment:
        it must be a later payment to the same payee, or to who answers for the item
        BAD_FIELD payment: it was instructed before the item was issued
        NOT_INDEPENDENT: the actor belongs to the responsible unit or one below it
        OVER_PAID amount_fen: 61 fen stated, 60 fen are open
        item.recovery_received
        BAD_FIELD payment:
        it must be a later payment to the same payee, or to who answers for the item
        BAD_FIELD payment:
        it must be a later payment to the same payee, or to who answers for the item
        BAD_FIELD payment:
        it must be a later payment to the same payee, or to who answers for the item
        item.recovery_received
        BAD_FIELD payment: only an offset names a payment
        BAD_FIELD way: a demand says nothing of how the money comes back
        BAD_FIELD overpaid: only an offset names a payment"#]]
    .assert_eq(&answers.join("\n"));
}

#[test]
fn a_payment_is_set_off_no_more_than_it_is_by_all_items_together() {
    let mut world = owing();
    world.answer(CLOSER, 20, offset(40, 1));
    expect!["OVER_PAID amount_fen: 21 fen stated, 20 fen are open"].assert_eq(&world.answer(
        CLOSER,
        21,
        offset(21, 1),
    ));
    assert_eq!(
        world.answer(CLOSER, 21, offset(20, 1)),
        "item.recovery_received"
    );
    assert_eq!(set_off(&world, 1), fen(60));
    // Reversed, it is free again.
    let Command::Item(command) = offset(20, 1) else {
        unreachable!()
    };
    let reverse = Command::Record(RecordCommand::Reverse(RecordReversal {
        subject: item(1).into(),
        seq: 21,
        amount_fen: fen(20),
        reason: text("误记"),
        original: Some(Box::new(command.into_event())),
    }));
    assert_eq!(world.answer(INSPECTOR, 22, reverse), "record.reversed");
    assert_eq!(set_off(&world, 1), fen(40));
}

#[test]
fn it_counts_without_a_bank_line_and_is_shown_apart() {
    let mut world = owing();
    let close = || Command::Item(step(ItemCommand::Close));
    assert_eq!(
        world.answer(INSPECTOR, 20, offset(60, 1)),
        "item.recovery_received"
    );
    let treasury = back(39, Some(RecoveryWay::NonTax), [None, None]);
    expect!["NOT_INDEPENDENT: the actor belongs to the responsible unit or one below it"]
        .assert_eq(&world.answer(CLERK, 21, treasury.clone()));
    assert_eq!(
        world.answer(INSPECTOR, 21, treasury),
        "item.recovery_received"
    );
    // The unit's own word counts once a bank line is matched with it.
    assert_eq!(
        world.answer(CLERK, 22, back(1, None, [None, None])),
        "item.recovery_received"
    );
    expect!["RECOVERY_OPEN: 100 fen must be recovered; 99 fen received, 0 fen waived"]
        .assert_eq(&world.answer(CLOSER, 23, close()));
    let item = world.item();
    assert_eq!((item.received, item.matched()), (fen(100), Fen::ZERO));
    assert_eq!(item.received_by(RecoveryWay::Offset), fen(60));
    assert_eq!(item.received_by(RecoveryWay::NonTax), fen(39));
    let mut more = recovery(ItemCommand::ReceiveRecovery, 1);
    if let ItemCommand::ReceiveRecovery(it) = &mut more {
        it.way = Some(RecoveryWay::NonTax);
        it.reference = Reference::new("缴款书2").unwrap();
    }
    let more = Command::Item(more);
    assert_eq!(world.answer(INSPECTOR, 24, more), "item.recovery_received");
    assert_eq!(world.answer(CLOSER, 25, close()), "item.closed");
}

/// No bank line shows it, so that its number is all by which the money is known to be the same.
#[test]
fn a_treasury_receipt_counts_once() {
    let mut world = owing();
    let receipt = |number: &str| {
        let Command::Item(ItemCommand::ReceiveRecovery(mut it)) =
            back(40, Some(RecoveryWay::NonTax), [None, None])
        else {
            unreachable!()
        };
        it.reference = Reference::new(number).unwrap();
        Command::Item(ItemCommand::ReceiveRecovery(it))
    };
    let received = "item.recovery_received";
    assert_eq!(world.answer(INSPECTOR, 20, receipt("缴款书1")), received);
    let twice = "ALREADY_EXISTS reference: #1001 exists already";
    assert_eq!(world.answer(INSPECTOR, 21, receipt("缴款书1")), twice);
    let observed = world.answers(INSPECTOR, 21, Intake::Observation, receipt("缴款书1"));
    assert_eq!(observed, twice);
    assert_eq!(world.answer(INSPECTOR, 22, receipt("缴款书2")), received);
    // Of another item it is a question, and no refusal.
    let Command::Item(other) = receipt("缴款书1") else {
        unreachable!()
    };
    let asked = |item: ItemId| {
        let mut event = other.clone();
        if let ItemCommand::ReceiveRecovery(it) = &mut event {
            it.item = item;
        }
        let Event::Item(event) = event.into_event() else {
            unreachable!()
        };
        same_receipt(&world.books, &event).map(|no| refusal(&no))
    };
    assert_eq!(asked(item(2)).as_deref(), Some(twice));
    assert_eq!(asked(item(1)), None);
}

#[test]
fn not_more_is_waived_than_is_open() {
    let mut world = owing();
    world.answer(INSPECTOR, 20, offset(60, 1));
    let waiver = |amount| Command::Item(waive(amount));
    expect!["OVER_PAID amount_fen: 41 fen stated, 40 fen are open"].assert_eq(&world.answer(
        CLOSER,
        21,
        waiver(41),
    ));
    assert_eq!(world.answer(CLOSER, 21, waiver(40)), "item.recovery_waived");
    expect!["OVER_PAID amount_fen: 1 fen stated, 0 fen are open"].assert_eq(&world.answer(
        CLOSER,
        22,
        waiver(1),
    ));
}

fn paid(world: &mut World, amount: i64) {
    let event = PaymentEvent::Settled(Settlement {
        payment: payment(1),
        amount_fen: fen(amount),
        bank_reference: reference(),
    });
    world.happened("2018-08-25", Event::Payment(event));
}

fn sent_back(world: &mut World, amount: i64) {
    let event = PaymentEvent::Returned(PaymentReturn {
        payment: payment(1),
        amount_fen: fen(amount),
        reason: text("账号有误"),
    });
    world.happened("2018-08-26", Event::Payment(event));
}

/// What was paid out was not kept back, and neither was what came back from the bank: it is paid
/// again.
#[test]
fn only_what_is_not_paid_of_a_payment_is_set_off() {
    let mut settled = owing();
    paid(&mut settled, 60);
    expect!["OVER_PAID amount_fen: 60 fen stated, 0 fen are open"].assert_eq(&settled.answer(
        CLOSER,
        20,
        offset(60, 1),
    ));
    expect!["OVER_PAID amount_fen: 1 fen stated, 0 fen are open"].assert_eq(&settled.answer(
        CLOSER,
        20,
        offset(1, 1),
    ));
    let mut partly = owing();
    paid(&mut partly, 40);
    expect!["OVER_PAID amount_fen: 21 fen stated, 20 fen are open"].assert_eq(&partly.answer(
        CLOSER,
        20,
        offset(21, 1),
    ));
    expect!["item.recovery_received"].assert_eq(&partly.answer(CLOSER, 20, offset(20, 1)));
    expect!["OVER_PAID amount_fen: 1 fen stated, 0 fen are open"].assert_eq(&partly.answer(
        CLOSER,
        21,
        offset(1, 1),
    ));
    let mut unpaid = owing();
    sent_back(&mut unpaid, 60);
    expect!["OVER_PAID amount_fen: 1 fen stated, 0 fen are open"].assert_eq(&unpaid.answer(
        CLOSER,
        20,
        offset(1, 1),
    ));
    let mut returned = owing();
    paid(&mut returned, 60);
    sent_back(&mut returned, 60);
    expect!["OVER_PAID amount_fen: 60 fen stated, 0 fen are open"].assert_eq(&returned.answer(
        CLOSER,
        20,
        offset(60, 1),
    ));
}
