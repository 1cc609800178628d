//! Files that no `mod` names. The compiler never sees them, so it cannot complain: a risk rule
//! whose `mod` line was forgotten is silence.
//!
//! Lines are read, not parsed: a `mod` inside the braces of another is taken as one of the file.

use std::collections::BTreeSet;

use super::{SourceFile, Violation};

/// Rust files under a crate's `src` or under `tests/` that no root reaches through `mod` lines.
pub(super) fn check(files: &[SourceFile]) -> Vec<Violation> {
    let mut reached: BTreeSet<String> = BTreeSet::new();
    let mut waiting: Vec<&SourceFile> = files.iter().filter(|file| is_root(file)).collect();
    while let Some(file) = waiting.pop() {
        if !reached.insert(file.path.clone()) {
            continue;
        }
        let named = named_files(file);
        waiting.extend(files.iter().filter(|other| named.contains(&other.path)));
    }
    files
        .iter()
        .filter(|file| file.is_compiled() && file.is_rust())
        .filter(|file| !reached.contains(&file.path))
        .map(|file| {
            let message = "no `mod` names this file, so it is never compiled: add the line, or \
                           delete the file";
            Violation::of_file(&file.path, message)
        })
        .collect()
}

/// The tests of the whole: one binary, whose manifest is in `crates/server`.
const TESTS: &str = "tests/main.rs";

/// Whether cargo itself starts at this file.
fn is_root(file: &SourceFile) -> bool {
    if file.path == TESTS {
        return true;
    }
    let Some(dir) = file.crate_dir() else {
        return false;
    };
    let Some(inner) = file.path.strip_prefix(&format!("crates/{dir}/src/")) else {
        return false;
    };
    match inner.split('/').collect::<Vec<_>>().as_slice() {
        ["lib.rs" | "main.rs"] | ["bin", _, "main.rs"] => true,
        ["bin", name] => name.ends_with(".rs"),
        _ => false,
    }
}

/// Where the compiler would look for the modules that `file` names.
fn named_files(file: &SourceFile) -> BTreeSet<String> {
    let (dir, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
    let stem = name.strip_suffix(".rs").unwrap_or(name);
    // The modules of a root, or of a `mod.rs`, lie beside it; those of `a.rs` in `a/`.
    let modules = if is_root(file) || stem == "mod" {
        dir.to_owned()
    } else {
        format!("{dir}/{stem}")
    };

    let mut named = BTreeSet::new();
    let mut explicit = None;
    for (_, line) in file.lines() {
        let line = line.split("//").next().unwrap_or_default().trim();
        if let Some(path) = between(line, "#[path = \"", "\"]") {
            explicit = Some(path);
        }
        if let Some(path) = between(line, "include!(\"", "\")") {
            named.insert(normal(&format!("{dir}/{path}")));
        }
        let Some(module) = module_name(line) else {
            continue;
        };
        if let Some(path) = explicit.take() {
            named.insert(normal(&format!("{dir}/{path}")));
        } else {
            named.insert(format!("{modules}/{module}.rs"));
            named.insert(format!("{modules}/{module}/mod.rs"));
        }
    }
    named
}

/// The `x` of `mod x;`, whatever its visibility and the attributes before it on the line.
fn module_name(line: &str) -> Option<&str> {
    let words: Vec<&str> = line.strip_suffix(';')?.split_whitespace().collect();
    let [before @ .., "mod", name] = words.as_slice() else {
        return None;
    };
    let starts_as_item = before
        .first()
        .is_none_or(|first| first.starts_with("pub") || first.starts_with("#["));
    starts_as_item.then_some(name.strip_prefix("r#").unwrap_or(name))
}

fn between<'a>(line: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(before)?;
    Some(rest.split_once(after)?.0)
}

/// `path` without its `.` and `..`.
fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::super::shown;
    use super::*;

    fn dead(files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<SourceFile> = files
            .iter()
            .map(|(path, text)| SourceFile::new(path, text))
            .collect();
        check(&files)
            .into_iter()
            .map(|violation| violation.path)
            .collect()
    }

    #[test]
    fn finds_a_file_that_nothing_names() {
        let files = [
            SourceFile::new("crates/a/src/lib.rs", ""),
            SourceFile::new("crates/a/src/b.rs", ""),
        ];
        assert_eq!(
            shown(&check(&files)),
            [
                "crates/a/src/b.rs: no `mod` names this file, so it is never compiled: add the \
              line, or delete the file"
            ]
        );
    }

    #[test]
    fn finds_what_only_a_comment_a_dead_file_or_another_folder_names() {
        let files = [
            ("crates/a/src/lib.rs", "// mod b;\nmod d;\nuse mod_c;\n"),
            ("crates/a/src/b.rs", "mod c;"),
            ("crates/a/src/b/c.rs", ""),
            ("crates/a/src/x/d.rs", ""),
        ];
        assert_eq!(
            dead(&files),
            [
                "crates/a/src/b.rs",
                "crates/a/src/b/c.rs",
                "crates/a/src/x/d.rs"
            ]
        );
    }

    #[test]
    fn finds_a_test_of_the_whole_that_its_root_does_not_reach() {
        let files = [
            ("tests/main.rs", "mod api;\nmod model;\n"),
            ("tests/api.rs", ""),
            ("tests/model.rs", "mod money;"),
            ("tests/model/money.rs", ""),
            ("tests/model/items.rs", ""),
            ("tests/forgotten.rs", "mod inner;"),
            ("tests/forgotten/inner.rs", ""),
            ("tests/README.md", ""),
        ];
        assert_eq!(
            dead(&files),
            [
                "tests/model/items.rs",
                "tests/forgotten.rs",
                "tests/forgotten/inner.rs"
            ]
        );
    }

    #[test]
    fn passes_every_way_to_name_a_file() {
        let root = "mod b;\npub mod c;\npub(crate) mod d;\n#[cfg(test)]\nmod e;\n\
                    #[cfg(test)] mod f;\n#[path = \"odd/../g1.rs\"]\nmod g;\nmod r#type; // why\n\
                    include!(\"table.rs\");\n";
        let files = [
            ("crates/a/src/lib.rs", root),
            ("crates/a/src/b.rs", "mod inner;"),
            ("crates/a/src/b/inner.rs", ""),
            ("crates/a/src/c/mod.rs", "mod inner;"),
            ("crates/a/src/c/inner.rs", ""),
            ("crates/a/src/d.rs", ""),
            ("crates/a/src/e.rs", ""),
            ("crates/a/src/f.rs", ""),
            ("crates/a/src/g1.rs", ""),
            ("crates/a/src/type.rs", ""),
            ("crates/a/src/table.rs", ""),
            ("crates/a/src/bin/tool.rs", ""),
            ("crates/a/src/bin/other/main.rs", "mod part;"),
            ("crates/a/src/bin/other/part.rs", ""),
            ("crates/a/src/generated/made.rs", ""),
            ("crates/a/src/notes.txt", ""),
            ("crates/a/benches/b.rs", ""),
        ];
        assert_eq!(dead(&files), Vec::<String>::new());
    }
}
