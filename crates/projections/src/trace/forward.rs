//! Forward (I1): from the document to the last payee and receipt.

use super::{PaymentLine, payment_line_of, payment_page};
use crate::balances::{Spending, fund_balance, is_zero};
use crate::references::{self, BeforeBook, FundReference, ProjectReference, UnitReference, total};
use crate::sums::FundSums;
use crate::{Page, View};
use hashbrown::HashMap;
use ledger::Books;
use ledger::ids::{FundId, OrganisationId, ProjectId};
use ledger::money::Fen;

/// Where the money of one document went.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ForwardTrace {
    /// The batch and its document.
    pub fund: FundReference,
    /// Who issued it.
    pub issuer: UnitReference,
    /// Who received it.
    pub receiver: UnitReference,
    /// What the document announces.
    pub announced_fen: Fen,
    /// What has arrived.
    pub received_fen: Fen,
    /// Where it was taken over from before the book 建账前: what was passed on and paid until then
    /// rests on this document, and its trace ends here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opening: Option<BeforeBook>,
    /// The units that held some of it: the receiver first, then those below, step by step.
    pub units: Vec<TraceUnit>,
    /// The projects that may spend some of it, in the order of their numbers.
    pub budgets: Vec<TraceBudget>,
    /// A part of its payments, in the order of their instructions; amounts as far as this batch
    /// bears them.
    pub payments: Page<PaymentLine>,
    /// What has come to an end that is known.
    pub explained: Explained,
    /// What has not, level by level.
    pub unexplained: Unexplained,
    /// Explained and unexplained are, to the fen, what was received.
    pub adds_up: bool,
}

/// A unit on the way.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TraceUnit {
    /// The unit.
    pub unit: UnitReference,
    /// How many steps below the receiver; none where no grant leads here from it.
    pub depth: Option<u32>,
    /// From whom it got how much. The receiver has it from the document.
    pub granted_by: Vec<Grant>,
    /// Granted in all, less what it gave back.
    pub granted_fen: Fen,
    /// Passed on to other units.
    pub passed_on_fen: Fen,
    /// Put into projects' budgets.
    pub own_budget_fen: Fen,
    /// What stayed here.
    pub unallocated_fen: Fen,
}

/// An allocation along one line, less what came back along it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Grant {
    /// Who granted it.
    pub unit: UnitReference,
    /// How much.
    pub amount_fen: Fen,
}

/// A project at the end of the way.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TraceBudget {
    /// The project.
    pub project: ProjectReference,
    /// From whom it got how much.
    pub granted_by: Vec<Grant>,
    /// What it was granted and what became of it.
    #[serde(flatten)]
    pub spending: Spending,
}

/// Money whose end is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Explained {
    /// Taken back by the level above the receiver.
    pub reclaimed_fen: Fen,
    /// Paid before the book 建账前, as the opening's document says.
    #[serde(skip_serializing_if = "is_zero")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub before_book_fen: Fen,
    /// Paid to organisations that this ledger knows.
    pub paid_to_organisations_fen: Fen,
    /// Paid to persons, who have it.
    pub paid_and_confirmed_fen: Fen,
    /// The sum.
    pub total_fen: Fen,
}

/// Money whose end is not known, at the last level that it has reached. A level is negative where
/// observed facts say that more left it than came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Unexplained {
    /// Left with units, not passed on.
    pub at_units_fen: Fen,
    /// In projects' budgets, not instructed.
    pub in_budgets_fen: Fen,
    /// Instructed, neither settled nor come back.
    pub instructed_fen: Fen,
    /// Paid to parties that this ledger does not know.
    pub paid_to_unknown_fen: Fen,
    /// Paid to persons, who have not confirmed it.
    pub paid_unconfirmed_fen: Fen,
    /// Paid to persons, who say otherwise.
    pub paid_disputed_fen: Fen,
    /// The sum.
    pub total_fen: Fen,
}

/// Where the money of a batch went; nothing for one that nobody has announced. The payments are
/// a page, all sums are over the whole.
#[must_use]
pub fn fund_trace(view: &View, id: FundId, offset: usize, limit: usize) -> Option<ForwardTrace> {
    let books = &view.books;
    let balance = fund_balance(view, id)?;
    let none = FundSums::default();
    let sums = view.links.sums.of(id).unwrap_or(&none);
    let benefit = &balance.benefit;
    let (known, unknown) = sums.to_organisations(books);
    let places = view.links.places_of_fund(id);
    let mut explained = Explained {
        reclaimed_fen: balance.reclaimed_from_top_fen,
        before_book_fen: balance.totals.before_book_fen,
        paid_to_organisations_fen: known,
        paid_and_confirmed_fen: benefit.confirmed_fen,
        total_fen: Fen::ZERO,
    };
    let mut unexplained = Unexplained {
        at_units_fen: total(balance.nodes.iter().map(|node| node.unallocated_fen)),
        in_budgets_fen: balance.totals.available_fen,
        instructed_fen: sums.open.fen(),
        paid_to_unknown_fen: unknown,
        paid_unconfirmed_fen: benefit.unconfirmed_fen,
        paid_disputed_fen: benefit.disputed_fen,
        total_fen: Fen::ZERO,
    };
    sum_up(&mut explained, &mut unexplained);
    let whole = total([explained.total_fen, unexplained.total_fen]);
    Some(ForwardTrace {
        adds_up: whole == balance.received_fen,
        units: units(view, id, balance.receiver.organisation),
        budgets: budgets(view, id),
        payments: payment_page(view, places, (offset, limit), |payment, row| {
            payment_line_of(books, payment, row, id)
        }),
        fund: balance.fund,
        issuer: balance.issuer,
        receiver: balance.receiver,
        announced_fen: balance.announced_fen,
        received_fen: balance.received_fen,
        opening: balance.opening,
        explained,
        unexplained,
    })
}

fn sum_up(explained: &mut Explained, unexplained: &mut Unexplained) {
    // Destructured, so that a new line cannot be left out of the sum.
    let Explained {
        reclaimed_fen,
        before_book_fen,
        paid_to_organisations_fen,
        paid_and_confirmed_fen,
        total_fen: explained_total,
    } = explained;
    *explained_total = total([
        *reclaimed_fen,
        *before_book_fen,
        *paid_to_organisations_fen,
        *paid_and_confirmed_fen,
    ]);
    let Unexplained {
        at_units_fen,
        in_budgets_fen,
        instructed_fen,
        paid_to_unknown_fen,
        paid_unconfirmed_fen,
        paid_disputed_fen,
        total_fen: unexplained_total,
    } = unexplained;
    *unexplained_total = total([
        *at_units_fen,
        *in_budgets_fen,
        *instructed_fen,
        *paid_to_unknown_fen,
        *paid_unconfirmed_fen,
        *paid_disputed_fen,
    ]);
}

/// The units, each at its shortest way from the receiver.
fn units(view: &View, fund: FundId, receiver: OrganisationId) -> Vec<TraceUnit> {
    let books = &view.books;
    let ids = view.links.units_of_fund(fund);
    let mut depths: HashMap<OrganisationId, u32> = HashMap::new();
    depths.insert(receiver, 0);
    let mut below: HashMap<OrganisationId, Vec<OrganisationId>> = HashMap::new();
    for unit in ids {
        for (granter, _) in books
            .nodes
            .get((fund, *unit))
            .into_iter()
            .flat_map(|n| &n.granted_by)
        {
            below.entry(*granter).or_default().push(*unit);
        }
    }
    let mut level = vec![receiver];
    let mut depth = 0u32;
    while !level.is_empty() {
        depth = depth.saturating_add(1);
        let mut next = Vec::new();
        for unit in level
            .iter()
            .flat_map(|unit| below.get(unit).into_iter().flatten())
        {
            if !depths.contains_key(unit) {
                depths.insert(*unit, depth);
                next.push(*unit);
            }
        }
        level = next;
    }
    let show = |unit: &OrganisationId| {
        let node = books.nodes.get((fund, *unit))?;
        Some(TraceUnit {
            unit: references::unit(books, *unit),
            depth: depths.get(unit).copied(),
            granted_by: grants(books, &node.granted_by),
            granted_fen: node.granted,
            passed_on_fen: node.passed_on,
            own_budget_fen: node.own_budget,
            unallocated_fen: node.unallocated(),
        })
    };
    let mut units: Vec<TraceUnit> = ids.iter().filter_map(show).collect();
    let depth = |unit: &TraceUnit| unit.depth.unwrap_or(u32::MAX);
    units.sort_by(|a, b| depth(a).cmp(&depth(b)).then_with(|| a.unit.cmp(&b.unit)));
    units
}

fn budgets(view: &View, fund: FundId) -> Vec<TraceBudget> {
    let books = &view.books;
    let projects = view.links.projects_of_fund(fund).iter();
    let show = |project: &ProjectId| {
        let budget = books.budgets.get((fund, *project))?;
        Some(TraceBudget {
            project: references::project(books, *project),
            granted_by: grants(books, &budget.granted_by),
            spending: budget.into(),
        })
    };
    let mut budgets: Vec<TraceBudget> = projects.filter_map(show).collect();
    budgets.sort_by(|a, b| a.project.cmp(&b.project));
    budgets
}

fn grants(books: &Books, granted_by: &[(OrganisationId, Fen)]) -> Vec<Grant> {
    let show = |(unit, amount_fen): &(OrganisationId, Fen)| Grant {
        unit: references::unit(books, *unit),
        amount_fen: *amount_fen,
    };
    let mut grants: Vec<Grant> = granted_by.iter().map(show).collect();
    grants.sort_by(|a, b| a.unit.cmp(&b.unit));
    grants
}
