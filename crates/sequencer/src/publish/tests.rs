//! Promised: a head that does not continue the one that was shown is neither registered nor shown,
//! whatever has become of memory or files.

use super::*;

fn leaf(number: u8) -> NodeHash {
    chain::leaf_hash(&[number])
}

#[test]
fn a_head_that_contradicts_the_last_is_neither_registered_nor_shown() {
    let dir = tempfile::tempdir().unwrap();
    let signer = Arc::new(Signer::new("log.example", &[1; 32]).unwrap());
    let register = Register::at(&dir.path().join("head"));
    let mut publisher = Publisher::new(Tree::at(dir.path()), signer, register.clone()).unwrap();
    publisher.tree.settle().unwrap();
    for number in 0..5 {
        publisher.tree.push(leaf(number)).unwrap();
    }
    publisher.publish().unwrap();
    let honest = Published::clone(publisher.shown.borrow().as_ref().unwrap());
    assert_eq!(honest.size, 5);
    publisher.tree.push(leaf(5)).unwrap();

    let (root, size) = (leaf(9), 7);
    let shorter = Published {
        size,
        ..honest.clone()
    };
    let another = Published {
        root,
        ..honest.clone()
    };
    for last in [shorter, another].map(Arc::new) {
        publisher.shown.send_replace(Some(Arc::clone(&last)));
        let refused = publisher.publish();
        assert!(matches!(refused, Err(PublishError::Contradiction { .. })));
        assert_eq!(*publisher.shown.borrow(), Some(last));
        let registered = register.read().unwrap().unwrap();
        assert_eq!(registered, honest.note.to_string().into_bytes());
    }
    publisher.shown.send_replace(Some(Arc::new(honest)));
    publisher.publish().unwrap();
    assert_eq!(publisher.shown.borrow().as_ref().unwrap().size, 6);
}
