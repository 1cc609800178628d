//! `fundtrace verify PACKAGE`: with no database and no network.

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
