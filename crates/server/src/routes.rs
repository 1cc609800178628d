//! The list of routes: each file mounts its own.

use actix_web::web::ServiceConfig;

pub mod accounts;
pub mod alerts;
pub mod api;
pub mod bank_lines;
pub mod claims;
pub mod commands;
pub mod contracts;
pub mod contributions;
pub mod entries;
pub mod events;
pub mod evidence;
pub mod files;
pub mod finance;
pub mod funds;
pub mod health;
pub mod items;
pub mod ledgers;
pub mod log;
pub mod metrics;
pub mod organisations;
pub mod oversight;
pub mod packages;
pub mod page;
pub mod payments;
pub mod projects;
mod question;
pub mod records;
pub mod seals;
pub mod search;
pub mod stream;
pub mod subjects;
pub mod tasks;
mod through;
pub mod timeline;

pub use through::{Answer, Ask, Through};

/// Mounts every route.
pub fn mount(config: &mut ServiceConfig) {
    page::mount(config);
    health::mount(config);
    metrics::mount(config);
    seals::mount(config);
    api::mount(config);
    log::mount(config);
    ledgers::mount(config);
    commands::mount(config);
    events::mount(config);
    entries::mount(config);
    stream::mount(config);
    organisations::mount(config);
    subjects::mount(config);
    timeline::mount(config);
    funds::mount(config);
    projects::mount(config);
    contracts::mount(config);
    claims::mount(config);
    payments::mount(config);
    accounts::mount(config);
    contributions::mount(config);
    bank_lines::mount(config);
    finance::mount(config);
    items::mount(config);
    evidence::mount(config);
    files::mount(config);
    tasks::mount(config);
    oversight::mount(config);
    packages::mount(config);
    alerts::mount(config);
    records::mount(config);
    search::mount(config);
}
