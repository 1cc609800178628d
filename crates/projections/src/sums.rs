//! What the payments of each batch come to, and the movements of each account: kept record by
//! record, so that a balance, or a page of a trace, need not add all of them up again.
//!
//! What a payment or a movement came to is taken out before an event changes it, and what it comes
//! to is put in afterwards, whatever the event was. The sums are exact: the way there makes no
//! difference. `tests/random/added.rs` adds everything up the long way.

use crate::benefit::{Benefit, Share, each_share};
use crate::fees::Borne;
use crate::references::held;
use hashbrown::HashMap;
use ledger::account::AccountEvent;
use ledger::ids::{AccountId, FundId, MovementId, OrganisationId, PaymentId, ProjectId};
use ledger::money::Fen;
use ledger::payment::rules::Payment;
use ledger::payment::{Payee, PaymentEvent};
use ledger::receipt::ReceiptEvent;
use ledger::record::RecordEvent;
use ledger::{Books, Event};

/// An exact sum of amounts: what is put in can be taken out again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ledger::form::Form)]
pub(crate) struct Sum(i128);

/// Whether a payment is put into the sums, or taken out.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Way {
    In,
    Out,
}

impl Sum {
    /// Puts an amount in, or takes it out.
    pub(crate) fn carry(&mut self, way: Way, amount: Fen) {
        let amount = i128::from(amount.get());
        self.0 = match way {
            Way::In => self.0.saturating_add(amount),
            Way::Out => self.0.saturating_sub(amount),
        };
    }

    /// This and another.
    pub(crate) const fn and(self, other: Sum) -> Sum {
        Sum(self.0.saturating_add(other.0))
    }

    /// As an amount, held at the limit of [`Fen`].
    pub(crate) fn fen(self) -> Fen {
        held(self.0)
    }
}

impl FromIterator<Sum> for Sum {
    fn from_iter<I: IntoIterator<Item = Sum>>(parts: I) -> Sum {
        parts.into_iter().fold(Sum::default(), Sum::and)
    }
}

/// What the payments of each batch come to.
#[derive(Debug, Clone, Default, ledger::form::Form)]
pub(crate) struct Sums {
    funds: HashMap<FundId, FundSums>,
    /// What movements have brought to an account less what they took away, batch by batch; none
    /// stands for cash of nobody knows which.
    moved: HashMap<(AccountId, Option<FundId>), Sum>,
}

/// What the payments of one batch come to, as far as it bears them.
#[derive(Debug, Clone, Default, ledger::form::Form)]
pub(crate) struct FundSums {
    /// Instructed and neither settled nor cancelled.
    pub(crate) open: Sum,
    /// What persons say of what they got.
    pub(crate) reached: Reached,
    /// What went into management and preliminary work.
    pub(crate) fees: Borne,
    /// Settled, less what came back, by the organisation that got it. Whether the ledger knows it
    /// is asked when it is shown: it may be registered later.
    organisations: HashMap<OrganisationId, Sum>,
    /// What is open, and what is settled less what came back, by project.
    projects: HashMap<ProjectId, Sum>,
}

/// What persons say of what they got.
#[derive(Debug, Clone, Copy, Default, ledger::form::Form)]
pub(crate) struct Reached {
    /// How many payments to persons there are.
    payments: Sum,
    confirmed: Sum,
    unconfirmed: Sum,
    disputed: Sum,
    settled_net: Sum,
    /// Settled, less what came back, by the payments and not by what is said of them.
    net: Sum,
}

impl Sums {
    /// Before the books take in an event: takes out the payments that it is about.
    pub(crate) fn take_out(&mut self, books: &Books, event: &Event) {
        self.carry(Way::Out, books, event);
    }

    /// After the books took in an event: puts in the payments that it is about, as they are now.
    pub(crate) fn put_in(&mut self, books: &Books, event: &Event) {
        self.carry(Way::In, books, event);
    }

    fn carry(&mut self, way: Way, books: &Books, event: &Event) {
        each_payment(event, &mut |id| {
            if let Some(payment) = books.payments.get(id) {
                each_share(payment, |share| {
                    let sums = self.funds.entry(share.fund).or_default();
                    sums.carry(way, payment, share);
                });
            }
        });
        let movement = movement(event).and_then(|id| books.movements.get(id));
        if let Some(row) = movement.filter(|row| !row.reversed) {
            let to = row.to.filter(|to| *to != row.account);
            for account in to.into_iter().chain([row.account]) {
                let moved = self.moved.entry((account, row.fund)).or_default();
                moved.carry(way, row.change(account));
            }
        }
    }

    /// What movements have brought to an account of a batch less what they took away.
    pub(crate) fn moved(&self, account: AccountId, fund: Option<FundId>) -> Sum {
        let moved = self.moved.get(&(account, fund));
        moved.copied().unwrap_or_default()
    }

    /// What the payments of a batch come to; nothing where it has none.
    pub(crate) fn of(&self, fund: FundId) -> Option<&FundSums> {
        self.funds.get(&fund)
    }

    /// Every batch that ever had a payment.
    pub(crate) fn all(&self) -> impl Iterator<Item = (FundId, &FundSums)> {
        self.funds.iter().map(|(fund, sums)| (*fund, sums))
    }
}

impl FundSums {
    fn carry(&mut self, way: Way, payment: &Payment, share: &Share) {
        self.open.carry(way, share.open);
        self.fees.carry(way, payment.kind, share.net, share.open);
        let project = self.projects.entry(payment.project).or_default();
        project.carry(way, share.open);
        project.carry(way, share.net);
        match (payment.payee, &share.benefit) {
            (Payee::Organisation(unit), _) => {
                let organisation = self.organisations.entry(unit).or_default();
                organisation.carry(way, share.net);
            }
            (Payee::Subject(_), Some(benefit)) => self.reached.carry(way, share.net, benefit),
            // Every payment to a person has one; without it nobody would have confirmed anything.
            (Payee::Subject(_), None) => {
                let unconfirmed_fen = share.net;
                let benefit = Benefit {
                    unconfirmed_fen,
                    ..Benefit::default()
                };
                self.reached.carry(way, share.net, &benefit);
            }
        }
    }

    /// What is open and what is paid, net, of one project.
    pub(crate) fn of_project(&self, project: ProjectId) -> Sum {
        self.projects.get(&project).copied().unwrap_or_default()
    }

    /// What organisations got that the ledger knows, and what others got.
    pub(crate) fn to_organisations(&self, books: &Books) -> (Fen, Fen) {
        let (mut known, mut unknown) = (Sum::default(), Sum::default());
        for (unit, sum) in &self.organisations {
            let side = if books.organisations.contains(*unit) {
                &mut known
            } else {
                &mut unknown
            };
            *side = side.and(*sum);
        }
        (known.fen(), unknown.fen())
    }
}

impl Reached {
    fn carry(&mut self, way: Way, net: Fen, benefit: &Benefit) {
        let one = Fen::new(1).unwrap_or(Fen::ZERO);
        let Benefit {
            confirmed_fen,
            unconfirmed_fen,
            disputed_fen,
            settled_net_fen,
        } = *benefit;
        self.payments.carry(way, one);
        self.confirmed.carry(way, confirmed_fen);
        self.unconfirmed.carry(way, unconfirmed_fen);
        self.disputed.carry(way, disputed_fen);
        self.settled_net.carry(way, settled_net_fen);
        self.net.carry(way, net);
    }

    /// True if there is no payment to a person.
    pub(crate) fn is_none(&self) -> bool {
        self.payments == Sum::default()
    }

    /// This and another.
    pub(crate) const fn and(self, other: &Reached) -> Reached {
        let Reached {
            payments,
            confirmed,
            unconfirmed,
            disputed,
            settled_net,
            net,
        } = *other;
        Reached {
            payments: self.payments.and(payments),
            confirmed: self.confirmed.and(confirmed),
            unconfirmed: self.unconfirmed.and(unconfirmed),
            disputed: self.disputed.and(disputed),
            settled_net: self.settled_net.and(settled_net),
            net: self.net.and(net),
        }
    }

    /// As amounts.
    pub(crate) fn benefit(&self) -> Benefit {
        Benefit {
            confirmed_fen: self.confirmed.fen(),
            unconfirmed_fen: self.unconfirmed.fen(),
            disputed_fen: self.disputed.fen(),
            settled_net_fen: self.settled_net.fen(),
        }
    }

    /// Settled, less what came back, by the payments.
    pub(crate) fn net(&self) -> Fen {
        self.net.fen()
    }
}

/// The payments that an event may change.
fn each_payment(event: &Event, take: &mut dyn FnMut(PaymentId)) {
    match event {
        Event::Payment(event) => match event {
            PaymentEvent::Instructed(it) => take(it.payment),
            PaymentEvent::Settled(it) => take(it.payment),
            PaymentEvent::Returned(it) => take(it.payment),
            PaymentEvent::Reissued(it) => {
                take(it.of);
                take(it.payment);
            }
            PaymentEvent::Reclassified(it) => take(it.payment),
            PaymentEvent::RecoveryDemanded(it) => take(it.payment),
            PaymentEvent::RecoveryReceived(it) => take(it.payment),
            PaymentEvent::RecoveryOffset(it) => {
                take(it.payment);
                take(it.against);
            }
            PaymentEvent::RecoveryWaived(it) => take(it.payment),
            PaymentEvent::RetentionWithheld(it) => take(it.payment),
            PaymentEvent::RetentionReleased(it) => take(it.payment),
        },
        Event::Receipt(ReceiptEvent::Confirmed(it)) => take(it.payment),
        Event::Record(RecordEvent::Reversed(it)) => {
            if let Some(original) = &it.original {
                each_payment(original, take);
            }
        }
        // Words alone.
        Event::Record(RecordEvent::Corrected(_))
        | Event::Ledger(_)
        | Event::Token(_)
        | Event::Log(_)
        | Event::Organisation(_)
        | Event::Overlay(_)
        | Event::Subject(_)
        | Event::Fund(_)
        | Event::Project(_)
        | Event::Milestone(_)
        | Event::Contract(_)
        | Event::Claim(_)
        | Event::Account(_)
        | Event::Contribution(_)
        | Event::BankLine(_)
        | Event::List(_)
        | Event::Entry(_)
        | Event::Round(_)
        | Event::Item(_)
        | Event::Evidence(_)
        | Event::Import(_) => {}
    }
}

/// The movement that an event makes or takes back.
fn movement(event: &Event) -> Option<MovementId> {
    if let Event::Record(RecordEvent::Reversed(it)) = event {
        return movement(it.original.as_deref()?);
    }
    let Event::Account(event) = event else {
        return None;
    };
    match event {
        AccountEvent::CashReceived(it) => Some(it.movement),
        AccountEvent::CashPaid(it) => Some(it.movement),
        AccountEvent::InterestCredited(it) => Some(it.movement),
        AccountEvent::Transferred(it) => Some(it.movement),
        AccountEvent::Opened(_)
        | AccountEvent::TakenOver(_)
        | AccountEvent::Closed(_)
        | AccountEvent::CustodyAgreed(_)
        | AccountEvent::CustodyReleased(_) => None,
    }
}
