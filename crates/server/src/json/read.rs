//! A command from JSON, strictly: no unknown field, no field twice, no number that is not whole.

use super::refuse::{problem, too_deep};
use crate::problem::Problem;
use ledger::date::BusinessDate;
use ledger::text::Reference;
use ledger::{Command, Intake, Submission};
use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, VariantAccess};
use serde_json::Error;
use serde_json::value::RawValue;
use serde_path_to_error::Track;
use std::borrow::Cow;
use uuid::Uuid;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a command: an object")]
struct Envelope<'a> {
    command_id: Uuid,
    #[serde(default)]
    expected_version: Option<u32>,
    #[serde(default = "control")]
    intake: Intake,
    occurred_on: BusinessDate,
    #[serde(default)]
    documents: Vec<Reference>,
    #[serde(default)]
    correlation_id: Option<Uuid>,
    #[serde(rename = "type", borrow)]
    word: Cow<'a, str>,
    #[serde(borrow)]
    data: &'a RawValue,
}

const fn control() -> Intake {
    Intake::Control
}

/// A command from the text of one JSON object.
///
/// # Errors
/// A 4xx problem that names the field and the reason.
pub fn command(text: &[u8]) -> Result<Submission, Problem> {
    let text = std::str::from_utf8(text).map_err(|error| {
        let at = error.valid_up_to();
        Problem::bad(
            "BAD_UTF8",
            &format!("the text is not UTF-8 from byte {at} on"),
            &format!("文本自第 {at} 字节起不是有效的 UTF-8 编码"),
        )
    })?;
    too_deep(text)?;
    // Where an error stands is kept track of only when there is one: that takes as long as reading.
    if let Some(submission) = sound(text) {
        return Ok(submission);
    }
    tracked(text)
}

/// A command in which nothing is wrong.
fn sound(text: &str) -> Option<Submission> {
    let envelope: Envelope<'_> = serde_json::from_str(text).ok()?;
    let command = Command::deserialize(envelope.tagged(None)?).ok()?;
    Some(envelope.with(command))
}

/// The same, slower, for what is wrong with it and in which field.
fn tracked(text: &str) -> Result<Submission, Problem> {
    let mut outer = serde_json::Deserializer::from_str(text);
    let mut track = Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut outer, &mut track);
    let envelope = Envelope::deserialize(tracked);
    let envelope = envelope.map_err(|error| problem(&error, &track.path().to_string()))?;
    outer.end().map_err(|error| problem(&error, "."))?;

    let mut track = Track::new();
    let unknown = || unknown_word(&envelope.word);
    let tagged = envelope.tagged(Some(&mut track)).ok_or_else(unknown)?;
    let command = Command::deserialize(tagged);
    let command = command.map_err(|error| match track.path().to_string().as_str() {
        "." if error.to_string().starts_with("unknown variant") => unknown(),
        "." => problem(&error, "data"),
        path => problem(&error, &format!("data.{path}")),
    })?;
    Ok(envelope.with(command))
}

impl<'a> Envelope<'a> {
    /// Its data, to be read as its word says; nothing if that is not `<noun>.<command>`.
    fn tagged<'t>(&'t self, track: Option<&'t mut Track>) -> Option<Tagged<'a, 't>> {
        let (noun, word) = self.word.split_once('.')?;
        let data = self.data;
        (!word.is_empty()).then_some(Tagged {
            noun,
            word,
            data,
            track,
        })
    }

    fn with(self, command: Command) -> Submission {
        Submission {
            command_id: self.command_id,
            expected_version: self.expected_version,
            intake: self.intake,
            occurred_on: self.occurred_on,
            documents: self.documents,
            correlation_id: self.correlation_id,
            command,
        }
    }
}

/// The commands of a request: one object, or an array of them.
///
/// # Errors
/// The request as a whole is not one of these.
pub fn lines(body: &[u8]) -> Result<Lines<'_>, Problem> {
    let text = body.trim_ascii();
    if text.first() != Some(&b'[') {
        return Ok(Lines::One(text));
    }
    let text = std::str::from_utf8(text).map_err(|_| {
        Problem::bad(
            "BAD_UTF8",
            "the text is not UTF-8",
            "文本不是有效的 UTF-8 编码",
        )
    })?;
    too_deep(text)?;
    let items: Vec<&RawValue> = serde_json::from_str(text).map_err(|error| problem(&error, "."))?;
    Ok(Lines::Many(
        items
            .into_iter()
            .map(|item| item.get().as_bytes())
            .collect(),
    ))
}

/// The texts of the commands of a request.
pub enum Lines<'a> {
    /// One object: the answer is one object too.
    One(&'a [u8]),
    /// A list: the answer is a list too.
    Many(Vec<&'a [u8]>),
}

fn unknown_word(word: &str) -> Problem {
    let noun = word.split('.').next().unwrap_or_default();
    let of_noun = Command::WORDS.iter().copied().flatten();
    let near: Vec<_> = of_noun
        .filter(|known| known.split('.').next() == Some(noun))
        .collect();
    let known = if near.is_empty() {
        let nouns = Command::WORDS
            .iter()
            .filter_map(|words| words.first()?.split('.').next());
        nouns.collect::<Vec<_>>().join(", ")
    } else {
        near.into_iter().copied().collect::<Vec<_>>().join(", ")
    };
    let shown: String = word.chars().take(60).collect();
    Problem::bad(
        "UNKNOWN_TYPE",
        &format!("\"{shown}\" is not a command; known are: {known}"),
        &format!("没有“{shown}”这一命令;可用:{known}"),
    )
    .at("type")
}

/// `fund.announce` and its data as the nested enum that serde derives: noun, then command.
struct Tagged<'a, 't> {
    noun: &'t str,
    word: &'t str,
    data: &'a RawValue,
    /// Where an error stands, if that is asked for.
    track: Option<&'t mut Track>,
}

impl<'a: 'de, 'de> Deserializer<'de> for Tagged<'a, '_> {
    type Error = Error;

    fn deserialize_any<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_enum(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'a: 'de, 'de> EnumAccess<'de> for Tagged<'a, '_> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Error> {
        let noun: de::value::StrDeserializer<'_, Error> = self.noun.into_deserializer();
        Ok((seed.deserialize(noun)?, self))
    }
}

impl<'a: 'de, 'de> VariantAccess<'de> for Tagged<'a, '_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Err(de::Error::custom("a command has data"))
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Error> {
        if self.word.is_empty() {
            let mut json = serde_json::Deserializer::from_str(self.data.get());
            return match self.track {
                Some(track) => {
                    seed.deserialize(serde_path_to_error::Deserializer::new(&mut json, track))
                }
                None => seed.deserialize(&mut json),
            };
        }
        // The command within the noun is read by the same means, one level down.
        seed.deserialize(Tagged {
            noun: self.word,
            word: "",
            ..self
        })
    }

    fn tuple_variant<V: de::Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Error> {
        Err(de::Error::custom("a command has data"))
    }

    fn struct_variant<V: de::Visitor<'de>>(
        self,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        Err(de::Error::custom("a command has data"))
    }
}
