//! What is kept of rectification from above: cycles, campaigns, pledges.

use super::*;

const CYCLE: &[Line] = &[
    (
        "open",
        CHIEF,
        "2018-07-01",
        r#"{"cycle":"$7a01","unit":"$0005","month":"2018-07"}"#,
    ),
    (
        "hold_dispatch",
        CHIEF,
        "2018-07-05",
        r#"{"cycle":"$7a01","document":"D-1"}"#,
    ),
    (
        "hold_supervision",
        CHIEF,
        "2018-07-06",
        r#"{"cycle":"$7a01","document":"D-2"}"#,
    ),
    (
        "record_accountability",
        CHIEF,
        "2018-07-07",
        r#"{"cycle":"$7a01","item":"$7601","person":"$1001","form":"talk","document":"D-3"}"#,
    ),
    ("close", CHIEF, "2018-07-31", r#"{"cycle":"$7a01"}"#),
];

const PLEDGE: &[Line] = &[
    (
        "sign",
        CHIEF,
        "2018-07-01",
        r#"{"pledge":"$7c01","from_unit":"$0002","from_person":"$1001","to_unit":"$0003",
        "to_person":"$1002","targets":["按期完成"],"starts_on":"2018","ends_on":"2018",
        "document":"P-1"}"#,
    ),
    (
        "assess",
        CHIEF,
        "2018-12-31",
        r#"{"pledge":"$7c01","result":"good","document":"P-2"}"#,
    ),
];

const CAMPAIGN: &[Line] = &[
    (
        "plan",
        LOOKER,
        "2018-07-01",
        r#"{"campaign":"$7b01","name":"回头看","body":"$0001","document":"H-1","sample_size":1,
        "seed_commitment":"eda2567e6747f2925667901a244ff761426833452508ec318f264d243252a5cb"}"#,
    ),
    (
        "freeze",
        CLOSER,
        "2018-07-01",
        r#"{"campaign":"$7b01","population_size":1,
        "population_digest":"6f7188c6ba90fd54155d6c3806c328e314e857af133a8c275c86e61ebdb9751f",
        "nonce":"0909090909090909090909090909090909090909090909090909090909090909"}"#,
    ),
    (
        "reveal",
        LOOKER,
        "2018-07-01",
        r#"{"campaign":"$7b01",
        "seed":"0707070707070707070707070707070707070707070707070707070707070707"}"#,
    ),
    (
        "check",
        LOOKER,
        "2018-07-02",
        r#"{"campaign":"$7b01","item":"$7601","result":"passed","finding":"属实"}"#,
    ),
    ("close", LOOKER, "2018-07-03", r#"{"campaign":"$7b01"}"#),
];

pub(super) fn stories() -> Vec<Story> {
    let closed = items::closed();
    vec![
        Story::new(
            "cycle",
            items::late(),
            CYCLE,
            &[
                ("none", &[]),
                ("open", &["open"]),
                (
                    "complete",
                    &[
                        "open",
                        "hold_dispatch",
                        "hold_supervision",
                        "record_accountability",
                    ],
                ),
                (
                    "closed",
                    &[
                        "open",
                        "hold_dispatch",
                        "hold_supervision",
                        "record_accountability",
                        "close",
                    ],
                ),
            ],
        ),
        Story::new(
            "campaign",
            closed,
            CAMPAIGN,
            &[
                ("none", &[]),
                ("planned", &["plan"]),
                ("frozen", &["plan", "freeze"]),
                ("drawn", &["plan", "freeze", "reveal"]),
                ("checked", &["plan", "freeze", "reveal", "check"]),
                ("closed", &["plan", "freeze", "reveal", "check", "close"]),
            ],
        ),
        Story::new(
            "pledge",
            vec![],
            PLEDGE,
            &[
                ("none", &[]),
                ("signed", &["sign"]),
                ("assessed", &["sign", "assess"]),
            ],
        ),
    ]
}
