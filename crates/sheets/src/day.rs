//! Dates as tables hold them: a date cell, a serial number of either epoch, or text.

use crate::plain::number;
use jiff::civil::Date;
use ledger::date::BusinessDate;

/// The day of a spreadsheet's serial number. Both epochs are shifted to days of the 1900 system;
/// before March 1900 that system counts a day that never was, and no record of ours is so old.
pub(crate) fn of_serial(serial: f64, epoch_1904: bool) -> Option<Date> {
    // 1904-01-01 is day 1462 of the 1900 system.
    let days = if epoch_1904 { serial + 1462.0 } else { serial };
    // 1970-01-01 to 2100-01-01: outside it is no date of public money, but another number.
    if !(25_569.0..73_051.0).contains(&days) {
        return None;
    }
    let days: i64 = format!("{:.0}", days.floor()).parse().ok()?;
    let span = jiff::Span::new().try_days(days.checked_sub(25_569)?).ok()?;
    Date::new(1970, 1, 1).ok()?.checked_add(span).ok()
}

/// The date of a number in a column of dates: `20180728`, a year, or a serial number.
pub(crate) fn of_number(value: f64, epoch_1904: bool) -> Option<BusinessDate> {
    let whole = value.fract() == 0.0;
    let text = format!("{value:.0}");
    if whole && (1970.0..=2100.0).contains(&value) {
        return text.parse().ok();
    }
    if whole && text.len() == 8 {
        return of_text(&text);
    }
    of_serial(value, epoch_1904).map(BusinessDate::day)
}

/// The date that a text says: `2018-07-28`, `2018/7/28`, `2018.7.28`, `2018年7月28日`, `20180728`,
/// `2018年7月`, `2018-Q3`, `2018年`; a time of day behind it is left out.
pub(crate) fn of_text(text: &str) -> Option<BusinessDate> {
    let day_only = text.trim().split([' ', 'T']).next().unwrap_or_default();
    let plain = number(if looks_timed(text) { day_only } else { text });
    if plain.len() == 8 && plain.bytes().all(|byte| byte.is_ascii_digit()) {
        let (year, rest) = plain.split_at_checked(4)?;
        let (month, day) = rest.split_at_checked(2)?;
        let date: BusinessDate = format!("{year}-{month}-{day}").parse().ok()?;
        return is_plausible(date).then_some(date);
    }
    let marked: String = plain
        .chars()
        .map(|c| match c {
            '年' | '月' | '/' | '.' => '-',
            other => other,
        })
        .collect();
    let marked = marked.trim_end_matches(['日', '号', '-']);
    let mut parts = marked.split('-');
    let mut written = parts.next()?.to_owned();
    if written.len() != 4 {
        return None;
    }
    for part in parts {
        let quarter = part.starts_with('Q');
        let padded = if part.len() == 1 && !quarter { "0" } else { "" };
        written = format!("{written}-{padded}{part}");
    }
    let date: BusinessDate = written.parse().ok()?;
    is_plausible(date).then_some(date)
}

/// The years of public money, as of a serial number: 1900-01-01 is an empty cell that was shown as
/// a date, and was copied.
fn is_plausible(date: BusinessDate) -> bool {
    let year = date.first().map(Date::year);
    year.is_none_or(|year| (1970..=2100).contains(&year))
}

/// True where a time of day follows the date.
fn looks_timed(text: &str) -> bool {
    text.contains(':') || text.contains('：')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_people_write_them() {
        for (text, date) in [
            ("2018-07-28", "2018-07-28"),
            ("2018/7/8", "2018-07-08"),
            ("２０１８．７．２８", "2018-07-28"),
            ("2018年7月28日", "2018-07-28"),
            ("2018 年 7 月 28 日", "2018-07-28"),
            ("20180728", "2018-07-28"),
            ("2018-07-28 10:30:00", "2018-07-28"),
            ("2018-07-28T10:30:00", "2018-07-28"),
            ("2018年7月", "2018-07"),
            ("2018-Q3", "2018-Q3"),
            ("2018年", "2018"),
        ] {
            let read = of_text(text).map(|date| date.to_string());
            assert_eq!(read.as_deref(), Some(date), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "2018-02-30",
            "28/7/2018",
            "7月28日",
            "18-7-28",
            "2018-13",
            "20181301",
            "明年",
            "1900-01-01",
            "19000101",
            "2101-01-01",
        ] {
            assert_eq!(of_text(text), None, "{text}");
        }
    }

    #[test]
    fn serial_numbers_of_both_epochs_are_the_same_days() {
        let day = Date::new(2018, 7, 28).unwrap();
        assert_eq!(of_serial(43_309.0, false), Some(day));
        assert_eq!(of_serial(43_309.75, false), Some(day));
        assert_eq!(of_serial(41_847.0, true), Some(day));
        assert_eq!(of_serial(60.0, false), None);
        assert_eq!(of_serial(1e300, false), None);
        assert_eq!(of_number(20_180_728.0, false), Some(BusinessDate::day(day)));
        assert_eq!(
            of_number(2018.0, false)
                .map(|date| date.to_string())
                .as_deref(),
            Some("2018")
        );
    }
}
