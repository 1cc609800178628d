//! The list of routes: each file mounts its own.

use actix_web::web::{self, ServiceConfig};

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
    // First, because nearly every request is about one ledger.
    config.service(web::scope("/v1/ledgers/{ledger}").configure(mount_in_ledger));
    page::mount(config);
    health::mount(config);
    metrics::mount(config);
    seals::mount(config);
    api::mount(config);
    log::mount(config);
    ledgers::mount(config);
    records::mount(config);
    search::mount(config);
}

/// The routes of one ledger, with paths from there on. They are a scope of their own because a path
/// is compared with one pattern after the other, and that the ledger's part fits is found out once:
/// comparing every pattern from its beginning took a quarter of the time that a request takes.
fn mount_in_ledger(config: &mut ServiceConfig) {
    commands::mount_in_ledger(config);
    payments::mount_in_ledger(config);
    items::mount_in_ledger(config);
    funds::mount_in_ledger(config);
    organisations::mount_in_ledger(config);
    projects::mount_in_ledger(config);
    tasks::mount_in_ledger(config);
    subjects::mount_in_ledger(config);
    events::mount_in_ledger(config);
    entries::mount_in_ledger(config);
    stream::mount_in_ledger(config);
    timeline::mount_in_ledger(config);
    contracts::mount_in_ledger(config);
    claims::mount_in_ledger(config);
    accounts::mount_in_ledger(config);
    contributions::mount_in_ledger(config);
    bank_lines::mount_in_ledger(config);
    finance::mount_in_ledger(config);
    evidence::mount_in_ledger(config);
    files::mount_in_ledger(config);
    oversight::mount_in_ledger(config);
    packages::mount_in_ledger(config);
    alerts::mount_in_ledger(config);
    ledgers::mount_in_ledger(config);
    log::mount_in_ledger(config);
    search::mount_in_ledger(config);
    seals::mount_in_ledger(config);
}
