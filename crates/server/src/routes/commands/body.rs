//! The body of a request as it arrives.

use crate::problem::Problem;
use actix_web::HttpRequest;
use actix_web::dev::Decompress;
use actix_web::error::PayloadError;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::web::{self, Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use std::pin::Pin;
use std::time::Duration;

/// How long a list may be silent before its connection is closed.
const SILENCE_MAX: Duration = Duration::from_secs(30);

/// A body, decompressed.
pub(super) type Body = Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>>;

/// The body of a request.
pub(super) fn of(request: &HttpRequest, payload: web::Payload) -> Body {
    Box::pin(Decompress::from_headers(payload, request.headers()))
}

/// What its head says about the length of a body.
pub(super) fn stated_len(request: &HttpRequest) -> Option<usize> {
    let stated = request.headers().get(CONTENT_LENGTH)?;
    stated.to_str().ok()?.parse().ok()
}

/// The next piece; nothing at the end. May be dropped and asked again.
pub(super) async fn next(body: &mut Body, silence: Duration) -> Option<Result<Bytes, Problem>> {
    match tokio::time::timeout(silence, body.next()).await {
        Ok(piece) => piece.map(|piece| piece.map_err(|_| Problem::cut_off())),
        Err(_) => Some(Err(silent())),
    }
}

/// Reads up to `most` bytes, or a little more. True if that is all of it.
///
/// # Errors
/// It did not arrive whole, or stopped arriving.
pub(super) async fn begin(body: &mut Body, most: usize) -> Result<(Bytes, bool), Problem> {
    let mut begun = BytesMut::new();
    while begun.len() <= most {
        match next(body, SILENCE_MAX).await {
            Some(piece) => begun.extend_from_slice(&piece?),
            None => return Ok((begun.freeze(), true)),
        }
    }
    Ok((begun.freeze(), false))
}

fn silent() -> Problem {
    Problem::new(
        StatusCode::REQUEST_TIMEOUT,
        "TOO_SLOW",
        "nothing more of the body has come",
        "请求正文长时间无数据到达",
    )
}
