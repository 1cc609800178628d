//! `answer.json`, read beside what the records give.
//!
//! Anybody may have written it, and sixty megabytes of brackets are six gigabytes of values. So
//! nothing of it is kept but what stands in the made answer too, and reading ends with the first
//! difference: it takes no more memory than the text and the made answer.

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;

/// What is stated and does not follow: where, what is stated, what was made.
pub(crate) type Difference = (String, String, String);

/// The stated answer, if all of it follows from the made one. Where it need not be `whole`, a
/// figure that is not stated is no difference: packages outlive releases.
pub(crate) fn stated(text: &[u8], made: &Value, whole: bool) -> Result<Value, Difference> {
    let mut found = Found::default();
    let mut reader = serde_json::Deserializer::from_slice(text);
    let beside = Beside {
        made: Some(made),
        found: &mut found,
        whole,
    };
    let read = beside.deserialize(&mut reader);
    let read = read.and_then(|value| reader.end().map(|()| value));
    let place = found.place();
    read.map_err(|error| match found.difference {
        Some((stated, made)) => (place, stated, made),
        None => (
            "everything".to_owned(),
            error.to_string(),
            "JSON".to_owned(),
        ),
    })
}

/// Where reading stands, and what it has found there.
#[derive(Default)]
struct Found {
    path: Vec<String>,
    difference: Option<(String, String)>,
}

impl Found {
    fn place(&self) -> String {
        if self.path.is_empty() {
            return "everything".to_owned();
        }
        self.path.join(".")
    }
}

/// A value that is read beside the one that the records give.
struct Beside<'a> {
    made: Option<&'a Value>,
    found: &'a mut Found,
    whole: bool,
}

impl Beside<'_> {
    fn scalar<E: Error>(self, stated: Value) -> Result<Value, E> {
        if self.made == Some(&stated) {
            return Ok(stated);
        }
        let text = short(Some(&stated));
        Err(self.differs(text))
    }

    fn differs<E: Error>(self, stated: String) -> E {
        self.found.difference = Some((stated, short(self.made)));
        E::custom("it does not follow")
    }
}

impl<'de> DeserializeSeed<'de> for Beside<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Beside<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, stated: bool) -> Result<Value, E> {
        self.scalar(stated.into())
    }

    fn visit_i64<E: Error>(self, stated: i64) -> Result<Value, E> {
        self.scalar(stated.into())
    }

    fn visit_u64<E: Error>(self, stated: u64) -> Result<Value, E> {
        self.scalar(stated.into())
    }

    fn visit_f64<E: Error>(self, stated: f64) -> Result<Value, E> {
        self.scalar(stated.into())
    }

    fn visit_str<E: Error>(self, stated: &str) -> Result<Value, E> {
        self.scalar(stated.into())
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        self.scalar(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut stated: A) -> Result<Value, A::Error> {
        let Some(Value::Array(made)) = self.made else {
            return Err(self.differs("[…]".to_owned()));
        };
        let Beside { found, whole, .. } = self;
        let mut read = Vec::new();
        for at in 0_usize.. {
            found.path.push(at.to_string());
            let made = made.get(at);
            let beside = Beside { made, found, whole };
            let Some(value) = stated.next_element_seed(beside)? else {
                if made.is_some() {
                    return Err(Beside { made, found, whole }.differs(short(None)));
                }
                found.path.pop();
                break;
            };
            read.push(value);
            found.path.pop();
        }
        Ok(Value::Array(read))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut stated: A) -> Result<Value, A::Error> {
        let Some(Value::Object(made)) = self.made else {
            return Err(self.differs("{…}".to_owned()));
        };
        let Beside { found, whole, .. } = self;
        let mut read = Map::new();
        while let Some(key) = stated.next_key::<String>()? {
            found.path.push(key.chars().take(120).collect());
            let made = made.get(&key);
            // Two readers of one text must not take two figures for it.
            if read.contains_key(&key) {
                return Err(Beside { made, found, whole }.differs("stated twice".to_owned()));
            }
            let value = stated.next_value_seed(Beside { made, found, whole })?;
            read.insert(key, value);
            found.path.pop();
        }
        let missing = made.iter().find(|(key, _)| !read.contains_key(*key));
        if let Some((key, made)) = missing.filter(|_| whole) {
            found.path.push(key.clone());
            let made = Some(made);
            return Err(Beside { made, found, whole }.differs(short(None)));
        }
        Ok(Value::Object(read))
    }
}

fn short(value: Option<&Value>) -> String {
    let text = value.map_or_else(|| "nothing".to_owned(), Value::to_string);
    text.chars().take(120).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// What is read, or where the first difference is.
    fn check(text: &str, made: &Value) -> Result<Value, String> {
        let read = stated(text.as_bytes(), made, false);
        read.map_err(|(path, stated, made)| format!("{path} is {stated}, not {made}"))
    }

    #[test]
    fn what_is_stated_follows_and_what_is_not_stated_is_not_missed() {
        let made = json!({"a": 1, "b": [{"c": null, "d": -2}], "e": "文"});
        for text in [
            r#"{"e": "文", "a": 1, "b": [{"c": null, "d": -2}]}"#,
            r#"{"a": 1}"#,
            r#"{"b": [{}]}"#,
        ] {
            let whole: Value = serde_json::from_str(text).unwrap();
            assert_eq!(check(text, &made), Ok(whole), "{text}");
        }
        for (text, why) in [
            (r#"{"a": 2}"#, "a is 2, not 1"),
            (r#"{"a": 1.0}"#, "a is 1.0, not 1"),
            (r#"{"x": 5}"#, "x is 5, not nothing"),
            (r#"{"x": [5]}"#, "x is […], not nothing"),
            (r#"{"b": []}"#, r#"b.0 is nothing, not {"c":null,"d":-2}"#),
            (r#"{"b": [{}, {}]}"#, "b.1 is {…}, not nothing"),
            (r#"{"b": [{"d": 2}]}"#, "b.0.d is 2, not -2"),
            (r#"{"e": {"f": 1}}"#, r#"e is {…}, not "文""#),
            (r#"{"a": 1, "a": 1}"#, "a is stated twice, not 1"),
            (
                "7",
                r#"everything is 7, not {"a":1,"b":[{"c":null,"d":-2}],"e":"文"}"#,
            ),
        ] {
            assert_eq!(check(text, &made), Err(why.to_owned()));
        }
        for text in ["", "{", r#"{"a": 1}}"#, "{\"a\": 1} 1"] {
            let why = check(text, &made).unwrap_err();
            assert!(why.starts_with("everything is ") && why.ends_with(", not JSON"));
        }
    }

    #[test]
    fn where_it_has_to_be_whole_a_figure_that_is_left_out_is_a_difference() {
        let made = json!({"a": 1, "b": [{"c": null, "d": -2}]});
        let check = |text: &str| stated(text.as_bytes(), &made, true).map_err(|it| it.0);
        assert!(check(&made.to_string()).is_ok());
        for (text, place) in [
            (r#"{"b": [{"c": null, "d": -2}]}"#, "a"),
            (r#"{"a": 1, "b": [{"d": -2}]}"#, "b.0.c"),
        ] {
            assert_eq!(check(text), Err(place.to_owned()));
        }
    }

    #[test]
    fn reading_ends_with_the_first_difference() {
        let made = json!({"a": [1]});
        let text = r#"{"a": [1, [0],[0],[0] and no JSON any more"#;
        assert_eq!(
            check(text, &made),
            Err("a.1 is […], not nothing".to_owned())
        );
    }
}
