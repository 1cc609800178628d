//! Steps as the server takes them: their words and their data.

use super::*;

impl Ask {
    pub fn word(&self) -> String {
        format!("item.{}", self.step)
    }

    pub fn data(&self, today: i64) -> Value {
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
            "finish_measure" => {
                say("measure", json!(measure(self.number)));
                say("result", json!("已补发到户"));
            }
            "add_evidence" => {
                say("measure", json!(measure(self.number)));
                say("sha256", json!(proof_sha256(file(self))));
                say("captured_on", json!("2025-12-31"));
                say("description", json!("签领表"));
            }
            "retract_evidence" => {
                say("sha256", json!(proof_sha256(self.number)));
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
            "return_plan"
            | "withdraw_closure_request"
            | "return_for_rework"
            | "fail_lookback"
            | "approve_long_term"
            | "suspend"
            | "uphold_objection"
            | "refuse_extension" => {
                say("reason", json!("另有说明"));
            }
            _ => {}
        }
        data
    }
}
