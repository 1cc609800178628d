//! `fundtrace evidence`: an evidence package from a running server.

use super::{eprint_line, print_line};
use crate::routes::packages::WITNESSED;
use anyhow::Context;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// The longest answer that is taken, in bytes: no package is longer.
const ANSWER_LEN_MAX: u64 = 512 << 20;

/// What to ask for, and where to put it.
#[derive(Debug, clap::Args)]
pub struct EvidenceArgs {
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
    #[command(flatten)]
    about: About,
    /// 附上佐证文件 · The evidence files too
    #[arg(long)]
    files: bool,
    /// 附上密封姓名等的字段密钥,需有权限 · The keys that open sealed names, for those who may see them
    #[arg(long)]
    reveal: bool,
    /// 截至日期,默认今天 · The day of the question, 2018-08-16; today if left out
    #[arg(long)]
    today: Option<String>,
    /// 新文件 · The new file
    #[arg(long)]
    out: PathBuf,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct About {
    /// 资金批次 · A fund batch: who holds what, and its payments
    #[arg(long)]
    fund: Option<Uuid>,
    /// 支付 · A payment
    #[arg(long)]
    payment: Option<Uuid>,
    /// 项目 · A project with its contracts, claims and payments
    #[arg(long)]
    project: Option<Uuid>,
    /// 整改事项 · A rectification item
    #[arg(long)]
    item: Option<Uuid>,
    /// 资金去向 · Where the money of a fund batch went, to the last payee and receipt
    #[arg(long)]
    trace: Option<Uuid>,
}

impl About {
    fn query(&self) -> String {
        let asked = [
            ("fund", self.fund),
            ("payment", self.payment),
            ("project", self.project),
            ("item", self.item),
            ("trace", self.trace),
        ];
        let mut asked = asked.into_iter().filter_map(|(name, id)| Some((name, id?)));
        // clap sees to it that there is one.
        asked
            .next()
            .map(|(name, id)| format!("{name}={id}"))
            .unwrap_or_default()
    }
}

pub(super) fn run(args: &EvidenceArgs) -> anyhow::Result<()> {
    let today = args.today.as_ref().map(|day| format!("&today={day}"));
    let url = format!(
        "{}/v1/ledgers/{}/packages?{}&files={}&reveal={}{}",
        args.server,
        args.ledger,
        args.about.query(),
        args.files,
        args.reveal,
        today.unwrap_or_default()
    );
    let mut response = ureq::get(&url)
        .config()
        .http_status_as_error(false)
        .build()
        .header("Authorization", &format!("Bearer {}", args.token))
        .call()?;
    let status = response.status();
    let witnessed = response.headers().get(WITNESSED);
    let is_unwitnessed = witnessed.is_some_and(|it| it.as_bytes() == b"false");
    let body = response.body_mut().with_config().limit(ANSWER_LEN_MAX);
    if !status.is_success() {
        anyhow::bail!("{status}: {}", body.read_to_string()?);
    }
    let package = body.read_to_vec()?;
    keep(&args.out, &package)?;
    let path = args.out.display();
    print_line(&format!(
        "已写入 · written: {path}, {} 字节 · bytes; 核验 · check it: fundtrace verify {path}",
        package.len()
    ));
    if is_unwitnessed {
        eprint_line(
            "未取得足够的见证联署,按信任策略核验将不通过;请稍后重新取证 · too few witnesses have cosigned \
             in time: it will not hold under their policy; ask again later",
        );
    }
    Ok(())
}

/// Writes a new file. What is on the disk under its name is never replaced: it may be in somebody's
/// file already.
pub(super) fn keep(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path);
    let path = path.display();
    let mut file = file.map_err(|error| {
        if error.kind() == ErrorKind::AlreadyExists {
            anyhow::anyhow!("{path} 已存在 · exists already")
        } else {
            anyhow::Error::from(error).context(format!("cannot write {path}"))
        }
    })?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .with_context(|| format!("cannot write {path}"))
}
