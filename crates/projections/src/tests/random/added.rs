//! What is kept of the payments of a batch, against the long way: all payments gone through, and
//! added up one by one.

use super::*;
use crate::benefit::{Benefit, net_shares, of_payment, open_shares, shares};
use crate::fees::Fees;
use crate::trace::{Explained, Unexplained};
use ledger::ids::{FundId, PaymentId, ProjectId};
use ledger::payment::rules::Payment;
use ledger::payment::{PaymentKind, SourceShare};
use std::collections::HashMap;

/// Every batch, and all together.
pub(super) fn check(view: &View) {
    let mut whole = Benefit::default();
    for number in 1..=u128::from(FUNDS) {
        let id = fund(number);
        let shares = fund_shares(view, id);
        let said = sum(&shares);
        whole.add(&said);
        let balance = fund_balance(view, id).unwrap();
        assert_eq!(balance.benefit, said);
        assert_eq!(crate::benefit::of_fund(view, id), said);
        assert_eq!(balance.fees, fees(&shares, balance.fees.of_fen));
        let right = spent(view, id, &shares);
        let third = balance.equations.iter().find(|it| it.number == 3).unwrap();
        assert_eq!((third.right_fen, third.holds), (right, true));
        traced(view, id, &shares);
    }
    for ((account, fund), _) in view.books.cash.iter() {
        let moved = view.links.movements_of_account(account);
        let moved = moved.filter_map(|movement| view.books.movements.get(movement));
        let moved = moved.filter(|row| !row.reversed && row.fund == fund);
        let sum = total(moved.map(|row| row.change(account)));
        assert_eq!(view.links.sums.moved(account, fund).fen(), sum);
    }
    let benefit = benefit(view);
    assert_eq!(benefit.total, whole);
    let reached = |number: &u128| {
        let payments = view.books.payments.values();
        let mut borne = payments.flat_map(shares);
        borne.any(|(id, _)| id == fund(*number))
    };
    let reached = (1..=u128::from(FUNDS)).filter(reached).count();
    assert_eq!(benefit.funds.len(), reached);
}

/// The pages and the sums of a trace.
fn traced(view: &View, id: FundId, shares: &[FundShare<'_>]) {
    let trace = fund_trace(view, id, 0, usize::MAX).unwrap();
    let (mut explained, mut unexplained) = (Explained::default(), Unexplained::default());
    for share in shares {
        sort_out(view, share, &mut explained, &mut unexplained);
    }
    assert_eq!(
        (
            trace.explained.paid_to_organisations_fen,
            trace.explained.paid_and_confirmed_fen,
            trace.unexplained.instructed_fen,
            trace.unexplained.paid_to_unknown_fen,
            trace.unexplained.paid_unconfirmed_fen,
            trace.unexplained.paid_disputed_fen,
        ),
        (
            explained.paid_to_organisations_fen,
            explained.paid_and_confirmed_fen,
            unexplained.instructed_fen,
            unexplained.paid_to_unknown_fen,
            unexplained.paid_unconfirmed_fen,
            unexplained.paid_disputed_fen,
        )
    );
    assert_eq!(trace.payments.total, shares.len());
    assert_eq!(trace.payments.entries.len(), shares.len());
    for (line, share) in trace.payments.entries.iter().zip(shares) {
        assert_eq!(
            (line.payment, line.open_fen, &line.benefit),
            (share.id, share.open, &share.benefit)
        );
        let payment = share.payment;
        let parts = [payment.amount, payment.settled, payment.returned];
        let [amount, settled, returned] = parts.map(|part| of_fund(payment.borne(part), id));
        assert_eq!(
            (line.amount_fen, line.settled_fen, line.returned_fen),
            (amount, settled, returned)
        );
        let recovered = of_fund(payment.recovered_by_source(), id);
        assert_eq!(line.recovered_fen, recovered);
    }
    let page = fund_trace(view, id, 3, 2).unwrap().payments;
    let some = shares.iter().skip(3).take(2).map(|share| share.id);
    assert!(page.entries.iter().map(|line| line.payment).eq(some));
    assert_eq!(page.more, shares.len() > 5);
}

/// A payment as far as one batch bears it.
struct FundShare<'a> {
    id: PaymentId,
    payment: &'a Payment,
    /// Instructed and neither settled nor cancelled.
    open: Fen,
    /// Settled, less what came back.
    net: Fen,
    /// What a person says of the settled money; nothing for an organisation.
    benefit: Option<Benefit>,
}

/// All payments that a batch bears, in the order of their instructions.
fn fund_shares(view: &View, fund: FundId) -> Vec<FundShare<'_>> {
    let mine = |list: Vec<(FundId, Fen)>| {
        let mine = list.into_iter().filter(|(id, _)| *id == fund);
        total(mine.map(|(_, share)| share))
    };
    let share = |id: PaymentId| {
        let payment = view.books.payments.get(id)?;
        let bears = payment.sources.iter().any(|source| source.fund == fund);
        let benefit = match (payment.payee, payment.sources.len()) {
            (Payee::Organisation(_), _) => None,
            (Payee::Subject(_), 1) => Some(of_payment(payment)),
            (Payee::Subject(_), _) => {
                let mut shares = shares(payment).into_iter();
                shares.find(|(id, _)| *id == fund).map(|(_, it)| it)
            }
        };
        bears.then(|| FundShare {
            id,
            payment,
            open: mine(open_shares(payment)),
            net: mine(net_shares(payment)),
            benefit,
        })
    };
    view.links.payments().filter_map(share).collect()
}

fn sum(shares: &[FundShare<'_>]) -> Benefit {
    let mut benefit = Benefit::default();
    for share in shares {
        if let Some(part) = &share.benefit {
            benefit.add(part);
        }
    }
    benefit
}

fn fees(shares: &[FundShare<'_>], of_fen: Fen) -> Fees {
    let of_kind = |kind| {
        let shares = shares.iter().filter(move |it| it.payment.kind == kind);
        total(shares.map(|share| share.net))
    };
    let is_fee = |kind| {
        let fees = [PaymentKind::ManagementFee, PaymentKind::PreliminaryCost];
        fees.contains(&kind)
    };
    let management_fen = of_kind(PaymentKind::ManagementFee);
    let preliminary_fen = of_kind(PaymentKind::PreliminaryCost);
    let open = shares.iter().filter(|it| is_fee(it.payment.kind));
    Fees {
        management_fen,
        preliminary_fen,
        paid_fen: management_fen.add(preliminary_fen),
        of_fen,
        open_fen: total(open.map(|share| share.open)),
    }
}

/// The right side of equation 3.
fn spent(view: &View, id: FundId, shares: &[FundShare<'_>]) -> Fen {
    let mut parts: HashMap<ProjectId, Vec<Fen>> = HashMap::new();
    for share in shares {
        let row = parts.entry(share.payment.project).or_default();
        row.extend([share.open, share.net]);
    }
    let budgets = view.links.projects_of_fund(id).iter();
    let side = |project: &ProjectId| {
        let budget = view.books.budgets.get((id, *project))?;
        let payments = parts.get(project).into_iter().flatten().copied();
        Some(total(
            payments.chain([budget.opening_net, budget.available()]),
        ))
    };
    total(budgets.filter_map(side))
}

/// Puts a payment's money where it belongs.
fn sort_out(
    view: &View,
    share: &FundShare<'_>,
    explained: &mut Explained,
    unexplained: &mut Unexplained,
) {
    let put = |place: &mut Fen, amount: Fen| *place = place.add(amount);
    put(&mut unexplained.instructed_fen, share.open);
    match (share.payment.payee, &share.benefit) {
        (Payee::Organisation(unit), _) if view.books.organisations.contains(unit) => {
            put(&mut explained.paid_to_organisations_fen, share.net);
        }
        (Payee::Organisation(_), _) => put(&mut unexplained.paid_to_unknown_fen, share.net),
        (Payee::Subject(_), Some(it)) => {
            put(&mut explained.paid_and_confirmed_fen, it.confirmed_fen);
            put(&mut unexplained.paid_unconfirmed_fen, it.unconfirmed_fen);
            put(&mut unexplained.paid_disputed_fen, it.disputed_fen);
        }
        (Payee::Subject(_), None) => panic!("a payment to a person without what they say"),
    }
}

fn of_fund(shares: Vec<SourceShare>, fund: FundId) -> Fen {
    let mine = shares.into_iter().filter(|share| share.fund == fund);
    total(mine.map(|share| share.amount_fen))
}
