//! For whoever has much to say: a place in the queue is waited for, and the answer comes later.

use crate::Handle;
use crate::answer::{Request, Unavailable};
use crate::link::Asking;
use crate::signed::Answered;
use crate::writer::Message;
use tokio::sync::oneshot;

/// A request that has its place: what is queued after it is decided after it.
#[derive(Debug)]
pub struct Queued(oneshot::Receiver<Result<Answered, Unavailable>>);

impl Queued {
    /// Waits until its commands are on the disk, or refused.
    ///
    /// # Errors
    /// The writer has stopped.
    pub async fn answered(self) -> Result<Answered, Unavailable> {
        self.0.await.map_err(|_| Unavailable::Stopped)?
    }
}

impl Handle {
    /// Puts commands into the queue, and waits for a place where [`Handle::submit`] says that it
    /// is full. Dropped before it has one, it has queued nothing.
    ///
    /// # Errors
    /// The writer has stopped.
    pub async fn enqueue(&self, request: Request) -> Result<Queued, Unavailable> {
        let (answer, answered) = oneshot::channel();
        let message = Message::Commands(Asking::new(request), answer);
        let sent = self.queue.send(message).await;
        sent.map_err(|_| Unavailable::Stopped)?;
        Ok(Queued(answered))
    }
}
