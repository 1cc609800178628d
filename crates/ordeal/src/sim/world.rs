//! The world: what happens in which order, and what must hold whatever happens.

use std::collections::{HashMap, VecDeque};

use chain::{Hash, NodeHash, Record};

use super::disk::SimDisk;
use super::env::{Crash, Defect, Env};
use super::server::{Refusal, Server, WITNESSES};
use super::witness::{Answer, Request, Witness};

/// How much happens in a world.
const EVENTS: usize = 160;

/// How many requests may be under way.
const NETWORK_LEN_MAX: usize = 32;

#[derive(Debug)]
pub(super) struct World {
    pub(super) env: Env,
    server: Server,
    witnesses: Vec<Witness>,
    /// Requests under way, by witness.
    network: VecDeque<(usize, Request)>,
    is_cut_off: [bool; WITNESSES],
    /// What was acknowledged, by position.
    acknowledged: Vec<Record>,
    /// The checkpoints that anybody could read, since somebody last reached both disks.
    published: Vec<(u64, NodeHash)>,
    /// The history behind every checkpoint that was ever shown.
    histories: HashMap<(u64, NodeHash), Vec<Hash>>,
    /// A copy that an insider took of the server's disk, and one of its register.
    copy: Option<(SimDisk, SimDisk)>,
    pub(super) crashes: u32,
    pub(super) refused: u32,
    has_insider: bool,
    /// Since it last started to the end.
    power_cuts: u32,
    is_over: bool,
    /// The insider put back the register too: only a witness can tell.
    is_all_taken_back: bool,
}

impl World {
    pub(super) fn new(seed: u64, defect: Option<Defect>) -> World {
        let server = Server::new();
        let key = server.signer.verifier().clone();
        let mut env = Env::new(seed, defect);
        let witnesses = (0..WITNESSES)
            .map(|number| Witness::new(number as u8 + 1, key.clone(), &env))
            .collect();
        World {
            has_insider: env.chance.one_in(2),
            env,
            server,
            witnesses,
            network: VecDeque::new(),
            is_cut_off: [false; WITNESSES],
            acknowledged: Vec::new(),
            published: Vec::new(),
            histories: HashMap::new(),
            copy: None,
            crashes: 0,
            refused: 0,
            power_cuts: 0,
            is_over: false,
            is_all_taken_back: false,
        }
    }

    pub(super) fn run(&mut self) {
        for _ in 0..EVENTS {
            if self.is_over {
                break;
            }
            self.env.now_us += self.env.chance.below(2_000_000);
            if self.server.running.is_none() {
                self.start();
            } else {
                self.event();
            }
        }
        self.check();
    }

    fn event(&mut self) {
        match self.env.chance.below(100) {
            0..40 => self.commit(),
            40..60 => self.publish(),
            60..85 => self.deliver(),
            85..88 => self.crash("kill", false),
            88..90 => self.crash("power cut", true),
            90..93 => self.witness_event(),
            93..95 => self.clock_event(),
            _ if !self.has_insider => self.commit(),
            95..97 => self.insider_copies(),
            97 => self.insider_takes_back(),
            98 => self.insider_rewrites(),
            _ => self.insider_removes_the_register(),
        }
    }

    fn crash(&mut self, what: &str, power: bool) {
        self.power_cuts += u32::from(power);
        self.env.tell(what.to_owned());
        self.crashes += 1;
        self.server.crash(&mut self.env, power);
    }

    /// A crash between two steps: half of them are power cuts.
    fn crashed(&mut self, Crash: Crash) {
        let power = self.env.chance.one_in(2);
        self.crash(if power { "  power cut" } else { "  kill" }, power);
    }

    /// Nobody has reached in: it must start, with all that was acknowledged.
    fn start(&mut self) {
        match self.server.start(&mut self.env) {
            Err(crash) => self.crashed(crash),
            // The one tore the journal's last frame, the other sled while it was opened: then
            // nobody can say whether that frame was acknowledged.
            Ok(Err(Refusal::Damaged)) if self.power_cuts > 1 => {
                self.env.tell("refused after two power cuts".to_owned());
                self.is_over = true;
                self.refused += 1;
            }
            Ok(Err(refusal)) => panic!("refused for {refusal:?} though nobody had reached in"),
            Ok(Ok(())) => {
                self.power_cuts = 0;
                let running = self.server.running.as_ref().expect("running");
                let len = running.records.len();
                self.env.tell(format!("started with {len}"));
                let acknowledged = self.acknowledged.len();
                assert!(len >= acknowledged, "{len} of {acknowledged} acknowledged");
                assert!(
                    running.records[..acknowledged] == self.acknowledged,
                    "other records than were acknowledged"
                );
                // Whoever asks is shown the others too.
                self.acknowledged.clone_from(&running.records);
            }
        }
    }

    fn commit(&mut self) {
        let committed = self.server.commit(&mut self.env);
        if self.env.has(Defect::RegistersBeforeTheSync) {
            self.server.check();
        }
        match committed {
            Err(crash) => self.crashed(crash),
            Ok(None) => {}
            Ok(Some(group)) => {
                let running = self.server.running.as_ref().expect("running");
                let newest = group.last().expect("one").header.recorded_at_us;
                let before = self.acknowledged.last();
                let before = before.map_or(0, |record| record.header.recorded_at_us);
                let latest = running.latest_us(&self.env).max(before);
                assert!(newest <= latest, "recorded while the clock was wrong");
                self.acknowledged.extend(group);
                assert_eq!(self.acknowledged.len(), running.records.len());
                self.env
                    .tell(format!("acknowledged {}", running.records.len()));
            }
        }
    }

    fn publish(&mut self) {
        let published = self.server.publish(&mut self.env);
        self.server.check();
        match published {
            Err(crash) => self.crashed(crash),
            Ok(None) => {}
            Ok(Some((size, root))) => {
                self.env.tell(format!("published {size}"));
                self.published.push((size, root));
                let running = self.server.running.as_ref().expect("running");
                let records = running.records.iter().map(|record| record.hash);
                let history = records.take(size as usize).collect();
                self.histories.insert((size, root), history);
                self.check_published();
            }
        }
        for witness in 0..WITNESSES {
            if let Some(request) = self.server.request(witness)
                && self.network.len() < NETWORK_LEN_MAX
            {
                self.network.push_back((witness, request));
            }
        }
    }

    /// A request arrives, in any order; some are lost, some come twice.
    fn deliver(&mut self) {
        if self.network.is_empty() {
            return;
        }
        let at = self.env.chance.index(self.network.len());
        let Some((witness, request)) = self.network.remove(at) else {
            return;
        };
        if self.is_cut_off[witness] || self.env.chance.one_in(20) {
            return;
        }
        if self.env.chance.one_in(10) {
            self.network.push_back((witness, request.clone()));
        }
        let answer = self.witnesses[witness].add_checkpoint(&mut self.env, &request);
        self.env.tell(format!("witness {witness}: {answer:?}"));
        self.check_witness(witness);
        // The answer may be lost, or find another process.
        if self.env.chance.one_in(20) {
            return;
        }
        let alarm = self.server.answered(witness, &answer);
        if alarm && !matches!(answer, Answer::Cosigned { .. }) {
            assert!(self.is_all_taken_back, "a false alarm: {answer:?}");
            self.env
                .tell("  the witness tells of a rollback".to_owned());
        }
    }

    fn witness_event(&mut self) {
        let at = self.env.chance.index(WITNESSES);
        if self.env.chance.one_in(2) {
            self.is_cut_off[at] = !self.is_cut_off[at];
            self.env
                .tell(format!("witness {at} cut off: {}", self.is_cut_off[at]));
            return;
        }
        let witness = &mut self.witnesses[at];
        if witness.is_up() {
            witness.crash(&mut self.env);
        } else {
            witness.start();
        }
        self.env
            .tell(format!("witness {at} up: {}", self.witnesses[at].is_up()));
    }

    /// Somebody sets the clock; or sets it right.
    fn clock_event(&mut self) {
        let off = self.env.chance.below(120_000_000) as i64 - 60_000_000;
        self.env.off_us = if self.env.off_us == 0 { off } else { 0 };
        self.env
            .tell(format!("the clock is off by {} us", self.env.off_us));
    }

    fn insider_copies(&mut self) {
        self.env.tell("an insider copies the disks".to_owned());
        self.copy = Some((self.server.disk.settled(), self.server.register.settled()));
    }

    /// What the register holds and the log has, before somebody reaches in.
    fn held(&self) -> (SimDisk, SimDisk) {
        (self.server.disk.settled(), self.server.register.settled())
    }

    /// An insider puts the copy back: of the data alone, which the register tells, or of both.
    fn insider_takes_back(&mut self) {
        let Some((disk, register)) = self.copy.take() else {
            return;
        };
        let both = self.env.chance.one_in(3);
        self.env.tell(format!(
            "an insider puts the copy back, register too: {both}"
        ));
        let before = self.held();
        self.server.crash(&mut self.env, false);
        self.server.disk = disk;
        if both {
            self.server.register = register;
        }
        let says = both.then(|| self.server.registered());
        self.reached_in(before, both);
        // Who started with an older register knows of no checkpoint behind that.
        if let Some(says) = says
            && self.server.running.is_some()
        {
            self.published.retain(|(size, _)| *size <= says);
        }
    }

    /// An insider writes other records, from some place on, with hashes that fit.
    fn insider_rewrites(&mut self) {
        let Some(running) = &self.server.running else {
            return;
        };
        if running.records.is_empty() {
            return;
        }
        let from = self.env.chance.index(running.records.len());
        self.env.tell(format!("an insider rewrites from {from} on"));
        let before = self.held();
        self.server.rewrite(from);
        self.reached_in(before, false);
    }

    fn insider_removes_the_register(&mut self) {
        self.env.tell("an insider removes the register".to_owned());
        let before = self.held();
        self.server.crash(&mut self.env, false);
        self.server.register.remove("head");
        self.server.register.sync_names();
        self.reached_in(before, false);
    }

    /// A start after somebody has reached in. If the log that is left does not hold what the
    /// register says, it must be refused; then an operator puts the true disks back.
    fn reached_in(&mut self, before: (SimDisk, SimDisk), register_too: bool) {
        let registered = self.published.last().copied();
        let outcome = loop {
            // The insider waits until it starts without a crash.
            match self.server.start(&mut self.env) {
                Ok(outcome) => break outcome,
                Err(Crash) => self.server.crash(&mut self.env, false),
            }
        };
        match outcome {
            Err(refusal) => {
                self.env.tell(format!("  refused: {refusal:?}"));
                assert_ne!(refusal, Refusal::Damaged, "neither copy was damaged");
                self.refused += 1;
                (self.server.disk, self.server.register) = before;
                self.server.running = None;
            }
            Ok(()) => {
                let running = self.server.running.as_ref().expect("running");
                let holds = registered.is_none_or(|(size, root)| {
                    size <= running.tree.size() && running.tree.root_at(size) == root
                });
                assert!(
                    holds || register_too,
                    "what was published is gone, and it started"
                );
                // What no checkpoint covers yet, only a receipt can prove.
                self.env.tell("  not noticed here".to_owned());
                self.acknowledged.clone_from(&running.records);
                if !holds {
                    self.is_all_taken_back = true;
                    self.published.clear();
                }
                // It was a test of the start: the world goes on as it was before, unless only a
                // witness can tell.
                if !self.is_all_taken_back {
                    self.published
                        .retain(|(size, _)| *size <= running.tree.size());
                }
            }
        }
    }

    /// Each checkpoint that was shown begins with the one before.
    fn check_published(&self) {
        let running = self.server.running.as_ref().expect("running");
        if let [.., (before, before_root), (size, root)] = self.published.as_slice() {
            assert!(before <= size, "{before} was shown, and then {size}");
            assert_eq!(
                running.tree.root_at(*before),
                *before_root,
                "another history"
            );
            assert_eq!(running.tree.root_at(*size), *root);
        }
    }

    /// A witness never lets out two cosignatures that contradict each other.
    fn check_witness(&self, witness: usize) {
        if let [.., before, last] = self.witnesses[witness].cosigned.as_slice() {
            let (before, last) = (&self.histories[before], &self.histories[last]);
            assert!(last.starts_with(before), "cosigned two histories");
        }
    }

    fn check(&self) {
        (0..WITNESSES).for_each(|witness| self.check_witness(witness));
    }
}
