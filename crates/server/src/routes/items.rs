//! Rectification items and inspection rounds.

use crate::problem::Problem;
use crate::routes::mounted::Routes;
use crate::routes::question::{Answered, Asked, Question};
use crate::routes::through::Answer;
use crate::state::State;
use actix_web::web;
use jiff::civil::Date;
use ledger::date::BusinessDate;
use ledger::digest::Digest;
use ledger::ids::{ItemId, OrganisationId, OverlayId, PersonId, RoundId};
use ledger::item::rules::State as ItemState;
use ledger::item::{ItemCategory, Severity};
use projections::Page;
use projections::items::{
    ItemFilter, ItemLine, ItemView, RoundView, item_lines, item_view, round_view, round_views,
};
use serde::Deserialize;
use uuid::Uuid;

pub(super) fn mount(routes: &mut Routes) {
    routes
        .route("/v1/ledgers/{ledger}/items", web::get().to(items))
        .route("/v1/ledgers/{ledger}/items/{id}", web::get().to(item))
        .route("/v1/ledgers/{ledger}/rounds", web::get().to(rounds))
        .route("/v1/ledgers/{ledger}/rounds/{id}", web::get().to(round));
}

/// Which items, on which day.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ItemsQuery {
    /// The day of the question, `2018-08-16`; today in UTC+08:00 if left out.
    #[param(value_type = Option<String>)]
    pub(super) today: Option<BusinessDate>,
    /// Only in this state.
    state: Option<String>,
    /// Only of this unit and the units below it.
    unit: Option<Uuid>,
    /// Only those whose responsible unit is in this zone on the day of the question.
    zone: Option<Uuid>,
    /// Only those for which this official answers.
    person: Option<Uuid>,
    /// Only those that this unit or one below it leads.
    lead: Option<Uuid>,
    /// Only those in which this unit or one below it helps.
    cooperating: Option<Uuid>,
    /// Only of this round.
    round: Option<Uuid>,
    /// Only about this.
    #[param(value_type = Option<String>)]
    category: Option<ItemCategory>,
    /// Only so bad.
    #[param(value_type = Option<String>)]
    severity: Option<Severity>,
    /// Only overdue ones, or only others.
    overdue: Option<bool>,
    /// Wait until this record is there.
    pub(super) min_seq: Option<u64>,
    /// How many to pass over.
    #[serde(default)]
    pub(super) offset: usize,
    /// How many at the most, up to 1,000.
    limit: Option<usize>,
    /// For completion rates: `unit`, `zone`, `pledge`, `category`, `round`, or a level such as
    /// `town`.
    pub(super) by: Option<String>,
}

impl Asked for ItemsQuery {
    fn min_seq(&self) -> Option<u64> {
        self.min_seq
    }
}

impl ItemsQuery {
    pub(super) fn limit(&self) -> usize {
        self.limit
            .unwrap_or(100)
            .clamp(1, super::events::PAGE_LEN_MAX)
    }

    /// The day of the question.
    pub(super) fn day(&self, state: &State) -> Result<Date, Problem> {
        let Some(date) = self.today else {
            return Ok(state.today());
        };
        let inexact = || {
            Problem::bad(
                "BAD_DATE",
                "it must be one day: 2018-08-16",
                "须为确切日期:2018-08-16",
            )
        };
        date.exact().ok_or_else(|| inexact().at("today"))
    }

    pub(super) fn filter(&self) -> Result<ItemFilter, Problem> {
        let item_state = self.state.as_deref().map(state_of).transpose()?;
        Ok(ItemFilter {
            state: item_state,
            within: self.unit.map(OrganisationId),
            zone: self.zone.map(OverlayId),
            person: self.person.map(PersonId),
            lead: self.lead.map(OrganisationId),
            cooperating: self.cooperating.map(OrganisationId),
            round: self.round.map(RoundId),
            category: self.category,
            severity: self.severity,
            overdue: self.overdue,
        })
    }
}

/// The state of a word.
pub(super) fn state_of(word: &str) -> Result<ItemState, Problem> {
    let mut states = ItemState::ALL.iter().copied();
    states.find(|state| state.word() == word).ok_or_else(|| {
        let words: Vec<_> = ItemState::ALL.iter().map(|state| state.word()).collect();
        let list = words.join(", ");
        let title = format!("\"{word}\" is not a state; known are: {list}");
        let title_zh = format!("没有“{word}”这一状态;可用:{list}");
        Problem::bad("BAD_QUERY", &title, &title_zh).at("state")
    })
}

/// The items that pass the filter, in the order of their numbers.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/items", tag = "items",
    params(("ledger" = String, Path), ItemsQuery),
    responses((status = 200, body = Answer<Page<ItemLine>>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn items(question: Question<ItemsQuery>) -> Answered {
    let today = question.query.day(&question.state)?;
    let filter = question.query.filter()?;
    let (offset, limit) = (question.query.offset, question.query.limit());
    question.lines(|view| item_lines(view, today, &filter, offset, limit))
}

/// An item: everything about it on a day.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/items/{id}", tag = "items",
    params(("ledger" = String, Path), ("id" = Uuid, Path), ItemsQuery),
    responses((status = 200, body = Answer<ItemView>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn item(question: Question<ItemsQuery>, path: web::Path<(String, Uuid)>) -> Answered {
    let today = question.query.day(&question.state)?;
    let (_, id) = path.into_inner();
    // The disk is asked after the view is let go of.
    let (through, mut item) = question.look(|view| item_view(view, today, ItemId(id)));
    for measure in item.iter_mut().flat_map(|item| &mut item.measures) {
        let held = |file: &Digest| question.state.handle.holds(question.ledger, *file);
        let files = measure.evidence.iter().copied();
        measure.evidence_held = files.filter(held).collect();
    }
    let item = item.ok_or_else(|| Problem::not_found("the item", "此整改事项"))?;
    question.answer_through(through, item)
}

/// Rounds and their items, state by state.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/rounds", tag = "items",
    params(("ledger" = String, Path), ItemsQuery),
    responses((status = 200, body = Answer<Vec<RoundView>>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn rounds(question: Question<ItemsQuery>) -> Answered {
    let today = question.query.day(&question.state)?;
    let view = question.view();
    question.answer(&view, round_views(&view, today))
}

/// A round and its items, state by state.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/rounds/{id}", tag = "items",
    params(("ledger" = String, Path), ("id" = Uuid, Path), ItemsQuery),
    responses((status = 200, body = Answer<RoundView>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn round(question: Question<ItemsQuery>, path: web::Path<(String, Uuid)>) -> Answered {
    let today = question.query.day(&question.state)?;
    let (_, id) = path.into_inner();
    let view = question.view();
    question.found(
        &view,
        round_view(&view, today, RoundId(id)),
        "the round",
        "此轮次",
    )
}
