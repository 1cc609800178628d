//! Evidence packages: what an inspector hands to somebody who trusts neither the server nor us.
//!
//! A package answers one [`Question`] about one ledger and holds what the answer rests on: every
//! record's exact bytes, a proof for each of them, the signed checkpoint, and the answer itself as
//! JSON and as pages for people. [`make`] puts it together; [`verify`] takes it apart with no
//! database and no network, and computes the answer again from the records inside. The format is
//! in `proto/README.md`. [`verify_receipts`] checks what a server answered and signed,
//! [`verify_proof`] and [`verify_checkpoint`] a file by itself.
//!
//! Everything here is a pure function: which records there are, the day, the keys and the files
//! are arguments.

mod answer;
mod archive;
mod fault;
mod html;
mod keys;
mod make;
mod manifest;
mod plan;
mod question;
mod readme;
mod receipt;
mod report;
mod seals;
mod single;
mod stated;
mod summary;
mod texts;
mod told;
mod trust;
mod unproved;
mod verify;
mod words;

pub use archive::{FILES_LEN_MAX, PACKAGE_LEN_MAX, RECORDS_MAX};
pub use fault::Fault;
pub use html::{Language, moment};
pub use keys::FieldKey;
pub use make::{Proved, Sources, make};
pub use manifest::{FORMAT, Through};
pub use plan::{Plan, plan, referenced, stays, supporting};
pub use question::Question;
pub use receipt::{BadReceipts, Covered, Receipt, ReceiptFault, verify_receipts};
pub use report::{Complete, Report, SubjectReport, Verdict};
pub use seals::{SealedSubject, Seals};
pub use single::{Leaf, verify_checkpoint, verify_proof};
pub use trust::{Basis, Trust, Trusted};
pub use unproved::Unproved;
pub use verify::{files_named, verify};
pub use words::event;
