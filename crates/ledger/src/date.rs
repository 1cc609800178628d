//! Civil dates in UTC+08:00, with the precision at which they are known.

use crate::form::{Bad, Description, Form, Input, Out};
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// How exactly a date is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Form)]
pub enum Precision {
    /// `2018-07-28`
    Day,
    /// `2018-07`
    Month,
    /// `2018-Q3`
    Quarter,
    /// `2018`
    Year,
    /// `unknown`
    Unknown,
}

/// A business date 业务日期: when something happened, as far as anybody knows.
///
/// Written as one text, which also says the precision: `2018-07-28`, `2018-07`, `2018-Q3`, `2018`
/// or `unknown`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BusinessDate {
    /// The first day of the period.
    first: Date,
    precision: Precision,
}

/// A text that is not a business date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "BAD_DATE: \"{0}\" is not a date; write 2018-07-28, 2018-07, 2018-Q3, 2018 or unknown | \
     “{0}”不是日期;可写 2018-07-28、2018-07、2018-Q3、2018 或 unknown"
)]
pub struct BadDate(String);

impl BusinessDate {
    /// A day known exactly.
    #[must_use]
    pub const fn day(day: Date) -> BusinessDate {
        BusinessDate {
            first: day,
            precision: Precision::Day,
        }
    }

    /// A date nobody knows.
    pub const UNKNOWN: BusinessDate = BusinessDate {
        first: Date::ZERO,
        precision: Precision::Unknown,
    };

    /// The day, where it is known exactly.
    #[must_use]
    pub fn exact(self) -> Option<Date> {
        (self.precision == Precision::Day).then_some(self.first)
    }

    /// The first day of the period; nothing when unknown.
    #[must_use]
    pub fn first(self) -> Option<Date> {
        (self.precision != Precision::Unknown).then_some(self.first)
    }

    /// The last day of the period; nothing when unknown.
    #[must_use]
    pub fn last(self) -> Option<Date> {
        let month = self.first.month();
        match self.precision {
            Precision::Day => Some(self.first),
            Precision::Month => Some(self.first.last_of_month()),
            Precision::Quarter => {
                let last = month.checked_add(2)?;
                Date::new(self.first.year(), last, 1)
                    .ok()
                    .map(Date::last_of_month)
            }
            Precision::Year => Some(self.first.last_of_year()),
            Precision::Unknown => None,
        }
    }

    /// True if the whole of this lies before the whole of `other`: certainly earlier.
    #[must_use]
    pub fn is_certainly_before(self, other: BusinessDate) -> bool {
        matches!((self.last(), other.first()), (Some(mine), Some(theirs)) if mine < theirs)
    }

    /// How exactly it is known.
    #[must_use]
    pub const fn precision(self) -> Precision {
        self.precision
    }
}

/// The civil day in UTC+08:00 of a moment in UTC microseconds.
#[must_use]
pub fn civil_day(utc_us: u64) -> Date {
    let us = i64::try_from(utc_us).unwrap_or(i64::MAX);
    let moment = jiff::Timestamp::from_microsecond(us).unwrap_or(jiff::Timestamp::MAX);
    jiff::tz::Offset::constant(8).to_datetime(moment).date()
}

fn parse(text: &str) -> Option<BusinessDate> {
    if text == "unknown" {
        return Some(BusinessDate::UNKNOWN);
    }
    let date = |year: &str, month: i8, day: i8| {
        let plain = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
        let year = plain.then(|| year.parse::<i16>().ok()).flatten()?;
        Date::new(year, month, day).ok()
    };
    let two = |text: &str| {
        let plain = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| text.parse::<i8>().ok()).flatten()
    };
    let mut parts = text.split('-');
    let year = parts.next()?;
    let (first, precision) = match (parts.next(), parts.next(), parts.next()) {
        (None, ..) => (date(year, 1, 1)?, Precision::Year),
        (Some("Q1"), None, _) => (date(year, 1, 1)?, Precision::Quarter),
        (Some("Q2"), None, _) => (date(year, 4, 1)?, Precision::Quarter),
        (Some("Q3"), None, _) => (date(year, 7, 1)?, Precision::Quarter),
        (Some("Q4"), None, _) => (date(year, 10, 1)?, Precision::Quarter),
        (Some(month), None, _) => (date(year, two(month)?, 1)?, Precision::Month),
        (Some(month), Some(day), None) => (date(year, two(month)?, two(day)?)?, Precision::Day),
        (Some(_), Some(_), Some(_)) => return None,
    };
    Some(BusinessDate { first, precision })
}

impl std::str::FromStr for BusinessDate {
    type Err = BadDate;
    fn from_str(text: &str) -> Result<BusinessDate, BadDate> {
        parse(text).ok_or_else(|| BadDate(text.chars().take(40).collect()))
    }
}

impl std::fmt::Display for BusinessDate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (year, month) = (self.first.year(), self.first.month());
        match self.precision {
            Precision::Day => match digits(self.first) {
                Some(text) => f.write_str(std::str::from_utf8(&text).unwrap_or_default()),
                None => write!(f, "{}", self.first),
            },
            Precision::Month => write!(f, "{year:04}-{month:02}"),
            Precision::Quarter => {
                let quarter = month.saturating_add(2) / 3;
                write!(f, "{year:04}-Q{quarter}")
            }
            Precision::Year => write!(f, "{year:04}"),
            Precision::Unknown => f.write_str("unknown"),
        }
    }
}

/// The first day, and one byte for the precision.
impl Form for BusinessDate {
    #[inline]
    fn write(&self, out: &mut Out<'_>) {
        self.first.write(out);
        self.precision.write(out);
    }

    #[inline]
    fn read(input: &mut Input<'_>) -> Result<Self, Bad> {
        let (first, precision) = <(Date, Precision)>::read(input)?;
        let can_be = match precision {
            Precision::Day => true,
            Precision::Month => first.day() == 1,
            Precision::Quarter => first.day() == 1 && first.month() % 3 == 1,
            Precision::Year => first.day() == 1 && first.month() == 1,
            Precision::Unknown => first == Date::ZERO,
        };
        if !can_be {
            return Err(input.fail("a date that is not what it says"));
        }
        Ok(BusinessDate { first, precision })
    }

    fn describe(to: &mut Description) {
        to.word("BusinessDate");
    }
}

impl Serialize for BusinessDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Every line of a list has a day or two: written without the machinery of formatting.
        let text = self.exact().and_then(digits);
        match text.as_ref().map(|text| std::str::from_utf8(text)) {
            Some(Ok(text)) => serializer.serialize_str(text),
            Some(Err(_)) | None => serializer.collect_str(self),
        }
    }
}

/// `2018-07-28`; nothing before the year 0.
fn digits(day: Date) -> Option<[u8; 10]> {
    let pair = |number: u8| [number / 10, number % 10].map(|digit| digit.wrapping_add(b'0'));
    let year = u16::try_from(day.year()).ok()?;
    let [a, b] = pair(u8::try_from(year / 100).ok()?);
    let [c, d] = pair(u8::try_from(year % 100).ok()?);
    let [e, f] = pair(u8::try_from(day.month()).ok()?);
    let [g, h] = pair(u8::try_from(day.day()).ok()?);
    Some([a, b, c, d, b'-', e, f, b'-', g, h])
}

impl<'de> Deserialize<'de> for BusinessDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<BusinessDate, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for BusinessDate {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        crate::schema::pattern(r"^(unknown|\d{4}(-(\d{2}(-\d{2})?|Q[1-4]))?)$")
    }
}
#[cfg(feature = "openapi")]
impl utoipa::ToSchema for BusinessDate {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_what_it_writes_at_every_precision() {
        for text in [
            "2018-07-28",
            "2018-02",
            "2018-Q1",
            "2018-Q4",
            "2018",
            "unknown",
        ] {
            assert_eq!(
                text.parse::<BusinessDate>().map(|date| date.to_string()),
                Ok(text.into())
            );
        }
    }

    #[test]
    fn a_day_is_written_as_the_calendar_writes_it() {
        let first = jiff::civil::date(0, 1, 1);
        let days = (0..110).map(|n| first.saturating_add(jiff::Span::new().days(n * 33_333)));
        let odd = [
            Date::MIN,
            Date::MAX,
            Date::ZERO,
            jiff::civil::date(-5, 3, 4),
        ];
        for day in days.chain(odd) {
            assert_eq!(BusinessDate::day(day).to_string(), day.to_string());
        }
    }

    #[test]
    fn a_day_is_the_same_text_in_an_answer() {
        for text in ["0000-01-01", "0987-12-31", "2018-07-28", "9999-12-31"] {
            let date: BusinessDate = text.parse().unwrap();
            assert_eq!(date.to_string(), text);
            assert_eq!(serde_json::to_string(&date).unwrap(), format!("\"{text}\""));
        }
        let early = BusinessDate::day(jiff::civil::date(-1, 1, 1));
        let quoted = serde_json::to_string(&early).unwrap();
        assert_eq!(quoted, format!("\"{early}\""));
    }

    #[test]
    fn the_day_begins_at_sixteen_hours_utc() {
        assert_eq!(civil_day(1_532_707_199_999_999).to_string(), "2018-07-27");
        assert_eq!(civil_day(1_532_707_200_000_000).to_string(), "2018-07-28");
    }

    #[test]
    fn refuses_everything_else() {
        for text in [
            "",
            "2018-7-28",
            "2018-13",
            "2018-02-30",
            "2018-Q5",
            "18",
            "2018-07-28-1",
        ] {
            assert!(text.parse::<BusinessDate>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_period_ends_with_its_last_day() {
        let last = |text: &str| {
            text.parse::<BusinessDate>()
                .unwrap()
                .last()
                .unwrap()
                .to_string()
        };
        assert_eq!(last("2020-02"), "2020-02-29");
        assert_eq!(last("2018-Q3"), "2018-09-30");
        assert_eq!(last("2018"), "2018-12-31");
    }

    #[test]
    fn order_counts_only_when_it_is_certain() {
        let date = |text: &str| text.parse::<BusinessDate>().unwrap();
        assert!(date("2018-06").is_certainly_before(date("2018-07-01")));
        assert!(!date("2018-07").is_certainly_before(date("2018-07-28")));
        assert!(!date("unknown").is_certainly_before(date("2018")));
    }
}
