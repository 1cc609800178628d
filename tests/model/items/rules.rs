//! What becomes of a step, beforehand: V13 to V17 and the order of dates written out again.

use super::*;

/// What stops the unit's clock or starts it again is in its order in both intakes.
const CLOCK: [&str; 8] = [
    "request_closure",
    "withdraw_closure_request",
    "return_for_rework",
    "verify",
    "close",
    "review_long_term",
    "suspend",
    "resume",
];

impl Items {
    /// What is wrong whatever the way in.
    pub fn integrity(&self, ask: &Ask, who: &str, today: i64) -> Option<&'static str> {
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
        self.of_step(row, ask, who, today).or_else(|| {
            let dates = || self.policy(ask, today).into_iter().next();
            CLOCK.contains(&ask.step).then(dates).flatten()
        })
    }

    fn of_step(&self, row: &Item, ask: &Ask, who: &str, today: i64) -> Option<&'static str> {
        let of_town = unit(who) == TOWN;
        let refuse = |wrong: bool, code: &'static str| wrong.then_some(code);
        // The county has no part in the town's work; and what somebody has verified stays.
        let no_work = unit(who) == COUNTY || !row.verifiers.is_empty();
        match ask.step {
            "acknowledge" | "submit_plan" | "request_closure" => refuse(!of_town, "BAD_FIELD"),
            "withdraw_closure_request" => {
                refuse(!of_town && row.requester != Some(who), "BAD_FIELD")
            }
            "waive_recovery" => {
                refuse(of_town, "NOT_INDEPENDENT").or(refuse(ask.fen > row.owed(), "OVER_PAID"))
            }
            "issue"
            | "uphold_objection"
            | "approve_long_term"
            | "suspend"
            | "close_not_implemented" => refuse(of_town, "NOT_INDEPENDENT"),
            "return_plan" | "return_for_rework" => refuse(row.biased(who), "NOT_INDEPENDENT"),
            "declare_recusal" => refuse(of_town && recused(ask) != who, "NOT_INDEPENDENT"),
            "approve_plan" => refuse(of_town, "NOT_INDEPENDENT")
                .or(refuse(row.approved_by.contains(&unit(who)), "SAME_ORG")),
            "verify" => refuse(!row.may_judge(who), "NOT_INDEPENDENT").or(refuse(
                row.number.is_multiple_of(2) && ask.number % 2 == 1,
                "BAD_FIELD",
            )),
            "close" => {
                let from_outside = unit(who) != INSPECTION;
                let settled = row.receivers.contains(who) || row.waivers.contains(who);
                let no_closer = !row.may_judge(who) || from_outside || settled;
                refuse(no_closer, "NOT_INDEPENDENT")
                    .or(refuse(!row.proved(), "EVIDENCE_MISSING"))
                    .or(refuse(row.unfinished().is_some(), "MEASURE_UNFINISHED"))
                    .or(refuse(!row.paid_back(), "RECOVERY_OPEN"))
            }
            "pass_lookback" | "fail_lookback" => {
                let took_part = row
                    .closings
                    .last()
                    .is_some_and(|last| last.0.contains(&who));
                refuse(row.biased(who) || took_part, "NOT_INDEPENDENT")
            }
            "merge" => {
                let into = &self.rows[&ask.number];
                let over = !into.is_open();
                let draft = row.issued.is_some() && into.issued.is_none();
                refuse(of_town, "NOT_INDEPENDENT")
                    .or(refuse(ask.number == ask.item, "BAD_FIELD"))
                    .or(refuse(over, "BAD_TRANSITION"))
                    .or(refuse(draft, "BAD_FIELD"))
            }
            "add_measure" | "add_evidence" | "finish_measure" => refuse(no_work, "BAD_FIELD"),
            "demand_recovery" | "receive_recovery" => refuse(unit(who) == COUNTY, "BAD_FIELD"),
            "retract_evidence" => {
                let there = row
                    .measures
                    .values()
                    .flatten()
                    .any(|file| *file == ask.number);
                refuse(!there || no_work, "BAD_FIELD")
            }
            "request_extension" => {
                let due = row.due(today).unwrap();
                let late = today > due || today + days(ask) <= due;
                let asked = row.asked_on.is_some();
                let no = row.pending.is_some() || row.extensions.len() > 1 || late || asked;
                refuse(!of_town, "BAD_FIELD").or(refuse(no, "EXTENSION_REFUSED"))
            }
            "grant_extension" | "refuse_extension" => {
                let by = row.pending.map(|(_, by)| by);
                let asked = ask.step == "grant_extension" && row.asked_on.is_some();
                let no = by.is_none() || by == Some(who) || unit(who) != INSPECTION || asked;
                refuse(no, "EXTENSION_REFUSED")
            }
            _ => None,
        }
    }

    /// The order of dates.
    pub fn policy(&self, ask: &Ask, today: i64) -> Vec<&'static str> {
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
}
