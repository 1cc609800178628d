//! A file of subjects is whole or it is not there: torn, cut or changed, it is found out.

use crate::{Error, SubjectFile, SubjectRow, SubjectWriter};
use chain::{Accumulator, Frontier, Hash, LedgerId, root_at};
use std::path::Path;
use uuid::Uuid;

fn row(n: u64) -> SubjectRow {
    let ledger = LedgerId::from_bytes([u8::try_from(n / 100).unwrap(); 16]);
    let subject = Uuid::from_u128(u128::from(n) << 64);
    let accumulator = Accumulator::empty(ledger, subject).after(Hash::from_bytes([7; 32]));
    SubjectRow {
        key: (ledger, subject),
        accumulator,
    }
}

fn write(dir: &Path, through: u64, rows: u64) -> SubjectFile {
    let mut writer = SubjectWriter::create(dir, through, Hash::from_bytes([9; 32])).unwrap();
    for n in 0..rows {
        writer.push(&row(n)).unwrap();
    }
    writer.finish().unwrap()
}

fn read(file: &SubjectFile) -> Result<Vec<SubjectRow>, Error> {
    let mut rows = Vec::new();
    file.each(|row| {
        rows.push(row);
        Ok::<_, Error>(())
    })?;
    Ok(rows)
}

#[test]
fn what_was_written_is_read_and_found() {
    let dir = tempfile::tempdir().unwrap();
    for count in [0, 1, 2, 4096, 4097, 9000] {
        let file = write(dir.path(), count, count);
        assert_eq!((file.count, file.through), (count, count));
        let expected: Vec<_> = (0..count).map(row).collect();
        assert_eq!(read(&file).unwrap(), expected);
        for n in [0, 1, 4095, 4096, 8999].into_iter().filter(|n| *n < count) {
            assert_eq!(file.find(row(n).key).unwrap(), Some((n, row(n))));
        }
        assert_eq!(file.find(row(count).key).unwrap(), None);
    }
    assert_eq!(SubjectFile::list(dir.path()).unwrap()[..2], [9000, 4097]);
    SubjectFile::remove_others(dir.path(), &[2]).unwrap();
    assert_eq!(SubjectFile::list(dir.path()).unwrap(), [2]);
}

#[test]
fn every_complete_subtree_is_had_without_reading_the_whole() {
    let dir = tempfile::tempdir().unwrap();
    for count in [1, 255, 256, 257, 511, 512, 1024, 3000] {
        let file = write(dir.path(), count, count);
        let mut tree = Frontier::new();
        for n in 0..count {
            tree.push_each(row(n).leaf(), |level, index, node| {
                assert_eq!(
                    file.node(level, index).unwrap(),
                    node,
                    "{count}: {level} {index}"
                );
            });
        }
        let root = root_at(count, |level, index| file.node(level, index));
        assert_eq!(root.unwrap(), tree.root(), "{count}");
        assert!(file.node(0, count).is_err());
        assert!(file.node(8, count / 256).is_err());
        assert!(file.node(63, 1).is_err());
    }
}

#[test]
fn every_flipped_bit_and_every_cut_is_found() {
    let dir = tempfile::tempdir().unwrap();
    // One row more than has a root of its own, so that the file has every part.
    write(dir.path(), 5, 257);
    let path = dir
        .path()
        .join("subjects")
        .join(format!("{:020}.subjects", 5));
    let sound = std::fs::read(&path).unwrap();
    let readable = || SubjectFile::open(dir.path(), 5).and_then(|file| read(&file));
    let rows = 48..48 + 257 * 72;
    // Of the rows in the middle, which are all alike, not every byte.
    let is_tried = |byte: &usize| !rows.contains(byte) || byte.is_multiple_of(97);
    for byte in (0..sound.len()).filter(is_tried) {
        let mut bytes = sound.clone();
        bytes[byte] ^= 1 << (byte % 8);
        std::fs::write(&path, &bytes).unwrap();
        assert!(readable().is_err(), "byte {byte}");
        std::fs::write(&path, &sound[..byte]).unwrap();
        assert!(readable().is_err(), "cut at {byte}");
    }
    std::fs::write(&path, &sound).unwrap();
    assert_eq!(readable().unwrap().len(), 257);
}

#[test]
fn an_unfinished_file_is_none() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = SubjectWriter::create(dir.path(), 5, Hash::from_bytes([9; 32])).unwrap();
    writer.push(&row(1)).unwrap();
    drop(writer);
    assert_eq!(SubjectFile::list(dir.path()).unwrap(), []);
    SubjectFile::remove_others(dir.path(), &[]).unwrap();
    let left = std::fs::read_dir(dir.path().join("subjects")).unwrap();
    assert_eq!(left.count(), 0);
}
