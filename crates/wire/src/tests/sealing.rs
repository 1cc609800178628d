//! Promised: no personal text of any command or event is forgotten when it is sealed. Shown by
//! what `proto/` says: every field of type `PersonalText` is one that `ledger::personal` visits,
//! under its own number, and every field that is visited is one of those.

use super::*;

/// A field of a message: its name, its number, and the name of its message if it is one.
struct Described {
    name: String,
    number: u32,
    message: String,
    /// One of several, of which at most one is there.
    is_either: bool,
}

/// The messages of `proto/fundtrace/v1`, by name.
fn messages() -> HashMap<String, Vec<Described>> {
    let root = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../proto"));
    let files = ["fundtrace/v1/event.proto", "fundtrace/v1/command.proto"];
    let compiled = protox::compile(files, [root]).unwrap();
    let all = compiled.file.iter().flat_map(|file| &file.message_type);
    let described = all.map(|message| {
        let fields = message.field.iter().map(|field| Described {
            name: field.name().to_owned(),
            number: field.number().try_into().unwrap(),
            message: field
                .type_name()
                .trim_start_matches(".fundtrace.v1.")
                .to_owned(),
            is_either: field.oneof_index.is_some(),
        });
        (message.name().to_owned(), fields.collect())
    });
    described.collect()
}

/// The message of the facts of `noun.word`, beginning at `Command` or `Event`.
fn facts_of<'a>(
    messages: &'a HashMap<String, Vec<Described>>,
    top: &str,
    word: &str,
) -> &'a [Described] {
    let step = |message: &str, name: &str| -> &'a str {
        let field = messages[message].iter().find(|it| it.name == name);
        let field = field.unwrap_or_else(|| panic!("{message} has no field {name}"));
        &field.message
    };
    let (noun, word) = word.split_once('.').unwrap();
    &messages[step(step(top, noun), word)]
}

/// The numbers of the personal texts in a message and in the messages within it; of several of
/// which one is there, in that one. A command within a command is left out: it has a vector of its
/// own, and which one it is the type does not say.
fn texts(
    messages: &HashMap<String, Vec<Described>>,
    facts: &[Described],
    said: &Value,
) -> Vec<u32> {
    let mut numbers = Vec::new();
    for field in facts {
        let inside = &said[&field.name];
        if field.is_either && inside.is_null() {
            continue;
        }
        match field.message.as_str() {
            "PersonalText" => numbers.push(field.number),
            "Command" | "Event" => {}
            message => {
                let fields = messages.get(message);
                numbers.extend(fields.map_or(vec![], |it| texts(messages, it, inside)));
            }
        }
    }
    numbers.sort_unstable();
    numbers
}

#[test]
fn every_personal_text_is_visited_under_its_own_number() {
    let messages = messages();
    let mut found = 0;
    for vector in vectors() {
        let (asked, happened) = (vector.command_word, vector.event_word);
        let mut visited = Vec::new();
        let mut event: Event = serde_json::from_value(tagged(happened, &vector.facts)).unwrap();
        personal::visit(&mut event, &mut |_, number, _| visited.push(number));
        visited.sort_unstable();
        let expected = texts(
            &messages,
            facts_of(&messages, "Event", happened),
            &vector.facts,
        );
        assert_eq!(visited, expected, "{happened}: `visit` in personal.rs");

        let mut visited = Vec::new();
        let mut command = vector.command(&vector.facts).unwrap();
        personal::visit_command(&mut command, &mut |_, number, _| visited.push(number));
        visited.sort_unstable();
        let expected = texts(
            &messages,
            facts_of(&messages, "Command", asked),
            &vector.facts,
        );
        assert_eq!(visited, expected, "{asked}: `visit_command` in personal.rs");
        // A noun of which one command holds personal text is concerned with all of them.
        let concerned = personal::concerns(&command);
        assert!(concerned || expected.is_empty(), "{asked}: `concerns`");

        // The number goes into the key: two texts of a record under one would share it.
        let distinct: BTreeSet<u32> = expected.iter().copied().collect();
        assert_eq!(distinct.len(), expected.len(), "{asked}: {expected:?}");
        found += expected.len();
    }
    assert!(found > 0, "the messages name no personal text at all");
}
