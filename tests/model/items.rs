//! What the task lists should say: every item a row of plain fields, every rule of domain 5.6 and
//! V13 to V17 written out again from the text.

use super::day;
use crate::harness::*;
use jiff::civil::Date;
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
    stopped_days: i64,
    stopped: Option<(i64, &'static str)>,
    approved_by: Vec<u64>,
    measures: BTreeMap<u64, Vec<u64>>,
    requester: Option<&'static str>,
    verifiers: Vec<&'static str>,
    closings: Vec<(Vec<&'static str>, i64, i64)>,
    reopened: u64,
    recused: BTreeSet<&'static str>,
    demanded: i64,
    received: i64,
    waived: i64,
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
        self.stopped_days + self.stopped.map_or(0, |(since, _)| (today - since).max(0))
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
        self.closings.iter().any(|(_, closed, due)| due < closed)
    }

    fn required(&self) -> i64 {
        recovery(self.number).max(self.demanded)
    }

    fn proved(&self) -> bool {
        !self.measures.is_empty() && self.measures.values().all(|files| !files.is_empty())
    }

    fn ready(&self) -> bool {
        self.proved() && self.received + self.waived >= self.required()
    }

    /// Neither of the town nor recused, and no hand in this closure yet.
    fn may_judge(&self, who: &str) -> bool {
        unit(who) != TOWN
            && !self.recused.contains(who)
            && self.requester != Some(who)
            && !self.verifiers.contains(&who)
    }
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
        Items {
            fresh: 1,
            ..Items::default()
        }
    }

    /// What is wrong whatever the way in.
    pub(super) fn integrity(&self, ask: &Ask, who: &str, today: i64) -> Option<&'static str> {
        if ask.step == "draft" {
            return self
                .rows
                .contains_key(&ask.item)
                .then_some("ALREADY_EXISTS");
        }
        let Some(row) = self.rows.get(&ask.item) else {
            return Some("NOT_FOUND");
        };
        let known = row.measures.contains_key(&ask.number);
        match ask.step {
            "merge" if !self.rows.contains_key(&ask.number) => return Some("NOT_FOUND"),
            "add_measure" if known => return Some("ALREADY_EXISTS"),
            "add_evidence" | "finish_measure" if !known => return Some("NOT_FOUND"),
            "demand_recovery" | "receive_recovery" | "waive_recovery" if ask.fen < 1 => {
                return Some("BAD_AMOUNT");
            }
            _ => {}
        }
        if !table(ask.step).0.contains(&row.state) {
            return Some("BAD_TRANSITION");
        }
        self.of_step(row, ask, who, today)
    }

    fn of_step(&self, row: &Item, ask: &Ask, who: &str, today: i64) -> Option<&'static str> {
        let of_town = unit(who) == TOWN;
        let refuse = |wrong: bool, code: &'static str| wrong.then_some(code);
        match ask.step {
            "acknowledge" | "submit_plan" | "request_closure" => refuse(!of_town, "BAD_FIELD"),
            "uphold_objection"
            | "waive_recovery"
            | "approve_long_term"
            | "suspend"
            | "close_not_implemented" => refuse(of_town, "NOT_INDEPENDENT"),
            "approve_plan" => refuse(of_town, "NOT_INDEPENDENT")
                .or(refuse(row.approved_by.contains(&unit(who)), "SAME_ORG")),
            "verify" => refuse(!row.may_judge(who), "NOT_INDEPENDENT").or(refuse(
                row.number.is_multiple_of(2) && ask.number % 2 == 1,
                "BAD_FIELD",
            )),
            "close" => {
                let from_outside = unit(who) != INSPECTION;
                refuse(!row.may_judge(who) || from_outside, "NOT_INDEPENDENT")
                    .or(refuse(!row.proved(), "EVIDENCE_MISSING"))
                    .or(refuse(!row.ready(), "RECOVERY_OPEN"))
            }
            "pass_lookback" | "fail_lookback" => {
                let took_part = row
                    .closings
                    .last()
                    .is_some_and(|last| last.0.contains(&who));
                let biased = of_town || row.recused.contains(who) || took_part;
                refuse(biased, "NOT_INDEPENDENT")
            }
            "merge" => {
                let over = !self.rows[&ask.number].is_open();
                refuse(of_town, "NOT_INDEPENDENT")
                    .or(refuse(ask.number == ask.item, "BAD_FIELD"))
                    .or(refuse(over, "BAD_TRANSITION"))
            }
            "retract_evidence" => {
                let there = row
                    .measures
                    .values()
                    .flatten()
                    .any(|file| *file == ask.number);
                refuse(!there, "BAD_FIELD")
            }
            "request_extension" => {
                let due = row.due(today).unwrap();
                let late = today > due || today + days(ask) <= due;
                let no = row.pending.is_some() || row.extensions.len() > 1 || late;
                refuse(!of_town, "BAD_FIELD").or(refuse(no, "EXTENSION_REFUSED"))
            }
            "grant_extension" | "refuse_extension" => {
                let by = row.pending.map(|(_, by)| by);
                let no = by.is_none() || by == Some(who) || unit(who) != INSPECTION;
                refuse(no, "EXTENSION_REFUSED")
            }
            _ => None,
        }
    }

    /// The order of dates.
    pub(super) fn policy(&self, ask: &Ask, today: i64) -> Vec<&'static str> {
        let Some(row) = self.rows.get(&ask.item) else {
            return Vec::new();
        };
        let Some(issued) = row.issued else {
            return Vec::new();
        };
        let moves = table(ask.step).1.is_some();
        let early = today < issued || (moves && today < row.since);
        if early { vec!["BAD_DATE"] } else { Vec::new() }
    }

    pub(super) fn happens(&mut self, ask: &Ask, who: &'static str, today: i64) {
        if ask.step == "draft" {
            let row = Item {
                state: "drafted",
                since: today,
                number: ask.item,
                ..Item::default()
            };
            self.rows.insert(ask.item, row);
            self.fresh = self.fresh.max(ask.item + 1);
            return;
        }
        let row = self.rows.get_mut(&ask.item).unwrap();
        let before = row.state;
        let second = match ask.step {
            "approve_plan" => !row.approved_by.is_empty(),
            "verify" => !row.verifiers.is_empty(),
            _ => true,
        };
        if let (Some(state), true) = (table(ask.step).1, second) {
            row.state = match state {
                "before" => row.stopped.unwrap().1,
                state => state,
            };
            if row.state != before {
                row.since = today;
            }
        }
        match ask.step {
            "issue" => row.issued = Some(today),
            "submit_plan" => row.returned_plan = false,
            "return_plan" => {
                row.approved_by.clear();
                row.returned_plan = true;
            }
            "approve_plan" => row.approved_by.push(unit(who)),
            "request_closure" | "review_long_term" => {
                row.requester = Some(who);
                row.verifiers.clear();
            }
            "verify" => row.verifiers.push(who),
            "return_for_rework" => row.requester = None,
            "close" => {
                row.pending = None;
                let mut hands = std::mem::take(&mut row.verifiers);
                hands.extend(row.requester.take());
                hands.push(who);
                row.closings.push((hands, today, row.due(today).unwrap()));
            }
            "fail_lookback" => row.reopened += 1,
            "suspend" => row.stopped = Some((today, before)),
            "resume" => {
                row.stopped_days = row.stopped_until(today);
                row.stopped = None;
            }
            "add_measure" => {
                row.measures.insert(ask.number, Vec::new());
            }
            "add_evidence" => row.measures.get_mut(&ask.number).unwrap().push(file(ask)),
            "retract_evidence" => {
                row.measures
                    .values_mut()
                    .for_each(|files| files.retain(|f| *f != ask.number));
            }
            "request_extension" => {
                let asked = (today + days(ask), row.stopped_until(today));
                row.pending = Some((asked, who));
            }
            "grant_extension" => row.extensions.extend(row.pending.take().map(|it| it.0)),
            "refuse_extension" => row.pending = None,
            "demand_recovery" => row.demanded += ask.fen,
            "receive_recovery" => row.received += ask.fen,
            "waive_recovery" => row.waived += ask.fen,
            "declare_recusal" => {
                row.recused.insert(recused(ask));
            }
            _ => {}
        }
        // A return for rework forgets who had verified.
        if ask.step == "return_for_rework" {
            row.verifiers.clear();
        }
    }

    /// A step, more often the next one than not, and who tries it.
    pub(super) fn ask(&self, chance: &mut Chance) -> (&'static str, Ask) {
        let any = *chance.pick(&PEOPLE);
        let fresh = self.rows.len() < 6 || chance.one_in(25);
        let recent = self.fresh.saturating_sub(1 + chance.below(10)).max(1);
        let mut ask = Ask {
            item: if chance.one_in(60) { NOBODY } else { recent },
            step: "draft",
            number: 1 + chance.below(3),
            fen: i64::try_from(chance.below(600)).unwrap(),
        };
        if fresh {
            ask.item = if chance.one_in(8) { recent } else { self.fresh };
            return (any, ask);
        }
        let Some(row) = self.rows.get(&ask.item).filter(|_| !chance.one_in(3)) else {
            ask.step = *chance.pick(&STEPS);
            if ask.step == "merge" {
                ask.number = recent.saturating_sub(chance.below(3));
            } else if ask.step == "retract_evidence" {
                ask.number = self.rows.get(&ask.item).map_or(1, |row| {
                    row.measures.values().flatten().next().copied().unwrap_or(1)
                });
            }
            return (any, ask);
        };
        let town = *chance.pick(&["worker", "worker2"]);
        let office = *chance.pick(&["inspector", "verifier", "verifier2", "closer"]);
        let judge = *chance.pick(&["overseer", "inspector", "verifier", "verifier2", "closer"]);
        let (who, step) = match row.state {
            "drafted" => (office, "issue"),
            "issued" => (town, "acknowledge"),
            "acknowledged" => (town, "submit_plan"),
            "plan_submitted" => (
                judge,
                if chance.one_in(6) {
                    "return_plan"
                } else {
                    "approve_plan"
                },
            ),
            "in_progress" if row.measures.is_empty() => (town, "add_measure"),
            "in_progress" if !row.proved() => (town, "add_evidence"),
            "in_progress" if !row.ready() => (town, "receive_recovery"),
            "in_progress" if chance.one_in(6) => (judge, "approve_long_term"),
            "in_progress" => (town, "request_closure"),
            "closure_requested" => (judge, "verify"),
            "verified" => (office, "close"),
            "closed" => (judge, *chance.pick(&["pass_lookback", "fail_lookback"])),
            "long_term" => (town, "review_long_term"),
            "suspended" => (judge, "resume"),
            _ => (any, *chance.pick(&STEPS)),
        };
        ask.step = step;
        if let Some(open) = row.measures.iter().find(|(_, files)| files.is_empty()) {
            ask.number = *open.0;
        }
        (who, ask)
    }

    /// Compares items and task lists of a day with what the server says.
    pub(super) fn compare(&self, world: &Client, today: Date) {
        let at = day::number(today);
        let list = |rest: &str| {
            let page = world.data("verifier", &format!("{rest}?limit=1000&today={today}"));
            page["entries"].as_array().unwrap().clone()
        };
        let named =
            |rows: &[Value]| -> Vec<Value> { rows.iter().map(|row| row["item"].clone()).collect() };
        for shown in list("items") {
            let (number, row) = self.named(&shown);
            let context = || format!("item {number} on {today}: {shown:#}");
            assert_eq!(shown["state"]["word"], row.state, "{}", context());
            assert_eq!(shown["overdue_days"], row.overdue(at), "{}", context());
            assert_eq!(shown["closed_late"], row.closed_late(), "{}", context());
            let due = row.due(if row.is_open() { at } else { row.since });
            assert_eq!(shown["due_on"], json!(due.map(day::text)), "{}", context());
        }
        assert_eq!(list("items").len(), self.rows.len());

        // R1: the most overdue first, then by due date, then by number.
        let mut due: Vec<(&u64, &Item)> = self
            .rows
            .iter()
            .filter(|(_, row)| row.is_open() && row.issued.is_some())
            .collect();
        due.sort_by_key(|(number, row)| (-row.overdue(at), row.due(at), **number));
        let due: Vec<Value> = due
            .iter()
            .map(|(number, _)| json!(item(**number)))
            .collect();
        assert_eq!(named(&list("tasks/due")), due);

        let chosen = |is: &dyn Fn(&Item) -> bool| -> BTreeSet<String> {
            let rows = self.rows.iter().filter(|(_, row)| is(row));
            rows.map(|(number, _)| item(*number).to_string()).collect()
        };
        let ids = |rows: &[Value]| -> BTreeSet<String> {
            rows.iter()
                .map(|row| row["item"].as_str().unwrap().to_owned())
                .collect()
        };
        let plans = list("tasks/plans");
        let waits = |row: &Item| {
            row.state == "plan_submitted" || (row.state == "acknowledged" && row.returned_plan)
        };
        assert_eq!(ids(&plans), chosen(&waits));
        let closing = list("tasks/closing");
        assert_eq!(
            ids(&closing),
            chosen(&|row| ["in_progress", "long_term"].contains(&row.state))
        );
        for shown in &closing {
            let (number, row) = self.named(shown);
            assert_eq!(shown["ready"], row.ready(), "item {number}: {shown:#}");
        }
        let verification = list("tasks/verification");
        assert_eq!(
            ids(&verification),
            chosen(&|row| row.state == "closure_requested")
        );
        for shown in &verification {
            let (number, row) = self.named(shown);
            assert_eq!(
                shown["independent"],
                row.may_judge("verifier"),
                "{number}: {shown:#}"
            );
            assert_eq!(
                shown["verifications"],
                row.verifiers.len(),
                "{number}: {shown:#}"
            );
        }

        let total = world.data("reader", &format!("completion?today={today}"))["total"].take();
        let count = |is: &dyn Fn(&Item) -> bool| {
            self.rows
                .values()
                .filter(|row| row.issued.is_some() && is(row))
                .count()
        };
        let gone = ["not_substantiated", "merged"];
        assert_eq!(total["closed"], count(&|row| row.state == "closed"));
        assert_eq!(
            total["denominator"],
            count(&|row| !gone.contains(&row.state))
        );
        assert_eq!(total["overdue"], count(&|row| row.overdue(at) > 0));
        for (number, row) in &self.rows {
            if row.reopened > 0 {
                let shown = world.data("reader", &format!("items/{}", item(*number)));
                assert_eq!(shown["reopen_count"], row.reopened);
                assert_eq!(
                    shown["closings"].as_array().unwrap().len(),
                    row.closings.len()
                );
            }
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

    fn named(&self, shown: &Value) -> (u64, &Item) {
        let found = self
            .rows
            .iter()
            .find(|(number, _)| shown["item"] == json!(item(**number)));
        let (number, row) = found.unwrap_or_else(|| panic!("nobody drafted {shown}"));
        (*number, row)
    }
}

const STEPS: [&str; 28] = [
    "issue",
    "acknowledge",
    "submit_plan",
    "return_plan",
    "approve_plan",
    "request_closure",
    "return_for_rework",
    "verify",
    "close",
    "pass_lookback",
    "fail_lookback",
    "approve_long_term",
    "review_long_term",
    "suspend",
    "resume",
    "uphold_objection",
    "merge",
    "close_not_implemented",
    "add_measure",
    "add_evidence",
    "retract_evidence",
    "request_extension",
    "grant_extension",
    "refuse_extension",
    "demand_recovery",
    "receive_recovery",
    "waive_recovery",
    "declare_recusal",
];

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

impl Ask {
    pub(super) fn word(&self) -> String {
        format!("item.{}", self.step)
    }

    pub(super) fn data(&self, today: i64) -> Value {
        let mut data = json!({"item": item(self.item)});
        let mut say = |field: &str, value: Value| data[field] = value;
        match self.step {
            "draft" => {
                let mut data = draft(self.item, recovery(self.item));
                if self.item % 2 == 1 {
                    data["category"] = json!("policy");
                    data["deadline_rule"] = json!("immediate");
                    data["deadline_days"] = json!(10);
                }
                return data;
            }
            "submit_plan" => {
                say("plan", json!("逐户核对"));
                say("document", json!("龙政〔2018〕12号"));
            }
            "verify" => {
                let mode = if self.number % 2 == 1 {
                    "on_paper"
                } else {
                    "on_site"
                };
                say("mode", json!(mode));
                say("finding", json!("属实"));
            }
            "add_measure" => {
                say("measure", json!(measure(self.number)));
                say("kind", json!("ordinary"));
                say("description", json!("补发"));
            }
            "add_evidence" => {
                say("measure", json!(measure(self.number)));
                say("sha256", json!(format!("{:064x}", file(self))));
                say("captured_on", json!("2025-12-31"));
                say("description", json!("签领表"));
            }
            "retract_evidence" => {
                say("sha256", json!(format!("{:064x}", self.number)));
                say("reason", json!("误传"));
            }
            "request_extension" => {
                say("due_on", json!(day::text(today + days(self))));
                say("reason", json!("汛期"));
            }
            "demand_recovery" | "receive_recovery" => {
                say("amount_fen", json!(self.fen));
                say("reference", json!("ZH-1"));
            }
            "waive_recovery" => {
                say("amount_fen", json!(self.fen));
                say("authority", json!("县委"));
                say("reason", json!("无力退还"));
            }
            "declare_recusal" => {
                say("person", json!(who(recused(self))));
                say("reason", json!("亲属"));
            }
            "merge" => {
                say("into", json!(item(self.number)));
                say("reason", json!("同一问题"));
            }
            "close_not_implemented" => {
                say("authority", json!("县委"));
                say("reason", json!("无法整改"));
            }
            "return_plan" | "return_for_rework" | "fail_lookback" | "approve_long_term"
            | "suspend" | "uphold_objection" | "refuse_extension" => {
                say("reason", json!("另有说明"));
            }
            _ => {}
        }
        data
    }
}
