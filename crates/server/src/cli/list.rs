//! `fundtrace list`: what the head of a list must state, from its lines.

use super::print_line;
use anyhow::Context;
use ledger::bank_line::Direction;
use ledger::list::ListLine;
use ledger::list::digest::Running;
use serde::Deserialize;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};

/// What to do with a list.
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    #[command(subcommand)]
    command: ListCommand,
}

#[derive(Debug, clap::Subcommand)]
enum ListCommand {
    /// 摘要值 · Count, sum and digest of the lines, as `list.start` states them
    Digest(DigestArgs),
}

/// Which lines.
#[derive(Debug, clap::Args)]
struct DigestArgs {
    /// NDJSON 文件,每行一条 list.add_line,- 表示标准输入 · NDJSON, one list.add_line a line;
    /// - is standard input
    file: String,
}

/// A command that adds a line; what else it says does not matter here.
#[derive(Deserialize)]
struct Added {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    content: ListLine,
}

pub(super) fn run(args: &ListArgs) -> anyhow::Result<()> {
    let ListCommand::Digest(DigestArgs { file }) = &args.command;
    let input: Box<dyn Read> = if file == "-" {
        Box::new(std::io::stdin())
    } else {
        Box::new(File::open(file).with_context(|| format!("cannot open {file}"))?)
    };
    print_line(&told(BufReader::new(input))?);
    Ok(())
}

/// `{"count": …, "sum_fen": …, "digest": …}`.
fn told(input: impl BufRead) -> anyhow::Result<String> {
    let (mut count, mut sum, mut running) = (0_u32, 0_i64, Running::default());
    for (number, text) in (1_u64..).zip(input.lines()) {
        let text = text.with_context(|| format!("cannot read line {number}"))?;
        if text.trim().is_empty() {
            continue;
        }
        let added: Added = serde_json::from_str(&text)
            .with_context(|| format!("line {number} is no list.add_line"))?;
        let content = added.data.content;
        count = count.saturating_add(1);
        sum = sum.saturating_add(signed(&content));
        running.push(&content);
    }
    let told = serde_json::json!({"count": count, "sum_fen": sum, "digest": running.get()});
    Ok(told.to_string())
}

/// What a line adds to the total of a roster, or to the balance of an account.
fn signed(line: &ListLine) -> i64 {
    match line {
        ListLine::Entry(entry) => entry.amount_fen.get(),
        ListLine::BankLine(entry) => match entry.direction {
            Direction::In => entry.amount_fen.get(),
            Direction::Out => entry.amount_fen.negated().get(),
        },
        ListLine::Figure(_) => 0,
    }
}
