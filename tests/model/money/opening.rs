//! What there is before the first random command: batches and projects of this book, and a project,
//! a batch and a contract that were half-way before it.

use super::claims::Claim;
use super::contracts::Contract;
use super::*;

fn cut_over() -> Value {
    json!({"on": "2017-12-31", "document": "青财〔2018〕期初"})
}

impl Money {
    /// Three batches announced, two projects started, one approved, one in the library; and batch 4
    /// and project 5 taken over, with a contract and a claim.
    pub fn found(world: &Client) -> Money {
        for number in 1..FUNDS {
            let announcement = announcement(number, ANNOUNCED);
            world.record_on("finance", "2018-03-01", "fund.announce", announcement);
        }
        world.project_started(1, 1_000_000);
        world.project_started(2, 1_000_000);
        world.project_approved(3, 1_000_000);
        world.project_entered(4, 1_000_000);
        for house in HOUSES {
            world.register_household(house, "禾苗丁");
        }
        let mut money = Money {
            funds: BTreeMap::new(),
            grants: Vec::new(),
            carried: Vec::new(),
            payments: BTreeMap::new(),
            before: BTreeMap::new(),
            contracts: BTreeMap::new(),
            claims: BTreeMap::new(),
            stated: Vec::new(),
            fresh: 1,
        };
        for number in 1..FUNDS {
            let row = Fund {
                version: 1,
                ..Fund::default()
            };
            money.funds.insert(number, row);
        }
        let signing = signing(1, 1, 8_000);
        world.record_on("finance", "2018-04-02", "contract.sign", signing);
        money.contracts.insert(1, Contract::new(1, 8_000));
        money.takes_over(world);
        money
    }

    fn takes_over(&mut self, world: &Client) {
        take_over(world, 1, "project", project_before());
        let spent = (6_000, 500);
        let batch = json!({
            "announcement": announcement(4, ANNOUNCED), "cut_over": cut_over(),
            "received_fen": 60_000, "reclaimed_from_top_fen": 2_000,
            "lines": [
                {"from": org(COUNTY), "to": to_unit(TOWN), "amount_fen": 10_000},
                {"from": org(COUNTY), "to": to_project(5), "amount_fen": 20_000},
                {"from": org(TOWN), "to": to_project(5), "amount_fen": 3_000},
            ],
            "spent": [{"project": project(5), "settled_fen": spent.0, "returned_fen": spent.1}],
        });
        take_over(world, 2, "fund", batch);
        let row = Fund {
            received: 60_000,
            to_top: 2_000,
            version: 1,
            ..Fund::default()
        };
        self.funds.insert(4, row);
        let lines = [
            (COUNTY, Holder::Unit(TOWN), 10_000),
            (COUNTY, Holder::Project(5), 20_000),
            (TOWN, Holder::Project(5), 3_000),
        ];
        for (from, to, fen) in lines {
            let fund = 4;
            self.grants.push(Grant {
                fund,
                from,
                to,
                fen,
            });
        }
        self.before.insert((4, 5), spent);

        let contract_before = json!({
            "signing": signing(2, 5, 6_000), "cut_over": cut_over(), "signed_on": "2017-04-01",
            "changes_delta_fen": 2_000, "paid_fen": 3_000, "reached_stage": 1,
        });
        take_over(world, 3, "contract", contract_before);
        let row = Contract {
            price: 8_000,
            paid_before: 3_000,
            ..Contract::new(5, 6_000)
        };
        self.contracts.insert(2, row);
        self.takes_over_a_claim(world);
    }

    fn takes_over_a_claim(&mut self, world: &Client) {
        let order = Order {
            project: 5,
            payee: Payee::Unit(BUILDER),
            fen: 4_000,
            sources: vec![(4, 4_000)],
            kind: "progress",
            contract: None,
            claim: None,
        };
        let mut submission = super::commands::ordered(&order);
        submission["claim"] = json!(claim(1));
        submission["number"] = json!("BZ-2017-1");
        submission["vouchers"] = json!(["FP-0"]);
        let facts = json!({"submission": submission, "cut_over": cut_over(), "paid_fen": 1_500});
        take_over(world, 5, "claim", facts);
        let row = Claim::before(order, 1_500, "finance2");
        self.claims.insert(1, row);
    }
}

/// One person records it, another one confirms it.
pub fn take_over(world: &Client, number: u64, noun: &str, facts: Value) {
    let entry = measure(900 + number);
    let proposal = json!({"entry": entry, "command": {noun: {"take_over": facts}}});
    world.record("finance", "entry.propose", proposal);
    world.record("finance2", "entry.confirm", json!({"entry": entry}));
}

fn signing(number: u64, of: u64, fen: i64) -> Value {
    json!({
        "contract": contract(number), "project": project(of), "number": format!("HT-{number}"),
        "name": "施工合同", "supplier": org(BUILDER), "price_fen": fen, "retention_bp": 1000,
        "document": format!("HT-{number}"), "stages": [
            {"trigger": "signing", "cumulative_cap_bp": 4000},
            {"trigger": "acceptance", "cumulative_cap_bp": 9000},
            {"trigger": "retention_end", "cumulative_cap_bp": 10000},
        ],
    })
}

fn project_before() -> Value {
    let money = json!([{"source_kind": "province", "amount_fen": 1_000_000}]);
    json!({
        "entry": {
            "project": project(5), "number": "QS-2017-005", "name": "龙潭乡产业路五期",
            "implementing_unit": org(TOWN), "area": org(TOWN), "content": "硬化村组道路",
            "performance_target": "受益 300 户", "planned": money, "planned_fen": 1_000_000,
        },
        "cut_over": cut_over(), "state": "in_progress", "started_on": "2017-05",
        "budget": money,
    })
}
