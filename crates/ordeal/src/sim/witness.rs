//! A witness: the code of `crates/witness`, over a simulated disk that crashes between any two of
//! its steps.

use std::cell::{Cell, RefCell};
use std::io;
use std::path::PathBuf;
use std::rc::Rc;

use chain::{Checkpoint, Cosigner, NodeHash, Note, Submission, VerifierKey};
use witness::{Refused, Storage};

use super::disk::SimDisk;
use super::env::{Defect, Env};

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

/// The most steps that a witness takes at its disk for one request.
const STEPS: u32 = 10;

/// Its files. Clones are one disk.
#[derive(Debug, Clone)]
struct Files {
    disk: Rc<RefCell<SimDisk>>,
    /// It crashes before the step that comes after so many.
    left: Rc<Cell<u32>>,
    forgets: bool,
}

impl Files {
    fn step(&self) -> io::Result<()> {
        let left = self.left.get().checked_sub(1);
        self.left.set(left.unwrap_or(0));
        left.map(|_| ()).ok_or_else(|| io::Error::other("a crash"))
    }
}

impl Storage for Files {
    fn path(&self, file: &str) -> PathBuf {
        file.into()
    }

    fn read(&self, file: &str) -> io::Result<Option<Vec<u8>>> {
        Ok(self.disk.borrow().read(file))
    }

    fn exists(&self, file: &str) -> io::Result<bool> {
        Ok(self.disk.borrow().read(file).is_some())
    }

    fn write(&self, file: &str, bytes: &[u8]) -> io::Result<()> {
        self.step()?;
        self.disk.borrow_mut().set_len(file, 0);
        self.disk.borrow_mut().append(file, bytes);
        self.step()?;
        if !self.forgets {
            self.disk.borrow_mut().sync(file);
        }
        Ok(())
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.step()?;
        self.disk.borrow_mut().rename(from, to);
        Ok(())
    }

    fn sync_names(&self) -> io::Result<()> {
        self.step()?;
        if !self.forgets {
            self.disk.borrow_mut().sync_names();
        }
        Ok(())
    }
}

#[derive(Debug)]
pub(super) struct Witness {
    number: u8,
    files: Files,
    log: VerifierKey,
    running: Option<witness::Witness<Files>>,
    /// Every checkpoint that it ever cosigned, and let go out.
    pub(super) cosigned: Vec<(u64, NodeHash)>,
}

impl Witness {
    pub(super) fn new(number: u8, log: VerifierKey, env: &Env) -> Witness {
        let mut witness = Witness {
            number,
            files: Files {
                disk: Rc::new(RefCell::new(SimDisk::new())),
                left: Rc::default(),
                forgets: env.has(Defect::WitnessForgets),
            },
            log,
            running: None,
            cosigned: Vec::new(),
        };
        witness.start();
        witness
    }

    pub(super) fn is_up(&self) -> bool {
        self.running.is_some()
    }

    pub(super) fn crash(&mut self, env: &mut Env) {
        self.files.disk.borrow_mut().crash(&mut env.chance);
        self.running = None;
    }

    /// Starts again with what it wrote down. A file that it refuses would be a promise broken: it
    /// is replaced whole.
    pub(super) fn start(&mut self) {
        self.running = Some(self.over(self.files.clone()));
    }

    fn over(&self, files: Files) -> witness::Witness<Files> {
        files.left.set(u32::MAX);
        let name = format!("witness-{}.example", self.number);
        let key = Cosigner::new(&name, &[self.number; 32]).expect("a name");
        let witness = witness::Witness::over(files, key, [self.log.clone()]);
        witness.expect("what a witness wrote down is whole after a crash")
    }

    pub(super) fn add_checkpoint(&mut self, env: &mut Env, request: &Request) -> Answer {
        let Some(running) = &self.running else {
            return Answer::Silence;
        };
        let crash = (0..STEPS).find(|_| env.step("a step of the witness").is_err());
        self.files.left.set(crash.unwrap_or(u32::MAX));
        let now_s = env.wall_us() / 1_000_000;
        let answer = match add(running, request, request.old, now_s) {
            // It forgets what it has seen, instead of refusing.
            Err(Refused::Inconsistent(_) | Refused::OtherRoot { .. })
                if env.has(Defect::WitnessBelieves) =>
            {
                self.files.disk.replace(SimDisk::new());
                let afresh = self.over(self.files.clone());
                let answer = add(&afresh, request, 0, now_s);
                self.running = Some(afresh);
                answer
            }
            answer => answer,
        };
        // The power may go when all is written, and nothing answered.
        if crash.is_some() && (answer.is_ok() || matches!(answer, Err(Refused::Stopped))) {
            self.crash(env);
            return Answer::Silence;
        }
        let running = self.running.as_ref().expect("running");
        match answer {
            Ok(line) => {
                let mut note = request.note.clone();
                let signature = line.trim_end().parse().expect("a signature");
                note.add(signature).expect("room for a cosignature");
                note.verify([running.verifier()]).expect("its own");
                let checkpoint: Checkpoint = note.text().parse().expect("a checkpoint");
                let size = checkpoint.size();
                self.cosigned.push((size, checkpoint.root()));
                Answer::Cosigned { size }
            }
            Err(Refused::Conflict { size }) => Answer::Conflict { size },
            Err(Refused::Inconsistent(_) | Refused::OtherRoot { .. }) => Answer::Inconsistent,
            Err(refused) => panic!("the witness says: {refused}"),
        }
    }
}

fn add(
    witness: &witness::Witness<Files>,
    request: &Request,
    old: u64,
    now_s: u64,
) -> Result<String, Refused> {
    let proof = if old == 0 {
        Vec::new()
    } else {
        request.proof.clone()
    };
    let submission = Submission::new(old, proof, request.note.clone()).expect("a submission");
    witness.add_checkpoint(submission.to_string().as_bytes(), || now_s)
}
