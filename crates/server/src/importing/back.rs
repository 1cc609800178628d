//! Rows of money of an earlier payment that came back, or that was never paid.

use super::known::About;
use super::lookup::{Trouble, shape};
use super::plan::{Judged, Maker, Verdict};
use super::row::{Row, Step};
use super::rows;
use super::trial::Trial;
use crate::problem::Problem;
use ledger::ids::PaymentId;
use ledger::money::Fen;
use ledger::payment::PaymentEvent;
use ledger::record::RecordEvent;
use ledger::{Event, Submission};
use serde_json::json;
use uuid::Uuid;

/// What a row with 冲销 gives as its reason; what it took back was taken back by its own file, and
/// is not recorded anew when the file comes again.
pub(super) const BY_ROW: &str = "冲销(凭证 ";

impl Maker<'_> {
    /// Money of an earlier payment that came back, or that was never paid.
    pub(super) fn back(&self, row: &Row<'_>) -> Result<Judged, Problem> {
        let own = row.number();
        let original = row.text("original").unwrap_or_else(|| own.clone());
        let key = shape(&original);
        let planned = self.planned.get(&key);
        let recorded = self.numbers.one(&key);
        let recorded = recorded.and_then(|id| {
            let row = self.books.payments.get(PaymentId(id))?;
            Some((id, row.amount.get()))
        });
        let found = recorded.or(planned.map(|it| (it.payment, it.amount)));
        let Some((payment, amount)) = found else {
            let trouble = Trouble::new(
                "NOT_FOUND",
                format!(
                    "the payment “{original}” that came back is neither recorded nor in this file"
                ),
                format!("找不到被退回的支付“{original}”,请填写“原支付凭证号”"),
            );
            return Ok(Judged::refused(vec![trouble.at(row, "original")]));
        };
        let how = row.said("back_by");
        let back = row.sum("amount").saturating_abs();
        let fits = if how == "part" {
            back < amount
        } else {
            back == amount
        };
        if !fits {
            return Ok(Judged::refused(vec![
                unequal(&original, amount, back).at(row, "amount"),
            ]));
        }
        if how == "reverse" {
            return self.reversal(row, payment, amount, planned.is_some());
        }
        let reason = reason("退回(凭证 ", row);
        let data = json!({"payment": payment, "amount_fen": back, "reason": reason});
        let step = Step {
            repeatable: true,
            ..Step::new("payment.return", row.day("paid_on"), data)
        };
        self.compared(row, vec![step], payment)
    }

    /// The settlement is taken back as a record that was wrong; `planned` if its payment is in this
    /// file, so that it may be recorded only now.
    fn reversal(
        &self,
        row: &Row<'_>,
        payment: Uuid,
        amount: i64,
        planned: bool,
    ) -> Result<Judged, Problem> {
        let judged = |verdict| Judged {
            verdict,
            subject: Some(payment),
            waits: false,
        };
        let reason = reason(BY_ROW, row);
        let mut about = About::new(self.place, self.books, rows::subject(payment));
        let done = about.find(|it| {
            let Event::Record(RecordEvent::Reversed(it)) = &it.fact.event else {
                return false;
            };
            it.reason.as_str() == reason
        })?;
        if done.is_some() {
            return Ok(judged(Ok(Verdict::Known)));
        }
        let settled = about.find(|it| {
            let Event::Payment(PaymentEvent::Settled(settled)) = &it.fact.event else {
                return false;
            };
            settled.amount_fen.get() == amount && !self.books.reversed.contains(it.seq)
        })?;
        let Some(settled) = settled else {
            return Ok(judged(if planned {
                Ok(Verdict::Later)
            } else {
                Err(vec![nothing_settled()])
            }));
        };
        let seq = settled.seq;
        let submission = self.reversed(row, payment, amount, seq)?;
        Ok(judged(match submission {
            Ok(submission) => Ok(Verdict::New(vec![submission])),
            Err(trouble) => Err(vec![trouble]),
        }))
    }

    /// The reversal of a settlement that a row of this file records, by the number that it has on
    /// trial.
    pub(super) fn later(
        &self,
        row: &Row<'_>,
        payment: Uuid,
        trial: &Trial<'_>,
    ) -> Result<Result<Submission, Trouble>, Problem> {
        let amount = row.sum("amount").saturating_abs();
        match trial.settled(payment, amount) {
            Some(seq) => self.reversed(row, payment, amount, seq),
            None => Ok(Err(nothing_settled())),
        }
    }

    fn reversed(
        &self,
        row: &Row<'_>,
        payment: Uuid,
        amount: i64,
        seq: u64,
    ) -> Result<Result<Submission, Trouble>, Problem> {
        let data = json!({"subject": payment, "seq": seq, "amount_fen": amount,
            "reason": reason(BY_ROW, row)});
        let step = Step::new("record.reverse", row.day("paid_on"), data);
        self.submission(row, &step, payment)
    }
}

/// Why money came back: by which row, and what that says of it.
fn reason(by: &str, row: &Row<'_>) -> String {
    let remark = row.text("remark").map(|remark| format!(":{remark}"));
    let reason = format!("{by}{}){}", row.number(), remark.unwrap_or_default());
    reason.chars().take(500).collect()
}

fn nothing_settled() -> Trouble {
    Trouble::new(
        "NOT_FOUND",
        "there is no settlement of this amount to be taken back".to_owned(),
        "没有同等金额的到账记录可以冲销".to_owned(),
    )
}

fn unequal(original: &str, amount: i64, back: i64) -> Trouble {
    let shown = |fen: i64| Fen::new(fen).map_or_else(|_| fen.to_string(), |fen| fen.to_string());
    let (amount, back) = (shown(amount), shown(back));
    Trouble::new(
        "AMOUNT_MISMATCH",
        format!("{back} is not the amount of the payment “{original}”, which is {amount}"),
        format!("金额 {back} 与原支付“{original}”的 {amount} 不一致;只退回一部分的填“部分退回”"),
    )
}
