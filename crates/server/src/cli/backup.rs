//! `fundtrace backup` and `fundtrace restore`.

use super::verify::{Names, missing, take_names};
use super::{Data, eprint_line, print_line};
use crate::serve::beside;
use anyhow::{Context, bail, ensure};
use chain::{Checkpoint, Frontier, NodeHash, Note, Record};
use std::cell::RefCell;
use std::path::PathBuf;
use store::{LedgerHead, Register, Restored};

/// What to back up, and where.
#[derive(Debug, clap::Args)]
pub struct BackupArgs {
    #[command(flatten)]
    data: Data,
    /// 备份目录;再次备份只复制新增部分 · The backup; into an earlier one only what is new is copied
    #[arg(long)]
    to: PathBuf,
    /// 链头登记文件,默认 数据目录.head · The register of the newest head; the data directory's name
    /// and `.head` where it is not given
    #[arg(long, env = "FUNDTRACE_REGISTER")]
    register: Option<PathBuf>,
}

/// What to restore, and where.
#[derive(Debug, clap::Args)]
pub struct RestoreArgs {
    /// 备份目录 · The backup
    #[arg(long)]
    from: PathBuf,
    /// 数据目录,须不存在或为空 · The data directory to be made: it must be new or empty
    #[arg(long = "data")]
    dir: PathBuf,
    /// 用于比对的链头登记文件,默认 数据目录.head,再次为备份内所存 · The register to compare with;
    /// the data directory's name and `.head`, or else the backup's own
    #[arg(long, env = "FUNDTRACE_REGISTER")]
    register: Option<PathBuf>,
    /// 承认丢失的记录条数,须与提示一致 · Accept that so many records are lost: the number that the
    /// refusal has named
    #[arg(long, value_name = "RECORDS")]
    accept_loss: Option<u64>,
}

pub(super) fn backup(args: &BackupArgs) -> anyhow::Result<()> {
    let dir = &args.data.dir;
    let register = args.register.clone();
    let register = register.unwrap_or_else(|| beside(dir, "head"));
    let mut names = Names::new();
    let done = store::backup(dir, &args.to, Some(&register), |record| {
        take_names(&mut names, record);
    })?;
    print_line(&format!(
        "已备份 · backed up: {} 条记录 · records, {} 个佐证文件 · evidence files, \
         新复制 {} 字节 · bytes copied, 沿用 {} 字节 · bytes kept",
        done.records, done.files, done.copied_bytes, done.kept_bytes
    ));
    tell(&done.heads);
    for path in &done.mended {
        let path = path.display();
        eprint_line(&format!(
            "备份中的文件已变,已重新复制 · {path}: a file of the backup was not what it had been, and was \
             copied anew; look at its disk"
        ));
    }
    for path in &done.damaged {
        let path = path.display();
        eprint_line(&format!(
            "佐证文件内容已变,未备份 · {path}: an evidence file was changed and is not in the backup"
        ));
    }
    let missing = missing(&args.to, &names)?;
    ensure!(
        done.damaged.is_empty() && missing == 0,
        "备份中缺 {missing} 个记录所列的佐证文件 · the backup lacks {missing} evidence files that \
         records name; the records are all there"
    );
    Ok(())
}

pub(super) fn restore(args: &RestoreArgs) -> anyhow::Result<()> {
    let beside = beside(&args.dir, "head");
    let register = args
        .register
        .as_deref()
        .or_else(|| Some(&*beside).filter(|p| p.exists()));
    let known = match register {
        Some(path) => {
            let read = Register::at(path).read()?;
            let read = read.with_context(|| format!("no register at {}", path.display()))?;
            Some(parse(&read).with_context(|| path.display().to_string())?)
        }
        None => None,
    };
    // The root of the records up to the register's size; the backup's own is not known yet.
    let tree = RefCell::new(Roots::new(known.as_ref()));
    let mut names = Names::new();
    let restored = store::restore(
        &args.from,
        &args.dir,
        |record| {
            tree.borrow_mut().push(record);
            take_names(&mut names, record);
        },
        |restored, own| {
            let own = own
                .map(parse)
                .transpose()
                .map_err(|error| format!("{error:#}"))?;
            accept(
                restored,
                known.as_ref().or(own.as_ref()),
                &tree.borrow(),
                args.accept_loss,
            )
            .map_err(|error| format!("{error:#}"))
        },
    )?;
    print_line(&format!(
        "已恢复 · restored: {} 条记录 · records, 全部核验 · all verified",
        restored.records
    ));
    tell(&restored.heads);
    let missing = missing(&args.dir, &names)?;
    if missing > 0 {
        eprint_line(&format!(
            "缺 {missing} 个佐证文件 · {missing} evidence files are missing: fundtrace verify names them"
        ));
    }
    match &known {
        None => print_line(
            "未与外部链头登记比对 · compared with no register outside the backup: compare the heads \
             with those kept elsewhere",
        ),
        Some(head) if head.size() > restored.records => print_line(
            "登记的链头仍在日志之前:移开登记文件并以 --adopt-head 启动 · the register is ahead of the \
             log: move it away, keep it, and start with --adopt-head",
        ),
        Some(_) => print_line("与链头登记一致 · the register's head is in the restored log"),
    }
    Ok(())
}

fn tell(heads: &[LedgerHead]) {
    for head in heads {
        print_line(&format!("  {} seq {} {}", head.id, head.seq, head.hash));
    }
}

fn parse(register: &[u8]) -> anyhow::Result<Checkpoint> {
    let note = Note::parse(register).context("the register is no signed note")?;
    let checkpoint = note.text().parse::<Checkpoint>();
    checkpoint.context("the register is no checkpoint")
}

/// The tree of the restored records, and its root at the size that is asked for.
struct Roots {
    tree: Frontier,
    size: Option<u64>,
    found: Option<NodeHash>,
}

impl Roots {
    fn new(head: Option<&Checkpoint>) -> Roots {
        Roots {
            tree: Frontier::new(),
            size: head.map(Checkpoint::size),
            found: None,
        }
    }

    fn push(&mut self, record: &Record) {
        let header = &record.header;
        let leaf = chain::leaf_bytes(header.ledger, header.seq, record.hash);
        self.tree.push(chain::leaf_hash(&leaf));
        if Some(self.tree.size()) == self.size {
            self.found = Some(self.tree.root());
        }
    }
}

/// Whether the restored log holds what the register says.
fn accept(
    restored: &Restored,
    head: Option<&Checkpoint>,
    tree: &Roots,
    accepted: Option<u64>,
) -> anyhow::Result<()> {
    let Some(head) = head else {
        return Ok(());
    };
    if let Some(lost) = head
        .size()
        .checked_sub(restored.records)
        .filter(|lost| *lost > 0)
    {
        let last = head.size().saturating_sub(1);
        ensure!(
            accepted == Some(lost),
            "备份之后的 {lost} 条记录将丢失 · the register says {} records and the backup has {}: \
             records at positions {} to {last} would be lost. Look for a newer backup, or for a \
             journal on the old disk; to go on without them: --accept-loss {lost}",
            head.size(),
            restored.records,
            restored.records
        );
        return Ok(());
    }
    // A register of another size than was asked for is the backup's own, which is no witness.
    if tree.size == Some(head.size()) && head.size() > 0 && tree.found != Some(head.root()) {
        bail!(
            "分叉 · fork: the first {} records of the backup are not those that the register covers",
            head.size()
        );
    }
    Ok(())
}
