//! Receipt confirmations 到账核实: what the payee says, the last step of every trace.

pub mod rules;

use crate::ids::{PaymentId, PersonId};
use crate::money::Fen;
use crate::personal::PersonalText;

choices! {
    /// How the payee was asked.
    ReceiptChannel {
        Visit = "visit" "入户",
        Message = "message" "短信",
        Inquiry = "inquiry" "本人查询",
    }
    /// What the payee said.
    ReceiptResult {
        Received = "received" "收到",
        NotReceived = "not_received" "未收到",
        WrongAmount = "wrong_amount" "金额不符",
        /// Paid, then collected by somebody.
        CollectedBack = "collected_back" "被收回",
    }
}

/// Records what the payee says about a payment.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReceiptConfirmation {
    /// The payment.
    pub payment: PaymentId,
    /// The payee.
    pub subject: PersonId,
    /// What they say arrived; 0 when nothing did.
    pub amount_fen: Fen,
    /// How they were asked.
    pub channel: ReceiptChannel,
    /// What they said.
    pub result: ReceiptResult,
    /// Who asked them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visitor: Option<PersonId>,
    /// In their own words; sealed under the payee's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<PersonalText>,
}

/// What may be asked of `receipt`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReceiptCommand {
    /// `receipt.confirm`
    Confirm(ReceiptConfirmation),
}

/// What has happened to `receipt`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReceiptEvent {
    /// `receipt.confirmed`
    Confirmed(ReceiptConfirmation),
}

crate::noun! { "receipt" Receipt ReceiptCommand ReceiptEvent
    Confirm "confirm" => Confirmed "confirmed",
}
