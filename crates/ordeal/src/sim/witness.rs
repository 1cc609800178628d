//! A witness over a simulated disk: what `crates/witness` does, with the real checks of `chain`.

use chain::{Checkpoint, Cosigner, NodeHash, Note, VerifierKey, empty_root, verify_consistency};

use super::disk::SimDisk;
use super::env::{Crash, Defect, Env};

/// What a witness is asked to cosign.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) old: u64,
    pub(super) proof: Vec<NodeHash>,
    pub(super) note: Note,
}

/// What a witness answers.
#[derive(Debug)]
pub(super) enum Answer {
    /// Its cosignature, which is sound.
    Cosigned { size: u64 },
    /// 409: it has seen another size.
    Conflict { size: u64 },
    /// 422: the checkpoint does not begin with what it has seen.
    Inconsistent,
    /// It is not there.
    Silence,
}

#[derive(Debug)]
pub(super) struct Witness {
    pub(super) disk: SimDisk,
    key: Cosigner,
    log: VerifierKey,
    /// What it remembers while it runs.
    latest: Option<(u64, NodeHash)>,
    pub(super) is_up: bool,
    /// Every checkpoint that it ever cosigned, and let go out.
    pub(super) cosigned: Vec<(u64, NodeHash)>,
}

impl Witness {
    pub(super) fn new(number: u8, log: VerifierKey) -> Witness {
        let name = format!("witness-{number}.example");
        Witness {
            disk: SimDisk::new(),
            key: Cosigner::new(&name, &[number; 32]).expect("a name"),
            log,
            latest: None,
            is_up: true,
            cosigned: Vec::new(),
        }
    }

    pub(super) fn crash(&mut self, env: &mut Env) {
        self.disk.crash(&mut env.chance);
        self.is_up = false;
    }

    /// Starts again with what it wrote down. A note that it cannot read would be a promise broken:
    /// the file is replaced whole.
    pub(super) fn start(&mut self) {
        let note = self.disk.read("latest").map(|bytes| {
            Note::parse(&bytes).expect("what a witness wrote down is whole after a crash")
        });
        self.latest = note.map(|note| {
            let checkpoint: Checkpoint = note.text().parse().expect("a checkpoint");
            (checkpoint.size(), checkpoint.root())
        });
        self.is_up = true;
    }

    pub(super) fn add_checkpoint(&mut self, env: &mut Env, request: &Request) -> Answer {
        if !self.is_up {
            return Answer::Silence;
        }
        request
            .note
            .verify([&self.log])
            .expect("nobody but the log sends here");
        let checkpoint: Checkpoint = request.note.text().parse().expect("a checkpoint");
        let (size, root) = (checkpoint.size(), checkpoint.root());
        let (seen, seen_root) = self.latest.unwrap_or((0, empty_root()));
        if request.old != seen {
            return Answer::Conflict { size: seen };
        }
        let consistent = verify_consistency(seen, seen_root, size, root, &request.proof);
        if consistent.is_err() && !env.has(Defect::WitnessBelieves) {
            return Answer::Inconsistent;
        }
        if self.remember(env, &request.note).is_err() {
            self.crash(env);
            return Answer::Silence;
        }
        self.latest = Some((size, root));
        let cosignature = self
            .key
            .cosign(request.note.text(), env.wall_us() / 1_000_000);
        let mut note = request.note.clone();
        note.add(cosignature).expect("room for a cosignature");
        note.verify([self.key.verifier()])
            .expect("its own signature");
        self.cosigned.push((size, root));
        Answer::Cosigned { size }
    }

    /// Writes down what it is about to cosign: on the disk before the answer.
    fn remember(&mut self, env: &mut Env, note: &Note) -> Result<(), Crash> {
        env.step("witness writes")?;
        self.disk.set_len("latest.new", 0);
        self.disk.append("latest.new", note.to_string().as_bytes());
        if env.has(Defect::WitnessForgets) {
            self.disk.rename("latest.new", "latest");
            return Ok(());
        }
        env.step("witness syncs")?;
        self.disk.sync("latest.new");
        env.step("witness renames")?;
        self.disk.rename("latest.new", "latest");
        env.step("witness syncs the name")?;
        self.disk.sync_names();
        env.step("witness answers")
    }
}
