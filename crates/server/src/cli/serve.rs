//! `fundtrace serve`.

use super::{Data, print_line};
use crate::{key, serve};
use sequencer::{Rotation, Snapshots, Trust};
use std::path::PathBuf;
use std::time::Duration;

/// Settings of the server.
#[derive(Debug, clap::Args)]
pub struct ServeArgs {
    #[command(flatten)]
    data: Data,
    /// 监听地址 · The address to listen on
    #[arg(long, env = "FUNDTRACE_LISTEN", default_value = "127.0.0.1:8080")]
    listen: String,
    /// 主体封存间隔(秒,0 为不定时封存)· Seconds between seals of the subjects; 0 for none but on
    /// demand
    #[arg(long, env = "FUNDTRACE_SEAL_EVERY", default_value_t = 3600)]
    seal_every: u64,
    /// 快照间隔(秒,0 为既不生成也不使用快照)· Seconds between snapshots of the books, from which
    /// a start reads on; 0 for neither taking nor using any
    #[arg(long, env = "FUNDTRACE_SNAPSHOT_EVERY", default_value_t = 3600)]
    snapshot_every: u64,
    /// 生成快照的最少记录数 · No snapshots below so many records: a start then verifies everything
    /// before it serves
    #[arg(long, env = "FUNDTRACE_SNAPSHOT_FROM", default_value_t = 100_000)]
    snapshot_from: u64,
    /// 日志签名密钥文件,默认 数据目录.key;由 fundtrace key 生成 · The log's key, made by
    /// `fundtrace key`; the data directory's name and `.key` where it is not given
    #[arg(long, env = "FUNDTRACE_KEY")]
    key: Option<PathBuf>,
    /// 链头登记文件,默认 数据目录.head,应放在另一块磁盘 · The register of the newest head, best
    /// on another disk; the data directory's name and `.head` where it is not given
    #[arg(long, env = "FUNDTRACE_REGISTER")]
    register: Option<PathBuf>,
    /// 链头登记文件缺失时,以现有日志为准继续 · Go on from the log as it is where the register is
    /// missing
    #[arg(long)]
    adopt_head: bool,
    /// 信任策略文件(C2SP tlog-policy),请其中的见证者联署检查点 · A trust policy (C2SP
    /// tlog-policy): its witnesses are asked to cosign each checkpoint
    #[arg(long, env = "FUNDTRACE_POLICY")]
    policy: Option<PathBuf>,
    /// 指标(/metrics)的单独监听地址;默认与服务同一地址 · An address of its own for /metrics;
    /// without it the address to listen on answers it
    #[arg(long, env = "FUNDTRACE_METRICS")]
    metrics: Option<String>,
    /// 更换签名密钥,并记入日志 · The key takes the place of the one that the log has recorded; the
    /// exchange is recorded
    #[arg(long)]
    rotate_key: bool,
    /// 旧密钥文件,为新密钥背书 · The old key, which endorses the new one; leave it out only if it
    /// is lost
    #[arg(long, requires = "rotate_key")]
    old_key: Option<PathBuf>,
}

pub(super) fn run(args: &ServeArgs) -> anyhow::Result<()> {
    let mut settings = serve::Settings::of(&args.data.dir, &args.listen);
    settings.adopt_head = args.adopt_head;
    settings.policy.clone_from(&args.policy);
    settings.metrics.clone_from(&args.metrics);
    settings.snapshots = (args.snapshot_every > 0).then(|| Snapshots {
        every: Duration::from_secs(args.snapshot_every),
        records_min: args.snapshot_from,
    });
    if let Some(key) = &args.key {
        settings.key.clone_from(key);
    }
    if let Some(register) = &args.register {
        settings.register.clone_from(register);
    }
    if args.rotate_key {
        let old = args.old_key.as_deref().map(key::signer).transpose()?;
        settings.rotation = Some(Rotation { old });
    }
    let mut running = serve::start(&settings)?;
    let sealing = (args.seal_every > 0).then(|| Duration::from_secs(args.seal_every));
    running.seal_every(sealing)?;
    let records = running.handle.reader().next_position();
    let verified = match running.handle.trust() {
        Trust::Verified => format!("{records} 条记录已核验 · records verified"),
        Trust::Unverified { position } | Trust::Wrong { position, .. } => format!(
            "共 {records} 条记录,前 {position} 条取自快照、正在后台核验 · records, {position} from a \
             snapshot and being verified"
        ),
    };
    print_line(&format!(
        "正在服务 · serving http://{} ({verified})",
        running.addr
    ));
    if let Some(addr) = running.metrics_addr {
        print_line(&format!("指标 · metrics http://{addr}/metrics"));
    }
    let system = running.handle.slot(running.handle.system());
    if system.is_some_and(|slot| slot.view().books.tokens.is_empty()) {
        print_line(&format!(
            "尚无令牌:请停止服务后运行 · no tokens yet; stop and run: \
             fundtrace token create --data {} --role administrator",
            args.data.dir.display()
        ));
    }
    running.wait()
}
