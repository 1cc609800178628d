//! Traces of the machine the project was written on, which mean nothing on another.
//!
//! Which host serves the packages is a setting of each machine, in its own `~/.cargo`. No host is
//! named here: a list of them is never complete, and would itself be such a trace. What gives one
//! away is what it is called, and the settings by which one is chosen.

use std::collections::BTreeSet;

use super::{SourceFile, Violation};

/// Directories of a development machine. In pieces, so that this file does not hold them itself.
const PATHS: [&str; 2] = [concat!("/", "work/"), concat!("/", "root/")];

/// What hosts that serve packages are called, as a label of the name or a part of one.
const PARTS: [&str; 4] = ["registry", "mirror", "proxy", "artifact"];
/// The same, where a part of a label would say too little.
const LABELS: [&str; 5] = ["index", "static", "packages", "pkg", "crates"];

/// The settings of package managers that choose another host than the public one.
const SETTINGS: [&str; 10] = [
    "[source.",
    "[registries.",
    "replace-with",
    "registry =",
    "registry=",
    "registry-index",
    "index-url",
    "cargo_registries_",
    "cargo_source_",
    "goproxy",
];

/// Files in which a name with dots is a path through code and not a host.
const CODE: [&str; 7] = [".rs", ".js", ".css", ".html", ".json", ".ndjson", ".proto"];

/// Paths of a development machine and hosts of registries, in any text file.
pub(super) fn check(files: &[SourceFile]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in files {
        let code = CODE.iter().any(|end| file.path.ends_with(end));
        for (number, line) in file.lines() {
            let mut complain = |message: String| {
                violations.push(Violation::of_line(&file.path, number, message));
            };
            for path in PATHS.iter().filter(|path| holds_path(line, path)) {
                complain(format!("`{path}` exists on one machine only"));
            }
            let line = line.to_ascii_lowercase();
            let mut hosts: BTreeSet<&str> = url_hosts(&line).collect();
            if !code {
                hosts.extend(bare_hosts(&line));
            }
            for host in hosts.into_iter().filter(|host| serves(host)) {
                complain(format!(
                    "`{host}` serves packages: which host does is for ~/.cargo to say"
                ));
            }
            // The lock file has a check of its own, below.
            if code || file.path == "Cargo.lock" {
                continue;
            }
            for setting in SETTINGS.iter().filter(|setting| line.contains(**setting)) {
                complain(format!(
                    "`{setting}` chooses who serves packages: that is for ~/.cargo to say"
                ));
            }
        }
    }
    violations
}

/// Packages that Cargo.lock would fetch from elsewhere than the public registry.
///
/// It is known by the shape of its name, which is the same whichever host served the packages. One
/// registry has one name, so that a second one of the same shape is found too.
pub(super) fn check_lock(files: &[SourceFile]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in files.iter().filter(|file| file.path == "Cargo.lock") {
        let mut first = None;
        for (number, line) in file.lines() {
            let Some(source) = line.strip_prefix("source = ") else {
                continue;
            };
            if !is_public_registry(source.trim_matches('"')) {
                let message = format!("{source} is not the public registry: others cannot build");
                violations.push(Violation::of_line(&file.path, number, message));
            } else if *first.get_or_insert(source) != source {
                let message = format!("{source} is a second registry: packages come from one");
                violations.push(Violation::of_line(&file.path, number, message));
            }
        }
    }
    violations
}

/// Whether a source is an index kept on GitHub: `registry+https://github.com/owner/name-index`.
fn is_public_registry(source: &str) -> bool {
    let index = source.strip_prefix("registry+https://github.com/");
    let parts: Vec<&str> = index.unwrap_or_default().split('/').collect();
    matches!(parts.as_slice(), [owner, name] if !owner.is_empty() && name.ends_with("-index"))
}

/// The hosts of the URLs in a line, without names and passwords before them and ports behind.
fn url_hosts(line: &str) -> impl Iterator<Item = &str> {
    line.split("://").skip(1).map(|rest| {
        let end = |c: char| c.is_whitespace() || "/?#\"'`<>)]\\".contains(c);
        let authority = rest.split(end).next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default();
        host.split(':').next().unwrap_or_default()
    })
}

/// Names of three labels or more, with `https://` before them or without; files in a folder are
/// none.
fn bare_hosts(line: &str) -> impl Iterator<Item = &str> {
    let in_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    let mut at = 0_usize;
    line.split(move |c| !in_name(c)).filter(move |name| {
        let before = line.get(..at).unwrap_or_default();
        // What `split` took away between two names is one character, which need not be one byte.
        let behind = line.get(at..).and_then(|rest| rest.strip_prefix(name));
        let gap = behind.and_then(|rest| rest.chars().next());
        at = at
            .saturating_add(name.len())
            .saturating_add(gap.map_or(0, char::len_utf8));
        let in_folder = before.ends_with('/') && !before.ends_with("//");
        !in_folder && name.trim_matches('.').split('.').count() > 2
    })
}

/// Whether a host is called like one that serves packages. Its last label is a country or so.
fn serves(host: &str) -> bool {
    let mut labels = host.trim_matches('.').rsplit('.').skip(1);
    labels.any(|label| LABELS.contains(&label) || PARTS.iter().any(|part| label.contains(part)))
}

/// Whether `line` holds the absolute `path`: in `paper/…` or `/v1/…` it is the middle of another.
fn holds_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(start, _)| {
        let before = line.get(..start).and_then(|head| head.chars().next_back());
        !before.is_some_and(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::super::shown;
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        shown(&check(&[SourceFile::new(path, text)]))
    }

    #[test]
    fn finds_each_path() {
        for path in PATHS {
            let expected = format!("deploy/a.service:2: `{path}` exists on one machine only");
            let text = format!("x\nExec={path}bin\n");
            assert_eq!(found("deploy/a.service", &text), [expected]);
        }
    }

    #[test]
    fn finds_each_kind_of_host_however_it_is_written() {
        let parts = PARTS.map(|part| format!("my{part}s-2"));
        for label in parts.iter().map(String::as_str).chain(LABELS) {
            for host in [
                format!("{label}.example.org"),
                format!("eu.{label}.example.org"),
            ] {
                let complaint = format!("`{host}` serves packages");
                for text in [
                    format!("https://{host}/simple"),
                    format!("HTTPS://{}", host.to_uppercase()),
                    format!("sparse+https://me:word@{host}:8081/x"),
                    format!("see <http://{host}>"),
                    format!("\"git://{host}\""),
                ] {
                    for path in ["README.md", "crates/a/src/a.rs", "deploy/compose.yaml"] {
                        let found = found(path, &text);
                        assert_eq!(found.len(), 1, "{path} {text}: {found:?}");
                        assert!(found[0].contains(&complaint), "{found:?}");
                    }
                }
                for path in ["README.md", ".ci/run", "deploy/Dockerfile", "a.toml"] {
                    let found = found(path, &format!("FROM {host}:5000/rust:1"));
                    assert!(found[0].contains(&complaint), "{path}: {found:?}");
                }
            }
        }
    }

    #[test]
    fn finds_every_setting_that_chooses_a_host() {
        for setting in SETTINGS {
            for path in [".cargo/config.toml", "crates/a/Cargo.toml", ".ci/run"] {
                let text = format!("\n{}\"here\"", setting.to_uppercase());
                let expected = format!(
                    "{path}:2: `{setting}` chooses who serves packages: that is for ~/.cargo to say"
                );
                assert_eq!(found(path, &text), [expected]);
            }
        }
    }

    #[test]
    fn passes_relative_paths_routes_and_hosts_that_serve_people() {
        let text = format!(
            "paper{0}a, GET /v1{0}b, ./crates{1}c\n\
             https://example.org/registry/mirror, https://www.example.org:8080, http://{{}}/x\n\
             http://127.0.0.1:8080, 经 crates.index, /a/index.tar.gz, 1.2.3 and a proxy before it\n",
            PATHS[0], PATHS[1]
        );
        assert_eq!(found("README.md", &text), Vec::<String>::new());
        let code = "let len = index.registry.len(); // registry = \"x\"\n";
        assert_eq!(found("crates/a/src/a.rs", code), Vec::<String>::new());
    }

    #[test]
    fn finds_a_locked_package_from_elsewhere() {
        let good = "name = \"a\"\nsource = \"registry+https://github.com/owner/the-index\"\n";
        let lock = |text: &str| shown(&check_lock(&[SourceFile::new("Cargo.lock", text)]));
        assert_eq!(lock(&good.repeat(2)), Vec::<String>::new());
        assert_eq!(found("Cargo.lock", good), Vec::<String>::new());

        for source in [
            "git+https://example.org/a",
            "registry+https://example.org/owner/the-index",
            "registry+https://github.com/owner/the-copy",
            "registry+https://github.com/owner/more/the-index",
            "registry+https://github.com/the-index",
            "sparse+https://github.com/owner/the-index",
        ] {
            let expected = format!(
                "Cargo.lock:3: \"{source}\" is not the public registry: others cannot build"
            );
            let text = format!("{good}source = \"{source}\"\n");
            assert_eq!(lock(&text), [expected]);
        }
        let second = good.replace("owner", "another");
        assert_eq!(
            lock(&format!("{good}{second}")),
            [
                "Cargo.lock:4: \"registry+https://github.com/another/the-index\" is a second \
                 registry: packages come from one"
            ]
        );
    }
}
