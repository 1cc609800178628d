//! `fundtrace verify FILE`, where it is a checkpoint or a tlog-proof by itself.

use super::package::refuse;
use super::{INTACT, UNKNOWN};
use crate::cli::{eprint_line, print_line};
use anyhow::{Context, anyhow, ensure};
use chain::{BODY_LEN_MAX, Checkpoint, HEADER_LEN};
use evidence::{Leaf, Trust};
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

/// A record has no more bytes, header and body together.
const RECORD_LEN_MAX: usize = HEADER_LEN + BODY_LEN_MAX;

/// The record that a proof is about.
#[derive(Debug, clap::Args)]
pub(super) struct OfArgs {
    /// 入册证明所证的记录,即证据包中的 records/P.bin · The record that a tlog-proof is for: header and
    /// body, as records/P.bin of a package
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// 或写明该记录:账本:序号:哈希,回执中即 ledger、last_seq、hash · Or the record in a word: ledger,
    /// seq and hash, as a receipt says them
    #[arg(long, value_name = "LEDGER:SEQ:HASH", conflicts_with = "record")]
    leaf: Option<String>,
}

impl OfArgs {
    fn leaf(&self) -> anyhow::Result<Leaf> {
        if let Some(path) = &self.record {
            let name = path.display();
            let file = File::open(path).with_context(|| format!("cannot open {name}"))?;
            let len_max = u64::try_from(RECORD_LEN_MAX).unwrap_or(u64::MAX);
            let mut bytes = Vec::new();
            let mut file = file.take(len_max.saturating_add(1));
            let read = file.read_to_end(&mut bytes);
            read.with_context(|| format!("cannot read {name}"))?;
            let no_record = |why| anyhow!("{name} 不是记录 · {name} is no record: {why}");
            return Leaf::of_record(&bytes).map_err(no_record);
        }
        let Some(text) = &self.leaf else {
            return Err(anyhow!(
                "入册证明须与记录一并核验,请给出 --record 或 --leaf · a proof is about a record: give it with \
                 --record or --leaf"
            ));
        };
        let parts: Vec<&str> = text.split(':').collect();
        ensure!(parts.len() == 3, "--leaf is LEDGER:SEQ:HASH, not {text:?}");
        let mut parts = parts.into_iter();
        let mut part = |name| parts.next().ok_or_else(|| anyhow!("--leaf has no {name}"));
        let (ledger, seq, hash) = (part("ledger")?, part("seq")?, part("hash")?);
        Ok(Leaf {
            ledger: ledger
                .parse()
                .with_context(|| format!("--leaf: the ledger is {ledger:?}"))?,
            seq: seq
                .parse()
                .with_context(|| format!("--leaf: the seq is {seq:?}"))?,
            hash: hash
                .parse()
                .with_context(|| format!("--leaf: the hash is {hash:?}"))?,
        })
    }
}

/// What a file is by its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A C2SP tlog-proof.
    Proof,
    /// A signed checkpoint.
    Checkpoint,
}

/// How a tlog-proof of any version begins, and one of this.
const PROOF: &[u8] = b"c2sp.org/tlog-proof@";
const PROOF_V1: &[u8] = b"c2sp.org/tlog-proof@v1\n";

/// What it is, if it is one of these, whole or cut off: they are text, and a zip is not.
pub(super) fn kind(bytes: &[u8]) -> Option<Kind> {
    let is_text = match std::str::from_utf8(bytes) {
        Ok(_) => true,
        // A file that is cut off may end in the midst of a sign.
        Err(error) => error.error_len().is_none(),
    };
    if bytes.starts_with(PROOF) {
        Some(Kind::Proof)
    } else if is_text && !bytes.is_empty() && !bytes.starts_with(b"PK") {
        Some(Kind::Checkpoint)
    } else {
        None
    }
}

/// The exit code.
pub(super) fn run(kind: Kind, bytes: &[u8], of: &OfArgs, trust: &Trust) -> u8 {
    if kind == Kind::Proof && bytes.len() > PROOF_V1.len() && !bytes.starts_with(PROOF_V1) {
        eprint_line(
            "无法核验 · not verified: 证明的格式版本未知 · a tlog-proof of another version: this release \
             reads c2sp.org/tlog-proof@v1",
        );
        return UNKNOWN;
    }
    let lines = match kind {
        Kind::Checkpoint => {
            evidence::verify_checkpoint(bytes, trust).map(|(checkpoint, trusted)| {
                let first = "检查点成立 · the checkpoint holds".to_owned();
                vec![first, of_log(&checkpoint), trusted.line()]
            })
        }
        Kind::Proof => match of.leaf() {
            Err(error) => {
                eprint_line(&format!("无法核验 · not verified: {error:#}"));
                return UNKNOWN;
            }
            Ok(leaf) => {
                let proof = evidence::verify_proof(bytes, leaf, trust);
                proof.map(|(position, checkpoint, trusted)| {
                    let Leaf { ledger, seq, hash } = leaf;
                    let first = format!(
                        "证明成立 · the proof holds: 账本 · ledger {ledger} seq {seq} {hash} \
                         在位置 {position} · at position {position}"
                    );
                    vec![first, of_log(&checkpoint), trusted.line()]
                })
            }
        },
    };
    match lines {
        Ok(lines) => {
            lines.iter().for_each(|line| print_line(line));
            INTACT
        }
        Err(fault) => refuse(&fault),
    }
}

fn of_log(checkpoint: &Checkpoint) -> String {
    format!(
        "  日志 · log {} 检查点 · checkpoint {} {}",
        checkpoint.origin(),
        checkpoint.size(),
        checkpoint.root().to_base64()
    )
}
