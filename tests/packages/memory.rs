//! A package from a stranger is checked in memory that its records and its length bound, whatever
//! else it holds.

use super::tamper::tampered;
use super::{county, log_key, package};
use crate::harness::*;

/// Sixty megabytes of brackets were once six gigabytes in memory.
#[test]
fn an_answer_that_is_too_much_is_refused_in_little_memory() {
    let world = county();
    let key = log_key(&world);
    let good = package(&world, &format!("payment={}", payment(1)));
    let bad = tampered(&good, &|entries| {
        // With enough digits that it is no bomb to the zip.
        let mut text = String::from("{\"payment\": [");
        for digit in (0..1 << 19).map(|number: u32| number.wrapping_mul(2_654_435_761) >> 28) {
            text.push_str(&"[0],".repeat(15));
            text.push_str(&format!("[{digit}],"));
        }
        text.push_str("0]}");
        entries.insert("answer.json".to_owned(), text.into_bytes());
    });
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("bad.zip");
    std::fs::write(&file, bad).unwrap();
    let told = run_within(
        MEMORY_KIB,
        &["verify", file.to_str().unwrap(), "--key", &key],
    );
    let text = String::from_utf8([told.stdout, told.stderr].concat()).unwrap();
    assert_eq!(told.status.code(), Some(1), "{text}");
    assert!(text.contains("answer.json says payment is […]"), "{text}");
}
