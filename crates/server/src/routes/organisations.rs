//! Organisation units and zones.

use crate::problem::Problem;
use crate::routes::mounted::Routes;
use crate::routes::question::{Answered, Question};
use crate::routes::through::{Answer, Ask};
use actix_web::web;
use jiff::civil::Date;
use ledger::ids::{OrganisationId, OverlayId, PersonId};
use ledger::organisation::{Level, OrganisationKind};
use ledger::overlay::OverlayKind;
use projections::View;
use projections::balances::{UnitBalance, unit_balance};
use serde::Serialize;
use uuid::Uuid;

pub(super) fn mount(routes: &mut Routes) {
    routes
        .route(
            "/v1/ledgers/{ledger}/organisations",
            web::get().to(organisations),
        )
        .route(
            "/v1/ledgers/{ledger}/organisations/{id}/balance",
            web::get().to(balance),
        )
        .route("/v1/ledgers/{ledger}/overlays", web::get().to(overlays));
}

/// A unit of the area tree.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OrganisationView {
    organisation: OrganisationId,
    code: String,
    name: String,
    kind: OrganisationKind,
    level: Level,
    parent: Option<OrganisationId>,
    version: u32,
}

/// A zone and its members of today.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OverlayView {
    overlay: OverlayId,
    kind: OverlayKind,
    kind_zh: &'static str,
    name: String,
    commander: Option<PersonId>,
    members: Vec<Member>,
    version: u32,
}

/// A unit in a zone.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Member {
    organisation: OrganisationId,
    name: Option<String>,
}

fn units(view: &View) -> Vec<OrganisationView> {
    let show =
        |(organisation, unit): (OrganisationId, &ledger::organisation::rules::Organisation)| {
            OrganisationView {
                organisation,
                code: unit.code.to_string(),
                name: unit.name.to_string(),
                kind: unit.kind,
                level: unit.level,
                parent: unit.parent,
                version: unit.version,
            }
        };
    let mut units: Vec<_> = view.books.organisations.iter().map(show).collect();
    units.sort_by(|a, b| {
        (a.level, &a.code, a.organisation).cmp(&(b.level, &b.code, b.organisation))
    });
    units
}

fn zones(view: &View, today: Date) -> Vec<OverlayView> {
    let member = |organisation: OrganisationId| {
        let unit = view.books.organisations.get(organisation);
        Member {
            organisation,
            name: unit.map(|unit| unit.name.to_string()),
        }
    };
    let show = |(overlay, zone): (OverlayId, &ledger::overlay::rules::Overlay)| OverlayView {
        overlay,
        kind: zone.kind,
        kind_zh: zone.kind.zh(),
        name: zone.name.to_string(),
        commander: zone.commander,
        members: zone
            .members
            .iter()
            .filter(|membership| membership.covers(today))
            .map(|membership| member(membership.organisation))
            .collect(),
        version: zone.version,
    };
    let mut zones: Vec<_> = view.books.overlays.iter().map(show).collect();
    zones.sort_by(|a, b| (&a.name, a.overlay).cmp(&(&b.name, b.overlay)));
    zones
}

/// The area tree, from the top down.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/organisations", tag = "organisations",
    params(("ledger" = String, Path), Ask),
    responses((status = 200, body = Answer<Vec<OrganisationView>>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn organisations(question: Question<Ask>) -> Answered {
    let view = question.view();
    question.answer(&view, units(&view))
}

/// What a unit holds of all batches.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/organisations/{id}/balance", tag = "organisations",
    params(("ledger" = String, Path), ("id" = Uuid, Path), Ask),
    responses((status = 200, body = Answer<UnitBalance>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn balance(question: Question<Ask>, path: web::Path<(String, Uuid)>) -> Answered {
    let id = OrganisationId(path.1);
    question.one(("the unit", "此机构"), |view| unit_balance(view, id))
}

/// Zones and their members of today.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/overlays", tag = "organisations",
    params(("ledger" = String, Path), Ask),
    responses((status = 200, body = Answer<Vec<OverlayView>>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn overlays(question: Question<Ask>) -> Answered {
    let view = question.view();
    question.answer(&view, zones(&view, question.state.today()))
}
