//! `fundtrace import`: working files of a bureau, read here and recorded by a running server.
//!
//! Every row is checked before anything is sent: read by `sheets`, its subjects looked up, compared
//! with what the ledger has under its number. What is new becomes commands whose ids follow from
//! ledger, kind, number and content, so that the same row twice is one record, whoever sends it.

mod known;
mod lookup;
mod plan;
mod rows;
mod server;

use super::print_line;
use anyhow::Context;
use plan::{Planned, Verdict};
use server::Server;
use sheets::{Mapping, Options, Reading, Unit};
use std::path::PathBuf;

/// How many lines of a sort are shown; the file of rejects has all.
const SHOWN_MAX: usize = 20;

/// What to import, and where.
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// 表格种类 · organisations 机构区划, funds 指标, projects 项目库, payments 支付明细, items 问题清单
    kind: String,
    /// XLSX、XLS 或 CSV 文件 · The file
    #[arg(required_unless_present = "template")]
    file: Option<PathBuf>,
    /// 服务地址 · The server
    #[arg(
        long,
        env = "FUNDTRACE_SERVER",
        default_value = "http://127.0.0.1:8080"
    )]
    server: String,
    /// 账本编号 · The ledger
    #[arg(long, required_unless_present = "template")]
    ledger: Option<String>,
    /// 访问令牌 · The access token
    #[arg(
        long,
        env = "FUNDTRACE_TOKEN",
        hide_env_values = true,
        default_value = ""
    )]
    token: String,
    /// 金额单位:元 或 万元 · What amounts are counted in
    #[arg(long)]
    unit: Option<Unit>,
    /// 只读该工作表 · Only this sheet
    #[arg(long)]
    sheet: Option<String>,
    /// 只核对,不记账 · Show what would be created, changed and refused; record nothing
    #[arg(long)]
    dry_run: bool,
    /// 有误的行退回,无误的行照常导入;不加此项则有误即整份不导入 · Import the good rows even if others are
    /// refused; else none
    #[arg(long, conflicts_with = "all_or_nothing")]
    good_rows: bool,
    /// 有一行有误即整份不导入(默认) · None, if any row is refused (the default)
    #[arg(long)]
    all_or_nothing: bool,
    /// 退回的行写入该 XLSX 文件 · Write the refused rows with their reasons to this file
    #[arg(long)]
    rejects: Option<PathBuf>,
    /// 自定义表头对照(TOML) · A mapping of headings instead of the built-in one
    #[arg(long)]
    mapping: Option<PathBuf>,
    /// 生成空表后结束 · Write the empty form to this file, and nothing else
    #[arg(long)]
    template: Option<PathBuf>,
}

pub(super) fn run(args: &ImportArgs) -> anyhow::Result<()> {
    let mapping = mapping(args)?;
    if let Some(path) = &args.template {
        let form = sheets::template(&mapping, args.unit.unwrap_or(Unit::Yuan))?;
        std::fs::write(path, form).with_context(|| format!("cannot write {}", path.display()))?;
        print_line(&format!(
            "已生成空表 · wrote the empty form {}",
            path.display()
        ));
        return Ok(());
    }
    let file = args.file.as_ref().context("no file")?;
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let options = Options {
        unit: args.unit,
        sheet: args.sheet.as_deref(),
    };
    let reading = match sheets::read(&bytes, &mapping, options) {
        Ok(reading) => reading,
        Err(refusals) => {
            listed("文件不能导入 · the file is refused", refusals.iter());
            anyhow::bail!("整份文件未导入 · nothing was imported");
        }
    };
    let server = Server::new(
        &args.server,
        args.ledger.as_deref().unwrap_or_default(),
        &args.token,
    );
    let mut planned = plan::make(&server, &mapping, &reading)?;
    report(&reading, &planned);
    if !args.dry_run && (args.good_rows || planned.refused_len(&reading) == 0) {
        record(&server, &mut planned, args.good_rows)?;
    }
    if let Some(path) = &args.rejects {
        rejects(path, &mapping, &reading, &planned)?;
    }
    conclude(args, &reading, &planned)
}

fn mapping(args: &ImportArgs) -> anyhow::Result<Mapping> {
    anyhow::ensure!(
        rows::known(&args.kind),
        "没有“{}”这种表格;可用 · no such kind; there are {}",
        args.kind,
        Mapping::kinds().collect::<Vec<_>>().join(", ")
    );
    let Some(path) = &args.mapping else {
        return Mapping::built_in(&args.kind).context("the built-in mapping is unusable");
    };
    let toml =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mapping = Mapping::parse(&toml).with_context(|| path.display().to_string())?;
    anyhow::ensure!(
        mapping.kind == args.kind,
        "对照表是 {} 的,不是 {} 的 · the mapping is of another kind",
        mapping.kind,
        args.kind
    );
    Ok(mapping)
}

/// Shows the first of many, and how many there are.
fn listed<T: std::fmt::Display>(title: &str, all: impl ExactSizeIterator<Item = T>) {
    let len = all.len();
    if len == 0 {
        return;
    }
    print_line(&format!("{title}: {len}"));
    for line in all.take(SHOWN_MAX) {
        print_line(&format!("  {line}"));
    }
    let more = len.saturating_sub(SHOWN_MAX);
    if more > 0 {
        print_line(&format!("  …… 另有 · and {more} more"));
    }
}

fn report(reading: &Reading, planned: &Planned) {
    listed("略过 · passed over", reading.notes.iter());
    let bad = reading.refused.iter().flat_map(|refused| &refused.refusals);
    let bad: Vec<_> = bad
        .map(ToString::to_string)
        .chain(planned.refused())
        .collect();
    listed("退回 · refused", bad.iter());
    let changed: Vec<_> = planned.changed().collect();
    listed(
        "与已记录的内容不同,未改动 · other than recorded, left as it is",
        changed.iter(),
    );
}

/// Sends what is new.
fn record(server: &Server, planned: &mut Planned, good_rows: bool) -> anyhow::Result<()> {
    for list in planned.lists() {
        let bodies = list.iter().map(|ask| ask.body.clone()).collect::<Vec<_>>();
        let answers = server.send(&bodies, !good_rows)?;
        let refused = planned.answered(&list, &answers);
        if refused > 0 && !good_rows {
            listed(
                "服务端退回 · refused by the server",
                planned.refused().collect::<Vec<_>>().iter(),
            );
            anyhow::bail!(
                "该批未记账,此前各批已记账的 {} 行可重复导入而不重复记账 · this list was not \
                 recorded; {} rows before it are, and importing them again creates nothing",
                planned.count(Verdict::is_recorded),
                planned.count(Verdict::is_recorded)
            );
        }
    }
    Ok(())
}

fn rejects(
    path: &std::path::Path,
    mapping: &Mapping,
    reading: &Reading,
    planned: &Planned,
) -> anyhow::Result<()> {
    let read = reading.refused.iter().map(|refused| {
        let why: Vec<_> = refused.refusals.iter().map(ToString::to_string).collect();
        (refused.shown.as_slice(), why.join(";"))
    });
    let rows: Vec<_> = read.chain(planned.rejected(reading)).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let len = rows.len();
    let form = sheets::rejects(mapping, reading.unit.unwrap_or(Unit::Yuan), rows)?;
    std::fs::write(path, form).with_context(|| format!("cannot write {}", path.display()))?;
    print_line(&format!(
        "退回的 {len} 行写入 · wrote the refused rows to {}",
        path.display()
    ));
    Ok(())
}

fn conclude(args: &ImportArgs, reading: &Reading, planned: &Planned) -> anyhow::Result<()> {
    let new = planned.count(Verdict::is_new);
    let recorded = planned.count(Verdict::is_recorded);
    let (known, changed) = (
        planned.count(Verdict::is_known),
        planned.count(Verdict::is_changed),
    );
    let refused = planned.refused_len(reading);
    let done = if args.dry_run {
        format!("将新增 · would create {new}")
    } else {
        format!("新增 · created {recorded}")
    };
    print_line(&format!(
        "{done},已有 · there before {known},不同 · different {changed},退回 · refused {refused}"
    ));
    if args.dry_run {
        print_line("核对完毕,未记账 · a dry run: nothing was recorded");
    }
    anyhow::ensure!(
        refused == 0,
        "{refused} 行有误{} · rows were refused{}",
        if args.good_rows || args.dry_run {
            ""
        } else {
            ",整份未导入;可加 --good-rows"
        },
        if args.good_rows || args.dry_run {
            ""
        } else {
            ", so nothing was imported"
        }
    );
    Ok(())
}
