//! The list of routes: each file mounts its own.

use actix_web::web::ServiceConfig;
use mounted::Routes;

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
pub mod imports;
pub mod items;
pub mod ledgers;
pub mod lists;
pub mod log;
pub mod metrics;
mod mounted;
pub mod organisations;
pub mod oversight;
pub mod packages;
pub mod page;
pub mod payments;
pub mod printouts;
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
    let mut routes = Routes::default();
    page::mount(&mut routes);
    health::mount(&mut routes);
    metrics::mount(&mut routes);
    seals::mount(&mut routes);
    log::mount(&mut routes);
    ledgers::mount(&mut routes);
    commands::mount(&mut routes);
    imports::mount(&mut routes);
    events::mount(&mut routes);
    entries::mount(&mut routes);
    stream::mount(&mut routes);
    organisations::mount(&mut routes);
    subjects::mount(&mut routes);
    timeline::mount(&mut routes);
    funds::mount(&mut routes);
    projects::mount(&mut routes);
    contracts::mount(&mut routes);
    claims::mount(&mut routes);
    payments::mount(&mut routes);
    accounts::mount(&mut routes);
    contributions::mount(&mut routes);
    bank_lines::mount(&mut routes);
    lists::mount(&mut routes);
    finance::mount(&mut routes);
    items::mount(&mut routes);
    evidence::mount(&mut routes);
    files::mount(&mut routes);
    tasks::mount(&mut routes);
    oversight::mount(&mut routes);
    packages::mount(&mut routes);
    printouts::mount(&mut routes);
    alerts::mount(&mut routes);
    records::mount(&mut routes);
    search::mount(&mut routes);
    routes.into(config);
    api::mount(config);
}
