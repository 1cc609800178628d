//! Working files 工作表格: the tables that a bureau's systems export and its people keep, in; rows
//! that are sure, or refusals that name sheet, row and column, out.
//!
//! Pure: bytes and a mapping are arguments. A file is a stranger's: it may be of another kind than
//! its name says, a bomb, or damaged on purpose. What it says of its own size is not believed.
//!
//! | step | file |
//! |---|---|
//! | bytes → [`Workbook`] | `workbook.rs`, `workbook/`: XLSX, XLS, CSV, each within [`limits`] |
//! | which columns mean what | `mapping.rs`, `heading.rs`; the tables themselves in `mappings/` |
//! | a cell → an amount, a day, a word | `amount.rs`, `day.rs`, `field.rs` |
//! | rows: totals, hidden, merged, repeated | `reading.rs`, `reading/` |
//! | the empty form, and bad rows given back | `form.rs` |

mod amount;
mod day;
mod field;
mod form;
mod heading;
pub mod limits;
mod mapping;
mod plain;
mod reading;
mod refusal;
#[cfg(test)]
mod tests;
mod workbook;

pub use amount::Unit;
pub use field::Value;
pub use form::{rejects, template};
pub use mapping::{BadMapping, Field, Form, Mapping};
pub use plain::shape;
pub use reading::{Entry, Options, Reading, Refused, read};
pub use refusal::{Code, Place, Refusal, column_letters};
pub use workbook::{Cell, Content, Row, Sheet, Workbook};

/// A form could not be written, which a full disk or a fault of the library explains.
#[derive(Debug, thiserror::Error)]
#[error("the form cannot be written")]
pub struct FormError(#[from] rust_xlsxwriter::XlsxError);
