//! Monthly cycles and their missing legs (R8).

use crate::problem::Problem;
use crate::routes::mounted::Routes;
use crate::routes::question::{Answered, Asked, Question};
use crate::routes::through::Answer;
use crate::state::State;
use actix_web::web;
use jiff::civil::Date;
use ledger::date::{BusinessDate, Precision};
use ledger::ids::{CycleId, OrganisationId};
use projections::cycles::{CycleFilter, CycleView, cycle_view, cycles as cycles_of};
use serde::Deserialize;
use uuid::Uuid;

pub(super) fn mount(routes: &mut Routes) {
    routes
        .route("/v1/ledgers/{ledger}/cycles", web::get().to(cycles))
        .route("/v1/ledgers/{ledger}/cycles/{id}", web::get().to(cycle));
}

/// Which cycles, on which day.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CyclesQuery {
    /// The day of the question, `2018-08-16`; today in UTC+08:00 if left out.
    #[param(value_type = Option<String>)]
    today: Option<BusinessDate>,
    /// The month, `2018-08`; that of the day of the question if left out.
    #[param(value_type = Option<String>)]
    month: Option<BusinessDate>,
    /// Only of this unit and the units below it.
    unit: Option<Uuid>,
    /// Only where a leg is missing.
    #[serde(default)]
    missing: bool,
    /// Wait until this record is there.
    min_seq: Option<u64>,
}

impl Asked for CyclesQuery {
    fn min_seq(&self) -> Option<u64> {
        self.min_seq
    }
}

impl CyclesQuery {
    fn day(&self, state: &State) -> Result<Date, Problem> {
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

    fn month(&self, today: Date) -> Result<BusinessDate, Problem> {
        let month = match self.month {
            Some(month) => month,
            None => {
                let text = today.strftime("%Y-%m").to_string();
                text.parse().map_err(|error| Problem::internal(&error))?
            }
        };
        if month.precision() == Precision::Month {
            return Ok(month);
        }
        let (title, title_zh) = ("it must be one month: 2018-08", "须为一个月份:2018-08");
        Err(Problem::bad("BAD_DATE", title, title_zh).at("month"))
    }
}

/// The month of every unit with a cycle, and of every unit with something to put right and none
/// (R8).
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/cycles", tag = "tasks",
    params(("ledger" = String, Path), CyclesQuery),
    responses((status = 200, body = Answer<Vec<CycleView>>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn cycles(question: Question<CyclesQuery>) -> Answered {
    let today = question.query.day(&question.state)?;
    let month = question.query.month(today)?;
    let filter = CycleFilter {
        within: question.query.unit.map(OrganisationId),
        missing: question.query.missing,
    };
    question.lines(|view| cycles_of(view, today, month, &filter))
}

/// One cycle.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/cycles/{id}", tag = "tasks",
    params(("ledger" = String, Path), ("id" = Uuid, Path), CyclesQuery),
    responses((status = 200, body = Answer<CycleView>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn cycle(question: Question<CyclesQuery>, path: web::Path<(String, Uuid)>) -> Answered {
    let today = question.query.day(&question.state)?;
    let (_, id) = path.into_inner();
    question.one(("the cycle", "此调度周期"), |view| {
        cycle_view(view, today, CycleId(id))
    })
}
