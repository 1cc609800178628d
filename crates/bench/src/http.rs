//! A client that is lean enough not to be what is measured: HTTP/1.1 over one connection that is
//! kept, requests that are ready bytes, answers of which only status and length are read.

use anyhow::{Context, Result, bail, ensure};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection.
pub struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
    body: std::ops::Range<usize>,
}

impl Client {
    /// Connects.
    ///
    /// # Errors
    /// Nobody listens.
    pub async fn connect(addr: SocketAddr) -> Result<Client> {
        let stream = TcpStream::connect(addr).await?;
        stream.set_nodelay(true)?;
        Ok(Client {
            stream,
            buffer: Vec::with_capacity(16 << 10),
            body: 0..0,
        })
    }

    /// Sends a request and reads the whole answer; its status.
    ///
    /// # Errors
    /// The connection ends, or what comes is no answer.
    pub async fn ask(&mut self, request: &[u8]) -> Result<u16> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let head = loop {
            if let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break end;
            }
            self.read().await?;
        };
        let text = std::str::from_utf8(&self.buffer[..head])?;
        let status = text.split(' ').nth(1).context("no status")?.parse()?;
        let len = content_length(text)?;
        self.body = head + 4..head + 4 + len;
        while self.buffer.len() < self.body.end {
            self.read().await?;
        }
        Ok(status)
    }

    /// [`Client::ask`], and nothing but this status is good.
    ///
    /// # Errors
    /// Those of [`Client::ask`]; another status.
    pub async fn expect(&mut self, request: &[u8], status: u16) -> Result<&[u8]> {
        let got = self.ask(request).await?;
        let body = &self.buffer[self.body.clone()];
        let text = String::from_utf8_lossy(&body[..body.len().min(600)]);
        ensure!(got == status, "{got} instead of {status}: {text}");
        Ok(&self.buffer[self.body.clone()])
    }

    async fn read(&mut self) -> Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            bail!("the connection ended");
        }
        Ok(())
    }
}

fn content_length(head: &str) -> Result<usize> {
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    let line = lines.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let (_, len) = line.context("an answer without its length")?;
    Ok(len.trim().parse()?)
}

/// The bytes of a question.
#[must_use]
pub fn get(path: &str, token: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n")
        .into_bytes()
}

/// The bytes of a request with a body.
#[must_use]
pub fn post(path: &str, token: &str, content_type: &str, body: &[u8]) -> Vec<u8> {
    let len = body.len();
    let mut request = format!(
        "POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: {content_type}\r\nContent-Length: {len}\r\n\r\n"
    )
    .into_bytes();
    request.extend_from_slice(body);
    request
}

/// A command in the JSON of the API, without a line's end.
#[must_use]
pub fn json(submission: &ledger::Submission) -> Vec<u8> {
    // `{"noun":{"command":{…}}}`, of which `type` says the two outer shells.
    let shells = serde_json::to_string(&submission.command).expect("a command has a text");
    let colons = shells.match_indices(':').map(|(at, _)| at);
    let facts = colons.into_iter().nth(1).map_or(0, |at| at + 1);
    let data = &shells[facts..shells.len() - 2];
    let (id, word) = (submission.command_id, submission.command.word());
    let on = serde_json::to_string(&submission.occurred_on).expect("a day has a text");
    format!(r#"{{"command_id":"{id}","type":"{word}","occurred_on":{on},"data":{data}}}"#)
        .into_bytes()
}
