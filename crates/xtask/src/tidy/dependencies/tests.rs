//! Small workspaces in the words of `cargo metadata`, and what the table says to them.

use serde_json::{Value, json};

use super::super::shown;
use super::*;

/// A package, its kind of target, and its dependencies as `name`, `name?` (optional), `name:dev`.
fn violations(packages: &[(&str, &str, &[&str])]) -> Vec<String> {
    let split = |text: &str| -> (String, Option<String>, bool) {
        let (name, kind) = text
            .split_once(':')
            .map_or((text, None), |(a, b)| (a, Some(b)));
        (
            name.trim_end_matches('?').to_owned(),
            kind.map(str::to_owned),
            name.ends_with('?'),
        )
    };
    let mut metadata: Vec<Value> = Vec::new();
    let mut nodes: Vec<Value> = Vec::new();
    let mut members: Vec<&str> = Vec::new();
    for (name, place, dependencies) in packages {
        let (kind, dir) = match *place {
            "macro" => ("proc-macro", "/registry/src"),
            "registry" => ("lib", "/registry/src"),
            dir => ("lib", dir),
        };
        if dir.starts_with("/here") {
            members.push(name);
        }
        let dependencies: Vec<_> = dependencies.iter().map(|text| split(text)).collect();
        metadata.push(json!({
            "id": name,
            "name": name,
            "manifest_path": format!("{dir}/{name}/Cargo.toml"),
            "dependencies": dependencies.iter().map(|(name, kind, optional)| {
                json!({ "name": name, "kind": kind, "optional": optional })
            }).collect::<Vec<_>>(),
            "targets": [{ "kind": [kind] }],
        }));
        nodes.push(json!({
            "id": name,
            "deps": dependencies.iter().map(|(name, kind, _)| {
                json!({ "pkg": name, "dep_kinds": [{ "kind": kind, "target": null }] })
            }).collect::<Vec<_>>(),
        }));
    }
    let json = json!({
        "packages": metadata,
        "workspace_members": members,
        "resolve": { "nodes": nodes },
    });
    shown(&check(
        &Metadata::parse(json.to_string().as_bytes()).unwrap(),
    ))
}

const HERE: &str = "/here/crates";

#[test]
fn finds_a_dependency_outside_the_row() {
    assert_eq!(
        violations(&[(
            "wire",
            HERE,
            &["ledger", "prost", "serde_json", "anyhow:dev"]
        )]),
        [
            "crates/wire/Cargo.toml: `wire` may not depend on `serde_json`: only on ledger, prost, \
          thiserror, uuid, jiff"
        ]
    );
}

#[test]
fn finds_a_dependency_that_should_be_optional() {
    assert_eq!(
        violations(&[("ledger", HERE, &["utoipa?", "serde"])]),
        Vec::<String>::new()
    );
    assert_eq!(
        violations(&[("ledger", HERE, &["utoipa"])]),
        [
            "crates/ledger/Cargo.toml: `ledger` may not depend on `utoipa`: only with \
          `optional = true`"
        ]
    );
}

#[test]
fn finds_a_server_that_knows_the_store_beneath_the_store() {
    let clean = violations(&[("fundtrace", HERE, &["store", "actix-web", "prost:build"])]);
    assert_eq!(clean, Vec::<String>::new());
    assert_eq!(
        violations(&[("fundtrace", HERE, &["store", "sled"])]),
        [
            "crates/fundtrace/Cargo.toml: `fundtrace` may not depend on `sled`: one crate alone \
          knows it, so that it can be replaced"
        ]
    );
}

#[test]
fn finds_a_crate_without_a_row_but_leaves_the_tests_alone() {
    let found = violations(&[("gossip", HERE, &[]), ("promises", "/here", &["sled"])]);
    assert_eq!(
        found,
        [
            "crates/gossip/Cargo.toml: `gossip` has no row in the table of \
          crates/xtask/src/tidy/dependencies.rs: decide what it may know before it knows too much"
        ]
    );
}

#[test]
fn finds_the_shortest_way_from_a_pure_crate_to_the_outside() {
    let found = violations(&[
        ("chain", HERE, &["blake3"]),
        ("blake3", "registry", &["rayon", "memmap"]),
        ("rayon", "registry", &["memmap"]),
        ("memmap", "registry", &["libc"]),
        ("libc", "registry", &[]),
    ]);
    assert_eq!(
        found,
        [
            "crates/chain/Cargo.toml: `chain` is pure and may not reach `libc`: chain -> blake3 -> \
          memmap -> libc"
        ]
    );
}

#[test]
fn finds_a_second_way_when_the_first_is_excused() {
    let found = violations(&[
        ("chain", HERE, &["uuid", "blake3"]),
        ("uuid", "registry", &["getrandom"]),
        ("getrandom", "registry", &["libc"]),
        ("blake3", "registry", &["memmap"]),
        ("memmap", "registry", &["libc"]),
        ("libc", "registry", &[]),
    ]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].ends_with("chain -> blake3 -> memmap -> libc"),
        "{found:?}"
    );
}

#[test]
fn passes_builds_tests_macros_and_the_excused_steps() {
    let found = violations(&[
        ("chain", HERE, &["blake3", "thiserror", "tokio:dev"]),
        ("blake3", "registry", &["cpufeatures", "cc:build"]),
        ("cpufeatures", "registry", &["libc"]),
        ("cc", "registry", &["libc"]),
        ("thiserror", "registry", &["thiserror-impl"]),
        ("thiserror-impl", "macro", &["libc"]),
        ("tokio", "registry", &["libc", "mio"]),
        ("mio", "registry", &[]),
        ("libc", "registry", &[]),
        // A crate that acts may reach all of it.
        ("store", HERE, &["sled"]),
        ("sled", "registry", &["libc"]),
    ]);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn the_table_covers_each_pure_crate() {
    for name in PURE {
        assert!(TABLE.iter().any(|row| row.package == name), "{name}");
    }
}
