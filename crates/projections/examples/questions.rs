//! What each question costs without HTTP: `questions [payments] [items]`, in release. The batch has
//! 100,000 payments to persons, settled and confirmed, and there are 10,000 items, if nothing else
//! is said.

#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a measurement, which may end with a panic"
)]

use ledger::context::Actor;
use ledger::date::BusinessDate;
use ledger::ids::{FundId, ItemId, OrganisationId, PersonId, ProjectId};
use ledger::{Event, Fact, Intake};
use projections::items::ItemFilter;
use projections::{
    Entry, View, balances, benefit, campaigns, common, conduct, cycles, four_ledgers, items,
    letters, pledges, project_view, purposes, recoveries, retention, returned, tasks, trace,
};
use serde_json::{Value, json};
use std::hint::black_box;
use std::time::{Duration, Instant};
use uuid::Uuid;

fn id(kind: u64, number: u64) -> Uuid {
    // Scrambled, because clients choose random identifiers.
    let mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(17) ^ kind;
    Uuid::from_u64_pair(mixed, number ^ (kind << 56))
}

/// Takes in an event as it stands: whether it might have happened does not matter to its cost.
fn happens(view: &mut View, event: Value) {
    let event: Event = serde_json::from_value(event).unwrap();
    let seq = view.head().map_or(1, |head| head.seq + 1);
    let fact = Fact {
        actor: Actor {
            person: PersonId(id(1, 1)),
            organisation: OrganisationId(id(2, 1)),
        },
        intake: Intake::Control,
        occurred_on: "2018-07-28".parse::<BusinessDate>().unwrap(),
        documents: Vec::new(),
        correlation_id: None,
        signatories: Default::default(),
        event,
    };
    view.apply(&Entry {
        position: seq,
        seq,
        recorded_at_us: 1_532_760_000_000_000,
        hash: [7; 32],
        fact: &fact,
    });
}

fn county(view: &mut View) {
    happens(
        view,
        json!({"ledger": {"opened": {"name": "县账本", "area": "533300"}}}),
    );
    for number in 1..=20 {
        happens(
            view,
            json!({"organisation": {"registered": {"organisation": id(2, number),
            "code": format!("U{number}"), "name": format!("某县单位{number}"), "kind": "area",
            "level": "county"}}}),
        );
    }
    for number in 1..=10_000 {
        happens(
            view,
            json!({"subject": {"registered": {"person": id(1, number)}}}),
        );
    }
    let fund = id(3, 1);
    happens(
        view,
        json!({"fund": {"announced": {"fund": fund, "name": "中央财政资金",
        "document": "财农〔2018〕1号", "issuer": id(2, 1), "receiver": id(2, 1),
        "source_kind": "central", "amount_fen": 1_000_000_000_000_u64, "budget_year": 2018,
        "purpose_code": "整村推进"}}}),
    );
    happens(
        view,
        json!({"fund": {"received": {"fund": fund,
        "amount_fen": 1_000_000_000_000_u64, "document": "到位"}}}),
    );
    happens(
        view,
        json!({"project": {"entered_library": {"project": id(4, 1),
        "number": "P0001", "name": "通村公路项目", "implementing_unit": id(2, 2),
        "area": id(2, 2), "content": "建设内容", "performance_target": "绩效",
        "planned": [{"source_kind": "central", "amount_fen": 1_000}], "planned_fen": 1_000}}}),
    );
    happens(
        view,
        json!({"fund": {"allocated": {"fund": fund, "from": id(2, 1),
        "to": {"project": id(4, 1)}, "amount_fen": 900_000_000_000_u64, "document": "分解"}}}),
    );
}

fn payment(view: &mut View, number: u64) {
    let (payment, person) = (id(5, number), id(1, 1 + number % 10_000));
    let amount = 100 * (number % 1_000 + 1);
    happens(
        view,
        json!({"payment": {"instructed": {"payment": payment, "project": id(4, 1),
        "payee": {"subject": person}, "amount_fen": amount, "kind": "subsidy",
        "sources": [{"fund": id(3, 1), "amount_fen": amount}],
        "voucher": format!("ZF-{number:07}")}}}),
    );
    happens(
        view,
        json!({"payment": {"settled": {"payment": payment, "amount_fen": amount,
        "bank_reference": "B1"}}}),
    );
    happens(
        view,
        json!({"receipt": {"confirmed": {"payment": payment, "subject": person,
        "amount_fen": amount, "channel": "visit", "result": "received"}}}),
    );
}

fn item(view: &mut View, number: u64) {
    let item = id(7, number);
    happens(
        view,
        json!({"item": {"drafted": {"item": item, "number": format!("1-{number:06}"),
        "round": id(6, 1), "category": "funds", "scope": "individual", "severity": "minor",
        "facts": format!("第{number}村通村公路已通车,工程款未按合同节点支付"),
        "amount_involved_fen": 100, "recovery_required_fen": 0,
        "responsible_unit": id(2, 5 + number % 10), "deadline_rule": "inspection_feedback"}}}),
    );
    happens(view, json!({"item": {"issued": {"item": item}}}));
    happens(view, json!({"item": {"acknowledged": {"item": item}}}));
}

fn times<T>(name: &str, mut ask: impl FnMut() -> T) {
    let mut times: Vec<Duration> = (0..40)
        .map(|_| {
            let begin = Instant::now();
            black_box(ask());
            begin.elapsed()
        })
        .collect();
    times.sort_unstable();
    println!(
        "{name:<32} best {:>12.3?} median {:>12.3?}",
        times[0], times[20]
    );
}

fn money(view: &View) {
    let (fund, project) = (FundId(id(3, 1)), ProjectId(id(4, 1)));
    let on = "2019-06-01".parse().unwrap();
    times("balance", || balances::fund_balance(view, fund));
    times("four ledgers of the batch", || {
        four_ledgers::fund_ledgers(view, fund)
    });
    times("four ledgers of the project", || {
        four_ledgers::project_ledgers(view, project)
    });
    times("payments of the project, 100", || {
        project_view::project_payments(view, project, 0, 100)
    });
    times("benefit", || benefit::benefit(view));
    times("trace, 100", || trace::fund_trace(view, fund, 0, 100));
    times("trace, 1000", || {
        trace::fund_trace(view, fund, 50_000, 1_000)
    });
    let page = trace::fund_trace(view, fund, 50_000, 1_000);
    times("trace, 1000, written out", || {
        serde_json::to_vec(&page).unwrap()
    });
    times("returned", || returned::returned(view, on, 0, 100));
    times("retention", || retention::retention(view, on, 0, 100));
    times("purposes", || purposes::purposes(view, None));
}

fn rectification(view: &View) {
    let (today, filter) = ("2019-06-01".parse().unwrap(), ItemFilter::default());
    times("due, 100", || tasks::my_items(view, today, &filter, 0, 100));
    times("due, 1000", || {
        tasks::my_items(view, today, &filter, 5_000, 1_000)
    });
    let page = tasks::my_items(view, today, &filter, 5_000, 1_000);
    times("due, 1000, written out", || {
        serde_json::to_vec(&page).unwrap()
    });
    times("items, 100", || {
        items::item_lines(view, today, &filter, 0, 100)
    });
    times("item", || {
        items::item_view(view, today, ItemId(id(7, 5_000)))
    });
    times("plans", || tasks::plans(view, today, &filter, 0, 100));
    times("closing", || {
        tasks::checklists(view, today, &filter, 0, 100)
    });
    times("completion by zone", || {
        tasks::completion(view, today, tasks::Grouping::Zone, &filter)
    });
    times("completion by pledge", || {
        tasks::completion(view, today, tasks::Grouping::Pledge, &filter)
    });
    times("letters due, 100", || {
        letters::letters_due(view, today, &filter, 0, 100)
    });
    times("letters sent, 100", || {
        letters::letters_sent(view, today, &filter, 0, 100)
    });
    times("cycles", || {
        let month = "2019-05".parse().unwrap();
        cycles::cycles(view, today, month, &cycles::CycleFilter::default())
    });
    times("unnamed, 100", || {
        pledges::unnamed(view, today, &filter, 0, 100)
    });
    times("verifiers", || campaigns::verifiers(view, today, &filter));
    times("rounds", || items::round_views(view, today));
    times("recoveries", || {
        recoveries::recoveries(view, today, &filter, 0, 100)
    });
    times("conduct", || conduct::conduct(view, today, &filter));
    times("common problems", || {
        common::common_problems(view, today, &filter, 0, 100)
    });
}

fn main() {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse().unwrap());
    let (payments, items) = (
        numbers.next().unwrap_or(100_000),
        numbers.next().unwrap_or(10_000),
    );
    let mut view = View::default();
    county(&mut view);
    (0..payments).for_each(|number| payment(&mut view, number));
    happens(
        &mut view,
        json!({"round": {"opened": {"round": id(6, 1), "name": "巡察",
        "kind": "inspection", "inspecting_body": id(2, 3), "closing_body": id(2, 4),
        "mandate": "巡察1号"}}}),
    );
    (0..items).for_each(|number| item(&mut view, number));
    money(&view);
    rectification(&view);
}
