//! What the task lists should say: every item a row of plain fields, every rule of domain 5.6 and
//! V13 to V17 written out again from the text.

mod chance;
mod commands;
mod compare;
mod happens;
mod rules;

use super::day;
use crate::harness::*;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Those who may try; the last two are of the town that must put things right.
const PEOPLE: [&str; 7] = [
    "inspector",
    "verifier",
    "verifier2",
    "closer",
    "overseer",
    "worker",
    "worker2",
];
const NOBODY: u64 = 999_999;
/// As many files as measures an item has, and so as numbers that evidence goes by.
const FILES: u64 = 3;

#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub(super) item: u64,
    step: &'static str,
    /// A measure, a file, the item merged into, or how many days on: whatever the step asks for.
    number: u64,
    fen: i64,
}

#[derive(Default, Clone)]
struct Item {
    state: &'static str,
    since: i64,
    issued: Option<i64>,
    /// Even numbers are due by the round's feedback and verified on site; odd ones within days.
    number: u64,
    extensions: Vec<(i64, i64)>,
    pending: Option<((i64, i64), &'static str)>,
    /// From when to when the clock stood still and went on: suspended, and under review.
    stops: Vec<(i64, i64)>,
    reviews: Vec<(i64, i64)>,
    stopped: Option<(i64, &'static str)>,
    /// Since when a review is going on.
    asked_on: Option<i64>,
    late: bool,
    moved_in: i64,
    moved_out: i64,
    approved_by: Vec<u64>,
    measures: BTreeMap<u64, Vec<u64>>,
    finished: BTreeSet<u64>,
    requester: Option<&'static str>,
    verifiers: Vec<&'static str>,
    closings: Vec<(Vec<&'static str>, i64, i64)>,
    reopened: u64,
    recused: BTreeSet<&'static str>,
    demanded: i64,
    received: i64,
    waived: i64,
    /// Who said that money came back, and who gave some up: no bank line shows either.
    receivers: BTreeSet<&'static str>,
    waivers: BTreeSet<&'static str>,
    returned_plan: bool,
}

const OPEN: [&str; 9] = [
    "drafted",
    "issued",
    "acknowledged",
    "plan_submitted",
    "in_progress",
    "closure_requested",
    "verified",
    "long_term",
    "suspended",
];

fn unit(who: &str) -> u64 {
    match who {
        "worker" | "worker2" => TOWN,
        "overseer" => COUNTY,
        _ => INSPECTION,
    }
}

impl Item {
    fn is_open(&self) -> bool {
        OPEN.contains(&self.state)
    }

    fn stopped_until(&self, today: i64) -> i64 {
        let since = |day: Option<i64>| day.map_or(0, |day| (today - day).max(0));
        let suspended = since(self.stopped.map(|(day, _)| day));
        days_until(&self.stops, today) + suspended + self.review_days(today)
    }

    fn review_days(&self, today: i64) -> i64 {
        let running = self.asked_on.map_or(0, |day| (today - day).max(0));
        days_until(&self.reviews, today) + running
    }

    fn due(&self, today: i64) -> Option<i64> {
        let issued = self.issued?;
        // Two months from the feedback of 2018-07-28.
        let base = if self.number.is_multiple_of(2) {
            day::of("2018-09-28")
        } else {
            issued + 10
        };
        let (from, counted) = self.extensions.last().copied().unwrap_or((base, 0));
        Some(from + (self.stopped_until(today) - counted).max(0))
    }

    fn overdue(&self, today: i64) -> i64 {
        let late = self.due(today).map_or(0, |due| (today - due).max(0));
        if self.is_open() { late } else { 0 }
    }

    fn closed_late(&self) -> bool {
        self.closings.iter().any(|(_, asked, due)| due < asked)
    }

    fn required(&self) -> i64 {
        recovery(self.number).max(self.demanded) + self.moved_in - self.moved_out
    }

    fn proved(&self) -> bool {
        !self.measures.is_empty() && self.measures.values().all(|files| !files.is_empty())
    }

    fn unfinished(&self) -> Option<u64> {
        let done = |number: &&u64| !self.finished.contains(number);
        self.measures.keys().find(done).copied()
    }

    fn ready(&self) -> bool {
        self.proved() && self.unfinished().is_none() && self.paid_back()
    }

    fn paid_back(&self) -> bool {
        self.owed() == 0
    }

    fn owed(&self) -> i64 {
        (self.required() - self.received - self.waived).max(0)
    }

    /// Of the town, or recused: they answer nothing that the town has asked.
    fn biased(&self, who: &str) -> bool {
        unit(who) == TOWN || self.recused.contains(who)
    }

    /// Neither of the town nor recused, and no hand in this closure yet.
    fn may_judge(&self, who: &str) -> bool {
        !self.biased(who) && self.requester != Some(who) && !self.verifiers.contains(&who)
    }
}

/// A day that is past is judged by what had stood still until then.
fn days_until(stops: &[(i64, i64)], today: i64) -> i64 {
    let days = |(since, until): &(i64, i64)| (today.min(*until) - since).max(0);
    stops.iter().map(days).sum()
}

fn recovery(number: u64) -> i64 {
    if number.is_multiple_of(3) { 1_000 } else { 0 }
}

/// The states from which a step is possible, and the state after it; `None` where it stays.
fn table(step: &str) -> (&'static [&'static str], Option<&'static str>) {
    match step {
        "issue" => (&["drafted"], Some("issued")),
        "acknowledge" => (&["issued"], Some("acknowledged")),
        "submit_plan" => (&["acknowledged"], Some("plan_submitted")),
        "return_plan" => (&["plan_submitted"], Some("acknowledged")),
        "approve_plan" => (&["plan_submitted"], Some("in_progress")),
        "request_closure" => (&["in_progress"], Some("closure_requested")),
        "withdraw_closure_request" => (&["closure_requested"], Some("in_progress")),
        "return_for_rework" => (&["closure_requested", "verified"], Some("in_progress")),
        "verify" => (&["closure_requested"], Some("verified")),
        "close" => (&["verified"], Some("closed")),
        "pass_lookback" => (&["closed"], None),
        "fail_lookback" => (&["closed"], Some("in_progress")),
        "approve_long_term" => (&["in_progress"], Some("long_term")),
        "review_long_term" => (&["long_term"], Some("closure_requested")),
        "suspend" => (&["in_progress", "long_term"], Some("suspended")),
        "resume" => (&["suspended"], Some("before")),
        "uphold_objection" => (&["issued", "acknowledged"], Some("not_substantiated")),
        "merge" => (&OPEN, Some("merged")),
        "close_not_implemented" => (&OPEN, Some("closed_not_implemented")),
        "add_measure" | "declare_recusal" => (&OPEN, None),
        _ => (OPEN.split_first().unwrap().1, None),
    }
}

#[derive(Default)]
pub(super) struct Items {
    rows: BTreeMap<u64, Item>,
    fresh: u64,
}

impl Items {
    pub(super) fn found(world: &Client) -> Items {
        world.round_opened(1, "2018-07-28");
        for file in 1..=FILES {
            world.uploads_proof("worker", file);
        }
        Items {
            fresh: 1,
            ..Items::default()
        }
    }

    /// How many items are in each state, and how many closings and reopenings there have been: a
    /// run in which nothing comes far shows nothing.
    pub(super) fn summary(&self) -> BTreeMap<&'static str, u64> {
        let mut counts = BTreeMap::new();
        for row in self.rows.values() {
            *counts.entry(row.state).or_default() += 1;
            *counts.entry("closings").or_default() += row.closings.len() as u64;
            *counts.entry("reopenings").or_default() += row.reopened;
        }
        counts
    }
}

/// How many days an extension asks for.
fn days(ask: &Ask) -> i64 {
    i64::try_from(ask.number).unwrap() * 12
}

/// The file that a piece of evidence names.
fn file(ask: &Ask) -> u64 {
    ask.number
}

fn recused(ask: &Ask) -> &'static str {
    PEOPLE[usize::try_from(ask.number).unwrap() % PEOPLE.len()]
}
