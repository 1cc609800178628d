//! `fundtrace verify`: offline; the exit code says the result.

use super::{eprint_line, print_line};
use std::path::PathBuf;
use std::process::ExitCode;
use store::VerifyError;

/// What to verify.
#[derive(Debug, clap::Args)]
pub struct VerifyArgs {
    /// 数据目录 · The data directory; it is only read
    dir: PathBuf,
}

/// Everything is as it was written.
const INTACT: u8 = 0;
/// A record is not what it was.
const BROKEN: u8 = 1;
/// It could not be verified: unreadable, in use, not a data directory.
const UNKNOWN: u8 = 2;

pub(super) fn run(args: &VerifyArgs) -> ExitCode {
    let bar = indicatif::ProgressBar::new_spinner();
    let verified = store::verify(&args.dir, |records| bar.set_position(records));
    bar.finish_and_clear();
    match verified {
        Ok(verified) => {
            print_line(&format!(
                "核验通过 · intact: {} 条记录 · records, {} 个账本 · ledgers",
                verified.records,
                verified.ledgers.len()
            ));
            for head in &verified.ledgers {
                print_line(&format!("  {} seq {} {}", head.id, head.seq, head.hash));
            }
            if verified.not_in_sled > 0 {
                print_line(&format!(
                    "注意:最后 {} 条记录只在日志中;若上次是正常停机,则 sled 文件被改动过",
                    verified.not_in_sled
                ));
                print_line(
                    "these last records are only in the journal: normal after a crash, and a sign \
                     of a changed sled file after an orderly stop",
                );
            }
            print_line(
                "本结果只证明现存记录前后一致;末尾是否被截去,须与外部留存的回执或链头比对 · \
                 a chain does not guard its own tail: compare the heads with receipts kept \
                 elsewhere",
            );
            ExitCode::from(INTACT)
        }
        Err(error) => {
            let broken = matches!(
                error,
                VerifyError::Broken(_) | VerifyError::SledUnreadable { .. }
            );
            let verdict = if broken {
                "核验不通过 · broken"
            } else {
                "无法核验 · not verified"
            };
            eprint_line(&format!("{verdict}: {:#}", anyhow::Error::from(error)));
            ExitCode::from(if broken { BROKEN } else { UNKNOWN })
        }
    }
}
