//! Evidence files: what is uploaded and named comes down byte for byte; other bytes than announced,
//! too many bytes, a connection that breaks and a full disk leave nothing, and the server keeps
//! serving; nobody reads a file that no record of theirs names; and one changed byte is found.

use crate::disk;
use crate::harness::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// SHA-256 of `abc`, as FIPS 180-4 has it.
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn county() -> World {
    let world = spawn();
    world.register_units();
    world
}

/// Bytes that no chunk of which is like another.
fn photo(len: usize) -> Vec<u8> {
    let mut chance = Chance::seeded("photo");
    let words = (0..len.div_ceil(4)).flat_map(|_| (chance.below(1 << 31) as u32).to_be_bytes());
    words.take(len).collect()
}

fn file_path(world: &Client, sha256: &str) -> String {
    world.path(&format!("files/{sha256}"))
}

/// Uploads without announcing; the hash.
fn upload(world: &Client, who: &str, bytes: &[u8]) -> String {
    let reply = world
        .try_post(who, &world.path("files"), "application/octet-stream", bytes)
        .unwrap();
    assert_eq!(reply.status, 201, "{}", reply.text());
    assert_eq!(reply.json()["size"], bytes.len());
    reply.json()["sha256"].as_str().unwrap().to_owned()
}

fn evidence_of(subject: Uuid, sha256: &str, size: usize) -> Value {
    json!({"evidence": Uuid::new_v4(), "subject": subject, "sha256": sha256, "size": size,
        "media_type": "image/jpeg", "captured_on": "2018-07-30", "captured_by": who("worker"),
        "description": "路面竣工照片"})
}

/// The files on the server's disk, uploads under way included.
fn kept(dir: &Path) -> Vec<std::path::PathBuf> {
    let dir = dir.join("files");
    if dir.exists() {
        files(&dir)
    } else {
        Vec::new()
    }
}

fn is_problem(reply: &Reply, status: u16, code: &str) {
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (status, code),
        "{}",
        reply.text()
    );
    let problem = reply.json();
    assert!(
        problem["title_zh"]
            .as_str()
            .unwrap()
            .chars()
            .any(|c| c > '\u{4dff}'),
        "{problem}"
    );
}

#[test]
fn what_is_uploaded_and_named_comes_down_as_it_was() {
    let mut world = county();
    let bytes = photo(3_000_001);
    let sha256 = upload(&world, "worker", &bytes);
    let announced = world.put("finance", &file_path(&world, &sha256), &bytes);
    assert_eq!(
        (announced.status, announced.json()),
        (201, json!({"sha256": sha256, "size": 3_000_001}))
    );
    assert_eq!(kept(&world.dir).len(), 1, "the same content is stored once");
    // Not even by who has brought it.
    is_problem(
        &world.get("worker", &file_path(&world, &sha256)),
        404,
        "NOT_FOUND",
    );

    let data = evidence_of(org(TOWN), &sha256, bytes.len());
    world.record("worker", "evidence.add", data.clone());
    for again in [false, true] {
        if again {
            world.restart();
        }
        let headers = [("Accept-Encoding", "gzip")];
        let response = world.get_with("reader", &file_path(&world, &sha256), &headers);
        let response = response.unwrap();
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "image/jpeg");
        assert_eq!(header("content-length"), "3000001");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert!(header("content-disposition").starts_with("attachment"));
        assert!(world.get("reader", &file_path(&world, &sha256)).body == bytes);
    }

    let reason = json!({"evidence": data["evidence"], "reason": "拍错地点"});
    world.record("finance", "evidence.retract", reason.clone());
    is_problem(
        &world.send("finance", "evidence.retract", reason),
        409,
        "BAD_TRANSITION",
    );
    let listed = world.data("reader", &format!("evidence?subject={}", org(TOWN)));
    assert_eq!(listed["total"], 1);
    let line = &listed["entries"][0];
    assert_eq!(
        (&line["sha256"], &line["size"]),
        (&json!(sha256), &json!(3_000_001))
    );
    assert_eq!(
        line["retracted"],
        json!({"reason": "拍错地点", "by": who("finance")})
    );
    assert_eq!(
        world.data("reader", &format!("evidence?subject={}", org(COUNTY)))["total"],
        0
    );
    let one = world.data(
        "reader",
        &format!("evidence/{}", data["evidence"].as_str().unwrap()),
    );
    assert_eq!(&one, line);
    assert!(
        world.get("reader", &file_path(&world, &sha256)).body == bytes,
        "the file stays"
    );
}

#[test]
fn other_bytes_than_announced_are_refused_with_both_hashes() {
    let world = county();
    for wrong in [&b"abd"[..], b"ab", b"abcd", b""] {
        let reply = world.put("worker", &file_path(&world, ABC), wrong);
        is_problem(&reply, 422, "HASH_MISMATCH");
        let title = reply.json()["title"].as_str().unwrap().to_owned();
        let hashes = title
            .split(|c: char| !c.is_ascii_hexdigit())
            .filter(|word| word.len() == 64);
        let hashes: Vec<_> = hashes.collect();
        assert!(hashes.len() == 2 && hashes.contains(&ABC), "{title}");
    }
    assert!(kept(&world.dir).is_empty());
    assert_eq!(
        world.put("worker", &file_path(&world, ABC), b"abc").status,
        201
    );
    assert_eq!(upload(&world, "worker", b"abc"), ABC);
}

#[test]
fn a_record_names_only_what_was_uploaded_to_its_ledger() {
    let world = county();
    let other = Client::new(
        world.server.clone(),
        Uuid::new_v4(),
        Arc::clone(&world.tokens),
    );
    other.record(
        "admin",
        "ledger.open",
        json!({"name": "邻县账本", "area": "530398"}),
    );
    upload(&other, "worker", b"abc");
    let head = world.head();
    let missing = world.send("worker", "evidence.add", evidence_of(org(TOWN), ABC, 3));
    is_problem(&missing, 404, "EVIDENCE_FILE_MISSING");
    assert_eq!(missing.json()["field"], "data.sha256");
    upload(&world, "worker", b"abc");
    let longer = world.send("worker", "evidence.add", evidence_of(org(TOWN), ABC, 4));
    is_problem(&longer, 422, "BAD_FIELD");
    let nobody = world.send("worker", "evidence.add", evidence_of(org(99), ABC, 3));
    is_problem(&nobody, 404, "NOT_FOUND");
    assert_eq!(world.head(), head);
    world.record("worker", "evidence.add", evidence_of(org(TOWN), ABC, 3));
    // The neighbour's is on its own shelf, and nothing there names it.
    is_problem(
        &world.get("stranger", &file_path(&world, ABC)),
        403,
        "FORBIDDEN",
    );
    is_problem(
        &other.get("worker", &file_path(&other, ABC)),
        404,
        "NOT_FOUND",
    );
}

#[test]
fn who_may_not_write_uploads_nothing_and_who_may_not_see_persons_sees_no_photo_of_one() {
    let world = county();
    let path = file_path(&world, ABC);
    is_problem(&world.put("nobody", &path, b"abc"), 401, "UNAUTHENTICATED");
    for who in ["reader", "admin", "stranger"] {
        is_problem(&world.put(who, &path, b"abc"), 403, "FORBIDDEN");
    }
    let system = format!("/v1/ledgers/system/files/{ABC}");
    is_problem(&world.put("inspector", &system, b"abc"), 403, "FORBIDDEN");
    let unknown = format!("/v1/ledgers/{}/files/{ABC}", Uuid::new_v4());
    is_problem(&world.put("worker", &unknown, b"abc"), 404, "NOT_FOUND");
    is_problem(
        &world.put("worker", &file_path(&world, "abc"), b"abc"),
        400,
        "BAD_PATH",
    );
    assert!(kept(&world.dir).is_empty());

    world.register_household(HOUSEHOLDS + 1, "禾苗甲");
    upload(&world, "worker", b"abc");
    world.record(
        "worker",
        "evidence.add",
        evidence_of(person(HOUSEHOLDS + 1), ABC, 3),
    );
    for who in ["reader", "worker"] {
        is_problem(&world.get(who, &path), 403, "FORBIDDEN");
    }
    assert_eq!(world.get("inspector", &path).body, b"abc");
    // The same file about a village too: now everybody may see it there.
    world.record("worker", "evidence.add", evidence_of(org(VILLAGE), ABC, 3));
    assert_eq!(world.get("reader", &path).body, b"abc");

    world.record("admin", "ledger.close", json!({"reason": "并入上级账本"}));
    is_problem(&world.put("worker", &path, b"abc"), 409, "LEDGER_NOT_OPEN");
    assert_eq!(world.get("reader", &path).body, b"abc");
}

#[test]
fn an_item_says_which_proofs_of_its_measures_can_be_downloaded() {
    let world = county();
    world.round_opened(1, "2018-07-28");
    world.closing_requested(1, 0);
    let rest = format!("items/{}", item(1));
    let measure = |world: &World| world.data("reader", &rest)["measures"][0].take();
    let first = proof_sha256(1);
    assert_eq!(measure(&world)["evidence_held"], json!([first]));

    // What happens here is proved by a file that is here; of what was observed there may be a hash
    // alone, as in old records.
    let proof = json!({"item": item(1), "measure": measure(&world)["measure"], "sha256": ABC,
        "captured_on": "2018-08-20", "description": "签领表"});
    let proven = command("item.add_evidence", "2018-08-20", proof);
    is_problem(&world.post("worker", &proven), 404, "EVIDENCE_FILE_MISSING");
    assert_eq!(world.post("worker", &observed(proven)).status, 201);
    assert_eq!(measure(&world)["evidence_held"], json!([first]));
    is_problem(
        &world.get("reader", &file_path(&world, ABC)),
        404,
        "NOT_FOUND",
    );
    upload(&world, "worker", b"abc");
    assert_eq!(measure(&world)["evidence_held"], json!([first, ABC]));
    let response = world
        .get_with("reader", &file_path(&world, ABC), &[])
        .unwrap();
    assert_eq!(
        response.headers()["content-type"],
        "application/octet-stream"
    );
    assert_eq!(world.get("reader", &file_path(&world, ABC)).body, b"abc");
}

/// Begins an upload by hand.
fn begin(world: &World, header: &str) -> TcpStream {
    let address = world.server.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let (path, bearer) = (file_path(world, ABC), world.bearer("worker"));
    write!(
        stream,
        "PUT {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {bearer}\r\n{header}\r\n\r\n"
    )
    .unwrap();
    stream
}

/// Until it is so; a test that hangs must fail.
fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(20), "never: {what}");
        std::thread::yield_now();
    }
}

#[test]
fn a_connection_that_breaks_leaves_nothing() {
    let world = county();
    for header in ["Content-Length: 1000000", "Transfer-Encoding: chunked"] {
        let mut stream = begin(&world, header);
        if header.starts_with("Transfer") {
            write!(stream, "{:x}\r\n", 900_000).unwrap();
        }
        stream.write_all(&photo(800_000)).unwrap();
        eventually("the upload begins", || !kept(&world.dir).is_empty());
        drop(stream);
        eventually("the upload is gone", || kept(&world.dir).is_empty());
    }
    assert_eq!(
        world.put("worker", &file_path(&world, ABC), b"abc").status,
        201
    );
}

#[test]
fn a_stop_in_the_middle_of_an_upload_leaves_nothing() {
    let mut world = county();
    let mut stream = begin(&world, "Content-Length: 1000000");
    stream.write_all(&photo(800_000)).unwrap();
    eventually("the upload begins", || !kept(&world.dir).is_empty());
    world.restart();
    assert!(kept(&world.dir).is_empty());
    drop(stream);
}

#[test]
fn a_file_that_is_too_long_is_refused_before_it_is_sent() {
    let world = county();
    let too_long = store::FILE_LEN_MAX + 1;
    let mut stream = begin(&world, &format!("Content-Length: {too_long}"));
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413");
    let mut rest = vec![0; 400];
    let read = stream.read(&mut rest).unwrap();
    let mut text = String::from_utf8_lossy(&rest[..read]).into_owned();
    while !text.contains("FILE_TOO_LARGE") {
        let read = stream.read(&mut rest).unwrap();
        assert!(read > 0, "{text}");
        text.push_str(&String::from_utf8_lossy(&rest[..read]));
    }
    assert!(kept(&world.dir).is_empty());
}

#[test]
fn many_upload_the_same_file_at_once_and_all_are_right() {
    let world = county();
    let bytes = photo(1_000_000);
    let sha256 = upload(&world, "worker", &bytes);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            let client: &Client = &world;
            scope.spawn(|| assert_eq!(upload(client, "worker", &bytes), sha256));
        }
    });
    assert_eq!(kept(&world.dir).len(), 1);
}

/// A served ledger with a clerk, in a process of its own.
fn served(dir: &str, limit: &str) -> (std::process::Child, Client) {
    let ledger = disk::run(&[
        "ledger",
        "create",
        "--data",
        dir,
        "--name",
        "青石县账本",
        "--area",
        "530399",
    ]);
    let token = disk::run(&[
        "token",
        "create",
        "--data",
        dir,
        "--role",
        "finance",
        "--role",
        "inspector",
    ]);
    let tokens = Arc::new(BTreeMap::from([("clerk".to_owned(), token)]));
    let (child, server) = disk::serve(dir, limit);
    (child, Client::new(server, ledger.parse().unwrap(), tokens))
}

fn register_unit(client: &Client) -> Uuid {
    let unit = Uuid::new_v4();
    let registration = json!({"organisation": unit, "code": "530399", "name": "青石县",
        "kind": "area", "level": "county"});
    client.record("clerk", "organisation.register", registration);
    unit
}

/// The limit on the size of files breaks a write in its middle, as a full disk does; sled's file
/// and the journal stay below it.
#[test]
fn a_disk_that_is_full_in_the_middle_of_an_upload_keeps_nothing_and_the_server_keeps_serving() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("data");
    let (mut child, client) = served(dir.to_str().unwrap(), "ulimit -f 2600");
    let reply = client.put("clerk", &file_path(&client, ABC), &photo(4_000_000));
    is_problem(&reply, 507, "STORAGE_FULL");
    assert!(kept(&dir).is_empty());
    let unit = register_unit(&client);
    let bytes = photo(1_000_000);
    let sha256 = upload(&client, "clerk", &bytes);
    client.record(
        "clerk",
        "evidence.add",
        evidence_of(unit, &sha256, bytes.len()),
    );
    assert!(client.get("clerk", &file_path(&client, &sha256)).body == bytes);
    child.kill().unwrap();
    child.wait().unwrap();
}

/// KiB that a process has in memory now.
fn resident_kib(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.unwrap()
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .unwrap()
}

#[test]
fn a_large_file_passes_through_little_memory() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("data");
    let (mut child, client) = served(dir.to_str().unwrap(), "true");
    let unit = register_unit(&client);
    let before = resident_kib(child.id());
    let bytes = photo(100_000_000);
    let sha256 = upload(&client, "clerk", &bytes);
    client.record(
        "clerk",
        "evidence.add",
        evidence_of(unit, &sha256, bytes.len()),
    );
    assert!(client.get("clerk", &file_path(&client, &sha256)).body == bytes);
    let more = resident_kib(child.id()) - before;
    println!("100 MB up and down took {more} KiB at the most");
    assert!(more < 32 << 10, "{more} KiB");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn verify_finds_a_changed_and_a_missing_file() {
    let mut world = county();
    upload(&world, "worker", b"abc");
    world.record("worker", "evidence.add", evidence_of(org(TOWN), ABC, 3));
    world.stop();
    let verify = || run(&["verify", world.dir.to_str().unwrap()], "");
    let whole = verify();
    let told = String::from_utf8_lossy(&whole.stdout).into_owned();
    assert!(
        whole.status.success() && told.contains("佐证文件完好"),
        "{told}"
    );

    let place = kept(&world.dir).remove(0);
    std::fs::write(&place, b"abd").unwrap();
    for named in [place.to_str().unwrap(), ABC] {
        let changed = verify();
        let told = String::from_utf8_lossy(&changed.stderr).into_owned();
        assert_eq!(changed.status.code(), Some(1), "{told}");
        assert!(told.contains(named) && told.contains("seq "), "{told}");
    }
    std::fs::remove_file(&place).unwrap();
    let missing = verify();
    let told = String::from_utf8_lossy(&missing.stderr).into_owned();
    assert_eq!(missing.status.code(), Some(1), "{told}");
    assert!(told.contains(ABC), "{told}");

    // The server serves all the rest, and says of the file that it is not there.
    world.start();
    is_problem(
        &world.get("reader", &file_path(&world, ABC)),
        404,
        "NOT_FOUND",
    );
    assert_eq!(world.data("reader", "evidence")["total"], 1);
}
