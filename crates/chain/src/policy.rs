//! Trust policies: which logs, which witnesses, and how many of them must have seen a checkpoint
//! (C2SP tlog-policy).
//!
//! ```text
//! log <vkey> [<url>]
//! witness <name> <vkey> [<url>]
//! group <name> all|any|<k> <name>...
//! quorum <name>|none
//! ```

use crate::{Checkpoint, CheckpointError, KeyError, Note, NoteError, VerifierKey};

mod read;

/// The longest policy that is read, in bytes.
pub const POLICY_LEN_MAX: usize = 256 * 1024;

/// Whom to believe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<Group>,
    /// None: no cosignature is asked for.
    quorum: Option<Member>,
}

/// A log that is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyLog {
    /// Its key; the name of the key is the origin of its checkpoints.
    pub key: VerifierKey,
    /// Where it is, if that is said.
    pub url: Option<String>,
}

/// A witness that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyWitness {
    /// What it is called within the policy. Octets; that they are UTF-8 is only advised.
    pub name: Vec<u8>,
    /// Its key.
    pub key: VerifierKey,
    /// Where it takes checkpoints, if that is said: the submission prefix of C2SP tlog-witness.
    pub url: Option<String>,
}

/// At least `threshold` of these.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Group {
    threshold: usize,
    members: Vec<Member>,
}

/// A witness or a group, by its place in its list. A group has only members before itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Member {
    Witness(usize),
    Group(usize),
}

/// What a policy accepted, and who had seen it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witnessed {
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// Each known witness that cosigned, by the name of its key, and when it says it did, in UTC
    /// seconds.
    pub witnesses: Vec<(String, u64)>,
}

/// Why a text is no policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// It is longer than [`POLICY_LEN_MAX`].
    #[error("a policy has at most 262144 bytes, not {len}")]
    TooLong {
        /// The length that was given, in bytes.
        len: usize,
    },
    /// A line cannot be followed.
    #[error("line {line} of the policy: {why}")]
    Line {
        /// Which, from 1.
        line: usize,
        /// Why.
        why: LineFault,
    },
    /// There is no line `quorum`.
    #[error("a policy says its quorum, if only `quorum none`")]
    NoQuorum,
}

/// What is wrong with a line of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LineFault {
    /// An octet that no policy has.
    #[error("a control character other than tab")]
    Control,
    /// The first word is none of the four, or there are too few or too many words behind it.
    #[error("not `log`, `witness`, `group` or `quorum` with what belongs to it")]
    Words,
    /// The key is none.
    #[error("{0}")]
    Key(KeyError),
    /// The key is there already, under whatever name.
    #[error("this key is already there")]
    DuplicateKey,
    /// The name is taken, or `none`.
    #[error("this name is already taken")]
    DuplicateName,
    /// No line before defines this name.
    #[error("a name that no line before this one defines")]
    UnknownName,
    /// The name is a member of a group already, so that it would count twice.
    #[error("a name that is already a member of a group")]
    DuplicateMember,
    /// The threshold is not between 1 and the number of members.
    #[error("the threshold is not `all`, `any` or a number from 1 to that of the members")]
    Threshold,
    /// There was a quorum before.
    #[error("a second quorum")]
    DuplicateQuorum,
    /// There are more lines of a kind than are read: 1024.
    #[error("more than 1024 logs, witnesses or groups")]
    TooMany,
}

/// Why a policy does not accept a note.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyFault {
    /// The note is no checkpoint.
    #[error("the note is not a checkpoint")]
    Checkpoint(#[source] CheckpointError),
    /// No log of the policy has this origin.
    #[error("no log of the policy has the origin {origin}")]
    Origin {
        /// The origin of the checkpoint.
        origin: String,
    },
    /// The log has not signed it, or a signature is wrong.
    #[error("the checkpoint is not signed by its log")]
    Log(#[source] NoteError),
    /// The signature of a known witness is wrong.
    #[error("a cosignature on the checkpoint is wrong")]
    Cosignature(#[source] NoteError),
    /// Too few witnesses have cosigned.
    #[error("the {count} known witnesses that cosigned are not the quorum")]
    Quorum {
        /// How many known witnesses have.
        count: usize,
    },
}

impl Policy {
    /// Reads a policy.
    ///
    /// # Errors
    /// [`PolicyError`] names the first bad line.
    pub fn parse(bytes: &[u8]) -> Result<Policy, PolicyError> {
        read::policy(bytes)
    }

    /// The logs that are accepted, in their order.
    #[must_use]
    pub fn logs(&self) -> &[PolicyLog] {
        &self.logs
    }

    /// The witnesses that are known, in their order.
    #[must_use]
    pub fn witnesses(&self) -> &[PolicyWitness] {
        &self.witnesses
    }

    /// Whether it asks for any cosignature at all.
    #[must_use]
    pub fn wants_witnesses(&self) -> bool {
        self.quorum.is_some()
    }

    /// Whether these witnesses together are enough, if they all cosign.
    #[must_use]
    pub fn is_met_by(&self, has: impl Fn(&PolicyWitness) -> bool) -> bool {
        let seen: Vec<bool> = self.witnesses.iter().map(has).collect();
        self.is_quorum(&seen)
    }

    /// Whether the note is a checkpoint that one of the logs signed and the quorum cosigned.
    ///
    /// # Errors
    /// [`PolicyFault`] says what is missing or wrong.
    pub fn verify(&self, note: &Note) -> Result<Witnessed, PolicyFault> {
        let checkpoint: Checkpoint = note.text().parse().map_err(PolicyFault::Checkpoint)?;
        let logs: Vec<&VerifierKey> = self
            .logs
            .iter()
            .map(|log| &log.key)
            .filter(|key| key.name() == checkpoint.origin())
            .collect();
        if logs.is_empty() {
            let origin = checkpoint.origin().to_owned();
            return Err(PolicyFault::Origin { origin });
        }
        note.verify(logs).map_err(PolicyFault::Log)?;
        let (seen, witnesses) = self.cosigned(note).map_err(PolicyFault::Cosignature)?;
        if !self.is_quorum(&seen) {
            let count = witnesses.len();
            return Err(PolicyFault::Quorum { count });
        }
        Ok(Witnessed {
            checkpoint,
            witnesses,
        })
    }

    /// Which of the witnesses have cosigned; none of them is no error, a wrong signature is.
    #[expect(
        clippy::type_complexity,
        reason = "two lists, made together and used once"
    )]
    fn cosigned(&self, note: &Note) -> Result<(Vec<bool>, Vec<(String, u64)>), NoteError> {
        let mut seen = Vec::new();
        let mut witnesses = Vec::new();
        for witness in &self.witnesses {
            let time_s = match note.verify([&witness.key]) {
                Ok(signed) => signed.into_iter().find_map(|(_, time_s)| time_s),
                Err(NoteError::Unsigned) => None,
                Err(error) => return Err(error),
            };
            seen.push(time_s.is_some());
            witnesses.extend(time_s.map(|time_s| (witness.key.name().to_owned(), time_s)));
        }
        Ok((seen, witnesses))
    }

    fn is_quorum(&self, seen: &[bool]) -> bool {
        let Some(quorum) = self.quorum else {
            return true;
        };
        // A group has only members before it, so one pass from the front decides them all.
        let mut groups = Vec::new();
        for group in &self.groups {
            let has = |member: &&Member| has(**member, seen, &groups);
            let count = group.members.iter().filter(has).count();
            groups.push(count >= group.threshold);
        }
        has(quorum, seen, &groups)
    }
}

fn has(member: Member, witnesses: &[bool], groups: &[bool]) -> bool {
    let there = match member {
        Member::Witness(at) => witnesses.get(at),
        Member::Group(at) => groups.get(at),
    };
    there.copied().unwrap_or(false)
}
