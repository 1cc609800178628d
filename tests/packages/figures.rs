//! Every amount and state that a package states is computed again, by our verifier and by the one
//! in Python, as far as `proto/README.md` says how; what that one does not add up it does not pass.

use super::tamper::tampered;
use super::{check, county, log_key, package, python, questions, some};
use crate::harness::*;
use evidence::Fault;
use serde_json::{Value, json};

/// The amounts and states of an answer, by their places.
fn figures(value: &Value, place: &str, found: &mut Vec<String>) {
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(name, it)| (name.clone(), it)).collect(),
        Value::Array(rows) => (0..)
            .zip(rows)
            .map(|(at, it): (usize, _)| (at.to_string(), it))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    for (name, value) in inner {
        let place = format!("{place}/{name}");
        if name == "state" || name.ends_with("_fen") && value.is_number() {
            found.push(place);
        } else {
            figures(value, &place, found);
        }
    }
}

/// Another one in its place.
fn forged(figure: &Value) -> Value {
    match figure.as_i64() {
        Some(amount) => json!(amount + 1),
        None if figure["word"] == "closed" => json!({"word": "drafted", "zh": "拟制"}),
        None => json!({"word": "closed", "zh": "已销号"}),
    }
}

#[test]
fn no_forged_amount_or_state_passes_two_verifiers() {
    let world = county();
    let key = log_key(&world);
    let dir = tempfile::tempdir().unwrap();
    for (kind, id) in questions() {
        let good = package(&world, &format!("{kind}={id}"));
        let (code, told) = python::told(dir.path(), &good, &key, None);
        assert_eq!(code, 0, "{kind}: {told}");
        let answer = check(&good, &key).unwrap().answer;
        let mut places = Vec::new();
        figures(&answer, "", &mut places);
        for place in some(places.iter(), 12) {
            let bad = tampered(&good, &|entries| {
                let mut answer: Value = serde_json::from_slice(&entries["answer.json"]).unwrap();
                let figure = answer.pointer_mut(place).unwrap();
                *figure = forged(figure);
                let text = serde_json::to_vec(&answer).unwrap();
                entries.insert("answer.json".to_owned(), text);
            });
            let fault = check(&bad, &key).unwrap_err();
            assert!(
                matches!(fault, Fault::Answer { .. }),
                "{kind} {place}: {fault}"
            );
            let (code, told) = python::told(dir.path(), &bad, &key, None);
            assert_eq!(code, 1, "{kind} {place}: {told}");
        }
    }
}

#[test]
fn what_is_not_added_up_is_not_passed() {
    let world = county();
    let key = log_key(&world);
    let good = package(&world, &format!("fund={}", fund(1)));
    let more = tampered(&good, &|entries| {
        let mut answer: Value = serde_json::from_slice(&entries["answer.json"]).unwrap();
        answer["fund"]["bonus_fen"] = json!(5);
        let text = serde_json::to_vec(&answer).unwrap();
        entries.insert("answer.json".to_owned(), text);
    });
    let dir = tempfile::tempdir().unwrap();
    let (code, told) = python::told(dir.path(), &more, &key, None);
    assert_eq!(code, 2, "{told}");
    assert!(told.starts_with("not added up: "), "{told}");
    assert!(
        told.contains("no sum is defined for fund.bonus_fen"),
        "{told}"
    );
    let fault = check(&more, &key).unwrap_err();
    assert!(matches!(fault, Fault::Answer { .. }), "{fault}");
}

#[test]
fn nothing_stands_before_a_package_or_behind_it() {
    let world = county();
    let key = log_key(&world);
    let good = package(&world, &format!("payment={}", payment(1)));
    let dir = tempfile::tempdir().unwrap();
    for bad in [
        [b"MZ program", &good[..]].concat(),
        [&good[..], b"\0"].concat(),
    ] {
        assert!(check(&bad, &key).unwrap_err().is_unknown());
        let (accepted, told) = python::verify(dir.path(), &bad, &key);
        assert!(!accepted, "{told}");
    }
}
