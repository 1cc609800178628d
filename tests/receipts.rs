//! A signed receipt, kept as the server answered it, is checked offline with the log's key alone:
//! whatever of what is signed is changed in it is found, and what is not signed is named.

use crate::harness::*;
use crate::packages::python;
use evidence::{BadReceipts, Basis, Receipt, ReceiptFault, Trust, Trusted, verify_receipts};
use serde_json::{Value, json};

fn unit(number: u64) -> Value {
    command(
        "organisation.register",
        "2018-08-01",
        json!({"organisation": org(number), "code": format!("U{number}"), "name": "某单位",
            "kind": "agency", "level": "county"}),
    )
}

fn log_key(world: &Client) -> String {
    let log = world.get("reader", "/v1/log").json();
    log["vkey"].as_str().unwrap().to_owned()
}

fn trust(key: &str) -> Trust {
    Trust {
        basis: Basis::Keys(vec![key.parse().unwrap()]),
        replaying: Vec::new(),
    }
}

fn checked(receipt: &Value, key: &str) -> Result<Receipt, ReceiptFault> {
    let (text, trust) = (receipt.to_string(), trust(key));
    let mut receipts = verify_receipts(text.as_bytes(), &trust).unwrap();
    let first = receipts.next().unwrap();
    assert!(receipts.next().is_none());
    first
}

/// The same text with one letter or digit of it changed.
fn flipped(text: &str, at: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes[at] = if bytes[at] == b'1' { b'2' } else { b'1' };
    String::from_utf8(bytes).unwrap()
}

#[test]
fn every_change_to_what_is_signed_is_found_by_two_verifiers() {
    let world = spawn();
    let key = log_key(&world);
    // Several in a group, so that there is a path.
    let units: Vec<Value> = (1000..1005).map(unit).collect();
    let outcomes = world.post_bytes(
        "admin",
        "?wait=checkpoint",
        json!(units).to_string().as_bytes(),
    );
    let outcomes = outcomes.json();
    let good = outcomes[2]["receipt"].clone();
    let held = checked(&good, &key).unwrap();
    assert_eq!(
        held.statement.first_seq,
        good["first_seq"].as_u64().unwrap()
    );
    assert!(held.covered.is_some(), "{good}");

    let number = |name: &str| good[name].as_u64().unwrap();
    let text = |name: &str| good[name].as_str().unwrap();
    let first = good["positions"][0].as_u64().unwrap();
    let note = good["signature"]["note"].as_str().unwrap();
    let lines: Vec<&str> = note.lines().collect();
    let resized = note.replacen(lines[2], "6", 1);
    // Signed by the log itself, and over something else.
    let signer = server::key::signer(&key_for(&world.dir)).unwrap();
    let root = chain::NodeHash::from_base64(lines[3]).unwrap();
    let elsewhere = chain::receipt::group_text("other.example/log", 5, root);
    let elsewhere = signer.note(elsewhere).unwrap().to_string();
    let checkpoint = world.get("", "/checkpoint").text();
    let path = good["signature"]["path"][0].as_str().unwrap();
    let other_letter = if path.starts_with('A') { 'B' } else { 'A' };
    let other_hash = format!("{other_letter}{}", &path[1..]);
    let proof = text("proof");
    let changes = [
        ("/ledger", json!(flipped(text("ledger"), 0)), "signature"),
        (
            "/command_id",
            json!(flipped(text("command_id"), 35)),
            "signature",
        ),
        ("/digest", json!(flipped(text("digest"), 9)), "signature"),
        ("/digest", json!("no hash"), "digest"),
        ("/first_seq", json!(number("first_seq") + 1), "positions"),
        ("/last_seq", json!(number("last_seq") + 1), "positions"),
        ("/hash", json!(flipped(text("hash"), 63)), "signature"),
        ("/positions", json!([first + 1]), "signature"),
        ("/positions", json!([first, first + 1]), "positions"),
        ("/positions", json!([]), "positions"),
        ("/signature/index", json!(3), "signature"),
        ("/signature/path/0", json!(other_hash), "signature"),
        ("/signature/path", json!([]), "signature"),
        ("/signature/note", json!(resized), "signature"),
        ("/signature/note", json!(elsewhere), "signature"),
        ("/signature/note", json!(checkpoint), "signature"),
        ("/signature", Value::Null, "not signed"),
        ("/covered_by", json!(number("covered_by") + 1), "covered by"),
        (
            "/proof",
            json!(proof.replacen("index ", "index 1", 1)),
            "proof",
        ),
        ("/recorded_at_us", json!(1), "unknown field"),
    ];
    let dir = tempfile::tempdir().unwrap();
    let python =
        |receipts: &Value| python::verify(dir.path(), receipts.to_string().as_bytes(), &key);
    let (accepted, told) = python(&outcomes);
    assert!(accepted, "{told}");
    for (place, value, why) in changes {
        let mut bad = good.clone();
        match bad.pointer_mut(place) {
            Some(old) => *old = value,
            None => bad[&place[1..]] = value,
        }
        assert_ne!(bad, good, "{place}");
        let fault = checked(&bad, &key).expect_err(place).to_string();
        assert!(fault.contains(why), "{place}: {fault}");
        let (accepted, told) = python(&bad);
        assert!(!accepted, "{place}: Python took it: {told}");
    }
    let stranger = chain::Signer::new(ORIGIN, &[9; 32]).unwrap();
    let fault = checked(&good, &stranger.verifier().to_string()).unwrap_err();
    assert!(matches!(fault, ReceiptFault::Signature(_)), "{fault}");
}

/// The log's acknowledgement holds whatever the witnesses do: it is not called broken, and not
/// witnessed either.
#[test]
fn a_receipt_that_too_few_have_witnessed_holds_and_says_so() {
    let world = spawn();
    let key = log_key(&world);
    let answered = world.post_bytes(
        "admin",
        "?wait=checkpoint",
        unit(1000).to_string().as_bytes(),
    );
    let receipt = answered.text();
    let witness = chain::Cosigner::new("audit.example/w", &[7; 32]).unwrap();
    let witness = witness.verifier();
    let checked = |log: &str| {
        let policy = format!("log {log}\nwitness one {witness}\nquorum one\n");
        let policy = chain::Policy::parse(policy.as_bytes()).unwrap();
        let trust = Trust {
            basis: Basis::Policy(policy),
            replaying: Vec::new(),
        };
        let mut receipts = verify_receipts(receipt.as_bytes(), &trust).unwrap();
        receipts.next().unwrap()
    };
    let held = checked(&key).unwrap();
    let covered = held.covered.as_ref().unwrap();
    assert_eq!(covered.too_few, Some(0));
    assert_eq!(covered.trusted, Trusted::Keys(vec![ORIGIN.to_owned()]));
    let told = held.lines().join("\n");
    assert!(
        told.contains("0 witnesses of the policy have cosigned, too few"),
        "{told}"
    );
    let stranger = chain::Signer::new(ORIGIN, &[9; 32]).unwrap();
    let fault = checked(&stranger.verifier().to_string()).unwrap_err();
    assert!(matches!(fault, ReceiptFault::Signature(_)), "{fault}");
}

#[test]
fn what_is_not_signed_is_named() {
    let world = spawn();
    let key = log_key(&world);
    let mut receipt = world.post("admin", &unit(1000)).json();
    receipt["recorded_at"] = json!("1999-01-01T00:00:00Z");
    receipt["covered_by"] = json!(7);
    let held = checked(&receipt, &key).unwrap();
    assert_eq!(
        (held.covered.clone(), held.said_covered_by),
        (None, Some(7))
    );
    let told = held.lines().join("\n");
    assert!(
        told.contains("not signed: 登记时间 · recorded_at 1999"),
        "{told}"
    );
    assert!(told.contains("covered_by 7"), "{told}");
    let nobody = Trust {
        basis: Basis::Nothing,
        replaying: Vec::new(),
    };
    let bytes = receipt.to_string().into_bytes();
    let fault = |bytes: &[u8], trust: &Trust| verify_receipts(bytes, trust).err();
    assert_eq!(fault(&bytes, &nobody), Some(BadReceipts::NoKey));
    assert_eq!(fault(b"[]", &trust(&key)), Some(BadReceipts::Empty));
    let cut = fault(&[b"[{}, ", &bytes[..20]].concat(), &trust(&key));
    assert!(matches!(cut, Some(BadReceipts::Json(_))), "{cut:?}");
}

#[test]
fn the_command_line_says_of_each_receipt_whether_it_holds() {
    let world = spawn();
    let key = log_key(&world);
    let same = unit(1001);
    let list = json!([unit(1000), same, unit(1001), same]);
    let outcomes = world.post_bytes("admin", "", list.to_string().as_bytes());
    let mut outcomes = outcomes.json();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("receipts.json");
    let verify = |outcomes: &Value, key: &[&str]| {
        std::fs::write(&file, outcomes.to_string()).unwrap();
        let told = run(&[&["verify", file.to_str().unwrap()], key].concat(), "");
        let text = [told.stdout, told.stderr].concat();
        (told.status.code(), String::from_utf8(text).unwrap())
    };
    // The third was refused: it is another command about the same unit.
    let (code, told) = verify(&outcomes, &["--key", &key]);
    assert_eq!(code, Some(1), "{told}");
    assert!(
        told.contains("成立 · hold: 3, 不成立 · do not: 1"),
        "{told}"
    );
    assert!(told.contains("receipt 3: 该命令被拒绝"), "{told}");
    outcomes.as_array_mut().unwrap().remove(2);
    let (code, told) = verify(&outcomes, &["--key", &key]);
    assert_eq!(code, Some(0), "{told}");
    let (code, told) = verify(&outcomes, &[]);
    assert_eq!(code, Some(2), "{told}");
}

/// Sixty megabytes of brackets were once seven gigabytes in memory, and three gigabytes of output.
#[test]
fn receipts_that_are_none_take_little_memory_and_few_lines() {
    let world = spawn();
    let key = log_key(&world);
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("receipts.json");
    let verify = || {
        let args = ["verify", file.to_str().unwrap(), "--key", &key];
        let told = run_within(MEMORY_KIB, &args);
        let text = [told.stdout, told.stderr].concat();
        (told.status.code(), String::from_utf8(text).unwrap())
    };
    let count = 8 << 20;
    std::fs::write(&file, format!("[{}[0]]", "[0],".repeat(count))).unwrap();
    let (code, told) = verify();
    assert_eq!(code, Some(1), "{told}");
    assert_eq!(told.matches("broken: ").count(), 100);
    let more = format!("{} more that do not hold are not listed", count + 1 - 100);
    assert!(told.contains(&more), "{told}");
    // One alone.
    std::fs::write(&file, format!("[{{\"a\": [{}[0]]}}]", "[0],".repeat(count))).unwrap();
    let (code, told) = verify();
    assert_eq!(code, Some(1), "{told}");
    assert!(
        told.contains("a receipt has at most 2097152 bytes"),
        "{told}"
    );
    // Nothing of it is read.
    std::fs::File::create(&file)
        .unwrap()
        .set_len(3 << 30)
        .unwrap();
    let (code, told) = verify();
    assert_eq!(code, Some(2), "{told}");
    assert!(
        told.contains("has 3221225472 bytes, more than any"),
        "{told}"
    );
}
