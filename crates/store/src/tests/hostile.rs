//! A segment that somebody wrote to keep a start busy is read in time that grows with its length
//! alone, and the sound frames in an honest one are all found behind damage.

use std::io::Cursor;
use std::path::Path;

use super::*;
use crate::journal::{Frames, GROUP_LEN_MAX, Piece};

/// The beginning of a frame that claims so many bytes of entries.
fn beginning(len: u32) -> Vec<u8> {
    let mut bytes = b"FTFRAME1".to_vec();
    bytes.extend([0; 12]);
    bytes.extend(len.to_be_bytes());
    bytes
}

/// Reads all of it; how many frames, and how many bytes were hashed.
fn read(bytes: &[u8]) -> (usize, u64) {
    let mut frames = Frames::over(Path::new("memory"), Cursor::new(bytes), bytes.len() as u64);
    let mut count = 0;
    while let Some(piece) = frames.next().unwrap() {
        count += usize::from(matches!(piece, Piece::Frame(_)));
    }
    (count, frames.hashed())
}

#[test]
fn beginnings_of_long_frames_cost_no_more_than_their_segment() {
    const LEN: u32 = 8 << 20;
    let mut bytes = Vec::new();
    while bytes.len() < LEN as usize {
        // Each ends where the segment ends, or before.
        bytes.extend(beginning(LEN - bytes.len() as u32));
    }
    bytes.extend([0; 128]);
    let (frames, hashed) = read(&bytes);
    assert_eq!(frames, 0);
    assert!(
        hashed <= (bytes.len() * 8 + GROUP_LEN_MAX * 4) as u64,
        "{hashed}"
    );

    // With a sound frame between any two, each search begins anew.
    let sound = crate::frame(0, &[]).unwrap();
    let mut bytes = Vec::new();
    while bytes.len() < LEN as usize {
        bytes.extend(beginning(LEN - bytes.len() as u32));
        bytes.extend(&sound);
    }
    let (_, hashed) = read(&bytes);
    assert!(
        hashed <= (bytes.len() * 8 + GROUP_LEN_MAX * 4) as u64,
        "{hashed}"
    );
}

#[test]
fn every_sound_frame_is_found_though_each_other_one_is_damaged() {
    let mut head = Head::genesis(LedgerId::from_bytes([1; 16]));
    let mut bytes = Vec::new();
    for number in 0..3_000_u64 {
        let (command, digest) = (Uuid::from_u128(number.into()), Hash::from_bytes([2; 32]));
        let body = vec![3; 40 + number as usize * 7 % 5_000];
        let record = head.link(9, command, 1, 1, digest, body).unwrap();
        head = Head::of(&record);
        let mut frame = crate::frame(number, &[record]).unwrap();
        if number % 2 == 0 {
            let middle = frame.len() / 2;
            frame[middle] ^= 1;
        }
        bytes.extend(frame);
    }
    assert_eq!(read(&bytes).0, 1_500);
}
