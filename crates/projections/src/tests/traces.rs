//! Traces: every fen of a document is somewhere, and every payment comes from somewhere.

use super::money::{fen, fund};
use super::world::*;
use crate::steps::{Same, steps};
use crate::trace::{ForwardTrace, fund_trace, payee_trace, payment_trace};
use expect_test::expect;
use ledger::ids::{PaymentId, PersonId};
use ledger::money::Fen;
use ledger::payment::Payee;

/// The county 1 passes 100,000 on to the town 2, which puts 60,000 into project 1.
fn county() -> World {
    let mut world = World::new();
    world.registers_unit(1, "county", 0);
    world.registers_unit(2, "town", 1);
    world.registers_person(8);
    world.registers_person(9);
    world.enters_project(1, &[("county", 100_000)]);
    world.starts_project(1);
    for number in 1..=2 {
        world.announces(number, 1, "county", 200_000);
        world.receives(number, 200_000);
        world.does(allocation(number, 1, to_unit(2), 100_000));
        world.does(allocation(number, 2, to_project(1), 60_000));
    }
    world
}

fn forward(world: &World) -> ForwardTrace {
    fund_trace(&world.view, fund(1), 0, 10).unwrap()
}

#[test]
fn says_level_by_level_what_is_not_explained() {
    let mut world = county();
    world
        .does(instruction(1, 1, to_person(8), &[(1, 10_000)]))
        .does(settlement(1, 10_000));
    world.does(instruction(2, 1, to_person(9), &[(1, 5_000), (2, 5_000)]));
    world.does(settlement(2, 8_000));
    world
        .does(instruction(3, 1, to_unit(2), &[(1, 7_000)]))
        .does(settlement(3, 7_000));
    world
        .sees(instruction(4, 1, to_unit(99), &[(1, 1_000)]))
        .sees(settlement(4, 1_000));
    world.by(2, 1).does(receipt(1, 8, "received", 9_000));
    world.does(receipt(2, 9, "not_received", 0));
    let trace = forward(&world);
    assert!(trace.adds_up);
    let expected = expect![[r#"
        (
            Explained {
                reclaimed_fen: Fen(
                    0,
                ),
                before_book_fen: Fen(
                    0,
                ),
                paid_to_organisations_fen: Fen(
                    7000,
                ),
                paid_and_confirmed_fen: Fen(
                    9000,
                ),
                total_fen: Fen(
                    16000,
                ),
            },
        )
    "#]];
    expected.assert_debug_eq(&(trace.explained,));
    let rest = trace.unexplained;
    assert_eq!(
        (rest.at_units_fen, rest.paid_to_unknown_fen),
        (fen(140_000), fen(1_000))
    );
    assert_eq!(
        (rest.paid_unconfirmed_fen, rest.paid_disputed_fen),
        (fen(1_000), fen(5_000))
    );
    assert_eq!(trace.explained.total_fen.add(rest.total_fen), fen(200_000));
    let depths: Vec<_> = trace.units.iter().map(|unit| unit.depth).collect();
    assert_eq!(depths, [Some(0), Some(1)]);
    assert_eq!((trace.payments.total, trace.payments.more), (4, false));
    let page = fund_trace(&world.view, fund(1), 1, 1).unwrap();
    assert_eq!(
        page.payments.entries[0].payment,
        PaymentId(id(Kind::Payment, 2))
    );
    assert_eq!(page.payments.entries[0].amount_fen, fen(5_000));
    assert_eq!(
        (page.explained, page.unexplained),
        (trace.explained, trace.unexplained)
    );
}

#[test]
fn a_payee_that_is_registered_later_is_no_longer_unknown() {
    let mut world = county();
    world
        .sees(instruction(4, 1, to_unit(99), &[(1, 1_000)]))
        .sees(settlement(4, 1_000));
    assert_eq!(forward(&world).unexplained.paid_to_unknown_fen, fen(1_000));
    world.registers_unit(99, "village", 2);
    let trace = forward(&world);
    assert_eq!(trace.unexplained.paid_to_unknown_fen, Fen::ZERO);
    assert_eq!(trace.explained.paid_to_organisations_fen, fen(1_000));
    assert!(trace.adds_up);
}

#[test]
fn a_payment_leads_back_to_its_documents_through_the_units() {
    let mut world = county();
    world.does(instruction(2, 1, to_person(9), &[(1, 5_000), (2, 3_000)]));
    world.does(settlement(2, 6_000));
    let trace = payment_trace(&world.view, PaymentId(id(Kind::Payment, 2))).unwrap();
    assert_eq!(trace.unexplained, []);
    let shares: Vec<_> = trace
        .sources
        .iter()
        .map(|it| (it.amount_fen.get(), it.settled_fen.get()))
        .collect();
    assert_eq!(shares, [(5_000, 5_000), (3_000, 1_000)]);
    let way = trace.sources[0].links.iter().map(|link| {
        let from = link.from.name.as_ref().unwrap();
        format!(
            "{from} → {} {}",
            link.to_name.as_deref().unwrap(),
            link.amount_fen
        )
    });
    let way: Vec<_> = way.collect();
    assert_eq!(way, ["单位1 → 单位2 1000.00", "单位2 → 项目1 600.00"]);
    let payee = Payee::Subject(PersonId(id(Kind::Person, 9)));
    let person = payee_trace(&world.view, payee, 0, 10);
    assert_eq!(
        person
            .funds
            .iter()
            .map(|it| it.paid_net_fen.get())
            .collect::<Vec<_>>(),
        [5_000, 1_000]
    );
    assert_eq!(
        (
            person.payments.total,
            person.payments.entries[0].payment.amount_fen
        ),
        (1, fen(8_000))
    );
}

#[test]
fn a_payment_says_what_nobody_can_explain() {
    let mut world = county();
    world.enters_project(2, &[("county", 100)]);
    world.starts_project(2);
    world.sees(instruction(1, 2, to_unit(99), &[(1, 500)]));
    world.sees(instruction(2, 1, to_person(9), &[(1, 60_700)]));
    let codes = |number| {
        let trace = payment_trace(&world.view, PaymentId(id(Kind::Payment, number))).unwrap();
        let doubts = trace.unexplained.iter();
        doubts
            .map(|doubt| (doubt.code, doubt.amount_fen.get()))
            .collect::<Vec<_>>()
    };
    assert_eq!(codes(1), [("UNKNOWN_PARTY", 500), ("NO_BUDGET", 500)]);
    assert_eq!(codes(2), [("BUDGET_OVERDRAWN", 700)]);
    world.sees(allocation(1, 2, to_project(1), 40_001));
    let trace = payment_trace(&world.view, PaymentId(id(Kind::Payment, 2))).unwrap();
    assert_eq!(
        (trace.unexplained[0].code, trace.unexplained[0].amount_fen),
        ("UNIT_OVERDRAWN", fen(1))
    );
    let trace = forward(&world);
    assert!(trace.adds_up && trace.unexplained.at_units_fen < fen(100_000));
    assert!(trace.unexplained.in_budgets_fen > Fen::ZERO);
}

#[test]
fn a_ring_of_grants_ends_the_trace() {
    let mut world = county();
    world
        .does(allocation(1, 2, to_unit(1), 30_000))
        .does(allocation(1, 1, to_unit(2), 20_000));
    world.does(instruction(1, 1, to_person(9), &[(1, 100)]));
    assert!(forward(&world).adds_up);
    let balance = super::money::balance(&world, 1);
    assert!(balance.balanced, "{balance:?}");
    assert_eq!(
        (balance.allocated_fen, balance.unallocated_fen),
        (fen(90_000), fen(110_000))
    );
    let trace = payment_trace(&world.view, PaymentId(id(Kind::Payment, 1))).unwrap();
    assert_eq!(trace.sources[0].links.len(), 3);
}

#[test]
fn names_the_hands_that_met() {
    let mut world = county();
    world.does(instruction(1, 1, to_person(9), &[(1, 100)]));
    world.does(settlement(1, 100));
    world.by(2, 1).does(receipt(1, 9, "received", 100));
    let payment = PaymentId(id(Kind::Payment, 1));
    let seqs = world.view.timeline.of(payment.into());
    let facts = seqs
        .iter()
        .map(|seq| (u64::from(*seq), &world.facts[*seq as usize - 1]));
    let told = steps(&world.view.books, facts);
    assert_eq!(
        told.steps.iter().map(|step| step.word).collect::<Vec<_>>(),
        ["payment.instructed", "payment.settled", "receipt.confirmed"]
    );
    let met: Vec<_> = told
        .conflicts
        .iter()
        .map(|it| (it.pair.first, it.pair.second, it.same))
        .collect();
    assert_eq!(
        met,
        [
            (
                "payment.instructed",
                "receipt.confirmed",
                Same::Organisation
            ),
            ("payment.instructed", "payment.settled", Same::Person),
        ]
    );
}
