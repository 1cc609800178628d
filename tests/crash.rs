//! A process that is killed at any moment under load loses nothing that it acknowledged, has no
//! command twice and no part of a command without the others. Shown with the real binary: 16
//! writers over HTTP, SIGKILL, a restart, and every receipt asked for again; fifty times over one
//! directory.

use crate::harness::*;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// The issue asks for 50 rounds under 16 writers.
const ROUNDS: u64 = 50;
const WRITERS: u64 = 16;
/// How much a round acknowledges before it is killed: from nearly nothing to some thousand.
const ACKNOWLEDGED_MAX: u64 = 1_500;

/// A command, or several that are all or nothing, and the receipts that were promised for them.
struct Sent {
    commands: Vec<Value>,
    receipts: Option<Vec<Value>>,
}

impl Sent {
    fn id(&self, at: usize) -> String {
        self.commands[at]["command_id"].as_str().unwrap().to_owned()
    }
}

/// One writer's payments, each on its way from instruction to the end; until the server is gone.
fn write(client: &Client, round: u64, writer: u64, acknowledged: &AtomicUsize) -> Vec<Sent> {
    let mut all = Vec::new();
    let mut send = |query: &str, commands: Vec<Value>| -> bool {
        let body = if query.is_empty() {
            commands[0].to_string()
        } else {
            json!(commands).to_string()
        };
        let path = client.path(&format!("commands{query}"));
        let reply = client.try_post("finance", &path, "application/json", body.as_bytes());
        let receipts = match reply {
            Ok(reply) if query.is_empty() => {
                assert_eq!(reply.status, 201, "{}", reply.text());
                Some(vec![reply.json()])
            }
            Ok(reply) => {
                assert_eq!(reply.status, 200, "{}", reply.text());
                let outcomes = reply.json();
                let outcomes = outcomes.as_array().unwrap();
                Some(
                    outcomes
                        .iter()
                        .map(|outcome| outcome["receipt"].clone())
                        .collect(),
                )
            }
            // Nobody knows what came of it; the restart will say.
            Err(_) => None,
        };
        let alive = receipts.is_some();
        acknowledged.fetch_add(receipts.as_ref().map_or(0, Vec::len), Ordering::SeqCst);
        all.push(Sent { commands, receipts });
        alive
    };
    let day = "2018-08-01";
    let builder = || json!({"organisation": org(BUILDER)});
    for step in 0.. {
        let number = ((round * WRITERS + writer) * 100_000 + step) * 10;
        let one = |word: &str, data| vec![command(word, day, data)];
        let alive = match step % 3 {
            0 => {
                send(
                    "",
                    one("payment.instruct", instruction(number, builder(), 100)),
                ) && send("", one("payment.settle", settlement(number, 100)))
            }
            // Two records of one command.
            1 => {
                send(
                    "",
                    one("payment.instruct", instruction(number, builder(), 70)),
                ) && send("", one("payment.return", payment_return(number, 70)))
                    && send("", one("payment.reissue", reissue(number + 1, number)))
            }
            // Several commands that are all or nothing; the last of them has two records.
            _ => {
                let list = vec![
                    command("payment.instruct", day, instruction(number, builder(), 30)),
                    command("payment.return", day, payment_return(number, 30)),
                    command("payment.reissue", day, reissue(number + 1, number)),
                ];
                send("?atomic=true", list)
            }
        };
        if !alive {
            break;
        }
    }
    all
}

/// What a served directory says of what was sent to it.
fn check(client: &Client, seen: &mut Seen, sent: &[Sent]) {
    for event in client.events_after(&client.ledger.to_string(), seen.seq) {
        seen.take(event);
    }
    // Whatever was promised is there, record by record.
    for one in sent {
        for (at, receipt) in one.receipts.iter().flatten().enumerate() {
            let id = one.id(at);
            let last = &seen.commands[&id];
            assert_eq!(last.1, receipt["hash"], "{receipt}");
            assert_eq!(json!(last.0), receipt["last_seq"], "{receipt}");
        }
    }
    // Whether it was promised or not, a list that is all or nothing is there whole or not at all.
    for one in sent {
        let there = |at| seen.commands.contains_key(&one.id(at));
        let count = (0..one.commands.len()).filter(|at| there(*at)).count();
        assert!(
            count == 0 || count == one.commands.len(),
            "{} of a list",
            count
        );
    }
    // And whoever asks again gets the same receipt.
    let promised: Vec<(&Value, &Value)> = sent
        .iter()
        .flat_map(|one| one.commands.iter().zip(one.receipts.iter().flatten()))
        .collect();
    for part in promised.chunks(1_000) {
        let commands: Vec<&Value> = part.iter().map(|(command, _)| *command).collect();
        let outcomes = client.post("finance", &json!(commands)).json();
        for ((_, receipt), outcome) in part.iter().zip(outcomes.as_array().unwrap()) {
            let mut again = outcome["receipt"].clone();
            assert_eq!(again["repeated"], true, "{outcome}");
            again["repeated"] = json!(false);
            // The same receipt, signed once more with those that it is given with.
            again["signature"] = receipt["signature"].clone();
            assert_eq!(again, **receipt);
        }
    }
}

/// The records read so far, and where each command ended.
#[derive(Default)]
struct Seen {
    seq: u64,
    hash: String,
    commands: HashMap<String, (u64, Value)>,
    /// The command whose parts are not all read yet, and how many there are.
    open: Option<(String, u64)>,
}

impl Seen {
    /// The next record: it continues the chain, and its command's parts stand side by side.
    fn take(&mut self, event: Value) {
        assert_eq!(event["seq"], self.seq + 1);
        if self.seq > 0 {
            assert_eq!(event["parent"], json!(self.hash));
        }
        let id = event["command_id"].as_str().unwrap().to_owned();
        let (part, parts) = (
            event["part"].as_u64().unwrap(),
            event["parts"].as_u64().unwrap(),
        );
        match self.open.take() {
            None => {
                assert_eq!(part, 1, "{event}");
                assert!(
                    !self.commands.contains_key(&id),
                    "command {id} stands there twice"
                );
            }
            Some((of, before)) => assert_eq!((&of, before + 1), (&id, part), "{event}"),
        }
        if part < parts {
            self.open = Some((id, part));
        } else {
            self.commands
                .insert(id, (self.seq + 1, event["hash"].clone()));
        }
        self.seq += 1;
        self.hash = event["hash"].as_str().unwrap().to_owned();
    }
}

#[test]
fn fifty_kills_under_sixteen_writers_lose_nothing_and_double_nothing() {
    let mut world = spawn();
    world.found_county();
    let (ledger, tokens) = (world.ledger, world.tokens.clone());
    world.stop();
    let dir = world.dir.clone();
    let mut chance = Chance::seeded("crash");
    let mut seen = Seen::default();
    let mut all = Vec::new();
    let (mut unknown, started) = (0, Instant::now());
    let mut process = Process::start(&dir);
    for round in 1..=ROUNDS {
        let server = process.server.clone();
        let client = || Client::new(server.clone(), ledger, tokens.clone());
        let acknowledged = AtomicUsize::new(0);
        let enough = usize::try_from(chance.below(ACKNOWLEDGED_MAX)).unwrap();
        let sent: Vec<Sent> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..WRITERS)
                .map(|writer| {
                    let (client, acknowledged) = (client(), &acknowledged);
                    scope.spawn(move || write(&client, round, writer, acknowledged))
                })
                .collect();
            let deadline = Instant::now() + Duration::from_secs(20);
            while acknowledged.load(Ordering::SeqCst) <= enough && Instant::now() < deadline {
                std::thread::sleep(Duration::from_micros(100));
            }
            process.kill();
            threads
                .into_iter()
                .flat_map(|thread| thread.join().unwrap())
                .collect()
        });
        unknown += sent.iter().filter(|one| one.receipts.is_none()).count();

        process = Process::start(&dir);
        let client = Client::new(process.server.clone(), ledger, tokens.clone());
        check(&client, &mut seen, &sent);
        all.extend(sent);
    }

    // At the end everything of every round is asked for once more, by a reader who begins anew.
    let client = Client::new(process.server.clone(), ledger, tokens);
    let mut anew = Seen::default();
    check(&client, &mut anew, &all);
    assert!(anew.open.is_none() && anew.seq == seen.seq);
    let ids: HashSet<String> = all
        .iter()
        .flat_map(|one| (0..one.commands.len()).map(|at| one.id(at)))
        .collect();
    let strange = anew.commands.keys().filter(|id| !ids.contains(*id)).count() as u64;
    assert!(
        strange < 100,
        "{strange} commands that no writer sent: more than set the county up"
    );
    let balance = client.data("reader", &format!("funds/{}", fund(1)));
    assert_eq!(balance["balanced"], true);
    drop(client);
    process.kill();

    let verified = run(&["verify", dir.to_str().unwrap()], "");
    assert!(
        verified.status.success(),
        "{}",
        String::from_utf8_lossy(&verified.stderr)
    );
    let promised: usize = all
        .iter()
        .map(|one| one.receipts.as_ref().map_or(0, Vec::len))
        .sum();
    let words: BTreeMap<&str, usize> = BTreeMap::from([
        ("rounds", usize::try_from(ROUNDS).unwrap()),
        ("acknowledged", promised),
        ("requests cut off", unknown),
        ("records", usize::try_from(seen.seq).unwrap()),
        (
            "seconds",
            usize::try_from(started.elapsed().as_secs()).unwrap(),
        ),
    ]);
    println!("crash: {words:?}");
    // A test that killed an idle server would show nothing.
    assert!(promised > 1_000 && unknown > 100);
}
