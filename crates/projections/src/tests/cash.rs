//! Promised: equation 4 holds for every account and batch after every record, whatever was paid,
//! sent back, transferred or observed; what a naive sum over the records says, the views say.

use super::random::Chance;
use super::world::*;
use crate::accounts::{AccountView, account_lines, account_view, custody_positions};
use ledger::Intake;
use ledger::ids::AccountId;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const ACCOUNTS: u64 = 4;
const FUNDS: u64 = 2;

pub(super) fn account(number: u128) -> AccountId {
    AccountId(id(Kind::Account, number))
}

fn look(world: &World, number: u128) -> AccountView {
    account_view(&world.view, account(number), 0, 100).unwrap()
}

/// Units 1 and 2, two batches, and accounts of unit 1, the last of which unit 2 keeps.
pub(super) fn world() -> World {
    let mut world = World::new();
    world.registers_unit(1, "county", 0);
    world.registers_unit(2, "prefecture", 0);
    for number in 1..=u128::from(FUNDS) {
        world.announces(number, 1, "county", 1_000_000);
    }
    for number in 1..=u128::from(ACCOUNTS) {
        world.does(json!({"account": {"open": {
            "account": account(number), "kind": "unit", "owner": unit(1),
            "bank": format!("银行{number}"), "masked_number": format!("****000{number}"),
        }}}));
    }
    world.does(json!({"account": {"agree_custody": {
        "custody": id(Kind::Custody, 1), "account": account(4), "principal": unit(1),
        "custodian": unit(2), "terms": "凭单拨付", "document": "协议1号",
    }}}));
    world
}

/// What a naive reader knows: the balance of each account and batch.
type Sums = BTreeMap<(u128, u128), i64>;

/// A command, and what it changes if it is stored.
fn command(chance: &mut Chance, movement: u128) -> (Value, Vec<((u128, u128), i64)>) {
    let fen = chance.fen();
    let (here, there) = (chance.number(ACCOUNTS), chance.number(ACCOUNTS));
    let batch = chance.number(FUNDS + 1) - 1;
    let mut facts = json!({
        "account": account(here), "movement": id(Kind::Movement, movement), "amount_fen": fen,
    });
    if batch > 0 {
        facts["fund"] = json!(id(Kind::Fund, batch));
    }
    let word = match chance.below(10) {
        0..=2 => {
            let natures = ["received", "returned", "recovered"];
            facts["nature"] = json!(natures[usize::try_from(chance.below(3)).unwrap()]);
            facts["bank_reference"] = json!("收1");
            "receive_cash"
        }
        3..=5 => {
            facts["bank_reference"] = json!("付1");
            "pay_cash"
        }
        6 => "credit_interest",
        7 => {
            let facts = json!({"custody": id(Kind::Custody, 1), "amount_fen": fen});
            return (json!({"account": {"release_custody": facts}}), Vec::new());
        }
        _ => {
            facts["bank_reference"] = json!("转1");
            facts.as_object_mut().unwrap().remove("account");
            facts["from"] = json!(account(here));
            facts["to"] = json!(account(there));
            "transfer"
        }
    };
    let changes = match word {
        "transfer" => vec![((here, batch), -fen), ((there, batch), fen)],
        "pay_cash" => vec![((here, batch), -fen)],
        _ => vec![((here, batch), fen)],
    };
    (json!({"account": {word: facts}}), changes)
}

fn check(world: &World, sums: &Sums) {
    for number in 1..=u128::from(ACCOUNTS) {
        let view = look(world, number);
        assert!(view.balanced, "{view:#?}");
        let mut expected: Vec<i64> = sums
            .iter()
            .filter(|((account, _), _)| *account == number)
            .map(|(_, sum)| *sum)
            .collect();
        let shown = view.batches.iter().map(|it| it.terms.balance_fen.get());
        let mut shown: Vec<i64> = shown.collect();
        expected.sort_unstable();
        shown.sort_unstable();
        assert_eq!(shown, expected);
        assert_eq!(view.line.balance_fen.get(), expected.iter().sum::<i64>());
    }
    let kept = custody_positions(&world.view, |_| true);
    let [kept] = kept.as_slice() else {
        panic!("{kept:?}")
    };
    assert_eq!(kept.held_fen, Some(look(world, 4).line.balance_fen));
}

#[test]
fn equation_4_holds_after_every_record() {
    for seed in 1..=8u64 {
        println!("seed {seed}");
        let mut chance = Chance(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let (mut world, mut sums) = (world(), Sums::new());
        let (mut stored, mut overdrawn) = (0u128, false);
        for _ in 0..300 {
            let intake = match chance.below(4) {
                0 => Intake::Observation,
                _ => Intake::Control,
            };
            let (command, changes) = command(&mut chance, stored + 1);
            let seq = world.facts.len();
            if world.ask(intake, command).is_err() {
                assert_eq!(world.facts.len(), seq);
                continue;
            }
            stored += 1;
            for (key, change) in changes {
                *sums.entry(key).or_default() += change;
            }
            check(&world, &sums);
            overdrawn |= sums.values().any(|sum| *sum < 0);
        }
        assert!(stored > 100, "only {stored} commands were stored");
        assert!(overdrawn, "no observation overdrew");
    }
}

#[test]
fn an_account_shows_its_cash_batch_by_batch() {
    let mut world = world();
    let mut does = |word: &str, number: u128, facts: Value| {
        let mut all = json!({"movement": id(Kind::Movement, number)});
        all.as_object_mut()
            .unwrap()
            .extend(facts.as_object().unwrap().clone());
        world.does(json!({"account": {word: all}}));
    };
    let batch = id(Kind::Fund, 1);
    does(
        "receive_cash",
        1,
        json!({"account": account(1), "nature": "received", "fund": batch, "amount_fen": 700,
            "bank_reference": "收1"}),
    );
    does(
        "receive_cash",
        2,
        json!({"account": account(1), "nature": "received", "amount_fen": 50,
            "bank_reference": "收2"}),
    );
    does(
        "transfer",
        3,
        json!({"from": account(1), "to": account(4), "fund": batch, "amount_fen": 300,
            "bank_reference": "转3"}),
    );
    world.does(json!({"account": {"release_custody": {
        "custody": id(Kind::Custody, 1), "claim": "报账1", "amount_fen": 120,
    }}}));

    let view = look(&world, 1);
    let batches: Vec<_> = view
        .batches
        .iter()
        .map(|it| (it.fund.is_some(), it.terms.balance_fen.get()))
        .collect();
    assert_eq!(batches, [(false, 50), (true, 400)]);
    assert_eq!(view.line.unattributed_fen.get(), 50);
    assert_eq!(view.totals.transferred_out_fen.get(), 300);
    assert!(view.balanced);
    assert_eq!(view.equation.number, 4);
    let changes: Vec<_> = view
        .movements
        .iter()
        .map(|it| (it.kind.word, it.change_fen.get(), it.other))
        .collect();
    assert_eq!(
        changes,
        [
            ("transferred", -300, Some(account(4))),
            ("received", 50, None),
            ("received", 700, None)
        ]
    );
    let page = account_view(&world.view, account(1), 1, 1).unwrap();
    assert_eq!((page.movements.len(), page.movement_count), (1, 3));
    assert_eq!(page.movements.first(), view.movements.get(1));

    let kept = look(&world, 4);
    let first = kept.movements.first().unwrap();
    assert_eq!(
        (first.change_fen.get(), first.other),
        (300, Some(account(1)))
    );
    let position = kept.custody.first().unwrap();
    assert_eq!(position.held_fen.map(|fen| fen.get()), Some(300));
    assert_eq!(position.released_unpaid_fen.map(|fen| fen.get()), Some(120));
    assert!(!position.superseded);

    let lines = account_lines(&world.view);
    let owners: Vec<_> = lines.iter().map(|line| line.account).collect();
    assert_eq!(owners, [account(1), account(2), account(3), account(4)]);
    assert!(account_view(&world.view, account(9), 0, 1).is_none());
}
