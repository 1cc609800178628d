//! `fundtrace ledger`: offline, on a data directory that no server has open.

use super::token::{finish, open, record};
use super::{Kept, print_line};
use clap::Subcommand;
use ledger::Command;
use ledger::book::{BookCommand, BookOpening};
use ledger::ids::LedgerId;
use ledger::text::{Name, Reference};
use uuid::Uuid;

/// What to do with ledgers.
#[derive(Debug, clap::Args)]
pub struct LedgerArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// 开立账本 · Open a ledger
    Create(CreateArgs),
    /// 账本列表 · List the ledgers
    List(Kept),
}

#[derive(Debug, clap::Args)]
struct CreateArgs {
    #[command(flatten)]
    kept: Kept,
    /// 账本名称 · Its name
    #[arg(long)]
    name: String,
    /// 行政区划代码 · Administrative division code of its area
    #[arg(long)]
    area: String,
    /// 账本编号(不填则新建) · Its id; a new one if left out
    #[arg(long)]
    id: Option<Uuid>,
}

pub(super) fn run(args: &LedgerArgs) -> anyhow::Result<()> {
    match &args.action {
        Action::Create(args) => create(args),
        Action::List(kept) => list(kept),
    }
}

fn create(args: &CreateArgs) -> anyhow::Result<()> {
    let opening = BookOpening {
        name: Name::new(args.name.as_str())?,
        area: Reference::new(args.area.as_str())?,
        predecessors: Vec::new(),
    };
    let ledger = LedgerId(args.id.unwrap_or_else(Uuid::new_v4));
    let started = open(&args.kept, false)?;
    record(
        &started.handle,
        ledger,
        Command::Ledger(BookCommand::Open(opening)),
    )?;
    print_line(&ledger.to_string());
    finish(started);
    Ok(())
}

fn list(kept: &Kept) -> anyhow::Result<()> {
    let started = open(kept, true)?;
    for ledger in started.handle.ledgers() {
        let Some(slot) = started.handle.slot(ledger) else {
            continue;
        };
        let view = slot.view();
        let name = view.books.book.as_ref().map(|book| book.name.to_string());
        let seq = view.head().map_or(0, |head| head.seq);
        print_line(&format!("{ledger}\t{seq}\t{}", name.unwrap_or_default()));
    }
    finish(started);
    Ok(())
}
