//! The server, asked to import.

use super::ImportArgs;
use crate::importing::{ImportReport, UndoReport};
use anyhow::Context;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The longest answer that is taken, in bytes: the file of rejects may be in it.
const ANSWER_LEN_MAX: u64 = 128 << 20;
/// What parts the parts of a form: in no table of ours.
const BOUNDARY: &str = "fundtrace-5b1f0d6f6e3c4b0f9a2d";

/// A ledger of a server, for the bearer of a token.
pub(super) struct Server {
    agent: ureq::Agent,
    base: String,
    token: String,
}

impl Server {
    pub(super) fn new(server: &str, ledger: &str, token: &str) -> Server {
        let config = ureq::Agent::config_builder().http_status_as_error(false);
        Server {
            agent: config.build().into(),
            base: format!("{}/v1/ledgers/{ledger}", server.trim_end_matches('/')),
            token: format!("Bearer {token}"),
        }
    }

    /// Sends a file; what became of it.
    pub(super) fn import(
        &self,
        args: &ImportArgs,
        file: Vec<u8>,
        mapping: Option<String>,
    ) -> anyhow::Result<ImportReport> {
        let url = format!("{}/imports/{}", self.base, args.kind);
        let mut asked = self.agent.post(&url).header("Authorization", &self.token);
        if let Some(unit) = args.unit {
            asked = asked.query("unit", unit.zh());
        }
        if let Some(sheet) = &args.sheet {
            asked = asked.query("sheet", sheet);
        }
        let flags = [
            ("dry_run", args.dry_run),
            ("partial", args.good_rows),
            ("rejects", args.rejects.is_some()),
            ("all", args.report.is_some()),
        ];
        for (name, _) in flags.iter().filter(|(_, on)| *on) {
            asked = asked.query(name, "true");
        }
        let (content_type, body) = match mapping {
            None => ("application/octet-stream".to_owned(), file),
            Some(toml) => {
                let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
                (content_type, form(&file, &toml))
            }
        };
        let answer = asked.header("Content-Type", content_type).send(body);
        read(answer.with_context(|| format!("cannot ask {url}"))?)
    }

    /// Takes an import back, or says what would be.
    pub(super) fn reverse(&self, import: &str, args: &ImportArgs) -> anyhow::Result<UndoReport> {
        let url = format!("{}/imports/{import}/reverse", self.base);
        let mut asked = self.agent.post(&url).header("Authorization", &self.token);
        if let Some(reason) = &args.reason {
            asked = asked.query("reason", reason);
        }
        for (name, on) in [("dry_run", args.dry_run), ("partial", args.good_rows)] {
            if on {
                asked = asked.query(name, "true");
            }
        }
        let answer = asked.send_empty();
        read(answer.with_context(|| format!("cannot ask {url}"))?)
    }

    /// The last hundred imports, the last first.
    pub(super) fn imports(&self) -> anyhow::Result<Vec<Value>> {
        let url = format!("{}/imports", self.base);
        let asked = self.agent.get(&url).header("Authorization", &self.token);
        let answer = asked.call().with_context(|| format!("cannot ask {url}"))?;
        let answer: Value = read(answer)?;
        let entries = answer.pointer("/data/entries").and_then(Value::as_array);
        Ok(entries.cloned().unwrap_or_default())
    }
}

fn form(file: &[u8], mapping: &str) -> Vec<u8> {
    let part = |name: &str, more: &str| {
        format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n")
    };
    let mut body = part("mapping", "").into_bytes();
    body.extend_from_slice(mapping.as_bytes());
    body.extend_from_slice(b"\r\n");
    body.extend_from_slice(part("file", "; filename=\"file\"").as_bytes());
    body.extend_from_slice(file);
    body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    body
}

fn read<T: DeserializeOwned>(mut answer: ureq::http::Response<ureq::Body>) -> anyhow::Result<T> {
    let status = answer.status();
    let body = answer.body_mut().with_config().limit(ANSWER_LEN_MAX);
    let text = body.read_to_string()?;
    if !status.is_success() {
        let problem: Value = serde_json::from_str(&text).with_context(|| format!("{status}"))?;
        anyhow::bail!("{status}: {}", told(&problem));
    }
    serde_json::from_str(&text).with_context(|| format!("{status}: no answer that is understood"))
}

/// A refusal, as it is shown.
fn told(problem: &Value) -> String {
    let word = |name| {
        problem
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let (code, zh, en, field) = (word("code"), word("title_zh"), word("title"), word("field"));
    format!("{code} {zh} · {en} {field}").trim_end().to_owned()
}
