//! The four ledgers of a project.

use super::commitment::{self, Commitment};
use crate::View;
use crate::balances::{Equation, REACHED, SPENT, Sides, Spending, project_budgets};
use crate::benefit::{self, Benefit};
use crate::references::{self, ProjectReference, total};
use crate::sums::Way;
use hashbrown::{HashMap, HashSet};
use ledger::account::rules::MovementKind;
use ledger::ids::{PaymentId, ProjectId};
use ledger::money::Fen;
use ledger::payment::Payee;
use ledger::payment::rules::Payment;

/// The four ledgers of a project.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProjectLedgers {
    /// The project.
    pub project: ProjectReference,
    /// Authority 指标: what it may spend.
    pub authority: ProjectAuthority,
    /// Commitment 合同、报账、应付: what is promised.
    pub commitment: Commitment,
    /// Cash 资金: what has left accounts for it.
    pub cash: ProjectCash,
    /// Benefit 到户到人: what persons say that they got.
    pub benefit: Benefit,
    /// Equations 2 to 5 as they concern a project; the first is about a whole batch.
    pub equations: Vec<Equation>,
    /// True if every equation holds.
    pub holds: bool,
}

/// The authority of a project.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProjectAuthority {
    /// Planned when it was declared.
    pub planned_fen: Fen,
    /// Approved.
    pub approved_fen: Fen,
    /// Its budgets and what became of them, of all batches.
    #[serde(flatten)]
    pub totals: Spending,
}

/// The cash that has moved for a project's payments, over all accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProjectCash {
    /// Gone out.
    pub paid_fen: Fen,
    /// Come back from the bank.
    pub returned_fen: Fen,
    /// Gone out less come back. What is recovered later names no payment, and stands in the cash of
    /// its batch alone.
    pub net_fen: Fen,
    /// Settled less returned, by the payments, less the net above: what no account's movements
    /// show.
    pub without_movement_fen: Fen,
}

/// The four ledgers of a project; nothing for one that nobody has entered.
#[must_use]
pub fn project_ledgers(view: &View, id: ProjectId) -> Option<ProjectLedgers> {
    let books = &view.books;
    let project = books.projects.get(id)?;
    let budgets = project_budgets(view, id);
    let totals = Spending::total(budgets.iter().map(|(_, spending)| spending));
    let payments = view.links.payments_of_project(id);
    let payments: Vec<(PaymentId, &Payment)> = payments
        .filter_map(|id| Some((id, books.payments.get(id)?)))
        .collect();
    let (cash, fourth) = cash(view, &payments);
    let (benefit, fifth) = benefit(&payments);
    let equations = vec![granted(view, id), spent(view, id), fourth, fifth];
    Some(ProjectLedgers {
        project: references::project(books, id),
        authority: ProjectAuthority {
            planned_fen: total(project.planned.iter().map(|it| it.amount_fen)),
            approved_fen: total(project.approved.iter().map(|it| it.amount_fen)),
            totals,
        },
        commitment: commitment::of_project(view, id, totals.committed_unpaid_fen),
        cash,
        benefit,
        holds: equations.iter().all(|equation| equation.holds),
        equations,
    })
}

/// Equation 2 from below: a budget is what units have put into it.
fn granted(view: &View, id: ProjectId) -> Equation {
    let mut sides = Sides::default();
    for fund in view.links.funds_of_project(id) {
        if let Some(budget) = view.books.budgets.get((*fund, id)) {
            let granters = budget.granted_by.iter().map(|(_, amount)| *amount);
            sides.put(budget.granted, total(granters));
        }
    }
    sides.equation(
        2,
        "own budget = allocated to it by units",
        "项目预算 = 各单位列入本项目的指标",
    )
}

/// Equation 3, batch by batch, the right side summed up from the payments.
fn spent(view: &View, id: ProjectId) -> Equation {
    let mut sides = Sides::default();
    for fund in view.links.funds_of_project(id) {
        if let Some(budget) = view.books.budgets.get((*fund, id)) {
            let payments = view.links.sums.of(*fund);
            let mut right = payments.map(|sums| sums.of_project(id)).unwrap_or_default();
            right.carry(Way::In, budget.opening_net);
            right.carry(Way::In, budget.available());
            sides.put(budget.granted, right.fen());
        }
    }
    sides.equation(3, SPENT.0, SPENT.1)
}

/// Equation 4 as it concerns payments: what the books carry for each against its movements.
fn cash(view: &View, payments: &[(PaymentId, &Payment)]) -> (ProjectCash, Equation) {
    let books = &view.books;
    let mine: HashSet<PaymentId> = payments.iter().map(|(id, _)| *id).collect();
    let mut moved: HashMap<MovementKind, Vec<Fen>> = HashMap::new();
    for row in books.movements.values() {
        let concerns = row.payment.is_some_and(|payment| mine.contains(&payment));
        if concerns && !row.reversed {
            moved.entry(row.kind).or_default().push(row.amount);
        }
    }
    let sum = |kind| total(moved.get(&kind).into_iter().flatten().copied());
    let (paid_fen, returned_fen) = (sum(MovementKind::Paid), sum(MovementKind::Returned));
    let net_fen = paid_fen.sub(returned_fen);
    let carried = payments
        .iter()
        .map(|(id, _)| books.cash_of_payments.get(*id));
    let mut sides = Sides::default();
    sides.put(total(carried.flatten().copied()), net_fen);
    let settled = |payment: &Payment| payment.settled.sub(payment.returned);
    let settled = total(payments.iter().map(|(_, payment)| settled(payment)));
    let cash = ProjectCash {
        paid_fen,
        returned_fen,
        net_fen,
        without_movement_fen: settled.sub(net_fen),
    };
    let text = "cash out for payments = paid - returned";
    let text_zh = "为各笔支付付出的资金 = 付出 - 退回";
    (cash, sides.equation(4, text, text_zh))
}

fn benefit(payments: &[(PaymentId, &Payment)]) -> (Benefit, Equation) {
    let (mut benefit, mut settled) = (Benefit::default(), Vec::new());
    for (_, payment) in payments {
        if let Payee::Subject(_) = payment.payee {
            benefit.add(&benefit::of_payment(payment));
            settled.push(payment.paid_net());
        }
    }
    let said = [
        benefit.confirmed_fen,
        benefit.unconfirmed_fen,
        benefit.disputed_fen,
    ];
    let mut sides = Sides::default();
    sides.put(total(said), total(settled));
    (benefit, sides.equation(5, REACHED.0, REACHED.1))
}
