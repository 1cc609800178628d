//! Identifiers: one type each, so that a fund is never passed where a project is meant.
//!
//! All are UUIDs chosen by the client, so that a command can be retried without the server having
//! to remember what it made up the first time.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
            crate::form::Form,
        )]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                Uuid::parse_str(text).map(Self)
            }
        }

        impl From<$name> for Subject {
            fn from(id: $name) -> Subject {
                Subject(id.0)
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                crate::schema::string("uuid")
            }
        }
        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}
    )*};
}

/// What a record is about, whatever its kind: the key of timelines and of versions.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    crate::form::Form,
)]
#[serde(transparent)]
pub struct Subject(pub Uuid);

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Subject {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        crate::schema::string("uuid")
    }
}
#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Subject {}

ids! {
    /// A ledger 账本: one chain, as a rule one county.
    LedgerId
    /// An organisation unit 机构/区划.
    OrganisationId
    /// An overlay hierarchy's zone 战区/片区.
    OverlayId
    /// A person or a household 人员/农户: a random number, which names nobody by itself.
    PersonId
    /// A fund batch 资金批次: the money of one document.
    FundId
    /// A project 项目.
    ProjectId
    /// A milestone of a project 项目节点.
    MilestoneId
    /// A contract 合同.
    ContractId
    /// A claim 报账.
    ClaimId
    /// A visit to the site of a project 现场核查.
    VisitId
    /// A payment 支付.
    PaymentId
    /// A bank account 账户.
    AccountId
    /// A movement of cash 资金收付: what a bank line is matched with.
    MovementId
    /// A custody agreement 代管协议.
    CustodyId
    /// A contribution to a project 配套/自筹.
    ContributionId
    /// A line of a bank statement 银行流水.
    BankLineId
    /// A list 清单: a roster, a bank statement or a table.
    ListId
    /// An inspection round 巡察/督查/审计轮次.
    RoundId
    /// A rectification item 整改事项.
    ItemId
    /// A measure of a rectification item 整改措施.
    MeasureId
    /// An entry that waits for a second person 待复核录入.
    EntryId
    /// A file as proof of something 佐证.
    EvidenceId
    /// An import of a working file 导入.
    ImportId
    /// An access token 访问令牌.
    TokenId
}
