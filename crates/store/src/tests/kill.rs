//! A writer that is killed at any moment loses nothing it has acknowledged. The writer is this
//! test binary, started again with a directory to write to.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use super::{A, B, Fixture};
use crate::{Faults, Log};

const DIR: &str = "FUNDTRACE_STORE_TEST_DIR";

/// Not a test unless [`DIR`] is set: then it appends for ever and prints each acknowledgement.
#[test]
fn writer_to_be_killed() {
    let Some(dir) = std::env::var_os(DIR) else {
        return;
    };
    let mut fixture = Fixture::new();
    let mut all = Vec::new();
    let each = |entry: &crate::Entry| {
        all.push(entry.record.clone());
        Ok(())
    };
    let (log, _) = super::open_with(dir.as_ref(), &Faults::default(), each).unwrap();
    (fixture.log, fixture.all) = (Some(log), all);
    loop {
        let len = fixture.all.len();
        fixture.append(&vec![(A, len % 900); 1 + len % 70]);
        fixture.append(&[(B, 6_000), (A, 1), (B, len % 5_000)]);
        writeln!(std::io::stderr(), "acknowledged {}", fixture.all.len()).unwrap();
    }
}

#[test]
fn a_killed_writer_loses_nothing_it_has_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    let mut acknowledged = 0;
    for round in 0..8 {
        let mut writer = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "tests::kill::writer_to_be_killed", "--nocapture"])
            .env(DIR, dir.path())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(writer.stderr.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let told = lines.filter_map(|line| line.strip_prefix("acknowledged ")?.parse::<u64>().ok());
        // It writes on while this is read: the kill comes wherever it then is.
        for count in told.take(3 + round * 2) {
            acknowledged = count;
        }
        writer.kill().unwrap();
        writer.wait().unwrap();
        let (log, _) = Log::open(dir.path(), |_| Ok::<(), ()>(())).unwrap();
        assert!(log.next_position() >= acknowledged, "round {round}");
        drop(log);
        let verified = crate::verify(dir.path(), |_| ()).unwrap();
        assert!(
            verified.records >= acknowledged && verified.not_in_sled == 0,
            "round {round}"
        );
    }
    assert!(acknowledged > 0);
}
