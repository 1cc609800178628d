//! A list is recorded one line a record, and counts when it is complete: a roster whose server was
//! killed is resumed at its next line, a statement with one fen too much is refused and dropped and
//! leaves nothing, and one that overlaps another creates nothing twice.

use crate::harness::*;
use ledger::list::ListLine;
use ledger::list::digest::digest;
use serde_json::{Value, json};
use uuid::Uuid;

const ENTRIES: u64 = 3_000;
const DAY: &str = "2018-08-01";

fn list(number: u64) -> Uuid {
    Uuid::from_u128(0x5a << 96 | 0x4000_8000 << 48 | u128::from(number))
}
fn account() -> Uuid {
    Uuid::from_u128(0x5b << 96 | 0x4000_8000 << 48 | 1)
}
fn bank_line(number: u64) -> Uuid {
    Uuid::from_u128(0x5c << 96 | 0x4000_8000 << 48 | u128::from(number))
}
fn household(number: u64) -> Uuid {
    person(HOUSEHOLDS + 10_000 + number)
}

fn digest_of(lines: &[Value]) -> String {
    let lines = lines.iter().cloned().map(serde_json::from_value);
    let lines: Vec<ListLine> = lines.collect::<Result<_, _>>().unwrap();
    digest(&lines).to_string()
}

fn start(number: u64, kind: Value, lines: &[Value]) -> Value {
    json!({"list": list(number), "number": format!("QD-2018-{number}"),
        "document": "2018年农机补贴花名册.xlsx", "count": lines.len(),
        "digest": digest_of(lines), "kind": kind})
}

/// The commands that add the lines, the first of them with this number.
fn additions(number: u64, first: u64, lines: &[Value]) -> Vec<Value> {
    let lines = (first..).zip(lines);
    let add = |(line_number, content): (u64, &Value)| {
        let data = json!({"list": list(number), "line_number": line_number, "content": content});
        let mut command = command("list.add_line", DAY, data);
        // The same line is the same command, whoever sends it how often.
        let id =
            u128::from(number) << 64 | u128::from(line_number) | 0x5d << 96 | 0x4000_8000 << 48;
        command["command_id"] = json!(Uuid::from_u128(id));
        command
    };
    lines.map(add).collect()
}

/// Sends them as one stream of NDJSON; how many were recorded, repeated and refused.
fn stream(client: &Client, commands: &[Value]) -> [u64; 3] {
    let mut body = Vec::new();
    for command in commands {
        body.extend(command.to_string().into_bytes());
        body.push(b'\n');
    }
    let path = client.path("commands?answers=refused");
    let reply = client.try_post("finance", &path, "application/x-ndjson", &body);
    let reply = reply.unwrap();
    assert_eq!(reply.status, 200, "{}", reply.text());
    let text = reply.text();
    let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    ["recorded", "repeated", "refused"].map(|name| {
        let count = last["done"][name].as_u64();
        count.unwrap_or_else(|| panic!("{text}"))
    })
}

fn roster(total_fen: u64) -> Value {
    json!({"roster": {"programme": "农机购置补贴", "period": "2018", "fund": fund(1),
        "total_fen": total_fen}})
}

fn next_line(client: &Client, number: u64) -> Value {
    let view = client.data("reader", &format!("lists/{}", list(number)));
    view["next_line"].clone()
}

fn due(client: &Client, number: u64) -> Value {
    let path = format!("subjects/{}/roster-entries", household(number));
    client.data("reader", &path)["total_fen"].clone()
}

#[test]
fn a_roster_whose_server_was_killed_is_resumed_at_its_next_line() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("data");
    let mut world = spawn_in(&path);
    world.found_county();
    let households: Vec<Value> = (1..=ENTRIES)
        .map(|number| {
            command(
                "subject.register",
                DAY,
                json!({"person": household(number)}),
            )
        })
        .collect();
    assert_eq!(stream(&world, &households), [ENTRIES, 0, 0]);
    let lines: Vec<Value> = (1..=ENTRIES)
        .map(|number| {
            json!({"entry": {"subject": household(number), "amount_fen": 100 * number,
                "remark": "测试户备注"}})
        })
        .collect();
    let total = (1..=ENTRIES).map(|number| 100 * number).sum();
    world.record("finance", "list.start", start(1, roster(total), &lines));
    let (ledger, tokens) = (world.ledger, world.tokens.clone());
    world.stop();

    let process = Process::start(&path);
    let client = Client::new(process.server.clone(), ledger, tokens.clone());
    let all = additions(1, 1, &lines);
    let half = usize::try_from(ENTRIES / 2).unwrap();
    let started = std::time::Instant::now();
    assert_eq!(stream(&client, &all[..half]), [1_500, 0, 0]);
    println!("{half} lines in {:?}", started.elapsed());
    process.kill();

    let process = Process::start(&path);
    let client = Client::new(process.server.clone(), ledger, tokens);
    assert_eq!(next_line(&client, 1), 1_501);
    assert_eq!(due(&client, 7), 0);
    let waiting = client.data("reader", "tasks/lists");
    assert_eq!(waiting["entries"][0]["list"], json!(list(1)));
    assert_eq!(waiting["entries"][0]["lines"], 1_500);
    // Not yet, and not with a gap.
    let completion = json!({"list": list(1)});
    let refused = client.send("finance", "list.complete", completion.clone());
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "LIST_DIFFERS")
    );
    assert_eq!(refused.json()["field"], "data.count");
    assert_eq!(stream(&client, &all[half + 1..half + 3]), [0, 0, 2]);
    // From a little before: what was recorded is repeated.
    assert_eq!(stream(&client, &all[half - 100..]), [1_500, 100, 0]);
    // The same line in a new command is no new line either, and another one is refused.
    let mut again = all[6].clone();
    again["command_id"] = json!(Uuid::new_v4());
    let refused = client.post("finance", &again);
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "LINE_RECORDED")
    );
    again["data"]["content"]["entry"]["amount_fen"] = json!(701);
    assert_eq!(client.post("finance", &again).code(), "LINE_DIFFERS");

    assert_eq!(
        (next_line(&client, 1), due(&client, 7)),
        (Value::Null, json!(0))
    );
    client.record("finance", "list.complete", completion);
    assert_eq!(
        (due(&client, 7), due(&client, ENTRIES)),
        (json!(700), json!(300_000))
    );
    assert_eq!(client.data("reader", "tasks/lists")["total"], 0);
    let page = format!("lists/{}/lines?offset=2998&limit=5", list(1));
    let page = client.data("inspector", &page);
    assert_eq!(
        (&page["total"], &page["more"]),
        (&json!(ENTRIES), &json!(false))
    );
    let last = &page["entries"][1];
    assert_eq!(
        (&last["line_number"], &last["counts"]),
        (&json!(3_000), &json!(true))
    );
    let said = &last["record"]["data"]["content"]["entry"];
    assert_eq!(said["amount_fen"], 300_000);
    assert_eq!(said["remark"], "测试户备注");
    process.kill();
    nobody_is_named_on_the_disk(&path);
}

/// What is said of a person is in no file in the clear.
fn nobody_is_named_on_the_disk(dir: &std::path::Path) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            nobody_is_named_on_the_disk(&path);
        } else {
            let bytes = std::fs::read(&path).unwrap();
            let found = memchr::memmem::find(&bytes, "测试户备注".as_bytes());
            assert!(found.is_none(), "{}", path.display());
        }
    }
}

fn line(number: u64, sequence: u64, direction: &str, amount_fen: i64) -> Value {
    json!({"bank_line": {"line": bank_line(number), "account": account(),
        "value_date": "2018-07-02", "direction": direction, "amount_fen": amount_fen,
        "bank_sequence": format!("LS{sequence:06}")}})
}

fn statement(opening_fen: i64, closing_fen: i64) -> Value {
    json!({"statement": {"account": account(), "from": "2018-07-01", "to": "2018-07-31",
        "opening_fen": opening_fen, "closing_fen": closing_fen}})
}

fn sends(world: &World, number: u64, kind: Value, lines: &[Value]) {
    world.record("finance", "list.start", start(number, kind, lines));
    world.record_all("finance", &additions(number, 1, lines));
}

#[test]
fn the_command_line_says_what_the_head_must_state() {
    let lines = [
        line(1, 1, "in", 600),
        json!({"entry": {"subject": household(1), "amount_fen": 70, "remark": "某"}}),
    ];
    let commands = additions(1, 1, &lines);
    let text: Vec<String> = commands.iter().map(Value::to_string).collect();
    let output = run(&["list", "digest", "-"], &text.join("\n"));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let expected = json!({"count": 2, "sum_fen": 670, "digest": digest_of(&lines)});
    assert_eq!(told, expected);
    let output = run(&["list", "digest", "-"], "{}");
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        !output.status.success() && told.contains("line 1 is no list.add_line"),
        "{told}"
    );
}

/// How many bank lines there are, and how many are found by their numbers.
fn there(world: &World) -> (Value, Value) {
    let lines = world.data("reader", "bank-lines");
    let found = world.data("reader", "search?q=LS0000&kind=bank_line");
    (lines["lines"]["total"].clone(), found["total"].clone())
}

#[test]
fn a_statement_counts_to_the_fen_or_not_at_all_and_never_twice() {
    let mut world = spawn();
    world.found_county();
    let opening = json!({"account": account(), "kind": "fiscal_special", "owner": org(BUREAU),
        "bank": "曲河农商行青石支行", "masked_number": "****0001"});
    world.record_on("finance", "2018-01-02", "account.open", opening);
    let movement = Uuid::from_u128(0x5e << 96 | 0x4000_8000 << 48 | 1);
    let cash = json!({"account": account(), "movement": movement, "nature": "received",
        "fund": fund(1), "amount_fen": 600, "bank_reference": "SK-1", "from": org(PREFECTURE)});
    world.record("finance", "account.receive_cash", cash);

    // One fen too much.
    let lines = [
        line(1, 1, "in", 600),
        line(2, 2, "out", 100),
        line(3, 3, "out", 99),
    ];
    sends(&world, 1, statement(1_000, 1_400), &lines);
    let refused = world.send("finance", "list.complete", json!({"list": list(1)}));
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "LIST_DIFFERS")
    );
    let problem = refused.json();
    assert_eq!(problem["field"], "data.closing_fen");
    let told = problem.to_string();
    assert!(
        told.contains("closing_fen 1400") && told.contains("1401: 1 too much"),
        "{told}"
    );
    assert!(
        told.contains("期末余额(分)") && told.contains("多 1"),
        "{told}"
    );
    // Nobody can say what a line of it is, before and after it is dropped, or a restart.
    let confirmation = json!({"line": bank_line(1), "target": {"movement": movement}});
    let confirm = |world: &World, number: u64| {
        let mut data = confirmation.clone();
        data["line"] = json!(bank_line(number));
        world.send("finance2", "bank_line.confirm", data)
    };
    assert_eq!(confirm(&world, 1).code(), "NOT_FOUND");
    assert_eq!(there(&world), (json!(0), json!(0)));
    let dropping = json!({"list": list(1), "reason": "期末余额不符,退回经办"});
    world.record("finance", "list.drop", dropping);
    world.restart();
    assert_eq!(there(&world), (json!(0), json!(0)));
    assert_eq!(confirm(&world, 1).code(), "NOT_FOUND");

    // Put right, with the same identifiers.
    let lines = [
        line(1, 1, "in", 600),
        line(2, 2, "out", 100),
        line(3, 3, "out", 100),
    ];
    sends(&world, 2, statement(1_000, 1_400), &lines);
    world.record("finance", "list.complete", json!({"list": list(2)}));
    assert_eq!(there(&world), (json!(3), json!(3)));
    assert_eq!(confirm(&world, 1).status, 201);
    // It is in one live match.
    assert_eq!(confirm(&world, 1).code(), "ALREADY_MATCHED");

    // The next export overlaps: two lines are there already, one is new.
    let lines = [
        line(12, 2, "out", 100),
        line(13, 3, "out", 100),
        line(14, 4, "in", 5),
    ];
    sends(&world, 3, statement(1_600, 1_405), &lines);
    world.record("finance", "list.complete", json!({"list": list(3)}));
    assert_eq!(there(&world), (json!(4), json!(4)));
    let view = world.data("reader", &format!("lists/{}", list(3)));
    assert_eq!(
        (&view["known"], &view["state"]["word"]),
        (&json!(2), &json!("complete"))
    );
    let page = world.data("reader", &format!("lists/{}/lines", list(3)));
    let first = &page["entries"][0];
    assert_eq!(
        (&first["known"], &first["bank_line"]),
        (&json!(true), &json!(bank_line(2)))
    );
    let gone = world.path(&format!("bank-lines/{}", bank_line(12)));
    assert_eq!(world.get("reader", &gone).status, 404);

    // All records of a list are sealed as its own, and a line is named by its own record alone.
    let path = format!("events?subject={}", list(3));
    assert_eq!(
        world.ask("reader", &path)["data"].as_array().unwrap().len(),
        5
    );
    let path = format!("events?subject={}", bank_line(14));
    assert_eq!(
        world.ask("reader", &path)["data"].as_array().unwrap().len(),
        1
    );
    let sealed = crate::seals::post(&world, "admin", "/v1/seals");
    assert_eq!(sealed.status, 201, "{}", sealed.text());
    let proof = world.data("reader", &format!("subjects/{}/proof", list(3)));
    assert_eq!(proof["records"], 5);
    let proof = world.data("reader", &format!("subjects/{}/proof", bank_line(14)));
    assert_eq!(proof["records"], 1);
}
