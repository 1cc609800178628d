//! Steps thrown with dice that prefer the next one.

use super::*;

impl Items {
    /// A step, more often the next one than not, and who tries it.
    pub fn ask(&self, chance: &mut Chance) -> (&'static str, Ask) {
        let any = *chance.pick(&PEOPLE);
        let fresh = self.rows.len() < 6 || chance.one_in(25);
        let recent = self.fresh.saturating_sub(1 + chance.below(10)).max(1);
        let mut ask = Ask {
            item: if chance.one_in(60) { NOBODY } else { recent },
            step: "draft",
            number: 1 + chance.below(FILES),
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
            "in_progress" if row.unfinished().is_some() => (town, "finish_measure"),
            "in_progress" if !row.ready() => (town, "receive_recovery"),
            "in_progress" if chance.one_in(6) => (judge, "approve_long_term"),
            "in_progress" => (town, "request_closure"),
            "closure_requested" if chance.one_in(9) => (town, "withdraw_closure_request"),
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
        if ask.step == "finish_measure" {
            ask.number = row.unfinished().unwrap_or(1);
        }
        (who, ask)
    }
}

const STEPS: [&str; 30] = [
    "issue",
    "acknowledge",
    "submit_plan",
    "return_plan",
    "approve_plan",
    "request_closure",
    "withdraw_closure_request",
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
    "finish_measure",
    "retract_evidence",
    "request_extension",
    "grant_extension",
    "refuse_extension",
    "demand_recovery",
    "receive_recovery",
    "waive_recovery",
    "declare_recusal",
];
