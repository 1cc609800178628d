//! The transcript in the README runs, and prints what it says.
//!
//! Every line that begins with `$ `, with the `> ` lines after it, goes to one bash in an empty
//! directory; what each prints is compared with the lines below it, in which `…` stands for
//! anything.

use crate::harness::*;
use serde_json::json;
use std::path::Path;
use std::process::{Command, Stdio};

/// Stands between the outputs of two commands.
const MARK: &str = "-- next --";

struct Step {
    command: String,
    expected: String,
}

/// The first of them, or the one that follows a heading.
fn transcript(heading: &str) -> Vec<Step> {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    let (_, readme) = readme.split_once(heading).expect("the README has it");
    let block = readme
        .split("```console\n")
        .nth(1)
        .expect("the README has a transcript");
    let block = block.split("```").next().unwrap();
    let mut steps: Vec<Step> = Vec::new();
    for line in block.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step {
                command: command.to_owned(),
                expected: String::new(),
            });
            continue;
        }
        let step = steps
            .last_mut()
            .expect("a transcript begins with a command");
        let (text, line) = match line.strip_prefix('>') {
            Some(more) => (&mut step.command, more.strip_prefix(' ').unwrap_or(more)),
            None => (&mut step.expected, line),
        };
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(line);
    }
    steps
}

/// True if `text` is `pattern`, in which `…` stands for anything.
fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('…');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let mut last = None;
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
        last = Some(part);
    }
    match last {
        None => rest.is_empty(),
        Some(tail) => tail.is_empty() || text.ends_with(tail),
    }
}

#[test]
fn the_transcript_in_the_readme_runs() {
    let steps = transcript("");
    assert!(steps.len() >= 10, "only {} commands found", steps.len());
    printed_as_said(&steps, &[], None);
}

#[test]
fn the_printouts_in_the_readme_are_of_its_ledger() {
    on_its_ledger("## 打印表册文书");
}

#[test]
fn the_period_in_the_readme_is_signed_off_on_its_ledger() {
    on_its_ledger("## 月末封账");
}

/// Runs what follows a heading on the ledger of the first transcript, before its server is stopped.
fn on_its_ledger(heading: &str) {
    let mut steps = transcript("");
    let stops = steps
        .iter()
        .position(|step| step.command.starts_with("kill "));
    steps.truncate(stops.expect("the server is stopped"));
    let more = transcript(heading);
    assert!(more.len() >= 4, "only {} commands found", more.len());
    steps.extend(more);
    steps.push(Step {
        command: "kill $! && wait $!".to_owned(),
        expected: "…".to_owned(),
    });
    printed_as_said(&steps, &[], None);
}

#[test]
fn the_import_in_the_readme_runs() {
    let steps = transcript("## 导入表格");
    assert!(steps.len() >= 8, "only {} commands found", steps.len());
    let world = spawn();
    world.register_units();
    let builder = json!({"organisation": org(40), "code": "91530000X", "name": "示例建筑公司",
        "kind": "enterprise", "level": "county"});
    world.record("admin", "organisation.register", builder);
    let mut project = json!({"project": project(1), "number": "X-1", "name": "示例项目",
        "implementing_unit": org(TOWN), "area": org(TOWN), "content": "修路"});
    project["planned"] = json!([{"source_kind": "county", "amount_fen": 1000}]);
    project["planned_fen"] = json!(1000);
    world.record("finance", "project.enter_library", project);
    let mut announced = announcement(1, 1_000_000);
    announced["document"] = json!("示财〔2021〕1号");
    world.record("finance", "fund.announce", announced);
    let ledger = world.ledger.to_string();
    let place = [
        ("FUNDTRACE_SERVER", world.server.as_str()),
        ("FUNDTRACE_TOKEN", world.tokens["finance"].as_str()),
        ("COUNTY", ledger.as_str()),
    ];
    // The table that it shows is the one that it imports.
    printed_as_said(&steps, &place, Some(("支付.csv", &steps[0].expected)));
}

/// Runs the commands in a directory with no more than this file, and compares what each prints.
fn printed_as_said(steps: &[Step], place: &[(&str, &str)], file: Option<(&str, &str)>) {
    let dir = tempfile::tempdir().unwrap();
    if let Some((name, content)) = file {
        std::fs::write(dir.path().join(name), content).unwrap();
    }
    let mut script = String::from("exec 2>&1\n");
    for step in steps {
        script += &format!("{}\necho '{MARK}'\n", step.command);
    }
    let binary = Path::new(BINARY).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    let output = Command::new("bash")
        .args(["-c", &script])
        .current_dir(dir.path())
        .env("PATH", path)
        .env_remove("FUNDTRACE_TOKEN")
        .env_remove("FUNDTRACE_SERVER")
        .envs(place.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&output.stdout).into_owned();
    // A terminal shows neither the byte order mark of a CSV file nor how its lines end.
    let output = output.replace('\u{feff}', "").replace("\r\n", "\n");
    let printed: Vec<_> = output.split(MARK).map(str::trim).collect();
    for (number, step) in steps.iter().enumerate() {
        let printed = printed
            .get(number)
            .copied()
            .unwrap_or("(the script ended before it)");
        assert!(
            fits(step.expected.trim(), printed),
            "$ {}\n--- the README says\n{}\n--- it printed\n{printed}\n",
            step.command,
            step.expected
        );
    }
}

#[test]
fn an_ellipsis_stands_for_anything_and_nothing_else_does() {
    assert!(fits("a…c", "abc") && fits("a…", "ab") && fits("…", "") && fits("ab", "ab"));
    assert!(!fits("a…c", "abd") && !fits("ab", "abc") && !fits("b…", "ab"));
}
