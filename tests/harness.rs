//! A server in this process, or the real binary as a child; people with tokens; a small client;
//! and a county to work on. Nothing here is promised: the files beside this one say what is.

use jiff::civil::{Date, date};
use ledger::ids::{LedgerId, OrganisationId, PersonId};
use ledger::token::Role;
use serde_json::{Value, json};
use server::cli::token::{Grant, issue};
use server::identity::TokenKey;
use server::serve::{Running, Settings, beside, start};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command as Program, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use uuid::Uuid;

mod county;

pub use county::*;

/// The day on which questions are asked, unless they name one.
pub const TODAY: Date = date(2018, 10, 1);

/// The real binary.
pub const BINARY: &str = env!("CARGO_BIN_EXE_fundtrace");

/// Longer than any answer takes, a wait for `min_seq` included; a test that hangs must fail.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(60);

/// The people of the tests: a word, person, organisation, roles.
const PEOPLE: &[(&str, u64, u64, &[Role])] = &[
    ("admin", 1, 90, &[Role::Administrator]),
    ("finance", 2, BUREAU, &[Role::Finance]),
    ("finance2", 3, BUREAU, &[Role::Finance]),
    ("inspector", 4, INSPECTION, &[Role::Inspector]),
    ("verifier", 5, INSPECTION, &[Role::Inspector]),
    ("verifier2", 6, INSPECTION, &[Role::Inspector]),
    ("closer", 7, INSPECTION, &[Role::Inspector]),
    ("overseer", 8, COUNTY, &[Role::Inspector]),
    ("worker", 9, TOWN, &[Role::Rectification]),
    ("worker2", 10, TOWN, &[Role::Rectification]),
    ("reader", 11, INSPECTION, &[Role::Reader]),
];

/// The person behind a word.
pub fn who(name: &str) -> Uuid {
    let found = PEOPLE.iter().find(|(word, ..)| *word == name);
    person(found.unwrap_or_else(|| panic!("nobody is called {name}")).1)
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    pub content_type: String,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The `code` of a problem.
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// A command with its envelope.
pub fn command(word: &str, occurred_on: &str, data: Value) -> Value {
    json!({
        "command_id": Uuid::new_v4(),
        "type": word,
        "occurred_on": occurred_on,
        "data": data,
    })
}

/// The same as an observed fact.
pub fn observed(mut command: Value) -> Value {
    command["intake"] = json!("observation");
    command
}

/// Somebody who asks a server.
#[derive(Clone)]
pub struct Client {
    pub server: String,
    pub ledger: Uuid,
    pub tokens: Arc<BTreeMap<String, String>>,
    agent: ureq::Agent,
}

impl Client {
    pub fn new(server: String, ledger: Uuid, tokens: Arc<BTreeMap<String, String>>) -> Client {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(ANSWER_TIME_MAX))
            .max_redirects(0)
            .build();
        Client {
            server,
            ledger,
            tokens,
            agent: config.into(),
        }
    }

    pub fn bearer(&self, who: &str) -> String {
        let token = self.tokens.get(who).map_or(who, String::as_str);
        format!("Bearer {token}")
    }

    /// The path of something of the test's ledger.
    pub fn path(&self, rest: &str) -> String {
        format!("/v1/ledgers/{}/{rest}", self.ledger)
    }

    /// Asks for a path, `who` being a word, or a token's text; with further headers.
    pub fn get_with(
        &self,
        who: &str,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Result<ureq::http::Response<ureq::Body>, ureq::Error> {
        let url = format!("{}{path}", self.server);
        let request = self
            .agent
            .get(&url)
            .header("Authorization", self.bearer(who));
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.header(*name, *value)
        });
        request.call()
    }

    pub fn get(&self, who: &str, path: &str) -> Reply {
        reply(self.get_with(who, path, &[]).unwrap()).unwrap()
    }

    /// The answer about something of the test's ledger, which must be 200.
    pub fn ask(&self, who: &str, rest: &str) -> Value {
        let reply = self.get(who, &self.path(rest));
        assert_eq!(reply.status, 200, "{rest}: {}", reply.text());
        reply.json()
    }

    /// What the answer says, without what it was built through.
    pub fn data(&self, who: &str, rest: &str) -> Value {
        self.ask(who, rest)["data"].take()
    }

    /// Any body to any path.
    pub fn try_post(
        &self,
        who: &str,
        path: &str,
        content_type: &str,
        body: &[u8],
    ) -> Result<Reply, ureq::Error> {
        let url = format!("{}{path}", self.server);
        let mut request = self.agent.post(&url).header("Content-Type", content_type);
        if !who.is_empty() {
            request = request.header("Authorization", self.bearer(who));
        }
        reply(request.send(body)?)
    }

    /// Any bytes as a file.
    pub fn put(&self, who: &str, path: &str, body: &[u8]) -> Reply {
        let url = format!("{}{path}", self.server);
        let request = self
            .agent
            .put(&url)
            .header("Authorization", self.bearer(who));
        reply(request.send(body).unwrap()).unwrap()
    }

    /// Any bytes as commands to the test's ledger.
    pub fn post_bytes(&self, who: &str, query: &str, body: &[u8]) -> Reply {
        let path = self.path(&format!("commands{query}"));
        self.try_post(who, &path, "application/json", body).unwrap()
    }

    /// A command, or an array of them.
    pub fn post(&self, who: &str, command: &Value) -> Reply {
        self.post_bytes(who, "", command.to_string().as_bytes())
    }

    /// A command of a day.
    pub fn send_on(&self, who: &str, day: &str, word: &str, data: Value) -> Reply {
        self.post(who, &command(word, day, data))
    }

    /// A command of an ordinary day.
    pub fn send(&self, who: &str, word: &str, data: Value) -> Reply {
        self.send_on(who, "2018-08-01", word, data)
    }

    /// A command that must be recorded; its receipt.
    pub fn record_on(&self, who: &str, day: &str, word: &str, data: Value) -> Value {
        let reply = self.send_on(who, day, word, data);
        assert_eq!(reply.status, 201, "{word}: {}", reply.text());
        reply.json()
    }

    /// The same on an ordinary day.
    pub fn record(&self, who: &str, word: &str, data: Value) -> Value {
        self.record_on(who, "2018-08-01", word, data)
    }

    /// Commands that must all be recorded.
    pub fn record_all(&self, who: &str, commands: &[Value]) {
        let reply = self.post(who, &json!(commands));
        assert_eq!(reply.status, 200, "{}", reply.text());
        for (outcome, command) in reply.json().as_array().unwrap().iter().zip(commands) {
            assert_eq!(outcome["status"], 201, "{command}\n{outcome}");
        }
    }

    /// The seq of the ledger's last record.
    pub fn head(&self) -> u64 {
        let reply = self.get("inspector", &format!("/v1/ledgers/{}", self.ledger));
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()["through"]["seq"].as_u64().unwrap()
    }

    /// Every record of a ledger, page by page, from after a seq on.
    pub fn events_after(&self, ledger: &str, after_seq: u64) -> Vec<Value> {
        let (mut events, mut next) = (Vec::new(), Some(after_seq));
        while let Some(after) = next {
            let path = format!("/v1/ledgers/{ledger}/events?limit=1000&after_seq={after}");
            let mut page = self.get("inspector", &path).json();
            next = page["next_after_seq"].as_u64();
            events.append(page["data"].as_array_mut().unwrap());
        }
        events
    }
}

fn reply(mut response: ureq::http::Response<ureq::Body>) -> Result<Reply, ureq::Error> {
    let content_type = response.headers().get("content-type");
    let content_type = content_type.map(|value| value.to_str().unwrap().to_owned());
    Ok(Reply {
        status: response.status().as_u16(),
        content_type: content_type.unwrap_or_default(),
        body: response
            .body_mut()
            .with_config()
            .limit(1 << 30)
            .read_to_vec()?,
    })
}

/// A server of this process with an opened ledger and people.
pub struct World {
    pub dir: PathBuf,
    policy: Option<PathBuf>,
    snapshots: Option<sequencer::Snapshots>,
    _temporary: Option<TempDir>,
    running: Option<Running>,
    client: Client,
}

impl std::ops::Deref for World {
    type Target = Client;
    fn deref(&self) -> &Client {
        &self.client
    }
}

/// A server with an empty ledger, in a directory that goes with it.
pub fn spawn() -> World {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("data");
    serve(path, None, Some(dir))
}

/// The same with other settings.
pub fn spawn_with(change: impl FnOnce(&mut Settings)) -> World {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("data");
    let mut settings = settings(&path);
    change(&mut settings);
    world(path, &settings, Some(dir))
}

/// The same in a directory that stays.
pub fn spawn_in(dir: &Path) -> World {
    serve(dir.to_owned(), None, None)
}

/// The same under a trust policy, whose witnesses are asked.
pub fn spawn_witnessed(dir: &Path, policy: &Path) -> World {
    serve(dir.to_owned(), Some(policy.to_owned()), None)
}

/// The name of the tests' log.
pub const ORIGIN: &str = "test.fundtrace.example/log";

/// A log's key beside a data directory, made if it is not there.
pub fn key_for(dir: &Path) -> PathBuf {
    let path = beside(dir, "key");
    if !path.exists() {
        server::key::make(&path, ORIGIN).unwrap();
    }
    path
}

pub fn settings(dir: &Path) -> Settings {
    key_for(dir);
    let mut settings = Settings::of(dir, "127.0.0.1:0");
    settings.today = Some(TODAY);
    settings
}

fn serve(dir: PathBuf, policy: Option<PathBuf>, temporary: Option<TempDir>) -> World {
    let mut settings = settings(&dir);
    settings.policy.clone_from(&policy);
    world(dir, &settings, temporary)
}

fn world(dir: PathBuf, settings: &Settings, temporary: Option<TempDir>) -> World {
    let running = start(settings).unwrap();
    let mut tokens = BTreeMap::new();
    for (name, number, unit, roles) in PEOPLE {
        tokens.insert(
            (*name).to_owned(),
            token(&running, *number, *unit, roles, &[]),
        );
    }
    let elsewhere = [Uuid::new_v4()];
    let stranger = token(&running, 12, BUREAU, &[Role::Finance], &elsewhere);
    tokens.insert("stranger".to_owned(), stranger);
    let server = format!("http://{}", running.addr);
    let client = Client::new(server, Uuid::new_v4(), Arc::new(tokens));
    let world = World {
        dir,
        policy: settings.policy.clone(),
        snapshots: settings.snapshots,
        _temporary: temporary,
        running: Some(running),
        client,
    };
    let opening = json!({"name": "青石县账本", "area": "530399"});
    world.record("admin", "ledger.open", opening);
    world
}

fn token(running: &Running, number: u64, unit: u64, roles: &[Role], ledgers: &[Uuid]) -> String {
    let key = TokenKey::open(running.handle.dir(), true).unwrap();
    let grant = Grant {
        person: PersonId(person(number)),
        name: None,
        organisation: OrganisationId(org(unit)),
        roles: roles.to_vec(),
        ledgers: ledgers.iter().copied().map(LedgerId).collect(),
        expires_on: None,
    };
    issue(&running.handle, &key, grant).unwrap().0
}

impl World {
    /// Stops the server in order and lets go of the directory.
    pub fn stop(&mut self) {
        // A connection that is kept open would keep the server waiting for it.
        let (ledger, tokens) = (self.client.ledger, Arc::clone(&self.client.tokens));
        self.client = Client::new("http://127.0.0.1:9".to_owned(), ledger, tokens);
        if let Some(running) = self.running.take() {
            running.stop();
        }
    }

    /// Serves the directory again.
    pub fn start(&mut self) {
        let mut settings = settings(&self.dir);
        settings.policy.clone_from(&self.policy);
        settings.snapshots = self.snapshots;
        let running = start(&settings).unwrap();
        self.client.server = format!("http://{}", running.addr);
        self.running = Some(running);
    }

    pub fn restart(&mut self) {
        self.stop();
        self.start();
    }

    /// A client of its own.
    pub fn clone_client(&self) -> Client {
        self.client.clone()
    }

    /// Where `/metrics` is, if it has an address of its own.
    pub fn metrics_addr(&self) -> Option<std::net::SocketAddr> {
        self.running.as_ref().unwrap().metrics_addr
    }

    /// What the server's scrub has to say.
    pub fn scrub(&self) -> server::scrub::Shared {
        self.running.as_ref().unwrap().health.clone()
    }

    /// What the server holds of what clients send.
    pub fn room(&self) -> &server::room::Room {
        &self.running.as_ref().unwrap().room
    }

    /// The sequencer under the server.
    pub fn handle(&self) -> &sequencer::Handle {
        &self.running.as_ref().unwrap().handle
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The real binary, serving a directory.
pub struct Process {
    child: Child,
    pub server: String,
}

impl Process {
    /// Starts it and waits for the line that says where it listens.
    pub fn start(dir: &Path) -> Process {
        key_for(dir);
        Process::of(&["serve", "--data", dir.to_str().unwrap()])
    }

    /// The same at an address.
    pub fn at(dir: &Path, address: &str) -> Process {
        key_for(dir);
        Process::listen(&["serve", "--data", dir.to_str().unwrap()], address)
    }

    /// The same of any command that listens.
    pub fn of(args: &[&str]) -> Process {
        Process::listen(args, "127.0.0.1:0")
    }

    fn listen(args: &[&str], address: &str) -> Process {
        let mut child = Program::new(BINARY)
            .args(args)
            .args(["--listen", address])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.next().expect("the server ended").unwrap();
        let (_, rest) = line
            .split_once("http://")
            .expect("no address in its first line");
        let server = format!("http://{}", rest.split_whitespace().next().unwrap());
        Process { child, server }
    }

    /// Ends it as a power failure would, as far as one process can.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Killed already, or a test that failed: either way nothing may stay behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs the binary to its end.
pub fn run(args: &[&str], input: &str) -> std::process::Output {
    let mut child = Program::new(BINARY)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.as_bytes().to_vec();
    let writer = std::thread::spawn(move || {
        // The program may end without reading all of it.
        let _ = std::io::Write::write_all(&mut stdin, &input);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

/// Copies a directory with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Every file below a directory.
pub fn files(dir: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else {
            files.push(path);
        }
    }
    files
}

/// Where in `bytes` something stands.
pub fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

/// Chance that can be repeated: xorshift64*.
pub struct Chance(u64);

impl Chance {
    /// From `FUNDTRACE_SEED`, or from the clock; the seed is printed either way.
    pub fn seeded(test: &str) -> Chance {
        let given = std::env::var("FUNDTRACE_SEED").ok();
        let clock = || Uuid::new_v4().as_u64_pair().0;
        let seed = given.map_or_else(clock, |text| text.parse().unwrap());
        println!("{test}: FUNDTRACE_SEED={seed}");
        Chance(seed.max(1))
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % end
    }

    pub fn one_in(&mut self, end: u64) -> bool {
        self.below(end) == 0
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }
}
