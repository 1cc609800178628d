//! Every state of every noun and every command of it: allowed, or refused with which code. Three
//! files show it all, so that whatever changes a single cell shows as a difference.

mod items;
mod lines;
mod projects;
mod small;
mod stories;
mod watch;

use super::*;
use crate::Actor;
use expect_test::expect_file;
use lines::*;
use small::*;
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
    /// Puts the subject where commands did not lead.
    set: fn(&mut World, &str),
}

/// The whole table, and the commands that are allowed somewhere in it.
#[derive(Default)]
struct Told {
    table: String,
    allowed: BTreeSet<String>,
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

/// The same as it comes in: an opening or erasure is proposed for a second person, and judged as
/// if it were confirmed; a closing of before the book is observed.
fn asked(line: Line, noun: &str) -> Ask {
    let said = said(line, noun);
    match line.0 {
        "take_over" | "erase" => proposed(99, &said),
        "import_closure" => said.observed(),
        _ => said,
    }
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
            set: |_, _| (),
        }
    }

    /// Every command in every state.
    fn tell(&self, told: &mut Told) {
        let mut worlds = Vec::new();
        for (state, path) in &self.states {
            let mut world = World::given(&and(&self.given, path.iter().cloned()));
            (self.set)(&mut world, state);
            worlds.push((state, world));
        }
        for line in self.lines {
            let mut cells: BTreeMap<String, Vec<&str>> = BTreeMap::new();
            for (state, world) in &worlds {
                let answer = match world.decide(&asked(*line, self.noun)) {
                    Ok(_) => "ok".to_owned(),
                    Err(no) => no.code().to_owned(),
                };
                cells.entry(answer).or_default().push(state);
            }
            let word = format!("{}.{}", self.noun, line.0);
            told.table += &format!("{word}\n");
            if cells.contains_key("ok") {
                told.allowed.insert(word);
            }
            // What is allowed comes first.
            for (answer, states) in cells.iter().rev() {
                told.table += &format!("  {answer:<18} {}\n", states.join(" "));
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

fn told(stories: Vec<Story>) -> Told {
    let mut told = Told::default();
    for story in stories {
        let words: Vec<_> = story.lines.iter().map(|line| line.0).collect();
        assert_eq!(words, noun_words(story.noun), "{}", story.noun);
        story.tell(&mut told);
    }
    told
}

#[test]
fn every_command_in_every_state_of_every_noun() {
    expect_file!["states.txt"].assert_eq(&told(stories::stories()).table);
    expect_file!["states/items.txt"].assert_eq(&told(vec![items::story()]).table);
    expect_file!["states/watch.txt"].assert_eq(&told(watch::stories()).table);
}

/// A command that the table never shows as allowed shows nothing: its sample is wrong, or it is.
#[test]
fn every_command_of_every_noun_is_allowed_in_one_of_its_states() {
    let mut stories = stories::stories();
    stories.push(items::story());
    stories.extend(watch::stories());
    let allowed = told(stories).allowed;
    let words = Command::WORDS.iter().flat_map(|noun| noun.iter().copied());
    let never: Vec<_> = words.filter(|word| !allowed.contains(*word)).collect();
    assert!(never.is_empty(), "never allowed: {never:?}");
}
