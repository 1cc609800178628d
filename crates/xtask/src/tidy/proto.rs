//! The rules of change of `proto/`, as far as a program can hold them.
//!
//! protoc refuses a repeated number too. It is checked here once more because this is the mistake
//! that cannot be undone: the log would be read as something it does not say.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::{SourceFile, Violation};

/// Types and field numbers that a stored message must not use.
pub(super) fn check(files: &[SourceFile]) -> Vec<Violation> {
    files
        .iter()
        .filter(|file| file.path.starts_with("proto/") && file.path.ends_with(".proto"))
        .flat_map(|file| {
            let tokens = tokens(&file.text);
            let mut found = types(&tokens);
            found.extend(numbers(&tokens));
            found.sort();
            found
                .into_iter()
                .map(|(line, message)| Violation::of_line(&file.path, line, message))
                .collect::<Vec<_>>()
        })
        .collect()
}

#[derive(Debug)]
struct Token {
    line: usize,
    text: String,
}

/// A line number and what is wrong there.
type Found = (usize, String);

fn types(tokens: &[Token]) -> Vec<Found> {
    let mut found = Vec::new();
    let nexts = tokens
        .iter()
        .skip(1)
        .map(|token| token.text.as_str())
        .chain([""]);
    for (token, next) in tokens.iter().zip(nexts) {
        let message = match token.text.as_str() {
            "map" if next == "<" => {
                "`map<` has no order, so equal events would have different bytes: use `repeated`"
            }
            "float" | "double" => {
                "a binary fraction cannot hold 0.1 yuan: use int64 and a unit (`…_fen`, `…_bp`)"
            }
            _ => continue,
        };
        found.push((token.line, message.to_owned()));
    }
    found
}

/// What a pair of braces encloses.
enum Scope {
    /// A message or an enum: its fields or values have numbers.
    Numbered(Numbers),
    /// A oneof: its fields take their numbers from the message around it.
    Oneof,
    /// An option's value or a service: no field numbers.
    Other,
}

#[derive(Default)]
struct Numbers {
    name: String,
    used: Vec<(i64, usize)>,
    reserved: Vec<RangeInclusive<i64>>,
}

fn numbers(tokens: &[Token]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut scopes: Vec<Scope> = Vec::new();
    let mut statement: Vec<&Token> = Vec::new();
    for token in tokens {
        match token.text.as_str() {
            "{" => {
                scopes.push(opened(&statement));
                statement.clear();
            }
            "}" => {
                if let Some(Scope::Numbered(numbers)) = scopes.pop() {
                    found.extend(clashes(&numbers));
                }
                statement.clear();
            }
            ";" => {
                if let Some(numbers) = enclosing(&mut scopes) {
                    record(numbers, &statement);
                }
                statement.clear();
            }
            _ => statement.push(token),
        }
    }
    found
}

fn opened(statement: &[&Token]) -> Scope {
    let mut words = statement.iter().map(|token| token.text.as_str());
    match words.next() {
        Some("message" | "enum") => {
            let name = words.next().unwrap_or_default().to_owned();
            Scope::Numbered(Numbers {
                name,
                ..Numbers::default()
            })
        }
        Some("oneof") => Scope::Oneof,
        _ => Scope::Other,
    }
}

/// The message or enum to which a statement of the innermost scope belongs.
fn enclosing(scopes: &mut [Scope]) -> Option<&mut Numbers> {
    for scope in scopes.iter_mut().rev() {
        match scope {
            Scope::Numbered(numbers) => return Some(numbers),
            Scope::Oneof => {}
            Scope::Other => return None,
        }
    }
    None
}

/// Adds what `statement` uses or reserves.
fn record(numbers: &mut Numbers, statement: &[&Token]) {
    let words: Vec<&str> = statement.iter().map(|token| token.text.as_str()).collect();
    match words.as_slice() {
        ["option", ..] | [] => {}
        ["reserved", ranges @ ..] => {
            for range in ranges.split(|word| *word == ",") {
                let range = match range {
                    [from, "to", "max"] => number(from).map(|from| from..=i64::MAX),
                    [from, "to", to] => number(from).zip(number(to)).map(|(a, b)| a..=b),
                    // A reserved name is a string, which the tokens leave out.
                    range => range
                        .first()
                        .and_then(|one| number(one))
                        .map(|one| one..=one),
                };
                numbers.reserved.extend(range);
            }
        }
        [.., "=", value] => {
            let line = statement.last().map_or(0, |token| token.line);
            numbers
                .used
                .extend(number(value).map(|number| (number, line)));
        }
        _ => {}
    }
}

fn number(word: &str) -> Option<i64> {
    match word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
        Some(hex) => i64::from_str_radix(hex, 16).ok(),
        None => word.parse().ok(),
    }
}

fn clashes(numbers: &Numbers) -> Vec<Found> {
    let mut found = Vec::new();
    let mut first_lines: BTreeMap<i64, usize> = BTreeMap::new();
    for (number, line) in &numbers.used {
        if let Some(first) = first_lines.get(number) {
            let message = format!(
                "number {number} of {} is taken by line {first}: a number is used once, for ever",
                numbers.name
            );
            found.push((*line, message));
        }
        first_lines.entry(*number).or_insert(*line);
        if numbers.reserved.iter().any(|range| range.contains(number)) {
            let message = format!(
                "number {number} of {} is reserved: old logs use it with another meaning",
                numbers.name
            );
            found.push((*line, message));
        }
    }
    found
}

/// Words and signs, without comments, strings and what stands in square brackets (field options).
fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut line = 1_usize;
    let mut brackets = 0_usize;
    let mut word = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_alphanumeric() || matches!(c, '_' | '.' | '-') {
            word.push(c);
            continue;
        }
        if brackets == 0 && !word.is_empty() {
            tokens.push(Token {
                line,
                text: word.clone(),
            });
        }
        word.clear();
        match c {
            '\n' => line = line.saturating_add(1),
            '/' if chars.peek() == Some(&'/') => while chars.next_if(|c| *c != '\n').is_some() {},
            '/' if chars.peek() == Some(&'*') => {
                let mut last = ' ';
                for c in chars.by_ref() {
                    line = line.saturating_add(usize::from(c == '\n'));
                    if last == '*' && c == '/' {
                        break;
                    }
                    last = c;
                }
            }
            '"' | '\'' => {
                while let Some(inner) = chars.next() {
                    match inner {
                        '\\' => drop(chars.next()),
                        inner if inner == c => break,
                        _ => {}
                    }
                }
            }
            '[' => brackets = brackets.saturating_add(1),
            ']' => brackets = brackets.saturating_sub(1),
            c if brackets == 0 && !c.is_whitespace() => {
                tokens.push(Token {
                    line,
                    text: c.to_string(),
                });
            }
            _ => {}
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::super::shown;
    use super::*;

    fn found(text: &str) -> Vec<String> {
        shown(&check(&[SourceFile::new("proto/a.proto", text)]))
    }

    #[test]
    fn finds_maps_and_fractions() {
        let text = "message M {\n map<string, double> a = 1;\n repeated float b = 2;\n}\n";
        let fraction = "a binary fraction cannot hold 0.1 yuan: use int64 and a unit \
                        (`…_fen`, `…_bp`)";
        let map = "`map<` has no order, so equal events would have different bytes: use `repeated`";
        assert_eq!(
            found(text),
            [
                format!("proto/a.proto:2: {map}"),
                format!("proto/a.proto:2: {fraction}"),
                format!("proto/a.proto:3: {fraction}"),
            ]
        );
    }

    #[test]
    fn finds_a_number_used_twice_also_across_a_oneof() {
        let text = "message M {\n int64 a = 1;\n oneof o {\n  N b = 2;\n  N c = 0x1;\n }\n \
                    N d = 2 [deprecated = true];\n}\nenum E {\n X = 0;\n Y = 0;\n}\n";
        let once = "a number is used once, for ever";
        assert_eq!(
            found(text),
            [
                format!("proto/a.proto:5: number 1 of M is taken by line 2: {once}"),
                format!("proto/a.proto:7: number 2 of M is taken by line 4: {once}"),
                format!("proto/a.proto:11: number 0 of E is taken by line 10: {once}"),
            ]
        );
    }

    #[test]
    fn finds_a_reserved_number_in_use_wherever_it_is_reserved() {
        let text = "message M {\n int64 a = 3;\n int64 b = 6;\n int64 c = 100;\n int64 d = 4;\n \
                    reserved 2 to 3, 6;\n reserved 50 to max;\n reserved \"x\", \"y\";\n}\n";
        let why = "is reserved: old logs use it with another meaning";
        assert_eq!(
            found(text),
            [
                format!("proto/a.proto:2: number 3 of M {why}"),
                format!("proto/a.proto:3: number 6 of M {why}"),
                format!("proto/a.proto:4: number 100 of M {why}"),
            ]
        );
    }

    #[test]
    fn passes_a_clean_file() {
        let text = r#"syntax = "proto3";
package fundtrace.v1;
import "fundtrace/v1/other.proto";
option (file) = { number: 1; other: 1 };
// Not a float, a double or a map<k, v>; x = 1;
/* message M { a = 1; b = 1;
 */
message M {
  option deprecated = true;
  reserved 4, 8 to 9;
  message Inner { int64 a = 1; }
  enum Kind { KIND_UNSPECIFIED = 0; KIND_A = 1; }
  int64 a = 1 [(rule) = { max: 1; }, note = "float; b = 1;"];
  fundtrace.v1.Double roadmap = 2;
  oneof o { Inner c = 3; Kind d = 5; }
}
message N { int64 a = 1; }
"#;
        assert_eq!(found(text), Vec::<String>::new());
        let elsewhere = SourceFile::new("tests/a.proto", "message M { float a = 1; }");
        assert_eq!(check(&[elsewhere]), []);
    }
}
