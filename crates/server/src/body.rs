//! Bodies of requests: how much of them is held at once, and how slowly one may come.

use crate::problem::Problem;
use crate::state::State;
use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::Method;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error, HttpMessage, ResponseError, web};
use futures_util::Stream;
use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep};

/// KiB of bodies that are read at once: sixteen of the largest requests.
pub(crate) const BODIES_KIB: usize = 256 << 10;
/// A body up to this many KiB needs no room of its own: a connection costs as much.
const SMALL_KIB: u32 = 64;
/// No body is held longer than this, whatever it says; what is longer is a stream, or is refused.
const LARGE_KIB: u32 = 16 << 10;
/// KiB for a body that does not say how long it is.
const UNSTATED_KIB: u32 = 4 << 10;
/// KiB of a working file, which is held whole, and of what stands around it.
const FILE_KIB: u32 = 33 << 10;

/// How long a body may keep the server waiting, in all, and how much longer for every KiB that
/// came: 16 KiB a second, the poorest line in a county. Time in which the server did not read is
/// not its client's.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
const PATIENCE_PER_KIB: Duration = Duration::from_micros(62_500);

/// How much of one wait counts, when something came at last.
const WAIT_COUNTED: Duration = Duration::from_secs(1);

/// Gives every body its room and its time.
pub(crate) async fn received(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if !matches!(*request.method(), Method::POST | Method::PUT) || is_stream(&request) {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    let state = request.app_data::<web::Data<State>>().cloned();
    let room = state.as_ref().zip(room(&request));
    let room = room.map(|(state, kib)| state.bodies.try_enter(kib));
    let _room = match room.transpose() {
        Ok(room) => room,
        Err(problem) => {
            let response = request.into_response(problem.error_response());
            return Ok(response.map_into_right_body());
        }
    };
    let is_late = Rc::new(Cell::new(false));
    let patience = state.as_ref().map_or(PATIENCE, |state| state.patience);
    let payload = Paced::new(request.take_payload(), patience, Rc::clone(&is_late));
    request.set_payload(Payload::Stream {
        payload: Box::pin(payload),
    });
    let response = next.call(request).await?;
    if is_late.get() && response.status().is_client_error() {
        let answer = too_slow().error_response();
        return Ok(response.into_response(answer).map_into_right_body());
    }
    Ok(response.map_into_left_body())
}

fn too_slow() -> Problem {
    Problem::new(
        actix_web::http::StatusCode::REQUEST_TIMEOUT,
        "BODY_TIMEOUT",
        "the body came too slowly",
        "请求正文传输过慢",
    )
}

/// True for a stream of commands: it may be silent for longer, and has room of its own
/// (`room.rs`), in which never more than a few groups are held.
fn is_stream(request: &ServiceRequest) -> bool {
    let content_type = request.headers().get(CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    // A working file is held whole, whatever it says it is.
    !request.path().contains("/imports")
        && content_type.is_some_and(|it| it.contains("ndjson") || it.contains("protobuf"))
}

/// How many KiB of room a body takes; nothing for a small one. An upload is never held whole.
fn room(request: &ServiceRequest) -> Option<u32> {
    if request.path().contains("/files") {
        return None;
    }
    let (largest, unstated) = if request.path().contains("/imports") {
        (FILE_KIB, FILE_KIB)
    } else {
        (LARGE_KIB, UNSTATED_KIB)
    };
    let headers = request.headers();
    if headers.contains_key(TRANSFER_ENCODING) {
        return Some(unstated);
    }
    let stated = headers.get(CONTENT_LENGTH)?.to_str().ok()?;
    let kib = stated.parse::<u64>().ok()? / 1024;
    let kib = u32::try_from(kib).unwrap_or(largest).min(largest);
    (kib > SMALL_KIB).then_some(kib)
}

/// How long a body may still keep its reader waiting.
struct Patience {
    left: Duration,
    most: Duration,
    came: u64,
}

impl Patience {
    fn of(time: Duration) -> Patience {
        Patience {
            left: time,
            most: time,
            came: 0,
        }
    }

    /// It was waited for.
    fn waited(&mut self, time: Duration) {
        self.left = self.left.saturating_sub(time);
    }

    /// Bytes have come.
    fn came(&mut self, len: usize) {
        let before = self.came / 1024;
        self.came = self
            .came
            .saturating_add(u64::try_from(len).unwrap_or(u64::MAX));
        let more = (self.came / 1024).saturating_sub(before);
        let more = PATIENCE_PER_KIB.saturating_mul(u32::try_from(more).unwrap_or(u32::MAX));
        self.left = self.left.saturating_add(more).min(self.most);
    }
}

/// A body that ends with an error when it has kept its reader waiting for too long.
struct Paced {
    payload: Payload,
    patience: Patience,
    /// Since when it is waited for, and until when.
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
    is_late: Rc<Cell<bool>>,
}

impl Paced {
    fn new(payload: Payload, patience: Duration, is_late: Rc<Cell<bool>>) -> Paced {
        Paced {
            payload,
            patience: Patience::of(patience),
            waiting: None,
            is_late,
        }
    }
}

impl Stream for Paced {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        match Pin::new(&mut this.payload).poll_next(context) {
            Poll::Ready(Some(Ok(bytes))) => {
                if let Some((since, _)) = this.waiting.take() {
                    // Only a second of it: what came may have waited for its reader.
                    this.patience.waited(since.elapsed().min(WAIT_COUNTED));
                }
                this.patience.came(bytes.len());
                return Poll::Ready(Some(Ok(bytes)));
            }
            Poll::Ready(end) => return Poll::Ready(end),
            Poll::Pending => {}
        }
        let left = this.patience.left;
        let wait = || (Instant::now(), Box::pin(sleep(left)));
        let (_, end) = this.waiting.get_or_insert_with(wait);
        match end.as_mut().poll(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(()) => {
                this.is_late.set(true);
                let late = std::io::Error::from(std::io::ErrorKind::TimedOut);
                Poll::Ready(Some(Err(PayloadError::Io(late))))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many pieces of a length come, one whenever `every` is over, before patience ends.
    fn pieces(len: usize, every: Duration) -> Option<usize> {
        let mut patience = Patience::of(PATIENCE);
        (0..100_000).find(|_| {
            patience.waited(every);
            let is_over = patience.left.is_zero();
            patience.came(len);
            is_over
        })
    }

    #[test]
    fn a_body_of_a_byte_a_second_is_cut_off() {
        assert_eq!(pieces(1, Duration::from_secs(1)), Some(19));
        assert_eq!(pieces(1, Duration::from_millis(100)), Some(199));
    }

    #[test]
    fn a_body_that_stops_is_cut_off_however_much_came() {
        let mut patience = Patience::of(PATIENCE);
        patience.came(16 << 20);
        patience.waited(PATIENCE);
        assert!(patience.left.is_zero());
    }

    #[test]
    fn a_poor_line_is_quick_enough() {
        assert_eq!(pieces(1024, Duration::from_millis(62)), None);
        assert_eq!(pieces(64 << 10, Duration::from_secs(3)), None);
        assert!(pieces(1024, Duration::from_millis(80)).is_some());
    }
}
