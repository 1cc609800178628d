//! `fundtrace import`: working files of a bureau, sent to a running server, which reads, checks and
//! records them; and imports taken back.

mod server;
mod told;

use super::print_line;
use crate::importing::{ImportOutcome, ImportReport, RowLine, RowRefusal, UndoReport};
use anyhow::Context;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use server::Server;
use sheets::{Mapping, Unit};
use std::path::{Path, PathBuf};

/// How many lines of a sort are shown; the files of `--rejects` and `--report` have all.
const SHOWN_MAX: usize = 20;

/// What to import, and where.
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// 表格种类 · organisations 机构区划, funds 指标, projects 项目库, contracts 合同, claims 报账, payments
    /// 支付明细, items 问题清单; opening_accounts, opening_projects, opening_funds, opening_contracts,
    /// opening_claims, opening_items 期初; 或 or reverse 撤销导入, list 导入记录
    kind: String,
    /// XLSX、XLS 或 CSV 文件;撤销时为导入编号 · The file; for `reverse`, the id of the import
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
    /// 有误的行退回,无误的行照常导入;不加此项则有误即整份不导入。撤销时:能撤的撤 · Import the good rows even
    /// if others are refused, else none; for `reverse`, take back what can be
    #[arg(long, conflicts_with = "all_or_nothing")]
    good_rows: bool,
    /// 有一行有误即整份不导入(默认) · None, if any row is refused (the default)
    #[arg(long)]
    all_or_nothing: bool,
    /// 退回的行写入该 XLSX 文件 · Write the refused rows with their reasons to this file
    #[arg(long)]
    rejects: Option<PathBuf>,
    /// 逐行结果(新增、不同、退回、略过)写入该 CSV 文件 · Write what became of each row to this file
    #[arg(long)]
    report: Option<PathBuf>,
    /// 自定义表头对照(TOML) · A mapping of headings instead of the built-in one
    #[arg(long)]
    mapping: Option<PathBuf>,
    /// 撤销的原因 · Why an import is reversed
    #[arg(long)]
    reason: Option<String>,
    /// 生成空表后结束 · Write the empty form to this file, and nothing else
    #[arg(long)]
    template: Option<PathBuf>,
}

pub(super) fn run(args: &ImportArgs) -> anyhow::Result<()> {
    let ledger = args.ledger.as_deref().unwrap_or_default();
    let server = Server::new(&args.server, ledger, &args.token);
    match args.kind.as_str() {
        "reverse" => return reverse(args, &server),
        "list" => return list(&server),
        _ => {}
    }
    anyhow::ensure!(
        crate::importing::is_known(&args.kind),
        "没有“{}”这种表格;可用 · no such kind; there are {}",
        args.kind,
        Mapping::kinds().collect::<Vec<_>>().join(", ")
    );
    if let Some(path) = &args.template {
        return template(args, path);
    }
    let file = args.file.as_ref().context("没有文件 · no file")?;
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let report = server.import(args, bytes, mapping(args)?)?;
    show(&report, args.dry_run);
    if let Some(path) = &args.report {
        told::write(path, &report, args.dry_run)?;
        print_line(&format!(
            "逐行结果写入 · wrote what became of each row to {}",
            path.display()
        ));
    }
    if let (Some(path), Some(rejects)) = (&args.rejects, &report.rejects_xlsx) {
        let form = BASE64_STANDARD.decode(rejects)?;
        std::fs::write(path, form).with_context(|| format!("cannot write {}", path.display()))?;
        print_line(&format!(
            "退回的行写入 · wrote the refused rows to {}",
            path.display()
        ));
    }
    conclude(args, &report)
}

fn mapping(args: &ImportArgs) -> anyhow::Result<Option<String>> {
    let Some(path) = &args.mapping else {
        return Ok(None);
    };
    let toml = std::fs::read_to_string(path);
    toml.map(Some)
        .with_context(|| format!("cannot read {}", path.display()))
}

fn template(args: &ImportArgs, path: &Path) -> anyhow::Result<()> {
    let mapping = match mapping(args)? {
        Some(toml) => Mapping::parse(&toml)?,
        None => Mapping::built_in(&args.kind).context("the built-in mapping is unusable")?,
    };
    let form = sheets::template(&mapping, args.unit.unwrap_or(Unit::Yuan))?;
    std::fs::write(path, form).with_context(|| format!("cannot write {}", path.display()))?;
    print_line(&format!(
        "已生成空表 · wrote the empty form {}",
        path.display()
    ));
    Ok(())
}

/// Shows the first of many, and how many there are.
fn listed(title: &str, lines: impl ExactSizeIterator<Item = String>, len: usize) {
    if len == 0 {
        return;
    }
    print_line(&format!("{title}: {len}"));
    for line in lines.take(SHOWN_MAX) {
        print_line(&format!("  {line}"));
    }
    let more = len.saturating_sub(SHOWN_MAX);
    if more > 0 {
        print_line(&format!("  …… 另有 · and {more} more"));
    }
}

fn show(report: &ImportReport, dry_run: bool) {
    let told = |refusals: &[RowRefusal]| {
        let lines: Vec<_> = refusals.iter().map(ToString::to_string).collect();
        lines.into_iter()
    };
    listed(
        "略过 · passed over",
        told(&report.notes),
        report.notes.len(),
    );
    let refused = &report.refused_rows;
    listed("退回 · refused", told(refused), refused.len());
    if dry_run {
        let created = report.created_rows.iter();
        let created = created.map(|row| format!("{}{} {}", sheet_of(row), row.row, row.number));
        listed(
            "将新增的行 · rows that would be created",
            created,
            report.created,
        );
    }
    let changed = report.changed_rows.iter().map(different);
    listed(
        "与已记录的内容不同,未改动 · other than recorded, left as it is",
        changed,
        report.changed,
    );
}

fn sheet_of(row: &RowLine) -> String {
    if row.sheet.is_empty() {
        String::new()
    } else {
        format!("{}!", row.sheet)
    }
}

fn different(row: &RowLine) -> String {
    let sheet = sheet_of(row);
    let told = row
        .differences
        .iter()
        .map(|it| format!("{} {} → {}", it.field_zh, it.was, it.is));
    let told = told.collect::<Vec<_>>().join(";");
    format!("{sheet}{} {} {told}", row.row, row.number)
}

fn conclude(args: &ImportArgs, report: &ImportReport) -> anyhow::Result<()> {
    let ImportReport {
        created,
        known,
        changed,
        refused,
        waiting,
        ..
    } = report;
    let done = if args.dry_run {
        format!("将新增 · would create {created}")
    } else {
        format!("新增 · created {created}")
    };
    print_line(&format!(
        "{done},已有 · there before {known},不同 · different {changed},退回 · refused {refused}"
    ));
    if *waiting > 0 {
        print_line(&format!(
            "其中 {waiting} 行待另一人复核 · wait for a second person (GET …/entries?state=proposed)"
        ));
    }
    if let Some(import) = report.import {
        print_line(&format!("导入编号 · import {import}"));
    }
    if report.outcome == ImportOutcome::DryRun {
        print_line("核对完毕,未记账 · a dry run: nothing was recorded");
    }
    // Only where it is so: with good rows, others may have been recorded.
    let nothing = report.outcome == ImportOutcome::Refused;
    let (zh, en) = match (nothing, args.good_rows) {
        (true, true) => (",整份未导入", ", so nothing was imported"),
        (true, false) => (",整份未导入;可加 --good-rows", ", so nothing was imported"),
        (false, _) => ("", ""),
    };
    anyhow::ensure!(
        *refused == 0,
        "{refused} 行有误{zh} · rows were refused{en}"
    );
    Ok(())
}

fn reverse(args: &ImportArgs, server: &Server) -> anyhow::Result<()> {
    let import = args.file.as_ref().context("没有导入编号 · no import")?;
    let import = import.to_str().unwrap_or_default();
    let report: UndoReport = server.reverse(import, args)?;
    let lines = report.kept_records.iter().map(|kept| {
        let (seq, word, code) = (kept.seq, &kept.word, &kept.code);
        format!("#{seq} {word} {code} {} · {}", kept.title_zh, kept.title)
    });
    listed("不能撤销 · stays", lines, report.kept);
    let (undone, kept) = (report.undone, report.kept);
    let done = if report.dry_run {
        format!("可撤销 · could be taken back {undone}")
    } else {
        format!("已撤销 · taken back {undone}")
    };
    print_line(&format!("{done},保留 · stays {kept}"));
    anyhow::ensure!(
        !report.dry_run || args.dry_run || kept == 0,
        "有记录不能撤销,未作改动;可加 --good-rows · something stays, so nothing was taken back"
    );
    Ok(())
}

fn list(server: &Server) -> anyhow::Result<()> {
    for line in server.imports()? {
        let text = |pointer: &str| {
            let value = line.pointer(pointer);
            let text = value.and_then(serde_json::Value::as_str);
            text.map(str::to_owned)
                .or_else(|| value.map(ToString::to_string))
                .unwrap_or_default()
        };
        print_line(&format!(
            "{} {} {} {}/{} sha256 {}",
            text("/import"),
            text("/kind"),
            text("/state/zh"),
            text("/recorded_rows"),
            text("/rows"),
            text("/file_sha256")
        ));
    }
    Ok(())
}
