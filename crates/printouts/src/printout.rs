//! A printout: its title, its parts and where it is from.

use crate::cell::Cell;
use crate::column::{Column, ColumnKind, Heading};
use crate::kind::Kind;
use crate::source::Source;
use ledger::ids::PersonId;
use std::collections::{BTreeMap, BTreeSet};

/// What persons are called, of those whose names may be shown.
pub type Names = BTreeMap<PersonId, String>;

/// What an office prints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printout {
    /// Which one.
    pub kind: Kind,
    /// Its number: of a letter its own, of a register the day and the record through which it was
    /// made.
    pub number: String,
    /// Its parts, from the top.
    pub blocks: Vec<Block>,
    /// Where it is from.
    pub source: Source,
    /// The names that may be shown; without one a person is shown by the identifier.
    pub names: Names,
}

/// A part of a printout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// One thing: a name and a value a line.
    Facts(Vec<(Heading, Cell)>),
    /// Many things of a kind.
    Table(Table),
    /// Paragraphs of a letter.
    Letter {
        /// To whom.
        to: String,
        /// What it says.
        paragraphs: Vec<String>,
        /// Who says it.
        from: String,
        /// On which day.
        on: String,
    },
    /// Places for signatures and seals, by hand.
    Signatures(Vec<Heading>),
}

/// Rows under headings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What it shows.
    pub heading: Heading,
    /// Its columns, from the left.
    pub columns: Vec<Column>,
    /// Its rows; each has a cell for every column.
    pub rows: Vec<Vec<Cell>>,
    /// The sums, summed in fen, in a row of their own.
    pub totals: Option<Vec<Cell>>,
}

impl Printout {
    /// Whom it names, so that their names can be found.
    #[must_use]
    pub fn persons(&self) -> BTreeSet<PersonId> {
        let mut persons = BTreeSet::from([self.source.asked_by.person]);
        let mut take = |cell: &Cell| {
            if let Cell::Persons(named) = cell {
                persons.extend(named);
            }
        };
        for block in &self.blocks {
            match block {
                Block::Facts(facts) => facts.iter().for_each(|(_, cell)| take(cell)),
                Block::Table(table) => {
                    table.rows.iter().flatten().for_each(&mut take);
                }
                Block::Letter { .. } | Block::Signatures(_) => {}
            }
        }
        persons
    }

    /// How many rows its longest table has.
    #[must_use]
    pub fn longest_table(&self) -> usize {
        let rows = self.blocks.iter().map(|block| match block {
            Block::Table(table) => table.rows.len(),
            Block::Facts(_) | Block::Letter { .. } | Block::Signatures(_) => 0,
        });
        rows.max().unwrap_or(0)
    }
}

impl Table {
    /// The columns of amounts, whose fen are written beside them.
    pub(crate) fn exact(&self) -> impl Iterator<Item = &Column> {
        let columns = self.columns.iter();
        columns.filter(|column| column.kind == ColumnKind::Amount)
    }

    /// The cells of a row that stand in the columns of amounts.
    pub(crate) fn exact_cells<'a>(&'a self, row: &'a [Cell]) -> impl Iterator<Item = &'a Cell> {
        let cells = self.columns.iter().zip(row);
        cells.filter_map(|(column, cell)| (column.kind == ColumnKind::Amount).then_some(cell))
    }
}
