//! Files that a process left, or somebody put there: what opens them refuses or mends.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::LazyLock;

use chain::{Cosigner, LedgerId, Signer, leaf_hash};
use sha2::{Digest, Sha256};
use store::{KeyStore, SubjectFile, Tree};
use tempfile::TempDir;
use uuid::Uuid;
use witness::{Storage, Witness};

/// One for all inputs.
static DIR: LazyLock<TempDir> = LazyLock::new(|| {
    let dir = tempfile::tempdir().expect("a directory");
    for name in ["tree", "subjects"] {
        fs::create_dir(dir.path().join(name)).expect("a directory");
    }
    dir
});

/// The first byte says which file it is.
pub fn of_the_store(data: &[u8]) {
    let Some((which, data)) = data.split_first() else {
        return;
    };
    let dir = DIR.path();
    match which % 3 {
        0 => {
            fs::write(dir.join("keys"), data).expect("a file");
            if let Ok(keys) = KeyStore::open(dir) {
                let _ = keys.get(Uuid::from_u128(1));
            }
        }
        1 => {
            let path = dir.join("subjects").join(format!("{:020}.subjects", 9));
            fs::write(path, data).expect("a file");
            if let Ok(file) = SubjectFile::open(dir, 9) {
                let _ = file.each(|_| Ok::<(), store::Error>(()));
                let _ = file.find((LedgerId::from_bytes([1; 16]), Uuid::from_u128(1)));
            }
        }
        _ => {
            let path = dir.join("tree/0");
            fs::write(&path, data).expect("a file");
            let mut tree = Tree::at(dir);
            let leaves: Vec<_> = (0_u8..20).map(|number| leaf_hash(&[number])).collect();
            for leaf in &leaves {
                tree.push(*leaf).expect("a leaf");
            }
            tree.settle().expect("a tree");
            let bytes: Vec<u8> = leaves.iter().flat_map(|leaf| *leaf.as_bytes()).collect();
            assert_eq!(fs::read(path).expect("a file"), bytes);
        }
    }
}

/// One file, and the mark that it was there.
#[derive(Debug)]
struct Memory(Vec<u8>);

impl Storage for Memory {
    fn path(&self, file: &str) -> PathBuf {
        file.into()
    }

    fn read(&self, _: &str) -> io::Result<Option<Vec<u8>>> {
        Ok(Some(self.0.clone()))
    }

    fn exists(&self, _: &str) -> io::Result<bool> {
        Ok(true)
    }

    fn write(&self, _: &str, _: &[u8]) -> io::Result<()> {
        Ok(())
    }

    fn rename(&self, _: &str, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn sync_names(&self) -> io::Result<()> {
        Ok(())
    }
}

/// What a witness remembered: as it is, and with the checksum that it needs.
pub fn of_a_witness(data: &[u8]) {
    let sum = Sha256::digest(data);
    let sum: String = sum.iter().map(|byte| format!("{byte:02x}")).collect();
    let fits = [format!("fundtrace-witness/v1\n{sum}\n").as_bytes(), data].concat();
    for bytes in [data.to_vec(), fits] {
        let key = Cosigner::new("witness.example", &[2; 32]).expect("a name");
        let log = Signer::new("log.example", &[1; 32]).expect("a name");
        let _ = Witness::over(Memory(bytes), key, [log.verifier().clone()]);
    }
}
