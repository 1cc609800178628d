//! `GET /v1/ledgers`: which ledgers there are, and how far each has come.

use crate::identity::Bearer;
use crate::problem::Problem;
use crate::routes::mounted::Routes;
use crate::routes::through::Through;
use crate::state::State;
use actix_web::HttpResponse;
use actix_web::web;
use ledger::Actor;
use ledger::book::rules::period::Period;
use ledger::ids::LedgerId;
use projections::View;
use serde::Serialize;

pub(super) fn mount(routes: &mut Routes) {
    routes
        .route("/v1/ledgers", web::get().to(ledgers))
        .route("/v1/ledgers/{ledger}", web::get().to(ledger));
}

/// A ledger.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct LedgerView {
    /// Its identity.
    #[schema(value_type = String, format = "uuid")]
    pub ledger: LedgerId,
    /// Its name.
    pub name: String,
    /// Its area.
    pub area: String,
    /// Closed for good.
    pub closed: bool,
    /// Through which day its money is signed off 已封账; nothing of it without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_off: Option<PeriodView>,
    /// Through which day somebody has prepared it, for a second person to sign off 待封账.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prepared: Option<PeriodView>,
    /// The deployment's own ledger.
    pub system: bool,
    /// Its last record.
    pub through: Option<Through>,
    /// Its last record that the daily reading of both copies found sound; none before the first.
    pub last_verified_seq: Option<u64>,
    /// How many of each noun it holds.
    pub counts: Counts,
}

/// The books through a day, as somebody has prepared or signed them.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PeriodView {
    /// The last day.
    #[schema(value_type = String, format = Date)]
    pub through: jiff::civil::Date,
    /// Who stands for it.
    pub by: Actor,
    /// The record that says so.
    pub seq: u64,
}

impl PeriodView {
    fn of(period: &Period) -> PeriodView {
        PeriodView {
            through: period.through,
            by: period.by,
            seq: period.seq,
        }
    }
}

/// How many of each noun.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Counts {
    organisations: usize,
    overlays: usize,
    subjects: usize,
    funds: usize,
    projects: usize,
    milestones: usize,
    contracts: usize,
    claims: usize,
    payments: usize,
    accounts: usize,
    contributions: usize,
    bank_lines: usize,
    lists: usize,
    rounds: usize,
    items: usize,
    cycles: usize,
    campaigns: usize,
    pledges: usize,
    evidence: usize,
    imports: usize,
    alerts: usize,
}

impl LedgerView {
    fn of(state: &State, ledger: LedgerId, view: &View) -> LedgerView {
        let book = view.books.book.as_ref();
        let books = &view.books;
        LedgerView {
            ledger,
            name: book.map(|book| book.name.to_string()).unwrap_or_default(),
            area: book.map(|book| book.area.to_string()).unwrap_or_default(),
            closed: book.is_some_and(|book| book.closed),
            signed_off: book.and_then(|book| book.signed_off.as_ref().map(PeriodView::of)),
            prepared: book.and_then(|book| book.prepared.as_ref().map(PeriodView::of)),
            system: ledger == state.handle.system(),
            through: Through::of(view),
            last_verified_seq: state.scrub.health().last_verified_seq(ledger),
            counts: Counts {
                organisations: books.organisations.len(),
                overlays: books.overlays.len(),
                subjects: books.persons.len(),
                funds: books.funds.len(),
                projects: books.projects.len(),
                milestones: books.milestones.len(),
                contracts: books.contracts.len(),
                claims: books.claims.len(),
                payments: books.payments.len(),
                accounts: books.accounts.len(),
                contributions: books.contributions.len(),
                bank_lines: books.bank_lines.len(),
                lists: books.lists.len(),
                rounds: books.rounds.len(),
                items: books.items.len(),
                cycles: books.cycles.len(),
                campaigns: books.campaigns.len(),
                pledges: books.pledges.len(),
                evidence: books.evidence.len(),
                imports: books.imports.len(),
                alerts: view.alerts.len(),
            },
        }
    }
}

/// The ledgers that are open to the bearer.
#[utoipa::path(get, path = "/v1/ledgers", tag = "log",
    responses((status = 200, body = Vec<LedgerView>), (status = 401, body = Problem)))]
pub async fn ledgers(state: web::Data<State>, bearer: Bearer) -> HttpResponse {
    let open = state
        .handle
        .ledgers()
        .into_iter()
        .filter(|id| bearer.may_enter(&state, *id));
    let views = open.filter_map(|id| {
        let slot = state.handle.slot(id)?;
        let view = slot.view();
        Some(LedgerView::of(&state, id, &view))
    });
    HttpResponse::Ok().json(views.collect::<Vec<_>>())
}

/// One ledger.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}", tag = "log", params(("ledger" = String, Path)),
    responses((status = 200, body = LedgerView), (status = 404, body = Problem)))]
pub async fn ledger(
    state: web::Data<State>,
    bearer: Bearer,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (id, slot) = state.enter(&bearer, &path, None).await?;
    let view = slot.view();
    Ok(HttpResponse::Ok().json(LedgerView::of(&state, id, &view)))
}
