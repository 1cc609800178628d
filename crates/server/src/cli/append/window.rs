//! What was sent and not answered yet: kept, so that it can be sent again, and bounded, so that a
//! file of any length needs no more memory than this.

use super::http::Writing;
use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// About how many bytes are sent at once.
pub(super) const BLOCK_LEN: usize = 64 << 10;

/// How many bytes may wait for their answer: more than a server takes before it answers.
const WAITING_LEN_MAX: usize = 16 << 20;

/// How much of a line is sent. The server refuses far shorter ones, by their number.
const LINE_LEN_MAX: usize = 1 << 20;

/// Whole lines.
struct Block {
    lines: u64,
    bytes: Arc<Vec<u8>>,
}

#[derive(Default)]
struct Waiting {
    /// What is not answered, from the line after `answered` on.
    blocks: VecDeque<Block>,
    /// How many of them were sent on this connection.
    sent: usize,
    bytes: usize,
    answered: u64,
    given_up: bool,
}

/// What was sent and not answered.
pub(super) struct Window {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

/// Which side failed.
#[derive(Debug)]
pub(super) enum SendError {
    /// The file could not be read.
    Input(io::Error),
    /// The connection broke.
    Output(io::Error),
}

/// What is to be sent next.
enum Next {
    Block(Arc<Vec<u8>>),
    FromInput,
    Nothing,
}

impl Window {
    /// Nothing yet, after so many lines.
    pub(super) fn new(answered: u64) -> Window {
        let waiting = Waiting {
            answered,
            ..Waiting::default()
        };
        Window {
            waiting: Mutex::new(waiting),
            changed: Condvar::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last line that was answered.
    pub(super) fn answered(&self) -> u64 {
        self.lock().answered
    }

    /// On a new connection: what is not answered is sent again.
    pub(super) fn again(&self) {
        let mut waiting = self.lock();
        waiting.sent = 0;
        waiting.given_up = false;
    }

    /// Nobody reads answers any more.
    pub(super) fn give_up(&self) {
        self.lock().given_up = true;
        self.changed.notify_all();
    }

    /// Every line up to this one is answered; says how many bytes they had.
    pub(super) fn answer(&self, line: u64) -> u64 {
        let mut waiting = self.lock();
        let before = waiting.bytes;
        while waiting.answered < line {
            let lines = line.saturating_sub(waiting.answered);
            let Some(block) = waiting.blocks.front_mut() else {
                break;
            };
            let answered = lines.min(block.lines);
            block.lines = block.lines.saturating_sub(answered);
            let end = end_of(&block.bytes, answered);
            if block.lines == 0 {
                waiting.blocks.pop_front();
                waiting.sent = waiting.sent.saturating_sub(1);
            } else {
                Arc::make_mut(&mut block.bytes).drain(..end);
            }
            waiting.bytes = waiting.bytes.saturating_sub(end);
            waiting.answered = waiting.answered.saturating_add(answered);
        }
        let answered = before.saturating_sub(waiting.bytes);
        drop(waiting);
        self.changed.notify_all();
        u64::try_from(answered).unwrap_or_default()
    }

    /// Sends what is not answered and was not sent on this connection, then what follows in the
    /// input, and the end; or until nobody reads answers any more.
    pub(super) fn send<R: Read>(
        &self,
        input: &mut BufReader<R>,
        writing: &mut Writing,
    ) -> Result<(), SendError> {
        loop {
            match self.next() {
                Next::Block(bytes) => writing.chunk(&bytes).map_err(SendError::Output)?,
                Next::Nothing => return Ok(()),
                Next::FromInput => match block(input).map_err(SendError::Input)? {
                    Some(block) => self.push(block),
                    None => return writing.finish().map_err(SendError::Output),
                },
            }
        }
    }

    fn push(&self, block: Block) {
        let mut waiting = self.lock();
        waiting.bytes = waiting.bytes.saturating_add(block.bytes.len());
        waiting.blocks.push_back(block);
    }

    fn next(&self) -> Next {
        let mut waiting = self.lock();
        loop {
            if waiting.given_up {
                return Next::Nothing;
            }
            if let Some(block) = waiting.blocks.get(waiting.sent) {
                let bytes = Arc::clone(&block.bytes);
                waiting.sent = waiting.sent.saturating_add(1);
                return Next::Block(bytes);
            }
            if waiting.bytes < WAITING_LEN_MAX {
                return Next::FromInput;
            }
            let changed = self.changed.wait(waiting);
            waiting = changed.unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Where so many lines end.
fn end_of(bytes: &[u8], lines: u64) -> usize {
    let before = usize::try_from(lines.saturating_sub(1)).unwrap_or(usize::MAX);
    let end = memchr::memchr_iter(b'\n', bytes).nth(before);
    end.map_or(bytes.len(), |end| end.saturating_add(1))
}

/// The next lines that are there: more than one only if nobody has to wait for them.
fn block<R: Read>(input: &mut BufReader<R>) -> io::Result<Option<Block>> {
    let (mut bytes, mut lines) = (Vec::new(), 0_u64);
    let most = u64::try_from(LINE_LEN_MAX).unwrap_or(u64::MAX);
    while lines == 0 || memchr::memchr(b'\n', input.buffer()).is_some() {
        let read = input.by_ref().take(most).read_until(b'\n', &mut bytes)?;
        if read == 0 {
            break;
        }
        if bytes.last() != Some(&b'\n') {
            // The last line, or one that is refused for its beginning.
            if read >= LINE_LEN_MAX {
                input.skip_until(b'\n')?;
            }
            bytes.push(b'\n');
        }
        lines = lines.saturating_add(1);
    }
    let bytes = Arc::new(bytes);
    Ok((lines > 0).then_some(Block { lines, bytes }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> Window {
        let window = Window::new(10);
        let mut input = BufReader::with_capacity(8, text.as_bytes());
        while let Some(block) = block(&mut input).unwrap() {
            window.push(block);
        }
        window
    }

    fn left(window: &Window) -> String {
        let waiting = window.lock();
        let bytes = waiting.blocks.iter().flat_map(|block| block.bytes.iter());
        let text = String::from_utf8(bytes.copied().collect()).unwrap();
        assert_eq!(waiting.bytes, text.len());
        text
    }

    #[test]
    fn what_is_answered_is_forgotten_to_the_line() {
        let window = filled("one\n\nthree\nfour\nfive");
        assert_eq!(left(&window), "one\n\nthree\nfour\nfive\n");
        assert_eq!(window.answer(11), 4);
        assert_eq!(left(&window), "\nthree\nfour\nfive\n");
        assert_eq!(window.answer(11), 0);
        assert_eq!(window.answer(13), 7);
        assert_eq!(left(&window), "four\nfive\n");
        assert_eq!(window.answered(), 13);
        window.answer(99);
        assert_eq!(left(&window), "");
        assert_eq!(window.answered(), 15);
    }

    #[test]
    fn what_was_sent_is_sent_again_on_a_new_connection() {
        let window = filled("a\nb\nc\n");
        let next = |window: &Window| match window.next() {
            Next::Block(bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
            Next::FromInput => "input".to_owned(),
            Next::Nothing => "nothing".to_owned(),
        };
        assert_eq!(next(&window), "a\nb\nc\n");
        assert_eq!(next(&window), "input");
        window.answer(12);
        window.give_up();
        assert_eq!(next(&window), "nothing");
        window.again();
        assert_eq!(next(&window), "c\n");
    }

    #[test]
    fn an_endless_line_is_cut_and_keeps_its_number() {
        let text = format!("{}\nb\n", "x".repeat(3 * LINE_LEN_MAX));
        let mut input = BufReader::new(text.as_bytes());
        let first = block(&mut input).unwrap().unwrap();
        assert!(first.bytes.len() <= LINE_LEN_MAX + 4);
        let second = block(&mut input).unwrap();
        let lines = first.lines + second.map_or(0, |block| block.lines);
        assert_eq!(lines, 2);
    }
}
