//! What is shown and not summed: what is counted with another item, and what was given up. And what
//! is summed wherever it stands.

use super::*;

#[test]
fn what_is_counted_with_another_item_is_shown_and_not_summed() {
    let world = county();
    let overlap = json!({"item": item(2), "with": item(1), "reason": "同一笔资金"});
    world.record_on("inspector", "2018-09-29", "item.link_overlap", overlap);
    let list = csv_of(&world, Kind::Problems);
    assert!(list.contains("0.29 不计入合计"), "{list}");
    let sheet = &sheets(&printed(&world, Kind::Rectification, "xlsx"))[0];
    let amounts = amounts(sheet);
    let mut required = amounts.iter().filter(|it| it.0 == "应追缴").map(|it| it.2);
    let told = world.data("reader", "recoveries");
    let total = told["total"]["required_fen"].as_i64().unwrap();
    assert_eq!((total, required.next_back()), (120_000, Some(total)));
}

/// Its number is free for another import, which must not count its money again.
#[test]
fn a_discarded_draft_is_shown_and_not_summed() {
    let world = county();
    let required = || {
        let sheet = &sheets(&printed(&world, Kind::Rectification, "xlsx"))[0];
        let mut sums = amounts(sheet).into_iter().filter(|it| it.0 == "应追缴");
        sums.next_back().map(|it| it.2)
    };
    let before = required();
    world.record_on("inspector", "2018-09-29", "item.draft", draft(9, 50_000));
    assert_ne!(required(), before);
    let reason = json!({"item": item(9), "reason": "导入有误"});
    world.record_on("inspector", "2018-09-29", "item.discard", reason);
    assert_eq!(required(), before);
    let list = csv_of(&world, Kind::Problems);
    assert!(list.contains("500.00 不计入合计"), "{list}");
    let told = world.data("reader", "recoveries");
    assert_eq!(told["total"]["required_fen"].as_i64(), before);
}

/// It stays with the item that it came back for, whatever becomes of that.
#[test]
fn what_came_back_before_a_merger_is_summed_as_the_server_sums_it() {
    let world = county();
    let received = json!({"item": item(2), "amount_fen": 11, "reference": "缴款书1号",
        "way": "non_tax"});
    let reply = world.post(
        "inspector",
        &observed(command("item.receive_recovery", "2018-09-20", received)),
    );
    assert_eq!(reply.status, 201, "{}", reply.text());
    let before = world.data("reader", "recoveries");
    let into = json!({"item": item(2), "into": item(1), "reason": "同一问题"});
    let reply = world.post(
        "inspector",
        &observed(command("item.merge", "2018-09-29", into)),
    );
    assert_eq!(reply.status, 201, "{}", reply.text());
    let told = world.data("reader", "recoveries");
    assert_eq!(
        told["total"]["required_fen"],
        before["total"]["required_fen"]
    );
    let sheet = &sheets(&printed(&world, Kind::Rectification, "xlsx"))[0];
    for (name, field) in [
        ("应追缴", "required_fen"),
        ("已追缴", "received_fen"),
        ("其中非税缴库", "non_tax_fen"),
        ("未追缴", "open_fen"),
    ] {
        let amounts = amounts(sheet);
        let mut found = amounts.iter().filter(|it| it.0 == name).map(|it| it.2);
        let total = told["total"][field]
            .as_i64()
            .unwrap_or_else(|| panic!("{told}"));
        assert_eq!(found.next_back(), Some(total), "{name}");
    }
    // What it is about is other money than what the item is about in which it goes on.
    let list = csv_of(&world, Kind::Problems);
    assert!(!list.contains("不计入合计"), "{list}");
}
