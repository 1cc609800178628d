//! Around every request: an id that its answer and its lines in the log bear, and what is counted.

use crate::state::State;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, web};
use prometheus_client::metrics::gauge::Gauge;
use sequencer::Trust;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use tracing::Instrument;

/// The header with the id of a request.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The header that says how much of what an answer rests on is from a snapshot, and up to which
/// position, exclusive, its records have been verified since the start. Once everything is, no
/// answer bears it.
pub(crate) const UNVERIFIED: HeaderName = HeaderName::from_static("fundtrace-unverified");

/// The longest id that is taken from a client: a UUID, or a trace id with a little more.
const ID_LEN_MAX: usize = 64;

/// What the ids of this process begin with, so that those of two starts differ.
static PREFIX: LazyLock<u64> = LazyLock::new(|| {
    let random = crate::identity::random().unwrap_or_default();
    random
        .into_iter()
        .take(5)
        .fold(0, |prefix, byte| (prefix << 8) | u64::from(byte))
});
static NEXT: AtomicU64 = AtomicU64::new(1);

/// A request that is being answered, or was given up.
struct InFlight(Gauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Gives a request its id and its span, and counts it.
pub(crate) async fn observed(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let began = Instant::now();
    let state = request.app_data::<web::Data<State>>().cloned();
    let in_flight = state.as_ref().map(|state| state.metrics.in_flight.clone());
    let _in_flight = in_flight.map(|gauge| {
        gauge.inc();
        InFlight(gauge)
    });
    let id = id(&request);
    let method = request.method().clone();
    // As severe as an error, so that a line about an error always says of which request it is.
    let span = tracing::error_span!("request", id = id.to_str().unwrap_or_default(), %method);
    let mut response = next.call(request).instrument(span.clone()).await?;
    response.headers_mut().insert(REQUEST_ID, id);
    if let Some(unverified) = state.as_ref().and_then(|state| unverified(state)) {
        response.headers_mut().insert(UNVERIFIED, unverified);
    }
    if let Some(state) = state {
        let route = response.request().match_pattern();
        let (status, took) = (response.status().as_u16(), began.elapsed());
        span.in_scope(|| tracing::info!(route, status, ?took, "answered"));
        state
            .metrics
            .answered(&method, route, response.response(), took);
    }
    Ok(response)
}

/// How far what is served is verified, where it is not all of it.
fn unverified(state: &State) -> Option<HeaderValue> {
    let (Trust::Unverified { position } | Trust::Wrong { position, .. }) =
        state.handle.unverified()?
    else {
        return None;
    };
    let through = state.scrub.verified_through().min(position);
    HeaderValue::try_from(format!("{position}; verified-through={through}")).ok()
}

/// The client's own id, where it is one that can stand in a log; a new one otherwise.
fn id(request: &ServiceRequest) -> HeaderValue {
    let is_sound = |id: &&HeaderValue| {
        let bytes = id.as_bytes();
        let sound = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
        (1..=ID_LEN_MAX).contains(&bytes.len()) && bytes.iter().all(sound)
    };
    if let Some(id) = request.headers().get(REQUEST_ID).filter(is_sound) {
        return id.clone();
    }
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let id = format!("{:010x}-{number}", *PREFIX);
    HeaderValue::try_from(id).unwrap_or(HeaderValue::from_static("none"))
}
