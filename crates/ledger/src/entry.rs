//! Two-person recording 双人录入、复核: one person records, another confirms, and only then does it
//! count. So what was signed on paper comes into the book, and what was there before the book.

pub mod rules;

use crate::context::Signatory;
use crate::ids::{EntryId, Subject};
use crate::subjects::Subjects;
use crate::text::Text;
use crate::{Books, Command};

/// Records something for a second person to confirm 录入.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EntryProposal {
    /// The entry.
    pub entry: EntryId,
    /// What shall be done, as `{"<noun>": {"<command>": {…}}}`. Nothing that holds personal text,
    /// and neither another entry nor something about records or tokens.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub command: Box<Command>,
    /// Who signed it on paper; none if nobody did. The first one stands for the step, and
    /// counter-signatures count each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signatories: Vec<Signatory>,
}

/// Confirms what another person has recorded 复核: from here on it counts. Its intake and its date
/// must be those of the proposal.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EntryConfirmation {
    /// The entry.
    pub entry: EntryId,
}

/// Takes an entry off the table 撤回、退回: it never counted.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EntryWithdrawal {
    /// The entry.
    pub entry: EntryId,
    /// Why.
    pub reason: Text,
}

/// What may be asked of `entry`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EntryCommand {
    /// `entry.propose`
    Propose(EntryProposal),
    /// `entry.confirm`
    Confirm(EntryConfirmation),
    /// `entry.withdraw`
    Withdraw(EntryWithdrawal),
}

/// What has happened to `entry`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EntryEvent {
    /// `entry.proposed`
    Proposed(EntryProposal),
    /// `entry.confirmed`
    Confirmed(EntryConfirmation),
    /// `entry.withdrawn`
    Withdrawn(EntryWithdrawal),
}

crate::noun! { "entry" Entry EntryCommand EntryEvent
    Propose "propose" => Proposed "proposed",
    Confirm "confirm" => Confirmed "confirmed",
    Withdraw "withdraw" => Withdrawn "withdrawn",
}

impl EntryCommand {
    /// What it is about, if that is known: the command that is proposed, or was.
    pub(crate) fn asked<'a>(&'a self, books: &'a Books) -> Option<&'a Command> {
        let pending = |entry| books.entries.get(entry).map(|row| &*row.proposal.command);
        match self {
            EntryCommand::Propose(proposal) => Some(&proposal.command),
            EntryCommand::Confirm(confirmation) => pending(confirmation.entry),
            EntryCommand::Withdraw(withdrawal) => pending(withdrawal.entry),
        }
    }
}

/// The entry first, then whatever the proposed command is about: it is found there too.
impl Subjects for EntryProposal {
    fn each(&self, each: &mut dyn FnMut(Subject)) {
        self.entry.each(each);
        self.command.each(each);
        for signatory in &self.signatories {
            signatory.person.each(each);
        }
    }
}
