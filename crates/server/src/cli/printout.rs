//! `fundtrace printout`: a register, list, letter or sheet from a running server.

use super::evidence::keep;
use super::print_line;
use printouts::Kind;
use std::path::PathBuf;
use uuid::Uuid;

/// The longest answer that is taken, in bytes: no printout is longer.
const ANSWER_LEN_MAX: u64 = 256 << 20;

/// What to print, and where to put it.
#[derive(Debug, clap::Args)]
pub struct PrintoutArgs {
    /// 哪种表册文书 · Which one
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(Kind::ALL.iter().map(|kind| {
        clap::builder::PossibleValue::new(kind.word()).help(kind.title().zh)
    })))]
    kind: String,
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
    /// 文件格式 · As what
    #[arg(long, default_value = "xlsx", value_parser = ["html", "xlsx", "csv"])]
    format: String,
    #[command(flatten)]
    narrowed: Box<Narrowed>,
    /// 统计口径日,默认今天 · The day of the question, 2018-08-16; today if left out
    #[arg(long)]
    on: Option<String>,
    /// 显示密封的人员姓名,需有权限 · With the sealed names of persons, for those who may see them
    #[arg(long)]
    reveal: bool,
    /// 新文件 · The new file
    #[arg(long, alias = "output")]
    out: PathBuf,
}

/// What it is about, and to what it is narrowed.
#[derive(Debug, clap::Args)]
struct Narrowed {
    /// 整改事项 · Of which item: a closing's approval, a letter
    #[arg(long)]
    item: Option<Uuid>,
    /// 资金批次 · Of which fund batch: its trace
    #[arg(long)]
    fund: Option<Uuid>,
    /// 取证对象 · Of which payment, project, item or other subject: an evidence sheet
    #[arg(long)]
    subject: Option<Uuid>,
    /// 文书的记录序号 · Which record, of several letters; the last one if left out
    #[arg(long)]
    seq: Option<u64>,
    /// 状态 · Only items, or projects, in this state
    #[arg(long)]
    state: Option<String>,
    /// 单位 · Only items of this unit and the units below it, or payments for their projects
    #[arg(long)]
    unit: Option<Uuid>,
    /// 项目 · Only payments for this project
    #[arg(long)]
    project: Option<Uuid>,
    /// 支付日期自 · Only payments instructed on this day or later, 2018-01-01
    #[arg(long)]
    from: Option<String>,
    /// 支付日期至 · Only payments instructed on this day or earlier, 2018-12-31
    #[arg(long)]
    until: Option<String>,
    /// 战区 · Only items whose responsible unit is in this zone on that day
    #[arg(long)]
    zone: Option<Uuid>,
    /// 牵头单位 · Only items that this unit or one below it leads
    #[arg(long)]
    lead: Option<Uuid>,
    /// 配合单位 · Only items in which this unit or one below it helps
    #[arg(long)]
    cooperating: Option<Uuid>,
    /// 责任人 · Only items for which this official answers
    #[arg(long)]
    person: Option<Uuid>,
    /// 轮次 · Only items of this round
    #[arg(long)]
    round: Option<Uuid>,
    /// 类别 · Only items about this: funds
    #[arg(long)]
    category: Option<String>,
    /// 程度 · Only items so bad: grave
    #[arg(long)]
    severity: Option<String>,
    /// 是否超期 · Only overdue items, or only others
    #[arg(long)]
    overdue: Option<bool>,
    /// 预算年度 · Only batches of this budget year
    #[arg(long)]
    budget_year: Option<u32>,
}

impl Narrowed {
    fn pairs(&self) -> Vec<(&'static str, String)> {
        let id = |id: Option<Uuid>| id.map(|id| id.to_string());
        let pairs = [
            ("item", id(self.item)),
            ("fund", id(self.fund)),
            ("subject", id(self.subject)),
            ("seq", self.seq.map(|seq| seq.to_string())),
            ("state", self.state.clone()),
            ("unit", id(self.unit)),
            ("project", id(self.project)),
            ("from", self.from.clone()),
            ("until", self.until.clone()),
            ("zone", id(self.zone)),
            ("lead", id(self.lead)),
            ("cooperating", id(self.cooperating)),
            ("person", id(self.person)),
            ("round", id(self.round)),
            ("category", self.category.clone()),
            ("severity", self.severity.clone()),
            ("overdue", self.overdue.map(|it| it.to_string())),
            ("budget_year", self.budget_year.map(|it| it.to_string())),
        ];
        let said = pairs.into_iter();
        said.filter_map(|(name, value)| Some((name, value?)))
            .collect()
    }
}

pub(super) fn run(args: &PrintoutArgs) -> anyhow::Result<()> {
    let url = format!(
        "{}/v1/ledgers/{}/printouts/{}",
        args.server, args.ledger, args.kind
    );
    let on = args.on.iter().map(|on| ("on", on.clone()));
    let reveal = args.reveal.then(|| ("reveal", "true".to_owned()));
    let format = ("format", args.format.clone());
    let pairs = [format].into_iter().chain(on).chain(reveal);
    let mut response = ureq::get(&url)
        .query_pairs(pairs.chain(args.narrowed.pairs()))
        .config()
        .http_status_as_error(false)
        .build()
        .header("Authorization", &format!("Bearer {}", args.token))
        .call()?;
    let status = response.status();
    let body = response.body_mut().with_config().limit(ANSWER_LEN_MAX);
    if !status.is_success() {
        anyhow::bail!("{status}: {}", body.read_to_string()?);
    }
    let written = body.read_to_vec()?;
    keep(&args.out, &written)?;
    print_line(&format!(
        "已写入 · written: {}, {} 字节 · bytes",
        args.out.display(),
        written.len()
    ));
    Ok(())
}
