//! `fundtrace append`: commands from a file to a running server.

use super::{eprint_line, print_line};
use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};

/// How many commands go into one request, and how many bytes: below the server's 16 MiB.
const LINES_MAX: usize = 2000;
const BYTES_MAX: usize = 8 << 20;

/// What to append, and where.
#[derive(Debug, clap::Args)]
pub struct AppendArgs {
    /// NDJSON 文件,- 表示标准输入 · NDJSON, one command a line; - is standard input
    file: String,
    /// 服务地址 · The server
    #[arg(
        long,
        env = "FUNDTRACE_SERVER",
        default_value = "http://127.0.0.1:8080"
    )]
    server: String,
    /// 账本编号 · The ledger
    #[arg(long)]
    ledger: String,
    /// 访问令牌 · The access token
    #[arg(long, env = "FUNDTRACE_TOKEN", hide_env_values = true)]
    token: String,
    /// 每批全部成功或全部不记 · Each batch is recorded whole or not at all
    #[arg(long)]
    atomic: bool,
}

/// What came of a file.
#[derive(Default)]
struct Tally {
    recorded: u64,
    repeated: u64,
    refused: u64,
}

pub(super) fn run(args: &AppendArgs) -> anyhow::Result<()> {
    let (input, len): (Box<dyn Read>, Option<u64>) = if args.file == "-" {
        (Box::new(std::io::stdin()), None)
    } else {
        let file = File::open(&args.file).with_context(|| format!("cannot open {}", args.file))?;
        let len = file.metadata().map(|meta| meta.len()).ok();
        (Box::new(file), len)
    };
    let bar = progress(len);
    let mut tally = Tally::default();
    let mut lines = BufReader::new(input);
    let mut number = 0_u64;
    let mut batch = Vec::new();
    let mut first = 1_u64;
    loop {
        let mut line = Vec::new();
        let read = lines.read_until(b'\n', &mut line)?;
        bar.inc(u64::try_from(read).unwrap_or_default());
        if read > 0 {
            number = number.saturating_add(1);
        }
        if !line.trim_ascii().is_empty() {
            if batch.is_empty() {
                first = number;
            }
            batch.push((number, line));
        }
        let bytes: usize = batch.iter().map(|(_, line)| line.len()).sum();
        let full = batch.len() >= LINES_MAX || bytes >= BYTES_MAX;
        if (read == 0 || full) && !batch.is_empty() {
            send(args, &batch, &mut tally)
                .with_context(|| format!("stopped before line {first}; run again to go on"))?;
            batch.clear();
        }
        if read == 0 {
            break;
        }
    }
    bar.finish_and_clear();
    print_line(&format!(
        "已记录 · recorded {},此前已记录 · recorded before {},被拒绝 · refused {}",
        tally.recorded, tally.repeated, tally.refused
    ));
    anyhow::ensure!(
        tally.refused == 0,
        "{} commands were refused",
        tally.refused
    );
    Ok(())
}

fn progress(len: Option<u64>) -> ProgressBar {
    let template = "{bar:40} {bytes}/{total_bytes} {bytes_per_sec} {eta}";
    match (len, ProgressStyle::with_template(template)) {
        (Some(len), Ok(style)) => ProgressBar::new(len).with_style(style),
        _ => ProgressBar::new_spinner(),
    }
}

fn send(args: &AppendArgs, batch: &[(u64, Vec<u8>)], tally: &mut Tally) -> anyhow::Result<()> {
    let atomic = if args.atomic { "?atomic=true" } else { "" };
    let url = format!(
        "{}/v1/ledgers/{}/commands{atomic}",
        args.server, args.ledger
    );
    let body: Vec<u8> = batch
        .iter()
        .flat_map(|(_, line)| line.iter().copied())
        .collect();
    let mut response = ureq::post(&url)
        .config()
        .http_status_as_error(false)
        .build()
        .header("Authorization", &format!("Bearer {}", args.token))
        .header("Content-Type", "application/x-ndjson")
        .send(&body)?;
    let status = response.status();
    let text = response
        .body_mut()
        .with_config()
        .limit(256 << 20)
        .read_to_string()?;
    let content_type = response.headers().get("content-type");
    let is_list = content_type
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/x-ndjson"));
    anyhow::ensure!(is_list, "{status}: {text}");
    for ((number, _), answer) in batch.iter().zip(text.lines()) {
        let answer: Value = serde_json::from_str(answer)?;
        match answer.get("status").and_then(Value::as_u64) {
            Some(201) => tally.recorded = tally.recorded.saturating_add(1),
            Some(200) => tally.repeated = tally.repeated.saturating_add(1),
            _ => {
                tally.refused = tally.refused.saturating_add(1);
                let problem = |name| {
                    answer
                        .pointer(&format!("/problem/{name}"))
                        .and_then(Value::as_str)
                };
                eprint_line(&format!(
                    "第 {number} 行 · line {number}: {} {} · {} {}",
                    problem("code").unwrap_or_default(),
                    problem("title_zh").unwrap_or_default(),
                    problem("title").unwrap_or_default(),
                    problem("field").unwrap_or_default(),
                ));
            }
        }
    }
    Ok(())
}
