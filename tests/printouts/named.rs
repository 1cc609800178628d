//! An evidence sheet names what it is about, and the register the ways by which money came back.

use super::*;

#[test]
fn an_evidence_sheet_names_its_subject() {
    let world = county();
    for (subject, named) in [
        (payment(3), "支付 PZ-000003".to_owned()),
        (item(1), "整改事项 0001 补助资金未足额发放到户".to_owned()),
        (org(TOWN), "机构 530399101 龙潭乡".to_owned()),
        (project(1), "项目 QS-2018-001 龙潭乡产业路1期".to_owned()),
        (person(HOUSEHOLDS + 1), "禾苗甲".to_owned()),
    ] {
        let query = format!("&format=csv&reveal=true&subject={subject}");
        let reply = ask(&world, "inspector", "evidence-sheet", &query);
        let text = reply.text();
        assert!(text.contains(&format!("取证对象,{named},")), "{text}");
        assert!(text.contains(&format!("对象标识,{subject},")), "{text}");
    }
}

#[test]
fn the_register_shows_by_which_way_money_came_back() {
    let world = county();
    let received = |amount: i64, reference: &str, way: Option<&str>| {
        let mut data = json!({"item": item(2), "amount_fen": amount, "reference": reference});
        if let Some(way) = way {
            data["way"] = json!(way);
        }
        let data = observed(command("item.receive_recovery", "2018-09-20", data));
        let reply = world.post("inspector", &data);
        assert_eq!(reply.status, 201, "{}", reply.text());
    };
    received(11, "缴款书1号", Some("non_tax"));
    received(7, "BK-900001", None);
    let sheet = &sheets(&printed(&world, Kind::Rectification, "xlsx"))[0];
    let amounts = amounts(sheet);
    for (name, expected) in [
        ("已追缴", 18),
        ("其中已对上银行流水", 0),
        ("其中非税缴库", 11),
        ("其中抵扣", 0),
    ] {
        let mut found = amounts.iter().filter(|it| it.0 == name).map(|it| it.2);
        assert_eq!(found.next_back(), Some(expected), "{name}");
    }
}
