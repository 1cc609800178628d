//! A witness in a process of its own answers as C2SP tlog-witness states: whoever speaks that
//! protocol needs none of our code. What it has cosigned it knows after kill -9.

use crate::harness::*;
use chain::{
    Checkpoint, Frontier, NodeHash, Note, NoteSignature, ProofError, Signer, Submission,
    VerifierKey, consistency, empty_root, leaf_hash, root_at,
};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use uuid::Uuid;

const ORIGIN: &str = "county.example/log";

/// A log with its key, and two histories that part after two leaves.
struct Log {
    signer: Signer,
    nodes: BTreeMap<(bool, u8, u64), NodeHash>,
}

impl Log {
    fn new(key: &Path) -> Log {
        let mut nodes = BTreeMap::new();
        for fork in [false, true] {
            let mut frontier = Frontier::new();
            for at in 0..64_u64 {
                let leaf = format!("{}{at}", if fork && at >= 2 { "other " } else { "" });
                frontier.push_each(leaf_hash(leaf.as_bytes()), |level, index, hash| {
                    nodes.insert((fork, level, index), hash);
                });
            }
        }
        let text = std::fs::read_to_string(key).unwrap();
        let signer = Signer::from_text(text.trim_end()).unwrap();
        Log { signer, nodes }
    }

    fn checkpoint(&self, fork: bool, size: u64) -> Note {
        let node = |level, index| Ok::<_, ProofError>(self.nodes[&(fork, level, index)]);
        let root = root_at(size, node).unwrap();
        let checkpoint = Checkpoint::new(ORIGIN, size, root).unwrap();
        checkpoint.sign(&self.signer).unwrap()
    }

    fn submission(&self, fork: bool, old: u64, size: u64) -> String {
        let node = |level, index| Ok::<_, ProofError>(self.nodes[&(fork, level, index)]);
        let proof = consistency(old, size, node).unwrap_or_default();
        let note = self.checkpoint(fork, size);
        Submission::new(old, proof, note).unwrap().to_string()
    }
}

struct World {
    dir: TempDir,
    log: Log,
    vkey: String,
}

impl World {
    fn new() -> World {
        let dir = TempDir::new().unwrap();
        let key = |kind: &[&str], file: &str| {
            let file = dir.path().join(file);
            let new = [&["key", "new"], kind, &[file.to_str().unwrap()]].concat();
            let made = run(&new, "");
            assert!(made.status.success());
            String::from_utf8(made.stdout).unwrap().trim().to_owned()
        };
        let vkey = key(&["--name", ORIGIN], "log.key");
        key(
            &["--witness", "--name", "witness.example/one"],
            "witness.key",
        );
        let log = Log::new(&dir.path().join("log.key"));
        World { dir, log, vkey }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn arguments(&self, log: &[&str]) -> Vec<String> {
        let (key, data) = (self.path("witness.key"), self.path("witness"));
        let shown = |path: &Path| path.to_str().unwrap().to_owned();
        let mut arguments = ["witness", "--key"].map(str::to_owned).to_vec();
        arguments.extend([shown(&key), "--data".into(), shown(&data)]);
        arguments.extend(log.iter().map(|&word| word.to_owned()));
        arguments
    }

    fn start(&self) -> (Process, Client) {
        let arguments = self.arguments(&["--log", &self.vkey]);
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let process = Process::of(&words);
        let client = Client::new(process.server.clone(), Uuid::nil(), Arc::default());
        (process, client)
    }

    fn verifier(&self) -> VerifierKey {
        let shown = run(
            &["key", "show", self.path("witness.key").to_str().unwrap()],
            "",
        );
        String::from_utf8(shown.stdout)
            .unwrap()
            .trim()
            .parse()
            .unwrap()
    }
}

fn add(client: &Client, body: impl AsRef<[u8]>) -> Reply {
    client
        .try_post("", "/add-checkpoint", "text/plain", body.as_ref())
        .unwrap()
}

fn latest_path() -> String {
    format!("/{}/checkpoint", witness::origin_hash(ORIGIN))
}

#[test]
fn cosigns_a_log_that_grows_and_no_other_history() {
    let world = World::new();
    let (_process, client) = world.start();
    let log = &world.log;
    assert_eq!(client.get("", &latest_path()).status, 404);
    let reply = add(&client, log.submission(false, 0, 10));
    assert_eq!(
        (reply.status, reply.content_type.as_str()),
        (200, "text/plain; charset=utf-8")
    );
    let signatures = NoteSignature::parse_lines(&reply.text()).unwrap();
    let mut cosigned = log.checkpoint(false, 10);
    cosigned.add(signatures[0].clone()).unwrap();
    let verifier = world.verifier();
    let signed = cosigned.verify([&verifier]).unwrap();
    assert!(signed[0].1.unwrap() > 1_700_000_000, "{signed:?}");
    assert_eq!(client.get("", &latest_path()).text(), cosigned.to_string());

    // Too old, for an old size that was: the answer says which it is now.
    for stale in [log.submission(false, 0, 12), log.submission(false, 4, 12)] {
        let reply = add(&client, stale);
        assert_eq!(
            (reply.status, reply.content_type.as_str()),
            (409, "text/x.tlog.size")
        );
        assert_eq!(reply.text(), "10\n");
    }
    // Rolled back.
    assert_eq!(add(&client, log.submission(false, 8, 8)).status, 409);
    // Another history, of the same size or a larger one.
    let reply = add(&client, log.submission(true, 10, 10));
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (409, "OTHER_ROOT"),
        "{}",
        reply.text()
    );
    for size in [11, 64] {
        let reply = add(&client, log.submission(true, 10, size));
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (422, "INCONSISTENT"),
            "{size}"
        );
    }
    // The same again is no news, and no conflict.
    assert_eq!(add(&client, log.submission(false, 10, 10)).status, 200);
    assert_eq!(add(&client, log.submission(false, 10, 64)).status, 200);
}

#[test]
fn answers_whatever_comes_with_the_status_of_the_specification() {
    let world = World::new();
    let (_process, client) = world.start();
    let sound = world.log.submission(false, 0, 10);
    let stranger = Signer::new(ORIGIN, &[9; 32]).unwrap();
    let by = |origin: &str, signer: &Signer| {
        let note = Checkpoint::new(origin, 3, empty_root())
            .unwrap()
            .sign(signer);
        Submission::new(0, vec![], note.unwrap())
            .unwrap()
            .to_string()
    };
    let empty = Checkpoint::new(ORIGIN, 0, leaf_hash(b"")).unwrap();
    let empty = empty.sign(&world.log.signer).unwrap();
    let hash = empty_root().to_base64();
    let cases = [
        (404, by("other.example", &stranger)),
        (403, by(ORIGIN, &stranger)),
        (403, sound.replace("\n10\n", "\n11\n")),
        (400, String::new()),
        (400, "old 0\n\n".into()),
        (400, sound.replace("old 0", "old 00")),
        (400, sound.replace("old 0", "old -1")),
        (400, sound.replace("old 0", "old 18446744073709551616")),
        (400, sound.replace("old 0", "old 11")),
        (400, sound.replace("\n10\n", "\n010\n")),
        (400, sound.replace('\n', "\r\n")),
        (400, sound.trim_end().into()),
        (
            400,
            format!("old 0\n{}\n{}", format!("{hash}\n").repeat(64), &sound[7..]),
        ),
        (422, format!("old 0\n{hash}\n{}", &sound[6..])),
        (409, format!("old 0\n\n{empty}")),
        (409, sound.replace("old 0", "old 3")),
        (413, "a".repeat(300_000)),
        (413, "a".repeat(5_000_000)),
    ];
    for (status, body) in &cases {
        // A server may close before a body that is too large has arrived.
        let reply = client.try_post("", "/add-checkpoint", "text/plain", body.as_bytes());
        let start: String = body.chars().take(60).collect();
        match reply {
            Ok(reply) => assert_eq!(reply.status, *status, "{start:?} {}", reply.text()),
            Err(error) => assert_eq!(*status, 413, "{start:?} {error}"),
        }
    }
    assert_eq!(add(&client, b"\xff\xfe\n\n").status, 400);
    assert_eq!(client.get("", "/add-checkpoint").status, 405);
    assert_eq!(client.get("", "/v1/ledgers").status, 404);
    assert_eq!(client.get("", "/healthz").status, 200);
    // Nothing of it was cosigned.
    assert_eq!(client.get("", &latest_path()).status, 404);
    assert_eq!(add(&client, &sound).status, 200);
}

#[test]
fn has_forgotten_nothing_after_kill_9() {
    let world = World::new();
    let mut size = 0;
    for round in 1..=6 {
        let (process, client) = world.start();
        let next = size + 3;
        assert_eq!(
            add(&client, world.log.submission(false, size, next)).status,
            200
        );
        size = next;
        // The last request of each round may or may not have been remembered when it dies.
        let racing = client.clone();
        let body = world.log.submission(false, size, size + 1);
        let race = std::thread::spawn(move || {
            racing.try_post("", "/add-checkpoint", "text/plain", body.as_bytes())
        });
        if round % 2 == 0 {
            std::thread::yield_now();
        }
        process.kill();
        let answered = race.join().unwrap().is_ok_and(|reply| reply.status == 200);

        let (process, client) = world.start();
        let reply = add(&client, world.log.submission(false, 0, size));
        let known: u64 = reply.text().trim().parse().unwrap();
        assert!(
            known == size + 1 || (known == size && !answered),
            "{known} {size} {answered}"
        );
        assert_eq!(
            add(&client, world.log.submission(true, known, known + 1)).status,
            422
        );
        size = known;
        process.kill();
    }
}

#[test]
fn of_two_at_once_for_one_size_one_is_told_the_size_of_the_other() {
    let world = World::new();
    let (_process, client) = world.start();
    let bodies = [false, true].map(|fork| world.log.submission(fork, 0, 20));
    let replies: Vec<Reply> = std::thread::scope(|scope| {
        let send = |body| {
            let client = &client;
            scope.spawn(move || add(client, body))
        };
        let threads = bodies.iter().map(send).collect::<Vec<_>>();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    let mut statuses: Vec<u16> = replies.iter().map(|reply| reply.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert!(replies.iter().any(|reply| reply.text() == "20\n"));
}

#[test]
fn does_not_start_with_what_it_cannot_trust() {
    let world = World::new();
    let (process, client) = world.start();
    assert_eq!(add(&client, world.log.submission(false, 0, 10)).status, 200);
    let complaint = |log: &[&str]| {
        let arguments = world.arguments(log);
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let output = run(&words, "");
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    let by_key = ["--log", &world.vkey];
    assert!(complaint(&by_key).contains("in use"));
    process.kill();
    assert!(complaint(&[]).contains("at least one log"));
    assert!(complaint(&["--log", "no key"]).contains("no key"));
    let policy = world.path("policy");
    std::fs::write(&policy, "quorum nobody\n").unwrap();
    assert!(complaint(&["--policy", policy.to_str().unwrap()]).contains("line 1"));

    let memory = format!("{}.checkpoint", witness::origin_hash(ORIGIN));
    let memory = world.path("witness").join(memory);
    let sound = std::fs::read(&memory).unwrap();
    let mut damaged = sound.clone();
    damaged[100] ^= 1;
    std::fs::write(&memory, &damaged).unwrap();
    assert!(complaint(&by_key).contains("is not what this witness wrote"));
    std::fs::remove_file(&memory).unwrap();
    assert!(complaint(&by_key).contains("it is gone"));
    std::fs::write(&memory, &sound).unwrap();
    // By a policy, the same log.
    std::fs::write(&policy, format!("log {}\nquorum none\n", world.vkey)).unwrap();
    let arguments = world.arguments(&["--policy", policy.to_str().unwrap()]);
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let process = Process::of(&words);
    let client = Client::new(process.server.clone(), Uuid::nil(), Arc::default());
    assert_eq!(
        add(&client, world.log.submission(false, 10, 11)).status,
        200
    );
}
