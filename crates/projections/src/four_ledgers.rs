//! The four ledgers side by side 四本账: authority 指标, commitment 合同, cash 资金, benefit 到户到人,
//! of one batch or of one project, with every equation and both its sides.

mod commitment;
mod project;

pub use commitment::Commitment;
pub use project::{ProjectAuthority, ProjectCash, ProjectLedgers, project_ledgers};

use crate::View;
use crate::accounts::{CASH, CashTerms};
use crate::as_of::AsOf;
use crate::balances::{Equation, FundBalance, Sides, fund_balance};
use crate::benefit::Benefit;
use crate::references::{self, FundReference, UnitReference, total};
use crate::sums::Way;
use ledger::account::rules::Cash;
use ledger::ids::{AccountId, FundId};
use ledger::money::Fen;

/// The four ledgers of a batch.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FundLedgers {
    /// The batch.
    pub fund: FundReference,
    /// Authority 指标: who may spend.
    pub authority: FundAuthority,
    /// Commitment 合同、报账、应付: what is promised.
    pub commitment: Commitment,
    /// Cash 资金: what is in the accounts.
    pub cash: FundCash,
    /// Benefit 到户到人: what persons say that they got.
    pub benefit: Benefit,
    /// Equations 1 to 5 of the domain, each over all holders, accounts or payments.
    pub equations: Vec<Equation>,
    /// True if every equation holds.
    pub holds: bool,
    /// As of when, if not as of now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<AsOf>,
}

/// The authority of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FundAuthority {
    /// What the document announces.
    pub announced_fen: Fen,
    /// What has arrived, adjustments included 指标到位.
    pub received_fen: Fen,
    /// What the level above has taken back.
    pub reclaimed_from_top_fen: Fen,
    /// What the receiver has passed on to units and put into budgets, less what came back.
    pub allocated_fen: Fen,
    /// What all units have left, the receiver too.
    pub unallocated_fen: Fen,
    /// What stands in projects' budgets.
    pub own_budget_fen: Fen,
    /// What projects may still spend.
    pub available_fen: Fen,
    /// What may be taken back at once.
    pub reclaimable_fen: Fen,
}

/// The cash of a batch.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FundCash {
    /// Account by account, by owner.
    pub accounts: Vec<AccountCash>,
    /// The sums over all accounts; transfers between them stand on both sides.
    pub totals: CashTerms,
}

/// The cash of one batch in one account.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountCash {
    /// Whose account.
    pub owner: UnitReference,
    /// Which one.
    pub account: AccountId,
    /// Where it came from and where it went.
    #[serde(flatten)]
    pub terms: CashTerms,
}

/// The four ledgers of a batch; nothing for one that nobody has announced.
#[must_use]
pub fn fund_ledgers(view: &View, id: FundId) -> Option<FundLedgers> {
    let balance = fund_balance(view, id)?;
    let (cash, fourth) = cash(view, id);
    let authority = authority(&balance);
    let mut equations = balance.equations;
    equations.push(fourth);
    equations.sort_by_key(|equation| equation.number);
    Some(FundLedgers {
        commitment: commitment::of_fund(view, id, balance.totals.committed_unpaid_fen),
        authority,
        cash,
        benefit: balance.benefit,
        holds: equations.iter().all(|equation| equation.holds),
        equations,
        fund: balance.fund,
        as_of: None,
    })
}

fn authority(balance: &FundBalance) -> FundAuthority {
    FundAuthority {
        announced_fen: balance.announced_fen,
        received_fen: balance.received_fen,
        reclaimed_from_top_fen: balance.reclaimed_from_top_fen,
        allocated_fen: balance.allocated_fen,
        unallocated_fen: total(balance.nodes.iter().map(|node| node.unallocated_fen)),
        own_budget_fen: balance.totals.granted_fen,
        available_fen: balance.totals.available_fen,
        reclaimable_fen: balance.reclaimable_fen,
    }
}

/// The cash of a batch, and equation 4 over all accounts: the books against the movements.
fn cash(view: &View, id: FundId) -> (FundCash, Equation) {
    let books = &view.books;
    let (mut accounts, mut sides) = (Vec::new(), Sides::default());
    for ((account, fund), row) in books.cash.iter() {
        if fund != Some(id) {
            continue;
        }
        let Some(known) = books.accounts.get(account) else {
            continue;
        };
        let mut moved = view.links.sums.moved(account, fund);
        moved.carry(Way::In, row.opening);
        sides.put(Cash::balance(row), moved.fen());
        accounts.push(AccountCash {
            owner: references::unit(books, known.owner),
            account,
            terms: row.into(),
        });
    }
    accounts.sort_by(|a, b| (&a.owner, a.account).cmp(&(&b.owner, b.account)));
    let totals = CashTerms::total(accounts.iter().map(|account| &account.terms));
    (
        FundCash { accounts, totals },
        sides.equation(4, CASH.0, CASH.1),
    )
}
