//! Signed receipts, as the server answered them: JSON that a client has kept.
//!
//! A receipt says what it says without the server, and without the log. What of it is signed is
//! checked; what is not is named, so that nobody takes it for proved.

use crate::Fault;
use crate::texts::Texts;
use crate::trust::{Basis, Of, Trust, Trusted};
use chain::receipt::{BadReceipt, Statement};
use chain::{KeyKind, LedgerId, NodeHash, Note, TlogProof, VerifierKey, leaf_hash};
use serde::Deserialize;
use serde::de::IgnoredAny;
use uuid::Uuid;

/// The longest receipt that is read, in bytes: a command has at most 65,535 records, whose
/// positions take 21 bytes each, and the two notes in it have at most 256 KiB each.
const RECEIPT_LEN_MAX: usize = 2 << 20;

/// A receipt that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// What its giver has signed.
    pub statement: Statement,
    /// The position of its last record.
    pub last_position: u64,
    /// The key that has signed it.
    pub key: String,
    /// The checkpoint whose proof comes along.
    pub covered: Option<Covered>,
    /// The checkpoint that is said to cover it, where no proof comes along.
    pub said_covered_by: Option<u64>,
    /// When it was recorded, by the server's word alone: the time stands in the record, and not
    /// under the signature.
    pub recorded_at: String,
}

/// The checkpoint under which a receipt's last record is proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Covered {
    /// How many records it covers.
    pub size: u64,
    /// Who has signed it.
    pub trusted: Trusted,
    /// How many witnesses of the policy have, where these are too few: then the log has signed it
    /// alone, as it has the receipt.
    pub too_few: Option<usize>,
}

/// Why a receipt does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiptFault {
    /// It is not the JSON of a receipt.
    #[error("it is not the receipt of this release: {0}")]
    Form(String),
    /// It is longer than any receipt.
    #[error("a receipt has at most 2097152 bytes, not {len}")]
    TooLong {
        /// How long it is, in bytes.
        len: usize,
    },
    /// A field does not hold what belongs there.
    #[error("{field} is not what it should be: {value:?}")]
    Field {
        /// Which.
        field: &'static str,
        /// What stands there.
        value: String,
    },
    /// The command was refused, and there is no receipt to be checked.
    #[error("the command was refused: there is no receipt")]
    Refused,
    /// It carries no signature: anybody could have written it.
    #[error("it is not signed: anybody could have written it")]
    NotSigned,
    /// Positions do not run on from the first as the seqs do.
    #[error("the positions are not those of seq {first_seq} to {last_seq}")]
    Positions {
        /// The seq of the first record.
        first_seq: u64,
        /// The seq of the last one.
        last_seq: u64,
    },
    /// The signature is not over this receipt, or not of a key that is trusted.
    #[error("the signature does not hold: {0}")]
    Signature(String),
    /// The proof is not one for the last record.
    #[error("the proof does not hold: {0}")]
    Proof(String),
    /// It names another checkpoint than its proof.
    #[error("it is said to be covered by a checkpoint of {covered_by}, its proof is under {size}")]
    Covered {
        /// How many records it says that the checkpoint covers.
        covered_by: u64,
        /// How many the checkpoint of the proof covers.
        size: u64,
    },
}

impl ReceiptFault {
    /// What is wrong, in Chinese.
    #[must_use]
    pub const fn zh(&self) -> &'static str {
        match self {
            ReceiptFault::Form(_) => "不是本版本的回执",
            ReceiptFault::TooLong { .. } => "超出一份回执的最大长度",
            ReceiptFault::Field { .. } => "回执字段有误",
            ReceiptFault::Refused => "该命令被拒绝,没有回执",
            ReceiptFault::NotSigned => "回执未签名,任何人都能写出",
            ReceiptFault::Positions { .. } => "位置与序号不符",
            ReceiptFault::Signature(_) => "回执签名不成立",
            ReceiptFault::Proof(_) => "随附的入册证明不成立",
            ReceiptFault::Covered { .. } => "所称已被检查点覆盖,与所附证明不符",
        }
    }
}

/// Why nothing can be said of a file of receipts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadReceipts {
    /// No key is known, and a receipt does not bring its own.
    #[error("a receipt is checked against the log's key: give it with --key or --policy")]
    NoKey,
    /// It is no JSON.
    #[error("it is neither JSON nor lines of JSON: {0}")]
    Json(String),
    /// There is no receipt in it.
    #[error("there is no receipt in it")]
    Empty,
}

impl BadReceipts {
    /// What is wrong, in Chinese.
    #[must_use]
    pub const fn zh(&self) -> &'static str {
        match self {
            BadReceipts::NoKey => "核验回执须给出日志公钥(--key 或 --policy)",
            BadReceipts::Json(_) => "不是 JSON",
            BadReceipts::Empty => "其中没有回执",
        }
    }
}

/// A receipt's JSON. Another field is refused: it would stand beside what is signed and look so.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    ledger: Uuid,
    command_id: Uuid,
    digest: String,
    first_seq: u64,
    last_seq: u64,
    hash: String,
    positions: Vec<u64>,
    recorded_at: String,
    #[serde(rename = "repeated")]
    _repeated: bool,
    signature: Option<Signature>,
    covered_by: Option<u64>,
    proof: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signature {
    index: u64,
    path: Vec<String>,
    note: String,
}

/// Checks receipts: one, a list, or lines of them; each as the server answers one command, or as it
/// answers the commands of a list. Each is read when its turn comes, so that many take no more
/// memory than one. Pure: no clock, no files, no network.
///
/// # Errors
/// Nothing can be said of any of them.
pub fn verify_receipts<'a>(
    bytes: &'a [u8],
    trust: &'a Trust,
) -> Result<impl Iterator<Item = Result<Receipt, ReceiptFault>> + use<'a>, BadReceipts> {
    let keys = keys(trust);
    if keys.is_empty() {
        return Err(BadReceipts::NoKey);
    }
    // All of it is JSON before a word is said about the first.
    let mut count = 0_usize;
    for text in Texts::of(bytes) {
        text.map_err(BadReceipts::Json)?;
        count = count.saturating_add(1);
    }
    if count == 0 {
        return Err(BadReceipts::Empty);
    }
    let texts = Texts::of(bytes).filter_map(Result::ok);
    Ok(texts.map(move |text| check(&read(text)?, &keys, trust)))
}

/// The keys of logs that are trusted.
fn keys(trust: &Trust) -> Vec<&VerifierKey> {
    let keys: Vec<&VerifierKey> = match &trust.basis {
        Basis::Nothing => Vec::new(),
        Basis::Keys(keys) => keys.iter().collect(),
        Basis::Policy(policy) => policy.logs().iter().map(|log| &log.key).collect(),
    };
    let of_logs = keys.into_iter().filter(|key| key.kind() == KeyKind::Log);
    of_logs.collect()
}

/// A receipt by itself, or within what a list was answered.
fn read(text: &[u8]) -> Result<Given, ReceiptFault> {
    /// What a list was answered for one command.
    #[derive(Deserialize)]
    struct Outcome {
        receipt: Option<IgnoredAny>,
        problem: Option<IgnoredAny>,
    }
    #[derive(Deserialize)]
    struct Recorded {
        receipt: Given,
    }
    if text.len() > RECEIPT_LEN_MAX {
        return Err(ReceiptFault::TooLong { len: text.len() });
    }
    let wrong = |error: serde_json::Error| ReceiptFault::Form(error.to_string());
    if text.first() != Some(&b'{') {
        let start: Vec<u8> = text.iter().copied().take(20).collect();
        let start = String::from_utf8_lossy(&start);
        return Err(ReceiptFault::Form(format!("{start:?} is no object")));
    }
    let outcome: Outcome = serde_json::from_slice(text).map_err(wrong)?;
    match outcome {
        Outcome {
            receipt: Some(_), ..
        } => {
            let Recorded { receipt } = serde_json::from_slice(text).map_err(wrong)?;
            Ok(receipt)
        }
        Outcome {
            problem: Some(_), ..
        } => Err(ReceiptFault::Refused),
        Outcome { .. } => serde_json::from_slice(text).map_err(wrong),
    }
}

fn check(given: &Given, keys: &[&VerifierKey], trust: &Trust) -> Result<Receipt, ReceiptFault> {
    let (statement, last_position) = stated(given)?;
    let signature = given.signature.as_ref().ok_or(ReceiptFault::NotSigned)?;
    let bad = |error: String| ReceiptFault::Signature(error);
    let note = Note::parse(signature.note.as_bytes()).map_err(|error| bad(error.to_string()))?;
    let path = signature.path.iter().map(|text| {
        let field = "signature.path";
        let value = text.clone();
        NodeHash::from_base64(text).map_err(|_| ReceiptFault::Field { field, value })
    });
    let path = path.collect::<Result<Vec<_>, _>>()?;
    let mut why: Option<BadReceipt> = None;
    let signer = keys.iter().find(|key| {
        let held = chain::receipt::verify(&statement, signature.index, &path, &note, key);
        // The key that has signed it says best what else is wrong.
        if let Err(error) = held {
            let is_told = why.is_some() && matches!(error, BadReceipt::Note(_));
            why = if is_told { why.take() } else { Some(error) };
            return false;
        }
        true
    });
    let Some(signer) = signer else {
        return Err(bad(why.map_or_else(String::new, |why| chain_of(&why))));
    };
    let covered = covered(given, &statement, last_position, signer, trust)?;
    Ok(Receipt {
        statement,
        last_position,
        key: signer.to_string(),
        said_covered_by: given.covered_by.filter(|_| covered.is_none()),
        covered,
        recorded_at: given.recorded_at.clone(),
    })
}

/// What is signed of it, and the position of its last record.
fn stated(given: &Given) -> Result<(Statement, u64), ReceiptFault> {
    let hash = |field, text: &str| {
        let value = text.to_owned();
        text.parse()
            .map_err(|_| ReceiptFault::Field { field, value })
    };
    let &Given {
        first_seq,
        last_seq,
        ..
    } = given;
    let wrong = ReceiptFault::Positions {
        first_seq,
        last_seq,
    };
    let (Some(&first_position), Some(&last_position)) =
        (given.positions.first(), given.positions.last())
    else {
        return Err(wrong);
    };
    let is_one_by_one = given
        .positions
        .array_windows()
        .all(|[one, next]| one.checked_add(1) == Some(*next));
    let more = last_seq.checked_sub(first_seq);
    if !is_one_by_one || more.is_none() || more != last_position.checked_sub(first_position) {
        return Err(wrong);
    }
    let statement = Statement {
        ledger: LedgerId(given.ledger),
        command_id: given.command_id,
        digest: hash("digest", &given.digest)?,
        first_seq,
        last_seq,
        hash: hash("hash", &given.hash)?,
        first_position,
    };
    Ok((statement, last_position))
}

/// The checkpoint whose proof comes along, if one does.
fn covered(
    given: &Given,
    statement: &Statement,
    last_position: u64,
    signer: &VerifierKey,
    trust: &Trust,
) -> Result<Option<Covered>, ReceiptFault> {
    let Some(proof) = &given.proof else {
        return Ok(None);
    };
    let bad = |error: &dyn std::error::Error| ReceiptFault::Proof(chain_of(error));
    let proof = TlogProof::parse(proof.as_bytes()).map_err(|error| bad(&error))?;
    let of = Of {
        origin: signer.name(),
        own_key: "",
    };
    let (signed, too_few) = match trust.signed(&proof.checkpoint, of) {
        Err(Fault::NotWitnessed { count }) => {
            (by_log(signer).signed(&proof.checkpoint, of), Some(count))
        }
        signed => (signed, None),
    };
    let (checkpoint, trusted) = signed.map_err(|error| bad(&error))?;
    if proof.index != last_position {
        let index = proof.index;
        return Err(ReceiptFault::Proof(format!("it is for position {index}")));
    }
    let leaf = chain::leaf_bytes(statement.ledger, statement.last_seq, statement.hash);
    let (size, root) = (checkpoint.size(), checkpoint.root());
    chain::verify_inclusion(leaf_hash(&leaf), last_position, size, root, &proof.path)
        .map_err(|error| bad(&error))?;
    match given.covered_by {
        Some(covered_by) if covered_by != size => Err(ReceiptFault::Covered { covered_by, size }),
        Some(_) | None => Ok(Some(Covered {
            size,
            trusted,
            too_few,
        })),
    }
}

/// The log's own signature is enough.
fn by_log(signer: &VerifierKey) -> Trust {
    Trust {
        basis: Basis::Keys(vec![signer.clone()]),
        replaying: Vec::new(),
    }
}

fn chain_of(error: &dyn std::error::Error) -> String {
    let source = error.source().map(|source| format!(": {source}"));
    format!("{error}{}", source.unwrap_or_default())
}

impl Receipt {
    /// What it proves and what not; line by line, in Chinese and English.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let Statement {
            ledger,
            command_id,
            first_seq,
            last_seq,
            hash,
            first_position,
            ..
        } = self.statement;
        let last_position = self.last_position;
        let mut lines = vec![
            format!("回执成立 · holds: 命令 · command {command_id}"),
            format!(
                "  账本 · ledger {ledger} 序号 · seq {first_seq}–{last_seq} 位置 · position \
                 {first_position}–{last_position} {hash}"
            ),
            format!("  签名 · signed by {}", self.key),
        ];
        lines.push(match &self.covered {
            Some(covered) => covered.line(),
            None => "  未附入册证明:日志承认收到,是否仍在册须向日志索取证明 · no proof comes \
                     along: the log has acknowledged it; only its proof says that it has it still"
                .to_owned(),
        });
        let covered_by = self
            .said_covered_by
            .map(|size| format!(", 覆盖它的检查点 · covered_by {size}"));
        lines.push(format!(
            "  未签名 · not signed: 登记时间 · recorded_at {}, 是否重复 · repeated{}",
            self.recorded_at,
            covered_by.unwrap_or_default()
        ));
        lines
    }
}

impl Covered {
    fn line(&self) -> String {
        let size = self.size;
        let signed = match (&self.trusted, self.too_few) {
            (Trusted::OwnWord(_), _) => "by its own word".to_owned(),
            (Trusted::Keys(names), None) => format!("签名 · signed by {}", names.join(", ")),
            (Trusted::Keys(names), Some(count)) => format!(
                "仅有 {} 的签名;策略所列见证方联署的只有 {count} 家,尚不足 · signed by it alone: \
                 {count} witnesses of the policy have cosigned, too few as yet",
                names.join(", ")
            ),
            (Trusted::Policy(witnesses), _) => {
                let count = witnesses.len();
                format!("{count} 家见证方联署 · cosigned by {count} witnesses")
            }
        };
        format!(
            "  末条记录在 {size} 条记录的检查点之内 · its last record is under the checkpoint of \
             {size} records: {signed}"
        )
    }
}
