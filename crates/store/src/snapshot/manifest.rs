//! What a snapshot says of itself, as lines that anybody can read.
//!
//! ```text
//! fundtrace-snapshot/v1
//! form <what its owner's files look like, 64 hexadecimal digits>
//! position <the position after its last record>
//! root <root of the tree over its records, base64>
//! frame <segment> <from> <to> <hash>      the journal's last frame before that position
//! segment <first position> <bytes>        the journal's segments before that frame's, in order
//! ledger <UUID> <seq> <hash>              the heads, in the order of the ledgers' first records
//! file <name> <bytes> <BLAKE3>            in the order of their names
//! ```
//!
//! One manifest has one text.

use std::collections::BTreeMap;
use std::fmt::Write;

use chain::{Hash, LedgerId, NodeHash};

use crate::LedgerHead;
use crate::journal::FrameAt;

const FIRST_LINE: &str = "fundtrace-snapshot/v1";

/// The longest name of a file.
const NAME_LEN_MAX: usize = 80;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Manifest {
    pub(crate) form: Hash,
    pub(crate) position: u64,
    pub(crate) root: NodeHash,
    pub(crate) frame: FrameAt,
    /// First positions and lengths.
    pub(crate) segments: Vec<(u64, u64)>,
    pub(crate) ledgers: Vec<LedgerHead>,
    /// Lengths and hashes.
    pub(crate) files: BTreeMap<String, (u64, Hash)>,
}

impl Manifest {
    pub(crate) fn text(&self) -> String {
        let Manifest {
            form,
            position,
            root,
            frame,
            segments,
            ledgers,
            files,
        } = self;
        let FrameAt {
            segment,
            from,
            to,
            hash,
        } = frame;
        let (root, hash) = (root.to_base64(), Hash::from_bytes(*hash));
        let mut text = format!(
            "{FIRST_LINE}\nform {form}\nposition {position}\nroot {root}\n\
             frame {segment} {from} {to} {hash}\n"
        );
        // Writing to a string does not fail.
        for (first, len) in segments {
            let _ = writeln!(text, "segment {first} {len}");
        }
        for LedgerHead { id, seq, hash } in ledgers {
            let _ = writeln!(text, "ledger {id} {seq} {hash}");
        }
        for (name, (len, hash)) in files {
            let _ = writeln!(text, "file {name} {len} {hash}");
        }
        text
    }

    /// Reads what [`Manifest::text`] wrote, and nothing else.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Manifest> {
        let text = std::str::from_utf8(bytes).ok()?;
        let mut lines = text.lines();
        if lines.next()? != FIRST_LINE {
            return None;
        }
        let mut manifest = Manifest {
            form: lines.next()?.strip_prefix("form ")?.parse().ok()?,
            position: lines.next()?.strip_prefix("position ")?.parse().ok()?,
            root: NodeHash::from_base64(lines.next()?.strip_prefix("root ")?).ok()?,
            frame: frame(lines.next()?)?,
            segments: Vec::new(),
            ledgers: Vec::new(),
            files: BTreeMap::new(),
        };
        for line in lines {
            manifest.line(line)?;
        }
        (manifest.text() == text).then_some(manifest)
    }

    fn line(&mut self, line: &str) -> Option<()> {
        let mut words = line.split(' ');
        match words.next()? {
            "segment" => {
                let (first, len) = (words.next()?, words.next()?);
                self.segments.push((first.parse().ok()?, len.parse().ok()?));
            }
            "ledger" => self.ledgers.push(LedgerHead {
                id: words.next()?.parse::<LedgerId>().ok()?,
                seq: words.next()?.parse().ok()?,
                hash: words.next()?.parse().ok()?,
            }),
            "file" => {
                let name = words.next().filter(|name| is_name(name))?;
                let (len, hash) = (words.next()?, words.next()?);
                let file = (len.parse().ok()?, hash.parse().ok()?);
                self.files.insert(name.to_owned(), file);
            }
            _ => return None,
        }
        Some(())
    }
}

fn frame(line: &str) -> Option<FrameAt> {
    let mut words = line.strip_prefix("frame ")?.split(' ');
    let mut number = || words.next()?.parse().ok();
    let (segment, from, to) = (number()?, number()?, number()?);
    let hash = words.next()?.parse::<Hash>().ok()?;
    Some(FrameAt {
        segment,
        from,
        to,
        hash: *hash.as_bytes(),
    })
}

/// Whether a file of a snapshot may be called so: it leads nowhere else.
pub(crate) fn is_name(name: &str) -> bool {
    let sound =
        |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(byte);
    (1..=NAME_LEN_MAX).contains(&name.len())
        && name.as_bytes().iter().all(sound)
        && !name.starts_with('.')
}
