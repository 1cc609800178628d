//! `GET …/stream`: new records as server-sent events, resumable, each carrying the head's hash.

use crate::identity::Bearer;
use crate::places::Place;
use crate::problem::Problem;
use crate::routes::events::{chain, view_of};
use crate::routes::mounted::Routes;
use crate::routes::question::Query;
use crate::state::State;
use actix_web::http::header::{CACHE_CONTROL, ContentEncoding};
use actix_web::web::{self, Bytes};
use actix_web::{HttpRequest, HttpResponse};
use ledger::ids::LedgerId;
use serde::Deserialize;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::watch;

/// Records sent at once to a client that is behind.
const CHUNK_LEN: usize = 256;
/// How often a silent stream says that it is alive, so that proxies keep it open.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

pub(super) fn mount(routes: &mut Routes) {
    routes.route("/v1/ledgers/{ledger}/stream", web::get().to(stream));
}

/// From where on.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct StreamQuery {
    /// Records after this one; the header `Last-Event-ID` says the same and comes first.
    after_seq: Option<u64>,
}

/// New records as they become durable. `id` is the seq, `data` the record; the record's hash is
/// the head's hash at that moment.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/stream", tag = "log",
    params(("ledger" = String, Path), StreamQuery),
    responses((status = 200, description = "text/event-stream"), (status = 401, body = Problem)))]
pub async fn stream(
    state: web::Data<State>,
    bearer: Bearer,
    path: web::Path<String>,
    query: Result<Query<StreamQuery>, Problem>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query = query?.0;
    let (ledger, slot) = state.enter(&bearer, &path, None).await?;
    let resumed = request.headers().get("Last-Event-ID");
    let resumed = resumed.and_then(|value| value.to_str().ok()?.parse().ok());
    let head = slot.view().head().map_or(0, |head| head.seq);
    let after_seq = resumed.or(query.after_seq).unwrap_or(head);
    let published = state.handle.published();
    let place = state.streams.try_enter(1)?;
    let tail = Tail {
        _place: place,
        state,
        bearer,
        ledger,
        after_seq,
        published,
    };
    let chunks = futures_util::stream::unfold(tail, |mut tail| async move {
        let chunk = tail.next().await?;
        Some((Ok::<_, Infallible>(chunk), tail))
    });
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((CACHE_CONTROL, "no-store"))
        // A compressor would hold an event back until its block is full.
        .insert_header(ContentEncoding::Identity)
        .streaming(Box::pin(chunks)))
}

struct Tail {
    _place: Place,
    state: web::Data<State>,
    bearer: Bearer,
    ledger: LedgerId,
    after_seq: u64,
    published: watch::Receiver<u64>,
}

impl Tail {
    /// The next events, or a sign of life. Ends when the server does, or the log cannot be read.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            self.published.borrow_and_update();
            let reader = self.state.handle.reader();
            let entries = reader
                .scan(chain(self.ledger), self.after_seq, CHUNK_LEN)
                .ok()?;
            if entries.is_empty() {
                let mut closing = self.state.closing.subscribe();
                let changed = tokio::time::timeout(KEEP_ALIVE, self.published.changed());
                let changed = tokio::select! {
                    _ = closing.wait_for(|closing| *closing) => return None,
                    changed = changed => changed,
                };
                match changed {
                    Ok(Ok(())) => continue,
                    Ok(Err(_)) => return None,
                    Err(_) => return Some(Bytes::from_static(b": alive\n\n")),
                }
            }
            let mut text = String::new();
            for entry in &entries {
                let event = view_of(&self.state, &self.bearer, entry).ok()?;
                let data = serde_json::to_string(&event).ok()?;
                let seq = event.seq;
                text.push_str(&format!("id: {seq}\nevent: record\ndata: {data}\n\n"));
                self.after_seq = seq;
            }
            return Some(Bytes::from(text));
        }
    }
}
