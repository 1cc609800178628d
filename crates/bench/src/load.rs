//! Commands into a running writer, as fast as it takes them.

use crate::county::{self, Turn};
use crate::latency::Latencies;
use crate::machine;
use anyhow::{Result, anyhow, ensure};
use sequencer::{Handle, Request, Unavailable};
use std::collections::VecDeque;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

/// Requests under way: while one is on its way to the disk, the next is there.
pub const UNDER_WAY: usize = 4;
/// Lots or subsidies that are made at once, so that there are some groups of every kind among them.
const MADE_AT_ONCE: u64 = 4;

/// What a load came to.
#[derive(Default)]
pub struct Loaded {
    /// Commands, all of them accepted.
    pub commands: u64,
    /// From the first request to the last answer.
    pub time: Duration,
    /// Processor time that making them took, in a thread beside the writer.
    pub made_in: Duration,
    /// From a request to its answer, with the time in which it waited for the one before.
    pub latencies: Latencies,
    /// When every so many commands had been answered.
    pub marks: Vec<(u64, Duration)>,
}

/// What makes turns number by number, and about how many commands a number has.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// From a number to another.
    pub turns: &'a (dyn Fn(u64, u64) -> Vec<Turn> + Sync),
    /// Commands of each number, on the average.
    pub commands_each: u64,
}

/// Submits what a source makes of these numbers, in requests of up to `group` commands.
///
/// # Errors
/// A command is refused, or the writer stops.
pub fn load(
    handle: &Handle,
    source: Source<'_>,
    numbers: (u64, u64),
    group: u64,
) -> Result<Loaded> {
    let step = (group * MADE_AT_ONCE / source.commands_each).max(1);
    let (made, take) = std::sync::mpsc::sync_channel::<Vec<Turn>>(1);
    std::thread::scope(|scope| {
        let maker = scope.spawn(move || {
            let mut from = numbers.0;
            while from < numbers.1 {
                let until = (from + step).min(numbers.1);
                let turns = cut((source.turns)(from, until), group as usize);
                if made.send(turns).is_err() {
                    break;
                }
                from = until;
            }
            machine::busy_here()
        });
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let loaded = runtime.block_on(submit(handle, take.into_iter().flatten()));
        let made_in = maker.join().map_err(|_| anyhow!("the maker panicked"))?;
        Ok(Loaded { made_in, ..loaded? })
    })
}

/// Submits turns that are there already.
///
/// # Errors
/// Those of [`load`].
pub fn all(handle: &Handle, turns: Vec<Turn>) -> Result<Loaded> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(submit(handle, cut(turns, 4_000).into_iter()))
}

/// No turn longer than a group.
#[must_use]
pub fn cut(turns: Vec<Turn>, group: usize) -> Vec<Turn> {
    let mut short = Vec::new();
    for Turn { hand, submissions } in turns {
        let mut rest = submissions.into_iter();
        loop {
            let submissions: Vec<_> = rest.by_ref().take(group).collect();
            if submissions.is_empty() {
                break;
            }
            short.push(Turn { hand, submissions });
        }
    }
    short
}

type Answer = Result<sequencer::Answered, Unavailable>;

async fn submit(handle: &Handle, turns: impl Iterator<Item = Turn>) -> Result<Loaded> {
    let mut loaded = Loaded::default();
    let mut under_way: VecDeque<(Instant, u64, JoinHandle<Answer>)> = VecDeque::new();
    let mut begin = None;
    for Turn { hand, submissions } in turns {
        let begin = *begin.get_or_insert_with(Instant::now);
        while under_way.len() >= UNDER_WAY {
            answered(&mut loaded, &mut under_way, begin).await?;
        }
        let count = submissions.len() as u64;
        let request = Request {
            ledger: county::ledger(),
            caller: hand.caller(),
            submissions,
            atomic: false,
        };
        let writer = handle.clone();
        let answer = tokio::spawn(async move { writer.submit(request).await });
        under_way.push_back((Instant::now(), count, answer));
        // It is in the queue once it has run for the first time.
        tokio::task::yield_now().await;
    }
    while !under_way.is_empty() {
        answered(
            &mut loaded,
            &mut under_way,
            begin.unwrap_or_else(Instant::now),
        )
        .await?;
    }
    Ok(loaded)
}

async fn answered(
    loaded: &mut Loaded,
    under_way: &mut VecDeque<(Instant, u64, JoinHandle<Answer>)>,
    begin: Instant,
) -> Result<()> {
    let Some((asked, count, answer)) = under_way.pop_front() else {
        return Ok(());
    };
    let answers = answer.await?.map_err(|error| anyhow!("{error}"))?.answers;
    let refused = answers.iter().find_map(|answer| answer.as_ref().err());
    ensure!(
        refused.is_none(),
        "refused: {}",
        refused.map_or(String::new(), ToString::to_string)
    );
    loaded.latencies.add(asked.elapsed());
    loaded.commands += count;
    loaded.time = begin.elapsed();
    loaded.marks.push((loaded.commands, loaded.time));
    Ok(())
}
