//! The `fundtrace` command.

use std::process::ExitCode;

/// The system's allocator kept a quarter more memory after a load of a million commands, because
/// the writer frees what the server's threads have made: crates/README.md has the figures.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    server::cli::main()
}
