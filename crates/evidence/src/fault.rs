//! Why a package does not prove what it says.

use ledger::ids::Subject;

/// The first thing that is wrong with a package.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// It is longer than any package.
    #[error("a package has at most 536870912 bytes, not {len}")]
    TooLong {
        /// The length that was given, in bytes.
        len: usize,
    },
    /// It is no zip, a cut one, or one that two readers could read in two ways.
    #[error("not a whole zip of the plain kind: {0}")]
    Zip(String),
    /// It has more entries than any package.
    #[error("the zip has {count} entries, more than any package")]
    TooMany {
        /// How many.
        count: usize,
    },
    /// An entry has a name that the format does not have.
    #[error("the zip has an entry {0:?}, which the format does not have")]
    Name(String),
    /// An entry unpacks to more than it says, or than anything of ours does.
    #[error("the entry {name} unpacks to more than it may: a zip bomb")]
    Bomb {
        /// Which one.
        name: String,
    },
    /// It is of another format, or a later version of this one.
    #[error("the format is {0:?}; this release reads \"fundtrace-package/v1\"")]
    Format(String),
    /// The manifest is not what it should be.
    #[error("manifest.json: {0}")]
    Manifest(String),
    /// A file is not there.
    #[error("{0} is not in the package")]
    Missing(String),
    /// A file is not in the manifest.
    #[error("{0} is in the package and not in its manifest")]
    Unlisted(String),
    /// A file or a proof is of nothing that the package shows.
    #[error("{0} belongs to no record in the package")]
    Foreign(String),
    /// A file has other bytes than the manifest says.
    #[error("{0} does not have the SHA-256 that the manifest states")]
    FileHash(String),
    /// An evidence file has other bytes than its name says.
    #[error("{0} does not have the SHA-256 that its name states")]
    EvidenceHash(String),
    /// The checkpoint cannot be read.
    #[error("the checkpoint: {0}")]
    Checkpoint(String),
    /// A proof cannot be read.
    #[error("not a C2SP tlog-proof: {0}")]
    TlogProof(String),
    /// No key is known, and a checkpoint by itself does not bring its own.
    #[error("it is checked against the log's key: give it with --key or --policy")]
    NoKey,
    /// The checkpoint is not signed by those who are trusted.
    #[error("the checkpoint is not signed as it must be: {0}")]
    Signature(String),
    /// The log has signed the checkpoint, and not as many witnesses as the policy asks for.
    #[error("its log has signed the checkpoint, and {count} witnesses of the policy: too few")]
    NotWitnessed {
        /// How many have cosigned.
        count: usize,
    },
    /// The checkpoint is of another log.
    #[error("the checkpoint is of the log {found:?}, not of {needed:?}")]
    Origin {
        /// Whose it is.
        found: String,
        /// Whose it should be.
        needed: String,
    },
    /// A record is not a record, or not the one that it says.
    #[error("the record at position {position}: {why}")]
    Record {
        /// Where it stands in the log.
        position: u64,
        /// What is wrong.
        why: String,
    },
    /// A record is not in the log.
    #[error("the record at position {position} is not proved: {why}")]
    Proof {
        /// Where it is said to stand in the log.
        position: u64,
        /// What is wrong.
        why: String,
    },
    /// Two records that follow each other do not belong to one chain.
    #[error("the record with seq {seq} does not follow the one before it: {why}")]
    Chain {
        /// The later one.
        seq: u64,
        /// What is wrong.
        why: &'static str,
    },
    /// A record was written by a newer release.
    #[error("the record at position {position} was written by a newer release")]
    Newer {
        /// Where it stands in the log.
        position: u64,
    },
    /// The field keys cannot be read.
    #[error("keys.json: {0}")]
    Keys(String),
    /// A field key does not open what it should.
    #[error("the field key for field {field} of the record with seq {seq} opens nothing")]
    Key {
        /// The record.
        seq: u64,
        /// The field.
        field: u32,
    },
    /// The seals cannot be read or checked.
    #[error("seals.json: {0}")]
    Seals(String),
    /// The records of a subject are not those that were sealed.
    #[error(
        "the records of {} through position {through} are not all here, or not these alone: \
         {stated} were sealed, {found} are in the package", .subject.0
    )]
    Incomplete {
        /// Whose.
        subject: Subject,
        /// How many were sealed.
        stated: u64,
        /// How many are here.
        found: u64,
        /// Until where the seal counts.
        through: u64,
    },
    /// The subjects are not those on which the answer depends.
    #[error("the manifest's {what} are not those that the records give: {}", .subject.0)]
    Subjects {
        /// Which list.
        what: &'static str,
        /// The first that is only on one side.
        subject: Subject,
    },
    /// The records do not answer the question.
    #[error("the records inside do not say anything about what was asked")]
    Unanswered,
    /// The answer is not what the records give.
    #[error("answer.json says {path} is {stated}, the records inside give {made}")]
    Answer {
        /// Which figure or state.
        path: String,
        /// What it says.
        stated: String,
        /// What the records give.
        made: String,
    },
    /// A page is not what the records give.
    #[error("{0} is not the page that the records inside give")]
    Page(&'static str),
    /// The text that explains the package is another.
    #[error("README.txt is not the text that every package with these pages has")]
    Readme,
}

impl Fault {
    /// True if it could not be judged: unreadable, of a release that is newer, or believed by too
    /// few to be looked at.
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        matches!(
            self,
            Fault::TooLong { .. }
                | Fault::Zip(_)
                | Fault::TooMany { .. }
                | Fault::Bomb { .. }
                | Fault::Format(_)
                | Fault::NoKey
                | Fault::NotWitnessed { .. }
                | Fault::Newer { .. }
        )
    }

    /// What is wrong, in Chinese.
    #[must_use]
    pub const fn zh(&self) -> &'static str {
        match self {
            Fault::TooLong { .. } | Fault::TooMany { .. } => "证据包过大",
            Fault::Zip(_) => "不是完整的普通 zip 文件",
            Fault::Name(_) => "压缩包内有格式之外的文件名",
            Fault::Bomb { .. } => "解压后超出允许的大小(压缩炸弹)",
            Fault::Format(_) => "证据包格式不是本版本所能读取的",
            Fault::Manifest(_) => "清单 manifest.json 有误",
            Fault::Missing(_) => "缺少文件",
            Fault::Unlisted(_) => "有清单之外的文件",
            Fault::Foreign(_) => "该文件不属于包内任何记录",
            Fault::FileHash(_) => "文件内容与清单所载的 SHA-256 不符",
            Fault::EvidenceHash(_) => "佐证文件内容与其名称所载的 SHA-256 不符",
            Fault::Checkpoint(_) => "检查点无法读取",
            Fault::TlogProof(_) => "入册证明无法读取",
            Fault::NoKey => "须给出日志公钥(--key 或 --policy)",
            Fault::Signature(_) => "检查点签名不成立",
            Fault::NotWitnessed { .. } => "检查点有日志签名,但联署的见证方未达策略要求",
            Fault::Origin { .. } => "检查点属于另一日志",
            Fault::Record { .. } => "记录已变动",
            Fault::Proof { .. } => "记录不在日志之中",
            Fault::Chain { .. } => "相邻记录不相衔接",
            Fault::Newer { .. } => "记录由更新的版本写入",
            Fault::Keys(_) | Fault::Key { .. } => "字段密钥不符",
            Fault::Seals(_) => "封存证明有误",
            Fault::Incomplete { .. } => "该主体的记录不完整",
            Fault::Subjects { .. } => "清单所列主体与记录不符",
            Fault::Unanswered => "包内记录与所问无关",
            Fault::Answer { .. } => "所载金额或状态与包内记录重新计算的结果不符",
            Fault::Page(_) => "页面与包内记录不符",
            Fault::Readme => "说明文件 README.txt 不是原文",
        }
    }
}
