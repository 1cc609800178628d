//! What every handler reaches: the sequencer and the key of tokens.

use crate::body::{BODIES_KIB, PATIENCE};
use crate::identity::{Bearer, TokenKey};
use crate::metrics::Metrics;
use crate::places::Places;
use crate::problem::Problem;
use crate::room::Room;
use crate::witnesses::Disputes;
use jiff::civil::Date;
use ledger::ids::LedgerId;
use sequencer::{Handle, Published, PublishedLog, Slot};
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use uuid::Uuid;

/// How long `min_seq` waits for a record before it says so: longer than any commit takes.
const MIN_SEQ_WAIT: Duration = Duration::from_secs(5);

/// How many files may be uploaded at once: more would only share the same disk.
const UPLOADS_MAX: usize = 32;

/// How many packages may be made at once: one may take some hundred megabytes.
const PACKAGES_MAX: usize = 2;

/// One file is imported at a time: it is held whole, inflated and as commands.
const IMPORTS_MAX: usize = 1;

/// How many questions that take long, traces and searches, are answered at once: as many as there
/// are workers. They have threads of their own, so that short ones go on beside them.
const LONG_MAX: usize = 2;

/// How many streams of records may be open: each is woken by every group.
const STREAMS_MAX: usize = 1024;

/// How many may wait for a place of each kind. Whoever waits holds a connection and little else;
/// with more of them nobody would be answered within a minute.
const LONG_WAITING_MAX: usize = 256;
const PACKAGES_WAITING_MAX: usize = 16;
const FOLDS_WAITING_MAX: usize = 32;
const SEALS_WAITING_MAX: usize = 4;
const IMPORTS_WAITING_MAX: usize = 8;

/// How long an answer is held until a checkpoint covers its records. One is published every 250 ms;
/// witnesses are across a network.
const COVER_WAIT: Duration = Duration::from_secs(10);

/// By what a record shall be covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cover {
    /// A signed checkpoint.
    Checkpoint,
    /// A checkpoint that enough witnesses have cosigned.
    Witnessed,
}

/// The state of the server.
pub struct State {
    /// The running sequencer.
    pub handle: Handle,
    /// The key under which tokens' secrets are hashed.
    pub token_key: TokenKey,
    /// Becomes true when the server is about to stop: streams never end by themselves.
    pub closing: watch::Sender<bool>,
    /// Places for uploads under way: each holds a connection and a buffer.
    pub uploads: Places,
    /// Room for commands on their way from lists and streams to the writer.
    pub room: Arc<Room>,
    /// Places for packages that are being made: each is held in memory, twice.
    pub packages: Places,
    /// One place for a question that reads many records again: it needs the room of what it reads.
    pub folds: Places,
    /// Places for traces and searches.
    pub long: Places,
    /// One place for seals and recorded states: each reads a lot.
    pub seals: Places,
    /// One place for an import of a working file, until what it says is recorded.
    pub imports: Places,
    /// Places for streams of records.
    pub streams: Places,
    /// KiB of bodies that are being read.
    pub bodies: Places,
    /// How long a body may keep its reader waiting.
    pub patience: Duration,
    /// What is counted of requests.
    pub metrics: Metrics,
    /// True where this address answers `/metrics`; another does otherwise.
    pub shows_metrics: bool,
    /// The newest checkpoint that enough witnesses have cosigned, where there is a policy.
    pub cosigned: Option<watch::Receiver<Option<Arc<Published>>>>,
    /// Who disputes what the log shows.
    pub(crate) disputes: Disputes,
    /// What the daily reading of everything found.
    pub scrub: crate::scrub::Shared,
    /// The day, for tests; the machine's in UTC+08:00 where there is none.
    pub fixed_today: Option<Date>,
}

impl State {
    /// The state over a running sequencer.
    ///
    /// # Errors
    /// The token key cannot be read or made.
    pub fn new(handle: Handle) -> anyhow::Result<State> {
        let system = handle.slot(handle.system());
        let issued = system.is_some_and(|slot| !slot.view().books.tokens.is_empty());
        let token_key = TokenKey::open(handle.dir(), issued)?;
        Ok(State {
            handle,
            token_key,
            closing: watch::Sender::new(false),
            uploads: Places::new(("uploads", "正在上传的文件"), UPLOADS_MAX, 0),
            room: Arc::default(),
            packages: Places::new(
                ("evidence packages", "正在生成的证据包"),
                PACKAGES_MAX,
                PACKAGES_WAITING_MAX,
            ),
            folds: Places::new(
                ("questions of earlier days", "历史查询"),
                1,
                FOLDS_WAITING_MAX,
            ),
            long: Places::new(("long questions", "耗时查询"), LONG_MAX, LONG_WAITING_MAX),
            seals: Places::new(("seals", "封存请求"), 1, SEALS_WAITING_MAX),
            imports: Places::new(
                ("imports", "正在导入的表格"),
                IMPORTS_MAX,
                IMPORTS_WAITING_MAX,
            ),
            streams: Places::new(("streams", "实时推送连接"), STREAMS_MAX, 0),
            bodies: Places::new(("large requests", "大请求"), BODIES_KIB, 0),
            patience: PATIENCE,
            metrics: Metrics::default(),
            shows_metrics: true,
            cosigned: None,
            disputes: Disputes::default(),
            scrub: crate::scrub::Shared::default(),
            fixed_today: None,
        })
    }

    /// Today in UTC+08:00.
    #[must_use]
    pub fn today(&self) -> Date {
        self.fixed_today
            .unwrap_or_else(|| ledger::date::civil_day(sequencer::wall_us()))
    }

    /// What is published of the log.
    ///
    /// # Errors
    /// 404 where nothing is.
    pub fn published_log(&self) -> Result<&PublishedLog, Problem> {
        let log = self.handle.published_log();
        log.ok_or_else(|| Problem::not_found("the published log", "公开日志"))
    }

    /// The newest checkpoint that enough witnesses have cosigned, with their cosignatures.
    #[must_use]
    pub fn witnessed(&self) -> Option<Arc<Published>> {
        self.cosigned.as_ref()?.borrow().clone()
    }

    /// Waits until a checkpoint covers a position; nothing if that takes too long, or can never be.
    pub async fn covering(&self, position: u64, cover: Cover) -> Option<Arc<Published>> {
        let newest = match cover {
            Cover::Checkpoint => self.handle.published_log().map(PublishedLog::checkpoints),
            Cover::Witnessed => self.cosigned.clone(),
        };
        let mut newest = newest?;
        let covers = |newest: &Option<Arc<Published>>| {
            newest.as_ref().is_some_and(|newest| newest.size > position)
        };
        let covered = tokio::time::timeout(COVER_WAIT, newest.wait_for(covers)).await;
        covered.ok()?.ok()?.clone()
    }

    /// The ledger that a path names: a UUID, or `system`.
    ///
    /// # Errors
    /// 404 for a name that is neither.
    pub fn ledger_id(&self, name: &str) -> Result<LedgerId, Problem> {
        if name == "system" {
            return Ok(self.handle.system());
        }
        Uuid::parse_str(name)
            .map(LedgerId)
            .map_err(|_| Problem::not_found("the ledger", "此账本"))
    }

    /// The ledger that a path names, for reading by this bearer, built through at least `min_seq`.
    ///
    /// # Errors
    /// 403 for a token of another ledger, 404 for an unknown one, 503 where it is not served or
    /// `min_seq` is not reached in time.
    pub async fn enter(
        &self,
        bearer: &Bearer,
        name: &str,
        min_seq: Option<u64>,
    ) -> Result<(LedgerId, Arc<Slot>), Problem> {
        let ledger = self.ledger_id(name)?;
        if !bearer.may_enter(self, ledger) {
            return Err(Problem::forbidden(
                "the token is not for this ledger",
                "该令牌无权访问此账本",
            ));
        }
        if let Some(min_seq) = min_seq {
            self.wait_for(ledger, min_seq).await?;
        }
        let slot = self.handle.slot(ledger);
        let slot = slot.ok_or_else(|| Problem::not_found("the ledger", "此账本"))?;
        if slot.is_newer() {
            return Err(Problem::from(&sequencer::Refusal::Newer));
        }
        Ok((ledger, slot))
    }

    async fn wait_for(&self, ledger: LedgerId, min_seq: u64) -> Result<(), Problem> {
        let mut published = self.handle.published();
        let reached = || {
            let slot = self.handle.slot(ledger);
            slot.is_some_and(|slot| slot.view().head().is_some_and(|head| head.seq >= min_seq))
        };
        let wait = async {
            while !reached() {
                if published.changed().await.is_err() {
                    break;
                }
            }
        };
        // A deadline passed is told by `reached`, as is a writer that stopped meanwhile.
        let _ = tokio::time::timeout(MIN_SEQ_WAIT, wait).await;
        if reached() {
            return Ok(());
        }
        Err(Problem::unavailable(
            "NOT_YET",
            &format!("record {min_seq} is not there yet"),
            &format!("第 {min_seq} 号记录尚未写入"),
        )
        .at("min_seq"))
    }
}
