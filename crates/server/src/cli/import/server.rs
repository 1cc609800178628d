//! The server, asked one thing after another.

use anyhow::Context;
use serde_json::Value;

/// The longest answer that is taken, in bytes: a page of a thousand records has some 2 MiB.
const ANSWER_LEN_MAX: u64 = 256 << 20;
/// Records and lines that are asked for at once; the server gives no more.
const PAGE_LEN: usize = 1_000;

/// A ledger of a server, for the bearer of a token.
pub(super) struct Server {
    agent: ureq::Agent,
    base: String,
    ledger: String,
    token: String,
}

impl Server {
    pub(super) fn new(server: &str, ledger: &str, token: &str) -> Server {
        let config = ureq::Agent::config_builder().http_status_as_error(false);
        Server {
            agent: config.build().into(),
            base: format!("{}/v1/ledgers/{ledger}", server.trim_end_matches('/')),
            ledger: ledger.to_owned(),
            token: format!("Bearer {token}"),
        }
    }

    /// The ledger, as it was named.
    pub(super) fn ledger(&self) -> &str {
        &self.ledger
    }

    fn ask(&self, path: &str) -> anyhow::Result<Value> {
        let url = format!("{}/{path}", self.base);
        let asked = self.agent.get(&url).header("Authorization", &self.token);
        let mut answer = asked.call().with_context(|| format!("cannot ask {url}"))?;
        let status = answer.status();
        let body = answer.body_mut().with_config().limit(ANSWER_LEN_MAX);
        let text = body.read_to_string()?;
        let read: Value = serde_json::from_str(&text).with_context(|| format!("{status}"))?;
        anyhow::ensure!(status.is_success(), "{status}: {}", told(&read));
        Ok(read)
    }

    /// A list, all of its pages.
    pub(super) fn list(&self, name: &str) -> anyhow::Result<Vec<Value>> {
        let mut all = Vec::new();
        loop {
            let path = format!("{name}?limit={PAGE_LEN}&offset={}", all.len());
            let mut answer = self.ask(&path)?;
            match answer.get_mut("data").map(Value::take) {
                Some(Value::Array(entries)) => return Ok(entries),
                Some(mut page) => {
                    let more = page.get("more").and_then(Value::as_bool);
                    let entries = page.get_mut("entries").map(Value::take);
                    if let Some(Value::Array(entries)) = entries {
                        all.extend(entries);
                    }
                    if more != Some(true) {
                        return Ok(all);
                    }
                }
                None => anyhow::bail!("{name}: the answer has no data"),
            }
        }
    }

    /// All events of a word, in their order; those that were reversed are left out.
    pub(super) fn events(&self, word: &str) -> anyhow::Result<Vec<Value>> {
        let (mut all, mut after) = (Vec::new(), 0);
        loop {
            let path = format!("events?type={word}&limit={PAGE_LEN}&after_seq={after}");
            let mut answer = self.ask(&path)?;
            let data = answer.get_mut("data").map(Value::take);
            if let Some(Value::Array(events)) = data {
                let stands = |event: &Value| event.get("reversed_by").is_none_or(Value::is_null);
                all.extend(events.into_iter().filter(stands));
            }
            match answer.get("next_after_seq").and_then(Value::as_u64) {
                Some(next) => after = next,
                None => return Ok(all),
            }
        }
    }

    /// Sends commands as one list; what became of each.
    pub(super) fn send(&self, commands: &[String], atomic: bool) -> anyhow::Result<Vec<Value>> {
        let url = format!("{}/commands?atomic={atomic}", self.base);
        let asked = self.agent.post(&url).header("Authorization", &self.token);
        let asked = asked.header("Content-Type", "application/x-ndjson");
        let body = commands.join("\n");
        let mut answer = asked
            .send(body.as_bytes())
            .with_context(|| format!("cannot ask {url}"))?;
        let status = answer.status();
        let body = answer.body_mut().with_config().limit(ANSWER_LEN_MAX);
        let text = body.read_to_string()?;
        let lines = text.lines().map(serde_json::from_str::<Value>);
        let lines = lines.collect::<Result<Vec<_>, _>>();
        let lines = lines.with_context(|| format!("{status}: {text}"))?;
        anyhow::ensure!(
            lines.len() == commands.len(),
            "{status}: {}",
            lines.first().map(told).unwrap_or_default()
        );
        Ok(lines)
    }
}

/// A refusal, as it is shown.
pub(super) fn told(problem: &Value) -> String {
    let problem = problem.get("problem").unwrap_or(problem);
    let word = |name| {
        problem
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let (code, zh, en, field) = (word("code"), word("title_zh"), word("title"), word("field"));
    format!("{code} {zh} · {en} {field}").trim_end().to_owned()
}
