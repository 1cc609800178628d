//! stub
use actix_web::web::ServiceConfig;
pub(super) fn mount(_: &mut ServiceConfig) {}
