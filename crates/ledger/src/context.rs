//! What comes with every command: who, when, and by which way in.

use crate::date::BusinessDate;
use crate::digest::Digest;
use crate::ids::{OrganisationId, PersonId};
use crate::text::Name;
use crate::token::Role;
use jiff::civil::Date;
use std::sync::Arc;

choices! {
    /// The way in: a command that must obey policy, or a fact that is stored even if it does not.
    Intake {
        /// Refused when it breaks policy.
        Control = "control" "办理",
        /// Stored; what it breaks becomes an alert. Only integrity is still enforced.
        Observation = "observation" "登记事实",
    }
}

/// Who acts: the person from the token and the organisation for which they act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Actor {
    /// The person.
    pub person: PersonId,
    /// The organisation.
    pub organisation: OrganisationId,
}

impl Actor {
    /// The deployment itself, which records that it began and what it seals. No token is issued to
    /// it.
    pub const DEPLOYMENT: Actor = Actor {
        person: PersonId(uuid::Uuid::nil()),
        organisation: OrganisationId(uuid::Uuid::nil()),
    };
}

/// Somebody who has signed on paper 纸质签字人: stands for the step in the place of the recorder.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Signatory {
    /// The person.
    pub person: PersonId,
    /// The organisation for which they signed.
    pub organisation: OrganisationId,
    /// In which capacity 签字身份.
    pub capacity: Name,
    /// When they signed.
    pub signed_on: BusinessDate,
    /// SHA-256 of the scanned paper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence_sha256: Option<Digest>,
}

/// What a decision reads besides the books and the command.
#[derive(Debug, Clone)]
pub struct Context {
    /// Who asks: the recorder.
    pub actor: Actor,
    /// Who signed on paper, if this was recorded from paper.
    pub signatories: Arc<[Signatory]>,
    /// Who recorded it first, if this confirms what somebody else recorded. Known only while it is
    /// decided: what follows from it stands in the events.
    pub proposed_by: Option<Actor>,
    /// By which way in.
    pub intake: Intake,
    /// When it happened.
    pub occurred_on: BusinessDate,
    /// The day of recording in UTC+08:00.
    pub today: Date,
    /// The place that its record takes in the chain; the first one's, for a command of several.
    pub seq: u64,
}

/// What a command must bring to be let in at all.
#[derive(Debug, Clone)]
pub struct Admission<'a> {
    /// The roles of the bearer.
    pub roles: &'a [Role],
    /// The version its subject is believed to have.
    pub expected_version: Option<u32>,
}

/// All who stand for a step: those who signed on paper, or else its recorder. Never empty.
pub fn hands(recorder: Actor, signatories: &[Signatory]) -> impl Iterator<Item = Actor> + '_ {
    let recorder = signatories.is_empty().then_some(recorder);
    let signed = signatories.iter().map(|signatory| Actor {
        person: signatory.person,
        organisation: signatory.organisation,
    });
    recorder.into_iter().chain(signed)
}

impl Context {
    /// Who stands for the step: the first who signed, or else the recorder.
    #[must_use]
    pub fn hand(&self) -> Actor {
        self.hands().next().unwrap_or(self.actor)
    }

    /// All who stand for the step: those who signed, or else the recorder. Never empty.
    pub fn hands(&self) -> impl Iterator<Item = Actor> + '_ {
        hands(self.actor, &self.signatories)
    }

    /// The day that counts for deadlines: the exact day of the event, or else the last day of its
    /// period, or else the day of recording.
    #[must_use]
    pub fn day(&self) -> Date {
        self.occurred_on.last().unwrap_or(self.today)
    }
}
