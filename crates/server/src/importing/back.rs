//! Rows of money of an earlier payment that came back, or that was never paid.

use super::backs::{Back, Backs, Way};
use super::known::{About, reversed};
use super::lookup::{Trouble, shape};
use super::plan::{Judged, Maker, Verdict};
use super::row::{Row, Step};
use super::rows;
use super::trial::Trial;
use crate::problem::Problem;
use ledger::Books;
use ledger::ids::PaymentId;
use ledger::money::Fen;
use ledger::payment::PaymentEvent;
use ledger::{Event, Submission};
use serde_json::json;
use uuid::Uuid;

impl Maker<'_> {
    /// Money of an earlier payment that came back, or that was never paid.
    pub(super) fn back(&mut self, row: &Row<'_>) -> Result<Judged, Problem> {
        let own = row.number();
        let original = row.text("original").unwrap_or_else(|| own.clone());
        let key = shape(&original);
        let planned = self.planned.get(&key);
        let recorded = self.numbers.one(&key);
        let recorded = recorded.and_then(|id| {
            let row = self.books.payments.get(PaymentId(id))?;
            Some((id, row.amount.get()))
        });
        let is_planned = planned.is_some();
        let found = recorded.or(planned.map(|it| (it.payment, it.amount)));
        let Some((payment, amount)) = found else {
            return Ok(Judged::refused(vec![
                not_found(&original).at(row, "original"),
            ]));
        };
        let now = now(row, payment);
        if let Some(verdict) = self.before(&own, &now)? {
            return Ok(Judged {
                verdict: Ok(verdict),
                subject: Some(payment),
                waits: false,
            });
        }
        let is_part = row.said("back_by") == "part";
        let fits = if is_part {
            now.amount < amount
        } else {
            now.amount == amount
        };
        if !fits {
            return Ok(Judged::refused(vec![
                unequal(&original, amount, now.amount).at(row, "amount"),
            ]));
        }
        let verdict = match now.way {
            Way::Reverse => self.reversal(row, &now, is_planned)?,
            Way::Return => {
                let step = returned(row, &now, now.amount);
                let submission = self.submission(row, &step, payment)?;
                submission.map(|it| Verdict::New(vec![it]))
            }
        };
        Ok(Judged {
            verdict: verdict.map_err(|trouble| vec![trouble]),
            subject: Some(payment),
            waits: false,
        })
    }

    /// What a row of this number recorded before: then it records nothing.
    fn before(&mut self, own: &str, now: &Back) -> Result<Option<Verdict>, Problem> {
        if self.backs.is_none() {
            self.backs = Some(Backs::of(self.place, self.books, &self.numbers)?);
        }
        let recorded = self.backs.as_ref().and_then(|it| it.of_row(own, now));
        Ok(recorded.map(|(back, by)| match by {
            // Whoever reversed it knew better than the file.
            Some(by) => Verdict::Changed(reversed(by)),
            None if back.is(now) => Verdict::Known,
            None => Verdict::Changed(back.differences(now, &self.words())),
        }))
    }

    /// The settlement is taken back as a record that was wrong, and so is the instruction, which
    /// would commit the money for ever; `planned` if its payment is in this file, so that it may be
    /// recorded only now.
    fn reversal(
        &self,
        row: &Row<'_>,
        now: &Back,
        planned: bool,
    ) -> Result<Result<Verdict, Trouble>, Problem> {
        let mut about = About::new(self.place, self.books, rows::subject(now.payment));
        let settled = about.find(|it| {
            let Event::Payment(PaymentEvent::Settled(settled)) = &it.fact.event else {
                return false;
            };
            settled.amount_fen.get() == now.amount && !self.books.reversed.contains(it.seq)
        })?;
        match settled.map(|it| it.seq) {
            None if planned => Ok(Ok(Verdict::Later)),
            None => Ok(Err(nothing_settled())),
            Some(seq) => {
                let steps = self.reversed(row, now, seq, self.books)?;
                Ok(steps.map(Verdict::New))
            }
        }
    }

    /// The reversal of a settlement that a row of this file records, by the number that it has on
    /// trial.
    pub(super) fn later(
        &self,
        row: &Row<'_>,
        payment: Uuid,
        trial: &Trial<'_>,
    ) -> Result<Result<Vec<Submission>, Trouble>, Problem> {
        let now = now(row, payment);
        match trial.settled(payment, now.amount) {
            Some(seq) => self.reversed(row, &now, seq, trial.books()),
            None => Ok(Err(nothing_settled())),
        }
    }

    /// The reversal of the settlement `seq`, and the return of what that leaves instructed.
    fn reversed(
        &self,
        row: &Row<'_>,
        now: &Back,
        seq: u64,
        books: &Books,
    ) -> Result<Result<Vec<Submission>, Trouble>, Problem> {
        let data = json!({"subject": now.payment, "seq": seq, "amount_fen": now.amount,
            "reason": now.reason});
        let mut steps = vec![Step::new("record.reverse", row.day("paid_on"), data)];
        if let Some(open) = left_open(books, now) {
            steps.push(returned(row, now, open));
        }
        let mut submissions = Vec::new();
        for step in steps {
            match self.submission(row, &step, now.payment)? {
                Ok(submission) => submissions.push(submission),
                Err(trouble) => return Ok(Err(trouble)),
            }
        }
        Ok(Ok(submissions))
    }
}

/// What a row brings back of a payment.
fn now(row: &Row<'_>, payment: Uuid) -> Back {
    let way = if row.said("back_by") == "reverse" {
        Way::Reverse
    } else {
        Way::Return
    };
    Back {
        payment,
        way,
        amount: row.sum("amount").saturating_abs(),
        day: row.day("paid_on"),
        reason: way.reason(&row.number(), row.text("remark").as_deref()),
    }
}

fn returned(row: &Row<'_>, now: &Back, amount: i64) -> Step {
    let data = json!({"payment": now.payment, "amount_fen": amount, "reason": now.reason});
    Step::new("payment.return", row.day("paid_on"), data)
}

/// What is still to be paid once the settlement is taken back; nothing where other money was paid,
/// of which a return would be a return.
fn left_open(books: &Books, now: &Back) -> Option<i64> {
    let row = books.payments.get(PaymentId(now.payment))?;
    let reversed = Fen::new(now.amount).ok()?;
    let settled = row.settled.sub(reversed);
    let open = row.amount.sub(settled).sub(row.cancelled);
    let open = open.sub(row.later().set_off).max(Fen::ZERO);
    let is_paid = row.paid_net().sub(reversed) > Fen::ZERO;
    (!is_paid && open > Fen::ZERO).then_some(open.get())
}

fn not_found(original: &str) -> Trouble {
    Trouble::new(
        "NOT_FOUND",
        format!("the payment “{original}” that came back is neither recorded nor in this file"),
        format!("找不到被退回的支付“{original}”,请填写“原支付凭证号”"),
    )
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
