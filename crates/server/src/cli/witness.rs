//! `fundtrace witness`: cosigns the checkpoints of logs that only grow.

use super::{eprint_line, print_line};
use crate::replaying::{Replaying, Source, directory};
use crate::{key, witness};
use ::witness::Witness;
use anyhow::{Context, ensure};
use chain::VerifierKey;
use sequencer::Replay;
use std::collections::BTreeSet;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;

/// Settings of a witness.
#[derive(Debug, clap::Args)]
pub struct WitnessArgs {
    /// 见证者密钥文件,由 key new --witness 生成 · The key file, made by key new --witness
    #[arg(long, env = "FUNDTRACE_WITNESS_KEY")]
    key: PathBuf,
    /// 所见证日志的公钥,可重复 · The public key of a log; may be repeated
    #[arg(long = "log")]
    logs: Vec<VerifierKey>,
    /// C2SP tlog-policy 文件,见证其中的日志 · A policy file (C2SP tlog-policy): its logs as well
    #[arg(long)]
    policy: Option<PathBuf>,
    /// 监听地址 · The address to listen on
    #[arg(long, default_value = "127.0.0.1:8090")]
    listen: String,
    /// 数据目录,记住各日志的最新检查点 · The directory that remembers the newest checkpoints
    #[arg(long, default_value = "./fundtrace-data/witness")]
    data: PathBuf,
    #[command(flatten)]
    replay: ReplayArgs,
}

/// Settings of a witness that replays.
#[derive(Debug, clap::Args)]
struct ReplayArgs {
    /// 重放全部记录并重算每次主体封存,相符才联署;从此服务地址或数据目录副本读取 · Read every record, from
    /// this server or this copy of a data directory, compute every seal again, and cosign only what
    /// holds
    #[arg(long, value_name = "SERVER|DIR")]
    replay: Option<String>,
    /// 访问令牌,角色为 witness、不限账本 · The access token for the records: of the role witness, for
    /// all ledgers
    #[arg(long, env = "FUNDTRACE_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// 已拒绝的日志从第一条起重新重放 · Read a log that was refused again from its first record
    #[arg(long, requires = "replay")]
    reconsider: bool,
}

pub(super) fn run(args: &WitnessArgs) -> anyhow::Result<()> {
    let mut logs = args.logs.clone();
    if let Some(file) = &args.policy {
        let policy = key::read_policy(file)?;
        logs.extend(policy.logs().iter().map(|log| log.key.clone()));
    }
    let cosigner = key::cosigner(&args.key)?;
    let vkey = cosigner.verifier().to_string();
    let (running, replaying) = match &args.replay.replay {
        None => (Arc::new(Witness::open(&args.data, cosigner, logs)?), None),
        Some(place) => {
            let source = Source::new(place, args.replay.token.as_deref())?;
            let origin = one_log(&logs)?;
            let running = Arc::new(Witness::open_replaying(&args.data, cosigner, logs)?);
            if args.replay.reconsider {
                Replay::clear(&directory(&args.data, &origin))?;
                running.reconsider(&origin)?;
            }
            let replaying = Replaying::start(&running, &origin, &args.data, source)?;
            (running, Some(replaying))
        }
    };
    key::outside(&args.key, &args.data)?;
    let listener = TcpListener::bind(&args.listen)
        .with_context(|| format!("cannot listen on {}", args.listen))?;
    print_line(&format!(
        "正在见证 · witnessing http://{} {vkey}",
        listener.local_addr()?
    ));
    if let Some(replaying) = &replaying
        && let Some(why) = running.refused(replaying.origin())
    {
        eprint_line(&format!(
            "此日志已被拒绝,不再联署 · this log is refused for good: {why}"
        ));
    }
    witness::serve(running, replaying, listener)
}

/// The records that are read are those of one log, whatever keys it has.
fn one_log(logs: &[VerifierKey]) -> anyhow::Result<String> {
    let origins: BTreeSet<&str> = logs.iter().map(VerifierKey::name).collect();
    ensure!(
        origins.len() <= 1,
        "重放只针对一个日志 · a witness replays one log, and {} are given",
        origins.len()
    );
    let origin = origins.first().context("no log is given: --log VKEY")?;
    Ok((*origin).to_owned())
}
