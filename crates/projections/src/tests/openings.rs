//! Promised: what was there before the book is counted by every equation, and a trace ends there.

use super::money::{fen, fund};
use super::world::*;
use crate::accounts::account_view;
use crate::balances::fund_balance;
use crate::trace::{fund_trace, payment_trace};
use ledger::ids::{AccountId, PaymentId};
use serde_json::{Value, json};

fn cut_over() -> Value {
    json!({"on": "2024-12-31", "document": "县财〔2025〕期初"})
}

impl World {
    /// One records it, another confirms it.
    pub(super) fn takes_over(&mut self, number: u128, noun: &str, facts: Value) {
        let entry = id(Kind::Evidence, 900 + number);
        let command = json!({noun: {"take_over": facts}});
        self.by(1, 1)
            .does(json!({"entry": {"propose": {"entry": entry, "command": command}}}));
        self.by(2, 1)
            .does(json!({"entry": {"confirm": {"entry": entry}}}));
        self.by(1, 1);
    }
}

/// Batch 1 of 200,000: 100,000 with the town, 60,000 of them with project 1, of which 25,000 were
/// paid and 5,000 came back.
fn county() -> World {
    let mut world = World::new();
    world.registers_unit(1, "county", 0);
    world.registers_unit(2, "town", 1);
    world.registers_person(8);
    world.enters_project(1, &[("county", 100_000)]);
    world.starts_project(1);
    let opening = json!({
        "announcement": {"fund": id(Kind::Fund, 1), "name": "产业资金", "document": "省财〔2024〕9号",
            "issuer": id(Kind::Unit, 1), "receiver": id(Kind::Unit, 1), "source_kind": "county",
            "amount_fen": 250_000, "budget_year": 2024, "purpose_code": "CY", "direct": false},
        "cut_over": cut_over(), "received_fen": 200_000, "reclaimed_from_top_fen": 10_000,
        "lines": [
            {"from": id(Kind::Unit, 1), "to": to_unit(2), "amount_fen": 100_000},
            {"from": id(Kind::Unit, 2), "to": to_project(1), "amount_fen": 60_000},
        ],
        "spent": [{"project": id(Kind::Project, 1), "settled_fen": 25_000, "returned_fen": 5_000}],
    });
    world.takes_over(1, "fund", opening);
    world
}

#[test]
fn the_equations_count_what_was_there() {
    let mut world = county();
    let balance = fund_balance(&world.view, fund(1)).unwrap();
    assert!(balance.balanced, "{:?}", balance.equations);
    let totals = balance.totals;
    assert_eq!(totals.paid_net_fen, fen(20_000));
    assert_eq!(totals.before_book_fen, fen(20_000));
    assert_eq!(totals.available_fen, fen(40_000));
    assert_eq!((balance.nodes.len(), balance.budgets.len()), (2, 1));
    world
        .does(instruction(1, 1, to_person(8), &[(1, 10_000)]))
        .does(settlement(1, 10_000));
    let insufficient = instruction(2, 1, to_person(8), &[(1, 30_001)]);
    assert_eq!(world.refused(insufficient), "INSUFFICIENT");
    let balance = fund_balance(&world.view, fund(1)).unwrap();
    assert!(balance.balanced, "{:?}", balance.equations);
    assert_eq!(balance.totals.paid_net_fen, fen(30_000));
}

#[test]
fn traces_end_before_the_book() {
    let mut world = county();
    world
        .does(instruction(1, 1, to_person(8), &[(1, 10_000)]))
        .does(settlement(1, 10_000));
    let trace = fund_trace(&world.view, fund(1), 0, 10).unwrap();
    assert!(trace.adds_up, "{trace:?}");
    assert_eq!(trace.explained.before_book_fen, fen(20_000));
    let opening = trace.opening.unwrap();
    assert_eq!(
        (opening.text_zh, &*opening.on.to_string()),
        ("建账前", "2024-12-31")
    );
    let back = payment_trace(&world.view, PaymentId(id(Kind::Payment, 1))).unwrap();
    let source = &back.sources[0];
    assert_eq!(source.opening.as_ref().unwrap().text_zh, "建账前");
    assert_eq!(source.links.len(), 2);
    assert!(back.unexplained.is_empty());
}

#[test]
fn the_cash_of_an_account_begins_with_what_was_in_it() {
    let mut world = county();
    let opening = json!({
        "opening": {"account": id(Kind::Account, 1), "kind": "unit", "owner": id(Kind::Unit, 1),
            "bank": "某某银行", "masked_number": "****1234"},
        "cut_over": cut_over(),
        "balances": [{"fund": id(Kind::Fund, 1), "amount_fen": 7_000}, {"amount_fen": 500}],
    });
    world.takes_over(2, "account", opening);
    let account = AccountId(id(Kind::Account, 1));
    let view = account_view(&world.view, account, 0, 10).unwrap();
    assert!(view.balanced, "{:?}", view.equation);
    assert_eq!((view.batches.len(), view.line.balance_fen), (2, fen(7_500)));
    assert_eq!(view.totals.opening_fen, fen(7_500));
    assert_eq!(view.opening.unwrap().text_zh, "建账前");
}
