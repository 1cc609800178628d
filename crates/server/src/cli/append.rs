//! `fundtrace append`: commands from a file to a running server, as one stream.
//!
//! What the server has not answered yet is kept, some megabytes at the most; when the stream
//! breaks, it goes on from there. A line that was recorded and not answered is answered as
//! recorded before, because it carries its command id.

mod batches;
mod http;
mod window;

use super::{eprint_line, print_line};
use anyhow::Context;
use http::{Reading, Target, Writing};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Deserialize;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::time::{Duration, Instant};
use window::Window;

/// The pause before the first new try; each is twice as long as the one before, up to the longest.
const PAUSE: Duration = Duration::from_millis(250);
const PAUSE_MAX: Duration = Duration::from_secs(10);

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
    #[arg(long, conflicts_with_all = ["from_line", "patience"])]
    atomic: bool,
    /// 从该行起续传 · Begin with this line, to go on where a load stopped
    #[arg(long, value_name = "N", default_value_t = 1)]
    from_line: u64,
    /// 中断后重试的秒数 · For how many seconds without progress a broken load is tried again
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    patience: u64,
}

/// What came of commands: as the server counts them, or over several streams.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
struct Tally {
    /// Lines answered.
    lines: u64,
    recorded: u64,
    repeated: u64,
    refused: u64,
}

impl Tally {
    /// Together with what came of the streams before.
    fn after(self, before: Tally) -> Tally {
        Tally {
            lines: before.lines.saturating_add(self.lines),
            recorded: before.recorded.saturating_add(self.recorded),
            repeated: before.repeated.saturating_add(self.repeated),
            refused: before.refused.saturating_add(self.refused),
        }
    }
}

/// How a stream ended.
enum End {
    /// All of it was answered.
    Done,
    /// It may be better another time.
    Broken(anyhow::Error),
    /// It will not.
    Refused(anyhow::Error),
}

/// A line of the answer.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Progress(Tally),
    Done(Tally),
    Stopped {
        progress: Tally,
        problem: Problem,
    },
    #[serde(untagged)]
    Outcome {
        line: u64,
        problem: Problem,
    },
}

/// A refusal, as far as it is shown.
#[derive(Deserialize)]
struct Problem {
    status: u16,
    code: String,
    title: String,
    title_zh: String,
    #[serde(default)]
    field: Option<String>,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let field = self.field.as_deref().unwrap_or_default();
        write!(
            f,
            "{} {} · {} {field}",
            self.code, self.title_zh, self.title
        )
    }
}

pub(super) fn run(args: &AppendArgs) -> anyhow::Result<()> {
    let (input, len): (Box<dyn Read + Send>, Option<u64>) = if args.file == "-" {
        (Box::new(std::io::stdin()), None)
    } else {
        let file = File::open(&args.file).with_context(|| format!("cannot open {}", args.file))?;
        let len = file.metadata().map(|meta| meta.len()).ok();
        (Box::new(file), len)
    };
    let bar = progress(len);
    let mut input = BufReader::with_capacity(window::BLOCK_LEN, input);
    let tally = if args.atomic {
        batches::run(args, input, &bar)?
    } else {
        let skipped = skip(&mut input, args.from_line.saturating_sub(1))?;
        bar.inc(skipped);
        let window = Window::new(args.from_line.saturating_sub(1));
        load(args, &mut input, &window, &bar)?
    };
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

/// Nothing is shown where nobody watches: the bar knows whether it is a terminal.
fn progress(len: Option<u64>) -> ProgressBar {
    let template = "{bar:30} {bytes}/{total_bytes} {msg} 剩余 · left {eta}";
    match (len, ProgressStyle::with_template(template)) {
        (Some(len), Ok(style)) => ProgressBar::new(len).with_style(style),
        _ => ProgressBar::new_spinner(),
    }
}

/// Reads over lines; says how many bytes they had.
fn skip(input: &mut impl BufRead, lines: u64) -> anyhow::Result<u64> {
    let mut skipped = 0_u64;
    for line in 0..lines {
        let read = input.skip_until(b'\n')?;
        anyhow::ensure!(read > 0, "the file has only {line} lines");
        skipped = skipped.saturating_add(u64::try_from(read).unwrap_or_default());
    }
    Ok(skipped)
}

/// Sends everything, and goes on after a break.
fn load(
    args: &AppendArgs,
    input: &mut BufReader<impl Read>,
    window: &Window,
    bar: &ProgressBar,
) -> anyhow::Result<Tally> {
    let path = format!("/v1/ledgers/{}/commands?answers=refused", args.ledger);
    let target = Target::new(&args.server, &path, &args.token)?;
    let patience = Duration::from_secs(args.patience);
    let mut tally = Tally::default();
    let (mut moved, mut pause, mut begun) = (Instant::now(), PAUSE, false);
    let started = Instant::now();
    loop {
        let answered = window.answered();
        let end = match http::open(&target) {
            Ok((writing, reading)) => {
                begun = true;
                stream(
                    input,
                    window,
                    (writing, reading),
                    &mut tally,
                    |tally, bytes| {
                        show(bar, tally, bytes, started);
                    },
                )
            }
            Err(error) if begun => End::Broken(error),
            Err(error) => End::Refused(error),
        };
        if window.answered() > answered {
            (moved, pause) = (Instant::now(), PAUSE);
        }
        let next = window.answered().saturating_add(1);
        match end {
            End::Done => return Ok(tally),
            End::Broken(error) if moved.elapsed() < patience => {
                bar.suspend(|| eprint_line(&broken(next, &error)));
                std::thread::sleep(pause);
                pause = pause.saturating_mul(2).min(PAUSE_MAX);
            }
            End::Broken(error) | End::Refused(error) => {
                return Err(error.context(format!(
                    "stopped before line {next}; to go on: --from-line {next} \
                     · 已停止,可用 --from-line {next} 续传"
                )));
            }
        }
    }
}

fn broken(next: u64, error: &anyhow::Error) -> String {
    format!("连接中断,自第 {next} 行重试 · broken, again from line {next}: {error:#}")
}

/// Rate and progress in lines; the time that is left the bar knows from bytes.
fn show(bar: &ProgressBar, tally: Tally, bytes: u64, started: Instant) {
    bar.inc(bytes);
    let millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let per_second = tally.lines.saturating_mul(1000).checked_div(millis);
    bar.set_message(format!(
        "{} 行 · lines {}/s 被拒绝 · refused {}",
        tally.lines,
        per_second.unwrap_or_default(),
        tally.refused
    ));
}

/// Sends what is not answered and all that follows, while another thread reads the answers.
fn stream(
    input: &mut BufReader<impl Read>,
    window: &Window,
    (mut writing, mut reading): (Writing, Reading),
    tally: &mut Tally,
    mut show: impl FnMut(Tally, u64) + Send,
) -> End {
    window.again();
    let (before, base) = (*tally, window.answered());
    let closer = writing.closer();
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let end = receive(&mut reading, base, |progress: Tally| {
                *tally = progress.after(before);
                let bytes = window.answer(base.saturating_add(progress.lines));
                show(*tally, bytes);
            });
            // Whoever still sends must learn that nobody listens.
            if !matches!(end, End::Done) {
                window.give_up();
                closer.close();
            }
            end
        });
        let sent = window.send(input, &mut writing);
        if sent.is_err() {
            closer.close();
        }
        let end = reader.join();
        let end = end.unwrap_or_else(|_| End::Refused(anyhow::anyhow!("the reader failed")));
        match (sent, end) {
            (Err(window::SendError::Input(error)), _) => End::Refused(error.into()),
            (Err(window::SendError::Output(error)), End::Done) => End::Broken(error.into()),
            // The other side knows better why.
            (Ok(()) | Err(window::SendError::Output(_)), end) => end,
        }
    })
}

/// Reads the answer to its end.
fn receive(reading: &mut Reading, base: u64, mut progress: impl FnMut(Tally)) -> End {
    match reading.head() {
        Ok(200) => {}
        Ok(status) => {
            let text = reading.rest().unwrap_or_default();
            let told = serde_json::from_slice::<Problem>(&text).map_or_else(
                |_| String::from_utf8_lossy(&text).into_owned(),
                |problem| problem.to_string(),
            );
            return ended(status, anyhow::anyhow!("{status}: {told}"));
        }
        Err(error) => return End::Broken(error),
    }
    loop {
        let line = match reading.line() {
            Ok(Some(line)) => line,
            Ok(None) => return End::Broken(anyhow::anyhow!("the answer has no end")),
            Err(error) => return End::Broken(error),
        };
        match serde_json::from_slice(&line) {
            Ok(Line::Progress(tally)) => progress(tally),
            Ok(Line::Done(tally)) => {
                progress(tally);
                return End::Done;
            }
            Ok(Line::Stopped {
                progress: tally,
                problem,
            }) => {
                progress(tally);
                return ended(problem.status, anyhow::anyhow!("{problem}"));
            }
            Ok(Line::Outcome { line, problem }) => {
                let number = base.saturating_add(line);
                eprint_line(&format!("第 {number} 行 · line {number}: {problem}"));
            }
            Err(error) => return End::Refused(error.into()),
        }
    }
}

/// What a server says that cannot at the moment may be tried again.
fn ended(status: u16, error: anyhow::Error) -> End {
    if status >= 500 || matches!(status, 408 | 429) {
        End::Broken(error)
    } else {
        End::Refused(error)
    }
}
