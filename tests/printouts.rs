//! Promised: a printout says what the records say, to the fen, in every format; each row leads back
//! to its records and each sheet to the record through which it was made; a condition that a
//! printout cannot keep is refused, and a sealed name is on none for which nobody entitled asked.
//! Shown with every kind over one county, read back by another library and by LibreOffice.

use crate::harness::*;
use calamine::{Data, Reader, Xlsx};
use expect_test::expect_file;
use printouts::Kind;
use serde_json::{Value, json};
use std::io::Cursor;
use std::path::Path;
use uuid::Uuid;

mod flow;
mod named;
mod office;
mod signed;
mod summed;

/// A county with payments that were settled, returned, paid again and confirmed, two items, letters
/// to one of them, and files.
fn county() -> World {
    let world = spawn();
    world.found_county();
    let household = |number: u64| json!({"subject": person(HOUSEHOLDS + number)});
    let builder = json!({"organisation": org(BUILDER)});
    for (number, payee, amount) in [
        (1, household(1), 120_029),
        (2, household(2), 80_000),
        (3, builder, 5_000_057),
    ] {
        let data = instruction(number, payee, amount);
        world.record_on("finance", "2018-08-01", "payment.instruct", data);
        let settled = settlement(number, amount);
        world.record_on("finance", "2018-08-02", "payment.settle", settled);
    }
    let back = payment_return(2, 80_000);
    world.record_on("finance", "2018-08-05", "payment.return", back);
    world.record_on("finance", "2018-08-06", "payment.reissue", reissue(4, 2));
    let received = receipt(1, HOUSEHOLDS + 1, "received", 120_029);
    world.record_on("inspector", "2018-08-09", "receipt.confirm", received);
    world.closing_requested(1, 120_000);
    let verified = verification(1);
    world.record_on("verifier", "2018-09-01", "item.verify", verified);
    late_item(&world);
    let file = b"a photograph of a road";
    let path = world.path("files");
    let kept = world.try_post("worker", &path, "application/octet-stream", file);
    let kept = kept.unwrap().json();
    let added = json!({"evidence": measure(900), "subject": payment(3), "sha256": kept["sha256"],
        "size": file.len(), "media_type": "image/jpeg", "captured_on": "2018-07-30",
        "captured_by": who("worker"), "description": "=路面<b>竣工</b>照片"});
    world.record_on("worker", "2018-08-10", "evidence.add", added);
    world
}

/// An item that is late, with two measures, a word on how far it is, and every letter.
fn late_item(world: &World) {
    let drafted = draft(2, 29);
    let step = json!({"item": item(2)});
    let plan = json!({"item": item(2), "plan": "公示后补发", "document": "龙政〔2018〕13号"});
    let described = |number: u64, kind: &str, description: &str| {
        json!({"item": item(2), "measure": measure(number), "kind": kind,
            "description": description, "due_on": "2018-09-20"})
    };
    let done = json!({"item": item(2), "measure": measure(20), "result": "名单已公示7日"});
    let noted = json!({"item": item(2), "reason": "尚有3户未联系上"});
    let steps = [
        ("inspector", "2018-07-28", "draft", drafted),
        ("inspector", "2018-07-28", "issue", step.clone()),
        ("worker", "2018-07-30", "acknowledge", step.clone()),
        ("worker", "2018-08-01", "submit_plan", plan),
        ("inspector", "2018-08-03", "approve_plan", step.clone()),
        ("overseer", "2018-08-04", "approve_plan", step),
        (
            "worker",
            "2018-08-05",
            "add_measure",
            described(20, "ordinary", "张榜公示"),
        ),
        (
            "worker",
            "2018-08-06",
            "add_measure",
            described(21, "institutional", "修订发放办法"),
        ),
        ("worker", "2018-08-20", "finish_measure", done),
        ("worker", "2018-09-10", "note_progress", noted),
    ];
    for (who, day, step, data) in steps {
        world.record_on(who, day, &format!("item.{step}"), data);
    }
    let letters = [
        ("2018-09-15", "reminder"),
        ("2018-09-29", "urging"),
        ("2018-09-29", "warning"),
        ("2018-10-01", "accountability"),
    ];
    for (place, (day, kind)) in letters.iter().enumerate() {
        let mut letter = json!({"item": item(2), "kind": kind,
            "number": format!("曲巡函〔2018〕{}号", place + 1)});
        if *kind == "warning" {
            letter["last_day"] = json!("2018-09-30");
        }
        world.record_on("inspector", day, "item.send_letter", letter);
    }
}

/// What each kind is asked about here.
fn about(kind: Kind) -> String {
    match kind.about() {
        Some("item") if kind == Kind::Closing => format!("&item={}", item(1)),
        Some("item") => format!("&item={}", item(2)),
        Some("fund") => format!("&fund={}", fund(1)),
        Some("subject") => format!("&subject={}", payment(3)),
        Some(other) => panic!("{other}"),
        None => String::new(),
    }
}

fn ask(world: &World, who: &str, kind: &str, query: &str) -> Reply {
    world.get(
        who,
        &world.path(&format!("printouts/{kind}?on=2018-10-01{query}")),
    )
}

fn printed(world: &World, kind: Kind, format: &str) -> Vec<u8> {
    let query = format!("&format={format}{}", about(kind));
    let reply = ask(world, "reader", kind.word(), &query);
    assert_eq!(reply.status, 200, "{kind:?}: {}", reply.text());
    reply.body
}

/// A printout as CSV, without the mark in front.
fn csv_of(world: &World, kind: Kind) -> String {
    let text = String::from_utf8(printed(world, kind, "csv")).unwrap();
    text.strip_prefix('\u{feff}').unwrap().to_owned()
}

/// A CSV in which what differs from run to run is not said: hashes, moments, the ledger's number.
fn steady(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines().map(|line| line.trim_end_matches(',')) {
        let mut parts: Vec<&str> = line.split(|it: char| !it.is_ascii_hexdigit()).collect();
        parts.retain(|part| part.len() == 64);
        let line = parts
            .iter()
            .fold(line.to_owned(), |line, hash| line.replace(hash, "…"));
        let fields = line.split(',').map(|field| match field {
            _ if field.ends_with("UTC+08:00") => "…",
            _ if field.starts_with("青石县账本 ") => "青石县账本 …",
            other => other,
        });
        out.push_str(&fields.collect::<Vec<_>>().join(","));
        out.push('\n');
    }
    out
}

#[test]
fn every_printout_says_what_the_records_say() {
    let world = county();
    let mut all = String::new();
    for kind in Kind::ALL {
        all.push_str(&format!("# {} {}\n", kind.word(), kind.title().zh));
        all.push_str(&steady(&csv_of(&world, *kind)));
        if let Ok(dir) = std::env::var("FUNDTRACE_PRINTOUTS") {
            for format in ["html", "xlsx", "csv"] {
                let path = Path::new(&dir).join(format!("{}.{format}", kind.word()));
                std::fs::write(path, printed(&world, *kind, format)).unwrap();
            }
        }
    }
    expect_file!["printouts/printouts.txt"].assert_eq(&all);
}

/// The sheets of a workbook, row by row.
fn sheets(bytes: &[u8]) -> Vec<Vec<Vec<Data>>> {
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let sheets = book.worksheets().into_iter();
    let rows =
        |(_, range): (String, calamine::Range<Data>)| range.rows().map(<[Data]>::to_vec).collect();
    sheets.map(rows).collect()
}

/// Yuan as a spreadsheet has them, in fen.
fn fen(yuan: f64) -> i64 {
    format!("{yuan:.2}").replace('.', "").parse().unwrap()
}

/// Every amount in a table: of yuan and fen, as they stand beside each other.
fn amounts(rows: &[Vec<Data>]) -> Vec<(String, i64, i64)> {
    let mut heads: Vec<String> = Vec::new();
    let mut found = Vec::new();
    for row in rows {
        let texts: Vec<String> = row.iter().map(ToString::to_string).collect();
        if texts.iter().any(|text| text.ends_with("(分)")) {
            heads = texts;
            continue;
        }
        for (place, head) in heads.iter().enumerate() {
            let Some(name) = head.strip_suffix("(分)") else {
                continue;
            };
            let yuan = heads.iter().position(|head| head == name).unwrap();
            if let (Data::Float(yuan), Data::Float(exact)) = (&row[yuan], &row[place]) {
                found.push((name.to_owned(), fen(*yuan), fen(*exact) / 100));
            }
        }
    }
    found
}

#[test]
fn a_workbook_says_what_the_server_says() {
    let world = county();
    let mut count = 0;
    for kind in Kind::ALL {
        for sheet in sheets(&printed(&world, *kind, "xlsx")) {
            for (name, yuan, exact) in amounts(&sheet) {
                assert_eq!(yuan, exact, "{kind:?} {name}");
                count += 1;
            }
        }
    }
    assert!(count > 60, "only {count} amounts");

    let funds = world.data("reader", "funds");
    let rows = amounts(&sheets(&printed(&world, Kind::Funds, "xlsx"))[0]);
    let of = |name: &str| -> Vec<i64> {
        let named = rows.iter().filter(|(head, ..)| head == name);
        named.map(|(_, _, exact)| *exact).collect()
    };
    let sum = |field: &str| -> Vec<i64> {
        let values = funds.as_array().unwrap().iter();
        let mut values: Vec<i64> = values
            .map(|fund| fund.pointer(field).unwrap().as_i64().unwrap())
            .collect();
        values.push(values.iter().sum());
        values
    };
    assert_eq!(of("指标到位"), sum("/received_fen"));
    assert_eq!(of("实际支出"), sum("/totals/paid_net_fen"));
    assert_eq!(of("可用余额"), sum("/totals/available_fen"));

    let trace = world.data("reader", &format!("funds/{}/trace", fund(1)));
    let rows = amounts(&sheets(&printed(&world, Kind::FundTrace, "xlsx"))[0]);
    let settled: Vec<i64> = rows
        .iter()
        .filter(|it| it.0 == "到账")
        .map(|it| it.2)
        .collect();
    let payments = trace["payments"]["entries"].as_array().unwrap().iter();
    let mut expected: Vec<i64> = payments
        .map(|payment| payment["settled_fen"].as_i64().unwrap())
        .collect();
    expected.push(expected.iter().sum());
    assert_eq!(settled, expected);
}

#[test]
fn a_printed_row_leads_back_to_its_records_and_a_page_to_its_head() {
    let world = county();
    let head = &world.ask("reader", "funds")["through"];
    for kind in Kind::ALL {
        let page = String::from_utf8(printed(&world, *kind, "html")).unwrap();
        let hash = head["hash"].as_str().unwrap();
        assert!(page.contains(hash) && page.contains("青石县"), "{kind:?}");
        let place = format!("日志位置 {}", head["position"]);
        let tables = page.matches("<tfoot>").count();
        assert!(tables > 0, "{kind:?}");
        assert_eq!(page.matches(&place).count(), tables, "{kind:?}");
        assert!(!page.contains("<b>") && !page.contains("://"), "{kind:?}");
    }
    let csv = csv_of(&world, Kind::FundTrace);
    let mut reader = csv::ReaderBuilder::new();
    let mut reader = reader.has_headers(false).from_reader(csv.as_bytes());
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    let heads = rows.iter().find(|row| &row[0] == "支付凭证号").unwrap();
    let place = heads.iter().position(|head| head == "首条记录").unwrap();
    let row = rows.iter().find(|row| &row[0] == "PZ-000003").unwrap();
    let event = world.data("reader", &format!("events/{}", &row[place]));
    assert_eq!(event["type"], "payment.instructed");
    assert_eq!(event["data"]["payment"], json!(payment(3)));
}

#[test]
fn a_sealed_name_is_printed_for_those_alone_who_are_shown_it() {
    let world = county();
    let trace = |who: &str, more: &str| {
        let query = format!("&format=csv&fund={}{more}", fund(1));
        ask(&world, who, "fund-trace", &query)
    };
    assert_eq!(trace("reader", "&reveal=true").status, 403);
    for (who, more, shown) in [
        ("reader", "", false),
        ("finance", "", false),
        ("finance", "&reveal=true", true),
        ("inspector", "&reveal=true", true),
    ] {
        let reply = trace(who, more);
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert_eq!(reply.text().contains("禾苗甲"), shown, "{who}{more}");
        let id = person(HOUSEHOLDS + 1).to_string();
        assert_eq!(reply.text().contains(&id), !shown, "{who}{more}");
    }
    let basis = json!({"person": person(HOUSEHOLDS + 1), "basis": "consent_withdrawn",
        "document": "申请1号"});
    world.record("finance", "subject.restrict", basis);
    let restricted = |who: &str| trace(who, "&reveal=true").text().contains("禾苗甲");
    assert!(!restricted("finance") && restricted("inspector"));
}

#[test]
fn what_a_printout_cannot_keep_is_refused() {
    let world = county();
    let none = Uuid::from_u128(404);
    for (kind, query, status, code) in [
        ("nothing", "", 404, "NOT_FOUND"),
        ("funds", "&state=closed", 400, "BAD_QUERY"),
        ("funds", "&severity=grave", 400, "BAD_QUERY"),
        ("projects", "&state=nowhere", 400, "BAD_QUERY"),
        ("problem-list", "&state=nowhere", 400, "BAD_QUERY"),
        ("problem-list", "&budget_year=2018", 400, "BAD_QUERY"),
        ("problem-list", "&nonsense=1", 400, "BAD_QUERY"),
        ("problem-list", "&overdue=maybe", 400, "BAD_QUERY"),
        // An empty list of a unit that nobody knows would be filed as if it had no problems.
        ("problem-list", &format!("&unit={none}"), 404, "NOT_FOUND"),
        ("task-list", &format!("&round={none}"), 404, "NOT_FOUND"),
        ("task-list", &format!("&zone={none}"), 404, "NOT_FOUND"),
        ("problem-list", "&format=pdf", 400, "BAD_QUERY"),
        ("fund-trace", "", 400, "BAD_QUERY"),
        ("fund-trace", &format!("&fund={none}"), 404, "NOT_FOUND"),
        (
            "closing-approval",
            &format!("&item={none}"),
            404,
            "NOT_FOUND",
        ),
        (
            "evidence-sheet",
            &format!("&subject={none}"),
            404,
            "NOT_FOUND",
        ),
        ("reminder", &format!("&item={}", item(1)), 404, "NOT_FOUND"),
        (
            "urging",
            &format!("&item={}&seq=1", item(2)),
            404,
            "NOT_FOUND",
        ),
    ] {
        let reply = ask(&world, "reader", kind, query);
        let told = (reply.status, reply.code());
        assert_eq!(
            told,
            (status, code.to_owned()),
            "{kind}{query}: {}",
            reply.text()
        );
    }
    let days = world.path("printouts/funds?on=2018-08");
    assert_eq!(world.get("reader", &days).code(), "BAD_DATE");
    // What it keeps, it keeps.
    let shown = |query: &str| ask(&world, "reader", "problem-list", query).text();
    let overdue = shown("&format=csv&overdue=true");
    // The clock of the first stands still: its closing was asked for in time.
    assert!(
        overdue.contains("\n0002,") && !overdue.contains("\n0001,"),
        "{overdue}"
    );
    let verified = shown("&format=csv&state=in_progress");
    assert!(
        verified.contains("\n0002,") && !verified.contains("\n0001,"),
        "{verified}"
    );
    assert!(verified.contains("筛选条件,状态=in_progress"), "{verified}");
}

#[test]
fn a_reversed_letter_is_not_printed() {
    let world = county();
    let sent = world.data("reader", "events?type=item.letter_sent");
    let last = sent.as_array().unwrap().last().unwrap();
    assert_eq!(last["data"]["kind"], "accountability");
    let printed = || ask(&world, "reader", "accountability", &about(Kind::ALL[11]));
    assert_eq!(printed().status, 200);
    let reversal = json!({"subject": item(2), "seq": last["seq"], "amount_fen": 0,
        "reason": "发函有误"});
    let reply = world.post(
        "inspector",
        &command("record.reverse", "2018-10-01", reversal),
    );
    // Where a letter cannot be taken back, it is still printed.
    let expected = if reply.status == 201 { 404 } else { 200 };
    assert_eq!(printed().status, expected, "{}", reply.text());
}

#[test]
fn the_command_line_prints_what_the_server_prints() {
    let world = county();
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("funds.csv");
    let ledger = world.ledger.to_string();
    let args = [
        "printout",
        "funds",
        "--server",
        &world.server,
        "--ledger",
        &ledger,
        "--token",
        &world.tokens["reader"],
        "--on",
        "2018-10-01",
        "--format",
        "csv",
        "--out",
        out.to_str().unwrap(),
    ];
    let output = run(&args, "");
    assert!(output.status.success(), "{output:?}");
    let text = std::fs::read_to_string(&out).unwrap();
    let text = text.strip_prefix('\u{feff}').unwrap();
    assert_eq!(steady(text), steady(&csv_of(&world, Kind::Funds)));
    let again = run(&args, "");
    assert!(!again.status.success(), "{again:?}");
    assert!(String::from_utf8_lossy(&again.stderr).contains("exists already"));
}

#[test]
fn a_page_can_be_printed_and_a_file_is_kept_by_name() {
    let world = county();
    for (format, media_type) in [
        ("html", "text/html; charset=utf-8"),
        ("csv", "text/csv; charset=utf-8"),
        (
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
    ] {
        let path = world.path(&format!("printouts/funds?on=2018-10-01&format={format}"));
        let reply = world.get_with("reader", &path, &[]).unwrap();
        let header = |name: &str| reply.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), media_type);
        let name = format!("funds-2018-10-01-{}.{format}", world.head());
        assert!(header("content-disposition").contains(&name));
        assert!(header("content-security-policy").starts_with("default-src 'none'"));
    }
    let _: Value = world.ask("reader", "funds");
}
