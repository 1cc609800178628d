//! Promised: every field that is searched finds its subject, in any way of typing it; the order
//! is always the same; and nothing personal is in the index.

use super::world::*;
use crate::names::Names;
use crate::search::query::Amounts;
use crate::search::{FOUND_MAX, Found, Hit, Query, Rank, Search, find};
use crate::{Entry, View};
use ledger::date::BusinessDate;
use ledger::fields::Kind as Noun;
use ledger::ids::{PaymentId, ProjectId};
use ledger::money::Fen;
use ledger::payment::{Payee, PaymentEvent, PaymentInstruction, PaymentKind};
use ledger::text::Reference;
use ledger::{Event, Fact, Intake};
use serde_json::json;

/// A batch with its allocation, a project, two payments, a zone, a round and an item.
fn county() -> World {
    let mut world = World::new();
    world.does(
        json!({"organisation": {"register": {"organisation": unit(1), "code": "533321",
        "name": "青石县财政局", "kind": "area", "level": "county"}}}),
    );
    world.registers_unit(2, "town", 1);
    world.does(json!({"organisation": {"rename": {"organisation": unit(2), "name": "龍潭鄉"}}}));
    world.registers_person(8);
    world.does(
        json!({"overlay": {"define": {"overlay": id(Kind::Zone, 1), "kind": "war_zone",
        "name": "龙潭战区"}}}),
    );
    world.does(
        json!({"fund": {"announce": {"fund": id(Kind::Fund, 5), "name": "扶贫专项资金第五批",
        "document": "云财农〔2018〕5号", "issuer": unit(1), "receiver": unit(1),
        "source_kind": "county", "amount_fen": 1_067_560_000, "budget_year": 2018,
        "purpose_code": "2130504", "function_code": "21305", "economy_code": "50902"}}}),
    );
    world.does(
        json!({"fund": {"receive": {"fund": id(Kind::Fund, 5), "amount_fen": 1_067_560_000,
        "document": "云财农〔2018〕5号"}}}),
    );
    world.announces(51, 1, "county", 300);
    world.does(
        json!({"fund": {"allocate": {"fund": id(Kind::Fund, 5), "from": unit(1),
        "to": to_unit(2), "amount_fen": 500_000, "document": "青财农〔2018〕9号"}}}),
    );
    world.enters_project(1, &[("county", 400_000)]);
    world.starts_project(1);
    world.does(allocation(5, 2, to_project(1), 300_000));
    world.does(instruction(11, 1, to_person(8), &[(5, 70_000)]));
    world.does(
        json!({"payment": {"settle": {"payment": id(Kind::Payment, 11),
        "amount_fen": 69_999, "bank_reference": "BK-2018-0042"}}}),
    );
    world.does(instruction(12, 1, to_person(8), &[(5, 80_000)]));
    world.does(
        json!({"milestone": {"define": {"milestone": id(Kind::Milestone, 1),
        "project": id(Kind::Project, 1), "name": "路基工程", "total": 10, "unit": "公里",
        "weighting": "count", "weight": 1}}}),
    );
    world.does(
        json!({"round": {"open": {"round": id(Kind::Round, 1), "name": "第一轮巡察",
        "kind": "inspection", "inspecting_body": unit(1), "closing_body": unit(1),
        "mandate": "曲巡〔2018〕3号"}}}),
    );
    world.documents = vec![Reference::new("会议纪要〔2018〕77号").unwrap()];
    world.does(
        json!({"item": {"draft": {"item": id(Kind::Item, 1), "number": "QD-0007",
        "round": id(Kind::Round, 1), "category": "funds", "scope": "individual",
        "severity": "serious", "facts": "补助资金未足额发放到户", "basis": "专项资金管理办法",
        "amount_involved_fen": 123_456, "recovery_required_fen": 23_456,
        "responsible_unit": unit(2), "deadline_rule": "inspection_feedback"}}}),
    );
    world.documents.clear();
    world
}

fn ask(view: &View, q: &str, kind: Option<Noun>, amounts: [Option<i64>; 3]) -> Found {
    let [exact, min, max] = amounts.map(|fen| fen.map(|fen| Fen::new(fen).unwrap()));
    let query = Query::new(q, kind, Amounts { exact, min, max }).unwrap();
    find(view, &query, 0, 1000)
}

fn hits(world: &World, q: &str) -> Vec<Hit> {
    ask(&world.view, q, None, [None; 3]).page.entries
}

/// `fund 5 exact document`: what was found first, how well, and where.
fn told(hit: &Hit) -> String {
    let number = hit.id.as_u128() & u128::from(u64::MAX);
    let first = hit.matches.first().unwrap();
    let rank = serde_json::to_value(hit.rank).unwrap();
    let rank = rank.as_str().unwrap().to_owned();
    format!("{} {number} {rank} {}", hit.kind.word, first.field.word)
}

fn tell(world: &World, q: &str) -> Vec<String> {
    hits(world, q).iter().map(told).collect()
}

#[test]
fn every_field_finds_its_subject() {
    let world = county();
    for (q, expected) in [
        ("云财农〔2018〕5号", "fund 5 exact document"),
        ("扶贫专项资金第五批", "fund 5 exact name"),
        ("21305", "fund 5 exact function_code"),
        ("50902", "fund 5 exact economy_code"),
        ("2130504", "fund 5 exact purpose_code"),
        ("青财农〔2018〕9号", "fund 5 exact document"),
        ("项目1", "project 1 exact name"),
        ("p0001", "project 1 exact number"),
        ("建设内容", "project 1 exact content"),
        ("批复", "project 1 exact document"),
        ("路基工程", "milestone 1 exact name"),
        ("V11", "payment 11 exact voucher"),
        ("bk-2018-0042", "payment 11 exact bank_reference"),
        ("第一轮巡察", "round 1 exact name"),
        ("曲巡[2018]3号", "round 1 exact mandate"),
        ("QD-0007", "item 1 exact number"),
        ("补助资金未足额发放到户", "item 1 exact facts"),
        ("专项资金管理办法", "item 1 exact basis"),
        ("会议纪要〔2018〕77号", "item 1 exact documents"),
        ("青石县财政局", "organisation 1 exact name"),
        ("533321", "organisation 1 exact code"),
        ("龙潭乡", "organisation 2 exact name"),
        ("单位2", "organisation 2 exact name"),
        ("龙潭战区", "overlay 1 exact name"),
    ] {
        assert_eq!(tell(&world, q), [expected], "{q}");
    }
}

#[test]
fn a_part_finds_the_whole_and_what_fits_best_comes_first() {
    let world = county();
    assert_eq!(
        tell(&world, "财农(2018)5"),
        ["fund 5 whole document", "fund 51 part document"].map(String::from)
    );
    assert_eq!(
        tell(&world, "财农〔2018〕51号"),
        ["fund 51 exact document"].map(String::from)
    );
    assert_eq!(
        tell(&world, "龍潭"),
        ["organisation 2 whole name", "overlay 1 whole name"].map(String::from)
    );
    assert_eq!(
        tell(&world, "V1"),
        ["payment 11 part voucher", "payment 12 part voucher"].map(String::from)
    );
    assert!(tell(&world, "云财农〔2019〕5号").is_empty());
}

#[test]
fn all_words_must_be_found_at_one_subject() {
    let world = county();
    assert_eq!(
        tell(&world, "专项 云财农"),
        ["fund 5 whole name"].map(String::from)
    );
    assert_eq!(
        tell(&world, "財政 青石"),
        ["organisation 1 whole name"].map(String::from)
    );
    assert!(tell(&world, "财政 龙潭").is_empty());
    assert_eq!(
        tell(&world, "V11 0042 700元"),
        ["payment 11 exact voucher"].map(String::from)
    );
}

#[test]
fn amounts_are_found_in_words_and_in_ranges() {
    let world = county();
    for q in ["1,067.56万", "1067.56万元", "10,675,600元", "¥10675600"] {
        assert_eq!(
            tell(&world, q),
            ["fund 5 exact amount_fen"].map(String::from),
            "{q}"
        );
    }
    let amounts = |amounts, kind| {
        let found = ask(&world.view, "", kind, amounts);
        found.page.entries.iter().map(told).collect::<Vec<_>>()
    };
    let payment = Some(Noun::Payment);
    assert_eq!(
        amounts([Some(69_999), None, None], None),
        ["payment 11 exact amount_fen"].map(String::from)
    );
    // The smallest value on each side of both limits.
    for (min, max, expected) in [
        (70_001, 79_999, vec![]),
        (70_000, 79_999, vec!["payment 11 whole amount_fen"]),
        (
            70_000,
            80_000,
            vec!["payment 11 whole amount_fen", "payment 12 whole amount_fen"],
        ),
        (80_001, 123_455, vec![]),
    ] {
        assert_eq!(amounts([None, Some(min), Some(max)], payment), expected);
    }
    for (fen, field) in [
        (123_456, "amount_involved_fen"),
        (23_456, "recovery_required_fen"),
    ] {
        assert_eq!(
            amounts([Some(fen), None, None], None),
            [format!("item 1 exact {field}")]
        );
    }
    // Words and a range must both fit.
    let both = |q, min| {
        ask(&world.view, q, None, [None, Some(min), None])
            .page
            .total
    };
    assert_eq!((both("V11", 70_000), both("V11", 70_001)), (1, 0));
}

#[test]
fn an_adjustment_is_found_by_its_size() {
    let mut world = county();
    world.does(
        json!({"fund": {"adjust": {"fund": id(Kind::Fund, 5), "delta_fen": -4_321,
        "reason": "调剂", "document": "青财农〔2018〕30号"}}}),
    );
    let hits = hits(&world, "43.21元");
    assert_eq!(hits.len(), 1);
    let found = &hits[0].matches[0];
    assert_eq!(found.field.word, "delta_fen");
    assert_eq!(found.amount_fen.map(Fen::get), Some(-4_321));
}

#[test]
fn a_corrected_wording_is_found_beside_the_wrong_one() {
    let mut world = county();
    let seq = hits(&world, "V11")[0].matches[0].seq;
    world.does(
        json!({"record": {"correct": {"subject": id(Kind::Payment, 11),
        "seq": seq, "field": "voucher", "to": "V－0110", "reason": "录入有误"}}}),
    );
    for (q, expected) in [
        ("V11", "payment 11 exact voucher"),
        ("v-0110", "payment 11 exact voucher"),
    ] {
        assert_eq!(tell(&world, q), [expected], "{q}");
        let hit = &hits(&world, q)[0];
        assert_eq!(hit.number.as_deref(), Some("V－0110"));
    }
}

#[test]
fn a_hit_says_what_it_is_and_where_it_was_found() {
    let world = county();
    let hit = &hits(&world, "雲財農（2018年）5號")[0];
    expect_test::expect![[r#"
        {
          "kind": {
            "word": "fund",
            "zh": "资金批次"
          },
          "id": "00000000-0000-0003-0000-000000000005",
          "name": "扶贫专项资金第五批",
          "number": "云财农〔2018〕5号",
          "rank": "exact",
          "matches": [
            {
              "field": {
                "word": "document",
                "zh": "文号"
              },
              "text": "云财农〔2018〕5号",
              "amount_fen": 1067560000,
              "seq": 7,
              "records": 2
            }
          ]
        }
    "#]]
    .assert_eq(&(serde_json::to_string_pretty(hit).unwrap() + "\n"));
}

#[test]
fn a_kind_and_a_page_choose_among_what_is_found() {
    let world = county();
    let of = |kind| ask(&world.view, "2018", Some(kind), [None; 3]).page.total;
    assert_eq!(
        (of(Noun::Fund), of(Noun::Round), of(Noun::Overlay)),
        (2, 1, 0)
    );
    let query = Query::new("2018", None, Amounts::default()).unwrap();
    let whole = find(&world.view, &query, 0, 100).page;
    assert!(whole.total > 3 && !whole.more);
    let pages: Vec<_> = (0..whole.total)
        .flat_map(|offset| find(&world.view, &query, offset, 1).page.entries)
        .collect();
    assert_eq!(pages, whole.entries);
}

/// Sealed in a real log, in the clear here: not even then.
#[test]
fn nothing_personal_is_in_the_index() {
    let mut world = county();
    world.does(
        json!({"subject": {"register": {"person": id(Kind::Person, 9),
        "kind": "household", "name": "禾苗甲", "identity_number": "530000199001010000",
        "mobile": "13800000000", "bank_card": "6222020000000000000", "address": "千坊村九组",
        "remark": "独居老人"}}}),
    );
    world.by(2, 1).does(
        json!({"receipt": {"confirm": {"payment": id(Kind::Payment, 11),
        "subject": id(Kind::Person, 8), "amount_fen": 69_999, "channel": "visit",
        "result": "received", "remark": "钱已收到谢谢"}}}),
    );
    for q in [
        "禾苗甲",
        "禾",
        "530000199001010000",
        "138",
        "6222",
        "千坊村",
        "独居",
        "household",
        "谢谢",
    ] {
        assert!(tell(&world, q).is_empty(), "{q}");
    }
}

#[test]
fn the_documents_of_a_registration_find_it_without_a_name() {
    let mut world = county();
    world.documents = vec![Reference::new("青民〔2018〕1号").unwrap()];
    world.does(json!({"subject": {"register": {"person": id(Kind::Person, 9), "name": "禾苗甲"}}}));
    let hits = hits(&world, "青民2018年1号");
    assert_eq!(told(&hits[0]), "subject 9 exact documents");
    assert_eq!((&hits[0].name, &hits[0].number), (&None, &None));
}

fn payment(seq: u64) -> Fact {
    let number = u128::from(seq);
    Fact {
        actor: who(1, 1),
        intake: Intake::Control,
        occurred_on: BusinessDate::day(day("2018-08-01")),
        documents: Vec::new(),
        signatories: std::sync::Arc::default(),
        correlation_id: None,
        event: Event::Payment(PaymentEvent::Instructed(PaymentInstruction {
            payment: PaymentId(id(Kind::Payment, number)),
            project: ProjectId(id(Kind::Project, 1)),
            payee: Payee::Organisation(unit(1)),
            amount_fen: Fen::new(i64::try_from(seq).unwrap()).unwrap(),
            sources: Vec::new(),
            kind: PaymentKind::Subsidy,
            voucher: Reference::new(format!("PZ-2018-{seq:07}")).unwrap(),
            remark: None,
            contract: None,
            claim: None,
        })),
    }
}

fn with_payments(count: u64) -> (Names, Search) {
    let (mut names, mut search) = (Names::default(), Search::default());
    for seq in 1..=count {
        let entry = Entry {
            position: seq,
            seq,
            recorded_at_us: 0,
            hash: [0; 32],
            fact: &payment(seq),
        };
        search.take_in(&mut names, &entry);
    }
    (names, search)
}

/// `FUNDTRACE_SEARCH_PAYMENTS=1000000 cargo test -p projections million -- --nocapture` prints
/// what a full ledger takes.
#[test]
fn a_million_payments_take_no_more_than_48_bytes_each() {
    let asked = std::env::var("FUNDTRACE_SEARCH_PAYMENTS");
    let count: u64 = asked.map_or(100_000, |count| count.parse().unwrap());
    let started = std::time::Instant::now();
    let (names, search) = with_payments(count);
    let built = started.elapsed();
    let room = search.room();
    println!(
        "{count} payments: {} bytes each, built in {built:?}",
        room / count as usize
    );
    assert!(room as u64 <= 48 * count, "{room}");

    let mut view = View {
        search,
        ..View::default()
    };
    view.timeline.names = names;
    for (q, min, total) in [
        (format!("pz-2018-{:07}", count / 2), None, 1),
        (String::new(), Some(count as i64 - 9), 10),
        (String::new(), Some(1), FOUND_MAX),
        // Both are found though one of them alone finds too much.
        ("pz".to_owned(), Some(count as i64 - 9), 10),
        ("00 77 1元".to_owned(), None, 0),
        ("pz 0.01元".to_owned(), None, 1),
        ("pz".to_owned(), None, FOUND_MAX),
        ("pz 9".to_owned(), None, 1_000),
    ] {
        let started = std::time::Instant::now();
        let found = ask(&view, &q, None, [None, min, None]);
        let (all, took) = (found.complete, started.elapsed());
        println!(
            "{q:>20} {min:?}: {} of all: {all}, in {took:?}",
            found.page.total
        );
        assert!(found.page.total >= total, "{q}");
    }
    let exact = ask(&view, &format!("PZ－2018－{count:07}"), None, [None; 3]);
    let exact = &exact.page.entries[0];
    assert_eq!(exact.rank, Rank::Exact);
    assert_eq!(exact.id, id(Kind::Payment, u128::from(count)));
    assert_eq!(
        exact.matches[0].text.as_deref(),
        Some(format!("PZ-2018-{count:07}").as_str())
    );
}
