//! A server has its checkpoints cosigned by as many witnesses as its policy says; whoever asked to
//! wait for that gets a proof that convinces without the server, and nobody else waits.

use crate::harness::*;
use chain::{Note, Policy, TlogProof, leaf_bytes, leaf_hash};
use serde_json::{Value, json};
use server::serve::start;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use uuid::Uuid;

/// Longer than one record takes; shorter than a witness may be silent.
const PROMPT: Duration = Duration::from_secs(9);

/// A log's key in `<dir>/data.key`, and what belongs to the witnesses.
struct Office {
    dir: TempDir,
    lines: String,
    /// Addresses where somebody listens and never says a word.
    silent: Vec<TcpListener>,
}

impl Office {
    fn new() -> Office {
        let dir = TempDir::new().unwrap();
        let key = key_for(&dir.path().join("data"));
        let vkey = server::key::signer(&key).unwrap().verifier().to_string();
        Office {
            dir,
            lines: format!("log {vkey}\n"),
            silent: vec![],
        }
    }

    fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    fn witness_key(&self, name: &str) -> (PathBuf, String) {
        let key = self.dir.path().join(format!("{name}.key"));
        let vkey = server::key::make_witness(&key, &format!("{name}.example")).unwrap();
        (key, vkey.to_string())
    }

    fn witness(&mut self, name: &str) -> Process {
        let (key, vkey) = self.witness_key(name);
        let data = self.dir.path().join(name);
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        let log = self.lines.lines().next().unwrap().replace("log ", "");
        let [key, data] = [text(&key), text(&data)];
        let process = Process::of(&["witness", "--key", &key, "--data", &data, "--log", &log]);
        self.lines += &format!("witness {name} {vkey} {}/\n", process.server);
        process
    }

    fn silent_witness(&mut self, name: &str) {
        let (_, vkey) = self.witness_key(name);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        self.lines += &format!("witness {name} {vkey} http://{address}\n");
        self.silent.push(listener);
    }

    fn policy(&self, quorum: &str) -> PathBuf {
        let path = self.dir.path().join("policy");
        std::fs::write(&path, format!("{}{quorum}", self.lines)).unwrap();
        path
    }
}

/// A command that nothing need go before.
fn register_person() -> Value {
    let profile = json!({"person": Uuid::new_v4(), "kind": "household", "name": "某户主"});
    command("subject.register", "2018-08-01", profile)
}

#[test]
fn enough_witnesses_cosign_what_is_published_and_a_silent_one_is_not_missed() {
    let mut office = Office::new();
    let _witnesses = ["one", "two"].map(|name| office.witness(name));
    office.silent_witness("three");
    let file = office.policy("group all-three 2 one two three\nquorum all-three\n");
    let policy = Policy::parse(&std::fs::read(&file).unwrap()).unwrap();
    let mut world = spawn_witnessed(&office.data(), &file);

    for _ in 0..3 {
        let body = register_person();
        let reply = world.post_bytes("finance", "?wait=witnessed", body.to_string().as_bytes());
        assert_eq!(reply.status, 201, "{}", reply.text());
        let receipt = reply.json();
        let proof = TlogProof::parse(receipt["proof"].as_str().unwrap().as_bytes()).unwrap();
        let seq = receipt["last_seq"].as_u64().unwrap();
        let hash = receipt["hash"].as_str().unwrap().parse().unwrap();
        let leaf = leaf_hash(&leaf_bytes(chain::LedgerId(world.ledger), seq, hash));
        let witnessed = proof.verify(leaf, &policy).unwrap();
        let mut names: Vec<&str> = witnessed
            .witnesses
            .iter()
            .map(|(name, _)| &**name)
            .collect();
        names.sort_unstable();
        assert_eq!(names, ["one.example", "two.example"]);

        // Whoever asks later needs no server to be convinced either.
        for wait in ["", "?wait=witnessed"] {
            let later = world.get("reader", &world.path(&format!("events/{seq}/proof{wait}")));
            let later = TlogProof::parse(&later.body).unwrap();
            assert_eq!(later.verify(leaf, &policy).unwrap().witnesses.len(), 2);
        }
    }
    let cosigned = world.get("", "/checkpoint?witnessed=true");
    let note = Note::parse(&cosigned.body).unwrap();
    let size = policy.verify(&note).unwrap().checkpoint.size();
    assert_eq!(world.get("", "/v1/log").json()["witnessed"], json!(size));

    // Kept: it is there at once after a restart, and the witnesses go on from it.
    world.restart();
    let kept = Note::parse(&world.get("", "/checkpoint?witnessed=true").body).unwrap();
    assert!(policy.verify(&kept).unwrap().checkpoint.size() >= size);
    let body = register_person().to_string();
    let reply = world.post_bytes("finance", "?wait=witnessed", body.as_bytes());
    assert_eq!(reply.status, 201, "{}", reply.text());
}

#[test]
fn what_no_witness_covers_in_time_is_recorded_and_not_called_covered() {
    let mut office = Office::new();
    office.silent_witness("one");
    let file = office.policy("quorum one\n");
    let world = spawn_witnessed(&office.data(), &file);
    let wait =
        |body: &Value| world.post_bytes("finance", "?wait=witnessed", body.to_string().as_bytes());
    std::thread::scope(|scope| {
        // Both wait as long as it takes.
        scope.spawn(|| {
            let reply = wait(&register_person());
            assert_eq!(reply.status, 202, "{}", reply.text());
            assert!(reply.json()["covered_by"].is_null());
        });
        scope.spawn(|| {
            let reply = wait(&json!([register_person(), register_person()]));
            assert_eq!(reply.status, 200, "{}", reply.text());
            for outcome in reply.json().as_array().unwrap() {
                assert_eq!(outcome["status"], 202, "{outcome}");
                assert!(outcome["receipt"]["covered_by"].is_null());
            }
        });
    });
}

#[test]
fn a_log_that_only_its_cosignatures_remember_is_not_begun_anew() {
    let mut office = Office::new();
    let _witness = office.witness("one");
    let file = office.policy("quorum one\n");
    let mut world = spawn_witnessed(&office.data(), &file);
    let body = register_person().to_string();
    let reply = world.post_bytes("finance", "?wait=witnessed", body.as_bytes());
    assert_eq!(reply.status, 201, "{}", reply.text());
    world.stop();

    let data = office.data();
    std::fs::remove_dir_all(&data).unwrap();
    std::fs::remove_file(data.with_extension("head")).unwrap();
    let mut settings = settings(&data);
    let said = server::serve::start(&settings).err().unwrap().to_string();
    assert!(said.contains("no head register"), "{said}");
    assert!(!data.join("journal").exists(), "nothing is made");
    // Who says so all the same is told by the witness, and so is whoever asks how the server is.
    settings.adopt_head = true;
    settings.policy = Some(file);
    let running = server::serve::start(&settings).unwrap();
    let client = Client::new(
        format!("http://{}", running.addr),
        world.ledger,
        Arc::default(),
    );
    let warnings = || client.get("", "/readyz").json()["warnings"].clone();
    let deadline = Instant::now() + PROMPT;
    while !warnings().to_string().contains("WITNESS_DISPUTES") {
        assert!(Instant::now() < deadline, "{}", warnings());
        std::thread::sleep(Duration::from_millis(20));
    }
    running.stop();
}

#[test]
fn kept_cosignatures_of_another_history_are_left_aside() {
    let mut office = Office::new();
    let witness = office.witness("one");
    let file = office.policy("quorum one\n");
    let policy = Policy::parse(&std::fs::read(&file).unwrap()).unwrap();
    let mut world = spawn_witnessed(&office.data(), &file);
    let body = register_person().to_string();
    let reply = world.post_bytes("finance", "?wait=witnessed", body.as_bytes());
    assert_eq!(reply.status, 201, "{}", reply.text());
    world.stop();
    drop(witness);

    // Signed by the log and cosigned by the witness, and not of these records.
    let is_kept = |path: &PathBuf| path.to_str().unwrap().ends_with(".witnessed");
    let kept = files(office.dir.path()).into_iter().find(is_kept).unwrap();
    let note = Note::parse(&std::fs::read(&kept).unwrap()).unwrap();
    let size = policy.verify(&note).unwrap().checkpoint.size();
    let signer = server::key::signer(&key_for(&office.data())).unwrap();
    let cosigner = server::key::cosigner(&office.dir.path().join("one.key")).unwrap();
    for (size, root) in [(size, [7; 32]), (size + 1_000, [7; 32])] {
        let root = chain::NodeHash::from_bytes(root);
        let checkpoint = chain::Checkpoint::new(ORIGIN, size, root).unwrap();
        let mut forged = checkpoint.sign(&signer).unwrap();
        forged.add(cosigner.cosign(forged.text(), 5)).unwrap();
        assert!(policy.verify(&forged).is_ok());
        std::fs::write(&kept, forged.to_string()).unwrap();
        world.start();
        assert_eq!(world.get("", "/checkpoint?witnessed=true").status, 404);
        world.stop();
    }
    std::fs::write(&kept, note.to_string()).unwrap();
    world.start();
    assert_eq!(world.get("", "/checkpoint?witnessed=true").status, 200);
}

#[test]
fn silent_witnesses_delay_nobody_who_does_not_ask_to_wait() {
    let mut office = Office::new();
    office.silent_witness("one");
    let file = office.policy("quorum one\n");
    let mut world = spawn_witnessed(&office.data(), &file);
    let begun = Instant::now();
    for _ in 0..20 {
        assert_eq!(world.post("finance", &register_person()).status, 201);
    }
    assert_eq!(world.get("", "/checkpoint").status, 200);
    assert_eq!(world.get("", "/checkpoint?witnessed=true").status, 404);
    // Nor does it keep the server from ending, or its directory from being opened again.
    world.restart();
    assert_eq!(world.post("finance", &register_person()).status, 201);
    assert!(begun.elapsed() < PROMPT, "{:?}", begun.elapsed());
}

#[test]
fn a_policy_that_cannot_be_followed_is_refused_at_the_start() {
    let mut office = Office::new();
    let refused = |office: &Office, text: &str| {
        let path = office.dir.path().join("wrong");
        std::fs::write(&path, text).unwrap();
        let mut settings = settings(&office.data());
        settings.policy = Some(path);
        format!("{:#}", start(&settings).map(|_| ()).unwrap_err())
    };
    assert!(refused(&office, "quorum none\n").contains("does not name this log"));
    assert!(refused(&office, "nonsense\n").contains("line 1"));
    let (_, vkey) = office.witness_key("one");
    office.lines += &format!("witness one {vkey} https://witness.example/\nquorum one\n");
    assert!(refused(&office, &office.lines).contains("only http://"));
}

/// The same note of one record less; its signature is that of the note before.
fn resized(note: &str) -> String {
    let size = note.lines().nth(1).unwrap();
    let less: u64 = size.parse::<u64>().unwrap() - 1;
    note.replacen(&format!("\n{size}\n"), &format!("\n{less}\n"), 1)
}

#[test]
fn a_restore_asks_the_witnesses_what_the_log_had_come_to() {
    let mut office = Office::new();
    let _witness = office.witness("one");
    office.silent_witness("two");
    let file = office.policy("quorum one\n");
    let mut world = spawn_witnessed(&office.data(), &file);
    let recorded = |world: &World| {
        let body = register_person().to_string();
        let reply = world.post_bytes("finance", "?wait=witnessed", body.as_bytes());
        assert_eq!(reply.status, 201, "{}", reply.text());
    };
    recorded(&world);
    let to = office.dir.path().join("backup");
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let data = office.data();
    let backup = run(&["backup", "--data", &text(&data), "--to", &text(&to)], "");
    assert!(backup.status.success(), "{backup:?}");
    recorded(&world);
    world.stop();

    // The backup and its own register agree with each other; the witness has seen one more.
    let target = office.dir.path().join("restored");
    let restore = |more: &[&str]| {
        let (to, target) = (text(&to), text(&target));
        let output = run(
            &[&["restore", "--from", &to, "--data", &target], more].concat(),
            "",
        );
        let told = [output.stdout, output.stderr].concat();
        let told = String::from_utf8_lossy(&told).into_owned();
        (output.status.success(), told)
    };
    let policy = text(&file);
    let (is_done, told) = restore(&["--policy", &policy]);
    assert!(
        !is_done && told.contains("witness one.example says"),
        "{told}"
    );
    assert!(told.contains("--accept-loss 1"), "{told}");
    assert!(told.contains("witness two.example was not asked"), "{told}");
    assert!(!target.exists());

    // A register that somebody else signed, or nobody.
    let forged = office.dir.path().join("forged.head");
    let register = std::fs::read_to_string(server::serve::beside(&data, "head")).unwrap();
    let other = register.replace(ORIGIN, "evil.example/other");
    assert_ne!(other, register);
    for (register, why) in [
        (other, "evil.example/other"),
        (resized(&register), "not signed by its log"),
    ] {
        std::fs::write(&forged, register).unwrap();
        let (is_done, told) = restore(&["--policy", &policy, "--register", &text(&forged)]);
        assert!(!is_done && told.contains(why), "{told}");
    }

    // Who asks for both is not content with one.
    let both = office.policy("group both all one two\nquorum both\n");
    let (is_done, told) = restore(&["--policy", &text(&both), "--accept-loss", "1"]);
    assert!(!is_done && told.contains("too few witnesses"), "{told}");
    assert!(!target.exists());

    let file = office.policy("quorum one\n");
    let policy = text(&file);
    let (is_done, told) = restore(&["--policy", &policy, "--accept-loss", "1"]);
    assert!(is_done && told.contains("is ahead of the log"), "{told}");
}
