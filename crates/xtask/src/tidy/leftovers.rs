//! What one writes to come back to, and then does not.

use super::{SourceFile, Violation};

/// In pieces, so that this file does not hold what it looks for.
const MACROS: [&str; 3] = [
    concat!("dbg", "!"),
    concat!("todo", "!"),
    concat!("unimple", "mented!"),
];
const MARKS: [&str; 2] = [concat!("FIX", "ME"), concat!("XX", "X")];

/// Leftover macros and marks in Rust, Protobuf and manifests. Prose may speak of them.
pub(super) fn check(files: &[SourceFile]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in files {
        let is_code = [".rs", ".proto", ".toml"]
            .iter()
            .any(|end| file.path.ends_with(end));
        if !is_code || file.is_generated() {
            continue;
        }
        for (number, line) in file.lines() {
            for needle in MACROS.iter().chain(&MARKS) {
                if holds_word(line, needle) {
                    let message = format!(
                        "`{needle}` is left over: finish it, or say in a sentence what is missing \
                         and why"
                    );
                    violations.push(Violation::of_line(&file.path, number, message));
                }
            }
        }
    }
    violations
}

/// Whether `word` stands in `line` and is not a part of a longer word.
fn holds_word(line: &str, word: &str) -> bool {
    let in_word = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(start, found)| {
        let before = line.get(..start).and_then(|head| head.chars().next_back());
        let after = line
            .get(start..)
            .and_then(|rest| rest.strip_prefix(found)?.chars().next());
        // After a macro's `!` comes its argument, which may touch it.
        let ends = word.ends_with('!') || !after.is_some_and(in_word);
        ends && !before.is_some_and(in_word)
    })
}

#[cfg(test)]
mod tests {
    use super::super::shown;
    use super::*;

    #[test]
    fn finds_each_leftover_once() {
        for needle in MACROS.iter().chain(&MARKS) {
            let text = format!("fn main() {{\n    {needle} (later)\n}}\n");
            let violations = check(&[SourceFile::new("crates/a/src/lib.rs", &text)]);
            assert_eq!(
                shown(&violations),
                [format!(
                    "crates/a/src/lib.rs:2: `{needle}` is left over: finish it, or say in a \
                     sentence what is missing and why"
                )]
            );
        }
    }

    #[test]
    fn passes_longer_words_prose_and_generated_files() {
        let (mark, macro_) = (concat!("XX", "X"), concat!("dbg", "!"));
        let longer = format!("// {mark}L shirts, {mark}公司, my_{macro_}(x), todos, debug\n");
        let exact = format!("// {mark}\n");
        let clean = [
            SourceFile::new("crates/a/src/lib.rs", &longer),
            SourceFile::new("README.md", &exact),
            SourceFile::new("crates/wire/src/generated/x.rs", &exact),
        ];
        assert_eq!(check(&clean), []);
    }
}
