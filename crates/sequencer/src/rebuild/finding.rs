//! What a rebuild finds out.

use chain::NodeHash;
use ledger::ids::LedgerId;
use projections::parts::Part;
use std::fmt;

/// Something that the log said of itself, and that its records do not bear out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// What the log says of itself was not the same when it was read twice.
    Changed,
    /// A projection was not what the records make of it: somebody edited it, or a bug did.
    State {
        /// Of which ledger.
        ledger: LedgerId,
        /// After which of its records.
        seq: u64,
        /// Which projection.
        projection: Part,
        /// The record of the `system` ledger that states it.
        recorded_in: u64,
    },
    /// A seal is not over the records that there are.
    Seal {
        /// The record of the `system` ledger that states it.
        recorded_in: u64,
        /// The last position that it counts.
        through: u64,
        /// The root that it states.
        stated: NodeHash,
        /// The root of the records.
        computed: NodeHash,
    },
    /// A state of a record that is not there.
    NoRecord {
        /// Of which ledger.
        ledger: LedgerId,
        /// After which record.
        seq: u64,
        /// The record of the `system` ledger that states it.
        recorded_in: u64,
    },
    /// A seal through a position that is not there.
    NoPosition {
        /// That position.
        through: u64,
        /// The record of the `system` ledger that states it.
        recorded_in: u64,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finding::Changed => f.write_str(
                "读取期间日志发生变化 · the log was changed while it was read: verify it again",
            ),
            Finding::State {
                ledger,
                seq,
                projection,
                recorded_in,
            } => write!(
                f,
                "ledger {ledger}, seq {seq}: 投影与记录不符 · the projection \"{}\" was not what \
                 the records make of it (system seq {recorded_in})",
                projection.name()
            ),
            Finding::Seal {
                recorded_in,
                through,
                stated,
                computed,
            } => write!(
                f,
                "system seq {recorded_in}: 主体封存与记录不符 · the seal through position \
                 {through} states the root {stated}, the records give {computed}"
            ),
            Finding::NoRecord {
                ledger,
                seq,
                recorded_in,
            } => write!(
                f,
                "ledger {ledger}, seq {seq}: 无此记录 · there is no such record, and system seq \
                 {recorded_in} states what it led to"
            ),
            Finding::NoPosition {
                through,
                recorded_in,
            } => write!(
                f,
                "system seq {recorded_in}: 无此位置 · the seal goes through position {through}, \
                 which is not there"
            ),
        }
    }
}
