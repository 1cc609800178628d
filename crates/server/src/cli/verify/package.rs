//! `fundtrace verify FILE`, a package, signed receipts, a checkpoint or a proof: with no database
//! and no network.

use super::note::{self, OfArgs};
use super::{BROKEN, INTACT, NOT_COMPLETE, UNKNOWN};
use crate::cli::{eprint_line, print_line};
use anyhow::{Context, ensure};
use chain::{Policy, VerifierKey};
use evidence::{Basis, Fault, PACKAGE_LEN_MAX, Trust, Verdict};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// So many receipts that do not hold are listed, more than a person reads; the others are counted.
const FAULTS_MAX: usize = 100;

/// Whom the one who verifies trusts.
#[derive(Debug, clap::Args)]
pub(super) struct TrustArgs {
    /// 日志公钥,应另从可靠渠道取得;可重复 · The log's key, known from elsewhere; may be given again
    #[arg(long, value_name = "VKEY")]
    key: Vec<String>,
    /// 见证策略文件(C2SP tlog-policy) · A file with a policy of logs and witnesses
    #[arg(long, conflicts_with = "key")]
    policy: Option<PathBuf>,
    /// 已知会重放全部记录的见证方公钥 · The key of a witness that is known to replay every record
    #[arg(long, value_name = "VKEY")]
    replaying: Vec<String>,
}

impl TrustArgs {
    fn read(&self) -> anyhow::Result<Trust> {
        let keys = |texts: &[String]| {
            let keys = texts.iter().map(|text| {
                let key = text.trim().parse::<VerifierKey>();
                key.with_context(|| format!("{text} is not a key"))
            });
            keys.collect::<anyhow::Result<Vec<_>>>()
        };
        let basis = match &self.policy {
            Some(path) => {
                let bytes = std::fs::read(path);
                let bytes = bytes.with_context(|| format!("cannot read {}", path.display()))?;
                let policy = Policy::parse(&bytes);
                Basis::Policy(policy.with_context(|| format!("{}", path.display()))?)
            }
            None if self.key.is_empty() => Basis::Nothing,
            None => Basis::Keys(keys(&self.key)?),
        };
        Ok(Trust {
            basis,
            replaying: keys(&self.replaying)?,
        })
    }
}

/// The exit code.
pub(super) fn run(path: &Path, trust: &TrustArgs, of: &OfArgs) -> u8 {
    let read = trust.read().and_then(|trust| Ok((trust, read(path)?)));
    let (trust, bytes) = match read {
        Ok(read) => read,
        Err(error) => {
            eprint_line(&format!("无法核验 · not verified: {error:#}"));
            return UNKNOWN;
        }
    };
    if bytes.is_empty() {
        let path = path.display();
        eprint_line(&format!(
            "无法核验 · not verified: 文件为空 · {path} is empty"
        ));
        return UNKNOWN;
    }
    // A zip begins otherwise.
    if matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'[')) {
        return receipts(&bytes, &trust);
    }
    if let Some(kind) = note::kind(&bytes) {
        return note::run(kind, &bytes, of, &trust);
    }
    match evidence::verify(&bytes, &trust) {
        Ok(report) => {
            for line in report.lines() {
                print_line(&line);
            }
            match report.verdict() {
                Verdict::Holds => INTACT,
                Verdict::NotProvenComplete => NOT_COMPLETE,
                Verdict::PagesNotCompared => UNKNOWN,
            }
        }
        Err(fault) => refuse(&fault),
    }
}

/// Says what is wrong; the exit code.
pub(super) fn refuse(fault: &Fault) -> u8 {
    let (verdict, code) = if fault.is_unknown() {
        ("无法核验 · not verified", UNKNOWN)
    } else {
        ("核验不通过 · broken", BROKEN)
    };
    eprint_line(&format!("{verdict}: {} · {fault}", fault.zh()));
    code
}

/// Says of each receipt what holds and what not; the exit code.
fn receipts(bytes: &[u8], trust: &Trust) -> u8 {
    let receipts = match evidence::verify_receipts(bytes, trust) {
        Ok(receipts) => receipts,
        Err(error) => {
            eprint_line(&format!(
                "无法核验 · not verified: {} · {error}",
                error.zh()
            ));
            return UNKNOWN;
        }
    };
    let (mut count, mut broken) = (0_usize, 0_usize);
    for receipt in receipts {
        count = count.saturating_add(1);
        match receipt {
            Ok(receipt) => receipt.lines().iter().for_each(|line| print_line(line)),
            Err(fault) => {
                broken = broken.saturating_add(1);
                if broken <= FAULTS_MAX {
                    eprint_line(&format!(
                        "核验不通过 · broken: 第 {count} 条 · receipt {count}: {} · {fault}",
                        fault.zh()
                    ));
                }
            }
        }
    }
    let unlisted = broken.saturating_sub(FAULTS_MAX);
    if unlisted > 0 {
        eprint_line(&format!(
            "其余 {unlisted} 条不成立的未列出 · {unlisted} more that do not hold are not listed"
        ));
    }
    print_line(&format!(
        "回执 · receipts: {count}, 成立 · hold: {}, 不成立 · do not: {broken}",
        count.saturating_sub(broken)
    ));
    if broken == 0 { INTACT } else { BROKEN }
}

/// The bytes of a package, if it is not longer than any.
fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let cannot = || format!("cannot read {}", path.display());
    let len_max = u64::try_from(PACKAGE_LEN_MAX).unwrap_or(u64::MAX);
    let refuse = |len: u64| {
        let name = path.display();
        ensure!(
            len <= len_max,
            "{name} 有 {len} 字节,超过证据包和回执文件的上限 · has {len} bytes, more than any package \
             or file of receipts, {len_max}"
        );
        Ok(())
    };
    // Before a byte of it is read.
    let len = file.metadata().with_context(cannot)?.len();
    refuse(len)?;
    let mut bytes = Vec::with_capacity(usize::try_from(len).unwrap_or(0));
    let mut file = file.take(len_max.saturating_add(1));
    file.read_to_end(&mut bytes).with_context(cannot)?;
    refuse(u64::try_from(bytes.len()).unwrap_or(u64::MAX))?;
    Ok(bytes)
}
