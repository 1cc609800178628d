//! `fundtrace append`: goes on where it broke, and says where to go on.

use super::*;
use crate::disk;
use std::path::Path;
use std::sync::Arc;
use uuid::Uuid;

struct Offline {
    dir: String,
    ledger: String,
    token: String,
    file: String,
    _temporary: tempfile::TempDir,
}

/// A ledger, a clerk, and a file with a unit and many names for it, each with long documents.
fn offline(names: usize) -> Offline {
    let temporary = tempfile::tempdir().unwrap();
    let dir = temporary.path().join("data");
    let dir = dir.to_str().unwrap().to_owned();
    let create = ["--data", &dir, "--name", "青石县账本", "--area", "530399"];
    let ledger = disk::run(&[["ledger", "create"].as_slice(), &create].concat());
    let roles = ["--role", "finance", "--role", "inspector"];
    let token = disk::run(&[["token", "create", "--data", &dir].as_slice(), &roles].concat());
    let unit = Uuid::new_v4();
    let registration = json!({"organisation": unit, "code": "530399", "name": "青石县",
        "kind": "area", "level": "county"});
    let mut lines = command("organisation.register", "2018-08-01", registration).to_string();
    for number in 0..names {
        let data = json!({"organisation": unit, "name": format!("青石县{number}")});
        let mut rename = command("organisation.rename", "2018-08-01", data);
        rename["documents"] = json!(vec![format!("{number:04}-{}", "x".repeat(75)); 65]);
        lines = format!("{lines}\n{rename}");
    }
    let file = temporary.path().join("load.ndjson");
    std::fs::write(&file, lines).unwrap();
    Offline {
        dir,
        ledger,
        token,
        file: file.to_str().unwrap().to_owned(),
        _temporary: temporary,
    }
}

impl Offline {
    fn append(&self, server: &str, more: &[&str]) -> (bool, String) {
        let (ledger, token) = (self.ledger.as_str(), self.token.as_str());
        let args = [
            "append", &self.file, "--server", server, "--ledger", ledger, "--token", token,
        ];
        let output = run(&[args.as_slice(), more].concat(), "");
        let (told, complaint) = (output.stdout, output.stderr);
        let text = String::from_utf8([told, complaint].concat()).unwrap();
        (output.status.success(), text)
    }

    fn client(&self, server: &str) -> Client {
        let tokens = [("inspector".to_owned(), self.token.clone())].into();
        Client::new(
            server.to_owned(),
            self.ledger.parse().unwrap(),
            Arc::new(tokens),
        )
    }
}

/// The number after a word.
fn number(text: &str, word: &str) -> u64 {
    let from = text
        .find(word)
        .unwrap_or_else(|| panic!("no {word} in {text}"));
    let digits = text[from + word.len()..].trim_start();
    let end = digits.find(|c: char| !c.is_ascii_digit());
    digits[..end.unwrap_or(digits.len())].parse().unwrap()
}

#[test]
fn a_disk_that_fills_stops_a_load_which_goes_on_from_where_it_says() {
    let load = offline(1500);
    let (mut child, server) = disk::serve(&load.dir, "ulimit -f 2600");
    let (good, told) = load.append(&server, &["--patience", "0"]);
    assert!(!good, "{told}");
    let next = number(&told, "--from-line");
    assert!(next < 1500, "{told}");
    assert!(!child.wait().unwrap().success());

    let (mut child, server) = disk::serve(&load.dir, "true");
    let client = load.client(&server);
    // What was acknowledged is there, and nothing that was not sent to the disk with it.
    let opening = 1;
    let found = client.head() - opening;
    assert!(found >= next - 1, "{found} {next}");
    let (good, told) = load.append(&server, &["--from-line", &next.to_string()]);
    assert!(good, "{told}");
    let (recorded, repeated) = (
        number(&told, "recorded "),
        number(&told, "recorded before "),
    );
    assert_eq!(recorded + repeated, 1501 - (next - 1), "{told}");
    assert_eq!(client.head(), opening + 1501);
    let (good, told) = load.append(&server, &[]);
    assert!(good, "{told}");
    assert_eq!(
        (
            number(&told, "recorded "),
            number(&told, "recorded before ")
        ),
        (0, 1501)
    );
    assert_eq!(client.head(), opening + 1501);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_load_outlives_the_server_that_it_began_with() {
    let load = offline(3000);
    // At a port that the second server finds again.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = port.local_addr().unwrap().to_string();
    drop(port);
    let process = || Process::at(Path::new(&load.dir), &address);
    let first = process();
    std::thread::scope(|scope| {
        let append = scope.spawn(|| load.append(&format!("http://{address}"), &[]));
        let client = load.client(&first.server);
        while client.head() < 200 && !append.is_finished() {
            std::thread::yield_now();
        }
        drop(client);
        first.kill();
        let second = process();
        let (good, told) = append.join().unwrap();
        assert!(good, "{told}");
        let client = load.client(&second.server);
        assert_eq!(client.head(), 1 + 3001, "{told}");
        let (recorded, repeated) = (
            number(&told, "recorded "),
            number(&told, "recorded before "),
        );
        assert_eq!(recorded + repeated, 3001, "{told}");
    });
}
