//! `fundtrace repair`: says what it will do, and does it.

use super::{Data, eprint_line, print_line};
use crate::serve::beside;
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
    let dir = &args.data.dir;
    let floor = match floor(args) {
        Ok(floor) => floor,
        Err(error) => {
            eprint_line(&format!("拒绝修复 · refused: {error:#}"));
            return ExitCode::from(REFUSED);
        }
    };
    let (plan, records) = act(dir, Repair::Plan, floor);
    if let Some(registered) = floor.published.filter(|size| *size > records)
        && !matches!(plan, Outcome::Refused(_))
    {
        eprint_line(&format!(
            "注意:链头登记为 {registered} 条记录,日志只有 {records} 条,服务将拒绝启动 · the head \
             register says {registered} records and the log has {records}: it will not be served"
        ));
    }
    match plan {
        Outcome::Clean => {
            print_line("无需修复 · nothing to repair: 两份记录一致完好 · both copies are sound");
            return ExitCode::SUCCESS;
        }
        Outcome::Repaired(plan) => {
            print_line("将作如下修复 · this will be done:");
            tell(&plan);
        }
        Outcome::Refused(refusal) => return refused(&refusal),
    }
    if args.dry_run {
        print_line("未作任何改动 · nothing was changed");
        return ExitCode::SUCCESS;
    }
    match act(dir, Repair::Do, floor).0 {
        Outcome::Clean => {}
        Outcome::Repaired(done) => {
            print_line("已修复 · done:");
            tell(&done);
        }
        Outcome::Refused(refusal) => return refused(&refusal),
    }
    print_line(
        "请运行 fundtrace verify 并与外部链头比对 · run fundtrace verify, and compare the heads \
         with those kept elsewhere",
    );
    ExitCode::SUCCESS
}

/// What is known from outside. A register that was named must be there.
fn floor(args: &RepairArgs) -> anyhow::Result<Floor> {
    let default = beside(&args.data.dir, "head");
    let register = Register::at(args.register.as_deref().unwrap_or(&default));
    let published = register.size()?;
    if let Some(path) = args.register.as_deref().filter(|_| published.is_none()) {
        let path = path.display();
        anyhow::bail!("--register {path}: 没有此文件 · there is no such file");
    }
    Ok(Floor {
        published,
        given_up: args.cut_from,
    })
}

/// What came of it, and how many records there are.
fn act(dir: &Path, repair: Repair, floor: Floor) -> (Outcome, u64) {
    let bar = indicatif::ProgressBar::new_spinner();
    let mut records = 0_u64;
    let repaired = store::repair_above(dir, repair, floor, |position| {
        records = position.saturating_add(1);
        bar.set_position(position);
    });
    bar.finish_and_clear();
    (Outcome::of(repaired.as_ref()), records)
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
