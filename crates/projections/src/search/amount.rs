//! Amounts as people write them: 1,067.56万元, 3亿元, ¥500.00. Exact to the fen, or none.

use super::plain::plain;
use ledger::money::Fen;

/// The units, longest first, with how many decimal places of yuan they are worth.
const UNITS: &[(&str, usize)] = &[
    ("亿元", 8),
    ("千万元", 7),
    ("百万元", 6),
    ("万元", 4),
    ("亿", 8),
    ("千万", 7),
    ("百万", 6),
    ("万", 4),
    ("元", 0),
];

/// The amount that `text` names: a number with a unit, a currency sign, grouping commas or a
/// decimal point. A bare whole number names none, as it is more likely part of a document's
/// number; nor does one with a fraction of a fen.
#[must_use]
pub fn amount(text: &str) -> Option<Fen> {
    let text = plain(text).replace('圆', "元");
    let unsigned = text.trim_start_matches(['¥', '￥']);
    let signed = unsigned.len() < text.len();
    let unit = UNITS.iter().find_map(|(unit, places)| {
        let number = unsigned.strip_suffix(unit)?;
        Some((number, *places))
    });
    let (number, places) = unit.unwrap_or((unsigned, 0));
    let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
    let digits = ungrouped(whole)?;
    let has_mark = unit.is_some() || signed || whole.contains(',') || number.contains('.');
    let ends_well = !number.ends_with('.') && decimals.bytes().all(|byte| byte.is_ascii_digit());
    // In fen: two places more than in yuan.
    let room = places.checked_add(2)?;
    let decimals = decimals.trim_end_matches('0');
    if !has_mark || !ends_well || decimals.len() > room {
        return None;
    }
    let fen: i64 = format!("{digits}{decimals:0<room$}").parse().ok()?;
    Fen::new(fen).ok()
}

/// The digits without commas, which may stand only before each group of three.
fn ungrouped(whole: &str) -> Option<String> {
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let grouped = whole.contains(',');
    let fits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let well = !first.is_empty()
        && fits(first)
        && (!grouped || first.len() <= 3)
        && groups.clone().all(|group| group.len() == 3 && fits(group));
    well.then(|| std::iter::once(first).chain(groups).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_way_of_writing_exactly() {
        for (text, fen) in [
            ("1,067.56万", 1_067_560_000),
            ("1067.56万元", 1_067_560_000),
            ("１０６７．５６萬元", 1_067_560_000),
            ("1,067.56 万 元", 1_067_560_000),
            ("3亿元", 30_000_000_000),
            ("3億", 30_000_000_000),
            ("0.00000001亿元", 100),
            ("500元", 50_000),
            ("500圓", 50_000),
            ("500.5元", 50_050),
            ("500.00", 50_000),
            ("¥500", 50_000),
            ("￥1,234.56", 123_456),
            ("10,675,600", 1_067_560_000),
            ("0.000001万元", 1),
            ("0.1000000000000000000万元", 100_000),
            ("2百万元", 200_000_000),
            ("1千万", 1_000_000_000),
            ("90071992547409.91元", 9_007_199_254_740_991),
        ] {
            assert_eq!(amount(text).map(Fen::get), Some(fen), "{text}");
        }
    }

    #[test]
    fn reads_nothing_into_what_is_no_amount() {
        for text in [
            "",
            "元",
            "万元",
            "500",
            "2018",
            "云财农〔2018〕5号",
            "1,06.56万",
            "1067,56万",
            ",500元",
            "500.元",
            "5.0.0元",
            "0.005元",
            "0.0000001万元",
            "-5元",
            "5e3元",
            "五百元",
            "90071992547409.92元",
            "99999999999999999999亿元",
            "每户500元",
            "1.2.3",
            ".5元",
        ] {
            assert_eq!(amount(text), None, "{text}");
        }
    }
}
