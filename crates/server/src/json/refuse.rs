//! What serde says, as a problem with a stable code.

use crate::problem::Problem;
use serde_json::error::Category;

/// How deep objects and arrays may stand in each other. Ours are never deeper than five.
pub const NESTING_MAX: usize = 32;

/// Refuses a text whose brackets stand deeper than [`NESTING_MAX`], before anything reads it.
pub(super) fn too_deep(text: &str) -> Result<(), Problem> {
    // Counting is many times quicker than reading, and a command has a handful of brackets.
    let brackets = text.bytes().filter(|byte| matches!(byte, b'{' | b'['));
    if brackets.count() <= NESTING_MAX {
        return Ok(());
    }
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for byte in text.bytes() {
        match (quoted, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => quoted = !quoted,
            (false, b'{' | b'[') => depth = depth.saturating_add(1),
            (false, b'}' | b']') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > NESTING_MAX {
            return Err(Problem::bad(
                "NESTING",
                "objects and arrays may stand at most 32 deep",
                "JSON 嵌套不得超过 32 层",
            ));
        }
    }
    Ok(())
}

/// An error of serde_json, whose message may begin with a stable code of the domain's.
pub(super) fn problem(error: &serde_json::Error, path: &str) -> Problem {
    let message = error.to_string();
    // "… at line 1 column 12" says where in the text; the path says it better for data.
    let message = match error.classify() {
        Category::Data => message
            .rsplit_once(" at line ")
            .map_or(&*message, |(text, _)| text),
        Category::Syntax | Category::Eof | Category::Io => &message,
    };
    let (code, title, title_zh) = match error.classify() {
        Category::Syntax if message.starts_with("recursion limit") => deep(message),
        Category::Syntax | Category::Eof | Category::Io => (
            "MALFORMED_JSON",
            message,
            format!("JSON 格式错误:{message}"),
        ),
        Category::Data => coded(message),
    };
    let problem = of_code(code, title, &title_zh);
    // serde names a field that is missing or stands twice only in its message.
    let named = matches!(code, "MISSING_FIELD" | "DUPLICATE_FIELD").then(|| quoted(message));
    match (path.trim_matches(['.', '?']), named.flatten()) {
        ("", None) => problem,
        ("", Some(name)) => problem.at(name),
        (path, Some(name)) if path.split('.').next_back() != Some(name) => {
            problem.at(format!("{path}.{name}"))
        }
        (path, _) => problem.at(path),
    }
}

/// What can be read and can never be right is 422; the rest is 400.
fn of_code(code: &str, title: &str, title_zh: &str) -> Problem {
    if matches!(
        code,
        "PII_IN_CLEAR" | "BAD_AMOUNT" | "BAD_DATE" | "BAD_TEXT"
    ) {
        let status = actix_web::http::StatusCode::UNPROCESSABLE_ENTITY;
        return Problem::new(status, code, title, title_zh);
    }
    Problem::bad(code, title, title_zh)
}

/// What is wrong with a command in protobuf, by the same codes. Fields are named as in `proto/`.
#[must_use]
pub fn in_protobuf(error: &wire::WireError) -> Problem {
    use wire::WireError as Error;
    match error {
        Error::Malformed(reason) => Problem::bad(
            "MALFORMED_PROTOBUF",
            reason,
            &format!("protobuf 格式错误:{reason}"),
        ),
        Error::Missing { field } => Problem::bad(
            "MISSING_FIELD",
            &format!("missing field `{field}`"),
            &format!("缺少字段“{field}”"),
        )
        .at(*field),
        Error::Newer { what } => Problem::bad(
            "UNKNOWN_FIELD",
            &format!("{what} is not known to this release"),
            &format!("本版本无法识别:{what}"),
        ),
        Error::Invalid { field, reason } => {
            let (code, title, title_zh) = coded(reason);
            of_code(code, title, &title_zh).at(*field)
        }
    }
}

/// What is wrong with a query string: which field, and why.
pub(crate) fn in_query(error: &serde_path_to_error::Error<serde_urlencoded::de::Error>) -> Problem {
    let (path, message) = (error.path().to_string(), error.inner().to_string());
    let (code, title, title_zh) = coded(&message);
    let named = matches!(code, "UNKNOWN_FIELD" | "MISSING_FIELD" | "DUPLICATE_FIELD");
    let named = named.then(|| quoted(&message)).flatten();
    let problem = Problem::bad("BAD_QUERY", title, &title_zh);
    match (path.trim_matches(['.', '?']), named) {
        (_, Some(name)) => problem.at(name),
        ("", None) => problem,
        (path, None) => problem.at(path),
    }
}

fn deep(message: &str) -> (&'static str, &str, String) {
    ("NESTING", message, "JSON 嵌套过深".to_owned())
}

fn quoted(message: &str) -> Option<&str> {
    message.split('`').nth(1)
}

/// `BAD_AMOUNT: English | 中文` is the domain's code and its texts; the rest are serde's words.
fn coded(message: &str) -> (&str, &str, String) {
    if let Some((code, texts)) = message.split_once(": ")
        && !code.is_empty()
        && code.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
    {
        let (title, title_zh) = texts.split_once(" | ").unwrap_or((texts, texts));
        return (code, title, title_zh.to_owned());
    }
    let name = quoted(message).unwrap_or_default();
    let expected = message
        .split_once("expected ")
        .map_or("", |(_, expected)| expected);
    let expected = expected.trim_start_matches("one of ").replace('`', "");
    if message.starts_with("unknown field") {
        return (
            "UNKNOWN_FIELD",
            message,
            format!("未知字段“{name}”;可用字段:{expected}"),
        );
    }
    if message.starts_with("missing field") {
        return ("MISSING_FIELD", message, format!("缺少字段“{name}”"));
    }
    if message.starts_with("duplicate field") {
        return ("DUPLICATE_FIELD", message, format!("字段“{name}”重复"));
    }
    if message.contains("a whole number of fen") {
        return (
            "BAD_AMOUNT",
            message,
            "金额须为整数分,不得有小数、指数或引号".to_owned(),
        );
    }
    if message.starts_with("unknown variant") {
        return (
            "BAD_VALUE",
            message,
            format!("没有“{name}”这一取值;可用:{expected}"),
        );
    }
    if message.starts_with("UUID parsing failed") {
        return ("BAD_VALUE", message, "编号须为 UUID".to_owned());
    }
    // Of a number in a query string only Rust's own words are known.
    let number = ["invalid digit", "cannot parse integer", "number too"];
    if number.iter().any(|words| message.starts_with(words)) {
        let title = "it must be a whole number that is not below 0 and not too large";
        return ("BAD_VALUE", title, "须为非负整数,且不得过大".to_owned());
    }
    if message.starts_with("provided string was not `true` or `false`") {
        let title = "it must be true or false";
        return ("BAD_VALUE", title, "须为 true 或 false".to_owned());
    }
    let title_zh = if expected.is_empty() {
        format!("取值有误:{message}")
    } else {
        format!("取值的类型不符;应为 {expected}")
    };
    ("BAD_VALUE", message, title_zh)
}
