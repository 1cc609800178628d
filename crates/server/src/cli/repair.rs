//! `fundtrace repair`: says what it will do, and does it.

use super::roots::Roots;
use super::{Data, eprint_line, print_line};
use crate::serve::beside;
use chain::{Checkpoint, NodeHash};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use store::{Floor, Outcome, Recovery, Refusal, Register, Repair};

/// What to repair.
#[derive(Debug, clap::Args)]
pub struct RepairArgs {
    #[command(flatten)]
    data: Data,
    /// 链头登记文件,默认 数据目录.head:登记所载的记录绝不截去 · The register of the newest head; the
    /// data directory's name and `.head` where it is not given: no record that it covers is cut
    #[arg(long, env = "FUNDTRACE_REGISTER")]
    register: Option<PathBuf>,
    /// 承认放弃日志自此位置起受损的末尾,须与提示一致 · Give the journal's damaged end up, from the
    /// position on that the refusal has named; a copy is kept
    #[arg(long, value_name = "POSITION")]
    cut_from: Option<u64>,
    /// 只说明将做什么,不改动任何文件 · Only say what would be done
    #[arg(long)]
    dry_run: bool,
}

/// It was refused: the log is as it was.
const REFUSED: u8 = 1;

pub(super) fn run(args: &RepairArgs) -> ExitCode {
    let known = match known(args) {
        Ok(known) => known,
        Err(error) => {
            eprint_line(&format!("拒绝修复 · refused: {error:#}"));
            return ExitCode::from(REFUSED);
        }
    };
    let floor = Floor {
        published: known.as_ref().map(|(_, head)| head.size()),
        given_up: args.cut_from,
    };
    let dir = &args.data.dir;
    let seen = act(dir, Repair::Plan, floor);
    let plan = match &seen.outcome {
        Outcome::Refused(refusal) => return refused(refusal),
        Outcome::Clean => None,
        Outcome::Repaired(plan) => Some(plan),
    };
    if let Some((path, head)) = known.as_ref().filter(|(_, head)| seen.contradicts(head)) {
        eprint_line(&format!(
            "拒绝修复 · refused: 链头登记 {} 不是此日志的 · fork: the first {} records of the log are not \
             those that this register covers\n  应当 · do: 用 --register 指定此日志的登记;确是此登记的,\
             从备份恢复到另一目录 · name this log's register with --register; if this is it, somebody \
             wrote to the files: restore a backup elsewhere",
            path.display(),
            head.size()
        ));
        return ExitCode::from(REFUSED);
    }
    let lacks = known.filter(|(_, head)| head.size() > seen.records);
    match plan {
        None if lacks.is_none() => {
            print_line("无需修复 · nothing to repair: 两份记录一致完好 · both copies are sound");
            return ExitCode::SUCCESS;
        }
        None => print_line("两份记录一致 · both copies say the same"),
        Some(plan) => {
            print_line("将作如下修复 · this will be done:");
            tell(plan);
            if args.dry_run {
                print_line("未作任何改动 · nothing was changed");
            } else if let Err(code) = mend(dir, floor) {
                return code;
            }
        }
    }
    let Some((path, head)) = lacks else {
        return ExitCode::SUCCESS;
    };
    eprint_line(&format!(
        "记录缺失 · records are gone: 链头登记 {} 为 {registered} 条记录,日志只有 {records} 条,\
         服务将拒绝启动 · the head register says {registered} records and the log has {records}: \
         it will not be served\n  应当 · do: {}\n  {}",
        path.display(),
        "用 fundtrace restore 从备份恢复到另一目录",
        "restore a backup elsewhere with fundtrace restore",
        registered = head.size(),
        records = seen.records,
    ));
    ExitCode::from(REFUSED)
}

/// Does it.
fn mend(dir: &Path, floor: Floor) -> Result<(), ExitCode> {
    match act(dir, Repair::Do, floor).outcome {
        Outcome::Clean => {}
        Outcome::Repaired(done) => {
            print_line("已修复 · done:");
            tell(&done);
        }
        Outcome::Refused(refusal) => return Err(refused(&refusal)),
    }
    print_line(
        "请运行 fundtrace verify 并与外部链头比对 · run fundtrace verify, and compare the heads \
         with those kept elsewhere",
    );
    Ok(())
}

/// What is known from outside, and where it stands. A register that was named must be there.
fn known(args: &RepairArgs) -> anyhow::Result<Option<(PathBuf, Checkpoint)>> {
    let dir = &args.data.dir;
    anyhow::ensure!(
        ["journal", "sled"]
            .iter()
            .any(|copy| dir.join(copy).is_dir()),
        "{} 中没有日志,请从备份恢复 · {} holds no log: restore a backup with fundtrace restore",
        dir.display(),
        dir.display()
    );
    let path = args.register.clone();
    let path = path.unwrap_or_else(|| beside(dir, "head"));
    let head = Register::at(&path).checkpoint()?;
    if let Some(path) = args.register.as_deref().filter(|_| head.is_none()) {
        let path = path.display();
        anyhow::bail!("--register {path}: 没有此文件 · there is no such file");
    }
    Ok(head.map(|head| (path, head)))
}

/// What came of it.
struct Seen {
    outcome: Outcome,
    /// How many records there are.
    records: u64,
    /// The root of as many as the register covers.
    root: Option<NodeHash>,
}

impl Seen {
    /// Whether the log has as many records as the register covers, and not those.
    fn contradicts(&self, head: &Checkpoint) -> bool {
        head.size() <= self.records && self.root != Some(head.root())
    }
}

fn act(dir: &Path, repair: Repair, floor: Floor) -> Seen {
    let bar = indicatif::ProgressBar::new_spinner();
    let mut records = 0_u64;
    let mut roots = Roots::new(floor.published);
    let repaired = store::repair_above(dir, repair, floor, |entry| {
        records = entry.position.saturating_add(1);
        roots.push(&entry.record);
        bar.set_position(entry.position);
    });
    bar.finish_and_clear();
    Seen {
        outcome: Outcome::of(repaired.as_ref()),
        records,
        root: floor.published.and_then(|size| roots.at(size)),
    }
}

fn tell(recovery: &Recovery) {
    let Recovery {
        rolled_forward,
        dropped_tail_bytes,
        dropped_is_doubtful,
        restored_to_journal,
        found,
        kept_aside,
    } = recovery;
    for bad in found {
        print_line(&format!("  首条受损记录 · first bad record: {bad}"));
    }
    let cut = if *dropped_is_doubtful {
        "字节受损的末尾被截去;sled 无从说明,未公布的记录可能曾经确认 · damaged bytes cut; sled cannot \
         say whether what was not yet published in them was acknowledged"
    } else {
        "字节未写完的末尾被截去,从未确认 · unfinished bytes cut, never acknowledged"
    };
    let counts = [
        (
            restored_to_journal,
            "条记录由 sled 补回日志 · records restored to the journal from sled",
        ),
        (
            rolled_forward,
            "条记录由日志写入 sled · records written to sled from the journal",
        ),
        (dropped_tail_bytes, cut),
    ];
    for (count, what) in counts {
        if *count > 0 {
            print_line(&format!("  {count} {what}"));
        }
    }
    for path in kept_aside {
        let path = path.display();
        print_line(&format!("  原件另存 · the damaged one is kept: {path}"));
    }
}

fn refused(refusal: &Refusal) -> ExitCode {
    let Refusal { why, seqs, advice } = refusal;
    eprint_line(&format!("拒绝修复 · refused: {why}"));
    for seqs in seqs {
        eprint_line(&format!("  {seqs}"));
    }
    eprint_line(&format!("  应当 · do: {}", advice.0));
    eprint_line(&format!("  {}", advice.1));
    ExitCode::from(REFUSED)
}
