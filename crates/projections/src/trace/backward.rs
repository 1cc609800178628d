//! Backward (I2): which documents paid for this, and through whose hands.

use super::{PaymentLine, holder_name, payment_line, share_of};
use crate::benefit::{Benefit, net_shares, shares};
use crate::references::{self, BeforeBook, FundReference, PayeeReference, UnitReference};
use crate::{Page, View};
use hashbrown::{HashMap, HashSet};
use ledger::Books;
use ledger::fund::Holder;
use ledger::fund::rules::{Budget, Node};
use ledger::ids::{FundId, OrganisationId, PaymentId, ProjectId};
use ledger::money::Fen;
use ledger::payment::Payee;
use ledger::payment::rules::Payment;

/// Where the money of one payment came from.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BackwardTrace {
    /// The payment.
    pub payment: PaymentLine,
    /// The batches that bear it, in the payment's order: the first one bears first.
    pub sources: Vec<SourceTrace>,
    /// What the ledger cannot explain.
    pub unexplained: Vec<Doubt>,
}

/// A batch that bears a payment.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SourceTrace {
    /// The batch and its document.
    pub fund: FundReference,
    /// Who issued it.
    pub issuer: Option<UnitReference>,
    /// Who received it.
    pub receiver: Option<UnitReference>,
    /// Its share of the instruction; the payment's amount is the denominator.
    pub amount_fen: Fen,
    /// Its share of what was settled.
    pub settled_fen: Fen,
    /// Its share of what came back.
    pub returned_fen: Fen,
    /// Where the batch was taken over from before the book 建账前: what lies before that day rests on
    /// this document, and the trace ends here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opening: Option<BeforeBook>,
    /// The grants that lead from the receiver to the project, the project's own last.
    pub links: Vec<Link>,
}

/// A grant on the way.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Link {
    /// Who granted it.
    pub from: UnitReference,
    /// Who got it.
    pub to: Holder,
    /// The name of who got it.
    pub to_name: Option<String>,
    /// How much, over all payments.
    pub amount_fen: Fen,
}

/// Something about a payment that the ledger cannot explain.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Doubt {
    /// A stable word.
    pub code: &'static str,
    /// The batch, where it is about one.
    pub fund: Option<FundReference>,
    /// How much of this payment is in doubt.
    pub amount_fen: Fen,
    /// What is wrong.
    pub text: &'static str,
    /// What is wrong, in Chinese.
    pub text_zh: &'static str,
}

/// Where the money of one payee came from.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PayeeTrace {
    /// The payee.
    pub payee: PayeeReference,
    /// Batch by batch, in the order of their documents; over all payments.
    pub funds: Vec<PayeeFund>,
    /// What they say of the money; nothing for an organisation.
    pub benefit: Option<Benefit>,
    /// A part of the payments, oldest instruction first.
    pub payments: Page<BackwardTrace>,
}

/// What a payee has got out of one batch.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PayeeFund {
    /// The batch and its document.
    pub fund: FundReference,
    /// Who issued it.
    pub issuer: Option<UnitReference>,
    /// Instructed.
    pub instructed_fen: Fen,
    /// Settled, less what came back.
    pub paid_net_fen: Fen,
}

/// Where the money of a payment came from; nothing for one that nobody has instructed.
#[must_use]
pub fn payment_trace(view: &View, id: PaymentId) -> Option<BackwardTrace> {
    let payment = view.books.payments.get(id)?;
    Some(trace(view, id, payment))
}

/// Where the money of a payee came from. Nobody need know the payee: it is then one without
/// payments.
#[must_use]
pub fn payee_trace(view: &View, payee: Payee, offset: usize, limit: usize) -> PayeeTrace {
    let books = &view.books;
    let payments: Vec<(PaymentId, &Payment)> = view
        .links
        .payments_of_payee(payee)
        .filter_map(|id| books.payments.get(id).map(|row| (id, row)))
        .filter(|(_, row)| row.payee == payee)
        .collect();
    let mut sums: HashMap<FundId, (Fen, Fen)> = HashMap::new();
    let mut benefit = Benefit::default();
    for (_, payment) in &payments {
        for source in &payment.sources {
            let (instructed, _) = sums.entry(source.fund).or_default();
            *instructed = instructed.add(source.amount_fen);
        }
        for (fund, net) in net_shares(payment) {
            let (_, paid) = sums.entry(fund).or_default();
            *paid = paid.add(net);
        }
        for (_, share) in shares(payment) {
            benefit.add(&share);
        }
    }
    let show = |(fund, (instructed_fen, paid_net_fen))| PayeeFund {
        fund: references::fund(books, fund),
        issuer: books
            .funds
            .get(fund)
            .map(|row| references::unit(books, row.announcement.issuer)),
        instructed_fen,
        paid_net_fen,
    };
    let mut funds: Vec<PayeeFund> = sums.into_iter().map(show).collect();
    funds.sort_by(|a, b| a.fund.cmp(&b.fund));
    PayeeTrace {
        payee: references::payee(books, payee),
        funds,
        benefit: matches!(payee, Payee::Subject(_)).then_some(benefit),
        payments: Page::of(&payments, offset, limit, |(id, row)| trace(view, *id, row)),
    }
}

fn trace(view: &View, id: PaymentId, payment: &Payment) -> BackwardTrace {
    let books = &view.books;
    let source = |fund: FundId| {
        let row = books.funds.get(fund);
        let announcement = row.map(|row| &row.announcement);
        SourceTrace {
            fund: references::fund(books, fund),
            issuer: announcement.map(|it| references::unit(books, it.issuer)),
            receiver: announcement.map(|it| references::unit(books, it.receiver)),
            amount_fen: share_of(payment, payment.amount, fund),
            settled_fen: share_of(payment, payment.settled, fund),
            returned_fen: share_of(payment, payment.returned, fund),
            opening: row.and_then(|row| row.opening.as_deref().map(BeforeBook::from)),
            links: links(books, fund, payment.project),
        }
    };
    BackwardTrace {
        payment: payment_line(books, id, payment),
        sources: payment
            .sources
            .iter()
            .map(|share| source(share.fund))
            .collect(),
        unexplained: doubts(books, payment),
    }
}

/// The grants above a project, upwards from it and then turned round, so that they read from the
/// document to the project.
fn links(books: &Books, fund: FundId, project: ProjectId) -> Vec<Link> {
    let mut links = Vec::new();
    let mut seen: HashSet<OrganisationId> = HashSet::new();
    let mut level = vec![Holder::Project(project)];
    while !level.is_empty() {
        let mut found = Vec::new();
        for to in &level {
            for (granter, amount_fen) in granted_by(books, fund, *to) {
                let to_name = holder_name(books, *to);
                let from = references::unit(books, *granter);
                found.push(Link {
                    from,
                    to: *to,
                    to_name,
                    amount_fen: *amount_fen,
                });
            }
        }
        found.sort_by(|a, b| (&a.from, &a.to_name, a.to).cmp(&(&b.from, &b.to_name, b.to)));
        let above = found.iter().map(|link| link.from.organisation);
        level = above
            .filter(|unit| seen.insert(*unit))
            .map(Holder::Organisation)
            .collect();
        links.push(found);
    }
    links.into_iter().rev().flatten().collect()
}

fn granted_by(books: &Books, fund: FundId, holder: Holder) -> &[(OrganisationId, Fen)] {
    match holder {
        Holder::Organisation(unit) => books
            .nodes
            .get((fund, unit))
            .map_or(&[], |node| &node.granted_by),
        Holder::Project(project) => books
            .budgets
            .get((fund, project))
            .map_or(&[], |budget| &budget.granted_by),
    }
}

fn doubts(books: &Books, payment: &Payment) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    if !references::payee(books, payment.payee).known {
        doubts.push(Doubt {
            code: "UNKNOWN_PARTY",
            fund: None,
            amount_fen: payment.amount,
            text: "the payee is not known in this ledger",
            text_zh: "收款人未在本账本登记",
        });
    }
    for share in &payment.sources {
        let (fund, amount) = (share.fund, share.amount_fen);
        let budget = books.budgets.get((fund, payment.project));
        let doubt = |code, amount_fen, text, text_zh| Doubt {
            code,
            fund: Some(references::fund(books, fund)),
            amount_fen,
            text,
            text_zh,
        };
        let granted = budget.map_or(Fen::ZERO, |budget| budget.granted);
        let left = budget.map_or(Fen::ZERO, Budget::available);
        if granted <= Fen::ZERO {
            doubts.push(doubt(
                "NO_BUDGET",
                amount,
                "the project has no budget out of this batch",
                "项目没有该批资金的预算指标",
            ));
        } else if left < Fen::ZERO {
            doubts.push(doubt(
                "BUDGET_OVERDRAWN",
                left.negated().min(amount),
                "the project has spent more of this batch than it was granted",
                "项目支出超过该批资金的预算指标",
            ));
        }
        let over = overdrawn_above(books, fund, payment.project);
        if over > Fen::ZERO {
            doubts.push(doubt(
                "UNIT_OVERDRAWN",
                over.min(amount),
                "a unit on the way has passed on more of this batch than it was granted",
                "上游单位分解下达超过其分得指标",
            ));
        }
    }
    doubts
}

/// The largest overdraft among the units above a project.
fn overdrawn_above(books: &Books, fund: FundId, project: ProjectId) -> Fen {
    let mut seen: HashSet<OrganisationId> = HashSet::new();
    let mut rest = vec![Holder::Project(project)];
    let mut worst = Fen::ZERO;
    while let Some(holder) = rest.pop() {
        for (unit, _) in granted_by(books, fund, holder) {
            if seen.insert(*unit) {
                let left = books
                    .nodes
                    .get((fund, *unit))
                    .map_or(Fen::ZERO, Node::unallocated);
                worst = worst.max(left.negated());
                rest.push(Holder::Organisation(*unit));
            }
        }
    }
    worst
}
