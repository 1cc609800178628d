//! As much of HTTP/1.1 as a stream needs whose answer is read while it is sent; the other commands
//! use a library, which sends first and reads then.

use anyhow::Context;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

/// Longer than any server is silent: a stream that waits is told so, or ended.
const SILENCE_MAX: Duration = Duration::from_secs(300);

/// The longest line of an answer, and the longest refusal.
const ANSWER_LEN_MAX: u64 = 1 << 20;

/// Where a stream goes.
pub(super) struct Target {
    authority: String,
    address: String,
    head: String,
}

impl Target {
    /// A path of a server, for the bearer of a token.
    pub(super) fn new(server: &str, path: &str, token: &str) -> anyhow::Result<Target> {
        let uri: ureq::http::Uri = server
            .parse()
            .with_context(|| format!("{server} is no URL"))?;
        let http = uri.scheme_str() == Some("http");
        anyhow::ensure!(http, "{server}: only http:// is known");
        let authority = uri.authority().context("a URL has a host")?;
        let address = format!(
            "{}:{}",
            authority.host(),
            authority.port_u16().unwrap_or(80)
        );
        let clean = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
        anyhow::ensure!(
            clean(path) && clean(token),
            "a ledger or a token has no spaces"
        );
        let prefix = uri.path().trim_end_matches('/');
        let head = format!(
            "POST {prefix}{path} HTTP/1.1\r\nHost: {authority}\r\n\
             Authorization: Bearer {token}\r\nContent-Type: application/x-ndjson\r\n\
             Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        );
        Ok(Target {
            authority: authority.to_string(),
            address,
            head,
        })
    }
}

/// Begins a stream.
pub(super) fn open(target: &Target) -> anyhow::Result<(Writing, Reading)> {
    let connect = || format!("cannot connect to {}", target.authority);
    let mut stream = TcpStream::connect(&target.address).with_context(connect)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(SILENCE_MAX))?;
    stream.set_write_timeout(Some(SILENCE_MAX))?;
    stream.write_all(target.head.as_bytes())?;
    let reading = Reading {
        stream: BufReader::new(stream.try_clone()?),
        body: Body::Head,
    };
    Ok((Writing { stream }, reading))
}

/// The request on its way.
pub(super) struct Writing {
    stream: TcpStream,
}

impl Writing {
    /// Sends bytes, of which there are some.
    pub(super) fn chunk(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
        chunk.extend_from_slice(bytes);
        chunk.extend_from_slice(b"\r\n");
        self.stream.write_all(&chunk)
    }

    /// Says that this was all.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        self.stream.write_all(b"0\r\n\r\n")
    }

    /// What closes the connection from another thread.
    pub(super) fn closer(&self) -> Closer {
        Closer(self.stream.try_clone())
    }
}

/// Closes a connection.
pub(super) struct Closer(io::Result<TcpStream>);

impl Closer {
    /// Closes it both ways, which ends what waits for it.
    pub(super) fn close(&self) {
        if let Ok(stream) = &self.0 {
            // One that is closed already is closed.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

/// How much of the answer is still to come.
enum Body {
    Head,
    /// Bytes of the chunk at hand.
    Chunk(u64),
    /// Bytes until the end, or until the connection is closed.
    Plain(u64),
    End,
}

/// The answer.
pub(super) struct Reading {
    stream: BufReader<TcpStream>,
    body: Body,
}

impl Reading {
    /// Reads the head; its status.
    pub(super) fn head(&mut self) -> anyhow::Result<u16> {
        let mut head = Vec::new();
        loop {
            let mut stream = (&mut self.stream).take(ANSWER_LEN_MAX);
            let read = stream.read_until(b'\n', &mut head)?;
            anyhow::ensure!(read > 0, "the server closed the connection");
            anyhow::ensure!(head.len() < 64 << 10, "the head of the answer is too long");
            let mut headers = [httparse::EMPTY_HEADER; 64];
            let mut answer = httparse::Response::new(&mut headers);
            if answer.parse(&head)?.is_partial() {
                continue;
            }
            let status = answer.code.unwrap_or_default();
            if status == 100 {
                head.clear();
                continue;
            }
            self.body = Body::Plain(u64::MAX);
            for header in answer.headers.iter() {
                let value = String::from_utf8_lossy(header.value);
                if header.name.eq_ignore_ascii_case("transfer-encoding") {
                    self.body = Body::Chunk(0);
                } else if header.name.eq_ignore_ascii_case("content-length") {
                    self.body = Body::Plain(value.trim().parse()?);
                }
            }
            return Ok(status);
        }
    }

    /// The next line, without its end; nothing after the last.
    pub(super) fn line(&mut self) -> anyhow::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let mut byte = [0];
        while self.read(&mut byte)? > 0 {
            let [byte] = byte;
            if byte == b'\n' {
                return Ok(Some(line));
            }
            line.push(byte);
        }
        Ok((!line.is_empty()).then_some(line))
    }

    /// Everything that is left.
    pub(super) fn rest(&mut self) -> anyhow::Result<Vec<u8>> {
        let mut rest = Vec::new();
        self.take(ANSWER_LEN_MAX).read_to_end(&mut rest)?;
        Ok(rest)
    }

    /// The next chunk begins, or the end.
    fn chunk(&mut self) -> io::Result<()> {
        let bad = || io::Error::new(io::ErrorKind::InvalidData, "a chunk has no length");
        let mut line = String::new();
        // The end of the chunk before is an empty line.
        while line.trim().is_empty() {
            line.clear();
            if (&mut self.stream).take(1024).read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let len = line.split(';').next().unwrap_or_default().trim();
        let len = u64::from_str_radix(len, 16).map_err(|_| bad())?;
        self.body = if len == 0 {
            Body::End
        } else {
            Body::Chunk(len)
        };
        Ok(())
    }
}

impl Read for Reading {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Body::Chunk(0) = self.body {
            self.chunk()?;
        }
        let left = match &mut self.body {
            Body::Head | Body::End => return Ok(0),
            Body::Chunk(left) | Body::Plain(left) => left,
        };
        let read = (&mut self.stream).take(*left).read(buffer)?;
        *left = left.saturating_sub(u64::try_from(read).unwrap_or(u64::MAX));
        if read == 0 && matches!(self.body, Body::Chunk(_)) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(read)
    }
}
