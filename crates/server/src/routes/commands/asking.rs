//! A request to append: who asks, where, and how it shall be answered.

use super::{AppendQuery, Receipts};
use crate::identity::Bearer;
use crate::json::{ReceiptView, SignatureView};
use crate::problem::Problem;
use crate::routes::log;
use crate::state::State;
use actix_web::web;
use ledger::Submission;
use ledger::ids::LedgerId;
use sequencer::{Answered, Published, Receipt, Refusal, Request};
use std::sync::Arc;

/// A request to append.
pub(super) struct Asking {
    pub(super) state: web::Data<State>,
    pub(super) bearer: Bearer,
    pub(super) ledger: LedgerId,
    pub(super) query: AppendQuery,
}

/// A receipt, or why there is none.
pub(super) type Answer = Result<ReceiptView, Problem>;

/// By which checkpoint records are covered, if that was asked for.
pub(super) type Under = Option<Arc<Published>>;

impl Asking {
    /// What the writer is asked.
    pub(super) fn request(&self, submissions: Vec<Submission>, atomic: bool) -> Request {
        Request {
            ledger: self.ledger,
            caller: self.bearer.caller(),
            submissions,
            atomic,
        }
    }

    /// Asks the writer, unless too many wait already.
    pub(super) async fn submit(
        &self,
        submissions: Vec<Submission>,
        atomic: bool,
    ) -> Result<Vec<Answer>, Problem> {
        if submissions.is_empty() {
            return Ok(Vec::new());
        }
        let request = self.request(submissions, atomic);
        let answered = self.state.handle.submit(request).await?;
        let under = self.covered(&answered).await;
        Ok(self.views(answered, &under).collect())
    }

    /// Waits for what was asked for: that a checkpoint covers the records.
    pub(super) async fn covered(&self, answered: &Answered) -> Under {
        let receipts = answered.answers.iter().flatten();
        let last = receipts.map(Receipt::last_position).max();
        self.state.covering(last?, self.query.wait?).await
    }

    /// The writer's answers as a client sees them.
    pub(super) fn views<'a>(
        &'a self,
        answered: Answered,
        under: &'a Under,
    ) -> impl Iterator<Item = Answer> + use<'a> {
        let Answered { answers, signed } = answered;
        let signed = signed.filter(|_| self.query.receipts == Receipts::Signed);
        let mut place = 0_u64..;
        answers
            .into_iter()
            .map(move |answer: Result<Receipt, Refusal>| {
                let receipt = answer.map_err(|refusal| Problem::from(&refusal))?;
                let place = place.next().unwrap_or_default();
                let mut view = ReceiptView::from(receipt);
                view.signature = signed
                    .as_ref()
                    .map(|(group, first)| SignatureView::of(group, first.saturating_add(place)));
                if let Some(under) = under {
                    view.covered_by = Some(under.size);
                    view.proof = self.proof(&receipt, under);
                }
                Ok(view)
            })
    }

    /// Nothing where the tree cannot be read: the record is no less recorded, and `…/proof` says
    /// what is wrong.
    fn proof(&self, receipt: &Receipt, under: &Arc<Published>) -> Option<String> {
        let log = self.state.handle.published_log()?;
        let ledger = chain::LedgerId(receipt.ledger.0);
        let position = receipt.last_position();
        log::proof_of(log, ledger, receipt.last_seq, receipt.hash, position, under).ok()
    }
}
