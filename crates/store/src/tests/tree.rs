//! The files of the tree hold what the records say, however often they are opened and whatever
//! became of them in between.

use std::fs;
use std::path::Path;

use chain::{NodeHash, complete_root, leaf_hash};

use crate::{Error, Register, Standing, Tree};

fn leaf(number: u64) -> NodeHash {
    leaf_hash(&number.to_be_bytes())
}

/// Opens the tree and gives it its leaves; how many tiles were wrong.
fn grown(dir: &Path, leaves: u64) -> (Tree, u64) {
    let mut tree = Tree::at(dir);
    (0..leaves).for_each(|number| tree.push(leaf(number)).unwrap());
    let mended = tree.settle().unwrap();
    (tree, mended)
}

#[test]
fn every_node_and_every_tile_is_found() {
    for size in [1, 2, 255, 256, 257, 70_000] {
        let dir = tempfile::tempdir().unwrap();
        let (tree, _) = grown(dir.path(), size);
        let reader = tree.reader();
        let mut row: Vec<_> = (0..size).map(leaf).collect();
        for level in 0_u8.. {
            for (index, hash) in (0..).zip(&row) {
                // Every one of a small tree, the edges of a large one.
                if size < 1000 || index < 300 || index + 300 > row.len() as u64 {
                    assert_eq!(reader.node(level, index).unwrap(), *hash, "{level}/{index}");
                }
            }
            if level % 8 == 0 {
                for (index, tile) in (0..).zip(row.chunks(256)) {
                    let width = u16::try_from(tile.len()).unwrap();
                    let bytes: Vec<u8> = tile.iter().flat_map(|hash| *hash.as_bytes()).collect();
                    assert_eq!(reader.tile(level / 8, index, width).unwrap(), bytes);
                }
            }
            row = row.chunks_exact(2).filter_map(complete_root).collect();
            if row.is_empty() {
                break;
            }
        }
    }
}

#[test]
fn a_changed_byte_is_put_right_at_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    let (size, root) = (1000, grown(dir.path(), 1000).0.root());
    assert_eq!(grown(dir.path(), size).1, 0, "nothing was wrong");
    for (file, at) in [("0", 0), ("0", 31_999), ("0", 8192), ("1", 40)] {
        let path = dir.path().join("tree").join(file);
        let sound = fs::read(&path).unwrap();
        let mut bytes = sound.clone();
        bytes[at] ^= 4;
        fs::write(&path, &bytes).unwrap();
        let (tree, mended) = grown(dir.path(), size);
        assert_eq!((tree.root(), mended), (root, 1), "{file} {at}");
        assert_eq!(fs::read(&path).unwrap(), sound, "{file} {at}");
    }
}

#[test]
fn what_the_records_do_not_say_is_cut() {
    let dir = tempfile::tempdir().unwrap();
    grown(dir.path(), 700);
    let (tree, mended) = grown(dir.path(), 600);
    assert!(mended > 0, "the tile at the end had more");
    assert_eq!(
        tree.root(),
        grown(tempfile::tempdir().unwrap().path(), 600).0.root()
    );
    let len = fs::metadata(dir.path().join("tree/0")).unwrap().len();
    assert_eq!(len, 600 * 32);
}

#[test]
fn a_start_that_is_not_settled_leaves_the_files_as_they_were() {
    let dir = tempfile::tempdir().unwrap();
    let names = ["0", "1"].map(|name| dir.path().join("tree").join(name));
    let read = || names.clone().map(|path| fs::read(path).ok());
    let refused = |leaves: u64, from: u64| {
        let mut tree = Tree::at(dir.path());
        (0..leaves).for_each(|number| {
            tree.push(leaf(number + 7 * u64::from(number >= from)))
                .unwrap()
        });
        tree.flush().unwrap();
        tree.parted()
    };
    refused(600, 600);
    assert!(!dir.path().join("tree").exists(), "nothing is made");
    grown(dir.path(), 600);
    let before = read();
    // Another record in a full tile, another one in the last, fewer, and more.
    for (leaves, from, parted) in [
        (600, 9, Some(9)),
        (600, 590, Some(590)),
        (500, 500, None),
        (900, 900, None),
    ] {
        assert_eq!(refused(leaves, from), parted);
        assert_eq!(read(), before, "{leaves} {from}");
    }
}

#[test]
fn a_register_holds_the_last_that_was_written_or_the_one_before() {
    let dir = tempfile::tempdir().unwrap();
    let register = Register::at(&dir.path().join("head"));
    assert_eq!(register.read().unwrap(), None);
    register.write(b"one\n").unwrap();
    register.write(b"two\n").unwrap();
    assert_eq!(register.read().unwrap().unwrap(), b"two\n");
    assert!(register.shares_disk(dir.path()));
    // A write that a crash cut off never has the name.
    fs::write(dir.path().join("head.new"), b"thr").unwrap();
    assert_eq!(register.read().unwrap().unwrap(), b"two\n");
    fs::write(register.path(), vec![b'x'; 70_000]).unwrap();
    assert!(register.read().is_err(), "longer than any checkpoint");
}

#[test]
fn a_link_to_a_register_stays_one_and_is_the_same_register() {
    let dir = tempfile::tempdir().unwrap();
    let (real, link) = (dir.path().join("disk/head"), dir.path().join("head"));
    fs::create_dir(dir.path().join("disk")).unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    // Not yet there, or on a disk that is not mounted: a file in its place would be the wrong one.
    let nowhere = Register::at(&link);
    assert!(matches!(nowhere.read(), Err(Error::LeadsNowhere { path }) if path == link));
    assert!(matches!(
        nowhere.write(b"one\n"),
        Err(Error::LeadsNowhere { .. })
    ));
    assert!(matches!(nowhere.lock(), Err(Error::LeadsNowhere { .. })));
    assert!(!real.exists() && link.is_symlink());

    fs::write(&real, b"one\n").unwrap();
    let linked = Register::at(&link);
    assert_eq!(linked.read().unwrap().unwrap(), b"one\n");
    linked.write(b"two\n").unwrap();
    assert!(link.is_symlink());
    assert_eq!(fs::read(&real).unwrap(), b"two\n");
    let held = linked.lock().unwrap();
    let second = Register::at(&real).lock();
    assert!(matches!(second, Err(Error::InUse { dir }) if dir == real));
    drop(held);
    Register::at(&real).lock().unwrap();
}

#[test]
fn a_register_is_not_written_over_what_somebody_else_has_put_there() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("head");
    let register = Register::at(&path);
    assert_eq!(register.read().unwrap(), None);
    register.advance(b"one\n").unwrap();
    register.clone().advance(b"two\n").unwrap();
    assert_eq!(register.standing(), Standing::Kept);

    fs::write(&path, b"one\n").unwrap();
    let changed = register.advance(b"three\n");
    assert!(matches!(changed, Err(Error::RegisterChanged { path: p }) if p == path));
    assert_eq!(register.standing(), Standing::Another);
    assert_eq!(fs::read(&path).unwrap(), b"one\n");
    fs::remove_file(&path).unwrap();
    let gone = register.advance(b"three\n");
    assert!(matches!(gone, Err(Error::RegisterGone { path: p }) if p == path));
    assert_eq!(register.standing(), Standing::Gone);
    assert!(register.shares_disk(dir.path()), "as far as can be told");

    fs::write(&path, b"two\n").unwrap();
    assert_eq!(register.standing(), Standing::Kept);
    // One that could not be written is tried again.
    fs::create_dir(dir.path().join("head.new")).unwrap();
    register.advance(b"three\n").unwrap_err();
    fs::remove_dir(dir.path().join("head.new")).unwrap();
    register.advance(b"four\n").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"four\n");
}

#[test]
fn a_tree_goes_on_from_the_right_edge_of_its_files() {
    for size in [0, 1, 2, 255, 256, 257, 511, 65_536, 65_793, 70_000] {
        let dir = tempfile::tempdir().unwrap();
        let (before, _) = grown(dir.path(), size);
        let root = before.root();
        // The files may be ahead.
        drop(grown(dir.path(), size + 3));
        let mut tree = Tree::resume(dir.path(), size).unwrap();
        assert_eq!((tree.size(), tree.root()), (size, root));
        for number in size..size + 300 {
            tree.push(leaf(number)).unwrap();
        }
        assert_eq!(tree.settle().unwrap(), 0, "{size}");
        let (whole, mended) = grown(dir.path(), size + 300);
        assert_eq!((whole.root(), mended), (tree.root(), 0), "{size}");
    }
}

#[test]
fn a_right_edge_that_is_not_there_is_an_error_and_a_wrong_one_has_another_root() {
    let dir = tempfile::tempdir().unwrap();
    let root = grown(dir.path(), 70_000).0.root();
    assert!(Tree::resume(dir.path(), 70_001).is_err());
    let path = dir.path().join("tree/0");
    let mut bytes = fs::read(&path).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&path, &bytes).unwrap();
    assert_ne!(Tree::resume(dir.path(), 70_000).unwrap().root(), root);
    // What lies before the edge is found by whoever pushes everything.
    bytes[last] ^= 1;
    bytes[100] ^= 1;
    fs::write(&path, &bytes).unwrap();
    assert_eq!(Tree::resume(dir.path(), 70_000).unwrap().root(), root);
    let mut again = Tree::at(dir.path());
    (0..70_000).for_each(|number| again.push(leaf(number)).unwrap());
    again.flush().unwrap();
    assert!(!again.was_there());
}
