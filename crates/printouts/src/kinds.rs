//! The printouts, a file per kind: from a view and the records that are told to their parts.

mod closing;
mod evidence;
mod funds;
mod items;
mod letter;
mod projects;
mod rectification;
mod spending;
mod tasks;
mod trace;

use crate::cell::Cell;
use crate::column::{Made, count};
use crate::kind::{Asked, Kind};
use crate::printout::{Block, Names, Printout};
use crate::source::Source;
use ledger::Fact;
use ledger::context::{Actor, hands};
use ledger::ids::Subject;
use projections::View;
use projections::items::{ItemLine, item_lines};
use std::collections::BTreeMap;

/// A record as it was read in the log. What is sealed in it stays sealed.
#[derive(Debug, Clone)]
pub struct Told {
    /// Its place in the deployment's log.
    pub position: u64,
    /// Its hash, as answers have it.
    pub hash: String,
    /// When it was recorded, in words.
    pub recorded_at: String,
    /// What its event is called in Chinese.
    pub what: String,
    /// What it says.
    pub fact: Fact,
}

impl Told {
    /// All who stand for it: those who signed on paper, or else its recorder.
    fn hands(&self) -> impl Iterator<Item = Actor> + '_ {
        hands(self.fact.actor, &self.fact.signatories)
    }

    /// The same, as persons in a cell.
    fn by(&self) -> Cell {
        Cell::Persons(self.hands().map(|hand| hand.person).collect())
    }

    /// Who recorded it, which another than who stands for it may have done.
    fn recorded_by(&self) -> Cell {
        Cell::Persons(vec![self.fact.actor.person])
    }
}

/// Why there is no printout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// What was asked about is not there.
    #[error("there is no such {0}")]
    Missing(&'static str),
    /// The item has had no such letter.
    #[error("there is no such letter to this item")]
    NoLetter,
    /// A table of it would have more rows than [`Asked::rows_max`].
    #[error("{0} rows are more than a table of a printout holds")]
    TooLong(usize),
}

/// The records, by seq, that must be told before it can be made: texts that no view keeps.
#[must_use]
pub fn needed(view: &View, asked: &Asked) -> Vec<u64> {
    match asked.kind {
        Kind::Rectification => words(view, rectification::WORDS),
        Kind::Closing | Kind::Letter(_) => standing(view, about(view, asked)),
        // What was taken back is shown too, and said to be.
        Kind::Evidence => about(view, asked).collect(),
        Kind::Funds
        | Kind::SpendingProgress
        | Kind::Projects
        | Kind::Problems
        | Kind::Tasks
        | Kind::Responsibilities
        | Kind::FundTrace => Vec::new(),
    }
}

/// The records about the one thing that is asked about.
fn about<'a>(view: &'a View, asked: &Asked) -> impl Iterator<Item = u64> + 'a {
    let seqs = asked
        .about
        .map_or(&[][..], |id| view.timeline.of(Subject(id)));
    seqs.iter().map(|seq| u64::from(*seq))
}

/// The records whose events have one of these words.
fn words(view: &View, words: &[&str]) -> Vec<u64> {
    let seqs = words.iter().flat_map(|word| view.timeline.of_word(word));
    standing(view, seqs.map(|seq| u64::from(*seq)))
}

/// Without those that were reversed.
fn standing(view: &View, seqs: impl Iterator<Item = u64>) -> Vec<u64> {
    let mut seqs: Vec<u64> = seqs
        .filter(|seq| view.books.reversed.get(*seq).is_none())
        .collect();
    seqs.sort_unstable();
    seqs
}

/// Makes it. `told` holds what [`needed`] names; `source.through` is the view's head.
///
/// # Errors
/// What was asked about is not there, or there is more than a printout holds.
pub fn make(
    view: &View,
    asked: &Asked,
    told: &BTreeMap<u64, Told>,
    source: Source,
) -> Result<Printout, Refusal> {
    let mut number = format!("{}-{}", source.on.strftime("%Y%m%d"), source.through.seq);
    let blocks = match asked.kind {
        Kind::Funds => funds::blocks(view, asked),
        Kind::SpendingProgress => spending::blocks(view, asked),
        Kind::Projects => projects::blocks(view, asked)?,
        Kind::Problems => items::problems(view, asked)?,
        Kind::Responsibilities => items::responsibilities(view, asked)?,
        Kind::Tasks => tasks::blocks(view, asked)?,
        Kind::Rectification => rectification::blocks(view, asked, told)?,
        Kind::Closing => closing::blocks(view, asked, told)?,
        Kind::Letter(kind) => {
            let (own, blocks) = letter::blocks(view, asked, kind, told)?;
            number = own;
            blocks
        }
        Kind::FundTrace => trace::blocks(view, asked)?,
        Kind::Evidence => evidence::blocks(view, asked, told)?,
    };
    let made = Printout {
        kind: asked.kind,
        number,
        blocks,
        source,
        names: Names::default(),
    };
    fits(&made, asked.rows_max)?;
    Ok(made)
}

/// Each table by itself: a sheet holds one.
pub(crate) fn fits(made: &Printout, rows_max: usize) -> Result<(), Refusal> {
    let longest = made.longest_table();
    if longest > rows_max {
        return Err(Refusal::TooLong(longest));
    }
    Ok(())
}

/// The first and the last record that name a subject.
fn seqs(view: &View, id: impl Into<Subject>) -> Seqs {
    let seqs = view.timeline.of(id.into());
    Seqs::of(seqs.first(), seqs.last())
}

/// The first and the last record that name both of two subjects.
fn shared(view: &View, a: impl Into<Subject>, b: impl Into<Subject>) -> Seqs {
    let (a, b) = (view.timeline.of(a.into()), view.timeline.of(b.into()));
    let (few, many) = if a.len() < b.len() { (a, b) } else { (b, a) };
    let both = |seq: &&u32| many.binary_search(seq).is_ok();
    Seqs::of(few.iter().find(both), few.iter().rev().find(both))
}

/// Between which records a row was made.
#[derive(Debug, Clone, Copy, Default)]
struct Seqs {
    first: Option<u64>,
    last: Option<u64>,
}

impl Seqs {
    fn of(first: Option<&u32>, last: Option<&u32>) -> Seqs {
        Seqs {
            first: first.map(|seq| u64::from(*seq)),
            last: last.map(|seq| u64::from(*seq)),
        }
    }
}

/// The column of the first record that a row rests on.
const fn first_seq<T>(cell: fn(&T) -> Cell) -> Made<T> {
    count("首条记录", "First record", cell)
}

/// The column of the last one.
const fn last_seq<T>(cell: fn(&T) -> Cell) -> Made<T> {
    count("末条记录", "Last record", cell)
}

/// The items that pass, in the order of their numbers.
///
/// # Errors
/// There are more than a printout holds.
fn lines(view: &View, asked: &Asked) -> Result<Vec<ItemLine>, Refusal> {
    let page = item_lines(view, asked.on, &asked.items, 0, asked.rows_max);
    if page.more {
        return Err(Refusal::TooLong(page.total));
    }
    Ok(page.entries)
}

/// One table.
fn table<T>(name: crate::Heading, columns: &[Made<T>], rows: &[T]) -> Block {
    Block::Table(crate::column::table(name, columns, rows))
}
