//! Promised: equation 4 holds for every account and batch after every record, whatever was paid,
//! sent back, transferred or observed; what a naive sum over the records says, the views say.
//! What nobody knows of a promise is shown as unknown, and a bank line waits for its match.

use super::random::Chance;
use super::world::*;
use crate::accounts::{AccountView, account_lines, account_view, custody_positions};
use crate::bank_lines::{Filter, bank_lines};
use crate::contributions::contributions;
use ledger::bank_line::rules::LineState;
use ledger::ids::{AccountId, ProjectId};
use ledger::{Event, Intake};
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

/// By how much each balance changes.
type Changes = Vec<((u128, u128), i64)>;

/// What a record has changed, and of which account it was.
type Change = (u64, u128, Changes);

/// A command, and what it changes if it is stored.
fn command(chance: &mut Chance, movement: u128) -> (Value, Changes) {
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

fn reversal((seq, of, changes): &Change) -> (Value, Changes) {
    let fen = changes.first().unwrap().1.abs();
    let command = json!({"record": {"reverse": {
        "subject": account(*of), "seq": seq, "amount_fen": fen, "reason": "重复登记",
    }}});
    let back = changes.iter().map(|(key, change)| (*key, -change));
    (command, back.collect())
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
        let (mut stored, mut overdrawn, mut reversed) = (0u128, false, 0);
        let mut said: Vec<Change> = Vec::new();
        for _ in 0..300 {
            let intake = match chance.below(4) {
                0 => Intake::Observation,
                _ => Intake::Control,
            };
            let seq = world.facts.len();
            // One in eight takes back an earlier one.
            let earlier = u64::try_from(said.len()).unwrap();
            let (command, changes) = match chance.below(8) {
                0 if earlier > 0 => {
                    let place = usize::try_from(chance.below(earlier)).unwrap();
                    reversal(&said[place])
                }
                _ => command(&mut chance, stored + 1),
            };
            if world.ask(intake, command).is_err() {
                assert_eq!(world.facts.len(), seq);
                continue;
            }
            stored += 1;
            let is_reversal = matches!(world.facts.last().unwrap().event, Event::Record(_));
            reversed += u32::from(is_reversal);
            if let Some(((account, _), _)) = changes.first().filter(|_| !is_reversal) {
                said.push((u64::try_from(seq).unwrap() + 1, *account, changes.clone()));
            }
            for (key, change) in changes {
                *sums.entry(key).or_default() += change;
            }
            check(&world, &sums);
            overdrawn |= sums.values().any(|sum| *sum < 0);
        }
        assert!(stored > 100, "only {stored} commands were stored");
        assert!(overdrawn, "no observation overdrew");
        assert!(reversed > 5, "only {reversed} records were reversed");
    }
}

#[test]
fn an_account_shows_its_cash_batch_by_batch() {
    let mut world = world();
    let mut does = |word: &str, number: u128, facts: Value| {
        let mut all = json!({"movement": id(Kind::Movement, number)});
        let more = facts.as_object().unwrap().clone();
        all.as_object_mut().unwrap().extend(more);
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

fn pledge(number: u128, project: u128, facts: Value) -> Value {
    let mut all = json!({
        "contribution": id(Kind::Contribution, number), "project": id(Kind::Project, project),
    });
    all.as_object_mut()
        .unwrap()
        .extend(facts.as_object().unwrap().clone());
    json!({"contribution": {"pledge": all}})
}

fn arrival(number: u128, fen: i64, source: Option<&str>) -> Value {
    json!({"contribution": {"arrive": {
        "contribution": id(Kind::Contribution, number), "amount_fen": fen, "source_kind": source,
    }}})
}

/// Case S11: 33.6 promised, of which 29.0 and 2.63 are known and the rest is not.
#[test]
fn what_nobody_knows_is_shown_apart_and_counts_in_the_whole() {
    let mut world = world();
    world.enters_project(1, &[("county", 1_000)]);
    world.enters_project(2, &[("county", 1_000)]);
    world.does(pledge(
        1,
        1,
        json!({"source_kind": "partner", "amount_fen": 3_360, "undetermined_fen": 460}),
    ));
    let with = json!({"source_kind": "self_raised", "amount_fen": 500, "party": unit(2)});
    world.does(pledge(2, 1, with));
    world.does(pledge(
        3,
        2,
        json!({"amount_fen": 70, "undetermined_fen": 70}),
    ));
    world.does(json!({"contribution": {"resolve": {
        "contribution": id(Kind::Contribution, 1),
        "parts": [{"source_kind": "sector", "amount_fen": 263}],
    }}}));
    world.does(arrival(1, 1_000, Some("partner")));
    world.does(arrival(1, 30, None));
    world.does(arrival(2, 200, None));
    world.does(json!({"contribution": {"contribute_in_kind": {
        "contribution": id(Kind::Contribution, 2), "labour_days": 3, "unit_price_fen": 80,
        "value_fen": 240,
    }}}));

    let project = ProjectId(id(Kind::Project, 1));
    let all = contributions(&world.view, Some(project), 0, 100);
    let [sum] = all.projects.as_slice() else {
        panic!("{all:#?}")
    };
    let sources: Vec<_> = sum
        .sources
        .iter()
        .map(|it| {
            let (pledged, arrived) = (it.pledged_fen.get(), it.arrived_fen.get());
            (it.source_kind.word, pledged, arrived)
        })
        .collect();
    assert_eq!(
        sources,
        [
            ("sector", 263, 0),
            ("partner", 2_900, 1_000),
            ("self_raised", 500, 200)
        ]
    );
    assert_eq!(sum.undetermined_fen.get(), 197);
    assert_eq!(sum.pledged_fen.get(), 263 + 2_900 + 500 + 197);
    assert_eq!(sum.arrived_undetermined_fen.get(), 30);
    assert_eq!(sum.arrived_fen.get(), 1_000 + 200 + 30);
    assert_eq!((sum.in_kind_fen.get(), sum.labour_days), (240, 3));
    let ratio = (sum.arrival.numerator_fen, sum.arrival.denominator_fen);
    assert_eq!(ratio, (sum.arrived_fen, sum.pledged_fen));
    assert_eq!(all.contributions.total, 2);
    let second = &all.contributions.entries.last().unwrap();
    assert_eq!(second.open_fen.get(), 500 - 200 - 240);
    assert_eq!(second.party.as_ref().unwrap().organisation, unit(2));

    let every = contributions(&world.view, None, 2, 5);
    assert_eq!(every.projects.len(), 2);
    assert_eq!(every.contributions.entries.len(), 1);
    let unknown = every.projects.last().unwrap();
    assert!(unknown.sources.is_empty());
    assert_eq!(unknown.undetermined_fen.get(), 70);
}

#[test]
fn bank_lines_wait_until_somebody_says_what_they_are() {
    let mut world = world();
    let enters = |world: &mut World, number: u128, date: &str, direction: &str| {
        world.does(json!({"bank_line": {"enter": {
            "line": id(Kind::Line, number), "account": account(1), "value_date": date,
            "direction": direction, "amount_fen": 100 * number, "bank_sequence": "0001",
        }}}));
    };
    world.does(json!({"account": {"receive_cash": {
        "account": account(1), "movement": id(Kind::Movement, 1), "nature": "received",
        "amount_fen": 200, "bank_reference": "收1",
    }}}));
    enters(&mut world, 1, "2025-12-30", "out");
    enters(&mut world, 2, "2025-12-01", "in");
    enters(&mut world, 3, "2025-12-02", "in");
    let target = json!({"movement": id(Kind::Movement, 1)});
    world.by(2, 1).does(json!({"bank_line": {"confirm": {
        "line": id(Kind::Line, 2), "target": target,
    }}}));

    let asked = |world: &World, state| {
        let filter = Filter {
            state,
            account: None,
        };
        bank_lines(&world.view, world.today, filter, 0, 100)
    };
    let all = asked(&world, None);
    let waits: Vec<_> = all.lines.entries.iter().map(|it| it.waiting_days).collect();
    assert_eq!(waits, [None, Some(29), Some(1)]);
    assert_eq!(all.unmatched, 2);
    let sums = (all.unmatched_in_fen.get(), all.unmatched_out_fen.get());
    assert_eq!(sums, (300, 100));
    let matched = asked(&world, Some(LineState::Matched)).lines;
    assert_eq!((matched.total, matched.entries.len()), (1, 1));
    let found = matched.entries.first().unwrap().matched.unwrap();
    assert!(found.agrees);
    assert_eq!(found.confirmed_by, who(2, 1).person);
    assert_eq!(asked(&world, Some(LineState::Unmatched)).lines.total, 2);

    world.does(json!({"bank_line": {"revoke": {
        "line": id(Kind::Line, 2), "reason": "串户",
    }}}));
    let all = asked(&world, Some(LineState::Unmatched));
    assert_eq!((all.lines.total, all.unmatched), (3, 3));
    assert_eq!(all.lines.entries.first().unwrap().revoked, 1);
    let elsewhere = Filter {
        state: None,
        account: Some(account(2)),
    };
    let none = bank_lines(&world.view, world.today, elsewhere, 0, 100);
    assert_eq!(none.lines.total, 0);
}

/// The books say another sum of a payment than when its line was confirmed: shown, not hidden.
#[test]
fn a_match_that_no_longer_agrees_says_so() {
    let mut world = world();
    world.registers_person(1);
    world.receives(1, 1_000);
    world.enters_project(1, &[("county", 1_000)]);
    world.starts_project(1);
    world.does(allocation(1, 1, to_project(1), 500));
    world.does(instruction(1, 1, to_person(1), &[(1, 300)]));
    world.does(settlement(1, 200));
    world.does(json!({"bank_line": {"enter": {
        "line": id(Kind::Line, 1), "account": account(1), "value_date": "2025-12-30",
        "direction": "out", "amount_fen": 200, "bank_sequence": "0001",
    }}}));
    let target = json!({"payment": id(Kind::Payment, 1)});
    world.by(2, 1).does(json!({"bank_line": {"confirm": {
        "line": id(Kind::Line, 1), "target": target,
    }}}));
    let look = |world: &World| {
        let lines = bank_lines(&world.view, world.today, Filter::default(), 0, 9).lines;
        let found = lines.entries.first().unwrap().matched.unwrap();
        (found.booked_fen.get(), found.agrees)
    };
    assert_eq!(look(&world), (200, true));
    world.does(settlement(1, 100));
    assert_eq!(look(&world), (300, false));
}
