//! How long it takes to make and to check proofs.
//!
//! `cargo bench -p chain`

fn main() {}
