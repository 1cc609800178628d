//! A stream of commands, of any length: read as fast as the writer takes it, and answered while it
//! arrives. What is held of it are at most two groups on their way, one that is being gathered, and
//! the piece of the body from which it is; when those are full, the body is not read on.

use super::asking::Asking;
use super::body::{self, Body};
use super::judge::{self, Told};
use super::split::{Group, Splitter};
use super::{Answers, Form};
use crate::identity::Bearer;
use crate::problem::Problem;
use crate::room::Held;
use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, ContentEncoding};
use actix_web::rt::task::JoinHandle;
use actix_web::web::Bytes;
use serde::Serialize;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{oneshot, watch};

/// How many commands are gathered for one request to the writer, and how many bytes of them: each
/// sync is shared by some thousand, and whoever asks for one command alone waits for few.
const GROUP_COUNT_MAX: usize = 4096;
const GROUP_LEN_MAX: usize = 1 << 20;

/// Groups on their way: one with the writer, and one that is being parsed meanwhile.
const GROUPS_MAX: usize = 2;

/// How long a stream may be silent before its connection is closed.
const SILENCE_MAX: Duration = Duration::from_secs(120);

/// How far a stream has come. Every command up to `lines` has been answered.
#[derive(Debug, Clone, Copy, Default, Serialize, utoipa::ToSchema)]
pub struct Progress {
    /// Lines or messages answered, from the first on, blank lines included: send from the next one
    /// on to resume.
    pub lines: u64,
    /// Commands recorded.
    pub recorded: u64,
    /// Commands that had been recorded before.
    pub repeated: u64,
    /// Commands refused.
    pub refused: u64,
    /// The position of the last of their records in the deployment's log.
    pub position: Option<u64>,
}

/// Why a stream ended before its end.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Stopped {
    /// What was answered before.
    pub progress: Progress,
    /// Why.
    pub problem: Problem,
}

/// What a stream is told beside the answers to its commands.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StreamLine {
    /// After every group.
    Progress(Progress),
    /// The last line: all of it was judged.
    Done(Progress),
    /// The last line: nothing after what is answered was recorded, except that a group which was
    /// with the writer when it stopped may be. Sending it again tells.
    Stopped(Stopped),
}

/// Where a stream stands.
enum End {
    /// More may come.
    Open,
    /// The body came to its end.
    Whole,
    /// The body must not be read on.
    Broken(Problem),
    /// The last line was said.
    Over,
}

/// A stream on its way.
pub(super) struct Load {
    asking: Arc<Asking>,
    form: Form,
    answers: Answers,
    /// The token's text: a load may last longer than its token.
    token: String,
    body: Body,
    /// The piece of the body that is being split.
    piece: Bytes,
    splitter: Splitter,
    gathered: Group,
    under_way: VecDeque<UnderWay>,
    /// Comes when the group before is in the queue.
    queued: Option<oneshot::Receiver<()>>,
    end: End,
    progress: Progress,
    closing: watch::Receiver<bool>,
    held: Held,
}

/// A group that is being judged.
struct UnderWay {
    len: usize,
    told: JoinHandle<Result<Told, Problem>>,
}

impl Load {
    /// Nothing is read yet but `begun`.
    pub(super) fn new(
        asking: Asking,
        (form, answers): (Form, Answers),
        token: String,
        begun: Bytes,
        body: Body,
    ) -> Load {
        let closing = asking.state.closing.subscribe();
        let held = Held::nothing(Arc::clone(&asking.state.room));
        Load {
            asking: Arc::new(asking),
            form,
            answers,
            token,
            body,
            piece: begun,
            splitter: Splitter::new(form.framing()),
            gathered: Group::default(),
            under_way: VecDeque::new(),
            queued: None,
            end: End::Open,
            progress: Progress::default(),
            closing,
            held,
        }
    }

    /// The answer. Its status waits for the first group: a stream of which nothing could be judged
    /// is refused like any request.
    ///
    /// # Errors
    /// What ended it before anything of it was judged.
    pub(super) async fn answer(mut self) -> Result<HttpResponse, Problem> {
        let first = self.next().await.unwrap_or(Ok(Bytes::new()))?;
        let rest = futures_util::stream::unfold(self, |mut load| async {
            let bytes = match load.next().await? {
                Ok(bytes) => bytes,
                Err(problem) => load.stopped(problem),
            };
            Some((Ok::<_, Infallible>(bytes), load))
        });
        let first = futures_util::stream::iter([Ok(first)]);
        let lines = futures_util::StreamExt::chain(first, rest);
        Ok(HttpResponse::Ok()
            .content_type(super::NDJSON)
            .insert_header((CACHE_CONTROL, "no-store"))
            // A compressor would hold an answer back until its block is full.
            .insert_header(ContentEncoding::Identity)
            .streaming(Box::pin(lines)))
    }

    /// The answers to the next group, or the last line, or why it ended; nothing after those.
    async fn next(&mut self) -> Option<Result<Bytes, Problem>> {
        loop {
            self.split();
            self.send();
            self.count();
            if !self.piece.is_empty() && !is_full(&self.gathered) {
                continue;
            }
            let reading = matches!(self.end, End::Open) && !is_full(&self.gathered);
            let waiting = !self.under_way.is_empty();
            if !reading && !waiting {
                return match std::mem::replace(&mut self.end, End::Over) {
                    End::Whole => Some(Ok(line(&StreamLine::Done(self.progress)))),
                    End::Broken(problem) => Some(Err(problem)),
                    End::Open | End::Over => None,
                };
            }
            tokio::select! {
                biased;
                told = first(&mut self.under_way), if waiting => {
                    self.under_way.pop_front();
                    match told {
                        Ok(told) => return Some(Ok(self.tell(told))),
                        Err(problem) => {
                            self.under_way.clear();
                            self.stop(problem);
                        }
                    }
                }
                () = closed(&mut self.closing), if reading => self.stop(stopping()),
                piece = body::next(&mut self.body, SILENCE_MAX), if reading => match piece {
                    Some(Ok(piece)) => self.piece = piece,
                    Some(Err(problem)) => self.stop(problem),
                    None => match self.splitter.end(&mut self.gathered) {
                        Ok(()) => self.end = End::Whole,
                        Err(problem) => self.stop(problem),
                    },
                },
            }
        }
    }

    /// Cuts the piece at hand into commands, until a group is full.
    fn split(&mut self) {
        while !self.piece.is_empty() && !is_full(&self.gathered) {
            match self.splitter.read(&self.piece, &mut self.gathered) {
                Ok(rest) => {
                    let read = self.piece.len().saturating_sub(rest.len());
                    self.piece = self.piece.slice(read..);
                }
                Err(problem) => self.stop(problem),
            }
        }
    }

    /// Sends what is gathered on its way: a full group, or whatever there is when nothing is on
    /// its way, so that a slow sender is answered too.
    fn send(&mut self) {
        let all = matches!(self.end, End::Whole) || self.under_way.is_empty();
        if self.gathered.count() == 0
            || self.under_way.len() >= GROUPS_MAX
            || !(all || is_full(&self.gathered))
        {
            return;
        }
        if let Err(problem) = Bearer::of(&self.asking.state, &self.token) {
            self.stop(problem);
            return;
        }
        let group = self.gathered.take();
        let len = group.len();
        let (sent, queued) = oneshot::channel();
        let turn = judge::Turn {
            before: self.queued.replace(queued),
            sent,
        };
        let asking = Arc::clone(&self.asking);
        let judged = judge::judge(asking, self.form, self.answers, group, turn);
        let told = actix_web::rt::spawn(judged);
        self.under_way.push_back(UnderWay { len, told });
    }

    /// What is held, for whoever watches.
    fn count(&mut self) {
        let parts = [self.piece.len(), self.splitter.len(), self.gathered.len()];
        let under_way = self.under_way.iter().map(|group| group.len);
        self.held.set(parts.into_iter().chain(under_way).sum());
    }

    /// Nothing that was not sent on its way is recorded any more.
    fn stop(&mut self, problem: Problem) {
        self.piece = Bytes::new();
        self.gathered.take();
        if !matches!(self.end, End::Broken(_)) {
            self.end = End::Broken(problem);
        }
    }

    fn tell(&mut self, told: Told) -> Bytes {
        let progress = &mut self.progress;
        progress.lines = told.lines;
        progress.recorded = progress.recorded.saturating_add(told.recorded);
        progress.repeated = progress.repeated.saturating_add(told.repeated);
        progress.refused = progress.refused.saturating_add(told.refused);
        progress.position = progress.position.max(told.position);
        let mut bytes = told.bytes;
        bytes.extend_from_slice(&line(&StreamLine::Progress(*progress)));
        bytes.into()
    }

    fn stopped(&self, problem: Problem) -> Bytes {
        let progress = self.progress;
        line(&StreamLine::Stopped(Stopped { progress, problem }))
    }
}

fn is_full(group: &Group) -> bool {
    group.count() >= GROUP_COUNT_MAX || group.len() >= GROUP_LEN_MAX
}

/// What became of the first group. May be dropped and asked again.
async fn first(under_way: &mut VecDeque<UnderWay>) -> Result<Told, Problem> {
    match under_way.front_mut() {
        Some(group) => (&mut group.told)
            .await
            .map_err(|error| Problem::internal(&error))?,
        None => std::future::pending().await,
    }
}

async fn closed(closing: &mut watch::Receiver<bool>) {
    // A server that is gone is closed too.
    let _ = closing.wait_for(|closing| *closing).await;
}

fn stopping() -> Problem {
    Problem::unavailable(
        "STOPPING",
        "the server stops; go on when it is back",
        "服务器正在停止,恢复后请继续",
    )
}

fn line(line: &StreamLine) -> Bytes {
    let mut bytes = serde_json::to_vec(line).unwrap_or_default();
    bytes.push(b'\n');
    bytes.into()
}
