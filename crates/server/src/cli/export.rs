//! `fundtrace export`: offline, from a data directory that no server has open.

use super::{Kept, print_line};
use crate::json::EventView;
use anyhow::Context;
use ledger::ids::LedgerId;
use projections::View;
use projections::balances::fund_balance;
use projections::items::{ItemFilter, RecoveryLine, item_view};
use sequencer::Sight;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

/// How many records are read at once.
const CHUNK_LEN: usize = 1000;
/// Excel takes a CSV for UTF-8 only with this mark in front.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// What to export, and where to.
#[derive(Debug, clap::Args)]
pub struct ExportArgs {
    #[command(flatten)]
    kept: Kept,
    /// 输出目录 · The directory to write into; made if it is not there
    #[arg(long, default_value = "./fundtrace-export")]
    out: PathBuf,
    /// 打开加密字段 · Open sealed personal data, where the keys still exist
    #[arg(long)]
    reveal: bool,
}

pub(super) fn run(args: &ExportArgs) -> anyhow::Result<()> {
    let started = super::token::open(&args.kept, true)?;
    for ledger in started.handle.ledgers() {
        let dir = args.out.join(ledger.to_string());
        std::fs::create_dir_all(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
        let Some(slot) = started.handle.slot(ledger) else {
            continue;
        };
        let view = slot.view();
        let today = ledger::date::civil_day(sequencer::wall_us());
        let records = events(args, &started.handle, ledger, &dir.join("events.ndjson"))?;
        balances(&view, &dir.join("balances.csv"))?;
        items(&view, today, &dir.join("items.csv"))?;
        print_line(&format!("{}: {records} 条记录 · records", dir.display()));
    }
    super::token::finish(started);
    Ok(())
}

fn events(
    args: &ExportArgs,
    handle: &sequencer::Handle,
    ledger: LedgerId,
    path: &std::path::Path,
) -> anyhow::Result<u64> {
    let mut file = BufWriter::new(File::create(path)?);
    // Who has the keys' file has all of it; what is restricted is still not written out.
    let sight = if args.reveal {
        Sight::Unrestricted
    } else {
        Sight::Nothing
    };
    let mut seq = 0;
    loop {
        let entries = handle
            .reader()
            .scan(chain::LedgerId(ledger.0), seq, CHUNK_LEN)?;
        let Some(last) = entries.last() else { break };
        seq = last.record.header.seq;
        for entry in &entries {
            let fact = handle.fact(ledger, &entry.record.body, sight)?;
            serde_json::to_writer(&mut file, &EventView::new(entry, fact)?)?;
            file.write_all(b"\n")?;
        }
    }
    file.flush()?;
    Ok(seq)
}

fn table(path: &std::path::Path, header: &[&str]) -> anyhow::Result<csv::Writer<File>> {
    let mut file = File::create(path)?;
    file.write_all(BYTE_ORDER_MARK)?;
    let mut table = csv::Writer::from_writer(file);
    table.write_record(header)?;
    Ok(table)
}

/// Amounts in yuan for people and in fen for machines.
fn balances(view: &View, path: &std::path::Path) -> anyhow::Result<()> {
    let mut table = table(
        path,
        &[
            "资金批次编号",
            "名称",
            "文号",
            "预算年度",
            "层级",
            "持有单位或项目",
            "取得(元)",
            "下达或已支付(元)",
            "余额(元)",
            "余额(分)",
        ],
    )?;
    let mut funds: Vec<_> = view.books.funds.iter().collect();
    funds.sort_by(|(_, a), (_, b)| a.announcement.document.cmp(&b.announcement.document));
    for (id, fund) in funds {
        let Some(balance) = fund_balance(view, id) else {
            continue;
        };
        let announced = &fund.announcement;
        let year = announced.budget_year.to_string();
        let lead = [
            id.to_string(),
            announced.name.to_string(),
            announced.document.to_string(),
            year,
        ];
        for node in &balance.nodes {
            let passed = node.granted_fen.sub(node.unallocated_fen);
            let name = node
                .unit
                .name
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default();
            let rest = node.unallocated_fen;
            let cells = line("单位", name, node.granted_fen, passed, rest);
            table.write_record(lead.iter().cloned().chain(cells))?;
        }
        for budget in &balance.budgets {
            let name = budget
                .project
                .name
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default();
            let spending = &budget.spending;
            let (granted, rest) = (spending.granted_fen, spending.available_fen);
            let cells = line("项目", name, granted, spending.paid_net_fen, rest);
            table.write_record(lead.iter().cloned().chain(cells))?;
        }
    }
    Ok(table.flush()?)
}

fn line(
    kind: &str,
    name: String,
    granted: ledger::money::Fen,
    passed: ledger::money::Fen,
    rest: ledger::money::Fen,
) -> [String; 6] {
    let (granted, passed) = (granted.to_string(), passed.to_string());
    [
        kind.to_owned(),
        name,
        granted,
        passed,
        rest.to_string(),
        rest.get().to_string(),
    ]
}

fn items(view: &View, today: jiff::civil::Date, path: &std::path::Path) -> anyhow::Result<()> {
    let mut table = table(
        path,
        &[
            "事项编号",
            "清单序号",
            "轮次",
            "问题事实",
            "类别",
            "程度",
            "责任单位",
            "状态",
            "整改期限",
            "逾期天数",
            "应追回(元)",
            "已追回(元)",
            "已核免(元)",
            "重新整改次数",
        ],
    )?;
    let all = projections::items::item_lines(view, today, &ItemFilter::default(), 0, usize::MAX);
    for item in all
        .entries
        .iter()
        .filter_map(|line| item_view(view, today, line.item))
    {
        let line = &item.line;
        let recovered = |pick: fn(&RecoveryLine) -> ledger::money::Fen| {
            item.recovery
                .as_ref()
                .map_or(ledger::money::Fen::ZERO, pick)
                .to_string()
        };
        table.write_record([
            line.item.to_string(),
            line.number.to_string(),
            line.round
                .name
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            line.facts.to_string(),
            line.category.zh.to_owned(),
            line.severity.zh.to_owned(),
            line.responsible_unit
                .name
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            line.state.zh.to_owned(),
            line.due_on.map(|date| date.to_string()).unwrap_or_default(),
            line.overdue_days.to_string(),
            recovered(|line| line.required_fen),
            recovered(|line| line.received_fen),
            recovered(|line| line.waived_fen),
            item.reopen_count.to_string(),
        ])?;
    }
    Ok(table.flush()?)
}
