//! How the leaves cross the wire.

use crate::WireError;
use crate::generated as pb;
use ledger::date::BusinessDate;
use ledger::digest::Digest;
use ledger::ids::*;
use ledger::log::NoteText;
use ledger::money::Fen;
use ledger::personal::{PersonalText, Sealed};
use ledger::text::{Name, Reference, Text, Wording};
use uuid::Uuid;

/// A domain value that is written as the protobuf type `P`.
pub(crate) trait Field<P>: Sized {
    /// To protobuf.
    fn to_wire(&self) -> P;
    /// From protobuf; `name` is the field's, for the error.
    ///
    /// # Errors
    /// Whatever the domain does not allow.
    fn from_wire(wire: P, name: &'static str) -> Result<Self, WireError>;
}

/// The commands or events of a noun.
pub(crate) trait Noun: Sized {
    /// Their protobuf message.
    type Message;
    /// To protobuf.
    fn to_message(&self) -> Self::Message;
    /// From protobuf.
    ///
    /// # Errors
    /// Whatever the domain does not allow, or a newer release wrote.
    fn from_message(message: Self::Message) -> Result<Self, WireError>;
}

fn bad(field: &'static str, error: impl std::fmt::Display) -> WireError {
    WireError::Invalid {
        field,
        reason: error.to_string(),
    }
}

/// A UUID of exactly 16 bytes.
pub(crate) fn uuid(bytes: &[u8], field: &'static str) -> Result<Uuid, WireError> {
    Uuid::from_slice(bytes).map_err(|_| bad(field, "an identifier has 16 bytes"))
}

macro_rules! ids {
    ($($name:ident)*) => {$(
        impl Field<Vec<u8>> for $name {
            fn to_wire(&self) -> Vec<u8> {
                self.0.as_bytes().to_vec()
            }
            fn from_wire(wire: Vec<u8>, name: &'static str) -> Result<Self, WireError> {
                uuid(&wire, name).map($name)
            }
        }

        impl Field<Vec<u8>> for Option<$name> {
            fn to_wire(&self) -> Vec<u8> {
                self.map(|id| id.to_wire()).unwrap_or_default()
            }
            fn from_wire(wire: Vec<u8>, name: &'static str) -> Result<Self, WireError> {
                if wire.is_empty() { Ok(None) } else { $name::from_wire(wire, name).map(Some) }
            }
        }

        impl Field<Vec<Vec<u8>>> for Vec<$name> {
            fn to_wire(&self) -> Vec<Vec<u8>> {
                self.iter().map(Field::to_wire).collect()
            }
            fn from_wire(wire: Vec<Vec<u8>>, name: &'static str) -> Result<Self, WireError> {
                wire.into_iter().map(|one| $name::from_wire(one, name)).collect()
            }
        }
    )*};
}
ids! {
    LedgerId
    OrganisationId
    OverlayId
    PersonId
    FundId
    ProjectId
    MilestoneId
    ContractId
    ClaimId
    VisitId
    PaymentId
    AccountId
    MovementId
    CustodyId
    ContributionId
    BankLineId
    ListId
    RoundId
    ItemId
    MeasureId
    EntryId
    EvidenceId
    ImportId
    TokenId
    Subject
}

macro_rules! texts {
    ($($name:ident)*) => {$(
        impl Field<String> for $name {
            fn to_wire(&self) -> String {
                self.as_str().to_owned()
            }
            fn from_wire(wire: String, name: &'static str) -> Result<Self, WireError> {
                $name::new(wire).map_err(|error| bad(name, error))
            }
        }

        impl Field<String> for Option<$name> {
            fn to_wire(&self) -> String {
                self.as_ref().map(Field::to_wire).unwrap_or_default()
            }
            fn from_wire(wire: String, name: &'static str) -> Result<Self, WireError> {
                if wire.is_empty() { Ok(None) } else { $name::from_wire(wire, name).map(Some) }
            }
        }

        impl Field<Vec<String>> for Vec<$name> {
            fn to_wire(&self) -> Vec<String> {
                self.iter().map(Field::to_wire).collect()
            }
            fn from_wire(wire: Vec<String>, name: &'static str) -> Result<Self, WireError> {
                wire.into_iter().map(|one| $name::from_wire(one, name)).collect()
            }
        }
    )*};
}
texts! { Name Text Reference Wording NoteText }

impl Field<String> for BusinessDate {
    fn to_wire(&self) -> String {
        self.to_string()
    }
    fn from_wire(wire: String, name: &'static str) -> Result<Self, WireError> {
        wire.parse().map_err(|error| bad(name, error))
    }
}

impl Field<String> for Option<BusinessDate> {
    fn to_wire(&self) -> String {
        self.map(|date| date.to_string()).unwrap_or_default()
    }
    fn from_wire(wire: String, name: &'static str) -> Result<Self, WireError> {
        if wire.is_empty() {
            Ok(None)
        } else {
            BusinessDate::from_wire(wire, name).map(Some)
        }
    }
}

impl Field<i64> for Fen {
    fn to_wire(&self) -> i64 {
        self.get()
    }
    fn from_wire(wire: i64, name: &'static str) -> Result<Self, WireError> {
        Fen::new(wire).map_err(|error| bad(name, error))
    }
}

impl Field<Vec<String>> for Vec<BusinessDate> {
    fn to_wire(&self) -> Vec<String> {
        self.iter().map(Field::to_wire).collect()
    }
    fn from_wire(wire: Vec<String>, name: &'static str) -> Result<Self, WireError> {
        let dates = wire.into_iter();
        dates
            .map(|one| BusinessDate::from_wire(one, name))
            .collect()
    }
}

macro_rules! plain {
    ($($type:ty)*) => {$(
        impl Field<$type> for $type {
            fn to_wire(&self) -> $type {
                *self
            }
            fn from_wire(wire: $type, _: &'static str) -> Result<Self, WireError> {
                Ok(wire)
            }
        }
    )*};
}
plain! { u32 u64 i64 bool Option<u32> }

fn array<const N: usize>(bytes: &[u8], field: &'static str) -> Result<[u8; N], WireError> {
    bytes
        .try_into()
        .map_err(|_| bad(field, format!("it has {} bytes, not {N}", bytes.len())))
}

impl Field<Vec<u8>> for Digest {
    fn to_wire(&self) -> Vec<u8> {
        self.0.to_vec()
    }
    fn from_wire(wire: Vec<u8>, name: &'static str) -> Result<Self, WireError> {
        array(&wire, name).map(Digest)
    }
}

impl Field<Vec<u8>> for Option<Digest> {
    fn to_wire(&self) -> Vec<u8> {
        self.map(|digest| digest.to_wire()).unwrap_or_default()
    }
    fn from_wire(wire: Vec<u8>, name: &'static str) -> Result<Self, WireError> {
        if wire.is_empty() {
            Ok(None)
        } else {
            Digest::from_wire(wire, name).map(Some)
        }
    }
}

impl Field<Option<pb::PersonalText>> for Option<PersonalText> {
    fn to_wire(&self) -> Option<pb::PersonalText> {
        use pb::personal_text::PersonalText as Wire;
        let wire = match self.as_ref()? {
            PersonalText::Clear(text) => Wire::Clear(text.clone()),
            PersonalText::Blinded(hash) => Wire::Blinded(hash.to_vec()),
            PersonalText::Sealed(sealed) => Wire::Sealed(pb::Sealed {
                person: sealed.person.to_wire(),
                suite: sealed.suite,
                nonce: sealed.nonce.to_vec(),
                ciphertext: sealed.ciphertext.clone(),
                commitment: sealed.commitment.to_vec(),
            }),
        };
        Some(pb::PersonalText {
            personal_text: Some(wire),
        })
    }

    fn from_wire(wire: Option<pb::PersonalText>, name: &'static str) -> Result<Self, WireError> {
        use pb::personal_text::PersonalText as Wire;
        let Some(wire) = wire else { return Ok(None) };
        Ok(Some(
            match wire.personal_text.ok_or(WireError::Newer { what: name })? {
                Wire::Clear(text) => PersonalText::clear(text).map_err(|error| bad(name, error))?,
                Wire::Blinded(_) => return Err(bad(name, "a blinded text is never sent")),
                Wire::Sealed(sealed) => PersonalText::Sealed(Box::new(Sealed {
                    person: PersonId::from_wire(sealed.person, name)?,
                    suite: sealed.suite,
                    nonce: array(&sealed.nonce, name)?,
                    ciphertext: sealed.ciphertext,
                    commitment: array(&sealed.commitment, name)?,
                })),
            },
        ))
    }
}
