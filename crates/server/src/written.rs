//! Answers written out: into a buffer that comes back, and handed over piece by piece.
//!
//! A page of a thousand rows is most of a megabyte. Written into memory of its own it costs the
//! kernel hundreds of new pages, and copied whole for the connection as many again.

use actix_web::body::{BodySize, MessageBody};
use actix_web::http::StatusCode;
use actix_web::http::header::ContentType;
use actix_web::web::Bytes;
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde::Serialize;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

/// An answer at most this long is copied out of the buffer, in bytes.
const SHORT_LEN: usize = 16 << 10;
/// How much is handed over at once: what actix-web holds for a connection, in bytes.
const PIECE_LEN: usize = 32 << 10;
/// A buffer that has grown beyond this does not come back, in bytes.
const KEPT_LEN: usize = 2 << 20;

/// So many buffers wait for the next answer.
const KEPT: usize = 4;

static SPARE: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

fn spare() -> MutexGuard<'static, Vec<Vec<u8>>> {
    // Nothing is done with it by halves.
    SPARE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A buffer that comes back when the answer has gone out.
struct Lent(Vec<u8>);

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        give_back(std::mem::take(&mut self.0));
    }
}

fn give_back(mut buffer: Vec<u8>) {
    buffer.clear();
    let mut spare = spare();
    if buffer.capacity() <= KEPT_LEN && spare.len() < KEPT {
        spare.push(buffer);
    }
}

/// The rest of an answer.
struct Pieces(Bytes);

impl MessageBody for Pieces {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(u64::try_from(self.0.len()).unwrap_or(u64::MAX))
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Infallible>>> {
        let len = self.0.len().min(PIECE_LEN);
        let piece = (len > 0).then(|| Ok(self.0.split_to(len)));
        Poll::Ready(piece)
    }
}

/// What is answered, as JSON.
///
/// # Errors
/// It has no JSON.
pub(crate) fn json<T: Serialize>(value: &T) -> serde_json::Result<Bytes> {
    let mut buffer = spare().pop().unwrap_or_default();
    serde_json::to_writer(&mut buffer, value)?;
    if buffer.len() > SHORT_LEN {
        return Ok(Bytes::from_owner(Lent(buffer)));
    }
    let bytes = Bytes::copy_from_slice(&buffer);
    give_back(buffer);
    Ok(bytes)
}

/// The answer of what [`json`] has written.
pub(crate) fn answer(status: StatusCode, written: Bytes) -> HttpResponse {
    let mut response = HttpResponseBuilder::new(status);
    response.content_type(ContentType::json());
    if written.len() > PIECE_LEN {
        return response.body(Pieces(written));
    }
    response.body(written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::body::to_bytes;

    async fn told(value: &[u32]) -> (BodySize, Bytes) {
        let body = answer(StatusCode::OK, json(&value).unwrap()).into_body();
        (body.size(), to_bytes(body).await.unwrap())
    }

    #[actix_web::test]
    async fn an_answer_is_whole_whatever_its_length_and_whoever_else_is_answered() {
        for len in [0, 1, 2_000, 9_000, 100_000, 700_000, 100_000, 3] {
            let value: Vec<u32> = (0..len).collect();
            // One that is still being read keeps its buffer to itself.
            let other = answer(StatusCode::OK, json(&value).unwrap()).into_body();
            let (size, bytes) = told(&value[..value.len() / 2]).await;
            let expected = serde_json::to_vec(&value[..value.len() / 2]).unwrap();
            assert_eq!(size, BodySize::Sized(expected.len().try_into().unwrap()));
            assert_eq!(bytes, expected);
            let expected = serde_json::to_vec(&value).unwrap();
            assert_eq!(to_bytes(other).await.unwrap(), expected);
        }
        let kept: Vec<_> = spare().iter().map(Vec::capacity).collect();
        assert!(!kept.is_empty() && kept.len() <= KEPT, "{kept:?}");
        assert!(kept.iter().all(|len| *len <= KEPT_LEN), "{kept:?}");
    }
}
