//! Every state of every noun and every command of it: allowed, or refused with which code. One
//! file shows it all, so that whatever changes a single cell shows as a difference.

mod items;
mod lines;
mod projects;

use super::*;
use crate::Actor;
use crate::claim::rules::ClaimState;
use crate::item::rules::State as ItemState;
use crate::project::rules::ProjectState;
use expect_test::expect_file;
use lines::*;
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

/// Those that come to each of their states by commands.
#[expect(
    clippy::too_many_lines,
    reason = "one noun after the other, read straight down"
)]
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
        // An opening is never asked for directly: the tests of openings try it in every state.
        let mut known = noun_words(story.noun);
        known.retain(|word| *word != "take_over");
        assert_eq!(words, known);
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
