//! Loading through the real HTTP append, and asking through the real queries.

use super::script::{Book, FILES, Line, Script, VIEWER};
use super::tokens::Tokens;
use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use ledger::ids::LedgerId;
use serde_json::Value;
use std::collections::HashMap;

/// Commands of one request: enough that a request costs little, few enough that the bar moves.
const LINES_MAX: usize = 100;

/// What came of loading.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    /// Newly recorded commands.
    pub(super) recorded: u64,
    /// Known already.
    pub(super) repeated: u64,
    /// Refused, as they were meant to be.
    pub(super) refused: u64,
    /// Ledgers that were there, whole.
    pub(super) skipped: usize,
}

/// Loads every ledger that is not there yet, or not whole.
pub(super) fn everything(server: &str, tokens: &Tokens, script: &Script) -> anyhow::Result<Loaded> {
    let there = heads(server, tokens)?;
    let seq_of = |book: &Book| there.get(&book.id.to_string()).copied().unwrap_or(0);
    let missing: Vec<&Book> = script
        .books
        .iter()
        .filter(|book| seq_of(book) < wanted(book))
        .collect();
    let mut loaded = Loaded {
        skipped: script.books.len().saturating_sub(missing.len()),
        ..Loaded::default()
    };
    let bar = progress(missing.iter().map(|book| book.lines.len()).sum());
    for book in missing {
        let resumed = seq_of(book) > 0;
        bar.set_message(book.key);
        for batch in book.lines.chunk_by(|one, next| one.by == next.by) {
            for batch in batch.chunks(LINES_MAX) {
                send(server, tokens, book, batch, resumed, &mut loaded)
                    .with_context(|| format!("demo ledger {}", book.key))?;
                bar.inc(u64::try_from(batch.len()).unwrap_or_default());
            }
        }
    }
    bar.finish_and_clear();
    Ok(loaded)
}

fn progress(len: usize) -> ProgressBar {
    let bar = ProgressBar::new(u64::try_from(len).unwrap_or_default());
    match ProgressStyle::with_template("装载 · loading {msg:8} {bar:40} {pos}/{len}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// How many records a whole ledger has at the least: one for every command that is not refused.
fn wanted(book: &Book) -> u64 {
    let lines = book
        .lines
        .iter()
        .filter(|line| line.expect.is_none())
        .count();
    u64::try_from(lines).unwrap_or(u64::MAX)
}

/// The ledgers that are there, and the seq of their last records.
fn heads(server: &str, tokens: &Tokens) -> anyhow::Result<HashMap<String, u64>> {
    let ledgers = get(server, tokens.of(VIEWER)?, "/v1/ledgers")?;
    let head = |ledger: &Value| {
        let id = ledger.get("ledger")?.as_str()?.to_owned();
        Some((
            id,
            ledger
                .pointer("/through/seq")
                .and_then(Value::as_u64)
                .unwrap_or(0),
        ))
    };
    Ok(ledgers
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(head)
        .collect())
}

fn send(
    server: &str,
    tokens: &Tokens,
    book: &Book,
    batch: &[Line],
    resumed: bool,
    loaded: &mut Loaded,
) -> anyhow::Result<()> {
    let Some(first) = batch.first() else {
        return Ok(());
    };
    let mut body = String::new();
    for line in batch {
        if let Some(name) = &line.file {
            upload(server, tokens.of(&line.by)?, book, name)?;
        }
        body.push_str(line.command.get());
        body.push('\n');
    }
    let LedgerId(id) = book.id;
    let mut response = ureq::post(&format!("{server}/v1/ledgers/{id}/commands"))
        .config()
        .http_status_as_error(false)
        .build()
        .header(
            "Authorization",
            &format!("Bearer {}", tokens.of(&first.by)?),
        )
        .header("Content-Type", "application/x-ndjson")
        .send(&body)?;
    let (status, text) = (response.status(), response.body_mut().read_to_string()?);
    anyhow::ensure!(status == 200, "{} is answered {status}: {text}", first.by);
    let answers: Vec<&str> = text.lines().collect();
    anyhow::ensure!(answers.len() == batch.len(), "{} answers", answers.len());
    for (line, answer) in batch.iter().zip(answers) {
        let answer: Value = serde_json::from_str(answer)?;
        judge(line, &answer, resumed, loaded)
            .with_context(|| format!("as {}: {}", line.by, line.command))?;
    }
    Ok(())
}

/// Puts a file on the ledger's shelf; one that is there already stays as it is.
fn upload(server: &str, token: &str, book: &Book, name: &str) -> anyhow::Result<()> {
    let file = FILES.iter().find(|(known, _)| *known == name);
    let (_, bytes) = file.with_context(|| format!("there is no file {name}"))?;
    let LedgerId(id) = book.id;
    let mut response = ureq::post(&format!("{server}/v1/ledgers/{id}/files"))
        .config()
        .http_status_as_error(false)
        .build()
        .header("Authorization", &format!("Bearer {token}"))
        .header("Content-Type", "application/octet-stream")
        .send(*bytes)?;
    let (status, text) = (response.status(), response.body_mut().read_to_string()?);
    anyhow::ensure!(status == 201, "{name} is answered {status}: {text}");
    Ok(())
}

/// Every answer is the expected one, or loading ends. A load that goes on after an interruption
/// finds later states than its first attempt, so there any refusal of a refused command will do.
fn judge(line: &Line, answer: &Value, resumed: bool, loaded: &mut Loaded) -> anyhow::Result<()> {
    let status = answer.get("status").and_then(Value::as_u64);
    let code = answer.pointer("/problem/code").and_then(Value::as_str);
    let count = match (status, code, &line.expect) {
        (Some(201), None, None) => &mut loaded.recorded,
        (Some(200), None, None) => &mut loaded.repeated,
        (_, Some(code), Some(expected)) if code == expected || resumed => &mut loaded.refused,
        _ => anyhow::bail!("the answer is not the expected one: {answer}"),
    };
    *count = count.saturating_add(1);
    Ok(())
}

/// Asks a query.
pub(super) fn get(server: &str, token: &str, path: &str) -> anyhow::Result<Value> {
    let mut response = ureq::get(&format!("{server}{path}"))
        .config()
        .http_status_as_error(false)
        .build()
        .header("Authorization", &format!("Bearer {token}"))
        .call()?;
    let (status, text) = (response.status(), response.body_mut().read_to_string()?);
    anyhow::ensure!(status == 200, "{path} is answered {status}: {text}");
    Ok(serde_json::from_str(&text)?)
}
