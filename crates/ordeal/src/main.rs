//! `cargo xtask ordeal`: runs the families and prints the table.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool speaks through stdout"
)]

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail, ensure};
use clap::Parser;
use ordeal::{Row, Tools, failing, families, fuzz, table, writer};

/// Breaks the log on purpose and counts what it does about it.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask ordeal", bin_name = "cargo xtask ordeal")]
struct Arguments {
    /// The families whose names begin so; all of them if none is given
    name: Option<String>,
    /// As many trials as before a release, not as few as a change must pass
    #[arg(long)]
    full: bool,
    /// Print the rows as JSON
    #[arg(long)]
    json: bool,
    /// Run one trial again: the one of this seed
    #[arg(long, conflicts_with_all = ["full", "write"])]
    seed: Option<u64>,
    /// Begin at this seed, for other trials than those that always run
    #[arg(long, default_value_t = 1, conflicts_with = "seed")]
    from: u64,
    /// Fuzz this parser alone, for so many --seconds
    #[arg(long, conflicts_with = "write")]
    parser: Option<String>,
    /// Fuzz for so long each
    #[arg(long, conflicts_with = "write")]
    seconds: Option<u64>,
    /// Write the rows into their table of tests/README.md too; with --full into that of its own
    #[arg(long)]
    write: bool,
}

fn main() -> Result<ExitCode> {
    if let [first, name, dir] = &std::env::args().skip(1).collect::<Vec<_>>()[..]
        && first == failing::ARGUMENT
    {
        return failing::act(name, Path::new(dir));
    }
    if let [dir, numbers @ ..] = writers_arguments().as_slice() {
        let numbers: Vec<u64> = numbers
            .iter()
            .map(|n| n.parse())
            .collect::<Result<_, _>>()?;
        let [seed, groups, segment_len] = numbers.as_slice() else {
            bail!("the writer is started by the recorder");
        };
        writer::write(
            Path::new(dir),
            *seed,
            usize::try_from(*groups)?,
            *segment_len,
        );
        return Ok(ExitCode::SUCCESS);
    }
    let arguments = Arguments::parse();
    // sled panics on damaged bytes, which the log catches; a trial that panics is in the table.
    std::panic::set_hook(Box::new(|_| ()));
    let tools = Tools {
        program: std::env::current_exe()?,
    };
    let name = arguments.name.as_deref().unwrap_or_default();
    let mut families = families();
    families.retain(|family| family.name.starts_with(name));
    ensure!(
        !families.is_empty(),
        "no family's name begins with `{name}`"
    );

    if arguments.parser.is_some() || arguments.seconds.is_some() {
        let seconds = arguments.seconds.unwrap_or(fuzz::FAMILY.in_ci);
        let seed = arguments.seed.unwrap_or(arguments.from);
        let rows = fuzz::run(arguments.parser.as_deref(), seconds, seed)?;
        return print(&arguments, &rows);
    }
    let mut rows: Vec<Row> = Vec::new();
    for family in &families {
        let (from, trials) = match arguments.seed {
            Some(seed) => (seed, 1),
            None if arguments.full => (arguments.from, family.full),
            None => (arguments.from, family.in_ci),
        };
        eprintln!("{}: {trials} trials from seed {from}", family.name);
        rows.extend(family.run(&tools, from, trials)?);
    }

    if arguments.write {
        let place = if arguments.full {
            table::Place::OnDemand
        } else {
            table::Place::Ci
        };
        table::write(Path::new("tests/README.md"), place, &rows)?;
    }
    print(&arguments, &rows)
}

/// Prints the table, and fails if anything went wrong.
fn print(arguments: &Arguments, rows: &[Row]) -> Result<ExitCode> {
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(rows)?);
    } else {
        print!("{}", table::markdown(rows));
    }
    eprint!("{}", table::failures(rows));
    ensure!(
        rows.iter().all(Row::passes),
        "the log did not stand the ordeal"
    );
    Ok(ExitCode::SUCCESS)
}

/// What follows [`writer::ARGUMENT`], if that comes first.
fn writers_arguments() -> Vec<String> {
    let mut arguments = std::env::args().skip(1);
    match arguments.next() {
        Some(first) if first == writer::ARGUMENT => arguments.collect(),
        Some(_) | None => Vec::new(),
    }
}
