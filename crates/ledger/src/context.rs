//! What comes with every command: who, when, and by which way in.

use crate::date::BusinessDate;
use crate::ids::{OrganisationId, PersonId};
use crate::token::Role;
use jiff::civil::Date;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Actor {
    /// The person.
    pub person: PersonId,
    /// The organisation.
    pub organisation: OrganisationId,
}

/// What a decision reads besides the books and the command.
#[derive(Debug, Clone, Copy)]
pub struct Context {
    /// Who asks.
    pub actor: Actor,
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

impl Context {
    /// The day that counts for deadlines: the exact day of the event, or else the last day of its
    /// period, or else the day of recording.
    #[must_use]
    pub fn day(&self) -> Date {
        self.occurred_on.last().unwrap_or(self.today)
    }
}
