//! The fee ratio (B13): what of a batch went into management 管理费 and preliminary work 前期费, as exact
//! numerator and denominator. Which share is too much is for a rule to say (RR19).

use crate::sums::{Sum, Way};
use ledger::money::Fen;
use ledger::payment::PaymentKind;

/// What went into fees.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Fees {
    /// Paid for management 管理费, less what came back.
    pub management_fen: Fen,
    /// Paid for preliminary work 前期费, less what came back.
    pub preliminary_fen: Fen,
    /// The numerator: both together.
    pub paid_fen: Fen,
    /// The denominator: what was received, less what the top took back.
    pub of_fen: Fen,
    /// Instructed for either and not yet paid: in no ratio.
    pub open_fen: Fen,
}

/// What one batch bears of fees: management, preliminary work, and what of both is open.
#[derive(Debug, Clone, Copy, Default, ledger::form::Form)]
pub(crate) struct Borne {
    management: Sum,
    preliminary: Sum,
    open: Sum,
}

impl Borne {
    /// Puts in what one batch bears of a payment, or takes it out.
    pub(crate) fn carry(&mut self, way: Way, kind: PaymentKind, net: Fen, open: Fen) {
        let sum = match kind {
            PaymentKind::ManagementFee => &mut self.management,
            PaymentKind::PreliminaryCost => &mut self.preliminary,
            PaymentKind::Advance
            | PaymentKind::Progress
            | PaymentKind::Final
            | PaymentKind::Retention
            | PaymentKind::Subsidy
            | PaymentKind::Other => return,
        };
        sum.carry(way, net);
        self.open.carry(way, open);
    }
}

/// The fees of batches together, over what they were given.
pub(crate) fn sum(parts: &[Borne], of_fen: Fen) -> Fees {
    let add = |which: fn(&Borne) -> Sum| parts.iter().map(which).collect::<Sum>();
    let (management, preliminary) = (add(|it| it.management), add(|it| it.preliminary));
    Fees {
        management_fen: management.fen(),
        preliminary_fen: preliminary.fen(),
        paid_fen: management.and(preliminary).fen(),
        of_fen,
        open_fen: add(|it| it.open).fen(),
    }
}
