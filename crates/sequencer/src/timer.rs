//! When to seal: every so often, and soon after somebody has signed something off.

use crate::{Handle, SealError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// What is signed off: an item closed 销号, a round closed, a period 封账, a ledger closed.
const SIGN_OFFS: [&str; 4] = [
    "item.closed",
    "round.closed",
    "ledger.period_signed_off",
    "ledger.closed",
];

/// The least time between two seals that nobody has asked for: a seal of a million subjects writes
/// 72 MB.
const REST: Duration = Duration::from_secs(60);

/// How old the last recorded states may be.
const STATES_EVERY_US: u64 = 24 * 60 * 60 * 1_000_000;

/// How often it looks whether states are due, where nothing is sealed.
const LOOK_EVERY: Duration = Duration::from_secs(3600);

/// Seals on a thread of its own until it is dropped. It holds a handle: drop it before waiting for
/// the writer to end.
#[derive(Debug)]
pub struct Timer {
    stop: watch::Sender<bool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Timer {
    /// Starts it, to seal every so often; without that only to record the states once a day.
    ///
    /// # Errors
    /// The thread or what it waits with cannot be made.
    pub fn start(handle: Handle, every: Option<Duration>) -> std::io::Result<Timer> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()?;
        let (stop, stopped) = watch::channel(false);
        let fallen = handle.fallen().clone();
        let thread = fallen.spawn("seals", move || {
            let mut signed = handle.signed_off();
            let seals = every.is_some();
            let every = every.map_or(LOOK_EVERY, |every| every.max(REST));
            loop {
                let signed_off = seals.then_some(signed);
                if !runtime.block_on(due(&handle, every, signed_off, stopped.clone())) {
                    break;
                }
                // Looked at before: what is signed off meanwhile waits for the next seal.
                signed = handle.signed_off();
                // Outside the runtime, because it blocks.
                report(handle.tend(seals));
            }
        })?;
        Ok(Timer {
            stop,
            thread: Some(thread),
        })
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take() {
            // A panic there was told already, and seals are not what a stop waits for.
            let _ = thread.join();
        }
    }
}

/// Waits until it is time to seal, or to stop: then false. Time is also when more was signed off
/// than before.
async fn due(
    handle: &Handle,
    every: Duration,
    signed: Option<usize>,
    mut stop: watch::Receiver<bool>,
) -> bool {
    let begun = Instant::now();
    let end = begun.checked_add(every).unwrap_or(begun);
    let mut wake = begun;
    loop {
        wake = wake.checked_add(REST).unwrap_or(end).min(end);
        tokio::select! {
            // Dropped is stopped.
            _ = stop.wait_for(|stop| *stop) => return false,
            () = sleep_until(wake) => {}
        }
        if wake >= end || signed.is_some_and(|signed| handle.signed_off() > signed) {
            return true;
        }
    }
}

fn report(tended: Result<(), SealError>) {
    if let Err(error) = tended {
        let error = crate::writer::chain_of(&error);
        tracing::error!(error, "the subjects could not be sealed");
    }
}

impl Handle {
    /// How much has been signed off, in all ledgers.
    pub(crate) fn signed_off(&self) -> usize {
        let slots = self.ledgers().into_iter().filter_map(|id| self.slot(id));
        slots.fold(0, |sum, slot| {
            let view = slot.view();
            let of = |word| view.timeline.of_word(word).len();
            SIGN_OFFS
                .into_iter()
                .map(of)
                .fold(sum, usize::saturating_add)
        })
    }

    /// What is done whenever it is time: a seal, unless nobody wants any, and the states if the
    /// last are of yesterday.
    pub(crate) fn tend(&self, seals: bool) -> Result<(), SealError> {
        if seals {
            self.seal_subjects()?;
        }
        if self.states_are_due()? {
            self.record_states()?;
        }
        Ok(())
    }

    fn states_are_due(&self) -> Result<bool, SealError> {
        let system = chain::LedgerId(self.system.0);
        let last = self.slot(self.system).and_then(|slot| {
            let view = slot.view();
            view.timeline.of_word("log.state_recorded").last().copied()
        });
        let Some(last) = last else {
            return Ok(true);
        };
        let last = self.reader.get(system, u64::from(last))?;
        let last = last.map_or(0, |entry| entry.record.header.recorded_at_us);
        Ok(crate::wall_us().saturating_sub(last) >= STATES_EVERY_US)
    }
}
