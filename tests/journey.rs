//! The transcript in the README runs, and prints what it says.
//!
//! Every line that begins with `$ `, with the `> ` lines after it, goes to one bash in an empty
//! directory; what each prints is compared with the lines below it, in which `…` stands for
//! anything.

use crate::harness::BINARY;
use std::path::Path;
use std::process::{Command, Stdio};

/// Stands between the outputs of two commands.
const MARK: &str = "-- next --";

struct Step {
    command: String,
    expected: String,
}

fn transcript() -> Vec<Step> {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
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
    let dir = tempfile::tempdir().unwrap();
    let steps = transcript();
    assert!(steps.len() >= 10, "only {} commands found", steps.len());
    let mut script = String::from("exec 2>&1\n");
    for step in &steps {
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
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&output.stdout).into_owned();
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
