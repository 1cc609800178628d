//! Where a printout is from, so that what it says can be found again.

use crate::cell::Cell;
use crate::column::{Heading, heading};
use crate::printout::Names;
use jiff::civil::Date;
use ledger::ids::{LedgerId, PersonId};

/// The last record that a printout knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Through {
    /// Its place in the ledger.
    pub seq: u64,
    /// Its place in the deployment's log.
    pub position: u64,
    /// Its hash, as answers have it.
    pub hash: String,
}

/// Who asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asker {
    /// The person.
    pub person: PersonId,
    /// For which organisation.
    pub organisation: String,
}

/// Where a printout is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The ledger.
    pub ledger: LedgerId,
    /// What it is called.
    pub ledger_name: String,
    /// The last record that it knows.
    pub through: Through,
    /// The day for which its figures are.
    pub on: Date,
    /// Who asked.
    pub asked_by: Asker,
    /// When, in words: `2018-10-01 09:30:00 UTC+08:00`.
    pub asked_at: String,
    /// What it was narrowed to: a name and a value each.
    pub filters: Vec<(String, String)>,
}

impl Source {
    /// Through which record, in one line: for the foot of every page.
    #[must_use]
    pub fn place(&self) -> String {
        let Through {
            seq,
            position,
            hash,
        } = &self.through;
        format!("截至记录 {seq} · 日志位置 {position} · 哈希 {hash}")
    }

    /// Everything, line by line: for the end.
    pub(crate) fn lines(&self, names: &Names) -> Vec<(Heading, String)> {
        let filters = self.filters.iter();
        let filters: Vec<_> = filters
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let asker = Cell::Persons(vec![self.asked_by.person]).show(names);
        let mut lines = vec![
            (
                heading("账本", "Ledger"),
                format!("{} {}", self.ledger_name, self.ledger),
            ),
            (heading("统计口径日", "For the day"), self.on.to_string()),
            (
                heading("截至记录", "Through record"),
                self.through.seq.to_string(),
            ),
            (
                heading("日志位置", "Position in the log"),
                self.through.position.to_string(),
            ),
            (
                heading("记录哈希", "Record hash"),
                self.through.hash.clone(),
            ),
            (
                heading("打印人", "Asked by"),
                format!("{} {asker}", self.asked_by.organisation),
            ),
            (heading("打印时间", "Asked at"), self.asked_at.clone()),
        ];
        if !filters.is_empty() {
            lines.push((heading("筛选条件", "Narrowed to"), filters.join(" ")));
        }
        lines
    }
}
