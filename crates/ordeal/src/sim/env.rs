//! What everything in a simulated world shares: chance, time, and the words of what happens.

use crate::Chance;

/// The power went, or the process was killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Crash;

/// A defect that is built in, to show that it would be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defect {
    /// The journal and the pages are written and not synced before the answer.
    AnswersBeforeTheSync,
    /// A start does not sync the journal before it opens the pages, nor the pages after it.
    OpensBeforeTheSync,
    /// A start believes a register whose name no sync has covered.
    BelievesTheCache,
    /// The register is written before the records are durable.
    RegistersBeforeTheSync,
    /// A checkpoint is shown before the register has it.
    PublishesBeforeTheRegister,
    /// A start does not look into the register.
    IgnoresTheRegister,
    /// A witness answers before it has synced what it remembers.
    WitnessForgets,
    /// A witness does not check that a checkpoint begins with the one before.
    WitnessBelieves,
    /// The writer takes the wall clock for the truth.
    TrustsTheClock,
}

/// Every defect.
pub const DEFECTS: [Defect; 9] = [
    Defect::AnswersBeforeTheSync,
    Defect::OpensBeforeTheSync,
    Defect::BelievesTheCache,
    Defect::RegistersBeforeTheSync,
    Defect::PublishesBeforeTheRegister,
    Defect::IgnoresTheRegister,
    Defect::WitnessForgets,
    Defect::WitnessBelieves,
    Defect::TrustsTheClock,
];

/// One place for all chance, so that a seed is a world.
#[derive(Debug)]
pub(super) struct Env {
    pub(super) chance: Chance,
    pub(super) defect: Option<Defect>,
    /// Microseconds since the world began: what a monotonic clock shows.
    pub(super) now_us: u64,
    /// How far the wall clock is from the truth.
    pub(super) off_us: i64,
    /// One step of so many is the last before a crash.
    crash_in: u64,
    /// What happened, line by line.
    trace: Vec<String>,
    aloud: bool,
}

impl Env {
    pub(super) fn new(seed: u64, defect: Option<Defect>) -> Env {
        let mut chance = Chance::of(seed);
        Env {
            crash_in: *chance.pick(&[15, 40, 100]),
            chance,
            defect,
            now_us: 1_000_000_000,
            off_us: 0,
            trace: Vec::new(),
            aloud: std::env::var_os("FUNDTRACE_ORDEAL_TRACE").is_some(),
        }
    }

    /// Between any two steps the power may go.
    pub(super) fn step(&mut self, what: &str) -> Result<(), Crash> {
        if self.chance.one_in(self.crash_in) {
            self.tell(format!("  crash before: {what}"));
            return Err(Crash);
        }
        Ok(())
    }

    pub(super) fn has(&self, defect: Defect) -> bool {
        self.defect == Some(defect)
    }

    pub(super) fn wall_us(&self) -> u64 {
        self.now_us.saturating_add_signed(self.off_us)
    }

    pub(super) fn tell(&mut self, what: String) {
        if self.aloud {
            eprintln!("{:>12} {what}", self.now_us);
        }
        self.trace.push(what);
    }

    /// The hash of all that happened.
    pub(super) fn trace_hash(&self) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        for line in &self.trace {
            hasher.update(line.as_bytes());
            hasher.update(b"\n");
        }
        hasher.finalize()
    }
}
