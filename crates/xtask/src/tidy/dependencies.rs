//! Who may know whom: the table of `crates/README.md` as data, against what cargo sees.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::Violation;
use crate::cargo;

/// The crates that compute: no clock, randomness, I/O or async.
pub(super) const PURE: [&str; 7] = [
    "ledger",
    "projections",
    "chain",
    "wire",
    "evidence",
    "sheets",
    "printouts",
];

/// What a crate may name under `[dependencies]`.
struct Row {
    package: &'static str,
    rule: Rule,
}

enum Rule {
    /// These and nothing else.
    Only {
        always: &'static [&'static str],
        /// Allowed as `optional = true`: whoever wants the crate alone does not get them.
        optional: &'static [&'static str],
    },
    /// Anything but these.
    Not(&'static [&'static str]),
}

const TABLE: &[Row] = &[
    // A derive: it runs in the compiler, and none of it is in what ships.
    Row {
        package: "form",
        rule: Rule::Only {
            always: &["proc-macro2", "quote", "syn"],
            optional: &[],
        },
    },
    Row {
        package: "ledger",
        rule: Rule::Only {
            always: &[
                "form",
                // For the digest over the lines of a list, which a list's completion is judged by.
                "blake3",
                "thiserror",
                "jiff",
                "serde",
                "uuid",
                "hashbrown",
                // For the lot of a look back, which is a rule: DECISIONS.md says why.
                "sha2",
            ],
            optional: &["utoipa"],
        },
    },
    Row {
        package: "projections",
        rule: Rule::Only {
            always: &[
                "ledger",
                // For the name of a form.
                "blake3",
                "serde",
                "hashbrown",
                "thiserror",
                "jiff",
                "uuid",
                "utoipa",
                // For search: text made comparable, and looked for.
                "ferrous-opencc",
                "memchr",
                "unicode-normalization",
            ],
            optional: &[],
        },
    },
    Row {
        package: "chain",
        rule: Rule::Only {
            always: &[
                "blake3",
                "thiserror",
                "uuid",
                "serde",
                // For the tree over all records, and the signed notes about it.
                "base64",
                "ed25519-dalek",
                "sha2",
            ],
            optional: &[],
        },
    },
    Row {
        package: "wire",
        rule: Rule::Only {
            always: &["ledger", "prost", "thiserror", "uuid", "jiff"],
            optional: &[],
        },
    },
    Row {
        package: "evidence",
        rule: Rule::Only {
            always: &[
                "ledger",
                "projections",
                "chain",
                "wire",
                "blake3",
                "chacha20poly1305",
                "jiff",
                "serde",
                "serde_json",
                "sha2",
                "thiserror",
                "uuid",
                // The container; read with limits of our own.
                "zip",
            ],
            optional: &[],
        },
    },
    Row {
        package: "sheets",
        rule: Rule::Only {
            always: &[
                "ledger",
                "jiff",
                "serde",
                "thiserror",
                // The containers and formats of working files; read behind surveys of our own.
                "calamine",
                "cfb",
                "csv",
                "encoding_rs",
                "quick-xml",
                "rust_xlsxwriter",
                "toml",
                "unicode-normalization",
                "zip",
            ],
            optional: &[],
        },
    },
    Row {
        package: "printouts",
        rule: Rule::Only {
            always: &[
                "ledger",
                "projections",
                "jiff",
                "thiserror",
                "uuid",
                // What is printed, as files of an office.
                "csv",
                "rust_xlsxwriter",
            ],
            optional: &[],
        },
    },
    Row {
        package: "store",
        rule: Rule::Only {
            always: &[
                "chain",
                "sled",
                "blake3",
                "sha2",
                "thiserror",
                "tracing",
                "hashbrown",
                "getrandom",
                // Of a table that is kept: no release of Rust may change the hash.
                "siphasher",
                "uuid",
            ],
            optional: &[],
        },
    },
    Row {
        package: "sequencer",
        rule: Rule::Only {
            always: &[
                "ledger",
                "projections",
                "chain",
                "wire",
                "store",
                "tokio",
                "thiserror",
                "tracing",
                "uuid",
                "getrandom",
                "chacha20poly1305",
                "blake3",
                "hashbrown",
                "jiff",
                "serde",
            ],
            optional: &[],
        },
    },
    Row {
        package: "witness",
        rule: Rule::Only {
            always: &["chain", "sha2", "thiserror"],
            optional: &[],
        },
    },
    // The server, in crates/server. Storage and stored bytes are the business of those below it.
    Row {
        package: "fundtrace",
        rule: Rule::Not(&["sled", "prost"]),
    },
    // Chores, ordeals and benchmarks need what they need; nothing that ships depends on them.
    Row {
        package: "ordeal",
        rule: Rule::Not(&["sled"]),
    },
    Row {
        package: "bench",
        rule: Rule::Not(&["sled", "prost"]),
    },
    Row {
        package: "xtask",
        rule: Rule::Not(&[]),
    },
];

/// What no pure crate may reach, however far down: an operating system or a runtime.
const ACTING: [&str; 7] = [
    "tokio",
    "actix-web",
    "actix-rt",
    "sled",
    "mio",
    "libc",
    "socket2",
];

/// Steps of the graph that are not followed, and why each is harmless.
///
/// cargo shows one graph for all platforms, with the features that any crate of the workspace asks
/// for. So the first step is there though no x86-64 build takes it. The second is taken: the
/// workspace asks for uuid's random identifiers in one place, for the pure crates too, which link
/// the dice and must not throw them. That they do not is what `purity` checks.
const EXCUSED: [(&str, &str); 4] = [
    // blake3 asks the kernel which ARM or LoongArch processor this is.
    ("cpufeatures", "libc"),
    // uuid's `v4` and `v7`.
    ("getrandom", "libc"),
    // zip's way of unpacking onto a disk, which a package never takes; the second not on Linux.
    ("zip", "libc"),
    ("zip", "nix"),
];

/// What `cargo metadata` says, as far as it is asked.
#[derive(Debug, Deserialize)]
pub(super) struct Metadata {
    packages: Vec<Package>,
    workspace_members: Vec<String>,
    resolve: Resolve,
}

#[derive(Debug, Deserialize)]
struct Package {
    id: String,
    name: String,
    manifest_path: String,
    dependencies: Vec<Dependency>,
    targets: Vec<Target>,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    name: String,
    /// `None` for a normal dependency, else `dev` or `build`.
    kind: Option<String>,
    optional: bool,
}

#[derive(Debug, Deserialize)]
struct Target {
    kind: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Debug, Deserialize)]
struct Node {
    id: String,
    deps: Vec<Edge>,
}

#[derive(Debug, Deserialize)]
struct Edge {
    pkg: String,
    dep_kinds: Vec<EdgeKind>,
}

#[derive(Debug, Deserialize)]
struct EdgeKind {
    kind: Option<String>,
}

impl Metadata {
    /// Asks cargo about the workspace at `root`.
    pub(super) fn read(root: &Path) -> Result<Self> {
        let output = cargo(root, &["metadata", "--format-version", "1"])
            .output()
            .context("cannot start cargo")?;
        ensure!(
            output.status.success(),
            "cargo metadata ended with {}, so nothing is known about the dependencies: {}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        );
        Self::parse(&output.stdout)
    }

    fn parse(json: &[u8]) -> Result<Self> {
        serde_json::from_slice(json).context("cargo metadata speaks another language than we do")
    }

    fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages
            .iter()
            .filter(|package| self.workspace_members.contains(&package.id))
    }
}

/// Dependencies that the table does not allow, and pure crates that reach the outside.
pub(super) fn check(metadata: &Metadata) -> Vec<Violation> {
    let mut violations: Vec<Violation> = metadata.members().flat_map(direct).collect();
    for package in metadata
        .members()
        .filter(|package| PURE.contains(&package.name.as_str()))
    {
        violations.extend(reached(metadata, package));
    }
    violations
}

/// What `package` names itself, against its row.
fn direct(package: &Package) -> Vec<Violation> {
    let manifest = manifest_of(package);
    let Some(row) = TABLE.iter().find(|row| row.package == package.name) else {
        // The package in `tests/` may use whatever it tests.
        let in_crates = manifest.starts_with("crates/");
        let message = format!(
            "`{}` has no row in the table of crates/xtask/src/tidy/dependencies.rs: decide what \
             it may know before it knows too much",
            package.name
        );
        return in_crates
            .then(|| Violation::of_file(&manifest, message))
            .into_iter()
            .collect();
    };
    let normal = package
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind.is_none());
    normal
        .filter_map(|dependency| {
            let name = dependency.name.as_str();
            let why = match row.rule {
                Rule::Only { always, .. } if always.contains(&name) => return None,
                Rule::Only { optional, .. } if optional.contains(&name) => {
                    if dependency.optional {
                        return None;
                    }
                    "only with `optional = true`".to_owned()
                }
                Rule::Only { always, optional } => {
                    format!("only on {}", [always, optional].concat().join(", "))
                }
                Rule::Not(forbidden) if forbidden.contains(&name) => {
                    "one crate alone knows it, so that it can be replaced".to_owned()
                }
                Rule::Not(_) => return None,
            };
            let message = format!("`{}` may not depend on `{name}`: {why}", package.name);
            Some(Violation::of_file(&manifest, message))
        })
        .collect()
}

/// The shortest way from `package` to each of [`ACTING`], over normal dependencies.
fn reached(metadata: &Metadata, package: &Package) -> Vec<Violation> {
    let packages: BTreeMap<&str, &Package> = metadata
        .packages
        .iter()
        .map(|package| (package.id.as_str(), package))
        .collect();
    let nodes: BTreeMap<&str, &Node> = metadata
        .resolve
        .nodes
        .iter()
        .map(|node| (node.id.as_str(), node))
        .collect();

    let mut violations = Vec::new();
    // The way to each package already met, by name.
    let mut ways: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    ways.insert(&package.id, vec![&package.name]);
    let mut waiting = VecDeque::from([package.id.as_str()]);
    while let Some(id) = waiting.pop_front() {
        let Some((from, node)) = packages.get(id).zip(nodes.get(id)) else {
            continue;
        };
        let way = ways.get(id).cloned().unwrap_or_default();
        for edge in node
            .deps
            .iter()
            .filter(|edge| edge.dep_kinds.iter().any(is_normal))
        {
            let Some(to) = packages.get(edge.pkg.as_str()) else {
                continue;
            };
            let excused = EXCUSED
                .iter()
                .any(|(a, b)| *a == from.name && *b == to.name);
            if excused || is_proc_macro(to) || ways.contains_key(to.id.as_str()) {
                continue;
            }
            let mut way = way.clone();
            way.push(&to.name);
            if ACTING.contains(&to.name.as_str()) {
                let message = format!(
                    "`{}` is pure and may not reach `{}`: {}",
                    package.name,
                    to.name,
                    way.join(" -> ")
                );
                violations.push(Violation::of_file(&manifest_of(package), message));
            }
            ways.insert(&to.id, way);
            waiting.push_back(&to.id);
        }
    }
    violations
}

fn is_normal(edge: &EdgeKind) -> bool {
    edge.kind.is_none()
}

/// A procedural macro runs inside the compiler; like a build script, it is not in the program.
fn is_proc_macro(package: &Package) -> bool {
    package
        .targets
        .iter()
        .any(|target| target.kind.iter().any(|kind| kind == "proc-macro"))
}

/// `crates/ledger/Cargo.toml`, from an absolute path that ends so.
fn manifest_of(package: &Package) -> String {
    let path = package.manifest_path.replace('\\', "/");
    let parts: Vec<&str> = path.rsplit('/').take(3).collect();
    match parts.as_slice() {
        [file, dir, "crates"] => format!("crates/{dir}/{file}"),
        [file, dir, ..] => format!("{dir}/{file}"),
        _ => path,
    }
}

#[cfg(test)]
mod tests;
