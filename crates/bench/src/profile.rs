//! Where the time goes: samples of `perf`, by the stage of the write path in which they were taken.

use crate::{Place, child};
use anyhow::{Context, Result, ensure};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::process::{Command, Stdio};

/// Stages, and what a frame of each is called. The first that fits any frame of a sample counts, so
/// the inner ones come first.
const STAGES: &[(&str, &[&str])] = &[
    ("the floor", &["bench::floor", "rows::append::groups"]),
    ("making the commands", &["bench::", "county::"]),
    ("sled", &["store::pages", "sled::"]),
    ("journal", &["store::journal"]),
    ("persons' keys", &["KeyRing", "store::keys"]),
    (
        "store, the rest",
        &[
            "store::log::Log::append",
            "store::index",
            "store::fingerprints",
        ],
    ),
    (
        "tree and checkpoints",
        &["sequencer::publish", "store::tree"],
    ),
    ("show: decode the body", &["wire::decode_event"]),
    ("show: projections", &["projections::"]),
    ("show, the rest", &["show::Shown::show"]),
    ("decide: digest of the command", &["link::digest"]),
    (
        "decide: encode and link",
        &["link::link", "encode_event", "head::Head::link"],
    ),
    ("decide: the domain", &["ledger::decide", "ledger::"]),
    (
        "decide, the rest",
        &["decide_all", "Writer>::decide", "decide (inlined)"],
    ),
    (
        "receipts signed and answers",
        &["sequencer::signed", "Group::answer"],
    ),
    ("books let go and followed", &["let_go", "follow"]),
    (
        "HTTP: JSON read",
        &["json::read", "serde_json::de", "serde_path_to_error"],
    ),
    ("HTTP: answers written", &["serde_json::ser", "json::write"]),
    ("HTTP: server", &["actix", "server::"]),
    ("the rest of the writer", &["sequencer::writer"]),
];

/// Runs a benchmark under `perf` and tells the share of each thread and stage.
///
/// # Errors
/// There is no `perf`, or it may not look.
pub fn of(place: &Place, name: &str) -> Result<String> {
    let data = place.dir.join("perf.data");
    let status = Command::new("perf")
        .args([
            "record",
            "-q",
            "-F",
            "299",
            "--call-graph",
            "dwarf,16384",
            "-o",
        ])
        .arg(&data)
        .arg("--")
        .arg(&place.program)
        .args([child::ARGUMENT, "measure"])
        .arg(&place.dir)
        .arg(name)
        .arg(serde_json::to_string(&place.sizes)?)
        .stdout(Stdio::null())
        .status()
        .context("cannot start perf")?;
    ensure!(status.success(), "perf ended with {status}");
    let script = Command::new("perf")
        .args(["script", "-F", "comm,ip,sym", "--inline", "-i"])
        .arg(&data)
        .stderr(Stdio::null())
        .output()?;
    Ok(shares(&String::from_utf8_lossy(&script.stdout)))
}

/// The share of each stage in the samples of a `perf script`, the largest first.
#[must_use]
pub fn shares(script: &str) -> String {
    let mut counts: BTreeMap<(String, &str), u64> = BTreeMap::new();
    let mut threads: BTreeMap<String, u64> = BTreeMap::new();
    let mut all = 0_u64;
    for sample in script.split("\n\n") {
        let mut lines = sample.lines().filter(|line| !line.is_empty());
        let Some(thread) = lines.next() else {
            continue;
        };
        // sled and the runtime number their threads.
        let thread = thread
            .trim()
            .trim_end_matches(|c: char| c.is_ascii_digit() || c == '-');
        let frames: Vec<&str> = lines.collect();
        all += 1;
        *threads.entry(thread.to_owned()).or_default() += 1;
        *counts
            .entry((thread.to_owned(), stage(&frames)))
            .or_default() += 1;
    }
    let mut rows: Vec<_> = counts.into_iter().collect();
    rows.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let mut text =
        String::from("| thread | stage | % of all | % of the thread |\n|---|---|---|---|\n");
    for ((thread, stage), count) in rows {
        let share = 100.0 * count as f64 / all as f64;
        if share < 0.3 {
            continue;
        }
        let own = 100.0 * count as f64 / threads[&thread] as f64;
        writeln!(text, "| {thread} | {stage} | {share:.1} | {own:.1} |").expect("a text grows");
    }
    text
}

fn stage(frames: &[&str]) -> &'static str {
    let fits = |names: &&[&str]| {
        let named = |frame: &&str| names.iter().any(|name| frame.contains(name));
        frames.iter().any(named)
    };
    let found = STAGES.iter().find(|(_, names)| fits(names));
    found.map_or("elsewhere", |(stage, _)| stage)
}
