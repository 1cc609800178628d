//! Traces of the machine the project was written on, which mean nothing on another.

use super::{SourceFile, Violation};

/// Directories of a development machine. In pieces, so that this file does not hold them itself.
const PATHS: [&str; 2] = [concat!("/", "work/"), concat!("/", "root/")];

/// Hosts that serve packages. Which one to ask is a setting of each machine, not of the project.
const HOSTS: [&str; 10] = [
    concat!("index.", "crates.io"),
    concat!("static.", "crates.io"),
    concat!("rsproxy", ".cn"),
    concat!("mirrors.", "ustc.edu.cn"),
    concat!("mirrors.", "tuna.tsinghua.edu.cn"),
    concat!("mirrors.", "aliyun.com"),
    concat!("registry.", "npmjs.org"),
    concat!("registry.", "npmmirror.com"),
    concat!("proxy.", "golang.org"),
    concat!("arti", "factory"),
];

/// The name that Cargo.lock gives to the public registry, whichever host served the packages.
const PUBLIC_REGISTRY: &str = concat!("registry+https://github.com/rust-lang/", "crates.io-index");

/// Paths of a development machine and hosts of registries, in any text file.
pub(super) fn check(files: &[SourceFile]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in files {
        for (number, line) in file.lines() {
            for path in PATHS.iter().filter(|path| holds_path(line, path)) {
                let message = format!("`{path}` exists on one machine only");
                violations.push(Violation::of_line(&file.path, number, message));
            }
            let lower = line.to_ascii_lowercase();
            for host in HOSTS.iter().filter(|host| lower.contains(**host)) {
                let message =
                    format!("`{host}` serves packages: which host does is for ~/.cargo to say");
                violations.push(Violation::of_line(&file.path, number, message));
            }
        }
    }
    violations
}

/// Packages that Cargo.lock would fetch from elsewhere than the public registry.
///
/// A list of hosts is never complete; the lock file can be checked for the one good answer.
pub(super) fn check_lock(files: &[SourceFile]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in files.iter().filter(|file| file.path == "Cargo.lock") {
        for (number, line) in file.lines() {
            let Some(source) = line.strip_prefix("source = ") else {
                continue;
            };
            if source.trim_matches('"') != PUBLIC_REGISTRY {
                let message = format!("{source} is not the public registry: others cannot build");
                violations.push(Violation::of_line(&file.path, number, message));
            }
        }
    }
    violations
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

    #[test]
    fn finds_each_path_and_host() {
        for path in PATHS {
            let file = SourceFile::new("deploy/a.service", &format!("x\nExec={path}bin\n"));
            let expected = format!("deploy/a.service:2: `{path}` exists on one machine only");
            assert_eq!(shown(&check(&[file])), [expected]);
        }
        for host in HOSTS {
            let file = SourceFile::new("README.md", &format!("https://{}/", host.to_uppercase()));
            assert_eq!(check(&[file]).len(), 1, "{host}");
        }
    }

    #[test]
    fn passes_relative_paths_and_routes() {
        let text = format!("paper{0}a, GET /v1{0}b, ./crates{1}c\n", PATHS[0], PATHS[1]);
        assert_eq!(check(&[SourceFile::new("README.md", &text)]), []);
    }

    #[test]
    fn finds_a_locked_package_from_elsewhere() {
        let good = format!("name = \"a\"\nsource = \"{PUBLIC_REGISTRY}\"\n");
        assert_eq!(check_lock(&[SourceFile::new("Cargo.lock", &good)]), []);

        let bad = format!("{good}source = \"git+https://example.org/a\"\n");
        assert_eq!(
            shown(&check_lock(&[SourceFile::new("Cargo.lock", &bad)])),
            [
                "Cargo.lock:3: \"git+https://example.org/a\" is not the public registry: others \
              cannot build"
            ]
        );
    }
}
