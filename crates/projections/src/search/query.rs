//! What is asked for.

use super::amount::amount;
use super::plain::plain;
use ledger::fields::Kind;
use ledger::money::Fen;

/// The longest question, in characters: longer than any name or number.
const CHARS_MAX: usize = 200;

/// How many words a question may have.
const WORDS_MAX: usize = 8;

/// A question that is checked.
#[derive(Debug, Clone)]
pub struct Query {
    pub(super) kind: Option<Kind>,
    /// All that was typed, as one text.
    pub(super) whole: Option<Wanted>,
    /// Its words.
    pub(super) words: Vec<Wanted>,
    /// The smallest and the largest amount.
    pub(super) amounts: Option<(Fen, Fen)>,
}

/// A text that is looked for, and the amount that it may also be.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) plain: String,
    pub(super) amount: Option<Fen>,
}

/// A question that cannot be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadQuery {
    /// Neither text nor amount.
    #[error("nothing is asked for: give q, amount_fen, amount_min or amount_max")]
    Nothing,
    /// Only brackets or spaces, or one letter or digit, which nearly everything has.
    #[error("q needs a Chinese character, or two letters or digits")]
    TooShort,
    /// Too many characters.
    #[error("q has {0} characters, at most {CHARS_MAX} are allowed")]
    TooLong(usize),
    /// Too many words.
    #[error("q has {0} words, at most {WORDS_MAX} are allowed")]
    TooManyWords(usize),
    /// Both an exact amount and a range.
    #[error("amount_fen does not go with amount_min or amount_max")]
    TwoAmounts,
    /// An amount below nothing.
    #[error("{0} {1} is below 0; amounts are compared without regard to their sign")]
    Negative(&'static str, i64),
    /// A range that holds nothing.
    #[error("amount_min {0} is above amount_max {1}")]
    EmptyRange(i64, i64),
}

impl BadQuery {
    /// The same in Chinese.
    #[must_use]
    pub fn zh(&self) -> String {
        match self {
            BadQuery::Nothing => {
                "未给出查询内容:请填写 q、amount_fen、amount_min 或 amount_max".to_owned()
            }
            BadQuery::TooShort => "q 至少需要一个汉字,或两个字母或数字".to_owned(),
            BadQuery::TooLong(chars) => format!("q 共 {chars} 个字符,最多 {CHARS_MAX} 个"),
            BadQuery::TooManyWords(words) => format!("q 共 {words} 个词,最多 {WORDS_MAX} 个"),
            BadQuery::TwoAmounts => "amount_fen 不能与 amount_min、amount_max 同时使用".to_owned(),
            BadQuery::Negative(field, fen) => format!("{field} {fen} 小于 0;金额按绝对值比较"),
            BadQuery::EmptyRange(min, max) => {
                format!("amount_min {min} 大于 amount_max {max}")
            }
        }
    }

    /// Which field is wrong.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        match self {
            BadQuery::Nothing
            | BadQuery::TooShort
            | BadQuery::TooLong(_)
            | BadQuery::TooManyWords(_) => "q",
            BadQuery::TwoAmounts => "amount_fen",
            BadQuery::Negative(field, _) => field,
            BadQuery::EmptyRange(..) => "amount_min",
        }
    }
}

/// The amounts that are asked for, in fen.
#[derive(Debug, Clone, Copy, Default)]
pub struct Amounts {
    /// Exactly this one.
    pub exact: Option<Fen>,
    /// Not below this one.
    pub min: Option<Fen>,
    /// Not above this one.
    pub max: Option<Fen>,
}

impl Query {
    /// The question that was asked in these words, about this kind only if there is one.
    ///
    /// # Errors
    /// There is nothing to look for, or too much, or amounts that exclude each other.
    pub fn new(q: &str, kind: Option<Kind>, amounts: Amounts) -> Result<Query, BadQuery> {
        let amounts = range(amounts)?;
        let (whole, words) = wanted(q)?;
        if whole.is_none() && amounts.is_none() {
            return Err(BadQuery::Nothing);
        }
        Ok(Query {
            kind,
            whole,
            words,
            amounts,
        })
    }
}

fn range(amounts: Amounts) -> Result<Option<(Fen, Fen)>, BadQuery> {
    let Amounts { exact, min, max } = amounts;
    let ranged = min.is_some() || max.is_some();
    if exact.is_some() && ranged {
        return Err(BadQuery::TwoAmounts);
    }
    let all = [
        ("amount_fen", exact),
        ("amount_min", min),
        ("amount_max", max),
    ];
    for (field, fen) in all {
        if let Some(negative) = fen.filter(|fen| *fen < Fen::ZERO) {
            return Err(BadQuery::Negative(field, negative.get()));
        }
    }
    let (min, max) = (
        exact.or(min).unwrap_or(Fen::ZERO),
        exact.or(max).unwrap_or(Fen::MAX),
    );
    if min > max {
        return Err(BadQuery::EmptyRange(min.get(), max.get()));
    }
    Ok((exact.is_some() || ranged).then_some((min, max)))
}

fn wanted(q: &str) -> Result<(Option<Wanted>, Vec<Wanted>), BadQuery> {
    let chars = q.chars().count();
    if chars > CHARS_MAX {
        return Err(BadQuery::TooLong(chars));
    }
    if q.trim().is_empty() {
        return Ok((None, Vec::new()));
    }
    let one = |text: &str| Wanted {
        plain: plain(text),
        amount: amount(text),
    };
    let whole = one(q);
    let letters = whole.plain.chars().filter(|c| c.is_alphanumeric());
    if !whole
        .plain
        .chars()
        .any(|c| c.is_alphanumeric() && !c.is_ascii())
        && letters.count() < 2
    {
        return Err(BadQuery::TooShort);
    }
    let mut words: Vec<Wanted> = q.split_whitespace().map(one).collect();
    words.retain(|word| !word.plain.is_empty());
    if words.len() > WORDS_MAX {
        return Err(BadQuery::TooManyWords(words.len()));
    }
    Ok((Some(whole), words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(q: &str, amounts: [Option<i64>; 3]) -> Option<BadQuery> {
        let [exact, min, max] = amounts.map(|fen| fen.map(|fen| Fen::new(fen).unwrap()));
        Query::new(q, None, Amounts { exact, min, max }).err()
    }

    #[test]
    fn refuses_what_asks_for_nothing_or_for_everything() {
        let none = [None; 3];
        let long = "村".repeat(200);
        for (q, amounts, expected) in [
            ("", none, Some(BadQuery::Nothing)),
            (" \u{3000}", none, Some(BadQuery::Nothing)),
            ("5", none, Some(BadQuery::TooShort)),
            ("〔〕", none, Some(BadQuery::TooShort)),
            ("-5-", none, Some(BadQuery::TooShort)),
            ("5 6", none, None),
            ("村", none, None),
            (long.as_str(), none, None),
            (&format!("{long}村"), none, Some(BadQuery::TooLong(201))),
            ("1 2 3 4 5 6 7 8", none, None),
            ("1 2 3 4 5 6 7 8 9", none, Some(BadQuery::TooManyWords(9))),
            ("", [Some(0), None, None], None),
            ("", [Some(1), Some(1), None], Some(BadQuery::TwoAmounts)),
            ("", [Some(1), None, Some(1)], Some(BadQuery::TwoAmounts)),
            (
                "",
                [Some(-1), None, None],
                Some(BadQuery::Negative("amount_fen", -1)),
            ),
            (
                "",
                [None, Some(-1), None],
                Some(BadQuery::Negative("amount_min", -1)),
            ),
            ("", [None, Some(5), Some(5)], None),
            (
                "",
                [None, Some(6), Some(5)],
                Some(BadQuery::EmptyRange(6, 5)),
            ),
        ] {
            assert_eq!(refused(q, amounts), expected, "{q} {amounts:?}");
        }
    }
}
