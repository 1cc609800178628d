//! The fund equations (domain 5.7), each side found on another way: what one holder has given is
//! summed up from those who got it, and what a budget has spent from its payments.

use super::{allocated, top};
use crate::View;
use crate::benefit::Benefit;
use crate::references::total;
use crate::sums::{FundSums, Way};
use hashbrown::HashMap;
use ledger::fund::rules::Fund;
use ledger::ids::{FundId, OrganisationId};
use ledger::money::Fen;

/// One equation, over all holders of a batch.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Equation {
    /// Its number in the domain.
    pub number: u8,
    /// True if both sides are the same, at every single holder.
    pub holds: bool,
    /// The left side; the sum over all holders.
    pub left_fen: Fen,
    /// The right side; the sum over all holders.
    pub right_fen: Fen,
    /// What it says.
    pub text: &'static str,
    /// What it says, in Chinese.
    pub text_zh: &'static str,
}

/// Equation 3.
pub(crate) const SPENT: (&str, &str) = (
    "own budget = committed and unpaid + paid net + available",
    "项目预算 = 已指令未到账 + 净支付 + 可用",
);

/// Equation 5.
pub(crate) const REACHED: (&str, &str) = (
    "confirmed + unconfirmed + disputed = settled to persons, less what came back",
    "已核实 + 未核实 + 有异议 = 到户到人净支付",
);

pub(super) fn all(view: &View, id: FundId, fund: &Fund, sums: &FundSums) -> Vec<Equation> {
    vec![
        received(view, id, fund),
        passed_on(view, id),
        spent(view, id, sums),
        reached(sums),
    ]
}

/// Collects the two sides, holder by holder.
#[derive(Default)]
pub(crate) struct Sides {
    left: Vec<Fen>,
    right: Vec<Fen>,
    differ: bool,
}

impl Sides {
    pub(crate) fn put(&mut self, left: Fen, right: Fen) {
        self.differ |= left != right;
        self.left.push(left);
        self.right.push(right);
    }

    pub(crate) fn equation(
        self,
        number: u8,
        text: &'static str,
        text_zh: &'static str,
    ) -> Equation {
        let Sides {
            left,
            right,
            differ,
        } = self;
        let (left_fen, right_fen) = (total(left), total(right));
        Equation {
            number,
            holds: !differ,
            left_fen,
            right_fen,
            text,
            text_zh,
        }
    }
}

fn received(view: &View, id: FundId, fund: &Fund) -> Equation {
    let top = top(&view.books, id, fund);
    let mut sides = Sides::default();
    let parts = [allocated(&top), fund.reclaimed_from_top, top.unallocated()];
    sides.put(fund.received, total(parts));
    sides.equation(
        1,
        "received = allocated + reclaimed from the top + unallocated",
        "到位指标 = 已分解 + 上级收回 + 未分解",
    )
}

fn passed_on(view: &View, id: FundId) -> Equation {
    let (books, links) = (&view.books, &view.links);
    let mut taken: HashMap<OrganisationId, Vec<Fen>> = HashMap::new();
    let nodes = links
        .units_of_fund(id)
        .iter()
        .filter_map(|unit| books.nodes.get((id, *unit)));
    let budgets = links.projects_of_fund(id).iter();
    let budgets = budgets.filter_map(|project| books.budgets.get((id, *project)));
    let grants = nodes.flat_map(|node| &node.granted_by);
    for (granter, amount) in grants.chain(budgets.flat_map(|budget| &budget.granted_by)) {
        taken.entry(*granter).or_default().push(*amount);
    }
    let mut sides = Sides::default();
    for unit in links.units_of_fund(id) {
        let Some(node) = books.nodes.get((id, *unit)) else {
            continue;
        };
        let children = taken.get(unit).into_iter().flatten().copied();
        sides.put(node.granted, total(children.chain([node.unallocated()])));
    }
    sides.equation(
        2,
        "allocated to a unit = allocated by it to others + its own budgets + unallocated",
        "单位分得指标 = 下达下级 + 列入项目预算 + 未分解",
    )
}

fn spent(view: &View, id: FundId, sums: &FundSums) -> Equation {
    let mut sides = Sides::default();
    for project in view.links.projects_of_fund(id) {
        let Some(budget) = view.books.budgets.get((id, *project)) else {
            continue;
        };
        let mut right = sums.of_project(*project);
        right.carry(Way::In, budget.opening_net);
        right.carry(Way::In, budget.available());
        sides.put(budget.granted, right.fen());
    }
    sides.equation(3, SPENT.0, SPENT.1)
}

fn reached(sums: &FundSums) -> Equation {
    let Benefit {
        confirmed_fen,
        unconfirmed_fen,
        disputed_fen,
        settled_net_fen: _,
    } = sums.reached.benefit();
    let mut sides = Sides::default();
    let said = total([confirmed_fen, unconfirmed_fen, disputed_fen]);
    sides.put(said, sums.reached.net());
    sides.equation(5, REACHED.0, REACHED.1)
}
