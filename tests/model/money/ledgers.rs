//! The four ledgers of every batch and project, with both sides of every equation of domain 5.7,
//! against sums over what was granted, instructed, paid, moved and said.

use super::*;
use crate::model::cash::Cash;

/// The left and right sides of the equations, by number.
type Sides = Vec<(u64, i64, i64)>;

impl Money {
    /// What was instructed, if there is such a payment.
    pub fn instructed(&self, id: u64) -> Option<i64> {
        self.payments.get(&id).map(|row| row.order.fen)
    }

    /// One of the last payments, or nearly.
    pub fn recent(&self, chance: &mut Chance) -> Option<u64> {
        self.fresh.checked_sub(chance.below(10))
    }

    pub fn compare_ledgers(&self, world: &Client, cash: &Cash) {
        for number in self.funds.keys() {
            let shown = world.data("reader", &format!("funds/{}/ledgers", fund(*number)));
            compare(&shown, &self.sides_of_batch(*number, cash));
            let authority = self.authority(*number);
            compare_fields(&shown["authority"], &authority);
        }
        for number in PROJECTS {
            let shown = world.data("reader", &format!("projects/{}/ledgers", project(number)));
            compare(&shown, &self.sides_of_project(number, cash));
            compare_fields(&shown["commitment"], &self.commitment(number));
        }
        for (id, row) in &self.contracts {
            let shown = world.data("reader", &format!("contracts/{}", contract(*id)));
            assert_eq!(shown["paid_fen"], self.contract_paid(*id), "{shown:#}");
            assert_eq!(shown["price_fen"], row.price, "{shown:#}");
        }
        for id in self.claims.keys().rev().take(50) {
            let shown = world.data("reader", &format!("claims/{}", claim(*id)));
            assert_eq!(shown["state"]["word"], self.claim_state(*id), "{shown:#}");
        }
    }

    fn authority(&self, fund: u64) -> Vec<(&'static str, i64)> {
        let row = &self.funds[&fund];
        let left: i64 = UNITS.iter().map(|unit| self.left(fund, *unit)).sum();
        let budgets = PROJECTS.map(|project| self.budget(fund, project));
        vec![
            ("received_fen", row.received),
            ("reclaimed_from_top_fen", row.to_top),
            ("allocated_fen", self.allocated(fund)),
            ("unallocated_fen", left),
            ("own_budget_fen", budgets.iter().map(|it| it.granted).sum()),
            ("available_fen", budgets.iter().map(Budget::available).sum()),
        ]
    }

    fn given(&self, fund: u64, unit: u64) -> i64 {
        let given = self.grants.iter();
        let given = given.filter(|grant| grant.fund == fund && grant.from == unit);
        given.map(|grant| grant.fen).sum()
    }

    /// What the receiver has given, less what others gave to it.
    fn allocated(&self, fund: u64) -> i64 {
        let row = &self.funds[&fund];
        let got = self.granted(fund, Holder::Unit(COUNTY)) - row.received + row.to_top;
        self.given(fund, COUNTY) - got
    }

    fn sides_of_batch(&self, fund: u64, cash: &Cash) -> Sides {
        let row = &self.funds[&fund];
        let top = self.allocated(fund) + row.to_top + self.left(fund, COUNTY);
        let units = UNITS.map(|unit| {
            let all = self.given(fund, unit) + self.left(fund, unit);
            (self.granted(fund, Holder::Unit(unit)), all)
        });
        let budgets = PROJECTS.map(|project| self.budget(fund, project));
        let cash: i64 = [1, 2].map(|it| cash.balance(it, Some(fund))).iter().sum();
        let reached: i64 = self.to_persons(None).map(|it| it.kept_of(fund)).sum();
        let both = |left: &dyn Fn(&(i64, i64)) -> i64| units.iter().map(left).sum();
        vec![
            (1, row.received, top),
            (2, both(&|it| it.0), both(&|it| it.1)),
            (3, granted(&budgets), spent(&budgets)),
            (4, cash, cash),
            (5, reached, reached),
        ]
    }

    fn sides_of_project(&self, project: u64, cash: &Cash) -> Sides {
        let funds = || self.funds.keys();
        let budgets: Vec<_> = funds().map(|fund| self.budget(*fund, project)).collect();
        let put_in = self.grants.iter();
        let put_in = put_in.filter(|grant| grant.to == Holder::Project(project));
        let put_in: i64 = put_in.map(|grant| grant.fen).sum();
        let payments = self.payments.iter();
        let payments = payments.filter(|(_, row)| row.order.project == project);
        let moved = payments.map(|(id, _)| cash.of_payment(*id));
        let moved: i64 = moved.map(|(out, back)| out - back).sum();
        let reached: i64 = self.to_persons(Some(project)).map(Payment::net).sum();
        vec![
            (2, granted(&budgets), put_in),
            (3, granted(&budgets), spent(&budgets)),
            (4, moved, moved),
            (5, reached, reached),
        ]
    }

    fn to_persons(&self, project: Option<u64>) -> impl Iterator<Item = &Payment> {
        let rows = self.payments.values();
        let rows = rows.filter(move |row| project.is_none_or(|it| row.order.project == it));
        rows.filter(|row| matches!(row.order.payee, Payee::House(_)))
    }

    fn commitment(&self, project: u64) -> Vec<(&'static str, i64)> {
        let contracts = || self.contracts.iter().filter(|it| it.1.project == project);
        let claims = || {
            self.claims
                .values()
                .filter(|it| it.order.project == project)
        };
        let live = claims().filter(|it| it.is_live());
        let approved = claims().filter(|it| it.is_approved());
        let budgets = self.funds.keys().map(|fund| self.budget(*fund, project));
        vec![
            ("signed_fen", contracts().map(|it| it.1.signed).sum()),
            ("contract_price_fen", contracts().map(|it| it.1.price).sum()),
            (
                "contract_paid_fen",
                contracts().map(|it| self.contract_paid(*it.0)).sum(),
            ),
            ("claimed_fen", live.map(|it| it.order.fen).sum()),
            ("approved_fen", approved.map(|it| it.order.fen).sum()),
            ("committed_unpaid_fen", budgets.map(|it| it.committed).sum()),
        ]
    }
}

impl Payment {
    /// What a batch has borne of it, less what came back.
    fn kept_of(&self, fund: u64) -> i64 {
        self.borne(self.settled, fund) - self.borne(self.returned + self.back(), fund)
    }
}

fn granted(budgets: &[Budget]) -> i64 {
    budgets.iter().map(|it| it.granted).sum()
}

fn spent(budgets: &[Budget]) -> i64 {
    let net = |it: &Budget| it.settled - it.returned - it.recovered;
    let parts = budgets.iter();
    parts
        .map(|it| it.committed + net(it) + it.available())
        .sum()
}

fn compare(shown: &Value, sides: &Sides) {
    assert_eq!(shown["holds"], true, "{shown:#}");
    let equations = shown["equations"].as_array().unwrap();
    assert_eq!(equations.len(), sides.len(), "{shown:#}");
    for (equation, (number, left, right)) in equations.iter().zip(sides) {
        assert_eq!(equation["number"], *number, "{shown:#}");
        assert_eq!(equation["holds"], true, "{shown:#}");
        assert_eq!(equation["left_fen"], *left, "{equation:#}\n{shown:#}");
        assert_eq!(equation["right_fen"], *right, "{equation:#}\n{shown:#}");
    }
}

fn compare_fields(shown: &Value, fields: &[(&'static str, i64)]) {
    for (field, expected) in fields {
        assert_eq!(shown[*field], *expected, "{field}: {shown:#}");
    }
}
