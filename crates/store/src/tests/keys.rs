//! Keys are kept, and forgotten for good.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use uuid::Uuid;

use crate::KeyStore;

fn key(n: u8) -> (Uuid, [u8; 32]) {
    (Uuid::from_bytes([n; 16]), [n; 32])
}

#[test]
fn keeps_keys_and_erases_them_from_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let mut keys = KeyStore::open(dir.path()).unwrap();
    keys.put_all(&[key(1), key(2)]).unwrap();
    keys.put_all(&[]).unwrap();
    keys.put_all(&[key(3)]).unwrap();
    let path = dir.path().join("keys");
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert!(keys.erase(key(2).0).unwrap());
    assert!(!keys.erase(key(2).0).unwrap());
    keys.put_all(&[key(4)]).unwrap();
    drop(keys);
    let bytes = fs::read(&path).unwrap();
    assert!(!bytes.windows(32).any(|bytes| bytes == [2; 32]));
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let keys = KeyStore::open(dir.path()).unwrap();
    let found = [1, 2, 3, 4].map(|n| keys.get(key(n).0).is_some());
    assert_eq!(found, [true, false, true, true]);
    assert!(!format!("{keys:?}").contains("[1, 1"));
}

#[test]
fn drops_what_a_crash_cut_off_and_refuses_damage_before_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keys");
    KeyStore::open(dir.path())
        .unwrap()
        .put_all(&[key(1), key(2), key(3)])
        .unwrap();
    let whole = fs::read(&path).unwrap();
    for cut in 56..whole.len() {
        fs::write(&path, &whole[..cut]).unwrap();
        let mut keys = KeyStore::open(dir.path()).unwrap();
        assert!(keys.get(key(1).0).is_some());
        assert_eq!(keys.get(key(2).0).is_some(), cut >= 112);
        keys.put_all(&[key(9)]).unwrap();
        drop(keys);
        assert_eq!(
            KeyStore::open(dir.path()).unwrap().get(key(9).0),
            Some(key(9).1)
        );
    }
    for at in 0..112 {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        fs::write(&path, changed).unwrap();
        assert!(KeyStore::open(dir.path()).is_err(), "byte {at}");
    }
}
