//! What the ledger has already, by the numbers of its sources.

use super::server::Server;
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// A fact that was recorded.
#[derive(Debug, Clone)]
pub(super) struct Recorded {
    pub(super) occurred_on: String,
    pub(super) data: Value,
}

/// Facts of the words that a kind of table becomes.
#[derive(Debug, Default)]
pub(super) struct Known {
    commands: HashSet<Uuid>,
    /// By word and by number of the source.
    numbers: HashMap<(String, String), Vec<Recorded>>,
    /// By word and subject.
    subjects: HashMap<(String, String), Vec<Recorded>>,
}

impl Known {
    /// Asks for every fact of these words: each with the field of its number, and of its subject.
    pub(super) fn ask(server: &Server, words: &[(&str, &str, &str)]) -> anyhow::Result<Known> {
        let mut known = Known::default();
        for (word, number, subject) in words {
            for mut event in server.events(word)? {
                let text = |name: &str| event.get(name).and_then(Value::as_str);
                known
                    .commands
                    .extend(text("command_id").and_then(|id| Uuid::parse_str(id).ok()));
                let occurred_on = text("occurred_on").unwrap_or_default().to_owned();
                let data = event.get_mut("data").map(Value::take).unwrap_or_default();
                let key = |name: &str| {
                    let value = data.get(name).and_then(Value::as_str)?;
                    Some(((*word).to_owned(), value.to_owned()))
                };
                let (number, subject) = (key(number), key(subject));
                let recorded = Recorded { occurred_on, data };
                if let Some(number) = number {
                    let place = known.numbers.entry(number).or_default();
                    place.push(recorded.clone());
                }
                if let Some(subject) = subject {
                    known.subjects.entry(subject).or_default().push(recorded);
                }
            }
        }
        Ok(known)
    }

    pub(super) fn has_command(&self, id: Uuid) -> bool {
        self.commands.contains(&id)
    }

    /// What was recorded under a number.
    pub(super) fn by_number(&self, word: &str, number: &str) -> &[Recorded] {
        let found = self.numbers.get(&(word.to_owned(), number.to_owned()));
        found.map(Vec::as_slice).unwrap_or_default()
    }

    /// What was recorded about a subject.
    pub(super) fn about(&self, word: &str, subject: &str) -> &[Recorded] {
        let found = self.subjects.get(&(word.to_owned(), subject.to_owned()));
        found.map(Vec::as_slice).unwrap_or_default()
    }
}

impl Recorded {
    /// The fields in which it is other than a fact that is asked for, save the subject itself.
    pub(super) fn differences(
        &self,
        occurred_on: &str,
        data: &Value,
        subject: &str,
    ) -> Vec<String> {
        let mut found = Vec::new();
        if self.occurred_on != occurred_on {
            found.push(format!("occurred_on {} → {occurred_on}", self.occurred_on));
        }
        let empty = serde_json::Map::new();
        let (old, new) = (
            self.data.as_object().unwrap_or(&empty),
            data.as_object().unwrap_or(&empty),
        );
        let mut names: Vec<_> = old
            .keys()
            .chain(new.keys())
            .filter(|it| *it != subject)
            .collect();
        names.sort();
        names.dedup();
        for name in names {
            let (was, is) = (old.get(name), new.get(name));
            if was != is {
                let shown = |value: Option<&Value>| value.map_or("—".to_owned(), Value::to_string);
                found.push(format!("{name} {} → {}", shown(was), shown(is)));
            }
        }
        found
    }
}
