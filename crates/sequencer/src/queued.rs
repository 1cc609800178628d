//! For whoever has much to say: a place in the queue is waited for, and the answer comes later.

use crate::Handle;
use crate::answer::{Request, Unavailable};
use crate::group::Answer;
use crate::link::Asking;
use crate::show::Shown;
use crate::signed::Answered;
use crate::writer::Message;
use std::sync::Arc;
use tokio::sync::oneshot;

/// A request that has its place: what is queued after it is decided after it.
pub struct Queued {
    answered: oneshot::Receiver<Result<Answered, Unavailable>>,
    shown: Arc<Shown>,
}

impl Queued {
    /// Waits until its commands are on the disk, or refused.
    ///
    /// # Errors
    /// The writer has stopped.
    pub async fn answered(self) -> Result<Answered, Unavailable> {
        let answered = self.answered.await.map_err(|_| Unavailable::Stopped)??;
        self.shown.gauges.count_refused(&answered.answers);
        Ok(answered)
    }
}

impl Handle {
    /// Puts commands into the queue, and waits for a place where [`Handle::submit`] says that it
    /// is full. Dropped before it has one, it has queued nothing.
    ///
    /// # Errors
    /// The writer has stopped.
    pub async fn enqueue(&self, request: Request) -> Result<Queued, Unavailable> {
        let (answer, answered) = Answer::channel(None);
        let message = Message::Commands(Asking::new(request), answer);
        let sent = self.queue.send(message).await;
        sent.map_err(|_| Unavailable::Stopped)?;
        let shown = Arc::clone(&self.shown);
        Ok(Queued { answered, shown })
    }
}
