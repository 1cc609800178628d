//! fundtrace over HTTP and on the command line: the only crate that knows actix-web, JSON and
//! status codes. It acts and decides nothing.

mod body;
pub mod cli;
pub mod connections;
pub mod identity;
pub mod importing;
pub mod json;
pub mod key;
pub mod metrics;
mod observe;
pub mod places;
pub mod problem;
pub mod replaying;
pub mod room;
pub mod routes;
pub mod scrub;
pub mod serve;
pub mod state;
pub mod witness;
pub mod witnesses;
mod written;
