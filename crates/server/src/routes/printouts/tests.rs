//! Whoever is refused a long printout is told what to do, and can do it.

use super::{Asked, CSV_ROWS_MAX, Kind, Refusal, refused};
use jiff::civil::date;
use printouts::ROWS_MAX;

#[test]
fn what_is_too_long_is_refused_with_advice_that_can_be_followed() {
    let told = |kind, rows, rows_max| {
        let asked = Asked {
            rows_max,
            ..Asked::all(kind, date(2018, 8, 16))
        };
        let problem = refused(&asked, Refusal::TooLong(rows));
        let body = serde_json::to_string(&problem).unwrap();
        assert!(body.contains("TOO_MANY_ROWS") && body.contains(&rows.to_string()));
        body
    };
    let (long, longer) = (ROWS_MAX + 1, CSV_ROWS_MAX + 1);
    for (kind, rows, rows_max, by, csv) in [
        (Kind::FundTrace, long, ROWS_MAX, true, true),
        (Kind::FundTrace, longer, ROWS_MAX, true, false),
        (Kind::FundTrace, longer, CSV_ROWS_MAX, true, false),
        (Kind::Evidence, long, ROWS_MAX, false, true),
    ] {
        let body = told(kind, rows, rows_max);
        let narrowed = "narrow it by project, unit, from, until";
        assert_eq!(body.contains(narrowed), by, "{body}");
        assert_eq!(body.contains("缩小范围"), by, "{body}");
        assert_eq!(body.contains("format=csv"), csv, "{body}");
    }
}
