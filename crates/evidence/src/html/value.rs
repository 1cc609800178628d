//! Facts and figures as tables, whatever their shape: a new field of an answer shows up by itself.

use super::Language;
use super::parts::escape;
use super::said::said;
use crate::told::Told;
use crate::words;
use ledger::Event;
use serde_json::{Map, Value};
use std::fmt::Write as _;
use uuid::Uuid;

/// In which language, and what identifiers stand for.
#[derive(Clone, Copy)]
pub(super) struct Show<'a> {
    pub(super) language: Language,
    pub(super) told: &'a Told,
}

/// What a list of payments shows of each: the rest stands in `answer.json`.
const PAYMENT: [&str; 9] = [
    "voucher",
    "payee",
    "kind",
    "state",
    "instructed_on",
    "amount_fen",
    "settled_fen",
    "returned_fen",
    "recovered_fen",
];

/// An answer.
pub(super) fn render(out: &mut String, answer: &Value, show: Show<'_>) {
    for (name, part) in answer.as_object().into_iter().flatten() {
        if part.as_array().is_some_and(Vec::is_empty) {
            continue;
        }
        let _ = writeln!(
            out,
            "<h3>{}</h3>",
            escape(&words::field(name, show.language.is_zh()))
        );
        any(out, name, part, show);
        out.push('\n');
    }
}

/// The facts of an event.
pub(super) fn render_event(out: &mut String, event: &Event, show: Show<'_>) {
    let value = said(event);
    // The noun and the verb are in the heading; below them stand the facts.
    let inner = |value: &Value| {
        let object = value.as_object()?;
        object.values().next().cloned()
    };
    let facts = inner(&value).as_ref().and_then(inner);
    any(out, "", &facts.unwrap_or(Value::Null), show);
}

fn any(out: &mut String, name: &str, value: &Value, show: Show<'_>) {
    match value {
        Value::Null => out.push('—'),
        Value::Bool(true) => out.push_str(show.language.pick("是", "yes")),
        Value::Bool(false) => out.push_str(show.language.pick("否", "no")),
        Value::Number(number) => match number.as_i64().filter(|_| name.ends_with("_fen")) {
            Some(fen) => {
                let unit = show.language.pick(" 元", " yuan");
                let _ = write!(out, "<span class=\"money\">{}{unit}</span>", yuan(fen));
            }
            None => {
                let _ = write!(out, "{number}");
            }
        },
        Value::String(text) => string(out, text, show),
        Value::Array(list) => array(out, name, list, show),
        Value::Object(object) => self::object(out, object, show),
    }
}

fn string(out: &mut String, text: &str, show: Show<'_>) {
    let name = Uuid::parse_str(text).ok();
    if let Some(name) = name.and_then(|id| show.told.name(id)) {
        let (name, id) = (escape(&name), escape(text));
        let _ = write!(out, "{name} <code class=\"id\">{id}</code>");
        return;
    }
    // Identifiers and hashes are for comparing, not for reading.
    let machine = text.len() >= 32
        && text
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    if machine {
        let _ = write!(out, "<code>{}</code>", escape(text));
    } else {
        out.push_str(&escape(text));
    }
}

fn array(out: &mut String, name: &str, list: &[Value], show: Show<'_>) {
    let Some(first) = list.first() else {
        out.push('—');
        return;
    };
    if first
        .as_object()
        .is_none_or(|object| short(object).is_some())
    {
        for (at, value) in list.iter().enumerate() {
            if at > 0 {
                out.push_str(show.language.pick("、", ", "));
            }
            any(out, "", value, show);
        }
        return;
    }
    let is_payment = name == "payments" || first.get("voucher").is_some();
    let mut keys: Vec<&str> = Vec::new();
    if is_payment && PAYMENT.iter().all(|key| first.get(*key).is_some()) {
        keys.extend(PAYMENT);
    } else {
        for key in list.iter().filter_map(Value::as_object).flat_map(Map::keys) {
            if !keys.contains(&key.as_str()) && is_said(key, show) {
                keys.push(key);
            }
        }
    }
    // Wide tables do not fit on paper: then one list under the other.
    if keys.len() > 7 && !keys.contains(&"voucher") {
        for value in list {
            out.push_str("<div class=\"one\">");
            any(out, "", value, show);
            out.push_str("</div>\n");
        }
        return;
    }
    out.push_str("<table><thead><tr>");
    for key in &keys {
        let _ = write!(
            out,
            "<th>{}</th>",
            escape(&words::field(key, show.language.is_zh()))
        );
    }
    out.push_str("</tr></thead><tbody>\n");
    for value in list {
        out.push_str("<tr>");
        for key in &keys {
            out.push_str("<td>");
            any(out, key, value.get(*key).unwrap_or(&Value::Null), show);
            out.push_str("</td>");
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table>");
}

fn object(out: &mut String, object: &Map<String, Value>, show: Show<'_>) {
    if let Some((text, text_zh, id)) = short(object) {
        out.push_str(&escape(show.language.pick(&text_zh, &text)));
        if let Some(id) = id {
            let _ = write!(out, " <code class=\"id\">{}</code>", escape(&id));
        }
        return;
    }
    if object.contains_key("sealed_for") {
        out.push_str(show.language.pick("〔密封〕", "[sealed]"));
        return;
    }
    // A page of a list, as queries give it, is its list.
    if let (Some(entries), true) = (object.get("entries"), object.contains_key("more")) {
        any(out, "payments", entries, show);
        return;
    }
    out.push_str("<dl>");
    for (key, value) in object {
        let empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        if empty || !is_said(key, show) {
            continue;
        }
        let _ = write!(
            out,
            "<div><dt>{}</dt><dd>",
            escape(&words::field(key, show.language.is_zh()))
        );
        any(out, key, value, show);
        out.push_str("</dd></div>");
    }
    out.push_str("</dl>");
}

/// Of a text in two languages the one that is asked for.
fn is_said(key: &str, show: Show<'_>) -> bool {
    let other = show.language.pick("text", "text_zh");
    key != other
}

/// What fits into a line: a word of a list, or somebody's name; English, Chinese, and the id.
fn short(object: &Map<String, Value>) -> Option<(String, String, Option<String>)> {
    let text = |key: &str| object.get(key).and_then(Value::as_str).map(str::to_owned);
    if let (Some(word), Some(zh), 2) = (text("word"), text("zh"), object.len()) {
        return Some((words::plain(&word), zh, None));
    }
    const NAMED: [&str; 9] = [
        "name",
        "document",
        "number",
        "organisation",
        "fund",
        "project",
        "subject",
        "source",
        "known",
    ];
    if !object.contains_key("name") || !object.keys().all(|key| NAMED.contains(&key.as_str())) {
        return None;
    }
    let id = ["organisation", "fund", "project", "subject"];
    let id = id.iter().find_map(|key| text(key));
    let parts: Vec<String> = ["name", "number", "document"]
        .iter()
        .filter_map(|key| text(key))
        .collect();
    let line = parts.join(" · ");
    id.as_ref()?;
    Some((line.clone(), line, id))
}

/// Fen as yuan, to the fen: `-1,234.56`.
pub(crate) fn yuan(fen: i64) -> String {
    let all = fen.unsigned_abs();
    let (yuan, rest) = (all / 100, all % 100);
    let digits = yuan.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        let left = digits.len().saturating_sub(at);
        if at > 0 && left.is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let sign = if fen < 0 { "-" } else { "" };
    format!("{sign}{grouped}.{rest:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_shown_to_the_fen() {
        let shown: Vec<String> = [0, 5, 100, 123_456, 100_000_000, -1, -123_456_789]
            .map(yuan)
            .to_vec();
        let right = [
            "0.00",
            "0.05",
            "1.00",
            "1,234.56",
            "1,000,000.00",
            "-0.01",
            "-1,234,567.89",
        ];
        assert_eq!(shown, right);
    }

    #[test]
    fn a_hostile_text_stays_text() {
        let mut out = String::new();
        let hostile = serde_json::json!({"name_<b>": "<script>alert('x')</script>&\""});
        let told = Told::default();
        let show = Show {
            language: Language::En,
            told: &told,
        };
        any(&mut out, "", &hostile, show);
        assert!(!out.contains("<script"), "{out}");
        assert!(!out.contains("<b>"), "{out}");
        assert!(out.contains("&lt;script&gt;alert(&#39;x&#39;)"), "{out}");
    }
}
