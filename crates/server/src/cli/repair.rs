//! `fundtrace repair`: says what it will do, and does it.

use super::{Data, eprint_line, print_line};
use std::path::Path;
use std::process::ExitCode;
use store::{Outcome, Recovery, Refusal, Repair};

/// What to repair.
#[derive(Debug, clap::Args)]
pub struct RepairArgs {
    #[command(flatten)]
    data: Data,
    /// 只说明将做什么,不改动任何文件 · Only say what would be done
    #[arg(long)]
    dry_run: bool,
}

/// It was refused: the log is as it was.
const REFUSED: u8 = 1;

pub(super) fn run(args: &RepairArgs) -> ExitCode {
    let dir = &args.data.dir;
    match act(dir, Repair::Plan) {
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
    match act(dir, Repair::Do) {
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

fn act(dir: &Path, repair: Repair) -> Outcome {
    let bar = indicatif::ProgressBar::new_spinner();
    let repaired = store::repair(dir, repair, |position| bar.set_position(position));
    bar.finish_and_clear();
    Outcome::of(repaired.as_ref())
}

fn tell(recovery: &Recovery) {
    let Recovery {
        rolled_forward,
        dropped_tail_bytes,
        restored_to_journal,
        found,
        kept_aside,
    } = recovery;
    for bad in found {
        print_line(&format!("  首条受损记录 · first bad record: {bad}"));
    }
    let counts = [
        (
            restored_to_journal,
            "条记录由 sled 补回日志 · records restored to the journal from sled",
        ),
        (
            rolled_forward,
            "条记录由日志写入 sled · records written to sled from the journal",
        ),
        (
            dropped_tail_bytes,
            "字节未写完的末尾被截去,从未确认 · unfinished bytes cut, never acknowledged",
        ),
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
