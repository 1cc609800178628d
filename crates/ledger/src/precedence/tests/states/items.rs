//! Items, put into each of their states.

use super::*;
use crate::item::rules::State as ItemState;

pub(super) const ITEM: &[Line] = &[
    (
        "draft",
        CLOSER,
        "2018-07-01",
        r#"{"item":"$7601","number":"1-01","round":"$7501","category":"policy","scope":"individual",
        "severity":"serious","facts":"某","amount_involved_fen":0,"recovery_required_fen":0,
        "responsible_unit":"$0005","responsible_person":"$1001",
        "deadline_rule":"inspection_feedback"}"#,
    ),
    ("issue", CLOSER, "2018-07-01", r#"{"item":"$7601"}"#),
    ("acknowledge", BUILDER, "2018-07-01", r#"{"item":"$7601"}"#),
    (
        "submit_plan",
        BUILDER,
        "2018-07-01",
        r#"{"item":"$7601","plan":"整改","document":"I-1"}"#,
    ),
    (
        "return_plan",
        CLOSER,
        "2018-07-01",
        r#"{"item":"$7601","reason":"材料不全"}"#,
    ),
    ("approve_plan", CHIEF, "2018-07-01", r#"{"item":"$7601"}"#),
    (
        "request_closure",
        BUILDER,
        "2018-07-01",
        r#"{"item":"$7601"}"#,
    ),
    (
        "return_for_rework",
        CHIEF,
        "2018-07-01",
        r#"{"item":"$7601","reason":"材料不全"}"#,
    ),
    (
        "verify",
        CHIEF,
        "2018-07-01",
        r#"{"item":"$7601","mode":"on_paper","finding":"属实"}"#,
    ),
    ("close", CLOSER, "2018-07-01", r#"{"item":"$7601"}"#),
    ("pass_lookback", LOOKER, "2018-07-01", r#"{"item":"$7601"}"#),
    (
        "fail_lookback",
        LOOKER,
        "2018-07-01",
        r#"{"item":"$7601","reason":"材料不全"}"#,
    ),
    (
        "approve_long_term",
        CADRE,
        "2018-07-01",
        r#"{"item":"$7601","reason":"材料不全"}"#,
    ),
    (
        "review_long_term",
        CADRE,
        "2018-07-01",
        r#"{"item":"$7601"}"#,
    ),
    (
        "suspend",
        CADRE,
        "2018-07-01",
        r#"{"item":"$7601","reason":"材料不全"}"#,
    ),
    ("resume", CADRE, "2018-07-01", r#"{"item":"$7601"}"#),
    (
        "uphold_objection",
        CLOSER,
        "2018-07-01",
        r#"{"item":"$7601","reason":"材料不全"}"#,
    ),
    (
        "merge",
        CLOSER,
        "2018-07-01",
        r#"{"item":"$7601","into":"$7604","reason":"同一问题"}"#,
    ),
    (
        "close_not_implemented",
        CADRE,
        "2018-07-01",
        r#"{"item":"$7601","authority":"市委","reason":"单位撤销"}"#,
    ),
    (
        "add_measure",
        BUILDER,
        "2018-07-01",
        r#"{"item":"$7601","measure":"$7702","kind":"ordinary","description":"公示"}"#,
    ),
    (
        "change_measure",
        BUILDER,
        "2018-07-01",
        r#"{"item":"$7601","measure":"$7701","kind":"ordinary","description":"公示名单"}"#,
    ),
    (
        "finish_measure",
        BUILDER,
        "2018-07-01",
        r#"{"item":"$7601","measure":"$7701","result":"已公示"}"#,
    ),
    (
        "add_evidence",
        BUILDER,
        "2018-07-01",
        r#"{"item":"$7601","measure":"$7701","captured_on":"2018-07-01","description":"照片",
        "sha256":"efefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefef"}"#,
    ),
    (
        "retract_evidence",
        BUILDER,
        "2018-07-01",
        r#"{"item":"$7601","reason":"拍错",
        "sha256":"efefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefef"}"#,
    ),
    (
        "note_progress",
        BUILDER,
        "2018-07-01",
        r#"{"item":"$7601","reason":"材料不全"}"#,
    ),
    (
        "request_extension",
        BUILDER,
        "2018-07-01",
        r#"{"item":"$7601","due_on":"2018-12-31","reason":"雨季"}"#,
    ),
    (
        "grant_extension",
        CADRE,
        "2018-07-01",
        r#"{"item":"$7601"}"#,
    ),
    (
        "refuse_extension",
        CADRE,
        "2018-07-01",
        r#"{"item":"$7601","reason":"材料不全"}"#,
    ),
    (
        "send_letter",
        CLOSER,
        "2018-07-01",
        r#"{"item":"$7601","kind":"urging","number":"L-1"}"#,
    ),
    (
        "demand_recovery",
        CLOSER,
        "2018-07-01",
        r#"{"item":"$7601","amount_fen":1,"reference":"K-1"}"#,
    ),
    (
        "receive_recovery",
        BUILDER,
        "2018-07-01",
        r#"{"item":"$7601","amount_fen":1,"reference":"K-2"}"#,
    ),
    (
        "waive_recovery",
        CADRE,
        "2018-07-01",
        r#"{"item":"$7601","amount_fen":1,"authority":"市政府","reason":"受灾"}"#,
    ),
    (
        "transfer_lead",
        CLOSER,
        "2018-07-01",
        r#"{"item":"$7601","lead_unit":"$0003","reason":"职能调整"}"#,
    ),
    (
        "declare_recusal",
        CLOSER,
        "2018-07-01",
        r#"{"item":"$7601","person":"$1001","reason":"亲属"}"#,
    ),
    (
        "import_closure",
        CLOSER,
        "2018-07-01",
        r#"{"item":"$7601","closed_on":"2017","document":"I-9"}"#,
    ),
    (
        "take_over",
        CLOSER,
        "2018-07-01",
        r#"{"draft":{"item":"$7601","number":"1-01","round":"$7501","category":"policy",
        "scope":"individual","severity":"serious","facts":"某","amount_involved_fen":0,
        "recovery_required_fen":0,"responsible_unit":"$0005","responsible_person":"$1001",
        "deadline_rule":"inspection_feedback"},
        "cut_over":{"on":"2018-06-30","document":"Q-1"},"state":"in_progress",
        "issued_on":"2018-06-15","extensions":[],"suspended_days":0,"demanded_fen":0,
        "received_fen":0,"waived_fen":0}"#,
    ),
    (
        "reassign",
        CLOSER,
        "2018-07-01",
        r#"{"item":"$7601","responsible_unit":"$0003","cooperating_units":["$0005"],
        "reason":"机构改革"}"#,
    ),
    (
        "split",
        CLOSER,
        "2018-07-01",
        r#"{"item":"$7601","into":["$7602","$7603"],"reason":"分属两个单位"}"#,
    ),
    (
        "link_overlap",
        CLOSER,
        "2018-07-01",
        r#"{"item":"$7601","with":"$7602","reason":"同一问题"}"#,
    ),
    (
        "unlink_overlap",
        CLOSER,
        "2018-07-01",
        r#"{"item":"$7601","with":"$7602","reason":"并非同一问题"}"#,
    ),
    (
        "refute",
        CADRE,
        "2018-07-01",
        r#"{"item":"$7601","authority":"市委","document":"I-8","reason":"资金已拨付",
        "sha256":"efefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefef",
        "captured_on":"2018-07-01"}"#,
    ),
    (
        "withdraw_closure_request",
        BUILDER,
        "2018-07-01",
        r#"{"item":"$7601","reason":"尚有一户未到账"}"#,
    ),
    (
        "continue_long_term",
        CADRE,
        "2018-07-01",
        r#"{"item":"$7601","finding":"仍须一年","next_review_on":"2018-12-31"}"#,
    ),
    (
        "discard",
        CADRE,
        "2018-07-01",
        r#"{"item":"$7601","reason":"导错了表"}"#,
    ),
];

fn of(word: &str) -> Ask {
    said(*ITEM.iter().find(|line| line.0 == word).unwrap(), "item")
}

/// An item that was issued, and what it needs before it.
pub(super) fn issued() -> Vec<Ask> {
    let round = ROUND.iter().take(2).map(|line| said(*line, "round"));
    round.chain([of("draft"), of("issue")]).collect()
}

/// One that was due on the day after its issue.
pub(super) fn late() -> Vec<Ask> {
    let rule = r#""deadline_rule":"inspection_feedback""#;
    let mut asks = issued();
    asks[2] = changed(
        "draft",
        rule,
        r#""deadline_rule":"immediate","deadline_days":1"#,
    );
    asks
}

/// An item that was closed.
pub(super) fn closed() -> Vec<Ask> {
    let path = [
        of("acknowledge"),
        of("submit_plan"),
        of("approve_plan").by(CLOSER),
        of("approve_plan").by(VISITOR),
        with_measure(),
        of("add_evidence"),
        of("finish_measure"),
        of("request_closure"),
        of("verify").by(VISITOR),
        of("verify"),
        of("close"),
    ];
    and(&issued(), path)
}

fn with_measure() -> Ask {
    changed("add_measure", "$7702", "$7701")
}

fn changed(word: &str, from: &str, to: &str) -> Ask {
    let line = ITEM.iter().find(|line| line.0 == word).unwrap();
    let data = line.3.replace(from, to).leak();
    said((line.0, line.1, line.2, data), "item")
}

/// Beside two other drafts and an item that was issued: none, and one with a measure, its proof, a
/// closing that was asked for and verified once; its states are set. Of one that is in progress an
/// extension is asked for too.
pub(super) fn story() -> Story {
    let round = ROUND.iter().take(2).map(|line| said(*line, "round"));
    let other = ["$7602", "$7603", "$7604"].map(|number| changed("draft", "$7601", number));
    let other = other
        .into_iter()
        .chain([changed("issue", "$7601", "$7604")]);
    let path = [
        of("draft"),
        of("issue"),
        of("acknowledge"),
        of("submit_plan"),
        of("approve_plan").by(CLOSER),
        of("approve_plan").by(VISITOR),
        with_measure(),
        of("add_evidence"),
        of("finish_measure"),
        of("request_closure"),
        of("verify").by(VISITOR),
    ];
    let mut states = vec![("none".to_owned(), Vec::new())];
    for state in ItemState::ALL {
        states.push((state.word().to_owned(), path.to_vec()));
    }
    let asked = and(&path[..8], [of("request_extension")]);
    states.push(("in_progress+asked".to_owned(), asked));
    let linked = and(&path[..8], [of("link_overlap")]);
    states.push(("in_progress+linked".to_owned(), linked));
    let owing = and(&path[..8], [of("demand_recovery")]);
    states.push(("in_progress+owing".to_owned(), owing));
    Story {
        noun: "item",
        given: round.chain(other).collect(),
        lines: ITEM,
        states,
        set,
    }
}

fn set(world: &mut World, state: &str) {
    let Some(state) = ItemState::ALL.iter().find(|it| it.word() == state) else {
        return;
    };
    let id = crate::ids::ItemId(uuid::Uuid::from_u128(0x7601));
    let item = world.books.items.get_mut(id).unwrap();
    item.state = *state;
    if !matches!(state, ItemState::ClosureRequested | ItemState::Verified) {
        item.attempt = None;
    }
}
