//! Stands where the server's address is, hands its answers on, and can alter or withhold them.

use crate::harness::*;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What becomes of the server's answer.
pub type Alter = fn(Vec<u8>) -> Answer;

pub enum Answer {
    /// With this status and body.
    Whole(u16, Vec<u8>),
    /// A length that is never reached: then the connection ends.
    CutOff(Vec<u8>),
    /// Zeros without end.
    Endless,
    /// Not a word, and the connection stays open.
    Silent,
}

struct Shared {
    server: Option<Client>,
    alter: Alter,
    /// The paths that were asked for.
    asked: Vec<String>,
    /// How much of an endless answer somebody took.
    endless: usize,
    silent: Vec<TcpStream>,
}

#[derive(Clone)]
pub struct Relay {
    pub url: String,
    shared: Arc<Mutex<Shared>>,
}

pub fn honest(body: Vec<u8>) -> Answer {
    Answer::Whole(200, body)
}

impl Relay {
    pub fn new() -> Relay {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let shared = Arc::new(Mutex::new(Shared {
            server: None,
            alter: honest,
            asked: Vec::new(),
            endless: 0,
            silent: Vec::new(),
        }));
        let url = format!("http://{}", listener.local_addr().unwrap());
        let relay = Relay { url, shared };
        let running = relay.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (running, stream) = (running.clone(), stream.unwrap());
                std::thread::spawn(move || running.answer(stream));
            }
        });
        relay
    }

    /// Whose answers are handed on.
    pub fn serve(&self, server: &Client) {
        self.shared.lock().unwrap().server = Some(server.clone());
    }

    pub fn alter(&self, alter: Alter) {
        self.shared.lock().unwrap().alter = alter;
    }

    /// The paths that were asked for since the last time.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.shared.lock().unwrap().asked)
    }

    /// Ends the connections on which nothing was said.
    pub fn release(&self) {
        self.shared.lock().unwrap().silent.clear();
    }

    pub fn endless(&self) -> usize {
        self.shared.lock().unwrap().endless
    }

    fn answer(&self, mut stream: TcpStream) {
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        let Some(Ok(first)) = lines.next() else {
            return;
        };
        let path = first.split(' ').nth(1).unwrap().to_owned();
        while lines
            .next()
            .is_some_and(|line| line.is_ok_and(|line| !line.is_empty()))
        {}
        let (server, alter) = {
            let mut shared = self.shared.lock().unwrap();
            shared.asked.push(path.clone());
            (shared.server.clone(), shared.alter)
        };
        let Some(server) = server else { return };
        let head = |status: u16, len: usize| {
            format!("HTTP/1.1 {status} X\r\nContent-Length: {len}\r\nConnection: close\r\n\r\n")
        };
        // Whoever reads may have had enough.
        let _ = match alter(server.get("inspector", &path).body) {
            Answer::Whole(status, body) => {
                let head = head(status, body.len());
                stream.write_all(&[head.as_bytes(), &body].concat())
            }
            Answer::CutOff(body) => {
                let head = head(200, body.len() + 1);
                stream.write_all(&[head.as_bytes(), &body].concat())
            }
            Answer::Endless => {
                let _ = stream.write_all(b"HTTP/1.1 200 X\r\nConnection: close\r\n\r\n");
                while stream.write_all(&[0; 65_536]).is_ok() {
                    self.shared.lock().unwrap().endless += 65_536;
                }
                Ok(())
            }
            Answer::Silent => {
                self.shared.lock().unwrap().silent.push(stream);
                Ok(())
            }
        };
    }
}
