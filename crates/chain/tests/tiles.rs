//! What tiles promise: names and widths as C2SP tlog-tiles has them, each tile one path, and every
//! node of the tree to be had from them.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "in a test a panic is the message"
)]

mod common;

use chain::{
    BundleError, Content, Cut, Tile, TileError, complete_root, decode_entries, encode_entries,
};
use common::Memory;

fn hashes(level: u8) -> Content {
    Content::Hashes { level }
}

#[test]
fn a_tile_has_one_path() {
    let check = |content, index, width, path: &str| {
        let tile = Tile::new(content, index, width).unwrap();
        assert_eq!(tile.to_string(), path);
        assert_eq!(path.parse(), Ok(tile));
    };
    check(hashes(0), 0, 256, "0/000");
    check(hashes(0), 1_234_067, 256, "0/x001/x234/067");
    check(hashes(3), 1_234_067, 5, "3/x001/x234/067.p/5");
    check(hashes(63), 999, 255, "63/999.p/255");
    check(Content::Entries, 1000, 1, "entries/x001/000.p/1");
    check(
        Content::Entries,
        u64::MAX,
        255,
        "entries/x018/x446/x744/x073/x709/x551/615.p/255",
    );
}

#[test]
fn refuses_every_other_path() {
    let huge = format!("0/{}000", "x001/".repeat(100_000));
    for path in [
        "",
        "0",
        "0/",
        "/000",
        "00/000",
        "+0/000",
        "64/000",
        "256/000",
        "-1/000",
        "data/000",
        "0/0",
        "0/00",
        "0/0000",
        "0/+01",
        "0/x000/001",
        "0/x001",
        "0/001/002",
        "0/x1/002",
        "0/xx01/002",
        "0/1000",
        "0/000.p/0",
        "0/000.p/256",
        "0/000.p/01",
        "0/000.p/",
        "0/000.p",
        "0/000.p/1/",
        "0/000/",
        "0/000.p/1.p/1",
        "0/０00",
        "0/x018/x446/x744/x073/x709/x551/616",
        "0/x999/x999/x999/x999/x999/x999/x999/999",
        "entries",
        "entries/000.p/-1",
        &huge,
    ] {
        assert!(path.parse::<Tile>().is_err(), "{path}");
    }
    assert_eq!(
        Tile::new(hashes(64), 0, 1),
        Err(TileError::Level { level: 64 })
    );
    assert_eq!(
        Tile::new(hashes(0), 0, 257),
        Err(TileError::Width { width: 257 })
    );
}

/// The examples of the specification.
#[test]
fn a_tree_has_the_tiles_that_the_specification_says() {
    let partial = |size| {
        let paths: Vec<String> = Tile::partial(size).map(|tile| tile.to_string()).collect();
        paths
    };
    assert_eq!(
        partial(70_000),
        [
            "0/273.p/112",
            "1/001.p/17",
            "2/000.p/1",
            "entries/273.p/112"
        ]
    );
    assert_eq!(partial(256), ["1/000.p/1"]);
    assert_eq!(partial(0), Vec::<String>::new());
    let there = |index, size| Tile::of_size(hashes(0), index, size).map(|tile| tile.width());
    assert_eq!(there(272, 70_000), Some(256));
    assert_eq!(there(273, 70_000), Some(112));
    assert_eq!(there(274, 70_000), None);
    let tile: Tile = "0/273.p/100".parse().unwrap();
    assert!(tile.is_within(70_000) && !tile.is_within(69_987) && tile.is_within(69_988));
}

#[test]
fn every_node_is_found_in_its_tile() {
    let memory = Memory::new(1500);
    for level in 0..=10_u8 {
        for index in 0..1500_u64 >> level {
            let cut = Cut::of_node(level, index);
            let tile = Tile::of_size(hashes(cut.level), cut.index, 1500).unwrap();
            let row: Vec<_> = (0..u64::from(tile.width()))
                .map(|at| memory.node(cut.level * 8, cut.index * 256 + at).unwrap())
                .collect();
            assert_eq!(
                cut.root(&row),
                memory.node(level, index).ok(),
                "{level} {index}"
            );
        }
    }
    assert_eq!(Cut::of_node(9, 3).root(&[]), None);
    assert_eq!(complete_root(&[]), None);
    assert_eq!(complete_root(&[memory.frontier.root(); 3]), None);
}

#[test]
fn a_bundle_gives_back_its_entries_and_nothing_else_is_one() {
    let entries: Vec<&[u8]> = vec![b"", b"one", &[0; 65_535]];
    let bytes = encode_entries(&entries).unwrap();
    assert_eq!(bytes[..7], [0, 0, 0, 3, b'o', b'n', b'e']);
    assert_eq!(decode_entries(&bytes), Ok(entries));
    assert_eq!(
        decode_entries(&bytes[..6]),
        Err(BundleError::CutOff { entry: 1 })
    );
    assert_eq!(decode_entries(&[0]), Err(BundleError::CutOff { entry: 0 }));
    assert_eq!(decode_entries(&[0; 514]), Err(BundleError::TooMany));
    assert_eq!(decode_entries(&[0; 512]).unwrap().len(), 256);
    assert_eq!(encode_entries([[0; 1]; 257]), Err(BundleError::TooMany));
    assert_eq!(
        encode_entries([vec![0; 65_536]]),
        Err(BundleError::EntryTooLong { len: 65_536 })
    );
}

/// Our chain hashes with BLAKE3 in `derive_key` mode; the library is checked against its authors.
#[test]
fn the_published_blake3_vectors_agree() {
    let context = "BLAKE3 2019-12-27 16:29:52 test vectors context";
    let vectors = common::blocks(include_str!("../../../proto/vectors/blake3.txt"));
    assert_eq!(vectors.len(), 35);
    for vector in vectors {
        let len: usize = vector["input_len"][0].parse().unwrap();
        let input: Vec<u8> = (0..len).map(|at| u8::try_from(at % 251).unwrap()).collect();
        assert_eq!(blake3::hash(&input).to_string(), vector["hash"][0]);
        let derived = blake3::Hash::from_bytes(blake3::derive_key(context, &input));
        assert_eq!(derived.to_string(), vector["derive_key"][0]);
    }
}
