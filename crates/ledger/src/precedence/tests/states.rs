//! Every state of every noun and every command of it: allowed, or refused with which code. One
//! file shows it all, so that whatever changes a single cell shows as a difference.

mod items;
mod projects;

use super::*;
use crate::Actor;
use crate::claim::rules::ClaimState;
use crate::item::rules::State as ItemState;
use crate::project::rules::ProjectState;
use expect_test::expect_file;
use std::collections::BTreeMap;

/// The closing body's, and who looks back.
const CLOSER: Actor = who(30, PREFECTURE);
/// Of the ministry, with no other part.
const LOOKER: Actor = who(31, PREFECTURE);

/// A command by its word: who says it on which day. `$2001` stands for an id.
type Line = (&'static str, Actor, &'static str, &'static str);

struct Story {
    noun: &'static str,
    given: Vec<Ask>,
    lines: &'static [Line],
    /// A state and the commands that lead there, after those that are given.
    states: Vec<(String, Vec<Ask>)>,
}

/// A command as `(noun, word, data)` says.
fn said((word, by, on, data): Line, noun: &str) -> Ask {
    let word = word.split('@').next().unwrap();
    let data = data.replace("\"$", "\"00000000-0000-0000-0000-00000000");
    let data: serde_json::Value =
        serde_json::from_str(&data).unwrap_or_else(|no| panic!("{noun}.{word}: {no}: {data}"));
    let command = serde_json::from_value(serde_json::json!({ noun: { word: data } }));
    ask(command.unwrap_or_else(|no| panic!("{noun}.{word}: {no}")))
        .by(by)
        .on(on)
}

impl Story {
    fn new(
        noun: &'static str,
        given: Vec<Ask>,
        lines: &'static [Line],
        states: &[(&str, &[&str])],
    ) -> Story {
        let find = |word: &&str| {
            let line = lines.iter().find(|line| line.0 == *word);
            said(*line.unwrap_or_else(|| panic!("{noun}.{word}")), noun)
        };
        let states = states
            .iter()
            .map(|(state, path)| ((*state).to_owned(), path.iter().map(find).collect()));
        Story {
            noun,
            given,
            lines,
            states: states.collect(),
        }
    }

    /// Every command in every state; `set` puts the subject where commands did not lead.
    fn tell(&self, all: &mut String, set: impl Fn(&mut World, &str)) {
        let mut worlds = Vec::new();
        for (state, path) in &self.states {
            let mut world = World::given(&and(&self.given, path.iter().cloned()));
            set(&mut world, state);
            worlds.push((state, world));
        }
        for line in self.lines {
            let mut cells: BTreeMap<String, Vec<&str>> = BTreeMap::new();
            for (state, world) in &worlds {
                let answer = match world.decide(&said(*line, self.noun)) {
                    Ok(_) => "ok".to_owned(),
                    Err(no) => no.code().to_owned(),
                };
                cells.entry(answer).or_default().push(state);
            }
            *all += &format!("{}.{}\n", self.noun, line.0);
            // What is allowed comes first.
            for (answer, states) in cells.iter().rev() {
                *all += &format!("  {answer:<18} {}\n", states.join(" "));
            }
        }
    }
}

fn noun_words(noun: &str) -> Vec<&'static str> {
    let words = Command::WORDS
        .iter()
        .flat_map(|words| words.iter().copied());
    let own = words.filter(|word| word.split_once('.').unwrap().0 == noun);
    own.map(|word| word.split_once('.').unwrap().1).collect()
}

const LEDGER: &[Line] = &[
    (
        "open",
        CLERK,
        "2018-07-01",
        r#"{"name":"某县","area":"530000"}"#,
    ),
    ("rename", CLERK, "2018-07-01", r#"{"name":"某市"}"#),
    ("close", CLERK, "2018-07-01", r#"{"reason":"区划调整"}"#),
    (
        "set_policy",
        CLERK,
        "2018-07-01",
        r#"{"paper_signatures":true,"document":"A-1"}"#,
    ),
];

const TOKEN: &[Line] = &[
    (
        "issue",
        CLERK,
        "2018-07-01",
        r#"{"token":"$7a01","person":"$1001","organisation":"$0002","roles":["reader"],"ledgers":[],
        "secret_hash":"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"}"#,
    ),
    (
        "revoke",
        CLERK,
        "2018-07-01",
        r#"{"token":"$7a01","reason":"调离"}"#,
    ),
];

const FUND: &[Line] = &[
    (
        "announce",
        CLERK,
        "2018-07-01",
        r#"{"fund":"$2001","name":"某","document":"A-1","issuer":"$0001","receiver":"$0002",
        "source_kind":"prefecture","amount_fen":1000,"budget_year":2018,"purpose_code":"P"}"#,
    ),
    (
        "receive",
        CLERK,
        "2018-07-01",
        r#"{"fund":"$2001","amount_fen":1000,"document":"A-2"}"#,
    ),
    (
        "allocate",
        CLERK,
        "2018-07-01",
        r#"{"fund":"$2001","from":"$0002","to":{"organisation":"$0003"},"amount_fen":1000,
        "document":"A-3"}"#,
    ),
    (
        "adjust",
        CLERK,
        "2018-07-01",
        r#"{"fund":"$2001","delta_fen":-1,"reason":"调减","document":"A-4"}"#,
    ),
    (
        "reclaim",
        CLERK,
        "2018-07-01",
        r#"{"fund":"$2001","from":{"organisation":"$0003"},"to":"$0002","amount_fen":1000,
        "reason":"idle","document":"A-5"}"#,
    ),
    (
        "carry_over",
        CLERK,
        "2018-07-01",
        r#"{"fund":"$2001","holder":"$0003","amount_fen":1,"to_year":2019,"document":"A-6"}"#,
    ),
];

const PAYMENT: &[Line] = &[
    (
        "instruct",
        CLERK,
        "2018-07-01",
        r#"{"payment":"$4001","project":"$3001","payee":{"subject":"$1001"},"amount_fen":100,
        "sources":[{"fund":"$2001","amount_fen":60},{"fund":"$2002","amount_fen":40}],
        "kind":"subsidy","voucher":"V-1"}"#,
    ),
    (
        "settle",
        CLERK,
        "2018-07-01",
        r#"{"payment":"$4001","amount_fen":50,"bank_reference":"B-1"}"#,
    ),
    (
        "return",
        CLERK,
        "2018-07-01",
        r#"{"payment":"$4001","amount_fen":100,"reason":"户名不符"}"#,
    ),
    (
        "reissue",
        CLERK,
        "2018-07-01",
        r#"{"payment":"$4003","of":"$4001","voucher":"V-3","reason":"更正"}"#,
    ),
    (
        "reclassify",
        CLERK,
        "2018-07-01",
        r#"{"payment":"$4001","from":"$2001","to":"$2002","amount_fen":60,"document":"C-1",
        "reason":"更正"}"#,
    ),
    (
        "demand_recovery",
        CLERK,
        "2018-07-01",
        r#"{"payment":"$4001","amount_fen":10,"basis":"多付","document":"C-2"}"#,
    ),
    (
        "receive_recovery",
        CLERK,
        "2018-07-01",
        r#"{"payment":"$4001","amount_fen":10,"bank_reference":"B-2"}"#,
    ),
    (
        "offset_recovery",
        CLERK,
        "2018-07-01",
        r#"{"payment":"$4001","against":"$4002","amount_fen":10,"document":"C-3"}"#,
    ),
    (
        "waive_recovery",
        CHIEF,
        "2018-07-01",
        r#"{"payment":"$4001","amount_fen":10,"authority":"县政府","reason":"受灾"}"#,
    ),
    (
        "withhold_retention",
        CLERK,
        "2018-07-01",
        r#"{"payment":"$4001","amount_fen":10,"due_on":"2018-07-01"}"#,
    ),
    (
        "release_retention",
        CLERK,
        "2018-07-01",
        r#"{"payment":"$4001","by":"$4002","amount_fen":10}"#,
    ),
];

const CONTRACT: &[Line] = &[
    (
        "sign",
        CLERK,
        "2018-07-01",
        r#"{"contract":"$5001","project":"$3001","number":"H-1","name":"合同","supplier":"$0006",
        "price_fen":1000,"retention_bp":1000,"document":"D-1","stages":[
        {"trigger":"signing","cumulative_cap_bp":9000},
        {"trigger":"retention_end","cumulative_cap_bp":10000}]}"#,
    ),
    (
        "change",
        CLERK,
        "2018-07-01",
        r#"{"contract":"$5001","kind":"price","delta_fen":1,"document":"D-2","reason":"变更"}"#,
    ),
    (
        "reach_stage",
        CHIEF,
        "2018-07-01",
        r#"{"contract":"$5001","stage":2,"basis":"到期"}"#,
    ),
    (
        "close",
        CLERK,
        "2018-07-01",
        r#"{"contract":"$5001","reason":"付清"}"#,
    ),
];

const CLAIM: &[Line] = &[
    (
        "submit",
        BUILDER,
        "2018-07-01",
        r#"{"claim":"$6001","number":"Z-1","project":"$3001","contract":"$5001","stage":1,
        "amount_fen":400,"sources":[{"fund":"$2001","amount_fen":400}],"vouchers":["F-1"],
        "payee":{"organisation":"$0006"},
        "countersigners":[{"capacity":"挂职干部","organisation":"$0001"}]}"#,
    ),
    (
        "review_technically",
        VISITOR,
        "2018-07-01",
        r#"{"claim":"$6001","progress":"J-1","finding":"属实"}"#,
    ),
    (
        "countersign",
        CADRE,
        "2018-07-01",
        r#"{"claim":"$6001","capacity":"挂职干部"}"#,
    ),
    (
        "review_finances",
        REVIEWER,
        "2018-07-01",
        r#"{"claim":"$6001","finding":"齐全"}"#,
    ),
    (
        "approve",
        CHIEF,
        "2018-07-01",
        r#"{"claim":"$6001","document":"S-1"}"#,
    ),
    (
        "reject",
        REVIEWER,
        "2018-07-01",
        r#"{"claim":"$6001","code":"vouchers_incomplete","reason":"缺验收单"}"#,
    ),
    (
        "withdraw",
        BUILDER,
        "2018-07-01",
        r#"{"claim":"$6001","reason":"重新计量"}"#,
    ),
];

const ACCOUNT: &[Line] = &[
    (
        "open",
        CLERK,
        "2018-01-01",
        r#"{"account":"$7001","kind":"custody","owner":"$0001","bank":"某行",
        "masked_number":"****1234"}"#,
    ),
    (
        "close",
        CLERK,
        "2018-07-01",
        r#"{"account":"$7001","reason":"清理"}"#,
    ),
    (
        "receive_cash",
        CLERK,
        "2018-07-01",
        r#"{"account":"$7001","movement":"$7101","nature":"received","fund":"$2001",
        "amount_fen":100,"bank_reference":"B-1"}"#,
    ),
    (
        "pay_cash",
        CLERK,
        "2018-07-01",
        r#"{"account":"$7001","movement":"$7102","fund":"$2001","amount_fen":100,
        "bank_reference":"B-2"}"#,
    ),
    (
        "credit_interest",
        CLERK,
        "2018-07-01",
        r#"{"account":"$7001","movement":"$7103","fund":"$2001","amount_fen":1}"#,
    ),
    (
        "transfer",
        CLERK,
        "2018-07-01",
        r#"{"from":"$7001","to":"$7002","movement":"$7104","fund":"$2001","amount_fen":100,
        "bank_reference":"B-3"}"#,
    ),
    (
        "agree_custody",
        CLERK,
        "2018-07-01",
        r#"{"custody":"$7201","account":"$7001","principal":"$0002","custodian":"$0001",
        "terms":"凭单","document":"G-1"}"#,
    ),
    (
        "release_custody",
        CADRE,
        "2018-07-01",
        r#"{"custody":"$7201","claim":"Z-1","amount_fen":100}"#,
    ),
];

const CONTRIBUTION: &[Line] = &[
    (
        "pledge",
        CLERK,
        "2018-07-01",
        r#"{"contribution":"$7301","project":"$3001","source_kind":"partner","party":"$0006",
        "amount_fen":100,"undetermined_fen":10}"#,
    ),
    (
        "arrive",
        CLERK,
        "2018-07-01",
        r#"{"contribution":"$7301","amount_fen":100,"source_kind":"partner"}"#,
    ),
    (
        "contribute_in_kind",
        CLERK,
        "2018-07-01",
        r#"{"contribution":"$7301","labour_days":1,"unit_price_fen":10,"value_fen":10,
        "verified_by":"$1001"}"#,
    ),
    (
        "resolve",
        CLERK,
        "2018-07-01",
        r#"{"contribution":"$7301","parts":[{"source_kind":"county","amount_fen":10}]}"#,
    ),
];

const BANK_LINE: &[Line] = &[
    (
        "enter",
        CLERK,
        "2018-07-01",
        r#"{"line":"$7401","account":"$7001","value_date":"2018-07-01","direction":"in",
        "amount_fen":100,"bank_sequence":"1"}"#,
    ),
    (
        "confirm",
        CHIEF,
        "2018-07-01",
        r#"{"line":"$7401","target":{"movement":"$7101"}}"#,
    ),
    (
        "revoke",
        CLERK,
        "2018-07-01",
        r#"{"line":"$7401","reason":"串户"}"#,
    ),
];

const ROUND: &[Line] = &[
    (
        "open",
        CLOSER,
        "2018-06-01",
        r#"{"round":"$7501","name":"第一轮","kind":"inspection","inspecting_body":"$0001",
        "closing_body":"$0001","mandate":"X-1"}"#,
    ),
    (
        "deliver_feedback",
        CLOSER,
        "2018-07-01",
        r#"{"round":"$7501","receivers":["$0005"],"document":"X-2"}"#,
    ),
    ("close", CLOSER, "2018-07-01", r#"{"round":"$7501"}"#),
];

const EVIDENCE: &[Line] = &[
    (
        "add",
        CLERK,
        "2018-07-01",
        r#"{"evidence":"$7801","subject":"$3001","size":7,"media_type":"image/jpeg",
        "sha256":"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
        "captured_on":"2018-07-01","captured_by":"$1001","description":"路面"}"#,
    ),
    (
        "retract",
        CLERK,
        "2018-07-01",
        r#"{"evidence":"$7801","reason":"拍错"}"#,
    ),
];

const ENTRY: &[Line] = &[
    (
        "propose",
        CLERK,
        "2018-07-01",
        r#"{"entry":"$7901","command":{"fund":{"receive":{"fund":"$2001","amount_fen":100,
        "document":"A-2"}}}}"#,
    ),
    ("confirm", CHIEF, "2018-07-01", r#"{"entry":"$7901"}"#),
    (
        "withdraw",
        CLERK,
        "2018-07-01",
        r#"{"entry":"$7901","reason":"录错"}"#,
    ),
];

/// Those that come to each of their states by commands.
fn stories() -> Vec<Story> {
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
        Story::new(
            "ledger",
            vec![],
            LEDGER,
            &[("open", &[]), ("closed", &["close"])],
        ),
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
    ]
}

#[test]
fn every_command_in_every_state_of_every_noun() {
    let own = |story: &Story| {
        let words: Vec<_> = story.lines.iter().map(|line| line.0).collect();
        assert_eq!(words, noun_words(story.noun));
    };
    let mut all = String::new();
    for story in stories() {
        own(&story);
        story.tell(&mut all, |_, _| ());
    }
    own(&projects::story());
    own(&items::story());
    projects::story().tell(&mut all, |world, state| {
        let state = ProjectState::ALL
            .iter()
            .find(|it| it.word() == state)
            .unwrap();
        let row = world.books.projects.get_mut(project(1)).unwrap();
        row.state = *state;
        row.before = state.is_aside().then_some(ProjectState::Started);
    });
    items::story().tell(&mut all, |world, state| {
        let state = ItemState::ALL.iter().find(|it| it.word() == state).unwrap();
        let id = crate::ids::ItemId(uuid::Uuid::from_u128(0x7601));
        world.books.items.get_mut(id).unwrap().state = *state;
    });
    expect_file!["states.txt"].assert_eq(&all);
}
