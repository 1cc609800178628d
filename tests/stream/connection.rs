//! A stream on a bare socket: what is sent when is the test's choice, and so is its end.

use crate::harness::*;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

pub struct Connection {
    socket: TcpStream,
    reader: BufReader<TcpStream>,
    text: Vec<u8>,
    pub status: u16,
}

impl Connection {
    /// Begins a stream; its answer is not there yet.
    pub fn open(client: &Client, who: &str, query: &str, content_type: &str) -> Connection {
        let address = client.server.strip_prefix("http://").unwrap();
        let mut socket = TcpStream::connect(address).unwrap();
        socket.set_nodelay(true).unwrap();
        // A test that hangs must fail.
        socket
            .set_read_timeout(Some(Duration::from_secs(120)))
            .unwrap();
        let (path, bearer) = (client.path("commands"), client.bearer(who));
        write!(
            socket,
            "POST {path}?{query} HTTP/1.1\r\nHost: test\r\nAuthorization: {bearer}\r\n\
             Content-Type: {content_type}\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        .unwrap();
        let reader = BufReader::new(socket.try_clone().unwrap());
        Connection {
            socket,
            reader,
            text: Vec::new(),
            status: 0,
        }
    }

    /// The same for NDJSON.
    pub fn ndjson(client: &Client, who: &str, query: &str) -> Connection {
        Connection::open(client, who, query, "application/x-ndjson")
    }

    pub fn send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
        chunk.extend_from_slice(bytes);
        chunk.extend_from_slice(b"\r\n");
        self.socket.write_all(&chunk)
    }

    pub fn finish(&mut self) {
        self.socket.write_all(b"0\r\n\r\n").unwrap();
    }

    /// Sends no more, and reads no more.
    pub fn abandon(self) {
        self.socket.shutdown(Shutdown::Both).unwrap();
    }

    /// Another writer of the same stream.
    pub fn writer(&self) -> Connection {
        Connection {
            socket: self.socket.try_clone().unwrap(),
            reader: BufReader::new(self.socket.try_clone().unwrap()),
            text: Vec::new(),
            status: 0,
        }
    }

    fn head_line(&mut self) -> String {
        let mut line = String::new();
        self.reader.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// The next line of the answer; nothing after its end.
    pub fn line(&mut self) -> Option<Value> {
        if self.status == 0 {
            let status = self.head_line();
            self.status = status.split(' ').nth(1).unwrap().parse().unwrap();
            while !self.head_line().is_empty() {}
        }
        loop {
            if let Some(end) = self.text.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.text.drain(..=end).collect();
                return Some(serde_json::from_slice(&line).unwrap());
            }
            let len = self.head_line();
            let len = usize::from_str_radix(&len, 16).unwrap_or_else(|_| panic!("{len:?}"));
            let mut chunk = vec![0; len + 2];
            self.reader.read_exact(&mut chunk).unwrap();
            chunk.truncate(len);
            self.text.append(&mut chunk);
            if len == 0 {
                return None;
            }
        }
    }

    /// All that is left of the answer.
    pub fn rest(mut self) -> Vec<Value> {
        std::iter::from_fn(|| self.line()).collect()
    }

    /// Reads until so many lines are answered; what it says then.
    pub fn until(&mut self, lines: u64) -> Value {
        loop {
            let line = self.line().expect("the stream ended");
            if line["progress"]["lines"].as_u64() >= Some(lines) {
                return line["progress"].clone();
            }
            assert!(line.get("stopped").is_none(), "{line}");
        }
    }
}
