//! Where forms are read from.

use super::Form;
use std::io;

/// How much is read at once; a longer text is read whole.
const BUFFER_LEN: usize = 256 << 10;

/// How deep values may lie in each other: a proposed command holds a command, and what no decision
/// would have taken could hold ten thousand.
const DEPTH_MAX: u32 = 64;

/// Something is wrong with a form; its [`Input`] knows what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bad(());

/// Why a form cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum BadForm {
    /// What is there is no such value.
    #[error("a form is damaged before byte {at}: {what}")]
    Damaged {
        /// How many bytes had been read.
        at: u64,
        /// What was found or missed.
        what: &'static str,
    },
    /// What is there cannot be had.
    #[error("a form cannot be read at byte {at}")]
    Unreadable {
        /// How many bytes had been read.
        at: u64,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// Gives what a form is read from, some hundred thousand bytes at a time.
pub struct Input<'a> {
    source: &'a mut dyn io::Read,
    /// What of the form is not in the buffer yet.
    behind: u64,
    /// What was in the buffer before.
    before: u64,
    buffer: Vec<u8>,
    at: usize,
    depth: u32,
    failed: Option<BadForm>,
    /// The words so far, in their order.
    words: Vec<&'static str>,
}

impl std::fmt::Debug for Input<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("Input");
        shown.field("read", &self.read()).finish_non_exhaustive()
    }
}

impl<'a> Input<'a> {
    /// Reads `len` bytes from `source`.
    #[must_use]
    pub fn new(source: &'a mut dyn io::Read, len: u64) -> Input<'a> {
        Input {
            source,
            behind: len,
            before: 0,
            buffer: Vec::new(),
            at: 0,
            depth: 0,
            failed: None,
            words: Vec::new(),
        }
    }

    /// Reads a value, and nothing may be behind it.
    ///
    /// # Errors
    /// What is there is no such value, or cannot be had.
    pub fn whole<T: Form>(mut self) -> Result<T, BadForm> {
        let value = T::read(&mut self);
        self.finish(value)
    }

    /// What has come of reading the last value.
    ///
    /// # Errors
    /// It could not be read, or something is behind it.
    pub fn finish<T>(mut self, value: Result<T, Bad>) -> Result<T, BadForm> {
        if value.is_ok() && self.left() > 0 {
            self.fail("more bytes than the value has");
        }
        match (value, self.failed) {
            (Ok(value), None) => Ok(value),
            (_, Some(bad)) => Err(bad),
            (Err(Bad(())), None) => Err(BadForm::Damaged {
                at: self.before,
                what: "it is of no use",
            }),
        }
    }

    /// Keeps why reading has failed; the first reason stays.
    #[cold]
    pub fn fail(&mut self, what: &'static str) -> Bad {
        let at = self.read();
        self.failed.get_or_insert(BadForm::Damaged { at, what });
        Bad(())
    }

    /// How many bytes were given.
    fn read(&self) -> u64 {
        let at = u64::try_from(self.at).unwrap_or(u64::MAX);
        self.before.saturating_add(at)
    }

    /// How many bytes are left.
    fn left(&self) -> u64 {
        let here = self.buffer.len().saturating_sub(self.at);
        let here = u64::try_from(here).unwrap_or(u64::MAX);
        self.behind.saturating_add(here)
    }

    /// The next `N` bytes.
    ///
    /// # Errors
    /// There are not so many.
    #[inline]
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Bad> {
        loop {
            let rest = self.buffer.get(self.at..);
            if let Some(bytes) = rest.and_then(<[u8]>::first_chunk) {
                self.at = self.at.saturating_add(N);
                return Ok(*bytes);
            }
            self.fill(N)?;
        }
    }

    /// The next byte.
    ///
    /// # Errors
    /// There is none.
    #[inline]
    pub fn byte(&mut self) -> Result<u8, Bad> {
        self.array().map(|[byte]| byte)
    }

    /// The next bytes.
    ///
    /// # Errors
    /// There are not so many.
    #[inline]
    pub fn bytes(&mut self, len: usize) -> Result<&[u8], Bad> {
        if self.buffer.len().saturating_sub(self.at) < len {
            self.fill(len)?;
        }
        let from = self.at;
        self.at = from.saturating_add(len);
        Ok(self.buffer.get(from..self.at).unwrap_or_default())
    }

    /// A length of a list whose values take a byte each, or more.
    ///
    /// # Errors
    /// Not so many bytes are left.
    #[inline]
    pub fn length(&mut self) -> Result<usize, Bad> {
        let len = self.short_or_long()?;
        if u64::try_from(len).unwrap_or(u64::MAX) > self.left() {
            return Err(self.fail("a length beyond the end"));
        }
        Ok(len)
    }

    #[inline]
    fn short_or_long(&mut self) -> Result<usize, Bad> {
        match self.byte()? {
            u8::MAX => match usize::read(self)? {
                0..255 => Err(self.fail("a short length in many bytes")),
                long => Ok(long),
            },
            short => Ok(usize::from(short)),
        }
    }

    /// For how many of `len` values room is made at once: four bytes of memory for each that is
    /// left, so that a length that lies costs little.
    #[must_use]
    pub fn room<T>(&self, len: usize) -> usize {
        let left = usize::try_from(self.left()).unwrap_or(usize::MAX);
        let most = left.saturating_mul(4).checked_div(size_of::<T>());
        len.min(most.unwrap_or(len))
    }

    /// Reads what lies within another value.
    ///
    /// # Errors
    /// It cannot be read, or lies too deep.
    #[inline]
    pub fn within<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Bad>) -> Result<T, Bad> {
        if self.depth >= DEPTH_MAX {
            return Err(self.fail("values too deep in each other"));
        }
        self.depth = self.depth.saturating_add(1);
        let value = read(self)?;
        self.depth = self.depth.saturating_sub(1);
        Ok(value)
    }

    /// A word of the program.
    pub(super) fn word(&mut self) -> Result<&'static str, Bad> {
        let number = self.short_or_long()?;
        if let Some(place) = number.checked_sub(1) {
            let word = self.words.get(place).copied();
            return word.ok_or_else(|| self.fail("a word that has not come yet"));
        }
        let len = self.length()?;
        let text = std::str::from_utf8(self.bytes(len)?);
        match text.ok().and_then(super::words::keep) {
            Some(word) if !self.words.contains(&word) => {
                self.words.push(word);
                Ok(word)
            }
            Some(_) | None => Err(self.fail("a word that the program does not say")),
        }
    }

    /// Reads on, until `len` bytes are here.
    #[cold]
    fn fill(&mut self, len: usize) -> Result<(), Bad> {
        if u64::try_from(len).unwrap_or(u64::MAX) > self.left() {
            return Err(self.fail("it ends too early"));
        }
        self.before = self.read();
        self.buffer.drain(..self.at);
        self.at = 0;
        let here = self.buffer.len();
        let more = len.max(BUFFER_LEN).saturating_sub(here);
        let more = usize::try_from(self.behind).unwrap_or(usize::MAX).min(more);
        self.buffer.resize(here.saturating_add(more), 0);
        let room = self.buffer.get_mut(here..).unwrap_or_default();
        if let Err(source) = self.source.read_exact(room) {
            let at = self.before;
            self.failed
                .get_or_insert(BadForm::Unreadable { at, source });
            return Err(Bad(()));
        }
        let more = u64::try_from(more).unwrap_or(u64::MAX);
        self.behind = self.behind.saturating_sub(more);
        Ok(())
    }
}
