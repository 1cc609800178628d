//! What happened to a subject, and who did it (I4).

use crate::json::EventView;
use crate::problem::Problem;
use crate::routes::events::{chain, read, record};
use crate::routes::mounted::Routes;
use crate::routes::question::{Answered, Question};
use crate::routes::through::{Answer, Ask, Through};
use crate::state::State;
use actix_web::web;
use ledger::Fact;
use ledger::ids::{LedgerId, Subject};
use projections::steps::{Steps, steps as steps_of};
use sequencer::Sight;
use uuid::Uuid;

pub(super) fn mount(routes: &mut Routes) {
    routes
        .route(
            "/v1/ledgers/{ledger}/timeline/{id}",
            web::get().to(timeline),
        )
        .route("/v1/ledgers/{ledger}/steps/{id}", web::get().to(steps));
}

/// The most records over which steps are told: more than any project or item has.
const STEPS_LEN_MAX: usize = 10_000;

/// Everything that names a subject, oldest first.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/timeline/{id}", tag = "trace",
    params(("ledger" = String, Path), ("id" = Uuid, Path), Ask),
    responses((status = 200, body = Answer<Vec<EventView>>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn timeline(question: Question<Ask>, path: web::Path<(String, Uuid)>) -> Answered {
    let (_, id) = path.into_inner();
    let (seqs, through) = named(&question, id)?;
    let (offset, limit) = (question.query.offset, question.query.limit());
    let mut events = Vec::new();
    for seq in seqs.into_iter().skip(offset).take(limit) {
        events.extend(record(&question, seq)?);
    }
    question.answer_through(through, events)
}

/// The records that name a subject, and the record through which that is known. Taken under the
/// lock of the view, so that the log can be read without it.
fn named(question: &Question<Ask>, id: Uuid) -> Result<(Vec<u32>, Option<Through>), Problem> {
    let view = question.view();
    let seqs = view.timeline.of(Subject(id)).to_vec();
    if seqs.is_empty() {
        return Err(Problem::not_found("the subject", "此对象"));
    }
    Ok((seqs, Through::of(&view)))
}

/// Who did what at each step, and whose hands met where they should not (I4).
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/steps/{id}", tag = "trace",
    params(("ledger" = String, Path), ("id" = Uuid, Path), Ask),
    responses((status = 200, body = Answer<Steps>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn steps(question: Question<Ask>, path: web::Path<(String, Uuid)>) -> Answered {
    let (_, id) = path.into_inner();
    let (seqs, through) = named(&question, id)?;
    let facts = facts(&question.state, question.ledger, &seqs)?;
    let facts = facts.iter().map(|(seq, fact)| (*seq, fact));
    let steps = steps_of(&question.view().books, facts);
    question.answer_through(through, steps)
}

fn facts(state: &State, ledger: LedgerId, seqs: &[u32]) -> Result<Vec<(u64, Fact)>, Problem> {
    let mut facts = Vec::new();
    for seq in seqs.iter().take(STEPS_LEN_MAX) {
        let seq = u64::from(*seq);
        if let Some(entry) = read(state.handle.reader().get(chain(ledger), seq))? {
            let fact = state
                .handle
                .fact(ledger, &entry.record.body, Sight::Nothing);
            facts.push((seq, fact.map_err(|error| Problem::internal(&error))?));
        }
    }
    Ok(facts)
}
