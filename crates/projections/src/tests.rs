//! Promised: the views say what the records say, to the fen, at every prefix of a log, and the
//! same records give the same views. Shown with commands that `ledger::decide` has let through.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "numbers of a few digits"
)]

mod as_of;
mod cash;
mod evidence;
mod fees;
mod form;
mod idle;
mod items;
mod lists;
mod money;
mod openings;
mod projects;
mod queries;
mod random;
mod rectification;
mod search;
mod traces;
mod watch;
mod world;
