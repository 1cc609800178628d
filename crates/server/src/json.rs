//! Commands from JSON and events to JSON. In both, `type` is the word and `data` are the facts.

mod read;
mod refuse;
mod write;

pub use read::{Lines, command, lines};
pub(crate) use refuse::in_query;
pub use refuse::{NESTING_MAX, in_protobuf};
pub use write::{EventView, ReceiptView, SignatureView, moment};
