//! What may come long after a grant or a payment, thrown with dice: costs moved to other batches,
//! recoveries, retention, contracts and claims, cash, and records taken back.

use super::*;
use ledger::Fact;
use ledger::subjects::Subjects;

/// Settled of batch 4 before the book.
pub(super) const SETTLED_BEFORE: i64 = 1_700;

/// Contract 1 of project 1, and contract 2 of project 4, which was under way before the book; an
/// account of unit 1, and one that had cash of batch 4 and of nobody knows which.
pub(super) fn world(world: &mut World) {
    let cut_over = json!({"on": "2024-12-31", "document": "县财〔2025〕期初"});
    let contract = |number: u128, project: u128| {
        json!({"contract": id(Kind::Round, number), "project": id(Kind::Project, project),
            "number": format!("HT{number}"), "name": "施工合同", "supplier": unit(3),
            "price_fen": 3_000, "retention_bp": 1000, "document": format!("HT{number}"),
            "stages": [{"trigger": "signing", "cumulative_cap_bp": 4000},
                {"trigger": "acceptance", "cumulative_cap_bp": 9000},
                {"trigger": "retention_end", "cumulative_cap_bp": 10000}]})
    };
    world.does(json!({"contract": {"sign": contract(1, 1)}}));
    let before = json!({"signing": contract(2, 4), "cut_over": cut_over, "signed_on": "2024-03-01",
        "changes_delta_fen": 200, "paid_fen": 900, "reached_stage": 1});
    world.takes_over(2, "contract", before);
    world.takes_over(
        3,
        "fund",
        json!({
            "announcement": {"fund": id(Kind::Fund, 4), "name": "产业资金",
                "document": "省财〔2024〕9号", "issuer": unit(1), "receiver": unit(4),
                "source_kind": "county", "amount_fen": 20_000, "budget_year": 2024,
                "purpose_code": "CY"},
            "cut_over": cut_over, "received_fen": 9_000, "reclaimed_from_top_fen": 500,
            "lines": [{"from": unit(4), "to": to_unit(2), "amount_fen": 2_000},
                {"from": unit(4), "to": to_project(4), "amount_fen": 4_000},
                {"from": unit(2), "to": to_project(4), "amount_fen": 1_000}],
            "spent": [{"project": id(Kind::Project, 4), "settled_fen": SETTLED_BEFORE,
                "returned_fen": 100}],
        }),
    );
    let account = |number: u128| {
        json!({"account": id(Kind::Account, number), "kind": "unit", "owner": unit(1),
            "bank": "农商行", "masked_number": format!("****000{number}")})
    };
    world.does(json!({"account": {"open": account(1)}}));
    let balances = json!([{"fund": id(Kind::Fund, 4), "amount_fen": 3_000}, {"amount_fen": 70}]);
    let before = json!({"opening": account(2), "cut_over": cut_over, "balances": balances});
    world.takes_over(4, "account", before);
}

pub(super) fn command(chance: &mut Chance, payments: u128, facts: &[Fact]) -> Value {
    let fen = chance.fen();
    let mut recent = || (payments + 1).saturating_sub(chance.number(8)).max(1);
    let (payment, other) = (recent(), recent());
    let of = |word: &str, mut data: Value| {
        data["payment"] = json!(id(Kind::Payment, payment));
        data["amount_fen"] = json!(fen);
        json!({"payment": {word: data}})
    };
    let other = id(Kind::Payment, other);
    match chance.below(24) {
        0 | 1 => {
            let (from, to) = (chance.number(FUNDS), chance.number(FUNDS));
            let data = json!({"from": id(Kind::Fund, from), "to": id(Kind::Fund, to),
                "document": "更正", "reason": "列错"});
            of("reclassify", data)
        }
        2 => of(
            "demand_recovery",
            json!({"basis": "多付", "document": "追1"}),
        ),
        3 => of("receive_recovery", json!({"bank_reference": "追2"})),
        4 => of(
            "offset_recovery",
            json!({"against": other, "document": "追3"}),
        ),
        5 => of(
            "waive_recovery",
            json!({"authority": "县政府", "reason": "受灾"}),
        ),
        6 => of("withhold_retention", json!({"due_on": "2025-06-01"})),
        7 => of("release_retention", json!({"by": other})),
        8..=10 => on_contract(chance, payments),
        11..=14 => claim(chance),
        15..=17 => cash(chance, payment),
        _ => reversal(chance, facts),
    }
}

fn on_contract(chance: &mut Chance, payments: u128) -> Value {
    let number = chance.number(2);
    let contract = id(Kind::Round, number);
    match chance.below(4) {
        0 => json!({"contract": {"change": {"contract": contract, "kind": "price",
            "delta_fen": 500 - chance.fen(), "document": "补1", "reason": "变更"}}}),
        1 => json!({"contract": {"reach_stage": {"contract": contract,
            "stage": chance.number(3), "basis": "合格"}}}),
        _ => {
            let project = if number == 1 { 1 } else { 4 };
            let sources = [(chance.number(FUNDS), chance.fen())];
            let payee = to_unit(3);
            let mut pays = instruction(payments + 1, project, payee, &sources);
            pays["payment"]["instruct"]["kind"] = json!("retention");
            if chance.below(3) > 0 {
                pays["payment"]["instruct"]["contract"] = json!(contract);
            } else {
                let claim = chance.number(6);
                pays["payment"]["instruct"]["claim"] = json!(id(Kind::Item, claim));
            }
            pays
        }
    }
}

/// Of a few claims, each step by whoever comes.
fn claim(chance: &mut Chance) -> Value {
    let id_of = id(Kind::Item, chance.number(6));
    let step = match chance.below(12) {
        0 => "reject",
        1..=3 => "review_technically",
        4..=6 => "review_finances",
        7..=9 => "approve",
        _ => {
            let fen = chance.fen();
            let number = chance.number(2);
            let project = if number == 1 { 1 } else { 4 };
            return json!({"claim": {"submit": {"claim": id_of, "number": "BZ1",
                "project": id(Kind::Project, project), "contract": id(Kind::Round, number),
                "stage": 1, "amount_fen": fen, "vouchers": ["FP1"], "payee": to_unit(3),
                "sources": [{"fund": id(Kind::Fund, chance.number(FUNDS)), "amount_fen": fen}]}}});
        }
    };
    let data = match step {
        "reject" => json!({"claim": id_of, "code": "other", "reason": "不符"}),
        "review_technically" => json!({"claim": id_of, "progress": "J1", "finding": "属实"}),
        "review_finances" => json!({"claim": id_of, "finding": "齐全"}),
        _ => json!({"claim": id_of, "document": "批1"}),
    };
    json!({"claim": {step: data}})
}

fn cash(chance: &mut Chance, payment: u128) -> Value {
    let movement = u128::from(chance.below(1 << 40));
    let account = chance.number(2);
    let mut data = json!({"movement": id(Kind::Movement, movement), "amount_fen": chance.fen()});
    if chance.below(6) > 0 {
        data["fund"] = json!(id(Kind::Fund, chance.number(FUNDS)));
    }
    if chance.below(5) == 0 {
        data["from"] = json!(id(Kind::Account, account));
        data["to"] = json!(id(Kind::Account, 3 - account));
        data["bank_reference"] = json!("转1");
        return json!({"account": {"transfer": data}});
    }
    data["account"] = json!(id(Kind::Account, account));
    let word = match chance.below(6) {
        0 => "credit_interest",
        1 | 2 => {
            data["bank_reference"] = json!("付1");
            data["payment"] = json!(id(Kind::Payment, payment));
            "pay_cash"
        }
        other => {
            let nature = if other == 3 { "returned" } else { "received" };
            data["nature"] = json!(nature);
            data["bank_reference"] = json!("收1");
            if other == 3 {
                data["payment"] = json!(id(Kind::Payment, payment));
            }
            "receive_cash"
        }
    };
    json!({"account": {word: data}})
}

/// One of the last records, with the amount that it states, if it states one.
fn reversal(chance: &mut Chance, facts: &[Fact]) -> Value {
    let back = usize::try_from(chance.below(25)).unwrap();
    let place = facts.len().saturating_sub(1 + back);
    let event = &facts[place].event;
    let told = serde_json::to_value(event).unwrap();
    let data = told
        .as_object()
        .and_then(|noun| noun.values().next()?.as_object());
    let data = data.and_then(|word| word.values().next());
    let field = |name: &str| data.and_then(|data| data[name].as_i64());
    let mut subject = None;
    event.each(&mut |named| subject = subject.or(Some(named)));
    let subject = subject.map_or_else(|| id(Kind::Item, 1), |subject| subject.0);
    let amount = field("amount_fen").or(field("delta_fen")).unwrap_or(1);
    json!({"record": {"reverse": {
        "subject": subject, "seq": place + 1, "amount_fen": amount, "reason": "误录",
    }}})
}
