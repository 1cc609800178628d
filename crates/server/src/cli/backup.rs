//! `fundtrace backup` and `fundtrace restore`.

mod elsewhere;

use super::roots::Roots;
use super::verify::{Names, missing, take_names};
use super::{Data, eprint_line, print_line};
use crate::serve::beside;
use anyhow::{bail, ensure};
use elsewhere::{Head, TrustArgs};
use std::cell::RefCell;
use std::path::PathBuf;
use store::{LedgerHead, Restored};

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
    #[command(flatten)]
    trust: TrustArgs,
}

pub(super) fn backup(args: &BackupArgs) -> anyhow::Result<()> {
    let dir = &args.data.dir;
    if let Some(named) = args.register.as_deref().filter(|path| !path.exists()) {
        bail!(
            "--register {}: 没有此文件 · there is no such file",
            named.display()
        );
    }
    let register = args.register.clone();
    let register = register.unwrap_or_else(|| beside(dir, "head"));
    if !register.exists() {
        eprint_line(&format!(
            "注意:没有链头登记 {},未与其比对 · there is no head register there: a log that was taken back \
             is backed up as it is; name the register with --register",
            register.display()
        ));
    }
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
    let own = args.from.join(elsewhere::OWN_REGISTER);
    let known = elsewhere::heads(register, &own, &args.trust)?;
    let tree = RefCell::new(Roots::new(
        known.heads.iter().map(|head| head.checkpoint.size()),
    ));
    let mut names = Names::new();
    let restored = store::restore(
        &args.from,
        &args.dir,
        |record| {
            tree.borrow_mut().push(record);
            take_names(&mut names, record);
        },
        |restored, _own| {
            accept(restored, &known.heads, &tree.borrow(), args.accept_loss)
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
    for head in &known.heads {
        compared(head, restored.records);
    }
    if !known.is_outside {
        print_line(
            "未与外部链头登记或见证方比对 · compared with no register outside the backup and no \
             witness: compare the heads with those kept elsewhere, or ask by --policy",
        );
    }
    Ok(())
}

fn compared(head: &Head, records: u64) {
    let (who, size) = (&head.who, head.checkpoint.size());
    if size > records {
        print_line(&format!(
            "{who}: 仍在日志之前({size} 条)· is ahead of the log, at {size} records: move the \
             register away, keep it, and start with --adopt-head"
        ));
    } else {
        print_line(&format!(
            "{who}: 与恢复的日志一致({size} 条)· its head, of {size} records, is in the restored log"
        ));
    }
}

fn tell(heads: &[LedgerHead]) {
    for head in heads {
        print_line(&format!("  {} seq {} {}", head.id, head.seq, head.hash));
    }
}

/// Whether the restored log holds what is known of it elsewhere.
fn accept(
    restored: &Restored,
    heads: &[Head],
    tree: &Roots,
    accepted: Option<u64>,
) -> anyhow::Result<()> {
    // Another history is refused whatever is accepted.
    for Head { who, checkpoint } in heads {
        let size = checkpoint.size();
        let holds = size > restored.records || tree.at(size) == Some(checkpoint.root());
        ensure!(
            holds,
            "分叉 · fork: the first {size} records of the backup are not those of {who}"
        );
    }
    let Some(Head { who, checkpoint }) = heads.iter().max_by_key(|it| it.checkpoint.size()) else {
        return Ok(());
    };
    let size = checkpoint.size();
    let lost = size.saturating_sub(restored.records);
    ensure!(
        lost == 0 || accepted == Some(lost),
        "备份之后的 {lost} 条记录将丢失 · {who} says {size} records and the backup has {}: \
         records at positions {} to {} would be lost. Look for a newer backup, or for a \
         journal on the old disk; to go on without them: --accept-loss {lost}",
        restored.records,
        restored.records,
        size.saturating_sub(1)
    );
    Ok(())
}
