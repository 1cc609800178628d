//! Batches that are recorded whole or not at all: each is a request of its own.

use super::{AppendArgs, Tally};
use crate::cli::eprint_line;
use anyhow::Context;
use indicatif::ProgressBar;
use serde_json::Value;
use std::io::BufRead;

/// How many commands go into one request, and how many bytes: below the server's 16 MiB.
const LINES_MAX: usize = 2000;
const BYTES_MAX: usize = 8 << 20;

/// Sends the lines in batches.
///
/// # Errors
/// The input cannot be read, or the server did not answer a batch.
pub(super) fn run(
    args: &AppendArgs,
    mut lines: impl BufRead,
    bar: &ProgressBar,
) -> anyhow::Result<Tally> {
    let mut tally = Tally::default();
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
    Ok(tally)
}

fn send(args: &AppendArgs, batch: &[(u64, Vec<u8>)], tally: &mut Tally) -> anyhow::Result<()> {
    let url = format!(
        "{}/v1/ledgers/{}/commands?atomic=true",
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
