//! Promised: what came after a payment is taken back as if it had never been, unless something
//! rests on it; and after any sequence the budgets are the sums of their payments.

use super::*;

/// Everything that states an amount, and its reversal: the budgets are as before.
#[test]
fn reversed_it_is_as_if_it_had_never_been() {
    let given = with_third(&and(&instructed(), [settle(1, 70)]));
    let given = and(
        &given,
        [
            demand(1, 60),
            withhold(1, 30),
            recover(1, 5),
            instruct(|it| {
                it.payment = payment(3);
                it.kind = PaymentKind::Retention;
            }),
        ],
    );
    let rows = [
        reclassify(1, 1, 3, 60),
        reclassify(1, 1, 3, 20),
        reclassify(1, 1, 2, 60),
        reclassify(1, 2, 1, 40),
        demand(1, 10),
        recover(1, 10),
        offset(1, 3, 10),
        waive(1, 10).by(CHIEF),
        withhold(1, 10),
        release(1, 3, 10).on("2019-07-01"),
    ];
    for row in rows {
        let mut world = World::given(&given);
        let state = |world: &World| {
            let payment = world.books.payments.get(payment(1)).unwrap();
            (budgets(&world.books), payment.later(), payment.bearing())
        };
        let borne = |mut state: (String, _, Vec<SourceShare>)| {
            state.2.retain(|share| share.amount_fen != Fen::ZERO);
            state
        };
        let before = borne(state(&world));
        let Command::Payment(command) = &row.command else {
            panic!("{row:?}")
        };
        let amount = Amend::reversible(&command.clone().into_event());
        world.take(&row);
        assert_ne!(borne(state(&world)), before, "{row:?}");
        let seq = world.events.len().try_into().unwrap();
        world.take(&reverse_at(1, seq, amount.unwrap().get()));
        assert_eq!(borne(state(&world)), before, "{row:?}");
    }
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "one row after the other, read straight down"
)]
fn names_what_rests_on_what_came_later() {
    let spend = |number: u128, batch: u128, amount: i64| {
        instruct(|it| {
            it.payment = payment(number);
            it.amount_fen = fen(amount);
            it.sources = vec![share(batch, amount)];
        })
    };
    let given = with_third(&paid());
    let cases = [
        // Half of it is with yet another batch.
        (
            vec![reclassify(1, 1, 3, 60), reclassify(1, 3, 2, 30)],
            "payment.reclassified",
            60,
        ),
        // What batch 1 was relieved of is spent.
        (
            vec![reclassify(1, 1, 3, 60), spend(2, 1, 560)],
            "payment.reclassified",
            60,
        ),
        (
            vec![demand(1, 50), recover(1, 1)],
            "payment.recovery_demanded",
            50,
        ),
        (
            vec![demand(1, 50), recover(1, 50), spend(2, 1, 551)],
            "payment.recovery_received",
            50,
        ),
        (
            vec![
                demand(1, 50),
                spend(2, 2, 50),
                offset(1, 2, 50),
                spend(3, 1, 551),
            ],
            "payment.recovery_offset",
            50,
        ),
        (
            vec![
                withhold(1, 30),
                instruct(|it| {
                    it.payment = payment(2);
                    it.kind = PaymentKind::Retention;
                }),
                release(1, 2, 1).on("2019-07-01"),
            ],
            "payment.retention_withheld",
            30,
        ),
    ];
    let mut lines = Vec::new();
    for (then, word, amount) in cases {
        let mut world = World::given(&and(&given, then));
        let undo = undo(&world, word, amount);
        lines.push(format!("{word}: {}", world.answer(&undo)));
        lines.push(world.answer(&undo.observed()));
    }
    expect![[r#"
        payment.reclassified: BAD_REVERSAL seq: what came later rests on it: #4001
        record.reversed
        alert BAD_REVERSAL seq: what came later rests on it: #4001
        payment.reclassified: BAD_REVERSAL seq: what came later rests on it: #4001, #4002
        record.reversed
        alert BAD_REVERSAL seq: what came later rests on it: #4001, #4002
        payment.recovery_demanded: BAD_REVERSAL seq: what came later rests on it: #4001
        record.reversed
        alert BAD_REVERSAL seq: what came later rests on it: #4001
        payment.recovery_received: BAD_REVERSAL seq: what came later rests on it: #4001, #4002
        record.reversed
        alert BAD_REVERSAL seq: what came later rests on it: #4001, #4002
        payment.recovery_offset: BAD_REVERSAL seq: what came later rests on it: #4001, #4003
        record.reversed
        alert BAD_REVERSAL seq: what came later rests on it: #4001, #4003
        payment.retention_withheld: BAD_REVERSAL seq: what came later rests on it: #4001
        record.reversed
        alert BAD_REVERSAL seq: what came later rests on it: #4001"#]]
    .assert_eq(&lines.join("\n"));
}

/// The bank sent back what batch 1 had paid: it is batch 1 that would pay it again.
#[test]
fn a_return_cannot_go_when_one_of_the_batches_has_spent_it() {
    // Batch 1 got 60 back, and only 20 of them are left.
    let spend = instruct(|it| {
        it.payment = payment(2);
        it.amount_fen = fen(580);
        it.sources = vec![share(1, 580)];
    });
    let given = and(&paid(), [give_back(1, 60), spend]);
    let mut world = World::given(&given);
    let undo = undo(&world, "payment.returned", 60);
    let answer = world.answer(&undo);
    expect!["BAD_REVERSAL seq: what came later rests on it: #4001, #4002"].assert_eq(&answer);
}

/// More was recovered than had been paid, as a bank statement says: nothing is left to be returned.
#[test]
fn a_return_never_takes_from_what_was_not_paid() {
    let demanded = and(&paid(), [demand(1, 50), recover(1, 120).observed()]);
    let mut world = World::given(&demanded);
    world.take(&give_back(1, 10).observed());
    let row = world.books.payments.get(payment(1)).unwrap();
    assert_eq!((row.returned, row.cancelled), (fen(0), fen(10)));
}

/// The sums over all payments to project 1, by batch.
fn by_payments(books: &Books, batch: u128) -> [Fen; 4] {
    let mut sums = [Fen::ZERO; 4];
    for payment in books.payments.values() {
        let lines = [
            payment.open_by_source(),
            payment.borne(payment.settled),
            payment.borne(payment.returned),
            payment.recovered_by_source(),
        ];
        for (sum, shares) in sums.iter_mut().zip(lines) {
            for share in shares.iter().filter(|share| share.fund == fund(batch)) {
                *sum = sum.add(share.amount_fen);
            }
        }
    }
    sums
}

fn command(chance: &mut Chance, world: &World, reversible: &[(u64, u128, i64)]) -> Ask {
    let payments = u128::try_from(world.books.payments.len()).unwrap();
    let some = |chance: &mut Chance| {
        let back = u128::from(chance.below(6));
        payments.saturating_sub(back).max(1)
    };
    let (one, other, amount) = (some(chance), some(chance), chance.amount(90));
    match chance.below(14) {
        0 | 1 => instruct(|it| {
            let parts: Vec<_> = (0..3).map(|_| chance.amount(60)).collect();
            it.payment = payment(payments + 1);
            it.payee = Payee::Subject(person(chance.number(2)));
            it.amount_fen = fen(parts.iter().sum());
            it.sources = (1..).zip(parts).map(|(n, it)| share(n, it)).collect();
        }),
        2..=4 => settle(one, amount),
        5 | 6 => give_back(one, amount),
        7 | 8 => reclassify(one, chance.number(3), chance.number(3), amount),
        9 => demand(one, amount),
        10 => recover(one, amount),
        11 => offset(one, other, amount),
        12 if chance.below(3) > 0 => waive(one, amount).by(CHIEF),
        12 => {
            let rows = world.books.payments.iter();
            let back = rows.filter(|(_, row)| row.state() == PaymentState::Returned);
            let of = back.last().map_or(one, |(id, _)| id.0.as_u128() & 0xfff);
            reissue(payments + 1, of)
        }
        _ => match reversible.len() {
            0 => settle(one, amount),
            len => {
                let back = usize::try_from(chance.below(12)).unwrap() % len;
                let (seq, number, amount) = reversible[len - 1 - back];
                reverse_at(number, seq, amount)
            }
        },
    }
}

/// Control alone: nobody overdrawn. With observed facts: the sums all the same.
#[test]
fn budgets_are_the_sums_of_their_payments_after_any_sequence() {
    let mut done: BTreeMap<&str, u32> = BTreeMap::new();
    for seed in 1..=24_u64 {
        println!("seed {seed}");
        let mut chance = Chance::seeded(seed);
        let mut world = World::given(&with_third(&budgeted()));
        let mut reversible = Vec::new();
        for _ in 0..500 {
            let mut ask = command(&mut chance, &world, &reversible);
            if seed % 2 == 0 && chance.below(8) == 0 {
                ask = ask.observed();
            }
            let seq = crate::testing::next(&world.events);
            if world.decide(&ask).is_err() {
                continue;
            }
            world.take(&ask);
            let Some(Event::Payment(event)) = world.events.last() else {
                *done.entry("record.reversed").or_default() += 1;
                holds(&world.books, seed);
                continue;
            };
            *done.entry(event.word()).or_default() += 1;
            if let Some(amount) = Amend::reversible(event) {
                let mut main = None;
                Event::Payment(event.clone()).each(&mut |named| main = main.or(Some(named)));
                let number = main.unwrap().0.as_u128() & 0xfff;
                reversible.push((seq, number, amount.get()));
            }
            holds(&world.books, seed);
        }
    }
    println!("{done:?}");
    assert!(done.values().all(|count| *count > 5), "{done:?}");
    assert_eq!(done.len(), 10, "{done:?}");
}

fn holds(books: &Books, seed: u64) {
    budgets(books);
    for batch in 1..=3 {
        let budget = books.budgets.get((fund(batch), project(1))).unwrap();
        let row = [
            budget.committed_unpaid,
            budget.settled,
            budget.returned,
            budget.recovered,
        ];
        assert_eq!(row, by_payments(books, batch), "batch {batch}");
        if seed % 2 == 1 {
            assert!(budget.available() >= Fen::ZERO, "{batch}: {budget:?}");
            assert!(budget.paid_net() >= Fen::ZERO, "{batch}: {budget:?}");
        }
    }
    for payment in books.payments.values() {
        let parts = Fen::sum(payment.sources.iter().map(|share| share.amount_fen));
        assert_eq!(parts, Some(payment.amount));
        let open = Fen::sum(payment.open_by_source().iter().map(|it| it.amount_fen));
        assert_eq!(open, Some(payment.open()));
        if seed % 2 == 1 {
            assert!(payment.paid_net() >= Fen::ZERO, "{payment:?}");
        }
    }
}
