//! A server that starts from a snapshot answers as one that has read everything, says how far it
//! is verified, and reads everything where the snapshot is of no use. Shown over HTTP, in this
//! process and with the real binary killed.

use crate::harness::*;
use sequencer::{Snapshots, Trust};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Of however few records.
fn snapshots() -> Option<Snapshots> {
    Some(Snapshots {
        records_min: 1,
        ..Snapshots::default()
    })
}

/// A county with some units, stopped in order: there is a snapshot.
fn stopped() -> World {
    let mut world = spawn_with(|settings| settings.snapshots = snapshots());
    world.register_units();
    world.fund_received(1, 100_000);
    world.stop();
    world
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for snapshot in fs::read_dir(dir.join("snapshots")).unwrap() {
        let path = snapshot.unwrap().path();
        files.extend(fs::read_dir(path).unwrap().map(|file| file.unwrap().path()));
    }
    files.sort();
    files
}

/// What is asked of both: answers that say through which record they are built.
fn answers(client: &Client) -> Vec<Value> {
    ["overlays", "alerts", "events?limit=1000"]
        .map(|rest| client.get("inspector", &client.path(rest)).json())
        .to_vec()
}

fn readiness(client: &Client) -> Value {
    client.get("", "/readyz").json()
}

#[test]
fn a_restart_serves_from_a_snapshot_and_verifies_it_behind() {
    let mut world = stopped();
    world.start();
    let records = readiness(&world)["records"].as_u64().unwrap();
    let position = readiness(&world)["snapshot"]["position"].as_u64().unwrap();
    assert!(position > 10 && position <= records);
    let before = answers(&world);
    let began = Instant::now();
    while readiness(&world)["snapshot"]["percent"] != 100 {
        assert!(began.elapsed().as_secs() < 60, "{}", readiness(&world));
    }
    assert_eq!(world.handle().trust(), Trust::Verified);
    let ready = readiness(&world);
    assert_eq!(
        (&ready["verified_through"], &ready["unverified"]),
        (&json!(records), &json!(0))
    );
    let verified = world.get_with("", "/readyz", &[]).unwrap();
    assert_eq!(verified.headers().get("fundtrace-unverified"), None);
    // A start of everything answers the same.
    world.stop();
    fs::remove_dir_all(world.dir.join("snapshots")).unwrap();
    world.start();
    assert_eq!(readiness(&world).get("snapshot"), None);
    assert_eq!(answers(&world), before);
}

#[test]
fn what_is_found_wrong_stops_all_writing_and_the_next_start_reads_everything() {
    let mut world = stopped();
    world.start();
    world.handle().distrust("this test says so");
    let answer = world.get_with("", "/healthz", &[]).unwrap();
    let header = answer.headers().get("fundtrace-unverified").unwrap();
    assert!(
        header.to_str().unwrap().contains("; verified-through="),
        "{header:?}"
    );
    let ready = world.get("", "/readyz");
    assert_eq!((ready.status, &*ready.code()), (503, "SNAPSHOT_WRONG"));
    let data = json!({"name": "另一名称"});
    assert_eq!(
        world.send("admin", "ledger.rename", data.clone()).code(),
        "STOPPED"
    );
    assert_eq!(answers(&world).len(), 3, "who reads is told, and answered");
    world.restart();
    assert_eq!(readiness(&world).get("snapshot"), None);
    world.record("admin", "ledger.rename", data);
}

#[test]
fn a_killed_server_starts_from_its_snapshot_and_from_everything_where_that_is_damaged() {
    let world = stopped();
    let dir = world.dir.to_str().unwrap();
    let start = || Process::of(&["serve", "--data", dir, "--snapshot-from", "1"]);
    let at = |process: &Process| {
        let mut client = world.clone_client();
        client.server.clone_from(&process.server);
        client
    };
    let process = start();
    let client = at(&process);
    assert!(readiness(&client)["snapshot"]["position"].as_u64().unwrap() > 10);
    client.record("admin", "ledger.rename", json!({"name": "改名后的账本"}));
    let expected = answers(&client);
    process.kill();
    // Another release's or nobody's: each file in turn is not what it was.
    let files = files(&world.dir);
    assert!(files.len() > 10, "{files:?}");
    for file in [&files[0], &files[files.len() / 2], &files[files.len() - 1]] {
        let process = start();
        let client = at(&process);
        assert!(readiness(&client)["snapshot"]["position"].is_u64());
        assert_eq!(answers(&client), expected);
        process.kill();
        let sound = fs::read(file).unwrap();
        let mut bytes = sound.clone();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(file, bytes).unwrap();
        let process = start();
        let client = at(&process);
        assert_eq!(
            readiness(&client).get("snapshot"),
            None,
            "{}",
            file.display()
        );
        assert_eq!(answers(&client), expected);
        process.kill();
        fs::write(file, sound).unwrap();
    }
    // Without snapshots nothing is read of them.
    let process = Process::of(&["serve", "--data", dir, "--snapshot-every", "0"]);
    let client = at(&process);
    assert_eq!(readiness(&client).get("snapshot"), None);
    assert_eq!(answers(&client), expected);
}
