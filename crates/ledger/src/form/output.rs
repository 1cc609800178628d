//! Where forms are written to.

use super::Form;
use hashbrown::HashMap;
use std::io;

/// Many small writes become few large ones.
const BUFFER_LEN: usize = 64 << 10;

/// Takes in forms and passes their bytes on, some ten thousand at a time.
pub struct Out<'a> {
    sink: &'a mut dyn io::Write,
    buffer: Vec<u8>,
    failed: Option<io::Error>,
    /// The words so far, by the number of each.
    words: HashMap<&'static str, usize>,
}

impl std::fmt::Debug for Out<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Out").finish_non_exhaustive()
    }
}

impl<'a> Out<'a> {
    /// Writes to `sink`.
    #[must_use]
    pub fn new(sink: &'a mut dyn io::Write) -> Out<'a> {
        Out {
            sink,
            buffer: Vec::with_capacity(BUFFER_LEN.saturating_mul(2)),
            failed: None,
            words: HashMap::new(),
        }
    }

    /// Takes in bytes.
    #[inline]
    pub fn put(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= BUFFER_LEN {
            self.pass_on();
        }
    }

    /// Takes in a length.
    #[inline]
    pub fn length(&mut self, len: usize) {
        match u8::try_from(len) {
            Ok(len) if len < u8::MAX => self.put(&[len]),
            Ok(_) | Err(_) => {
                self.put(&[u8::MAX]);
                len.write(self);
            }
        }
    }

    /// Takes in a word of the program: as a rule one byte.
    pub(super) fn word(&mut self, word: &'static str) {
        let next = self.words.len().saturating_add(1);
        if let Some(number) = self.words.get(word) {
            self.length(*number);
            return;
        }
        self.words.insert(word, next);
        self.length(0);
        self.length(word.len());
        self.put(word.as_bytes());
    }

    /// Refuses to write: what is written is not whole.
    pub fn refuse(&mut self, why: &'static str) {
        self.failed.get_or_insert_with(|| io::Error::other(why));
    }

    #[cold]
    fn pass_on(&mut self) {
        if self.failed.is_none() {
            self.failed = self.sink.write_all(&self.buffer).err();
        }
        self.buffer.clear();
    }

    /// Passes on the rest.
    ///
    /// # Errors
    /// The sink did not take it, or a value may not be written.
    pub fn finish(mut self) -> io::Result<()> {
        self.pass_on();
        self.failed.map_or(Ok(()), Err)
    }
}
