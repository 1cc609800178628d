//! Amounts as tables hold them: text with separators or a binary fraction, in yuan or in ten
//! thousands of them, made whole fen or refused. Nothing is ever rounded.

use crate::plain::{is_broken, number};
use ledger::money::Fen;

/// In what a table counts money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// 元
    Yuan,
    /// 万元
    TenThousand,
}

impl Unit {
    /// `元` or `万元`.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Unit::Yuan => "元",
            Unit::TenThousand => "万元",
        }
    }

    /// How many decimals make a fen.
    const fn decimals(self) -> usize {
        match self {
            Unit::Yuan => 2,
            Unit::TenThousand => 6,
        }
    }
}

/// By its name in Chinese, or `yuan`, `wan`.
impl std::str::FromStr for Unit {
    type Err = String;
    fn from_str(text: &str) -> Result<Unit, String> {
        match text.trim() {
            "元" | "yuan" => Ok(Unit::Yuan),
            "万元" | "wan" => Ok(Unit::TenThousand),
            other => Err(format!(
                "“{other}”不是金额单位,可用 元、万元 · no unit: 元 or 万元"
            )),
        }
    }
}

/// Why something is no amount: English and Chinese.
pub(crate) type Why = (String, String);

fn why(en: &str, zh: &str) -> Why {
    (en.to_owned(), zh.to_owned())
}

/// The amount that a text says; nothing for a dash, which tables write for nothing.
pub(crate) fn of_text(text: &str, unit: Unit) -> Result<Option<Fen>, Why> {
    if is_broken(text) {
        return Err(why(
            "there is white space within the number",
            "数字中间有空格或换行",
        ));
    }
    let plain = number(text);
    let (plain, in_brackets) = match plain.strip_prefix('(').and_then(|p| p.strip_suffix(')')) {
        Some(inner) => (inner.to_owned(), true),
        None => (plain, false),
    };
    let bare = plain.trim_start_matches(['¥', '￥']);
    if bare
        .chars()
        .all(|c| matches!(c, '-' | '—' | '–' | '/' | '−'))
    {
        return Ok(None);
    }
    let bare = with_its_unit(bare, unit)?;
    let (negative, digits) = match bare.strip_prefix(['-', '−', '–', '—']) {
        Some(rest) if !in_brackets => (true, rest),
        Some(_) => return Err(no_number()),
        None => (in_brackets, bare.strip_prefix('+').unwrap_or(bare)),
    };
    let digits = digits.trim_start_matches(['¥', '￥']);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = ungrouped(whole)?;
    fen(negative, &whole, fraction, unit).map(Some)
}

/// A cell may name the unit once more, and must then mean the same.
fn with_its_unit(text: &str, unit: Unit) -> Result<&str, Why> {
    let (bare, named) = if let Some(bare) = text.strip_suffix("万元") {
        (bare, Unit::TenThousand)
    } else if let Some(bare) = text.strip_suffix('万') {
        (bare, Unit::TenThousand)
    } else if let Some(bare) = text.strip_suffix('元') {
        (bare, Unit::Yuan)
    } else {
        (text, unit)
    };
    if named == unit {
        return Ok(bare);
    }
    let (said, declared) = (named.zh(), unit.zh());
    Err((
        format!("the cell says {said}, the table counts in {declared}"),
        format!("单元格写明“{said}”,而本表单位为“{declared}”"),
    ))
}

fn no_number() -> Why {
    why("it is not a number", "不是数字")
}

/// `1,234,567` without its separators, which must stand where separators stand.
pub(crate) fn ungrouped(whole: &str) -> Result<String, Why> {
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let mut digits = first.to_owned();
    let mut grouped = false;
    for group in groups {
        grouped = true;
        if group.len() != 3 {
            return Err(why(
                "its thousands separators stand where none belongs",
                "千分位分隔符位置不对",
            ));
        }
        digits.push_str(group);
    }
    let first_fits = !grouped || (1..=3).contains(&first.len());
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if first_fits && plain {
        Ok(digits)
    } else {
        Err(no_number())
    }
}

/// The amount of a number cell. A spreadsheet shows 15 digits and means those: 1234.56 is stored as
/// the binary fraction next to it. Above 10^13 yuan 15 digits hold no fen, and nothing is so large.
pub(crate) fn of_number(number: f64, unit: Unit) -> Result<Fen, Why> {
    let too_large = match unit {
        Unit::Yuan => 1e13,
        Unit::TenThousand => 1e9,
    };
    if !number.is_finite() || number.abs() >= too_large {
        return Err(why(
            "it is beyond ten trillion yuan, where a number cell no longer holds every fen",
            "超过十万亿元,数值单元格已不能精确到分",
        ));
    }
    let (negative, whole, fraction) = fifteen_digits(number);
    fen(negative, &whole, &fraction, unit)
}

/// The sign, the whole and the fraction of what a spreadsheet shows of a number.
pub(crate) fn fifteen_digits(number: f64) -> (bool, String, String) {
    let shown = format!("{:.14e}", number.abs());
    let (mantissa, exponent) = shown.split_once('e').unwrap_or((&shown, "0"));
    let digits: String = mantissa.chars().filter(|c| *c != '.').collect();
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let (whole, fraction) = match usize::try_from(exponent) {
        Ok(exponent) => {
            let len = exponent.saturating_add(1);
            let whole: String = digits
                .chars()
                .chain("0".repeat(len).chars())
                .take(len)
                .collect();
            (whole, digits.chars().skip(len).collect())
        }
        Err(_) => {
            let zeros = usize::try_from(exponent.unsigned_abs()).unwrap_or_default();
            let zeros = "0".repeat(zeros.saturating_sub(1).min(400));
            ("0".to_owned(), format!("{zeros}{digits}"))
        }
    };
    (number < 0.0, whole, fraction)
}

fn fen(negative: bool, whole: &str, fraction: &str, unit: Unit) -> Result<Fen, Why> {
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(no_number());
    }
    let exact = fraction.trim_end_matches('0');
    let decimals = unit.decimals();
    if exact.len() > decimals {
        let unit = unit.zh();
        return Err((
            format!("it has more than {decimals} decimals, so it is no whole number of fen"),
            format!("以{unit}计的小数超过 {decimals} 位,不足一分"),
        ));
    }
    let padding = "0".repeat(decimals.saturating_sub(exact.len()));
    let digits = format!("{whole}{exact}{padding}");
    let sign = if negative { "-" } else { "" };
    let fen = format!("{sign}{digits}").parse::<i64>().ok();
    let fen = fen.and_then(|fen| Fen::new(fen).ok());
    fen.ok_or_else(|| why("it is too large", "金额过大"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str, unit: Unit) -> Option<i64> {
        of_text(text, unit).ok().flatten().map(Fen::get)
    }

    #[test]
    fn text_becomes_whole_fen_or_nothing() {
        for (shown, fen) in [
            ("1234.56", 123_456),
            ("1,234.56", 123_456),
            ("１，２３４．５６", 123_456),
            ("¥1,234.5", 123_450),
            ("-0.01", -1),
            ("(1,234.56)", -123_456),
            ("－12", -1_200),
            ("12.50元", 1_250),
            (" ¥ 12.50 元 ", 1_250),
            ("1.230000", 123),
        ] {
            assert_eq!(text(shown, Unit::Yuan), Some(fen), "{shown}");
        }
        assert_eq!(text("1067.56", Unit::TenThousand), Some(1_067_560_000));
        assert_eq!(text("0.000001万元", Unit::TenThousand), Some(1));
    }

    #[test]
    fn what_is_no_whole_fen_is_refused() {
        for wrong in [
            "1.234",
            "12,34",
            "1,2345.00",
            ",123",
            "1e3",
            "一百",
            "1.2.3",
            "1万元",
            "--5",
            "(-5)",
            "99999999999999999999",
            "0x10",
            "1234,567",
            "12 34",
            "1 234.56",
            "12\n34",
            "",
        ] {
            assert!(
                !matches!(of_text(wrong, Unit::Yuan), Ok(Some(_))),
                "{wrong}"
            );
        }
        assert!(of_text("0.0000001", Unit::TenThousand).is_err());
        assert_eq!(of_text("-", Unit::Yuan), Ok(None));
        assert_eq!(of_text("——", Unit::Yuan), Ok(None));
    }

    /// Each amount as the nearest binary fraction, and as sums leave it, one step beside.
    #[test]
    fn a_binary_fraction_becomes_the_fen_that_a_spreadsheet_shows() {
        for fen in [
            0,
            1,
            123_456,
            99_999_999_999_999,
            1_067_560_000,
            -7,
            30,
            29,
            57,
        ] {
            let nearest: f64 = format!("{}", Fen::new(fen).unwrap()).parse().unwrap();
            let beside = [nearest, nearest.next_up(), nearest.next_down()];
            for number in beside
                .into_iter()
                .filter(|number| fen != 0 || *number == 0.0)
            {
                let read = of_number(number, Unit::Yuan).map(Fen::get);
                // Of the largest amounts two fractions may show other digits.
                if number == nearest || fen.abs() < 10_000_000_000_000 {
                    assert_eq!(read, Ok(fen), "{number:e}");
                }
            }
        }
        assert_eq!(of_number(0.1 + 0.2, Unit::Yuan).map(Fen::get), Ok(30));
        assert_eq!(
            of_number(1067.56, Unit::TenThousand).map(Fen::get),
            Ok(1_067_560_000)
        );
        assert_eq!(of_number(0.000_001, Unit::TenThousand).map(Fen::get), Ok(1));
    }

    #[test]
    fn a_number_with_parts_of_a_fen_is_refused() {
        for wrong in [
            1234.567,
            0.001,
            1e-300,
            1e13,
            f64::NAN,
            f64::INFINITY,
            -33.333_333,
        ] {
            assert!(of_number(wrong, Unit::Yuan).is_err(), "{wrong}");
        }
        assert!(of_number(0.000_000_1, Unit::TenThousand).is_err());
    }

    #[test]
    fn every_amount_of_a_thousand_random_ones_survives_a_number_cell() {
        // A multiplicative congruence: the same amounts each time.
        let mut state = 2026_u64;
        for _ in 0..1_000 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let fen = i64::try_from(state % 900_000_000_000_000).unwrap();
            let yuan: f64 = Fen::new(fen).unwrap().to_string().parse().unwrap();
            assert_eq!(of_number(yuan, Unit::Yuan).map(Fen::get), Ok(fen), "{fen}");
        }
    }
}
