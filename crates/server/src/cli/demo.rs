//! `fundtrace demo`: four ledgers made from the figures of five public documents, and one
//! invented story, loaded through the real HTTP append and served.

mod load;
mod many;
mod script;
mod tell;
#[cfg(test)]
mod tests;
mod tokens;

use super::print_line;
use crate::{key, serve};
use anyhow::Context;
use script::Script;
use std::path::PathBuf;

/// The name of the demonstration's log.
const ORIGIN: &str = "demo.fundtrace.example/log";

/// Settings of the demonstration.
#[derive(Debug, clap::Args)]
pub struct DemoArgs {
    /// 监听地址 · The address to listen on
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: String,
    /// 数据目录 · The data directory
    #[arg(long = "data", default_value = "./fundtrace-data/demo")]
    dir: PathBuf,
    /// 装载并打印后即退出 · Load, print, and stop
    #[arg(long)]
    no_serve: bool,
}

/// Loads the ledgers if they are not there, prints what is worth trying, and serves.
///
/// # Errors
/// The directory is in use or damaged, the address is taken, or an answer is not the expected one.
pub fn run(args: DemoArgs) -> anyhow::Result<()> {
    let script = Script::read()?;
    let settings = serve::Settings::of(&args.dir, &args.listen);
    if !settings.key.exists() {
        serve::make_private(&args.dir)?;
        key::make(&settings.key, ORIGIN)?;
    }
    let running = serve::start(&settings)
        .with_context(|| format!("{} at {}", args.dir.display(), args.listen))?;
    let server = format!("http://{}", running.addr);
    let tokens = tokens::ready(&running.handle, &args.dir, &script)?;
    let loaded = load::everything(&server, &tokens, &script)?;
    tell::counts(&server, &tokens, &script, &loaded)?;
    tell::worth_trying(&server, &tokens, &script, &args.dir)?;
    if args.no_serve {
        running.stop();
        print_line(
            "已停止;去掉 --no-serve 再运行即可使用 · stopped; run without --no-serve to use it",
        );
        return Ok(());
    }
    print_line("正在服务,按 Ctrl-C 结束 · serving; Ctrl-C ends it");
    running.wait()
}
