//! Promised (V23): a period is signed off by two; from then on money with a day in it is refused,
//! and stored with an alert where it is a fact; it is opened again by another than who signed.

use crate::harness::*;
use serde_json::{Value, json};

impl World {
    fn period(&self, who: &str, step: &str, data: Value) -> Reply {
        self.send_on(who, "2018-08-10", &format!("ledger.{step}_period"), data)
    }

    fn own(&self) -> Value {
        self.get("reader", &format!("/v1/ledgers/{}", self.ledger))
            .json()
    }
}

#[test]
fn a_signed_off_period_takes_no_more_money_until_it_is_opened_again() {
    let mut world = spawn();
    world.register_units();
    world.fund_received(1, 1_000);
    assert!(world.own()["signed_off"].is_null());

    let july = json!({"through": "2018-07", "document": "对账表〔2018〕7号"});
    assert_eq!(
        world.period("inspector", "prepare", july.clone()).status,
        403
    );
    assert_eq!(world.period("finance", "prepare", july).status, 201);
    assert_eq!(world.own()["prepared"]["through"], "2018-07-31");
    let through = json!({"through": "2018-07-31"});
    let refused = world.period("finance", "sign_off", through.clone());
    assert_eq!(
        (refused.status, refused.code()),
        (409, "SAME_PERSON".into())
    );
    let signed = world.period("finance2", "sign_off", through);
    assert_eq!(signed.status, 201, "{}", signed.text());
    let signed = signed.json();

    // The same after a restart.
    world.restart();
    let own = world.own();
    assert!(own["prepared"].is_null());
    assert_eq!(own["signed_off"]["through"], "2018-07-31");
    assert_eq!(own["signed_off"]["seq"], signed["last_seq"]);

    let announce = |number| announcement(number, 500);
    let late = world.send_on("finance", "2018-07-31", "fund.announce", announce(2));
    assert_eq!((late.status, late.code()), (409, "PERIOD_CLOSED".into()));
    let problem = late.json();
    assert_eq!(problem["field"], "occurred_on");
    assert!(
        problem["title_zh"]
            .as_str()
            .unwrap()
            .contains("封账至 2018-07-31")
    );
    world.record_on("finance", "2018-08-01", "fund.announce", announce(3));

    let mut fact = command("fund.announce", "2018-07-31", announce(4));
    fact["intake"] = json!("observation");
    assert_eq!(world.post("finance", &fact).status, 201);
    let alerts = world.data("inspector", "alerts?code=PERIOD_CLOSED");
    assert_eq!(alerts["total"], 1);

    let again = json!({"reason": "漏记一笔", "document": "县财〔2018〕21号"});
    let same = world.period("finance2", "reopen", again.clone());
    assert_eq!((same.status, same.code()), (409, "SAME_PERSON".into()));
    assert_eq!(world.period("finance", "reopen", again).status, 201);
    world.record_on("finance", "2018-07-31", "fund.announce", announce(5));
    assert!(world.own()["signed_off"].is_null());
}
