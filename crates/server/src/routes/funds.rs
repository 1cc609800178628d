//! Fund batches: balances with their equations, now or as of a day, and where the money of a
//! document went.

use crate::problem::Problem;
use crate::routes::events::{chain, read};
use crate::routes::mounted::Routes;
use crate::routes::question::{Answered, Asked, Question};
use crate::routes::through::{Answer, Ask, Through};
use actix_web::web;
use ledger::date::BusinessDate;
use ledger::ids::FundId;
use projections::Entry;
use projections::View;
use projections::as_of::{Fold, Moment, records};
use projections::balances::{FundBalance, FundLine, fund_balance, fund_lines};
use projections::benefit::{BenefitView, benefit as benefit_of};
use projections::four_ledgers::{FundLedgers, fund_ledgers};
use projections::trace::{ForwardTrace, fund_trace};
use sequencer::Sight;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What is not found where there is none.
const FUND: (&str, &str) = ("the fund", "此资金批次");

pub(super) fn mount(routes: &mut Routes) {
    routes
        .route("/v1/ledgers/{ledger}/funds", web::get().to(funds))
        .route("/v1/ledgers/{ledger}/funds/{id}", web::get().to(fund))
        .route(
            "/v1/ledgers/{ledger}/funds/{id}/ledgers",
            web::get().to(ledgers),
        )
        .route(
            "/v1/ledgers/{ledger}/funds/{id}/trace",
            web::get().to(trace),
        )
        .route("/v1/ledgers/{ledger}/benefit", web::get().to(benefit));
}

/// All batches, one line each.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/funds", tag = "funds",
    params(("ledger" = String, Path), Ask),
    responses((status = 200, body = Answer<Vec<FundLine>>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn funds(question: Question<Ask>) -> Answered {
    let view = question.view();
    question.answer(&view, fund_lines(&view))
}

/// As of when.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AsOfQuery {
    /// What had happened by the end of this day, `2018-08-16`, by what is known now; as of now if
    /// left out.
    #[param(value_type = Option<String>)]
    on: Option<BusinessDate>,
    /// As the book was known when this record was its last; with `on`, what was then known of
    /// that day.
    through_seq: Option<u64>,
    /// Wait until this record is there.
    min_seq: Option<u64>,
}

impl Asked for AsOfQuery {
    fn min_seq(&self) -> Option<u64> {
        self.min_seq
    }
}

impl AsOfQuery {
    /// The moment; nothing for now.
    fn moment(self) -> Result<Option<Moment>, Problem> {
        let (title, title_zh) = ("it must be one day: 2018-08-16", "须为确切日期:2018-08-16");
        let inexact = || Problem::bad("BAD_DATE", title, title_zh).at("on");
        let on = self.on.map(|on| on.exact().ok_or_else(inexact));
        let (on, through_seq) = (on.transpose()?, self.through_seq);
        let asked = on.is_some() || through_seq.is_some();
        Ok(asked.then_some(Moment { on, through_seq }))
    }
}

/// A batch: who holds what of it, and whether its equations hold; now, as of a day, or as it was
/// known at a record (B1).
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/funds/{id}", tag = "funds",
    params(("ledger" = String, Path), ("id" = Uuid, Path), AsOfQuery),
    responses((status = 200, body = Answer<FundBalance>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn fund(question: Question<AsOfQuery>, path: web::Path<(String, Uuid)>) -> Answered {
    let id = FundId(path.1);
    match question.query.moment()? {
        None => question.one(FUND, |view| fund_balance(view, id)),
        Some(moment) => then(&question, id, moment, Fold::balance).await,
    }
}

/// The four ledgers of a batch side by side 四本账: authority, commitment, cash, benefit; now, as of
/// a day, or as they were known at a record.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/funds/{id}/ledgers", tag = "funds",
    params(("ledger" = String, Path), ("id" = Uuid, Path), AsOfQuery),
    responses((status = 200, body = Answer<FundLedgers>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn ledgers(question: Question<AsOfQuery>, path: web::Path<(String, Uuid)>) -> Answered {
    let id = FundId(path.1);
    match question.query.moment()? {
        None => question.one(FUND, |view| fund_ledgers(view, id)),
        Some(moment) => then(&question, id, moment, Fold::ledgers).await,
    }
}

/// The answer as of a moment, folded from the batch's records in the log. One at a time: a fold
/// holds for a while what the view holds of the batch.
async fn then<T: Serialize + Send + 'static>(
    question: &Question<AsOfQuery>,
    id: FundId,
    moment: Moment,
    answer: fn(Fold) -> Option<T>,
) -> Answered {
    let missing = || Problem::not_found(FUND.0, FUND.1);
    let place = question.state.folds.enter().await?;
    let (seqs, mut fold, through) = {
        let view = question.view();
        let seqs = records(&view, id).ok_or_else(missing)?;
        (seqs, Fold::new(&view, id, moment), Through::of(&view))
    };
    let (state, ledger) = (question.state.clone(), question.ledger);
    let folded = place.block(move || {
        for seq in seqs {
            let entry = read(state.handle.reader().get(chain(ledger), seq))?;
            let entry = entry.ok_or_else(|| Problem::not_found("the record", "此记录"))?;
            let fact = state
                .handle
                .fact(ledger, &entry.record.body, Sight::Nothing);
            fold.take_in(&Entry {
                position: entry.position,
                seq,
                recorded_at_us: entry.record.header.recorded_at_us,
                hash: *entry.record.hash.as_bytes(),
                fact: &fact.map_err(|error| Problem::internal(&error))?,
            });
        }
        Ok::<_, Problem>(answer(fold))
    });
    let folded = folded.await??;
    question.answer_through(through, folded.ok_or_else(missing)?)
}

/// Where the money of a document went, to the payee and the receipt (I1).
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/funds/{id}/trace", tag = "trace",
    params(("ledger" = String, Path), ("id" = Uuid, Path), Ask),
    responses((status = 200, body = Answer<ForwardTrace>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn trace(question: Question<Ask>, path: web::Path<(String, Uuid)>) -> Answered {
    let (id, ask) = (FundId(path.1), question.query);
    let trace = move |view: &View| fund_trace(view, id, ask.offset, ask.limit());
    question.long(FUND, trace).await
}

/// What has reached persons: confirmed, unconfirmed, disputed.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/benefit", tag = "funds",
    params(("ledger" = String, Path), Ask),
    responses((status = 200, body = Answer<BenefitView>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn benefit(question: Question<Ask>) -> Answered {
    let view = question.view();
    question.answer(&view, benefit_of(&view))
}
