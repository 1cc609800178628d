//! The harness at tiny sizes: every benchmark runs, every row says what it must, and what the
//! generator makes is the same for a seed and accepted.
#![allow(clippy::as_conversions, reason = "small counts")]

use bench::county::{County, Turn};
use bench::{Place, Row, Sizes, benchmarks, child, load, table};
use std::collections::HashSet;
use std::path::PathBuf;

fn place(dir: &tempfile::TempDir) -> Place {
    Place {
        dir: dir.path().to_owned(),
        program: PathBuf::from(env!("CARGO_BIN_EXE_bench")),
        sizes: Sizes::TINY,
    }
}

#[test]
fn every_benchmark_makes_rows_that_say_what_they_were_measured_under() {
    let mut rows: Vec<Row> = Vec::new();
    for benchmark in benchmarks() {
        let dir = tempfile::tempdir().unwrap();
        let made = child::measure(&place(&dir), benchmark.name).unwrap();
        assert!(!made.is_empty(), "{}", benchmark.name);
        assert!(made.iter().all(|row| row.name.starts_with(benchmark.name)));
        rows.extend(made);
    }
    for row in &rows {
        let text = serde_json::to_string(row).unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        for field in [
            "name",
            "conditions",
            "rate",
            "of",
            "p50_ms",
            "p99_ms",
            "rss_mb",
            "bytes_per_record",
            "floor_rate",
            "floor_ratio",
            "goal",
            "met",
        ] {
            assert!(value.get(field).is_some(), "{}: {field}", row.name);
        }
        assert!(
            !row.conditions.is_empty() && !row.goal.is_empty(),
            "{}",
            row.name
        );
        let numbers = [
            row.rate,
            row.p99_ms,
            row.rss_mb,
            row.bytes_per_record,
            row.floor_ratio,
        ];
        let measured = numbers.iter().flatten().count() > 0;
        assert_eq!(
            measured,
            !row.conditions.starts_with("not built"),
            "{}",
            row.name
        );
        assert!(
            numbers
                .iter()
                .flatten()
                .all(|it| it.is_finite() && *it > 0.0),
            "{row:?}"
        );
    }
    let names: HashSet<_> = rows.iter().map(|row| &row.name).collect();
    assert_eq!(names.len(), rows.len(), "two rows have one name");
    println!("{}", table::markdown(&rows));
}

fn everything(county: &County) -> Vec<Turn> {
    let mut all = county.set_up();
    all.extend(county.year(0, 90));
    all.extend(county.subsidies_of_one_fund(1 << 20, (1 << 20) + 30));
    all.extend(county.items(1 << 20, (1 << 20) + 30));
    all
}

#[test]
fn a_seed_makes_one_county_and_another_seed_another() {
    let county = County::of(7).with_households(50);
    assert_eq!(everything(&county), everything(&county));
    let other = County::of(8).with_households(50);
    assert_ne!(everything(&county), everything(&other));
}

#[test]
fn everything_that_is_made_is_accepted_in_control_and_no_command_id_comes_twice() {
    for seed in [1, 2, 3] {
        // A log for each: the ids of what they make are the same.
        let dir = tempfile::tempdir().unwrap();
        let started = sequencer::start(dir.path(), sequencer::machine()).unwrap();
        let county = County::of(seed).with_households(50);
        let turns = everything(&county);
        let submissions = turns.iter().flat_map(|turn| &turn.submissions);
        // But for proofs of items, whose files nobody uploads.
        let control = |it: &ledger::Submission| {
            let proof = matches!(
                it.command,
                ledger::Command::Item(ledger::item::ItemCommand::AddEvidence(_))
            );
            proof || it.intake == ledger::Intake::Control
        };
        assert!(submissions.clone().all(control));
        let ids: HashSet<_> = submissions.clone().map(|it| it.command_id).collect();
        let count = submissions.count();
        assert_eq!(ids.len(), count, "seed {seed}");
        let loaded = load::all(&started.handle, turns).unwrap();
        assert_eq!(loaded.commands, count as u64, "seed {seed}");
        bench::folder::stop(started);
    }
}

#[test]
fn a_lot_has_about_as_many_commands_as_is_said() {
    let turns = County::of(1).year(0, 400);
    let count: usize = turns.iter().map(|turn| turn.submissions.len()).sum();
    let each = count as f64 / 400.0;
    let said = bench::county::COMMANDS_A_LOT as f64;
    assert!((each - said).abs() < 1.0, "{each} commands a lot");
}
