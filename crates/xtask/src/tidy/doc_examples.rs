//! Examples in comments, which nobody would run.
//!
//! CI leaves out what `rustdoc` would find to test, since for each library it takes as long as a
//! check of all of it, and there was nothing to find. So there must be none.

use super::{SourceFile, Violation};

/// A fenced block in the documentation of Rust that rustdoc would take for Rust: without a
/// language, or with an attribute of an example.
pub(super) fn check(files: &[SourceFile]) -> Vec<Violation> {
    let mut violations = Vec::new();
    let rust = files
        .iter()
        .filter(|file| file.path.ends_with(".rs") && !file.is_generated());
    for file in rust {
        let mut is_open = false;
        for (number, line) in file.lines() {
            let line = line.trim_start();
            let doc = line.strip_prefix("///").or(line.strip_prefix("//!"));
            let Some(doc) = doc else {
                is_open = false;
                continue;
            };
            let Some(language) = doc.trim().strip_prefix("```") else {
                continue;
            };
            is_open = !is_open;
            if is_open && is_rust(language) {
                let message = "an example in a comment is run by nobody: say what it is, as \
                               ```text, or make a test of it";
                violations.push(Violation::of_line(&file.path, number, message.to_owned()));
            }
        }
    }
    violations
}

fn is_rust(language: &str) -> bool {
    const WORDS: [&str; 6] = [
        "rust",
        "should_panic",
        "no_run",
        "ignore",
        "compile_fail",
        "edition",
    ];
    let mut words = language.split([',', ' ']);
    language.is_empty() || words.any(|word| WORDS.iter().any(|known| word.starts_with(known)))
}

#[cfg(test)]
mod tests {
    use super::super::shown;
    use super::*;

    #[test]
    fn finds_what_rustdoc_would_run() {
        for language in ["", "rust", "should_panic", "rust,no_run"] {
            let text =
                format!("/// Says:\n/// ```{language}\n/// one();\n/// ```\nfn one() {{}}\n");
            let violations = check(&[SourceFile::new("crates/a/src/lib.rs", &text)]);
            assert_eq!(violations.len(), 1, "{language}");
            assert!(shown(&violations)[0].starts_with("crates/a/src/lib.rs:2: "));
        }
    }

    #[test]
    fn passes_text_and_what_is_no_comment() {
        let text = "//! ```text\n//! a\n//! ```\n//! more\n//! ```console\n//! ```\n\
                    const A: &str = \"\n```\n\";\n";
        let prose = "```\ncode\n```\n";
        let clean = [
            SourceFile::new("crates/a/src/lib.rs", text),
            SourceFile::new("README.md", prose),
        ];
        assert_eq!(check(&clean), []);
    }
}
