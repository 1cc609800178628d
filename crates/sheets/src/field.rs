//! A cell, read as its column says: an amount, a date, a number that identifies, a word.

use crate::amount::{self, Unit};
use crate::day;
use crate::mapping::{Field, Form};
use crate::plain::{is_broken, number, plain, stored};
use crate::refusal::{Code, Refusal};
use crate::workbook::{Content, shown_number};
use ledger::date::BusinessDate;
use ledger::money::Fen;
use ledger::text::{BadText, Name, Reference, Text};

/// What a cell says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A number that identifies, a name, a text, a word of a list.
    Text(Box<str>),
    /// An amount.
    Amount(Fen),
    /// A date.
    Date(BusinessDate),
    /// A whole number.
    Count(u32),
}

/// In which words a value enters what rows are compared by.
impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Value::Text(text) => f.write_str(text),
            Value::Amount(fen) => write!(f, "{}", fen.get()),
            Value::Date(date) => date.fmt(f),
            Value::Count(count) => count.fmt(f),
        }
    }
}

/// How the table is to be read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    /// What amounts are counted in; yuan where the table has none.
    pub(crate) unit: Unit,
    pub(crate) epoch_1904: bool,
}

fn refused(code: Code, en: impl Into<String>, zh: impl Into<String>) -> Refusal {
    Refusal::of_file(code, en, zh)
}

/// Reads a cell; nothing for an empty one, unless a default says what that means.
///
/// # Errors
/// What stands there is not what the column holds; without its place.
pub(crate) fn read(
    field: &Field,
    content: Option<&Content>,
    reading: Reading,
) -> Result<Option<Value>, Refusal> {
    let read = match content {
        None => None,
        Some(content) => {
            filled(field, content, reading).map_err(|refusal| refusal.value(&content.shown()))?
        }
    };
    if read.is_some() {
        return Ok(read);
    }
    if let Some(default) = &field.default {
        return Ok(Some(Value::Text(default.as_str().into())));
    }
    if field.required {
        let title = &field.title;
        return Err(refused(
            Code::Required,
            format!("“{title}” is needed and empty"),
            format!("“{title}”不能为空"),
        ));
    }
    Ok(None)
}

fn filled(field: &Field, content: &Content, reading: Reading) -> Result<Option<Value>, Refusal> {
    match content {
        Content::NotComputed => {
            return Err(refused(
                Code::NotComputed,
                "a formula without a value; open the file, save it and try again, or clear it",
                "公式没有计算结果,请用 WPS 或 Excel 打开保存后再导入;结果为空的请清除单元格",
            ));
        }
        Content::Linked => {
            return Err(refused(
                Code::Linked,
                "a formula that takes its value from another file; put the value in its place",
                "公式引用了其他文件,请改为数值后再导入",
            ));
        }
        Content::Fault(_) => {
            return Err(refused(
                Code::FormulaError,
                "it shows an error, or a date or time that is none",
                "单元格为错误值或无效的日期、时间",
            ));
        }
        Content::Text(_) | Content::Number(_) | Content::Day(_) | Content::Truth(_) => {}
    }
    match field.form {
        Form::Amount => amount_of(content, reading.unit).map(|fen| fen.map(Value::Amount)),
        Form::Date => date_of(content, reading.epoch_1904),
        Form::Count => count_of(content),
        Form::Percent => percent_of(content),
        Form::Word => word_of(field, content),
        Form::Number => number_of(content),
        Form::Numbers => numbers_of(content),
        Form::Name => match content {
            Content::Day(_) | Content::Truth(_) => Err(converted()),
            Content::Text(_)
            | Content::Number(_)
            | Content::Fault(_)
            | Content::NotComputed
            | Content::Linked => text_of(content, |text| Name::new(text).map(drop)),
        },
        Form::Text => text_of(content, |text| Text::new(text).map(drop)),
    }
}

fn amount_of(content: &Content, unit: Unit) -> Result<Option<Fen>, Refusal> {
    let read = match content {
        Content::Number(number) => amount::of_number(*number, unit).map(Some),
        Content::Text(text) => amount::of_text(text, unit),
        Content::Day(_)
        | Content::Truth(_)
        | Content::Fault(_)
        | Content::NotComputed
        | Content::Linked => Err((
            "it is a date or a truth, and no amount".to_owned(),
            "是日期或逻辑值,不是金额".to_owned(),
        )),
    };
    read.map_err(|(en, zh)| refused(Code::BadAmount, en, zh))
}

fn date_of(content: &Content, epoch_1904: bool) -> Result<Option<Value>, Refusal> {
    let date = match content {
        Content::Day(day) => Some(BusinessDate::day(*day)),
        Content::Number(number) => day::of_number(*number, epoch_1904),
        Content::Text(text) => day::of_text(text),
        Content::Truth(_) | Content::Fault(_) | Content::NotComputed | Content::Linked => None,
    };
    let date = date.ok_or_else(|| {
        refused(
            Code::BadDate,
            "it is no date of 1970 to 2100; write 2018-07-28, 2018年7月28日, 2018-07 or 2018",
            "不是 1970 至 2100 年的日期;可写 2018-07-28、2018年7月28日、2018年7月 或 2018年",
        )
    })?;
    Ok(Some(Value::Date(date)))
}

fn count_of(content: &Content) -> Result<Option<Value>, Refusal> {
    let shown = content.shown();
    let text = number(&shown);
    let text = text.trim_end_matches(['年', '户', '人', '个', '天']);
    let digits = amount::ungrouped(text).ok().filter(|_| !is_broken(&shown));
    let count = digits.and_then(|digits| digits.parse().ok());
    count.map(|count| Some(Value::Count(count))).ok_or_else(|| {
        refused(
            Code::BadCount,
            "it is no whole number from 0",
            "不是非负整数",
        )
    })
}

/// `30%`, `2.5`, or a number cell that is shown as a percentage, and so holds the fraction. A
/// number cell of just 1 may be either, and is refused; so is a text of at most 1 without `%`: an
/// export writes the 40 per cent of a number cell as 0.4.
fn percent_of(content: &Content) -> Result<Option<Value>, Refusal> {
    let shown = content.shown();
    if let Content::Text(_) = content
        && is_fraction(&number(&shown))
    {
        return Err(refused(
            Code::BadCount,
            "it may be a fraction or a percentage; write 40% or 0.4%",
            "可能是小数,也可能是百分数;请写成 40% 或 0.4%",
        ));
    }
    let text = match content {
        Content::Number(value) if *value > 0.0 && *value < 1.0 => shown_number(value * 100.0),
        Content::Number(1.0) => String::new(),
        Content::Number(_)
        | Content::Text(_)
        | Content::Day(_)
        | Content::Truth(_)
        | Content::Fault(_)
        | Content::NotComputed
        | Content::Linked => number(&shown),
    };
    let text = text.trim_end_matches('%');
    let (whole, parts) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{parts:0<2}");
    let plain = !text.is_empty()
        && !is_broken(&shown)
        && parts.len() <= 2
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    let share = digits
        .parse()
        .ok()
        .filter(|share| plain && *share <= 10_000);
    share.map(|share| Some(Value::Count(share))).ok_or_else(|| {
        refused(
            Code::BadCount,
            "it is no share from 0 to 100 per cent; write 30%",
            "不是 0 至 100 之间的百分比;请写成 30%",
        )
    })
}

/// True for more than nothing and at most 1, without a sign of per cent.
fn is_fraction(text: &str) -> bool {
    let (whole, parts) = text.split_once('.').unwrap_or((text, ""));
    let is_nothing = |digits: &str| digits.bytes().all(|byte| byte == b'0');
    let plain = !text.is_empty() && parts.bytes().all(|byte| byte.is_ascii_digit());
    match whole.trim_start_matches('0') {
        "" => plain && !is_nothing(parts),
        "1" => is_nothing(parts),
        _ => false,
    }
}

fn word_of(field: &Field, content: &Content) -> Result<Option<Value>, Refusal> {
    let shown = content.shown();
    if let Some(word) = field.word(&shown) {
        return Ok(Some(Value::Text(word.into())));
    }
    let known: Vec<_> = field
        .words
        .values()
        .filter_map(|spellings| spellings.first().map(String::as_str))
        .collect();
    let known = known.join("、");
    Err(refused(
        Code::BadWord,
        format!("it is no word of this column's list: {known}"),
        format!("不在可填范围内:{known}"),
    ))
}

/// A number that identifies. As a number cell it has lost what is beyond 15 digits, and its zeros.
fn number_of(content: &Content) -> Result<Option<Value>, Refusal> {
    let text = match content {
        Content::Number(value) => {
            let shown = shown_number(*value);
            if value.fract() != 0.0 || value.abs() >= 1e15 {
                return Err(refused(
                    Code::BadText,
                    "a number cell keeps 15 digits; make the column text and enter it again",
                    "数值单元格只保留 15 位,请将该列设为文本后重新填写",
                ));
            }
            shown
        }
        Content::Day(_) | Content::Truth(_) => return Err(converted()),
        Content::Text(_) | Content::Fault(_) | Content::NotComputed | Content::Linked => {
            number(&content.shown())
        }
    };
    if text.is_empty() {
        return Ok(None);
    }
    Reference::new(text.as_str()).map_err(|error| bad_text(&error))?;
    Ok(Some(Value::Text(text.into())))
}

/// What was typed is not in the file any more: 3-1 is the first of March, of whatever year.
fn converted() -> Refusal {
    refused(
        Code::BadText,
        "the spreadsheet made a date or a truth of it; make the cell text and enter it again",
        "已被表格软件变成日期或逻辑值,请将单元格设为文本格式,再按原样重新填写(如 3-1)",
    )
}

/// Several numbers in one cell; one alone may have become something else.
fn numbers_of(content: &Content) -> Result<Option<Value>, Refusal> {
    match content {
        Content::Number(_) | Content::Day(_) | Content::Truth(_) => number_of(content),
        Content::Text(_) | Content::Fault(_) | Content::NotComputed | Content::Linked => {
            text_of(content, |text| Text::new(text).map(drop))
        }
    }
}

fn text_of(
    content: &Content,
    check: impl Fn(&str) -> Result<(), BadText>,
) -> Result<Option<Value>, Refusal> {
    let text = stored(&content.shown());
    if text.is_empty() || plain(&text).chars().all(|c| matches!(c, '-' | '—' | '/')) {
        return Ok(None);
    }
    check(&text).map_err(|error| bad_text(&error))?;
    Ok(Some(Value::Text(text.into())))
}

/// The ledger's own words for a text that may not be stored: `CODE: English | 中文`.
fn bad_text(error: &BadText) -> Refusal {
    let code = match error {
        BadText::Personal(_) => Code::Personal,
        BadText::Empty | BadText::TooLong { .. } | BadText::Control(_) => Code::BadText,
    };
    let words = error.to_string();
    let words = words
        .split_once(": ")
        .map_or(words.as_str(), |(_, words)| words);
    let (en, zh) = words.split_once(" | ").unwrap_or((words, words));
    refused(code, en.trim(), zh.trim())
}
