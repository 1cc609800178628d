//! What a replay keeps of a log: a text, replaced whole.
//!
//! ```text
//! fundtrace-replay/v1
//! <BLAKE3 of all that follows, hexadecimal>
//! size 42
//! peak <hash of a complete subtree>                             one line each, from left to right
//! head <ledger> <seq> <hash> <recorded at, UTC microseconds>    one line each
//! seal <through position> <root> <count>                        the last, if there is one
//! pairs <position> <length in bytes>
//! seals 3
//! fault <what is false>                                         if something is
//! ```

use super::ReplayError;
use chain::{Frontier, Head, LedgerId, NodeHash};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::str::FromStr;

const FORMAT: &str = "fundtrace-replay/v1\n";

/// The last seal that was computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LastSeal {
    pub(super) through: u64,
    pub(super) root: NodeHash,
    pub(super) count: u64,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) tree: Frontier,
    pub(super) heads: BTreeMap<LedgerId, Head>,
    pub(super) last: Option<LastSeal>,
    /// Which file of pairs, and how much of it counts; none before anything was kept.
    pub(super) pairs: Option<(u64, u64)>,
    pub(super) seals: u64,
    pub(super) fault: Option<String>,
}

impl State {
    /// What was kept; none if nothing was.
    pub(super) fn read(dir: &Path) -> Result<Option<State>, ReplayError> {
        let path = dir.join("state");
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(store::Error::Io { path, source }.into()),
        };
        let text = String::from_utf8(bytes).ok();
        let rest = text.as_deref().and_then(|text| text.strip_prefix(FORMAT));
        let sound = rest.and_then(|rest| {
            let (sum, rest) = rest.split_once('\n')?;
            (blake3::hash(rest.as_bytes()).to_hex().as_str() == sum).then_some(rest)
        });
        match sound.and_then(parse) {
            Some(state) => Ok(Some(state)),
            None => Err(ReplayError::Damaged {
                path,
                why: "it has another checksum or format",
            }),
        }
    }

    pub(super) fn write(&self, dir: &Path) -> Result<(), ReplayError> {
        let rest = self.text();
        let sum = blake3::hash(rest.as_bytes()).to_hex();
        let text = format!("{FORMAT}{sum}\n{rest}");
        let (path, new) = (dir.join("state"), dir.join("state.new"));
        let mut open = OpenOptions::new();
        let open = open.write(true).create(true).truncate(true).mode(0o600);
        let written = open.open(&new).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&new, &path)?;
            File::open(dir)?.sync_all()
        });
        written.map_err(|source| store::Error::Io { path, source }.into())
    }

    fn text(&self) -> String {
        let mut text = format!("size {}\n", self.tree.size());
        // Writing to a string cannot fail.
        for peak in self.tree.peaks() {
            let _ = writeln!(text, "peak {peak}");
        }
        for head in self.heads.values() {
            let Head {
                ledger,
                seq,
                hash,
                recorded_at_us,
            } = head;
            let _ = writeln!(text, "head {ledger} {seq} {hash} {recorded_at_us}");
        }
        if let Some(LastSeal {
            through,
            root,
            count,
        }) = self.last
        {
            let _ = writeln!(text, "seal {through} {root} {count}");
        }
        if let Some((from, len)) = self.pairs {
            let _ = writeln!(text, "pairs {from} {len}");
        }
        let _ = writeln!(text, "seals {}", self.seals);
        if let Some(fault) = &self.fault {
            let _ = writeln!(text, "fault {fault}");
        }
        text
    }
}

fn parse(text: &str) -> Option<State> {
    let (mut size, mut peaks) = (0, Vec::new());
    let mut state = State::default();
    for line in text.lines() {
        let (word, rest) = line.split_once(' ')?;
        let mut words = rest.split(' ');
        match word {
            "size" => size = next(&mut words)?,
            "peak" => peaks.push(next(&mut words)?),
            "head" => {
                let head = Head {
                    ledger: next(&mut words)?,
                    seq: next(&mut words)?,
                    hash: next(&mut words)?,
                    recorded_at_us: next(&mut words)?,
                };
                state.heads.insert(head.ledger, head);
            }
            "seal" => {
                state.last = Some(LastSeal {
                    through: next(&mut words)?,
                    root: next(&mut words)?,
                    count: next(&mut words)?,
                });
            }
            "pairs" => state.pairs = Some((next(&mut words)?, next(&mut words)?)),
            "seals" => state.seals = next(&mut words)?,
            "fault" => state.fault = Some(rest.to_owned()),
            _ => return None,
        }
    }
    state.tree = Frontier::from_peaks(size, peaks).ok()?;
    Some(state)
}

fn next<'a, T: FromStr>(words: &mut impl Iterator<Item = &'a str>) -> Option<T> {
    words.next()?.parse().ok()
}
