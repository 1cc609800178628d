//! When an item is due: found at its issue, moved by extensions, by suspensions and by the days
//! during which others looked at what the unit had done; never stored as "overdue".

use super::Item;
use super::state::{Closing, Stop};
use super::steps::is_open;
use crate::date::BusinessDate;
use crate::item::{DeadlineRule, ItemDraft};
use jiff::Span;
use jiff::civil::{Date, date};

/// The first feedback day with six months: the day on which the revised 巡视工作条例 was issued.
/// Until the day before, the regulation of August 2015 gave two (domain 5.6).
pub const SIX_MONTHS_FROM: Date = date(2024, 2, 8);

/// The most days for 立行立改; more than a year is no immediate deadline.
pub const IMMEDIATE_DAYS_MAX: u32 = 365;

/// The due date that an item has by its issue.
///
/// Months run from the day of feedback, or without feedback from the day of issue, and end on the
/// last day of a month that is too short; `immediate` runs from the day of issue.
#[must_use]
pub fn due_base(draft: &ItemDraft, feedback: Option<BusinessDate>, issue: Date) -> Date {
    let start = feedback.and_then(BusinessDate::last).unwrap_or(issue);
    match draft.deadline_rule {
        DeadlineRule::InspectionFeedback if start < SIX_MONTHS_FROM => plus_months(start, 2),
        DeadlineRule::InspectionFeedback | DeadlineRule::HalfYear => plus_months(start, 6),
        DeadlineRule::OneYear => plus_months(start, 12),
        DeadlineRule::Immediate => plus_days(issue, draft.deadline_days.unwrap_or(0)),
        DeadlineRule::Fixed => draft.due_on.and_then(BusinessDate::last).unwrap_or(issue),
    }
}

impl Item {
    /// The days during which the clock stood still until `today`.
    #[must_use]
    pub fn suspended_days(&self, today: Date) -> u32 {
        let running = self
            .suspension
            .map_or(0, |suspension| days_from(suspension.since, today));
        self.suspended_days
            .saturating_add(self.days_of_stops(false, today))
            .saturating_add(running)
    }

    /// The days from asking for the closing to the answer, which are not the unit's, until `today`.
    #[must_use]
    pub fn review_days(&self, today: Date) -> u32 {
        let running = self
            .attempt
            .as_ref()
            .map_or(0, |attempt| days_from(attempt.since, today));
        self.days_of_stops(true, today).saturating_add(running)
    }

    /// The days until `today` of what is over by now.
    fn days_of_stops(&self, review: bool, today: Date) -> u32 {
        let stops = self.stops.iter().filter(|stop| stop.review == review);
        let days = stops.map(|stop| days_from(stop.since, stop.until.min(today)));
        days.fold(0, u32::saturating_add)
    }

    /// Remembers that the clock stood still.
    pub(super) fn stopped(&mut self, since: Date, until: Date, review: bool) {
        if since < until {
            self.stops.push(Stop {
                since,
                until,
                review,
            });
        }
    }

    /// The days during which the unit's clock stood still until `today`: suspended, or others had
    /// to look at what it had done.
    #[must_use]
    pub fn stopped_days(&self, today: Date) -> u32 {
        self.suspended_days(today)
            .saturating_add(self.review_days(today))
    }

    /// The due date as `today` sees it: the base or the day last granted by then, and the days
    /// since then during which the clock stood still. Nothing before the issue.
    #[must_use]
    pub fn due(&self, today: Date) -> Option<Date> {
        let mut granted = self.extensions.iter().rev();
        let granted = granted.find(|it| it.granted_on.is_none_or(|on| on <= today));
        let (day, counted) = match granted {
            Some(extension) => (extension.due_on, extension.stopped_days),
            None => (self.due_base?, 0),
        };
        Some(plus_days(
            day,
            self.stopped_days(today).saturating_sub(counted),
        ))
    }

    /// By how many days it is overdue; 0 on the due date itself, and for an item that has ended.
    #[must_use]
    pub fn overdue_days(&self, today: Date) -> u32 {
        match self.due(today) {
            Some(due) if is_open(self.state) => days_from(due, today),
            Some(_) | None => 0,
        }
    }

    /// True if it was ever closed on a request that came after its due date; a reopening does not
    /// wash that off.
    #[must_use]
    pub fn closed_late(&self) -> bool {
        self.closings.iter().any(Closing::is_late)
    }
}

impl Closing {
    /// True if it was asked for after the due date.
    #[must_use]
    pub fn is_late(&self) -> bool {
        self.due_on.is_some_and(|due| due < self.requested_on)
    }
}

/// The days from `start` to `end`; none if it lies before.
pub(super) fn days_from(start: Date, end: Date) -> u32 {
    start
        .until(end)
        .map_or(0, |span| u32::try_from(span.get_days()).unwrap_or(0))
}

fn plus_days(day: Date, days: u32) -> Date {
    // As good as always: few clocks have ever stood still.
    if days == 0 {
        return day;
    }
    Span::new()
        .try_days(days)
        .map_or(Date::MAX, |span| day.saturating_add(span))
}

fn plus_months(day: Date, months: u8) -> Date {
    Span::new()
        .try_months(months)
        .map_or(Date::MAX, |span| day.saturating_add(span))
}
