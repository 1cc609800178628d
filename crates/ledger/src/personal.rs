//! Personal text: in the clear on its way in, sealed in the log.

use crate::form::{Bad, Description, Form, Input, Out};
use crate::ids::PersonId;
use crate::list::{LineAddition, ListCommand, ListEvent, ListLine};
use crate::person::{PersonCommand, PersonEvent, PersonProfile};
use crate::receipt::{ReceiptCommand, ReceiptEvent};
use crate::token::{TokenCommand, TokenEvent};
use crate::{Command, Event};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser::SerializeStruct};

/// The longest personal text, in characters.
pub const CHARS_MAX: usize = 200;

/// A name, a number or a remark about a natural person.
///
/// A command carries it in the clear; before anything is stored it is sealed under the person's
/// key, so that erasing the key makes it unreadable without changing a hash.
#[derive(Clone, PartialEq, Eq)]
pub enum PersonalText {
    /// As typed.
    Clear(String),
    /// As stored.
    Sealed(Box<Sealed>),
    /// As hashed into a command's digest: BLAKE3 keyed with the person's key, because a digest of
    /// the text itself could be guessed from a list of names after the key is erased.
    Blinded([u8; 32]),
}

/// An encrypted text, and a promise which text it is.
#[derive(Debug, Clone, PartialEq, Eq, Form)]
pub struct Sealed {
    /// Whose key opens it.
    pub person: PersonId,
    /// Which algorithms: 1 is XChaCha20-Poly1305 with a BLAKE3 commitment.
    pub suite: u32,
    /// 24 random bytes.
    pub nonce: [u8; 24],
    /// The text with the cipher's 16 byte tag.
    pub ciphertext: Vec<u8>,
    /// BLAKE3 over field key and nonce: the cipher alone could open to two texts under two keys.
    pub commitment: [u8; 32],
}

impl PersonalText {
    /// A text in the clear, if it may be sealed.
    ///
    /// # Errors
    /// Empty, or longer than [`CHARS_MAX`].
    pub fn clear(text: String) -> Result<PersonalText, String> {
        let chars = text.chars().count();
        if text.trim().is_empty() || chars > CHARS_MAX {
            return Err(format!(
                "BAD_TEXT: {chars} characters, from 1 to {CHARS_MAX} are allowed | \
                 共 {chars} 个字符,应为 1 至 {CHARS_MAX} 个"
            ));
        }
        Ok(PersonalText::Clear(text))
    }
}

/// A personal text of a record: whose it is, and its field number, from which its key is derived.
pub type Visit<'a> = dyn FnMut(PersonId, u32, &mut Option<PersonalText>) + 'a;

/// Visits every personal text of an event, so that it can be sealed before it is stored. The
/// numbers are those of the fields in `proto/`.
pub fn visit(event: &mut Event, visit: &mut Visit<'_>) {
    match event {
        Event::Subject(PersonEvent::Registered(profile) | PersonEvent::Amended(profile)) => {
            visit_profile(profile, visit);
        }
        // Why somebody's data is restricted or gone says nothing of who they are.
        Event::Subject(
            PersonEvent::Restricted(_) | PersonEvent::RestrictionLifted(_) | PersonEvent::Erased(_),
        ) => {}
        Event::Receipt(ReceiptEvent::Confirmed(receipt)) => {
            visit(receipt.subject, 7, &mut receipt.remark);
        }
        Event::List(ListEvent::LineAdded(addition)) => visit_line(addition, visit),
        Event::Token(TokenEvent::Issued(grant)) => visit(grant.person, 3, &mut grant.name),
        Event::List(ListEvent::Started(_) | ListEvent::Completed(_) | ListEvent::Dropped(_))
        | Event::Token(TokenEvent::Revoked(_))
        | Event::Ledger(_)
        | Event::Log(_)
        | Event::Organisation(_)
        | Event::Overlay(_)
        | Event::Fund(_)
        | Event::Project(_)
        | Event::Milestone(_)
        | Event::Contract(_)
        | Event::Claim(_)
        | Event::Payment(_)
        | Event::Account(_)
        | Event::Contribution(_)
        | Event::BankLine(_)
        | Event::Record(_)
        | Event::Entry(_)
        | Event::Round(_)
        | Event::Item(_)
        | Event::Evidence(_)
        | Event::Import(_) => {}
    }
}

/// True for a command that may hold personal text: those that [`visit_command`] visits.
#[must_use]
pub const fn concerns(command: &Command) -> bool {
    match command {
        Command::Subject(PersonCommand::Register(_) | PersonCommand::Amend(_))
        | Command::Receipt(_)
        | Command::List(ListCommand::AddLine(_))
        | Command::Token(_) => true,
        Command::Subject(
            PersonCommand::Restrict(_)
            | PersonCommand::LiftRestriction(_)
            | PersonCommand::Erase(_),
        )
        | Command::List(ListCommand::Start(_) | ListCommand::Complete(_) | ListCommand::Drop(_))
        | Command::Ledger(_)
        | Command::Log(_)
        | Command::Organisation(_)
        | Command::Overlay(_)
        | Command::Fund(_)
        | Command::Project(_)
        | Command::Milestone(_)
        | Command::Contract(_)
        | Command::Claim(_)
        | Command::Payment(_)
        | Command::Account(_)
        | Command::Contribution(_)
        | Command::BankLine(_)
        | Command::Record(_)
        | Command::Entry(_)
        | Command::Round(_)
        | Command::Item(_)
        | Command::Evidence(_)
        | Command::Import(_) => false,
    }
}

/// True for a command that holds personal text. Most receipts and entries of rosters hold none,
/// though they may.
#[must_use]
pub const fn holds(command: &Command) -> bool {
    if let Command::Receipt(ReceiptCommand::Confirm(receipt)) = command {
        return receipt.remark.is_some();
    }
    if let Command::List(ListCommand::AddLine(addition)) = command {
        return match &addition.content {
            ListLine::Entry(entry) => entry.remark.is_some(),
            ListLine::BankLine(_) | ListLine::Figure(_) => false,
        };
    }
    concerns(command) && !matches!(command, Command::Token(TokenCommand::Revoke(_)))
}

/// Visits every personal text of a command; see [`visit`].
pub fn visit_command(command: &mut Command, visit: &mut Visit<'_>) {
    match command {
        Command::Subject(PersonCommand::Register(profile) | PersonCommand::Amend(profile)) => {
            visit_profile(profile, visit);
        }
        Command::Subject(
            PersonCommand::Restrict(_)
            | PersonCommand::LiftRestriction(_)
            | PersonCommand::Erase(_),
        ) => {}
        Command::Receipt(ReceiptCommand::Confirm(receipt)) => {
            visit(receipt.subject, 7, &mut receipt.remark);
        }
        Command::List(ListCommand::AddLine(addition)) => visit_line(addition, visit),
        Command::Token(TokenCommand::Issue(grant)) => visit(grant.person, 3, &mut grant.name),
        Command::List(ListCommand::Start(_) | ListCommand::Complete(_) | ListCommand::Drop(_))
        | Command::Token(TokenCommand::Revoke(_))
        | Command::Ledger(_)
        | Command::Log(_)
        | Command::Organisation(_)
        | Command::Overlay(_)
        | Command::Fund(_)
        | Command::Project(_)
        | Command::Milestone(_)
        | Command::Contract(_)
        | Command::Claim(_)
        | Command::Payment(_)
        | Command::Account(_)
        | Command::Contribution(_)
        | Command::BankLine(_)
        | Command::Record(_)
        | Command::Entry(_)
        | Command::Round(_)
        | Command::Item(_)
        | Command::Evidence(_)
        | Command::Import(_) => {}
    }
}

fn visit_line(addition: &mut LineAddition, visit: &mut Visit<'_>) {
    match &mut addition.content {
        ListLine::Entry(entry) => visit(entry.subject, 4, &mut entry.remark),
        ListLine::BankLine(_) | ListLine::Figure(_) => {}
    }
}

fn visit_profile(profile: &mut PersonProfile, visit: &mut Visit<'_>) {
    // Destructured, so that a new field asks for its number here.
    let PersonProfile {
        person,
        kind,
        name,
        identity_number,
        mobile,
        bank_card,
        address,
        remark,
    } = profile;
    let texts = [
        kind,
        name,
        identity_number,
        mobile,
        bank_card,
        address,
        remark,
    ];
    for (number, text) in (2..).zip(texts) {
        visit(*person, number, text);
    }
}

/// Never prints the text: log files are not sealed.
impl std::fmt::Debug for PersonalText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            PersonalText::Clear(_) => "PersonalText(clear)",
            PersonalText::Sealed(_) => "PersonalText(sealed)",
            PersonalText::Blinded(_) => "PersonalText(blinded)",
        })
    }
}

/// Never in the clear: what is kept of a state may outlive the key that an erasure takes away.
impl Form for PersonalText {
    fn write(&self, out: &mut Out<'_>) {
        match self {
            PersonalText::Clear(_) => out.refuse("a personal text in the clear is never kept"),
            PersonalText::Sealed(sealed) => {
                out.put(&[1]);
                sealed.write(out);
            }
            PersonalText::Blinded(digest) => {
                out.put(&[2]);
                digest.write(out);
            }
        }
    }

    fn read(input: &mut Input<'_>) -> Result<Self, Bad> {
        match input.byte()? {
            1 => Form::read(input).map(PersonalText::Sealed),
            2 => Form::read(input).map(PersonalText::Blinded),
            _ => Err(input.fail("a personal text that is not sealed")),
        }
    }

    fn describe(to: &mut Description) {
        to.named::<Self>(|to| {
            to.variant("Sealed=1");
            Sealed::describe(to);
            to.variant("Blinded=2");
            <[u8; 32]>::describe(to);
        });
    }
}

impl Serialize for PersonalText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            PersonalText::Clear(text) => serializer.serialize_str(text),
            PersonalText::Sealed(sealed) => {
                let mut object = serializer.serialize_struct("Sealed", 2)?;
                object.serialize_field("sealed_for", &sealed.person)?;
                object.serialize_field("suite", &sealed.suite)?;
                object.end()
            }
            PersonalText::Blinded(_) => serializer.serialize_none(),
        }
    }
}

impl<'de> Deserialize<'de> for PersonalText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<PersonalText, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        PersonalText::clear(text.into_owned()).map_err(de::Error::custom)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for PersonalText {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        crate::schema::string("personal text, sealed before it is stored")
    }
}
#[cfg(feature = "openapi")]
impl utoipa::ToSchema for PersonalText {}
