//! What pages are put together from: headings, tables, moments, and text that stays text.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use std::fmt::Write as _;

pub(super) fn section(out: &mut String, heading: &str) {
    let _ = writeln!(out, "<h2>{}</h2>", escape(heading));
}

pub(super) fn head(out: &mut String, heads: &[&str]) {
    out.push_str("<table><thead><tr>");
    for text in heads {
        let _ = write!(out, "<th>{}</th>", escape(text));
    }
    out.push_str("</tr></thead><tbody>\n");
}

pub(super) fn row(out: &mut String, cells: &[String]) {
    out.push_str("<tr>");
    for cell in cells {
        let _ = write!(out, "<td>{cell}</td>");
    }
    out.push_str("</tr>\n");
}

/// A moment, in microseconds since 1970 in UTC, as people read it: in UTC+08:00, to the second.
#[must_use]
pub fn moment(us: u64) -> String {
    let us = i64::try_from(us).unwrap_or(i64::MAX);
    let moment = Timestamp::from_microsecond(us).unwrap_or(Timestamp::MAX);
    let zone = TimeZone::fixed(Offset::constant(8));
    let there = moment.to_zoned(zone);
    format!(
        "{} {} UTC+08:00",
        there.date(),
        there
            .time()
            .round(jiff::Unit::Second)
            .unwrap_or_else(|_| there.time())
    )
}

/// Text that is text wherever it stands in a page.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}
