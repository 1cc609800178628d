//! Balances of batches and of units, and the equations that hold between them.

use crate::View;
use crate::as_of::AsOf;
use crate::benefit::Benefit;
use crate::fees::{self, Fees};
use crate::references::{self, BeforeBook, FundReference, ProjectReference, UnitReference, total};
use crate::sums::FundSums;
use hashbrown::HashMap;
use ledger::Books;
use ledger::fund::rules::{Budget, Fund, Node};
use ledger::ids::{FundId, OrganisationId, ProjectId};
use ledger::money::Fen;

mod equations;

pub use equations::Equation;
pub(crate) use equations::{REACHED, SPENT, Sides};

/// A batch with all who hold something of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FundBalance {
    /// The batch.
    pub fund: FundReference,
    /// Who issued it.
    pub issuer: UnitReference,
    /// Who received it.
    pub receiver: UnitReference,
    /// The budget year.
    pub budget_year: u32,
    /// What the document announces.
    pub announced_fen: Fen,
    /// What has arrived, adjustments included 指标到位.
    pub received_fen: Fen,
    /// What the level above has taken back.
    pub reclaimed_from_top_fen: Fen,
    /// What the receiver has passed on to units and put into budgets, less what came back.
    pub allocated_fen: Fen,
    /// What the receiver has left; negative where observed facts say so.
    pub unallocated_fen: Fen,
    /// What may be taken back at once: what units have left, and what is available to projects
    /// that have their final account or have ended.
    pub reclaimable_fen: Fen,
    /// The units that hold or held some of it, in the order of their names.
    pub nodes: Vec<NodeBalance>,
    /// The projects that may or might spend some of it, in the order of their numbers.
    pub budgets: Vec<BudgetBalance>,
    /// Where it was taken over from before the book 建账前: until when its figures count, and the
    /// document that they rest on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opening: Option<BeforeBook>,
    /// The sums over all budgets.
    pub totals: Spending,
    /// What was approved for later years, approval by approval.
    pub carried: Vec<Carried>,
    /// What has reached persons, as they say.
    pub benefit: Benefit,
    /// What went into management and preliminary work.
    pub fees: Fees,
    /// Equations 1, 2, 3 and 5 of the domain, each over all holders.
    pub equations: Vec<Equation>,
    /// The unallocated of all units, the granted of all budgets and what the top took back:
    /// always what was received.
    pub holders_sum_fen: Fen,
    /// True if every equation holds and the holders' sum is what was received.
    pub balanced: bool,
    /// As of when, if not as of now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<AsOf>,
}

/// What one unit holds of one batch.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NodeBalance {
    /// The unit.
    pub unit: UnitReference,
    /// Granted, less what it gave back.
    pub granted_fen: Fen,
    /// Passed on to other units.
    pub passed_on_fen: Fen,
    /// Put into projects' budgets.
    pub own_budget_fen: Fen,
    /// Left; negative where observed facts say so.
    pub unallocated_fen: Fen,
}

/// What one project may spend of one batch.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BudgetBalance {
    /// The project.
    pub project: ProjectReference,
    /// What it was granted and what became of it.
    #[serde(flatten)]
    pub spending: Spending,
}

/// What was granted for spending, and what became of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Spending {
    /// Granted, less what was taken back.
    pub granted_fen: Fen,
    /// Instructed and neither settled nor returned.
    pub committed_unpaid_fen: Fen,
    /// Settled.
    pub settled_fen: Fen,
    /// Settled and come back.
    pub returned_fen: Fen,
    /// Settled and recovered 追回.
    pub recovered_fen: Fen,
    /// Settled less returned and recovered.
    pub paid_net_fen: Fen,
    /// The part of the net payments from before the book 建账前: it rests on the opening's document,
    /// and no payment stands behind it.
    #[serde(skip_serializing_if = "is_zero")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub before_book_fen: Fen,
    /// May still be spent; negative where observed facts say so.
    pub available_fen: Fen,
}

/// An approval to use a rest in a later year.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Carried {
    /// The unit that may use it.
    pub holder: UnitReference,
    /// Into which year.
    pub to_year: u32,
    /// How much.
    pub amount_fen: Fen,
}

/// What one unit holds of all batches.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnitBalance {
    /// The unit.
    pub unit: UnitReference,
    /// Batch by batch, in the order of their documents.
    pub funds: Vec<UnitFundBalance>,
    /// Granted in all.
    pub granted_fen: Fen,
    /// Passed on in all.
    pub passed_on_fen: Fen,
    /// Put into budgets in all.
    pub own_budget_fen: Fen,
    /// Left in all.
    pub unallocated_fen: Fen,
}

/// What one unit holds of one batch, seen from the unit.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnitFundBalance {
    /// The batch.
    pub fund: FundReference,
    /// Granted, less what it gave back.
    pub granted_fen: Fen,
    /// Passed on to other units.
    pub passed_on_fen: Fen,
    /// Put into projects' budgets.
    pub own_budget_fen: Fen,
    /// Left.
    pub unallocated_fen: Fen,
}

/// A batch in one line.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FundLine {
    /// The batch.
    pub fund: FundReference,
    /// Who received it.
    pub receiver: UnitReference,
    /// The budget year.
    pub budget_year: u32,
    /// What the document announces.
    pub announced_fen: Fen,
    /// What has arrived.
    pub received_fen: Fen,
    /// What the level above has taken back.
    pub reclaimed_from_top_fen: Fen,
    /// What all units have left.
    pub unallocated_fen: Fen,
    /// The sums over all budgets.
    pub totals: Spending,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "what serde asks for")]
pub(crate) fn is_zero(amount: &Fen) -> bool {
    *amount == Fen::ZERO
}

impl From<&Budget> for Spending {
    fn from(budget: &Budget) -> Spending {
        Spending {
            granted_fen: budget.granted,
            committed_unpaid_fen: budget.committed_unpaid,
            settled_fen: budget.settled,
            returned_fen: budget.returned,
            recovered_fen: budget.recovered,
            paid_net_fen: budget.paid_net(),
            before_book_fen: budget.opening_net,
            available_fen: budget.available(),
        }
    }
}

impl Spending {
    /// The sum of many.
    pub(crate) fn total<'a>(parts: impl Iterator<Item = &'a Spending> + Clone) -> Spending {
        let sum = |field: fn(&Spending) -> Fen| total(parts.clone().map(field));
        Spending {
            granted_fen: sum(|it| it.granted_fen),
            committed_unpaid_fen: sum(|it| it.committed_unpaid_fen),
            settled_fen: sum(|it| it.settled_fen),
            returned_fen: sum(|it| it.returned_fen),
            recovered_fen: sum(|it| it.recovered_fen),
            paid_net_fen: sum(|it| it.paid_net_fen),
            before_book_fen: sum(|it| it.before_book_fen),
            available_fen: sum(|it| it.available_fen),
        }
    }
}

/// The balance of a batch; nothing for one that nobody has announced.
#[must_use]
pub fn fund_balance(view: &View, id: FundId) -> Option<FundBalance> {
    let books = &view.books;
    let fund = books.funds.get(id)?;
    let announcement = &fund.announcement;
    let nodes = nodes(view, id);
    let budgets = budgets(view, id);
    let none = FundSums::default();
    let sums = view.links.sums.of(id).unwrap_or(&none);
    let equations = equations::all(view, id, fund, sums);
    let holders = nodes.iter().map(|node| node.unallocated_fen);
    let holders = holders.chain(budgets.iter().map(|budget| budget.spending.granted_fen));
    let holders_sum_fen = total(holders.chain([fund.reclaimed_from_top]));
    let top = top(books, id, fund);
    let holds = equations.iter().all(|equation| equation.holds);
    Some(FundBalance {
        fund: references::fund(books, id),
        issuer: references::unit(books, announcement.issuer),
        receiver: references::unit(books, announcement.receiver),
        budget_year: announcement.budget_year,
        announced_fen: announcement.amount_fen,
        received_fen: fund.received,
        reclaimed_from_top_fen: fund.reclaimed_from_top,
        allocated_fen: allocated(&top),
        unallocated_fen: top.unallocated(),
        reclaimable_fen: reclaimable(books, &nodes, &budgets),
        totals: Spending::total(budgets.iter().map(|budget| &budget.spending)),
        opening: fund.opening.as_deref().map(BeforeBook::from),
        carried: carried(view, id),
        nodes,
        budgets,
        benefit: sums.reached.benefit(),
        fees: fees::sum(&[sums.fees], fund.received.sub(fund.reclaimed_from_top)),
        equations,
        holders_sum_fen,
        balanced: holds && holders_sum_fen == fund.received,
        as_of: None,
    })
}

/// All batches in one line each, in the order of their documents.
#[must_use]
pub fn fund_lines(view: &View) -> Vec<FundLine> {
    let books = &view.books;
    let mut unallocated: HashMap<FundId, Vec<Fen>> = HashMap::new();
    for ((fund, _), node) in books.nodes.iter() {
        unallocated
            .entry(fund)
            .or_default()
            .push(node.unallocated());
    }
    let mut spending: HashMap<FundId, Vec<Spending>> = HashMap::new();
    for ((fund, _), budget) in books.budgets.iter() {
        spending.entry(fund).or_default().push(budget.into());
    }
    let line = |(id, fund): (FundId, &Fund)| {
        let budgets = spending.get(&id).map_or(&[][..], Vec::as_slice);
        FundLine {
            fund: references::fund(books, id),
            receiver: references::unit(books, fund.announcement.receiver),
            budget_year: fund.announcement.budget_year,
            announced_fen: fund.announcement.amount_fen,
            received_fen: fund.received,
            reclaimed_from_top_fen: fund.reclaimed_from_top,
            unallocated_fen: total(unallocated.get(&id).into_iter().flatten().copied()),
            totals: Spending::total(budgets.iter()),
        }
    };
    let mut lines: Vec<FundLine> = books.funds.iter().map(line).collect();
    lines.sort_by(|a, b| a.fund.cmp(&b.fund));
    lines
}

/// What a unit holds of all batches; nothing for a unit that this ledger does not know.
#[must_use]
pub fn unit_balance(view: &View, id: OrganisationId) -> Option<UnitBalance> {
    let books = &view.books;
    books.organisations.get(id)?;
    let funds = view.links.funds_of_unit(id).iter();
    let show = |fund: &FundId| {
        let node = books.nodes.get((*fund, id))?;
        Some(UnitFundBalance {
            fund: references::fund(books, *fund),
            granted_fen: node.granted,
            passed_on_fen: node.passed_on,
            own_budget_fen: node.own_budget,
            unallocated_fen: node.unallocated(),
        })
    };
    let mut funds: Vec<UnitFundBalance> = funds.filter_map(show).collect();
    funds.sort_by(|a, b| a.fund.cmp(&b.fund));
    Some(UnitBalance {
        unit: references::unit(books, id),
        granted_fen: total(funds.iter().map(|it| it.granted_fen)),
        passed_on_fen: total(funds.iter().map(|it| it.passed_on_fen)),
        own_budget_fen: total(funds.iter().map(|it| it.own_budget_fen)),
        unallocated_fen: total(funds.iter().map(|it| it.unallocated_fen)),
        funds,
    })
}

/// What nobody needs any more. What a holder has spent too much is not set against it: others'
/// rests can be taken back all the same.
fn reclaimable(books: &Books, nodes: &[NodeBalance], budgets: &[BudgetBalance]) -> Fen {
    let done = |budget: &&BudgetBalance| {
        let project = books.projects.get(budget.project.project);
        project.is_some_and(|row| row.life.final_account.is_some() || row.state.has_ended())
    };
    let budgets = budgets.iter().filter(done);
    let rests = nodes.iter().map(|node| node.unallocated_fen);
    let rests = rests.chain(budgets.map(|budget| budget.spending.available_fen));
    total(rests.map(|rest| rest.max(Fen::ZERO)))
}

/// What a project has of each batch, in the order of their documents.
pub(crate) fn project_budgets(view: &View, id: ProjectId) -> Vec<(FundReference, Spending)> {
    let funds = view.links.funds_of_project(id).iter();
    let show = |fund: &FundId| {
        let budget = view.books.budgets.get((*fund, id))?;
        Some((references::fund(&view.books, *fund), Spending::from(budget)))
    };
    let mut budgets: Vec<_> = funds.filter_map(show).collect();
    budgets.sort_by(|(a, _), (b, _)| a.cmp(b));
    budgets
}

fn nodes(view: &View, fund: FundId) -> Vec<NodeBalance> {
    let units = view.links.units_of_fund(fund).iter();
    let show = |unit: &OrganisationId| {
        let node = view.books.nodes.get((fund, *unit))?;
        Some(NodeBalance {
            unit: references::unit(&view.books, *unit),
            granted_fen: node.granted,
            passed_on_fen: node.passed_on,
            own_budget_fen: node.own_budget,
            unallocated_fen: node.unallocated(),
        })
    };
    let mut nodes: Vec<NodeBalance> = units.filter_map(show).collect();
    nodes.sort_by(|a, b| a.unit.cmp(&b.unit));
    nodes
}

fn budgets(view: &View, fund: FundId) -> Vec<BudgetBalance> {
    let projects = view.links.projects_of_fund(fund).iter();
    let show = |project: &ProjectId| {
        let budget = view.books.budgets.get((fund, *project))?;
        let project = references::project(&view.books, *project);
        Some(BudgetBalance {
            project,
            spending: budget.into(),
        })
    };
    let mut budgets: Vec<BudgetBalance> = projects.filter_map(show).collect();
    budgets.sort_by(|a, b| a.project.cmp(&b.project));
    budgets
}

/// By unit, and within it in the order of the approvals.
fn carried(view: &View, fund: FundId) -> Vec<Carried> {
    let mut units: Vec<_> = view.links.units_of_fund(fund).to_vec();
    units.sort_by_key(|unit| references::unit(&view.books, *unit));
    let approvals = |unit: OrganisationId| {
        let node = view.books.nodes.get((fund, unit));
        let carried = node.map_or(&[][..], |node| &node.carried);
        carried.iter().map(move |(to_year, amount_fen)| Carried {
            holder: references::unit(&view.books, unit),
            to_year: *to_year,
            amount_fen: *amount_fen,
        })
    };
    units.into_iter().flat_map(approvals).collect()
}

/// The receiver's row; an empty one before the first receipt.
fn top(books: &Books, id: FundId, fund: &Fund) -> Node {
    books
        .nodes
        .get((id, fund.announcement.receiver))
        .cloned()
        .unwrap_or_default()
}

/// What the receiver has given away. What other units have granted the receiver itself has come
/// home, and is no longer given away.
fn allocated(top: &Node) -> Fen {
    let home = total(top.granted_by.iter().map(|(_, amount)| *amount));
    top.passed_on.add(top.own_budget).sub(home)
}
