//! What the records of a log do not bear out.

use chain::{Broken, NodeHash};
use ledger::ids::LedgerId;
use std::fmt;

/// Something that is false in a log, whoever signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplayFault {
    /// A record does not follow the one before it in its ledger.
    Chain {
        /// Where it stands.
        position: u64,
        /// What is wrong.
        broken: Broken,
    },
    /// A seal is not over the records before it.
    Seal {
        /// The ledger that holds it.
        ledger: LedgerId,
        /// Its record there.
        seq: u64,
        /// The position of that record.
        position: u64,
        /// The last position that it says it counts.
        through: u64,
        /// What is wrong.
        why: SealFault,
    },
}

/// What is wrong with a seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SealFault {
    /// Root and count are not those of the records.
    Root {
        /// What the seal says.
        stated: (NodeHash, u64),
        /// What the records give.
        computed: (NodeHash, u64),
    },
    /// It goes less far than a seal before it.
    Back {
        /// How far that one went.
        last: u64,
    },
    /// It counts records that come after it.
    Ahead,
}

impl fmt::Display for ReplayFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReplayFault::Chain { position, broken } => {
                write!(f, "记录不成链 · position {position}: {broken}")
            }
            ReplayFault::Seal {
                ledger,
                seq,
                position,
                through,
                why,
            } => {
                write!(
                    f,
                    "主体封存与记录不符 · false seal: ledger {ledger}, seq {seq}, position \
                     {position}, through position {through}: "
                )?;
                match why {
                    SealFault::Root { stated, computed } => write!(
                        f,
                        "所载 · it states root {} of {} subjects; 记录算得 · the records give root \
                         {} of {} subjects",
                        stated.0, stated.1, computed.0, computed.1
                    ),
                    SealFault::Back { last } => write!(
                        f,
                        "早于前一次封存 · a seal before it goes through position {last}"
                    ),
                    SealFault::Ahead => {
                        f.write_str("所载位置尚无记录 · it counts records that come after it")
                    }
                }
            }
        }
    }
}
