//! Whatever the model has come to can be packed, and the package says what its own records give.

use super::money;
use crate::harness::*;
use evidence::{Basis, Trust, Unproved, Verdict};
use serde_json::Value;
use std::collections::BTreeSet;

/// So many payments are packed.
const PAYMENTS: usize = 40;

pub(super) fn packages(world: &Client) {
    let log = world.get("reader", "/v1/log").json();
    let trust = Trust {
        basis: Basis::Keys(vec![log["vkey"].as_str().unwrap().parse().unwrap()]),
        replaying: Vec::new(),
    };
    let questions = questions(world);
    let mut held = 0;
    for question in &questions {
        let path = world.path(&format!("packages?{question}"));
        let reply = world.get("inspector", &path);
        assert_eq!(reply.status, 200, "{question}: {}", reply.text());
        let report = evidence::verify(&reply.body, &trust);
        let report = report.unwrap_or_else(|fault| panic!("{question}: {fault}"));
        let rests = |it: &Unproved| matches!(it, Unproved::Figure(_));
        let unsealed = report.unproved.iter().find(|it| rests(it));
        assert_eq!(unsealed, None, "{question}");
        held += usize::from(report.verdict() == Verdict::Holds);
    }
    println!("model: of {} packages {held} hold", questions.len());
    assert!(held > questions.len() / 2);
}

fn questions(world: &Client) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let mut payments = BTreeSet::new();
    for number in 1..=money::FUNDS {
        let id = fund(number);
        let path = world.path(&format!("funds/{id}/trace?limit=1000"));
        let trace = world.get("reader", &path);
        if trace.status != 200 {
            continue;
        }
        all.insert(format!("fund={id}"));
        all.insert(format!("trace={id}"));
        let trace = trace.json()["data"].take();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        for line in trace["payments"]["entries"].as_array().unwrap() {
            payments.insert(format!("payment={}", text(&line["payment"])));
            all.insert(format!("project={}", text(&line["project"]["project"])));
        }
    }
    all.extend(payments.into_iter().take(PAYMENTS));
    let items = world.data("reader", "items?limit=1000");
    for line in items["entries"].as_array().unwrap() {
        all.insert(format!("item={}", line["item"].as_str().unwrap()));
    }
    all
}
