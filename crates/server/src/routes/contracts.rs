//! Contracts: price, plan, and what is claimed, paid and still owed.

use crate::problem::Problem;
use crate::routes::mounted::Routes;
use crate::routes::question::{Answered, Asked, Question};
use crate::routes::through::{Answer, Ask};
use actix_web::web;
use ledger::ids::{ContractId, ProjectId};
use projections::Page;
use projections::contracts::{
    ContractFilter, ContractLine, ContractView, contract_lines, contract_view,
};
use serde::Deserialize;
use uuid::Uuid;

pub(super) fn mount(routes: &mut Routes) {
    routes
        .route("/v1/ledgers/{ledger}/contracts", web::get().to(contracts))
        .route(
            "/v1/ledgers/{ledger}/contracts/{id}",
            web::get().to(contract),
        );
}

/// Which contracts.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ContractsQuery {
    /// Only of this project.
    project: Option<Uuid>,
    /// Wait until this record is there.
    min_seq: Option<u64>,
    /// How many to pass over.
    #[serde(default)]
    offset: usize,
    /// How many at the most, up to 1,000.
    limit: Option<usize>,
}

impl Asked for ContractsQuery {
    fn min_seq(&self) -> Option<u64> {
        self.min_seq
    }
}

/// Contracts, one line each, in the order of their numbers.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/contracts", tag = "contracts",
    params(("ledger" = String, Path), ContractsQuery),
    responses((status = 200, body = Answer<Page<ContractLine>>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn contracts(question: Question<ContractsQuery>) -> Answered {
    let query = &question.query;
    let limit = query.limit.unwrap_or(100);
    let limit = limit.clamp(1, super::events::PAGE_LEN_MAX);
    let filter = ContractFilter {
        project: query.project.map(ProjectId),
    };
    let view = question.view();
    question.answer(&view, contract_lines(&view, filter, query.offset, limit))
}

/// A contract: price, changes, stages with cap and paid, commitment 合同占用.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/contracts/{id}", tag = "contracts",
    params(("ledger" = String, Path), ("id" = Uuid, Path), Ask),
    responses((status = 200, body = Answer<ContractView>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn contract(question: Question<Ask>, path: web::Path<(String, Uuid)>) -> Answered {
    let (_, id) = path.into_inner();
    let view = question.view();
    question.found(
        &view,
        contract_view(&view, ContractId(id)),
        "the contract",
        "此合同",
    )
}
