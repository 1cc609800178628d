//! `fundtrace witness`: cosigns the checkpoints of logs that only grow.

use super::print_line;
use crate::{key, witness};
use ::witness::Witness;
use anyhow::Context;
use chain::VerifierKey;
use std::net::TcpListener;
use std::path::PathBuf;

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
}

pub(super) fn run(args: &WitnessArgs) -> anyhow::Result<()> {
    let mut logs = args.logs.clone();
    if let Some(file) = &args.policy {
        let policy = key::read_policy(file)?;
        logs.extend(policy.logs().iter().map(|log| log.key.clone()));
    }
    let cosigner = key::cosigner(&args.key)?;
    let vkey = cosigner.verifier().to_string();
    let running = Witness::open(&args.data, cosigner, logs)?;
    key::outside(&args.key, &args.data)?;
    let listener = TcpListener::bind(&args.listen)
        .with_context(|| format!("cannot listen on {}", args.listen))?;
    print_line(&format!(
        "正在见证 · witnessing http://{} {vkey}",
        listener.local_addr()?
    ));
    witness::serve(running, listener)
}
