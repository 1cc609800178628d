//! Where the records come from: a server, or a copy of a data directory. Neither is believed.

use crate::routes::records::RECORDS_LEN_MAX;
use anyhow::{Context, Result, bail, ensure};
use chain::{BODY_LEN_MAX, HEADER_LEN, Header, Record};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long an answer of at most 4 MiB may take.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(60);
/// How many bytes of an answer are read: a whole page and its last record.
const ANSWER_LEN_MAX: usize = RECORDS_LEN_MAX + HEADER_LEN + BODY_LEN_MAX;

/// Takes one record after the other.
pub type Fetch<'a> = dyn FnMut(&Record) -> Result<()> + 'a;

/// Where the records come from.
pub enum Source {
    /// A server, by `GET /v1/records`.
    Server(Server),
    /// A copy of a data directory, or a backup; its journal is read.
    Copy(Copied),
}

/// A server that hands out records to a bearer.
pub struct Server {
    url: String,
    token: String,
    agent: ureq::Agent,
}

/// A copy, and how long its journal was when it was read last.
pub struct Copied {
    dir: PathBuf,
    seen: Option<(u64, u64)>,
}

impl Source {
    /// A server if it is an address, a directory otherwise.
    ///
    /// # Errors
    /// An address of another kind, a server without a token, a directory without a journal.
    pub fn new(place: &str, token: Option<&str>) -> Result<Source> {
        if place.starts_with("http://") {
            let token = token.with_context(|| {
                format!("缺少访问令牌 · {place} hands out records only to the bearer of --token")
            })?;
            let config = ureq::Agent::config_builder()
                .http_status_as_error(false)
                .timeout_global(Some(ANSWER_TIME_MAX))
                .max_redirects(0)
                .build();
            let prefix = place.strip_suffix('/').unwrap_or(place);
            return Ok(Source::Server(Server {
                url: format!("{prefix}/v1/records"),
                token: token.to_owned(),
                agent: config.into(),
            }));
        }
        ensure!(
            !place.contains("://"),
            "只支持 http:// · {place}: only http:// is spoken here, put a proxy before it"
        );
        let dir = PathBuf::from(place);
        ensure!(
            dir.join("journal").is_dir(),
            "没有日志 · {place} is no copy of a data directory: it has no journal"
        );
        Ok(Source::Copy(Copied { dir, seen: None }))
    }

    /// Gives at least one and at most `to - from` records, from position `from` on.
    ///
    /// # Errors
    /// There are none, or what comes is not records; an error of `each`.
    pub fn fetch(&mut self, from: u64, to: u64, each: &mut Fetch<'_>) -> Result<()> {
        match self {
            Source::Server(server) => server.fetch(from, to, each),
            Source::Copy(copied) => copied.fetch(from, to, each),
        }
    }
}

impl Server {
    fn fetch(&self, from: u64, to: u64, each: &mut Fetch<'_>) -> Result<()> {
        let limit = to.saturating_sub(from);
        let url = format!("{}?from={from}&limit={limit}", self.url);
        let request = self.agent.get(&url);
        let request = request.header("Authorization", &format!("Bearer {}", self.token));
        let cannot = || format!("无法取得记录 · cannot get records from position {from}");
        let mut response = request.call().with_context(cannot)?;
        let status = response.status().as_u16();
        let len_max = u64::try_from(ANSWER_LEN_MAX).unwrap_or(u64::MAX);
        let mut body = Vec::new();
        let mut reader = response
            .body_mut()
            .as_reader()
            .take(len_max.saturating_add(1));
        reader.read_to_end(&mut body).with_context(cannot)?;
        if status != 200 {
            let text: String = String::from_utf8_lossy(&body).chars().take(200).collect();
            bail!("{}: it answers {status}: {text}", cannot());
        }
        ensure!(
            body.len() <= ANSWER_LEN_MAX,
            "{}: the answer is longer than {ANSWER_LEN_MAX} bytes",
            cannot()
        );
        ensure!(!body.is_empty(), "{}: it has none", cannot());
        let mut rest = body.as_slice();
        let (mut position, mut records) = (from, Vec::new());
        while !rest.is_empty() {
            ensure!(
                position < to,
                "{}: the answer has more records than were asked for",
                cannot()
            );
            let bad = || format!("{}: position {position} is no record", cannot());
            records.push(next(&mut rest).with_context(bad)?);
            position = position.saturating_add(1);
        }
        // Of an answer that is not wholly good nothing is taken.
        records.iter().try_for_each(each)
    }
}

/// Takes the record at the front of some bytes.
fn next(bytes: &mut &[u8]) -> Result<Record> {
    let cut_off = "the answer ends within it";
    let (header, rest) = bytes.split_at_checked(HEADER_LEN).context(cut_off)?;
    let header = Header::from_bytes(header)?;
    let len = usize::try_from(header.body_len).unwrap_or(usize::MAX);
    let (body, rest) = rest.split_at_checked(len).context(cut_off)?;
    *bytes = rest;
    Ok(Record::new(header, body.to_vec())?)
}

impl Copied {
    fn fetch(&mut self, from: u64, to: u64, each: &mut Fetch<'_>) -> Result<()> {
        let dir = self.dir.display();
        let few = |records: u64| {
            format!(
                "副本尚缺记录 · the copy in {dir} has {records} records, and {to} are asked for"
            )
        };
        let len = journal_len(&self.dir)?;
        if let Some((seen, records)) = self.seen
            && seen == len
            && records < to
        {
            // Nothing was added since: it need not be read again to know that.
            bail!(few(records));
        }
        let (mut position, mut failed) = (0_u64, None);
        let each = |record: &Record| {
            if failed.is_none() && (from..to).contains(&position) {
                failed = each(record).err();
            }
            position = position.saturating_add(1);
        };
        let records = if store::is_backup(&self.dir) {
            store::read_backup(&self.dir, each).map_err(anyhow::Error::from)
        } else {
            let verified = store::verify_each(&self.dir, |_| (), each);
            verified.map(|it| it.records).map_err(anyhow::Error::from)
        };
        if let Some(error) = failed {
            return Err(error);
        }
        let records = records?;
        self.seen = Some((len, records));
        ensure!(records >= to, few(records));
        Ok(())
    }
}

fn journal_len(dir: &Path) -> Result<u64> {
    let mut len = 0_u64;
    for entry in std::fs::read_dir(dir.join("journal"))? {
        len = len.saturating_add(entry?.metadata()?.len());
    }
    Ok(len)
}
