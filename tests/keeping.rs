//! What an operator keeps the book with: the daily reading says what was verified and what is bad,
//! `repair` says what it does and does it, `backup` and `restore` lose nothing without saying so.

use crate::harness::*;
use serde_json::{Value, json};
use server::scrub::Scrubber;
use server::serve::beside;
use std::fs;
use std::path::Path;
use std::process::Output;
use std::time::Duration;
use uuid::Uuid;

/// 2018-10-02 in UTC, microseconds.
const WALL_US: u64 = 1_538_438_400_000_000;
const DAY: Duration = Duration::from_hours(24);

fn said(output: &Output) -> String {
    [&output.stdout[..], &output.stderr[..]]
        .map(String::from_utf8_lossy)
        .concat()
}

fn shown(dir: &Path) -> &str {
    dir.to_str().unwrap()
}

/// A county with some records and one evidence file, and that file's place.
fn county() -> (World, std::path::PathBuf) {
    let world = spawn();
    world.register_units();
    let path = world.path("files");
    let reply = world.try_post("worker", &path, "application/octet-stream", b"abc");
    let hash = reply.unwrap().json()["sha256"].as_str().unwrap().to_owned();
    let added = json!({"evidence": Uuid::new_v4(), "subject": org(TOWN), "sha256": hash, "size": 3,
        "media_type": "image/jpeg", "captured_on": "2018-07-30", "captured_by": who("worker"),
        "description": "路面竣工照片"});
    world.record("worker", "evidence.add", added);
    let shelf = world.dir.join("files").join(world.ledger.to_string());
    let file = shelf.join(&hash[..2]).join(&hash);
    assert!(file.exists());
    (world, file)
}

/// Turns the scrub from `now` on until it waits for long; when that was.
fn read_all(scrubber: &mut Scrubber, mut now: Duration) -> Duration {
    loop {
        let wait = scrubber.turn(now, WALL_US);
        if wait > Duration::from_mins(1) {
            return now;
        }
        now += wait;
    }
}

#[test]
fn each_day_everything_is_read_and_readiness_says_what_came_of_it() {
    let (world, file) = county();
    let shared = world.scrub();
    let mut scrubber = Scrubber::new(world.handle().clone(), shared, Duration::ZERO);
    let readiness = || world.get("reader", "/readyz");
    let verified = || {
        let path = format!("/v1/ledgers/{}", world.ledger);
        world.get("reader", &path).json()["last_verified_seq"].clone()
    };
    // The tree has hashes by then.
    while readiness().json()["published"] != readiness().json()["records"] {
        std::thread::yield_now();
    }
    assert_eq!(readiness().json().get("last_verified"), None);
    assert_eq!(verified(), Value::Null);

    // Not at once: who waited for the start goes first.
    let first = scrubber.turn(Duration::ZERO, WALL_US);
    assert!(first > Duration::from_mins(1) && first < DAY);
    let ended = read_all(&mut scrubber, first);
    let ready = readiness().json();
    let records = ready["records"].as_u64().unwrap();
    let expected = json!({"position": records, "files": 1, "at": "2018-10-02T00:00:00Z"});
    assert_eq!(ready["last_verified"], expected);
    assert_eq!(verified(), world.head());

    // The next comes a day after this one began, and finds a file that rotted, or a byte of the
    // journal that did.
    assert_eq!(scrubber.turn(ended, WALL_US), first + DAY - ended);
    fs::write(&file, b"abd").unwrap();
    let ended = read_all(&mut scrubber, first + DAY);
    let reply = readiness();
    assert_eq!((reply.status, reply.code().as_str()), (503, "DAMAGED"));
    assert!(reply.text().contains("evidence file"), "{}", reply.text());
    let upload = |text: &str| text.contains("upload that file again") && !text.contains("repair");
    assert!(upload(&reply.text()), "{}", reply.text());
    fs::remove_file(&file).unwrap();
    let ended = read_all(&mut scrubber, ended + DAY);
    let text = readiness().text();
    assert!(text.contains("no file") && upload(&text), "{text}");
    fs::write(&file, b"abc").unwrap();

    let journal = world.dir.join("journal/00000000000000000000.journal");
    let mut bytes = fs::read(&journal).unwrap();
    bytes[100] ^= 1;
    fs::write(&journal, &bytes).unwrap();
    let ended = read_all(&mut scrubber, ended + DAY);
    let text = readiness().text();
    assert!(text.contains("journal, position 0, ledger"), "{text}");
    assert!(text.contains("run fundtrace repair"), "{text}");
    bytes[100] ^= 1;
    fs::write(&journal, &bytes).unwrap();

    // The tree is what the records come to, and repair does not touch it.
    let tree = world.dir.join("tree/0");
    let mut hashes = fs::read(&tree).unwrap();
    hashes[1] ^= 1;
    fs::write(&tree, &hashes).unwrap();
    let ended = read_all(&mut scrubber, ended + DAY);
    let text = readiness().text();
    assert!(text.contains("remove the folder tree"), "{text}");
    assert!(!text.contains("fundtrace repair"), "{text}");
    hashes[1] ^= 1;
    fs::write(&tree, &hashes).unwrap();
    read_all(&mut scrubber, ended + DAY);
    assert_eq!(readiness().status, 200);
}

#[test]
fn repair_says_what_it_will_do_and_does_it() {
    let (mut world, _) = county();
    let in_use = run(&["repair", "--data", shown(&world.dir)], "");
    assert_eq!(in_use.status.code(), Some(1));
    assert!(said(&in_use).contains("in use"));
    let head = world.head();
    world.stop();
    let dir = world.dir.clone();
    let dir = shown(&dir);
    let sound = run(&["repair", "--data", dir], "");
    assert!(said(&sound).contains("无需修复"), "{}", said(&sound));

    let journal = world.dir.join("journal/00000000000000000000.journal");
    let mut bytes = fs::read(&journal).unwrap();
    bytes[100] ^= 1;
    fs::write(&journal, &bytes).unwrap();
    let planned = said(&run(&["repair", "--data", dir, "--dry-run"], ""));
    assert!(planned.contains("journal, position 0, ledger"), "{planned}");
    assert!(planned.contains(".journal.damaged-1") && planned.contains("nothing was changed"));
    assert_eq!(fs::read(&journal).unwrap(), bytes);
    let done = run(&["repair", "--data", dir], "");
    assert!(done.status.success() && said(&done).contains("已修复"));
    assert!(run(&["verify", dir], "").status.success());
    // `fundtrace repair … 2>&1 | head -2` repairs no less.
    fs::write(&journal, &bytes).unwrap();
    assert!(run_unheard(&["repair", "--data", dir]).success());
    assert!(run(&["verify", dir], "").status.success());
    world.start();
    assert_eq!(world.head(), head);
    world.stop();

    // Both copies: the record and what to do are named, and nothing is changed.
    fs::write(&journal, &bytes).unwrap();
    fs::write(world.dir.join("sled/db"), b"nothing").unwrap();
    let refused = run(&["repair", "--data", dir], "");
    assert_eq!(refused.status.code(), Some(1));
    let text = said(&refused);
    assert!(
        text.contains("seq 1") && text.contains("fundtrace restore"),
        "{text}"
    );
    assert_eq!(fs::read(&journal).unwrap(), bytes);
}

#[test]
fn what_was_published_is_not_cut_and_nothing_is_written_to_what_is_left() {
    let (mut world, _) = county();
    world.stop();
    let dir = world.dir.clone();
    let dir = shown(&dir);
    let journal = world.dir.join("journal/00000000000000000000.journal");
    let whole = fs::read(&journal).unwrap();
    let rest = &whole[..whole.len() - 3];
    fs::write(&journal, rest).unwrap();
    fs::rename(world.dir.join("sled"), world.dir.join("elsewhere")).unwrap();
    let token = ["token", "create", "--data", dir, "--role", "reader"];
    let list = ["ledger", "list", "--data", dir];
    for command in [&["repair", "--data", dir][..], &token, &list] {
        let refused = run(command, "");
        assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
        assert!(
            said(&refused).contains("were published"),
            "{}",
            said(&refused)
        );
    }
    assert!(fs::read(&journal).unwrap() == rest);
    // With sled back the group is, too.
    fs::rename(world.dir.join("elsewhere"), world.dir.join("sled")).unwrap();
    assert!(run(&["repair", "--data", dir], "").status.success());
    assert!(run(&list, "").status.success());

    // Bytes behind the last group that no crash leaves are not intact.
    let mut bytes = fs::read(&journal).unwrap();
    bytes.extend([0x5a; 4_000]);
    fs::write(&journal, bytes).unwrap();
    let broken = run(&["verify", dir], "");
    assert_eq!(broken.status.code(), Some(1));
    assert!(said(&broken).contains("last 4000 bytes"));
}

#[test]
fn a_register_of_another_history_licenses_nothing_and_is_named() {
    let (mut world, _) = county();
    world.stop();
    let (mut other, _) = county();
    other.stop();
    let dir = world.dir.clone();
    let dir = shown(&dir);
    let foreign = other.dir.with_extension("head");
    let foreign = shown(&foreign);
    let to = world.dir.with_extension("backup");

    let backup = ["backup", "--data", dir, "--to", shown(&to)];
    for (register, says) in [(foreign, "fork"), ("nowhere.head", "no such file")] {
        let refused = run(&[&backup[..], &["--register", register]].concat(), "");
        assert_eq!(refused.status.code(), Some(1));
        assert!(said(&refused).contains(says), "{}", said(&refused));
        assert!(!to.join("manifest").exists(), "nothing is backed up");
    }
    // Sound copies are not called sound against another log's register, and an end that it does
    // not cover is not cut.
    let repair = ["repair", "--data", dir, "--register", foreign];
    let journal = world.dir.join("journal/00000000000000000000.journal");
    let whole = fs::read(&journal).unwrap();
    let sled = world.dir.join("sled");
    for cut in [0, 3] {
        if cut > 0 {
            fs::remove_dir_all(&sled).unwrap();
        }
        fs::write(&journal, &whole[..whole.len() - cut]).unwrap();
        let refused = run(&repair, "");
        assert_eq!(refused.status.code(), Some(1));
        assert!(said(&refused).contains("refused"), "{}", said(&refused));
        assert!(fs::read(&journal).unwrap() == whole[..whole.len() - cut]);
    }

    // A log that is shorter than its register says is not said to be in order.
    fs::write(&journal, &whole).unwrap();
    let longer = world.dir.with_extension("head");
    fs::remove_dir_all(&sled).unwrap_or_default();
    let shorter = other.dir.join("journal/00000000000000000000.journal");
    fs::write(&shorter, b"").unwrap();
    fs::remove_dir_all(other.dir.join("sled")).unwrap();
    let gone = run(
        &[
            "repair",
            "--data",
            shown(&other.dir),
            "--register",
            shown(&longer),
        ],
        "",
    );
    assert_eq!(gone.status.code(), Some(1), "{}", said(&gone));
    assert!(said(&gone).contains("records are gone"), "{}", said(&gone));
    fs::remove_dir_all(&other.dir).unwrap();
    fs::create_dir(&other.dir).unwrap();
    let none = run(&["repair", "--data", shown(&other.dir)], "");
    assert!(said(&none).contains("holds no log"), "{}", said(&none));
}

#[test]
fn a_backup_of_a_running_server_is_restored_and_what_would_be_lost_is_named() {
    let (mut world, _) = county();
    let temporary = tempfile::tempdir().unwrap();
    let to = temporary.path().join("backup");
    let dir = world.dir.clone();
    let back_up = ["backup", "--data", shown(&dir), "--to", shown(&to)];
    let output = run(&back_up, "");
    assert!(output.status.success(), "{}", said(&output));
    let records = world.handle().reader().next_position();
    assert!(said(&output).contains(&format!("{records} 条记录")));
    world.record(
        "finance",
        "organisation.rename",
        json!({"organisation": org(TOWN), "name": "新名"}),
    );
    world.stop();

    let target = temporary.path().join("data");
    let register = beside(&world.dir, "head");
    let mut restore = vec!["restore", "--from", shown(&to), "--data", shown(&target)];
    restore.extend(["--register", shown(&register)]);
    let refused = run(&restore, "");
    assert_eq!(refused.status.code(), Some(1));
    let text = said(&refused);
    assert!(text.contains("--accept-loss 1"), "{text}");
    assert!(!target.exists());
    let wrong = run(&[&restore[..], &["--accept-loss", "2"]].concat(), "");
    assert_eq!(wrong.status.code(), Some(1));

    // The next backup has it, and then nothing is lost.
    assert!(run(&back_up, "").status.success());
    let output = run(&restore, "");
    assert!(output.status.success(), "{}", said(&output));
    assert!(
        said(&output).contains("与恢复的日志一致"),
        "{}",
        said(&output)
    );
    let verified = run(&["verify", shown(&target)], "");
    assert!(verified.status.success(), "{}", said(&verified));
    assert!(said(&verified).contains("佐证文件完好"));
    let again = run(&restore, "");
    assert!(said(&again).contains("not empty"), "{}", said(&again));
}

#[test]
fn a_backup_of_another_history_is_no_restore() {
    let (mut world, _) = county();
    let (mut other, _) = county();
    world.stop();
    other.stop();
    let temporary = tempfile::tempdir().unwrap();
    let to = temporary.path().join("backup");
    let output = run(
        &["backup", "--data", shown(&world.dir), "--to", shown(&to)],
        "",
    );
    assert!(output.status.success(), "{}", said(&output));
    let register = beside(&other.dir, "head");
    let target = temporary.path().join("data");
    let args = ["restore", "--from", shown(&to), "--data", shown(&target)];
    let refused = run(&[&args[..], &["--register", shown(&register)]].concat(), "");
    assert!(said(&refused).contains("fork"), "{}", said(&refused));
    assert!(!target.exists());
    // Into the backup of one log goes no other.
    let output = run(
        &["backup", "--data", shown(&other.dir), "--to", shown(&to)],
        "",
    );
    assert!(
        said(&output).contains("does not continue"),
        "{}",
        said(&output)
    );
}
