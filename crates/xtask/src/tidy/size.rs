//! Lines and files that no longer fit a screen or a head.

use super::{SourceFile, Violation};

/// What `.rustfmt.toml` sets; rustfmt itself leaves comments and long strings as they are.
const COLUMNS_MAX: usize = 100;

/// Where a file of one noun becomes a file of two. The longest that read well had some 500 lines.
const FILE_LINES_MAX: usize = 600;

/// Rust lines over [`COLUMNS_MAX`] characters; a Chinese character counts as one. A line of a
/// snapshot is as long as the answer it shows: it begins with a quote or a bracket, in a test.
pub(super) fn check_lines(files: &[SourceFile]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in files.iter().filter(|file| file.is_rust()) {
        for (number, line) in file.lines() {
            let columns = line.chars().count();
            let snapshot =
                file.path.contains("tests") && line.trim_start().starts_with(['"', '[', '{', '<']);
            if columns > COLUMNS_MAX && !snapshot {
                let message = format!(
                    "{columns} columns, at most {COLUMNS_MAX}: two versions must fit side by side"
                );
                violations.push(Violation::of_line(&file.path, number, message));
            }
        }
    }
    violations
}

/// Files of a crate's `src` or of `tests/` with more than [`FILE_LINES_MAX`] lines.
pub(super) fn check_files(files: &[SourceFile]) -> Vec<Violation> {
    files
        .iter()
        .filter(|file| file.is_compiled() && !file.is_generated())
        .filter_map(|file| {
            let lines = file.text.lines().count();
            (lines > FILE_LINES_MAX).then(|| {
                let message = format!(
                    "{lines} lines, at most {FILE_LINES_MAX}: find the second thought in it and \
                     give that a file"
                );
                Violation::of_file(&file.path, message)
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::shown;
    use super::*;

    #[test]
    fn finds_a_line_one_column_too_long_and_counts_characters() {
        let text = format!(
            "{}\n{}\n{}\n",
            "a".repeat(100),
            "a".repeat(101),
            "款".repeat(100)
        );
        let long = SourceFile::new("tests/api.rs", &text);
        let generated = SourceFile::new("crates/wire/src/generated/x.rs", &text);
        let prose = SourceFile::new("README.md", &text);
        assert_eq!(
            shown(&check_lines(&[long, generated, prose])),
            ["tests/api.rs:2: 101 columns, at most 100: two versions must fit side by side"]
        );
    }

    #[test]
    fn finds_a_file_one_line_too_long() {
        let fits = SourceFile::new("crates/a/src/fits.rs", &"\n".repeat(600));
        let long = SourceFile::new("crates/a/src/long.rs", &"\n".repeat(601));
        let tests = SourceFile::new("tests/model/long.rs", &"\n".repeat(601));
        let outside = SourceFile::new("deploy/README.md", &"\n".repeat(601));
        let generated = SourceFile::new("crates/wire/src/generated/x.rs", &"\n".repeat(601));
        assert_eq!(
            shown(&check_files(&[fits, long, tests, outside, generated])),
            [
                "crates/a/src/long.rs: 601 lines, at most 600: find the second thought in it and \
                 give that a file",
                "tests/model/long.rs: 601 lines, at most 600: find the second thought in it and \
                 give that a file"
            ]
        );
    }
}
