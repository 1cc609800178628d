//! Looking for the next frame behind damage.

use std::io::{self, Read};

use super::{LOOK_LEN, MAGIC, READ_LEN};
use crate::disk::wide;

/// What was read of a segment in search of a frame: at most a frame and one look.
pub(super) struct Window {
    /// Where in the segment `bytes` begins.
    offset: u64,
    bytes: Vec<u8>,
    /// Before this place there is no frame.
    passed: usize,
    look: usize,
}

impl Window {
    pub(super) fn from(offset: u64) -> Window {
        Window {
            offset,
            bytes: Vec::new(),
            passed: 0,
            look: LOOK_LEN,
        }
    }

    pub(super) fn offset_of(&self, at: usize) -> u64 {
        self.offset.saturating_add(wide(at))
    }

    /// The next place where the magic stands; it stays where it is until it is passed.
    pub(super) fn find(&mut self, file: &mut impl Read) -> io::Result<Option<usize>> {
        loop {
            let rest = self.bytes.get(self.passed..).unwrap_or_default();
            let place = rest.windows(MAGIC.len()).position(|bytes| bytes == MAGIC);
            if let Some(place) = place {
                return Ok(Some(self.passed.saturating_add(place)));
            }
            // The magic may lie across two looks.
            let done = rest.len().saturating_sub(MAGIC.len().saturating_sub(1));
            self.passed = self.passed.saturating_add(done);
            self.forget();
            if self.more(file, self.look)? == 0 {
                return Ok(None);
            }
        }
    }

    /// `len` bytes from a place on; `None` if the segment ends before.
    pub(super) fn get(
        &mut self,
        file: &mut impl Read,
        at: usize,
        len: usize,
    ) -> io::Result<Option<&[u8]>> {
        let end = at.saturating_add(len);
        while self.bytes.len() < end {
            let lacks = end.saturating_sub(self.bytes.len());
            if self.more(file, lacks.max(self.look))? == 0 {
                return Ok(None);
            }
        }
        Ok(self.bytes.get(at..end))
    }

    /// There is no frame at this place.
    pub(super) fn pass(&mut self, at: usize) {
        self.passed = at.saturating_add(1);
        self.forget();
    }

    /// Lets go of what is passed, when moving the rest costs no more than was passed.
    fn forget(&mut self) {
        if self.passed > self.bytes.len() / 2 && self.passed > READ_LEN {
            self.bytes.drain(..self.passed);
            self.offset = self.offset.saturating_add(wide(self.passed));
            self.passed = 0;
        }
    }

    fn more(&mut self, file: &mut impl Read, len: usize) -> io::Result<usize> {
        self.look = self.look.saturating_mul(2).min(READ_LEN);
        Read::by_ref(file)
            .take(wide(len))
            .read_to_end(&mut self.bytes)
    }
}
