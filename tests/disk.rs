//! A disk that takes no more: 503, no further writing, an exit code that is not 0; and after a
//! restart every acknowledged record is there.
//!
//! The disk is filled by a limit on the size of files (`ulimit -f`), which the system enforces in
//! the middle of a write just as a full disk does.

use crate::harness::{BINARY, Client, key_for};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use uuid::Uuid;

/// KiB of the largest file: sled makes its file 2 MiB long, and a little more fits.
const FILE_LEN_MAX_KIB: u32 = 2600;

pub fn run(args: &[&str]) -> String {
    let output = Command::new(BINARY).args(args).output().unwrap();
    assert!(
        output.status.success(),
        "{args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Serves a directory under a limit, and says where.
pub fn serve(dir: &str, limit: &str) -> (Child, String) {
    key_for(Path::new(dir));
    let script =
        format!("trap '' XFSZ; {limit}; exec \"$0\" serve --data \"$1\" --listen 127.0.0.1:0");
    let mut child = Command::new("bash")
        .args(["-c", &script, BINARY, dir])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    let from = line
        .find("http://")
        .unwrap_or_else(|| panic!("no address in {line:?}"));
    let server = line[from..].split_whitespace().next().unwrap().to_owned();
    (child, server)
}

/// A command whose record is nearly 6 KiB.
fn large(unit: Uuid, number: usize) -> Value {
    let document = format!("{number:04}-{}", "x".repeat(75));
    json!({
        "command_id": Uuid::new_v4(),
        "type": "organisation.rename",
        "occurred_on": "2018-08-01",
        "documents": vec![document; 65],
        "data": {"organisation": unit, "name": "青石县"},
    })
}

#[test]
fn a_full_disk_stops_the_writer_and_loses_nothing_acknowledged() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("data");
    let dir = dir.to_str().unwrap();
    let ledger = run(&[
        "ledger",
        "create",
        "--data",
        dir,
        "--name",
        "青石县账本",
        "--area",
        "530399",
    ]);
    let token = run(&[
        "token",
        "create",
        "--data",
        dir,
        "--role",
        "finance",
        "--role",
        "inspector",
    ]);
    let tokens = Arc::new(BTreeMap::from([("clerk".to_owned(), token)]));
    let ledger: Uuid = ledger.parse().unwrap();

    let (mut child, server) = serve(dir, &format!("ulimit -f {FILE_LEN_MAX_KIB}"));
    let client = Client::new(server, ledger, Arc::clone(&tokens));
    let unit = Uuid::new_v4();
    let registration = json!({"organisation": unit, "code": "530399", "name": "青石县",
        "kind": "area", "level": "county"});
    client.record("clerk", "organisation.register", registration);
    let mut acknowledged = Vec::new();
    let mut refused = None;
    for number in 0..2000 {
        match client.try_post(
            "clerk",
            &client.path("commands"),
            "application/json",
            large(unit, number).to_string().as_bytes(),
        ) {
            Ok(reply) if reply.status == 201 => acknowledged.push(reply.json()),
            Ok(reply) => {
                refused = Some(reply);
                break;
            }
            // The process has ended before it could answer.
            Err(_) => break,
        }
    }
    assert!(
        acknowledged.len() > 10,
        "only {} were acknowledged",
        acknowledged.len()
    );
    if let Some(reply) = refused {
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (503, "STOPPED"),
            "{}",
            reply.text()
        );
    }
    let status = child.wait().unwrap();
    assert!(
        !status.success(),
        "a server whose disk failed must not end as if nothing were wrong"
    );

    let (mut child, server) = serve(dir, "true");
    let client = Client::new(server, ledger, tokens);
    for receipt in &acknowledged {
        let event = client.data("clerk", &format!("events/{}", receipt["last_seq"]));
        assert_eq!(event["hash"], receipt["hash"]);
    }
    client.record(
        "clerk",
        "organisation.rename",
        json!({"organisation": unit, "name": "青石县"}),
    );
    child.kill().unwrap();
    child.wait().unwrap();
}
