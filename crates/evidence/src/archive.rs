//! The zip around it all, read with limits: a package comes from anywhere.
//!
//! Allowed is little: the names of the format, each once, stored or deflated, no comments, nothing
//! before, between or hidden behind. Two readers of one package must not see two packages.

use crate::Fault;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// The longest package that is read, in bytes: room for its evidence files and its records.
pub const PACKAGE_LEN_MAX: usize = 512 << 20;
/// The most records of a package: with 6 KiB each still 120 MiB.
pub const RECORDS_MAX: usize = 20_000;
/// The most bytes of evidence files that go into a package: an inspector's mail still takes it.
pub const FILES_LEN_MAX: u64 = 128 << 20;

/// A record and its proof each are an entry; then the evidence files and a dozen others.
const ENTRIES_MAX: usize = 2 * RECORDS_MAX + 4_096;
/// What is unpacked into memory in all: everything but the evidence files, which are only hashed.
const HELD_LEN_MAX: u64 = 256 << 20;
/// One entry that is held.
const ENTRY_LEN_MAX: u64 = 64 << 20;
/// What deflate makes smaller than this many times is no text of ours, but a bomb.
const RATIO_MAX: u64 = 250;

/// The end of the zip's list of entries, without a comment.
const END_LEN: usize = 22;

/// Evidence files of the package stand here, by their SHA-256.
pub(crate) const FILES: &str = "files/";

/// The entries of a package.
#[derive(Debug, Default)]
pub(crate) struct Archive {
    /// Everything but evidence files.
    pub(crate) held: BTreeMap<String, Vec<u8>>,
    /// Size and SHA-256 of every entry.
    pub(crate) hashes: BTreeMap<String, (u64, [u8; 32])>,
}

/// Pretty JSON with a newline at its end.
pub(crate) fn json<T: serde::Serialize>(value: &T) -> Result<Vec<u8>, Fault> {
    let text = serde_json::to_vec_pretty(value);
    let mut text = text.map_err(|error| Fault::Manifest(error.to_string()))?;
    text.push(b'\n');
    Ok(text)
}

/// SHA-256 of bytes.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Packs entries, in the order of their names and with no time of day: the same entries are the
/// same package.
pub(crate) fn pack(entries: &BTreeMap<String, Vec<u8>>) -> Result<Vec<u8>, Fault> {
    let wrong = |error: zip::result::ZipError| Fault::Zip(error.to_string());
    let options = SimpleFileOptions::default().last_modified_time(DateTime::default());
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        // Photographs and scans are compressed already.
        let method = if name.starts_with(FILES) {
            CompressionMethod::Stored
        } else {
            CompressionMethod::Deflated
        };
        let options = options.compression_method(method);
        writer.start_file(name.as_str(), options).map_err(wrong)?;
        let written = writer.write_all(bytes);
        written.map_err(|error| Fault::Zip(error.to_string()))?;
    }
    let packed = writer.finish().map_err(wrong)?.into_inner();
    if packed.len() > PACKAGE_LEN_MAX {
        return Err(Fault::TooLong { len: packed.len() });
    }
    Ok(packed)
}

/// Unpacks a package.
pub(crate) fn unpack(bytes: &[u8]) -> Result<Archive, Fault> {
    if bytes.len() > PACKAGE_LEN_MAX {
        return Err(Fault::TooLong { len: bytes.len() });
    }
    let wrong = |error: zip::result::ZipError| Fault::Zip(error.to_string());
    // The library looks for the end of the list wherever it may be, and passes over what is behind.
    let end = bytes.last_chunk::<END_LEN>();
    if !end.is_some_and(|end| end.starts_with(b"PK\x05\x06")) {
        return Err(Fault::Zip("cut off, or something behind it".to_owned()));
    }
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(wrong)?;
    let count = zip.len();
    if count > ENTRIES_MAX {
        return Err(Fault::TooMany { count });
    }
    let plain = zip.offset() == 0 && zip.comment().is_empty() && !zip.has_duplicate_names();
    if !plain || zip.has_overlapping_entries().map_err(wrong)? {
        let text = "something before, between or twice in it".to_owned();
        return Err(Fault::Zip(text));
    }
    let mut archive = Archive::default();
    let mut room = HELD_LEN_MAX;
    for at in 0..count {
        let mut entry = zip.by_index(at).map_err(wrong)?;
        let name = entry.name().map_err(wrong)?.into_owned();
        if !is_known(&name) || !entry.is_file() {
            return Err(Fault::Name(name.chars().take(80).collect()));
        }
        let bomb = || Fault::Bomb { name: name.clone() };
        let size = entry.size();
        let ratio = entry.compressed_size().saturating_add(16);
        if size > ratio.saturating_mul(RATIO_MAX) {
            return Err(bomb());
        }
        let (size, hash, held) = if name.starts_with(FILES) {
            let (size, hash) = hash_of(&mut entry).map_err(|_| bomb())?;
            (size, hash, None)
        } else {
            room = room.checked_sub(size).ok_or_else(bomb)?;
            if size > ENTRY_LEN_MAX {
                return Err(bomb());
            }
            let mut held = Vec::new();
            // One more than it says, so that one that says too little is noticed.
            let mut limited = (&mut entry).take(size.saturating_add(1));
            let read = limited.read_to_end(&mut held);
            read.map_err(|error| Fault::Zip(format!("{name}: {error}")))?;
            let len = u64::try_from(held.len()).unwrap_or(u64::MAX);
            (len, sha256(&held), Some(held))
        };
        if size != entry.size() {
            return Err(bomb());
        }
        archive.hashes.insert(name.clone(), (size, hash));
        if let Some(held) = held {
            archive.held.insert(name, held);
        }
    }
    Ok(archive)
}

/// Length and SHA-256 of a stream, which is never longer than an evidence file may be.
fn hash_of(stream: &mut impl Read) -> std::io::Result<(u64, [u8; 32])> {
    let mut hasher = Sha256::new();
    let mut len = 0_u64;
    let mut buffer = vec![0; 64 << 10];
    loop {
        let read = stream.read(&mut buffer)?;
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else {
            return Ok((len, hasher.finalize().into()));
        };
        hasher.update(bytes);
        len = len.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        if len > FILES_LEN_MAX {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
    }
}

/// The names that the format has.
fn is_known(name: &str) -> bool {
    const PLAIN: [&str; 8] = [
        "README.txt",
        "answer.json",
        "checkpoint",
        "keys.json",
        "manifest.json",
        "report.en.html",
        "report.zh.html",
        "seals.json",
    ];
    let hex = |text: &str| {
        text.len() == 64
            && text
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    PLAIN.contains(&name)
        || position_of(name, "records/", ".bin").is_some()
        || position_of(name, "proofs/", ".tlog-proof").is_some()
        || name.strip_prefix(FILES).is_some_and(hex)
}

/// The position in a name, written as numbers are.
pub(crate) fn position_of(name: &str, before: &str, after: &str) -> Option<u64> {
    let digits = name.strip_prefix(before)?.strip_suffix(after)?;
    let position: u64 = digits.parse().ok()?;
    (position.to_string() == digits).then_some(position)
}

/// The name of a record.
pub(crate) fn record_name(position: u64) -> String {
    format!("records/{position}.bin")
}

/// The name of a proof.
pub(crate) fn proof_name(position: u64) -> String {
    format!("proofs/{position}.tlog-proof")
}
