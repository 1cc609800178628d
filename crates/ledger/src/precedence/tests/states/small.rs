//! Nouns of few states: one command of each kind, and how their states come about.

use super::*;

const ORGANISATION: &[Line] = &[
    (
        "register",
        CLERK,
        "2018-07-01",
        r#"{"organisation":"$0007","code":"X-7","name":"某局","kind":"agency","level":"county",
        "parent":"$0002"}"#,
    ),
    (
        "rename",
        CLERK,
        "2018-07-01",
        r#"{"organisation":"$0007","name":"某办"}"#,
    ),
];

pub(super) fn organisations() -> Story {
    let states: &[(&str, &[&str])] = &[("none", &[]), ("registered", &["register"])];
    Story::new("organisation", vec![], ORGANISATION, states)
}

const OVERLAY: &[Line] = &[
    (
        "define",
        CLERK,
        "2018-07-01",
        r#"{"overlay":"$7b01","kind":"district","name":"片区"}"#,
    ),
    (
        "add_member",
        CLERK,
        "2018-07-01",
        r#"{"overlay":"$7b01","organisation":"$0003","from":"2018-01-01"}"#,
    ),
    (
        "remove_member",
        CLERK,
        "2018-07-01",
        r#"{"overlay":"$7b01","organisation":"$0003","until":"2018-06-30"}"#,
    ),
];

pub(super) fn overlays() -> Story {
    let states: &[(&str, &[&str])] = &[
        ("none", &[]),
        ("defined", &["define"]),
        ("with_member", &["define", "add_member"]),
        ("member_left", &["define", "add_member", "remove_member"]),
    ];
    Story::new("overlay", vec![], OVERLAY, states)
}

const SUBJECT: &[Line] = &[
    ("register", CLERK, "2018-07-01", r#"{"person":"$1003"}"#),
    ("amend", CLERK, "2018-07-01", r#"{"person":"$1003"}"#),
    (
        "restrict",
        CLERK,
        "2018-07-01",
        r#"{"person":"$1003","basis":"consent_withdrawn","document":"申请2018-1"}"#,
    ),
    (
        "lift_restriction",
        CLERK,
        "2018-07-01",
        r#"{"person":"$1003","document":"申请2018-2"}"#,
    ),
    (
        "erase",
        CLERK,
        "2018-07-01",
        r#"{"person":"$1003","basis":"purpose_served","document":"申请2018-3"}"#,
    ),
];

/// Somebody nobody has paid; the last state is of one who has been.
pub(super) fn persons() -> Story {
    let of = |place: usize| said(SUBJECT[place], "subject");
    let erased = by_two(98, &of(4));
    let states = [
        ("none", vec![]),
        ("registered", vec![of(0)]),
        ("restricted", vec![of(0), of(2)]),
        ("erased", and(&[of(0)], erased)),
        ("paid", vec![of(0)]),
    ];
    let states = states.map(|(state, path)| (state.to_owned(), path));
    Story {
        states: states.into(),
        set: |world, state| {
            if state == "paid"
                && let Some(row) = world.books.persons.get_mut(person(3))
            {
                row.accounted_in = 2018;
            }
        },
        ..Story::new("subject", vec![], SUBJECT, &[])
    }
}

const MILESTONE: &[Line] = &[
    (
        "define",
        CLERK,
        "2018-07-01",
        r#"{"milestone":"$7c01","project":"$3001","name":"路基","total":10,"unit":"公里",
        "weighting":"quantity","weight":1}"#,
    ),
    (
        "report",
        BUILDER,
        "2018-07-01",
        r#"{"milestone":"$7c01","done":5,"total":10,"unit":"公里","weighting":"quantity"}"#,
    ),
    (
        "verify",
        VISITOR,
        "2018-07-01",
        r#"{"milestone":"$7c01","done":5,"total":10,"unit":"公里","weighting":"quantity"}"#,
    ),
];

/// Of a project that is at work; and one that has not begun, and one that was given up.
pub(super) fn milestones() -> Story {
    let of = |place: usize| said(MILESTONE[place], "milestone");
    let terminate = r#"{"project":"$3001","reason":"选址变更"}"#;
    let terminate = said(("terminate", CLERK, "2018-07-01", terminate), "project");
    let start = project_step(crate::project::ProjectCommand::Start);
    let begun = [start, of(0), of(1), of(2)];
    let ended = and(&begun[..3], [terminate]);
    let states = [
        ("none", begun[..1].to_vec()),
        ("defined+not_begun", vec![of(0)]),
        ("defined", begun[..2].to_vec()),
        ("reported", begun[..3].to_vec()),
        ("verified", begun.to_vec()),
        ("reported+terminated", ended),
    ];
    let states = states.map(|(state, path)| (state.to_owned(), path));
    Story {
        states: states.into(),
        ..Story::new("milestone", ready(), MILESTONE, &[])
    }
}

const RECEIPT: &[Line] = &[(
    "confirm",
    VISITOR,
    "2018-07-01",
    r#"{"payment":"$4001","subject":"$1001","amount_fen":100,"channel":"visit",
    "result":"received"}"#,
)];

/// By the states of the payment.
pub(super) fn receipts() -> Story {
    let (pay, whole) = (instruct(|_| ()), settle(1, 100));
    let back = [pay.clone(), give_back(1, 100)];
    let states = [
        ("none", vec![]),
        ("instructed", vec![pay.clone()]),
        ("partly_settled", vec![pay.clone(), settle(1, 50)]),
        ("settled", vec![pay.clone(), whole.clone()]),
        ("confirmed", vec![pay, whole, said(RECEIPT[0], "receipt")]),
        ("returned", back.to_vec()),
        ("reissued", and(&back, [reissue(3, 1)])),
    ];
    let states = states.map(|(state, path)| (state.to_owned(), path));
    Story {
        states: states.into(),
        ..Story::new("receipt", budgeted(), RECEIPT, &[])
    }
}

/// `seq` 11 is what follows a new world and its batch.
const RECORD: &[Line] = &[
    (
        "reverse",
        CLERK,
        "2018-07-01",
        r#"{"subject":"$2001","seq":11,"amount_fen":1000,"reason":"误录"}"#,
    ),
    (
        "correct",
        CLERK,
        "2018-07-01",
        r#"{"subject":"$2001","seq":11,"field":"document","to":"A-9","reason":"误录"}"#,
    ),
];

/// What was received of a batch, or the record of another one.
pub(super) fn records() -> Story {
    let of = |place: usize| said(RECORD[place], "record");
    let received = receive(1, 1000);
    let passed_on = allocate(1, COUNTY, to_unit(TOWN), 1000);
    let states = [
        ("none", vec![]),
        ("standing", vec![received.clone()]),
        ("rested_on", vec![received.clone(), passed_on]),
        ("reversed", vec![received.clone(), of(0)]),
        ("corrected", vec![received, of(1)]),
        ("of_another", vec![announce(|it| it.fund = fund(2))]),
    ];
    let states = states.map(|(state, path)| (state.to_owned(), path));
    Story {
        states: states.into(),
        ..Story::new("record", vec![announce(|_| ())], RECORD, &[])
    }
}
