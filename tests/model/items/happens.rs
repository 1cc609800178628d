//! A step has been recorded: what is different from then on.

use super::*;

impl Items {
    pub fn happens(&mut self, ask: &Ask, who: &'static str, today: i64) {
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
                row.late |= row.overdue(today) > 0;
                row.asked_on = Some(today);
                row.requester = Some(who);
                row.verifiers.clear();
            }
            "verify" => row.verifiers.push(who),
            "return_for_rework" => {
                row.answered(today);
                row.requester = None;
            }
            "withdraw_closure_request" => {
                row.asked_on = None;
                row.requester = None;
            }
            "close" => {
                row.pending = None;
                let mut hands = std::mem::take(&mut row.verifiers);
                hands.extend(row.requester.take());
                hands.push(who);
                let asked = row.asked_on.unwrap();
                let due = row.due(asked).unwrap();
                row.answered(today);
                row.closings.push((hands, asked, due));
            }
            "fail_lookback" => row.reopened += 1,
            "suspend" => row.stopped = Some((today, before)),
            "resume" => {
                let (since, _) = row.stopped.take().unwrap();
                row.stops.push((since, today));
            }
            "add_measure" => {
                row.measures.insert(ask.number, Vec::new());
            }
            "finish_measure" => {
                row.finished.insert(ask.number);
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
            "receive_recovery" => {
                row.received += ask.fen;
                row.receivers.insert(who);
            }
            "waive_recovery" => {
                row.waived += ask.fen;
                row.waivers.insert(who);
            }
            "declare_recusal" => {
                row.recused.insert(recused(ask));
            }
            _ => {}
        }
        // A return for rework forgets who had verified.
        if ask.step == "return_for_rework" || ask.step == "withdraw_closure_request" {
            row.verifiers.clear();
        }
        if ask.step == "merge" {
            let open = row.owed();
            row.moved_out += open;
            let waivers = row.waivers.clone();
            let into = self.rows.get_mut(&ask.number).unwrap();
            into.moved_in += open;
            into.waivers.extend(waivers);
        }
    }
}

impl Item {
    /// The days since the closing was asked for were not the unit's.
    fn answered(&mut self, today: i64) {
        let asked = self.asked_on.take();
        self.reviews.extend(asked.map(|asked| (asked, today)));
    }
}
