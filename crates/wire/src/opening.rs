//! What openings share, in protobuf.

use crate::generated as pb;
use ledger::opening::CutOver;

record!(CutOver { on, document });
