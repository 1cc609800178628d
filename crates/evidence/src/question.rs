//! What a package is about.

use ledger::ids::{FundId, ItemId, PaymentId, ProjectId, Subject};
use serde::{Deserialize, Serialize};

/// The question that a package answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    content = "id",
    rename_all = "snake_case",
    deny_unknown_fields
)]
pub enum Question {
    /// Who holds what of a fund batch, and its payments.
    Fund(FundId),
    /// How far a payment is, who bears it and what its payee says.
    Payment(PaymentId),
    /// How far a project is: its steps, contracts, claims, payments.
    Project(ProjectId),
    /// How far a rectification item is, and what was done.
    Item(ItemId),
    /// Where the money of a fund batch went, to the last payee and receipt.
    Trace(FundId),
}

impl Question {
    /// What it is mainly about.
    #[must_use]
    pub fn subject(self) -> Subject {
        match self {
            Question::Fund(id) | Question::Trace(id) => id.into(),
            Question::Payment(id) => id.into(),
            Question::Project(id) => id.into(),
            Question::Item(id) => id.into(),
        }
    }

    /// In Chinese.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Question::Fund(_) => "资金批次",
            Question::Payment(_) => "支付",
            Question::Project(_) => "项目",
            Question::Item(_) => "整改事项",
            Question::Trace(_) => "资金去向",
        }
    }

    /// In English.
    #[must_use]
    pub const fn en(self) -> &'static str {
        match self {
            Question::Fund(_) => "Fund batch",
            Question::Payment(_) => "Payment",
            Question::Project(_) => "Project",
            Question::Item(_) => "Rectification item",
            Question::Trace(_) => "Where the money of a fund batch went",
        }
    }
}
