//! From the bytes of a body to commands: lines, or messages with their lengths before them. Never
//! holds more than one command that is not whole, and of one that is too long only its beginning.

use super::COMMAND_LEN_MAX;
use crate::problem::Problem;

/// Commands of a body that are whole, gathered for the writer.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// How many came before the first of them.
    before: u64,
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Group {
    /// How many bytes it has.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// How many commands it has, blank lines included.
    pub(super) fn count(&self) -> usize {
        self.ends.len()
    }

    /// The number of its last command, from 1.
    pub(super) fn last(&self) -> u64 {
        let count = u64::try_from(self.ends.len()).unwrap_or(u64::MAX);
        self.before.saturating_add(count)
    }

    /// Its commands with their numbers, from 1.
    pub(super) fn texts(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let spans = starts.zip(self.ends.iter().copied());
        let texts = spans.map(|(start, end)| self.bytes.get(start..end).unwrap_or_default());
        (self.before.saturating_add(1)..).zip(texts)
    }

    /// All of it; what is gathered from here on follows.
    pub(super) fn take(&mut self) -> Group {
        let next = Group {
            before: self.last(),
            ..Group::default()
        };
        std::mem::replace(self, next)
    }

    fn push(&mut self, pieces: [&[u8]; 2]) {
        pieces
            .iter()
            .for_each(|piece| self.bytes.extend_from_slice(piece));
        self.ends.push(self.bytes.len());
    }
}

/// How commands stand in a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// NDJSON: one a line.
    Lines,
    /// Protobuf messages, each after its length as a varint.
    Messages,
}

/// Cuts a body that arrives in pieces.
#[derive(Debug)]
pub(super) struct Splitter {
    framing: Framing,
    /// The beginning of a command that is not whole.
    partial: Vec<u8>,
    /// How many bytes of a message are still to come, once its length is known.
    missing: Option<usize>,
}

impl Splitter {
    pub(super) const fn new(framing: Framing) -> Splitter {
        Splitter {
            framing,
            partial: Vec::new(),
            missing: None,
        }
    }

    /// How many bytes it holds.
    pub(super) fn len(&self) -> usize {
        self.partial.len()
    }

    /// Reads up to the end of one command; says what is left of the piece.
    ///
    /// # Errors
    /// A length that is none: where the next message begins nobody can say.
    pub(super) fn read<'a>(
        &mut self,
        piece: &'a [u8],
        group: &mut Group,
    ) -> Result<&'a [u8], Problem> {
        match self.framing {
            Framing::Lines => Ok(self.line(piece, group)),
            Framing::Messages => self.message(piece, group),
        }
    }

    fn line<'a>(&mut self, piece: &'a [u8], group: &mut Group) -> &'a [u8] {
        let Some(end) = memchr::memchr(b'\n', piece) else {
            self.keep(piece);
            return &[];
        };
        let (line, rest) = piece.split_at_checked(end).unwrap_or((piece, &[]));
        self.whole(line, group);
        rest.get(1..).unwrap_or_default()
    }

    fn message<'a>(&mut self, mut piece: &'a [u8], group: &mut Group) -> Result<&'a [u8], Problem> {
        let missing = match self.missing {
            Some(missing) => missing,
            None => {
                let Some(missing) = self.length(&mut piece)? else {
                    return Ok(piece);
                };
                missing
            }
        };
        let (part, rest) = piece.split_at_checked(missing).unwrap_or((piece, &[]));
        let missing = missing.saturating_sub(part.len());
        if missing == 0 {
            self.missing = None;
            self.whole(part, group);
        } else {
            self.missing = Some(missing);
            self.keep(part);
        }
        Ok(rest)
    }

    /// The length of the next message; nothing if not all of it has come.
    fn length(&mut self, piece: &mut &[u8]) -> Result<Option<usize>, Problem> {
        while let Some((byte, rest)) = piece.split_first() {
            self.partial.push(*byte);
            *piece = rest;
            if byte & 0x80 == 0 {
                let len = wire::frame_len(&self.partial).ok_or_else(bad_length)?;
                self.partial.clear();
                self.missing = Some(len);
                return Ok(Some(len));
            }
            if self.partial.len() > LENGTH_LEN_MAX {
                return Err(bad_length());
            }
        }
        Ok(None)
    }

    /// A command is whole with this. Of one that is too long its beginning is enough: it is
    /// refused for its length.
    fn whole(&mut self, last: &[u8], group: &mut Group) {
        let room = MOST_KEPT.saturating_sub(self.partial.len());
        group.push([&self.partial, last.get(..room).unwrap_or(last)]);
        self.partial.clear();
    }

    fn keep(&mut self, part: &[u8]) {
        let room = MOST_KEPT.saturating_sub(self.partial.len());
        let part = part.get(..room).unwrap_or(part);
        self.partial.extend_from_slice(part);
    }

    /// The body has ended well. The last line needs no end of its own; a message does.
    ///
    /// # Errors
    /// It ended in the middle of a message.
    pub(super) fn end(&mut self, group: &mut Group) -> Result<(), Problem> {
        match self.framing {
            Framing::Lines => {
                if !self.partial.is_empty() {
                    self.whole(&[], group);
                }
                Ok(())
            }
            Framing::Messages if self.partial.is_empty() && self.missing.is_none() => Ok(()),
            Framing::Messages => Err(cut_message(group.last().saturating_add(1))),
        }
    }
}

/// One byte more than a command may have: that it is too long must be seen.
const MOST_KEPT: usize = COMMAND_LEN_MAX.saturating_add(1);

/// Bytes of a length: 2^28 - 1 is far more than any message may have.
const LENGTH_LEN_MAX: usize = 4;

fn bad_length() -> Problem {
    Problem::bad(
        "BAD_FRAME",
        "before each message stands its length as a varint of at most four bytes",
        "每条消息前须有其长度(不超过四字节的 varint)",
    )
}

fn cut_message(number: u64) -> Problem {
    Problem::bad(
        "BAD_FRAME",
        &format!("the body ends in the middle of message {number}"),
        &format!("请求正文在第 {number} 条消息中途结束"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything that comes out of a body that arrives in pieces of a length.
    fn split(framing: Framing, body: &[u8], len: usize) -> (Vec<(u64, Vec<u8>)>, Option<String>) {
        let (mut splitter, mut group) = (Splitter::new(framing), Group::default());
        let mut error = None;
        'body: for piece in body.chunks(len) {
            let mut piece = piece;
            while !piece.is_empty() {
                match splitter.read(piece, &mut group) {
                    Ok(rest) => piece = rest,
                    Err(problem) => {
                        error = Some(problem.code);
                        break 'body;
                    }
                }
                assert!(splitter.len() <= MOST_KEPT);
            }
        }
        if error.is_none() {
            error = splitter.end(&mut group).err().map(|problem| problem.code);
        }
        let texts = group.texts().map(|(number, text)| (number, text.to_vec()));
        (texts.collect(), error)
    }

    #[test]
    fn lines_come_out_the_same_however_the_body_is_cut() {
        let body = b"one\n\ntwo\r\nthree";
        let lines: [&[u8]; 4] = [b"one", b"", b"two\r", b"three"];
        let lines: Vec<_> = (1..).zip(lines.map(<[u8]>::to_vec)).collect();
        for len in 1..=body.len() {
            assert_eq!(split(Framing::Lines, body, len), (lines.clone(), None));
        }
    }

    #[test]
    fn messages_come_out_the_same_however_the_body_is_cut() {
        let long = vec![b'x'; 300];
        let body = [b"\x03one\x00\xac\x02".as_slice(), &long, b"\x01y"].concat();
        let messages = [b"one".to_vec(), Vec::new(), long, b"y".to_vec()];
        let messages: Vec<_> = (1..).zip(messages).collect();
        for len in 1..=body.len() {
            let out = split(Framing::Messages, &body, len);
            assert_eq!(out, (messages.clone(), None));
        }
    }

    #[test]
    fn a_command_that_is_too_long_keeps_its_beginning_and_its_number() {
        let long = vec![b'x'; 1 << 20];
        let lines = [b"a\n".as_slice(), &long, b"\nb\n"].concat();
        let length = [0x80, 0x80, 0x40];
        let messages = [b"\x01a".as_slice(), &length, &long, b"\x01b"].concat();
        for (framing, body) in [(Framing::Lines, lines), (Framing::Messages, messages)] {
            for len in [1000, body.len()] {
                let (out, error) = split(framing, &body, len);
                let lens: Vec<_> = out.iter().map(|(n, text)| (*n, text.len())).collect();
                assert_eq!(lens, [(1, 1), (2, MOST_KEPT), (3, 1)]);
                assert_eq!(error, None);
            }
        }
    }

    #[test]
    fn a_body_cut_in_a_message_keeps_those_before_it() {
        for body in [b"\x01a\x03bc".as_slice(), b"\x01a\x80"] {
            let (out, error) = split(Framing::Messages, body, 2);
            assert_eq!(out, [(1, b"a".to_vec())]);
            assert_eq!(error.as_deref(), Some("BAD_FRAME"));
        }
    }

    #[test]
    fn a_length_that_is_none_ends_the_stream() {
        let (out, error) = split(Framing::Messages, b"\x01a\xff\xff\xff\xff\xff\x01", 3);
        assert_eq!(out.len(), 1);
        assert_eq!(error.as_deref(), Some("BAD_FRAME"));
    }
}
