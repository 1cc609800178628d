//! One document, one title.

use super::{SourceFile, Violation};

/// Markdown files without a title or with a second one.
pub(super) fn check(files: &[SourceFile]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in files.iter().filter(|file| file.path.ends_with(".md")) {
        let titles = title_lines(&file.text);
        if titles.is_empty() {
            let message = "no title: a reader sent here must see at once what this is (`# …`)";
            violations.push(Violation::of_file(&file.path, message));
        }
        for line in titles.iter().skip(1) {
            let message = "a second title: this is two documents, or a section (`## …`)";
            violations.push(Violation::of_line(&file.path, *line, message));
        }
    }
    violations
}

/// The numbers of the lines that are titles. A `# ` inside a code fence is a shell's comment.
fn title_lines(text: &str) -> Vec<usize> {
    let mut titles = Vec::new();
    let mut fence: Option<&str> = None;
    for (number, line) in (1_usize..).zip(text.lines()) {
        let marks = fence_marks(line);
        match fence {
            // A fence is closed by at least as many of the same marks, and nothing after them.
            Some(open)
                if marks.is_some_and(|marks| marks.starts_with(open) && line.trim() == marks) =>
            {
                fence = None;
            }
            Some(_) => {}
            None if marks.is_some() => fence = marks,
            None if line.starts_with("# ") => titles.push(number),
            None => {}
        }
    }
    titles
}

/// The three or more backticks or tildes that `line` begins with.
fn fence_marks(line: &str) -> Option<&str> {
    let line = line.trim_start();
    ['`', '~'].iter().find_map(|mark| {
        let rest = line.trim_start_matches(*mark);
        let marks = line.strip_suffix(rest)?;
        (marks.len() >= 3).then_some(marks)
    })
}

#[cfg(test)]
mod tests {
    use super::super::shown;
    use super::*;

    #[test]
    fn finds_no_title_and_a_second_title() {
        let none = SourceFile::new("a.md", "words\n## section\n");
        let two = SourceFile::new("b.md", "# one\n\n```sh\n# comment\n```\n# two\n");
        assert_eq!(
            shown(&check(&[none, two])),
            [
                "a.md: no title: a reader sent here must see at once what this is (`# …`)",
                "b.md:6: a second title: this is two documents, or a section (`## …`)",
            ]
        );
    }

    #[test]
    fn passes_one_title_and_comments_in_fences() {
        let nested =
            "# one\n````md\n```\n# inner\n```\n````\n  ~~~\n# comment\n```\n# too\n  ~~~\n";
        let inline = "# one\n```sh\n# a\n``` not the end\n# b\n```\n#no title\n";
        let clean = [
            SourceFile::new("a.md", nested),
            SourceFile::new("b.md", inline),
        ];
        assert_eq!(check(&clean), []);
    }
}
