//! `fundtrace verify`: offline; the exit code says the result.

mod note;
mod package;

use super::{eprint_line, print_line};
use ledger::evidence::EvidenceEvent;
use sequencer::Rebuilt;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;
use store::{FileHash, Verified, VerifyError};

/// What to verify.
#[derive(Debug, clap::Args)]
pub struct VerifyArgs {
    /// 数据目录、证据包、已签名回执(JSON)、检查点或入册证明(tlog-proof) · A data directory, an
    /// evidence package, signed receipts as the server answered them, a checkpoint or a tlog-proof;
    /// it is only read
    #[arg(value_name = "PATH")]
    dir: PathBuf,
    #[command(flatten)]
    trust: package::TrustArgs,
    #[command(flatten)]
    of: note::OfArgs,
    /// 全量重算:由全部记录重建一切,核对已登记的状态哈希与主体封存 · Build everything again from the
    /// records, and hold every recorded state and every seal against it; takes about as much memory
    /// as serving
    #[arg(long)]
    rebuild: bool,
}

/// Everything is as it was written.
const INTACT: u8 = 0;
/// A record is not what it was.
const BROKEN: u8 = 1;
/// It could not be verified: unreadable, in use, not a data directory; of a package, pages of
/// another version.
const UNKNOWN: u8 = 2;
/// A package is sound as far as it goes, and that it is all is not shown.
const NOT_COMPLETE: u8 = 3;

pub(super) fn run(args: &VerifyArgs) -> ExitCode {
    if let Err(error) = is_there(&args.dir) {
        eprint_line(&format!("无法核验 · not verified: {error}"));
        return ExitCode::from(UNKNOWN);
    }
    if args.dir.is_file() {
        return ExitCode::from(package::run(&args.dir, &args.trust, &args.of));
    }
    let bar = indicatif::ProgressBar::new_spinner();
    let mut names = Names::new();
    let begun = Instant::now();
    let progress = |records| bar.set_position(records);
    let each = |record: &chain::Record| take_names(&mut names, record);
    let verified = if args.rebuild {
        sequencer::rebuild(&args.dir, progress, each)
            .map(|(verified, rebuilt)| (verified, Some(rebuilt)))
    } else {
        store::verify_each(&args.dir, progress, each).map(|verified| (verified, None))
    };
    bar.finish_and_clear();
    match verified {
        Ok((verified, rebuilt)) => {
            let took = begun.elapsed().as_millis().max(1);
            // The records stand by themselves; their files are said to be wrong after that.
            let files = files(&args.dir, &names);
            print_line(&format!(
                "核验通过 · intact: {} 条记录 · records, {} 个账本 · ledgers",
                verified.records,
                verified.ledgers.len()
            ));
            let rate = u128::from(verified.records).saturating_mul(1000);
            print_line(&format!(
                "用时 · took {took} ms, 每秒 · {} 条记录 · records a second",
                rate.checked_div(took).unwrap_or(0)
            ));
            for head in &verified.ledgers {
                print_line(&format!("  {} seq {} {}", head.id, head.seq, head.hash));
            }
            tail(&verified);
            print_line(
                "本结果只证明现存记录前后一致;末尾是否被截去,须与外部留存的回执或链头比对 · \
                 a chain does not guard its own tail: compare the heads with receipts kept \
                 elsewhere",
            );
            ExitCode::from(worse(files, rebuilt.as_ref().map_or(INTACT, tell)))
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

/// What is to be said of the end of the records.
fn tail(verified: &Verified) {
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
    if verified.unfinished_bytes > 0 {
        print_line(&format!(
            "注意:日志末尾有 {} 字节未写完的一组,从未确认;下次启动截去并另存 · bytes of a group that a \
             crash cut off, never acknowledged: the next start cuts them and keeps a copy",
            verified.unfinished_bytes
        ));
    }
}

/// Whether there is anything at a path, or what is to be said of it.
fn is_there(path: &Path) -> Result<(), String> {
    let name = path.display();
    match path.try_exists() {
        Ok(true) => Ok(()),
        Ok(false) => Err(format!("{name} 不存在 · {name} does not exist")),
        Err(error) => Err(format!("{name} 无法读取 · cannot read {name}: {error}")),
    }
}

/// The one of two results that an operator must hear of.
const fn worse(a: u8, b: u8) -> u8 {
    match (a, b) {
        (BROKEN, _) | (_, BROKEN) => BROKEN,
        (UNKNOWN, _) | (_, UNKNOWN) => UNKNOWN,
        _ => INTACT,
    }
}

/// Says what came of building everything again; the exit code.
fn tell(rebuilt: &Rebuilt) -> u8 {
    for finding in &rebuilt.findings {
        eprint_line(&format!("核验不通过 · broken: {finding}"));
    }
    print_line(&format!(
        "重算相符 · rebuilt to the same: {} 个状态 · states, {} 次封存 · seals; 未比对 · not compared: {}",
        rebuilt.states, rebuilt.seals, rebuilt.not_compared
    ));
    if rebuilt.findings.is_empty() {
        INTACT
    } else {
        BROKEN
    }
}

/// The files that records of `evidence` name, with the seq of the first that does.
pub(super) type Names = BTreeMap<(chain::LedgerId, FileHash), u64>;

pub(super) fn take_names(names: &mut Names, record: &chain::Record) {
    if !wire::may_be_evidence(&record.body) {
        return;
    }
    // A record of a newer release may name one too: its files are hashed all the same.
    let Ok((fact, _salt)) = wire::decode_event(&record.body) else {
        return;
    };
    if let ledger::Event::Evidence(EvidenceEvent::Added(added)) = fact.event {
        let key = (record.header.ledger, FileHash(added.sha256.0));
        names.entry(key).or_insert(record.header.seq);
    }
}

/// How many of the files that records name are not in a directory.
pub(super) fn missing(dir: &Path, names: &Names) -> Result<usize, store::Error> {
    let verified = store::verify_files(dir)?;
    let missing = names.keys().filter(|key| !verified.sound.contains_key(key));
    Ok(missing.count())
}

/// Hashes every file, and looks for those that are named; the exit code.
fn files(dir: &Path, names: &Names) -> u8 {
    let verified = match store::verify_files(dir) {
        Ok(verified) => verified,
        Err(error) => {
            let error = anyhow::Error::from(error);
            eprint_line(&format!("无法核验 · not verified: {error:#}"));
            return UNKNOWN;
        }
    };
    for path in &verified.damaged {
        let path = path.display();
        eprint_line(&format!(
            "核验不通过 · broken: {path}: 佐证文件内容已变 · the bytes do not have the hash of the name"
        ));
    }
    let missing = names
        .iter()
        .filter(|(key, _)| !verified.sound.contains_key(key));
    for ((ledger, file), seq) in missing.clone() {
        eprint_line(&format!(
            "核验不通过 · broken: ledger {ledger}, seq {seq}: 佐证文件缺失或已变 · the evidence file {file} \
             is not there or was changed"
        ));
    }
    if !verified.damaged.is_empty() || missing.count() > 0 {
        return BROKEN;
    }
    if !verified.sound.is_empty() {
        let files = verified.sound.len();
        print_line(&format!(
            "佐证文件完好 · evidence files intact: {files} 个 · files"
        ));
    }
    INTACT
}
