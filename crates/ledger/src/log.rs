//! The log itself 日志: its keys, its seals and the hashes of its states, in the `system` ledger.
//!
//! Nobody asks for these but the deployment itself; they say nothing about public money, and
//! everything about whether the records that do are all there.

pub mod rules;

use crate::digest::Digest;
use crate::form::{Bad, Description, Form, Input, Out};
use crate::ids::LedgerId;
use crate::text::Reference;
use serde::{Deserialize, Deserializer, Serialize, de};

/// What a signed note writes of a key or a signature 公钥、签名: printable ASCII without spaces, at
/// most 256 characters (C2SP signed-note: a verifier key is `name+id+base64`, a signature base64).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct NoteText(Box<str>);

/// A text that stands in no signed note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "BAD_TEXT: a key or signature has 1 to 256 printable ASCII characters without spaces | \
     公钥、签名须为 1 至 256 个可打印的 ASCII 字符,不含空格"
)]
pub struct BadNoteText;

impl NoteText {
    /// The text, if it may stand in a signed note.
    ///
    /// # Errors
    /// [`BadNoteText`] for an empty one, one above 256 characters, or another character.
    pub fn new(text: impl Into<Box<str>>) -> Result<NoteText, BadNoteText> {
        let text = text.into();
        let plain = text.bytes().all(|byte| byte.is_ascii_graphic());
        if text.is_empty() || text.len() > 256 || !plain {
            return Err(BadNoteText);
        }
        Ok(NoteText(text))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for NoteText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for NoteText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<NoteText, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        NoteText::new(text.as_ref()).map_err(de::Error::custom)
    }
}

impl Form for NoteText {
    fn write(&self, out: &mut Out<'_>) {
        self.0.write(out);
    }

    fn read(input: &mut Input<'_>) -> Result<Self, Bad> {
        let text = <Box<str>>::read(input)?;
        NoteText::new(text).map_err(|_| input.fail("no text for a key or a signature"))
    }

    fn describe(to: &mut Description) {
        to.word("NoteText");
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for NoteText {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        crate::schema::string("at most 256 printable ASCII characters without spaces")
    }
}
#[cfg(feature = "openapi")]
impl utoipa::ToSchema for NoteText {}

/// Introduces the key that signs checkpoints from here on.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct KeyIntroduction {
    /// The new verifier key, as C2SP signed-note writes it.
    pub vkey: NoteText,
    /// The key that signed until now; none for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<NoteText>,
    /// The previous key's signature over the new verifier key, in base64. None where the previous
    /// key is lost: then only people can say that the new one is right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endorsement: Option<NoteText>,
}

/// Commits to every record of every subject 主体封存: how many, and which.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SubjectsSeal {
    /// The RFC 6962 root over the subjects' leaves, in the order of ledger and subject.
    pub root: Digest,
    /// How many leaves there are: subjects, counted in each ledger that names them.
    pub count: u64,
    /// The position of the last record that counts.
    pub through_position: u64,
}

/// States what a projection was 状态哈希, so that a rebuild can be held against it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StateRecording {
    /// Of which ledger.
    pub ledger: LedgerId,
    /// After which of its records.
    pub seq: u64,
    /// The position of that record.
    pub position: u64,
    /// Which projection, by its name.
    pub projection: Reference,
    /// The version of the projection's form: hashes of different versions say nothing to each
    /// other.
    pub version: u32,
    /// BLAKE3 of the projection in its canonical form.
    pub hash: Digest,
}

/// What may be asked of `log`, by the deployment itself alone.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LogCommand {
    /// `log.introduce_key`
    IntroduceKey(KeyIntroduction),
    /// `log.seal_subjects`
    SealSubjects(SubjectsSeal),
    /// `log.record_state`
    RecordState(StateRecording),
}

/// What has happened to `log`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LogEvent {
    /// `log.key_introduced`
    KeyIntroduced(KeyIntroduction),
    /// `log.subjects_sealed`
    SubjectsSealed(SubjectsSeal),
    /// `log.state_recorded`
    StateRecorded(StateRecording),
}

crate::noun! { "log" Log LogCommand LogEvent
    IntroduceKey "introduce_key" => KeyIntroduced "key_introduced",
    SealSubjects "seal_subjects" => SubjectsSealed "subjects_sealed",
    RecordState "record_state" => StateRecorded "state_recorded",
}
