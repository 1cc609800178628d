//! The root of the repository is its table of contents.

use std::collections::BTreeSet;

use super::{SourceFile, Violation};

/// What a visitor may see at the top. Helper files stand there only in their dotted form.
const VISIBLE: [&str; 7] = [
    "Cargo.toml",
    "Cargo.lock",
    "crates",
    "proto",
    "deploy",
    "tests",
    "README.md",
];

/// Visible top-level entries that are not in [`VISIBLE`].
pub(super) fn check(files: &[SourceFile]) -> Vec<Violation> {
    let entries: BTreeSet<&str> = files
        .iter()
        .filter_map(|file| file.path.split('/').next())
        .collect();
    entries
        .into_iter()
        .filter(|entry| !entry.starts_with('.') && !VISIBLE.contains(entry))
        .map(|entry| {
            let message = format!(
                "does not belong at the root, which holds only {}: put it beside what it \
                 describes, or let git ignore it",
                VISIBLE.join(", ")
            );
            Violation::of_file(entry, message)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_stray_entry_once() {
        let files = ["docs/a.md", "docs/b.md", "crates/a/docs/c.md", "Makefile"]
            .map(|path| SourceFile::new(path, ""));
        let violations = check(&files);
        let entries: Vec<&str> = violations.iter().map(|found| found.path.as_str()).collect();
        assert_eq!(entries, ["Makefile", "docs"]);
    }

    #[test]
    fn passes_the_table_of_contents_and_dotted_files() {
        let mut files = VISIBLE.map(|path| SourceFile::new(path, "")).to_vec();
        files.push(SourceFile::new(".config/nextest.toml", ""));
        assert_eq!(check(&files), []);
    }
}
