//! Benefit 到户到人: what has reached persons, as they say themselves (equation 5 of the domain).
//!
//! Σ confirmed + Σ unconfirmed + Σ disputed = Σ settled to persons, less what came back.

use crate::View;
use crate::references::{self, FundReference, total};
use crate::sums::Reached;
use ledger::ids::FundId;
use ledger::money::Fen;
use ledger::payment::Payee;
use ledger::payment::rules::Payment;
use ledger::receipt::ReceiptResult;

/// Money that persons got, by what they say of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Benefit {
    /// They have it.
    pub confirmed_fen: Fen,
    /// They have not been asked, or named less than was paid.
    pub unconfirmed_fen: Fen,
    /// They say that it did not come, or that somebody took it.
    pub disputed_fen: Fen,
    /// Settled, less what came back: the sum of the three.
    pub settled_net_fen: Fen,
}

impl Benefit {
    /// True if the three parts are the whole.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        let parts = [self.confirmed_fen, self.unconfirmed_fen, self.disputed_fen];
        total(parts) == self.settled_net_fen
    }

    pub(crate) fn add(&mut self, other: &Benefit) {
        let Benefit {
            confirmed_fen,
            unconfirmed_fen,
            disputed_fen,
            settled_net_fen,
        } = other;
        self.confirmed_fen = self.confirmed_fen.add(*confirmed_fen);
        self.unconfirmed_fen = self.unconfirmed_fen.add(*unconfirmed_fen);
        self.disputed_fen = self.disputed_fen.add(*disputed_fen);
        self.settled_net_fen = self.settled_net_fen.add(*settled_net_fen);
    }
}

/// The benefit of one batch.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FundBenefit {
    /// The batch.
    pub fund: FundReference,
    /// What of it reached persons.
    pub benefit: Benefit,
}

/// The benefit of a whole ledger.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BenefitView {
    /// Of all batches.
    pub total: Benefit,
    /// Batch by batch, in the order of their documents.
    pub funds: Vec<FundBenefit>,
    /// Equation 5 holds in all and for every batch.
    pub holds: bool,
}

/// What has reached persons, per batch and in all.
#[must_use]
pub fn benefit(view: &View) -> BenefitView {
    let mut whole = Reached::default();
    let mut funds = Vec::new();
    for (fund, sums) in view.links.sums.all() {
        if !sums.reached.is_none() {
            whole = whole.and(&sums.reached);
            funds.push(FundBenefit {
                fund: references::fund(&view.books, fund),
                benefit: sums.reached.benefit(),
            });
        }
    }
    funds.sort_by(|a, b| a.fund.cmp(&b.fund));
    let total = whole.benefit();
    let holds = total.adds_up() && funds.iter().all(|fund| fund.benefit.adds_up());
    BenefitView {
        total,
        funds,
        holds,
    }
}

/// What of one batch has reached persons.
#[must_use]
pub fn of_fund(view: &View, fund: FundId) -> Benefit {
    let sums = view.links.sums.of(fund);
    sums.map(|sums| sums.reached.benefit()).unwrap_or_default()
}

/// A payment as far as one batch bears it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Share {
    pub(crate) fund: FundId,
    /// Instructed and neither settled nor cancelled.
    pub(crate) open: Fen,
    /// Settled, less what came back.
    pub(crate) net: Fen,
    /// What a person says of the settled money; nothing for an organisation.
    pub(crate) benefit: Option<Benefit>,
}

/// A payment batch by batch, each batch once.
pub(crate) fn each_share(payment: &Payment, mut take: impl FnMut(&Share)) {
    // Most payments have one source, which bears all of it.
    if let [source] = &*payment.sources {
        let to_person = matches!(payment.payee, Payee::Subject(_));
        take(&Share {
            fund: source.fund,
            open: payment.open(),
            net: payment.paid_net(),
            benefit: to_person.then(|| of_payment(payment)),
        });
        return;
    }
    let benefits = shares(payment)
        .into_iter()
        .map(|(_, benefit)| Some(benefit));
    let parts = open_shares(payment).into_iter().zip(net_shares(payment));
    let parts = parts.zip(benefits.chain(std::iter::repeat(None)));
    for (((fund, open), (_, net)), benefit) in parts {
        take(&Share {
            fund,
            open,
            net,
            benefit,
        });
    }
}

/// One payment to a person, by the batches that bear it; nothing for one to an organisation.
///
/// What the payee says is about the whole payment. As with the payment itself, the batch that is
/// named first is confirmed first, then comes what is disputed, and then what nobody has said.
pub(crate) fn shares(payment: &Payment) -> Vec<(FundId, Benefit)> {
    if let Payee::Organisation(_) = payment.payee {
        return Vec::new();
    }
    let Benefit {
        mut confirmed_fen,
        mut disputed_fen,
        ..
    } = of_payment(payment);
    let share = |(fund, net): (FundId, Fen)| {
        let confirmed = confirmed_fen.min(net);
        confirmed_fen = confirmed_fen.sub(confirmed);
        let disputed = disputed_fen.min(net.sub(confirmed));
        disputed_fen = disputed_fen.sub(disputed);
        let benefit = Benefit {
            confirmed_fen: confirmed,
            unconfirmed_fen: net.sub(confirmed).sub(disputed),
            disputed_fen: disputed,
            settled_net_fen: net,
        };
        (fund, benefit)
    };
    net_shares(payment).into_iter().map(share).collect()
}

/// What each batch has paid for a payment, less what it got back.
pub(crate) fn net_shares(payment: &Payment) -> Vec<(FundId, Fen)> {
    let settled = payment.borne(payment.settled);
    let returned = payment.borne(payment.returned.add(payment.recovered()));
    let net = settled.iter().zip(&returned);
    net.map(|(paid, back)| (paid.fund, paid.amount_fen.sub(back.amount_fen)))
        .collect()
}

/// What each batch still owes for a payment, as its budget counts it.
pub(crate) fn open_shares(payment: &Payment) -> Vec<(FundId, Fen)> {
    let open = payment.open_by_source();
    open.into_iter()
        .map(|share| (share.fund, share.amount_fen))
        .collect()
}

/// What the payee says of a payment to a person.
pub(crate) fn of_payment(payment: &Payment) -> Benefit {
    let net = payment.paid_net();
    let (confirmed, disputed) = match payment.receipt {
        None => (Fen::ZERO, Fen::ZERO),
        Some((ReceiptResult::Received, amount)) => (amount.min(net), Fen::ZERO),
        Some((ReceiptResult::WrongAmount, amount)) => {
            let confirmed = amount.min(net);
            (confirmed, net.sub(confirmed))
        }
        Some((ReceiptResult::NotReceived | ReceiptResult::CollectedBack, _)) => (Fen::ZERO, net),
    };
    Benefit {
        confirmed_fen: confirmed,
        unconfirmed_fen: net.sub(confirmed).sub(disputed),
        disputed_fen: disputed,
        settled_net_fen: net,
    }
}
