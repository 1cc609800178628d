//! How the subjects of each noun come to each of their states.

use super::*;
use crate::claim::rules::ClaimState;

/// Those that come to each of their states by commands.
#[expect(
    clippy::too_many_lines,
    reason = "one noun after the other, read straight down"
)]
pub(super) fn stories() -> Vec<Story> {
    let third = |kind| {
        instruct(|it| {
            it.payment = payment(2);
            it.kind = kind;
        })
    };
    let second_account = said(
        (
            "open",
            CLERK,
            "2018-01-01",
            r#"{"account":"$7002","kind":"fiscal_special","owner":"$0002","bank":"某行",
            "masked_number":"****5678"}"#,
        ),
        "account",
    );
    let banked = [
        said(ACCOUNT[0], "account"),
        said(ACCOUNT[2], "account"),
        second_account.clone(),
    ];
    let twice: &[&str] = &["instruct", "settle", "settle"];
    let signed = &[
        "submit",
        "review_technically",
        "countersign",
        "review_finances",
        "approve",
    ];
    let mut claims = Story::new(
        "claim",
        contracted(),
        CLAIM,
        &[
            ("none", &[]),
            ("submitted", &signed[..1]),
            ("tech_reviewed", &signed[..2]),
            ("countersigned", &signed[..3]),
            ("finance_reviewed", &signed[..4]),
            ("approved", &signed[..5]),
            ("rejected", &["submit", "reject"]),
            ("withdrawn", &["submit", "withdraw"]),
        ],
    );
    let paid = [
        ("instructed", vec![pay_claim(1, 400)]),
        ("settled", vec![pay_claim(1, 400), settle(1, 400)]),
        (
            "returned",
            vec![pay_claim(1, 400), settle(1, 400), give_back(1, 400)],
        ),
    ];
    let approved = claims.states[5].1.clone();
    for (state, more) in paid {
        claims.states.push((state.to_owned(), and(&approved, more)));
    }
    for (state, path) in claims.states.iter().skip(1) {
        let world = World::given(&and(&claims.given, path.iter().cloned()));
        let row = world.books.claims.get(claim(1)).unwrap();
        let reached: ClaimState = row.state();
        assert_eq!(reached.word(), state);
    }
    vec![
        ledger(),
        Story::new(
            "token",
            vec![],
            TOKEN,
            &[
                ("none", &[]),
                ("good", &["issue"]),
                ("revoked", &["issue", "revoke"]),
            ],
        ),
        Story::new(
            "log",
            vec![],
            LOG,
            &[
                ("none", &[]),
                ("keyed", &["introduce_key"]),
                ("sealed", &["seal_subjects"]),
                ("recorded", &["record_state"]),
            ],
        ),
        Story::new(
            "fund",
            vec![],
            FUND,
            &[
                ("none", &[]),
                ("announced", &["announce"]),
                ("received", &["announce", "receive"]),
                ("allocated", &["announce", "receive", "allocate"]),
            ],
        ),
        Story::new(
            "contract",
            budgeted(),
            CONTRACT,
            &[
                ("none", &[]),
                ("in_force", &["sign"]),
                ("closed", &["sign", "close"]),
            ],
        ),
        claims,
        Story::new(
            "payment",
            and(&budgeted(), [third(crate::payment::PaymentKind::Retention)]),
            PAYMENT,
            &[
                ("none", &[]),
                ("instructed", &["instruct"]),
                ("partly_settled", &["instruct", "settle"]),
                ("settled", twice),
                (
                    "settled+demanded",
                    &["instruct", "settle", "settle", "demand_recovery"],
                ),
                (
                    "settled+withheld",
                    &["instruct", "settle", "settle", "withhold_retention"],
                ),
                ("returned", &["instruct", "return"]),
                ("reissued", &["instruct", "return", "reissue"]),
            ],
        ),
        Story::new(
            "account",
            vec![announce(|_| ()), receive(1, 1000), second_account],
            ACCOUNT,
            &[
                ("none", &[]),
                ("open", &["open"]),
                ("holding", &["open", "receive_cash"]),
                (
                    "holding+custody",
                    &["open", "receive_cash", "agree_custody"],
                ),
                ("closed", &["open", "close"]),
            ],
        ),
        Story::new(
            "contribution",
            budgeted(),
            CONTRIBUTION,
            &[
                ("none", &[]),
                ("pledged", &["pledge"]),
                ("arrived", &["pledge", "arrive"]),
                ("resolved", &["pledge", "resolve"]),
            ],
        ),
        Story::new(
            "bank_line",
            and(&[announce(|_| ()), receive(1, 1000)], banked),
            BANK_LINE,
            &[
                ("none", &[]),
                ("unmatched", &["enter"]),
                ("matched", &["enter", "confirm"]),
                ("unmatched_again", &["enter", "confirm", "revoke"]),
            ],
        ),
        Story::new(
            "list",
            vec![],
            LIST,
            &[
                ("none", &[]),
                ("open", &["start"]),
                ("full", &["start", "add_line"]),
                ("complete", &["start", "add_line", "complete"]),
                ("dropped", &["start", "drop"]),
            ],
        ),
        Story::new(
            "round",
            vec![],
            ROUND,
            &[
                ("none", &[]),
                ("open", &["open"]),
                ("fed_back", &["open", "deliver_feedback"]),
                ("closed", &["open", "close"]),
            ],
        ),
        Story::new(
            "evidence",
            started(),
            EVIDENCE,
            &[
                ("none", &[]),
                ("there", &["add"]),
                ("retracted", &["add", "retract"]),
            ],
        ),
        Story::new(
            "entry",
            vec![announce(|_| ())],
            ENTRY,
            &[
                ("none", &[]),
                ("proposed", &["propose"]),
                ("confirmed", &["propose", "confirm"]),
                ("withdrawn", &["propose", "withdraw"]),
            ],
        ),
        Story::new(
            "import",
            vec![],
            IMPORT,
            &[
                ("none", &[]),
                ("begun", &["begin"]),
                ("completed", &["begin", "complete"]),
                ("reversed", &["begin", "complete", "reverse"]),
            ],
        ),
        organisations(),
        overlays(),
        persons(),
        milestones(),
        receipts(),
        records(),
        projects::story(),
    ]
}

/// Before the ledger is opened nothing is there.
fn ledger() -> Story {
    let states: &[(&str, &[&str])] = &[
        ("none", &[]),
        ("open", &[]),
        ("prepared", &["prepare_period"]),
        ("signed_off", &["prepare_period", "sign_off_period"]),
        ("closed", &["close"]),
    ];
    Story {
        set: |world, state| {
            if state == "none" {
                world.books = Books::default();
            }
        },
        ..Story::new("ledger", vec![], LEDGER, states)
    }
}
