//! `cargo xtask bench`: runs the benchmarks and prints the table.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool speaks through stdout"
)]

use anyhow::{Context, Result, bail, ensure};
use bench::child::How;
use bench::{Place, Row, Sizes, benchmarks, child, machine, profile, table};
use clap::Parser;
use std::path::{Path, PathBuf};

/// The same as the server's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures the whole system against its own floor.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench", bin_name = "cargo xtask bench")]
struct Arguments {
    /// The benchmarks whose names begin so; all of them if none is given
    name: Option<String>,
    /// Print the rows as JSON, one object a line
    #[arg(long)]
    json: bool,
    /// Records of the year that is loaded, opened and verified whole
    #[arg(long)]
    records: Option<u64>,
    /// As little as shows that everything works
    #[arg(long)]
    tiny: bool,
    /// Where to measure: a directory on the disk in question
    #[arg(long, default_value = "target/bench")]
    dir: PathBuf,
    /// Say where the time of a benchmark goes, by `perf`
    #[arg(long, conflicts_with_all = ["json", "write"])]
    profile: bool,
    /// Write machine and table into crates/PERFORMANCE.md too
    #[arg(long, conflicts_with = "name")]
    write: bool,
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [first, rest @ ..] = arguments.as_slice()
        && first == child::ARGUMENT
    {
        return as_child(rest);
    }
    let arguments = Arguments::parse();
    let mut sizes = if arguments.tiny {
        Sizes::TINY
    } else {
        Sizes::USUAL
    };
    sizes.records = arguments.records.unwrap_or(sizes.records);
    std::fs::create_dir_all(&arguments.dir)?;
    let program = std::env::current_exe()?;
    let name = arguments.name.as_deref().unwrap_or_default();
    let mut chosen = benchmarks();
    chosen.retain(|benchmark| name.starts_with(benchmark.name) || benchmark.name.starts_with(name));
    ensure!(
        !chosen.is_empty(),
        "no benchmark's name begins with `{name}`"
    );
    let (told, load) = (machine::told(&arguments.dir), machine::load());
    eprintln!("{told}; load before: {load:.2}");
    let mut rows: Vec<Row> = Vec::new();
    for benchmark in &chosen {
        eprintln!("{}", benchmark.name);
        let dir = tempfile::tempdir_in(&arguments.dir)?;
        let place = Place {
            dir: dir.path().to_owned(),
            program: program.clone(),
            sizes,
        };
        if arguments.profile {
            print!("{}", profile::of(&place, benchmark.name)?);
            continue;
        }
        for row in child::measure(&place, benchmark.name)? {
            if row.name.starts_with(name) {
                if arguments.json {
                    println!("{}", serde_json::to_string(&row)?);
                }
                rows.push(row);
            }
        }
    }
    if arguments.write {
        let told = format!("{told}; load of the machine before: {load:.2}.");
        table::write(Path::new("crates/PERFORMANCE.md"), &told, &rows)?;
    }
    if !arguments.json && !rows.is_empty() {
        print!("{}", table::markdown(&rows));
    }
    Ok(())
}

/// What we start ourselves does: serve, or measure one benchmark.
fn as_child(arguments: &[String]) -> Result<()> {
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve", dir] => child::serve(Path::new(dir), How::Usual),
        ["serve-on-one", dir] => child::serve(Path::new(dir), How::OnOne),
        ["serve-from-snapshot", dir] => child::serve(Path::new(dir), How::FromSnapshot),
        ["audit", dir] => child::audited(Path::new(dir)),
        ["measure", dir, name, sizes] => {
            let all = benchmarks();
            let found = all.iter().find(|benchmark| benchmark.name == name);
            let place = Place {
                dir: PathBuf::from(dir),
                program: std::env::current_exe()?,
                sizes: serde_json::from_str(sizes)?,
            };
            let rows = (found.context("such a benchmark")?.run)(&place)?;
            println!("{}", serde_json::to_string(&rows)?);
            Ok(())
        }
        _ => bail!("started by ourselves only"),
    }
}
