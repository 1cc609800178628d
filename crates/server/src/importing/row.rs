//! A row of a table, by the names of its columns; and what it means, step by step.

use serde_json::Value;
use sheets::{Entry, Mapping};

/// A command that a row means.
#[derive(Debug)]
pub(super) struct Step {
    /// `payment.instruct`
    pub(super) word: &'static str,
    /// Several such facts of one subject may stand side by side.
    pub(super) repeatable: bool,
    /// It is proposed for a second person, with those who signed it on paper.
    pub(super) proposed: Option<Vec<Value>>,
    pub(super) occurred_on: String,
    pub(super) data: Value,
}

impl Step {
    pub(super) fn new(word: &'static str, occurred_on: String, data: Value) -> Step {
        Step {
            word,
            repeatable: false,
            proposed: None,
            occurred_on,
            data,
        }
    }

    /// The same, for a second person to confirm.
    pub(super) fn for_two(self, signatories: Vec<Value>) -> Step {
        Step {
            proposed: Some(signatories),
            ..self
        }
    }
}

/// A row with the names of its columns; the parts of one thing are one row of several lines.
pub(super) struct Row<'a> {
    lines: &'a [&'a Entry],
    mapping: &'a Mapping,
}

impl<'a> Row<'a> {
    /// What stands in these lines; there is at least one.
    pub(super) fn new(lines: &'a [&'a Entry], mapping: &'a Mapping) -> Row<'a> {
        Row { lines, mapping }
    }

    /// Each line by itself.
    pub(super) fn parts(&self) -> impl Iterator<Item = Row<'a>> + use<'a> {
        let mapping = self.mapping;
        let lines = self.lines;
        lines.chunks(1).map(move |lines| Row { lines, mapping })
    }

    /// Where something of it stands: its line, and the column from 0.
    pub(super) fn place(&self, name: &str) -> Option<(u32, Option<u32>)> {
        let line = self.lines.first()?;
        Some((line.row, line.column(self.mapping, name)))
    }

    fn value(&self, name: &str) -> Option<&sheets::Value> {
        self.lines.first()?.value(self.mapping, name)
    }

    /// The number by which it is known again.
    pub(super) fn number(&self) -> String {
        self.text(&self.mapping.number).unwrap_or_default()
    }

    /// A text, a date or a count, as it is written in a command.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.value(name).map(ToString::to_string)
    }

    /// The same; empty where there is none.
    pub(super) fn said(&self, name: &str) -> String {
        self.text(name).unwrap_or_default()
    }

    /// The parts of a text that lists several things.
    pub(super) fn list(&self, name: &str, marks: &[char]) -> Vec<String> {
        let text = self.said(name);
        let parts = text.split(|c| marks.contains(&c)).map(str::trim);
        let parts = parts.filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect()
    }

    /// An amount in fen.
    pub(super) fn fen(&self, name: &str) -> Option<i64> {
        match self.value(name)? {
            sheets::Value::Amount(fen) => Some(fen.get()),
            sheets::Value::Text(_) | sheets::Value::Date(_) | sheets::Value::Count(_) => None,
        }
    }

    /// An amount in fen over all of its lines.
    pub(super) fn sum(&self, name: &str) -> i64 {
        let parts = self.parts().filter_map(|part| part.fen(name));
        parts.fold(0, i64::saturating_add)
    }

    /// A count; nothing where there is none.
    pub(super) fn count(&self, name: &str) -> Option<u32> {
        match self.value(name)? {
            sheets::Value::Count(count) => Some(*count),
            sheets::Value::Text(_) | sheets::Value::Date(_) | sheets::Value::Amount(_) => None,
        }
    }

    /// The day on which it happened; unknown where the table does not say.
    pub(super) fn day(&self, name: &str) -> String {
        self.text(name).unwrap_or_else(|| "unknown".to_owned())
    }

    /// True where money came back.
    pub(super) fn is_back(&self) -> bool {
        let first = self.lines.first();
        first.is_some_and(|line| line.is_back(self.mapping))
    }

    /// What it says in all, as one text.
    pub(super) fn content(&self) -> String {
        let lines = self.lines.iter().map(|line| line.content(self.mapping));
        lines.collect::<Vec<_>>().join("\n")
    }
}
