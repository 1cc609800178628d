//! The command line keeps what the service promises: tokens and ledgers made offline, files of
//! commands appended, everything exported, and a changed byte found and named.

use crate::harness::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Output;
use std::sync::Arc;
use uuid::Uuid;

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// What a run printed that was to end well.
fn good(output: &Output) -> String {
    assert!(
        output.status.success(),
        "{}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
    text(&output.stdout)
}

fn shown(dir: &Path) -> &str {
    dir.to_str().unwrap()
}

/// A directory with a ledger and tokens, made by the command line alone; and their client.
fn made_offline(dir: &Path) -> (Uuid, BTreeMap<String, String>) {
    let dir = shown(dir);
    let create = [
        "ledger",
        "create",
        "--data",
        dir,
        "--name",
        "青石县账本",
        "--area",
        "530399",
    ];
    let ledger = Uuid::parse_str(good(&run(&create, "")).trim()).unwrap();
    let listed = good(&run(&["ledger", "list", "--data", dir], ""));
    assert!(
        listed.contains(&ledger.to_string()) && listed.contains("青石县账本"),
        "{listed}"
    );
    let mut tokens = BTreeMap::new();
    for (name, role) in [
        ("finance", "finance"),
        ("inspector", "inspector"),
        ("reader", "reader"),
    ] {
        let unit = org(BUREAU).to_string();
        let create = [
            "token",
            "create",
            "--data",
            dir,
            "--role",
            role,
            "--organisation",
            &unit,
        ];
        let output = run(&create, "");
        let token = good(&output).trim().to_owned();
        assert!(token.starts_with("ft1."), "{token}");
        // Its secret half is for its bearer: it stands on one stream and in no file.
        assert!(!text(&output.stderr).contains(&token));
        tokens.insert(name.to_owned(), token);
    }
    (ledger, tokens)
}

#[test]
fn a_service_is_set_up_filled_exported_and_verified_by_the_command_line() {
    let temporary = tempfile::tempdir().unwrap();
    let dir = &temporary.path().join("data");
    let (ledger, tokens) = made_offline(dir);
    let process = Process::start(dir);
    let client = Client::new(process.server.clone(), ledger, Arc::new(tokens.clone()));
    client.register_units();
    let head = client.head();

    let lines: Vec<String> = (1..=30)
        .map(|number| command("fund.announce", "2018-03-01", announcement(number, 100)).to_string())
        .collect();
    let file = dir.join("commands.ndjson");
    std::fs::write(&file, format!("{}\n\n", lines.join("\n"))).unwrap();
    let ledger_word = ledger.to_string();
    let append = |file: &str, input: &str| {
        let args = [
            "append",
            file,
            "--server",
            &process.server,
            "--ledger",
            &ledger_word,
        ];
        run(
            &[args.as_slice(), &["--token", &tokens["finance"]]].concat(),
            input,
        )
    };
    let told = good(&append(shown(&file), ""));
    assert!(told.contains("recorded 30,"), "{told}");
    assert_eq!(client.head(), head + 30);
    let told = good(&append(shown(&file), ""));
    assert!(
        told.contains("recorded 0,") && told.contains("recorded before 30"),
        "{told}"
    );

    // From standard input, with one that is refused: it is named by its line, the others stay.
    let receive = |number, fen| {
        let data = json!({"fund": fund(number), "amount_fen": fen, "document": "到位"});
        command("fund.receive", "2018-03-02", data).to_string()
    };
    let input = format!(
        "{}\n{}\n{}\n",
        receive(1, 100),
        receive(2, 101),
        receive(3, 100)
    );
    let output = append("-", &input);
    assert_eq!(output.status.code(), Some(1));
    let complaint = text(&output.stderr);
    assert!(complaint.contains("line 2: OVER_ALLOCATED"), "{complaint}");
    assert_eq!(client.head(), head + 32);
    let output = run(
        &["append", "-", "--ledger", &ledger_word, "--token", "x"],
        &input,
    );
    assert_eq!(output.status.code(), Some(1));

    // While it is served, nobody else has it.
    let output = run(&["verify", shown(dir)], "");
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
    drop(client);
    process.kill();

    let out = dir.join("exported");
    good(&run(
        &["export", "--data", shown(dir), "--out", shown(&out)],
        "",
    ));
    let read = |file: &str| std::fs::read_to_string(out.join(&ledger_word).join(file)).unwrap();
    let events = read("events.ndjson");
    assert_eq!(events.lines().count() as u64, head + 32);
    for (line, seq) in events.lines().zip(1..) {
        assert_eq!(serde_json::from_str::<Value>(line).unwrap()["seq"], seq);
    }
    let balances = read("balances.csv");
    assert!(
        balances.starts_with("\u{feff}资金批次编号,名称,文号,"),
        "{balances}"
    );
    let county = balances
        .lines()
        .find(|line| line.contains("云财农〔2018〕1号"))
        .unwrap();
    assert!(
        county.contains("青石县") && county.ends_with(",1.00,0.00,1.00,100"),
        "{county}"
    );
    assert!(read("items.csv").starts_with("\u{feff}事项编号,清单序号,轮次,"));

    let told = good(&run(&["verify", shown(dir)], ""));
    assert!(
        told.contains(&format!("{ledger_word} seq {}", head + 32)),
        "{told}"
    );
}

#[test]
fn verify_says_by_its_exit_code_that_there_is_nothing_to_verify() {
    let empty = tempfile::tempdir().unwrap();
    let output = run(&["verify", shown(empty.path())], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(!output.stderr.is_empty());
    let output = run(&["verify", "/nowhere/at/all"], "");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn one_changed_byte_is_found_and_its_record_named() {
    let mut world = spawn();
    world.register_units();
    let receipt = world.record("finance", "fund.announce", announcement(1, 500));
    let seq = receipt["last_seq"].as_u64().unwrap();
    for number in 2..20 {
        world.record("finance", "fund.announce", announcement(number, 500));
    }
    world.stop();
    good(&run(&["verify", shown(&world.dir)], ""));

    // A document's number as it stands in the record, in either copy of the log.
    let word = "云财农〔2018〕1号";
    let mut changed = 0;
    for file in files(&world.dir) {
        let bytes = std::fs::read(&file).unwrap();
        let Some(at) = find(&bytes, word.as_bytes()) else {
            continue;
        };
        let copied = tempfile::tempdir().unwrap();
        copy(&world.dir, copied.path());
        let target = copied.path().join(file.strip_prefix(&world.dir).unwrap());
        let mut spoilt = bytes.clone();
        // 2018 becomes 2008.
        spoilt[at + "云财农〔20".len()] ^= 1;
        std::fs::write(&target, spoilt).unwrap();
        let output = run(&["verify", shown(copied.path())], "");
        let complaint = text(&output.stderr);
        assert_eq!(
            output.status.code(),
            Some(1),
            "{}: {complaint}",
            target.display()
        );
        let named = format!("ledger {}, seq {seq}", world.ledger);
        assert!(
            complaint.contains(&named),
            "{}: {complaint}",
            target.display()
        );
        changed += 1;
    }
    assert_eq!(changed, 2, "the journal and sled hold it");
    good(&run(&["verify", shown(&world.dir)], ""));
}

#[test]
fn a_token_made_for_one_ledger_or_until_a_day_is_good_for_no_more() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    let (ledger, mut tokens) = made_offline(&data);
    let dir = shown(&data);
    let other = Uuid::new_v4().to_string();
    let mut create = |name: &str, more: &[&str]| {
        let args = ["token", "create", "--data", dir, "--role", "reader"];
        let token = good(&run(&[args.as_slice(), more].concat(), ""))
            .trim()
            .to_owned();
        tokens.insert(name.to_owned(), token);
    };
    create("elsewhere", &["--ledger", &other]);
    create("expired", &["--expires-on", "2020-01-01"]);
    create(
        "current",
        &["--expires-on", "2999-01-01", "--name", "测试丙"],
    );
    let wrong = run(&["token", "create", "--data", dir, "--role", "emperor"], "");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(
        text(&wrong.stderr).contains("inspector"),
        "it says which roles there are"
    );

    let process = Process::start(&data);
    let client = Client::new(process.server.clone(), ledger, Arc::new(tokens));
    let path = format!("/v1/ledgers/{ledger}");
    let status = |who: &str| client.get(who, &path).status;
    let statuses = ["elsewhere", "expired", "current"].map(status);
    assert_eq!(statuses, [403, 401, 200]);
}

#[test]
fn a_key_is_made_once_and_shown_only_to_its_owner() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    for (kind, byte) in [(&[][..], "+A"), (&["--witness"][..], "+B")] {
        let path = dir.path().join(format!("{}.key", kind.len()));
        let file = shown(&path);
        let new = [
            &["key", "new", "--name", "county.example/log"],
            kind,
            &[file],
        ]
        .concat();
        let vkey = good(&run(&new, ""));
        assert!(
            vkey.starts_with("county.example/log+") && vkey.contains(byte),
            "{vkey}"
        );
        assert_eq!(good(&run(&["key", "show", file], "")), vkey);
        let key = std::fs::read_to_string(&path).unwrap();
        assert!(key.starts_with("PRIVATE+KEY+county.example/log+"));

        let again = run(&new, "");
        assert!(!again.status.success());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), key);

        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let shown = run(&["key", "show", file], "");
        assert!(!shown.status.success() && shown.stdout.is_empty());
        assert!(text(&shown.stderr).contains("others may read"));
    }
    let path = dir.path().join("other.key");
    let wrong = run(&["key", "new", "--name", "a b", shown(&path)], "");
    assert!(!wrong.status.success() && !path.exists());
}
