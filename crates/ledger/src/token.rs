//! Access tokens 访问令牌: who may do what, in the `system` ledger.

pub mod rules;

use crate::date::BusinessDate;
use crate::digest::Digest;
use crate::ids::{LedgerId, OrganisationId, PersonId, TokenId};
use crate::personal::PersonalText;
use crate::text::Text;

choices! {
    /// What the bearer of a token may do. Four eyes compare persons and organisations; a role
    /// says which commands and queries are open at all.
    Role {
        /// Opens ledgers and issues tokens; writes no business records (domain 5.11).
        Administrator = "administrator" "系统管理员",
        /// Reads everything in its ledgers, personal data included, and drives rounds and items.
        Inspector = "inspector" "巡察组员",
        /// Records funds, projects and payments.
        Finance = "finance" "财政经办",
        /// Works and verifies rectification items, and reports project progress.
        Rectification = "rectification" "整改工作人员",
        /// Reads, without personal data.
        Reader = "reader" "查阅",
    }
}

/// Issues a token.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TokenGrant {
    /// The token's public half.
    pub token: TokenId,
    /// Who bears it.
    pub person: PersonId,
    /// The bearer's name; sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<PersonalText>,
    /// The organisation for which the bearer acts.
    pub organisation: OrganisationId,
    /// What the bearer may do.
    pub roles: Vec<Role>,
    /// In which ledgers; none means all.
    #[serde(default)]
    pub ledgers: Vec<LedgerId>,
    /// Keyed BLAKE3 of the token's secret half: the secret itself is stored nowhere.
    pub secret_hash: Digest,
    /// The last day on which it is good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<BusinessDate>,
}

/// Takes a token back.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TokenRevocation {
    /// Which one.
    pub token: TokenId,
    /// Why.
    pub reason: Text,
}

/// What may be asked of `token`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TokenCommand {
    /// `token.issue`
    Issue(TokenGrant),
    /// `token.revoke`
    Revoke(TokenRevocation),
}

/// What has happened to `token`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TokenEvent {
    /// `token.issued`
    Issued(TokenGrant),
    /// `token.revoked`
    Revoked(TokenRevocation),
}

crate::noun! { "token" Token TokenCommand TokenEvent
    Issue "issue" => Issued "issued",
    Revoke "revoke" => Revoked "revoked",
}
