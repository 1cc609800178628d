//! The command line.

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

pub mod append;
pub mod backup;
pub mod demo;
pub mod evidence;
pub mod export;
pub mod import;
pub mod key;
pub mod ledger;
pub mod list;
pub mod printout;
pub mod repair;
mod roots;
pub mod serve;
pub mod token;
pub mod verify;
pub mod witness;

/// 资金与整改留痕系统 · A tamper-evident book of public money and of what must be put right.
#[derive(Debug, Parser)]
#[command(name = "fundtrace", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 启动服务 · Serve a data directory over HTTP
    Serve(serve::ServeArgs),
    /// 演示 · Load the demonstration ledgers and serve them
    Demo(demo::DemoArgs),
    /// 追加记录 · Append commands from a file to a running server
    Append(append::AppendArgs),
    /// 导入表格 · Import a working file (XLSX, XLS, CSV) into a running server
    Import(import::ImportArgs),
    /// 清单 · What the head of a list states, from its lines
    List(list::ListArgs),
    /// 证据包 · Get an evidence package from a running server
    Evidence(evidence::EvidenceArgs),
    /// 打印表册文书 · Get a register, list, letter or sheet to be printed, from a running server
    Printout(printout::PrintoutArgs),
    /// 离线核验 · Verify a data directory: journal and sled, the whole chain; or an evidence package
    Verify(verify::VerifyArgs),
    /// 修复 · Repair each copy of the records from the other
    Repair(repair::RepairArgs),
    /// 备份 · Back up a data directory, also while it is served
    Backup(backup::BackupArgs),
    /// 恢复 · Make a data directory from a backup
    Restore(backup::RestoreArgs),
    /// 导出 · Export events, balances and the rectification list of a data directory
    Export(export::ExportArgs),
    /// 访问令牌 · Create and revoke access tokens
    Token(token::TokenArgs),
    /// 账本 · Create ledgers
    Ledger(ledger::LedgerArgs),
    /// 签名密钥 · Make and show the keys that sign checkpoints
    Key(key::KeyArgs),
    /// 见证 · Cosign the checkpoints of logs that only grow
    Witness(witness::WitnessArgs),
}

/// A data directory that commands share.
#[derive(Debug, Clone, clap::Args)]
pub struct Data {
    /// 数据目录 · The data directory
    #[arg(
        long = "data",
        env = "FUNDTRACE_DATA",
        default_value = "./fundtrace-data/main"
    )]
    pub dir: PathBuf,
}

/// A data directory, and the register that its log must continue.
#[derive(Debug, Clone, clap::Args)]
pub struct Kept {
    #[command(flatten)]
    pub(crate) data: Data,
    /// 链头登记文件,默认 数据目录.head;日志须与之相符 · The register of the newest head, which the log
    /// must continue; the data directory's name and `.head` where it is not given
    #[arg(long, env = "FUNDTRACE_REGISTER")]
    pub register: Option<PathBuf>,
}

/// Runs the command that the process was started with.
#[must_use]
pub fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,server::scrub=info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // What is said when nobody reads on is lost, and nothing more: else it is said with
        // `eprintln!`, which panics, in the middle of whatever was about to be done.
        .log_internal_errors(false)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .init();
    let result = match Cli::parse().command {
        Command::Serve(args) => serve::run(&args),
        Command::Demo(args) => demo::run(args),
        Command::Append(args) => append::run(&args),
        Command::Import(args) => import::run(&args),
        Command::List(args) => list::run(&args),
        Command::Evidence(args) => evidence::run(&args),
        Command::Printout(args) => printout::run(&args),
        Command::Verify(args) => return verify::run(&args),
        Command::Repair(args) => return repair::run(&args),
        Command::Backup(args) => backup::backup(&args),
        Command::Restore(args) => backup::restore(&args),
        Command::Export(args) => export::run(&args),
        Command::Token(args) => token::run(&args),
        Command::Ledger(args) => ledger::run(&args),
        Command::Key(args) => key::run(&args),
        Command::Witness(args) => witness::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprint_line(&format!("错误 · error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Writes a line for a person to standard output.
pub(crate) fn print_line(line: &str) {
    use std::io::Write;
    // Nobody reads on: `fundtrace … | head` is no error.
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// Writes a line for a person to standard error.
pub(crate) fn eprint_line(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}
