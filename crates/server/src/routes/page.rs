//! `GET /`: one read-only page over the public queries. It is part of the program and asks nobody
//! but this server; the token is in the address's fragment, which browsers keep to themselves.

use crate::routes::mounted::Routes;
use actix_web::HttpResponse;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::web;

pub(super) fn mount(routes: &mut Routes) {
    routes
        .route("/", web::get().to(page))
        .route("/page.css", web::get().to(style))
        .route("/page.js", web::get().to(script))
        .route("/detail.js", web::get().to(detail));
}

/// Nothing from elsewhere and nothing inline: a name in a record that slipped through as markup
/// could still not run, load or send anything.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

async fn page() -> HttpResponse {
    file(
        "text/html; charset=utf-8",
        include_str!("../../page/index.html"),
    )
}

async fn style() -> HttpResponse {
    file(
        "text/css; charset=utf-8",
        include_str!("../../page/page.css"),
    )
}

async fn script() -> HttpResponse {
    file(
        "text/javascript; charset=utf-8",
        include_str!("../../page/page.js"),
    )
}

async fn detail() -> HttpResponse {
    file(
        "text/javascript; charset=utf-8",
        include_str!("../../page/detail.js"),
    )
}

fn file(content_type: &str, text: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        // Checked each time, so that after an update nobody has a script of yesterday.
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(text)
}
