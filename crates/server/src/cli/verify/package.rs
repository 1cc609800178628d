//! `fundtrace verify FILE`, a package or signed receipts: with no database and no network.

use super::{BROKEN, INTACT, UNKNOWN};
use crate::cli::{eprint_line, print_line};
use anyhow::{Context, ensure};
use chain::{Policy, VerifierKey};
use evidence::{Basis, PACKAGE_LEN_MAX, Trust};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

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
pub(super) fn run(path: &Path, trust: &TrustArgs) -> u8 {
    let read = trust.read().and_then(|trust| Ok((trust, read(path)?)));
    let (trust, bytes) = match read {
        Ok(read) => read,
        Err(error) => {
            eprint_line(&format!("无法核验 · not verified: {error:#}"));
            return UNKNOWN;
        }
    };
    // A zip begins otherwise.
    if matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'[')) {
        return receipts(&bytes, &trust);
    }
    match evidence::verify(&bytes, &trust) {
        Ok(report) => {
            for line in report.lines() {
                print_line(&line);
            }
            INTACT
        }
        Err(fault) => {
            let (verdict, code) = if fault.is_unknown() {
                ("无法核验 · not verified", UNKNOWN)
            } else {
                ("核验不通过 · broken", BROKEN)
            };
            eprint_line(&format!("{verdict}: {} · {fault}", fault.zh()));
            code
        }
    }
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
    let mut broken = 0_usize;
    for (number, receipt) in (1_usize..).zip(&receipts) {
        match receipt {
            Ok(receipt) => receipt.lines().iter().for_each(|line| print_line(line)),
            Err(fault) => {
                broken = broken.saturating_add(1);
                eprint_line(&format!(
                    "核验不通过 · broken: 第 {number} 条 · receipt {number}: {} · {fault}",
                    fault.zh()
                ));
            }
        }
    }
    print_line(&format!(
        "回执 · receipts: {}, 成立 · hold: {}, 不成立 · do not: {broken}",
        receipts.len(),
        receipts.len().saturating_sub(broken)
    ));
    if broken == 0 { INTACT } else { BROKEN }
}

/// The bytes of a package, if it is not longer than any.
fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let len_max = u64::try_from(PACKAGE_LEN_MAX).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    let mut file = file.take(len_max.saturating_add(1));
    file.read_to_end(&mut bytes)
        .with_context(|| format!("cannot read {}", path.display()))?;
    ensure!(
        bytes.len() <= PACKAGE_LEN_MAX,
        "{} is longer than any package, {PACKAGE_LEN_MAX} bytes",
        path.display()
    );
    Ok(bytes)
}
