//! The journal: frames in segment files. Writing one frame and syncing it is the commit point.
//!
//! A frame, big-endian; free to change:
//!
//! | offset | bytes | field |
//! |---|---|---|
//! | 0 | 8 | magic, `FTFRAME1` |
//! | 8 | 8 | position of the first record |
//! | 16 | 4 | count of records |
//! | 20 | 4 | length of the entries |
//! | 24 | length | entries (see `entry`) |
//! | 24 + length | 32 | BLAKE3 over all before |

mod window;

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use chain::Record;

use crate::Error;
use crate::disk::{self, narrow, wide};
use crate::entry::{Encoder, take};
use crate::error::at;
use crate::faults::{Faults, Step};
use crate::watchdog::Watchdog;

use window::Window;

/// The longest group, as its entries are written: what start-up must hold in memory at once, and
/// room for 10,000 of the longest records.
pub const GROUP_LEN_MAX: usize = 64 * 1024 * 1024;

/// A segment this long gets no further frame: small enough to copy, with at most a few thousand
/// files at the size where the indexes are full.
const SEGMENT_LEN: u64 = 256 * 1024 * 1024;

const MAGIC: &[u8; 8] = b"FTFRAME1";
const HEADER_LEN: usize = 24;
const HASH_LEN: usize = 32;

/// Reading ahead: large enough that a disk reads in order, small beside everything else.
const READ_LEN: usize = 1024 * 1024;
/// The first look for a frame behind damage; each further look is twice as long.
const LOOK_LEN: usize = 4 * 1024;

/// How many bytes may be hashed for each byte of a segment, beside four of the longest groups. A
/// sound frame is hashed at most twice, and each damaged one once more. Whoever writes a segment of
/// nothing but beginnings of long frames gets no further than this: what is then not looked at is
/// damage, to be mended from the other copy.
const HASHED_PER_BYTE: u64 = 8;

/// A file of the journal.
#[derive(Debug, Clone)]
pub(crate) struct Segment {
    /// By its name, the position of its first record.
    pub(crate) first: u64,
    pub(crate) path: PathBuf,
}

/// Where a whole frame stands. Its hash says which frame it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FrameAt {
    /// The position at which its segment begins, by the file's name.
    pub(crate) segment: u64,
    /// Where it begins in the segment.
    pub(crate) from: u64,
    /// Where the next one begins.
    pub(crate) to: u64,
    /// The last 32 bytes of it.
    pub(crate) hash: [u8; HASH_LEN],
}

impl FrameAt {
    /// The place of a frame that begins at an offset.
    pub(crate) fn of(segment: u64, from: u64, bytes: &[u8]) -> Option<FrameAt> {
        Some(FrameAt {
            segment,
            from,
            to: from.checked_add(wide(bytes.len()))?,
            hash: *bytes.last_chunk()?,
        })
    }
}

/// The path of the segment that begins at a position.
pub(crate) fn segment_path(dir: &Path, first: u64) -> PathBuf {
    dir.join(format!("{first:020}.journal"))
}

/// The segments in order. Other files, such as damaged ones kept aside, are not the journal's.
pub(crate) fn segments(dir: &Path) -> Result<Vec<Segment>, Error> {
    let mut segments = Vec::new();
    for file in fs::read_dir(dir).map_err(at(dir))? {
        let path = file.map_err(at(dir))?.path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let digits = name
            .strip_suffix(".journal")
            .filter(|digits| digits.len() == 20);
        if let Some(first) = digits.and_then(|digits| digits.parse().ok()) {
            segments.push(Segment { first, path });
        }
    }
    segments.sort_unstable_by_key(|segment| segment.first);
    Ok(segments)
}

/// Encodes a frame.
///
/// # Errors
/// [`Error::GroupTooLong`].
pub(crate) fn encode(first: u64, records: &[Record]) -> Result<Vec<u8>, Error> {
    let mut frame = Vec::new();
    encode_into(&mut frame, first, records)?;
    Ok(frame)
}

/// Encodes a frame into a buffer that is used again: a new one of two megabytes for each group is
/// memory that the system first has to clear.
///
/// # Errors
/// [`Error::GroupTooLong`].
pub(crate) fn encode_into(
    frame: &mut Vec<u8>,
    first: u64,
    records: &[Record],
) -> Result<(), Error> {
    let too_long = |len| Error::GroupTooLong { len };
    let count = u32::try_from(records.len()).map_err(|_| too_long(records.len()))?;
    frame.clear();
    frame.extend_from_slice(MAGIC);
    frame.extend_from_slice(&first.to_be_bytes());
    frame.extend_from_slice(&count.to_be_bytes());
    // The length of the entries: not known yet.
    let len_at = frame.len();
    frame.extend_from_slice(&[0; 4]);
    let mut encoder = Encoder::default();
    let mut len = 0;
    for record in records {
        encoder.push(frame, record);
        len = frame.len().saturating_sub(HEADER_LEN);
        if len > GROUP_LEN_MAX {
            return Err(too_long(len));
        }
    }
    let stated = u32::try_from(len).map_err(|_| too_long(len))?;
    for (byte, stated) in frame.iter_mut().skip(len_at).zip(stated.to_be_bytes()) {
        *byte = stated;
    }
    let hash = blake3::hash(frame);
    frame.extend_from_slice(hash.as_bytes());
    Ok(())
}

/// The end of the journal, where frames are added.
#[derive(Debug)]
pub(crate) struct Journal {
    dir: PathBuf,
    last: Option<Last>,
    segment_len: u64,
    faults: Faults,
}

#[derive(Debug)]
struct Last {
    first: u64,
    path: PathBuf,
    file: File,
    len: u64,
}

impl Journal {
    /// Opens the last segment for appending; recovery has seen to it that it ends with a frame.
    pub(crate) fn open(dir: &Path, faults: Faults) -> Result<Journal, Error> {
        let last = match segments(dir)?.pop() {
            Some(Segment { first, path }) => {
                let file = OpenOptions::new()
                    .append(true)
                    .open(&path)
                    .map_err(at(&path))?;
                let len = file.metadata().map_err(at(&path))?.len();
                Some(Last {
                    first,
                    path,
                    file,
                    len,
                })
            }
            None => None,
        };
        Ok(Journal {
            dir: dir.to_path_buf(),
            last,
            segment_len: SEGMENT_LEN,
            faults,
        })
    }

    #[cfg(any(test, feature = "faults"))]
    pub(crate) fn set_segment_len(&mut self, len: u64) {
        self.segment_len = len;
    }

    /// Writes a frame and syncs it; answers where it stands. After an error nothing may be written
    /// before a restart.
    pub(crate) fn append(
        &mut self,
        first: u64,
        frame: &[u8],
        watchdog: &Watchdog,
    ) -> Result<Option<FrameAt>, Error> {
        if self
            .last
            .as_ref()
            .is_none_or(|last| last.len >= self.segment_len)
        {
            let path = segment_path(&self.dir, first);
            self.faults.check(Step::JournalCreate).map_err(at(&path))?;
            let file = OpenOptions::new().create_new(true).append(true).open(&path);
            let file = file.map_err(at(&path))?;
            disk::sync(&self.dir)?;
            self.last = Some(Last {
                first,
                path,
                file,
                len: 0,
            });
        }
        let Some(Last {
            first: segment,
            path,
            file,
            len,
        }) = &mut self.last
        else {
            return Ok(None);
        };

        if let Err(error) = self.faults.check(Step::JournalWrite) {
            let half = frame.get(..frame.len() / 2).unwrap_or_default();
            file.write_all(half).map_err(at(path))?;
            return Err(at(path)(error));
        }
        file.write_all(frame).map_err(at(path))?;
        self.faults.check(Step::JournalSync).map_err(at(path))?;
        watchdog
            .watch("journal sync", || file.sync_data())
            .map_err(at(path))?;
        let stands = FrameAt::of(*segment, *len, frame);
        *len = len.saturating_add(wide(frame.len()));
        Ok(stands)
    }
}

/// Reads a segment from front to back, one frame in memory at a time.
pub(crate) struct Frames<R = BufReader<File>> {
    path: PathBuf,
    file: R,
    offset: u64,
    len: u64,
    buffer: Vec<u8>,
    /// How many bytes were hashed, or read to be: see [`HASHED_PER_BYTE`].
    hashed: u64,
}

/// What stands next in a segment.
pub(crate) enum Piece<'a> {
    Frame(Frame<'a>),
    Damage(Damage),
}

/// A frame that has its hash.
#[derive(Clone, Copy)]
pub(crate) struct Frame<'a> {
    pub(crate) first: u64,
    pub(crate) count: u32,
    pub(crate) entries: &'a [u8],
    /// The whole frame.
    pub(crate) bytes: &'a [u8],
}

/// Bytes that are not a frame, up to the next frame or the end of the segment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Damage {
    pub(crate) from: u64,
    pub(crate) to: u64,
    /// It begins as a frame that would end beyond the file: a write that was cut off.
    pub(crate) is_cut: bool,
}

impl Frames {
    pub(crate) fn open(path: &Path) -> Result<Frames, Error> {
        let file = File::open(path).map_err(at(path))?;
        let len = file.metadata().map_err(at(path))?.len();
        let file = BufReader::with_capacity(READ_LEN, file);
        Ok(Frames::over(path, file, len))
    }

    /// Reads on from an offset at which a frame should begin.
    pub(crate) fn open_at(path: &Path, offset: u64) -> Result<Frames, Error> {
        let mut frames = Frames::open(path)?;
        frames.go(offset).map_err(at(path))?;
        frames.offset = offset;
        Ok(frames)
    }
}

impl<R: Read + Seek> Frames<R> {
    /// The bytes of a segment, and how many they are; the path is for messages.
    pub(crate) fn over(path: &Path, file: R, len: u64) -> Frames<R> {
        Frames {
            path: path.to_path_buf(),
            file,
            offset: 0,
            len,
            buffer: Vec::new(),
            hashed: 0,
        }
    }

    /// Where in the segment the next piece begins.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// How many bytes were hashed so far, or read to be.
    #[cfg(test)]
    pub(crate) fn hashed(&self) -> u64 {
        self.hashed
    }

    /// Whether nothing stands behind the last piece.
    pub(crate) fn is_at_end(&self) -> bool {
        self.offset >= self.len
    }

    /// The next frame or damage; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Piece<'_>>, Error> {
        if self.offset >= self.len {
            return Ok(None);
        }
        let from = self.offset;
        match self.load(from) {
            Ok(true) => return Ok(self.loaded().map(Piece::Frame)),
            Ok(false) => {}
            Err(error) => return Err(at(&self.path)(error)),
        }
        let left = self.len.saturating_sub(from);
        let is_cut = self.is_cut(left).map_err(at(&self.path))?;
        if let Some(format) = other_format(&self.buffer)
            && !self.is_changed_magic(from, left).map_err(at(&self.path))?
        {
            return Err(Error::Newer {
                path: self.path.clone(),
                offset: from,
                format,
            });
        }
        self.resync(from.saturating_add(1))
            .map_err(at(&self.path))?;
        Ok(Some(Piece::Damage(Damage {
            from,
            to: self.offset,
            is_cut,
        })))
    }

    /// The bytes of a damage, at most as many as a frame can have.
    pub(crate) fn bytes(&mut self, damage: Damage) -> Result<Vec<u8>, Error> {
        let most = wide(GROUP_LEN_MAX.saturating_add(HEADER_LEN + HASH_LEN));
        let len = damage.to.saturating_sub(damage.from).min(most);
        let mut bytes = vec![0; narrow(len)];
        let read = self.file.seek(SeekFrom::Start(damage.from));
        read.and_then(|_| self.file.read_exact(&mut bytes))
            .map_err(at(&self.path))?;
        self.file
            .seek(SeekFrom::Start(self.offset))
            .map_err(at(&self.path))?;
        Ok(bytes)
    }

    /// Reads what may be a frame at the reader's place, `offset`; true if it is one, and then the
    /// offset is behind it.
    fn load(&mut self, offset: u64) -> io::Result<bool> {
        let left = self.len.saturating_sub(offset);
        self.buffer.clear();
        if left < wide(HEADER_LEN) {
            return Ok(false);
        }
        self.read_to(HEADER_LEN)?;
        let Some(len) = self.claims().filter(|len| *len <= left) else {
            return Ok(false);
        };
        if !self.may_hash(offset, len) {
            return Ok(false);
        }
        self.read_to(narrow(len))?;
        let Some((hashed, hash)) = self.buffer.split_last_chunk::<HASH_LEN>() else {
            return Ok(false);
        };
        if blake3::hash(hashed) != *hash {
            return Ok(false);
        }
        self.offset = offset.saturating_add(len);
        Ok(true)
    }

    /// Reads on until the buffer has `len` bytes.
    fn read_to(&mut self, len: usize) -> io::Result<()> {
        let has = self.buffer.len();
        self.buffer.resize(len, 0);
        self.file
            .read_exact(self.buffer.get_mut(has..).unwrap_or_default())
    }

    /// Counts what is about to be hashed, unless that would be too much.
    fn may_hash(&mut self, offset: u64, len: u64) -> bool {
        let most = offset.saturating_mul(HASHED_PER_BYTE);
        let most = most.saturating_add(wide(GROUP_LEN_MAX).saturating_mul(4));
        let hashed = self.hashed.saturating_add(len);
        let may = hashed <= most;
        if may {
            self.hashed = hashed;
        }
        may
    }

    /// Whether what begins at the reader's place, and is no frame, is the beginning of one that the
    /// segment ends within. After [`Frames::load`], which has read the header if there is one.
    fn is_cut(&mut self, left: u64) -> io::Result<bool> {
        if left >= wide(HEADER_LEN) {
            return Ok(self.claims().is_some_and(|len| len > left));
        }
        self.read_to(narrow(left))?;
        Ok(self
            .buffer
            .iter()
            .zip(MAGIC)
            .all(|(is, should)| is == should))
    }

    /// Whether the frame in the buffer, of which only the magic is another, is one of this release:
    /// with the right magic it has its hash. One alone is a bit that is wrong. Where the next has
    /// another magic too somebody wrote so, and nothing is to be mended by guessing.
    fn is_changed_magic(&mut self, offset: u64, left: u64) -> io::Result<bool> {
        for (byte, right) in self.buffer.iter_mut().zip(MAGIC) {
            *byte = *right;
        }
        let claim = self.claims().filter(|len| *len <= left);
        let Some(len) = claim.filter(|len| self.may_hash(offset, *len)) else {
            return Ok(false);
        };
        self.read_to(narrow(len))?;
        let has_hash = self
            .buffer
            .split_last_chunk()
            .is_some_and(|(hashed, hash)| blake3::hash(hashed) == *hash);
        let mut next = Vec::new();
        let magic = Read::by_ref(&mut self.file).take(wide(MAGIC.len()));
        { magic }.read_to_end(&mut next)?;
        Ok(has_hash && other_format(&next).is_none())
    }

    /// The length of the whole frame that the header in the buffer claims, if it can be one.
    fn claims(&self) -> Option<u64> {
        claimed(&self.buffer)
    }

    fn loaded(&self) -> Option<Frame<'_>> {
        let mut rest = self.buffer.get(8..)?;
        let first = u64::from_be_bytes(take(&mut rest)?);
        let count = u32::from_be_bytes(take(&mut rest)?);
        let _len: [u8; 4] = take(&mut rest)?;
        let (entries, _) = rest.split_last_chunk::<HASH_LEN>()?;
        Some(Frame {
            first,
            count,
            entries,
            bytes: &self.buffer,
        })
    }

    /// Moves to the next sound frame at or after `from`, or to the end. What it has read it does
    /// not read again: a place that looks like a frame costs what it claims to be, and no more.
    fn resync(&mut self, from: u64) -> io::Result<()> {
        self.go(from)?;
        let mut window = Window::from(from);
        let next = loop {
            let Some(at) = window.find(&mut self.file)? else {
                break self.len;
            };
            let offset = window.offset_of(at);
            let left = self.len.saturating_sub(offset);
            let header = window.get(&mut self.file, at, HEADER_LEN)?;
            let claim = header.and_then(claimed).filter(|len| *len <= left);
            if let Some(len) = claim.filter(|len| self.may_hash(offset, *len)) {
                let frame = window.get(&mut self.file, at, narrow(len))?;
                if frame
                    .and_then(|frame| frame.split_last_chunk())
                    .is_some_and(|(hashed, hash)| blake3::hash(hashed) == *hash)
                {
                    break offset;
                }
            }
            window.pass(at);
        };
        self.offset = next;
        self.go(next)
    }

    /// Moves the reader; within what it has read ahead that reads nothing again.
    fn go(&mut self, to: u64) -> io::Result<()> {
        let here = self.file.stream_position()?;
        let by = i64::try_from(i128::from(to).saturating_sub(i128::from(here)));
        match by {
            Ok(by) => self.file.seek_relative(by),
            Err(_) => self.file.seek(SeekFrom::Start(to)).map(|_| ()),
        }
    }
}

/// The magic of a frame of a newer release: `FTFRAME` and a higher digit than this one's. There
/// was none before it.
fn other_format(bytes: &[u8]) -> Option<String> {
    let (digit, name) = MAGIC.split_last()?;
    let (other, rest) = bytes.get(..MAGIC.len())?.split_last()?;
    let is_other = rest == name && other.is_ascii_digit() && other > digit;
    is_other.then(|| String::from_utf8_lossy(bytes.get(..MAGIC.len()).unwrap_or_default()).into())
}

/// The length of the whole frame that a header claims, if it can be one.
fn claimed(header: &[u8]) -> Option<u64> {
    let mut header = header.get(..HEADER_LEN)?;
    let magic: [u8; 8] = take(&mut header)?;
    let _first_and_count: [u8; 12] = take(&mut header)?;
    let len = u64::from(u32::from_be_bytes(take(&mut header)?));
    let possible = magic == *MAGIC && len <= wide(GROUP_LEN_MAX);
    possible.then(|| len.saturating_add(wide(HEADER_LEN + HASH_LEN)))
}

/// Where the entries of a frame would be whose hash is wrong.
pub(crate) fn entries_of_damaged(frame: &[u8]) -> &[u8] {
    let end = frame.len().saturating_sub(HASH_LEN);
    frame.get(HEADER_LEN..end).unwrap_or_default()
}
