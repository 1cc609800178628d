//! The fee ratio (B13): what of a batch went into management 管理费 and preliminary work 前期费, as exact
//! numerator and denominator. Which share is too much is for a rule to say (RR19).

use crate::benefit::{FundShare, net_shares, open_shares};
use crate::references::total;
use hashbrown::HashMap;
use ledger::Books;
use ledger::ids::FundId;
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
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Borne {
    management: Fen,
    preliminary: Fen,
    open: Fen,
}

impl Borne {
    fn add(&mut self, kind: PaymentKind, net: Fen, open: Fen) {
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
        *sum = sum.add(net);
        self.open = self.open.add(open);
    }
}

/// The fees of one batch, given its payments.
pub(crate) fn of_fund(shares: &[FundShare<'_>], of_fen: Fen) -> Fees {
    let mut borne = Borne::default();
    for share in shares {
        borne.add(share.payment.kind, share.net, share.open);
    }
    sum(&[borne], of_fen)
}

/// What each batch bears of fees.
pub(crate) fn by_fund(books: &Books) -> HashMap<FundId, Borne> {
    let mut by_fund: HashMap<FundId, Borne> = HashMap::new();
    for payment in books.payments.values() {
        if matches!(
            payment.kind,
            PaymentKind::ManagementFee | PaymentKind::PreliminaryCost
        ) {
            let open = open_shares(payment).into_iter();
            for ((fund, net), (_, open)) in net_shares(payment).into_iter().zip(open) {
                by_fund
                    .entry(fund)
                    .or_default()
                    .add(payment.kind, net, open);
            }
        }
    }
    by_fund
}

/// The fees of many batches together.
pub(crate) fn sum(parts: &[Borne], of_fen: Fen) -> Fees {
    let add = |which: fn(&Borne) -> Fen| total(parts.iter().map(which));
    let (management_fen, preliminary_fen) = (add(|it| it.management), add(|it| it.preliminary));
    Fees {
        management_fen,
        preliminary_fen,
        paid_fen: management_fen.add(preliminary_fen),
        of_fen,
        open_fen: add(|it| it.open),
    }
}
