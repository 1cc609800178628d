//! The pure crates compute. Time, chance and files are arguments.
//!
//! The dependency table cannot show this alone: the standard library has clocks and files, and
//! `uuid`, which every crate may use for its type, can also roll dice.

use super::{SourceFile, Violation, dependencies};

/// What a pure crate must not write, and what it means.
const IMPURE: [(&str, &str); 14] = [
    ("SystemTime", "reads a clock"),
    ("Instant::now", "reads a clock"),
    ("Timestamp::now", "reads a clock"),
    ("Zoned::now", "reads a clock"),
    ("now_v7", "reads a clock"),
    ("new_v4", "rolls dice"),
    ("getrandom", "rolls dice"),
    ("std::fs", "touches files"),
    ("std::net", "touches the network"),
    ("std::env", "reads the environment"),
    ("std::process", "starts programs"),
    ("std::thread", "starts threads"),
    ("async fn", "is async"),
    (".await", "is async"),
];

/// Impure calls in the pure crates, outside their tests and comments.
pub(super) fn check(files: &[SourceFile]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in files.iter().filter(|file| is_pure(file)) {
        let mut after_cfg_test = false;
        for (number, line) in file.lines() {
            let code = line.split("//").next().unwrap_or_default().trim();
            // Tests come last in a file, and may read fixtures.
            if after_cfg_test && code.starts_with("mod ") && code.ends_with('{') {
                break;
            }
            after_cfg_test = code == "#[cfg(test)]";
            for (needle, what) in IMPURE.iter().filter(|(needle, _)| code.contains(needle)) {
                let message = format!(
                    "`{needle}` {what}, and this crate is pure: what a replay computes must not \
                     depend on when or where; take it as an argument"
                );
                violations.push(Violation::of_line(&file.path, number, message));
            }
        }
    }
    violations
}

fn is_pure(file: &SourceFile) -> bool {
    let is_test = file.path.ends_with("/tests.rs") || file.path.contains("/tests/");
    let in_pure_crate = file
        .crate_dir()
        .is_some_and(|dir| dependencies::PURE.contains(&dir));
    file.is_rust() && in_pure_crate && !is_test
}

#[cfg(test)]
mod tests {
    use super::super::shown;
    use super::*;

    #[test]
    fn finds_each_impure_call() {
        for (needle, what) in IMPURE {
            let file = SourceFile::new("crates/ledger/src/a.rs", &format!("let x = {needle};"));
            let violations = shown(&check(&[file]));
            assert_eq!(violations.len(), 1, "{needle}");
            assert!(
                violations[0].starts_with(&format!("crates/ledger/src/a.rs:1: `{needle}` {what}"))
            );
        }
    }

    #[test]
    fn goes_on_after_a_test_module_in_its_own_file() {
        let text = "#[cfg(test)]\nmod tests;\nuse std::fs;\n";
        assert_eq!(
            check(&[SourceFile::new("crates/chain/src/lib.rs", text)]).len(),
            1
        );
    }

    #[test]
    fn passes_comments_tests_and_the_crates_that_act() {
        let clean = [
            SourceFile::new("crates/ledger/src/a.rs", "// std::fs\nfn pure() {}\n"),
            SourceFile::new(
                "crates/ledger/src/b.rs",
                "#[cfg(test)]\nmod tests {\nuse std::fs;\n}",
            ),
            SourceFile::new("crates/ledger/src/b/tests.rs", "use std::fs;"),
            SourceFile::new("crates/store/src/lib.rs", "use std::fs;"),
        ];
        assert_eq!(check(&clean), []);
    }
}
